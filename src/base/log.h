// Structured logs through spdlog: one line, an event name, then key=value pairs.
//
//   HW_LOG_INFO("writer.commit", "records={} duration_us={}", n, us);
//
// Keys and bodies of requests never go into a log. Thread-safety: any thread.
#pragma once

#include <string_view>

#include <spdlog/spdlog.h>

#include "base/result.h"

namespace headwater::base {

// level: trace, debug, info, warn, error, off. Writes to standard error.
Result<void> init_logging(std::string_view level);

}  // namespace headwater::base

#define HW_LOG_INFO(event, fmt, ...) \
  ::spdlog::info("event=" event " " fmt __VA_OPT__(, ) __VA_ARGS__)
#define HW_LOG_WARN(event, fmt, ...) \
  ::spdlog::warn("event=" event " " fmt __VA_OPT__(, ) __VA_ARGS__)
#define HW_LOG_ERROR(event, fmt, ...) \
  ::spdlog::error("event=" event " " fmt __VA_OPT__(, ) __VA_ARGS__)
#define HW_LOG_DEBUG(event, fmt, ...) \
  ::spdlog::debug("event=" event " " fmt __VA_OPT__(, ) __VA_ARGS__)
