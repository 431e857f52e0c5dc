#include "cli/sink.h"

#include <curl/curl.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <thread>

#include "base/mutex.h"
#include "model/json.h"

namespace headwater::cli {

using base::ErrorCode;
using base::make_error;
using base::Result;

namespace {

constexpr std::size_t kMaxUnderWay = 8;
constexpr int kMaxTries = 60;

class PipelineSink final : public Sink {
 public:
  explicit PipelineSink(ingest::Pipeline& pipeline) : pipeline_(pipeline) {}
  ~PipelineSink() override { (void)finish(); }

  Result<void> send(std::string body) override {
    {
      base::MutexLock lock(mutex_);
      while (under_way_ >= kMaxUnderWay) changed_.wait(mutex_);
      if (error_) return *error_;
      ++under_way_;
    }
    pipeline_.submit_waiting(std::move(body), [this](Result<ingest::BodyReceipt> result) {
      base::MutexLock lock(mutex_);
      if (!result && !error_) error_ = result.error();
      if (result) {
        for (const ingest::Receipt& receipt : result->events) add(receipt);
      }
      --under_way_;
      changed_.notify_all();
    });
    return {};
  }
  Result<Tally> finish() override {
    base::MutexLock lock(mutex_);
    while (under_way_ != 0) changed_.wait(mutex_);
    if (error_) return *error_;
    return tally_;
  }
  std::size_t quarantined_so_far() const override {
    base::MutexLock lock(mutex_);
    return tally_.quarantined;
  }

 private:
  void add(const ingest::Receipt& receipt) REQUIRES(mutex_) {
    switch (receipt.status) {
      case ingest::ReceiptStatus::kStored: ++tally_.stored; return;
      case ingest::ReceiptStatus::kMerged: ++tally_.merged; return;
      case ingest::ReceiptStatus::kDuplicate: ++tally_.duplicates; return;
      case ingest::ReceiptStatus::kQuarantined: break;
    }
    ++tally_.quarantined;
    ++tally_.reasons[receipt.pointer + " " + receipt.reason];
  }

  ingest::Pipeline& pipeline_;
  mutable base::Mutex mutex_;
  base::CondVar changed_;
  std::size_t under_way_ GUARDED_BY(mutex_) = 0;
  Tally tally_ GUARDED_BY(mutex_);
  std::optional<base::Error> error_ GUARDED_BY(mutex_);
};

std::size_t append_body(char* data, std::size_t size, std::size_t count, void* out) {
  static_cast<std::string*>(out)->append(data, size * count);
  return size * count;
}

class HttpSink final : public Sink {
 public:
  explicit HttpSink(std::string url) : curl_(curl_easy_init()) {
    while (url.ends_with('/')) url.pop_back();
    url_ = url + "/api/v1/lineage/batch?receipts=true";
    headers_ = curl_slist_append(headers_, "Content-Type: application/json");
    headers_ = curl_slist_append(headers_, "Expect:");
  }
  ~HttpSink() override {
    curl_slist_free_all(headers_);
    curl_easy_cleanup(curl_);
  }

  Result<void> send(std::string body) override {
    for (int attempt = 1; attempt <= kMaxTries; ++attempt) {
      HW_TRY(const Answer answer, post(body));
      if (answer.status == 200) {
        count(answer.body);
        return {};
      }
      if (answer.status != 429 && answer.status != 503) {
        return make_error(ErrorCode::kInvalidArgument,
                          "The server answered " + std::to_string(answer.status) + ": " +
                              model::JsonValue(answer.body).get("detail").string().value_or(""));
      }
      std::this_thread::sleep_for(std::chrono::seconds(std::max<long>(1, answer.retry_after_s)));
    }
    return make_error(ErrorCode::kOverloaded, "The server stayed too busy; try again later.");
  }
  Result<Tally> finish() override { return tally_; }
  std::size_t quarantined_so_far() const override { return tally_.quarantined; }

 private:
  struct Answer {
    long status = 0;
    long retry_after_s = 1;
    std::string body;
  };
  Result<Answer> post(const std::string& body) {
    Answer answer;
    curl_easy_setopt(curl_, CURLOPT_URL, url_.c_str());
    curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, headers_);
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDS, body.data());
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, append_body);
    curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &answer.body);
    curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
    const CURLcode code = curl_easy_perform(curl_);
    if (code != CURLE_OK) {
      return make_error(
          ErrorCode::kInvalidArgument,
          "The server at " + url_ + " cannot be reached: " + curl_easy_strerror(code) + ".");
    }
    curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &answer.status);
    curl_off_t wait = 0;
    curl_easy_getinfo(curl_, CURLINFO_RETRY_AFTER, &wait);
    answer.retry_after_s = static_cast<long>(wait);
    return answer;
  }
  void count(const std::string& body) {
    model::JsonValue(body).get("receipts").elements([&](const model::JsonValue& receipt) {
      const std::string status = receipt.get("status").string().value_or("");
      if (status == "stored") ++tally_.stored;
      if (status == "merged") ++tally_.merged;
      if (status == "duplicate") ++tally_.duplicates;
      if (status != "quarantined") return;
      ++tally_.quarantined;
      ++tally_.reasons[receipt.get("reason").string().value_or("")];
    });
  }

  CURL* curl_;
  curl_slist* headers_ = nullptr;
  std::string url_;
  Tally tally_;
};

}  // namespace

std::unique_ptr<Sink> pipeline_sink(ingest::Pipeline& pipeline) {
  return std::make_unique<PipelineSink>(pipeline);
}

std::unique_ptr<Sink> http_sink(std::string url) {
  return std::make_unique<HttpSink>(std::move(url));
}

}  // namespace headwater::cli
