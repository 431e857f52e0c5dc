#include "api/http/problem.h"

#include <string_view>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "base/utf8.h"

namespace headwater::api::http {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void put_string(Writer& writer, std::string_view text) {
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

// A message may quote what a client sent; the answer is UTF-8 all the same.
std::string as_utf8(const std::string& text) {
  if (base::is_utf8(text)) return text;
  std::string out = text;
  for (char& c : out) {
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  }
  return out;
}

}  // namespace

std::string problem_json(const base::Error& error, std::optional<int> status) {
  const base::ErrorInfo& info = base::error_info(error.code);
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  writer.Key("type");
  put_string(writer, "/docs/errors/" + std::string(info.name));
  writer.Key("title");
  put_string(writer, info.title);
  writer.Key("status");
  writer.Int(status.value_or(info.http_status));
  writer.Key("detail");
  put_string(writer, as_utf8(error.message));
  writer.Key("code");
  put_string(writer, info.name);
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

Response problem_response(const base::Error& error, std::optional<int> status) {
  Response response;
  response.status = status.value_or(base::error_info(error.code).http_status);
  response.content_type = "application/problem+json";
  response.body = problem_json(error, status);
  if (response.status == 429 || response.status == 503) {
    response.headers.emplace_back("Retry-After", "1");
  }
  return response;
}

}  // namespace headwater::api::http
