// Block: zeroed memory straight from the system, touched only where it is used.
//
// Directories and chunks are large and mostly empty at first; the heap would have to clear them.
// Blocks of several megabytes ask for huge pages, which the walk over a large graph needs (one miss
// in the page table for every node otherwise). Out of memory throws std::bad_alloc.
// Thread-safety: plain owner.
#pragma once

#include <cstddef>
#include <utility>

namespace headwater::graph::internal {

enum class Pages { kSmall, kHuge };

class Block {
 public:
  Block() = default;
  explicit Block(std::size_t size_bytes, Pages pages = Pages::kSmall);
  ~Block();
  Block(Block&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Block& operator=(Block&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }

  void* data() const { return data_; }
  std::size_t size_bytes() const { return size_; }
  // Gives up ownership; free with release_block.
  void* detach() {
    size_ = 0;
    return std::exchange(data_, nullptr);
  }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

void release_block(void* data, std::size_t size_bytes) noexcept;

}  // namespace headwater::graph::internal
