// A timeline's state as bytes: version, options it depends on, last position, edges, attributes,
// runs; then a hash of all that. Little-endian, as every number in the store.
#include <cstring>
#include <utility>

#include "base/hash.h"
#include "ingest/timeline.h"

namespace headwater::ingest {
namespace {

constexpr std::uint32_t kFormat = 1;

class Encoder {
 public:
  template <class T>
  void put(T value) {
    static_assert(std::is_integral_v<T> || std::is_enum_v<T>);
    char raw[sizeof(T)];
    std::memcpy(raw, &value, sizeof(T));
    out_.append(raw, sizeof(T));
  }
  void put(const Position& p) {
    put(p.time);
    put(p.rank);
    put(p.tie);
    put(p.seq);
  }
  void size(std::size_t n) { put(static_cast<std::uint32_t>(n)); }
  std::string finish() {
    put(base::hash128(out_).low);
    return std::move(out_);
  }

 private:
  std::string out_;
};

class Decoder {
 public:
  explicit Decoder(std::string_view in) : in_(in) {
    std::uint64_t hash = 0;
    if (in_.size() < sizeof hash) {
      fail();
      return;
    }
    std::memcpy(&hash, in_.data() + in_.size() - sizeof hash, sizeof hash);
    in_.remove_suffix(sizeof hash);
    if (base::hash128(in_).low != hash) fail();
  }
  template <class T>
  T get() {
    T value{};
    if (in_.size() < sizeof(T)) {
      fail();
      return value;
    }
    std::memcpy(&value, in_.data(), sizeof(T));
    in_.remove_prefix(sizeof(T));
    return value;
  }
  template <class Id>
  Id id() {
    return Id{get<decltype(Id::value)>()};
  }
  Position position() {
    Position p;
    p.time = get<Micros>();
    p.rank = get<std::int32_t>();
    p.tie = get<std::int64_t>();
    p.seq = get<std::uint64_t>();
    return p;
  }
  // A count of things that take at least one byte each.
  std::size_t size() {
    const std::size_t n = get<std::uint32_t>();
    if (n > in_.size()) fail();
    return good_ ? n : 0;
  }
  void fail() {
    good_ = false;
    in_ = {};
  }
  bool good() const { return good_; }
  bool at_end() const { return good_ && in_.empty(); }

 private:
  std::string_view in_;
  bool good_ = true;
};

}  // namespace

std::string Timeline::encode() const {
  Encoder out;
  out.put(kFormat);
  out.put(options_->misses_to_retire);
  out.put(last_);
  out.size(live_.size());
  for (const auto& [key, live] : live_) {
    out.put(key.kind);
    out.put(key.src.value);
    out.put(key.dst.value);
    out.put(key.via.value);
    out.put(key.detail.value);
    out.put(live.from);
    out.put(live.shown);
    out.put(live.run.value);
    out.put(live.code.value);
    out.put(live.misses);
  }
  out.size(attributes_.size());
  for (const auto& [name, interval] : attributes_) {
    out.put(name.value);
    out.put(interval.content.value);
    out.put(interval.from);
  }
  out.size(forget_at_);
  out.size(runs_.size());
  for (const auto& [row, run] : runs_) {
    out.put(row);
    out.put(run.start);
    out.put(run.last_time);
    out.put(run.code.value);
    out.put(run.flags);
    out.put(static_cast<std::uint8_t>(run.ended));
    out.size(run.sets.size());
    for (const Shown& set : run.sets) out.put(set.id.value);
  }
  return out.finish();
}

std::optional<Timeline> Timeline::decode(std::string_view bytes, const Options& options,
                                         const FindEdges& find) {
  Decoder in(bytes);
  if (in.get<std::uint32_t>() != kFormat) return std::nullopt;
  if (in.get<int>() != options.misses_to_retire) return std::nullopt;
  Timeline out(options);
  out.last_ = in.position();
  for (std::size_t n = in.size(); n > 0 && in.good(); --n) {
    model::EdgeKey key;
    key.kind = in.get<model::EdgeKind>();
    key.src = in.id<model::NodeId>();
    key.dst = in.id<model::NodeId>();
    key.via = in.id<model::NodeId>();
    key.detail = in.id<model::TransformationId>();
    Live live;
    live.from = in.get<Micros>();
    live.shown = in.position();
    live.run = in.id<model::RunRow>();
    live.code = in.id<model::CodeId>();
    live.misses = in.get<int>();
    out.live_.emplace_hint(out.live_.end(), key, live);
  }
  for (std::size_t n = in.size(); n > 0 && in.good(); --n) {
    AttributeInterval interval;
    interval.name = in.id<model::AttributeNameId>();
    interval.content = in.id<model::ContentId>();
    interval.from = in.get<Micros>();
    out.attributes_.emplace_hint(out.attributes_.end(), interval.name, interval);
  }
  out.forget_at_ = in.get<std::uint32_t>();
  for (std::size_t n = in.size(); n > 0 && in.good(); --n) {
    RunState& run = out.runs_[in.get<std::int64_t>()];
    run.start = in.position();
    run.last_time = in.get<Micros>();
    run.code = in.id<model::CodeId>();
    run.flags = in.get<std::int32_t>();
    run.ended = in.get<std::uint8_t>() != 0;
    for (std::size_t sets = in.size(); sets > 0 && in.good(); --sets) {
      const auto id = in.id<model::EdgeSetId>();
      auto edges = find(id);
      if (!edges) return std::nullopt;
      run.sets.push_back({std::move(edges), id});
    }
  }
  if (!in.at_end()) return std::nullopt;
  return out;
}

std::size_t Timeline::encoded_bytes() const {
  constexpr std::size_t kEdge = 80, kAttribute = 20, kRun = 64;  // about
  return kEdge * live_.size() + kAttribute * attributes_.size() + kRun * runs_.size();
}

}  // namespace headwater::ingest
