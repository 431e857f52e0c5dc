#include "graph/name_arena.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace headwater::graph::internal {

NameArena::NameArena() : directory_(kMaxChunks * sizeof(Slot)) {}

void NameArena::add_chunk(std::size_t size) {
  if (blocks_.size() == kMaxChunks) throw std::bad_alloc();
  blocks_.emplace_back(size, blocks_.empty() ? Pages::kSmall : Pages::kHuge);
  slots()[blocks_.size() - 1] = {static_cast<const char*>(blocks_.back().data()), size};
  bytes_.fetch_add(blocks_.back().size_bytes(), std::memory_order_relaxed);
  used_ = 0;
}

std::uint64_t NameArena::append(std::string_view name) {
  if (blocks_.empty() || slots()[blocks_.size() - 1].size - used_ < name.size()) {
    add_chunk(std::max(kChunkBytes, name.size()));
  }
  const std::uint64_t ref = std::uint64_t{blocks_.size() - 1} << 32 | used_;
  if (!name.empty()) {
    std::memcpy(static_cast<char*>(blocks_.back().data()) + used_, name.data(), name.size());
  }
  used_ += name.size();
  return ref;
}

char* NameArena::add_loaded_chunk(std::size_t size) {
  add_chunk(std::max(kChunkBytes, size));
  used_ = size;
  return static_cast<char*>(blocks_.back().data());
}

bool NameArena::contains(std::uint64_t ref, std::uint64_t size) const {
  const std::uint64_t chunk = ref >> 32;
  if (chunk >= blocks_.size()) return false;
  const std::uint64_t offset = ref & 0xffffffffU;
  return offset <= slots()[chunk].size && size <= slots()[chunk].size - offset;
}

}  // namespace headwater::graph::internal
