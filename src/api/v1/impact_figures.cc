#include "api/v1/impact_figures.h"

#include <algorithm>
#include <numeric>

#include "graph/graph_inl.h"

namespace headwater::api::v1 {

using graph::Direction;
using model::EdgeKind;
using model::NodeId;
using model::NodeKind;

Result<ImpactFigures> ImpactFigures::of(const std::shared_ptr<stats::Stats>& stats,
                                        query::Session& session) {
  HW_TRY(PopularityReading popularity, v1::popularity(*stats, session));
  const auto state = stats->state();
  const bool now = session.latest() && session.newest();
  auto costs = now ? stats->job_costs().table(*state)
                   : stats::JobCosts::table_at(*state, session.seq(), session.until());
  return ImpactFigures(std::move(popularity), std::move(costs), state->prices->currency);
}

std::optional<ImpactFigures::RunCost> ImpactFigures::run_cost(NodeId node) const {
  const stats::JobCosts::Sums sums = costs_->at(node);
  if (sums.runs <= 0) return std::nullopt;
  return RunCost{stats::each_run(sums.amount, sums.runs),
                 stats::each_run(sums.duration_ms, sums.runs)};
}

std::int64_t ImpactFigures::uses(const query::Snapshot& graph, NodeId node) {
  switch (graph.kind_of(node)) {
    case NodeKind::kDataset: return popularity_.uses(node);
    case NodeKind::kConsumer: return 1;
    default: break;
  }
  std::int64_t sum = 0;
  graph.for_each(node, Direction::kDownstream,
                 mask(EdgeKind::kWrites) | mask(EdgeKind::kWritesScoped),
                 [&](const graph::Neighbor& output) {
                   sum += popularity_.uses(graph.canonical(output.node));
                   return true;
                 });
  return sum;
}

std::int64_t ImpactFigures::weight(const query::Snapshot& graph, const query::Affected& affected) {
  const std::int64_t factor = affected.severity == query::Severity::kBreaking   ? 100
                              : affected.severity == query::Severity::kDegraded ? 10
                                                                                : 1;
  return factor * (1 + uses(graph, affected.node));
}

void write_recompute_total(dto::JsonWriter& json, const query::Impact& impact,
                           const query::ImpactSelection& selection, const ImpactFigures& figures) {
  std::int64_t amount = 0, duration = 0, known = 0, jobs = 0;
  constexpr std::size_t kAhead = 16;
  for (std::size_t at = 0; at < selection.kept.size(); ++at) {
    if (at + kAhead < selection.kept.size()) {
      figures.prefetch(impact.affected()[selection.kept[at + kAhead]].node);
    }
    const query::Affected& affected = impact.affected()[selection.kept[at]];
    if (!affected.job) continue;
    ++jobs;
    const auto cost = figures.run_cost(affected.node);
    if (!cost) continue;
    ++known;
    amount += cost->amount;
    duration += cost->duration_ms;
  }
  json.key("recompute_cost").begin_object().key("amount_micros").number(amount);
  json.key("currency").text(figures.currency()).key("duration_ms").number(duration);
  json.key("jobs").number(jobs).key("jobs_known").number(known).end_object();
}

void sort_by_weight(const query::Snapshot& graph, const query::Impact& impact,
                    query::ImpactSelection& selection, ImpactFigures& figures) {
  std::vector<std::int64_t> weights;
  weights.reserve(selection.kept.size());
  for (const std::uint32_t i : selection.kept) {
    weights.push_back(figures.weight(graph, impact.affected()[i]));
  }
  std::vector<std::uint32_t> order(selection.kept.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto node = [&](std::uint32_t i) { return impact.affected()[selection.kept[i]].node; };
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return weights[a] != weights[b] ? weights[a] > weights[b] : node(a) < node(b);
  });
  std::vector<std::uint32_t> sorted;
  sorted.reserve(order.size());
  for (const std::uint32_t i : order) sorted.push_back(selection.kept[i]);
  selection.kept = std::move(sorted);
}

}  // namespace headwater::api::v1
