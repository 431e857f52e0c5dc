#include "api/v1/planner_body.h"

#include <utility>

#include "api/dto/common.h"
#include "api/v1/body.h"
#include "api/v1/parameters.h"

namespace headwater::api::v1 {

using base::ErrorCode;
using base::make_error;

namespace {

Result<void> check_length(Context& context, std::string_view name, std::string_view text,
                          std::size_t most) {
  if (text.size() <= most) return {};
  context.details.limit = static_cast<std::int64_t>(most);
  return make_error(ErrorCode::kLimitExceeded,
                    std::string(name) + " may have at most " + std::to_string(most) + " bytes.");
}

}  // namespace

Result<std::string> required_text(Context& context, const model::JsonValue& body,
                                  std::string_view name) {
  HW_TRY(std::optional<std::string> text, text_member(context, body, name));
  if (text && !text->empty()) return *std::move(text);
  return invalid_member(context, "/" + std::string(name), std::string(name) + " is required.");
}

Result<Signed> signed_body(Context& context, const model::JsonValue& body) {
  Signed out;
  HW_TRY(out.author, required_text(context, body, "author"));
  HW_TRY(std::optional<std::string> reason, text_member(context, body, "reason"));
  out.reason = std::move(reason).value_or("");
  context.details.pointer = "/author";
  HW_CHECK_OK(check_length(context, "author", out.author, kMaxAuthorBytes));
  context.details.pointer = "/reason";
  HW_CHECK_OK(check_length(context, "reason", out.reason, kMaxReasonBytes));
  context.details.pointer.clear();
  return out;
}

Result<Signed> signed_parameters(Context& context) {
  Signed out;
  HW_TRY(out.author, required_parameter(context, "author"));
  if (const std::string* reason = context.request.query_value("reason")) out.reason = *reason;
  context.details.parameter = "author";
  HW_CHECK_OK(check_length(context, "author", out.author, kMaxAuthorBytes));
  context.details.parameter = "reason";
  HW_CHECK_OK(check_length(context, "reason", out.reason, kMaxReasonBytes));
  context.details.parameter.clear();
  return out;
}

void write_signed(dto::JsonWriter& json, std::string_view decision, const Signed& who) {
  json.key("decision").text(decision).key("author").text(who.author);
  json.key("reason").text(who.reason);
}

void write_named(dto::JsonWriter& json, std::string_view key, const model::Name& name) {
  json.key(key);
  dto::write_name(json, name);
}

ingest::Decision planner_record(dto::JsonWriter& json) {
  ingest::Decision out;
  out.kind = ingest::Decision::Kind::kPlanner;
  out.planner = json.take();
  return out;
}

ingest::Decision stats_record(dto::JsonWriter& json) {
  ingest::Decision out;
  out.kind = ingest::Decision::Kind::kStats;
  out.stats = json.take();
  return out;
}

}  // namespace headwater::api::v1
