// BoostView: a Snapshot, along some kinds of edges, as a graph of the Boost Graph Library.
//
// Models VertexListGraph, IncidenceGraph, AdjacencyGraph and BidirectionalGraph. Vertices are node
// ids 1..node_count(); the vertex index is id - 1. Parallel edges are kept. The edges of a vertex
// come in no particular order. Degrees are O(degree): edges that do not hold are passed over.
// Thread-safety: as Snapshot, which the view borrows and must not outlive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <tuple>
#include <utility>

#include <boost/graph/adjacency_iterator.hpp>
#include <boost/graph/graph_traits.hpp>
#include <boost/graph/properties.hpp>
#include <boost/iterator/counting_iterator.hpp>
#include <boost/iterator/iterator_facade.hpp>
#include <boost/property_map/property_map.hpp>

#include "graph/graph.h"
#include "graph/graph_inl.h"

namespace headwater::graph {

class BoostView {
 public:
  BoostView(const Snapshot& snapshot, EdgeKinds kinds) : snapshot_(&snapshot), kinds_(kinds) {}
  const Snapshot& snapshot() const { return *snapshot_; }
  EdgeKinds kinds() const { return kinds_; }

  struct Edge {
    std::uint32_t source = 0, target = 0, id = 0;
    friend bool operator==(const Edge& a, const Edge& b) { return a.id == b.id; }
    friend bool operator!=(const Edge& a, const Edge& b) { return a.id != b.id; }
    friend bool operator<(const Edge& a, const Edge& b) { return a.id < b.id; }
  };

  using vertex_descriptor = std::uint32_t;
  using edge_descriptor = Edge;
  using directed_category = boost::bidirectional_tag;
  using edge_parallel_category = boost::allow_parallel_edge_tag;
  struct traversal_category : boost::bidirectional_graph_tag,
                              boost::vertex_list_graph_tag,
                              boost::adjacency_graph_tag {};
  using vertices_size_type = std::uint32_t;
  using edges_size_type = std::uint32_t;
  using degree_size_type = std::size_t;
  using vertex_iterator = boost::counting_iterator<std::uint32_t, std::forward_iterator_tag>;

  static vertex_descriptor null_vertex() { return 0; }

  // The edges of one vertex in one direction that hold: first the packed, then the newer ones.
  class EdgeIterator
      : public boost::iterator_facade<EdgeIterator, Edge, boost::forward_traversal_tag, Edge> {
   public:
    EdgeIterator() = default;
    EdgeIterator(const BoostView& view, internal::Side side, std::uint32_t vertex);

   private:
    friend class boost::iterator_core_access;

    Edge dereference() const;
    // The end is where no edge is left, whatever came before.
    bool equal(const EdgeIterator& other) const { return edge_ == other.edge_; }
    void increment();
    void settle();
    bool entry_holds() const;
    bool newer_holds() const;
    bool in_live() const { return at_ < live_.size; }
    bool in_packed() const { return at_ < live_.size + ended_.size; }

    const internal::View* view_ = nullptr;
    internal::Run live_{}, ended_{};
    EdgeKinds kinds_ = 0;
    internal::Side side_ = internal::kOut;
    bool ended_since_ = false;
    std::uint32_t at_ = 0;     // in the live entries, then in the ended ones
    std::uint32_t local_ = 0;  // in the delta, once the packed ones are done
    std::uint32_t edge_ = 0;   // id of the current edge, 0 at the end
  };

  using out_edge_iterator = EdgeIterator;
  using in_edge_iterator = EdgeIterator;
  using edge_iterator = void;
  using adjacency_iterator =
      boost::adjacency_iterator_generator<BoostView, vertex_descriptor, out_edge_iterator>::type;

 private:
  const Snapshot* snapshot_;
  EdgeKinds kinds_;
};

inline BoostView::EdgeIterator::EdgeIterator(const BoostView& view, internal::Side side,
                                             std::uint32_t vertex)
    : view_(&view.snapshot().view()), kinds_(view.kinds()), side_(side) {
  internal::NodeTraits traits = internal::kMarked;
  if (vertex <= view_->packed->node_count()) {
    traits = view_->packed->traits(side, vertex);
    live_ = view_->packed->live(side, vertex);
    if (view_->past) ended_ = view_->packed->ended(side, vertex);
  }
  if ((traits & internal::kMarked) != 0) {
    const internal::Delta::Head head = view_->delta->head(side, vertex);
    local_ = head.last;
    ended_since_ = head.ended_since;
  }
  settle();
}

inline bool BoostView::EdgeIterator::entry_holds() const {
  const internal::EntryTest test(*view_, kinds_, ended_since_);
  if (in_live()) return test.live(live_, at_);
  return test.ended(ended_, at_ - live_.size);
}

inline bool BoostView::EdgeIterator::newer_holds() const {
  const internal::EntryTest test(*view_, kinds_, ended_since_);
  return test.newer(view_->delta->link(side_, local_).stamp, view_->delta->edge_id(local_));
}

inline void BoostView::EdgeIterator::settle() {
  while (in_packed() && !entry_holds()) ++at_;
  if (in_packed()) {
    edge_ = in_live() ? live_.edge(at_) : ended_.edge(at_ - live_.size);
    return;
  }
  while (local_ != 0 && !newer_holds()) local_ = view_->delta->link(side_, local_).next;
  edge_ = local_ == 0 ? 0 : view_->delta->edge_id(local_);
}

inline void BoostView::EdgeIterator::increment() {
  if (in_packed()) {
    ++at_;
  } else {
    local_ = view_->delta->link(side_, local_).next;
  }
  settle();
}

inline BoostView::Edge BoostView::EdgeIterator::dereference() const {
  const internal::EdgeRecord& edge = view_->elements->edges[edge_];
  return {edge.src, edge.dst, edge_};
}

// ---- what the concepts ask for, found by argument-dependent lookup ------------------------------

inline std::uint32_t num_vertices(const BoostView& g) {
  return static_cast<std::uint32_t>(g.snapshot().node_count());
}
inline std::pair<BoostView::vertex_iterator, BoostView::vertex_iterator> vertices(
    const BoostView& g) {
  return {BoostView::vertex_iterator(1), BoostView::vertex_iterator(num_vertices(g) + 1)};
}
inline std::uint32_t source(const BoostView::Edge& edge, const BoostView&) { return edge.source; }
inline std::uint32_t target(const BoostView::Edge& edge, const BoostView&) { return edge.target; }

inline std::pair<BoostView::EdgeIterator, BoostView::EdgeIterator> out_edges(std::uint32_t v,
                                                                             const BoostView& g) {
  return {BoostView::EdgeIterator(g, internal::kOut, v), BoostView::EdgeIterator()};
}
inline std::pair<BoostView::EdgeIterator, BoostView::EdgeIterator> in_edges(std::uint32_t v,
                                                                            const BoostView& g) {
  return {BoostView::EdgeIterator(g, internal::kIn, v), BoostView::EdgeIterator()};
}
inline std::size_t out_degree(std::uint32_t v, const BoostView& g) {
  const auto range = out_edges(v, g);
  return static_cast<std::size_t>(std::distance(range.first, range.second));
}
inline std::size_t in_degree(std::uint32_t v, const BoostView& g) {
  const auto range = in_edges(v, g);
  return static_cast<std::size_t>(std::distance(range.first, range.second));
}
inline std::size_t degree(std::uint32_t v, const BoostView& g) {
  return out_degree(v, g) + in_degree(v, g);
}
inline std::pair<BoostView::adjacency_iterator, BoostView::adjacency_iterator> adjacent_vertices(
    std::uint32_t v, const BoostView& g) {
  using Generator =
      boost::adjacency_iterator_generator<BoostView, std::uint32_t, BoostView::out_edge_iterator>;
  const auto range = out_edges(v, g);
  return {Generator::type(range.first, &g), Generator::type(range.second, &g)};
}

// vertex_index: id - 1.
struct VertexIndexMap {
  using key_type = std::uint32_t;
  using value_type = std::uint32_t;
  using reference = std::uint32_t;
  using category = boost::readable_property_map_tag;
};
inline std::uint32_t get(const VertexIndexMap&, std::uint32_t vertex) { return vertex - 1; }
inline VertexIndexMap get(boost::vertex_index_t, const BoostView&) { return {}; }
inline std::uint32_t get(boost::vertex_index_t, const BoostView&, std::uint32_t vertex) {
  return vertex - 1;
}

}  // namespace headwater::graph

namespace boost {

template <>
struct property_map<headwater::graph::BoostView, vertex_index_t> {
  using type = headwater::graph::VertexIndexMap;
  using const_type = headwater::graph::VertexIndexMap;
};

}  // namespace boost
