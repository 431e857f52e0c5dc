#include <gtest/gtest.h>

#include "planner/space.h"
#include "tests/unit/planner/space_json.h"

namespace headwater::planner {
namespace {

using base::ErrorCode;

// Of one dimension, given without its braces.
std::string dimension_refusal(std::string_view members) {
  return refusal("{\"dimensions\":[{" + std::string(members) + "}]}");
}

ErrorCode code(const base::Result<Place>& result) {
  return result ? ErrorCode::kInternal : result.error().code;
}

TEST(SpaceJson, WritesCanonicalJson) {
  EXPECT_EQ(made({kDate, kRegion, kBucket}).to_json(), json({kDate, kRegion, kBucket}));
  EXPECT_EQ(parsed(R"( {"dimensions" : [ {"kind":"time", "start":"2025W01", "name":"d\u0022",
                       "granularity":"week"} ] } )")
                .to_json(),
            R"({"dimensions":[{"name":"d\"","kind":"time","granularity":"week","zone":"UTC",)"
            R"("start":"2025-W01","close_offset":"PT0S"}]})");
  EXPECT_EQ(made({R"({"kind":"integer","name":"n"})"}).to_json(),
            json({R"({"name":"n","kind":"integer","start":0,"step":1})"}));
}

TEST(SpaceJson, SaysWhichMemberIsWrongAndWhatIsAllowed) {
  EXPECT_EQ(refusal("[]"), "The space must be a JSON object.");
  EXPECT_EQ(refusal("{}"), "dimensions must be an array of objects.");
  EXPECT_EQ(refusal(R"({"dimensions":[],"dims":[]})"),
            "dims is not known; the members are dimensions.");
  EXPECT_EQ(refusal(R"({"dimensions":[7]})"), "dimensions[0] must be an object.");
  EXPECT_EQ(dimension_refusal(R"("kind":"time")"), "dimensions[0].name must be a string.");
  EXPECT_EQ(dimension_refusal(R"("name":"d")"),
            "dimensions[0].kind must be one of time, static, integer.");
  EXPECT_EQ(dimension_refusal(R"("name":"d","kind":"list")"),
            "dimensions[0].kind must be one of time, static, integer.");
  EXPECT_EQ(refusal(json({kRegion, R"({"name":"d","kind":"integer","keys":[]})"})),
            "dimensions[1].keys is not known; the members are name, kind, start, end, step.");
}

TEST(SpaceJson, OfARefreshWindow) {
  const std::string window =
      R"({"name":"d","kind":"time","granularity":"day","zone":"UTC","start":"2024-01-01",)"
      R"("close_offset":"PT6H","refresh":3,"refresh_from":"2026-01-01"})";
  EXPECT_EQ(made({window}).to_json(), json({window}));
  const auto time = [](std::string_view members) {
    return dimension_refusal(R"("name":"d","kind":"time","granularity":"day",)" +
                             std::string(members));
  };
  EXPECT_EQ(time(R"("start":"2024-01-01","refresh":0)"),
            "dimensions[0].refresh must be a whole number of partitions, 1 or more.");
  EXPECT_EQ(time(R"("start":"2024-01-01","refresh":1001)"),
            "The refresh of \"d\" may be at most 1000 partitions.");
  EXPECT_EQ(time(R"("refresh":3)"),
            "dimensions[0].refresh needs a start: without one no partition is expected.");
  EXPECT_EQ(time(R"("start":"2024-01-01","refresh_from":"2024-01-02")"),
            "dimensions[0].refresh_from goes with refresh.");
  EXPECT_EQ(time(R"("start":"2024-01-01","refresh":3,"refresh_from":"January")"),
            "dimensions[0].refresh_from: \"January\" names no day; write it like \"2026-10-01\".");
  EXPECT_EQ(dimension_refusal(R"("name":"n","kind":"integer","refresh":3)"),
            "dimensions[0].refresh goes with time: only of time partitions close one by one.");
}

TEST(SpaceJson, SaysWhatIsWrongWithTime) {
  const auto time = [](std::string_view members) {
    return dimension_refusal(R"("name":"d","kind":"time",)" + std::string(members));
  };
  EXPECT_EQ(time(R"("start":"2024-01-01")"),
            "dimensions[0].granularity must be one of hour, day, week, month.");
  EXPECT_EQ(time(R"("granularity":"year","start":"2024")"),
            "dimensions[0].granularity must be one of hour, day, week, month.");
  EXPECT_EQ(time(R"("granularity":"day","start":null)"),
            "dimensions[0].start must be the key of the first partition that is expected.");
  EXPECT_EQ(time(R"("granularity":"day","start":"2024-01")"),
            "dimensions[0].start: \"2024-01\" names no day; write it like \"2026-10-01\".");
  EXPECT_EQ(time(R"("granularity":"day","zone":"Mars","start":"2024-01-01")"),
            "dimensions[0].zone: \"Mars\" is no time zone; write an IANA name like "
            "\"Europe/Berlin\", or \"UTC\".");
  EXPECT_EQ(time(R"("granularity":"day","zone":7,"start":"2024-01-01")"),
            "dimensions[0].zone must be a time zone like \"Europe/Berlin\".");
  EXPECT_EQ(time(R"("granularity":"day","start":"2024-01-01","close_offset":6)"),
            "dimensions[0].close_offset must be a duration like PT6H.");
  EXPECT_NE(time(R"("granularity":"day","start":"2024-01-01","close_offset":"6h")")
                .find("dimensions[0].close_offset must be an ISO 8601 duration"),
            std::string::npos);
  EXPECT_EQ(time(R"("granularity":"day","start":"2024-01-01","close_offset":"P367D")"),
            "The close_offset of \"d\" may be at most P366D.");
}

TEST(SpaceJson, SaysWhatIsWrongWithKeysAndIntegers) {
  const auto keys = [](std::string_view members) {
    return dimension_refusal(R"("name":"d","kind":"static",)" + std::string(members));
  };
  EXPECT_EQ(keys(R"("keys":"eu")"), "dimensions[0].keys must be an array of strings.");
  EXPECT_EQ(keys(R"("keys":["eu",7])"), "dimensions[0].keys must be an array of strings.");
  EXPECT_EQ(keys(R"("keys":["eu","eu"])"), "\"d\" has the key \"eu\" twice.");
  EXPECT_EQ(keys(R"("keys":[""])"), "A key of \"d\" must not be empty.");
  EXPECT_EQ(keys(R"("keys":["eu"],"retired":["us"])"),
            "dimensions[0].retired must be some of the keys; \"us\" is none of them.");
  const auto integers = [](std::string_view members) {
    return dimension_refusal(R"("name":"d","kind":"integer",)" + std::string(members));
  };
  EXPECT_EQ(integers(R"("start":"0")"), "dimensions[0].start must be a whole number.");
  EXPECT_EQ(integers(R"("end":1.5)"), "dimensions[0].end must be a whole number.");
  EXPECT_EQ(integers(R"("step":0)"), "The step of \"d\" must be at least 1.");
  EXPECT_EQ(integers(R"("start":5,"end":5)"), "The end of \"d\" must be greater than its start.");
  EXPECT_EQ(integers(R"("end":1000000000000001)"),
            "The numbers of \"d\" must lie from -1000000000000000 to 1000000000000000.");
}

TEST(SpaceJson, SaysWhatDimensionsMayNotStandTogether) {
  EXPECT_EQ(refusal(json({kDate, kDate})), "There are two dimensions \"date\".");
  EXPECT_EQ(refusal(json({kDate, R"({"name":"d2","kind":"time","granularity":"day",)"
                                 R"("start":"2024-01-01"})"})),
            "A space may have only one dimension of time.");
  EXPECT_EQ(dimension_refusal(R"("name":"","kind":"integer")"), "A dimension must have a name.");
  const Space before = made({kDate});
  EXPECT_EQ(refusal(json({kDate, kDate}), &before), "There are two dimensions \"date\".");
}

TEST(SpaceJson, NamesTheLimitThatIsExceeded) {
  const auto limit = [](const std::string& text) {
    const auto space = Space::parse(text, nullptr);
    return space || space.error().code != ErrorCode::kLimitExceeded ? "" : space.error().message;
  };
  const auto numbers = [](std::string_view name, std::string_view end) {
    return R"({"name":")" + std::string(name) + R"(","kind":"integer","end":)" + std::string(end) +
           "}";
  };
  const std::string one = numbers("a", "1");
  EXPECT_EQ(limit(json({numbers("a", "1"), numbers("b", "1"), numbers("c", "1"), numbers("d", "1"),
                        numbers("e", "1")})),
            "A space may have at most 4 dimensions.");
  EXPECT_EQ(limit(json({numbers(std::string(257, 'n'), "1")})),
            "The name of a dimension may have at most 256 bytes.");
  EXPECT_EQ(
      limit(json({R"({"name":"k","kind":"static","keys":[")" + std::string(1025, 'k') + "\"]}"})),
      "A key of \"k\" may have at most 1024 bytes.");
  for (const auto& [b, c] : std::vector<std::pair<std::string, std::string>>{
           {"1000000000000000", "1"}, {"100001", "1"}, {"1000", "101"}, {"100000", "100000"}}) {
    EXPECT_NE(limit(json({one, numbers("b", b), numbers("c", c)})).find("at most 100000 comb"),
              std::string::npos);
  }
  EXPECT_EQ(limit(json({one, numbers("b", "1000"), numbers("c", "100")})), "");
}

TEST(SpaceJson, NamesTheLimitOfStaticKeys) {
  std::vector<Dimension::Key> keys;
  for (std::size_t i = 0; i < kMaxKeys; ++i) keys.push_back({std::to_string(i)});
  Dimension dimension;
  dimension.kind = Dimension::Kind::kStatic;
  dimension.name = "k";
  dimension.keys = keys;
  auto space = Space::create({dimension});
  ASSERT_TRUE(space);
  EXPECT_EQ(*space->find({{"k", "99999"}}), (Place{0, 99'999}));
  EXPECT_EQ(space->place_of({{"k", "more"}}, true).error().message,
            "\"k\" may have at most 100000 keys.");
  dimension.keys.push_back({"more"});
  EXPECT_EQ(Space::create({dimension}).error().code, ErrorCode::kLimitExceeded);
}

TEST(SpaceJson, NamesTheLimitOfLanesThatAppear) {
  Space space = made({R"({"name":"b","kind":"integer","end":100000})", kDate,
                      R"({"name":"k","kind":"static","keys":["x"]})"});
  EXPECT_EQ(space.lane_count(), kMaxLanes);
  const auto added = space.place_of({{"b", "100000"}, {"date", "2026-10-01"}, {"k", "y"}}, true);
  EXPECT_EQ(code(added), ErrorCode::kLimitExceeded);
  EXPECT_EQ(space.dimensions()[2].keys.size(), 1u);
}

}  // namespace
}  // namespace headwater::planner
