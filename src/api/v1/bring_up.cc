#include "api/v1/bring_up.h"

#include "api/v1/label_source.h"
#include "api/v1/usage_reading.h"
#include "query/catalog.h"
#include "stats/costs.h"
#include "stats/stats.h"

namespace headwater::api::v1 {
namespace {

Result<void> bring_up_stats(const Services& services, const std::function<bool()>& ended) {
  const auto& stats = services.dependencies.stats;
  if (!stats) return {};
  services.costs.rollups.upto(*stats->state()->ledger, ended);
  if (ended()) return {};
  HW_TRY(query::Session session, services.queries().open({}));
  SessionLabels labels(session);
  HW_CHECK_OK(services.costs.labels.at(labels));
  if (ended()) return {};
  HW_TRY(PopularityReading popularity, v1::popularity(*stats, session));
  popularity.used();
  if (!ended()) stats->job_costs().table(*stats->state());
  return {};
}

// What is read is kept if the session is of the newest record as it begins.
Result<void> bring_up_jobs(const Services& services) {
  HW_TRY(query::Session session, services.queries().open({}));
  query::JobListQuery jobs;
  jobs.page.limit = 1;
  jobs.last_run_states = {storage::RunState::kFailed};  // so that states are read as well
  HW_CHECK_OK(query::list_jobs(session, jobs));
  return {};
}

}  // namespace

Result<void> bring_up(const Services& services, const std::function<bool()>& ended) {
  HW_CHECK_OK(bring_up_stats(services, ended));
  return ended() ? Result<void>{} : bring_up_jobs(services);
}

}  // namespace headwater::api::v1
