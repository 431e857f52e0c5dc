#include "cli/server_ask.h"

#include <cstdio>

#include "cli/cli.h"
#include "cli/commands.h"
#include "ingest/parse.h"

namespace headwater::cli {

using base::ErrorCode;
using base::make_error;
using base::Result;
using model::JsonValue;

std::string server_url(const base::Config& config, const std::string& given) {
  if (!given.empty()) return given;
  return "http://127.0.0.1:" + config.text("http.port");
}

std::string path_part(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    char escaped[4];
    std::snprintf(escaped, sizeof escaped, "%%%02X", static_cast<unsigned char>(c));
    out += plain || c == '-' || c == '.' ? std::string(1, c) : std::string(escaped);
  }
  return out;
}

std::string query_text(const Query& query) {
  std::string out;
  for (const auto& [name, value] : query) {
    if (value.empty()) continue;
    out += (out.empty() ? "?" : "&") + name + "=" + path_part(value);
  }
  return out;
}

void ObjectText::key(std::string_view name) {
  if (!out_.empty()) out_ += ',';
  out_ += model::json_quote(name) + ":";
}

ObjectText& ObjectText::text(std::string_view name, const std::string& value) {
  if (value.empty()) return *this;
  key(name);
  out_ += model::json_quote(value);
  return *this;
}

ObjectText& ObjectText::number(std::string_view name, std::int64_t value) {
  key(name);
  out_ += std::to_string(value);
  return *this;
}

ObjectText& ObjectText::raw(std::string_view name, const std::string& json) {
  key(name);
  out_ += json;
  return *this;
}

ObjectText& ObjectText::texts(std::string_view name, const std::vector<std::string>& values) {
  if (values.empty()) return *this;
  std::string list;
  for (const std::string& value : values) {
    list += (list.empty() ? "[" : ",") + model::json_quote(value);
  }
  return raw(name, list + "]");
}

Result<Document> ask_document(HttpClient& client, const std::string& path,
                              const std::string* body) {
  HW_TRY(HttpClient::Reply reply, client.ask(path, body));
  if (reply.status < 200 || reply.status >= 300) {
    base::Error error = HttpClient::refusal(reply.status, reply.body);
    if (reply.status == 404) error.code = ErrorCode::kNotFound;
    if (reply.status == 409) error.code = ErrorCode::kConflict;
    return error;
  }
  if (ingest::check_json(reply.body, {})) return Document{reply.status, std::move(reply.body)};
  return make_error(ErrorCode::kStorageUnavailable,
                    "The answer is none of a Headwater of this version.");
}

int exit_code_of(const base::Error& error) {
  report(error);
  switch (error.code) {
    case ErrorCode::kConflict: return kServerConflict;
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kInvalidJson:
    case ErrorCode::kNotFound: return kUsage;
    default: return kImpactNoAnswer;
  }
}

Result<void> each_page(HttpClient& client, const std::string& path, Query query,
                       const std::function<Result<void>(const JsonValue&)>& each) {
  query.emplace_back("cursor", "");
  for (;;) {
    HW_TRY(const Document page, ask_document(client, path + query_text(query)));
    const JsonValue json(page.body);
    HW_CHECK_OK(each(json));
    const auto next = json.get("next").string();
    if (!next || next->empty()) return {};
    query.back().second = *next;
  }
}

}  // namespace headwater::cli
