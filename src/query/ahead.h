// Ahead: goes through a list in order on one thread, while another looks up what comes next.
//
// For work of which one half only reads (where do these edges lead?) and the other half changes
// what it meets, in an order that counts. The list is cut into chunks; each is gathered into items
// by whoever comes first, and applied by the caller's part in the order of the list. So the result
// is the same with and without a helper.
//
// Thread-safety: `gather` is called from two threads at once, `apply` from one. Both may run on a
// helper's thread. Errors: none of its own. Memory: at most kSlots chunks of items are gathered
// before they are applied; the buffers stay for the next run.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "base/crew.h"

namespace headwater::query {

template <class Item>
class Ahead {
 public:
  static constexpr std::size_t kChunk = 256, kSlots = 64;
  static constexpr std::size_t kWorthAHelper = 8 * kChunk;  // less is done by one thread

  using Items = std::vector<Item>;

  // gather(part, begin, end, Items& out) appends the items of begin..end-1 of the list. With a crew
  // it reads nothing that apply changes. `part` is 0 or 1: calls of one part come one after the
  // other, in the order of the list. apply(const Items&) is given the items of a chunk; false ends
  // the run. Null: no crew.
  template <class Gather, class Apply>
  void run(base::Crew* crew, std::size_t count, const Gather& gather, const Apply& apply) {
    chunks_ = (count + kChunk - 1) / kChunk;
    const auto fill = [&](std::size_t part, std::size_t chunk, Items& out) {
      out.clear();
      gather(part, chunk * kChunk, std::min(count, (chunk + 1) * kChunk), out);
    };
    if (crew == nullptr || count < kWorthAHelper) {
      for (std::size_t chunk = 0; chunk < chunks_; ++chunk) {
        fill(0, chunk, own_);
        if (!apply(own_)) return;
      }
      return;
    }
    start();
    crew->run(2, [&](std::size_t part) {
      if (part == 0) {
        go_through(fill, apply);
      } else {
        look_ahead(fill);
      }
    });
  }

 private:
  enum State : std::uint8_t { kFree, kTaken, kGathered };

  // Waits for another thread's next step, which takes microseconds unless that thread is not
  // running.
  class Pause {
   public:
    void wait() {
      if (++waited_ > kSpins) std::this_thread::yield();
    }

   private:
    static constexpr int kSpins = 64;
    int waited_ = 0;
  };

  void start() {
    if (size_ < chunks_) {
      size_ = chunks_ + chunks_ / 2;
      states_ = std::make_unique<std::atomic<State>[]>(size_);
    }
    for (std::size_t i = 0; i < chunks_; ++i) states_[i].store(kFree, std::memory_order_relaxed);
    slots_.resize(kSlots);
    applied_.store(0, std::memory_order_relaxed);
    ended_.store(false, std::memory_order_relaxed);
  }

  bool take(std::size_t chunk) {
    State free = kFree;
    return states_[chunk].compare_exchange_strong(free, kTaken, std::memory_order_relaxed);
  }

  template <class Fill, class Apply>
  void go_through(const Fill& fill, const Apply& apply) {
    bool goes_on = true;
    std::size_t next = 0;  // chunks before it are taken
    for (std::size_t chunk = 0; chunk < chunks_ && goes_on; ++chunk) {
      next = std::max(next, chunk);
      Pause pause;
      while (states_[chunk].load(std::memory_order_acquire) != kGathered) {
        // While the other one is at it, the next that nobody has begun.
        const std::size_t end = std::min(chunks_, chunk + kSlots);
        while (next < end && !take(next)) ++next;
        if (next < end) {
          gather(fill, 0, next);
        } else {
          pause.wait();
        }
      }
      goes_on = apply(slots_[chunk % kSlots]);
      applied_.store(chunk + 1, std::memory_order_release);
    }
    ended_.store(true, std::memory_order_relaxed);
  }

  template <class Fill>
  void look_ahead(const Fill& fill) {
    Pause pause;
    for (std::size_t chunk = 0;; ++chunk) {
      std::size_t applied = 0;
      for (;;) {
        applied = applied_.load(std::memory_order_acquire);
        if (ended_.load(std::memory_order_relaxed)) return;
        if (chunk < applied + kSlots) break;
        pause.wait();
      }
      chunk = std::max(chunk, applied);
      if (chunk >= chunks_) return;
      if (take(chunk)) gather(fill, 1, chunk);
    }
  }

  template <class Fill>
  void gather(const Fill& fill, std::size_t part, std::size_t chunk) {
    fill(part, chunk, slots_[chunk % kSlots]);
    states_[chunk].store(kGathered, std::memory_order_release);
  }

  Items own_;                 // where one thread does all
  std::vector<Items> slots_;  // by chunk % kSlots
  std::unique_ptr<std::atomic<State>[]> states_;
  std::size_t size_ = 0, chunks_ = 0;
  std::atomic<std::size_t> applied_{0};  // chunks before it are done with
  std::atomic<bool> ended_{false};
};

}  // namespace headwater::query
