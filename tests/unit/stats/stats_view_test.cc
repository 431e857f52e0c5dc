// The view of use and cost, driven by the log.

#include <filesystem>
#include <fstream>
#include <map>

#include <gtest/gtest.h>

#include "model/json.h"
#include "stats/stats.h"
#include "tests/support/harness.h"

namespace headwater::stats {
namespace {

using model::Measure;
using model::Quantities;
using tests::Harness;
using tests::must;
using tests::TempDir;

struct World {
  explicit World(const std::string& directory) : harness(directory, with_stats(stats)) {}
  static ingest::PipelineOptions with_stats(std::shared_ptr<Stats> stats) {
    ingest::PipelineOptions options = Harness::small_windows();
    options.views.push_back([stats](storage::Store& store) { return make_view(store, stats); });
    return options;
  }

  NodeId node(model::NodeKind kind, std::string_view space, std::string_view name) {
    return harness.graph().snapshot({}).find(kind, space, name);
  }
  NodeId dataset(std::string_view name) { return node(model::NodeKind::kDataset, "wh", name); }
  // What the ledger comes to, by dataset.
  std::map<std::uint32_t, Quantities> sums() const {
    std::map<std::uint32_t, Quantities> out;
    const auto ledger = stats->state()->ledger;
    for (std::size_t c = 0; c < ledger->chunks(); ++c) {
      const LedgerChunk& chunk = ledger->chunk(c);
      for (std::size_t row = 0; row < ledger->rows_of(c); ++row) {
        Quantities& sum = out[ledger->pair(chunk.pairs()[row]).dataset.value];
        for (std::size_t i = 0; i < model::kMeasures; ++i) {
          const auto* const column = chunk.column(static_cast<Measure>(i));
          if (column != nullptr) sum.at(i) += column[row];
        }
      }
    }
    return out;
  }
  Quantities total() const {
    Quantities out;
    for (const auto& [dataset, sum] : sums()) out += sum;
    return out;
  }
  base::Result<ingest::Receipt> decide(std::string body) {
    ingest::Decision decision;
    decision.kind = ingest::Decision::Kind::kStats;
    decision.stats = std::move(body);
    return harness.decide(std::move(decision));
  }

  std::shared_ptr<Stats> stats = std::make_shared<Stats>();
  Harness harness;
};

std::string run_event(std::string_view type, std::string_view time, std::string_view run,
                      std::string_view facets, std::string_view outputs) {
  std::string out = R"({"eventType":")";
  out.append(type).append(R"(","eventTime":")").append(time);
  out += R"(","producer":"p","schemaURL":"s","job":{"namespace":"etl","name":"load"},)";
  out.append(R"("run":{"runId":")").append(run).append(R"(","facets":{)").append(facets);
  out.append(R"(}},"outputs":[)").append(outputs).append("]}");
  return out;
}

std::string output(std::string_view name, std::int64_t bytes) {
  return R"({"namespace":"wh","name":")" + std::string(name) +
         R"(","outputFacets":{"outputStatistics":{"_producer":"p","_schemaURL":"s","size":)" +
         std::to_string(bytes) + R"(,"rowCount":1}}})";
}

std::string billed(std::int64_t bytes) {
  return R"("bigQuery_job":{"_producer":"p","_schemaURL":"s","billedBytes":)" +
         std::to_string(bytes) +
         R"(,"properties":"{\"statistics\":{\"query\":{\"totalSlotMs\":\"77\"}}}"})";
}

TEST(StatsView, ARunIsBookedAtItsEndAndSplitOverWhatItWrote) {
  const TempDir dir;
  World world(dir.path());
  world.harness.send(run_event("START", "2026-10-01T00:00:00Z", "r1", "", ""));
  EXPECT_EQ(world.stats->state()->ledger->rows(), 0U);
  world.harness.send(run_event("COMPLETE", "2026-10-01T00:00:10Z", "r1", billed(1000),
                               output("a", 300) + "," + output("b", 100)));
  auto sums = world.sums();
  EXPECT_EQ(sums[world.dataset("a").value][Measure::kBytesBilled], 750);
  EXPECT_EQ(sums[world.dataset("b").value][Measure::kBytesBilled], 250);
  EXPECT_EQ(world.total()[Measure::kSlotMs], 77);
  EXPECT_EQ(world.total()[Measure::kDurationMs], 10'000);
  EXPECT_EQ(world.total()[Measure::kRuns], model::kMicro);
}

TEST(StatsView, WhatComesLateIsBookedAsTheDifference) {
  const TempDir dir;
  World world(dir.path());
  world.harness.send(
      run_event("COMPLETE", "2026-10-01T00:00:10Z", "r1", billed(1000), output("a", 300)));
  const std::size_t before = world.stats->state()->ledger->rows();
  // A start that was not known, and an earlier word on the bytes, which does not count.
  world.harness.send(run_event("START", "2026-10-01T00:00:04Z", "r1", billed(5), output("b", 300)));
  const auto ledger = world.stats->state()->ledger;
  EXPECT_GT(ledger->rows(), before);
  auto sums = world.sums();
  EXPECT_EQ(sums[world.dataset("a").value][Measure::kBytesBilled], 500);
  EXPECT_EQ(sums[world.dataset("b").value][Measure::kBytesBilled], 500);
  EXPECT_EQ(world.total()[Measure::kDurationMs], 6'000);
  EXPECT_EQ(world.total()[Measure::kRuns], model::kMicro);
  // A later event that says nothing of cost adds no row.
  world.harness.send(run_event("OTHER", "2026-10-01T00:01:00Z", "r1", "", ""));
  EXPECT_EQ(world.stats->state()->ledger->rows(), ledger->rows());
}

TEST(StatsView, ABookPricesWhatComesAndRepricingThePast) {
  const TempDir dir;
  World world(dir.path());
  world.harness.send(
      run_event("COMPLETE", "2026-10-01T00:00:10Z", "r1", billed(1'000'000), output("a", 1)));
  EXPECT_EQ(world.total()[Measure::kAmount], 0);
  must(world.decide(
      R"({"decision":"stats.put_price_book","author":"a","reason":"","book":{"prices":[{"unit":"bytes_billed","price":2,"per":1000000}]}})"));
  EXPECT_EQ(world.total()[Measure::kAmount], 0);  // the past keeps its prices
  world.harness.send(
      run_event("COMPLETE", "2026-10-02T00:00:10Z", "r2", billed(1'000'000), output("a", 1)));
  EXPECT_EQ(world.total()[Measure::kAmount], 2'000'000);
  const std::string reprice =
      R"({"decision":"stats.reprice","author":"a","reason":"","from":"2026-10-01T00:00:00Z","to":"2026-10-02T00:00:00Z"})";
  must(world.decide(reprice));
  EXPECT_EQ(world.total()[Measure::kAmount], 4'000'000);
  const std::size_t rows = world.stats->state()->ledger->rows();
  must(world.decide(reprice));  // nothing is left to do
  EXPECT_EQ(world.stats->state()->ledger->rows(), rows);
  // A correction of a run that was repriced keeps its new prices.
  world.harness.send(
      run_event("OTHER", "2026-10-01T00:00:11Z", "r1", billed(3'000'000), output("a", 1)));
  EXPECT_EQ(world.total()[Measure::kAmount], 8'000'000);
}

TEST(StatsView, AnEntryOfAKnownIdReplacesIt) {
  const TempDir dir;
  World world(dir.path());
  world.harness.send(run_event("COMPLETE", "2026-10-01T00:00:10Z", "r1", "", output("a", 1)));
  const auto entry = [](std::string_view rest) {
    return R"({"decision":"stats.put_entries","author":"a","reason":"","entries":[{"id":"bill-1",)" +
           std::string(rest) + "}]}";
  };
  must(world.decide(entry(R"("at":"2026-10-01T00:00:00Z","amount":12.5)")));
  EXPECT_EQ(world.sums()[0][Measure::kAmount], 12'500'000);
  must(world.decide(
      entry(R"("at":"2026-10-03T00:00:00Z","amount":-2,"dataset":{"namespace":"wh","name":"a"})")));
  EXPECT_EQ(world.sums()[0][Measure::kAmount], 0);
  EXPECT_EQ(world.sums()[world.dataset("a").value][Measure::kAmount], -2'000'000);
  const std::pair<std::string, std::string> wrong[] = {
      {entry(R"("at":"2026-10-03T00:00:00Z","amount":0)"), "at least one measure"},
      {entry(R"("at":"soon","amount":1)"), "`at`"},
      {entry(R"("at":"2026-10-03T00:00:00Z","amount":1,"job":{"namespace":"x","name":"y"})"),
       "There is no job"},
      {entry(R"("at":"2026-10-03T00:00:00Z","slot_ms":1.5)"), "whole number"},
  };
  const std::size_t rows = world.stats->state()->ledger->rows();
  for (const auto& [body, expected] : wrong) {
    const auto refused = world.decide(body);
    ASSERT_FALSE(refused) << body;
    EXPECT_NE(refused.error().message.find(expected), std::string::npos) << refused.error().message;
  }
  EXPECT_EQ(world.stats->state()->ledger->rows(), rows);
}

std::string use(std::string_view consumer, std::string_view when, std::int64_t count) {
  return R"({"consumer":{"type":"dashboard","namespace":"bi","name":")" + std::string(consumer) +
         R"("},"dataset":{"namespace":"wh","name":"a"},)" + std::string(when) + R"(,"count":)" +
         std::to_string(count) + R"(,"columns":["x","y"],"query_fingerprint":"q","purpose":"p"})";
}

TEST(StatsView, UseIsCountedByDayAndMakesAnEdgeFromItsFirstMoment) {
  const TempDir dir;
  World world(dir.path());
  const std::string span =
      R"("interval":{"start":"2026-10-01T00:00:00Z","end":"2026-10-04T00:00:00Z"})";
  EXPECT_EQ(world.harness.send(use("Revenue", span, 8)).edges_added, 1U);
  EXPECT_EQ(world.harness.send(use("Revenue", span, 8)).status, ingest::ReceiptStatus::kDuplicate);
  EXPECT_EQ(world.harness.send(use("Revenue", R"("at":"2026-10-02T09:00:00Z")", 5)).edges_added,
            0U);
  const auto usage = world.stats->state()->usage;
  std::map<std::int32_t, std::int64_t> days;
  for (std::size_t i = 0; i < usage->size(); ++i) days[(*usage)[i].day] += (*usage)[i].count;
  ASSERT_EQ(days.size(), 3U);
  auto at = days.begin();
  EXPECT_EQ(day_text(at->first), "2026-10-01");
  EXPECT_EQ((at++)->second, 3);
  EXPECT_EQ((at++)->second, 8);
  EXPECT_EQ(at->second, 2);
  const NodeId consumer = world.node(model::NodeKind::kConsumer, "bi", "dashboard:Revenue");
  ASSERT_TRUE(consumer);
  auto reader = must(world.harness.store().reader());
  const auto rows = must(reader.usage_of_consumer(consumer, 0, 1'000'000));
  EXPECT_EQ(rows.size(), 3U);
  EXPECT_EQ(must(reader.usage_columns(world.dataset("a"), 0, 1'000'000)).size(), 6U);
  // An earlier report moves the edge's beginning back.
  world.harness.send(use("Revenue", R"("at":"2026-09-01T00:00:00Z")", 1));
  const auto edges = must(must(world.harness.store().reader()).edges_of_owner(consumer, true));
  ASSERT_EQ(edges.size(), 1U);
  EXPECT_EQ(model::kOpenEnd, edges[0].valid_to);
  EXPECT_EQ(day_text(day_of(edges[0].valid_from)), "2026-09-01");
}

TEST(StatsView, AReportThatIsWrongIsQuarantinedWithTheReason) {
  const TempDir dir;
  World world(dir.path());
  const std::pair<std::string, std::string> cases[] = {
      {R"({"consumer":7})", "/consumer"},
      {R"({"consumer":{"type":"cat","namespace":"n","name":"m"}})", "/consumer/type"},
      {R"({"consumer":{"type":"user","namespace":"n","name":"m"}})", "/dataset"},
      {use("c", R"("at":"soon")", 1), "/at"},
      {use("c", R"("at":"2026-10-02T09:00:00Z")", 0), "/count"},
      {use("c", R"("interval":{"start":"2026-10-02T00:00:00Z","end":"2026-10-01T00:00:00Z"})", 1),
       "/interval/end"},
      {use("c", R"("interval":{"start":"2024-10-02T00:00:00Z","end":"2026-10-01T00:00:00Z"})", 1),
       "/interval"},
  };
  for (const auto& [body, pointer] : cases) {
    const auto receipt = world.harness.send(body);
    EXPECT_EQ(receipt.status, ingest::ReceiptStatus::kQuarantined) << body;
    EXPECT_EQ(receipt.pointer, pointer) << body;
  }
}

// Flips one byte of the file.
void damage(const std::string& path, std::size_t at) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekg(static_cast<std::streamoff>(at));
  const char byte = static_cast<char>(file.get() ^ 0x20);
  file.seekp(static_cast<std::streamoff>(at));
  file.put(byte);
}

TEST(StatsView, ADamagedOrMissingSnapshotCostsOnlyTime) {
  const TempDir dir;
  const std::string path = dir.path("data/ledger.snapshot");
  Quantities total;
  std::size_t rows = 0;
  const auto event = [](int i) {
    return run_event("COMPLETE", "2026-10-01T00:00:10Z", "r" + std::to_string(i), billed(100 + i),
                     output("d" + std::to_string(i % 4), i));
  };
  {
    World world(dir.path("data"));
    for (int i = 0; i < 30; ++i) world.harness.send(event(i));
    total = world.total();
    rows = world.stats->state()->ledger->rows();
  }
  ASSERT_TRUE(std::filesystem::exists(path));
  const auto size = static_cast<std::size_t>(std::filesystem::file_size(path));
  const std::string kept = dir.path("kept");
  std::filesystem::copy_file(path, kept);
  for (std::size_t at = 0; at < size; at += 1 + size / 40) {
    SCOPED_TRACE(at);
    std::filesystem::copy_file(kept, path, std::filesystem::copy_options::overwrite_existing);
    damage(path, at);
    World again(dir.path("data"));
    EXPECT_EQ(again.total(), total);
    const auto ledger = again.stats->state()->ledger;
    EXPECT_EQ(ledger->rows(), rows);
    EXPECT_EQ(ledger->chunk(0).min_time(), ledger->chunk(0).times()[0]);
    EXPECT_EQ(ledger->chunk(0).max_time(), ledger->chunk(0).times()[0]);
  }
  std::filesystem::remove(path);
  EXPECT_EQ(World(dir.path("data")).total(), total);
  // One of an earlier moment: the rows behind it come from the table.
  std::filesystem::copy_file(kept, dir.path("earlier"));
  {
    World world(dir.path("data"));
    for (int i = 30; i < 45; ++i) world.harness.send(event(i));
    total = world.total();
  }
  std::filesystem::copy_file(kept, path, std::filesystem::copy_options::overwrite_existing);
  World last(dir.path("data"));
  EXPECT_EQ(last.total(), total);
  EXPECT_EQ(last.stats->state()->ledger->rows(), rows + 15);
}

TEST(StatsView, ARestartAndAReplayGiveTheSame) {
  const TempDir dir, copy;
  Quantities total;
  {
    World world(dir.path());
    for (int i = 0; i < 40; ++i) {
      const std::string run = "r" + std::to_string(i % 25);
      world.harness.send(run_event(i % 3 == 0 ? "START" : "COMPLETE",
                                   "2026-10-01T00:" + std::to_string(10 + i) + ":00Z", run,
                                   billed(100 + i), output("d" + std::to_string(i % 4), i)));
      world.harness.send(use("c" + std::to_string(i % 3),
                             R"("at":"2026-10-02T09:)" + std::to_string(10 + i) + R"(:00Z")", 2));
      if (i == 20) {
        must(world.decide(
            R"({"decision":"stats.put_price_book","author":"a","reason":"","book":{"prices":[{"unit":"bytes_billed","price":2}]}})"));
      }
    }
    must(world.decide(
        R"({"decision":"stats.reprice","author":"a","reason":"","from":"2026-01-01T00:00:00Z","to":"2027-01-01T00:00:00Z"})"));
    total = world.total();
    EXPECT_GT(total[Measure::kAmount], 0);
  }
  World again(dir.path());
  EXPECT_EQ(again.total(), total);
  EXPECT_EQ(again.stats->state()->usage->size(), 3U);  // a row for each consumer
  again.harness.send(
      run_event("COMPLETE", "2026-10-01T00:59:00Z", "r3", billed(9), output("d3", 1)));
  again.harness.pipeline().stop();
  const auto done = ingest::rebuild(again.harness.store(), copy.path("new"),
                                    World::with_stats(std::make_shared<Stats>()), {});
  ASSERT_TRUE(done) << done.error().message;
  storage::StoreOptions options;
  options.directory = copy.path("new");
  const auto rebuilt = must(storage::Store::open(options));
  EXPECT_EQ(must(ingest::digests(*rebuilt, true)),
            must(ingest::digests(again.harness.store(), true)));
}

}  // namespace
}  // namespace headwater::stats
