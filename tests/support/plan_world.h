// A Harness whose planner executes plans: datasets cut by integers, runs that write them, and plans
// put together by hand, for tests.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include "model/json.h"
#include "model/time.h"
#include "planner/partition_runs.h"
#include "planner/plan_decisions.h"
#include "planner/planner.h"
#include "planner/plans.h"
#include "tests/support/harness.h"

namespace headwater::tests {

class PlanWorld {
 public:
  static constexpr std::int64_t kPartitions = 1000;  // of each dataset, all expected

  PlanWorld() {
    spdlog::set_level(spdlog::level::warn);
    open();
  }
  ~PlanWorld() { harness_.reset(); }

  Harness& harness() { return *harness_; }
  planner::Planner& planner() { return *planner_; }
  const ingest::PipelineOptions& options() const { return options_; }
  base::Micros now() const { return now_; }
  void pass_ms(std::int64_t ms) {
    now_ += ms * 1000;
    harness_->clock().now_ = now_;
  }
  // As after a crash: everything anew from the tables.
  void reopen() {
    harness_.reset();
    open();
  }

  // ---- what there is ----------------------------------------------------------------------------

  // A dataset n = 0 .. count - 1, numbered in the order of these calls; 0: without end.
  planner::DatasetNo dataset(const std::string& name, std::int64_t count = kPartitions) {
    names_.push_back(name);
    harness_->send(event("COMPLETE", "make_" + name, "first-of-" + name, "", name, "", ""));
    decide(
        R"({"decision":"planner.put_space","author":"test","dataset":{"namespace":"ns","name":")" +
        name + R"("},"space":{"dimensions":[{"name":"n","kind":"integer","start":0)" +
        (count == 0 ? "" : ",\"end\":" + std::to_string(count)) + "}]}}");
    return planner::DatasetNo{static_cast<std::uint32_t>(names_.size())};
  }
  // {"kind":"identity"} and so on.
  void reads(const std::string& downstream, const std::string& upstream,
             const std::string& mapping = R"({"kind":"identity"})") {
    decide(
        R"({"decision":"planner.put_mapping","author":"test","upstream":{"namespace":"ns","name":")" +
        upstream + R"("},"downstream":{"namespace":"ns","name":")" + downstream +
        R"("},"mapping":)" + mapping + "}");
  }

  struct Run {
    std::string state = "COMPLETE";  // FAIL, or START alone
    std::string code = "v1", version = "";
    std::optional<base::Micros> start = std::nullopt, end = std::nullopt;  // now if not given
    std::string id = "";                                                   // a new one if empty
    std::string lease = "";                                                // named by its START
  };
  // A run of the dataset's job that reports partitions first..last of it; its id.
  std::string run(const std::string& name, std::int64_t first, std::int64_t last) {
    return run(name, first, last, Run());
  }
  std::string run(const std::string& name, std::int64_t first, std::int64_t last, const Run& how) {
    const std::string id = how.id.empty() ? "run-" + std::to_string(++runs_) : how.id;
    std::string keys;
    for (std::int64_t i = first; i <= last; ++i) {
      const std::string number = std::to_string(i);
      keys += (keys.empty() ? "" : ",") + std::string(R"({"key":{"n":")") + number + R"("})";
      if (!how.version.empty()) keys += R"(,"dataVersion":")" + how.version + "-" + number + "\"";
      keys += "}";
    }
    const auto send = [&](const std::string& type, base::Micros at) {
      harness_->send(event(type, "make_" + name, id, how.code, name, keys, model::format_time(at),
                           type == "START" ? how.lease : ""));
    };
    send("START", how.start.value_or(now_));
    if (how.state != "START") send(how.state, how.end.value_or(now_));
    return id;
  }

  // ---- plans ------------------------------------------------------------------------------------

  static planner::Task task(std::uint32_t number, planner::DatasetNo dataset, std::int64_t first,
                            std::int64_t last, std::uint32_t wave = 1) {
    planner::Task out;
    out.number = number;
    out.wave = wave;
    out.dataset = dataset;
    out.span = {0, first, last};
    return out;
  }
  static planner::PlanDraft draft(std::vector<planner::Task> tasks) {
    planner::PlanDraft out;
    out.options.author = "ann";
    out.options.lease_ms = 60'000;
    for (const planner::Task& one : tasks) out.upper += one.count();
    out.tasks = std::move(tasks);
    return out;
  }

  base::Result<ingest::Receipt> try_decide(std::string decision) {
    ingest::Decision out;
    out.kind = ingest::Decision::Kind::kPlanner;
    out.planner = std::move(decision);
    return harness_->decide(std::move(out));
  }
  model::Seq decide(std::string decision) { return must(try_decide(std::move(decision))).seq; }
  model::Seq put(const planner::PlanDraft& draft) { return decide(planner::put_plan(draft)); }
  base::Result<ingest::Receipt> try_move(planner::PlanMove move, model::Seq plan) {
    return try_decide(planner::move_plan(move, plan, "ann", "because"));
  }
  void move(planner::PlanMove how, model::Seq plan) { must(try_move(how, plan)); }
  model::Seq approved(const planner::PlanDraft& draft) {
    const model::Seq plan = put(draft);
    move(planner::PlanMove::kApprove, plan);
    return plan;
  }

  static planner::LeaseWish wish(std::int64_t leases = 1) {
    planner::LeaseWish out;
    out.worker = "w";
    out.max_leases = leases;
    return out;
  }
  std::vector<storage::PlanLeaseRow> lease(model::Seq plan, const planner::LeaseWish& wish) {
    const model::Seq seq = decide(planner::lease_plan(plan, wish));
    auto reader = must(harness_->store().reader());
    return must(reader.plan_leases_of_record(seq));
  }
  std::vector<storage::PlanLeaseRow> lease(model::Seq plan, std::int64_t leases = 1) {
    return lease(plan, wish(leases));
  }
  static std::string token(const storage::PlanLeaseRow& lease) {
    return planner::to_text({lease.seq, lease.n});
  }
  static std::vector<std::string> keys(std::int64_t first, std::int64_t last) {
    std::vector<std::string> out;
    for (std::int64_t i = first; i <= last; ++i) out.push_back("n=" + std::to_string(i));
    return out;
  }
  base::Result<ingest::Receipt> try_complete(const storage::PlanLeaseRow& lease,
                                             const planner::LeaseOutcome& outcome) {
    return try_decide(planner::complete_lease(lease.plan, token(lease), "w", outcome));
  }
  void complete(const storage::PlanLeaseRow& lease, const std::string& state = "completed") {
    must(try_complete(lease, {state, {}, {}, "", ""}));
  }
  base::Result<ingest::Receipt> try_heartbeat(const storage::PlanLeaseRow& lease) {
    return try_decide(planner::heartbeat(lease.plan, token(lease), "w", std::nullopt));
  }

  planner::PlanInfo plan(model::Seq id) {
    auto reader = must(harness_->store().reader());
    return must(planner::find_plan(reader, id));
  }
  planner::TaskInfo task_info(model::Seq plan, std::uint32_t number) {
    auto reader = must(harness_->store().reader());
    return must(planner::find_task(reader, plan, number));
  }
  storage::PlanLeaseRow lease_row(const storage::PlanLeaseRow& lease) {
    auto reader = must(harness_->store().reader());
    return *must(reader.plan_lease(lease.seq, lease.n));
  }
  planner::PartitionStatus status(model::Seq plan, std::uint32_t number, std::int64_t index) {
    const planner::TaskInfo info = task_info(plan, number);
    return planner::PartitionRuns::decode(info.task.span.first, info.task.span.last,
                                          info.progress.runs)
        .at(index)
        .status;
  }

  // That a replay of the log comes to the same plans, tasks and leases.
  void expect_replayed() {
    const std::string copy = dir_.path("replay-" + std::to_string(++replays_));
    ingest::PipelineOptions options = Harness::small_windows();
    options.views = {[](storage::Store& store) { return planner::make_view(store, nullptr); }};
    auto rebuilt = ingest::rebuild(harness_->store(), copy, options, {});
    ASSERT_TRUE(rebuilt) << rebuilt.error().message;
    storage::StoreOptions store_options;
    store_options.directory = copy;
    const auto store = must(storage::Store::open(store_options));
    EXPECT_EQ(plans_digest(*store), plans_digest(harness_->store()));
  }

  // A run event of an output; `keys`: elements of headwater_partitions, or nothing.
  static std::string event(const std::string& type, const std::string& job, const std::string& id,
                           const std::string& code, const std::string& output,
                           const std::string& keys, const std::string& at,
                           const std::string& lease = "") {
    const std::string base = R"("_producer":"https://p.example","_schemaURL":"https://s.example")";
    const std::string facets = code.empty() ? "{}"
                                            : R"({"headwater_code":{)" + base +
                                                  R"(,"semanticVersion":")" + code + R"("}})";
    const std::string partitions =
        keys.empty() ? "{}"
                     : R"({"headwater_partitions":{)" + base + R"(,"partitions":[)" + keys + "]}}";
    const std::string run =
        lease.empty() ? "{}"
                      : R"({"headwater_lease":{)" + base + R"(,"token":")" + lease + R"("}})";
    return R"({"eventType":")" + type + R"(","eventTime":")" +
           (at.empty() ? "2026-09-01T00:00:00Z" : at) +
           R"(","producer":"https://p.example","schemaURL":"https://s.example","run":{"runId":")" +
           id + R"(","facets":)" + run + R"(},"job":{"namespace":"ns","name":")" + job +
           R"(","facets":)" + facets + R"(},"inputs":[],"outputs":[{"namespace":"ns","name":")" +
           output + R"(","outputFacets":)" + partitions + "}]}";
  }

 private:
  static ingest::ViewDigest plans_digest(storage::Store& store) {
    const auto all = must(ingest::digests(store, true));
    return *std::find_if(all.begin(), all.end(), [](const auto& d) { return d.view == "plans"; });
  }

  void open() {
    planner_ = std::make_shared<planner::Planner>();
    options_ = Harness::small_windows();
    options_.views = {
        [this](storage::Store& store) { return planner::make_view(store, planner_); }};
    harness_ = std::make_unique<Harness>(dir_.path("data"), options_);
    if (now_ == 0) now_ = harness_->clock().now_;
    harness_->clock().now_ = now_;
  }

  TempDir dir_;
  std::shared_ptr<planner::Planner> planner_;
  ingest::PipelineOptions options_;
  std::unique_ptr<Harness> harness_;
  base::Micros now_ = 0;
  std::vector<std::string> names_;
  int runs_ = 0, replays_ = 0;
};

}  // namespace headwater::tests
