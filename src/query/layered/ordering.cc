#include <algorithm>
#include <utility>

#include "query/layered/proper_graph.h"

namespace headwater::query::layered {
namespace {

using Positions = std::vector<std::uint32_t>;  // per vertex, within its column

void number_column(const std::vector<Vertex>& column, Positions& position) {
  for (std::uint32_t i = 0; i < column.size(); ++i) position[column[i]] = i;
}

Positions number_all(const ProperGraph& graph) {
  Positions position(graph.layer.size(), 0);
  for (const auto& column : graph.columns) number_column(column, position);
  return position;
}

// Inversions among the pairs of positions, by a Fenwick tree.
std::uint64_t crossings_between(const ProperGraph& graph, std::size_t left,
                                const Positions& position) {
  std::vector<std::uint32_t> ends;
  for (const Vertex v : graph.columns[left]) {
    const std::size_t first = ends.size();
    for (const Vertex to : graph.after[v]) ends.push_back(position[to]);
    std::sort(ends.begin() + static_cast<std::ptrdiff_t>(first), ends.end());
  }
  std::vector<std::uint32_t> tree(graph.columns[left + 1].size() + 1, 0);
  std::uint64_t crossings = 0;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    std::uint32_t not_after = 0;
    for (std::size_t at = ends[i] + 1; at > 0; at -= at & (~at + 1)) not_after += tree[at];
    crossings += i - not_after;
    for (std::size_t at = ends[i] + 1; at < tree.size(); at += at & (~at + 1)) ++tree[at];
  }
  return crossings;
}

std::uint64_t crossings(const ProperGraph& graph, const Positions& position) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i + 1 < graph.columns.size(); ++i) {
    sum += crossings_between(graph, i, position);
  }
  return sum;
}

// Sorts one column by the barycentre of its neighbours on one side. A vertex without any keeps its
// place; equal ones keep the order of their keys, which is that of the vertices.
void sort_column(std::vector<Vertex>& column, const std::vector<std::vector<Vertex>>& neighbours,
                 Positions& position) {
  std::vector<std::pair<double, Vertex>> ranked, kept;
  std::vector<bool> fixed(column.size(), false);
  for (std::size_t i = 0; i < column.size(); ++i) {
    const auto& around = neighbours[column[i]];
    fixed[i] = around.empty();
    if (fixed[i]) continue;
    double sum = 0;
    for (const Vertex v : around) sum += position[v];
    ranked.emplace_back(sum / static_cast<double>(around.size()), column[i]);
  }
  std::stable_sort(ranked.begin(), ranked.end());
  std::size_t next = 0;
  for (std::size_t i = 0; i < column.size(); ++i) {
    if (!fixed[i]) column[i] = ranked[next++].second;
  }
  number_column(column, position);
}

}  // namespace

std::uint64_t count_crossings(const ProperGraph& graph) {
  return crossings(graph, number_all(graph));
}

void reduce_crossings(ProperGraph& graph, int sweeps) {
  Positions position = number_all(graph);
  std::vector<std::vector<Vertex>> best = graph.columns;
  std::uint64_t fewest = crossings(graph, position);
  for (int sweep = 0; sweep < sweeps && fewest > 0; ++sweep) {
    const std::size_t count = graph.columns.size();
    for (std::size_t i = 1; i < count; ++i) {
      const std::size_t column = sweep % 2 == 0 ? i : count - 1 - i;
      sort_column(graph.columns[column], sweep % 2 == 0 ? graph.before : graph.after, position);
    }
    const std::uint64_t now = crossings(graph, position);
    if (now < fewest) {
      fewest = now;
      best = graph.columns;
    }
  }
  graph.columns = std::move(best);
}

}  // namespace headwater::query::layered
