#include "api/v1/plan_reading.h"

#include <charconv>
#include <utility>

#include "api/v1/parameters.h"

namespace headwater::api::v1 {

Result<PlanReading> open_plans(Context& context) {
  HW_TRY(query::Session session, context.open());
  HW_TRY(const model::Seq seq, session.rows().last_seq());
  return PlanReading{std::move(session), context.services.dependencies.planner->state(), seq};
}

Result<planner::PlanInfo> plan_in_path(Context& context, PlanReading& reading) {
  const std::string& text = context.parameter("id");
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return invalid_parameter(context, "id", "must be the number of a plan.");
  }
  return planner::find_plan(reading.rows(), model::Seq{id});
}

ingest::Decision planner_decision(std::string body) {
  ingest::Decision out;
  out.kind = ingest::Decision::Kind::kPlanner;
  out.planner = std::move(body);
  return out;
}

}  // namespace headwater::api::v1
