#include "query/tally.h"

#include <unordered_map>

#include "graph/graph_inl.h"

namespace headwater::query {
namespace {

// Nodes of one namespace mostly follow each other, and its name is one text in the graph.
class Counter {
 public:
  explicit Counter(Tally& tally) : tally_(tally) {}

  void add(NodeKind kind, std::string_view name_space) {
    if (last_ == nullptr || kind != kind_ || name_space.data() != name_space_.data()) {
      kind_ = kind;
      name_space_ = name_space;
      last_ = &tally_.counts[{kind, name_space}];
    }
    ++*last_;
  }

 private:
  Tally& tally_;
  NodeKind kind_ = NodeKind::kDataset;
  std::string_view name_space_;
  std::int64_t* last_ = nullptr;
};

void add_nodes(const Snapshot& graph, std::uint32_t after, Tally& tally) {
  std::unordered_map<std::uint8_t, Counter> by_kind;
  for (std::uint32_t value = after + 1; value <= graph.node_count(); ++value) {
    const NodeId node{value};
    if (graph.canonical(node) != node) continue;
    const graph::NodeInfo info = graph.node(node);
    by_kind.try_emplace(static_cast<std::uint8_t>(info.kind), tally)
        .first->second.add(info.kind, info.name_space);
  }
  tally.nodes = static_cast<std::uint32_t>(graph.node_count());
  tally.seq = graph.seq();
}

}  // namespace

std::int64_t Tally::of(NodeKind kind) const {
  std::int64_t sum = 0;
  for (auto it = counts.lower_bound({kind, {}}); it != counts.end() && it->first.first == kind;
       ++it)
    sum += it->second;
  return sum;
}

std::int64_t Tally::of(NodeKind kind, std::string_view name_space) const {
  const auto it = counts.find({kind, name_space});
  return it == counts.end() ? 0 : it->second;
}

Result<std::shared_ptr<const Tally>> tally(Session& session) {
  const std::shared_ptr<const Tally> known = session.service().cached_tally();
  if (known && known->seq == session.seq()) return known;
  auto next = std::make_shared<Tally>();
  if (known && known->seq < session.seq()) {
    HW_TRY(const auto merged, session.rows().nodes_merged_after(known->seq));
    if (merged.empty()) *next = *known;
  }
  add_nodes(session.graph(), next->nodes, *next);
  session.service().cache_tally(next);
  return std::shared_ptr<const Tally>(std::move(next));
}

}  // namespace headwater::query
