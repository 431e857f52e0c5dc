// Environment: a branch of the warehouse, as an overlay on what stands in it.
//
// An environment says which jobs have other code in it, and keeps what was materialized in it. All
// else it shares with the warehouse as that goes on: a partition in an environment is the one that
// was written there, or else the warehouse's. Its State is worked out when asked, and costs what
// differs. Rules: docs/partition-rules.md, "Environments".
//
// Thread-safety: values; functions borrow a reader. Errors: those of the reader, kNotFound for an
// environment that is not there. Bounds: kMaxEnvironments, kMaxEnvironmentCode jobs in each,
// kMaxEnvironmentWrites partitions written in each; beyond: kLimitExceeded when it is decided.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "planner/history.h"
#include "planner/ids.h"
#include "planner/space.h"
#include "planner/state.h"
#include "storage/storage.h"

namespace headwater::planner {

inline constexpr std::size_t kMaxEnvironments = 100;
inline constexpr std::size_t kMaxEnvironmentCode = 10'000;
inline constexpr std::int64_t kMaxEnvironmentWrites = 1'000'000;
inline constexpr std::size_t kMaxEnvironmentName = 100;

struct EnvironmentCode {
  NodeId job;
  CodeId code;          // as known when it was declared; negative: of the environment alone
  std::string version;  // as declared
  bool operator==(const EnvironmentCode&) const = default;
};

struct Environment {
  std::int64_t number = 0;
  std::string name, description, author;
  base::Micros created_at = 0, updated_at = 0;
  std::vector<EnvironmentCode> code;  // by job
  std::int64_t written = 0;           // partitions that were written in it, each time counted
  model::Seq updated;                 // record that changed it last, or what was written in it
  bool operator==(const Environment&) const = default;
};

struct EnvironmentWrite {
  DatasetNo dataset;
  std::vector<Span> spans;
  NodeId job;
  CodeId code;
  base::Micros start = 0, end = 0;
  std::uint64_t out = 0;
  std::string run_id;
  model::Seq seq;
  bool operator==(const EnvironmentWrite&) const = default;
};

base::Result<std::vector<Environment>> environments(storage::Reader& reader);  // by name
base::Result<Environment> find_environment(storage::Reader& reader, std::string_view name);
base::Result<std::vector<EnvironmentWrite>> environment_writes(storage::Reader& reader,
                                                               std::int64_t number);

// What stands in the environment, on top of `base`, which is not newer than the reader.
base::Result<std::shared_ptr<const State>> environment_state(const State& base,
                                                             storage::Reader& reader,
                                                             const Environment& environment);

// What the environment sees of each partition, up to a record. Borrows the reader.
std::unique_ptr<History> environment_history(storage::Reader& reader, model::Seq known,
                                             const std::vector<EnvironmentWrite>& writes);

// Partitions of a dataset that an environment has of its own, sorted and joined.
std::vector<Span> own_spans(const std::vector<EnvironmentWrite>& writes, DatasetNo dataset);

// As stored. decode trusts the text.
std::string encode(const Environment& environment);
std::string encode(const EnvironmentWrite& write);

}  // namespace headwater::planner
