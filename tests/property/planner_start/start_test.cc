// Starts: what memory knows of partitions after a start is what it knew before, whichever snapshot
// was found: that of the stop, an earlier one, none, a damaged one, another store's.
//
// Random events and decisions go through the pipeline; snapshots of several moments are kept and
// put in place of the newest. HW_SEED=n starts at another seed.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "model/json.h"
#include "model/time.h"
#include "planner/planner.h"
#include "planner/rescan.h"
#include "tests/support/harness.h"
#include "tests/unit/planner/worlds.h"

namespace headwater::tests {
namespace {

using planner::State;
namespace fs = std::filesystem;

constexpr std::uint32_t kJobs = 6, kDatasets = 7, kDays = 12;

std::string read_all(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class StartTest : public ::testing::Test {
 protected:
  void start(std::uint64_t seed) {
    random_.seed(seed);
    open();
  }
  void open() {
    planner_ = std::make_shared<planner::Planner>();
    auto options = Harness::small_windows();
    options.views = {[this](storage::Store& store) { return planner::make_view(store, planner_); }};
    harness_ = std::make_unique<Harness>(dir_.path("a"), options);
  }
  void close() { harness_.reset(); }
  std::string snapshot() const { return dir_.path("a") + "/partitions.snapshot"; }
  std::shared_ptr<const State> state() const { return planner_->state(); }

  std::uint64_t pick(std::uint64_t below) { return random_() % below; }

  std::string subset(const char* side, std::uint64_t first, std::uint64_t count) const {
    std::string days;
    for (std::uint64_t day = first; day < first + count; ++day) {
      days += (days.empty() ? "" : ",") + std::string(R"({"identifier":"2026-10-)") +
              (day < 10 ? "0" : "") + std::to_string(day) + "\"}";
    }
    return R"({"subset":{")" + std::string(side) + R"(":{"type":"partition","partitions":[)" +
           days + "]}}}";
  }

  // Job j reads datasets j and perhaps j - 1, and writes dataset j + 1.
  struct Run {
    std::uint64_t job = 0, first = 0, count = 0, id = 0;
    std::string code;
    bool started = false, two = false;
  };
  Run new_run() {
    Run run;
    run.job = 1 + pick(kJobs);
    run.first = 1 + pick(kDays);
    run.count = pick(4) == 0 ? 1 + pick(5) : 1;
    run.id = ++last_id_;
    run.two = run.job > 1 && run.job % 2 == 0;
    if (pick(10) != 0) run.code = "v" + std::to_string(1 + pick(8) / 6);
    return run;
  }
  std::string event(const Run& run, const std::string& type, base::Micros at) const {
    std::string inputs;
    for (const std::uint64_t i :
         run.two ? std::vector<std::uint64_t>{1, 0} : std::vector<std::uint64_t>{0}) {
      inputs += (inputs.empty() ? "" : ",") + std::string(R"({"namespace":"w","name":"d)") +
                std::to_string(run.job - i) + R"(","inputFacets":)" +
                subset("inputCondition", run.first, run.count) + "}";
    }
    const std::string code = run.code.empty() ? ""
                                              : R"("headwater_code":{"semanticVersion":")" +
                                                    std::to_string(run.job) + run.code + "\"}";
    return R"({"eventType":")" + type + R"(","eventTime":")" + model::format_time(at) +
           R"(","producer":"https://example.org/test","schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent","run":{"runId":"r)" +
           std::to_string(run.id) + R"("},"job":{"namespace":"w","name":"j)" +
           std::to_string(run.job) + R"(","facets":{)" + code + R"(}},"inputs":[)" + inputs +
           R"(],"outputs":[{"namespace":"w","name":"d)" + std::to_string(run.job + 1) +
           R"(","outputFacets":)" + subset("outputCondition", run.first, run.count) + "}]}";
  }

  // Some start and end in order, some end first; some fail; some stay.
  void step() {
    now_ += 1'000'000 * static_cast<base::Micros>(1 + pick(600));
    if (!open_.empty() && pick(100) < 55) {
      const std::size_t at = pick(open_.size());
      Run run = open_[at];
      if (!run.started && pick(3) != 0) {
        open_[at].started = true;
        harness_->send(
            event(run, "START", now_ - 1'000'000 * static_cast<base::Micros>(pick(900))));
        return;
      }
      const std::uint64_t how = pick(10);
      harness_->send(event(run, how < 7 ? "COMPLETE" : how < 9 ? "FAIL" : "ABORT", now_));
      if (pick(4) != 0) open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(at));
      return;
    }
    if (pick(12) == 0) return decide();
    open_.push_back(new_run());
  }

  void decide() {
    std::string body;
    if (pick(3) == 0) {
      const std::uint64_t down = 2 + pick(kDatasets - 1);
      const char* const mappings[] = {R"({"kind":"identity"})",
                                      R"({"kind":"window","from":-2,"to":0})", R"({"kind":"all"})",
                                      R"({"kind":"last"})", "null"};
      body = R"({"decision":"planner.put_mapping","upstream":{"namespace":"w","name":"d)" +
             std::to_string(down - 1) + R"("},"downstream":{"namespace":"w","name":"d)" +
             std::to_string(down) + R"("},"mapping":)" + mappings[pick(5)] +
             R"(,"author":"a","reason":""})";
    } else {
      auto reader = must(harness_->store().reader());
      const auto changes = must(reader.planner_documents(4));
      if (changes.empty()) return;
      const auto& change = changes[pick(changes.size())];
      body = R"({"decision":"planner.decide","change":)" + std::to_string(change.a) +
             R"(,"part":)" + std::to_string(change.b) + R"(,"verdict":")" +
             (pick(3) != 0 ? "immaterial" : "material") + R"(","author":"a","reason":""})";
    }
    ingest::Decision decision;
    decision.kind = ingest::Decision::Kind::kPlanner;
    decision.planner = body;
    static_cast<void>(harness_->decide(decision));  // one that is refused changes nothing
  }

  // What a start finds with these bytes as the snapshot; none: without one.
  std::shared_ptr<const State> started(const std::string& bytes) {
    fs::remove(snapshot());
    if (!bytes.empty()) std::ofstream(snapshot(), std::ios::binary) << bytes;
    open();
    const auto out = state();
    const auto scanned = planner::Rescan::run(out, nullptr, {});
    EXPECT_EQ(scanned->fault_count(), 0U) << scanned->faults()[0].what;
    return out;
  }

  TempDir dir_;
  std::shared_ptr<planner::Planner> planner_;
  std::unique_ptr<Harness> harness_;
  std::mt19937_64 random_;
  std::vector<Run> open_;
  std::uint64_t last_id_ = 0;
  base::Micros now_ = 1'790'000'000'000'000;
};

class StartHistory : public StartTest, public testing::WithParamInterface<std::uint64_t> {};

TEST_P(StartHistory, FindsWhatMemoryKnew) {
  const char* const given = std::getenv("HW_SEED");
  const std::uint64_t seed =
      (given == nullptr ? 700 : std::strtoull(given, nullptr, 10)) + GetParam();
  std::printf("HW_SEED=%llu\n", static_cast<unsigned long long>(seed));
  start(seed);
  std::vector<std::string> snapshots;
  for (int part = 0; part < 4; ++part) {
    for (int i = 0; i < 60; ++i) step();
    const auto before = state();
    close();
    snapshots.push_back(read_all(snapshot()));
    ASSERT_FALSE(snapshots.back().empty());
    open();
    SCOPED_TRACE("part " + std::to_string(part));
    expect_alike(*before, *state());
    if (HasFailure()) return;
  }
  for (int i = 0; i < 15; ++i) step();
  const auto live = state();
  for (std::size_t i = 0; i < snapshots.size(); ++i) {
    SCOPED_TRACE("snapshot " + std::to_string(i));
    close();
    expect_alike(*live, *started(snapshots[i]));
    if (HasFailure()) return;
  }
  SCOPED_TRACE("from the tables");
  close();
  expect_alike(*live, *started(""));
}

INSTANTIATE_TEST_SUITE_P(Seeds, StartHistory, testing::Range<std::uint64_t>(0, 8));

TEST_F(StartTest, ADamagedOrForeignSnapshotOnlyCostsTime) {
  start(3);
  for (int i = 0; i < 80; ++i) step();
  const auto live = state();
  close();
  const std::string good = read_all(snapshot());
  std::string bad = good;
  bad[bad.size() / 2] ^= 1;
  expect_alike(*live, *started(bad));
  close();
  expect_alike(*live, *started(good.substr(0, good.size() / 3)));
  close();
  TempDir other;
  fs::copy(dir_.path("a"), other.path("a"), fs::copy_options::recursive);
  fs::remove_all(dir_.path("a"));
  start(4);
  for (int i = 0; i < 80; ++i) step();
  const auto another = state();
  close();
  expect_alike(*another, *started(good));
}

// Of a backup that went on by itself: the same store, with a record of that number, yet another
// one.
TEST_F(StartTest, ASnapshotOfAnotherBranchOfTheStoreIsNotUsed) {
  start(5);
  for (int i = 0; i < 60; ++i) step();
  close();
  TempDir branch;
  fs::copy(dir_.path("a"), branch.path("a"), fs::copy_options::recursive);
  open();
  for (int i = 0; i < 40; ++i) step();
  close();
  const std::string of_the_other = read_all(snapshot());
  fs::remove_all(dir_.path("a"));
  fs::copy(branch.path("a"), dir_.path("a"), fs::copy_options::recursive);
  open();
  for (int i = 0; i < 120; ++i) step();
  const auto live = state();
  close();
  expect_alike(*live, *started(of_the_other));
}

}  // namespace
}  // namespace headwater::tests
