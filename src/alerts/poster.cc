#include <curl/curl.h>

#include <algorithm>

#include "alerts/webhook.h"

namespace headwater::alerts {

using base::ErrorCode;
using base::make_error;
using base::Result;

namespace {

constexpr std::size_t kMaxAnswerBytes = 65'536;  // more is not read
constexpr int kPollMs = 100;

class Url {
 public:
  explicit Url(std::string_view text) : handle_(curl_url()) {
    good_ = curl_url_set(handle_, CURLUPART_URL, std::string(text).c_str(), 0) == CURLUE_OK;
  }
  ~Url() { curl_url_cleanup(handle_); }
  Url(const Url&) = delete;
  Url& operator=(const Url&) = delete;

  bool good() const { return good_; }
  std::string part(CURLUPart part) const {
    char* text = nullptr;
    if (curl_url_get(handle_, part, &text, 0) != CURLUE_OK) return {};
    std::string out(text);
    curl_free(text);
    return out;
  }
  std::string host() const {
    std::string out = part(CURLUPART_HOST);
    if (out.starts_with('[') && out.ends_with(']')) out = out.substr(1, out.size() - 2);
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return out;
  }

 private:
  CURLU* handle_;
  bool good_ = false;
};

// One request on its way.
struct Transfer {
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  const PostRequest* request = nullptr;
  bool allowed = false;  // the operator allows its host
  std::size_t read = 0;
  PostAnswer answer;
};

curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (!transfer.allowed && !is_public(address->addr)) {
    transfer.answer.refused = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t take_body(char*, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.read += size * count;
  return transfer.read > kMaxAnswerBytes ? 0 : size * count;  // the status is known by then
}

class CurlPoster final : public Poster {
 public:
  explicit CurlPoster(PosterOptions options)
      : options_(std::move(options)), multi_(curl_multi_init()) {}
  ~CurlPoster() override { curl_multi_cleanup(multi_); }
  CurlPoster(const CurlPoster&) = delete;
  CurlPoster& operator=(const CurlPoster&) = delete;

  std::vector<PostAnswer> post(const std::vector<PostRequest>& requests) override {
    std::vector<Transfer> transfers(requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i) start(requests[i], transfers[i]);
    for (int running = 1; running > 0;) {
      if (curl_multi_perform(multi_, &running) != CURLM_OK) break;
      collect();
      const bool cancelled = options_.cancelled && options_.cancelled();
      if (cancelled || running == 0) break;
      curl_multi_poll(multi_, nullptr, 0, kPollMs, nullptr);
    }
    std::vector<PostAnswer> answers;
    for (Transfer& transfer : transfers) {
      curl_multi_remove_handle(multi_, transfer.easy);
      curl_easy_cleanup(transfer.easy);
      curl_slist_free_all(transfer.headers);
      const bool nothing = transfer.answer.status == 0 && transfer.answer.error.empty();
      if (nothing) transfer.answer.error = "cancelled";
      answers.push_back(std::move(transfer.answer));
    }
    return answers;
  }

 private:
  bool is_allowed(const std::string& host) const {
    return std::ranges::find(options_.allow_hosts, host) != options_.allow_hosts.end();
  }

  static void add(Transfer& transfer, const std::string& header) {
    transfer.headers = curl_slist_append(transfer.headers, header.c_str());
  }

  void start(const PostRequest& request, Transfer& transfer) {
    transfer.request = &request;
    transfer.allowed = is_allowed(Url(request.url).host());
    add(transfer, "Content-Type: application/json");
    add(transfer, "Expect:");
    add(transfer, "webhook-id: " + request.id);
    add(transfer, "webhook-timestamp: " + std::to_string(request.timestamp_s));
    add(transfer, "webhook-signature: " + request.signature);
    CURL* const easy = transfer.easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");  // not those of the environment either
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(options_.timeout_ms));
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);  // each one is looked at
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "Headwater");
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer.headers);
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.c_str());
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
    curl_multi_add_handle(multi_, easy);
  }

  void collect() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      Transfer* transfer = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
      long status = 0;
      curl_off_t retry_after = 0;
      curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
      curl_easy_getinfo(message->easy_handle, CURLINFO_RETRY_AFTER, &retry_after);
      transfer->answer.status = static_cast<int>(status);
      if (retry_after > 0) transfer->answer.retry_after_s = retry_after;
      if (status == 0) transfer->answer.error = curl_easy_strerror(message->data.result);
    }
  }

  PosterOptions options_;
  CURLM* multi_;
};

}  // namespace

Result<void> check_url(std::string_view text) {
  const auto refused = [](std::string what) {
    return make_error(ErrorCode::kInvalidArgument, "A webhook's url " + std::move(what));
  };
  if (text.size() > kMaxUrlBytes) {
    return refused("may have " + std::to_string(kMaxUrlBytes) + " bytes.");
  }
  const Url url(text);
  const std::string scheme = url.good() ? url.part(CURLUPART_SCHEME) : "";
  if ((scheme != "http" && scheme != "https") || url.host().empty()) {
    return refused("must be like https://scheduler.example/headwater.");
  }
  if (!url.part(CURLUPART_USER).empty() || !url.part(CURLUPART_PASSWORD).empty()) {
    return refused("must not hold a user or a password: everybody may read it.");
  }
  return {};
}

std::unique_ptr<Poster> make_poster(PosterOptions options) {
  for (std::string& host : options.allow_hosts) {
    for (char& c : host) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  return std::make_unique<CurlPoster>(std::move(options));
}

}  // namespace headwater::alerts
