#include <chrono>
#include <cstdio>

#include <unistd.h>

#include "cli/cli.h"
#include "cli/commands.h"

namespace headwater::cli {

namespace {

constexpr std::int64_t kTerminalEveryMs = 100, kPlainEveryMs = 5000;

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Progress::Progress(std::string label)
    : label_(std::move(label)), terminal_(::isatty(STDERR_FILENO) != 0), last_ms_(now_ms()) {}

void Progress::show(double share, const std::function<std::string()>& text) {
  const std::int64_t now = now_ms();
  if (now - last_ms_ < (terminal_ ? kTerminalEveryMs : kPlainEveryMs)) return;
  last_ms_ = now;
  shown_ = true;
  const std::string percent =
      share < 0 ? "" : std::to_string(static_cast<int>(share * 100)) + " % ";
  std::fprintf(stderr, terminal_ ? "\r\033[K%s %s%s" : "%s %s%s\n", label_.c_str(), percent.c_str(),
               text ? text().c_str() : "");
  std::fflush(stderr);
}

void Progress::finish() {
  if (shown_ && terminal_) std::fprintf(stderr, "\r\033[K");
}

int report(const base::Error& error) {
  std::fprintf(stderr, "headwater: %s\n", error.message.c_str());
  if (!error.detail.empty()) std::fprintf(stderr, "  %s\n", error.detail.c_str());
  return error.code == base::ErrorCode::kInvalidConfig ? kUsage : kFailed;
}

}  // namespace headwater::cli
