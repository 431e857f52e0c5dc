#include "cli/http_client.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include <curl/curl.h>

#include "ingest/parse.h"
#include "model/json.h"

namespace headwater::cli {

using base::ErrorCode;
using base::make_error;
using base::Result;

namespace {

constexpr int kMaxBusyTries = 120, kMaxFailedTries = 5;
constexpr long kMaxWaitS = 60;
constexpr long kConnectTimeoutS = 10, kStallS = 120;

std::size_t append_body(char* data, std::size_t size, std::size_t count, void* out) {
  static_cast<std::string*>(out)->append(data, size * count);
  return size * count;
}

}  // namespace

HttpClient::HttpClient(std::string url) : curl_(curl_easy_init()), url_(std::move(url)) {
  while (url_.ends_with('/')) url_.pop_back();
  curl_slist* list = curl_slist_append(nullptr, "Content-Type: application/json");
  headers_ = curl_slist_append(list, "Expect:");
}

HttpClient::~HttpClient() {
  curl_slist_free_all(static_cast<curl_slist*>(headers_));
  curl_easy_cleanup(static_cast<CURL*>(curl_));
}

base::Error HttpClient::refusal(long status, const std::string& body) {
  std::string detail = body.substr(0, 200), code;
  if (ingest::check_json(body, {})) {
    const model::JsonValue problem(body);
    detail = problem.get("detail").string().value_or(detail);
    code = problem.get("code").string().value_or("");
  }
  const bool bad_json = code == base::error_info(ErrorCode::kInvalidJson).name;
  return make_error(status >= 500 ? ErrorCode::kStorageUnavailable
                    : bad_json    ? ErrorCode::kInvalidJson
                                  : ErrorCode::kInvalidArgument,
                    "The server answered " + std::to_string(status) + ": " + detail);
}

std::string HttpClient::unescape(const std::string& text) {
  int size = 0;
  char* const plain =
      curl_easy_unescape(nullptr, text.c_str(), static_cast<int>(text.size()), &size);
  if (plain == nullptr) return text;
  std::string out(plain, static_cast<std::size_t>(size));
  curl_free(plain);
  return out;
}

Result<std::string> HttpClient::get(const std::string& path) {
  HW_TRY(Answer answer, persist([&] { return once(path, nullptr); }));
  return std::move(answer.body);
}

Result<std::string> HttpClient::post(const std::string& path, const std::string& body) {
  HW_TRY(Answer answer, persist([&] { return once(path, &body); }));
  return std::move(answer.body);
}

// One answer on its way to whoever takes it.
struct HttpClient::Streaming {
  CURL* curl;
  const Take& take;
  Answer* answer = nullptr;
  std::map<std::string, std::string> headers;
  std::optional<base::Error> failed;
  bool begun = false;

  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self) {
    const std::string_view line(data, size * count);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return line.size();
    std::string name(line.substr(0, colon));
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    const std::size_t begin = line.find_first_not_of(' ', colon + 1);
    const std::size_t end = line.find_last_not_of("\r\n ");
    const bool empty = begin == std::string_view::npos || end < begin;
    static_cast<Streaming*>(self)->headers[name] =
        empty ? std::string() : std::string(line.substr(begin, end - begin + 1));
    return line.size();
  }
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self) {
    auto& streaming = *static_cast<Streaming*>(self);
    const std::string_view bytes(data, size * count);
    long status = 0;
    curl_easy_getinfo(streaming.curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) {
      streaming.answer->body.append(bytes);
      return bytes.size();
    }
    streaming.begun = true;
    auto taken = streaming.take(bytes);
    if (taken) return bytes.size();
    streaming.failed = taken.error();
    return 0;  // ends the transfer
  }
};

Result<std::map<std::string, std::string>> HttpClient::post_stream(const std::string& path,
                                                                   const std::string& body,
                                                                   const Take& take) {
  Streaming streaming{static_cast<CURL*>(curl_), take, nullptr, {}, {}, false};
  HW_TRY(const Answer answer, persist([&] {
           streaming.headers.clear();
           Answer got = once(path, body, streaming);
           // What was passed on cannot be asked for again.
           if (got.status == 0 && streaming.begun) got.status = 200;
           return got;
         }));
  if (streaming.failed) return *streaming.failed;
  if (!answer.failure.empty()) {
    return make_error(ErrorCode::kStorageUnavailable,
                      "The answer broke off: " + answer.failure + ".");
  }
  return std::move(streaming.headers);
}

void HttpClient::prepare(const std::string& url, const std::string* body) {
  CURL* const curl = static_cast<CURL*>(curl_);
  curl_easy_reset(curl);
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  if (body != nullptr) {
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, static_cast<curl_slist*>(headers_));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body->data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body->size()));
  }
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, kConnectTimeoutS);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, kStallS);
}

HttpClient::Answer HttpClient::perform() {
  CURL* const curl = static_cast<CURL*>(curl_);
  Answer answer;
  const CURLcode code = curl_easy_perform(curl);
  if (code != CURLE_OK) {
    answer.failure = curl_easy_strerror(code);
    return answer;
  }
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
  curl_off_t wait = 0;
  curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &wait);
  answer.retry_after_s = static_cast<long>(wait);
  return answer;
}

HttpClient::Answer HttpClient::once(const std::string& path, const std::string* body) {
  CURL* const curl = static_cast<CURL*>(curl_);
  std::string received;
  prepare(url_ + path, body);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &received);
  Answer answer = perform();
  answer.body = std::move(received);
  return answer;
}

HttpClient::Answer HttpClient::once(const std::string& path, const std::string& body,
                                    Streaming& streaming) {
  CURL* const curl = static_cast<CURL*>(curl_);
  Answer received;
  streaming.answer = &received;
  prepare(url_ + path, &body);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, Streaming::on_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &streaming);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, Streaming::on_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &streaming);
  Answer answer = perform();
  answer.body = std::move(received.body);
  return answer;
}

Result<HttpClient::Answer> HttpClient::persist(const std::function<Answer()>& ask) {
  HW_TRY(Answer answer, persist_for_any(ask, kMaxFailedTries));
  if (answer.status != 200) return refusal(answer.status, answer.body);
  return answer;
}

Result<HttpClient::Reply> HttpClient::ask(const std::string& path, const std::string* body) {
  HW_TRY(Answer answer,
         persist_for_any([&] { return once(path, body); }, body == nullptr ? kMaxFailedTries : 1));
  return Reply{answer.status, std::move(answer.body)};
}

Result<HttpClient::Answer> HttpClient::persist_for_any(const std::function<Answer()>& ask,
                                                       int failed_tries) {
  int busy = 0, failed = 0;
  while (true) {
    Answer answer = ask();
    const bool is_busy = answer.status == 429 || answer.status == 503;
    if (answer.status != 0 && !is_busy) return answer;
    if (is_busy && ++busy >= kMaxBusyTries) {
      return make_error(ErrorCode::kOverloaded, "The server stayed busy; try again later.");
    }
    if (!is_busy && ++failed >= failed_tries) {
      return make_error(ErrorCode::kStorageUnavailable,
                        "The server at " + url_ + " cannot be reached: " + answer.failure + ".");
    }
    const long wait_s =
        std::clamp(is_busy ? answer.retry_after_s : long{1} << (failed - 1), 1L, kMaxWaitS);
    if (on_wait) on_wait(wait_s);
    std::this_thread::sleep_for(std::chrono::seconds(wait_s));
  }
}

}  // namespace headwater::cli
