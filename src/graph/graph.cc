#include "graph/graph.h"

#include <utility>

#include "graph/impl.h"

namespace headwater::graph {

using internal::Delta;
using internal::Elements;
using internal::NameTable;
using internal::Packed;
using internal::Pin;
using internal::State;

Graph::Impl::Impl(GraphOptions given) : options(given) {
  State first;
  first.elements = std::make_shared<Elements>();
  first.packed = std::make_shared<Packed>(0, 0, 0);
  first.delta = std::make_shared<Delta>(0);
  first.table = std::make_shared<NameTable>(0);
  state = std::make_unique<const State>(std::move(first));
  current.store(state.get());
}

Graph::Impl::~Impl() {
  if (packer.joinable()) packer.join();
}

Graph::Graph(GraphOptions options) : impl_(std::make_unique<Impl>(options)) {}
Graph::~Graph() = default;

Seq Graph::published() const { return Seq{impl_->published.load()}; }

std::size_t Graph::node_count() const { return impl_->state->elements->node_count.load(); }

std::size_t Graph::edge_count() const { return impl_->state->elements->edge_count.load(); }

Micros Graph::latest_event_time() const { return impl_->latest_event_time.load(); }

Snapshot Graph::snapshot(Moment moment) const {
  return Snapshot(impl_->pins.acquire(impl_->current, impl_->published, moment));
}

MemoryUse Graph::memory() const {
  const Snapshot snapshot = this->snapshot();
  const internal::View& view = snapshot.view();
  MemoryUse use;
  use.nodes = view.node_count;
  use.edges = view.edge_count;
  use.node_bytes = sizeof(Impl) + view.elements->node_bytes() + view.packed->node_bytes() +
                   view.delta->node_bytes() + view.table->bytes();
  use.edge_bytes =
      view.elements->edge_bytes() + view.packed->edge_bytes() + view.delta->edge_bytes();
  use.retired_bytes = impl_->retired_bytes.load(std::memory_order_relaxed);
  return use;
}

}  // namespace headwater::graph
