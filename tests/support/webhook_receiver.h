// A webhook's receiver on loopback, for tests: takes what is posted, answers what it is told to.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mutex.h"

namespace headwater::tests {

struct Posted {
  std::string line, body;                      // "POST /hook HTTP/1.1"
  std::map<std::string, std::string> headers;  // names in lower case
};

class WebhookReceiver {
 public:
  // What to answer to a request: the status, then header lines.
  struct Told {
    int status = 200;
    std::string headers = "";
  };
  using Answer = std::function<Told(const Posted&)>;

  explicit WebhookReceiver(Answer answer) : answer_(std::move(answer)) {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(socket_, 64), 0);
    EXPECT_EQ(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~WebhookReceiver() {
    ended_.with([](bool& ended) { ended = true; });
    thread_.join();
    ::close(socket_);
  }

  std::uint16_t port() const { return port_; }
  std::string url(const std::string& host = "127.0.0.1") const {
    return "http://" + host + ":" + std::to_string(port_) + "/hook";
  }
  std::vector<Posted> posted() {
    return posted_.with([](std::vector<Posted>& all) { return all; });
  }

 private:
  bool ended() {
    return ended_.with([](bool& ended) { return ended; });
  }

  void serve() {
    while (!ended()) {
      pollfd wait{socket_, POLLIN, 0};
      if (::poll(&wait, 1, 20) <= 0) continue;
      const int client = ::accept(socket_, nullptr, nullptr);
      if (client < 0) continue;
      const Posted posted = read(client);
      const Told told = answer_(posted);
      posted_.with([&](std::vector<Posted>& all) { all.push_back(posted); });
      const std::string answer = "HTTP/1.1 " + std::to_string(told.status) + " Told\r\n" +
                                 told.headers + "Content-Length: 2\r\nConnection: close\r\n\r\nok";
      static_cast<void>(::send(client, answer.data(), answer.size(), MSG_NOSIGNAL));
      ::shutdown(client, SHUT_WR);
      ::close(client);
    }
  }

  static Posted read(int client) {
    std::string all;
    std::size_t wanted = std::string::npos;
    char piece[4096];
    while (wanted == std::string::npos || all.size() < wanted) {
      const ssize_t got = ::recv(client, piece, sizeof piece, 0);
      if (got <= 0) break;
      all.append(piece, static_cast<std::size_t>(got));
      const std::size_t end = all.find("\r\n\r\n");
      if (end == std::string::npos || wanted != std::string::npos) continue;
      const Posted head = parse(all, end);
      const auto length = head.headers.find("content-length");
      wanted = end + 4 + (length == head.headers.end() ? 0 : std::stoul(length->second));
    }
    const std::size_t end = all.find("\r\n\r\n");
    Posted out = parse(all, std::min(end, all.size()));
    if (end != std::string::npos) out.body = all.substr(end + 4);
    return out;
  }

  static Posted parse(const std::string& all, std::size_t end) {
    Posted out;
    for (std::size_t at = 0; at < end;) {
      const std::size_t stop = std::min(all.find("\r\n", at), end);
      const std::string line = all.substr(at, stop - at);
      const std::size_t colon = line.find(": ");
      if (at == 0) {
        out.line = line;
      } else if (colon != std::string::npos) {
        std::string name = line.substr(0, colon);
        for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        out.headers[name] = line.substr(colon + 2);
      }
      at = stop + 2;
    }
    return out;
  }

  Answer answer_;
  int socket_ = -1;
  std::uint16_t port_ = 0;
  base::Guarded<bool> ended_{false};
  base::Guarded<std::vector<Posted>> posted_;
  std::thread thread_;
};

}  // namespace headwater::tests
