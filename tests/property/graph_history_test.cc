// Random histories of the versioned graph, compared with a naive model after random steps: both
// clocks, closes, merges, compactions in the middle, snapshots held over all of it, and the graph
// replaced by what was saved and loaded.
//
// HW_SEED=n starts at another seed, HW_HISTORIES=n runs another number of histories.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "graph/boost_view.h"
#include "graph/graph.h"
#include "graph/graph_inl.h"
#include "tests/property/graph_naive_model.h"
#include "tests/support/from_env.h"

namespace headwater::graph {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kHistories = 1500;
#else
constexpr std::uint64_t kHistories = 12000;
#endif

class History {
 public:
  explicit History(std::uint64_t seed)
      : random_(seed), graph_(std::make_unique<Graph>(options())), saves_(chance(10)) {}

  void run() {
    const std::uint64_t steps = 3 + pick(35);
    for (std::uint64_t step = 0; step < steps && !testing::Test::HasFailure(); ++step) {
      publish();
      if (chance(10)) graph_->compact();
      if (chance(15) && pinned_.size() < 3) pinned_.push_back(graph_->snapshot(moment()));
      if (chance(25)) check(graph_->snapshot(moment()));
      if (saves_ && chance(15)) save_and_load();
    }
    check(graph_->snapshot());
    check(graph_->snapshot(moment()));
    for (const Snapshot& snapshot : pinned_) check(snapshot);
    pinned_.clear();
  }

 private:
  std::uint64_t pick(std::uint64_t below) { return random_() % below; }
  bool chance(std::uint64_t percent) { return pick(100) < percent; }
  GraphOptions options() {
    constexpr std::size_t kChoices[] = {0, 3, 20, 65536, 65536, 65536};
    return {.min_compaction = kChoices[pick(std::size(kChoices))]};
  }

  // Few moments, so that they coincide, some before 1970 and some within one coarse step.
  Micros time() {
    if (chance(10)) return static_cast<Micros>(pick(5)) - 2;
    return 1'700'000'000'000'000 + static_cast<Micros>(pick(12)) * 5'000'000;
  }
  Moment moment() {
    Moment at;
    if (!chance(35)) at.as_of = time();
    if (!chance(35)) at.known_at = Seq{pick(naive_.seq.value + 2)};
    return at;
  }
  EdgeKinds kinds() {
    if (chance(40)) return model::kTableLineage;
    return chance(40) ? ~EdgeKinds{0} : static_cast<EdgeKinds>(random_());
  }
  Direction direction() { return chance(50) ? Direction::kDownstream : Direction::kUpstream; }
  NodeId any_node(std::size_t count) { return NodeId{static_cast<std::uint32_t>(1 + pick(count))}; }

  // ---- changes

  Seq recorded() { return Seq{naive_.seq.value + 1}; }

  void add_node(Changes& changes) {
    const auto id = static_cast<std::uint32_t>(naive_.nodes.size() + changes.nodes.size() + 1);
    NewNode node;
    node.id = NodeId{id};
    node.kind = static_cast<NodeKind>(1 + pick(4));
    node.name = std::to_string(id);
    if (node.kind == NodeKind::kField && id > 1) {
      node.parent = NodeId{static_cast<std::uint32_t>(1 + pick(id - 1))};
    } else {
      node.kind = node.kind == NodeKind::kField ? NodeKind::kDataset : node.kind;
      if (!chance(10)) node.name_space = std::to_string(pick(3));
    }
    node.recorded = recorded();
    node.first_seen = time();
    node.placeholder = chance(20);
    changes.nodes.push_back(node);
  }

  void add_edge(Changes& changes, std::size_t nodes) {
    NewEdge edge;
    edge.id = EdgeId{static_cast<std::uint32_t>(naive_.edges.size() + changes.edges.size() + 1)};
    edge.src = any_node(nodes);
    edge.dst = any_node(nodes);
    if (chance(20)) edge.via = any_node(nodes);
    // Mostly what table lineage consists of.
    edge.kind = static_cast<EdgeKind>(1 + (chance(80) ? pick(4) : pick(model::kEdgeKinds - 1)));
    edge.detail = model::TransformationId{static_cast<std::uint16_t>(random_())};
    edge.valid_from = time();
    if (chance(20)) edge.valid_to = std::max(edge.valid_from, time());
    edge.recorded_from = recorded();
    changes.edges.push_back(edge);
  }

  void add_close(Changes& changes) {
    const NewEdge& edge = naive_.edges[pick(naive_.edges.size())];
    const bool again = std::any_of(changes.closes.begin(), changes.closes.end(),
                                   [&](const EdgeClose& c) { return c.id == edge.id; });
    if (edge.recorded_to != model::kNeverSeq || again) return;
    changes.closes.push_back({.id = edge.id, .recorded_to = changes.seq});
  }

  void add_merge(Changes& changes) {
    const NodeId loser = any_node(naive_.nodes.size());
    const NodeId winner = any_node(naive_.nodes.size());
    const bool lost = naive_.canonical(loser, model::kNeverSeq) != loser;
    if (lost || naive_.canonical(winner, model::kNeverSeq) == loser) return;
    changes.merges.push_back({.loser = loser, .winner = winner, .recorded = recorded()});
  }

  void publish() {
    Changes changes;
    changes.seq = Seq{naive_.seq.value + 1 + pick(2)};
    for (std::uint64_t n = pick(naive_.nodes.empty() ? 4 : 3) + (naive_.nodes.empty() ? 1 : 0);
         n > 0; --n) {
      add_node(changes);
    }
    const std::size_t nodes = naive_.nodes.size() + changes.nodes.size();
    for (std::uint64_t n = pick(6); n > 0; --n) add_edge(changes, nodes);
    if (!naive_.edges.empty()) {
      for (std::uint64_t n = pick(3); n > 0; --n) add_close(changes);
    }
    if (!naive_.nodes.empty() && chance(20)) add_merge(changes);
    if (!naive_.nodes.empty() && chance(20)) {
      changes.node_updates.push_back({.id = any_node(naive_.nodes.size()),
                                      .first_seen = time(),
                                      .placeholder = chance(50),
                                      .recorded = changes.seq});
    }
    naive_.publish(changes);
    graph_->publish(changes);
  }

  // In memory where there is such a place: thousands of saves would wait for the disk.
  static std::string directory() {
    return ::access("/dev/shm", W_OK) == 0 ? "/dev/shm/" : testing::TempDir();
  }

  void save_and_load() {
    const std::string path =
        directory() + "graph_history_" + std::to_string(::getpid()) + ".snapshot";
    const auto saved = graph_->save(path);
    ASSERT_TRUE(saved) << saved.error().detail;
    for (const Snapshot& snapshot : pinned_) check(snapshot);
    pinned_.clear();
    const Micros latest = graph_->latest_event_time();
    graph_ = std::make_unique<Graph>(options());
    const auto loaded = graph_->load(path);
    ASSERT_TRUE(loaded) << loaded.error().detail;
    ASSERT_EQ(*loaded, naive_.seq);
    ASSERT_EQ(graph_->latest_event_time(), latest);
    std::remove(path.c_str());
  }

  // ---- checks

  void check(const Snapshot& snapshot) {
    const Seq known_at = snapshot.seq();
    ASSERT_EQ(snapshot.node_count(), naive_.node_count(known_at));
    ASSERT_EQ(snapshot.edge_count(), naive_.edge_count(known_at));
    if (snapshot.node_count() == 0) return;
    for (std::uint32_t id = 1; id <= snapshot.node_count(); ++id) check_node(snapshot, NodeId{id});
    for (std::uint32_t id = 1; id <= snapshot.edge_count(); ++id) check_edge(snapshot, EdgeId{id});
    check_closure(snapshot);
    check_reach(snapshot);
    check_reach(snapshot);
  }

  void check_node(const Snapshot& snapshot, NodeId id) {
    const NewNode expected = naive_.node_at(id, snapshot.seq());
    const NodeInfo info = snapshot.node(id);
    ASSERT_EQ(info.name, expected.name);
    ASSERT_EQ(info.name_space, expected.name_space);
    ASSERT_EQ(info.parent, expected.parent);
    ASSERT_EQ(info.first_seen, expected.first_seen);
    ASSERT_EQ(info.placeholder, expected.placeholder);
    ASSERT_EQ(expected.kind == NodeKind::kField
                  ? snapshot.find_field(info.parent, info.name)
                  : snapshot.find(info.kind, info.name_space, info.name),
              id);
    check_names(snapshot, id);
    const Direction way = direction();
    const EdgeKinds wanted = kinds();
    check_adjacency(snapshot, id, way, wanted);
    ASSERT_EQ(snapshot.history(id, way), naive_.history(id, way, snapshot.seq()));
  }

  void check_names(const Snapshot& snapshot, NodeId id) {
    ASSERT_EQ(snapshot.canonical(id), naive_.canonical(id, snapshot.seq()));
    if (snapshot.canonical(id) != id) return;
    std::vector<NodeId> aliases;
    for (std::uint32_t other = 1; other <= snapshot.node_count(); ++other) {
      if (other != id.value && naive_.canonical(NodeId{other}, snapshot.seq()) == id) {
        aliases.push_back(NodeId{other});
      }
    }
    ASSERT_EQ(snapshot.aliases(id), aliases);
  }

  void check_adjacency(const Snapshot& snapshot, NodeId id, Direction way, EdgeKinds wanted) {
    const std::vector<EdgeId> expected = naive_.edges_at(id, way, wanted, snapshot.moment());
    std::vector<EdgeId> seen;
    for (const Neighbor& neighbor : snapshot.neighbors(id, way, wanted)) {
      const NewEdge& edge = naive_.edges[neighbor.edge.value - 1];
      ASSERT_EQ(neighbor.node, NaiveGraph::to(edge, way));
      ASSERT_EQ(neighbor.kind, edge.kind);
      seen.push_back(neighbor.edge);
    }
    ASSERT_EQ(seen, expected);
    const BoostView view(snapshot, wanted);
    const auto range =
        way == Direction::kDownstream ? out_edges(id.value, view) : in_edges(id.value, view);
    std::vector<EdgeId> iterated;
    for (auto it = range.first; it != range.second; ++it) iterated.push_back(EdgeId{(*it).id});
    std::sort(iterated.begin(), iterated.end());
    ASSERT_EQ(iterated, expected);
  }

  void check_edge(const Snapshot& snapshot, EdgeId id) {
    const NewEdge& expected = naive_.edges[id.value - 1];
    const EdgeInfo info = snapshot.edge(id);
    ASSERT_EQ(info.src, expected.src);
    ASSERT_EQ(info.dst, expected.dst);
    ASSERT_EQ(info.via, expected.via);
    ASSERT_EQ(info.kind, expected.kind);
    ASSERT_EQ(info.detail, expected.detail);
    ASSERT_EQ(info.valid_from, expected.valid_from);
    ASSERT_EQ(info.valid_to, expected.valid_to);
    ASSERT_EQ(info.recorded_from, expected.recorded_from);
    ASSERT_EQ(info.recorded_to,
              expected.recorded_to <= snapshot.seq() ? expected.recorded_to : model::kNeverSeq);
  }

  std::vector<NodeId> starts(const Snapshot& snapshot) {
    std::vector<NodeId> chosen;
    for (std::uint64_t n = 1 + pick(3); n > 0; --n) {
      chosen.push_back(any_node(snapshot.node_count()));
    }
    return chosen;
  }

  void check_closure(const Snapshot& snapshot) {
    const std::vector<NodeId> from = starts(snapshot);
    const Direction way = direction();
    const EdgeKinds wanted = kinds();
    const std::vector<bool> expected = naive_.closure(from, way, wanted, snapshot.moment());
    std::vector<std::uint64_t> bitmap;
    const std::size_t count = closure(snapshot, from, way, wanted, bitmap);
    ASSERT_EQ(count, std::count(expected.begin(), expected.end(), true));
    for (std::size_t id = 0; id < expected.size(); ++id) {
      ASSERT_EQ((bitmap[id / 64] >> (id % 64) & 1) != 0, expected[id]) << id;
    }
  }

  void check_reach(const Snapshot& snapshot) {
    const std::vector<NodeId> from = starts(snapshot);
    ReachOptions options;
    options.direction = direction();
    options.kinds = kinds();
    if (chance(60)) options.max_distance = static_cast<std::uint32_t>(pick(4));
    const bool few = chance(30);
    if (few) options.max_nodes = 1 + pick(snapshot.node_count() + 1);
    const std::vector<std::uint32_t> distances =
        naive_.distances(from, options.direction, options.kinds, snapshot.moment());
    const Reach answer = reach(snapshot, from, options);
    std::size_t near = 0;
    std::size_t all = 0;
    for (const std::uint32_t distance : distances) {
      near += distance <= options.max_distance && distance != NaiveGraph::kFar ? 1 : 0;
      all += distance != NaiveGraph::kFar ? 1 : 0;
    }
    ASSERT_EQ(answer.nodes.size(), std::min(near, options.max_nodes));
    ASSERT_EQ(answer.complete(), answer.nodes.size() == all);
    ASSERT_EQ(answer.frontier != 0, !answer.complete());
    check_order(answer, distances, from);
    if (answer.nodes.size() < near) return check_nearest(answer, distances);
    for (std::size_t i = 0; i < answer.nodes.size(); ++i) check_path(snapshot, answer, i, options);
  }

  static void check_order(const Reach& answer, const std::vector<std::uint32_t>& distances,
                          const std::vector<NodeId>& from) {
    for (std::size_t i = 0; i < answer.nodes.size(); ++i) {
      const Reached& reached = answer.nodes[i];
      ASSERT_EQ(reached.distance, distances[reached.node.value]);
      const bool is_start = std::find(from.begin(), from.end(), reached.node) != from.end();
      ASSERT_EQ(is_start, !reached.by);
      if (i == 0) continue;
      const Reached& before = answer.nodes[i - 1];
      ASSERT_LT(std::tuple(static_cast<bool>(before.by), before.distance, before.node),
                std::tuple(static_cast<bool>(reached.by), reached.distance, reached.node));
    }
  }

  // What a limit left out is not nearer than what it kept.
  static void check_nearest(const Reach& answer, const std::vector<std::uint32_t>& distances) {
    std::vector<bool> kept(distances.size(), false);
    for (const Reached& reached : answer.nodes) kept[reached.node.value] = true;
    for (std::size_t id = 1; id < distances.size(); ++id) {
      ASSERT_TRUE(kept[id] || distances[id] >= answer.nodes.back().distance);
    }
  }

  void check_path(const Snapshot& snapshot, const Reach& answer, std::size_t index,
                  const ReachOptions& options) {
    const std::vector<EdgeId> path = path_to(snapshot, answer, index, options.direction);
    const Reached& end = answer.nodes[index];
    ASSERT_EQ(path.empty(), !end.by);
    if (path.empty()) return;
    std::uint32_t length = 0;
    NodeId at = NaiveGraph::from(naive_.edges[path.front().value - 1], options.direction);
    ASSERT_TRUE(std::any_of(answer.nodes.begin(), answer.nodes.end(),
                            [&](const Reached& r) { return r.node == at && !r.by; }));
    for (std::size_t i = 0; i < path.size(); ++i) {
      const NewEdge& edge = naive_.edges[path[i].value - 1];
      ASSERT_TRUE(NaiveGraph::holds(edge, snapshot.moment()));
      ASSERT_EQ(NaiveGraph::from(edge, options.direction), at);
      if (edge.kind == EdgeKind::kWritesScoped) {
        ASSERT_EQ(i, options.direction == Direction::kDownstream ? 0 : path.size() - 1);
      }
      length += NaiveGraph::cost(edge.kind, options.direction);
      at = NaiveGraph::to(edge, options.direction);
    }
    ASSERT_EQ(at, end.node);
    ASSERT_EQ(length, end.distance);
  }

  std::mt19937_64 random_;
  NaiveGraph naive_;
  std::unique_ptr<Graph> graph_;
  std::vector<Snapshot> pinned_;
  bool saves_;
};

TEST(GraphProperty, AnswersLikeANaiveModelThroughRandomHistories) {
  const std::uint64_t first = tests::from_env("HW_SEED", 1);
  const std::uint64_t count = tests::from_env("HW_HISTORIES", kHistories);
  std::cout << "HW_SEED=" << first << " HW_HISTORIES=" << count << '\n';
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    History(seed).run();
    if (HasFailure()) {
      FAIL() << "repeat with HW_SEED=" << seed << " HW_HISTORIES=1";
    }
  }
}

}  // namespace
}  // namespace headwater::graph
