#include "query/column_walk.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "graph/graph_inl.h"
#include "query/column_cover.h"
#include "query/column_entering.h"

namespace headwater::query {

using graph::Direction;
using graph::Neighbor;
using model::EdgeId;
using model::EdgeKind;

// Level by level, as graph::reach: what costs nothing first (the fields of a dataset, what is
// nested), until the level grows no more, then what costs a job. A job that is entered over a gap
// passes on at once to its outputs (inputs, upstream), which are of its own level.
class ColumnWalker : private ColumnEntering {
 public:
  ColumnWalker(const Snapshot& graph, const std::vector<ColumnStart>& starts,
               const ColumnWalkOptions& options)
      : ColumnEntering(graph, options), starts_(starts), cover_(graph) {}

  ColumnWalk run() {
    // Room for all, of which only the pages that are written cost anything: growing would cost more
    // than the walk.
    walk_.entries_.reserve(graph_.node_count() + starts_.size());
    for (const ColumnStart& start : starts_) {
      const auto self = static_cast<std::uint32_t>(walk_.entries_.size());
      walk_.entries_.push_back(
          ColumnEntry::make(start.dataset, self, EdgeId{}, 0, Kind::kStart, false));
    }
    walk_.starts_ = starts_.size();
    Level level{0, 0, 0, 0, 0};
    follow_stated(level);
    Level assumed = level;
    if (options_.assume && !stopped()) follow_assumed(assumed);
    if (!stopped()) look_beyond(level, assumed);
    forget_vias();
    return std::move(walk_);
  }

 private:
  using Tables = std::vector<std::uint32_t>;  // indexes into tables_
  struct Level {
    std::uint32_t distance;
    std::size_t begin, end;           // of entries
    std::size_t first_table, tables;  // begin and end of tables_
  };

  // ---- what costs nothing ----------------------------------------------------------------------

  void follow_free(Level& level, bool assumed) {
    for (at_ = level.begin; at_ < walk_.entries_.size() && !stopped() && !cancelled(); ++at_) {
      const auto self = static_cast<std::uint32_t>(at_);
      const ColumnEntry entry = walk_.entries_[at_];
      switch (entry.kind) {
        case Kind::kStart: enter_start(self, entry); break;
        case Kind::kField: {
          if (!any_nested()) break;
          const NodeId dataset = graph_.parent_of(entry.node);
          if (!graph_.has_nested_fields(dataset)) break;
          enter_related(dataset, graph_.node(entry.node).name, self, entry.distance, assumed);
          break;
        }
        case Kind::kDataset:
          graph_.for_each_field(entry.node, [&](NodeId field) {
            enter_field(field, self, EdgeId{}, entry.distance, assumed);
            return !stopped();
          });
          break;
        case Kind::kPart:
        case Kind::kJob: break;
      }
    }
    level.end = walk_.entries_.size();
    level.tables = tables_.size();
  }

  void enter_start(std::uint32_t self, const ColumnEntry& entry) {
    if (!can_touch(entry.node)) return;
    touch_table(entry.node, self, false);
    const std::string& path = starts_[self].path;
    if (path.empty()) return enter_dataset(entry.node, self, EdgeId{}, 0, false);
    if (const NodeId field = graph_.find_field(entry.node, path)) {
      enter_field(field, self, EdgeId{}, 0, false);
    } else if (graph_.has_nested_fields(entry.node)) {
      enter_related(entry.node, path, self, 0, false);
    }
  }

  // Whether some dataset that was touched has nested fields. Most walks meet none: then they need
  // not ask for each field.
  bool any_nested() {
    for (; !any_nested_ && asked_ < tables_.size(); ++asked_) {
      if (asked_ + kFar < tables_.size()) graph_.prefetch(tables_[asked_ + kFar].dataset);
      any_nested_ = graph_.has_nested_fields(tables_[asked_].dataset);
    }
    return any_nested_;
  }

  using Paths = std::vector<std::pair<std::string_view, NodeId>>;

  const Paths& paths_of(NodeId dataset) {
    const auto [at, is_new] = paths_.try_emplace(dataset.value);
    Paths& paths = at->second;
    if (is_new) {
      graph_.for_each_field(dataset, [&](NodeId field) {
        paths.emplace_back(graph_.node(field).name, field);
        return true;
      });
      std::sort(paths.begin(), paths.end());
    }
    return paths;
  }

  void enter_related(NodeId dataset, std::string_view path, std::uint32_t from,
                     std::uint32_t distance, bool assumed) {
    const Paths& paths = paths_of(dataset);
    const auto find = [&](std::string_view wanted) {
      return std::lower_bound(paths.begin(), paths.end(), std::pair(wanted, NodeId{}));
    };
    const std::string inside = std::string(path) + ".";
    for (auto it = find(inside); it != paths.end() && it->first.starts_with(inside); ++it) {
      enter_field(it->second, from, EdgeId{}, distance, assumed);
    }
    for (std::size_t dot = path.find('.'); dot != path.npos; dot = path.find('.', dot + 1)) {
      const auto above = find(path.substr(0, dot));
      if (above == paths.end() || above->first != path.substr(0, dot)) continue;
      enter_field(above->second, from, EdgeId{}, distance, assumed, true);
    }
  }

  // ---- what is stated --------------------------------------------------------------------------

  // Edges wait a moment before they are followed to their ends: meanwhile the records behind them
  // come from memory, which is what a walk of millions of columns spends its time on.
  struct Waiting {
    std::uint32_t from = 0;
    Neighbor to;
  };
  static constexpr std::size_t kWaiting = 32, kFar = 24, kNear = 12, kClose = 6;

  void follow_columns(NodeId node, std::uint32_t from, std::uint32_t distance, bool assumed) {
    graph_.for_each(node, options_.direction, options_.kinds, [&](const Neighbor& to) {
      if (options_.jobs) graph_.prefetch(to.edge);
      if ((walk_.state_[to.node] & (State::kField | State::kWhole)) == 0) graph_.prefetch(to.node);
      Waiting& place = waiting_[next_++ % kWaiting];
      const Waiting due = std::exchange(place, {from, to});
      if (due.to.node) follow(due, distance, assumed);
      return !stopped();
    });
  }

  void follow(const Waiting& edge, std::uint32_t distance, bool assumed) {
    const bool wanted =
        !options_.follow || options_.follow(edge.from, walk_.entries_[edge.from], edge.to);
    if (wanted) arrive(edge.from, edge.to, distance + 1, assumed);
  }

  void follow_waiting(std::uint32_t distance, bool assumed) {
    for (std::size_t i = 0; i < kWaiting; ++i) {
      const Waiting due = std::exchange(waiting_[next_++ % kWaiting], {});
      if (due.to.node && !stopped()) follow(due, distance, assumed);
    }
  }

  void follow_columns(const Level& level, bool assumed) {
    for (at_ = level.begin; at_ < level.end && !stopped() && !cancelled(); ++at_) {
      hint_entry(at_ + kFar, level.end, false);
      hint_entry(at_ + kNear, level.end, true);
      const ColumnEntry entry = walk_.entries_[at_];
      if (entry.kind != Kind::kField && entry.kind != Kind::kPart) continue;
      follow_columns(entry.node, static_cast<std::uint32_t>(at_), level.distance, assumed);
    }
    for (std::size_t i = level.first_table; i < level.tables && !stopped(); ++i) {
      if (i + kFar < level.tables) hint_table(i + kFar, false);
      if (i + kNear < level.tables) hint_table(i + kNear, true);
      const Table table = tables_[i];
      follow_columns(table.dataset, table.entry, level.distance, assumed);
    }
    follow_waiting(level.distance, assumed);
  }

  void hint_entry(std::size_t at, std::size_t end, bool near) const {
    if (at < end) graph_.prefetch_edges(walk_.entries_[at].node, options_.direction, near);
  }
  void hint_table(std::size_t at, bool near) const {
    graph_.prefetch_edges(tables_[at].dataset, options_.direction, near);
  }

  // Ends with the level at which nothing was left to follow, or at the greatest distance.
  void follow_stated(Level& level) {
    while (!stopped()) {
      follow_free(level, false);
      if (stopped() || level.distance == options_.max_distance) return;
      follow_columns(level, false);
      if (level.end == walk_.entries_.size()) return;
      level = {level.distance + 1, level.end, 0, level.tables, 0};
    }
  }

  // ---- what is assumed -------------------------------------------------------------------------

  void follow_assumed(Level& level) {
    const std::size_t stated_tables = tables_.size();
    level = {0, walk_.entries_.size(), 0, stated_tables, 0};
    std::size_t table = 0;  // the next stated one
    Tables due, next;
    const auto claim = [&](std::uint32_t distance) {
      next.clear();
      for (; table < stated_tables && distance_of(table) == distance; ++table) {
        std::uint8_t& state = walk_.state_[tables_[table].dataset];
        // Else its gaps have been followed from nearer by.
        if ((state & State::kGapsDue) == 0) next.push_back(static_cast<std::uint32_t>(table));
        state |= State::kGapsDue;
      }
    };
    claim(0);
    while (!stopped()) {
      follow_free(level, true);
      if (stopped() || level.distance == options_.max_distance) return;
      if (level.distance == 0 && options_.silent_readers) enter_silent_readers();
      due.swap(next);
      for (std::size_t i = level.first_table; i < level.tables; ++i) {
        due.push_back(static_cast<std::uint32_t>(i));
      }
      // The next ones before any is touched: of equal distances what is stated has the better path.
      claim(level.distance + 1);
      follow_gaps(due, level.distance);
      follow_columns(level, true);
      for (std::size_t i = level.begin; i < level.end && !stopped(); ++i) follow_job_flows(i);
      const bool over = next.empty() && table == stated_tables;
      if (over && level.end == walk_.entries_.size()) return;
      level = {level.distance + 1, level.end, 0, level.tables, 0};
    }
  }

  std::uint32_t distance_of(std::size_t table) const {
    return walk_.entries_[tables_[table].entry].distance;
  }

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
    due_jobs_.clear();
    for (std::size_t i = 0; i < tables.size() && !stopped() && !cancelled(); ++i) {
      if (i + kFar < tables.size()) hint_table(tables[i + kFar], false);
      if (i + kNear < tables.size()) hint_table(tables[i + kNear], true);
      find_gaps(Table(tables_[tables[i]]), distance);
    }
    for (std::size_t i = 0; i < due_jobs_.size() && !stopped(); ++i) {
      hint_job(i + kFar, false);
      hint_job(i + kNear, true);
      hint_outputs(i + kClose);
      enter_job(due_jobs_[i], distance + 1);
    }
  }

  void hint_job(std::size_t at, bool near) const {
    if (at < due_jobs_.size()) {
      graph_.prefetch_edges(due_jobs_[at].job, options_.direction, near);
    }
  }

  // What covers() will ask for.
  void hint_outputs(std::size_t at) {
    if (at >= due_jobs_.size() || !follows_vias()) return;
    graph_.for_each(due_jobs_[at].job, Direction::kDownstream, mask(EdgeKind::kWrites),
                    [&](const Neighbor& to) {
                      first_via_.prefetch(to.node);
                      return true;
                    });
  }

  void find_gaps(const Table& table, std::uint32_t distance) {
    graph_.for_each(table.dataset, options_.direction, job_kinds(), [&](const Neighbor& to) {
      if (to.kind == EdgeKind::kFlow) {
        follow_flow(table.dataset, to, table.entry, distance);
      } else if (down_ || !cover_.covers(to.node, table.dataset)) {
        if (claim_job(to.node)) due_jobs_.push_back({to.node, table.entry, to.edge});
      }
      return !stopped();
    });
  }

  bool claim_job(NodeId job) {
    std::uint8_t& state = walk_.state_[job];
    return (std::exchange(state, state | State::kGap) & State::kGap) == 0;
  }

  void follow_job_flows(std::size_t at) {
    const ColumnEntry entry = walk_.entries_[at];
    if (entry.kind != Kind::kJob || (walk_.state_[entry.node] & State::kGap) == 0) return;
    graph_.for_each(entry.node, options_.direction, mask(EdgeKind::kFlow), [&](const Neighbor& to) {
      follow_flow(entry.node, to, static_cast<std::uint32_t>(at), entry.distance);
      return !stopped();
    });
  }

  bool is_gap(NodeId node, const Neighbor& flow) {
    const NodeId output = down_ ? flow.node : node;
    const NodeId via = graph_.via_of(flow.edge);
    return graph_.kind_of(output) != NodeKind::kDataset || !cover_.covers(via, output);
  }

  void follow_flow(NodeId node, const Neighbor& flow, std::uint32_t from, std::uint32_t distance) {
    if (graph_.kind_of(flow.node) == NodeKind::kJob) {
      if (claim_job(flow.node)) enter_job({flow.node, from, flow.edge}, distance + 1);
    } else if (is_gap(node, flow)) {
      walk_.assumed_flows_.push_back(flow.edge);
      enter_dataset(flow.node, from, flow.edge, distance + 1, true);
    }
  }

  bool covers(NodeId job, NodeId output) {
    if (follows_vias() && first_via_[output] == job.value) return true;
    return cover_.covers(job, output);
  }

  // Fills gaps_ with the datasets that a job passes columns on to (or has them of) without stating
  // them; false if it states them all.
  bool find_gaps_of(NodeId job) {
    gaps_.clear();
    bool any_output = false, any_gap = false;
    const model::EdgeKinds kinds =
        down_ ? mask(EdgeKind::kWrites) | mask(EdgeKind::kWritesScoped) : mask(EdgeKind::kReads);
    graph_.for_each(job, options_.direction, kinds, [&](const Neighbor& to) {
      any_output = true;
      if (down_ && covers(job, to.node)) return true;
      any_gap = true;
      if (to.kind != EdgeKind::kWritesScoped) gaps_.push_back(to);  // scoped: over its flows
      return true;
    });
    return any_gap || !any_output;
  }

  void enter_job(const DueJob& due, std::uint32_t distance) {
    if (!find_gaps_of(due.job)) return;
    if ((walk_.state_[due.job] & State::kVia) == 0 && !count_table()) return;
    const std::uint32_t self =
        add(ColumnEntry::make(due.job, due.from, due.by, distance, Kind::kJob, true));
    walk_.jobs_.push_back(self);
    for (const Neighbor& to : gaps_) {
      if (stopped()) return;
      enter_dataset(to.node, self, to.edge, distance, true);
    }
  }

  void enter_silent_readers() {
    for (std::size_t i = 0; i < tables_.size() && distance_of(i) == 0 && !stopped(); ++i) {
      const Table table = tables_[i];
      std::vector<std::uint32_t> named;
      const auto note = [&](NodeId node) {
        graph_.for_each(node, Direction::kDownstream, model::kColumnLineage,
                        [&](const Neighbor& to) {
                          named.push_back(graph_.via_of(to.edge).value);
                          return true;
                        });
        return true;
      };
      note(table.dataset);
      graph_.for_each_field(table.dataset, note);
      std::sort(named.begin(), named.end());
      graph_.for_each(table.dataset, Direction::kDownstream, mask(EdgeKind::kReads),
                      [&](const Neighbor& to) {
                        if (!std::binary_search(named.begin(), named.end(), to.node.value)) {
                          enter_via(to.node, table.entry, to.edge, 1, true);
                        }
                        return !stopped();
                      });
    }
  }

  // ---- the edge of the answer ------------------------------------------------------------------

  // At the greatest distance: cut if something new lies beyond.
  void look_beyond(const Level& stated, const Level& assumed) {
    for (const Level* level : {&stated, &assumed}) {
      if (level->distance != options_.max_distance) continue;
      for (std::size_t i = level->begin; i < level->end; ++i) {
        const ColumnEntry& entry = walk_.entries_[i];
        const bool column = entry.kind == Kind::kField || entry.kind == Kind::kPart;
        if (column && columns_lead_on(entry.node)) ++walk_.frontier_;
        if (entry.kind == Kind::kJob && flows_lead_on(entry.node)) ++walk_.frontier_;
      }
    }
    for (const Table& table : tables_) {
      if (walk_.entries_[table.entry].distance != options_.max_distance) continue;
      if (columns_lead_on(table.dataset) || (options_.assume && gaps_lead_on(table.dataset))) {
        ++walk_.frontier_;
      }
    }
    if (walk_.frontier_ == 0) return;
    walk_.cut_ = CutReason::kMaxDistance;
    walk_.limit_ = options_.max_distance;
  }

  bool is_new(NodeId end) const {
    return (walk_.state_[end] & (State::kField | State::kWhole)) == 0;
  }
  bool is_new_job(NodeId job) const {
    return options_.jobs && (walk_.state_[job] & (State::kVia | State::kGap)) == 0;
  }

  bool columns_lead_on(NodeId node) const {
    bool beyond = false;
    graph_.for_each(node, options_.direction, options_.kinds, [&](const Neighbor& to) {
      const NodeId via = graph_.via_of(to.edge);
      beyond = is_new(to.node) || (via && graph_.kind_of(via) == NodeKind::kJob && is_new_job(via));
      return !beyond;
    });
    return beyond;
  }

  bool gaps_lead_on(NodeId dataset) {
    bool beyond = false;
    graph_.for_each(dataset, options_.direction, job_kinds(), [&](const Neighbor& to) {
      if (to.kind == EdgeKind::kFlow) {
        beyond = flow_leads_on(dataset, to);
      } else if (down_ || !cover_.covers(to.node, dataset)) {
        beyond = job_leads_on(to.node);
      }
      return !beyond;
    });
    return beyond;
  }

  bool flows_lead_on(NodeId job) {
    if ((walk_.state_[job] & State::kGap) == 0) return false;
    bool beyond = false;
    graph_.for_each(job, options_.direction, mask(EdgeKind::kFlow), [&](const Neighbor& to) {
      beyond = flow_leads_on(job, to);
      return !beyond;
    });
    return beyond;
  }

  bool flow_leads_on(NodeId node, const Neighbor& flow) {
    if (graph_.kind_of(flow.node) == NodeKind::kJob) return job_leads_on(flow.node);
    return is_gap(node, flow) && is_new(flow.node);
  }

  bool job_leads_on(NodeId job) {
    if ((walk_.state_[job] & State::kGap) != 0) return false;
    if (!find_gaps_of(job)) return false;
    return is_new_job(job) || std::any_of(gaps_.begin(), gaps_.end(),
                                          [&](const Neighbor& to) { return is_new(to.node); });
  }

  const std::vector<ColumnStart>& starts_;
  ColumnCover cover_;
  std::unordered_map<std::uint32_t, Paths> paths_;  // of datasets with nested fields
  std::array<Waiting, kWaiting> waiting_{};
  std::vector<DueJob> due_jobs_;
  std::vector<Neighbor> gaps_;
  std::size_t next_ = 0;   // of waiting_
  std::size_t asked_ = 0;  // tables_ of which any_nested_ knows
  bool any_nested_ = false;
};

ColumnWalk ColumnWalk::run(const Snapshot& graph, const std::vector<ColumnStart>& starts,
                           const ColumnWalkOptions& options) {
  return ColumnWalker(graph, starts, options).run();
}

}  // namespace headwater::query
