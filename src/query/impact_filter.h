// What of an impact is asked for, and its groups.
//
// Errors: those of the store. Cost: linear in the affected nodes; with owners (as a filter or for
// groups) one look-up for each of them, which polls for cancellation.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "query/impact.h"

namespace headwater::query {

enum class ImpactGrouping { kNone, kOwner, kNamespace };

// An empty list lets everything through.
struct ImpactFilter {
  std::vector<Severity> severities;
  std::vector<NodeKind> types;
  std::vector<std::string> namespaces, owners;  // any of them
  std::optional<std::uint32_t> max_distance;
  std::optional<bool> assumed;
  ImpactGrouping group_by = ImpactGrouping::kNone;
  std::function<bool()> cancelled;

  // Nothing is filtered and nothing grouped.
  bool takes_all() const {
    return severities.empty() && types.empty() && namespaces.empty() && owners.empty() &&
           !max_distance && !assumed && group_by == ImpactGrouping::kNone;
  }
};

struct ImpactGroup {
  std::string key;  // empty: of no owner
  ImpactSummary summary;
};

struct ImpactSelection {
  std::vector<std::uint32_t> kept;  // indexes into affected(), in its order
  ImpactSummary summary;            // of those
  std::vector<ImpactGroup> groups;  // the gravest first, then by key
};

Result<ImpactSelection> select(Session& session, const Impact& impact, const ImpactFilter& filter);

// The groups that a node belongs to: one namespace, or each of its owners.
std::vector<std::string> groups_of(const Snapshot& graph, NodeId node,
                                   const std::vector<std::string>& owners, ImpactGrouping grouping);

}  // namespace headwater::query
