// How readers pin a version, and how the writer learns what no reader can see any more.
//
// State is what the writer replaces as a whole: readers follow one pointer to it. A reader claims a
// slot (or, when all are taken, an overflow entry behind a lock), writes there which State it uses,
// and checks that the State is still the current one; the writer frees a replaced State once no
// slot names it. (Hazard pointers: M. Michael, IEEE TPDS 15(6), 2004.)
//
// Life of a slot:   free --1--> claimed --2--> pinned --3--> free
//   1. a reader's compare-and-swap of `busy`.
//   2. store `state`, then see that it is still current, else again.
//   3. the Snapshot's destructor: clear `state`, then `busy`.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/mutex.h"
#include "graph/delta.h"
#include "graph/elements.h"
#include "graph/graph.h"
#include "graph/name_table.h"
#include "graph/packed.h"

namespace headwater::graph::internal {

struct State {
  std::shared_ptr<Elements> elements;
  std::shared_ptr<Packed> packed;
  std::shared_ptr<Delta> delta;
  std::shared_ptr<NameTable> table;
};

// What a read of one version needs, resolved once.
struct View {
  const Elements* elements = nullptr;
  const Packed* packed = nullptr;
  const Delta* delta = nullptr;
  const NameTable* table = nullptr;
  Moment moment;
  std::uint32_t node_count = 0;
  std::uint32_t edge_count = 0;  // edges 1..edge_count are recorded at known_at
  // Derived, for the fast paths.
  bool timed = false;          // as_of is not kLatest: valid_from counts
  bool before_packed = false;  // some packed edges are not recorded yet at known_at
  bool past = false;           // ended packed entries may hold
  bool after_packed = false;   // ends since the packing may count
  std::uint32_t stamp_begin = 0, stamp_end = 0;  // stamps below: before as_of; from end on: after

  void resolve(const State& state, Moment at);
  bool holds(std::uint32_t edge) const {
    return elements->holds(elements->edges[edge], moment.as_of, moment.known_at.value);
  }
};

struct alignas(128) Pin {
  std::atomic<bool> busy{false};
  std::atomic<const State*> state{nullptr};
  class PinTable* table = nullptr;  // set for overflow entries, which the destructor frees
  View view;
};

class PinTable {
 public:
  static constexpr std::size_t kSlots = 256;

  // A pin that holds what `current` points to, with everything published up to `*published`.
  Pin* acquire(const std::atomic<const State*>& current,
               const std::atomic<std::uint64_t>& published, Moment moment);
  static void release(Pin* pin);

  // Writer: true if some reader uses `state`, which is no longer current.
  bool in_use(const State* state);

 private:
  Pin* claim();
  void drop_overflow(Pin* pin);

  std::array<Pin, kSlots> slots_;
  std::atomic<std::size_t> overflow_count_{0};
  base::Mutex mutex_;
  std::vector<std::unique_ptr<Pin>> overflow_ GUARDED_BY(mutex_);
};

}  // namespace headwater::graph::internal
