// ChunkedArray<T>: an array that grows without ever moving an element.
//
// A directory of fixed size points to chunks of 65,536 elements, so a reader never sees a
// reallocation. Indexes are 32 bits.
// Thread-safety: `ensure` and `chunk_for_load` from one thread (the writer); `operator[]` and
// `find` from any thread. What makes an element's content visible is the caller's business (an
// atomic count or link published after it). T must be trivial: elements start as zero bytes and are
// never destroyed.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "graph/blocks.h"

namespace headwater::graph::internal {

template <class T>
T load_acquire(const T& value) {
  return std::atomic_ref<T>(const_cast<T&>(value)).load(std::memory_order_acquire);
}
template <class T>
T load_relaxed(const T& value) {
  return std::atomic_ref<T>(const_cast<T&>(value)).load(std::memory_order_relaxed);
}
template <class T>
void store_release(T& target, T value) {
  std::atomic_ref<T>(target).store(value, std::memory_order_release);
}
template <class T>
void store_relaxed(T& target, T value) {
  std::atomic_ref<T>(target).store(value, std::memory_order_relaxed);
}

template <class T>
class ChunkedArray {
 public:
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
  static constexpr unsigned kChunkBits = 16;
  static constexpr std::size_t kChunkSize = std::size_t{1} << kChunkBits;
  static constexpr std::size_t kChunkBytes = kChunkSize * sizeof(T);
  static constexpr std::size_t kDirectorySize = std::size_t{1} << (32 - kChunkBits);

  ChunkedArray() : directory_(kDirectorySize * sizeof(T*)) {}
  ~ChunkedArray() {
    if (chunks_.load(std::memory_order_relaxed) == 0) return;
    for (std::size_t i = 0; i < end_; ++i) release_block(slots()[i], kChunkBytes);
  }
  ChunkedArray(const ChunkedArray&) = delete;
  ChunkedArray& operator=(const ChunkedArray&) = delete;

  // Requires that the element's chunk exists.
  T& operator[](std::uint32_t index) const {
    return load_acquire(slots()[index >> kChunkBits])[index & (kChunkSize - 1)];
  }
  // Null where no chunk exists yet: then the element is all zero.
  T* find(std::uint32_t index) const {
    T* chunk = load_acquire(slots()[index >> kChunkBits]);
    return chunk == nullptr ? nullptr : chunk + (index & (kChunkSize - 1));
  }
  T& ensure(std::uint32_t index) {
    return chunk_for_load(index >> kChunkBits)[index & (kChunkSize - 1)];
  }
  // The whole chunk, made if missing: for filling many elements at once.
  T* chunk_for_load(std::size_t chunk) {
    T*& slot = slots()[chunk];
    if (slot == nullptr) {
      // The first chunk stays on small pages: most graphs of a test never fill it.
      Block block(kChunkBytes, chunk == 0 ? Pages::kSmall : Pages::kHuge);
      store_release(slot, static_cast<T*>(block.detach()));
      if (chunk >= end_) end_ = chunk + 1;
      chunks_.fetch_add(1, std::memory_order_relaxed);
    }
    return slot;
  }

  // Capacity, directory included. Any thread.
  std::size_t bytes() const {
    return directory_.size_bytes() + chunks_.load(std::memory_order_relaxed) * kChunkBytes;
  }

 private:
  T** slots() const { return static_cast<T**>(directory_.data()); }

  Block directory_;
  std::size_t end_ = 0;  // one past the last chunk made; writer only
  std::atomic<std::size_t> chunks_{0};
};

}  // namespace headwater::graph::internal
