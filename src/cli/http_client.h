// HttpClient: requests to a running Headwater, one at a time. Private to cli.
//
// Waits and tries again while the server is busy (429, 503: as Retry-After says) or not reachable
// for a moment; sending an event twice is harmless, since the server knows duplicates.
// Thread-safety: one thread. Errors: kStorageUnavailable if the server cannot be reached,
// kOverloaded if it stayed busy, kInvalidJson and kInvalidArgument for what it refuses.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"

namespace headwater::cli {

class HttpClient {
 public:
  // `url`: "http://127.0.0.1:8080", of the server, without a path.
  explicit HttpClient(std::string url);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // The body of an answer with status 200.
  base::Result<std::string> get(const std::string& path);
  base::Result<std::string> post(const std::string& path, const std::string& body);

  // Called before each wait; for tests and progress. Seconds.
  std::function<void(long)> on_wait;

 private:
  struct Answer {
    long status = 0;  // 0: not reached
    long retry_after_s = 0;
    std::string body, failure;
  };
  Answer once(const std::string& path, const std::string* body);
  base::Result<std::string> persist(const std::string& path, const std::string* body);

  void* curl_;
  void* headers_ = nullptr;
  std::string url_;
};

}  // namespace headwater::cli
