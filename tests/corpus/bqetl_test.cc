// A real warehouse's events, imported in order, again, and shuffled.

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "model/json.h"
#include "stats/quality.h"
#include "tests/support/corpora.h"
#include "tests/support/harness.h"

namespace headwater::tests {
namespace {

const std::vector<std::string>& events() {
  static const std::vector<std::string> lines =
      read_zst_lines(corpora_dir() / "bqetl" / "events-14d.ndjson.zst");
  return lines;
}

#define REQUIRE_CORPUS()                                     \
  if (events().empty())                                      \
  GTEST_SKIP() << "no corpus at " << corpora_dir() / "bqetl" \
               << ": set HW_CORPORA to the folder that holds it"

// DAGs that only the parent facet names; counted from the corpus by a script of its own.
constexpr std::int64_t kParents = 137;

struct Outcome {
  int stored = 0, merged = 0, duplicates = 0, quarantined = 0;
};

Outcome import(Harness& harness, const std::vector<std::string>& lines, std::size_t batch) {
  Outcome out;
  for (std::size_t at = 0; at < lines.size(); at += batch) {
    std::string body = "[";
    for (std::size_t i = at; i < std::min(at + batch, lines.size()); ++i) {
      if (i != at) body += ",";
      body += lines[i];
    }
    const auto receipt = must(harness.try_send(body + "]"));
    for (const auto& event : receipt.events) {
      switch (event.status) {
        case ingest::ReceiptStatus::kStored: ++out.stored; break;
        case ingest::ReceiptStatus::kMerged: ++out.merged; break;
        case ingest::ReceiptStatus::kDuplicate: ++out.duplicates; break;
        case ingest::ReceiptStatus::kQuarantined: ++out.quarantined; break;
      }
    }
  }
  return out;
}

// What is measured of datasets is a view of its own, and must repeat as the others do.
ingest::PipelineOptions with_profiles() {
  ingest::PipelineOptions options = Harness::small_windows();
  options.views.emplace_back(stats::make_profile_view);
  return options;
}

class BqetlTest : public ::testing::Test {
 protected:
  TempDir dir;
};

TEST_F(BqetlTest, ImportsAllWithTheTrueCountsAndOnlyOnce) {
  REQUIRE_CORPUS();
  const std::string text = read_file(corpora_dir() / "bqetl" / "planted.json");
  const model::JsonValue planted{text};
  Harness harness(dir.path("a"), with_profiles());
  const Outcome first = import(harness, events(), 1000);
  EXPECT_EQ(first.stored + first.merged, planted.get("events").integer());
  EXPECT_EQ(first.quarantined, 0);
  EXPECT_EQ(first.duplicates, 0);

  auto reader = must(harness.store().reader());
  const auto all = model::NamespaceId{};
  EXPECT_EQ(must(reader.count_nodes(model::NodeKind::kDataset, all, false)),
            planted.get("datasets").integer());
  EXPECT_EQ(must(reader.count_nodes(model::NodeKind::kDataset, all, true)),
            planted.get("datasets").integer());
  EXPECT_EQ(must(reader.count_nodes(model::NodeKind::kJob, all, false)),
            planted.get("jobs").integer());
  // The parents, which only the parent facet names, come on top.
  EXPECT_EQ(must(reader.count_nodes(model::NodeKind::kJob, all, true)),
            must(reader.count_nodes(model::NodeKind::kJob, all, false)) + kParents);
  const auto runs = must(reader.count_runs());
  EXPECT_EQ(runs.runs - runs.placeholders, planted.get("runs").integer());

  const auto before = must(ingest::digests(harness.store(), true));
  const Outcome second = import(harness, events(), 1000);
  EXPECT_EQ(second.duplicates, planted.get("events").integer());
  EXPECT_EQ(second.stored + second.merged + second.quarantined, 0);
  EXPECT_EQ(must(ingest::digests(harness.store(), true)), before);
}

TEST_F(BqetlTest, OrderOfArrivalDoesNotMatter) {
  REQUIRE_CORPUS();
  std::vector<std::string> shuffled = events();
  std::mt19937_64 random(20261001);
  std::shuffle(shuffled.begin(), shuffled.end(), random);
  Harness in_order(dir.path("a"), with_profiles());
  Harness out_of_order(dir.path("b"), with_profiles());
  import(in_order, events(), 1000);
  import(out_of_order, shuffled, 1000);
  const auto expected = must(ingest::digests(in_order.store(), false));
  const auto actual = must(ingest::digests(out_of_order.store(), false));
  ASSERT_EQ(expected.size(), actual.size());
  const auto profiles = std::ranges::find(expected, "profiles", &ingest::ViewDigest::view);
  ASSERT_NE(profiles, expected.end());
  EXPECT_GT(profiles->rows, 10'000u);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(actual[i], expected[i]) << expected[i].view << ": " << actual[i].rows << " rows, "
                                      << expected[i].rows << " expected";
  }
}

TEST_F(BqetlTest, ReplayRebuildsIdenticalViews) {
  REQUIRE_CORPUS();
  Harness harness(dir.path("a"), with_profiles());
  import(harness, events(), 700);
  ASSERT_TRUE(ingest::rebuild(harness.store(), dir.path("b"), harness.options(), {}));
  storage::StoreOptions options;
  options.directory = dir.path("b");
  const auto rebuilt = must(storage::Store::open(options));
  EXPECT_EQ(must(ingest::digests(*rebuilt, true)), must(ingest::digests(harness.store(), true)));
}

TEST_F(BqetlTest, CheckIsClean) {
  REQUIRE_CORPUS();
  Harness harness(dir.path("a"), with_profiles());
  import(harness, events(), 1000);
  for (const auto& finding : must(ingest::check(harness.store(), harness.options(), {}))) {
    ADD_FAILURE() << finding.where << ": " << finding.what;
  }
}

}  // namespace
}  // namespace headwater::tests
