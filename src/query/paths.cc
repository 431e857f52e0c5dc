#include "query/paths.h"

#include <algorithm>
#include <queue>
#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "query/path_graph.h"

namespace headwater::query {
namespace {

using graph::CutReason;

// A path from the start to the goal, both included.
struct Route {
  Cost cost = 0;
  std::vector<std::uint32_t> vertices;
  std::size_t left_at = 0;  // where it left the path that it was found from

  friend bool operator<(const Route& a, const Route& b) {
    return std::tie(a.cost, a.vertices) < std::tie(b.cost, b.vertices);
  }
};

class Finder {
 public:
  Finder(Session& session, const PathsRequest& request)
      : graph_(session, request), request_(request), snapshot_(session.graph()) {}

  Result<Paths> run();

 private:
  // The estimate of the whole, what of it is still to go, the vertex: of equal estimates the one
  // nearer to the goal comes first, or all that are equally good would be looked at.
  using Entry = std::tuple<Cost, Cost, std::uint32_t>;
  using Queue = std::priority_queue<Entry, std::vector<Entry>, std::greater<>>;

  bool stopped();
  Result<void> measure();
  Result<Route> shortest();
  Result<void> deviate(const Route& path);
  Result<Route> search(std::uint32_t from, const std::unordered_set<std::uint32_t>& banned,
                       const std::set<std::uint32_t>& banned_next);
  Result<Arc> arc_between(std::uint32_t from, std::uint32_t to);
  Result<FoundPath> describe(const Route& route);

  PathGraph graph_;
  const PathsRequest& request_;
  const Snapshot& snapshot_;
  std::vector<Cost> to_goal_;  // by vertex
  std::vector<Route> accepted_;
  std::set<Route> candidates_;
  std::uint32_t polls_ = 0;
  Cut cut_;
};

bool Finder::stopped() {
  if (cut_.reason != CutReason::kNone) return true;
  if (graph_.work() > request_.max_work) {
    cut_ = {CutReason::kMaxWork, 0, request_.max_work};
  } else if ((++polls_ & 1023) == 0 && request_.cancelled && request_.cancelled()) {
    cut_ = {CutReason::kCancelled, 0, std::nullopt};
  }
  return cut_.reason != CutReason::kNone;
}

// Distances to the goal. One path needs no more than those nearer than the start.
Result<void> Finder::measure() {
  to_goal_.assign(graph_.goal() + 1, kUnreached);
  Queue queue;
  to_goal_[graph_.goal()] = 0;
  queue.emplace(0, 0, graph_.goal());
  while (!queue.empty()) {
    const auto [cost, ignored, vertex] = queue.top();
    if (stopped()) {
      cut_.frontier = queue.size();
      return {};
    }
    queue.pop();
    if (cost != to_goal_[vertex]) continue;
    if (vertex == 0 && request_.k == 1) return {};
    HW_TRY(const std::vector<Arc> arcs, graph_.arcs(vertex, true));
    for (const Arc& arc : arcs) {
      const Cost next = cost + arc.cost;
      if (next >= to_goal_[arc.vertex]) continue;
      to_goal_[arc.vertex] = next;
      queue.emplace(next, 0, arc.vertex);
    }
  }
  return {};
}

Result<Route> Finder::shortest() {
  Route out{to_goal_[0], {0}, 0};
  while (out.vertices.back() != graph_.goal()) {
    const std::uint32_t here = out.vertices.back();
    HW_TRY(const std::vector<Arc> arcs, graph_.arcs(here, false));
    const auto next = std::find_if(arcs.begin(), arcs.end(), [&](const Arc& arc) {
      return to_goal_[arc.vertex] != kUnreached &&
             to_goal_[arc.vertex] + arc.cost == to_goal_[here];
    });
    if (next == arcs.end())
      return base::make_error(base::ErrorCode::kInternal, "A path broke off.");
    out.vertices.push_back(next->vertex);
  }
  return out;
}

// The best way from `from` to the goal around what is banned; no vertices if there is none.
Result<Route> Finder::search(std::uint32_t from, const std::unordered_set<std::uint32_t>& banned,
                             const std::set<std::uint32_t>& banned_next) {
  struct Label {
    Cost cost = kUnreached;
    std::uint32_t before = 0;
  };
  std::unordered_map<std::uint32_t, Label> labels;
  Queue queue;
  labels[from] = {0, from};
  queue.emplace(to_goal_[from], to_goal_[from], from);
  while (!queue.empty() && !stopped()) {
    const auto [estimate, to_go, vertex] = queue.top();
    queue.pop();
    const Cost cost = labels[vertex].cost;
    if (estimate != cost + to_go) continue;
    if (vertex == graph_.goal()) {
      Route out{cost, {vertex}, 0};
      while (out.vertices.back() != from)
        out.vertices.push_back(labels[out.vertices.back()].before);
      std::reverse(out.vertices.begin(), out.vertices.end());
      return out;
    }
    HW_TRY(const std::vector<Arc> arcs, graph_.arcs(vertex, false));
    for (const Arc& arc : arcs) {
      if (to_goal_[arc.vertex] == kUnreached || banned.contains(arc.vertex)) continue;
      if (vertex == from && banned_next.contains(arc.vertex)) continue;
      Label& label = labels[arc.vertex];
      if (cost + arc.cost >= label.cost) continue;
      label = {cost + arc.cost, vertex};
      const Cost rest = to_goal_[arc.vertex];
      queue.emplace(label.cost + rest, rest, arc.vertex);
    }
  }
  return Route{};
}

Result<Arc> Finder::arc_between(std::uint32_t from, std::uint32_t to) {
  HW_TRY(const std::vector<Arc> arcs, graph_.arcs(from, false));
  const auto it = std::lower_bound(arcs.begin(), arcs.end(), to,
                                   [](const Arc& arc, std::uint32_t v) { return arc.vertex < v; });
  if (it == arcs.end() || it->vertex != to) {
    return base::make_error(base::ErrorCode::kInternal, "A path broke off.");
  }
  return *it;
}

// The best of all ways that share a beginning with `path` and leave it there, other than accepted
// ones. Those that leave it earlier than it left the path before were found with that one (Lawler).
Result<void> Finder::deviate(const Route& path) {
  Cost spent = 0;
  std::unordered_set<std::uint32_t> banned;
  for (std::size_t i = 0; i + 1 < path.vertices.size() && !stopped(); ++i) {
    const std::uint32_t spur = path.vertices[i];
    const auto begin = path.vertices.begin();
    const auto here = begin + static_cast<std::ptrdiff_t>(i);
    if (i >= path.left_at) {
      std::set<std::uint32_t> banned_next;
      for (const Route& other : accepted_) {
        const bool same =
            other.vertices.size() > i + 1 && std::equal(begin, here + 1, other.vertices.begin());
        if (same) banned_next.insert(other.vertices[i + 1]);
      }
      HW_TRY(const Route rest, search(spur, banned, banned_next));
      if (!rest.vertices.empty()) {
        Route whole{spent + rest.cost, {begin, here}, i};
        whole.vertices.insert(whole.vertices.end(), rest.vertices.begin(), rest.vertices.end());
        candidates_.insert(std::move(whole));
      }
    }
    banned.insert(spur);
    HW_TRY(const Arc taken, arc_between(spur, path.vertices[i + 1]));
    spent += taken.cost;
  }
  return {};
}

// Steps that are implied are not shown: what touches a dataset as a whole is shown to touch the
// field at which the path goes on.
Result<FoundPath> Finder::describe(const Route& route) {
  FoundPath out;
  out.length = length_of(route.cost);
  const auto is_field = [this](std::uint32_t vertex) {
    return snapshot_.node(NodeId{vertex}).kind == NodeKind::kField;
  };
  for (std::size_t i = 1; i + 2 < route.vertices.size(); ++i) {
    const std::uint32_t from = route.vertices[i], to = route.vertices[i + 1];
    HW_TRY(const Arc arc, arc_between(from, to));
    if (arc.edge != 0) {
      PathEdge step{NodeId{from}, NodeId{to}, model::EdgeId{arc.edge}, arc.against};
      if (arc.against) std::swap(step.from, step.to);
      // Just before it, the path went from a field to its dataset without saying so.
      if (arc.against && i > 1 && !is_field(from) && is_field(route.vertices[i - 1]) &&
          request_.columns) {
        step.to = NodeId{route.vertices[i - 1]};
      }
      out.steps.push_back(step);
    } else if (is_field(to) && !out.steps.empty() && !out.steps.back().against) {
      out.steps.back().to = NodeId{to};
    }
  }
  return out;
}

Result<Paths> Finder::run() {
  Paths out;
  HW_CHECK_OK(measure());
  // Cut before the start was reached: nothing can be said.
  if (cut_.reason == CutReason::kNone && to_goal_[0] != kUnreached) {
    HW_TRY(Route first, shortest());
    accepted_.push_back(std::move(first));
    while (accepted_.size() < request_.k) {
      HW_CHECK_OK(deviate(accepted_.back()));
      if (stopped() || candidates_.empty()) break;
      accepted_.push_back(std::move(candidates_.extract(candidates_.begin()).value()));
    }
  }
  out.cut = cut_;
  for (const Route& route : accepted_) {
    HW_TRY(FoundPath path, describe(route));
    out.paths.push_back(std::move(path));
  }
  return out;
}

}  // namespace

Result<Paths> find_paths(Session& session, const PathsRequest& request) {
  return Finder(session, request).run();
}

}  // namespace headwater::query
