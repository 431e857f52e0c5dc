#include "query/column_walk.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "graph/graph_inl.h"
#include "query/column_cover.h"

namespace headwater::query {

using graph::CutReason;
using graph::Direction;
using graph::Neighbor;
using model::EdgeId;
using model::EdgeKind;
using Kind = ColumnEntry::Kind;

// Level by level, as graph::reach: what costs nothing first (the fields of a dataset, what is
// nested), until the level grows no more, then what costs a job. A job that is entered over a gap
// passes on at once to its outputs (inputs, upstream), which are of its own level.
class ColumnWalker {
 public:
  ColumnWalker(const Snapshot& graph, const std::vector<ColumnStart>& starts,
               const ColumnWalkOptions& options)
      : graph_(graph),
        starts_(starts),
        options_(options),
        down_(options.direction == Direction::kDownstream),
        cover_(graph),
        walk_(graph.node_count()) {}

  ColumnWalk run() {
    for (const ColumnStart& start : starts_) {
      const auto self = static_cast<std::uint32_t>(walk_.entries_.size());
      walk_.entries_.push_back({start.dataset, self, EdgeId{}, 0, Kind::kStart, false});
    }
    walk_.starts_ = starts_.size();
    Level level{0, 0, 0, 0, 0};
    follow_stated(level);
    Level assumed = level;
    if (options_.assume && !stopped()) follow_assumed(assumed);
    if (!stopped()) look_beyond(level, assumed);
    return std::move(walk_);
  }

 private:
  static constexpr std::size_t kPollEvery = 2048;
  using State = ColumnWalk::State;

  // A dataset, and the entry by which it was touched first.
  struct Table {
    NodeId dataset;
    std::uint32_t entry = 0;
  };
  struct Level {
    std::uint32_t distance;
    std::size_t begin, end;           // of entries
    std::size_t first_table, tables;  // begin and end of tables_
  };

  bool stopped() const { return walk_.cut_ != CutReason::kNone; }
  void stop(CutReason reason, std::size_t limit) {
    if (stopped()) return;
    walk_.cut_ = reason;
    walk_.limit_ = limit;
    walk_.frontier_ = walk_.entries_.size() - at_;
  }
  bool cancelled() {
    if (++polls_ % kPollEvery != 0 || !options_.cancelled || !options_.cancelled()) return false;
    stop(CutReason::kCancelled, 0);
    return true;
  }

  // ---- entering --------------------------------------------------------------------------------

  std::uint32_t add(const ColumnEntry& entry) {
    walk_.entries_.push_back(entry);
    return static_cast<std::uint32_t>(walk_.entries_.size() - 1);
  }
  bool count_field() {
    if (++fields_ <= options_.max_fields) return true;
    stop(CutReason::kMaxNodes, options_.max_fields);
    return false;
  }
  bool count_table() {
    if (++tables_count_ <= options_.max_tables) return true;
    stop(CutReason::kMaxNodes, options_.max_tables);
    return false;
  }

  void enter_field(NodeId field, std::uint32_t from, EdgeId by, std::uint32_t distance,
                   bool assumed, bool part = false) {
    std::uint8_t& state = walk_.state_[field];
    if ((state & (part ? State::kField | State::kPart : +State::kField)) != 0) return;
    if (state == 0 && !count_field()) return;
    state |= (part ? State::kPart : State::kField);
    add({field, from, by, distance, part ? Kind::kPart : Kind::kField, assumed});
  }

  void enter_dataset(NodeId dataset, std::uint32_t from, EdgeId by, std::uint32_t distance,
                     bool assumed) {
    std::uint8_t& state = walk_.state_[dataset];
    if ((state & State::kWhole) != 0) return;
    state |= State::kWhole;
    add({dataset, from, by, distance, Kind::kDataset, assumed});
  }

  void enter_end(NodeId end, std::uint32_t from, EdgeId by, std::uint32_t distance, bool assumed) {
    // Most ends are known already: their bytes say so without a look at the node.
    const std::uint8_t state = walk_.state_[end];
    if ((state & (State::kField | State::kWhole)) != 0) return;
    if (graph_.kind_of(end) == NodeKind::kField) {
      enter_field(end, from, by, distance, assumed);
    } else {
      enter_dataset(end, from, by, distance, assumed);
    }
  }

  void enter_via(NodeId via, std::uint32_t from, EdgeId by, std::uint32_t distance, bool assumed) {
    if (!via) return;
    std::uint8_t& state = walk_.state_[via];
    if ((state & State::kVia) != 0) return;
    state |= State::kVia;
    if (graph_.kind_of(via) != NodeKind::kJob || !count_table()) return;
    add({via, from, by, distance, Kind::kJob, assumed});
  }

  // A dataset that was stated to be touched may be assumed to be touched nearer by: then its gaps
  // count from there.
  void touch_table(NodeId dataset, std::uint32_t entry, bool assumed) {
    std::uint8_t& state = walk_.state_[dataset];
    const bool known = (state & State::kTouched) != 0;
    if (known && (!assumed || (state & State::kGapsDue) != 0)) return;
    if (!known && !count_table()) return;
    state |= State::kTouched | (assumed ? State::kGapsDue : 0);
    tables_.push_back({dataset, entry});
  }

  // ---- what costs nothing ----------------------------------------------------------------------

  void follow_free(Level& level, bool assumed) {
    for (at_ = level.begin; at_ < walk_.entries_.size() && !stopped() && !cancelled(); ++at_) {
      const auto self = static_cast<std::uint32_t>(at_);
      const ColumnEntry entry = walk_.entries_[at_];
      switch (entry.kind) {
        case Kind::kStart: enter_start(self, entry); break;
        case Kind::kField: {
          const NodeId dataset = graph_.parent_of(entry.node);
          touch_table(dataset, self, assumed);
          if (!graph_.has_nested_fields(dataset)) break;
          enter_related(dataset, graph_.node(entry.node).name, self, entry.distance, assumed);
          break;
        }
        case Kind::kDataset:
          touch_table(entry.node, self, assumed);
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
    touch_table(entry.node, self, false);
    const std::string& path = starts_[self].path;
    if (path.empty()) return enter_dataset(entry.node, self, EdgeId{}, 0, false);
    if (const NodeId field = graph_.find_field(entry.node, path)) {
      enter_field(field, self, EdgeId{}, 0, false);
    } else if (graph_.has_nested_fields(entry.node)) {
      enter_related(entry.node, path, self, 0, false);
    }
  }

  using Paths = std::vector<std::pair<std::string_view, NodeId>>;

  const Paths& paths_of(NodeId dataset) {
    const auto [at, is_new] = paths_.try_emplace(dataset.value);
    if (is_new) {
      graph_.for_each_field(dataset, [&](NodeId field) {
        at->second.emplace_back(graph_.node(field).name, field);
        return true;
      });
      std::sort(at->second.begin(), at->second.end());
    }
    return at->second;
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

  void follow_columns(NodeId node, std::uint32_t from, std::uint32_t distance, bool assumed) {
    graph_.for_each(node, options_.direction, options_.kinds, [&](const Neighbor& to) {
      if (options_.follow && !options_.follow(from, walk_.entries_[from], to)) return true;
      if (options_.jobs) enter_via(graph_.via_of(to.edge), from, to.edge, distance + 1, assumed);
      enter_end(to.node, from, to.edge, distance + 1, assumed);
      return !stopped();
    });
  }

  void follow_columns(const Level& level, bool assumed) {
    for (at_ = level.begin; at_ < level.end && !stopped() && !cancelled(); ++at_) {
      const ColumnEntry& entry = walk_.entries_[at_];
      if (entry.kind != Kind::kField && entry.kind != Kind::kPart) continue;
      follow_columns(entry.node, static_cast<std::uint32_t>(at_), level.distance, assumed);
    }
    for (std::size_t i = level.first_table; i < level.tables && !stopped(); ++i) {
      follow_columns(tables_[i].dataset, tables_[i].entry, level.distance, assumed);
    }
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
    std::size_t table = 0;
    level = {0, walk_.entries_.size(), 0, stated_tables, 0};
    while (!stopped()) {
      const std::size_t first = table;
      for (; table < stated_tables && distance_of(table) == level.distance; ++table) {
        claim_gaps(table);
      }
      follow_free(level, true);
      if (stopped() || level.distance == options_.max_distance) return;
      if (level.distance == 0 && options_.silent_readers) enter_silent_readers();
      for (std::size_t i = first; i < table && !stopped(); ++i) {
        if (tables_[i].dataset) follow_gaps(tables_[i], level.distance);
      }
      follow_columns(level, true);
      for (std::size_t i = level.first_table; i < level.tables && !stopped(); ++i) {
        follow_gaps(tables_[i], level.distance);
      }
      for (std::size_t i = level.begin; i < level.end && !stopped(); ++i) follow_job_flows(i);
      if (table == stated_tables && level.end == walk_.entries_.size()) return;
      level = {level.distance + 1, level.end, 0, level.tables, 0};
    }
  }

  // Takes a stated table off the list if its gaps have been followed from nearer by.
  void claim_gaps(std::size_t table) {
    std::uint8_t& state = walk_.state_[tables_[table].dataset];
    if ((state & State::kGapsDue) != 0) tables_[table].dataset = NodeId{};
    state |= State::kGapsDue;
  }

  std::uint32_t distance_of(std::size_t table) const {
    return walk_.entries_[tables_[table].entry].distance;
  }

  model::EdgeKinds job_kinds() const {
    return mask(down_ ? EdgeKind::kReads : EdgeKind::kWrites) | mask(EdgeKind::kFlow);
  }

  // From a dataset over the jobs (or flows) that state no columns.
  void follow_gaps(const Table& table, std::uint32_t distance) {
    if (cancelled()) return;
    graph_.for_each(table.dataset, options_.direction, job_kinds(), [&](const Neighbor& to) {
      if (to.kind == EdgeKind::kFlow) {
        follow_flow(table.dataset, to, table.entry, distance);
      } else if (down_ || !cover_.covers(to.node, table.dataset)) {
        enter_job(to.node, table.entry, to.edge, distance + 1);
      }
      return !stopped();
    });
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
      enter_job(flow.node, from, flow.edge, distance + 1);
    } else if (is_gap(node, flow)) {
      walk_.assumed_flows_.push_back(flow.edge);
      enter_dataset(flow.node, from, flow.edge, distance + 1, true);
    }
  }

  // The datasets that a job passes columns on to (or has them of) without stating them; nullopt if
  // it states them all.
  std::optional<std::vector<Neighbor>> gaps_of(NodeId job) {
    std::vector<Neighbor> gaps;
    bool any_output = false, any_gap = false;
    const model::EdgeKinds kinds =
        down_ ? mask(EdgeKind::kWrites) | mask(EdgeKind::kWritesScoped) : mask(EdgeKind::kReads);
    graph_.for_each(job, options_.direction, kinds, [&](const Neighbor& to) {
      any_output = true;
      if (down_ && cover_.covers(job, to.node)) return true;
      any_gap = true;
      if (to.kind != EdgeKind::kWritesScoped) gaps.push_back(to);  // scoped: over its flows
      return true;
    });
    if (any_output && !any_gap) return std::nullopt;
    return gaps;
  }

  void enter_job(NodeId job, std::uint32_t from, EdgeId by, std::uint32_t distance) {
    if ((walk_.state_[job] & State::kGap) != 0) return;
    walk_.state_[job] |= State::kGap;
    const auto gaps = gaps_of(job);
    if (!gaps || ((walk_.state_[job] & State::kVia) == 0 && !count_table())) return;
    const std::uint32_t self = add({job, from, by, distance, Kind::kJob, true});
    for (const Neighbor& to : *gaps) {
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
      if (!table.dataset || walk_.entries_[table.entry].distance != options_.max_distance) continue;
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
    const auto gaps = gaps_of(job);
    if (!gaps) return false;
    return is_new_job(job) || std::any_of(gaps->begin(), gaps->end(),
                                          [&](const Neighbor& to) { return is_new(to.node); });
  }

  const Snapshot& graph_;
  const std::vector<ColumnStart>& starts_;
  const ColumnWalkOptions& options_;
  const bool down_;
  ColumnCover cover_;
  ColumnWalk walk_;
  std::vector<Table> tables_;                       // in the order in which they were touched
  std::unordered_map<std::uint32_t, Paths> paths_;  // of datasets with nested fields
  std::size_t fields_ = 0, tables_count_ = 0, polls_ = 0, at_ = 0;
};

ColumnWalk ColumnWalk::run(const Snapshot& graph, const std::vector<ColumnStart>& starts,
                           const ColumnWalkOptions& options) {
  return ColumnWalker(graph, starts, options).run();
}

}  // namespace headwater::query
