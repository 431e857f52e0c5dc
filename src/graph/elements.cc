#include "graph/elements.h"

#include "base/hash.h"

namespace headwater::graph::internal {

std::uint32_t name_tag(model::NodeKind kind, std::string_view name_space, std::uint32_t parent,
                       std::string_view name) {
  const auto kind_number = static_cast<std::uint64_t>(kind);
  const std::uint64_t seed = kind == model::NodeKind::kField
                                 ? (std::uint64_t{parent} << 8 | kind_number)
                                 : base::hash64(name_space, kind_number);
  return static_cast<std::uint32_t>(base::hash64(name, seed));
}

namespace {

// The number of leading indexes in [1, count] for which visible(index); visible is monotone.
template <class Visible>
std::uint32_t visible_prefix(std::uint32_t count, Visible&& visible) {
  if (count == 0 || visible(count)) return count;
  std::uint32_t low = 0;  // visible, or none
  std::uint32_t high = count;
  while (high - low > 1) {
    const std::uint32_t middle = low + (high - low) / 2;
    (visible(middle) ? low : high) = middle;
  }
  return low;
}

}  // namespace

void Elements::link_field(std::uint32_t id) {
  NodeRecord& field = nodes[id];
  if (field.kind != static_cast<std::uint8_t>(model::NodeKind::kField)) return;
  if (field.parent == 0 || field.parent >= id) return;
  NodeRecord& dataset = nodes[field.parent];
  if (dataset.kind != static_cast<std::uint8_t>(model::NodeKind::kDataset)) return;
  field.fields = dataset.fields;
  store_release(dataset.fields, id);
  if (dataset.nested == 0 && name_of(field).find('.') != std::string_view::npos) {
    store_release(dataset.nested, std::uint16_t{1});
  }
}

std::uint32_t Elements::nodes_at(std::uint64_t known_at) const {
  return visible_prefix(node_count.load(std::memory_order_acquire),
                        [&](std::uint32_t i) { return nodes[i].recorded <= known_at; });
}

std::uint32_t Elements::edges_at(std::uint64_t known_at) const {
  return visible_prefix(edge_count.load(std::memory_order_acquire),
                        [&](std::uint32_t i) { return recorded_from(edges[i]) <= known_at; });
}

Elements::NodeFacts Elements::facts(const NodeRecord& node, std::uint64_t known_at) const {
  NodeFacts facts{load_acquire(node.first_seen), load_acquire(node.placeholder) != 0};
  // The past is read after the present, in which a later record may have replaced what counts here.
  for (std::uint32_t index = load_acquire(node.past); index != 0;) {
    const PastRecord& past = pasts[index];
    if (past.recorded_to <= known_at) break;
    facts = {past.first_seen, past.placeholder != 0};
    index = past.next;
  }
  return facts;
}

bool Elements::holds(const EdgeRecord& edge, std::int64_t as_of, std::uint64_t known_at) const {
  if (edge.valid_from > as_of) return false;
  const std::uint32_t end = load_acquire(edge.end);
  if (end == 0) return true;
  const EndRecord& record = ends[end];
  if (load_acquire(record.recorded_to) <= known_at) return false;
  return record.valid_to == model::kOpenEnd || as_of < record.valid_to;
}

std::size_t Elements::node_bytes() const {
  return sizeof(*this) + nodes.bytes() + name_spaces.bytes() + merges.bytes() + pasts.bytes() +
         names.bytes();
}

std::size_t Elements::edge_bytes() const { return edges.bytes() + ends.bytes(); }

}  // namespace headwater::graph::internal
