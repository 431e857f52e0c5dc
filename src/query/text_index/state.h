// State: one version of the search index, immutable, shared by whoever searches. A newer one shares
// with it all that did not change: segments whole, what is known of each asset in chunks.
//
// Assets are datasets and jobs. Each has an ordinal, given out in the order of node ids, for good.
// Invariants:
//   I1 every text that an asset ever had is among the lists of `now` or `past`;
//   I2 unless its recheck bit is set, the lists of `now` hold for a visible asset what its texts
//   are
//      at State::seq, newest in valid time, and nothing else; the texts of the others stand in
//      `texts`;
//   I3 an asset is what I2 says at any moment whose known_at is not before its `changed` and whose
//      as_of is not before its `since`, unless its gone bit is set.
// Thread-safety: immutable once it is in an Index; a Draft belongs to one thread.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "graph/graph.h"
#include "model/ids.h"
#include "query/text_index/match.h"
#include "query/text_index/segment.h"

namespace headwater::query::text_index {

using base::Micros;
using model::NodeId;
using model::Seq;

inline constexpr std::uint32_t kChunk = 4096;

struct Chunk {
  std::array<std::uint32_t, kChunk> node{};
  std::array<std::uint32_t, kChunk> space{};  // ordinal of the namespace
  std::array<std::uint64_t, kChunk> key{};    // larger ranks before smaller
  std::array<Micros, kChunk> heard{};         // last observation, as of the last refresh
  std::array<std::uint64_t, kChunk> changed{};
  std::array<Micros, kChunk> since{};
  using Flags = std::array<std::uint64_t, kChunk / 64>;
  Flags job{}, visible{};
  Flags gone{};     // its state says that it is deleted; whether it is depends on edges too
  Flags recheck{};  // stale lists
  std::map<std::uint32_t, std::shared_ptr<const Texts>> texts;  // of those with recheck
  std::map<std::uint32_t, std::uint32_t> merged_into;           // by ordinal: ordinal
  std::uint64_t max_changed = 0;
  Micros max_since = INT64_MIN;
};

inline bool flag(const Chunk::Flags& flags, std::uint32_t at) {
  return (flags[at / 64] >> (at % 64) & 1) != 0;
}
inline void set_flag(Chunk::Flags& flags, std::uint32_t at, bool value) {
  const std::uint64_t bit = std::uint64_t{1} << (at % 64);
  flags[at / 64] = value ? flags[at / 64] | bit : flags[at / 64] & ~bit;
}

struct Spaces {
  std::vector<std::string> names;
  std::unordered_map<std::string, std::uint32_t> by_name;
  std::vector<bool> hidden;
};

using Segments = std::vector<std::shared_ptr<const Segment>>;

struct State {
  Seq seq;
  std::uint32_t nodes = 0, edges = 0;  // of the graph, that were looked at
  std::int64_t attributes = 0;         // the last row that was looked at
  std::uint32_t count = 0;             // assets
  std::vector<std::shared_ptr<const Chunk>> chunks;
  Segments now, past;
  std::shared_ptr<const Spaces> spaces = std::make_shared<Spaces>();
  struct Gone {
    std::uint32_t ordinal = 0;
    Micros since = 0;
  };
  std::vector<Gone> gone;  // those with the gone bit
  std::size_t rechecks = 0;
  std::size_t merges = 0;

  const Chunk& chunk(std::uint32_t ordinal) const { return *chunks[ordinal / kChunk]; }
  NodeId node(std::uint32_t ordinal) const { return NodeId{chunk(ordinal).node[ordinal % kChunk]}; }
  std::optional<std::uint32_t> ordinal(NodeId node) const;
  std::size_t words() const { return chunks.size() * (kChunk / 64); }  // of a bitmap
  std::size_t bytes() const;
};

// A State that is being made from another.
class Draft {
 public:
  explicit Draft(const State& base) : state_(base) {}

  State& state() { return state_; }
  const State& state() const { return state_; }
  Chunk& edit(std::uint32_t ordinal);
  std::uint32_t append(NodeId node, bool job, std::uint32_t space);
  std::uint32_t space(std::string_view name);
  Spaces& edit_spaces();
  std::shared_ptr<const State> finish() &&;

 private:
  State state_;
  std::unordered_map<std::uint32_t, std::shared_ptr<Chunk>> edited_;
  std::shared_ptr<Spaces> spaces_;
};

// The texts of an asset as terms.
void add_texts(SegmentBuilder& builder, std::uint32_t ordinal, const Texts& texts);
void add_space(SegmentBuilder& builder, std::uint32_t space, std::string_view name);

// Sorts the assets that a segment brings by their names.
void set_names(SegmentBuilder& builder, const State& state, const graph::Snapshot& names,
               std::vector<std::uint32_t> ordinals);
// Unites a run of segments; `skip` (may be empty): ordinals to leave out, given to `left_out`.
std::shared_ptr<const Segment> unite(const Segments& segments, const State& state,
                                     const graph::Snapshot& names, const std::vector<bool>& skip,
                                     SegmentBuilder* left_out, SegmentBuilder builder);

// How assets of one level are ordered: use, then the day of the last observation, then short names
// first.
std::uint64_t rank_key(std::uint64_t use, Micros heard, std::size_t name_bytes);

}  // namespace headwater::query::text_index
