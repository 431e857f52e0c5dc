// The traps that engines of partitions fall into, one test each, on the level of verdicts. Those of
// plans and leases: plan_traps_test.cc, plan_book_test.cc.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "planner/explain.h"
#include "planner/staleness.h"
#include "tests/property/planner/engine_world.h"

namespace headwater::planner {
namespace {

using tests::must;
using tests::partitions::At;
using tests::partitions::EngineWorld;

constexpr Micros kMinute = 60'000'000, kDay = 24 * 60 * kMinute;
constexpr std::int64_t kToday = 20'727;  // 2026-10-01
constexpr Micros kMidnight = kToday * kDay;

class Traps : public ::testing::Test {
 protected:
  // Days in UTC, expected from `first` on.
  DatasetNo days(std::int64_t first = kToday - 3) {
    const DatasetNo out = world_.add_dataset();
    const std::string start = must(Calendar::create(Granularity::kDay, "UTC")).key_of(first);
    set_space(out, R"({"dimensions":[{"name":"date","kind":"time","granularity":"day","start":")" +
                       start + "\"}]}");
    world_.set_code(job(out), model::CodeId{1});
    return out;
  }
  void set_space(DatasetNo dataset, const std::string& json) {
    auto space = must(Space::parse(json, &world_.known().space(dataset)));
    ASSERT_TRUE(world_.set_space(dataset, std::make_shared<const Space>(std::move(space))));
  }
  static NodeId job(DatasetNo dataset) { return NodeId{dataset.value}; }

  void reads(DatasetNo up, DatasetNo down, MappingKind kind = MappingKind::kIdentity,
             std::int64_t from = 0, std::int64_t to = 0) {
    Mapping mapping;
    mapping.kind = kind;
    mapping.from = from;
    mapping.to = to;
    ASSERT_TRUE(world_.set_mapping(up, down, mapping));
  }

  // A run from minute `start` to `end` of today.
  void write(DatasetNo dataset, std::int64_t index, int start, int end, std::uint64_t out,
             model::CodeId code = model::CodeId{1}) {
    Write write;
    write.dataset = dataset;
    write.place.index = index;
    write.job = job(dataset);
    write.code = code;
    write.start = kMidnight + start * kMinute;
    write.end = kMidnight + end * kMinute;
    write.out = out;
    seq_ = model::Seq{seq_.value + 1};
    write.seq = seq_;
    write.run = model::RunRow{static_cast<std::int64_t>(seq_.value)};
    world_.write(write);
  }

  Verdict verdict(DatasetNo dataset, std::int64_t index, Micros now = kMidnight + kDay) {
    world_.publish(seq_);
    return Staleness::compute(world_.engine().state(), now, {})->verdict(dataset, {0, index});
  }
  bool stale(DatasetNo dataset, std::int64_t index) {
    return verdict(dataset, index).freshness == Freshness::kStale;
  }
  bool current(DatasetNo dataset, std::int64_t index) {
    return verdict(dataset, index).freshness == Freshness::kCurrent;
  }

  EngineWorld world_;
  model::Seq seq_;
};

// 1: what may become stale is current again if what comes out upstream is what it was.
TEST_F(Traps, EarlyCutoffUnStalesMaybe) {
  const DatasetNo raw = days(), clean = days(), mart = days();
  reads(raw, clean);
  reads(clean, mart);
  write(raw, kToday, 0, 1, 1);
  write(clean, kToday, 2, 3, 7);
  write(mart, kToday, 4, 5, 9);
  EXPECT_FALSE(verdict(mart, kToday).maybe);
  write(raw, kToday, 6, 7, 2);
  EXPECT_TRUE(stale(clean, kToday));
  EXPECT_TRUE(current(mart, kToday)) << "for what it read has not changed yet";
  EXPECT_TRUE(verdict(mart, kToday).maybe);
  write(clean, kToday, 8, 9, 7);
  EXPECT_TRUE(current(mart, kToday));
  EXPECT_FALSE(verdict(mart, kToday).maybe) << "the same came out";
  write(raw, kToday, 10, 11, 3);
  write(clean, kToday, 12, 13, 8);
  EXPECT_TRUE(stale(mart, kToday)) << "something else came out";
}

// 2: a join that ran between its two inputs has read old and new, and stays stale.
TEST_F(Traps, ADiamondThatMixedVersionsIsStaleUntilBothArmsWereRead) {
  const DatasetNo raw = days(), left = days(), right = days(), join = days();
  reads(raw, left);
  reads(raw, right);
  reads(left, join);
  reads(right, join);
  for (const DatasetNo dataset : {raw, left, right, join}) write(dataset, kToday, 0, 0, 1);
  write(raw, kToday, 1, 2, 2);
  EXPECT_TRUE(verdict(join, kToday).maybe);
  EXPECT_TRUE(current(join, kToday));
  write(left, kToday, 3, 4, 2);
  EXPECT_TRUE(stale(join, kToday)) << "for the left arm";
  EXPECT_TRUE(verdict(join, kToday).maybe) << "for the right one";
  write(join, kToday, 5, 6, 2);
  EXPECT_TRUE(current(join, kToday));
  EXPECT_TRUE(verdict(join, kToday).maybe) << "it ran too early";
  write(right, kToday, 7, 8, 2);
  EXPECT_TRUE(stale(join, kToday));
  write(join, kToday, 9, 10, 3);
  EXPECT_TRUE(current(join, kToday));
  EXPECT_FALSE(verdict(join, kToday).maybe);
}

// 3: of a chain of days only the head is stale for certain.
TEST_F(Traps, OnlyTheHeadOfAChainIsDefinitelyStale) {
  const DatasetNo raw = days(kToday - 4), balance = days(kToday - 4);
  reads(raw, balance);
  reads(balance, balance, MappingKind::kWindow, -1, -1);
  for (std::int64_t day = kToday - 4; day <= kToday; ++day) {
    write(raw, day, 0, 1, 1);
    write(balance, day, static_cast<int>(day - kToday + 10), static_cast<int>(day - kToday + 10),
          1);
  }
  write(raw, kToday - 2, 20, 21, 2);
  EXPECT_TRUE(current(balance, kToday - 3));
  EXPECT_FALSE(verdict(balance, kToday - 3).maybe);
  EXPECT_TRUE(stale(balance, kToday - 2));
  for (const std::int64_t later : {kToday - 1, kToday}) {
    EXPECT_TRUE(current(balance, later));
    EXPECT_TRUE(verdict(balance, later).maybe);
  }
  write(balance, kToday - 2, 22, 23, 1);
  EXPECT_FALSE(verdict(balance, kToday).maybe) << "the chain ends where the same comes out";
}

TEST_F(Traps, CyclesMustLookBackPartitionByPartition) {
  const DatasetNo a = days(), b = days();
  reads(a, b);
  Mapping back;
  back.kind = MappingKind::kWindow;
  back.from = -7;
  for (const std::int64_t to : {1, 0}) {
    back.to = to;
    EXPECT_FALSE(world_.set_mapping(b, a, back)) << to;
  }
  back.to = -1;
  EXPECT_TRUE(world_.set_mapping(b, a, back));
  Mapping forth;
  forth.kind = MappingKind::kWindow;
  forth.to = 1;
  EXPECT_FALSE(world_.set_mapping(a, b, forth)) << "what looks ahead by as much";
  for (const MappingKind kind : {MappingKind::kAll, MappingKind::kLast}) {
    Mapping everything;
    everything.kind = kind;
    EXPECT_FALSE(world_.set_mapping(a, b, everything));
    EXPECT_FALSE(world_.set_mapping(a, a, everything));
  }
  Mapping as_of;
  as_of.kind = MappingKind::kAsOf;
  EXPECT_TRUE(world_.set_mapping(a, a, as_of)) << "it reads nothing that counts";
}

TEST_F(Traps, ACycleOverHoursAndDaysMayLookBack) {
  const DatasetNo hours = world_.add_dataset();
  set_space(hours, R"({"dimensions":[{"name":"hour","kind":"time","granularity":"hour",)"
                   R"("zone":"Europe/Berlin"}]})");
  const DatasetNo days = world_.add_dataset();
  set_space(days, R"({"dimensions":[{"name":"day","kind":"time","granularity":"day",)"
                  R"("zone":"Europe/Berlin"}]})");
  reads(hours, days, MappingKind::kRollup);
  Mapping yesterday;
  yesterday.kind = MappingKind::kFanOut;
  yesterday.from = yesterday.to = -1;
  EXPECT_TRUE(world_.set_mapping(days, hours, yesterday));
  yesterday.to = 0;
  EXPECT_FALSE(world_.set_mapping(days, hours, yesterday)) << "an hour of the day that reads it";
}

// 4: what changed while a run was under way has not been read by it.
TEST_F(Traps, InputsArePinnedAtTheStartOfTheRun) {
  const DatasetNo raw = days(), clean = days();
  reads(raw, clean);
  write(raw, kToday, 0, 1, 1);
  write(raw, kToday, 4, 6, 2);
  write(clean, kToday, 5, 8, 1);
  EXPECT_TRUE(stale(clean, kToday)) << "it started before the second had ended";
  write(clean, kToday, 6, 9, 1);
  EXPECT_TRUE(current(clean, kToday));
  const Verdict is = verdict(clean, kToday);
  EXPECT_EQ(is.presence, Presence::kPresent) << "valid all the same";
}

TEST_F(Traps, WhatArrivesLateCountsByItsTime) {
  const DatasetNo raw = days(), clean = days();
  reads(raw, clean);
  write(raw, kToday, 0, 1, 1);
  write(clean, kToday, 5, 6, 1);
  write(raw, kToday, 2, 3, 2);
  EXPECT_TRUE(current(clean, kToday)) << "it had ended by the start, though nobody had said so";
  write(raw, kToday, 2, 2, 3);
  EXPECT_TRUE(current(clean, kToday)) << "replaced before it was read";
}

// 5: an old version of code, or of data, is what it was.
TEST_F(Traps, ARollbackIsCurrentWhereNothingWasRebuilt) {
  const DatasetNo raw = days(), clean = days();
  reads(raw, clean);
  write(raw, kToday, 0, 1, 1);
  for (const std::int64_t day : {kToday - 1, kToday}) write(clean, day, 2, 3, 1);
  world_.set_code(job(clean), model::CodeId{2});
  EXPECT_TRUE(verdict(clean, kToday).code);
  write(clean, kToday, 4, 5, 2, model::CodeId{2});
  world_.set_code(job(clean), model::CodeId{1});
  EXPECT_TRUE(current(clean, kToday - 1));
  EXPECT_TRUE(stale(clean, kToday)) << "its bytes are those of the newer code";
  world_.set_code(job(clean), model::CodeId{2});
  EXPECT_TRUE(current(clean, kToday));
}

// 6: hashes decide.
TEST_F(Traps, AChangeAndItsReturnLeaveEverythingCurrent) {
  const DatasetNo raw = days(), clean = days();
  reads(raw, clean, MappingKind::kWindow, -2, 0);
  for (std::int64_t day = kToday - 2; day <= kToday; ++day) write(raw, day, 0, 1, 1);
  write(clean, kToday, 2, 3, 1);
  write(raw, kToday - 1, 4, 5, 2);
  EXPECT_TRUE(verdict(clean, kToday).inputs);
  write(raw, kToday - 1, 6, 7, 1);
  EXPECT_TRUE(current(clean, kToday));
}

// 7: a failure keeps what is there, and concerns nobody who does not read it.
TEST_F(Traps, AFailureOverwritesNothingAndConcernsNobodyElse) {
  const DatasetNo raw = days(), clean = days();
  reads(raw, clean);
  for (const std::int64_t day : {kToday - 1, kToday}) {
    write(raw, day, 0, 1, 1);
    write(clean, day, 2, 3, 1);
  }
  world_.set_failed({raw, {0, kToday}}, true);
  const Verdict failed = verdict(raw, kToday);
  EXPECT_TRUE(failed.failed);
  EXPECT_EQ(failed.freshness, Freshness::kCurrent) << "the last good one stands";
  EXPECT_FALSE(verdict(clean, kToday).maybe) << "nothing has changed for those who read it";
  EXPECT_FALSE(verdict(clean, kToday - 1).failed);
  world_.set_failed({raw, {0, kToday + 1}}, true);
  EXPECT_EQ(verdict(raw, kToday + 1).presence, Presence::kNone) << "nor is it there";
  write(raw, kToday, 4, 5, 1);
  EXPECT_FALSE(verdict(raw, kToday).failed);
}

// 8: a partition is not missing before its time, with the time it is given, has passed.
TEST_F(Traps, AnOpenPartitionIsNotMissing) {
  const DatasetNo raw = days(kToday), clean = days(kToday);
  reads(raw, clean);
  set_space(raw, R"({"dimensions":[{"name":"date","kind":"time","granularity":"day",)"
                 R"("start":"2026-10-01","close_offset":"PT6H"}]})");
  const Micros end = kMidnight + kDay, closed = end + 6 * 60 * kMinute;
  EXPECT_EQ(verdict(raw, kToday, closed - 1).presence, Presence::kNone);
  EXPECT_TRUE(verdict(raw, kToday, closed - 1).open);
  EXPECT_EQ(verdict(raw, kToday, closed).presence, Presence::kMissing);
  EXPECT_FALSE(verdict(raw, kToday, closed).open);
  EXPECT_FALSE(verdict(clean, kToday, closed - 1).maybe) << "missing, and reads nothing missing";
  EXPECT_TRUE(verdict(clean, kToday, closed).maybe);
  write(raw, kToday, 0, 1, 1);
  EXPECT_TRUE(verdict(raw, kToday, closed - 1).open) << "there, and still open";
}

TEST_F(Traps, LateDataAfterAWindowFiredMakesItStale) {
  const DatasetNo raw = days(), weekly = days();
  reads(raw, weekly, MappingKind::kWindow, -6, 0);
  write(raw, kToday, 0, 1, 1);
  write(weekly, kToday, 2, 3, 1);
  write(raw, kToday - 6, 4, 5, 1);
  EXPECT_TRUE(stale(weekly, kToday));
  EXPECT_FALSE(stale(weekly, kToday + 1)) << "beyond the window";
}

// 9: `all` and `last` see a new partition; what is missing is not what is empty.
TEST_F(Traps, ANewPartitionChangesAllAndLast) {
  const DatasetNo raw = days(), all = days(), last = days();
  reads(raw, all, MappingKind::kAll);
  reads(raw, last, MappingKind::kLast);
  write(raw, kToday - 1, 0, 1, 1);
  for (const DatasetNo dataset : {all, last}) write(dataset, kToday, 2, 3, 1);
  write(raw, kToday - 2, 4, 5, 1);
  EXPECT_TRUE(stale(all, kToday));
  EXPECT_TRUE(current(last, kToday)) << "the last one is the same";
  write(raw, kToday, 6, 7, 1);
  EXPECT_TRUE(stale(last, kToday)) << "with the same content, but of another day";
}

TEST_F(Traps, AMissingInputIsNotAnEmptyOne) {
  const DatasetNo raw = days(), clean = days();
  reads(raw, clean);
  write(clean, kToday, 0, 1, 1);
  EXPECT_TRUE(current(clean, kToday));
  EXPECT_TRUE(verdict(clean, kToday).maybe) << "it has read something that is missing";
  for (const std::uint64_t out : {1u, 2u}) {
    write(raw, kToday, static_cast<int>(2 * out), static_cast<int>(2 * out), out);
    EXPECT_TRUE(stale(clean, kToday)) << "whatever came";
  }
}

// 10: whether a write can be repeated is not a matter of verdicts: what it wrote is what it wrote.
TEST_F(Traps, OutputsThatCannotBeRepeatedAreJudgedByWhatCameOut) {
  const DatasetNo history = days(), mart = days();
  reads(history, mart);
  write(history, kToday, 0, 1, 1);
  write(mart, kToday, 2, 3, 1);
  write(history, kToday, 4, 5, 2);  // the same run once more, and another result
  EXPECT_TRUE(current(history, kToday));
  EXPECT_TRUE(stale(mart, kToday));
}

// 11: code without a version is neither fresh nor stale.
TEST_F(Traps, UnversionedCodeIsUnknown) {
  const DatasetNo raw = days(), clean = days();
  reads(raw, clean);
  write(raw, kToday, 0, 1, 1);
  write(clean, kToday, 2, 3, 1, model::CodeId{});
  EXPECT_EQ(verdict(clean, kToday).freshness, Freshness::kUnknown);
  write(raw, kToday, 4, 5, 2);
  EXPECT_EQ(verdict(clean, kToday).freshness, Freshness::kStale) << "its inputs are known";
  write(clean, kToday, 6, 7, 1);
  world_.set_code(job(clean), model::CodeId{});
  EXPECT_EQ(verdict(clean, kToday).freshness, Freshness::kUnknown) << "the job's code of now";
}

// 12: nothing is left out, however many partitions a mapping joins.
TEST_F(Traps, NoEdgeIsTooWide) {
  constexpr std::int64_t kMany = 5'000;
  const DatasetNo raw = days(kToday - kMany), wide = days(kToday - kMany), all = days();
  reads(raw, wide, MappingKind::kWindow, -kMany, 0);
  reads(raw, all, MappingKind::kAll);
  for (std::int64_t day = kToday - kMany; day <= kToday; ++day) write(raw, day, 0, 1, 1);
  for (const std::int64_t day : {kToday - kMany, kToday - 4'096, kToday}) write(wide, day, 2, 3, 1);
  write(all, kToday, 2, 3, 1);
  write(raw, kToday - kMany, 4, 5, 2);
  for (const std::int64_t day : {kToday - kMany, kToday - 4'096, kToday}) {
    EXPECT_TRUE(stale(wide, day)) << day;
  }
  EXPECT_TRUE(stale(all, kToday));
  const auto why = must(explain(*world_.engine().state(), world_, wide, {0, kToday}));
  ASSERT_TRUE(why);
  ASSERT_EQ(why->way.size(), 1u);
  EXPECT_EQ(why->way[0].place.index, kToday - kMany);
  EXPECT_EQ(why->kind, RootKind::kData);
}

}  // namespace
}  // namespace headwater::planner
