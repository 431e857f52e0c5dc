// Rows<T>: an array that one thread appends to and others read up to what was published.
//
// Blocks of kBlock rows that never move; a snapshot is the list of blocks and a count. Private to
// stats. Thread-safety: add and publish on one thread, snapshot() from any. T is trivial.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/mutex.h"

namespace headwater::stats {

template <class T, std::size_t kBlock>
class RowsSnapshot {
 public:
  std::size_t size() const { return size_; }
  const T& operator[](std::size_t i) const { return (*blocks_[i / kBlock])[i % kBlock]; }
  std::size_t blocks() const { return blocks_.size(); }
  // The block's first row, and how many it has in this snapshot.
  const T* block(std::size_t i) const { return blocks_[i]->data(); }
  std::size_t size_of(std::size_t i) const {
    return i + 1 < blocks_.size() ? kBlock : size_ - i * kBlock;
  }

 private:
  template <class U, std::size_t n>
  friend class Rows;
  std::vector<std::shared_ptr<const std::array<T, kBlock>>> blocks_;
  std::size_t size_ = 0;
};

template <class T, std::size_t kBlock>
class Rows {
 public:
  static_assert(std::is_trivially_copyable_v<T>);
  using Snapshot = RowsSnapshot<T, kBlock>;

  Rows() : published_(std::make_shared<const Snapshot>()) {}
  void add(const T& row) {
    const std::size_t place = next_.size_ % kBlock;
    if (place == 0) {
      last_ = std::make_shared<std::array<T, kBlock>>();
      next_.blocks_.push_back(last_);
    }
    (*last_)[place] = row;
    ++next_.size_;
  }
  std::size_t size() const { return next_.size_; }  // published or not
  void publish() EXCLUDES(mutex_) {
    auto next = std::make_shared<const Snapshot>(next_);
    const base::MutexLock lock(mutex_);
    published_ = std::move(next);
  }
  std::shared_ptr<const Snapshot> snapshot() const EXCLUDES(mutex_) {
    const base::MutexLock lock(mutex_);
    return published_;
  }

 private:
  Snapshot next_;
  std::shared_ptr<std::array<T, kBlock>> last_;
  mutable base::Mutex mutex_;
  std::shared_ptr<const Snapshot> published_ GUARDED_BY(mutex_);
};

}  // namespace headwater::stats
