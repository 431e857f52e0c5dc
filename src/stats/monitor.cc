#include "stats/monitor.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "model/duration.h"

namespace headwater::stats {

using base::ErrorCode;
using base::make_error;
using base::Result;
using model::JsonValue;

namespace {

constexpr std::array<std::string_view, kMonitorKinds> kKinds = {"freshness", "volume", "schema",
                                                                "distribution"};
constexpr std::array<std::string_view, 5> kStates = {"unknown", "learning", "ok", "warning",
                                                     "failing"};
constexpr Micros kMaxAge = Micros{3660} * 86'400 * 1'000'000;

base::Error invalid(std::string_view kind, std::string_view text) {
  return make_error(ErrorCode::kInvalidArgument, std::string(kind) + std::string(text));
}

Result<void> read_setting(const JsonValue& json, std::string_view kind, MonitorSetting& setting) {
  if (!json.is_object()) {
    return invalid(kind, " must be an object with enabled, sensitivity or max_age.");
  }
  setting = {};
  if (const JsonValue enabled = json.get("enabled"); enabled.present() && !enabled.is_null()) {
    const auto flag = enabled.boolean();
    if (!flag) return invalid(kind, ".enabled must be true or false.");
    setting.enabled = *flag;
  }
  if (const JsonValue z = json.get("sensitivity"); z.present() && !z.is_null()) {
    const auto number = z.number();
    if (!number || !(*number >= kMinSensitivity && *number <= kMaxSensitivity)) {
      return invalid(kind, ".sensitivity must be a number from 1 to 100: the robust z that fails.");
    }
    setting.sensitivity = *number;
  }
  if (const JsonValue age = json.get("max_age"); age.present() && !age.is_null()) {
    if (kind != "freshness" && kind != "schema") {
      return invalid(kind, ".max_age is of freshness and schema only.");
    }
    auto duration = model::parse_duration(age.string().value_or(""));
    if (!duration) return invalid(kind, ".max_age " + duration.error().message);
    if (*duration <= 0 || *duration > kMaxAge) {
      return invalid(kind, ".max_age must be longer than nothing and at most P3660D.");
    }
    setting.max_age = *duration;
  }
  return {};
}

}  // namespace

std::string_view to_string(MonitorKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

std::optional<MonitorKind> monitor_named(std::string_view name) {
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    if (kKinds[i] == name) return static_cast<MonitorKind>(i);
  }
  return std::nullopt;
}

std::string_view to_string(MonitorState state) { return kStates[static_cast<std::size_t>(state)]; }

std::optional<MonitorState> state_named(std::string_view name) {
  for (std::size_t i = 0; i < kStates.size(); ++i) {
    if (kStates[i] == name) return static_cast<MonitorState>(i);
  }
  return std::nullopt;
}

std::string_view to_string(Basis basis) {
  switch (basis) {
    case Basis::kNone: return "none";
    case Basis::kWeekday: return "weekday";
    case Basis::kAllDays: return "all_days";
    case Basis::kDeclared: return "declared";
    case Basis::kVersions: return "versions";
  }
  return "none";
}

Result<void> read_settings(const JsonValue& json, MonitorSettings& settings) {
  for (std::size_t i = 0; i < kMonitorKinds; ++i) {
    const JsonValue one = json.get(kKinds[i]);
    if (!one.present() || one.is_null()) continue;
    HW_CHECK_OK(read_setting(one, kKinds[i], settings.of[i]));
  }
  return {};
}

std::string write_settings(const MonitorSettings& settings) {
  std::string out = "{";
  for (std::size_t i = 0; i < kMonitorKinds; ++i) {
    const MonitorSetting& one = settings.of[i];
    std::array<char, 32> number{};
    std::snprintf(number.data(), number.size(), "%.17g", one.sensitivity);
    if (i > 0) out += ',';
    out.append("\"").append(kKinds[i]).append("\":{\"enabled\":");
    out.append(one.enabled ? "true" : "false").append(",\"sensitivity\":").append(number.data());
    if (one.max_age) {
      out.append(",\"max_age\":").append(model::json_quote(model::format_duration(*one.max_age)));
    }
    out += '}';
  }
  return out + "}";
}

}  // namespace headwater::stats
