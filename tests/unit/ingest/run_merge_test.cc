#include "ingest/run_merge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <vector>

namespace headwater::ingest {
namespace {

using model::EventType;
using storage::RunState;

struct Part {
  EventType type;
  Micros time;
  std::int64_t tie;
  std::optional<Micros> nominal = {};
  std::int64_t code = 0, parent = 0;
};

std::int32_t rank(EventType type) {
  switch (type) {
    case EventType::kStart: return 0;
    case EventType::kComplete:
    case EventType::kFail:
    case EventType::kAbort: return 2;
    default: return 1;
  }
}

storage::RunInfo merged(const std::vector<Part>& parts) {
  storage::RunInfo run;
  std::uint64_t seq = 0;
  for (const Part& part : parts) {
    model::Event event;
    event.type = part.type;
    event.time = part.time;
    if (part.nominal) event.nominal_start = part.nominal;
    const Position at{part.time, rank(part.type), part.tie, ++seq};
    merge_event(run, event, at, model::CodeId{part.code}, model::RunRow{part.parent});
  }
  return run;
}

auto facts(const storage::RunInfo& r) {
  return std::tuple(r.state, r.started_at, r.ended_at, r.first_time, r.last_time, r.nominal_start,
                    r.nominal_end, r.code.value, r.parent.value);
}

TEST(RunMerge, IsTheSameInEveryOrder) {
  std::mt19937_64 random(11);
  constexpr EventType kTypes[] = {EventType::kNone,     EventType::kStart, EventType::kRunning,
                                  EventType::kComplete, EventType::kFail,  EventType::kAbort,
                                  EventType::kOther};
  for (int i = 0; i < 300; ++i) {
    std::vector<Part> parts(1 + random() % 5);
    for (std::size_t k = 0; k < parts.size(); ++k) {
      parts[k] = {kTypes[random() % 7], static_cast<Micros>(random() % 4),
                  static_cast<std::int64_t>(k) - 2};
      if (random() % 3 == 0) parts[k].nominal = static_cast<Micros>(random() % 9);
      parts[k].code = static_cast<std::int64_t>(random() % 3);
      parts[k].parent = static_cast<std::int64_t>(random() % 3);
    }
    std::vector<std::size_t> order(parts.size());
    std::iota(order.begin(), order.end(), 0u);
    const auto expected = facts(merged(parts));
    do {
      std::vector<Part> permuted;
      for (const std::size_t k : order) permuted.push_back(parts[k]);
      ASSERT_EQ(facts(merged(permuted)), expected);
    } while (std::ranges::next_permutation(order).found);
  }
}

TEST(RunMerge, EndsAtTheFirstEndAndIsNeverReopened) {
  const auto run = merged({{EventType::kStart, 1, 0},
                           {EventType::kComplete, 5, 0},
                           {EventType::kFail, 7, 0},
                           {EventType::kRunning, 9, 0},
                           {EventType::kStart, 10, 0}});
  EXPECT_EQ(run.state, RunState::kCompleted);
  EXPECT_EQ(run.started_at, 1);
  EXPECT_EQ(run.ended_at, 5);
  EXPECT_EQ(run.first_time, 1);
  EXPECT_EQ(run.last_time, 10);
}

TEST(RunMerge, NeedsNoStart) {
  EXPECT_EQ(merged({{EventType::kComplete, 5, 0}}).state, RunState::kCompleted);
  EXPECT_EQ(merged({{EventType::kComplete, 5, 0}}).started_at, model::kOpenEnd);
  EXPECT_EQ(merged({{EventType::kRunning, 5, 0}}).state, RunState::kRunning);
  EXPECT_EQ(merged({{EventType::kOther, 5, 0}}).state, RunState::kNew);
  EXPECT_EQ(merged({}).state, RunState::kUnknown);
}

TEST(RunMerge, ComesBackFromItsBytes) {
  RunMerge merge;
  merge.end = {7, 2, -3, 9};
  merge.code = {INT64_MAX, -1, INT64_MIN, UINT64_MAX};
  merge.end_state = 4;
  merge.seen_any = true;
  const std::string bytes = encode(merge);
  EXPECT_EQ(encode(decode_run_merge(bytes)), bytes);
  EXPECT_EQ(encode(decode_run_merge("")), encode(RunMerge{}));
  for (std::size_t n = 0; n < bytes.size(); ++n) (void)decode_run_merge(bytes.substr(0, n));
}

}  // namespace
}  // namespace headwater::ingest
