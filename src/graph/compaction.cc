// Replacing what readers follow: packing in the background, retirement, reclamation.
#include <algorithm>
#include <cassert>
#include <utility>

#include "graph/impl.h"

namespace headwater::graph {

using internal::Delta;
using internal::Packed;
using internal::State;

void Graph::Impl::install(State next, std::size_t replaced_bytes) {
  auto owned = std::make_unique<const State>(std::move(next));
  current.store(owned.get());
  retired.push_back({std::exchange(state, std::move(owned)), replaced_bytes});
  retired_bytes.fetch_add(replaced_bytes, std::memory_order_relaxed);
  reclaim();
}

void Graph::Impl::reclaim() {
  std::erase_if(retired, [this](const Retired& entry) {
    if (pins.in_use(entry.state.get())) return false;
    retired_bytes.fetch_sub(entry.bytes, std::memory_order_relaxed);
    return true;
  });
}

bool Graph::Impl::compaction_due() const {
  const std::size_t size = state->delta->size();
  // An edge in the delta costs a closure several times what a packed one does, and packing takes
  // some 0.2 us an edge in the background: an eighth keeps both small.
  return size > options.min_compaction && size > state->packed->edge_count() / 8;
}

void Graph::Impl::start_packing() {
  assert(!packer.joinable());
  packed.store(false);
  // The thread sees everything published so far; it leaves out what comes later by its number.
  packer = std::thread([this, elements = state->elements, seq = published.load()] {
    packing = Packed::build(*elements, seq);
    packed.store(true);
  });
}

void Graph::Impl::finish_packing() {
  if (!packer.joinable()) return;
  packer.join();
  install_packed(std::move(packing));
}

void Graph::Impl::install_packed(std::unique_ptr<Packed> next) {
  State replaced = *state;
  const std::size_t replaced_bytes = replaced.packed->node_bytes() + replaced.packed->edge_bytes() +
                                     replaced.delta->node_bytes() + replaced.delta->edge_bytes();
  auto delta = std::make_shared<Delta>(next->edge_count());
  const std::uint32_t edge_count = elements().edge_count.load();
  for (std::uint32_t id = next->edge_count() + 1; id <= edge_count; ++id) {
    delta->append(id, elements().edges[id], *next);
  }
  for (const std::uint32_t id : ended_while_packing) {
    delta->mark_ended(elements().edges[id], *next);
  }
  ended_while_packing.clear();
  replaced.packed = std::move(next);
  replaced.delta = std::move(delta);
  install(std::move(replaced), replaced_bytes);
}

void Graph::compact() {
  impl_->finish_packing();
  if (impl_->state->delta->size() == 0 &&
      impl_->state->packed->node_count() == impl_->elements().node_count.load()) {
    return;
  }
  impl_->install_packed(Packed::build(impl_->elements(), impl_->published.load()));
}

}  // namespace headwater::graph
