// Reader and Writer: plans, their tasks and leases.

#include "storage/reader_impl.h"
#include "storage/writer_impl.h"

namespace headwater::storage {

using sqlite::Blob;
using sqlite::Row;
using sqlite::Sql;

Result<std::optional<PlanRow>> Reader::plan(Seq id) {
  return impl_->db->one(Sql::kPlanById, sqlite::read_plan, id);
}

Result<std::vector<PlanRow>> Reader::plans(std::optional<std::int32_t> state, Seq before,
                                           std::size_t limit) {
  if (!state) return impl_->db->many(Sql::kPlans, sqlite::read_plan, before, limit);
  return impl_->db->many(Sql::kPlansInState, sqlite::read_plan, before, limit, *state);
}

Result<std::vector<PlanRow>> Reader::active_plans() {
  return impl_->db->many(Sql::kPlansActive, sqlite::read_plan);
}

Result<std::optional<PlanBodyRow>> Reader::plan_body(Seq plan) {
  return impl_->db->one(Sql::kPlanBody, sqlite::read_plan_body, plan);
}

Result<std::vector<PlanTaskRow>> Reader::plan_tasks(Seq plan, std::uint32_t first,
                                                    std::uint32_t last) {
  return impl_->db->many(Sql::kPlanTasks, sqlite::read_plan_task, plan, first, last);
}

Result<std::vector<PlanProgressRow>> Reader::plan_progress(Seq plan) {
  return impl_->db->many(Sql::kPlanProgressOf, sqlite::read_plan_progress, plan);
}

Result<std::vector<PlanProgressRow>> Reader::plan_progress(Seq plan,
                                                           std::optional<std::int32_t> state,
                                                           std::uint32_t after, std::size_t limit) {
  if (!state) {
    return impl_->db->many(Sql::kPlanProgressPage, sqlite::read_plan_progress, plan, after, limit);
  }
  return impl_->db->many(Sql::kPlanProgressInState, sqlite::read_plan_progress, plan, after, limit,
                         *state);
}

Result<std::vector<model::NodeId>> Reader::plan_ready_jobs(Seq plan) {
  return impl_->db->many(
      Sql::kPlanReadyJobs, [](Row& row) { return row.id<model::NodeId>(); }, plan);
}

Result<std::optional<PlanLeaseRow>> Reader::plan_lease(Seq seq, std::uint32_t n) {
  return impl_->db->one(Sql::kPlanLeaseByToken, sqlite::read_plan_lease, seq, n);
}

Result<std::vector<PlanLeaseRow>> Reader::plan_leases_of_record(Seq seq) {
  return impl_->db->many(Sql::kPlanLeasesOfRecord, sqlite::read_plan_lease, seq);
}

Result<std::vector<PlanLeaseRow>> Reader::plan_leases_of_task(Seq plan, std::uint32_t task) {
  return impl_->db->many(Sql::kPlanLeasesOfTask, sqlite::read_plan_lease, plan, task);
}

Result<std::vector<PlanLeaseRow>> Reader::plan_leases_of_request(Seq plan,
                                                                 std::string_view request) {
  return impl_->db->many(Sql::kPlanLeasesOfRequest, sqlite::read_plan_lease, plan, request);
}

Result<std::vector<PlanLeaseRow>> Reader::unended_plan_leases() {
  return impl_->db->many(Sql::kPlanLeasesValid, sqlite::read_plan_lease);
}

Result<Micros> Reader::first_lease_expiry(std::optional<Seq> plan) {
  const auto read = [](Row& row) { return row.integer(); };
  auto found = plan ? impl_->db->one(Sql::kPlanLeaseFirstExpiryOf, read, *plan)
                    : impl_->db->one(Sql::kPlanLeaseFirstExpiry, read);
  if (!found) return std::move(found).error();
  return found->value_or(model::kOpenEnd);
}

Result<Micros> Reader::first_plan_wake() {
  auto found = impl_->db->one(Sql::kPlansFirstWake, [](Row& row) { return row.integer(); });
  if (!found) return std::move(found).error();
  return found->value_or(model::kOpenEnd);
}

Result<void> Reader::scan_plan_leases(const std::function<bool(const PlanLeaseRow&)>& visit) {
  return impl_->db->each(Sql::kPlanLeasesScan,
                         [&](Row& row) { return visit(sqlite::read_plan_lease(row)); });
}

Result<void> Writer::put_plan(const PlanRow& row) {
  const PlanCounts& n = row.counts;
  return impl_->run(Sql::kPlanUpsert, row.id, row.seq, row.state, row.hold, row.created_at,
                    row.updated_at, row.upper, row.refreshed, row.total, n.done, n.told, n.skipped,
                    n.running, n.failed, n.blocked, row.ready, row.author, row.reason,
                    row.wait_inputs, row.wait_quiet, row.wakes_at);
}

Result<void> Writer::insert_plan_body(const PlanBodyRow& row) {
  return impl_->run(Sql::kPlanBodyInsert, row.plan, row.body, row.summary);
}

Result<void> Writer::insert_plan_task(const PlanTaskRow& row) {
  const PlanEstimate &d = row.duration_ms, &c = row.cost_micros;
  return impl_->run(Sql::kPlanTaskInsert, row.plan, row.number, row.wave, row.dataset, row.lane,
                    row.first, row.last, row.job, row.action, row.flags, row.deadline,
                    row.probability, d.p50, d.p90, d.samples, d.basis, c.p50, c.p90, c.samples,
                    c.basis, row.upstream);
}

Result<void> Writer::put_plan_progress(const PlanProgressRow& row) {
  const PlanCounts& n = row.counts;
  return impl_->run(Sql::kPlanProgressUpsert, row.plan, row.number, row.seq, row.state, row.ready,
                    n.done, n.told, n.skipped, n.running, n.failed, n.blocked, row.attempts,
                    Blob{row.runs}, row.waits);
}

Result<void> Writer::put_plan_lease(const PlanLeaseRow& row) {
  return impl_->run(Sql::kPlanLeaseUpsert, row.seq, row.n, row.plan, row.task, row.first, row.last,
                    row.worker, row.request, row.given_at, row.expires_at, row.lease_ms,
                    row.attempt, row.desired, row.state, row.ended_at, row.ended, row.run_id,
                    row.message);
}

}  // namespace headwater::storage
