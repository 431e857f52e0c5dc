#include "api/dto/problem.h"

#include "api/dto/json_writer.h"

namespace headwater::api::dto {
namespace {

void put_text(JsonWriter& json, std::string_view key, const std::string& value) {
  if (!value.empty()) json.key(key).text(value);
}

void put_number(JsonWriter& json, std::string_view key, const std::optional<std::int64_t>& value) {
  if (value) json.key(key).number(*value);
}

}  // namespace

std::string problem_json(const base::Error& error, const ProblemDetails& details) {
  const base::ErrorInfo& info = base::error_info(error.code);
  JsonWriter json;
  json.begin_object();
  json.key("type").text("/docs/errors/" + std::string(info.name));
  json.key("title").text(info.title);
  json.key("status").number(info.http_status);
  json.key("detail").text(error.message);
  json.key("code").text(info.name);
  put_text(json, "instance", details.instance);
  put_text(json, "parameter", details.parameter);
  put_text(json, "pointer", details.pointer);
  put_number(json, "limit", details.limit);
  put_number(json, "quarantine_seq", details.quarantine_seq);
  put_number(json, "retry_after_s", details.retry_after_s);
  json.end_object();
  return json.take();
}

}  // namespace headwater::api::dto
