// Many at once, most of them idle, slow or greedy; those who behave are served meanwhile.
#include <unistd.h>

#include <functional>

#include "tests/abuse/service.h"

namespace headwater::abuse {
namespace {

class Crowd : public Abuse {
 protected:
  static ServerOptions impatient() {
    ServerOptions options;
    options.limits.idle_ms = 600'000;  // a pause of the test's own must not cut anyone off
    options.limits.header_ms = 1'500;
    options.limits.body_window_ms = 1'500;
    options.limits.write_window_ms = 1'500;
    return options;
  }
  static bool raise_descriptors(rlim_t wanted) {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = std::max(limit.rlim_cur, std::min(limit.rlim_max, wanted));
    setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur >= wanted;
  }
  static std::size_t resident_bytes() {
    long pages = 0;
    long resident = 0;
    std::FILE* file = std::fopen("/proc/self/statm", "r");
    const int fields = file ? std::fscanf(file, "%ld %ld", &pages, &resident) : 0;
    if (file) std::fclose(file);
    return fields == 2 ? static_cast<std::size_t>(resident * sysconf(_SC_PAGESIZE)) : 0;
  }
  void expect_others_served(int times) {
    Client client = connect();
    for (int i = 0; i < times; ++i) {
      const std::string token = "other" + std::to_string(i);
      ASSERT_EQ(client.exchange(get("/later/" + token)).body, token);
    }
  }
  // Sends `rest` a byte at a time on all of them until the server has had enough of every one.
  static void trickle(std::vector<Client>& clients, const std::string& rest,
                      const std::function<bool()>& enough) {
    for (std::size_t at = 0; at < rest.size() && !enough(); ++at) {
      for (auto& client : clients) client.send(rest.substr(at, 1));
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
};

TEST_F(Crowd, FiveThousandIdleConnections) {
  if (!raise_descriptors(10'600)) {
    GTEST_SKIP() << "needs 10,600 descriptors; raise the hard limit of RLIMIT_NOFILE";
  }
  ServerOptions options;
  options.limits.idle_ms = 600'000;
  serve(options);
  const std::string request =
      "POST /now/idle HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
      "3000\r\n\r\n" +
      std::string(3000, 'j');
  std::vector<Client> idle;
  idle.reserve(5'000);
  const std::size_t before = resident_bytes();
  for (int i = 0; i < 5'000; ++i) {
    idle.push_back(connect());
    ASSERT_EQ(idle.back().exchange(request).body, "idle 3000") << i;
  }
  const std::size_t each = (resident_bytes() - before) / 5'000;
  std::printf("%zu resident bytes an idle connection, client's side included\n", each);
  if (!kSanitized) {
    EXPECT_LT(each, 32'000u);
  }
  EXPECT_EQ(server_->stats().connections_open, 5'000u);
  expect_others_served(200);
  for (auto& client : idle) ASSERT_EQ(client.exchange(get("/now/awake")).body, "awake");
}

TEST_F(Crowd, SlowHeaders) {
  serve(impatient());
  std::vector<Client> slow;
  for (int i = 0; i < 100; ++i) slow.push_back(connect());
  trickle(slow, "GET /now/slow HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(5'000, 'x'),
          [&] { return server_->stats().timeouts >= 100; });
  EXPECT_EQ(server_->stats().timeouts, 100u);
  expect_others_served(100);
}

TEST_F(Crowd, SlowBodies) {
  serve(impatient());
  std::vector<Client> slow;
  for (int i = 0; i < 100; ++i) {
    slow.push_back(connect());
    slow.back().send("POST /now/slow HTTP/1.1\r\nHost: localhost\r\n" +
                     std::string(i % 2 == 0 ? "Content-Length: 99999"
                                            : "Transfer-Encoding: "
                                              "chunked") +
                     "\r\n\r\n" + (i % 2 == 0 ? "" : "1869f\r\n"));
  }
  trickle(slow, std::string(5'000, 'x'), [&] { return server_->stats().timeouts >= 100; });
  EXPECT_EQ(server_->stats().timeouts, 100u);
  EXPECT_EQ(handled_, 0u);
  expect_others_served(100);
}

TEST_F(Crowd, SlowReaders) {
  serve(impatient());
  std::vector<Client> slow;
  for (int i = 0; i < 60; ++i) {
    slow.push_back(connect(4096));
    slow.back().send(get(i % 2 == 0 ? "/big/slow" : "/stream/slow?n=9000000"));
  }
  expect_others_served(200);
  EXPECT_TRUE(eventually([&] { return server_->stats().timeouts >= 60; }));
  EXPECT_TRUE(eventually([&] { return server_->stats().requests_in_flight == 0; }));
}

TEST_F(Crowd, SilentConnections) {
  ServerOptions options;
  options.limits.idle_ms = 5'000;
  serve(options);
  std::vector<Client> silent;
  for (int i = 0; i < 300; ++i) silent.push_back(connect());
  expect_others_served(100);
  for (auto& client : silent) EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(Crowd, DeepPipelines) {
  serve();
  const int depth = kSanitized ? 1'000 : 5'000;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([this, t] {
      Client client = connect();
      const std::string name = std::to_string(t) + "-";
      std::thread sender([&] {
        std::string all;
        for (int i = 0; i < depth; ++i) all += get("/now/" + name + std::to_string(i));
        client.send(all);
      });
      for (int i = 0; i < depth; ++i) EXPECT_EQ(client.read().body, name + std::to_string(i));
      sender.join();
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST_F(Crowd, PipelinesThatNobodyReads) {
  serve(impatient());
  std::string all;
  for (int i = 0; i < 100; ++i) all += get("/big/unread");
  std::vector<Client> greedy;
  for (int i = 0; i < 20; ++i) {
    greedy.push_back(connect(4096));
    greedy.back().send(all);
  }
  expect_others_served(100);
  EXPECT_TRUE(eventually([&] { return server_->stats().timeouts >= 20; }));
}

TEST_F(Crowd, HugeHeaders) {
  serve();
  const std::string start = "GET /now/x HTTP/1.1\r\nHost: localhost\r\n";
  std::string many;
  for (int i = 0; i < 500'000; ++i) many += "A: b\r\n";
  for (const std::string& headers :
       {"X: " + std::string(10'000'000, 'x'), std::string(10'000'000, 'n') + ": x", many}) {
    Client client = connect();
    std::thread sender([&] { client.send(start + headers + "\r\n\r\n"); });
    EXPECT_EQ(client.read().status, 431);
    client.shutdown_send();
    sender.join();
  }
  Client method = connect();
  EXPECT_EQ(method.exchange(std::string(100'000, 'M')).status, 431);
}

TEST_F(Crowd, ConnectionsOpenedAndClosedAtOnce) {
  serve();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 1'500; ++i) {
        Client client = connect();
        (i + t) % 2 == 0 ? client.close() : client.reset();
      }
    });
  }
  expect_others_served(300);
  for (auto& thread : threads) thread.join();
  EXPECT_TRUE(eventually([&] { return server_->stats().connections_open <= 1; }));
}

TEST_F(Crowd, StopsInTheMiddleOfEverything) {
  for (int round = 0; round < 5; ++round) {
    serve();
    std::atomic<bool> done{false};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        const char* kinds[] = {"/now/x", "/later/x", "/big/x", "/stream/x?n=900000"};
        while (!done) {
          Client client = connect();
          if (!client.connected()) continue;
          client.send(get(kinds[t]));
          client.read();
        }
      });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    server_->stop(round * 20);
    done = true;
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(server_->stats().connections_open, 0u);
    server_.reset();
  }
}

}  // namespace
}  // namespace headwater::abuse
