// Structure: cycles, single points of failure and importance over table lineage.
//
// An answer about a version is computed for the whole graph once and kept for what is asked next
// (query/answer_cache.h), so each function gives a shared, immutable answer. docs/structure.md has
// the definitions.
//
// Thread-safety: the answers from any thread; the functions as Session. Errors: kCancelled when
// `cancelled` said so before the answer was there. Cost: see each; all are iterative, so that a
// chain of a million nodes needs no deep stack.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "query/session.h"

namespace headwater::query {

using Cancelled = std::function<bool()>;  // may be empty

// ---- cycles -------------------------------------------------------------------------------------

// Each set of nodes that all lead to one another: the strongly connected components of more than
// one node, and nodes with an edge to themselves. An edge from a job to an output whose sources an
// explicit lineage facet lists is left out: the job's other data is not in it.
struct Cycles {
  std::vector<std::vector<NodeId>> cycles;  // the largest first, then by node; nodes by id
  std::size_t bytes() const;
};
// O(V + E).
Result<std::shared_ptr<const Cycles>> cycles(Session& session, const Cancelled& cancelled);
// A shortest way around, through the cycle's first node.
std::vector<model::EdgeId> sample_cycle(const Snapshot& graph, const std::vector<NodeId>& cycle);

// ---- single points of failure -------------------------------------------------------------------

// The dominator tree of lineage, from a virtual root over all sources: nodes without inputs, and
// every node of a cycle that nothing outside leads to. An output whose sources a facet lists hangs
// on its job by a vertex of its own, to which only those sources lead.
class Dominators {
 public:
  struct Dominator {
    NodeId node;
    std::size_t dominates = 0;  // how many nodes
  };

  // Nodes that no source reaches but through `node`, by id; without the node itself.
  std::vector<NodeId> dominated(NodeId node) const;
  // What every way from any source to `node` goes through, the nearest first.
  std::vector<Dominator> dominators(NodeId node) const;
  std::size_t bytes() const;

 private:
  friend class DominatorBuilder;
  using Span = std::pair<std::uint32_t, std::uint32_t>;  // of places, [first, second)
  std::vector<Span> spans(NodeId node) const;  // of the subtrees of its vertices, disjoint
  std::size_t count_dominated(NodeId node) const;

  // By vertex. The vertices of a node: its own, and of a job one for each scoped output.
  std::vector<std::uint32_t> node_, parent_, place_, size_;
  std::vector<std::uint32_t> at_;    // vertex by place: the tree in preorder
  std::vector<std::uint32_t> real_;  // by place: how many nodes' own vertices stand before it
  std::size_t nodes_ = 0;            // vertices below are nodes' own
  std::vector<std::pair<std::uint32_t, std::uint32_t>> vertices_;  // (node, vertex), sorted
};
// Lengauer and Tarjan (1979): O(E log V).
Result<std::shared_ptr<const Dominators>> dominators(Session& session, const Cancelled& cancelled);

// ---- importance ---------------------------------------------------------------------------------

struct Important {
  NodeId node;
  double score = 0;  // shares of one
  std::uint32_t rank = 0;
  std::uint32_t readers = 0, consumers = 0;
};
struct Importance {
  std::vector<Important> nodes;  // by rank; nodes with lineage only
  std::uint32_t rounds = 0;
  std::size_t bytes() const { return nodes.size() * sizeof(Important); }
};
// PageRank (Brin and Page, 1998) from dependents to what they depend on, personalised by use.
// O(E) a round, at most kMaxRounds. The same graph gives the same numbers.
inline constexpr std::uint32_t kMaxRounds = 100;
Result<std::shared_ptr<const Importance>> importance(Session& session, const Cancelled& cancelled);

}  // namespace headwater::query
