#include "base/log.h"

#include <string>

#include <spdlog/sinks/stdout_sinks.h>

namespace headwater::base {

Result<void> init_logging(std::string_view level) {
  const auto parsed = spdlog::level::from_str(std::string(level));
  if (parsed == spdlog::level::off && level != "off") {
    return make_error(ErrorCode::kInvalidConfig,
                      "log.level must be one of trace, debug, info, warn, error, off");
  }
  spdlog::drop("headwater");  // of an earlier call
  auto logger = spdlog::stderr_logger_mt("headwater");
  logger->set_pattern("time=%Y-%m-%dT%H:%M:%S.%eZ level=%l %v", spdlog::pattern_time_type::utc);
  logger->set_level(parsed);
  spdlog::set_default_logger(std::move(logger));
  return {};
}

}  // namespace headwater::base
