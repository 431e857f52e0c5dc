#include "planner/perishability.h"

#include <gtest/gtest.h>

#include "tests/property/planner_plans/world.h"

namespace headwater::tests::plans {
namespace {

const std::string kDays =
    R"({"dimensions":[{"kind":"time","name":"date","granularity":"day","start":"2026-03-01"}]})";
constexpr std::int64_t kFirst = 20'513;  // 2026-03-01

Space space(const std::string& json) { return Space::parse(json, nullptr).value(); }

TEST(Policy, IsReadAsItIsWritten) {
  DatasetPolicy policy;
  policy.retention = 90 * model::kDay;
  policy.recomputable = false;
  policy.author = "ann";
  const std::string text = encode(policy);
  EXPECT_EQ(
      text,
      R"({"retention":"P90D","half_life":null,"recomputable":false,"author":"ann","reason":""})");
  EXPECT_EQ(parse_policy(text).value(), policy);
  EXPECT_EQ(parse_policy("{}").value(), DatasetPolicy{});
}

TEST(Policy, NamesWhatIsWrong) {
  for (const char* const body : {R"({"retention":"P1M"})", R"({"retention":7})",
                                 R"({"retention":"PT0S"})", R"({"retention":"P40000D"})"}) {
    const auto policy = parse_policy(body);
    ASSERT_FALSE(policy.has_value()) << body;
    EXPECT_EQ(policy.error().message.find("retention"), 0U);
  }
  EXPECT_FALSE(parse_policy(R"({"recomputable":"no"})").has_value());
}

TEST(Perishability, ExpiresAfterTheEndOfAPartition) {
  const Space days = space(kDays);
  DatasetPolicy policy;
  EXPECT_EQ(expiry(days, policy, {0, kFirst}), INT64_MAX);
  policy.retention = 2 * model::kDay;
  EXPECT_EQ(expiry(days, policy, {0, kFirst}), at("2026-03-04T00:00:00Z"));
  EXPECT_EQ(last_expired(days, policy, at("2026-03-03T23:59:59Z")), kFirst - 1);
  EXPECT_EQ(last_expired(days, policy, at("2026-03-04T00:00:00Z")), kFirst);
  const Space keys = space(R"({"dimensions":[{"kind":"static","name":"r","keys":["a","b"]}]})");
  EXPECT_EQ(expiry(keys, policy, {0, 0}), INT64_MAX);
  EXPECT_FALSE(last_expired(keys, policy, at("2030-01-01T00:00:00Z")).has_value());
}

TEST(Perishability, IsWorthHalfAfterAHalfLife) {
  DatasetPolicy policy;
  EXPECT_EQ(worth(policy, 0, model::kDay), 1);
  policy.half_life = model::kDay;
  EXPECT_EQ(worth(policy, 0, 0), 1);
  EXPECT_EQ(worth(policy, 0, model::kDay), 0.5);
  EXPECT_EQ(worth(policy, 0, 3 * model::kDay), 0.125);
  EXPECT_EQ(worth(policy, model::kDay, 0), 1);  // not over yet
}

class ReadsExpired : public ::testing::Test {
 protected:
  ReadsExpired() {
    world_.now = at("2026-03-11T12:00:00Z");
    world_.clock = world_.now - model::kHour;
    up_ = world_.add(kDays);
    for (std::int64_t i = kFirst; i < kFirst + 10; ++i) world_.write(up_, {0, i});
    DatasetPolicy policy;
    policy.retention = 7 * model::kDay;  // three days are gone
    world_.policy(up_, policy);
  }
  std::vector<Interval> read(DatasetNo dataset) {
    world_.engine.publish(model::Seq{1});
    return reads_expired(*world_.engine.state(), dataset, 0, world_.now);
  }
  World world_;
  DatasetNo up_;
};

TEST_F(ReadsExpired, FollowsWindowsPairsAndWhatReadsEverything) {
  const DatasetNo window = world_.add(kDays), pairs = world_.add(kDays), all = world_.add(""),
                  last = world_.add(""), as_of = world_.add(kDays);
  Mapping mapping;
  mapping.kind = MappingKind::kWindow;
  mapping.from = -2;
  world_.map(up_, window, mapping);
  mapping = {};
  mapping.kind = MappingKind::kExplicit;
  mapping.pairs = {{{0, kFirst + 9}, {0, kFirst}}, {{0, kFirst + 8}, {0, kFirst + 5}}};
  world_.map(up_, pairs, mapping);
  mapping = {};
  mapping.kind = MappingKind::kAll;
  world_.map(up_, all, mapping);
  mapping.kind = MappingKind::kLast;
  world_.map(up_, last, mapping);
  mapping.kind = MappingKind::kAsOf;
  world_.map(up_, as_of, mapping);
  EXPECT_EQ(read(window), (std::vector<Interval>{{kFirst, kFirst + 4}}));
  EXPECT_EQ(read(pairs), (std::vector<Interval>{{kFirst + 9, kFirst + 9}}));
  EXPECT_EQ(read(all), (std::vector<Interval>{{INT64_MIN, INT64_MAX}}));
  EXPECT_TRUE(read(last).empty());
  EXPECT_TRUE(read(as_of).empty());
  world_.now = at("2026-04-01T00:00:00Z");
  EXPECT_EQ(read(last), (std::vector<Interval>{{INT64_MIN, INT64_MAX}}));
}

TEST_F(ReadsExpired, CountsOnlyWhatWouldHaveToBeMadeAgain) {
  const DatasetNo down = world_.add(kDays);
  world_.map(up_, down, {});
  world_.set_code(down, 1);
  for (std::int64_t i = kFirst + 1; i < kFirst + 10; ++i) world_.write(down, {0, i});
  EXPECT_EQ(world_.staleness()->counts(down).unrecoverable, 1U);  // the missing one
  world_.write(up_, {0, kFirst + 1});
  world_.write(up_, {0, kFirst + 5});
  const auto staleness = world_.staleness();
  EXPECT_EQ(staleness->counts(down).unrecoverable, 2U);
  Selection selection;
  selection.unrecoverable = true;
  bool more = false;
  EXPECT_EQ(staleness->spans(down, selection, 9, &more),
            (std::vector<Span>{{0, kFirst, kFirst + 1}}));
}

}  // namespace
}  // namespace headwater::tests::plans
