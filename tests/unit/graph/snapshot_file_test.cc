#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/hash.h"
#include "graph/format.h"
#include "graph/graph_inl.h"
#include "tests/unit/graph/builder.h"

namespace headwater::graph {
namespace {

using base::ErrorCode;

class SnapshotFile : public testing::Test {
 protected:
  void SetUp() override {
    path_ = testing::TempDir() + "graph_" + std::to_string(::getpid()) + ".snapshot";
  }
  void TearDown() override { std::remove(path_.c_str()); }

  std::string bytes() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write(const std::string& content) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << content;
  }
  // A graph with something in every section, half of it newer than the packing.
  void save_sample() {
    const NodeId a = sample_.dataset("a");
    const NodeId b = sample_.job("b");
    const NodeId c = sample_.dataset("c");
    sample_.field(a, "x");
    const EdgeId first = sample_.edge(a, b, EdgeKind::kReads, 100);
    sample_.writes(b, c);
    sample_.publish();
    sample_.graph.compact();
    sample_.retire(first, 200);
    sample_.merge(a, c);
    sample_.publish();
    ASSERT_TRUE(sample_.graph.save(path_));
  }
  // The code of loading what the file holds now; the graph must stay empty.
  ErrorCode refusal() const {
    Graph graph;
    const auto loaded = graph.load(path_);
    if (loaded) return ErrorCode::kInternal;
    EXPECT_EQ(graph.node_count(), 0U);
    EXPECT_EQ(graph.snapshot().node_count(), 0U);
    return loaded.error().code;
  }

  std::string path_;
  Builder sample_;
};

TEST_F(SnapshotFile, LoadsWhatWasSaved) {
  save_sample();
  Graph graph;
  const auto loaded = graph.load(path_);
  ASSERT_TRUE(loaded) << loaded.error().detail;
  EXPECT_EQ(*loaded, Seq{2});
  EXPECT_EQ(graph.published(), Seq{2});
  EXPECT_EQ(graph.latest_event_time(), 100);
  const Snapshot now = graph.snapshot();
  EXPECT_EQ(now.canonical(NodeId{1}), NodeId{3});
  EXPECT_TRUE(now.neighbors(NodeId{1}, Direction::kDownstream, model::kTableLineage).empty());
  EXPECT_EQ(now.find_field(NodeId{1}, "x"), NodeId{4});
  const Snapshot past = graph.snapshot({.as_of = 150});
  EXPECT_EQ(past.neighbors(NodeId{1}, Direction::kDownstream, model::kTableLineage).size(), 1U);
}

TEST_F(SnapshotFile, GoesOnAfterLoading) {
  save_sample();
  Graph graph;
  ASSERT_TRUE(graph.load(path_));
  Changes changes{.seq = Seq{3}};
  changes.nodes.push_back({.id = NodeId{5},
                           .kind = NodeKind::kJob,
                           .name_space = "ns",
                           .name = "later",
                           .parent = {},
                           .recorded = Seq{3}});
  changes.closes.push_back({.id = EdgeId{2}, .recorded_to = Seq{3}});
  graph.publish(changes);
  const Snapshot now = graph.snapshot();
  EXPECT_EQ(now.find(NodeKind::kJob, "ns", "later"), NodeId{5});
  EXPECT_EQ(now.node(NodeId{1}).name, "a");
  EXPECT_TRUE(now.neighbors(NodeId{2}, Direction::kDownstream, model::kTableLineage).empty());
}

TEST_F(SnapshotFile, OfAnEmptyGraphLoads) {
  ASSERT_TRUE(sample_.graph.save(path_));
  Graph graph;
  const auto loaded = graph.load(path_);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(*loaded, Seq{0});
}

TEST_F(SnapshotFile, IsTheSameForTheSameHistory) {
  save_sample();
  const std::string first = bytes();
  ASSERT_TRUE(sample_.graph.save(path_));
  EXPECT_EQ(bytes(), first);
}

TEST_F(SnapshotFile, MissingIsNotFound) { EXPECT_EQ(refusal(), ErrorCode::kNotFound); }

TEST_F(SnapshotFile, AnyFlippedByteIsCorrupt) {
  save_sample();
  const std::string good = bytes();
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ (1 << (i % 8)));
    write(bad);
    ASSERT_EQ(refusal(), ErrorCode::kStorageCorrupt) << "byte " << i;
  }
}

TEST_F(SnapshotFile, OfAnotherVersionSaysWhichItIs) {
  save_sample();
  std::string other = bytes();
  const std::uint32_t version = internal::kFormatVersion - 1;
  other.replace(8, sizeof version, reinterpret_cast<const char*>(&version), sizeof version);
  write(other);
  Graph graph;
  const auto loaded = graph.load(path_);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().message, "the graph snapshot is of format " + std::to_string(version) +
                                        " where format " + std::to_string(version + 1) +
                                        " is read; remove it to rebuild it from the log");
}

TEST_F(SnapshotFile, KeepsWhatEdgesGoThrough) {
  save_sample();
  const NodeId x{4}, through{2};
  const NodeId y = sample_.field(NodeId{3}, "y");
  sample_.edge(x, y, EdgeKind::kColumnDirect);
  sample_.pending().edges.back().via = through;
  sample_.publish();
  sample_.graph.compact();
  ASSERT_TRUE(sample_.graph.save(path_));
  Graph graph;
  ASSERT_TRUE(graph.load(path_));
  std::vector<NodeId> vias;
  graph.snapshot().for_each_through(x, model::kColumnLineage,
                                    [&](const Neighbor& neighbor, NodeId via) {
                                      EXPECT_EQ(neighbor.node, y);
                                      vias.push_back(via);
                                      return true;
                                    });
  EXPECT_EQ(vias, std::vector<NodeId>{through});
}

TEST_F(SnapshotFile, AnyOtherLengthIsCorrupt) {
  save_sample();
  const std::string good = bytes();
  for (std::size_t length = 0; length < good.size(); length += 1 + length / 16) {
    write(good.substr(0, length));
    ASSERT_EQ(refusal(), ErrorCode::kStorageCorrupt) << "length " << length;
  }
  write(good + '\0');
  EXPECT_EQ(refusal(), ErrorCode::kStorageCorrupt);
}

// Even where every checksum is right, no number in the file leads out of bounds.
TEST_F(SnapshotFile, ConsistentChecksumsOverWrongNumbersNeverCrash) {
  save_sample();
  const std::string good = bytes();
  std::size_t refused = 0;
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0xff);
    internal::FileHeader header{};
    bad.copy(reinterpret_cast<char*>(&header), sizeof header);
    for (internal::Section& section : header.sections) {
      if (section.offset > bad.size() || section.size > bad.size() - section.offset) continue;
      section.hash = base::hash64({bad.data() + section.offset, section.size});
    }
    header.hash = base::hash64(
        {reinterpret_cast<const char*>(&header), offsetof(internal::FileHeader, hash)});
    bad.replace(0, sizeof header, reinterpret_cast<const char*>(&header), sizeof header);
    write(bad);
    Graph graph;
    if (!graph.load(path_)) {
      ++refused;
      continue;
    }
    const Snapshot snapshot = graph.snapshot();
    for (std::uint32_t id = 1; id <= snapshot.node_count(); ++id) {
      snapshot.node(NodeId{id});
      snapshot.canonical(NodeId{id});
      snapshot.aliases(NodeId{id});
      snapshot.neighbors(NodeId{id}, Direction::kDownstream, ~EdgeKinds{0});
      snapshot.history(NodeId{id}, Direction::kUpstream);
    }
  }
  EXPECT_GT(refused, 200U);
}

TEST_F(SnapshotFile, FailedSaveLeavesTheEarlierFile) {
  save_sample();
  const std::string good = bytes();
  ASSERT_EQ(::mkdir((path_ + ".tmp").c_str(), 0700), 0);
  const auto saved = sample_.graph.save(path_);
  ::rmdir((path_ + ".tmp").c_str());
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().code, ErrorCode::kStorageUnavailable);
  EXPECT_EQ(bytes(), good);
}

TEST_F(SnapshotFile, FullDiskIsUnavailableNotACrash) {
  save_sample();
  // Every write to this device fails with "no space left".
  ASSERT_EQ(::symlink("/dev/full", (path_ + ".tmp").c_str()), 0);
  const auto saved = sample_.graph.save(path_);
  ::unlink((path_ + ".tmp").c_str());
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().code, ErrorCode::kStorageUnavailable);
  EXPECT_EQ(refusal(), ErrorCode::kInternal) << "the earlier file still loads";
}

}  // namespace
}  // namespace headwater::graph
