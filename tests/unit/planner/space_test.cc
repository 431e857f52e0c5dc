#include "planner/space.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "model/time.h"
#include "tests/unit/planner/space_json.h"

namespace headwater::planner {
namespace {

using base::ErrorCode;
using base::Micros;

Micros at(std::string_view text) { return model::parse_time(text)->micros; }

std::string text_at(const Space& space, std::uint32_t lane, std::int64_t index) {
  return space.text_of({lane, index});
}

Place place(const Space& space, std::string_view text) {
  const auto found = space.parse_text(text);
  EXPECT_TRUE(found) << text << ": " << (found ? "" : found.error().message);
  return found ? *found : Place{999, 999};
}

ErrorCode code(const base::Result<Place>& result) {
  return result ? ErrorCode::kInternal : result.error().code;
}

TEST(Space, HasOnePartitionWithoutDimensions) {
  for (const Space& space : {Space(), made({})}) {
    EXPECT_EQ(space.lane_count(), 1u);
    EXPECT_EQ(space.index_dimension(), nullptr);
    EXPECT_EQ(space.calendar(), nullptr);
    EXPECT_EQ(*space.find({}), (Place{0, 0}));
    EXPECT_EQ(space.text_of({0, 0}), "");
    EXPECT_EQ(*space.parse_text(""), (Place{0, 0}));
    EXPECT_EQ(space.expected(0, 0, true), (Span{0, 0, 0}));
    EXPECT_TRUE(space.has({0, 0}));
    EXPECT_FALSE(space.has({0, 1}));
    EXPECT_FALSE(space.has({1, 0}));
    EXPECT_FALSE(space.interval({0, 0}));
    EXPECT_EQ(code(space.find({{"date", "2026-10-01"}})), ErrorCode::kInvalidArgument);
    EXPECT_EQ(space.to_json(), R"({"dimensions":[]})");
  }
}

TEST(Space, CountsTimeAndMakesLanesOfTheRest) {
  const Space space = made({kRegion, kDate, kBucket});
  EXPECT_EQ(space.index_dimension()->name, "date");
  EXPECT_EQ(space.calendar()->zone(), "Europe/Berlin");
  EXPECT_EQ(space.lane_count(), 6u);
  const Place found = place(space, "date=2026-10-01,region=us,bucket=10");
  EXPECT_EQ(found, (Place{4, *space.calendar()->parse("2026-10-01")}));
  EXPECT_EQ(space.lane_values(4), (std::vector<std::int64_t>{1, 1}));
  EXPECT_EQ(space.text_of(found), "region=us,date=2026-10-01,bucket=10");
  EXPECT_EQ(space.key_of(found),
            (KeyParts{{"bucket", "10"}, {"date", "2026-10-01"}, {"region", "us"}}));
  const auto interval = space.interval(found);
  EXPECT_EQ(interval->first, at("2026-09-30T22:00:00Z"));
  EXPECT_EQ(interval->second, at("2026-10-01T22:00:00Z"));
}

TEST(Space, CountsStaticKeysThatStandAlone) {
  const Space space = made({kRegion});
  EXPECT_EQ(space.index_dimension()->name, "region");
  EXPECT_EQ(space.lane_count(), 1u);
  EXPECT_EQ(*space.find({{"region", "us"}}), (Place{0, 1}));
  EXPECT_EQ(space.expected(0, 0, true), (Span{0, 0, 1}));
  EXPECT_FALSE(space.has({0, 2}));
  EXPECT_FALSE(space.has({0, -1}));
}

TEST(Space, CountsIntegersWithoutTime) {
  const Space space = made({kRegion, kBucket});
  EXPECT_EQ(space.index_dimension()->name, "bucket");
  EXPECT_EQ(place(space, "region=us,bucket=20"), (Place{1, 2}));
  EXPECT_EQ(space.expected(1, 0, false), (Span{1, 0, 2}));
  EXPECT_TRUE(space.has({1, 2}));
  EXPECT_FALSE(space.has({1, 3}));
  EXPECT_FALSE(space.has({1, -1}));
  EXPECT_FALSE(space.interval({1, 2}));
}

TEST(Space, CountsNothingAmongSeveralStaticDimensions) {
  const Space space = made({kRegion, R"({"name":"tier","kind":"static","keys":["a","b"]})"});
  EXPECT_EQ(space.index_dimension(), nullptr);
  EXPECT_EQ(space.lane_count(), 4u);
  EXPECT_EQ(place(space, "region=us,tier=a"), (Place{2, 0}));
  EXPECT_EQ(space.expected(2, 0, true), (Span{2, 0, 0}));
  EXPECT_FALSE(space.has({2, 1}));
}

TEST(Space, CutsIntegersByTheirStep) {
  const Space space = made({R"({"name":"id","kind":"integer","start":-5,"step":10})"});
  EXPECT_EQ(place(space, "id=-5"), (Place{0, 0}));
  EXPECT_EQ(place(space, "id=25"), (Place{0, 3}));
  EXPECT_EQ(place(space, "id=-15"), (Place{0, -1}));
  EXPECT_EQ(text_at(space, 0, 3), "id=25");
  EXPECT_EQ(text_at(space, 0, -1), "id=-15");
  EXPECT_FALSE(space.has({0, -1}));
  EXPECT_TRUE(space.has({0, 1'000'000}));
  EXPECT_EQ(space.expected(0, at("2026-10-01"), false), (Span{0, 0, -1}));
  EXPECT_EQ(space.parse_text("id=26").error().message,
            "\"id\" must be -5 or a multiple of 10 away from it, not 26.");
  for (const char* text : {"id=", "id=x", "id=5x", "id= 5", "id=1e3", "id=99999999999999999999",
                           "id=1000000000000001"}) {
    EXPECT_NE(space.parse_text(text).error().message.find("must be a whole number"),
              std::string::npos)
        << text;
  }
}

TEST(Space, RoundsAnUnevenRangeOfIntegersUp) {
  const Space space = made({R"({"name":"id","kind":"integer","end":25,"step":10})"});
  EXPECT_EQ(space.expected(0, 0, true), (Span{0, 0, 2}));
  EXPECT_TRUE(space.has({0, 2}));
  EXPECT_FALSE(space.has({0, 3}));
}

TEST(Space, ExpectsTimeFromItsStartToNow) {
  const Space space = made({kDate});
  const std::int64_t start = *space.calendar()->parse("2024-01-01");
  EXPECT_EQ(space.expected(0, at("2024-01-03T12:00:00Z"), false), (Span{0, start, start + 2}));
  EXPECT_EQ(space.expected(0, at("2023-12-31T23:00:00Z"), false), (Span{0, start, start}));
  EXPECT_EQ(space.expected(0, at("2023-12-31T22:59:59Z"), false), (Span{0, 0, -1}));
  EXPECT_EQ(space.expected(0, at("1800-01-01"), false), (Span{0, 0, -1}));
  EXPECT_TRUE(space.has({0, start}));
  EXPECT_TRUE(space.has({0, start + 50'000}));
  EXPECT_FALSE(space.has({0, start - 1}));
  EXPECT_FALSE(space.has({0, 1'000'000}));
}

TEST(Space, ClosesAPartitionSomeTimeAfterItsEnd) {
  const Space space = made({kDate});
  const std::int64_t start = *space.calendar()->parse("2024-01-01");
  // It ends at 23:00Z and closes six hours later.
  EXPECT_EQ(space.expected(0, at("2024-01-02T04:59:59.999999Z"), true), (Span{0, 0, -1}));
  EXPECT_EQ(space.expected(0, at("2024-01-02T05:00:00Z"), true), (Span{0, start, start}));
  EXPECT_EQ(space.expected(0, at("2024-01-03T05:00:00Z"), true), (Span{0, start, start + 1}));
  EXPECT_EQ(space.expected(0, at("1800-01-01"), true), (Span{0, 0, -1}));
  const Space at_once =
      made({R"({"name":"h","kind":"time","granularity":"hour","start":"2026-10-01T00"})"});
  const std::int64_t hour = at_once.calendar()->index_of(at("2026-10-01"));
  EXPECT_EQ(at_once.expected(0, at("2026-10-01T01:00:00Z"), true), (Span{0, hour, hour}));
}

TEST(Space, HasAPlaceBeforeItsStart) {
  const Space space = made({kDate});
  const Place early = place(space, "date=2020-05-05");
  EXPECT_EQ(space.text_of(early), "date=2020-05-05");
  EXPECT_FALSE(space.has(early));
}

TEST(Space, ReadsASingleDimensionUnderAnyName) {
  const Space space = made({kDate});
  const std::int64_t index = *space.calendar()->parse("2026-10-01");
  EXPECT_EQ(*space.find({{"", "20261001"}}), (Place{0, index}));
  EXPECT_EQ(*space.find({{"ds", "2026-10-01"}}), (Place{0, index}));
  EXPECT_EQ(place(space, "2026-10-01"), (Place{0, index}));
  EXPECT_EQ(place(space, "ds=2026-10-01"), (Place{0, index}));
}

TEST(Space, WantsEveryDimensionOnce) {
  const Space space = made({kDate, kRegion});
  const auto message = [&space](const KeyParts& key) { return space.find(key).error().message; };
  EXPECT_EQ(message({{"date", "2026-10-01"}}),
            "The key lacks \"region\"; give a value of each of date, region.");
  EXPECT_EQ(message({{"date", "2026-10-01"}, {"region", "eu"}, {"x", "1"}}),
            "The key may name no other dimension than date, region.");
  EXPECT_EQ(message({}), "The key lacks \"date\"; give a value of each of date, region.");
  EXPECT_EQ(space.parse_text("date=2026-10-01,date=2026-10-02").error().message,
            "The key has two values of \"date\"; give one.");
  EXPECT_NE(message({{"date", "2026-10"}, {"region", "eu"}}).find("names no day"),
            std::string::npos);
}

TEST(Space, NumbersNewStaticKeysOnlyIfAsked) {
  Space space = made({kDate, kRegion});
  const KeyParts key = {{"date", "2026-10-01"}, {"region", "asia"}};
  EXPECT_EQ(code(space.find(key)), ErrorCode::kNotFound);
  EXPECT_EQ(code(space.place_of(key, false)), ErrorCode::kNotFound);
  EXPECT_EQ(space.lane_count(), 2u);
  const auto added = space.place_of(key, true);
  ASSERT_TRUE(added);
  EXPECT_EQ(added->lane, 2u);
  EXPECT_EQ(*space.find(key), *added);
  EXPECT_EQ(*space.place_of(key, true), *added);
  EXPECT_EQ(space.lane_count(), 3u);
  EXPECT_EQ(space.text_of(*added), "date=2026-10-01,region=asia");
  EXPECT_TRUE(space.has(*added));
  EXPECT_EQ(space.dimensions()[1].keys.size(), 3u);
}

TEST(Space, ChangesNothingIfAKeyIsRefused) {
  Space space = made({kRegion, R"({"name":"tier","kind":"static","keys":["a"]})", kDate});
  const KeyParts key = {{"date", "2026-13-01"}, {"region", "asia"}, {"tier", "b"}};
  EXPECT_EQ(code(space.place_of(key, true)), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(space.place_of({{"date", "2026-10-01"}, {"region", "asia"}, {"tier", ""}}, true)),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(space.dimensions()[0].keys.size(), 2u);
  EXPECT_EQ(space.lane_count(), 2u);
}

TEST(Space, NumbersACombinationWhenItAppears) {
  Space space = made({R"({"name":"shard","kind":"integer"})", kDate});
  EXPECT_EQ(space.lane_count(), 1u);
  EXPECT_TRUE(space.lane_values(0).empty());
  EXPECT_EQ(space.expected(0, at("2026-10-01"), false), (Span{0, 0, -1}));
  EXPECT_FALSE(space.has({0, *space.calendar()->parse("2026-10-01")}));
  const KeyParts seventh = {{"date", "2026-10-01"}, {"shard", "7"}};
  EXPECT_EQ(code(space.find(seventh)), ErrorCode::kNotFound);
  EXPECT_EQ(space.place_of(seventh, true)->lane, 0u);
  EXPECT_EQ(space.place_of({{"date", "2026-10-01"}, {"shard", "3"}}, true)->lane, 1u);
  EXPECT_EQ(space.lane_count(), 2u);
  EXPECT_EQ(space.lane_values(0), (std::vector<std::int64_t>{7}));
  EXPECT_GT(space.expected(0, at("2026-10-01"), false).last, 0);
}

TEST(Space, KeepsTheNumbersOfStaticKeysThatAreTakenAway) {
  const Space before = made({kRegion});
  const Space after =
      parsed(json({R"({"name":"region","kind":"static","keys":["asia","us"]})"}), &before);
  EXPECT_EQ(place(after, "us"), (Place{0, 1}));
  EXPECT_EQ(place(after, "asia"), (Place{0, 2}));
  EXPECT_EQ(place(after, "eu"), (Place{0, 0}));
  EXPECT_FALSE(after.has({0, 0}));
  EXPECT_TRUE(after.has({0, 2}));
  EXPECT_EQ(after.to_json(), json({R"({"name":"region","kind":"static","keys":["eu","us","asia"],)"
                                   R"("retired":["eu"]})"}));
  // What was written says the same again, with and without what it replaces.
  EXPECT_EQ(parsed(after.to_json()).to_json(), after.to_json());
  EXPECT_EQ(parsed(after.to_json(), &after).to_json(), after.to_json());
  const Space again = parsed(json({kRegion}), &after);
  EXPECT_TRUE(again.has({0, 0}));
  EXPECT_FALSE(again.has({0, 2}));
}

TEST(Space, KeepsTheNumbersOfLanes) {
  Space first = made({kDate, kRegion, kBucket});
  ASSERT_TRUE(first.place_of({{"date", "2026-10-01"}, {"region", "asia"}, {"bucket", "20"}}, true));
  const Space second = parsed(
      json({kBucket, R"({"name":"region","kind":"static","keys":["us","sa"]})", kDate}), &first);
  ASSERT_EQ(first.lane_count(), 7u);
  ASSERT_EQ(second.lane_count(), 10u);
  for (std::uint32_t lane = 0; lane < first.lane_count(); ++lane) {
    EXPECT_EQ(text_at(second, lane, 20'000), text_at(first, lane, 20'000));
  }
  EXPECT_EQ(text_at(second, 7, 0), "date=1970-01-01,region=sa,bucket=0");
  const Micros now = at("2026-10-01");
  EXPECT_EQ(second.expected(0, now, false), (Span{0, 0, -1}));  // eu was taken away
  EXPECT_EQ(second.expected(6, now, false), (Span{6, 0, -1}));
  EXPECT_GT(second.expected(3, now, false).last, 0);
  EXPECT_GT(second.expected(7, now, false).last, 0);
  EXPECT_FALSE(second.has({0, 20'500}));
  EXPECT_TRUE(second.has({3, 20'500}));
}

TEST(Space, DoesNotExpectLanesPastTheEndOfTheirIntegers) {
  const Space before = made({kDate, kBucket});
  const Space after = parsed(
      json({kDate, R"({"name":"bucket","kind":"integer","start":0,"end":20,"step":10})"}), &before);
  EXPECT_EQ(after.lane_count(), 3u);
  EXPECT_TRUE(after.has({1, 20'000}));
  EXPECT_FALSE(after.has({2, 20'000}));
}

TEST(Space, LetsOnlyMoveWhatMovesNoNumbers) {
  const Space before = made({kDate, kRegion, kBucket});
  const auto with = [&before](std::string_view date, std::string_view region,
                              std::string_view bucket) {
    return refusal(json({date, region, bucket}), &before);
  };
  EXPECT_EQ(with(R"({"name":"date","kind":"time","granularity":"day","zone":"Europe/Berlin",)"
                 R"("start":"2020-01-01","close_offset":"PT1H"})",
                 kRegion, R"({"name":"bucket","kind":"integer","end":90,"step":10})"),
            "taken");
  EXPECT_EQ(with(R"({"name":"date","kind":"time","granularity":"day","start":"2024-01-01"})",
                 kRegion, kBucket),
            "The dimension \"date\" must keep its granularity and zone (day, Europe/Berlin), so "
            "that no partition changes its number.");
  EXPECT_NE(with(R"({"name":"date","kind":"time","granularity":"hour","zone":"Europe/Berlin",)"
                 R"("start":"2024-01-01T00"})",
                 kRegion, kBucket)
                .find("granularity and zone"),
            std::string::npos);
  EXPECT_NE(with(kDate, kRegion, R"({"name":"bucket","kind":"integer","end":30,"step":5})")
                .find("start and step (0, 10)"),
            std::string::npos);
  EXPECT_NE(with(kDate, R"({"name":"region","kind":"integer"})", kBucket).find("its kind"),
            std::string::npos);
  EXPECT_NE(with(kDate, R"({"name":"r","kind":"static","keys":[]})", kBucket)
                .find("declare date, region"),
            std::string::npos);
  EXPECT_NE(refusal(json({kDate, kRegion}), &before).find("The dimensions of a space stay"),
            std::string::npos);
  const Space smaller = made({kDate});
  EXPECT_NE(refusal(json({kDate, kRegion}), &smaller).find("declare date, and no other"),
            std::string::npos);
}

TEST(Space, ReplacesASpaceWithoutDimensionsByAny) {
  const Space before;
  EXPECT_EQ(parsed(json({kDate, kRegion}), &before).lane_count(), 2u);
}

TEST(Space, IsRestoredWithItsLanes) {
  Space first = made({kRegion, R"({"name":"tier","kind":"static","keys":["a","b"]})"});
  ASSERT_TRUE(first.place_of({{"region", "asia"}, {"tier", "c"}}, true));
  std::vector<std::vector<std::int64_t>> lanes;
  for (std::uint32_t lane = 0; lane < first.lane_count(); ++lane) {
    lanes.push_back(first.lane_values(lane));
  }
  const auto restored = Space::restore(first.to_json(), lanes);
  ASSERT_TRUE(restored);
  ASSERT_EQ(restored->lane_count(), 5u);
  for (std::uint32_t lane = 0; lane < 5; ++lane) {
    EXPECT_EQ(text_at(*restored, lane, 0), text_at(first, lane, 0));
  }
  EXPECT_EQ(place(*restored, "region=asia,tier=c"), (Place{4, 0}));
  EXPECT_TRUE(Space::restore(json({kDate}), {{}}));
  // As lane_values() has it while no lane is numbered.
  const Space none = made({kDate, R"({"name":"tier","kind":"static","keys":[]})"});
  ASSERT_EQ(none.lane_count(), 1u);
  const auto still_none = Space::restore(none.to_json(), {none.lane_values(0)});
  ASSERT_TRUE(still_none);
  EXPECT_EQ(still_none->lane_text(0), "");
  for (const auto& wrong : std::vector<std::vector<std::vector<std::int64_t>>>{
           {{0}}, {{0, 3}}, {{-1, 0}}, {{0, 0}, {0, 0}}, {{0, 0, 0}}}) {
    EXPECT_FALSE(Space::restore(first.to_json(), wrong));
  }
}

TEST(Space, WritesNamesThatCanBeReadBack) {
  Space space = made({R"({"name":"a=b","kind":"static","keys":["x,y","50%","%41","ü"]})", kDate});
  for (std::uint32_t lane = 0; lane < space.lane_count(); ++lane) {
    const Place here{lane, 20'000};
    EXPECT_EQ(place(space, space.text_of(here)), here);
  }
  EXPECT_EQ(text_at(space, 0, 0), "a%3Db=x%2Cy,date=1970-01-01");
  EXPECT_EQ(text_at(space, 2, 0), "a%3Db=%2541,date=1970-01-01");
  EXPECT_EQ(place(space, "date=1970-01-01,a%3Db=50%"), (Place{1, 0}));
}

TEST(Space, FindsAtRandomWhatItNames) {
  std::mt19937_64 random(20261001);
  Space space = made({kBucket, kRegion, kDate, R"({"name":"shard","kind":"integer","step":3})"});
  std::set<std::string> texts;
  for (int i = 0; i < 5'000; ++i) {
    const KeyParts key = {{"bucket", std::to_string(10 * (random() % 5))},
                          {"region", std::string(1, static_cast<char>('a' + random() % 8))},
                          {"date", space.calendar()->key_of(19'000 + random() % 2'000)},
                          {"shard", std::to_string(3 * (random() % 7))}};
    const auto place = space.place_of(key, true);
    ASSERT_TRUE(place) << place.error().message;
    ASSERT_EQ(space.key_of(*place), key);
    ASSERT_EQ(*space.parse_text(space.text_of(*place)), *place);
    texts.insert(space.text_of({place->lane, 0}));
  }
  EXPECT_EQ(space.lane_count(), texts.size());
}

}  // namespace
}  // namespace headwater::planner
