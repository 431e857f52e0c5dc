#include "stats/labels.h"

#include <chrono>
#include <functional>
#include <future>

#include <gtest/gtest.h>

#include "tests/support/cost_world.h"

namespace headwater::stats {
namespace {

using tests::FakeLabels;
using tests::must;

std::vector<std::string> texts(const Labels& labels, std::span<const std::uint32_t> numbers) {
  std::vector<std::string> out;
  for (const std::uint32_t number : numbers) out.emplace_back(labels.text(number));
  return out;
}
using Texts = std::vector<std::string>;

TEST(Labels, AreReadOnceAndThenFollowed) {
  FakeLabels source;
  source.of[NodeId{7}] = {{"zoe", "ada", "zoe"}, {"gold"}};
  LabelKeeper keeper;
  const auto first = must(keeper.at(source));
  EXPECT_EQ(texts(*first, first->owners(NodeId{7})), (Texts{"ada", "zoe"}));
  EXPECT_EQ(texts(*first, first->tags(NodeId{7})), Texts{"gold"});
  EXPECT_TRUE(first->owners(NodeId{8}).empty());
  EXPECT_TRUE(first->owners(NodeId{}).empty());
  EXPECT_EQ(must(keeper.at(source)), first);
  source.now = Seq{5};
  EXPECT_EQ(must(keeper.at(source)), first) << "nothing has changed";
  source.now = Seq{9};
  source.of[NodeId{2000}] = {{"bob"}, {}};
  source.of[NodeId{7}] = {{}, {"gold"}};
  source.changed = {NodeId{7}, NodeId{2000}};
  const auto second = must(keeper.at(source));
  EXPECT_EQ(source.asked_since, Seq{5});
  EXPECT_TRUE(second->owners(NodeId{7}).empty());
  EXPECT_EQ(texts(*second, second->owners(NodeId{2000})), Texts{"bob"});
  EXPECT_EQ(texts(*first, first->owners(NodeId{7})), (Texts{"ada", "zoe"}));
  EXPECT_EQ(source.read_all, 1);
}

TEST(Labels, OfThePastAreReadAnewAndKept) {
  FakeLabels source;
  source.now = Seq{9};
  source.of[NodeId{1}] = {{"new"}, {}};
  LabelKeeper keeper;
  must(keeper.at(source));
  source.now = Seq{4};
  source.of[NodeId{1}] = {{"old"}, {}};
  const auto past = must(keeper.at(source));
  EXPECT_EQ(texts(*past, past->owners(NodeId{1})), Texts{"old"});
  EXPECT_EQ(must(keeper.at(source)), past);
  EXPECT_EQ(source.read_all, 2);
  source.now = Seq{9};
  const auto newest = must(keeper.at(source));
  EXPECT_EQ(texts(*newest, newest->owners(NodeId{1})), Texts{"new"});
}

// Two readers of which the one that comes later reads what was known earlier.
TEST(Labels, OfJustBeforeAreFollowedToo) {
  FakeLabels source;
  source.now = Seq{9};
  source.of[NodeId{1}] = {{"ada"}, {}};
  LabelKeeper keeper;
  const auto ninth = must(keeper.at(source));
  source.now = Seq{12};
  source.of[NodeId{1}] = {{"bob", "zoe"}, {}};
  source.changed = {NodeId{1}};
  must(keeper.at(source));
  source.now = Seq{10};
  source.of[NodeId{1}] = {{"zoe", "ada"}, {}};
  const auto tenth = must(keeper.at(source));
  EXPECT_EQ(source.asked_since, Seq{9});
  EXPECT_EQ(texts(*tenth, tenth->owners(NodeId{1})), (Texts{"ada", "zoe"}));
  EXPECT_EQ(tenth->owners(NodeId{1})[0], ninth->owners(NodeId{1})[0]) << "a text has one number";
  source.now = Seq{12};
  const auto newest = must(keeper.at(source));
  EXPECT_EQ(texts(*newest, newest->owners(NodeId{1})), (Texts{"bob", "zoe"}));
  source.now = Seq{9};
  EXPECT_EQ(must(keeper.at(source)), ninth);
  EXPECT_EQ(source.read_all, 1);
}

class Slow : public FakeLabels {
 public:
  Result<void> changed_after(const Position& since, const Visit& visit) override {
    if (meanwhile) meanwhile();
    return FakeLabels::changed_after(since, visit);
  }
  std::function<void()> meanwhile;
};

TEST(Labels, WhatIsThereIsGivenOutWhileOthersAreRead) {
  Slow source;
  source.of[NodeId{1}] = {{"ada"}, {}};
  LabelKeeper keeper;
  const auto first = must(keeper.at(source));
  std::future<std::shared_ptr<const Labels>> other, same;
  Slow newer = source;
  newer.now = Seq{2};
  newer.of[NodeId{1}] = {{"bob"}, {}};
  newer.changed = {NodeId{1}};
  Slow also = newer;
  also.meanwhile = [] { ADD_FAILURE() << "read twice"; };
  newer.meanwhile = [&] {
    other = std::async(std::launch::async, [&] { return must(keeper.at(source)); });
    EXPECT_EQ(other.wait_for(std::chrono::seconds(30)), std::future_status::ready);
    same = std::async(std::launch::async, [&] { return must(keeper.at(also)); });
  };
  const auto second = must(keeper.at(newer));
  EXPECT_EQ(other.get(), first);
  EXPECT_EQ(same.get(), second);
}

class Failing : public FakeLabels {
 public:
  Result<void> changed_after(const Position& since, const Visit& visit) override {
    visit(NodeId{1}, {{"never heard of"}, {}});
    if (fails) return base::make_error(base::ErrorCode::kStorageUnavailable, "no");
    return FakeLabels::changed_after(since, visit);
  }
  bool fails = false;
};

TEST(Labels, AfterAFailureAllIsReadAnew) {
  Failing source;
  source.of[NodeId{1}] = {{"ada"}, {}};
  LabelKeeper keeper;
  must(keeper.at(source));
  source.now = Seq{2};
  source.fails = true;
  EXPECT_FALSE(keeper.at(source));
  source.fails = false;
  source.of[NodeId{2}] = {{"bob"}, {}};
  const auto labels = must(keeper.at(source));
  EXPECT_EQ(texts(*labels, labels->owners(NodeId{1})), Texts{"ada"});
  EXPECT_EQ(texts(*labels, labels->owners(NodeId{2})), Texts{"bob"});
}

}  // namespace
}  // namespace headwater::stats
