// NameTable: finds a node by its name, in an open-addressing table of (tag, node id).
//
// The tag is 32 bits of the name's hash; it decides the position, so a larger table is filled
// without looking at any name. At most 70 % full.
// Thread-safety: `insert` from the writer; `find` from any thread, lock-free. A table never grows:
// the writer makes a larger one and retires this.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "graph/blocks.h"
#include "graph/chunked_array.h"

namespace headwater::graph::internal {

class NameTable {
 public:
  // Room for `count` names.
  explicit NameTable(std::size_t count)
      : mask_(std::bit_ceil(count * 10 / 7 + kSmallest) - 1),
        block_((mask_ + 1) * sizeof(std::uint64_t), Pages::kHuge) {}

  bool has_room(std::size_t count) const { return count * 10 <= (mask_ + 1) * 7; }

  void insert(std::uint32_t tag, std::uint32_t id) {
    std::size_t i = tag & mask_;
    while (slots()[i] != 0) i = (i + 1) & mask_;
    store_release(slots()[i], std::uint64_t{tag} << 32 | id);
  }
  void prefetch(std::uint32_t tag) const { __builtin_prefetch(&slots()[tag & mask_], 1); }

  // The id among those with `tag` for which same(id) is true, or 0.
  template <class Same>
  std::uint32_t find(std::uint32_t tag, Same&& same) const {
    for (std::size_t i = tag & mask_;; i = (i + 1) & mask_) {
      const std::uint64_t slot = load_acquire(slots()[i]);
      if (slot == 0) return 0;
      const auto id = static_cast<std::uint32_t>(slot);
      if (slot >> 32 == tag && same(id)) return id;
    }
  }

  // All entries, into a larger table.
  void copy_to(NameTable& larger) const {
    for (std::size_t i = 0; i <= mask_; ++i) {
      const std::uint64_t slot = slots()[i];
      if (slot == 0) continue;
      larger.insert(static_cast<std::uint32_t>(slot >> 32), static_cast<std::uint32_t>(slot));
    }
  }

  std::size_t bytes() const { return block_.size_bytes(); }

 private:
  static constexpr std::size_t kSmallest = 64;
  std::uint64_t* slots() const { return static_cast<std::uint64_t*>(block_.data()); }

  std::size_t mask_;
  Block block_;
};

}  // namespace headwater::graph::internal
