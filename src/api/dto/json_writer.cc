#include "api/dto/json_writer.h"

#include <cstring>

#include "model/json.h"
#include "model/time.h"

namespace headwater::api::dto {
namespace {

// Without a branch for each byte, so that the compiler takes many at once.
bool needs_escape(std::string_view text) {
  unsigned found = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    found |= static_cast<unsigned>(byte < 0x20) | static_cast<unsigned>(byte == '"') |
             static_cast<unsigned>(byte == '\\');
  }
  return found != 0;
}

}  // namespace

void JsonWriter::Output::put_text(std::string_view value) {
  if (needs_escape(value)) {
    String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
    return;
  }
  Prefix(rapidjson::kStringType);
  char* const to = os_->Push(value.size() + 2);
  to[0] = to[value.size() + 1] = '"';
  std::memcpy(to + 1, value.data(), value.size());
  EndValue(true);
}

void JsonWriter::Output::put_json(std::string_view json) {
  Prefix(rapidjson::kObjectType);
  std::memcpy(os_->Push(json.size()), json.data(), json.size());
  EndValue(true);
}

JsonWriter& JsonWriter::begin_object() {
  writer_.StartObject();
  return *this;
}

JsonWriter& JsonWriter::end_object() {
  writer_.EndObject();
  return *this;
}

JsonWriter& JsonWriter::begin_array() {
  writer_.StartArray();
  return *this;
}

JsonWriter& JsonWriter::end_array() {
  writer_.EndArray();
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  writer_.put_text(name);
  return *this;
}

JsonWriter& JsonWriter::text(std::string_view value) {
  writer_.put_text(value);
  return *this;
}

JsonWriter& JsonWriter::number(std::int64_t value) {
  writer_.Int64(value);
  return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
  writer_.Bool(value);
  return *this;
}

JsonWriter& JsonWriter::null() {
  writer_.Null();
  return *this;
}

JsonWriter& JsonWriter::time(base::Micros value) { return text(model::format_time(value)); }

JsonWriter& JsonWriter::raw(std::string_view json) {
  writer_.put_json(model::json_minify(json));
  return *this;
}

JsonWriter& JsonWriter::verbatim(std::string_view json) {
  writer_.put_json(json);
  return *this;
}

JsonWriter& JsonWriter::text_or_null(const std::optional<std::string>& value) {
  return value ? text(*value) : null();
}

JsonWriter& JsonWriter::time_or_null(const std::optional<base::Micros>& value) {
  return value ? time(*value) : null();
}

std::string JsonWriter::take() {
  std::string out;
  take_to(out);
  return out;
}

void JsonWriter::take_to(std::string& end) {
  end.append(buffer_.GetString(), buffer_.GetSize());
  buffer_.Clear();
}

}  // namespace headwater::api::dto
