// ColumnGaps: along what is assumed: over jobs that state no columns, and flows. Private to query.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "query/column_cover.h"
#include "query/column_following.h"

namespace headwater::query {

// As for edges, what need not be known to one thread alone is gathered by two: which jobs read a
// table, and whether a job states the columns of what it writes.
class ColumnGaps : protected ColumnFollowing {
 protected:
  using Direction = graph::Direction;
  using Tables = std::vector<std::uint32_t>;  // indexes into tables_

  ColumnGaps(const Snapshot& graph, const ColumnWalkOptions& options, std::size_t starts)
      : ColumnFollowing(graph, options, starts), covers_{ColumnCover(graph), ColumnCover(graph)} {}

  model::EdgeKinds job_kinds() const {
    return mask(down_ ? EdgeKind::kReads : EdgeKind::kWrites) | mask(EdgeKind::kFlow);
  }

  // A job whose columns may be a gap, and what led there.
  struct DueJob {
    NodeId job;
    std::uint32_t from = 0;
    EdgeId by;
  };

  // From datasets over the jobs (or flows) that state no columns.
  void follow_gaps(const Tables& tables, std::uint32_t distance) {
    if (stopped()) return;
    // Copied, for tables are added meanwhile.
    level_tables_.clear();
    for (const std::uint32_t table : tables) level_tables_.push_back(tables_[table]);
    due_jobs_.clear();
    ways_ahead_.run(
        options_.crew, level_tables_.size(),
        [&](std::size_t part, std::size_t begin, std::size_t end, Ways& out) {
          gather_ways(part, begin, end, out);
        },
        [&](const Ways& ways) { return follow_ways(ways, distance); });
    if (stopped()) return;
    gaps_ahead_.run(
        options_.crew, due_jobs_.size(),
        [&](std::size_t part, std::size_t begin, std::size_t end, Gaps& out) {
          gather_gaps(part, begin, end, out);
        },
        [&](const Gaps& gaps) { return enter_jobs(gaps, distance + 1); });
  }

  // From a table to a job that may have a gap, or along a flow.
  struct WayAhead {
    Neighbor to;
    Table from;
  };
  using Ways = Ahead<WayAhead>::Items;

  void gather_ways(std::size_t part, std::size_t begin, std::size_t end, Ways& out) {
    for (std::size_t i = begin; i < end; ++i) {
      if (i + kFar < end) hint_edges(level_tables_[i + kFar].dataset, false);
      if (i + kNear < end) hint_edges(level_tables_[i + kNear].dataset, true);
      const Table& table = level_tables_[i];
      graph_.for_each(table.dataset, options_.direction, job_kinds(), [&](const Neighbor& to) {
        const bool follows =
            to.kind == EdgeKind::kFlow || down_ || !covers_[part].covers(to.node, table.dataset);
        // A job is not the end of a column edge, so its mark as one is free.
        if (follows && (to.kind == EdgeKind::kFlow || seen_[part].add(to.node, Seen::kEnd))) {
          out.push_back({to, table});
        }
        return true;
      });
    }
  }

  bool follow_ways(const Ways& ways, std::uint32_t distance) {
    for (std::size_t i = 0; i < ways.size() && !stopped(); ++i) {
      if (i + kClose < ways.size()) walk_.state_.prefetch(ways[i + kClose].to.node);
      const auto& [to, from] = ways[i];
      if (to.kind == EdgeKind::kFlow) {
        follow_flow(from.dataset, to, from.entry, distance);
      } else if (claim_job(to.node)) {
        due_jobs_.push_back({to.node, from.entry, to.edge});
      }
    }
    return !stopped() && !cancelled(Ahead<WayAhead>::kChunk);
  }

  // Of a job with a gap: one without an end, which says so, and one for each gap.
  struct GapAhead {
    std::uint32_t due = 0;  // index of due_jobs_
    NodeId to;
    EdgeId by;
  };
  using Gaps = Ahead<GapAhead>::Items;

  // How many jobs ahead each step of the look at covers() is asked for.
  static constexpr std::size_t kJobFar = 44, kJobNear = 32, kOutputs = 22, kCovers = 12;

  void gather_gaps(std::size_t part, std::size_t begin, std::size_t end, Gaps& out) {
    CoverHints hints;
    for (std::size_t i = begin; i < end; ++i) {
      if (i + kJobFar < end) hint_edges(due_jobs_[i + kJobFar].job, false);
      if (i + kJobNear < end) hint_edges(due_jobs_[i + kJobNear].job, true);
      if (i + kOutputs < end) hint_outputs(due_jobs_[i + kOutputs].job);
      if (i + kCovers < end) hint_covers(due_jobs_[i + kCovers].job, hints);
      const std::size_t head = out.size();
      out.push_back({static_cast<std::uint32_t>(i), {}, {}});
      const bool any = find_gaps_of(due_jobs_[i].job, covers_[part], [&](const Neighbor& to) {
        out.push_back({static_cast<std::uint32_t>(i), to.node, to.edge});
      });
      if (!any) out.resize(head);
    }
  }

  bool enter_jobs(const Gaps& gaps, std::uint32_t distance) {
    std::uint32_t self = 0;
    for (std::size_t i = 0; i < gaps.size() && !stopped(); ++i) {
      if (i + kClose < gaps.size()) walk_.state_.prefetch(gaps[i + kClose].to);
      if (!gaps[i].to) {
        const std::optional<std::uint32_t> entry = add_gap_job(due_jobs_[gaps[i].due], distance);
        if (!entry) break;
        self = *entry;
      } else {
        enter_dataset(gaps[i].to, self, gaps[i].by, distance, true);
      }
    }
    return !stopped() && !cancelled(Ahead<GapAhead>::kChunk);
  }

  template <class Visit>
  void for_each_output(NodeId job, Visit&& visit) const {
    if (!follows_vias()) return;
    graph_.for_each(job, Direction::kDownstream, mask(EdgeKind::kWrites),
                    [&visit](const Neighbor& to) {
                      visit(to.node);
                      return true;
                    });
  }
  void hint_outputs(NodeId job) const {
    for_each_output(job, [this](NodeId output) {
      first_via_.prefetch(output);
      graph_.prefetch(output);
    });
  }

  // The last fields that hint_covers met.
  struct CoverHints {
    std::array<NodeId, 8> fields{};
    std::size_t count = 0;
    NodeId before(std::size_t n) const { return fields[(count - n) % fields.size()]; }
  };
  // An output that was not first touched over this job: its cover is asked, which looks at the
  // first edge into its newest field.
  void hint_covers(NodeId job, CoverHints& hints) const {
    for_each_output(job, [&](NodeId output) {
      if (first_via_[output] == job.value) return;
      const NodeId field = first_field(output);
      if (!field) return;
      graph_.prefetch_edges(field, Direction::kUpstream, false);
      if (hints.before(2)) graph_.prefetch_edges(hints.before(2), Direction::kUpstream, true);
      if (hints.before(4)) {
        graph_.for_each(hints.before(4), Direction::kUpstream, model::kColumnLineage,
                        [this](const Neighbor& from) {
                          graph_.prefetch(from.edge);
                          return false;
                        });
      }
      hints.fields[hints.count++ % hints.fields.size()] = field;
    });
  }

  bool claim_job(NodeId job) {
    const std::uint8_t state = walk_.state_[job];
    if ((state & State::kGap) != 0) return false;
    walk_.state_[job] = state | State::kGap;
    return true;
  }

  void hint_job_flows(std::size_t at) const {
    const ColumnEntry& entry = entries_[at];
    if (entry.kind == Kind::kJob) hint_edges(entry.node, false);
  }
  void follow_job_flows(std::size_t at) {
    const ColumnEntry entry = entries_[at];
    if (entry.kind != Kind::kJob || (walk_.state_[entry.node] & State::kGap) == 0) return;
    graph_.for_each(entry.node, options_.direction, mask(EdgeKind::kFlow), [&](const Neighbor& to) {
      follow_flow(entry.node, to, static_cast<std::uint32_t>(at), entry.distance);
      return !stopped();
    });
  }

  bool is_gap(NodeId node, const Neighbor& flow) {
    const NodeId output = down_ ? flow.node : node;
    const NodeId via = graph_.via_of(flow.edge);
    return graph_.kind_of(output) != NodeKind::kDataset || !covers_[0].covers(via, output);
  }

  void follow_flow(NodeId node, const Neighbor& flow, std::uint32_t from, std::uint32_t distance) {
    if (graph_.kind_of(flow.node) == NodeKind::kJob) {
      if (claim_job(flow.node)) enter_job({flow.node, from, flow.edge}, distance + 1);
    } else if (is_gap(node, flow)) {
      walk_.assumed_flows_.push_back(flow.edge);
      enter_dataset(flow.node, from, flow.edge, distance + 1, true);
    }
  }

  bool covers(NodeId job, NodeId output, ColumnCover& cover) const {
    if (follows_vias() && first_via_[output] == job.value) return true;
    return cover.covers(job, output);
  }

  // visit(Neighbor) for the datasets that a job passes columns on to (or has them of) without
  // stating them; false if it states them all.
  template <class Visit>
  bool find_gaps_of(NodeId job, ColumnCover& cover, const Visit& visit) const {
    bool any_output = false, any_gap = false;
    const model::EdgeKinds kinds =
        down_ ? mask(EdgeKind::kWrites) | mask(EdgeKind::kWritesScoped) : mask(EdgeKind::kReads);
    graph_.for_each(job, options_.direction, kinds, [&](const Neighbor& to) {
      any_output = true;
      if (down_ && covers(job, to.node, cover)) return true;
      any_gap = true;
      if (to.kind != EdgeKind::kWritesScoped) visit(to);  // scoped: over its flows
      return true;
    });
    return any_gap || !any_output;
  }
  bool find_gaps_of(NodeId job) {
    gaps_.clear();
    return find_gaps_of(job, covers_[0], [this](const Neighbor& to) { gaps_.push_back(to); });
  }

  // None: the limit of tables is reached.
  std::optional<std::uint32_t> add_gap_job(const DueJob& due, std::uint32_t distance) {
    if ((walk_.state_[due.job] & State::kVia) == 0 && !count_table()) return std::nullopt;
    const std::uint32_t self =
        add(ColumnEntry::make(due.job, due.from, due.by, distance, Kind::kJob, true));
    walk_.jobs_.push_back(self);
    return self;
  }

  void enter_job(const DueJob& due, std::uint32_t distance) {
    if (!find_gaps_of(due.job)) return;
    const std::optional<std::uint32_t> self = add_gap_job(due, distance);
    if (!self) return;
    for (const Neighbor& to : gaps_) {
      if (stopped()) return;
      enter_dataset(to.node, *self, to.edge, distance, true);
    }
  }

  std::array<ColumnCover, 2> covers_;  // one for each part of a run ahead
  std::vector<DueJob> due_jobs_;
  std::vector<Neighbor> gaps_;  // of the job that find_gaps_of() was last asked for

 private:
  Ahead<WayAhead> ways_ahead_;
  Ahead<GapAhead> gaps_ahead_;
};

}  // namespace headwater::query
