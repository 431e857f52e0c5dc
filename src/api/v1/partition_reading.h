// PartitionReading: what one request about partitions stands on: a State of the planner, the graph
// and the rows, all of the same record.
//
// The writer commits, then publishes the planner's State, then the graph. A reading takes a State,
// waits until the graph has its record, and looks whether the rows have no newer one; if they have,
// it tries again with the State that follows. Thread-safety: belongs to one request. Errors: the
// store's; kOverloaded if writes come so fast that no such moment is met within kMaxReadingTries.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/v1/context.h"
#include "planner/environment.h"
#include "planner/planner.h"

namespace headwater::api::v1 {

inline constexpr int kMaxReadingTries = 10'000;

struct PartitionReading {
  query::Session session;
  std::shared_ptr<const planner::State> state;
  // Of which the state is, and what was written in it; none: the warehouse itself.
  std::optional<planner::Environment> environment;
  std::vector<planner::EnvironmentWrite> environment_writes;

  // The moment that counts as now.
  base::Micros now() const { return session.answered_as_of(); }
  std::string name_of(planner::DatasetNo dataset) const;
  std::string name_of(model::NodeId node) const;
  // Of each partition, as the state sees it. Borrows the session.
  std::unique_ptr<planner::History> history();
  // The name of the environment, or null.
  std::optional<std::string> environment_name() const;
};
// Sets `context.pinned` to the record of the reading.
Result<PartitionReading> open_partitions(Context& context);

// The verdicts of the reading, and the inbox on them.
Result<std::shared_ptr<const planner::Staleness>> staleness_of(Context& context,
                                                               const PartitionReading& reading);
planner::Inbox inbox_of(Context& context, PartitionReading& reading,
                        std::shared_ptr<const planner::Staleness> staleness);

// What a parameter or member names. kNotFound, kInvalidNodeId; kInvalidArgument for what is no
// dataset (or job).
struct PartitionSubject {
  model::NodeId node;  // canonical
  bool is_job = false;
  std::vector<planner::DatasetNo> datasets;  // of a dataset its own, the one asked for first; of
                                             // a job those that it writes; without partitions: none
};
Result<PartitionSubject> find_partition_subject(const PartitionReading& reading,
                                                std::string_view text, bool job_allowed);
// nodeId, which must be a dataset.
Result<PartitionSubject> dataset_parameter(Context& context, const PartitionReading& reading);
// The same of the environment that the parameter `environment` names, if it is there.
Result<PartitionReading> open_environment(Context& context);

// How the log names a dataset: as it was met, if it has partitions.
model::Name logged_name(const PartitionReading& reading, const PartitionSubject& subject);

}  // namespace headwater::api::v1
