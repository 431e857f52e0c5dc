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
  pacer_.end();
  thread_.join();
}

void SearchKeeper::run() {
  Time::time_point ranked = Time::now();
  do {
    const bool rank = Time::now() - ranked >= std::chrono::seconds(query::kRankedEveryS);
    if (rank) ranked = Time::now();
    const auto kept = query::keep_search(queries_, rank, [this] { return pacer_.ended(); });
    if (!kept && !pacer_.ended()) HW_LOG_WARN("search.not_kept", "error={}", kept.error().message);
  } while (pacer_.sleep(kEvery));
}

}  // namespace headwater::app
