// Whole events through the pipeline: what went wrong once, and what must never go wrong.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "graph/graph_inl.h"
#include "tests/support/harness.h"
#include "tests/unit/ingest/event_text.h"

namespace headwater::ingest {
namespace {

using model::NodeKind;
using tests::dataset;
using tests::dataset_event;
using tests::must;
using tests::RunEvent;

class PipelineTest : public ::testing::Test {
 protected:
  void SetUp() override { open(); }
  void open(const PipelineOptions& options = tests::Harness::small_windows()) {
    harness = std::make_unique<tests::Harness>(dir.path("a"), options);
  }
  void reopen(bool keep_snapshot) {
    harness.reset();
    if (!keep_snapshot) std::filesystem::remove(dir.path("a/graph.snapshot"));
    open();
  }
  std::string name(graph::NodeId id) {
    return std::string(harness->graph().snapshot().node(id).name);
  }
  // "src>dst" of every edge of `kinds` that holds now.
  std::set<std::string> edges(model::EdgeKinds kinds = model::kTableLineage) {
    std::set<std::string> out;
    const auto snapshot = harness->graph().snapshot();
    for (std::uint32_t id = 1; id <= snapshot.node_count(); ++id) {
      snapshot.for_each(model::NodeId{id}, graph::Direction::kDownstream, kinds,
                        [&](const graph::Neighbor& n) {
                          out.insert(name(model::NodeId{id}) + ">" + name(n.node));
                          return true;
                        });
    }
    return out;
  }
  std::set<std::string> states() {
    std::set<std::string> out;
    auto reader = must(harness->store().reader());
    EXPECT_TRUE(reader.scan_attributes([&](const storage::AttributeRow& a) {
      const bool now = a.recorded_to == model::kNeverSeq && a.valid_to == model::kOpenEnd;
      if (now && must(reader.attribute_name(a.name)) == "$state") {
        out.insert(name(a.owner) + *must(reader.content(a.content)));
      }
      return true;
    }));
    return out;
  }
  static std::string lifecycle(const std::string& change, const std::string& old = "") {
    return "\"lifecycleStateChange\":{\"lifecycleStateChange\":\"" + change + "\"" +
           (old.empty()
                ? ""
                : ",\"previousIdentifier\":{\"namespace\":\"d\",\"name\":\"" + old + "\"}") +
           "}";
  }
  static std::string symlink(const std::string& other) {
    return "\"symlinks\":{\"identifiers\":[{\"namespace\":\"d\",\"name\":\"" + other +
           "\",\"type\":\"TABLE\"}]}";
  }
  static std::string second(int n) { return "2026-01-01T00:00:0" + std::to_string(n) + "Z"; }
  Decision remove(Decision::Kind kind, const std::string& space, const std::string& which) {
    Decision d;
    d.kind = kind;
    d.name_space = space;
    d.name = which;
    d.at = 1'790'000'000'000'000;
    return d;
  }

  tests::TempDir dir;
  std::unique_ptr<tests::Harness> harness;
};

TEST_F(PipelineTest, AStartGoesOnFromASavedFoldAndALateEventVoidsIt) {
  const auto minute = [](int n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  const auto run = [&](int n, const std::string& time, const std::string& input) {
    harness->send(
        RunEvent{.time = time, .run = "r" + std::to_string(n), .inputs = dataset(input)}.json());
  };
  const auto saved = [&] {
    const auto snapshot = harness->graph().snapshot();
    const auto job = snapshot.find(NodeKind::kJob, "n", "j");
    return must(must(harness->store().reader()).tip(job));
  };
  for (int n = 0; n < 30; ++n) run(n, "2026-01-01T00:" + minute(n) + ":00Z", "a");
  const auto before = saved();
  ASSERT_TRUE(before);
  reopen(true);
  EXPECT_LT(must(must(harness->store().reader()).observations_after(*before)).size(), 8u)
      << "what a start folds anew";
  run(30, "2026-01-01T00:30:00Z", "b");
  run(31, "2026-01-01T00:31:00Z", "b");
  EXPECT_EQ(edges(), (std::set<std::string>{"a>j", "b>j"})) << "two runs without it";
  run(32, "2026-01-01T00:32:00Z", "b");
  EXPECT_EQ(edges(), (std::set<std::string>{"b>j"})) << "three";
  run(33, "2025-12-31T00:00:00Z", "c");
  EXPECT_FALSE(saved()) << "it does not know of the late one";
}

TEST_F(PipelineTest, ADatasetDroppedTwiceInOneEventIsDroppedOnce) {
  const std::string dropped = dataset("a", lifecycle("DROP"));
  const auto receipt = harness->send(RunEvent{.outputs = dropped + "," + dropped}.json());
  EXPECT_EQ(receipt.status, ReceiptStatus::kStored) << receipt.reason;
  EXPECT_TRUE(edges().empty());
}

TEST_F(PipelineTest, DatasetsDroppedByOneEventLoseTheEdgesOfAllOwners) {
  harness->send(RunEvent{.job = "reader", .inputs = dataset("a") + "," + dataset("b")}.json());
  harness->send(
      RunEvent{.time = second(5),
               .job = "cleaner",
               .outputs = dataset("a", lifecycle("DROP")) + "," + dataset("b", lifecycle("DROP"))}
          .json());
  EXPECT_TRUE(edges().empty());
}

TEST_F(PipelineTest, ADeletedNamespaceTakesEveryEdgeAtItsDatasets) {
  harness->send(RunEvent{.inputs = dataset("a") + "," + dataset("b") + "," + dataset("c")}.json());
  ASSERT_EQ(edges().size(), 3u);
  must(harness->decide(remove(Decision::Kind::kDeleteNamespace, "d", "")));
  EXPECT_TRUE(edges().empty()) << "the job lives in another namespace";
}

TEST_F(PipelineTest, MergedNamesStayMergedOverARestart) {
  for (const bool keep_snapshot : {true, false}) {
    harness->send(RunEvent{.outputs = dataset("z", symlink("a"))}.json());
    reopen(keep_snapshot);
    harness->send(RunEvent{.time = second(2), .job = "other", .inputs = dataset("z")}.json());
    EXPECT_EQ(edges(), (std::set<std::string>{"j>a", "a>other"})) << keep_snapshot;
  }
}

TEST_F(PipelineTest, AGraphBuiltFromTheTablesIsSavedIfItIsLarge) {
  harness->send(RunEvent{.inputs = dataset("a"), .outputs = dataset("b")}.json());
  const auto wanted = edges();
  harness.reset();
  const std::string path = dir.path("a/graph.snapshot");
  storage::StoreOptions options;
  options.directory = dir.path("a");
  const auto store = must(storage::Store::open(options));
  for (const bool missing : {true, false}) {  // missing, then not a snapshot
    if (missing) {
      std::filesystem::remove(path);
    } else {
      std::ofstream(path, std::ios::trunc) << "no snapshot";
    }
    const auto small = must(ingest::load_graph(*store, 1000));
    EXPECT_FALSE(graph::Graph().load(path)) << "three nodes are not worth it";
    const auto large = must(ingest::load_graph(*store, 3));
    graph::Graph loaded;
    EXPECT_EQ(must(loaded.load(path)), large->published());
    EXPECT_EQ(loaded.node_count(), large->node_count());
    EXPECT_EQ(loaded.edge_count(), wanted.size());
  }
}

TEST_F(PipelineTest, AColumnOfAMergedDatasetIsOneNodeUnderEitherName) {
  const auto columns = [](const std::string& source) {
    return "\"columnLineage\":{\"fields\":{\"y\":{\"inputFields\":[{\"namespace\":\"d\",\"name\":"
           "\"" +
           source + "\",\"field\":\"x\"}]}}}";
  };
  harness->send(RunEvent{.inputs = dataset("a", symlink("z"))}.json());
  harness->send(RunEvent{.run = "2", .job = "one", .outputs = dataset("o", columns("a"))}.json());
  harness->send(RunEvent{.run = "3", .job = "two", .outputs = dataset("p", columns("z"))}.json());
  const auto snapshot = harness->graph().snapshot();
  const auto field = snapshot.find_field(snapshot.find(NodeKind::kDataset, "d", "a"), "x");
  ASSERT_TRUE(field);
  EXPECT_EQ(snapshot.neighbors(field, graph::Direction::kDownstream, model::kColumnLineage).size(),
            2u);
}

TEST_F(PipelineTest, ADeletionOfTheNameThatLostCountsForTheMergedDataset) {
  harness->send(RunEvent{.job = "writer", .outputs = dataset("a")}.json());
  harness->send(dataset_event("z", lifecycle("DROP"), second(5)));
  EXPECT_EQ(edges().size(), 1u);
  harness->send(dataset_event("z", symlink("a"), second(1)));
  EXPECT_TRUE(edges().empty());
}

TEST_F(PipelineTest, GoneEndsWhenADatasetIsWrittenAgainAndOnlyThen) {
  harness->send(RunEvent{.outputs = dataset("a", lifecycle("DROP"))}.json());
  EXPECT_EQ(states(), std::set<std::string>{"a\"DROP\""});
  harness->send(RunEvent{.time = second(1), .inputs = dataset("a")}.json());
  harness->send(dataset_event("a", lifecycle("DROP"), second(2)));
  EXPECT_EQ(states(), std::set<std::string>{"a\"DROP\""});
  reopen(true);
  harness->send(RunEvent{.time = second(3), .outputs = dataset("a")}.json());
  EXPECT_TRUE(states().empty());
}

TEST_F(PipelineTest, ARenamedDatasetIsGoneUnderItsOldName) {
  harness->send(RunEvent{.outputs = dataset("old")}.json());
  harness->send(
      RunEvent{.time = second(2), .outputs = dataset("new", lifecycle("RENAME", "old"))}.json());
  EXPECT_EQ(edges(), std::set<std::string>{"j>new"});
  EXPECT_TRUE(states().contains("old\"RENAMED\""));
}

TEST_F(PipelineTest, TheBestNameHasTheLastWordInOneEvent) {
  const std::string a = dataset("a", "\"documentation\":{\"description\":\"a\"}," + symlink("z"));
  const std::string z = dataset("z", "\"documentation\":{\"description\":\"z\"}");
  harness->send(RunEvent{.outputs = z + "," + a}.json());
  auto reader = must(harness->store().reader());
  const auto owner = harness->graph().snapshot().find(NodeKind::kDataset, "d", "a");
  std::set<std::string> now;
  for (const auto& row : must(reader.attributes_of_owner(owner, true))) {
    const bool open = row.valid_to == model::kOpenEnd;
    if (open && must(reader.attribute_name(row.name)) == "documentation") {
      now.insert(*must(reader.content(row.content)));
    }
  }
  EXPECT_EQ(now, std::set<std::string>{"{\"description\":\"a\"}"});
}

TEST_F(PipelineTest, ABatchAnswersEachEventByItself) {
  const std::string event = RunEvent{.inputs = dataset("a")}.json();
  const auto receipt = must(harness->try_send("[" + event + ",{},1," + event + "]"));
  ASSERT_EQ(receipt.events.size(), 4u);
  EXPECT_EQ(receipt.events[0].status, ReceiptStatus::kStored);
  EXPECT_EQ(receipt.events[1].status, ReceiptStatus::kQuarantined);
  EXPECT_EQ(receipt.events[2].status, ReceiptStatus::kQuarantined);
  EXPECT_EQ(receipt.events[3].status, ReceiptStatus::kDuplicate);
  EXPECT_EQ(receipt.events[3].seq, receipt.events[0].seq);
}

TEST_F(PipelineTest, AQuarantinedEventIsReplayedOnceItCanBeRead) {
  PipelineOptions strict;
  strict.limits.max_name_bytes = 3;
  harness.reset();
  open(strict);
  const auto refused = harness->send(RunEvent{.job = "long"}.json());
  ASSERT_EQ(refused.status, ReceiptStatus::kQuarantined);
  EXPECT_EQ(harness->replay(refused.seq).error().code, base::ErrorCode::kInvalidEvent);
  reopen(true);
  const auto applied = must(harness->replay(refused.seq));
  EXPECT_EQ(applied.status, ReceiptStatus::kStored);
  EXPECT_EQ(harness->replay(refused.seq).error().code, base::ErrorCode::kConflict);
  EXPECT_EQ(harness->replay(model::Seq{77}).error().code, base::ErrorCode::kNotFound);
  EXPECT_EQ(harness->send(RunEvent{.job = "long"}.json()).status, ReceiptStatus::kDuplicate);
}

TEST_F(PipelineTest, NamesThatDifferOnlyInWhereTheyAreCutAreTwo) {
  harness->send(RunEvent{.inputs = "{\"namespace\":\"a/b\",\"name\":\"c\"},"
                                   "{\"namespace\":\"a\",\"name\":\"b/c\"}"}
                    .json());
  EXPECT_EQ(edges().size(), 2u);
}

}  // namespace
}  // namespace headwater::ingest
