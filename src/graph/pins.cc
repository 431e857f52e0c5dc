#include "graph/pins.h"

#include <algorithm>
#include <cassert>
#include <functional>
#include <limits>
#include <thread>

namespace headwater::graph::internal {

void View::resolve(const State& state, Moment at) {
  elements = state.elements.get();
  packed = state.packed.get();
  delta = state.delta.get();
  table = state.table.get();
  moment = at;
  const std::uint64_t known_at = at.known_at.value;
  edge_count = elements->edges_at(known_at);
  node_count = elements->nodes_at(known_at);
  timed = at.as_of != kLatest;
  before_packed = edge_count < packed->edge_count();
  past = timed || known_at < packed->seq();
  after_packed = known_at > packed->seq();
  stamp_begin = coarse_time(at.as_of) << kStampKindBits;
  constexpr std::uint32_t kLast = std::numeric_limits<std::uint32_t>::max();
  const std::uint32_t step = 1U << kStampKindBits;
  stamp_end = stamp_begin > kLast - step ? kLast : stamp_begin + step;
}

Pin* PinTable::claim() {
  const std::size_t start = std::hash<std::thread::id>{}(std::this_thread::get_id());
  for (std::size_t i = 0; i < kSlots; ++i) {
    Pin& pin = slots_[(start + i) % kSlots];
    bool expected = false;
    if (!pin.busy.load(std::memory_order_relaxed) &&
        pin.busy.compare_exchange_strong(expected, true)) {
      return &pin;
    }
  }
  auto pin = std::make_unique<Pin>();
  pin->table = this;
  overflow_count_.fetch_add(1);
  base::MutexLock lock(mutex_);
  overflow_.push_back(std::move(pin));
  return overflow_.back().get();
}

Pin* PinTable::acquire(const std::atomic<const State*>& current,
                       const std::atomic<std::uint64_t>& published, Moment moment) {
  Pin* const pin = claim();
  // The sequence number is read before the State: any State current from then on contains all of
  // it. A State packed beyond the number would be right too, but slow.
  for (;;) {
    const std::uint64_t seq = published.load();
    const State* const state = current.load();
    pin->state.store(state);
    if (current.load() != state || state->packed->seq() > seq) continue;
    moment.known_at.value = std::min(moment.known_at.value, seq);
    pin->view.resolve(*state, moment);
    return pin;
  }
}

void PinTable::release(Pin* pin) {
  pin->state.store(nullptr);
  if (pin->table != nullptr) {
    pin->table->drop_overflow(pin);
  } else {
    pin->busy.store(false, std::memory_order_release);
  }
}

void PinTable::drop_overflow(Pin* pin) {
  base::MutexLock lock(mutex_);
  const auto found = std::find_if(overflow_.begin(), overflow_.end(),
                                  [pin](const auto& entry) { return entry.get() == pin; });
  assert(found != overflow_.end());
  overflow_.erase(found);
  overflow_count_.fetch_sub(1);
}

bool PinTable::in_use(const State* state) {
  for (const Pin& pin : slots_) {
    if (pin.state.load() == state) return true;
  }
  if (overflow_count_.load() == 0) return false;
  base::MutexLock lock(mutex_);
  return std::any_of(overflow_.begin(), overflow_.end(),
                     [state](const auto& entry) { return entry->state.load() == state; });
}

}  // namespace headwater::graph::internal
