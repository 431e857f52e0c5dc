// Impact: what a change would affect. The rules and their reasons: docs/impact-rules.md.
//
// Every affected node stands once: with its gravest severity; among equals what is stated before
// what is assumed, then the nearest. The changed nodes themselves are not listed. Changes of data,
// code, jobs and whole datasets follow table lineage, those of columns column lineage.
//
// Thread-safety: immutable once made. Errors: kInvalidArgument for a change whose node is of the
// wrong kind; those of the store. Cost: one walk per kind of change (two for column_retyped),
// linear in the edges touched. Memory: about 100 bytes for each node reached; no texts.
#pragma once

#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/column_walk.h"
#include "query/lineage.h"
#include "query/session.h"

namespace headwater::query {

enum class ChangeKind {
  kData,
  kCode,
  kJobRetired,
  kDatasetDeleted,
  kDatasetLate,
  kColumnDropped,
  kColumnRenamed,
  kColumnRetyped,
  kColumnAdded
};
enum class Severity : std::uint8_t { kBreaking, kDegraded, kRecompute };  // gravest first

// A rule of docs/impact-rules.md, in a byte. Made of its name where that is written down: another
// name does not compile.
class ImpactRule {
 public:
  ImpactRule() = default;
  consteval ImpactRule(const char* name) : at_(place_of(name)) {}
  constexpr std::string_view name() const { return kNames[at_]; }
  constexpr operator std::string_view() const { return name(); }
  friend bool operator==(ImpactRule, ImpactRule) = default;

 private:
  static constexpr std::string_view kNames[] = {"",
                                                "code.downstream",
                                                "code.output",
                                                "column_added.assumed_downstream",
                                                "column_added.assumed_reader",
                                                "column_added.downstream",
                                                "column_added.reader",
                                                "column_dropped.assumed_downstream",
                                                "column_dropped.assumed_reader",
                                                "column_dropped.downstream",
                                                "column_dropped.reader",
                                                "column_renamed.assumed_downstream",
                                                "column_renamed.assumed_reader",
                                                "column_renamed.downstream",
                                                "column_renamed.reader",
                                                "column_retyped.assumed_downstream",
                                                "column_retyped.assumed_reader",
                                                "column_retyped.compared",
                                                "column_retyped.computed",
                                                "column_retyped.downstream",
                                                "column_retyped.ordered",
                                                "column_retyped.passed_on",
                                                "data.downstream",
                                                "dataset_deleted.downstream",
                                                "dataset_deleted.reader",
                                                "dataset_late.downstream",
                                                "dataset_late.reader",
                                                "job_retired.downstream",
                                                "job_retired.other_writer",
                                                "job_retired.sole_writer"};
  static consteval std::uint8_t place_of(std::string_view name) {
    for (std::size_t i = 1; i < std::size(kNames); ++i) {
      if (kNames[i] == name) return static_cast<std::uint8_t>(i);
    }
    throw "no rule has this name";
  }
  std::uint8_t at_ = 0;
};

std::string_view to_string(ChangeKind kind);
std::string_view to_string(Severity severity);
std::optional<ChangeKind> change_kind(std::string_view text);
std::optional<Severity> severity_named(std::string_view text);
bool is_column_change(ChangeKind kind);

struct Change {
  ChangeKind kind = ChangeKind::kData;
  NodeId node;              // canonical; of a change of a column its dataset
  std::string column = {};  // changes of columns
  std::string to = {};      // column_renamed: the new name; column_retyped: the new type, if given
  std::optional<Micros> until = std::nullopt;  // dataset_late
};

struct ImpactRequest {
  std::vector<Change> changes;
  std::uint32_t depth = UINT32_MAX;
  std::size_t max_nodes = 100'000;  // of each walk, changed datasets included
  std::function<bool()> cancelled;
};

struct Affected {
  NodeId node;
  std::uint32_t distance = 0;
  std::uint32_t index = 0;  // with `walk` where trace() finds it
  std::uint8_t walk = 0;
  Severity severity = Severity::kRecompute;
  ImpactRule rule;
  bool assumed = false;
  bool job = false, consumer = false;  // neither: a dataset
};

struct ImpactSummary {
  std::size_t breaking = 0, degraded = 0, recompute = 0, datasets = 0, jobs = 0, consumers = 0;
  void count(Severity severity, NodeKind kind);
};

// One edge on the way from a change to an affected node.
struct ImpactStep {
  model::EdgeId edge;
  NodeId to;  // where it leads: the edge's end, or the job that a column edge goes through
  bool assumed = false;  // the edge is there; that the column goes along it is assumed
};

struct ImpactTrace {
  std::size_t change = 0;  // index of the change that it starts from
  std::vector<ImpactStep> steps;
};

class Impact {
 public:
  // The session is only borrowed here; what takes one later needs one of the same moment.
  static Result<Impact> of(Session& session, const ImpactRequest& request);
  Impact(Impact&&) noexcept;
  Impact& operator=(Impact&&) noexcept;
  ~Impact();

  const std::vector<Change>& changes() const { return changes_; }
  const std::vector<Affected>& affected() const { return affected_; }  // by distance, then node
  const ImpactSummary& summary() const { return summary_; }
  const Cut& cut() const { return cut_; }

  // One shortest path from the change that affects it.
  ImpactTrace trace(const Snapshot& graph, const Affected& affected) const;
  // The columns of a dataset that changes of columns affect, sorted; none if none do.
  Result<std::vector<std::string>> columns(Session& session, NodeId dataset) const;

 private:
  struct Walk;
  class Builder;
  Impact();
  std::vector<std::unique_ptr<const Walk>> walks_;
  std::vector<Change> changes_;
  std::vector<Affected> affected_;
  ImpactSummary summary_;
  Cut cut_;
};

// A changed node must be of the kind that the change is about, and a column, unless it is added,
// one that the dataset has or may have: kInvalidArgument, kNotFound.
Result<void> check_change(Session& session, const Change& change);

// How much a node is used: jobs that read it and consumers; of a job, those of what it writes.
struct NodeUse {
  std::size_t readers = 0, consumers = 0;
};
NodeUse use_of(const Snapshot& graph, NodeId node);

}  // namespace headwater::query
