// Impact::of: the walks of a request, and who is affected by which.

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "graph/graph_inl.h"
#include "query/impact_walk.h"

namespace headwater::query {

using graph::CutReason;
using graph::Direction;
using model::EdgeKind;
using Kind = ColumnEntry::Kind;

namespace {

constexpr model::EdgeKinds kWriteKinds = mask(EdgeKind::kWrites) | mask(EdgeKind::kWritesScoped);
constexpr ChangeKind kLast = ChangeKind::kColumnAdded;

using Starts = std::unordered_set<std::uint32_t>;

bool written_by_others(const Snapshot& graph, NodeId dataset, const Starts& retired) {
  bool others = false;
  graph.for_each(dataset, Direction::kUpstream, kWriteKinds, [&](const graph::Neighbor& writer) {
    others = !retired.contains(graph.canonical(writer.node).value);
    return !others;
  });
  return others;
}

// `from`: where the last edge of the path starts.
Verdict judge(const Snapshot& graph, ChangeKind kind, const Starts& starts,
              const graph::Reached& reached, NodeId from) {
  const bool next_to_it = starts.contains(from.value);
  const bool reader = next_to_it && graph.kind_of(reached.node) == NodeKind::kJob;
  switch (kind) {
    case ChangeKind::kData: return {Severity::kRecompute, "data.downstream"};
    case ChangeKind::kCode:
      return {Severity::kRecompute, next_to_it ? "code.output" : "code.downstream"};
    case ChangeKind::kJobRetired:
      if (!next_to_it) return {Severity::kDegraded, "job_retired.downstream"};
      return {Severity::kDegraded, written_by_others(graph, reached.node, starts)
                                       ? "job_retired.other_writer"
                                       : "job_retired.sole_writer"};
    case ChangeKind::kDatasetDeleted:
      if (reader) return {Severity::kBreaking, "dataset_deleted.reader"};
      return {Severity::kDegraded, "dataset_deleted.downstream"};
    default:
      return {Severity::kDegraded, reader ? "dataset_late.reader" : "dataset_late.downstream"};
  }
}

}  // namespace

class Impact::Builder {
 public:
  Builder(Session& session, const ImpactRequest& request)
      : session_(session),
        graph_(session.graph()),
        request_(request),
        changed_(graph_.node_count() + 1),
        index_(graph_.node_count() + 1) {
    out_.changes_ = request.changes;
    for (const Change& change : request.changes) changed_[change.node] = 1;
  }

  Result<Impact> run() {
    for (auto kind = ChangeKind::kData; kind <= kLast;
         kind = static_cast<ChangeKind>(static_cast<int>(kind) + 1)) {
      std::vector<std::size_t> changes;
      for (std::size_t i = 0; i < request_.changes.size(); ++i) {
        if (request_.changes[i].kind == kind) changes.push_back(i);
      }
      if (changes.empty()) continue;
      if (!is_column_change(kind)) {
        walk_tables(kind, changes);
        continue;
      }
      if (kind == ChangeKind::kColumnRetyped) HW_CHECK_OK(walk_types(changes));
      walk_columns(kind, changes);
    }
    sort();
    for (const Affected& affected : out_.affected_) {
      out_.summary_.count(affected.severity, affected.job ? NodeKind::kJob : NodeKind::kDataset);
    }
    return std::move(out_);
  }

 private:
  // By distance, then node. Large answers by counting: the nodes have numbers already.
  void sort() {
    std::vector<Affected>& all = out_.affected_;
    if (all.size() < graph_.node_count() / 64) {
      std::sort(all.begin(), all.end(), [](const Affected& a, const Affected& b) {
        return std::tie(a.distance, a.node) < std::tie(b.distance, b.node);
      });
      return;
    }
    std::uint32_t farthest = 0;
    for (const Affected& affected : all) farthest = std::max(farthest, affected.distance);
    std::vector<std::size_t> place(farthest + std::size_t{2});
    for (const Affected& affected : all) ++place[affected.distance + std::size_t{1}];
    for (std::size_t i = 1; i < place.size(); ++i) place[i] += place[i - 1];
    std::vector<Affected> sorted(all.size());
    for (std::uint32_t id = 1; id <= graph_.node_count(); ++id) {
      if (index_[NodeId{id}] == 0) continue;
      const Affected& affected = all[index_[NodeId{id}] - 1];
      sorted[place[affected.distance]++] = affected;
    }
    all = std::move(sorted);
  }

  void walk_tables(ChangeKind kind, const std::vector<std::size_t>& changes) {
    std::vector<NodeId> nodes;
    Starts starts;
    for (const std::size_t i : changes) {
      const NodeId node = request_.changes[i].node;
      if (starts.insert(node.value).second) nodes.push_back(node);
    }
    graph::ReachOptions options;
    options.max_distance = request_.depth;
    options.max_nodes = request_.max_nodes;
    options.cancelled = request_.cancelled;
    auto walk = std::make_unique<Walk>();
    walk->kind = kind;
    walk->tables = graph::reach(graph_, nodes, options);
    const graph::Reach& reach = *walk->tables;
    for (std::uint32_t i = 0; i < reach.nodes.size(); ++i) {
      const graph::Reached& node = reach.nodes[i];
      if (!node.by || changed_[node.node] != 0) continue;
      const NodeId from = graph_.canonical(graph_.edge(node.by).src);
      const Verdict verdict = judge(graph_, kind, starts, node, from);
      const bool job = graph_.kind_of(node.node) == NodeKind::kJob;
      add({node.node, node.distance, verdict.severity, false, job, this_walk(), i, verdict.rule});
    }
    add_cut(reach.cut, reach.frontier,
            reach.cut == CutReason::kMaxNodes ? request_.max_nodes : request_.depth);
    out_.walks_.push_back(std::move(walk));
  }

  std::vector<ColumnStart> starts_of(const std::vector<std::size_t>& changes) const {
    std::vector<ColumnStart> starts;
    for (const std::size_t i : changes) {
      starts.push_back({request_.changes[i].node, request_.changes[i].column});
    }
    return starts;
  }

  ColumnWalkOptions options() const {
    ColumnWalkOptions options;
    options.max_distance = request_.depth;
    options.max_tables = request_.max_nodes;
    options.cancelled = request_.cancelled;
    return options;
  }

  void walk_columns(ChangeKind kind, const std::vector<std::size_t>& changes) {
    ColumnWalkOptions how = options();
    how.jobs = true;
    how.silent_readers = kind != ChangeKind::kColumnAdded;
    auto walk = std::make_unique<Walk>();
    walk->kind = kind;
    walk->changes = changes;
    if (kind == ChangeKind::kColumnAdded) {
      // Who names columns does not name the new one; who reads the struct around it gets it.
      how.follow = [](std::uint32_t, const ColumnEntry& from, const graph::Neighbor&) {
        return from.distance == 0;
      };
    }
    walk->columns = ColumnWalk::run(graph_, starts_of(changes), how);
    add_entries(*walk);
    add_cut(walk->columns->cut(), walk->columns->frontier(), walk->columns->limit());
    out_.walks_.push_back(std::move(walk));
  }

  void add_entries(const Walk& walk) {
    const std::vector<ColumnEntry>& entries = walk.columns->entries();
    const auto judge_entry = [&](NodeId node, std::uint32_t i) {
      const ColumnEntry& entry = entries[i];
      if (changed_[node] != 0) return;
      const bool reads_the_change = entry.distance == 1 && entries[entry.from].distance == 0;
      const Verdict verdict = judge_column_entry(walk.kind, entry, reads_the_change);
      add({node, entry.distance, verdict.severity, entry.assumed, entry.kind == Kind::kJob,
           this_walk(), i, verdict.rule});
    };
    const std::size_t most = walk.columns->tables().size() + walk.columns->jobs().size();
    out_.affected_.reserve(out_.affected_.size() + most);
    for (const ColumnWalk::Table& table : walk.columns->tables()) {
      judge_entry(table.dataset, table.entry);
    }
    for (const std::uint32_t job : walk.columns->jobs()) judge_entry(entries[job].node, job);
  }

  // The columns that take on the new type, and the jobs that use one of them.
  Result<void> walk_types(const std::vector<std::size_t>& changes) {
    HW_TRY(const Transformations known, Transformations::read(session_));
    auto walk = std::make_unique<Walk>();
    walk->kind = ChangeKind::kColumnRetyped;
    walk->changes = changes;
    ColumnWalkOptions how = options();
    how.assume = false;
    std::unordered_map<std::uint32_t, std::size_t> verdict_of;
    how.follow = [&](std::uint32_t from, const ColumnEntry&, const graph::Neighbor& to) {
      const bool indirect = to.kind == EdgeKind::kColumnIndirect;
      const RetypedUse use = judge_retyped(known.at(graph_.detail_of(to.edge)), indirect);
      const NodeId via = graph_.via_of(to.edge);
      if (via && graph_.kind_of(via) == NodeKind::kJob) {
        auto& all = walk->verdicts;
        const auto [at, is_new] = verdict_of.try_emplace(via.value, all.size());
        const JobVerdict verdict{via, from, to.edge, use.verdict.severity, use.verdict.rule};
        if (is_new) {
          all.push_back(verdict);
        } else if (verdict.severity < all[at->second].severity) {
          all[at->second] = verdict;
        }
      }
      return use.passes_on;
    };
    walk->columns = ColumnWalk::run(graph_, starts_of(changes), how);
    add_types(*walk);
    if (walk->columns->cut() == CutReason::kCancelled) add_cut(CutReason::kCancelled, 0, 0);
    out_.walks_.push_back(std::move(walk));
    return {};
  }

  void add_types(const Walk& walk) {
    const std::vector<ColumnEntry>& entries = walk.columns->entries();
    const auto size = static_cast<std::uint32_t>(entries.size());
    for (std::uint32_t i = 0; i < walk.verdicts.size(); ++i) {
      const JobVerdict& verdict = walk.verdicts[i];
      const std::uint32_t distance = entries[verdict.from].distance + 1;
      if (distance > request_.depth || changed_[verdict.job] != 0) continue;
      add({verdict.job, distance, verdict.severity, false, true, this_walk(), size + i,
           verdict.rule});
    }
    for (const ColumnWalk::Table& table : walk.columns->tables()) {
      if (changed_[table.dataset] != 0) continue;
      add({table.dataset, entries[table.entry].distance, Severity::kDegraded, false, false,
           this_walk(), table.entry, "column_retyped.passed_on"});
    }
  }

  std::uint8_t this_walk() const { return static_cast<std::uint8_t>(out_.walks_.size()); }

  void add(const Affected& found) {
    std::uint32_t& at = index_[found.node];
    if (at == 0) {
      out_.affected_.push_back(found);
      at = static_cast<std::uint32_t>(out_.affected_.size());
      return;
    }
    Affected& old = out_.affected_[at - 1];
    const auto order = [](const Affected& a) {
      return std::tuple(a.severity, a.assumed, a.distance);
    };
    if (order(found) < order(old)) old = found;
  }

  void add_cut(CutReason reason, std::size_t frontier, std::size_t limit) {
    if (reason == CutReason::kNone) return;
    Cut& cut = out_.cut_;
    cut.frontier += frontier;
    if (static_cast<int>(reason) <= static_cast<int>(cut.reason)) return;
    cut.reason = reason;
    cut.limit.reset();
    if (reason != CutReason::kCancelled) cut.limit = limit;
  }

  Session& session_;
  const Snapshot& graph_;
  const ImpactRequest& request_;
  SparseZeros<std::uint8_t> changed_;
  SparseZeros<std::uint32_t> index_;  // of affected_, plus 1
  Impact out_;
};

Result<Impact> Impact::of(Session& session, const ImpactRequest& request) {
  for (const Change& change : request.changes) HW_CHECK_OK(check_change(session, change));
  return Builder(session, request).run();
}

}  // namespace headwater::query
