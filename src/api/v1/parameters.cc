#include "api/v1/parameters.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/hash.h"
#include "model/time.h"

namespace headwater::api::v1 {
namespace {

using base::ErrorCode;
using base::make_error;

std::optional<std::int64_t> read_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

std::string quoted(std::string_view value) {
  constexpr std::size_t kShown = 100;
  std::string out = "\"";
  std::size_t size = std::min(value.size(), kShown);
  while (size < value.size() && size > 0 &&
         (static_cast<unsigned char>(value[size]) & 0xC0) == 0x80) {
    --size;
  }
  out.append(value.substr(0, size));
  return out + (size < value.size() ? "...\"" : "\"");
}

// Parameters that do not change what a list holds.
constexpr std::array<std::string_view, 5> kNotBinding = {"cursor", "limit", "offset", "min_seq",
                                                         "wait_ms"};

}  // namespace

base::Error invalid_parameter(Context& context, std::string_view name, std::string message) {
  context.details.parameter = name;
  return make_error(ErrorCode::kInvalidArgument, std::string(name) + " " + std::move(message));
}

Result<std::optional<std::int64_t>> optional_number(Context& context, std::string_view name,
                                                    NumberRange range) {
  const std::string* text = context.request.query_value(name);
  if (text == nullptr) return std::optional<std::int64_t>{};
  const std::optional<std::int64_t> value = read_number(*text);
  if (!value || *value < range.least) {
    return invalid_parameter(context, name,
                             "must be a whole number from " + std::to_string(range.least) +
                                 ", not " + quoted(*text) + ".");
  }
  if (*value > range.most) {
    context.details.parameter = name;
    context.details.limit = range.most;
    return make_error(ErrorCode::kLimitExceeded, std::string(name) + " may be at most " +
                                                     std::to_string(range.most) + ", not " + *text +
                                                     ".");
  }
  return value;
}

Result<std::int64_t> number_parameter(Context& context, std::string_view name,
                                      std::int64_t otherwise, NumberRange range) {
  HW_TRY(const std::optional<std::int64_t> value, optional_number(context, name, range));
  return value.value_or(otherwise);
}

Result<bool> flag_parameter(Context& context, std::string_view name, bool otherwise) {
  HW_TRY(const std::size_t choice,
         choice_parameter(context, name, {"false", "true"}, otherwise ? 1 : 0));
  return choice == 1;
}

Result<std::optional<base::Micros>> time_parameter(Context& context, std::string_view name) {
  const std::string* text = context.request.query_value(name);
  if (text == nullptr) return std::optional<base::Micros>{};
  const std::optional<model::ParsedTime> time = model::parse_time(*text);
  if (time) return std::optional<base::Micros>(time->micros);
  return invalid_parameter(
      context, name, "must be a moment like 2026-10-01T00:00:00Z, not " + quoted(*text) + ".");
}

namespace {

// A sequence number, if the text is one; it must be recorded.
Result<std::optional<model::Seq>> seq_text(Context& context, std::string_view name,
                                           std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::optional<model::Seq>{};
  }
  const std::optional<std::int64_t> number = read_number(text);
  if (number && static_cast<std::uint64_t>(*number) <= context.pinned.value) {
    return std::optional<model::Seq>(model::Seq{static_cast<std::uint64_t>(*number)});
  }
  return invalid_parameter(context, name,
                           "is " + std::string(text.substr(0, 20)) + ", but the newest record is " +
                               std::to_string(context.pinned.value) +
                               ". Wait for it with min_seq, or leave " + std::string(name) +
                               " out.");
}

base::Error not_a_moment(Context& context, std::string_view name, std::string_view text) {
  return invalid_parameter(
      context, name,
      "must be a moment like 2026-10-01T00:00:00Z or a sequence number, not " + quoted(text) + ".");
}

}  // namespace

Result<std::optional<base::Micros>> as_of_parameter(Context& context, std::string_view name) {
  const std::string* text = context.request.query_value(name);
  if (text == nullptr) return std::optional<base::Micros>{};
  HW_TRY(const std::optional<model::Seq> seq, seq_text(context, name, *text));
  if (seq) {
    if (!*seq) return not_a_moment(context, name, *text);
    HW_TRY(const base::Micros time, context.services.queries().time_of(*seq));
    return std::optional<base::Micros>(time);
  }
  const std::optional<model::ParsedTime> time = model::parse_time(*text);
  if (time) return std::optional<base::Micros>(time->micros);
  return not_a_moment(context, name, *text);
}

Result<std::optional<model::Seq>> known_at_parameter(Context& context, std::string_view name) {
  const std::string* text = context.request.query_value(name);
  if (text == nullptr) return std::optional<model::Seq>{};
  HW_TRY(const std::optional<model::Seq> seq, seq_text(context, name, *text));
  if (seq) return seq;
  const std::optional<model::ParsedTime> time = model::parse_time(*text);
  if (!time) return not_a_moment(context, name, *text);
  HW_TRY(const model::Seq known, context.services.queries().seq_at(time->micros));
  return std::optional<model::Seq>(std::min(known, context.pinned));
}

Result<std::string> required_parameter(Context& context, std::string_view name) {
  const std::string* text = context.request.query_value(name);
  if (text != nullptr && !text->empty()) return *text;
  return invalid_parameter(context, name, "is required.");
}

Result<std::size_t> choice_parameter(Context& context, std::string_view name,
                                     const std::vector<std::string_view>& allowed,
                                     std::size_t otherwise) {
  const std::string* text = context.request.query_value(name);
  if (text == nullptr) return otherwise;
  const auto it = std::find(allowed.begin(), allowed.end(), lower_case(*text));
  if (it != allowed.end()) return static_cast<std::size_t>(it - allowed.begin());
  std::string message = "must be ";
  for (std::size_t i = 0; i < allowed.size(); ++i) {
    if (i > 0) message += i + 1 == allowed.size() ? " or " : ", ";
    message += allowed[i];
  }
  return invalid_parameter(context, name, message + ", not " + quoted(*text) + ".");
}

Result<model::Seq> seq_in_path(Context& context) {
  const std::optional<std::int64_t> value = read_number(context.parameter("seq"));
  if (value && *value > 0) return model::Seq{static_cast<std::uint64_t>(*value)};
  return invalid_parameter(context, "seq", "must be a whole number from 1.");
}

Result<Paging> paging(Context& context, std::size_t fields) {
  Paging out;
  HW_TRY(const std::int64_t limit, number_parameter(context, "limit", 100, {1, kMaxLimit}));
  HW_TRY(const std::int64_t offset, number_parameter(context, "offset", 0, {0, INT32_MAX}));
  out.page = {static_cast<std::size_t>(limit), static_cast<std::size_t>(offset)};
  out.binding = binding_of(context.request);
  const std::string* cursor = context.request.query_value("cursor");
  if (cursor == nullptr || cursor->empty()) return out;
  if (offset > 0) {
    return invalid_parameter(context, "offset", "cannot stand beside a cursor; leave one out.");
  }
  context.details.parameter = "cursor";
  HW_TRY(out.after, dto::decode_cursor(*cursor, out.binding));
  if (out.after->size() != fields) return wrong_cursor(context);
  context.details.parameter.clear();
  return out;
}

std::uint64_t binding_of(const http::Request& request) {
  std::vector<std::pair<std::string, std::string>> filters;
  for (const auto& parameter : request.query) {
    const auto end = kNotBinding.end();
    if (std::find(kNotBinding.begin(), end, parameter.first) == end) filters.push_back(parameter);
  }
  std::sort(filters.begin(), filters.end());
  base::Hasher hasher;
  for (const std::string& segment : request.segments) hasher.field(segment);
  hasher.field("?");
  for (const auto& [name, value] : filters) hasher.field(name).field(value);
  return hasher.finish().low;
}

base::Error wrong_cursor(Context& context) {
  context.details.parameter = "cursor";
  return make_error(ErrorCode::kInvalidCursor,
                    "The cursor does not fit this list. Leave it out to start from the first "
                    "page.");
}

}  // namespace headwater::api::v1
