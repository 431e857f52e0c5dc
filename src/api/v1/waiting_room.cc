#include "api/v1/waiting_room.h"

#include <string>
#include <utility>

namespace headwater::api::v1 {
namespace {

using base::ErrorCode;
using base::make_error;

base::Error too_late(model::Seq seq, model::Seq newest) {
  return make_error(ErrorCode::kSeqNotReached, "Sequence number " + std::to_string(seq.value) +
                                                   " was not visible in time; the newest is " +
                                                   std::to_string(newest.value) +
                                                   ". Ask again, or with a longer wait_ms.");
}

}  // namespace

WaitingRoom::WaitingRoom(std::function<model::Seq()> published, std::size_t max_waiting,
                         unsigned threads)
    : published_(std::move(published)), max_waiting_(max_waiting) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

WaitingRoom::~WaitingRoom() { close(); }

void WaitingRoom::when_visible(model::Seq seq, Deadline deadline, Resume resume) {
  std::optional<base::Error> refusal;
  if (published_() < seq) {
    base::MutexLock lock(mutex_);
    if (closed_) {
      refusal = make_error(ErrorCode::kShuttingDown, "The server is shutting down. Try again.");
    } else if (guests_.size() >= max_waiting_) {
      refusal = make_error(ErrorCode::kOverloaded, "Too many requests wait for min_seq already.");
    } else {
      guests_.push_back({seq, deadline, std::move(resume)});
      changed_.notify_one();
      return;
    }
  }
  resume(std::move(refusal));
}

void WaitingRoom::post(std::function<void()> work) {
  base::MutexLock lock(mutex_);
  if (closed_) return;
  work_.push_back(std::move(work));
  changed_.notify_one();
}

void WaitingRoom::close() {
  std::vector<Guest> left;
  {
    base::MutexLock lock(mutex_);
    closed_ = true;
    left.swap(guests_);
    changed_.notify_all();
  }
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
  for (Guest& guest : left) {
    guest.resume(make_error(ErrorCode::kShuttingDown, "The server is shutting down. Try again."));
  }
}

std::size_t WaitingRoom::waiting() {
  base::MutexLock lock(mutex_);
  return guests_.size();
}

// Guests whose number is there, or whose time is up, become work.
void WaitingRoom::admit_ready() {
  const model::Seq newest = published_();
  const Deadline now = std::chrono::steady_clock::now();
  std::size_t kept = 0;
  for (Guest& guest : guests_) {
    const bool visible = !(newest < guest.seq);
    if (!visible && now < guest.deadline) {
      if (&guests_[kept] != &guest) guests_[kept] = std::move(guest);
      ++kept;
      continue;
    }
    std::optional<base::Error> error;
    if (!visible) error = too_late(guest.seq, newest);
    work_.push_back([resume = std::move(guest.resume), error]() { resume(error); });
  }
  guests_.resize(kept);
}

void WaitingRoom::run() {
  for (;;) {
    std::function<void()> work;
    {
      base::MutexLock lock(mutex_);
      if (!guests_.empty()) admit_ready();
      while (work_.empty()) {
        if (closed_) return;
        if (guests_.empty()) {
          changed_.wait(mutex_);
        } else {
          changed_.wait_until(mutex_, std::chrono::steady_clock::now() + kPoll);
        }
        admit_ready();
      }
      work = std::move(work_.front());
      work_.pop_front();
    }
    work();
  }
}

}  // namespace headwater::api::v1
