// Readers and a saver beside a writer that publishes and compacts. Run it under TSan and ASan.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/graph/builder.h"

namespace headwater::graph {
namespace {

constexpr std::size_t kOpen = 40;  // edges of the hub that hold in every version
constexpr std::uint64_t kVersions = 1500;

// In every version after the first, exactly kOpen edges of the hub hold, `seq` says how many nodes
// there are, and the newest node has been merged into the hub's twin if its number is even.
class Churn {
 public:
  Churn() : b_({.min_compaction = 64}) {
    hub_ = b_.dataset("hub");
    twin_ = b_.dataset("twin");
    for (std::size_t i = 0; i < kOpen; ++i) open_.push_back(attach());
    b_.publish();
  }

  void step(std::mt19937_64& random) {
    const std::size_t victim = random() % open_.size();
    b_.retire(open_[victim], static_cast<Micros>(b_.next().value));
    open_[victim] = attach();
    if (newest_.value % 2 == 0) b_.merge(newest_, twin_);
    b_.publish();
    if (random() % 100 == 0) b_.graph.compact();
  }

  // Asserts what holds in every version, of the graph or of a loaded copy.
  void check(const Snapshot& snapshot) const {
    const std::uint64_t seq = snapshot.seq().value;
    ASSERT_GE(seq, 1U);
    ASSERT_EQ(snapshot.node_count(), 2 + kOpen + (seq - 1));
    const NodeId newest{static_cast<std::uint32_t>(snapshot.node_count())};
    ASSERT_EQ(snapshot.find(NodeKind::kJob, "ns", numbered("job", newest.value)), newest);
    const bool merged = seq > 1 && newest.value % 2 == 0;
    ASSERT_EQ(snapshot.canonical(newest), merged ? twin_ : newest);
    const auto neighbors = snapshot.neighbors(hub_, Direction::kDownstream, model::kTableLineage);
    ASSERT_EQ(neighbors.size(), snapshot.moment().as_of == kLatest ? kOpen : neighbors.size());
    std::vector<std::uint64_t> bitmap;
    ASSERT_EQ(
        closure(snapshot, std::vector{hub_}, Direction::kDownstream, model::kTableLineage, bitmap),
        neighbors.size() + 1);
    ASSERT_EQ(snapshot.history(hub_, Direction::kDownstream).size(), kOpen + 2 * (seq - 1));
  }

  Graph& graph() { return b_.graph; }
  NodeId hub() const { return hub_; }

 private:
  EdgeId attach() {
    newest_ = NodeId{static_cast<std::uint32_t>(3 + attached_++)};
    b_.job(numbered("job", newest_.value));
    return b_.reads(hub_, newest_);
  }

  Builder b_;
  NodeId hub_, twin_, newest_;
  std::uint32_t attached_ = 0;
  std::vector<EdgeId> open_;
};

Moment random_moment(const Graph& graph, std::mt19937_64& random) {
  Moment moment;
  const std::uint64_t published = graph.published().value;
  if (random() % 3 == 0) moment.known_at = Seq{1 + random() % published};
  if (random() % 3 == 0) moment.as_of = static_cast<Micros>(random() % (published + 1));
  return moment;
}

// What the others have done so far: the writer waits for them, so that all run side by side.
struct Progress {
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> reads{0}, saves{0};

  bool over() const { return done.load() || testing::Test::HasFailure(); }
  void wait_for(std::uint64_t read_count, std::uint64_t save_count) const {
    while (!over() && (reads.load() < read_count || saves.load() < save_count)) {
      std::this_thread::yield();
    }
  }
};

void read_until(Churn& churn, Progress& progress, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::optional<Snapshot> held;
  std::vector<NodeId> held_answer;
  while (!progress.over()) {
    ++progress.reads;
    const Snapshot snapshot = churn.graph().snapshot(random_moment(churn.graph(), random));
    churn.check(snapshot);
    if (!held) {
      held.emplace(churn.graph().snapshot(random_moment(churn.graph(), random)));
      held_answer = nodes_of(held->neighbors(churn.hub(), Direction::kDownstream, ~EdgeKinds{0}));
    } else {
      // A snapshot's answer never changes, whatever was published or compacted meanwhile.
      EXPECT_EQ(nodes_of(held->neighbors(churn.hub(), Direction::kDownstream, ~EdgeKinds{0})),
                held_answer);
      if (random() % 50 == 0) held.reset();
    }
    static_cast<void>(churn.graph().memory());
  }
}

void save_until(Churn& churn, Progress& progress) {
  const std::string path =
      testing::TempDir() + "graph_churn_" + std::to_string(::getpid()) + ".snapshot";
  while (!progress.over()) {
    ++progress.saves;
    const auto saved = churn.graph().save(path);
    ASSERT_TRUE(saved) << saved.error().detail;
    Graph copy;
    const auto loaded = copy.load(path);
    ASSERT_TRUE(loaded) << loaded.error().detail;
    churn.check(copy.snapshot());
  }
  std::remove(path.c_str());
}

TEST(Concurrency, AnswersHoldWhileTheWriterPublishesAndCompacts) {
  Churn churn;
  Progress progress;
  std::vector<std::thread> threads;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    threads.emplace_back([&churn, &progress, seed] { read_until(churn, progress, seed); });
  }
  threads.emplace_back([&churn, &progress] { save_until(churn, progress); });
  std::mt19937_64 random(7);
  for (std::uint64_t i = 0; i < kVersions && !HasFailure(); ++i) {
    churn.step(random);
    progress.wait_for(2 * i, i / 30);
  }
  progress.done.store(true);
  for (std::thread& thread : threads) thread.join();
  churn.check(churn.graph().snapshot());
}

TEST(Concurrency, SnapshotsBeyondTheSlotsAreSafeToo) {
  Builder b({.min_compaction = 16});
  const NodeId hub = b.dataset("hub");
  b.publish();
  Progress progress;
  std::vector<std::thread> threads;
  for (int reader = 0; reader < 3; ++reader) {
    threads.emplace_back([&b, &progress, hub] {
      while (!progress.over()) {
        ++progress.reads;
        std::vector<Snapshot> many;
        for (int i = 0; i < 150; ++i) many.push_back(b.graph.snapshot());
        for (const Snapshot& snapshot : many) {
          // One edge a version, after the first.
          EXPECT_EQ(snapshot.history(hub, Direction::kDownstream).size(), snapshot.seq().value - 1);
        }
      }
    });
  }
  for (std::size_t i = 0; i < 300; ++i) {
    b.reads(hub, b.job(numbered("j", i)));
    b.publish();
    progress.wait_for(i, 0);
  }
  progress.done.store(true);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace headwater::graph
