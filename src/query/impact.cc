#include "query/impact.h"

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

#include "graph/graph_inl.h"
#include "query/columns.h"
#include "query/impact_walk.h"

namespace headwater::query {
namespace {

using graph::Direction;
using model::EdgeKind;

constexpr std::array<std::pair<ChangeKind, std::string_view>, 9> kKinds = {
    {{ChangeKind::kData, "data"},
     {ChangeKind::kCode, "code"},
     {ChangeKind::kJobRetired, "job_retired"},
     {ChangeKind::kDatasetDeleted, "dataset_deleted"},
     {ChangeKind::kDatasetLate, "dataset_late"},
     {ChangeKind::kColumnDropped, "column_dropped"},
     {ChangeKind::kColumnRenamed, "column_renamed"},
     {ChangeKind::kColumnRetyped, "column_retyped"},
     {ChangeKind::kColumnAdded, "column_added"}}};
constexpr std::array<std::string_view, 3> kSeverities = {"breaking", "degraded", "recompute"};

constexpr model::EdgeKinds kWriteKinds = mask(EdgeKind::kWrites) | mask(EdgeKind::kWritesScoped);

NodeKind subject_of(ChangeKind kind) {
  return kind == ChangeKind::kCode || kind == ChangeKind::kJobRetired ? NodeKind::kJob
                                                                      : NodeKind::kDataset;
}

}  // namespace

Impact::Impact() = default;
Impact::Impact(Impact&&) noexcept = default;
Impact& Impact::operator=(Impact&&) noexcept = default;
Impact::~Impact() = default;

std::string_view to_string(ChangeKind kind) {
  return kKinds[static_cast<std::size_t>(kind)].second;
}

std::string_view to_string(Severity severity) {
  return kSeverities[static_cast<std::size_t>(severity)];
}

std::optional<ChangeKind> change_kind(std::string_view text) {
  for (const auto& [kind, name] : kKinds) {
    if (name == text) return kind;
  }
  return std::nullopt;
}

std::optional<Severity> severity_named(std::string_view text) {
  const auto at = std::find(kSeverities.begin(), kSeverities.end(), text);
  if (at == kSeverities.end()) return std::nullopt;
  return static_cast<Severity>(at - kSeverities.begin());
}

bool is_column_change(ChangeKind kind) { return kind >= ChangeKind::kColumnDropped; }

void ImpactSummary::count(Severity severity, NodeKind kind) {
  ++(severity == Severity::kBreaking   ? breaking
     : severity == Severity::kDegraded ? degraded
                                       : recompute);
  ++(kind == NodeKind::kJob ? jobs : kind == NodeKind::kConsumer ? consumers : datasets);
}

Result<void> check_change(Session& session, const Change& change) {
  const Snapshot& graph = session.graph();
  const NodeKind wanted = subject_of(change.kind);
  if (graph.node(change.node).kind != wanted) {
    std::string message = "A change of kind ";
    message.append(to_string(change.kind)).append(" is about a ").append(model::to_string(wanted));
    message.append("; ").append(format_node(graph, change.node)).append(" is none.");
    return base::make_error(base::ErrorCode::kInvalidArgument, std::move(message));
  }
  if (!is_column_change(change.kind) || change.kind == ChangeKind::kColumnAdded) return {};
  HW_TRY(const bool known, may_have_column(session, change.node, change.column));
  if (known) return {};
  return base::make_error(base::ErrorCode::kNotFound, "Neither the schema nor column lineage of " +
                                                          format_node(graph, change.node) +
                                                          " knew a column " + change.column +
                                                          " at the moment asked for.");
}

ImpactTrace Impact::trace(const Snapshot& graph, const Affected& affected) const {
  const Walk& walk = *walks_[affected.walk];
  ImpactTrace out;
  if (walk.tables) {
    for (const model::EdgeId edge :
         graph::path_to(graph, *walk.tables, affected.index, Direction::kDownstream)) {
      out.steps.push_back({edge, graph.edge(edge).dst, false});
    }
    const NodeId root = graph.edge(out.steps.front().edge).src;
    for (std::size_t i = changes_.size(); i-- > 0;) {
      if (changes_[i].kind == walk.kind && changes_[i].node == root) out.change = i;
    }
    return out;
  }
  const std::vector<ColumnEntry>& entries = walk.columns->entries();
  std::uint32_t at = affected.index;
  if (at >= entries.size()) {
    const UserVerdict& verdict = walk.verdicts[at - entries.size()];
    const bool uses = graph.edge(verdict.edge).kind == model::EdgeKind::kUses;
    out.steps.push_back({verdict.edge, verdict.user, uses});
    at = verdict.from;
  }
  for (; entries[at].kind != ColumnEntry::Kind::kStart; at = entries[at].from) {
    const ColumnEntry& entry = entries[at];
    if (!entry.by) continue;
    const graph::EdgeInfo edge = graph.edge(entry.by);
    const bool column = (mask(edge.kind) & model::kColumnLineage) != 0;
    const bool to_job = entry.kind == ColumnEntry::Kind::kJob;
    out.steps.push_back({entry.by, to_job ? entry.node : edge.dst, !column});
  }
  std::reverse(out.steps.begin(), out.steps.end());
  out.change = walk.changes[at];
  return out;
}

Result<std::vector<std::string>> Impact::columns(Session& session, NodeId dataset) const {
  const Snapshot& graph = session.graph();
  bool all = false;
  std::vector<std::string> names;
  for (const auto& walk : walks_) {
    if (!walk->columns || !walk->columns->touched(dataset)) continue;
    if (!walk->columns->entered(dataset)) {
      graph.for_each_field(dataset, [&](NodeId field) {
        if (walk->columns->entered(field)) names.emplace_back(graph.node(field).name);
        return true;
      });
    } else if (walk->kind == ChangeKind::kColumnAdded) {  // it goes on under its name
      for (const std::size_t i : walk->changes) names.push_back(changes_[i].column);
    } else {
      all = true;
    }
  }
  if (all) {
    HW_TRY(const std::vector<FieldDetail> columns, columns_of(session, dataset));
    for (const FieldDetail& column : columns) names.push_back(column.path);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

NodeUse use_of(const Snapshot& graph, NodeId node) {
  std::vector<NodeId> tables{node};
  if (graph.kind_of(node) == NodeKind::kJob) {
    tables.clear();
    graph.for_each(node, Direction::kDownstream, kWriteKinds, [&](const graph::Neighbor& output) {
      tables.push_back(output.node);
      return true;
    });
  }
  std::unordered_set<std::uint32_t> seen;
  NodeUse use;
  for (const NodeId table : tables) {
    graph.for_each(table, Direction::kDownstream, mask(EdgeKind::kReads) | mask(EdgeKind::kUses),
                   [&](const graph::Neighbor& user) {
                     if (!seen.insert(user.node.value).second) return true;
                     ++(user.kind == EdgeKind::kReads ? use.readers : use.consumers);
                     return true;
                   });
  }
  return use;
}

}  // namespace headwater::query
