#include "base/crew.h"

#include <algorithm>
#include <utility>

namespace headwater::base {

unsigned Crew::idle_processors() {
  const unsigned processors = std::max(1U, std::thread::hardware_concurrency());
  return std::min(processors - 1, kMaxHelpers);
}

Crew::Crew(unsigned helpers) {
  helpers = std::min(helpers, kMaxHelpers);
  helpers_.reserve(helpers);
  for (unsigned i = 0; i < helpers; ++i) {
    helpers_.emplace_back([this] { help(); });
  }
}

Crew::~Crew() {
  {
    MutexLock lock(mutex_);
    closing_ = true;
  }
  wanted_.notify_all();
  for (std::thread& helper : helpers_) helper.join();
}

void Crew::run(std::size_t parts, const std::function<void(std::size_t part)>& work) {
  if (parts < 2 || helpers_.empty()) {
    for (std::size_t part = 0; part < parts; ++part) work(part);
    return;
  }
  Job job{&work, parts};
  MutexLock lock(mutex_);
  jobs_.push_back(&job);
  for (std::size_t i = 1; i < std::min(parts, size()); ++i) wanted_.notify_one();
  while (job.next < job.parts) do_part(job);
  while (job.done < job.parts) finished_.wait(mutex_);
}

void Crew::leave(std::function<void()> work) {
  if (!helpers_.empty()) {
    MutexLock lock(mutex_);
    if (left_.size() < kMaxLeft) {
      left_.push_back(std::move(work));
      wanted_.notify_one();
      return;
    }
  }
  work();
}

void Crew::help() {
  MutexLock lock(mutex_);
  for (;;) {
    if (!jobs_.empty()) {
      do_part(*jobs_.front());
    } else if (!left_.empty()) {
      do_left();
    } else if (closing_) {
      return;
    } else {
      wanted_.wait(mutex_);
    }
  }
}

void Crew::do_left() {
  std::function<void()> work = std::move(left_.front());
  left_.pop_front();
  mutex_.unlock();
  [&]() noexcept {
    work();
    work = nullptr;  // what it holds may be much
  }();
  mutex_.lock();
}

void Crew::do_part(Job& job) {
  const std::size_t part = job.next++;
  if (job.next == job.parts) jobs_.erase(std::find(jobs_.begin(), jobs_.end(), &job));
  mutex_.unlock();
  [&]() noexcept { (*job.work)(part); }();  // else others would go on with a job that is gone
  mutex_.lock();
  if (++job.done == job.parts) finished_.notify_all();
}

}  // namespace headwater::base
