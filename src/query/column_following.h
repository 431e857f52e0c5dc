// ColumnFollowing: along what is stated, level by level. Private to query.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "query/ahead.h"
#include "query/column_entering.h"

namespace headwater::query {

// Edges are gathered first (query/ahead.h), by two threads where there are many: where they lead,
// without those that lead where others led before. That is where a walk of millions of columns
// waits for memory. Then they are followed, in their order. What has been entered is known only
// to the thread that follows: two that read and write the same bytes would wait for each other
// more than for memory.
class ColumnFollowing : protected ColumnEntering {
 protected:
  using EdgeId = model::EdgeId;
  using EdgeKind = model::EdgeKind;
  using Neighbor = graph::Neighbor;
  struct Level {
    std::uint32_t distance;
    std::size_t begin, end;           // of entries
    std::size_t first_table, tables;  // begin and end of tables_
  };

  ColumnFollowing(const Snapshot& graph, const ColumnWalkOptions& options, std::size_t starts)
      : ColumnEntering(graph, options, starts),
        seen_{Seen(graph.node_count() + 1), Seen(graph.node_count() + 1)} {}

  // Where the edges that one part gathered lead, and which jobs they go through.
  class Seen {
   public:
    explicit Seen(std::size_t nodes) : words_((2 * nodes + 63) / 64) {}
    enum As : unsigned { kEnd = 0, kVia = 1 };
    // True the first time.
    bool add(NodeId node, As as) {
      const std::size_t at = std::size_t{node.value} * 2 + as;
      std::uint64_t& word = words_[NodeId{static_cast<std::uint32_t>(at / 64)}];
      const std::uint64_t bit = std::uint64_t{1} << at % 64;
      return (std::exchange(word, word | bit) & bit) == 0;
    }

   private:
    SparseZeros<std::uint64_t> words_;
  };

  void follow_columns(const Level& level, bool assumed) {
    if (stopped()) return;
    // What is added meanwhile lies behind them, in the room that was made for all.
    const ColumnEntry* const entries = entries_.data() + level.begin;
    const auto from = static_cast<std::uint32_t>(level.begin);
    at_ = level.end;
    follow_columns_of(
        level.end - level.begin,
        [entries, from](std::size_t i) -> Origin {
          const Kind kind = entries[i].kind;
          if (kind != Kind::kField && kind != Kind::kPart) return {};
          return {entries[i].node, from + static_cast<std::uint32_t>(i)};
        },
        level.distance, assumed);
    // Tables are added as well, so those of the level are copied.
    level_tables_.assign(tables_.begin() + static_cast<std::ptrdiff_t>(level.first_table),
                         tables_.begin() + static_cast<std::ptrdiff_t>(level.tables));
    if (stopped()) return;
    follow_columns_of(
        level_tables_.size(),
        [this](std::size_t i) -> Origin {
          return {level_tables_[i].dataset, level_tables_[i].entry};
        },
        level.distance, assumed);
  }

  std::array<Seen, 2> seen_;         // one for each part of a run ahead
  std::vector<Table> level_tables_;  // what a run is of

 private:
  struct EdgeAhead {
    Neighbor to;
    std::uint32_t from = 0;
    NodeId via, dataset;  // none where not asked for; `dataset` of an end that is a field
    bool new_end = false, new_via = false;  // not seen before; new_via only of jobs
  };
  using Edges = Ahead<EdgeAhead>::Items;
  struct Origin {
    NodeId node;  // none: it has no edges of its own
    std::uint32_t from = 0;
  };

  template <class OriginOf>
  void gather_edges(std::size_t part, std::size_t begin, std::size_t end, const OriginOf& origin_of,
                    Edges& out) {
    Seen& seen = seen_[part];
    for (std::size_t i = begin; i < end; ++i) {
      if (i + kFar < end) hint_edges(origin_of(i + kFar).node, false);
      if (i + kNear < end) hint_edges(origin_of(i + kNear).node, true);
      const Origin origin = origin_of(i);
      if (!origin.node) continue;
      const auto visit = [&](const Neighbor& to, NodeId via) {
        const bool via_follows = options_.jobs && !down_;
        // Where an edge need not be followed, the first one to an end does not speak for the
        // others.
        const bool each = options_.follow != nullptr;
        const bool new_end = each || seen.add(to.node, Seen::kEnd);
        const bool new_via = via && (each || seen.add(via, Seen::kVia));
        if (!new_end && !new_via && !via_follows) return true;
        if (new_end) graph_.prefetch(to.node);
        if (new_via) graph_.prefetch(via);
        if (via_follows) graph_.prefetch(to.edge);
        out.push_back({to, origin.from, via, {}, new_end, new_via || via_follows});
        return true;
      };
      if (options_.jobs && down_) {
        graph_.for_each_through(origin.node, options_.kinds, visit);
      } else {
        graph_.for_each(origin.node, options_.direction, options_.kinds,
                        [&visit](const Neighbor& to) { return visit(to, {}); });
      }
    }
    for (EdgeAhead& edge : out) {
      if (options_.jobs && !down_) edge.via = graph_.via_of(edge.to.edge);
      edge.new_via = edge.new_via && edge.via && graph_.kind_of(edge.via) == NodeKind::kJob;
      if (edge.new_end && graph_.kind_of(edge.to.node) == NodeKind::kField) {
        edge.dataset = graph_.parent_of(edge.to.node);
      }
    }
  }

  bool follow(const Edges& edges, std::uint32_t distance, bool assumed) {
    for (std::size_t i = 0; i < edges.size() && !stopped(); ++i) {
      if (i + kNear < edges.size()) hint_arrival(edges[i + kNear]);
      const EdgeAhead& edge = edges[i];
      if (options_.follow && !options_.follow(edge.from, entries_[edge.from], edge.to)) {
        continue;
      }
      if (edge.new_via) enter_via_job(edge.via, edge.from, edge.to.edge, distance + 1, assumed);
      if (edge.new_end) arrive(edge, distance + 1, assumed);
    }
    return !stopped() && !cancelled(Ahead<EdgeAhead>::kChunk);
  }

  void hint_arrival(const EdgeAhead& edge) const {
    if (edge.new_via) walk_.state_.prefetch(edge.via);
    if (!edge.new_end) return;
    walk_.state_.prefetch(edge.to.node);
    if (!edge.dataset) return;
    walk_.state_.prefetch(edge.dataset);
    if (follows_vias()) first_via_.prefetch(edge.dataset);
  }

  // Where a stated edge ends.
  void arrive(const EdgeAhead& edge, std::uint32_t distance, bool assumed) {
    if (!is_new(edge.to.node)) return;
    if (!edge.dataset) {
      return enter_dataset(edge.to.node, edge.from, edge.to.edge, distance, assumed);
    }
    const bool first =
        enter_field(edge.to.node, edge.dataset, edge.from, edge.to.edge, distance, assumed);
    if (first && follows_vias()) first_via_[edge.dataset] = edge.via.value;
  }

  template <class OriginOf>
  void follow_columns_of(std::size_t count, const OriginOf& origin_of, std::uint32_t distance,
                         bool assumed) {
    edges_ahead_.run(
        options_.crew, count,
        [&](std::size_t part, std::size_t begin, std::size_t end, Edges& out) {
          gather_edges(part, begin, end, origin_of, out);
        },
        [&](const Edges& edges) { return follow(edges, distance, assumed); });
  }

  Ahead<EdgeAhead> edges_ahead_;
};

}  // namespace headwater::query
