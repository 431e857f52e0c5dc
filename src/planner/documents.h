// What the planner keeps as JSON documents beside its tables. Private to planner; docs/formats.md
// lists members. Reading trusts the text: the planner wrote it. Thread-safety: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "model/event.h"
#include "planner/ids.h"
#include "planner/mapping.h"
#include "planner/space.h"
#include "storage/rows.h"

namespace headwater::planner {

enum class DocumentKind : std::int32_t {
  kSpace = 1,             // a: dataset
  kMapping = 2,           // a: upstream, b: downstream
  kJob = 3,               // a: node of the job
  kChange = 4,            // a: seq of the record, b: 0 code, else the dataset whose data changed
  kDecision = 5,          // a: seq of the decision
  kPolicy = 6,            // a: dataset; a DatasetPolicy
  kEnvironment = 8,       // a: number, the seq that made it
  kEnvironmentWrite = 9,  // a: number of the environment, b: seq
  kPlanWebhook = 10,      // a: plan whose webhook is off, b: 0; {"at", "reason"}
};

struct SpaceDocument {
  bool declared = false;
  std::string space;                             // JSON
  std::vector<std::vector<std::int64_t>> lanes;  // of then, by number
  std::uint32_t keys = 0;                        // rows of partition_key that these contain
  std::string author, reason;
};

// What runs showed of a mapping that nobody declared.
struct Candidate {
  Mapping mapping;
  std::uint64_t seen = 0;
  bool refused = false;  // partitions would depend on themselves; it is not tried again
};
struct MappingDocument {
  bool declared = false;
  bool in_force = false;  // else: the spaces do not allow it (yet), or none could be
  Mapping mapping;        // as declared, or the one of the candidates that is in force
  std::string author, reason;
  std::vector<Candidate> candidates;  // in the order in which they were first seen
  std::uint64_t runs = 0;             // that showed both sides
  // The upstream columns that the downstream dataset is made from: complete as far as `code` of
  // `job` goes. No code: not known, so that any column may matter.
  NodeId job;
  CodeId code;
  std::vector<std::string> columns;  // sorted
};

struct JobDocument {
  CodeId code;
  base::Micros at = 0;      // of the first event with this code
  bool partitions = false;  // it has reported an output's partitions
  CodeId before;            // the code that `code` replaced; none: it was the first
  std::int64_t change = 0;  // the document of that change
};

struct ChangedColumn {
  model::Name dataset;
  std::string field;
  bool operator==(const ChangedColumn&) const = default;
};

struct ChangeDocument {
  bool data = false;
  NodeId job;
  base::Micros at = 0;
  CodeId from, to;  // of code
  // Of code: the columns that it changes, as its event names them; empty: any.
  std::vector<ChangedColumn> columns;
  DatasetNo dataset;        // of data
  model::RunRow run;        // of data
  std::vector<Span> spans;  // of data
};

enum class Decided : std::uint8_t { kMaterial = 1, kImmaterial, kForwardOnly, kDefer };
std::string_view to_string(Decided decided);
std::optional<Decided> decided(std::string_view text);

struct DecisionDocument {
  std::int64_t change_a = 0, change_b = 0;
  Decided decided = Decided::kMaterial;
  DatasetNo dataset;  // none: all outputs, all of them
  std::int64_t first = INT64_MIN, last = INT64_MAX;
  base::Micros at = 0, until = model::kOpenEnd;
  std::string author, reason;
  model::Seq revoked;  // by that decision; 0: in force
};

std::string encode(const SpaceDocument& document);
std::string encode(const MappingDocument& document);
std::string encode(const JobDocument& document);
std::string encode(const ChangeDocument& document);
std::string encode(const DecisionDocument& document);
SpaceDocument decode_space(std::string_view json);
MappingDocument decode_mapping(std::string_view json);
JobDocument decode_job(std::string_view json);
ChangeDocument decode_change(std::string_view json);
DecisionDocument decode_decision(std::string_view json);

// The contract's MappingValue: {"kind", "from", "to", "lanes", "pair_count", "wait"}; "from" and
// "to" where the kind has them, pairs only counted, "wait" where there is a policy. To be parsed:
// "pairs" instead, places as the two spaces name them. The error names the member.
std::string mapping_json(const Mapping& mapping);
base::Result<Mapping> parse_mapping(std::string_view json, const Space& upstream,
                                    const Space& downstream);

}  // namespace headwater::planner
