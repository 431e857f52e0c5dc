// Reading request bodies that are JSON objects.
//
// Errors: kUnsupportedMediaType, kInvalidJson, kInvalidArgument with the member's pointer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/v1/context.h"
#include "model/json.h"

namespace headwater::api::v1 {

// application/json, anything ending in +json, or nothing at all.
Result<void> check_media_type(const http::Request& request);

// The body, checked to be one JSON object. A view into the request.
Result<model::JsonValue> json_object(Context& context);

base::Error invalid_member(Context& context, std::string_view pointer, std::string message);
Result<std::optional<std::int64_t>> number_member(Context& context, const model::JsonValue& object,
                                                  std::string_view name, std::int64_t least,
                                                  std::int64_t most);
// Absent and null are nullopt.
Result<std::optional<std::string>> text_member(Context& context, const model::JsonValue& object,
                                               std::string_view name);

}  // namespace headwater::api::v1
