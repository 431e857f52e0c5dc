#include "graph/boost_view.h"

#include <gtest/gtest.h>

#include <vector>

#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/dominator_tree.hpp>
#include <boost/graph/graph_concepts.hpp>
#include <boost/graph/strong_components.hpp>

#include "tests/unit/graph/builder.h"

namespace headwater::graph {
namespace {

BOOST_CONCEPT_ASSERT((boost::VertexListGraphConcept<BoostView>));
BOOST_CONCEPT_ASSERT((boost::IncidenceGraphConcept<BoostView>));
BOOST_CONCEPT_ASSERT((boost::BidirectionalGraphConcept<BoostView>));
BOOST_CONCEPT_ASSERT((boost::AdjacencyGraphConcept<BoostView>));
BOOST_CONCEPT_ASSERT((boost::ReadablePropertyGraphConcept<BoostView, BoostView::vertex_descriptor,
                                                          boost::vertex_index_t>));

// d1 -> j -> d2 -> k -> d3, k also writes d2 (a cycle), and half of it is newer than the packing.
struct Loop {
  Builder b;
  NodeId d1 = b.dataset("d1");
  NodeId j = b.job("j");
  NodeId d2 = b.dataset("d2");
  NodeId k = b.job("k");
  NodeId d3 = b.dataset("d3");

  Loop() {
    b.reads(d1, j);
    b.writes(j, d2);
    b.publish();
    b.graph.compact();
    b.reads(d2, k);
    b.writes(k, d2);
    b.writes(k, d3);
    b.publish();
  }
};

TEST(BoostView, StrongComponentsFindTheCycle) {
  const Loop loop;
  const Snapshot snapshot = loop.b.graph.snapshot();
  const BoostView view(snapshot, model::kTableLineage);
  std::vector<int> component(num_vertices(view));
  const int count = boost::strong_components(
      view, boost::make_iterator_property_map(component.begin(), get(boost::vertex_index, view)));
  EXPECT_EQ(count, 4);
  EXPECT_EQ(component[loop.d2.value - 1], component[loop.k.value - 1]);
  EXPECT_NE(component[loop.d1.value - 1], component[loop.d2.value - 1]);
}

TEST(BoostView, BreadthFirstSearchVisitsWhatIsReachable) {
  const Loop loop;
  const Snapshot snapshot = loop.b.graph.snapshot();
  const BoostView view(snapshot, model::kTableLineage);
  std::vector<int> distance(num_vertices(view), 0);
  const auto index = get(boost::vertex_index, view);
  boost::breadth_first_search(
      view, loop.d1.value,
      boost::visitor(
          boost::make_bfs_visitor(boost::record_distances(
              boost::make_iterator_property_map(distance.begin(), index), boost::on_tree_edge())))
          .vertex_index_map(index));
  EXPECT_EQ(distance, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(BoostView, DominatorsAreSinglePointsOfFailure) {
  const Loop loop;
  const Snapshot snapshot = loop.b.graph.snapshot();
  const BoostView view(snapshot, model::kTableLineage);
  std::vector<std::uint32_t> dominator(num_vertices(view), BoostView::null_vertex());
  boost::lengauer_tarjan_dominator_tree(
      view, loop.d1.value,
      boost::make_iterator_property_map(dominator.begin(), get(boost::vertex_index, view)));
  EXPECT_EQ(dominator, (std::vector<std::uint32_t>{0, 1, 2, 3, 4}));
}

TEST(BoostView, ShowsOnlyItsKindsAndItsMoment) {
  Builder b;
  const NodeId d = b.dataset("d");
  const NodeId j = b.job("j");
  const EdgeId edge = b.edge(d, j, EdgeKind::kReads, 100);
  b.edge(d, j, EdgeKind::kControl, 100);
  const Seq shown = b.publish();
  b.graph.compact();
  b.retire(edge, 200);
  b.publish();
  const Snapshot now = b.graph.snapshot();
  EXPECT_EQ(out_degree(d.value, BoostView(now, model::kTableLineage)), 0U);
  EXPECT_EQ(degree(j.value, BoostView(now, ~EdgeKinds{0})), 1U);
  const Snapshot past = b.graph.snapshot({.known_at = shown});
  const BoostView view(past, ~EdgeKinds{0});
  EXPECT_EQ(out_degree(d.value, view), 2U);
  const auto adjacent = adjacent_vertices(d.value, view);
  EXPECT_EQ(std::vector<std::uint32_t>(adjacent.first, adjacent.second),
            (std::vector<std::uint32_t>{j.value, j.value}));
}

}  // namespace
}  // namespace headwater::graph
