// What the writer appends. Nothing here is visible before `published` is stored, because readers
// leave out what carries a larger sequence number.
#include <algorithm>
#include <cassert>
#include <utility>

#include "graph/impl.h"

namespace headwater::graph {

using internal::EdgeRecord;
using internal::MergeRecord;
using internal::NameTable;
using internal::NodeRecord;

std::uint32_t Graph::Impl::intern(std::string_view name_space) {
  if (name_space.empty()) return 0;
  const auto found = name_spaces.find(name_space);
  if (found != name_spaces.end()) return found->second;
  const std::uint32_t index = elements().name_space_count.load() + 1;
  const std::uint64_t ref = elements().names.append(name_space);
  elements().name_spaces.ensure(index) = {ref, name_space.size()};
  elements().name_space_count.store(index, std::memory_order_release);
  name_spaces.emplace(elements().names.view(ref, name_space.size()), index);
  return index;
}

void Graph::Impl::make_room(std::size_t new_nodes) {
  const std::size_t count = elements().node_count.load() + new_nodes;
  if (state->table->has_room(count)) return;
  auto larger = std::make_shared<NameTable>(count);
  state->table->copy_to(*larger);
  internal::State next = *state;
  const std::size_t replaced_bytes = next.table->bytes();
  next.table = std::move(larger);
  install(std::move(next), replaced_bytes);
}

void Graph::Impl::add_node(const NewNode& node) {
  const std::uint32_t id = elements().node_count.load() + 1;
  assert(node.id.value == id);
  const std::uint32_t tag =
      internal::name_tag(node.kind, node.name_space, node.parent.value, node.name);
  const std::uint32_t name_space = intern(node.name_space);
  elements().nodes.ensure(id) = {.recorded = node.recorded.value,
                                 .first_seen = node.first_seen,
                                 .name_ref = elements().names.append(node.name),
                                 .name_size = static_cast<std::uint32_t>(node.name.size()),
                                 .name_space = name_space,
                                 .parent = node.parent.value,
                                 .tag = tag,
                                 .merge = 0,
                                 .aliases = 0,
                                 .kind = static_cast<std::uint8_t>(node.kind),
                                 .placeholder = node.placeholder,
                                 .nested = 0,
                                 .fields = 0,
                                 .past = 0,
                                 .zero32 = 0};
  elements().link_field(id);
  elements().node_count.store(id, std::memory_order_release);
  state->table->insert(tag, id);
}

void Graph::Impl::add_past(const NodePast& past) {
  assert(past.id.value != 0 && past.id.value <= elements().node_count.load());
  NodeRecord& node = elements().nodes[past.id.value];
  const std::uint32_t index = elements().past_count.load() + 1;
  elements().pasts.ensure(index) = {.recorded_to = past.recorded_to.value,
                                    .first_seen = past.first_seen,
                                    .node = past.id.value,
                                    .next = node.past,
                                    .placeholder = past.placeholder,
                                    .zero32 = 0};
  elements().past_count.store(index, std::memory_order_release);
  internal::store_release(node.past, index);
}

// The past stands before the node changes: a reader that sees the new value finds the old one.
void Graph::Impl::update_node(const NodeUpdate& update) {
  assert(update.id.value != 0 && update.id.value <= elements().node_count.load());
  NodeRecord& node = elements().nodes[update.id.value];
  if (node.recorded < update.recorded.value) {
    add_past({update.id, node.first_seen, node.placeholder != 0, update.recorded});
  }
  internal::store_release(node.first_seen, std::int64_t{update.first_seen});
  internal::store_release(node.placeholder, std::uint8_t{update.placeholder});
}

std::uint32_t Graph::Impl::add_end(Micros valid_to, Seq recorded_to) {
  const std::uint32_t index = elements().end_count.load() + 1;
  elements().ends.ensure(index) = {valid_to, recorded_to.value};
  elements().end_count.store(index, std::memory_order_release);
  return index;
}

void Graph::Impl::add_edge(const NewEdge& edge) {
  const std::uint32_t id = elements().edge_count.load() + 1;
  assert(edge.id.value == id);
  assert(edge.recorded_from.value <= internal::kMaxRecordedFrom);
  assert(edge.src.value != 0 && edge.src.value <= elements().node_count.load());
  assert(edge.dst.value != 0 && edge.dst.value <= elements().node_count.load());
  const bool open = edge.valid_to == model::kOpenEnd && edge.recorded_to == model::kNeverSeq;
  elements().edges.ensure(id) = {
      .src = edge.src.value,
      .dst = edge.dst.value,
      .via = edge.via.value,
      .end = open ? 0 : add_end(edge.valid_to, edge.recorded_to),
      .valid_from = edge.valid_from,
      .packed = internal::pack(edge.recorded_from, edge.kind, edge.detail)};
  elements().edge_count.store(id, std::memory_order_release);
  state->delta->append(id, elements().edges[id], *state->packed);
  if (edge.valid_from != model::kOpenEnd && edge.valid_from > latest_event_time.load()) {
    latest_event_time.store(edge.valid_from);
  }
}

void Graph::Impl::close_edge(const EdgeClose& close) {
  assert(close.id.value != 0 && close.id.value <= elements().edge_count.load());
  assert(close.recorded_to.value > published.load());
  EdgeRecord& edge = elements().edges[close.id.value];
  if (edge.end == 0) {
    internal::store_release(edge.end, add_end(model::kOpenEnd, close.recorded_to));
  } else {
    internal::EndRecord& end = elements().ends[edge.end];
    assert(end.recorded_to == model::kNeverSeq.value);
    internal::store_release(end.recorded_to, close.recorded_to.value);
  }
  state->delta->mark_ended(edge, *state->packed);
  if (packer.joinable()) ended_while_packing.push_back(close.id.value);
}

void Graph::Impl::add_merge(const NodeMerge& merge) {
  assert(merge.recorded.value > published.load());
  assert(merge.loser != merge.winner);
  NodeRecord& loser = elements().nodes[merge.loser.value];
  NodeRecord& winner = elements().nodes[merge.winner.value];
  assert(loser.merge == 0);
  const std::uint32_t index = elements().merge_count.load() + 1;
  elements().merges.ensure(index) = {.recorded = merge.recorded.value,
                                     .loser = merge.loser.value,
                                     .winner = merge.winner.value,
                                     .next = winner.aliases,
                                     .zero32 = 0};
  elements().merge_count.store(index, std::memory_order_release);
  internal::store_release(loser.merge, index);
  internal::store_release(winner.aliases, index);
}

void Graph::publish(const Changes& changes) noexcept {
  Impl& impl = *impl_;
  assert(changes.seq.value >= impl.published.load());
  if (impl.packer.joinable() && impl.packed.load()) impl.finish_packing();
  impl.make_room(changes.nodes.size());
  for (const NewNode& node : changes.nodes) impl.add_node(node);
  for (const NodePast& past : changes.node_pasts) impl.add_past(past);
  for (const NodeUpdate& update : changes.node_updates) impl.update_node(update);
  for (const NewEdge& edge : changes.edges) impl.add_edge(edge);
  for (const EdgeClose& close : changes.closes) impl.close_edge(close);
  for (const NodeMerge& merge : changes.merges) impl.add_merge(merge);
  impl.published.store(changes.seq.value);
  if (!impl.retired.empty()) impl.reclaim();
  if (!impl.packer.joinable() && impl.compaction_due()) impl.start_packing();
}

}  // namespace headwater::graph
