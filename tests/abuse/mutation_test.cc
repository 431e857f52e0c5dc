// Requests that were valid once: bits flipped, parts lost, repeated, spliced. The server may answer
// or close as it likes, but what it says is HTTP, belongs to the asker, and others are served on.
#include <map>

#include "base/mutex.h"
#include "tests/abuse/service.h"

namespace headwater::abuse {
namespace {

constexpr int kThreads = 4;
constexpr int kRequestsPerThread = 10'000;

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t bound) {
  return bound == 0 ? 0 : static_cast<std::size_t>(random() % bound);
}

// T stands for the token of the asker.
const std::vector<std::string>& originals() {
  static const std::vector<std::string> all = {
      "GET /now/T HTTP/1.1\r\nHost: localhost\r\n\r\n",
      "GET /later/T?a=b&c=%20d HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n",
      "GET /stream/T?n=20000 HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n",
      "POST /now/T HTTP/1.1\r\nHost: localhost\r\nContent-Length: 11\r\n\r\n{\"a\": true}",
      "POST /later/T HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nA: b\r\n\r\n",
      "POST /now/T HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 3\r\n"
      "\r\nabc",
      "POST /now/T HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\nContent-Length: 23"
      "\r\n\r\n" +
          std::string("\x1f\x8b\x08\0\0\0\0\0\0\x03\xcbH\xcd\xc9\xc9\x07\0\x86\xa6\x10\x36\x05\0\0"
                      "\0",
                      25),
      "GET http://localhost/now/T HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n\r\n",
      "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n",
      "GET /now/T HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
  };
  return all;
}

const std::vector<std::string>& insertions() {
  static const std::vector<std::string> all = {"\r\n",
                                               "\n",
                                               "\r",
                                               std::string(1, '\0'),
                                               " ",
                                               "\t",
                                               ":",
                                               "%",
                                               "%00",
                                               "%2f",
                                               "/",
                                               "//",
                                               "?",
                                               "Content-Length: 5\r\n",
                                               "Content-Length: -1\r\n",
                                               "Content-Length: 99999999999\r\n",
                                               "Transfer-Encoding: chunked\r\n",
                                               "Transfer-Encoding: gzip\r\n",
                                               "Host: evil.example\r\n",
                                               "Connection: close\r\n",
                                               "Expect: 100-continue\r\n",
                                               "Content-Encoding: gzip\r\n",
                                               "Content-Encoding: deflate\r\n",
                                               "Upgrade: h2c\r\n",
                                               "\r\n\r\n",
                                               "0\r\n\r\n",
                                               "ffffffffffffffff\r\n",
                                               "HTTP/1.1",
                                               "HTTP/9.9",
                                               "\x7f",
                                               "\xff\xfe",
                                               "\x1f\x8b",
                                               ";",
                                               "\"",
                                               std::string(3000, 'A'),
                                               std::string(40'000, '/'),
                                               " \r\n folded"};
  return all;
}

void mutate(std::string& text, Random& random) {
  const std::size_t at = below(random, text.size() + 1);
  switch (random() % 7) {
    case 0:
      if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1u << (random() % 8)));
      break;
    case 1:
      if (at < text.size()) text[at] = static_cast<char>(random());
      break;
    case 2: text.erase(at, below(random, 12)); break;
    case 3: text.insert(at, text.substr(at, below(random, 60))); break;
    case 4: text.insert(at, insertions()[below(random, insertions().size())]); break;
    case 5: {
      const std::string& other = originals()[below(random, originals().size())];
      text = text.substr(0, at) + other.substr(below(random, other.size()));
      break;
    }
    default: text.resize(at);
  }
}

std::string with_token(std::string text, const std::string& token) {
  for (std::size_t at = 0; (at = text.find("/T", at)) != std::string::npos; at += token.size()) {
    text.replace(at + 1, 1, token);
  }
  return text;
}

std::string random_request(Random& random, const std::string& token) {
  std::string text = with_token(originals()[below(random, originals().size())], token);
  if (random() % 4 == 0) {
    text += with_token(originals()[below(random, originals().size())], token);
  }
  for (std::size_t n = 1 + below(random, 5); n > 0; --n) mutate(text, random);
  return text;
}

void send_in_parts(Client& client, const std::string& text, Random& random) {
  const std::size_t cut = random() % 3 == 0 ? below(random, text.size()) : text.size();
  client.send(text.substr(0, cut));
  if (cut < text.size()) {
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 100));
    client.send(text.substr(cut));
  }
}

class Mutations : public Abuse {
 protected:
  void run(int thread) {
    Random random(seed() * 31 + static_cast<std::uint64_t>(thread));
    // A mutation may damage a token, but hardly turns the letters of one thread into another's.
    const std::string name = std::string(3, static_cast<char>('a' + thread));
    Client canary = connect();
    std::map<int, int> statuses;
    for (int i = 0; i < kRequestsPerThread; ++i) {
      const std::string token = "tok" + name + std::to_string(i);
      Client client = connect();
      ASSERT_TRUE(client.connected());
      const std::string request = random_request(random, token);
      send_in_parts(client, request, random);
      client.shutdown_send();
      const std::string answer = client.read_to_end();
      if (!answer.empty()) {
        ASSERT_EQ(answer.compare(0, 9, "HTTP/1.1 "), 0) << request << "\n--\n" << answer;
      }
      ++statuses[answer.empty() ? 0 : std::atoi(answer.c_str() + 9)];
      EXPECT_TRUE(mentions_only(answer, name)) << request << "\n--\n" << answer;
      if (i % 50 == 0) {
        ASSERT_EQ(canary.exchange(get("/later/canary" + std::to_string(i))).body,
                  "canary" + std::to_string(i));
      }
    }
    base::MutexLock lock(mutex_);
    for (const auto& [status, n] : statuses) statuses_[status] += n;
  }
  // No token of another thread.
  static bool mentions_only(const std::string& bytes, const std::string& name) {
    for (int t = 0; t < kThreads; ++t) {
      const std::string other = "tok" + std::string(3, static_cast<char>('a' + t));
      if (other != "tok" + name && bytes.find(other) != std::string::npos) return false;
    }
    return true;
  }

  base::Mutex mutex_;
  std::map<int, int> statuses_ GUARDED_BY(mutex_);
};

TEST_F(Mutations, OfFortyThousandRequestsNoneHarmsAnother) {
  ServerOptions options;
  options.limits.body_bytes = 1'000'000;
  serve(options);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) threads.emplace_back([this, t] { run(t); });
  for (auto& thread : threads) thread.join();
  base::MutexLock lock(mutex_);
  for (const auto& [status, n] : statuses_) std::printf("status %d: %d\n", status, n);
  // The mutations reach both sides of the checks.
  EXPECT_GT(statuses_[200], 1'000);
  EXPECT_GT(statuses_[400], 1'000);
  EXPECT_EQ(statuses_[500], 0);
}

}  // namespace
}  // namespace headwater::abuse
