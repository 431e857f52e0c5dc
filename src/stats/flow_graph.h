// FlowGraph: along which cost is handed down, from a dataset to those who use it. Private to stats.
//
// A job that reads a dataset weighs what it ran in the interval; its weight is shared in equal
// parts by what it hands the data to: its outputs, or only those that an explicit lineage facet
// names, where one does (scoped writes, as impact follows them). A consumer weighs a run for each
// use. Cycles are one component: what enters leaves by the cycle's exits together.
//
// Thread-safety: immutable once made. Cost: linear in the nodes and edges downstream of the starts.
// Errors: kCancelled, kLimitExceeded (max_work).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "stats/facts.h"

namespace headwater::stats {

class FlowGraph {
 public:
  using Runs = std::vector<std::pair<NodeId, std::int64_t>>;

  // Where handed-down cost can end: with a consumer of a dataset.
  struct End {
    NodeId dataset, consumer;
  };
  // Where it goes next: a node of the flow, or an end.
  struct Exit {
    std::uint32_t to = 0;  // a local node, or an index of ends
    bool is_end = false;
    std::uint64_t weight = 0;
  };

  // Of what lies downstream of the datasets `starts` (canonical).
  static Result<FlowGraph> of(const CostGround& ground, const CostQuestion& question,
                              const Runs& runs, const Uses& uses, std::span<const NodeId> starts);

  static constexpr std::uint32_t kNone = UINT32_MAX;
  std::uint32_t local(NodeId node) const {
    return node.value < locals_.size() ? locals_[node.value] : kNone;
  }
  std::size_t nodes() const { return nodes_.size(); }
  NodeId node(std::uint32_t local) const { return nodes_[local]; }
  bool is_job(std::uint32_t local) const { return jobs_[local]; }
  std::span<const Exit> exits_of_node(std::uint32_t local) const {
    return slice(exits_, first_, local);
  }
  // A job that ran reads the dataset and writes nothing that is known.
  bool read_to_nowhere(std::uint32_t local) const { return to_nowhere_[local]; }
  const End& end(std::uint32_t index) const { return ends_[index]; }
  std::size_t ends() const { return ends_.size(); }

  // Components, in an order in which cost only goes to later ones.
  std::size_t components() const { return member_first_.size() - 1; }
  std::uint32_t component(std::uint32_t local) const { return component_[local]; }
  std::span<const std::uint32_t> members(std::uint32_t component) const {
    return slice(members_, member_first_, component);
  }
  // Out of the component, each target once, in a fixed order.
  std::span<const Exit> exits(std::uint32_t component) const {
    return slice(component_exits_, exit_first_, component);
  }

 private:
  friend class FlowBuilder;
  template <class T>
  static std::span<const T> slice(const std::vector<T>& all, const std::vector<std::size_t>& first,
                                  std::size_t i) {
    return std::span<const T>(all).subspan(first[i], first[i + 1] - first[i]);
  }

  std::vector<std::uint32_t> locals_;  // by node
  std::vector<NodeId> nodes_;
  std::vector<bool> jobs_, to_nowhere_;
  std::vector<std::size_t> first_;
  std::vector<Exit> exits_;
  std::vector<End> ends_;
  std::vector<std::uint32_t> component_, members_;
  std::vector<std::size_t> member_first_, exit_first_;
  std::vector<Exit> component_exits_;
};

}  // namespace headwater::stats
