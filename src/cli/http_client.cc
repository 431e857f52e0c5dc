#include "cli/http_client.h"

#include <algorithm>
#include <chrono>
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

// What the server says is wrong, as far as its answer can be read.
base::Error refusal(long status, const std::string& body) {
  std::string detail = body.substr(0, 200), code;
  if (ingest::check_json(body, {})) {
    const model::JsonValue problem(body);
    detail = problem.get("detail").string().value_or(detail);
    code = problem.get("code").string().value_or("");
  }
  const bool bad_json = code == base::error_info(ErrorCode::kInvalidJson).name;
  return make_error(bad_json ? ErrorCode::kInvalidJson : ErrorCode::kInvalidArgument,
                    "The server answered " + std::to_string(status) + ": " + detail);
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

Result<std::string> HttpClient::get(const std::string& path) { return persist(path, nullptr); }

Result<std::string> HttpClient::post(const std::string& path, const std::string& body) {
  return persist(path, &body);
}

HttpClient::Answer HttpClient::once(const std::string& path, const std::string* body) {
  CURL* const curl = static_cast<CURL*>(curl_);
  const std::string url = url_ + path;
  Answer answer;
  curl_easy_reset(curl);
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  if (body != nullptr) {
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, static_cast<curl_slist*>(headers_));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body->data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body->size()));
  }
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer.body);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, kConnectTimeoutS);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, kStallS);
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

Result<std::string> HttpClient::persist(const std::string& path, const std::string* body) {
  int busy = 0, failed = 0;
  while (true) {
    Answer answer = once(path, body);
    if (answer.status == 200) return std::move(answer.body);
    const bool is_busy = answer.status == 429 || answer.status == 503;
    if (answer.status != 0 && !is_busy) return refusal(answer.status, answer.body);
    if (is_busy && ++busy >= kMaxBusyTries) {
      return make_error(ErrorCode::kOverloaded, "The server stayed busy; try again later.");
    }
    if (!is_busy && ++failed >= kMaxFailedTries) {
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
