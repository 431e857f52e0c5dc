// HttpClient: requests to a running Headwater, one at a time. Private to cli.
//
// Waits and tries again while the server is busy (429, 503: as Retry-After says) or not reachable
// for a moment; sending an event twice is harmless, since the server knows duplicates.
// Thread-safety: one thread. Errors: kStorageUnavailable if the server cannot be reached,
// kOverloaded if it stayed busy, kInvalidJson and kInvalidArgument for what it refuses.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

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

  // Any answer but that of a busy server, which is waited for. With a body it is a POST, which is
  // not sent again if the server did not answer: it may have been done.
  struct Reply {
    long status = 0;
    std::string body;
  };
  base::Result<Reply> ask(const std::string& path, const std::string* body = nullptr);

  // The same as post with the body of the answer piece by piece, which is not kept. Returns the
  // headers, their names in lower case. An answer that breaks off is kStorageUnavailable.
  using Take = std::function<base::Result<void>(std::string_view)>;
  base::Result<std::map<std::string, std::string>> post_stream(const std::string& path,
                                                               const std::string& body,
                                                               const Take& take);

  // What an answer other than 200 says is wrong; kStorageUnavailable from 500 on.
  static base::Error refusal(long status, const std::string& body);
  // "%3A" as ":".
  static std::string unescape(const std::string& text);

  // Called before each wait; for tests and progress. Seconds.
  std::function<void(long)> on_wait;

 private:
  struct Answer {
    long status = 0;  // 0: not reached
    long retry_after_s = 0;
    std::string body, failure;
  };
  struct Streaming;
  void prepare(const std::string& url, const std::string* body);
  Answer once(const std::string& path, const std::string* body);
  Answer once(const std::string& path, const std::string& body, Streaming& streaming);
  Answer perform();
  // Calls `ask` until it answers or the server stays busy or away.
  base::Result<Answer> persist(const std::function<Answer()>& ask);
  base::Result<Answer> persist_for_any(const std::function<Answer()>& ask, int failed_tries);

  void* curl_;
  void* headers_ = nullptr;
  std::string url_;
};

}  // namespace headwater::cli
