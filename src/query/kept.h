// KeptVector: a vector whose memory is kept for the next one of its type.
//
// An answer of a hundred thousand nodes writes megabytes of fresh memory, which costs a page fault
// for every 4 KiB: a good part of the time that such an answer takes.
// Thread-safety: as a vector; the pool behind it is locked. Memory: at most kKept vectors of each
// type outlive their owners, none of which ever held more than kMaxBytes.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "base/mutex.h"

namespace headwater::query {

template <class T>
class KeptVector {
 public:
  static constexpr std::size_t kKept = 2, kMaxBytes = std::size_t{32} << 20;

  // Empty. Room for `size` is made where there is less: of fresh memory only the pages that are
  // written count.
  explicit KeptVector(std::size_t size = 0) {
    pool().with([this](auto& kept) {
      if (kept.empty()) return;
      values_ = std::move(kept.back());
      kept.pop_back();
    });
    values_.reserve(size);
  }
  ~KeptVector() {
    if (values_.capacity() == 0 || values_.size() > kMaxBytes / sizeof(T)) return;
    values_.clear();
    pool().with([this](auto& kept) {
      if (kept.size() < kKept) kept.push_back(std::move(values_));
    });
  }
  KeptVector(KeptVector&& other) noexcept : values_(std::exchange(other.values_, {})) {}
  KeptVector& operator=(KeptVector&& other) noexcept {
    std::swap(values_, other.values_);
    return *this;
  }

  std::vector<T>& operator*() { return values_; }
  const std::vector<T>& operator*() const { return values_; }
  std::vector<T>* operator->() { return &values_; }
  const std::vector<T>* operator->() const { return &values_; }

 private:
  using Pool = base::Guarded<std::vector<std::vector<T>>>;
  static Pool& pool() {
    static Pool kept;
    return kept;
  }

  std::vector<T> values_;
};

}  // namespace headwater::query
