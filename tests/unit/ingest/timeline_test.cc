// The rules of the timeline, one by one; tests/property has them all at once.

#include "ingest/timeline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace headwater::ingest {
namespace {

using model::EdgeKey;
using model::EdgeKind;
using model::EndReason;
using model::NodeId;
namespace flags = observation_flags;

constexpr NodeId kJob{1}, kA{2}, kB{3}, kC{4}, kColumn{5};
const EdgeKey kReadsA{EdgeKind::kReads, kA, kJob, {}, {}};
const EdgeKey kReadsB{EdgeKind::kReads, kB, kJob, {}, {}};
const EdgeKey kColumnOfC{EdgeKind::kColumnDirect, kColumn, kC, kJob, {}};
const EdgeKey kParent{EdgeKind::kParent, NodeId{9}, kJob, {}, {}};

class Story {
 public:
  Story() : timeline_(options_) {}

  // What happened next, at `time`, in run `run` under code `code`, showing `edges`.
  Story& then(Micros time, ObservationType type, std::int64_t run, std::int64_t code,
              std::vector<EdgeKey> edges, std::int32_t flag = flags::kIo,
              std::vector<NodeId> covered = {}) {
    auto set = std::make_shared<model::EdgeSet>();
    for (const EdgeKey& key : edges) set->entries.push_back({key});
    set->covered = std::move(covered);
    set->normalize();
    Observation o;
    o.at = {time, type == ObservationType::kShow ? 1 : 2, 0, ++seq_};
    o.type = type;
    o.flags = flag;
    o.run = model::RunRow{run};
    o.code = model::CodeId{code};
    o.edges = std::move(set);
    return step(std::move(o));
  }
  Story& complete(Micros time, std::int64_t run, std::int64_t code, std::vector<EdgeKey> edges) {
    return then(time, ObservationType::kComplete, run, code, std::move(edges));
  }
  Story& step(Observation o) {
    Timeline::Delta delta;
    timeline_.step(o, delta);
    ended_.insert(ended_.end(), delta.ended.begin(), delta.ended.end());
    for (const auto& e : delta.started) started_.push_back(e.key);
    return *this;
  }
  Story& attribute(Micros time, std::int64_t content, std::int32_t flag = 0) {
    Observation o;
    o.at = {time, 1, 0, ++seq_};
    o.type = ObservationType::kFacets;
    o.flags = flag;
    if (content >= 0) {
      o.facets = std::make_shared<model::Bundle>(
          model::Bundle{{options_.state_attribute, model::ContentId{content}}});
    }
    Timeline::Delta delta;
    timeline_.step(o, delta);
    for (const auto& a : delta.attributes_ended) held_.push_back(a);
    for (const auto& a : delta.attributes_started) began_.push_back(a);
    return *this;
  }

  // When and why the edge ended last; nullopt if it never did.
  std::optional<std::pair<Micros, EndReason>> end_of(const EdgeKey& key) const {
    for (auto at = ended_.rbegin(); at != ended_.rend(); ++at) {
      if (at->key == key) return std::pair(at->to, at->reason);
    }
    return std::nullopt;
  }
  auto starts_of(const EdgeKey& key) const { return std::ranges::count(started_, key); }
  const std::vector<AttributeInterval>& held() const { return held_; }
  const std::vector<AttributeInterval>& began() const { return began_; }

 private:
  static Timeline::Options options() {
    Timeline::Options o;
    o.dataset_of = [](NodeId id) { return id; };
    o.state_attribute = model::AttributeNameId{7};
    o.is_gone = [](model::ContentId id) { return id.value == 99; };
    return o;
  }
  const Timeline::Options options_ = options();
  Timeline timeline_;
  std::uint64_t seq_ = 0;
  std::vector<EdgeInterval> ended_;
  std::vector<EdgeKey> started_;
  std::vector<AttributeInterval> held_, began_;
};

std::pair<Micros, EndReason> at(Micros time, EndReason reason) { return {time, reason}; }

TEST(TimelineR1, AnObservationStartsAnEdgeOnceAndConfirmsItAfterwards) {
  Story story;
  story.complete(1, 1, 1, {kReadsA}).complete(2, 2, 1, {kReadsA});
  EXPECT_EQ(story.starts_of(kReadsA), 1);
  EXPECT_FALSE(story.end_of(kReadsA));
}

TEST(TimelineR2, AnEdgeEndsWithTheFirstCompletedRunOfAnotherCode) {
  Story story;
  story.complete(1, 1, 1, {kReadsA, kReadsB}).complete(5, 2, 2, {kReadsB});
  EXPECT_EQ(story.end_of(kReadsA), at(5, EndReason::kCodeVersion));
  EXPECT_FALSE(story.end_of(kReadsB));
}

TEST(TimelineR2, UnderTheSameCodeItTakesThreeRunsInARow) {
  Story story;
  story.complete(1, 1, 1, {kReadsA}).complete(2, 2, 1, {kReadsB}).complete(3, 3, 1, {kReadsB});
  EXPECT_FALSE(story.end_of(kReadsA));
  story.complete(4, 4, 1, {kReadsA}).complete(5, 5, 1, {kReadsB}).complete(6, 6, 1, {kReadsB});
  EXPECT_FALSE(story.end_of(kReadsA)) << "seen again: the misses start anew";
  story.complete(7, 7, 1, {kReadsB});
  EXPECT_EQ(story.end_of(kReadsA), at(7, EndReason::kNotSeen));
}

TEST(TimelineR2, WithoutACodeVersionMissesAreCounted) {
  Story story;
  story.complete(1, 1, 0, {kReadsA});
  for (Micros t = 2; t <= 4; ++t) story.complete(t, t, t, {kReadsB});
  EXPECT_EQ(story.end_of(kReadsA), at(4, EndReason::kNotSeen));
}

TEST(TimelineR2, FailedRunsAndRunsWithoutInputsAndOutputsJudgeNothing) {
  Story story;
  story.complete(1, 1, 1, {kReadsA});
  for (Micros t = 2; t <= 9; ++t) story.then(t, ObservationType::kEnd, t, 2, {kReadsB});
  for (Micros t = 10; t <= 19; ++t) story.then(t, ObservationType::kComplete, t, 2, {}, 0);
  EXPECT_FALSE(story.end_of(kReadsA));
}

TEST(TimelineR2, WhatWasShownAfterTheRunBeganIsNotItsToJudge) {
  Story story;
  story.then(1, ObservationType::kShow, 1, 1, {kReadsB});  // run 1 starts
  story.complete(2, 2, 2, {kReadsA});                      // another run, meanwhile
  story.complete(3, 1, 1, {kReadsB});
  EXPECT_FALSE(story.end_of(kReadsA));
}

TEST(TimelineR2, TheEventsOfARunAddUpAndItJudgesOnce) {
  Story story;
  story.complete(1, 1, 1, {kReadsA});
  story.then(2, ObservationType::kShow, 2, 2, {kReadsA}).complete(3, 2, 2, {kReadsB});
  EXPECT_FALSE(story.end_of(kReadsA)) << "its first event showed it";
  for (int again = 0; again < 5; ++again) story.complete(4 + again, 2, 2, {kReadsB});
  story.complete(10, 3, 2, {kReadsB});
  EXPECT_FALSE(story.end_of(kReadsA)) << "one run is one miss, however often it ends";
}

TEST(TimelineR2, ColumnsAreJudgedByRunsThatStateTheTargetsColumns) {
  Story story;
  story.then(1, ObservationType::kComplete, 1, 1, {kReadsA, kColumnOfC}, flags::kIo, {kC});
  story.complete(2, 2, 2, {kReadsA});
  EXPECT_FALSE(story.end_of(kColumnOfC));
  story.then(3, ObservationType::kComplete, 3, 2, {kReadsA}, flags::kIo, {kC});
  EXPECT_EQ(story.end_of(kColumnOfC), at(3, EndReason::kCodeVersion));
}

TEST(TimelineR2, ParentsAreJudgedByRunsThatNameOne) {
  Story story;
  story.then(1, ObservationType::kComplete, 1, 1, {kParent}, flags::kParent);
  story.complete(2, 2, 2, {kReadsA});
  EXPECT_FALSE(story.end_of(kParent));
  story.then(3, ObservationType::kComplete, 3, 2, {}, flags::kParent);
  EXPECT_EQ(story.end_of(kParent), at(3, EndReason::kCodeVersion));
}

TEST(TimelineR3, ADeclarationEndsWhatItSpeaksOfAndDoesNotList) {
  Story story;
  story.then(1, ObservationType::kComplete, 1, 1, {kReadsA, kReadsB, kParent},
             flags::kIo | flags::kParent);
  story.then(2, ObservationType::kDeclare, 0, 0, {kReadsB});
  EXPECT_EQ(story.end_of(kReadsA), at(2, EndReason::kDeclaration));
  EXPECT_FALSE(story.end_of(kReadsB));
  EXPECT_FALSE(story.end_of(kParent));
}

TEST(TimelineR4, ASnapshotReplacesWhatItsOwnRunShowedLast) {
  Story story;
  story.then(1, ObservationType::kShow, 1, 1, {kReadsA});
  story.then(2, ObservationType::kShow, 2, 1, {kReadsB});
  story.then(3, ObservationType::kShow, 2, 1, {}, flags::kIo | flags::kSnapshot);
  EXPECT_EQ(story.end_of(kReadsB), at(3, EndReason::kSnapshot));
  EXPECT_FALSE(story.end_of(kReadsA)) << "another run's";
}

TEST(TimelineR5, TheOwnersDeletionEndsAllAndADatasetsWhatIsAtIt) {
  Story story;
  story.complete(1, 1, 1, {kReadsA, kReadsB});
  Observation gone;
  gone.at = {2, 3, 0, 100};
  gone.type = ObservationType::kDatasetDeleted;
  gone.dataset = kA;
  story.step(gone);
  EXPECT_EQ(story.end_of(kReadsA), at(2, EndReason::kDatasetDeleted));
  EXPECT_FALSE(story.end_of(kReadsB));
  gone.dataset = kB;  // by the same record: an equal position
  story.step(gone);
  EXPECT_EQ(story.end_of(kReadsB), at(2, EndReason::kDatasetDeleted));
  story.complete(3, 2, 1, {kReadsA});
  Observation deleted;
  deleted.at = {4, 3, 0, 101};
  deleted.type = ObservationType::kDelete;
  story.step(deleted);
  EXPECT_EQ(story.end_of(kReadsA), at(4, EndReason::kJobDeleted));
}

TEST(TimelineR6, AnAttributeHoldsUntilAnotherValueAndGoneUntilSeenAgain) {
  Story story;
  story.attribute(1, 5).attribute(2, 5).attribute(3, 6);
  ASSERT_EQ(story.held().size(), 1u);
  EXPECT_EQ(story.held()[0].from, 1);
  EXPECT_EQ(story.held()[0].to, 3);
  story.attribute(4, 99).attribute(5, -1).attribute(6, -1, flags::kExists);
  ASSERT_EQ(story.held().size(), 3u);
  EXPECT_EQ(story.held()[2].content.value, 99);
  EXPECT_EQ(story.held()[2].to, 6) << "only a sign of life ends it";
  story.attribute(7, 5).attribute(8, 0);
  EXPECT_EQ(story.held()[3].to, 8) << "deleted, and what was before does not return";
  EXPECT_EQ(story.began().size(), 4u);
}

TEST(TimelineRuns, RememberingThemDoesNotSlowAJobThatRunsEveryMinute) {
  constexpr Micros kMinute = 60'000'000;
  const auto start = std::chrono::steady_clock::now();
  Story story;
  for (std::int64_t run = 1; run <= 60'000; ++run) story.complete(run * kMinute, run, 1, {kReadsA});
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  EXPECT_FALSE(story.end_of(kReadsA));
}

}  // namespace
}  // namespace headwater::ingest
