#include "api/dto/json_writer.h"

#include "model/json.h"
#include "model/time.h"

namespace headwater::api::dto {

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
  writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  return *this;
}

JsonWriter& JsonWriter::text(std::string_view value) {
  writer_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
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
  const std::string clean = model::json_minify(json);
  writer_.RawValue(clean.data(), clean.size(), rapidjson::kObjectType);
  return *this;
}

JsonWriter& JsonWriter::verbatim(std::string_view json) {
  writer_.RawValue(json.data(), json.size(), rapidjson::kObjectType);
  return *this;
}

JsonWriter& JsonWriter::text_or_null(const std::optional<std::string>& value) {
  return value ? text(*value) : null();
}

JsonWriter& JsonWriter::time_or_null(const std::optional<base::Micros>& value) {
  return value ? time(*value) : null();
}

std::string JsonWriter::take() {
  std::string out(buffer_.GetString(), buffer_.GetSize());
  buffer_.Clear();
  return out;
}

}  // namespace headwater::api::dto
