// What brought another HTTP library down, row by row (docs/adr/0003-http-boost-beast.md).
#include "tests/abuse/service.h"

namespace headwater::abuse {
namespace {

class ClientTable : public Abuse {
 protected:
  // Asks `times` things on one connection, at once and late, and checks that each answer is its
  // own. Returns how many were.
  int ask_and_check(const std::string& name, int times) const {
    Client client = connect();
    int right = 0;
    for (int i = 0; i < times; ++i) {
      const std::string token = name + "-" + std::to_string(i);
      const Answer answer = client.exchange(get((i % 3 == 0 ? "/later/" : "/now/") + token));
      if (answer.status == 200 && answer.body == token) ++right;
    }
    return right;
  }
};

TEST_F(ClientTable, OthersResetTheirConnectionsMeanwhile) {
  serve();
  const int checkers = 4;
  const int asked = kSanitized ? 4'000 : 12'000;
  std::atomic<bool> done{false};
  std::atomic<int> resets{0};
  std::vector<std::thread> resetters;
  for (int t = 0; t < 3; ++t) {
    resetters.emplace_back([&, t] {
      std::mt19937_64 random(seed() + 100 + static_cast<std::uint64_t>(t));
      while (!done) {
        Client client = connect();
        const char* kinds[] = {"/later/reset", "/now/reset", "/big/reset", "/stream/reset?n=90000"};
        client.send(get(kinds[random() % 4]));
        if (random() % 2 == 0) client.send(get("/later/reset") + "GET /now/re");
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 300));
        client.reset();
        ++resets;
      }
    });
  }
  std::atomic<int> right{0};
  std::vector<std::thread> checking;
  for (int t = 0; t < checkers; ++t) {
    checking.emplace_back([&, t] { right += ask_and_check("t" + std::to_string(t), asked); });
  }
  for (auto& thread : checking) thread.join();
  done = true;
  for (auto& thread : resetters) thread.join();
  EXPECT_EQ(right, checkers * asked);
  std::printf("%d answers checked, %d connections reset\n", right.load(), resets.load());
}

TEST_F(ClientTable, ChunkLineEndsArriveInSeparateReads) {
  serve();
  for (int i = 0; i < 10; ++i) {
    Client client = connect();
    for (const char* part : {"POST /now/cr HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
                             "chunked\r\n\r\n5\r",
                             "\n", "hello", "\r", "\n", "0\r", "\n\r", "\n"}) {
      ASSERT_TRUE(client.send(part));
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_EQ(client.read().body, "cr 5");
  }
}

TEST_F(ClientTable, ReadsThreeMegabytesSlowly) {
  serve();
  std::vector<Client> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(connect(4096));
    slow.back().send(get("/big/slow"));
  }
  EXPECT_EQ(ask_and_check("meanwhile", 300), 300);
  for (auto& client : slow) {
    const Answer answer = client.read();
    EXPECT_TRUE(answer.complete);
    EXPECT_EQ(answer.body.size(), 3'000'000u);
  }
}

TEST_F(ClientTable, LeavesBeforeAnAnswerFromAnotherThread) {
  serve();
  for (int i = 0; i < 2'000; ++i) {
    Client client = connect();
    client.send(get("/later/gone"));
    i % 2 == 0 ? client.close() : client.reset();
  }
  EXPECT_EQ(ask_and_check("after", 100), 100);
}

TEST_F(ClientTable, SendsAUrlOfSlashes) {
  serve();
  for (const std::size_t n : {20'000u, 60'000u, 1'000'000u}) {
    EXPECT_EQ(connect().exchange(get(std::string(n, '/'))).status, 414) << n;
  }
}

TEST_F(ClientTable, SendsAUrlOfSlashesWithinTheLimits) {
  ServerOptions options;
  options.limits.target_bytes = 2'000'000;
  options.limits.header_bytes = 2'100'000;
  serve(options);
  for (const std::size_t n : {20'000u, 60'000u, 1'000'000u}) {
    EXPECT_EQ(connect().exchange(get(std::string(n, '/'))).status, 200) << n;
    EXPECT_EQ(most_segments_, n - 1);
  }
}

TEST_F(ClientTable, PipelinesTwoRequests) {
  serve();
  for (int i = 0; i < 500; ++i) {
    Client client = connect();
    client.send(get("/later/first") + get("/now/second"));
    EXPECT_EQ(client.read().body, "first");
    EXPECT_EQ(client.read().body, "second");
  }
}

TEST_F(ClientTable, SendsTwoLengthsOrOneThatIsNoNumber) {
  serve();
  for (const char* lengths : {"Content-Length: 1\r\nContent-Length: 2\r\n",
                              "Content-Length: abc\r\n", "Content-Length: 1 2\r\n"}) {
    Client client = connect();
    client.send("POST /now/x HTTP/1.1\r\nHost: localhost\r\n" + std::string(lengths) + "\r\nxy");
    EXPECT_EQ(client.read().status, 400) << lengths;
    EXPECT_EQ(client.read_to_end(), "") << lengths;
  }
  EXPECT_EQ(handled_, 0u);
}

TEST_F(ClientTable, SendsJavasDefaultAccept) {
  serve();
  for (const char* accept : {"*/*;q=0.8", "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"}) {
    const auto request = get("/now/java", "Accept: " + std::string(accept) + "\r\n");
    EXPECT_EQ(connect().exchange(request).body, "java");
  }
}

TEST_F(ClientTable, SendsMalformedHeaders) {
  serve();
  const std::string start = "GET /now/x HTTP/1.1\r\nHost: localhost\r\n";
  for (const std::string& header :
       {std::string(":"), std::string("a"), std::string("a b: c"), std::string(": a"),
        std::string("\xff\xfe: a"), std::string("a\0b: c", 6), std::string("Connection: ,;=\"\\"),
        std::string("Expect:: 100"), std::string("Transfer-Encoding: \"chunked"),
        std::string("Content-Length: 1;"), std::string("a: \x01")}) {
    for (const char* end : {"\r\n\r\n", "\r\n", "\r", ""}) {
      Client client = connect();
      client.send(start + header + end);
      client.shutdown_send();
      const Answer answer = client.read();
      EXPECT_TRUE(answer.status == 0 || answer.status == 400 || answer.status == 417 ||
                  answer.status == 501 || answer.status == 200)
          << header << " " << answer.status;
    }
  }
}

TEST_F(ClientTable, OpensTlsOnThePlainPort) {
  serve();
  const std::string hello("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
  Client client = connect();
  client.send(hello + std::string(200, '\0'));
  EXPECT_EQ(client.read().status, 400);
  EXPECT_TRUE(client.wait_for_close());
  Client one_byte = connect();
  one_byte.send("\x16");
  EXPECT_EQ(one_byte.read().status, 400);
}

}  // namespace
}  // namespace headwater::abuse
