// What has to be run again, and heat maps: by hand.

#include <algorithm>
#include <map>
#include <random>

#include "model/duration.h"
#include "tests/support/partition_world.h"

namespace headwater::tests {
namespace {

using StalenessRoutes = PartitionTest;

std::vector<std::string> nodes_of(const Told& told) {
  std::vector<std::string> out;
  for (const model::JsonValue& one : told.list("datasets")) {
    out.push_back(one.get("nodeId").string().value_or(""));
  }
  return out;
}

std::int64_t count_of(const model::JsonValue& counts, std::string_view name) {
  return counts.get(name).integer().value_or(-1);
}

// clean has new code from the 4th on: its first three are stale, those of mart may become so.
class AfterAChange : public PartitionTest {
 protected:
  void SetUp() override {
    pipeline(1, 3);
    clean(4, "b", at(5, 2), "1");
  }
};

TEST_F(AfterAChange, CountsStandForEachDatasetAndTogether) {
  const Told all = get({"staleness"});
  ASSERT_EQ(all.status, 200) << all.body;
  ASSERT_EQ(nodes_of(all),
            (std::vector<std::string>{"dataset:ns:raw", "dataset:ns:clean", "dataset:ns:mart"}))
      << "upstream before downstream";
  const auto datasets = all.list("datasets");
  const model::JsonValue raw = datasets[0].get("counts"), clean = datasets[1].get("counts"),
                         mart = datasets[2].get("counts"), totals = all.json().get("totals");
  EXPECT_EQ(count_of(raw, "present"), 3);
  EXPECT_EQ(count_of(raw, "current"), 3);
  EXPECT_EQ(count_of(clean, "present"), 4);
  EXPECT_EQ(count_of(clean, "stale"), 3);
  EXPECT_EQ(count_of(clean, "by_code"), 3);
  EXPECT_EQ(count_of(clean, "by_inputs"), 0);
  EXPECT_EQ(count_of(clean, "current"), 1);
  EXPECT_EQ(count_of(mart, "stale"), 0);
  EXPECT_EQ(count_of(mart, "maybe"), 3);
  EXPECT_EQ(count_of(mart, "stale_lower"), 0);
  EXPECT_EQ(count_of(mart, "stale_upper"), 3);
  EXPECT_EQ(count_of(totals, "present"), 10);
  EXPECT_EQ(count_of(totals, "stale_lower"), 3);
  EXPECT_EQ(count_of(totals, "stale_upper"), 6);
  const auto ranges = datasets[1].get("ranges");
  std::vector<std::string> told;
  ranges.elements([&](const model::JsonValue& range) {
    told.push_back(*range.get("first").string() + ".." + *range.get("last").string() + " " +
                   std::to_string(*range.get("count").integer()) + " " +
                   *range.get("status").string());
  });
  EXPECT_EQ(told, (std::vector<std::string>{"date=2026-10-01..date=2026-10-03 3 stale"}));
}

TEST_F(AfterAChange, TheScopeFollowsTheMappings) {
  const auto scope = [&](const std::string& node, const std::string& how) {
    return nodes_of(get({"staleness"}, {{"nodeId", node}, {"scope", how}}));
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(scope("dataset:ns:clean", "node"), (Names{"dataset:ns:clean"}));
  EXPECT_EQ(scope("dataset:ns:clean", "downstream"),
            (Names{"dataset:ns:clean", "dataset:ns:mart"}));
  EXPECT_EQ(scope("dataset:ns:clean", "upstream"), (Names{"dataset:ns:raw", "dataset:ns:clean"}));
  EXPECT_EQ(scope("job:ns:clean", "downstream"), (Names{"dataset:ns:clean", "dataset:ns:mart"}));
  expect_problem(get({"staleness"}, {{"scope", "downstream"}}), 400, "invalid-argument", "scope");
  expect_problem(get({"staleness"}, {{"nodeId", "run:clean-1-1"}}), 400, "invalid-argument",
                 "nodeId");
}

TEST_F(AfterAChange, AStatusChoosesDatasetsAndRanges) {
  const Told maybe = get({"staleness"}, {{"status", "maybe"}});
  EXPECT_EQ(nodes_of(maybe), (std::vector<std::string>{"dataset:ns:mart"}));
  EXPECT_EQ(count_of(maybe.json().get("totals"), "present"), 10) << "totals are of the scope";
  const Told two =
      get({"staleness"}, {{"status", "current,stale"}, {"nodeId", "dataset:ns:clean"}});
  EXPECT_NE(two.body.find(R"("status":"current")"), std::string::npos) << two.body;
  EXPECT_NE(two.body.find(R"("status":"stale")"), std::string::npos) << two.body;
  const Told none = get({"staleness"}, {{"ranges", "false"}});
  EXPECT_EQ(none.body.find(R"("first")"), std::string::npos) << none.body;
  EXPECT_EQ(none.json().get("complete").boolean(), true);
}

TEST_F(AfterAChange, PagesAddUpToTheWhole) {
  std::vector<std::string> paged;
  for (std::string cursor; cursor != "null";) {
    Fields query{{"limit", "1"}};
    if (!cursor.empty()) query.emplace_back("cursor", cursor);
    const Told page = get({"staleness"}, query);
    ASSERT_EQ(page.status, 200) << page.body;
    for (std::string& node : nodes_of(page)) paged.push_back(std::move(node));
    EXPECT_EQ(count_of(page.json().get("totals"), "stale_upper"), 6) << "of all pages";
    cursor = page.text("next");
    ASSERT_LE(paged.size(), 3u);
  }
  EXPECT_EQ(paged, nodes_of(get({"staleness"})));
  // The filters belong to the cursor.
  const std::string cursor = get({"staleness"}, {{"limit", "1"}}).text("next");
  expect_problem(get({"staleness"}, {{"limit", "1"}, {"status", "stale"}, {"cursor", cursor}}), 400,
                 "invalid-cursor", "cursor");
}

TEST_F(StalenessRoutes, MoreRangesThanAskedForAreSaid) {
  pipeline(1, 5);
  for (const int day : {2, 4}) clean(day, "b", at(6, day), "2");
  const Told cut = get({"staleness"}, {{"nodeId", "dataset:ns:clean"}, {"max_ranges", "2"}});
  ASSERT_EQ(cut.status, 200) << cut.body;
  const auto dataset = cut.list("datasets")[0];
  EXPECT_EQ(dataset.get("ranges_more").boolean(), true) << "1, 3 and 5 are stale";
  EXPECT_EQ(count_of(dataset.get("counts"), "stale"), 3);
  EXPECT_EQ(cut.json().get("complete").boolean(), false);
  EXPECT_EQ(cut.json().get("cut").get("reason").string(), "max_ranges");
  const Told whole = get({"staleness"}, {{"nodeId", "dataset:ns:clean"}, {"max_ranges", "3"}});
  EXPECT_EQ(whole.json().get("complete").boolean(), true);
  expect_problem(get({"staleness"}, {{"max_ranges", "10001"}}), 400, "limit-exceeded",
                 "max_ranges");
}

TEST_F(StalenessRoutes, RunningAndFailedAreCounted) {
  pipeline(1, 2);
  run({"clean",
       "late",
       "a",
       "2026-10-05T02:00:00Z",
       "",
       {{"raw", {day_key(1)}}},
       {{"clean", {day_key(1)}}}});
  run({"clean",
       "broken",
       "a",
       "2026-10-05T02:00:00Z",
       "2026-10-05T02:05:00Z",
       {{"raw", {day_key(2)}}},
       {{"clean", {day_key(2)}}},
       "FAIL"});
  const Told all =
      get({"staleness"}, {{"nodeId", "dataset:ns:clean"}, {"status", "running,failed"}});
  ASSERT_EQ(all.list("datasets").size(), 1u) << all.body;
  EXPECT_EQ(count_of(all.json().get("totals"), "running"), 1);
  EXPECT_EQ(count_of(all.json().get("totals"), "failed"), 1);
  std::vector<std::string> told;
  all.list("datasets")[0].get("ranges").elements([&](const model::JsonValue& range) {
    told.push_back(*range.get("first").string() + " " + *range.get("status").string());
  });
  EXPECT_EQ(told, (std::vector<std::string>{"date=2026-10-01 running", "date=2026-10-02 failed"}));
}

TEST_F(StalenessRoutes, WhatIsDueForRefreshIsCountedWhereThereIsAWindow) {
  pipeline(1, 4);
  ASSERT_EQ(
      put({"partitions", "space"},
          R"({"space":{"dimensions":[{"name":"date","kind":"time","granularity":"day",)"
          R"("start":"2026-10-01","refresh":2,"refresh_from":"2026-10-03"}]},"author":"ada"})",
          {{"nodeId", "dataset:ns:raw"}})
          .status,
      200);
  const auto due_of_raw = [&] {
    const Told told = get({"staleness"}, {{"nodeId", "dataset:ns:raw"}});
    EXPECT_FALSE(told.json().get("totals").get("refresh_due").present()) << told.body;
    return count_of(told.list("datasets")[0].get("counts"), "refresh_due");
  };
  EXPECT_EQ(due_of_raw(), 2);
  load(4, "a", "2026-10-06T01", "again");
  EXPECT_EQ(due_of_raw(), 1);
  const Told clean = get({"staleness"}, {{"nodeId", "dataset:ns:clean"}});
  EXPECT_EQ(clean.body.find("refresh_due"), std::string::npos) << clean.body;
}

TEST_F(StalenessRoutes, AnAnswerIsOfTheNewestRecord) {
  pipeline(1, 2);
  const Told once = get({"staleness"}), again = get({"staleness"});
  EXPECT_EQ(once.body, again.body);
  mart(1, "b", at(6, 3), "2");
  const Told after = get({"staleness"});
  EXPECT_EQ(count_of(after.json().get("totals"), "stale"), 1);
  EXPECT_GT(after.number("seq"), once.number("seq"));
}

// ---- grid ---------------------------------------------------------------------------------------

using Runs = std::vector<std::pair<std::int64_t, std::int64_t>>;

Runs cells_of(const model::JsonValue& lane) {
  Runs out;
  lane.get("cells").elements([&](const model::JsonValue& run) {
    std::vector<std::int64_t> parts;
    run.elements(
        [&](const model::JsonValue& part) { parts.push_back(part.integer().value_or(-1)); });
    parts.resize(2);
    out.emplace_back(parts[0], parts[1]);
  });
  return out;
}

constexpr std::int64_t kCurrent = 1, kStaleCode = 2, kMissing = 5, kMaybe = 6, kOpen = 11;

TEST_F(AfterAChange, AGridHasOneCodeForEachPartition) {
  declare_days("clean");
  load(2, "a", at(6, 4), "2");
  const Told grid = get({"partitions", "grid"}, {{"nodeId", "dataset:ns:clean"}});
  ASSERT_EQ(grid.status, 200) << grid.body;
  const model::JsonValue index = grid.json().get("index");
  EXPECT_EQ(index.get("kind").string(), "time");
  EXPECT_EQ(index.get("granularity").string(), "day");
  EXPECT_EQ(index.get("zone").string(), "UTC");
  EXPECT_EQ(index.get("first").get("key").string(), "date=2026-10-01");
  EXPECT_EQ(index.get("first").get("start").string(), "2026-10-01T00:00:00.000000Z");
  EXPECT_EQ(index.get("last").get("key").string(), "date=2026-10-06");
  EXPECT_EQ(index.get("count").integer(), 6);
  EXPECT_EQ(grid.number("bucket"), 1);
  EXPECT_EQ(grid.json().get("bucketed").boolean(), false);
  ASSERT_EQ(grid.list("legend").size(), 14u);
  EXPECT_EQ(grid.list("legend")[4].string(), "stale_both");
  EXPECT_EQ(grid.list("legend")[13].string(), "unrecoverable");
  ASSERT_EQ(grid.list("lanes").size(), 1u);
  // The 2nd is stale for both reasons; the 5th is missing, the 6th not over yet.
  EXPECT_EQ(
      cells_of(grid.list("lanes")[0]),
      (Runs{{kStaleCode, 1}, {4, 1}, {kStaleCode, 1}, {kCurrent, 1}, {kMissing, 1}, {kOpen, 1}}))
      << grid.body;
  const Told mart = get({"partitions", "grid"}, {{"nodeId", "dataset:ns:mart"}});
  EXPECT_EQ(cells_of(mart.list("lanes")[0]), (Runs{{kMaybe, 3}}));
}

TEST_F(AfterAChange, BucketsHaveTheWorstOfTheirCodesAndSaySo) {
  const Told grid =
      get({"partitions", "grid"}, {{"nodeId", "dataset:ns:clean"}, {"max_cells", "2"}});
  ASSERT_EQ(grid.status, 200) << grid.body;
  EXPECT_EQ(grid.number("bucket"), 2);
  EXPECT_EQ(grid.json().get("bucketed").boolean(), true);
  EXPECT_EQ(cells_of(grid.list("lanes")[0]), (Runs{{kStaleCode, 2}}))
      << "the second: the 3rd is stale, the 4th current";
  const Told part = get(
      {"partitions", "grid"},
      {{"nodeId", "dataset:ns:clean"}, {"first", "date=2026-10-03"}, {"last", "date=2026-12-31"}});
  EXPECT_EQ(cells_of(part.list("lanes")[0]), (Runs{{kStaleCode, 1}, {kCurrent, 1}}));
  expect_problem(
      get({"partitions", "grid"}, {{"nodeId", "dataset:ns:clean"}, {"max_cells", "1000001"}}), 400,
      "limit-exceeded", "max_cells");
}

TEST_F(StalenessRoutes, AGridHasARowForEachLane) {
  const auto key = [](int day, const std::string& region) {
    return R"({"date":"2026-10-0)" + std::to_string(day) + R"(","region":")" + region + "\"}";
  };
  run({"load",
       "eu",
       "a",
       "2026-10-03T01:00:00Z",
       "2026-10-03T02:00:00Z",
       {},
       {{"raw", {key(1, "eu"), key(2, "eu")}}}});
  run({"load",
       "us",
       "a",
       "2026-10-03T01:00:00Z",
       "2026-10-03T02:00:00Z",
       {},
       {{"raw", {key(2, "us")}}}});
  const Told grid = get({"partitions", "grid"}, {{"nodeId", "dataset:ns:raw"}});
  const auto lanes = grid.list("lanes");
  ASSERT_EQ(lanes.size(), 2u) << grid.body;
  EXPECT_EQ(lanes[0].get("key").string(), "region=eu");
  EXPECT_EQ(cells_of(lanes[0]), (Runs{{kCurrent, 2}}));
  EXPECT_EQ(lanes[1].get("key").string(), "region=us");
  EXPECT_EQ(cells_of(lanes[1]), (Runs{{0, 1}, {kCurrent, 1}}));
  const Told too_many =
      get({"partitions", "grid"}, {{"nodeId", "dataset:ns:raw"}, {"max_cells", "1"}});
  expect_problem(too_many, 400, "limit-exceeded", "max_cells");
  const Told one = get({"partitions", "grid"}, {{"nodeId", "dataset:ns:raw"},
                                                {"first", "date=2026-10-01,region=us"},
                                                {"last", "date=2026-10-02,region=us"}});
  ASSERT_EQ(one.list("lanes").size(), 1u) << one.body;
  EXPECT_EQ(one.list("lanes")[0].get("lane").integer(), 1);
}

TEST_F(StalenessRoutes, AGridOfNothingIsEmpty) {
  run({"load", "r", "a", "2026-10-01T00:00:00Z", "2026-10-01T01:00:00Z", {}, {{"plain", {}}}});
  const Told grid = get({"partitions", "grid"}, {{"nodeId", "dataset:ns:plain"}});
  ASSERT_EQ(grid.status, 200) << grid.body;
  EXPECT_EQ(grid.json().get("index").get("kind").string(), "none");
  EXPECT_TRUE(grid.json().get("index").get("first").is_null());
  EXPECT_TRUE(grid.list("lanes").empty());
}

// ---- all of them together
// -------------------------------------------------------------------------

// The code of a cell by the verdict of its partition, as the contract says.
std::int64_t code_of(const model::JsonValue& partition) {
  const auto is = [&](std::string_view name) {
    return partition.get(name).boolean().value_or(false);
  };
  const std::string presence = partition.get("presence").string().value_or("");
  if (is("unrecoverable")) return 13;
  if (is("failed")) return 10;
  if (is("running")) return 9;
  if (is("code") && is("inputs")) return 4;
  if (is("deferred")) return 12;
  if (is("code")) return 2;
  if (is("inputs")) return 3;
  if (presence == "missing") return kMissing;
  if (presence == "orphaned") return 8;
  if (partition.get("verdict").string() == "unknown") return 7;
  if (is("maybe") && presence == "present") return kMaybe;
  if (presence != "present") return is("open") ? kOpen : 0;
  return kCurrent;
}

const std::vector<std::int64_t> kBySeverity{13, 10, 9, 4, 2, 3, 5, 8, 7, 12, 6, 11, 1, 0};

std::int64_t worst_of(const std::vector<std::int64_t>& codes) {
  return *std::min_element(codes.begin(), codes.end(), [](std::int64_t a, std::int64_t b) {
    const auto rank = [](std::int64_t code) {
      return std::find(kBySeverity.begin(), kBySeverity.end(), code);
    };
    return rank(a) < rank(b);
  });
}

// Sixty days of a pipeline in which anything may happen: reruns, new code, failures, holes.
class AnyHistory : public PartitionTest {
 protected:
  void SetUp() override {
    std::mt19937 random(seed);
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto chance = [&](int percent) { return static_cast<int>(random() % 100) < percent; };
    const std::vector<std::string> names{"raw", "clean", "mart"};
    for (int step = 0; step < 260; ++step) {
      const int day = step < 60 ? step : static_cast<int>(random() % 60);
      const std::size_t which = step < 60 ? 0 : random() % 3;
      const auto key = [](int of) {
        const int month = of < 31 ? 8 : 9, date = of < 31 ? of + 1 : of - 30;
        return R"({"date":"2026-0)" + std::to_string(month) + (date < 10 ? "-0" : "-") +
               std::to_string(date) + "\"}";
      };
      RunText run;
      run.job = "make_" + names[which];
      run.run = "run-" + std::to_string(step);
      run.code = chance(3) ? "" : std::string(1, static_cast<char>('a' + step / 90));
      const auto two = [](int number) { return (number < 10 ? "0" : "") + std::to_string(number); };
      const std::string hour = "2026-10-" + two(1 + step / 60) + "T" + two(step / 10 % 6 + 10);
      run.start = hour + ":" + two(step % 10 * 5) + ":00Z";
      run.end = chance(4) ? "" : hour + ":" + two(step % 10 * 5 + 2) + ":00Z";
      run.type = chance(5) ? "FAIL" : "COMPLETE";
      if (which > 0) run.reads = {{names[which - 1], {key(day)}}};
      run.writes = {{names[which], {key(day)}}};
      this->run(run);
    }
    const Told answer = put({"partitions", "space"},
                            R"({"space":{"dimensions":[{"name":"date","kind":"time",)"
                            R"("granularity":"day","start":"2026-08-11"}]},"author":"ada"})",
                            {{"nodeId", "dataset:ns:mart"}});
    ASSERT_EQ(answer.status, 200) << answer.body;
    const Told changes = get({"changes"}, {{"kind", "code"}, {"nodeId", "job:ns:make_mart"}});
    ASSERT_FALSE(changes.list("changes").empty());
    const Told deferred =
        post({"changes", changes.list("changes")[0].get("id").string().value_or(""), "decision"},
             R"({"verdict":"defer","until":"2027-01-01T00:00:00Z","author":"ada"})");
    ASSERT_EQ(deferred.status, 201) << deferred.body;
  }
  const unsigned seed = 20261101;
};

TEST_F(AnyHistory, ListGridCountsAndRangesSayTheSame) {
  for (const std::string name : {"raw", "clean", "mart"}) {
    SCOPED_TRACE(name + ", seed " + std::to_string(seed));
    const std::pair<std::string, std::string> node{"nodeId", "dataset:ns:" + name};
    const Told list = get({"partitions"}, {node, {"limit", "1000"}});
    std::vector<std::int64_t> codes;
    std::map<std::string, std::int64_t> counts;
    std::int64_t day = -1;
    for (const model::JsonValue& one : list.list("partitions")) {
      const auto start = model::parse_time(*one.get("interval").get("start").string())->micros;
      if (day >= 0)
        codes.resize(codes.size() + static_cast<std::size_t>(start / model::kDay - day - 1));
      day = start / model::kDay;
      codes.push_back(code_of(one));
      const bool stale = one.get("verdict").string() == "stale";
      const bool present = one.get("presence").string() == "present";
      counts["stale"] += stale ? 1 : 0;
      counts["missing"] += one.get("presence").string() == "missing" ? 1 : 0;
      counts["orphaned"] += one.get("presence").string() == "orphaned" ? 1 : 0;
      counts["maybe"] += present && !stale && *one.get("maybe").boolean() ? 1 : 0;
      for (const char* flag : {"running", "failed", "deferred"}) {
        counts[flag] += *one.get(flag).boolean() ? 1 : 0;
      }
    }
    const Told grid = get({"partitions", "grid"}, {node});
    std::vector<std::int64_t> cells;
    for (const auto& [code, length] : cells_of(grid.list("lanes").at(0))) {
      cells.insert(cells.end(), static_cast<std::size_t>(length), code);
    }
    EXPECT_EQ(cells, codes);
    for (const std::size_t bucket : {2, 7, 64}) {
      std::vector<std::int64_t> wanted;
      for (std::size_t at = 0; at < codes.size(); at += bucket) {
        const auto end =
            codes.begin() + static_cast<std::ptrdiff_t>(std::min(at + bucket, codes.size()));
        wanted.push_back(worst_of({codes.begin() + static_cast<std::ptrdiff_t>(at), end}));
      }
      const Told small =
          get({"partitions", "grid"}, {node, {"max_cells", std::to_string(wanted.size())}});
      if (small.number("bucket") != static_cast<std::int64_t>(bucket)) continue;
      std::vector<std::int64_t> found;
      for (const auto& [code, length] : cells_of(small.list("lanes").at(0))) {
        found.insert(found.end(), static_cast<std::size_t>(length), code);
      }
      EXPECT_EQ(found, wanted) << bucket;
    }
    const Told stale = get({"staleness"}, {node, {"max_ranges", "1000"}});
    for (const auto& [status, count] : counts) {
      EXPECT_EQ(count_of(stale.json().get("totals"), status), count) << status;
    }
    for (const std::string status :
         {"stale", "missing", "orphaned", "maybe", "running", "failed"}) {
      const Told ranges = get({"staleness"}, {node, {"status", status}, {"max_ranges", "1000"}});
      std::int64_t in_ranges = 0;
      for (const model::JsonValue& dataset : ranges.list("datasets")) {
        dataset.get("ranges").elements([&](const model::JsonValue& range) {
          in_ranges += range.get("count").integer().value_or(0);
        });
      }
      EXPECT_EQ(in_ranges, counts[status]) << status;
      const Told only = get({"partitions"}, {node, {"status", status}, {"limit", "1000"}});
      EXPECT_EQ(static_cast<std::int64_t>(only.list("partitions").size()), counts[status])
          << status;
    }
  }
}

}  // namespace
}  // namespace headwater::tests
