// A timeline's state as bytes: version, options it depends on, last position, edges, attributes,
// runs; then a hash of all that. Little-endian, as every number in the store.
#include <cstring>
#include <utility>

#include "base/hash.h"
#include "ingest/bytes.h"
#include "ingest/timeline.h"

namespace headwater::ingest {
namespace {

constexpr std::uint32_t kFormat = 1;

void put_size(ByteWriter& out, std::size_t n) { out.put(static_cast<std::uint32_t>(n)); }

// What stands before the hash at the end; nullopt if that is another's.
std::optional<std::string_view> hashed(std::string_view bytes) {
  std::uint64_t hash = 0;
  if (bytes.size() < sizeof hash) return std::nullopt;
  std::memcpy(&hash, bytes.data() + bytes.size() - sizeof hash, sizeof hash);
  bytes.remove_suffix(sizeof hash);
  if (base::hash128(bytes).low != hash) return std::nullopt;
  return bytes;
}

}  // namespace

std::string Timeline::encode() const {
  ByteWriter out;
  out.put(kFormat);
  out.put(options_->misses_to_retire);
  out.put(last_);
  put_size(out, live_.size());
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
  put_size(out, attributes_.size());
  for (const auto& [name, interval] : attributes_) {
    out.put(name.value);
    out.put(interval.content.value);
    out.put(interval.from);
  }
  put_size(out, forget_at_);
  put_size(out, runs_.size());
  for (const auto& [row, run] : runs_) {
    out.put(row);
    out.put(run.start);
    out.put(run.last_time);
    out.put(run.code.value);
    out.put(run.flags);
    out.put(static_cast<std::uint8_t>(run.ended));
    put_size(out, run.sets.size());
    for (const Shown& set : run.sets) out.put(set.id.value);
  }
  out.put(base::hash128(out.bytes()).low);
  return out.take();
}

std::optional<Timeline> Timeline::decode(std::string_view bytes, const Options& options,
                                         const FindEdges& find) {
  const auto whole = hashed(bytes);
  if (!whole) return std::nullopt;
  ByteReader in(*whole);
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
