#include "query/column_cover.h"

#include <algorithm>

#include "graph/graph_inl.h"

namespace headwater::query {

using graph::Direction;
using graph::Neighbor;

bool ColumnCover::covers(NodeId via, NodeId output) {
  // Most outputs have one writer: then the first edge found answers. Others have no column lineage
  // at all.
  bool any = false, first_says_so = false;
  const auto look = [&](NodeId node) {
    graph_.for_each(node, Direction::kUpstream, model::kColumnLineage, [&](const Neighbor& from) {
      const NodeId through = graph_.via_of(from.edge);
      first_says_so = through == via || through == output;
      any = true;
      return false;
    });
    return !any;
  };
  graph_.for_each_field(output, look);
  if (!any) look(output);
  if (!any || first_says_so) return first_says_so;
  const std::vector<std::uint32_t>& all = vias_of(output);
  return std::binary_search(all.begin(), all.end(), via.value) ||
         std::binary_search(all.begin(), all.end(), output.value);
}

const std::vector<std::uint32_t>& ColumnCover::vias_of(NodeId output) {
  const auto [at, is_new] = vias_.try_emplace(output.value);
  std::vector<std::uint32_t>& vias = at->second;
  if (!is_new) return vias;
  const auto collect = [&](NodeId node) {
    graph_.for_each(node, Direction::kUpstream, model::kColumnLineage, [&](const Neighbor& from) {
      const std::uint32_t via = graph_.via_of(from.edge).value;
      if (vias.empty() || vias.back() != via) vias.push_back(via);
      return true;
    });
    return true;
  };
  collect(output);
  graph_.for_each_field(output, collect);
  std::sort(vias.begin(), vias.end());
  vias.erase(std::unique(vias.begin(), vias.end()), vias.end());
  return vias;
}

}  // namespace headwater::query
