#include "app/stats_keeper.h"

#include <chrono>

#include "base/log.h"

namespace headwater::app {
namespace {

constexpr std::chrono::seconds kEvery{60};

}  // namespace

StatsKeeper::StatsKeeper(api::v1::Api& api) : api_(api) {
  thread_ = std::thread([this] { run(); });
}

StatsKeeper::~StatsKeeper() {
  pacer_.end();
  thread_.join();
}

void StatsKeeper::run() {
  do {
    const auto kept = api_.bring_up([this] { return pacer_.ended(); });
    if (!kept && !pacer_.ended()) HW_LOG_WARN("stats.not_kept", "error={}", kept.error().message);
  } while (pacer_.sleep(kEvery));
}

}  // namespace headwater::app
