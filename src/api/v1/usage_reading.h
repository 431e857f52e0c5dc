// Reading use: where datasets stand, what nobody uses, and views that many read.
//
// Thread-safety: as Context. Errors: those of the store and of parameters.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/v1/context.h"
#include "stats/popularity.h"
#include "stats/stats.h"

namespace headwater::api::v1 {

class PopularityReading {
 public:
  PopularityReading(std::shared_ptr<const stats::State> state, stats::Popularity& popularity,
                    const query::Snapshot& graph, std::int32_t last_day, bool merged,
                    std::int64_t datasets);
  stats::Popularity::Standing of(model::NodeId dataset);
  std::int64_t uses(model::NodeId dataset);
  std::vector<stats::Popularity::Standing> page(
      std::optional<std::pair<std::int64_t, model::NodeId>> after, std::size_t limit);
  std::int64_t used();
  std::int64_t datasets() const { return datasets_; }
  // The share of the other datasets that are used less, in percent with one digit.
  std::string percentile(const stats::Popularity::Standing& standing) const;

 private:
  std::shared_ptr<const stats::State> state_;
  stats::Popularity& popularity_;
  stats::Popularity::Moment moment_;
  std::int64_t datasets_ = 0;
};
// At the moment of the answer; valid as long as the session.
Result<PopularityReading> popularity(stats::Stats& stats, query::Session& session);
Result<PopularityReading> popularity(Context& context, query::Session& session);

// A receipt as the answer to a single event: 201, or the problem it was quarantined for.
Answer receipt_response(Context& context, const ingest::Receipt& receipt);

// GET /usage/unused, /usage/unused-columns, /usage/suggestions.
Answer get_unused(Context& context);
Answer get_unused_columns(Context& context);
Answer get_suggestions(Context& context);

}  // namespace headwater::api::v1
