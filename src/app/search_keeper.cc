#include "app/search_keeper.h"

#include <chrono>

#include "base/log.h"
#include "query/search.h"

namespace headwater::app {

namespace {

using Time = std::chrono::steady_clock;
constexpr std::chrono::seconds kEvery{5};

}  // namespace

SearchKeeper::SearchKeeper(query::Service& queries) : queries_(queries) {
  query::leave_search_to_background(queries_);
  thread_ = std::thread([this] { run(); });
}

SearchKeeper::~SearchKeeper() {
  {
    base::MutexLock lock(mutex_);
    over_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

bool SearchKeeper::over() {
  base::MutexLock lock(mutex_);
  return over_;
}

bool SearchKeeper::sleep() {
  const auto until = Time::now() + kEvery;
  base::MutexLock lock(mutex_);
  while (!over_) {
    if (!changed_.wait_until(mutex_, until)) break;
  }
  return !over_;
}

void SearchKeeper::run() {
  Time::time_point ranked = Time::now();
  do {
    const bool rank = Time::now() - ranked >= std::chrono::seconds(query::kRankedEveryS);
    if (rank) ranked = Time::now();
    const auto kept = query::keep_search(queries_, rank, [this] { return over(); });
    if (!kept && !over()) HW_LOG_WARN("search.not_kept", "error={}", kept.error().message);
  } while (sleep());
}

}  // namespace headwater::app
