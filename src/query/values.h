// Values: the typed answers of the catalog. No JSON is built here; facets stay text as sent.
//
// Thread-safety: plain values. Times are microseconds since the epoch.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/event.h"
#include "model/ids.h"
#include "storage/rows.h"

namespace headwater::query {

using base::Micros;
using model::Name;
using model::NodeId;
using model::NodeKind;
using storage::RunState;

struct FacetText {
  std::string name;
  std::string json;       // one JSON value, as sent
  bool minified = false;  // without insignificant white space, and strict JSON
};

// What people set and did not take back, by name. Each says who did and since when.
struct DescriptionNote {
  std::string text, author;
  Micros at = 0;
};
struct OwnerNote {
  std::string name, type, author;
  Micros at = 0;
};
struct TagNote {
  std::string name, author;
  Micros at = 0;
};
struct Annotations {
  std::optional<DescriptionNote> description;
  std::vector<OwnerNote> owners;
  std::vector<TagNote> tags;
  std::set<std::string> untagged, disowned;  // hides what producers send as well
};

struct FieldDetail {
  std::string path;  // dotted when nested
  std::optional<std::string> type, description;
  std::vector<std::string> tags;
};

// What names a node; cheap, from the graph alone.
struct NodeSummary {
  NodeId node;
  NodeKind kind = NodeKind::kDataset;
  Name name;
  bool placeholder = false;
  Micros created_at = 0;
};

struct VersionRef {
  Name name;
  std::optional<std::string> version;
};

struct RunDataset {
  VersionRef version;
  std::vector<FacetText> facets;  // inputFacets or outputFacets
};

struct RunDetail {
  std::string id;
  model::RunRow row;
  NodeId job;
  RunState state = RunState::kUnknown;
  Micros created_at = 0, updated_at = 0;
  std::optional<Micros> nominal_start, nominal_end, started_at, ended_at;
  std::optional<std::int64_t> duration_ms;
  std::optional<std::string> parent_run_id;
  VersionRef job_version;
  std::vector<RunDataset> inputs, outputs;
  std::vector<FacetText> facets;
};

// Tags, owners and description: those of producers and people united.
struct DatasetDetail {
  NodeSummary summary;
  std::string type, source_name;
  Micros updated_at = 0;
  std::vector<FieldDetail> fields;
  std::vector<std::string> tags, owners;
  std::optional<std::string> description, lifecycle, version;
  std::optional<Micros> last_modified_at;
  std::vector<FacetText> facets;
  bool deleted = false;
  std::vector<Name> aliases;
  Annotations annotations;
};

struct DatasetVersion {
  std::string version;
  Micros created_at = 0;
  DatasetDetail dataset;  // as of created_at
  std::optional<RunDetail> created_by;
};

struct JobDetail {
  NodeSummary summary;
  std::string type, simple_name;
  std::optional<std::string> parent_name, location, description, version;
  Micros updated_at = 0;
  std::vector<Name> inputs, outputs;      // sorted
  std::vector<std::string> tags, owners;  // united, as those of a dataset
  std::vector<RunDetail> latest_runs;     // newest first
  std::vector<FacetText> facets;
  Annotations annotations;
};

struct JobVersion {
  std::string version;
  Micros created_at = 0;
  Name job;
  std::vector<Name> inputs, outputs;
  std::optional<std::string> location;
  std::optional<RunDetail> latest_run;
  std::vector<FacetText> facets;
};

}  // namespace headwater::query
