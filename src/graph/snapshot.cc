#include <cassert>
#include <utility>

#include "graph/graph.h"
#include "graph/graph_inl.h"
#include "graph/pins.h"

namespace headwater::graph {

namespace internal {

DeltaEdges::DeltaEdges(const View& view, Side side, std::uint32_t last, const EntryTest& test) {
  for (std::uint32_t local = last; local != 0;) {
    const Delta::Link& link = view.delta->link(side, local);
    const std::uint32_t edge = view.delta->edge_id(local);
    local = link.next;
    if (!test.newer(link.stamp, edge)) continue;
    const Found found{link.peer, edge, static_cast<EdgeKind>(stamp_kind(link.stamp))};
    if (size_ < few_.size()) {
      few_[size_] = found;
    } else {
      more_.push_back(found);
    }
    ++size_;
  }
}

}  // namespace internal

using internal::load_acquire;
using internal::MergeRecord;
using internal::NodeRecord;
using internal::View;

Snapshot::Snapshot(internal::Pin* pin) : pin_(pin) {}

Snapshot::~Snapshot() {
  if (pin_ != nullptr) internal::PinTable::release(pin_);
}

Snapshot::Snapshot(Snapshot&& other) noexcept : pin_(std::exchange(other.pin_, nullptr)) {}

Snapshot& Snapshot::operator=(Snapshot&& other) noexcept {
  std::swap(pin_, other.pin_);
  return *this;
}

const View& Snapshot::view() const {
  assert(pin_ != nullptr);
  return pin_->view;
}

Moment Snapshot::moment() const { return view().moment; }

std::size_t Snapshot::node_count() const { return view().node_count; }

std::size_t Snapshot::edge_count() const { return view().edge_count; }

NodeId Snapshot::find(NodeKind kind, std::string_view name_space, std::string_view name) const {
  const View& view = this->view();
  const std::uint32_t tag = internal::name_tag(kind, name_space, 0, name);
  const std::uint32_t id = view.table->find(tag, [&](std::uint32_t candidate) {
    const NodeRecord& node = view.elements->nodes[candidate];
    return node.kind == static_cast<std::uint8_t>(kind) && view.elements->name_of(node) == name &&
           view.elements->name_space(node.name_space) == name_space;
  });
  return NodeId{id <= view.node_count ? id : 0};
}

NodeId Snapshot::find_field(NodeId dataset, std::string_view path) const {
  const View& view = this->view();
  const std::uint32_t tag = internal::name_tag(NodeKind::kField, {}, dataset.value, path);
  const std::uint32_t id = view.table->find(tag, [&](std::uint32_t candidate) {
    const NodeRecord& node = view.elements->nodes[candidate];
    return node.kind == static_cast<std::uint8_t>(NodeKind::kField) &&
           node.parent == dataset.value && view.elements->name_of(node) == path;
  });
  return NodeId{id <= view.node_count ? id : 0};
}

bool Snapshot::has_nested_fields(NodeId dataset) const {
  return internal::load_acquire(view().elements->nodes[dataset.value].nested) != 0;
}

NodeId Snapshot::canonical(NodeId id) const {
  const View& view = this->view();
  assert(id.value != 0 && id.value <= view.node_count);
  for (;;) {
    const std::uint32_t merge = load_acquire(view.elements->nodes[id.value].merge);
    if (merge == 0) return id;
    const MergeRecord& record = view.elements->merges[merge];
    if (record.recorded > view.moment.known_at.value) return id;
    id.value = record.winner;
  }
}

std::vector<NodeId> Snapshot::aliases(NodeId id) const {
  const View& view = this->view();
  assert(id.value != 0 && id.value <= view.node_count);
  std::vector<NodeId> found;
  for (std::size_t next = 0;; ++next) {
    std::uint32_t merge = load_acquire(view.elements->nodes[id.value].aliases);
    while (merge != 0) {
      const MergeRecord& record = view.elements->merges[merge];
      if (record.recorded <= view.moment.known_at.value) found.push_back(NodeId{record.loser});
      merge = record.next;
    }
    if (next == found.size()) break;
    id = found[next];
  }
  std::sort(found.begin(), found.end());
  return found;
}

NodeInfo Snapshot::node(NodeId id) const {
  const View& view = this->view();
  assert(id.value != 0 && id.value <= view.node_count);
  const NodeRecord& record = view.elements->nodes[id.value];
  const auto facts = view.elements->facts(record, view.moment.known_at.value);
  return {.kind = static_cast<NodeKind>(record.kind),
          .name_space = view.elements->name_space(record.name_space),
          .name = view.elements->name_of(record),
          .parent = NodeId{record.parent},
          .recorded = Seq{record.recorded},
          .first_seen = facts.first_seen,
          .placeholder = facts.placeholder};
}

EdgeInfo Snapshot::edge(EdgeId id) const {
  const View& view = this->view();
  assert(id.value != 0 && id.value <= view.edge_count);
  const internal::EdgeRecord& record = view.elements->edges[id.value];
  EdgeInfo info{.src = NodeId{record.src},
                .dst = NodeId{record.dst},
                .via = NodeId{record.via},
                .kind = static_cast<EdgeKind>(internal::kind_of(record)),
                .detail = model::TransformationId{internal::detail_of(record)},
                .valid_from = record.valid_from,
                .recorded_from = Seq{internal::recorded_from(record)}};
  const std::uint32_t end = load_acquire(record.end);
  if (end != 0) {
    const internal::EndRecord& ended = view.elements->ends[end];
    info.valid_to = ended.valid_to;
    const std::uint64_t recorded_to = load_acquire(ended.recorded_to);
    // What was recorded later is not known to this version.
    if (recorded_to <= view.moment.known_at.value) info.recorded_to = Seq{recorded_to};
  }
  return info;
}

std::vector<Neighbor> Snapshot::neighbors(NodeId id, Direction direction, EdgeKinds kinds) const {
  std::vector<Neighbor> found;
  for_each(id, direction, kinds, [&found](const Neighbor& neighbor) {
    found.push_back(neighbor);
    return true;
  });
  return found;
}

std::vector<EdgeId> Snapshot::history(NodeId id, Direction direction) const {
  const View& view = this->view();
  assert(id.value != 0 && id.value <= view.node_count);
  const internal::Side side = internal::side_of(direction);
  std::vector<EdgeId> found;
  const auto add = [&](std::uint32_t edge) {
    if (edge <= view.edge_count) found.push_back(EdgeId{edge});
  };
  if (id.value <= view.packed->node_count()) {
    const internal::Run live = view.packed->live(side, id.value);
    const internal::Run ended = view.packed->ended(side, id.value);
    for (std::uint32_t i = 0; i < live.size; ++i) add(live.edge(i));
    for (std::uint32_t i = 0; i < ended.size; ++i) add(ended.edge(i));
  }
  for (std::uint32_t local = view.delta->head(side, id.value).last; local != 0;
       local = view.delta->link(side, local).next) {
    add(view.delta->edge_id(local));
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace headwater::graph
