#include <gtest/gtest.h>

#include <iostream>
#include <random>

#include "planner/plan.h"

namespace headwater::planner {
namespace {

TEST(PlanCodec, WritesOneCanonicalObject) {
  PlanDraft draft;
  draft.options.name = "tea \"time\"";
  draft.options.scope = {DatasetNo{3}};
  draft.options.changes = {{17, 0}};
  draft.options.budget_partitions = 9;
  draft.pinned = model::Seq{42};
  draft.evaluated = 7;
  Task task;
  task.number = 1;
  task.dataset = DatasetNo{3};
  task.job = NodeId{8};
  task.span = {1, -5, 5};
  task.code = true;
  task.duration_ms = {10, 20, 3, Basis::kKind};
  draft.tasks = {task};
  draft.omissions = {{Omission::Why::kBudget, DatasetNo{4}, {0, 1, 2}}};
  draft.warnings = {{DatasetNo{3}, "unknown_job", "nobody"}};
  draft.critical_path = {1};
  EXPECT_EQ(
      encode(draft),
      R"({"options":{"name":"tea \"time\"","environment":"","scope":[3],"direction":1,)"
      R"("changes":[[17,0]],"stale":true,"missing":true,"maybe":true,"until":9223372036854775807,)"
      R"("refresh":true,"budget_partitions":9,"budget_cost_micros":null,"budget_duration_ms":null,)"
      R"("max_partitions_per_task":100,"max_attempts":3,"lease_ms":300000,"tolerance":1.5,)"
      R"("webhook_url":"","webhook_secret":"","author":"","reason":""},"pinned":42,"evaluated":7,)"
      R"("lower":0,"expected":0,"upper":0,"critical_path":[1],"critical_ms":[-1,-1,0,0],)"
      R"("tasks":[[1,1,3,8,1,-5,5,1,3,[],[10,20,3,2],[-1,-1,0,0],9223372036854775807,1]],)"
      R"("omissions":[[1,4,0,1,2]],"warnings":[[3,"unknown_job","nobody"]]})");
}

class Random {
 public:
  explicit Random(std::uint64_t seed) : random_(seed) {}
  std::uint64_t below(std::uint64_t bound) {
    return std::uniform_int_distribution<std::uint64_t>(0, bound - 1)(random_);
  }
  bool flag() { return below(2) == 0; }
  std::int64_t number() {
    static constexpr std::int64_t edges[] = {INT64_MIN, -1, 0, 1, INT64_MAX, std::int64_t{1} << 53};
    return below(3) == 0 ? edges[below(std::size(edges))] : static_cast<std::int64_t>(random_());
  }
  std::uint32_t small() { return static_cast<std::uint32_t>(random_()); }
  double real() { return std::uniform_real_distribution<double>(0, 1)(random_); }
  std::string text() {
    static const std::string letters = std::string("ab\"\\/\n\t\x01", 8) + "é日😀";
    std::string out;
    for (std::uint64_t n = below(4); n > 0; --n) out += flag() ? letters : std::to_string(small());
    return out;
  }
  Estimate estimate() { return {number(), number(), small(), static_cast<Basis>(below(4))}; }
  Span span() { return {small(), number(), number()}; }

 private:
  std::mt19937_64 random_;
};

PlanOptions random_options(Random& random) {
  PlanOptions out;
  out.name = random.text();
  out.environment = random.text();
  for (auto n = random.below(3); n > 0; --n) out.scope.push_back(DatasetNo{random.small()});
  out.direction = static_cast<PlanOptions::Direction>(random.below(3));
  for (auto n = random.below(3); n > 0; --n) {
    out.changes.push_back({random.number(), random.number()});
  }
  out.stale = random.flag();
  out.missing = random.flag();
  out.maybe = random.flag();
  out.refresh = random.flag();
  out.until = random.number();
  if (random.flag()) out.budget_partitions = random.number();
  if (random.flag()) out.budget_cost_micros = random.number();
  if (random.flag()) out.budget_duration_ms = random.number();
  out.max_partitions_per_task = random.number();
  out.max_attempts = static_cast<std::int32_t>(random.small());
  out.lease_ms = random.number();
  out.tolerance = 1 + random.real();
  out.webhook_url = random.text();
  out.webhook_secret = random.text();
  out.author = random.text();
  out.reason = random.text();
  return out;
}

Task random_task(Random& random) {
  Task out;
  out.number = random.small();
  out.wave = random.small();
  out.dataset = DatasetNo{random.small()};
  out.job = NodeId{random.small()};
  out.span = random.span();
  out.action = static_cast<Action>(1 + random.below(3));
  out.definite = random.flag();
  out.code = random.flag();
  out.inputs = random.flag();
  out.missing = random.flag();
  out.sequential = random.flag();
  out.refresh = random.flag();
  for (auto n = random.below(4); n > 0; --n) out.upstream.push_back(random.small());
  out.duration_ms = random.estimate();
  out.cost_micros = random.estimate();
  out.deadline = random.number();
  out.probability = random.real();
  return out;
}

TEST(PlanCodec, ReadsBackWhatItWrote) {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    PlanDraft draft;
    draft.options = random_options(random);
    draft.pinned = model::Seq{random.below(std::uint64_t{1} << 62)};
    draft.evaluated = random.number();
    for (auto n = random.below(4); n > 0; --n) draft.tasks.push_back(random_task(random));
    for (auto n = random.below(4); n > 0; --n) {
      draft.omissions.push_back({static_cast<Omission::Why>(1 + random.below(3)),
                                 DatasetNo{random.small()}, random.span()});
    }
    for (auto n = random.below(3); n > 0; --n) {
      draft.warnings.push_back({DatasetNo{random.small()}, random.text(), random.text()});
    }
    draft.lower = random.number();
    draft.expected = random.number();
    draft.upper = random.number();
    for (auto n = random.below(4); n > 0; --n) draft.critical_path.push_back(random.small());
    draft.critical_ms = random.estimate();
    const std::string text = encode(draft);
    const PlanDraft back = decode_draft(text);
    ASSERT_TRUE(back == draft) << text;
    ASSERT_EQ(encode(back), text);
  }
}

}  // namespace
}  // namespace headwater::planner
