// Reading parameters: each error names its parameter and says what is allowed.
//
// Absent gives the default; a parameter that stands twice counts by its first value. Errors:
// kInvalidArgument, kLimitExceeded, kInvalidCursor. `context.details` gets the parameter's name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/dto/cursor.h"
#include "api/v1/context.h"

namespace headwater::api::v1 {

inline constexpr std::int64_t kMaxLimit = 1000;

struct NumberRange {
  std::int64_t least = 0, most = INT64_MAX;
};

base::Error invalid_parameter(Context& context, std::string_view name, std::string message);

Result<std::int64_t> number_parameter(Context& context, std::string_view name,
                                      std::int64_t otherwise, NumberRange range);
Result<std::optional<std::int64_t>> optional_number(Context& context, std::string_view name,
                                                    NumberRange range);
Result<bool> flag_parameter(Context& context, std::string_view name, bool otherwise);
Result<std::optional<base::Micros>> time_parameter(Context& context, std::string_view name);
// A moment of valid time: RFC 3339, or a sequence number, which stands for that record's event
// time.
Result<std::optional<base::Micros>> as_of_parameter(Context& context, std::string_view name);
// A moment of recorded time: a sequence number up to the newest, or RFC 3339, which stands for the
// last record that had been received then.
Result<std::optional<model::Seq>> known_at_parameter(Context& context, std::string_view name);
Result<std::string> required_parameter(Context& context, std::string_view name);
// The index of the value in `allowed` (lower case); case does not matter.
Result<std::size_t> choice_parameter(Context& context, std::string_view name,
                                     const std::vector<std::string_view>& allowed,
                                     std::size_t otherwise);
Result<model::Seq> seq_in_path(Context& context);

// ---- pages ------------------------------------------------------------------------------------

struct Paging {
  query::PageRequest page;
  std::optional<dto::CursorFields> after;  // `fields` of them
  std::uint64_t binding = 0;               // of the next cursor
};
Result<Paging> paging(Context& context, std::size_t fields);
// The hash of the path and of all parameters that choose or order what is listed.
std::uint64_t binding_of(const http::Request& request);
base::Error wrong_cursor(Context& context);

}  // namespace headwater::api::v1
