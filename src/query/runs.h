// Runs: their state from the tables, their facets merged from the raw events in the log.
//
// Facets of one name replace each other in the order of (time, rank, tie), not of arrival; inputs
// and outputs add up, unless an event declares itself a complete snapshot. Errors: those of the
// store; kNotFound for a run that is not known. Cost: one log record per event of the run.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "query/session.h"
#include "query/values.h"

namespace headwater::query {

// Of several runs with this id (of different jobs) the one that sent events last.
Result<storage::RunInfo> find_run(Session& session, std::string_view run_id);

Result<RunDetail> run_detail(Session& session, const storage::RunInfo& run);

// The newest runs of a job that are known at the session's moment, strictly after `before`.
Result<std::vector<storage::RunInfo>> runs_of_job(
    Session& session, NodeId job, std::optional<std::pair<Micros, model::RunRow>> before,
    std::size_t limit);

// The newest run that is not only a placeholder; nothing if there is none.
Result<std::optional<storage::RunInfo>> latest_run(Session& session, NodeId job);

}  // namespace headwater::query
