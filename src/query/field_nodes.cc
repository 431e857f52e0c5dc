#include "query/field_nodes.h"

#include <algorithm>

#include "graph/graph_inl.h"
#include "query/node_ref.h"

namespace headwater::query {

std::vector<NodeId> field_nodes(const Snapshot& snapshot, NodeId dataset) {
  std::vector<NodeId> out;
  for (const NodeId name : all_names(snapshot, dataset)) {
    const auto first = static_cast<std::ptrdiff_t>(out.size());
    snapshot.for_each_field(name, [&out](NodeId field) {
      out.push_back(field);
      return true;
    });
    std::sort(out.begin() + first, out.end(),
              [&](NodeId a, NodeId b) { return snapshot.node(a).name < snapshot.node(b).name; });
  }
  return out;
}

}  // namespace headwater::query
