// Event: one OpenLineage event after parsing: names resolved to text, facets read into typed facts,
// nothing looked up. Made on the request's thread; applying it is the writer's work.
//
// Source: the OpenLineage specification 2-0-2 and its facets. Thread-safety: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/hash.h"
#include "model/edge_set.h"
#include "model/graph_types.h"
#include "model/measures.h"
#include "model/partition.h"
#include "model/profile.h"

namespace headwater::model {

enum class EventKind : std::uint8_t { kRun, kJob, kDataset, kUsage };
enum class EventType : std::uint8_t { kNone, kStart, kRunning, kComplete, kAbort, kFail, kOther };

std::string_view to_string(EventKind kind);

struct Name {
  std::string name_space;
  std::string name;
  auto operator<=>(const Name&) const = default;
};

// A facet that lasts: of a job, or of a dataset's `facets`. JSON minified, otherwise as sent.
struct Facet {
  std::string name;
  std::string json;      // empty when deleted
  bool deleted = false;  // {"_deleted": true}
};

// The facets one event gives one entity, its derived values ($code ...) included.
struct EntityFacets {
  Name entity;
  bool is_job = false;
  std::vector<Facet> facets;  // sorted by name, no name twice
  base::Hash128 hash;         // over names and contents: equal hash, equal facets
};

// An end of an edge, by name. A field has its dataset's name and a path.
struct End {
  NodeKind kind = NodeKind::kDataset;
  Name name;
  std::string field;
  auto operator<=>(const End&) const = default;
};

struct NamedEdge {
  EdgeKind kind = EdgeKind::kReads;
  End src, dst;
  bool via_job = false;  // kFlow and columns: through the owner job; else declared by the owner
  EvidenceFacet facet = EvidenceFacet::kInputsOutputs;
  std::string transformation_type, transformation_subtype;  // columns only
  bool masking = false;
};

// One report of use: who read which dataset, how often. docs/usage-rules.md.
struct Usage {
  Name consumer;  // its name begins with its type: "dashboard:Revenue"
  Name dataset;
  std::vector<std::string> columns;  // sorted, none twice
  std::string purpose, fingerprint;  // empty: not said
  std::int64_t count = 1;
  base::Micros start = 0, end = 0;                    // equal: at one moment
  std::int64_t duration_ms = -1, bytes_scanned = -1;  // of all `count` reads; -1: not said
};

// Who says what a run used; a later event's word replaces an earlier one's of the same source.
// Stored: append, never renumber.
enum class CostSource : std::uint8_t {
  kHeadwater = 1,
  kBigQuery = 2,
  kIceberg = 3,
  kInputStatistics = 4
};

struct ReportedCost {
  CostSource source = CostSource::kHeadwater;
  Quantities quantities;    // without amount and runs
  std::int64_t amount = 0;  // micros of `currency`
  std::string currency;     // empty: no amount was named
};

// What a run's output statistics say of one output.
struct OutputSize {
  std::uint32_t dataset = 0;           // index in Event::datasets
  std::int64_t bytes = -1, rows = -1;  // -1: not reported
};

// A dataset that the event observes beside its owner: it has facets, or it is written.
struct ObservedDataset {
  Name name;
  std::int32_t facets = -1;  // index in Event::facets; -1: none
  bool written = false, dropped = false;
};

// Edges of one owner (the event's job, or the dataset of a DatasetEvent).
struct NamedEdges {
  End owner;
  std::vector<NamedEdge> edges;
  std::vector<Name> covered;  // datasets whose column lineage is stated here
  base::Hash128 hash;  // over these and over the names of the event's datasets, observed ones too
};

struct Warning {
  std::string code;     // stable: malformed_facet, time_without_zone, nan_as_null, ...
  std::string pointer;  // JSON pointer into the event
  std::string message;
};

struct Event {
  EventKind kind = EventKind::kRun;
  EventType type = EventType::kNone;
  base::Micros time = 0;
  std::string producer;
  base::Hash128 hash;  // of the text without insignificant white space

  std::optional<Name> job;
  std::string run_id;
  std::optional<Name> parent_job;
  std::string parent_run_id;
  std::optional<base::Micros> nominal_start, nominal_end;
  bool complete_snapshot = false;  // jobType.emissionPattern

  // What the event says about edges. `shows_io`: it lists any input or output (or explicit
  // lineage).
  NamedEdges edges;
  bool shows_io = false, shows_parent = false, shows_control = false;
  std::vector<Name> datasets;  // every dataset it names as input, output or subject
  std::vector<EntityFacets> facets;
  std::vector<ObservedDataset> observed;  // sorted by name; without the subject
  // Of a run: in the order of `datasets`, a dataset's input before its output. An output that is
  // not listed was not written at all, by the event's own words.
  std::vector<ReportedSubset> subsets;
  std::string code_semantic;                   // empty: the event says nothing of the code
  std::vector<End> code_changes_columns;       // sorted fields; empty: any may have changed
  std::vector<std::pair<Name, Name>> aliases;  // two names of one dataset
  std::vector<Name> dropped;                   // lifecycle DROP, or the old name of a RENAME

  std::vector<ReportedCost> costs;  // of a run, by source
  std::vector<OutputSize> outputs;  // of a run: every output it lists, in order
  std::vector<Profile> profiles;    // of a run or a dataset; by (dataset, role), no two alike
  std::optional<Usage> usage;       // kUsage, and then little else

  std::vector<std::string> facets_used, facets_kept;
  std::vector<Warning> warnings;
};

}  // namespace headwater::model
