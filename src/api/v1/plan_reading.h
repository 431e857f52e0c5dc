// PlanReading: what an answer about plans stands on: the rows of one moment, and how the planner
// calls what they number. Numbers never move, so that any State which is not older will do.
//
// Thread-safety: belongs to one request. Errors: those of the store.
#pragma once

#include <memory>

#include "api/dto/plan_dto.h"
#include "api/v1/context.h"

namespace headwater::api::v1 {

struct PlanReading {
  query::Session session;
  std::shared_ptr<const planner::State> state;
  model::Seq seq;  // the newest record that the rows know of

  storage::Reader& rows() { return session.rows(); }
  dto::PlanNames names() const {
    return {*state, [this](model::NodeId node) {
              return query::format_node(session.graph(), session.graph().canonical(node));
            }};
  }
};
Result<PlanReading> open_plans(Context& context);

// The plan that the path names; kNotFound.
Result<planner::PlanInfo> plan_in_path(Context& context, PlanReading& reading);

ingest::Decision planner_decision(std::string body);

}  // namespace headwater::api::v1
