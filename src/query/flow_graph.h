// FlowGraph: table lineage of one moment as a compact graph of the Boost Graph Library, for
// questions about all of it: private to query/structure.
//
// Vertices are dense from 0: the nodes that have lineage, by id, then one for each scoped output of
// a job, to which only the sources that the facet lists lead. A flow edge via a job leads through
// that vertex; other flow edges join their ends. Parallel edges are kept once.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include <boost/graph/compressed_sparse_row_graph.hpp>

#include "query/session.h"
#include "query/structure.h"

namespace headwater::query {

using Digraph =
    boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, boost::no_property,
                                       boost::no_property, std::uint32_t, std::uint32_t>;
using Arcs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

struct FlowGraph {
  std::vector<std::uint32_t> node;  // by vertex
  std::size_t nodes = 0;            // vertices below stand for themselves
  Arcs arcs;                        // sorted

  static Result<FlowGraph> of(const Snapshot& graph, const Cancelled& cancelled);
  Digraph digraph() const;
  Digraph reversed() const;
};

base::Error cancelled_error();

}  // namespace headwater::query
