// NameArena: the bytes of all names, appended and never moved.
//
// A reference is chunk << 32 | offset; a name never crosses chunks, and references grow in the
// order of the calls. Bound: 65,536 chunks of 4 MiB or, for a longer name, of its size.
// Thread-safety: `append` and the load functions from the writer; `view` from any thread that
// learnt the reference through something published after the append.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "graph/blocks.h"

namespace headwater::graph::internal {

class NameArena {
 public:
  static constexpr std::size_t kChunkBytes = std::size_t{4} << 20;
  static constexpr std::size_t kMaxChunks = std::size_t{1} << 16;

  NameArena();

  std::uint64_t append(std::string_view name);
  std::string_view view(std::uint64_t ref, std::size_t size) const {
    return {slots()[ref >> 32].data + (ref & 0xffffffffU), size};
  }
  // True if `size` bytes at `ref` lie within the chunks. Writer.
  bool contains(std::uint64_t ref, std::uint64_t size) const;

  // For saving. Requires a chunk that some visible reference points to; bytes beyond the visible
  // names of the last such chunk may still be written to.
  const char* chunk_data(std::size_t chunk) const { return slots()[chunk].data; }
  std::size_t chunk_size(std::size_t chunk) const { return slots()[chunk].size; }
  // A chunk of at least `size` bytes whose first `size` bytes are filled by the caller; later
  // appends go after them.
  char* add_loaded_chunk(std::size_t size);

  std::size_t bytes() const {
    return directory_.size_bytes() + bytes_.load(std::memory_order_relaxed);
  }

 private:
  struct Slot {
    const char* data;
    std::size_t size;
  };
  void add_chunk(std::size_t size);
  Slot* slots() const { return static_cast<Slot*>(directory_.data()); }

  Block directory_;
  std::vector<Block> blocks_;  // writer only
  std::size_t used_ = 0;       // of the last chunk; writer only
  std::atomic<std::size_t> bytes_{0};
};

}  // namespace headwater::graph::internal
