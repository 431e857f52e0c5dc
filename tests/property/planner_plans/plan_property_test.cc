// Plans over random worlds, against the rules taken one partition at a time, and by running them.

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <numeric>

#include "tests/property/planner_plans/naive_plan.h"

namespace headwater::tests::plans {
namespace {

constexpr std::uint64_t kWorlds = 20'000;

std::uint64_t first_seed() {
  const char* const given = std::getenv("HW_SEED");
  return given == nullptr ? 1 : std::strtoull(given, nullptr, 10);
}
// HW_HISTORIES=n runs another number of them.
std::uint64_t worlds() {
  const char* const given = std::getenv("HW_HISTORIES");
  if (given != nullptr) return std::strtoull(given, nullptr, 10);
  return std::getenv("HW_SEED") == nullptr ? kWorlds : 1;
}

// So many of all worlds. Fewer worlds than usual vary more: of them half as many will do.
std::uint64_t of_worlds(std::uint64_t times, std::uint64_t over) {
  const std::uint64_t all = worlds() * times / over;
  return worlds() < kWorlds ? all / 2 : all;
}

std::string name(const Partition& partition) {
  return std::to_string(partition.first.value) + ":" + std::to_string(partition.second.lane) + "/" +
         std::to_string(partition.second.index);
}

// The tasks by partition.
std::map<Partition, const Task*> by_partition(const PlanDraft& draft) {
  std::map<Partition, const Task*> out;
  for (const Task& task : draft.tasks) {
    for (std::int64_t i = task.span.first; i <= task.span.last; ++i) {
      const bool fresh = out.emplace(Partition{task.dataset, {task.span.lane, i}}, &task).second;
      EXPECT_TRUE(fresh) << "in two tasks";
    }
  }
  return out;
}

std::set<Partition> left_out(const PlanDraft& draft, Omission::Why why) {
  std::set<Partition> out;
  for (const Omission& omission : draft.omissions) {
    if (omission.why != why) continue;
    for (std::int64_t i = omission.span.first; i <= omission.span.last; ++i) {
      EXPECT_TRUE(out.insert({omission.dataset, {omission.span.lane, i}}).second);
    }
  }
  return out;
}

PlanOptions random_options(RandomWorld& world) {
  PlanOptions out;
  out.max_partitions_per_task = static_cast<std::int64_t>(1 + world.below(6));
  if (world.below(3) == 0) out.max_partitions_per_task = 100;
  if (world.below(3) == 0) {
    out.scope.push_back(world.datasets[world.below(world.datasets.size())]);
    out.direction = static_cast<PlanOptions::Direction>(world.below(3));
  }
  if (world.below(6) == 0) out.stale = false;
  if (world.below(6) == 0) out.missing = false;
  if (world.below(6) == 0) out.maybe = out.stale || out.missing ? false : true;
  if (world.below(6) == 0) {
    out.until = world.now - static_cast<Micros>(world.below(8)) * model::kDay;
  }
  if (world.below(6) == 0) out.refresh = false;
  if (world.below(3) == 0) {
    for (const auto& [id, change] : world.changes.all) {
      if (world.below(2) == 0) out.changes.push_back({id.first, id.second});
    }
  }
  return out;
}

// ---- what every plan keeps
// -----------------------------------------------------------------------

void check_invariants(const PlanDraft& draft) {
  const Task* before = nullptr;
  std::uint32_t number = 0;
  for (const Task& task : draft.tasks) {
    ASSERT_EQ(task.number, ++number);
    const auto key = [](const Task& t) {
      return std::tuple(t.wave, t.dataset.value, t.span.lane, t.span.first);
    };
    if (before != nullptr) {
      ASSERT_LT(key(*before), key(task));
    }
    before = &task;
    ASSERT_LE(task.count(), draft.options.max_partitions_per_task);
    ASSERT_GE(task.count(), 1);
    ASSERT_TRUE(std::is_sorted(task.upstream.begin(), task.upstream.end()));
    std::uint32_t wave = 1;
    for (const std::uint32_t upstream : task.upstream) {
      wave = std::max(wave, draft.tasks[upstream - 1].wave + 1);
    }
    ASSERT_EQ(task.wave, wave) << "not the least wave";
    ASSERT_EQ(task.definite, task.code || task.inputs || task.missing || task.refresh);
    ASSERT_FALSE(task.refresh && (task.code || task.inputs || task.missing));
    ASSERT_GE(task.probability, 0);
    ASSERT_LE(task.probability, 1);
  }
  ASSERT_LE(draft.lower, draft.expected);
  ASSERT_LE(draft.expected, draft.upper);
  ASSERT_EQ(encode(draft), encode(decode_draft(encode(draft))));
  ASSERT_TRUE(decode_draft(encode(draft)) == draft);
}

// Tasks wait for exactly those that hold what their partitions read; of a task that is no sequence,
// every partition by itself belongs into its wave.
void check_order(World& world, const State& state, const PlanDraft& draft,
                 const std::map<Partition, const Task*>& tasks) {
  std::map<std::uint32_t, std::set<std::uint32_t>> waits;
  std::map<std::uint32_t, bool> chained;  // datasets that read their own past
  for (const auto& [partition, task] : tasks) {
    std::uint32_t wave = 1;
    std::vector<InputSpan> told = inputs_of(state, partition.first, partition.second);
    std::size_t reads = 0;
    for (const NaiveRead& read : NaivePlan::reads(state, partition)) {
      ++reads;
      ASSERT_TRUE(std::find(told.begin(), told.end(), static_cast<const InputSpan&>(read)) !=
                  told.end());
      chained[partition.first.value] |= read.dataset == partition.first;
      NaivePlan::each_within(tasks, read, [&](const auto& entry) {
        if (entry.second == task) {
          EXPECT_TRUE(task->sequential) << name(partition) << " reads its own task";
          EXPECT_LT(entry.first.second.index, partition.second.index);
          return;
        }
        waits[task->number].insert(entry.second->number);
        wave = std::max(wave, entry.second->wave + 1);
      });
    }
    ASSERT_EQ(reads, told.size());
    if (!chained[partition.first.value]) {
      ASSERT_EQ(task->wave, wave) << name(partition);
    }
  }
  for (const Task& task : draft.tasks) {
    const std::set<std::uint32_t>& found = waits[task.number];
    ASSERT_EQ(task.upstream, std::vector<std::uint32_t>(found.begin(), found.end()))
        << "task " << task.number;
  }
  static_cast<void>(world);
}

void check_partitions(const NaivePlan& naive, const PlanDraft& draft,
                      const std::map<Partition, const Task*>& tasks) {
  for (const auto& [partition, definite] : naive.planned()) {
    const auto found = tasks.find(partition);
    ASSERT_TRUE(found != tasks.end()) << name(partition) << " is not planned";
    ASSERT_EQ(found->second->definite, definite) << name(partition);
    ASSERT_EQ(found->second->refresh, naive.refreshed().contains(partition)) << name(partition);
  }
  for (const auto& [partition, task] : tasks) {
    ASSERT_TRUE(naive.planned().contains(partition)) << name(partition) << " is planned";
  }
  ASSERT_EQ(left_out(draft, Omission::Why::kUnrecoverable), naive.unrecoverable());
}

class Plans : public ::testing::Test {
 protected:
  void SetUp() override { std::cout << "first seed " << first_seed() << "\n"; }
};

TEST_F(Plans, AreThoseOfTheRules) {
  std::size_t tasks = 0, partitions = 0, maybe = 0, links = 0, unrecoverable = 0, chosen = 0,
              refreshed = 0;
  for (std::uint64_t seed = first_seed(); seed < first_seed() + worlds(); ++seed) {
    SCOPED_TRACE("HW_SEED=" + std::to_string(seed));
    RandomWorld world(seed);
    const auto staleness = world.staleness();
    for (int k = 0; k < 2; ++k) {
      const PlanOptions options = random_options(world);
      auto draft = world.plan(options);
      ASSERT_TRUE(draft.has_value()) << draft.error().message;
      const NaivePlan naive(world, *staleness, options);
      const auto planned = by_partition(*draft);
      check_partitions(naive, *draft, planned);
      check_invariants(*draft);
      check_order(world, staleness->state(), *draft, planned);
      if (::testing::Test::HasFailure()) return;
      tasks += draft->tasks.size();
      partitions += planned.size();
      for (const Task& task : draft->tasks) {
        maybe += task.definite ? 0 : 1;
        links += task.upstream.size();
      }
      unrecoverable += naive.unrecoverable().size();
      refreshed += naive.refreshed().size();
      chosen += options.changes.empty() || draft->tasks.empty() ? 0 : 1;
    }
  }
  std::cout << "tasks " << tasks << ", partitions " << partitions << ", maybe " << maybe
            << ", links " << links << ", unrecoverable " << unrecoverable << ", for changes "
            << chosen << ", refreshed " << refreshed << "\n";
  if (worlds() == 1) return;
  EXPECT_GT(maybe, of_worlds(1, 1));  // the worlds are not all alike
  EXPECT_GT(links, of_worlds(10, 1));
  EXPECT_GT(unrecoverable, of_worlds(1, 10));
  EXPECT_GT(chosen, of_worlds(1, 20));
  EXPECT_GT(refreshed, of_worlds(1, 20));
}

// With a task for each partition, the wave of each is its longest way from what reads nothing.
TEST_F(Plans, PutSinglePartitionsIntoTheLeastWave) {
  for (std::uint64_t seed = first_seed(); seed < first_seed() + worlds() / 4 + 1; ++seed) {
    SCOPED_TRACE("HW_SEED=" + std::to_string(seed));
    RandomWorld world(seed);
    const auto staleness = world.staleness();
    PlanOptions options;
    options.max_partitions_per_task = 1;
    auto draft = world.plan(options);
    ASSERT_TRUE(draft.has_value()) << draft.error().message;
    const auto tasks = by_partition(*draft);
    std::map<Partition, std::uint32_t> waves;
    for (const auto& [partition, task] : tasks) waves[partition] = 1;
    for (bool more = true; more;) {
      more = false;
      for (auto& [partition, wave] : waves) {
        for (const NaiveRead& read : NaivePlan::reads(staleness->state(), partition)) {
          NaivePlan::each_within(waves, read, [&](const auto& entry) {
            if (entry.second < wave) return;
            wave = entry.second + 1;
            more = true;
          });
        }
      }
    }
    for (const auto& [partition, task] : tasks) {
      ASSERT_EQ(task->wave, waves[partition]) << name(partition);
    }
  }
}

// ---- running a plan
// ------------------------------------------------------------------------------

bool must_run(const World& world, const Partition& partition) {
  const auto& [dataset, place] = partition;
  const State& state = world.engine.working();
  const Lane* const lane = state.segment(dataset).find(place.lane);
  if (lane == nullptr || !lane->present(place.index)) return true;
  const Block& block = *lane->find(block_of(place.index));
  const std::size_t i = offset_of(place.index);
  if (block.inputs.get(i) || block.tag.get(i)) return true;
  if (!block.code.get(i)) return false;
  const Attribute& attribute = block.attribute(i);
  return !state.codes().same_if_deferred(attribute.job, dataset, place.index, attribute.code,
                                         state.codes().current(attribute.job), world.now);
}

// Runs every partition that must be by then, in some order that the plan allows: whatever is ready,
// at random. What comes out may be what was there before.
std::int64_t run_plan(RandomWorld& world, const PlanDraft& draft) {
  const auto tasks = by_partition(draft);
  const auto pinned = world.engine.state();
  std::map<Partition, std::set<Partition>> open;
  std::map<Partition, std::vector<Partition>> readers;
  std::vector<Partition> ready;
  for (const auto& [partition, task] : tasks) {
    std::set<Partition>& waits = open[partition];
    for (const InputSpan& input : inputs_of(*pinned, partition.first, partition.second)) {
      NaivePlan::each_within(tasks, input, [&](const auto& entry) { waits.insert(entry.first); });
    }
    if (task->sequential && partition.second.index > task->span.first) {
      waits.insert({partition.first, {partition.second.lane, partition.second.index - 1}});
    }
    for (const Partition& other : waits) readers[other].push_back(partition);
    if (waits.empty()) ready.push_back(partition);
  }
  std::int64_t runs = 0;
  std::size_t settled = 0;
  while (!ready.empty()) {
    std::swap(ready[world.below(ready.size())], ready.back());
    const Partition partition = ready.back();
    ready.pop_back();
    ++settled;
    const bool due = tasks.at(partition)->refresh &&
                     NaivePlan::is_due(world, world.engine.working(), world.now, partition);
    if (due || must_run(world, partition)) {
      ++runs;
      const auto before = *world.history.writes(partition.first, partition.second);
      const bool same = !before.empty() && world.below(2) == 0;
      world.write(partition.first, partition.second, same ? before.back().out : 0);
    }
    for (const Partition& reader : readers[partition]) {
      open[reader].erase(partition);
      if (open[reader].empty()) ready.push_back(reader);
    }
  }
  EXPECT_EQ(settled, tasks.size()) << "partitions wait for each other";
  return runs;
}

TEST_F(Plans, LeaveNothingInNeedWhenTheyAreRun) {
  std::size_t checked = 0;
  for (std::uint64_t seed = first_seed(); seed < first_seed() + worlds(); ++seed) {
    SCOPED_TRACE("HW_SEED=" + std::to_string(seed));
    RandomWorld world(seed);
    PlanOptions options;
    options.max_partitions_per_task = static_cast<std::int64_t>(1 + world.below(9));
    if (world.below(4) == 0) options.scope = {world.datasets[world.below(world.datasets.size())]};
    auto draft = world.plan(options);
    ASSERT_TRUE(draft.has_value()) << draft.error().message;
    const NaivePlan naive(world, *world.staleness(), options);
    std::set<std::uint32_t> in_scope;
    for (const auto& [partition, definite] : naive.planned())
      in_scope.insert(partition.first.value);
    const std::int64_t runs = run_plan(world, *draft);
    ASSERT_LE(runs, draft->upper);
    const auto after = world.staleness();
    for (const Partition& partition : naive.refreshed()) {
      ASSERT_FALSE(NaivePlan::is_due(world, after->state(), world.now, partition))
          << name(partition);
    }
    for (const std::uint32_t i : in_scope) {
      const DatasetNo dataset{i};
      Selection need;
      need.stale = need.missing = true;
      bool more = false;
      for (const Span& span : after->spans(dataset, need, SIZE_MAX, &more)) {
        for (std::int64_t k = span.first; k <= span.last; ++k) {
          const Place place{span.lane, k};
          const Verdict verdict = after->verdict(dataset, place);
          ++checked;
          ASSERT_TRUE(verdict.deferred || verdict.open || verdict.unrecoverable ||
                      naive.unrecoverable().contains({dataset, place}))
              << name({dataset, place});
        }
      }
    }
  }
  if (worlds() != 1) {
    EXPECT_GT(checked, of_worlds(1, 10));
  }
}

// What remains in need after a plan of everything, where nothing is excused, is nothing at all.
TEST_F(Plans, OfEverythingLeaveNothingThatMayBecomeStale) {
  std::size_t checked = 0;
  for (std::uint64_t seed = first_seed(); seed < first_seed() + worlds(); ++seed) {
    SCOPED_TRACE("HW_SEED=" + std::to_string(seed));
    RandomWorld world(seed);
    auto draft = world.plan({});
    ASSERT_TRUE(draft.has_value()) << draft.error().message;
    run_plan(world, *draft);
    const auto after = world.staleness();
    Counts all;
    for (const DatasetNo dataset : world.datasets) all += after->counts(dataset);
    std::uint64_t open = 0;
    for (const auto& [partition, writes] : world.history.all()) {
      const Verdict verdict = after->verdict(partition.first, partition.second);
      if (verdict.open && verdict.freshness == Freshness::kStale) ++open;
    }
    if (all.deferred + all.unrecoverable + open + draft->omissions.size() != 0) continue;
    ++checked;
    ASSERT_EQ(all.stale, 0U);
    ASSERT_EQ(all.missing, 0U);
    ASSERT_EQ(all.maybe, 0U);
  }
  if (worlds() != 1) {
    EXPECT_GT(checked, of_worlds(1, 4));
  }
}

// ---- budgets
// -------------------------------------------------------------------------------------

TEST_F(Plans, ForABudgetKeepAPartThatNothingIsMissingFrom) {
  std::size_t cut = 0, kept = 0;
  for (std::uint64_t seed = first_seed(); seed < first_seed() + worlds(); ++seed) {
    SCOPED_TRACE("HW_SEED=" + std::to_string(seed));
    RandomWorld world(seed);
    PlanOptions options = random_options(world);
    auto whole = world.plan(options);
    ASSERT_TRUE(whole.has_value()) << whole.error().message;
    const auto all = by_partition(*whole);
    const std::int64_t budget = static_cast<std::int64_t>(world.below(all.size() + 3));
    std::int64_t cost = 0, duration = 0;
    for (const Task& task : whole->tasks) {
      cost += task.cost_micros.p90;
      duration += task.duration_ms.p90;
    }
    const std::size_t kind = world.below(3);
    if (kind == 0) options.budget_partitions = budget;
    if (kind == 1) {
      options.budget_cost_micros =
          static_cast<std::int64_t>(world.below(static_cast<std::size_t>(cost) + 2));
    }
    if (kind == 2) {
      options.budget_duration_ms =
          static_cast<std::int64_t>(world.below(static_cast<std::size_t>(duration) + 2));
    }
    auto part = world.plan(options);
    ASSERT_TRUE(part.has_value()) << part.error().message;
    check_invariants(*part);
    const auto some = by_partition(*part);
    const auto staleness = world.staleness();
    check_order(world, staleness->state(), *part, some);
    std::set<Partition> out = left_out(*part, Omission::Why::kBudget);
    const std::set<Partition> needing = left_out(*part, Omission::Why::kUpstreamLeftOut);
    out.insert(needing.begin(), needing.end());
    ASSERT_EQ(some.size() + out.size(), all.size());
    for (const auto& [partition, task] : some) {
      ASSERT_TRUE(all.contains(partition));
      ASSERT_FALSE(out.contains(partition)) << name(partition);
      for (const NaiveRead& read : NaivePlan::reads(staleness->state(), partition)) {
        NaivePlan::each_within(out, read, [&](const Partition& missing) {
          ADD_FAILURE() << name(partition) << " reads " << name(missing) << ", which is left out";
        });
      }
    }
    for (const Partition& partition : out) ASSERT_TRUE(all.contains(partition));
    if (kind == 0) {
      ASSERT_LE(part->upper, budget);
      if (part->upper < budget) {  // nothing that could be run is left out
        for (const Partition& partition : left_out(*part, Omission::Why::kBudget)) {
          ASSERT_GT(all.size(), 50'000U) << name(partition) << " would have fitted in";
        }
      }
    }
    std::int64_t spent = 0;
    for (const Task& task : part->tasks) {
      spent += kind == 1 ? task.cost_micros.p90 : task.duration_ms.p90;
    }
    if (kind == 1) {
      ASSERT_LE(spent, *options.budget_cost_micros + static_cast<std::int64_t>(part->tasks.size()));
    }
    if (kind == 2) {
      ASSERT_LE(spent, *options.budget_duration_ms);
    }
    if (::testing::Test::HasFailure()) return;
    cut += out.empty() ? 0 : 1;
    kept += some.empty() ? 0 : 1;
  }
  if (worlds() != 1) {
    EXPECT_GT(cut, of_worlds(1, 4));
  }
  if (worlds() != 1) {
    EXPECT_GT(kept, of_worlds(1, 4));
  }
}

}  // namespace
}  // namespace headwater::tests::plans
