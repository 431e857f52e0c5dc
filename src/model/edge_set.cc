#include "model/edge_set.h"

#include <algorithm>
#include <cstdint>

namespace headwater::model {
namespace {

void put_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

class VarintReader {
 public:
  explicit VarintReader(std::string_view bytes) : bytes_(bytes) {}
  std::uint64_t next() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (at_ == bytes_.size()) break;
      const auto byte = static_cast<unsigned char>(bytes_[at_++]);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    ok_ = false;
    return 0;
  }
  // A count of items that each take at least `bytes_each`.
  std::size_t count(std::size_t bytes_each) {
    const std::uint64_t n = next();
    if (n * bytes_each > bytes_.size() - at_ || n > bytes_.size()) ok_ = false;
    return ok_ ? static_cast<std::size_t>(n) : 0;
  }
  // A number in [low, high].
  template <class T>
  T in_range(std::uint64_t low, std::uint64_t high) {
    const std::uint64_t value = next();
    if (value < low || value > high) ok_ = false;
    return static_cast<T>(ok_ ? value : low);
  }
  NodeId node() { return NodeId{in_range<std::uint32_t>(0, UINT32_MAX)}; }
  std::int64_t id() { return in_range<std::int64_t>(0, INT64_MAX); }
  bool ok() const { return ok_; }
  bool done() const { return ok_ && at_ == bytes_.size(); }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace

std::size_t EdgeKeyHash::operator()(const EdgeKey& key) const {
  std::uint64_t h = (std::uint64_t{key.src.value} << 32) | key.dst.value;
  h ^= (std::uint64_t{key.via.value} << 20) ^ (std::uint64_t{key.detail.value} << 8) ^
       static_cast<std::uint64_t>(key.kind);
  h *= 0x9E3779B97F4A7C15ULL;
  return static_cast<std::size_t>(h ^ (h >> 32));
}

std::string_view to_string(EvidenceFacet facet) {
  switch (facet) {
    case EvidenceFacet::kInputsOutputs: return "inputs_outputs";
    case EvidenceFacet::kColumnLineageFacet: return "columnLineage";
    case EvidenceFacet::kLineageFacet: return "lineage";
    case EvidenceFacet::kParent: return "parent";
    case EvidenceFacet::kJobDependencies: return "jobDependencies";
    case EvidenceFacet::kLifecycle: return "lifecycleStateChange";
  }
  return "unknown";
}

void EdgeSet::normalize() {
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    if (a.key != b.key) return a.key < b.key;
    return a.facet > b.facet;
  });
  const auto same_key = [](const Entry& a, const Entry& b) { return a.key == b.key; };
  entries.erase(std::unique(entries.begin(), entries.end(), same_key), entries.end());
  std::sort(covered.begin(), covered.end());
  covered.erase(std::unique(covered.begin(), covered.end()), covered.end());
}

bool EdgeSet::contains(const EdgeKey& key) const {
  const auto at = std::lower_bound(entries.begin(), entries.end(), key,
                                   [](const Entry& e, const EdgeKey& k) { return e.key < k; });
  return at != entries.end() && at->key == key;
}

std::string encode_edge_set(const EdgeSet& set) {
  std::string out;
  put_varint(out, set.entries.size());
  for (const EdgeSet::Entry& e : set.entries) {
    put_varint(out, static_cast<std::uint64_t>(e.key.kind));
    put_varint(out, e.key.src.value);
    put_varint(out, e.key.dst.value);
    put_varint(out, e.key.via.value);
    put_varint(out, e.key.detail.value);
    put_varint(out, static_cast<std::uint64_t>(e.facet));
  }
  put_varint(out, set.covered.size());
  for (const NodeId node : set.covered) put_varint(out, node.value);
  return out;
}

std::optional<EdgeSet> decode_edge_set(std::string_view bytes) {
  VarintReader in(bytes);
  EdgeSet set;
  set.entries.resize(in.count(6));
  for (EdgeSet::Entry& e : set.entries) {
    e.key.kind = in.in_range<EdgeKind>(1, kEdgeKinds - 1);
    e.key.src = in.node();
    e.key.dst = in.node();
    e.key.via = in.node();
    e.key.detail = TransformationId{in.in_range<std::uint16_t>(0, UINT16_MAX)};
    e.facet = in.in_range<EvidenceFacet>(0, static_cast<std::uint64_t>(EvidenceFacet::kLifecycle));
  }
  set.covered.resize(in.count(1));
  for (NodeId& node : set.covered) node = in.node();
  const auto above = [](const auto& a, const auto& b) { return !(a.key < b.key); };
  const bool sorted = std::ranges::adjacent_find(set.entries, above) == set.entries.end() &&
                      std::ranges::is_sorted(set.covered);
  if (!in.done() || !sorted) return std::nullopt;
  return set;
}

std::string encode_bundle(const Bundle& bundle) {
  std::string out;
  put_varint(out, bundle.size());
  for (const auto& [name, content] : bundle) {
    put_varint(out, static_cast<std::uint64_t>(name.value));
    put_varint(out, static_cast<std::uint64_t>(content.value));
  }
  return out;
}

std::optional<Bundle> decode_bundle(std::string_view bytes) {
  VarintReader in(bytes);
  Bundle bundle(in.count(2));
  for (auto& [name, content] : bundle) {
    name = AttributeNameId{in.id()};
    content = ContentId{in.id()};
  }
  if (!in.done()) return std::nullopt;
  return bundle;
}

}  // namespace headwater::model
