// ColumnLooking: where a walk of columns may go on, looked for without entering anything. Private
// to query.
//
// The looks work on parts of a level, several at once (query/together.h): they read what the walk
// has entered, which does not change meanwhile, and leave out what surely leads to nothing new.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "graph/graph_inl.h"
#include "query/column_cover.h"
#include "query/column_entering.h"

namespace headwater::query {

class ColumnLooking : protected ColumnEntering {
 protected:
  using Direction = graph::Direction;
  using Neighbor = graph::Neighbor;
  using EdgeKind = model::EdgeKind;
  using EdgeId = model::EdgeId;

  ColumnLooking(const Snapshot& graph, const ColumnWalkOptions& options)
      : ColumnEntering(graph, options), cover_(graph) {}

  using Tables = std::vector<std::uint32_t>;  // indexes into tables_
  static constexpr model::EdgeKinds kWriteKinds =
      mask(EdgeKind::kWrites) | mask(EdgeKind::kWritesScoped);
  struct Level {
    std::uint32_t distance;
    std::size_t begin, end;           // of entries
    std::size_t first_table, tables;  // begin and end of tables_
  };

  // A stated edge, and what led to its beginning.
  struct StatedEdge {
    std::uint32_t from = 0;
    Neighbor to;
    NodeId via;  // if jobs are entered
  };
  static constexpr std::size_t kWaiting = 32, kFar = 24, kNear = 12, kClose = 6;

  // Finds the stated edges of some nodes that may lead to something new. They wait a moment before
  // they are looked at: meanwhile the records behind them come from memory, which is what a walk of
  // millions of columns spends its time on.
  class EdgeLook {
   public:
    EdgeLook(const ColumnLooking& walker, std::vector<StatedEdge>& found)
        : walker_(walker), found_(found) {}

    void look(NodeId node, std::uint32_t from) {
      const ColumnWalkOptions& options = walker_.options_;
      walker_.graph_.for_each(node, options.direction, options.kinds, [&](const Neighbor& to) {
        if (options.jobs) walker_.graph_.prefetch(to.edge);
        const StatedEdge due = std::exchange(waiting_[next_++ % kWaiting], {from, to, {}});
        if (due.to.node) settle(due);
        return true;
      });
    }
    void finish() {
      for (std::size_t i = 0; i < kWaiting; ++i) {
        const StatedEdge& due = waiting_[next_++ % kWaiting];
        if (due.to.node) settle(due);
      }
    }

   private:
    void settle(StatedEdge edge) {
      if (walker_.options_.jobs) edge.via = walker_.graph_.via_of(edge.to.edge);
      const bool known_via = !edge.via || (walker_.walk_.state_[edge.via] & State::kVia) != 0;
      if (known_via && !walker_.options_.follow && !walker_.is_new(edge.to.node)) return;
      found_.push_back(edge);
    }

    const ColumnLooking& walker_;
    std::vector<StatedEdge>& found_;
    std::array<StatedEdge, kWaiting> waiting_{};
    std::size_t next_ = 0;
  };

  class FieldLook : EdgeLook {
   public:
    FieldLook(const ColumnLooking& walker, const Level& level, std::vector<StatedEdge>& found)
        : EdgeLook(walker, found), walker_(walker), level_(level) {}
    void look(std::size_t item) {
      const std::size_t at = level_.begin + item;
      walker_.hint_entry(at + kFar, level_.end, false);
      walker_.hint_entry(at + kNear, level_.end, true);
      const ColumnEntry& entry = walker_.walk_.entries_[at];
      if (entry.kind != Kind::kField && entry.kind != Kind::kPart) return;
      EdgeLook::look(entry.node, static_cast<std::uint32_t>(at));
    }
    using EdgeLook::finish;

   private:
    const ColumnLooking& walker_;
    const Level& level_;
  };

  class TableLook : EdgeLook {
   public:
    TableLook(const ColumnLooking& walker, const Level& level, std::vector<StatedEdge>& found)
        : EdgeLook(walker, found), walker_(walker), level_(level) {}
    void look(std::size_t item) {
      const std::size_t at = level_.first_table + item;
      if (at + kFar < level_.tables) walker_.hint_table(at + kFar, false);
      if (at + kNear < level_.tables) walker_.hint_table(at + kNear, true);
      const Table& table = walker_.tables_[at];
      EdgeLook::look(table.dataset, table.entry);
    }
    using EdgeLook::finish;

   private:
    const ColumnLooking& walker_;
    const Level& level_;
  };

  // A job whose columns may be a gap, and what led there.
  struct DueJob {
    NodeId job;
    std::uint32_t from = 0;
    EdgeId by;
  };

  // An edge from a dataset to a job or along a flow.
  struct GapEdge {
    Table table;
    Neighbor to;
  };

  // Finds those that may lead to a gap.
  class GapLook {
   public:
    GapLook(const ColumnLooking& walker, const Tables& tables, std::vector<GapEdge>& found)
        : walker_(walker), tables_(tables), found_(found) {}

    void look(std::size_t item) {
      if (item + kFar < tables_.size()) walker_.hint_table(tables_[item + kFar], false);
      if (item + kNear < tables_.size()) walker_.hint_table(tables_[item + kNear], true);
      const Table& table = walker_.tables_[tables_[item]];
      walker_.graph_.for_each(
          table.dataset, walker_.options_.direction, walker_.job_kinds(), [&](const Neighbor& to) {
            const bool claimed = (walker_.walk_.state_[to.node] & State::kGap) != 0;
            if (to.kind == EdgeKind::kFlow || !claimed) found_.push_back({table, to});
            return true;
          });
    }
    void finish() {}

   private:
    const ColumnLooking& walker_;
    const Tables& tables_;
    std::vector<GapEdge>& found_;
  };

  // Leaves out the jobs that state all their columns, as far as that is seen at once: most of them.
  class JobLook {
   public:
    JobLook(const ColumnLooking& walker, std::vector<DueJob>& found)
        : walker_(walker), found_(found) {}

    void look(std::size_t item) {
      walker_.hint_job(item + kFar, false);
      walker_.hint_job(item + kNear, true);
      walker_.hint_outputs(item + kClose);
      const DueJob& due = walker_.due_jobs_[item];
      if (!walker_.clearly_states_all(due.job)) found_.push_back(due);
    }
    void finish() {}

   private:
    const ColumnLooking& walker_;
    std::vector<DueJob>& found_;
  };

  model::EdgeKinds job_kinds() const {
    return mask(down_ ? EdgeKind::kReads : EdgeKind::kWrites) | mask(EdgeKind::kFlow);
  }

  void hint_entry(std::size_t at, std::size_t end, bool near) const {
    if (at < end) graph_.prefetch_edges(walk_.entries_[at].node, options_.direction, near);
  }
  void hint_table(std::size_t at, bool near) const {
    graph_.prefetch_edges(tables_[at].dataset, options_.direction, near);
  }

  void hint_job(std::size_t at, bool near) const {
    if (at < due_jobs_.size()) {
      graph_.prefetch_edges(due_jobs_[at].job, options_.direction, near);
    }
  }

  // What clearly_states_all() will ask for.
  void hint_outputs(std::size_t at) const {
    if (at >= due_jobs_.size() || !follows_vias()) return;
    graph_.for_each(due_jobs_[at].job, Direction::kDownstream, mask(EdgeKind::kWrites),
                    [&](const Neighbor& to) {
                      first_via_.prefetch(to.node);
                      return true;
                    });
  }

  // True only if find_gaps_of(job) is false. Reads only.
  bool clearly_states_all(NodeId job) const {
    if (!down_) return false;
    bool any = false, all = true;
    graph_.for_each(job, Direction::kDownstream, kWriteKinds, [&](const Neighbor& to) {
      any = true;
      const bool first = follows_vias() && first_via_[to.node] == job.value;
      all = first || cover_.clearly_covers(job, to.node);
      return all;
    });
    return any && all;
  }

  bool is_new(NodeId end) const {
    return (walk_.state_[end] & (State::kField | State::kWhole)) == 0;
  }

  ColumnCover cover_;
  std::vector<DueJob> due_jobs_;
};

}  // namespace headwater::query
