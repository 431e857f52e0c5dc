#include "query/column_walk.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "graph/graph_inl.h"
#include "query/ahead.h"
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
      : ColumnEntering(graph, options, starts.size()),
        starts_(starts),
        covers_{ColumnCover(graph), ColumnCover(graph)},
        seen_{Seen(graph.node_count() + 1), Seen(graph.node_count() + 1)} {}

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
  using Tables = std::vector<std::uint32_t>;  // indexes into tables_
  struct Level {
    std::uint32_t distance;
    std::size_t begin, end;           // of entries
    std::size_t first_table, tables;  // begin and end of tables_
  };

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
  NodeId first_field(NodeId dataset) const {
    NodeId first;
    graph_.for_each_field(dataset, [&first](NodeId field) {
      first = field;
      return false;
    });
    return first;
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

  // Edges are gathered first (query/ahead.h), by two threads where there are many: where they lead,
  // without those that lead where others led before. That is where a walk of millions of columns
  // waits for memory. Then they are followed, in their order. What has been entered is known only
  // to the thread that follows: two that read and write the same bytes would wait for each other
  // more than for memory.
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
  static constexpr std::size_t kFar = 24, kNear = 12, kClose = 8;

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

  void hint_edges(NodeId node, bool near) const {
    if (node) graph_.prefetch_edges(node, options_.direction, near);
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
        const std::uint8_t state = walk_.state_.get(dataset);
        // Else its gaps have been followed from nearer by.
        if ((state & State::kGapsDue) == 0) next.push_back(static_cast<std::uint32_t>(table));
        walk_.state_.set(dataset, state | State::kGapsDue);
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
    const std::uint8_t state = walk_.state_.get(job);
    if ((state & State::kGap) != 0) return false;
    walk_.state_.set(job, state | State::kGap);
    return true;
  }

  void hint_job_flows(std::size_t at) const {
    const ColumnEntry& entry = entries_[at];
    if (entry.kind == Kind::kJob) hint_edges(entry.node, false);
  }
  void follow_job_flows(std::size_t at) {
    const ColumnEntry entry = entries_[at];
    if (entry.kind != Kind::kJob || (walk_.state_.get(entry.node) & State::kGap) == 0) return;
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
    if ((walk_.state_.get(due.job) & State::kVia) == 0 && !count_table()) return std::nullopt;
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

  bool is_new(NodeId end) const {
    return (walk_.state_.get(end) & (State::kField | State::kWhole)) == 0;
  }
  bool is_new_job(NodeId job) const {
    return options_.jobs && (walk_.state_.get(job) & (State::kVia | State::kGap)) == 0;
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
    if ((walk_.state_.get(job) & State::kGap) == 0) return false;
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
    if ((walk_.state_.get(job) & State::kGap) != 0) return false;
    if (!find_gaps_of(job)) return false;
    return is_new_job(job) || std::any_of(gaps_.begin(), gaps_.end(),
                                          [&](const Neighbor& to) { return is_new(to.node); });
  }

  const std::vector<ColumnStart>& starts_;
  std::array<ColumnCover, 2> covers_;               // one for each part of a run ahead
  std::unordered_map<std::uint32_t, Paths> paths_;  // of datasets with nested fields
  std::array<Seen, 2> seen_;                        // likewise
  Ahead<EdgeAhead> edges_ahead_;
  Ahead<WayAhead> ways_ahead_;
  Ahead<GapAhead> gaps_ahead_;
  std::vector<Table> level_tables_;
  std::vector<DueJob> due_jobs_;
  std::vector<Neighbor> gaps_;
  std::size_t asked_ = 0;  // tables_ of which any_nested_ knows
  bool any_nested_ = false;
};

ColumnWalk ColumnWalk::run(const Snapshot& graph, const std::vector<ColumnStart>& starts,
                           const ColumnWalkOptions& options) {
  return ColumnWalker(graph, starts, options).run();
}

}  // namespace headwater::query
