// Reach: a breadth-first search with costs 0 and 1 (see graph.h for what a path is).
//
// A level holds the nodes at one distance. First the edges of cost 0 are followed until the level
// grows no more, then those of cost 1 fill the next level: so whoever is seen first is seen at the
// shortest distance. Each node is queued at most once, when it is first crossed; a job that is only
// reported (an upstream scoped output) is seen but not queued.
#include <algorithm>
#include <cassert>
#include <utility>
#include <vector>

#include "graph/graph.h"
#include "graph/graph_inl.h"

namespace headwater::graph {

namespace {

constexpr EdgeKinds kScoped = model::mask(EdgeKind::kWritesScoped);

// Kinds of cost 0: leaving a job, or no job at all.
constexpr EdgeKinds free_kinds(Direction direction) {
  const EdgeKinds leaving = direction == Direction::kDownstream
                                ? model::mask(EdgeKind::kWrites) | kScoped
                                : model::mask(EdgeKind::kReads);
  return leaving | model::mask(EdgeKind::kUses);
}

bool by_node(const Reached& a, const Reached& b) { return a.node < b.node; }

// Two sets of nodes of this thread, empty between searches: to clear a bit for each node of the
// graph would take longer than most searches.
struct KeptSets {
  std::vector<std::uint64_t> seen, crossed;
};
thread_local KeptSets kept_sets;

class NodeSet {
 public:
  // Of memory that was given back, if there is some.
  NodeSet(std::vector<std::uint64_t>& kept, std::size_t node_count) : words_(std::move(kept)) {
    kept.clear();
    words_.resize(node_count / 64 + 1);
  }
  // `members`: at least all that are in the set.
  void give_back(std::vector<std::uint64_t>& kept, const std::vector<Reached>& members) {
    for (const Reached& member : members) words_[member.node.value >> 6] = 0;
    kept = std::move(words_);
  }
  bool contains(NodeId id) const { return (words_[id.value >> 6] >> (id.value & 63) & 1) != 0; }
  bool insert(NodeId id) {
    std::uint64_t& word = words_[id.value >> 6];
    const std::uint64_t before = word;
    word |= std::uint64_t{1} << (id.value & 63);
    return word != before;
  }

 private:
  std::vector<std::uint64_t> words_;
};

class ReachSearch {
 public:
  ReachSearch(const Snapshot& snapshot, const ReachOptions& options)
      : snapshot_(snapshot),
        options_(options),
        seen_(kept_sets.seen, snapshot.node_count()),
        crossed_(kept_sets.crossed, snapshot.node_count()) {}

  Reach run(std::span<const NodeId> starts) {
    begin(starts);
    while (!stopped() && !level_.empty()) {
      follow_free();
      if (stopped()) break;
      if (distance_ == options_.max_distance) {
        cut_at_distance();
        break;
      }
      follow_costly();
      level_.swap(next_);
      next_.clear();
      ++distance_;
      start_count_ = 0;
    }
    seen_.give_back(kept_sets.seen, reach_.nodes);
    crossed_.give_back(kept_sets.crossed, reach_.nodes);
    finish();
    return std::move(reach_);
  }

 private:
  static constexpr std::size_t kPollEvery = 2048;

  bool stopped() const { return reach_.cut != CutReason::kNone; }
  void stop(CutReason reason, std::size_t frontier) {
    reach_.cut = reason;
    reach_.frontier = frontier;
  }

  void begin(std::span<const NodeId> starts) {
    std::vector<NodeId> sorted(starts.begin(), starts.end());
    std::sort(sorted.begin(), sorted.end());
    sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
    for (const NodeId start : sorted) {
      if (!enter(start, EdgeId{}, 0, true, level_))
        return stop(CutReason::kMaxNodes, sorted.size());
    }
    start_count_ = level_.size();
  }

  // False if the answer is full.
  bool enter(NodeId node, EdgeId by, std::uint32_t distance, bool crossing,
             std::vector<NodeId>& level) {
    assert(node.value != 0 && node.value <= snapshot_.node_count());
    if (!seen_.contains(node)) {
      if (reach_.nodes.size() >= options_.max_nodes) return false;
      seen_.insert(node);
      reach_.nodes.push_back({node, distance, by});
    } else if (crossing && !crossed_.contains(node)) {
      reach_.crossed_later.push_back({node, distance, by});
    }
    if (crossing && crossed_.insert(node)) level.push_back(node);
    return true;
  }

  bool cancelled() {
    return ++polls_ % kPollEvery == 0 && options_.cancelled && options_.cancelled();
  }

  bool crosses(EdgeKind kind) const {
    return options_.direction == Direction::kDownstream || kind != EdgeKind::kWritesScoped;
  }

  // Costs 0: the level grows while it is followed.
  void follow_free() {
    const EdgeKinds kinds = options_.kinds & free_kinds(options_.direction);
    for (std::size_t i = 0; i < level_.size() && !stopped(); ++i) {
      if (cancelled()) return stop(CutReason::kCancelled, level_.size());
      const EdgeKinds scoped = i < start_count_ ? kinds : kinds & ~kScoped;
      snapshot_.for_each(level_[i], options_.direction, scoped, [&](const Neighbor& to) {
        if (enter(to.node, to.edge, distance_, true, level_)) return true;
        stop(CutReason::kMaxNodes, level_.size());
        return false;
      });
    }
  }

  void follow_costly() {
    const EdgeKinds kinds = options_.kinds & ~free_kinds(options_.direction);
    for (std::size_t i = 0; i < level_.size() && !stopped(); ++i) {
      if (cancelled()) return stop(CutReason::kCancelled, level_.size() - i + next_.size());
      snapshot_.for_each(level_[i], options_.direction, kinds, [&](const Neighbor& to) {
        if (enter(to.node, to.edge, distance_ + 1, crosses(to.kind), next_)) return true;
        stop(CutReason::kMaxNodes, level_.size() - i + next_.size());
        return false;
      });
    }
  }

  // The level at max_distance: cut if any of its edges leads to something new, at once or by way
  // of jobs that have been reported but not crossed.
  void cut_at_distance() {
    const EdgeKinds kinds = options_.kinds & ~free_kinds(options_.direction);
    bool beyond = false;
    std::size_t frontier = 0;
    std::vector<NodeId> uncrossed;
    for (const NodeId node : level_) {
      bool follows = true;
      snapshot_.for_each(node, options_.direction, kinds, [&](const Neighbor& to) {
        const bool is_new = !seen_.contains(to.node);
        if (!is_new && (!crosses(to.kind) || crossed_.contains(to.node))) return true;
        beyond = beyond || is_new;
        if (!is_new) uncrossed.push_back(to.node);
        follows = false;
        return true;
      });
      frontier += follows ? 0 : 1;
    }
    if (beyond || leads_beyond(std::move(uncrossed))) stop(CutReason::kMaxDistance, frontier);
  }

  bool leads_beyond(std::vector<NodeId> uncrossed) {
    bool beyond = false;
    while (!uncrossed.empty() && !beyond) {
      const NodeId node = uncrossed.back();
      uncrossed.pop_back();
      if (!crossed_.insert(node)) continue;
      snapshot_.for_each(node, options_.direction, options_.kinds, [&](const Neighbor& to) {
        beyond = !seen_.contains(to.node);
        if (!beyond && crosses(to.kind) && !crossed_.contains(to.node)) {
          uncrossed.push_back(to.node);
        }
        return !beyond;
      });
    }
    return beyond;
  }

  // By distance, then by node id, after the starts. Distances are in order already.
  void finish() {
    auto first = reach_.nodes.begin();
    while (first != reach_.nodes.end() && !first->by) ++first;
    while (first != reach_.nodes.end()) {
      const auto last = std::find_if(first, reach_.nodes.end(), [&](const Reached& reached) {
        return reached.distance != first->distance;
      });
      std::sort(first, last, by_node);
      first = last;
    }
    std::sort(reach_.crossed_later.begin(), reach_.crossed_later.end(), by_node);
  }

  const Snapshot& snapshot_;
  const ReachOptions& options_;
  NodeSet seen_, crossed_;
  Reach reach_;
  std::vector<NodeId> level_, next_;
  std::uint32_t distance_ = 0;
  std::size_t start_count_ = 0;  // of level_; only starts follow their scoped outputs
  std::size_t polls_ = 0;
};

}  // namespace

Reach reach(const Snapshot& snapshot, std::span<const NodeId> starts, const ReachOptions& options) {
  return ReachSearch(snapshot, options).run(starts);
}

namespace {

// How `node` was crossed, at `distance`.
const Reached& crossing(const Reach& reach, NodeId node, std::uint32_t distance) {
  const Reached wanted{node, distance, EdgeId{}};
  const auto later =
      std::lower_bound(reach.crossed_later.begin(), reach.crossed_later.end(), wanted, by_node);
  if (later != reach.crossed_later.end() && later->node == node) return *later;
  const auto starts_end = std::partition_point(reach.nodes.begin(), reach.nodes.end(),
                                               [](const Reached& r) { return !r.by; });
  const auto start = std::lower_bound(reach.nodes.begin(), starts_end, wanted, by_node);
  if (start != starts_end && start->node == node) return *start;
  const auto found = std::lower_bound(
      starts_end, reach.nodes.end(), wanted, [](const Reached& a, const Reached& b) {
        return std::pair(a.distance, a.node) < std::pair(b.distance, b.node);
      });
  assert(found != reach.nodes.end() && found->node == node);
  return *found;
}

}  // namespace

std::vector<EdgeId> path_to(const Snapshot& snapshot, const Reach& reach, std::size_t index,
                            Direction direction) {
  std::vector<EdgeId> path;
  const Reached* at = &reach.nodes[index];
  while (at->by) {
    path.push_back(at->by);
    const EdgeInfo edge = snapshot.edge(at->by);
    const std::uint32_t cost = (free_kinds(direction) & model::mask(edge.kind)) != 0 ? 0 : 1;
    const NodeId from = direction == Direction::kDownstream ? edge.src : edge.dst;
    at = &crossing(reach, from, at->distance - cost);
  }
  std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace headwater::graph
