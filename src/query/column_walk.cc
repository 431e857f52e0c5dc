#include "query/column_walk.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "graph/graph_inl.h"
#include "query/column_gaps.h"

namespace headwater::query {

using graph::Direction;
using graph::Neighbor;
using model::EdgeId;
using model::EdgeKind;

// Level by level, as graph::reach: what costs nothing first (the fields of a dataset, what is
// nested), until the level grows no more, then what costs a job. A job that is entered over a gap
// passes on at once to its outputs (inputs, upstream), which are of its own level.
class ColumnWalker : private ColumnGaps {
 public:
  ColumnWalker(const Snapshot& graph, const std::vector<ColumnStart>& starts,
               const ColumnWalkOptions& options)
      : ColumnGaps(graph, options, starts.size()), starts_(starts) {}

  ColumnWalk run() {
    for (const ColumnStart& start : starts_) {
      const auto self = static_cast<std::uint32_t>(entries_.size());
      entries_.push_back(ColumnEntry::make(start.dataset, self, EdgeId{}, 0, Kind::kStart, false));
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
  // ---- what costs nothing ----------------------------------------------------------------------

  void follow_free(Level& level, bool assumed) {
    for (at_ = level.begin; at_ < entries_.size() && !stopped() && !cancelled(); ++at_) {
      hint_fields(at_ + kFar, false);
      hint_fields(at_ + kNear, true);
      const auto self = static_cast<std::uint32_t>(at_);
      const ColumnEntry entry = entries_[at_];
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
            enter_field(field, entry.node, self, EdgeId{}, entry.distance, assumed);
            return !stopped();
          });
          break;
        case Kind::kPart:
        case Kind::kJob: break;
      }
    }
    level.end = entries_.size();
    level.tables = tables_.size();
  }

  void hint_fields(std::size_t at, bool near) const {
    if (at >= entries_.size()) return;
    const ColumnEntry& entry = entries_[at];
    if (entry.kind != Kind::kDataset) return;
    if (!near) return graph_.prefetch(entry.node);
    if (const NodeId field = first_field(entry.node)) graph_.prefetch(field);
  }
  void enter_start(std::uint32_t self, const ColumnEntry& entry) {
    if (!can_touch(entry.node)) return;
    touch_table(entry.node, self, false);
    const std::string& path = starts_[self].path;
    if (path.empty()) return enter_dataset(entry.node, self, EdgeId{}, 0, false);
    if (const NodeId field = graph_.find_field(entry.node, path)) {
      enter_field(field, entry.node, self, EdgeId{}, 0, false);
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
      enter_field(it->second, dataset, from, EdgeId{}, distance, assumed);
    }
    for (std::size_t dot = path.find('.'); dot != path.npos; dot = path.find('.', dot + 1)) {
      const auto above = find(path.substr(0, dot));
      if (above == paths.end() || above->first != path.substr(0, dot)) continue;
      enter_field(above->second, dataset, from, EdgeId{}, distance, assumed, true);
    }
  }

  // ---- what is stated --------------------------------------------------------------------------

  // Ends with the level at which nothing was left to follow, or at the greatest distance.
  void follow_stated(Level& level) {
    while (!stopped()) {
      follow_free(level, false);
      if (stopped() || level.distance == options_.max_distance) return;
      follow_columns(level, false);
      if (level.end == entries_.size()) return;
      level = {level.distance + 1, level.end, 0, level.tables, 0};
    }
  }

  // ---- what is assumed -------------------------------------------------------------------------

  void follow_assumed(Level& level) {
    const std::size_t stated_tables = tables_.size();
    level = {0, entries_.size(), 0, stated_tables, 0};
    std::size_t table = 0;  // the next stated one
    Tables due, next;
    const auto claim = [&](std::uint32_t distance) {
      next.clear();
      for (; table < stated_tables && distance_of(table) == distance; ++table) {
        const NodeId dataset = tables_[table].dataset;
        const std::uint8_t state = walk_.state_[dataset];
        // Else its gaps have been followed from nearer by.
        if ((state & State::kGapsDue) == 0) next.push_back(static_cast<std::uint32_t>(table));
        walk_.state_[dataset] = state | State::kGapsDue;
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
      for (std::size_t i = level.begin; i < level.end && !stopped(); ++i) {
        if (i + kNear < level.end) hint_job_flows(i + kNear);
        follow_job_flows(i);
      }
      const bool over = next.empty() && table == stated_tables;
      if (over && level.end == entries_.size()) return;
      level = {level.distance + 1, level.end, 0, level.tables, 0};
    }
  }

  std::uint32_t distance_of(std::size_t table) const {
    return entries_[tables_[table].entry].distance;
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
    if (options_.max_distance > ColumnEntry::kMaxDistance) return;  // nothing is as far
    for (const Level* level : {&stated, &assumed}) {
      if (level->distance != options_.max_distance) continue;
      for (std::size_t i = level->begin; i < level->end; ++i) {
        const ColumnEntry& entry = entries_[i];
        const bool column = entry.kind == Kind::kField || entry.kind == Kind::kPart;
        if (column && columns_lead_on(entry.node)) ++walk_.frontier_;
        if (entry.kind == Kind::kJob && flows_lead_on(entry.node)) ++walk_.frontier_;
      }
    }
    for (const Table& table : tables_) {
      if (entries_[table.entry].distance != options_.max_distance) continue;
      if (columns_lead_on(table.dataset) || (options_.assume && gaps_lead_on(table.dataset))) {
        ++walk_.frontier_;
      }
    }
    if (walk_.frontier_ == 0) return;
    walk_.cut_ = CutReason::kMaxDistance;
    walk_.limit_ = options_.max_distance;
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
      } else if (down_ || !covers_[0].covers(to.node, dataset)) {
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
  std::unordered_map<std::uint32_t, Paths> paths_;  // of datasets with nested fields
  std::size_t asked_ = 0;                           // tables_ of which any_nested_ knows
  bool any_nested_ = false;
};

ColumnWalk ColumnWalk::run(const Snapshot& graph, const std::vector<ColumnStart>& starts,
                           const ColumnWalkOptions& options) {
  return ColumnWalker(graph, starts, options).run();
}

}  // namespace headwater::query
