#include "bench/http_load.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string_view>

#include "bench/ingest_run.h"

namespace headwater::bench {
namespace {

constexpr std::size_t kReadBytes = 64u << 10;

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "load: %s\n", what.c_str());
  std::exit(1);
}

int connect_to(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    fail(std::string("cannot connect: ") + std::strerror(errno));
  }
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

// One connection and the request under way on it.
struct Connection {
  int fd = -1;
  const std::string* request = nullptr;
  std::size_t written = 0;
  std::string answer;
  double sent_at = 0;
};

// The length of a complete answer at the start of `text`, 0 if more is to come.
std::size_t complete(std::string_view text) {
  const std::size_t head = text.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  if (text.substr(9, 1) != "2") fail("answered " + std::string(text.substr(0, 1000)));
  constexpr std::string_view kLength = "ontent-Length: ";
  const std::size_t at = text.substr(0, head).find(kLength);
  if (at == std::string_view::npos) fail("no length in " + std::string(text.substr(0, head)));
  const std::size_t length = std::strtoull(text.data() + at + kLength.size(), nullptr, 10);
  const std::size_t all = head + 4 + length;
  return text.size() >= all ? all : 0;
}

class Load {
 public:
  Load(int port, const std::vector<std::string>& requests, std::size_t connections)
      : requests_(requests), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    connections_.resize(std::min(connections, requests.size()));
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      Connection& connection = connections_[i];
      connection.fd = connect_to(port);
      ::fcntl(connection.fd, F_SETFL, O_NONBLOCK);
      epoll_event event{};
      event.events = EPOLLIN | EPOLLOUT | EPOLLET;
      event.data.u64 = i;
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event);
    }
  }
  ~Load() {
    for (const Connection& connection : connections_) ::close(connection.fd);
    ::close(epoll_);
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  LoadResult run() {
    out_.latencies.reserve(requests_.size());
    const double start = now_seconds();
    for (Connection& connection : connections_) next(connection);
    epoll_event events[64];
    while (out_.latencies.size() < requests_.size()) {
      const int ready = ::epoll_wait(epoll_, events, 64, 30000);
      if (ready == 0) fail("no answer within 30 s");
      for (int i = 0; i < ready; ++i) {
        Connection& connection = connections_[events[i].data.u64];
        if ((events[i].events & EPOLLOUT) != 0) write(connection);
        if ((events[i].events & ~static_cast<unsigned>(EPOLLOUT)) != 0) read(connection);
      }
    }
    out_.seconds = now_seconds() - start;
    return std::move(out_);
  }

 private:
  void next(Connection& connection) {
    connection.request = nullptr;
    if (next_ == requests_.size()) return;
    connection.request = &requests_[next_++];
    connection.written = 0;
    connection.sent_at = now_seconds();
    write(connection);
  }

  static void write(Connection& connection) {
    while (connection.request != nullptr && connection.written < connection.request->size()) {
      const ssize_t n = ::send(connection.fd, connection.request->data() + connection.written,
                               connection.request->size() - connection.written, MSG_NOSIGNAL);
      if (n < 0 && errno == EAGAIN) return;
      if (n < 0) fail(std::string("send: ") + std::strerror(errno));
      connection.written += static_cast<std::size_t>(n);
    }
  }

  void read(Connection& connection) {
    char buffer[kReadBytes];
    while (true) {
      const ssize_t n = ::recv(connection.fd, buffer, sizeof buffer, 0);
      if (n < 0 && errno == EAGAIN) return;
      if (n <= 0) fail("the server closed a connection");
      connection.answer.append(buffer, static_cast<std::size_t>(n));
      if (const std::size_t length = complete(connection.answer)) {
        connection.answer.erase(0, length);
        out_.latencies.push_back(now_seconds() - connection.sent_at);
        next(connection);
      }
    }
  }

  const std::vector<std::string>& requests_;
  const int epoll_;
  std::vector<Connection> connections_;
  std::size_t next_ = 0;
  LoadResult out_;
};

// "Headwater listening on http://127.0.0.1:PORT"
int port_from(int output) {
  std::string line;
  char c = 0;
  while (::read(output, &c, 1) == 1 && c != '\n') line.push_back(c);
  const std::size_t colon = line.rfind(':');
  const int port = colon == std::string::npos ? 0 : std::atoi(line.c_str() + colon + 1);
  if (port == 0) fail("the server did not start: " + line);
  return port;
}

}  // namespace

std::string post_request(const std::string& path, const std::string& body) {
  return "POST " + path +
         " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

LoadResult run_load(int port, const std::vector<std::string>& requests, std::size_t connections) {
  return Load(port, requests, connections).run();
}

std::string get(int port, const std::string& path) {
  const int fd = connect_to(port);
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) < 0) fail("send");
  std::string answer;
  char buffer[kReadBytes];
  while (complete(answer) == 0) {
    const ssize_t n = ::recv(fd, buffer, sizeof buffer, 0);
    if (n <= 0) fail("no answer to " + path);
    answer.append(buffer, static_cast<std::size_t>(n));
  }
  ::close(fd);
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

ServerProcess::ServerProcess(const std::string& binary, const std::string& data_directory) {
  int pipe_ends[2];
  if (::pipe2(pipe_ends, O_CLOEXEC) != 0) fail("pipe");
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(pipe_ends[1], STDOUT_FILENO);
    ::execl(binary.c_str(), binary.c_str(), "serve", "--data-dir", data_directory.c_str(), "--port",
            "0", "--log-level", "error", "--ui-dir", "", nullptr);
    ::_exit(127);
  }
  ::close(pipe_ends[1]);
  port_ = port_from(pipe_ends[0]);
  ::close(pipe_ends[0]);
}

ServerProcess::~ServerProcess() {
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

double ServerProcess::cpu_seconds() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
  std::string text;
  std::getline(file, text);
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double ServerProcess::metric(const std::string& name) const {
  const std::string text = get(port_, "/metrics");
  const std::size_t at = text.find("\nheadwater_" + name + " ");
  if (at == std::string::npos) fail("no metric " + name);
  return std::strtod(text.c_str() + text.find(' ', at), nullptr);
}

}  // namespace headwater::bench
