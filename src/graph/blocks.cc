#include "graph/blocks.h"

#include <sys/mman.h>

#include <cstdint>
#include <new>

namespace headwater::graph::internal {

namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

void* map(std::size_t size) {
  void* data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) throw std::bad_alloc();
  return data;
}

// A mapping that starts on a huge page: one page more than needed, the ends given back.
void* map_aligned(std::size_t size) {
  auto* raw = static_cast<std::byte*>(map(size + kHugePage));
  const std::size_t past = reinterpret_cast<std::uintptr_t>(raw) % kHugePage;
  const std::size_t skip = past == 0 ? 0 : kHugePage - past;
  if (skip != 0) ::munmap(raw, skip);
  ::munmap(raw + skip + size, kHugePage - skip);
  ::madvise(raw + skip, size, MADV_HUGEPAGE);
  return raw + skip;
}

std::size_t round_up(std::size_t size) {
  constexpr std::size_t kPage = 4096;
  return (size + kPage - 1) / kPage * kPage;
}

}  // namespace

Block::Block(std::size_t size_bytes, Pages pages) {
  if (size_bytes == 0) return;
  size_ = round_up(size_bytes);
  data_ = pages == Pages::kHuge && size_ >= kHugePage ? map_aligned(size_) : map(size_);
}

Block::~Block() { release_block(data_, size_); }

void release_block(void* data, std::size_t size_bytes) noexcept {
  if (data != nullptr) ::munmap(data, round_up(size_bytes));
}

}  // namespace headwater::graph::internal
