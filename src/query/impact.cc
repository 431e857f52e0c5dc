#include "query/impact.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "graph/graph_inl.h"

namespace headwater::query {
namespace {

using graph::CutReason;
using graph::Direction;
using graph::Reach;
using model::EdgeKind;

constexpr std::array<std::pair<ChangeKind, std::string_view>, 4> kKinds = {
    {{ChangeKind::kData, "data"},
     {ChangeKind::kCode, "code"},
     {ChangeKind::kJobRetired, "job_retired"},
     {ChangeKind::kDatasetDeleted, "dataset_deleted"}}};

constexpr model::EdgeKinds kWriteKinds = mask(EdgeKind::kWrites) | mask(EdgeKind::kWritesScoped);

NodeKind subject_of(ChangeKind kind) {
  return kind == ChangeKind::kCode || kind == ChangeKind::kJobRetired ? NodeKind::kJob
                                                                      : NodeKind::kDataset;
}

struct Verdict {
  Severity severity;
  std::string_view rule;
};

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
  switch (kind) {
    case ChangeKind::kData: return {Severity::kRecompute, "data.downstream"};
    case ChangeKind::kCode:
      return {Severity::kRecompute,
              starts.contains(from.value) ? "code.output" : "code.downstream"};
    case ChangeKind::kJobRetired:
      if (!starts.contains(from.value)) return {Severity::kDegraded, "job_retired.downstream"};
      return {Severity::kDegraded, written_by_others(graph, reached.node, starts)
                                       ? "job_retired.other_writer"
                                       : "job_retired.sole_writer"};
    case ChangeKind::kDatasetDeleted:
      if (starts.contains(from.value) && graph.node(reached.node).kind == NodeKind::kJob) {
        return {Severity::kBreaking, "dataset_deleted.reader"};
      }
      return {Severity::kDegraded, "dataset_deleted.downstream"};
  }
  return {Severity::kDegraded, ""};
}

}  // namespace

// One walk per kind of change, from all nodes so changed at once.
struct Impact::Walks {
  std::vector<Reach> reaches;
};

Impact::Impact() : walks_(std::make_unique<Walks>()) {}
Impact::Impact(Impact&&) noexcept = default;
Impact& Impact::operator=(Impact&&) noexcept = default;
Impact::~Impact() = default;

std::string_view to_string(ChangeKind kind) {
  return kKinds[static_cast<std::size_t>(kind)].second;
}

std::string_view to_string(Severity severity) {
  constexpr std::array<std::string_view, 3> kNames = {"breaking", "degraded", "recompute"};
  return kNames[static_cast<std::size_t>(severity)];
}

std::optional<ChangeKind> change_kind(std::string_view text) {
  for (const auto& [kind, name] : kKinds) {
    if (name == text) return kind;
  }
  return std::nullopt;
}

Result<void> check_change(const Snapshot& graph, const Change& change) {
  const NodeKind wanted = subject_of(change.kind);
  if (graph.node(change.node).kind == wanted) return {};
  std::string message = "A change of kind ";
  message.append(to_string(change.kind)).append(" is about a ").append(model::to_string(wanted));
  message.append("; ").append(format_node(graph, change.node)).append(" is none.");
  return base::make_error(base::ErrorCode::kInvalidArgument, std::move(message));
}

class Impact::Builder {
 public:
  Builder(const Snapshot& graph, const ImpactRequest& request) : graph_(graph), request_(request) {
    for (const Change& change : request.changes) changed_.insert(change.node.value);
  }

  void walk(ChangeKind kind) {
    std::vector<NodeId> nodes;
    Starts starts;
    for (const Change& change : request_.changes) {
      if (change.kind != kind || !starts.insert(change.node.value).second) continue;
      nodes.push_back(change.node);
    }
    if (nodes.empty()) return;
    graph::ReachOptions options;
    options.max_distance = request_.depth;
    options.max_nodes = request_.max_nodes;
    options.cancelled = request_.cancelled;
    Reach reach = graph::reach(graph_, nodes, options);
    for (std::uint32_t i = 0; i < reach.nodes.size(); ++i) {
      if (!changed_.contains(reach.nodes[i].node.value)) add(kind, starts, reach.nodes[i], i);
    }
    add_cut(reach);
    out_.walks_->reaches.push_back(std::move(reach));
  }

  Impact finish() {
    std::sort(out_.affected_.begin(), out_.affected_.end(),
              [](const Affected& a, const Affected& b) {
                return std::tie(a.distance, a.node) < std::tie(b.distance, b.node);
              });
    for (const Affected& affected : out_.affected_) count(affected);
    return std::move(out_);
  }

 private:
  void add(ChangeKind kind, const Starts& starts, const graph::Reached& node, std::uint32_t at) {
    const NodeId from = graph_.canonical(graph_.edge(node.by).src);
    const Verdict verdict = judge(graph_, kind, starts, node, from);
    const auto walk = static_cast<std::uint32_t>(out_.walks_->reaches.size());
    const Affected found{node.node, node.distance, verdict.severity, verdict.rule, walk, at};
    const auto [it, is_new] = index_.emplace(node.node.value, out_.affected_.size());
    if (is_new) {
      out_.affected_.push_back(found);
      return;
    }
    Affected& old = out_.affected_[it->second];
    if (std::tie(found.severity, found.distance) < std::tie(old.severity, old.distance)) {
      old = found;
    }
  }

  void add_cut(const Reach& reach) {
    if (reach.complete()) return;
    Cut& cut = out_.cut_;
    cut.frontier += reach.frontier;
    if (static_cast<int>(reach.cut) <= static_cast<int>(cut.reason)) return;
    cut.reason = reach.cut;
    if (reach.cut == CutReason::kMaxDistance) cut.limit = request_.depth;
    if (reach.cut == CutReason::kMaxNodes) cut.limit = request_.max_nodes;
  }

  void count(const Affected& affected) {
    ImpactSummary& sum = out_.summary_;
    ++(affected.severity == Severity::kBreaking   ? sum.breaking
       : affected.severity == Severity::kDegraded ? sum.degraded
                                                  : sum.recompute);
    ++(graph_.node(affected.node).kind == NodeKind::kJob ? sum.jobs : sum.datasets);
  }

  const Snapshot& graph_;
  const ImpactRequest& request_;
  Starts changed_;
  std::unordered_map<std::uint32_t, std::size_t> index_;
  Impact out_;
};

Result<Impact> Impact::of(const Snapshot& graph, const ImpactRequest& request) {
  for (const Change& change : request.changes) HW_CHECK_OK(check_change(graph, change));
  Builder builder(graph, request);
  for (const auto& kind : kKinds) builder.walk(kind.first);
  return builder.finish();
}

std::vector<model::EdgeId> Impact::path(const Snapshot& graph, const Affected& affected) const {
  return graph::path_to(graph, walks_->reaches[affected.walk], affected.index,
                        Direction::kDownstream);
}

}  // namespace headwater::query
