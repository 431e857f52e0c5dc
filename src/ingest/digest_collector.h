// Collector: the digest of a view, from one hash a row. Private to ingest.
//
// Thread-safety: used by one thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "ingest/ingest.h"

namespace headwater::ingest {

class Collector {
 public:
  // `ordered`: the order of rows counts.
  Collector(std::string view, bool ordered) : view_(std::move(view)), ordered_(ordered) {}
  void add(const base::Hasher& row) { hashes_.push_back(row.finish()); }
  ViewDigest finish() {
    if (!ordered_) std::ranges::sort(hashes_);
    base::Hasher all;
    for (const base::Hash128& h : hashes_) all.field(h.high).field(h.low);
    return {view_, all.finish(), hashes_.size()};
  }

 private:
  std::string view_;
  bool ordered_;
  std::vector<base::Hash128> hashes_;
};

inline std::uint64_t bits(std::int64_t value) { return static_cast<std::uint64_t>(value); }

}  // namespace headwater::ingest
