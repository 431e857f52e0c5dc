// PlanDeskOf: what the hand-off to webhooks needs of plans, from the store and the writer.
//
// Thread-safety: one thread. What it is made of outlives it. Errors: those of the store and of
// Pipeline::decide.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "alerts/hand_off.h"
#include "ingest/ingest.h"
#include "planner/planner.h"
#include "planner/plans.h"
#include "query/session.h"

namespace headwater::app {

// Who takes leases for webhooks.
inline constexpr std::string_view kWebhookWorker = "headwater.webhook";
// Who decides what Headwater decides by itself.
inline constexpr std::string_view kSelf = "headwater";

// Hands a planner's decision to the writer and waits for it.
base::Result<ingest::Receipt> decide(ingest::Pipeline& pipeline, std::string decision);

class PlanDeskOf final : public alerts::PlanDesk {
 public:
  PlanDeskOf(query::Service& queries, const planner::Planner& planner, ingest::Pipeline& pipeline)
      : queries_(queries), planner_(planner), pipeline_(pipeline) {}

  base::Result<std::vector<alerts::HookedPlan>> plans() override;
  base::Result<std::vector<alerts::HandedLease>> held() override;
  base::Result<std::vector<alerts::HandedLease>> lease(model::Seq plan,
                                                       std::int64_t count) override;
  base::Result<base::Micros> heartbeat(const alerts::HandedLease& lease) override;
  base::Result<void> release(const alerts::HandedLease& lease, const std::string& message) override;
  base::Result<void> turn_off(model::Seq plan, const std::string& reason) override;

 private:
  base::Result<bool> is_hooked(storage::Reader& reader, model::Seq plan);
  base::Result<std::vector<alerts::HandedLease>> handed(
      query::Session& session, const std::vector<storage::PlanLeaseRow>& rows);

  query::Service& queries_;
  const planner::Planner& planner_;
  ingest::Pipeline& pipeline_;
  // URL and secret of plans: they never change. Emptied of those that are over.
  std::map<std::uint64_t, std::pair<std::string, std::string>> hooks_;
};

}  // namespace headwater::app
