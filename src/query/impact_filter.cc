#include "query/impact_filter.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include "graph/graph_inl.h"
#include "query/catalog.h"

namespace headwater::query {
namespace {

constexpr std::size_t kPollEvery = 256;

template <class T, class Value>
bool lets_through(const std::vector<T>& wanted, const Value& value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

std::string_view namespace_of(const Snapshot& graph, NodeId node) {
  return graph.node(node).name_space;
}

bool passes(const Snapshot& graph, const ImpactFilter& filter, const Affected& affected) {
  if (!lets_through(filter.severities, affected.severity)) return false;
  if (!lets_through(filter.types, graph.kind_of(affected.node))) return false;
  if (filter.max_distance && affected.distance > *filter.max_distance) return false;
  if (filter.assumed && affected.assumed != *filter.assumed) return false;
  return filter.namespaces.empty() ||
         lets_through(filter.namespaces, namespace_of(graph, affected.node));
}

}  // namespace

std::vector<std::string> groups_of(const Snapshot& graph, NodeId node,
                                   const std::vector<std::string>& owners,
                                   ImpactGrouping grouping) {
  if (grouping == ImpactGrouping::kNone) return {};
  if (grouping == ImpactGrouping::kNamespace) return {std::string(namespace_of(graph, node))};
  if (owners.empty()) return {""};
  std::vector<std::string> out = owners;
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

Result<ImpactSelection> select(Session& session, const Impact& impact, const ImpactFilter& filter) {
  const Snapshot& graph = session.graph();
  ImpactSelection out;
  if (filter.takes_all()) {
    out.kept.resize(impact.affected().size());
    std::iota(out.kept.begin(), out.kept.end(), 0U);
    out.summary = impact.summary();
    return out;
  }
  std::map<std::string, ImpactSummary> groups;
  const bool needs_owners = !filter.owners.empty() || filter.group_by == ImpactGrouping::kOwner;
  const std::vector<Affected>& all = impact.affected();
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    if (i % kPollEvery == 0 && needs_owners && filter.cancelled && filter.cancelled()) {
      return base::make_error(base::ErrorCode::kCancelled, "The request was cancelled.");
    }
    if (!passes(graph, filter, all[i])) continue;
    std::vector<std::string> owners;
    if (needs_owners) {
      HW_TRY(owners, owners_of(session, all[i].node));
    }
    const auto wanted = [&](const std::string& owner) {
      return lets_through(filter.owners, owner);
    };
    if (!filter.owners.empty() && std::none_of(owners.begin(), owners.end(), wanted)) continue;
    const NodeKind kind = graph.kind_of(all[i].node);
    out.kept.push_back(i);
    out.summary.count(all[i].severity, kind);
    for (const std::string& key : groups_of(graph, all[i].node, owners, filter.group_by)) {
      groups[key].count(all[i].severity, kind);
    }
  }
  for (auto& [key, summary] : groups) out.groups.push_back({key, summary});
  std::stable_sort(out.groups.begin(), out.groups.end(),
                   [](const ImpactGroup& a, const ImpactGroup& b) {
                     const auto weight = [](const ImpactSummary& s) {
                       return std::tie(s.breaking, s.degraded, s.recompute);
                     };
                     return weight(a.summary) > weight(b.summary);
                   });
  return out;
}

}  // namespace headwater::query
