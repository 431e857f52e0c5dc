// Four things an ordinary client does, and what a Pistache server makes of them.
//
// Build by hand, in this directory, with libpistache-dev installed:
//   g++ -std=c++20 -O2 -I../../.. reproduce.cc -o reproduce -lpistache -pthread
//   ./reproduce
// Each experiment runs against a server of its own in a child process, so that a crash is a result.
// Listens on loopback only.
#include <pistache/endpoint.h>
#include <sys/wait.h>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/api/http/client.h"

namespace {

using headwater::api::http::testing::Client;

constexpr std::uint16_t kFirstPort = 19'480;
constexpr int kPatience = 5'000;  // ms for an answer that should take one

// Writers put aside by handlers, answered by a thread of their own: what any server does whose
// answers wait for a disk.
class Later {
 public:
  Later() : thread_([this] { run(); }) { thread_.detach(); }
  void add(Pistache::Http::ResponseWriter writer, std::string body) {
    auto held = std::make_shared<Pistache::Http::ResponseWriter>(std::move(writer));
    const std::lock_guard lock(mutex_);
    jobs_.push_back([held, body] { held->send(Pistache::Http::Code::Ok, body); });
    ready_.notify_one();
  }

 private:
  void run() {
    for (;;) {
      std::deque<std::function<void()>> jobs;
      {
        std::unique_lock lock(mutex_);
        ready_.wait(lock, [this] { return !jobs_.empty(); });
        jobs.swap(jobs_);
      }
      std::this_thread::sleep_for(std::chrono::microseconds(delay_us));
      for (auto& job : jobs) job();
    }
  }
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> jobs_;
  std::thread thread_;

 public:
  std::atomic<int> delay_us{50};
};

Later& later() {
  static Later* const instance = new Later;
  return *instance;
}

// /now/X says X, /later/X says it from another thread, /big says three megabytes.
class Answers : public Pistache::Http::Handler {
 public:
  HTTP_PROTOTYPE(Answers)
  void onRequest(const Pistache::Http::Request& request,
                 Pistache::Http::ResponseWriter response) override {
    const std::string path = request.resource();
    const std::string token = path.substr(path.rfind('/') + 1);
    if (path.rfind("/later/", 0) == 0) return later().add(std::move(response), token);
    if (path.rfind("/big", 0) == 0) {
      response.send(Pistache::Http::Code::Ok, std::string(3'000'000, 'x'));
    } else if (request.method() == Pistache::Http::Method::Post) {
      response.send(Pistache::Http::Code::Ok, std::to_string(request.body().size()));
    } else {
      response.send(Pistache::Http::Code::Ok, token);
    }
  }
};

class ServerProcess {
 public:
  ServerProcess(std::uint16_t port, int threads, int answer_delay_us = 50) : port_(port) {
    std::fflush(stdout);
    pid_ = ::fork();
    if (pid_ == 0) {
      later().delay_us = answer_delay_us;
      serve(port, threads);
      std::_Exit(0);
    }
    for (int i = 0; i < 500 && !Client(port).connected(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  ~ServerProcess() {
    if (!ended_) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
  }
  Client connect(int receive_buffer = 0) const { return Client(port_, receive_buffer); }
  bool is_up() const { return ::kill(pid_, 0) == 0 && Client(port_).connected(); }
  // The signal that ended it, or 0 while it runs.
  int crashed() {
    int status = 0;
    if (!ended_ && ::waitpid(pid_, &status, WNOHANG) == pid_) {
      ended_ = true;
      signal_ = WIFSIGNALED(status) ? WTERMSIG(status) : -1;
    }
    return signal_;
  }

 private:
  static void serve(std::uint16_t port, int threads) {
    Pistache::Http::Endpoint endpoint(Pistache::Address("127.0.0.1", Pistache::Port(port)));
    auto options = Pistache::Http::Endpoint::options().threads(threads).flags(
        Pistache::Tcp::Options::ReuseAddr);
    endpoint.init(options.maxRequestSize(1 << 20).maxResponseSize(8 << 20));
    endpoint.setHandler(std::make_shared<Answers>());
    endpoint.serve();
  }
  const std::uint16_t port_;
  pid_t pid_ = -1;
  bool ended_ = false;
  int signal_ = 0;
};

std::string get(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

// Whether an answer of any kind arrives in time.
bool is_answered(Client& client) {
  pollfd p{client.fd(), POLLIN, 0};
  return ::poll(&p, 1, kPatience) == 1;
}

void others_reset_their_connections() {
  ServerProcess server(kFirstPort, 2);
  std::atomic<bool> done{false};
  std::atomic<int> checked{0}, wrong{0}, lost{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      std::mt19937 random(std::random_device{}());
      while (!done) {
        Client client = server.connect();
        client.send(get("/later/of-somebody-else"));
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 300));
        client.reset();
      }
    });
  }
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; !done; ++i) {
        Client client = server.connect();
        for (int n = 0; n < 5 && !done; ++n) {
          const std::string token = std::to_string(t) + "-" + std::to_string(i * 5 + n);
          client.send(get("/now/" + token));
          if (!is_answered(client)) break;
          const auto answer = client.read();
          if (answer.status == 0) break;
          ++checked;
          answer.complete ? wrong += answer.body != token : ++lost;
        }
      }
    });
  }
  std::this_thread::sleep_for(std::chrono::seconds(15));
  done = true;
  for (auto& thread : threads) thread.join();
  std::printf("others reset their connections: %d answers, %d of another client, %d cut short%s\n",
              checked.load(), wrong.load(), lost.load(), server.crashed() ? ", crashed" : "");
}

void chunk_ends_in_two_reads() {
  ServerProcess server(kFirstPort + 1, 1);
  Client client = server.connect();
  for (const char* part : {"POST /now/x HTTP/1.1\r\nHost: localhost\r\n"
                           "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r",
                           "\n0\r\n\r\n"}) {
    client.send(part);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  const bool answered = is_answered(client);
  Client other = server.connect();
  other.send(get("/now/other"));
  std::printf("CR and LF of a chunk in two reads: %s; the next client %s\n",
              answered ? "answered" : "not answered", is_answered(other) ? "is served" : "waits");
}

void reads_slowly() {
  ServerProcess server(kFirstPort + 2, 1);
  Client slow = server.connect(4096);
  slow.send(get("/big"));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  Client other = server.connect();
  other.send(get("/now/other"));
  std::printf("3 MB read slowly: meanwhile another client %s\n",
              is_answered(other) ? "is served" : "waits");
}

void leaves_before_the_answer() {
  ServerProcess server(kFirstPort + 3, 2);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(15);
  std::atomic<int> left{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      std::mt19937 random(std::random_device{}());
      while (server.is_up() && std::chrono::steady_clock::now() < end) {
        Client client = server.connect();
        client.send(get("/later/gone"));
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 400));
        random() % 2 ? client.reset() : client.close();
        ++left;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::printf("leaves before an answer from another thread: %s after %d clients (signal %d)\n",
              server.crashed() ? "crashed" : "stands", left.load(), server.crashed());
}

}  // namespace

int main() {
  std::signal(SIGPIPE, SIG_IGN);
  chunk_ends_in_two_reads();
  reads_slowly();
  leaves_before_the_answer();
  others_reset_their_connections();
}
