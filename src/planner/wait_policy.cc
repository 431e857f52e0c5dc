#include "planner/wait_policy.h"

#include <optional>
#include <string_view>

#include "model/duration.h"

namespace headwater::planner {

using base::ErrorCode;
using base::make_error;
using base::Result;
using model::JsonValue;

namespace {

base::Error bad_member(std::string_view member, std::string_view what) {
  const std::string name = member.empty() ? "mapping.wait" : "mapping.wait." + std::string(member);
  return make_error(ErrorCode::kInvalidArgument, name + " " + std::string(what));
}

// A member that is not known is told rather than left unread.
Result<void> check_members(const JsonValue& json, std::string_view prefix, std::string_view first,
                           std::string_view second) {
  Result<void> out;
  json.members([&](std::string_view name, const JsonValue&) {
    if (!out || name == first || name == second) return;
    std::string known(first);
    if (!second.empty()) known += " and " + std::string(second);
    out = bad_member(std::string(prefix) + std::string(name),
                     "is not known; there is " + known + ".");
  });
  return out;
}

Result<void> read_inputs(const JsonValue& json, WaitPolicy& out) {
  if (!json.present() || json.is_null()) return {};
  const auto word = json.string();
  if (word == "planned") return {};
  if (word == "all") {
    out.inputs = WaitPolicy::Inputs::kAll;
    return {};
  }
  if (!json.is_object()) {
    return bad_member("inputs", "must be \"planned\", \"all\" or {\"at_least\": n}.");
  }
  HW_CHECK_OK(check_members(json, "inputs.", "at_least", ""));
  const auto count = json.get("at_least").integer();
  if (!count || *count < 1) {
    return bad_member("inputs.at_least", "must be a whole number of partitions, 1 or more.");
  }
  if (*count > kMaxWaitInputs) {
    return make_error(ErrorCode::kLimitExceeded, "mapping.wait.inputs.at_least may be at most " +
                                                     std::to_string(kMaxWaitInputs) + ".");
  }
  out.inputs = WaitPolicy::Inputs::kAtLeast;
  out.at_least = *count;
  return {};
}

Result<void> read_quiet(const JsonValue& json, WaitPolicy& out) {
  if (!json.present() || json.is_null()) return {};
  const auto text = json.string();
  if (!text) return bad_member("quiet", "must be a duration such as PT2H, or null.");
  const auto parsed = model::parse_duration(*text);
  if (!parsed) return bad_member("quiet", parsed.error().message);
  if (*parsed < kMinQuiet) return bad_member("quiet", "must be PT1S or longer, or be left out.");
  if (*parsed > kMaxQuiet) {
    return make_error(ErrorCode::kLimitExceeded, "mapping.wait.quiet may be at most " +
                                                     model::format_duration(kMaxQuiet) + ".");
  }
  out.quiet = *parsed;
  return {};
}

}  // namespace

std::string wait_json(const WaitPolicy& policy) {
  std::string out = "{";
  if (policy.inputs == WaitPolicy::Inputs::kAll) out += "\"inputs\":\"all\"";
  if (policy.counts_inputs()) {
    out += "\"inputs\":{\"at_least\":" + std::to_string(policy.at_least) + "}";
  }
  if (policy.quiet != 0) {
    out += std::string(out.size() > 1 ? "," : "") + "\"quiet\":\"" +
           model::format_duration(policy.quiet) + "\"";
  }
  return out + "}";
}

Result<WaitPolicy> parse_wait(const JsonValue& json) {
  WaitPolicy out;
  if (!json.present() || json.is_null()) return out;
  if (!json.is_object()) return bad_member("", "must be an object, or null.");
  HW_CHECK_OK(check_members(json, "", "inputs", "quiet"));
  HW_CHECK_OK(read_inputs(json.get("inputs"), out));
  HW_CHECK_OK(read_quiet(json.get("quiet"), out));
  return out;
}

}  // namespace headwater::planner
