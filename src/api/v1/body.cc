#include "api/v1/body.h"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "api/http/text.h"

namespace headwater::api::v1 {
namespace {

using base::ErrorCode;
using base::make_error;

constexpr std::size_t kMaxDepth = 64;

// Accepts everything down to kMaxDepth. The parser itself is iterative, so depth costs no stack.
struct DepthCheck : rapidjson::BaseReaderHandler<rapidjson::UTF8<>, DepthCheck> {
  std::size_t depth = 0;
  bool Default() { return true; }
  bool StartObject() { return ++depth <= kMaxDepth; }
  bool StartArray() { return ++depth <= kMaxDepth; }
  bool EndObject(rapidjson::SizeType) { return depth-- > 0; }
  bool EndArray(rapidjson::SizeType) { return depth-- > 0; }
};

}  // namespace

Result<void> check_media_type(const http::Request& request) {
  std::string_view type = request.header("content-type");
  type = http::trim(type.substr(0, type.find(';')));
  const std::string lower = http::to_lower(type);
  if (lower.empty() || lower == "application/json" || lower.ends_with("+json")) return {};
  return make_error(ErrorCode::kUnsupportedMediaType,
                    "Send JSON with Content-Type: application/json.");
}

Result<model::JsonValue> json_object(Context& context) {
  HW_CHECK_OK(check_media_type(context.request));
  const std::string& body = context.request.body;
  rapidjson::MemoryStream stream(body.data(), body.size());
  rapidjson::Reader reader;
  DepthCheck check;
  constexpr unsigned kFlags =
      rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;
  const rapidjson::ParseResult parsed = reader.Parse<kFlags>(stream, check);
  if (!parsed) {
    return make_error(ErrorCode::kInvalidJson,
                      "The body is not JSON in UTF-8; the fault is at byte " +
                          std::to_string(parsed.Offset()) + ".");
  }
  const model::JsonValue value{std::string_view(body)};
  if (value.is_object()) return value;
  return invalid_member(context, "", "The body must be a JSON object.");
}

base::Error invalid_member(Context& context, std::string_view pointer, std::string message) {
  context.details.pointer = pointer;
  return make_error(ErrorCode::kInvalidArgument, std::move(message));
}

Result<std::optional<std::int64_t>> number_member(Context& context, const model::JsonValue& object,
                                                  std::string_view name, std::int64_t least,
                                                  std::int64_t most) {
  const model::JsonValue member = object.get(name);
  if (!member.present()) return std::optional<std::int64_t>{};
  const std::optional<std::int64_t> value = member.integer();
  const std::string pointer = "/" + std::string(name);
  if (!value || *value < least) {
    return invalid_member(
        context, pointer,
        std::string(name) + " must be a whole number from " + std::to_string(least) + ".");
  }
  if (*value > most) {
    context.details.pointer = pointer;
    context.details.limit = most;
    return make_error(ErrorCode::kLimitExceeded,
                      std::string(name) + " may be at most " + std::to_string(most) + ".");
  }
  return value;
}

Result<std::optional<std::string>> text_member(Context& context, const model::JsonValue& object,
                                               std::string_view name) {
  const model::JsonValue member = object.get(name);
  if (!member.present() || member.is_null()) return std::optional<std::string>{};
  if (member.is_string()) return member.string();
  return invalid_member(context, "/" + std::string(name), std::string(name) + " must be a string.");
}

}  // namespace headwater::api::v1
