// Reads a snapshot file into a new State, checking every number that is used as an index.
//
// The checks run over each piece while it is still in the cache from reading and hashing. A file
// with right checksums but wrong numbers (a defect of ours) may give wrong answers, never a crash.
#include <algorithm>
#include <cassert>
#include <utility>
#include <vector>

#include "graph/file_io.h"
#include "graph/graph.h"
#include "graph/impl.h"

namespace headwater::graph {

using internal::ChunkedArray;
using internal::corrupt;
using internal::EdgeRecord;
using internal::EndRecord;
using internal::MergeRecord;
using internal::NameSpaceRecord;
using internal::NodeRecord;
using internal::PackedEntry;
using internal::PackedHead;
using internal::PastRecord;
using internal::SectionId;
using internal::Side;

namespace {

class SnapshotLoader {
 public:
  base::Result<internal::State> load(const std::string& path) {
    HW_CHECK_OK(in_.open(path));
    if (!counts_are_sound()) return corrupt("counts");
    state_.elements = std::make_shared<internal::Elements>();
    HW_CHECK_OK(load_names());
    HW_CHECK_OK(load_name_spaces());
    HW_CHECK_OK(load_nodes());
    HW_CHECK_OK(load_merges());
    HW_CHECK_OK(load_pasts());
    HW_CHECK_OK(load_ends());
    HW_CHECK_OK(load_edges());
    HW_CHECK_OK(load_packed());
    fill_delta();
    return std::move(state_);
  }

  const internal::FileHeader& header() const { return in_.header(); }

 private:
  internal::Elements& elements() { return *state_.elements; }

  // Nothing is allocated by a count before the file is known to be as large as it says.
  bool counts_are_sound() const {
    const internal::FileHeader& h = header();
    const auto fits = [&h](SectionId id, std::uint64_t count, std::size_t record_bytes) {
      return h.sections[id].size == count * record_bytes && h.sections[id].size <= h.file_size;
    };
    return h.packed_node_count <= h.node_count && h.packed_edge_count <= h.edge_count &&
           h.packed_seq <= h.seq && h.name_chunk_count <= internal::NameArena::kMaxChunks &&
           fits(internal::kNameChunks, h.name_chunk_count, sizeof(std::uint64_t)) &&
           fits(internal::kNameSpaces, h.name_space_count, sizeof(NameSpaceRecord)) &&
           fits(internal::kNodes, h.node_count, sizeof(NodeRecord)) &&
           fits(internal::kMerges, h.merge_count, sizeof(MergeRecord)) &&
           fits(internal::kPasts, h.past_count, sizeof(PastRecord)) &&
           fits(internal::kEnds, h.end_count, sizeof(EndRecord)) &&
           fits(internal::kEdges, h.edge_count, sizeof(EdgeRecord)) && packed_counts_are_sound(0) &&
           packed_counts_are_sound(1);
  }

  bool packed_counts_are_sound(unsigned side) const {
    const std::uint64_t nodes = header().packed_node_count;
    const auto fits = [this, side](internal::PackedSectionId what, std::uint64_t bytes) {
      const internal::Section& section = header().sections[internal::packed_section(side, what)];
      return section.size == bytes && bytes <= header().file_size;
    };
    const std::uint64_t edges = header().packed_edge_count;
    const std::size_t words = internal::edge_words(static_cast<Side>(side));
    return fits(internal::kHeads, (nodes + 2) * sizeof(PackedHead)) &&
           fits(internal::kEndedBegins, (nodes + 2) * sizeof(std::uint32_t)) &&
           fits(internal::kEntries, edges * sizeof(PackedEntry)) &&
           fits(internal::kEdgeWords, edges * words * sizeof(std::uint32_t));
  }

  // Records 1..count, chunk by chunk; sound(first id, records, n) judges each chunk.
  template <class T, class Sound>
  base::Result<void> load_records(SectionId id, ChunkedArray<T>& array, std::uint32_t count,
                                  Sound&& sound) {
    HW_CHECK_OK(in_.begin(id, std::uint64_t{count} * sizeof(T)));
    constexpr std::size_t kChunk = ChunkedArray<T>::kChunkSize;
    for (std::size_t first = 1; first <= count;) {
      const std::size_t n =
          std::min(kChunk - first % kChunk, static_cast<std::size_t>(count) - first + 1);
      T* const records = array.chunk_for_load(first / kChunk) + first % kChunk;
      HW_CHECK_OK(in_.read(records, n * sizeof(T)));
      if (!sound(static_cast<std::uint32_t>(first), records, n)) {
        return corrupt("record in section " + std::to_string(id));
      }
      first += n;
    }
    return in_.end();
  }

  base::Result<void> load_names() {
    std::vector<std::uint64_t> sizes(header().name_chunk_count);
    HW_CHECK_OK(in_.begin(internal::kNameChunks, sizes.size() * sizeof(std::uint64_t)));
    HW_CHECK_OK(in_.read(sizes.data(), sizes.size() * sizeof(std::uint64_t)));
    HW_CHECK_OK(in_.end());
    std::uint64_t total = 0;
    for (const std::uint64_t size : sizes) {
      if (size > header().file_size || total + size > header().file_size) {
        return corrupt("name chunk size");
      }
      total += size;
    }
    HW_CHECK_OK(in_.begin(internal::kNames, total));
    for (const std::uint64_t size : sizes) {
      HW_CHECK_OK(in_.read(elements().names.add_loaded_chunk(size), size));
    }
    return in_.end();
  }

  base::Result<void> load_name_spaces() {
    elements().name_space_count.store(header().name_space_count);
    return load_records(internal::kNameSpaces, elements().name_spaces, header().name_space_count,
                        [this](std::uint32_t, const NameSpaceRecord* records, std::size_t n) {
                          return std::all_of(records, records + n, [this](const auto& record) {
                            return elements().names.contains(record.name_ref, record.name_size);
                          });
                        });
  }

  base::Result<void> load_nodes() {
    state_.table = std::make_shared<internal::NameTable>(header().node_count);
    elements().node_count.store(header().node_count);
    return load_records(internal::kNodes, elements().nodes, header().node_count,
                        [this](std::uint32_t first, const NodeRecord* records, std::size_t n) {
                          return add_names(first, records, n);
                        });
  }

  bool add_names(std::uint32_t first, const NodeRecord* records, std::size_t n) {
    constexpr std::size_t kAhead = 16;
    for (std::size_t i = 0; i < n; ++i) {
      const NodeRecord& node = records[i];
      if (i + kAhead < n) state_.table->prefetch(records[i + kAhead].tag);
      if (!elements().names.contains(node.name_ref, node.name_size) ||
          node.name_space > header().name_space_count || node.parent > header().node_count ||
          node.recorded > header().seq || node.merge != 0 || node.aliases != 0 ||
          node.nested != 0 || node.fields != 0 || node.past != 0) {
        return false;
      }
      const std::uint32_t id = first + static_cast<std::uint32_t>(i);
      elements().link_field(id);
      state_.table->insert(node.tag, id);
    }
    return true;
  }

  base::Result<void> load_merges() {
    elements().merge_count.store(header().merge_count);
    return load_records(internal::kMerges, elements().merges, header().merge_count,
                        [this](std::uint32_t first, MergeRecord* records, std::size_t n) {
                          for (std::size_t i = 0; i < n; ++i) {
                            if (!add_merge(first + static_cast<std::uint32_t>(i), records[i])) {
                              return false;
                            }
                          }
                          return true;
                        });
  }

  // False if it names no node, or would close a cycle.
  bool add_merge(std::uint32_t index, MergeRecord& merge) {
    const std::uint32_t nodes = header().node_count;
    if (merge.loser == 0 || merge.loser > nodes || merge.winner == 0 || merge.winner > nodes) {
      return false;
    }
    NodeRecord& loser = elements().nodes[merge.loser];
    NodeRecord& winner = elements().nodes[merge.winner];
    if (loser.merge != 0) return false;
    std::uint32_t top = merge.winner;
    while (elements().nodes[top].merge != 0) {
      top = elements().merges[elements().nodes[top].merge].winner;
    }
    if (top == merge.loser) return false;
    merge.next = std::exchange(winner.aliases, index);
    loser.merge = index;
    return true;
  }

  base::Result<void> load_pasts() {
    elements().past_count.store(header().past_count);
    return load_records(internal::kPasts, elements().pasts, header().past_count,
                        [this](std::uint32_t first, PastRecord* records, std::size_t n) {
                          for (std::size_t i = 0; i < n; ++i) {
                            PastRecord& past = records[i];
                            if (past.node - 1 >= header().node_count) return false;
                            NodeRecord& node = elements().nodes[past.node];
                            past.next =
                                std::exchange(node.past, first + static_cast<std::uint32_t>(i));
                          }
                          return true;
                        });
  }

  base::Result<void> load_ends() {
    elements().end_count.store(header().end_count);
    return load_records(internal::kEnds, elements().ends, header().end_count,
                        [](std::uint32_t, const EndRecord*, std::size_t) { return true; });
  }

  base::Result<void> load_edges() {
    elements().edge_count.store(header().edge_count);
    return load_records(internal::kEdges, elements().edges, header().edge_count,
                        [this](std::uint32_t first, const EdgeRecord* records, std::size_t n) {
                          return check_edges(first, records, n);
                        });
  }

  bool check_edges(std::uint32_t first, const EdgeRecord* records, std::size_t n) {
    const std::uint32_t nodes = header().node_count;
    for (std::size_t i = 0; i < n; ++i) {
      const EdgeRecord& edge = records[i];
      // Less one, 0 is larger than any bound.
      if (edge.src - 1 >= nodes || edge.dst - 1 >= nodes || edge.via > nodes ||
          edge.end > header().end_count || internal::kind_of(edge) >= model::kEdgeKinds) {
        return false;
      }
      const std::uint32_t id = first + static_cast<std::uint32_t>(i);
      if (edge.end != 0 && id <= header().packed_edge_count) note_end(id, edge);
    }
    return true;
  }

  void note_end(std::uint32_t id, const EdgeRecord& edge) {
    const std::uint64_t recorded_to = elements().ends[edge.end].recorded_to;
    if (recorded_to > header().packed_seq && recorded_to != model::kNeverSeq.value) {
      ended_since_.push_back(id);
    }
  }

  base::Result<void> load_packed() {
    const std::uint32_t nodes = header().packed_node_count;
    const std::uint32_t edges = header().packed_edge_count;
    state_.packed = std::make_shared<internal::Packed>(nodes, edges, header().packed_seq);
    const internal::Packed& packed = *state_.packed;
    for (const Side side : {internal::kOut, internal::kIn}) {
      const auto section = [side](internal::PackedSectionId what) {
        return internal::packed_section(side, what);
      };
      const auto any = [](auto) { return true; };
      const std::size_t begins = std::size_t{nodes} + 2;
      HW_CHECK_OK(load_values(section(internal::kHeads), packed.heads(side), begins, any));
      HW_CHECK_OK(
          load_values(section(internal::kEndedBegins), packed.ended_begins(side), begins, any));
      if (!packed.begins_are_sound(side)) return corrupt("begins of the adjacency");
      HW_CHECK_OK(load_values(section(internal::kEntries), packed.entries(side), edges,
                              [nodes](PackedEntry entry) { return entry.peer - 1 < nodes; }));
      HW_CHECK_OK(load_packed_edges(section(internal::kEdgeWords), packed, side));
    }
    return {};
  }

  base::Result<void> load_packed_edges(SectionId id, const internal::Packed& packed, Side side) {
    struct WithVia {
      std::uint32_t edge, via;
    };
    static_assert(sizeof(WithVia) == internal::edge_words(internal::kOut) * sizeof(std::uint32_t));
    const std::uint32_t count = packed.edge_count();
    if (side == internal::kIn) {
      return load_values(id, packed.edges(side), count,
                         [count](std::uint32_t edge) { return edge - 1 < count; });
    }
    return load_values(id, reinterpret_cast<WithVia*>(packed.edges(side)), count,
                       [count, all = header().node_count](WithVia edge) {
                         return edge.edge - 1 < count && edge.via <= all;
                       });
  }

  // sound(value) judges each; less one, 0 is larger than any bound.
  template <class T, class Sound>
  base::Result<void> load_values(SectionId id, T* values, std::size_t count, Sound&& sound) {
    HW_CHECK_OK(in_.begin(id, count * sizeof(T)));
    constexpr std::size_t kPiece = std::size_t{1} << 16;
    for (std::size_t at = 0; at < count; at += kPiece) {
      const std::size_t n = std::min(kPiece, count - at);
      HW_CHECK_OK(in_.read(values + at, n * sizeof(T)));
      bool all = true;
      for (std::size_t i = at; i < at + n; ++i) all &= sound(values[i]);
      if (!all) return corrupt("number in section " + std::to_string(id));
    }
    return in_.end();
  }

  void fill_delta() {
    state_.delta = std::make_shared<internal::Delta>(header().packed_edge_count);
    for (std::uint32_t id = header().packed_edge_count; id++ < header().edge_count;) {
      state_.delta->append(id, elements().edges[id], *state_.packed);
    }
    for (const std::uint32_t id : ended_since_) {
      state_.delta->mark_ended(elements().edges[id], *state_.packed);
    }
  }

  internal::SectionReader in_;
  internal::State state_;
  std::vector<std::uint32_t> ended_since_;  // packed edges that ended after the packing
};

}  // namespace

base::Result<Seq> Graph::load(const std::string& path) {
  assert(node_count() == 0 && published().value == 0);
  SnapshotLoader loader;
  HW_TRY(internal::State state, loader.load(path));
  const internal::Elements& elements = *state.elements;
  for (std::uint32_t i = 1; i <= loader.header().name_space_count; ++i) {
    impl_->name_spaces.emplace(elements.name_space(i), i);
  }
  impl_->install(std::move(state), 0);
  impl_->latest_event_time.store(loader.header().latest_event_time);
  impl_->published.store(loader.header().seq);
  return Seq{loader.header().seq};
}

}  // namespace headwater::graph
