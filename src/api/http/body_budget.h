// BodyBudget: what all bodies together may hold in memory; BodyLease: one body's share of it.
// Private to api/http.
//
// Thread-safety: BodyBudget any thread; BodyLease one at a time, but its end on any.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace headwater::api::http {

class BodyBudget {
 public:
  explicit BodyBudget(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  bool take(std::size_t bytes) {
    const std::size_t before = held_.fetch_add(bytes, std::memory_order_relaxed);
    if (before + bytes <= max_bytes_) return true;
    give_back(bytes);
    return false;
  }
  void give_back(std::size_t bytes) { held_.fetch_sub(bytes, std::memory_order_relaxed); }
  std::size_t held() const { return held_.load(std::memory_order_relaxed); }
  std::size_t max_bytes() const { return max_bytes_; }

 private:
  const std::size_t max_bytes_;
  std::atomic<std::size_t> held_{0};
};

// Taken in steps, so that the shared counter is touched once a step and small bodies, of which a
// connection holds at most one, cost nothing.
class BodyLease {
 public:
  static constexpr std::size_t kStepBytes = std::size_t{64} << 10;

  explicit BodyLease(std::shared_ptr<BodyBudget> budget) : budget_(std::move(budget)) {}
  ~BodyLease() {
    if (budget_) budget_->give_back(held_bytes_);
  }
  BodyLease(BodyLease&& other) noexcept
      : budget_(std::move(other.budget_)), held_bytes_(std::exchange(other.held_bytes_, 0)) {}
  BodyLease& operator=(BodyLease&&) = delete;

  // Makes room for a body of `bytes`; false if there is none.
  bool grow_to(std::size_t bytes) {
    if (bytes <= held_bytes_ + kFreeBytes) return true;
    const std::size_t want = (bytes / kStepBytes + 1) * kStepBytes;
    if (!budget_->take(want - held_bytes_)) return false;
    held_bytes_ = want;
    return true;
  }
  std::size_t held_bytes() const { return held_bytes_; }

 private:
  static constexpr std::size_t kFreeBytes = 8 << 10;
  std::shared_ptr<BodyBudget> budget_;
  std::size_t held_bytes_ = 0;
};

}  // namespace headwater::api::http
