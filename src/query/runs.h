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

// The run as it was at the session's moment: of its events only those count that lie at or before
// as_of and were recorded. Nothing if it had not begun, or was not known. Its columns as stored
// where nothing came later, else merged anew from its records in the log, by the rules of
// docs/formats.md (run); `updated` and `merge` are then those of now.
Result<std::optional<storage::RunInfo>> at_moment(Session& session, storage::RunInfo run);

// Of several runs with this id (of different jobs) the one that sent events last.
Result<storage::RunInfo> find_run(Session& session, std::string_view run_id);

Result<RunDetail> run_detail(Session& session, const storage::RunInfo& run);
// The facets of its job, as the run's own events gave them.
Result<std::vector<FacetText>> job_facets_of_run(Session& session, const storage::RunInfo& run);

// The newest runs of a job at the session's moment, by (first_time, id), strictly after `before`.
Result<std::vector<storage::RunInfo>> runs_of_job(
    Session& session, NodeId job, std::optional<std::pair<Micros, model::RunRow>> before,
    std::size_t limit);

// The first ones of runs_of_job, kept for the session: an answer that shows a job shows what it
// writes as well.
Result<std::vector<storage::RunInfo>> newest_runs(Session& session, NodeId job, std::size_t limit);

// How many runs of the job there are at the session's moment.
Result<std::int64_t> count_runs_of_job(Session& session, NodeId job);

// The newest run that is not only a placeholder; nothing if there is none.
Result<std::optional<storage::RunInfo>> latest_run(Session& session, NodeId job);

}  // namespace headwater::query
