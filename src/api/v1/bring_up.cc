#include "api/v1/bring_up.h"

#include "api/v1/label_source.h"
#include "api/v1/usage_reading.h"
#include "stats/costs.h"
#include "stats/stats.h"

namespace headwater::api::v1 {

Result<void> bring_up(const Services& services, const std::function<bool()>& ended) {
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
  return {};
}

}  // namespace headwater::api::v1
