// Writes one pinned version to a file, beside the writer.
//
// What the writer may have added since is left out: nodes, edges and merges by their counts at the
// version, ends by their number.
#include <memory>
#include <vector>

#include "graph/file_io.h"
#include "graph/graph.h"
#include "graph/impl.h"

namespace headwater::graph {

using internal::EdgeRecord;
using internal::Elements;
using internal::EndRecord;
using internal::FileHeader;
using internal::NodeRecord;
using internal::NodeTraits;
using internal::PackedHead;
using internal::SectionWriter;
using internal::Side;
using internal::View;

namespace {

constexpr std::uint32_t kUnpackedPart = 64;  // a file has at most 1/64 of its edges unpacked

class SnapshotSaver {
 public:
  SnapshotSaver(const View& view, const std::string& path)
      : view_(view), elements_(*view.elements), out_(path) {}

  base::Result<void> save(Micros latest_event_time) {
    FileHeader header{};
    header.seq = view_.moment.known_at.value;
    header.latest_event_time = latest_event_time;
    header.node_count = view_.node_count;
    header.edge_count = view_.edge_count;
    header.packed_node_count = view_.packed->node_count();
    header.packed_edge_count = view_.packed->edge_count();
    header.packed_seq = view_.packed->seq();
    header.name_chunk_count = save_names();
    header.name_space_count = save_name_spaces();
    save_nodes();
    header.merge_count = save_merges();
    header.past_count = save_pasts();
    header.end_count = save_ends();
    save_edges();
    save_packed();
    return out_.commit(header);
  }

 private:
  // All chunks up to the last visible name; in the last one only what is visible.
  std::uint32_t save_names() {
    std::vector<std::uint64_t> sizes;
    if (view_.node_count != 0) {
      const NodeRecord& last = elements_.nodes[view_.node_count];
      const std::size_t last_chunk = last.name_ref >> 32;
      for (std::size_t i = 0; i < last_chunk; ++i) sizes.push_back(elements_.names.chunk_size(i));
      sizes.push_back((last.name_ref & 0xffffffffU) + last.name_size);
    }
    out_.begin(internal::kNameChunks);
    out_.append(sizes.data(), sizes.size() * sizeof(std::uint64_t));
    out_.end();
    out_.begin(internal::kNames);
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      out_.append(elements_.names.chunk_data(i), sizes[i]);
    }
    out_.end();
    return static_cast<std::uint32_t>(sizes.size());
  }

  // A name space is appended just before the name of the first node in it.
  std::uint32_t save_name_spaces() {
    const std::uint64_t end =
        view_.node_count == 0 ? 0 : elements_.nodes[view_.node_count].name_ref;
    const std::uint32_t all = elements_.name_space_count.load(std::memory_order_acquire);
    std::uint32_t count = 0;
    out_.begin(internal::kNameSpaces);
    while (count < all && elements_.name_spaces[count + 1].name_ref < end) {
      ++count;
      out_.append(&elements_.name_spaces[count], sizeof(internal::NameSpaceRecord));
    }
    out_.end();
    return count;
  }

  void save_nodes() {
    out_.begin(internal::kNodes);
    for (std::uint32_t id = 1; id <= view_.node_count; ++id) {
      const NodeRecord& node = elements_.nodes[id];
      const auto facts = elements_.facts(node, view_.moment.known_at.value);
      const NodeRecord record{.recorded = node.recorded,
                              .first_seen = facts.first_seen,
                              .name_ref = node.name_ref,
                              .name_size = node.name_size,
                              .name_space = node.name_space,
                              .parent = node.parent,
                              .tag = node.tag,
                              .merge = 0,
                              .aliases = 0,
                              .kind = node.kind,
                              .placeholder = facts.placeholder,
                              .nested = 0,
                              .fields = 0,
                              .past = 0,
                              .zero32 = 0};
      out_.append(&record, sizeof record);
    }
    out_.end();
  }

  std::uint32_t save_merges() {
    const std::uint32_t all = elements_.merge_count.load(std::memory_order_acquire);
    std::uint32_t count = 0;
    out_.begin(internal::kMerges);
    while (count < all && elements_.merges[count + 1].recorded <= view_.moment.known_at.value) {
      ++count;
      internal::MergeRecord record = elements_.merges[count];
      record.next = 0;
      out_.append(&record, sizeof record);
    }
    out_.end();
    return count;
  }

  std::uint32_t save_pasts() {
    const std::uint32_t all = elements_.past_count.load(std::memory_order_acquire);
    std::uint32_t count = 0;
    out_.begin(internal::kPasts);
    for (std::uint32_t index = 1; index <= all; ++index) {
      internal::PastRecord record = elements_.pasts[index];
      if (record.recorded_to > view_.moment.known_at.value) continue;
      record.next = 0;
      out_.append(&record, sizeof record);
      ++count;
    }
    out_.end();
    return count;
  }

  // The end of `edge` as this version knows it; false if it is open on both clocks.
  bool end_of(const EdgeRecord& edge, EndRecord& end) const {
    const std::uint32_t index = internal::load_acquire(edge.end);
    if (index == 0) return false;
    const EndRecord& record = elements_.ends[index];
    end.valid_to = record.valid_to;
    end.recorded_to = internal::load_acquire(record.recorded_to);
    if (end.recorded_to > view_.moment.known_at.value) end.recorded_to = model::kNeverSeq.value;
    return end.valid_to != model::kOpenEnd || end.recorded_to != model::kNeverSeq.value;
  }

  // Ends are numbered anew, in the order of their edges.
  std::uint32_t save_ends() {
    std::uint32_t count = 0;
    out_.begin(internal::kEnds);
    for (std::uint32_t id = 1; id <= view_.edge_count; ++id) {
      EndRecord end{};
      if (!end_of(elements_.edges[id], end)) continue;
      out_.append(&end, sizeof end);
      ++count;
    }
    out_.end();
    return count;
  }

  void save_edges() {
    std::uint32_t ends = 0;
    out_.begin(internal::kEdges);
    for (std::uint32_t id = 1; id <= view_.edge_count; ++id) {
      const EdgeRecord& edge = elements_.edges[id];
      EndRecord end{};
      const EdgeRecord record{.src = edge.src,
                              .dst = edge.dst,
                              .via = edge.via,
                              .end = end_of(edge, end) ? ++ends : 0,
                              .valid_from = edge.valid_from,
                              .packed = edge.packed};
      out_.append(&record, sizeof record);
    }
    out_.end();
  }

  void save_packed() {
    const internal::Packed& packed = *view_.packed;
    const std::size_t nodes = packed.node_count();
    for (const Side side : {internal::kOut, internal::kIn}) {
      const std::size_t edges = packed.edge_count();
      out_.begin(internal::packed_section(side, internal::kHeads));
      for (std::uint32_t node = 0; node < nodes + 2; ++node) {
        const NodeTraits traits = packed.traits(side, node) & ~internal::kMarked;
        const PackedHead head{packed.heads(side)[node].begin, traits, 0};
        out_.append(&head, sizeof head);
      }
      out_.end();
      put(side, internal::kEndedBegins, packed.ended_begins(side), nodes + 2);
      put(side, internal::kEntries, packed.entries(side), edges);
      put(side, internal::kEdgeWords, packed.edges(side), edges * internal::edge_words(side));
    }
  }

  template <class T>
  void put(Side side, internal::PackedSectionId what, const T* values, std::size_t count) {
    out_.begin(internal::packed_section(side, what));
    out_.append(values, count * sizeof(T));
    out_.end();
  }

  const View& view_;
  const Elements& elements_;
  SectionWriter out_;
};

}  // namespace

base::Result<void> Graph::save(const std::string& path) const {
  const Snapshot pinned = snapshot();
  View view = pinned.view();
  // A start should not have to link many edges one by one: pack them now, at leisure.
  std::unique_ptr<internal::Packed> packed;
  if (view.delta->size() > view.packed->edge_count() / kUnpackedPart) {
    packed = internal::Packed::build(*view.elements, view.moment.known_at.value);
    view.packed = packed.get();
  }
  return SnapshotSaver(view, path).save(impl_->latest_event_time.load());
}

}  // namespace headwater::graph
