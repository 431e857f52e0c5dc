// Impact: what a change would affect. The rules and their reasons: docs/impact-rules.md.
//
// Every affected node stands once, with its gravest severity; among equals the nearest. The changed
// nodes themselves are not listed. Errors: kInvalidArgument for a change whose node is of the wrong
// kind. Cost: one walk per kind of change, linear in the edges touched; a path per listed node.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/lineage.h"
#include "query/session.h"

namespace headwater::query {

enum class ChangeKind { kData, kCode, kJobRetired, kDatasetDeleted };
enum class Severity { kBreaking, kDegraded, kRecompute };  // gravest first

std::string_view to_string(ChangeKind kind);
std::string_view to_string(Severity severity);
std::optional<ChangeKind> change_kind(std::string_view text);

struct Change {
  ChangeKind kind = ChangeKind::kData;
  NodeId node;  // canonical
};

struct ImpactRequest {
  std::vector<Change> changes;
  std::uint32_t depth = UINT32_MAX;
  std::size_t max_nodes = 100'000;
  std::function<bool()> cancelled;
};

struct Affected {
  NodeId node;
  std::uint32_t distance = 0;
  Severity severity = Severity::kRecompute;
  std::string_view rule;              // a name in docs/impact-rules.md
  std::uint32_t walk = 0, index = 0;  // where path() finds it
};

struct ImpactSummary {
  std::size_t breaking = 0, degraded = 0, recompute = 0, datasets = 0, jobs = 0;
};

class Impact {
 public:
  // The snapshot is only borrowed here; path() needs the same version again.
  static Result<Impact> of(const Snapshot& graph, const ImpactRequest& request);
  Impact(Impact&&) noexcept;
  Impact& operator=(Impact&&) noexcept;
  ~Impact();

  const std::vector<Affected>& affected() const { return affected_; }  // by distance, then node
  const ImpactSummary& summary() const { return summary_; }
  const Cut& cut() const { return cut_; }

  // The edges of one shortest path from a changed node, in order.
  std::vector<model::EdgeId> path(const Snapshot& graph, const Affected& affected) const;

 private:
  struct Walks;
  class Builder;
  Impact();
  std::unique_ptr<Walks> walks_;
  std::vector<Affected> affected_;
  ImpactSummary summary_;
  Cut cut_;
};

// A changed node must be of the kind that the change is about.
Result<void> check_change(const Snapshot& graph, const Change& change);

}  // namespace headwater::query
