// What an impact knows of use and cost: how much affected nodes are used, and what it takes to run
// affected jobs again. docs/impact-rules.md, "Use and cost".
//
// Belongs to one session. Errors: those of the store.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "api/dto/json_writer.h"
#include "api/v1/usage_reading.h"
#include "query/query.h"

namespace headwater::api::v1 {

class ImpactFigures {
 public:
  static Result<ImpactFigures> of(const std::shared_ptr<stats::Stats>& stats,
                                  query::Session& session);

  struct RunCost {
    std::int64_t amount = 0, duration_ms = 0;
  };
  // Of one run of the job, on average; nothing if none is known, or it is no job.
  std::optional<RunCost> run_cost(model::NodeId node) const;
  // Asks for what run_cost() reads, while something else is looked at.
  void prefetch(model::NodeId node) const { costs_->prefetch(node); }
  // Uses of the last 30 days: of a dataset, of what a job writes, of what a consumer reads: 1.
  std::int64_t uses(const query::Snapshot& graph, model::NodeId node);
  // By which `order: weight` lists: the severity, times one more than the uses.
  std::int64_t weight(const query::Snapshot& graph, const query::Affected& affected);
  const std::string& currency() const { return currency_; }

 private:
  ImpactFigures(PopularityReading popularity, std::shared_ptr<const stats::JobCosts::Table> costs,
                std::string currency)
      : popularity_(std::move(popularity)),
        costs_(std::move(costs)),
        currency_(std::move(currency)) {}

  PopularityReading popularity_;
  std::shared_ptr<const stats::JobCosts::Table> costs_;
  std::string currency_;
};

// Over all jobs of the selection.
void write_recompute_total(dto::JsonWriter& json, const query::Impact& impact,
                           const query::ImpactSelection& selection, const ImpactFigures& figures);
// The selection with the heaviest first, of equal ones by node.
void sort_by_weight(const query::Snapshot& graph, const query::Impact& impact,
                    query::ImpactSelection& selection, ImpactFigures& figures);

}  // namespace headwater::api::v1
