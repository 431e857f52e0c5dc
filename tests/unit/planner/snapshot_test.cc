#include "planner/snapshot.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>

#include "base/hash.h"
#include "planner/rescan.h"
#include "planner/snapshot_format.h"
#include "tests/unit/planner/worlds.h"

namespace headwater::planner {
namespace {

using base::ErrorCode;

const SnapshotOrigin kOrigin{"instance", {1, 2}};

class PartitionSnapshot : public testing::Test {
 protected:
  void SetUp() override {
    path_ = testing::TempDir() + "partitions_" + std::to_string(::getpid()) + ".snapshot";
    std::mt19937_64 random(3);
    for (std::uint64_t step = 1; step <= 60; ++step) {
      const auto [write, last] = random_write(random, model::Seq{step});
      world_.history.add(write, last);
      ASSERT_TRUE(world_.engine.write(write, last));
      if (step % 7 == 0) {
        ASSERT_TRUE(world_.engine.set_failed(write.dataset, write.place, true));
      }
      if (step % 9 == 0) {
        ASSERT_TRUE(world_.engine.set_running(write.dataset, write.place, true));
      }
    }
    world_.engine.set_code(NodeId{2}, CodeId{3});
    world_.engine.publish(model::Seq{60});
  }
  void TearDown() override { std::remove(path_.c_str()); }

  void save() const { ASSERT_TRUE(save_snapshot(*world_.engine.state(), kOrigin, path_)); }
  std::string bytes() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write(const std::string& content) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << content;
  }
  // The code of what loading what the file holds now comes to; kInternal: it loads.
  ErrorCode refusal() const {
    World fresh;
    SnapshotReader file;
    auto opened = file.open(path_);
    if (!opened) return opened.error().code;
    const auto loaded = file.load(fresh.engine);
    return loaded ? ErrorCode::kInternal : loaded.error().code;
  }

  std::string path_;
  World world_;
};

TEST_F(PartitionSnapshot, LoadsWhatWasSaved) {
  save();
  World fresh;
  fresh.engine.set_code(NodeId{2}, CodeId{3});
  SnapshotReader file;
  ASSERT_TRUE(file.open(path_));
  EXPECT_EQ(file.seq(), model::Seq{60});
  EXPECT_TRUE(file.is_of(kOrigin));
  const auto changed = file.load(fresh.engine);
  ASSERT_TRUE(changed) << changed.error().detail;
  EXPECT_TRUE(changed->empty());
  expect_same(fresh.engine.working(), *world_.engine.state());
  fresh.engine.publish(model::Seq{60});
  EXPECT_EQ(Rescan::run(fresh.engine.state(), nullptr, {})->fault_count(), 0U);
}

TEST_F(PartitionSnapshot, IsTheSameForTheSameState) {
  save();
  const std::string first = bytes();
  save();
  EXPECT_EQ(bytes(), first);
}

TEST_F(PartitionSnapshot, GoesOnAfterLoading) {
  save();
  World fresh;
  fresh.engine.set_code(NodeId{2}, CodeId{3});
  std::mt19937_64 random(3);
  for (std::uint64_t step = 1; step <= 60; ++step) {
    const auto [write, last] = random_write(random, model::Seq{step});
    fresh.history.add(write, last);
  }
  SnapshotReader file;
  ASSERT_TRUE(file.open(path_));
  ASSERT_TRUE(file.load(fresh.engine));
  for (std::uint64_t step = 61; step <= 90; ++step) {
    const auto [write, last] = random_write(random, model::Seq{step});
    for (World* world : {&world_, &fresh}) {
      world->history.add(write, last);
      ASSERT_TRUE(world->engine.write(write, last));
    }
  }
  expect_same(fresh.engine.working(), world_.engine.working());
}

TEST_F(PartitionSnapshot, SaysWhichDatasetsHaveOtherMappings) {
  save();
  World fresh;
  fresh.map(1, 3, mapping_of(MappingKind::kWindow, -2, 1));
  ASSERT_TRUE(fresh.engine.remove_mapping(DatasetNo{2}, DatasetNo{5}));
  SnapshotReader file;
  ASSERT_TRUE(file.open(path_));
  const auto changed = file.load(fresh.engine);
  ASSERT_TRUE(changed);
  EXPECT_EQ(*changed, (std::vector<DatasetNo>{DatasetNo{3}, DatasetNo{5}}));
}

TEST_F(PartitionSnapshot, KnowsAnotherStore) {
  save();
  SnapshotReader file;
  ASSERT_TRUE(file.open(path_));
  EXPECT_FALSE(file.is_of({"another", {1, 2}}));
  EXPECT_FALSE(file.is_of({"instance", {1, 3}}));
}

TEST_F(PartitionSnapshot, OfNothingLoads) {
  World empty;
  ASSERT_TRUE(save_snapshot(*empty.engine.state(), kOrigin, path_));
  EXPECT_EQ(refusal(), ErrorCode::kInternal);
}

TEST_F(PartitionSnapshot, OfMoreDatasetsThanThereAreIsCorrupt) {
  save();
  MemoryHistory history;
  Engine engine(history);
  SnapshotReader file;
  ASSERT_TRUE(file.open(path_));
  const auto loaded = file.load(engine);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::kStorageCorrupt);
}

TEST_F(PartitionSnapshot, MissingIsNotFound) { EXPECT_EQ(refusal(), ErrorCode::kNotFound); }

// Every byte of what is small, and some of each page.
TEST_F(PartitionSnapshot, AnyFlippedByteIsCorrupt) {
  save();
  const std::string good = bytes();
  for (std::size_t i = 0; i < good.size(); i += i < 1000 ? 1 : 97) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ (1 << (i % 8)));
    write(bad);
    ASSERT_EQ(refusal(), ErrorCode::kStorageCorrupt) << "byte " << i;
  }
}

TEST_F(PartitionSnapshot, AnyOtherLengthIsCorrupt) {
  save();
  const std::string good = bytes();
  for (std::size_t length = 0; length < good.size(); length += 1 + length / 16) {
    write(good.substr(0, length));
    ASSERT_EQ(refusal(), ErrorCode::kStorageCorrupt) << "length " << length;
  }
  write(good + '\0');
  EXPECT_EQ(refusal(), ErrorCode::kStorageCorrupt);
}

// Even where every checksum is right, no number in the file leads out of bounds.
TEST_F(PartitionSnapshot, ConsistentChecksumsOverWrongNumbersNeverCrash) {
  save();
  const std::string good = bytes();
  const std::size_t header = snapshot::format().header_bytes();
  constexpr std::size_t kPrefix = 24;
  std::size_t refused = 0;
  std::mt19937_64 random(9);
  for (std::size_t round = 0; round < 1500; ++round) {
    std::string bad = good;
    const std::size_t i =
        round < header ? round : random() % (round % 3 == 0 ? bad.size() : bad.size() / 12);
    bad[i] = static_cast<char>(bad[i] ^ (random() % 2 == 0 ? 0xff : 1 << (random() % 8)));
    std::vector<base::FileSection> sections(snapshot::kSectionCount);
    const std::size_t at = kPrefix + sizeof(snapshot::Fields);
    bad.copy(reinterpret_cast<char*>(sections.data()), sections.size() * sizeof sections[0], at);
    for (base::FileSection& section : sections) {
      if (section.offset > bad.size() || section.size > bad.size() - section.offset) continue;
      section.hash = base::hash64({bad.data() + section.offset, section.size});
    }
    bad.replace(at, sections.size() * sizeof sections[0],
                reinterpret_cast<const char*>(sections.data()),
                sections.size() * sizeof sections[0]);
    const std::uint64_t hash = base::hash64({bad.data(), header - 8});
    bad.replace(header - 8, 8, reinterpret_cast<const char*>(&hash), 8);
    write(bad);
    World fresh;
    SnapshotReader file;
    if (!file.open(path_) || !file.load(fresh.engine)) {
      ++refused;
      continue;
    }
    fresh.engine.publish(model::Seq{1});
    Rescan::run(fresh.engine.state(), nullptr, {});
    Staleness::compute(fresh.engine.state(), kBoundaryDay * 86'400'000'000, {});
  }
  EXPECT_GT(refused, 200U);
}

TEST_F(PartitionSnapshot, FailedSaveLeavesTheEarlierFile) {
  save();
  const std::string good = bytes();
  ASSERT_EQ(::mkdir((path_ + ".tmp").c_str(), 0700), 0);
  const auto saved = save_snapshot(*world_.engine.state(), kOrigin, path_);
  ::rmdir((path_ + ".tmp").c_str());
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().code, ErrorCode::kStorageUnavailable);
  EXPECT_EQ(bytes(), good);
}

TEST_F(PartitionSnapshot, FullDiskIsUnavailableNotACrash) {
  save();
  // Every write to this device fails with "no space left".
  ASSERT_EQ(::symlink("/dev/full", (path_ + ".tmp").c_str()), 0);
  const auto saved = save_snapshot(*world_.engine.state(), kOrigin, path_);
  ::unlink((path_ + ".tmp").c_str());
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().code, ErrorCode::kStorageUnavailable);
  EXPECT_EQ(refusal(), ErrorCode::kInternal) << "the earlier file still loads";
}

// What a process that was killed in the middle of a save leaves behind.
TEST_F(PartitionSnapshot, HalfATemporaryFileIsOfNoAccount) {
  save();
  const std::string good = bytes();
  std::ofstream(path_ + ".tmp", std::ios::binary) << good.substr(0, good.size() / 2);
  EXPECT_EQ(refusal(), ErrorCode::kInternal);
  save();
  EXPECT_EQ(bytes(), good);
  EXPECT_NE(::access((path_ + ".tmp").c_str(), F_OK), 0) << "it was written over and renamed";
}

}  // namespace
}  // namespace headwater::planner
