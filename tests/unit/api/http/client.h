// A client of raw bytes for tests: it sends what it is told, however wrong, and reads answers
// strictly. Waits are bounded by generous deadlines; no test may depend on how fast they are met.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace headwater::api::http::testing {

inline constexpr int kPatienceMs = 60'000;

struct Answer {
  int status = 0;
  std::string head;                                 // with the empty line
  std::multimap<std::string, std::string> headers;  // names in lower case
  std::string body;                                 // chunks joined
  bool complete = false;  // false: the connection ended before the answer did

  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

class Client {
 public:
  explicit Client(std::uint16_t port, int receive_buffer_bytes = 0) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_buffer_bytes > 0) {
      ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
    }
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
    const int one = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  }
  ~Client() { close(); }
  Client(Client&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)),
        connected_(other.connected_),
        buffer_(std::move(other.buffer_)) {}
  Client& operator=(Client&&) = delete;

  bool connected() const { return connected_; }
  int fd() const { return fd_; }

  // False if the peer refused some of it.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  // Each byte in a packet of its own.
  bool send_slowly(std::string_view bytes) {
    for (const char c : bytes) {
      if (!send({&c, 1})) return false;
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    return true;
  }

  void shutdown_send() { ::shutdown(fd_, SHUT_WR); }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  // RST instead of FIN.
  void reset() {
    const linger off{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &off, sizeof off);
    close();
  }

  // One answer; `head_only` after a HEAD.
  Answer read(bool head_only = false) {
    Answer answer;
    for (;;) {
      answer = Answer();
      if (!read_head(answer)) return answer;
      if (answer.status != 100) break;
      ++continues_;
    }
    if (head_only || answer.status == 204 || answer.status == 304) {
      answer.complete = true;
    } else if (answer.header("transfer-encoding") == "chunked") {
      answer.complete = read_chunks(answer);
    } else if (answer.headers.count("content-length") == 1) {
      const auto size = std::strtoull(answer.header("content-length").c_str(), nullptr, 10);
      answer.complete = read_exactly(size, answer.body);
    } else {
      while (fill()) {
      }
      answer.body.swap(buffer_);
      answer.complete = ended_;
    }
    return answer;
  }
  Answer exchange(std::string_view request) {
    send(request);
    return read();
  }
  int continues() const { return continues_; }

  // True once the peer has closed; bytes before that are thrown away.
  bool wait_for_close() {
    while (fill()) buffer_.clear();
    return ended_;
  }
  std::string read_to_end() {
    while (fill()) {
    }
    return std::exchange(buffer_, {});
  }
  // One read of at most `bytes`; empty at the end.
  std::string read_some(std::size_t bytes) {
    std::string out(bytes, '\0');
    if (!wait_readable()) return {};
    const ssize_t n = ::recv(fd_, out.data(), bytes, 0);
    out.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return out;
  }

 private:
  bool wait_readable() {
    pollfd p{fd_, POLLIN, 0};
    return ::poll(&p, 1, kPatienceMs) == 1;
  }
  bool fill() {
    if (ended_ || !wait_readable()) return false;
    char bytes[16384];
    const ssize_t n = ::recv(fd_, bytes, sizeof bytes, 0);
    if (n <= 0) {
      ended_ = true;
      return false;
    }
    buffer_.append(bytes, static_cast<std::size_t>(n));
    return true;
  }
  bool read_exactly(std::size_t n, std::string& out) {
    while (buffer_.size() < n && fill()) {
    }
    const bool whole = buffer_.size() >= n;
    out.append(buffer_, 0, std::min(n, buffer_.size()));
    buffer_.erase(0, std::min(n, buffer_.size()));
    return whole;
  }
  bool read_line(std::string& line) {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n")) == std::string::npos) {
      if (!fill()) return false;
    }
    line = buffer_.substr(0, end);
    buffer_.erase(0, end + 2);
    return true;
  }
  bool read_head(Answer& answer) {
    std::string line;
    if (!read_line(line)) return false;
    answer.head = line + "\r\n";
    if (line.compare(0, 9, "HTTP/1.1 ") != 0) return false;
    answer.status = std::atoi(line.c_str() + 9);
    while (read_line(line)) {
      answer.head += line + "\r\n";
      if (line.empty()) return true;
      const std::size_t colon = line.find(": ");
      if (colon == std::string::npos) return false;
      std::string name = line.substr(0, colon);
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      answer.headers.emplace(std::move(name), line.substr(colon + 2));
    }
    return false;
  }
  bool read_chunks(Answer& answer) {
    std::string line;
    while (read_line(line)) {
      const auto size = std::strtoull(line.c_str(), nullptr, 16);
      if (!read_exactly(size, answer.body)) return false;
      if (!read_line(line) || !line.empty()) return false;
      if (size == 0) return true;
    }
    return false;
  }

  int fd_ = -1;
  bool connected_ = false;
  bool ended_ = false;
  int continues_ = 0;
  std::string buffer_;
};

// Waits until `condition` holds; false after a minute.
template <class F>
bool eventually(F condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace headwater::api::http::testing
