// Signatures, addresses, and what is sent over a socket.

#include "alerts/webhook.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <gtest/gtest.h>

#include "tests/support/webhook_receiver.h"

namespace headwater::alerts {
namespace {

using tests::Posted;
using tests::WebhookReceiver;

constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

TEST(Webhook, SignsAsTheStandardHasIt) {
  const auto key = secret_key(kSecret);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->size(), 24u);
  EXPECT_EQ(signature(*key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(Webhook, TakesSecretsOfTheStandardsLengthsAlone) {
  const auto of_bytes = [](std::size_t n) {  // base64 of n zero bytes
    std::string out = "whsec_" + std::string((n + 2) / 3 * 4, 'A');
    for (std::size_t pad = 0; pad < (3 - n % 3) % 3; ++pad) out[out.size() - 1 - pad] = '=';
    return out;
  };
  for (std::size_t n = 22; n <= 66; ++n) {
    const auto key = secret_key(of_bytes(n));
    EXPECT_EQ(key.has_value(), n >= 24 && n <= 64) << n;
    if (key) {
      EXPECT_EQ(*key, std::string(n, '\0'));
    }
  }
  for (const std::string bad :
       {"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!", "whsec_MfKQ9r8GKYqrTwj=PD8ILPZIo2LaLaSw"}) {
    EXPECT_FALSE(secret_key(bad)) << bad;
  }
}

TEST(Webhook, TakesUrlsOfHttpWithoutAUser) {
  for (const std::string good : {"https://x.example/hook?a=b", "http://10.0.0.1:8080/"}) {
    EXPECT_TRUE(check_url(good)) << good;
  }
  for (const std::string bad :
       {"", "x.example", "ftp://x.example/", "file:///etc/passwd", "https://user:pass@x.example/",
        "https://user@x.example/", "https://", "gopher://x.example"}) {
    EXPECT_FALSE(check_url(bad)) << bad;
  }
  EXPECT_FALSE(check_url("https://x.example/" + std::string(kMaxUrlBytes, 'a')));
}

bool is_public_text(const std::string& text) {
  sockaddr_storage address{};
  if (text.find(':') != std::string::npos) {
    auto& six = reinterpret_cast<sockaddr_in6&>(address);
    six.sin6_family = AF_INET6;
    EXPECT_EQ(::inet_pton(AF_INET6, text.c_str(), &six.sin6_addr), 1) << text;
  } else {
    auto& four = reinterpret_cast<sockaddr_in&>(address);
    four.sin_family = AF_INET;
    EXPECT_EQ(::inet_pton(AF_INET, text.c_str(), &four.sin_addr), 1) << text;
  }
  return is_public(reinterpret_cast<const sockaddr&>(address));
}

TEST(Webhook, TellsPublicAddresses) {
  for (const std::string text :
       {"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.0", "169.253.255.255", "172.15.255.255", "172.32.0.0", "192.167.255.255",
        "192.169.0.0", "223.255.255.255", "2606:4700::1111", "2a00:1450::1", "::ffff:1.1.1.1",
        "64:ff9b::1.1.1.1", "2002:0101:0101::1", "2001:4860:4860::8888"}) {
    EXPECT_TRUE(is_public_text(text)) << text;
  }
  for (const std::string text : {"0.0.0.0",
                                 "10.0.0.0",
                                 "10.255.255.255",
                                 "100.64.0.0",
                                 "127.0.0.1",
                                 "127.255.255.255",
                                 "169.254.169.254",
                                 "172.16.0.0",
                                 "172.31.255.255",
                                 "192.0.0.1",
                                 "192.0.2.1",
                                 "192.88.99.1",
                                 "192.168.0.1",
                                 "198.18.0.1",
                                 "198.19.255.255",
                                 "198.51.100.1",
                                 "203.0.113.1",
                                 "224.0.0.1",
                                 "240.0.0.1",
                                 "255.255.255.255",
                                 "::",
                                 "::1",
                                 "fe80::1",
                                 "fc00::1",
                                 "fd12::1",
                                 "fec0::1",
                                 "ff02::1",
                                 "::ffff:127.0.0.1",
                                 "::ffff:10.1.1.1",
                                 "64:ff9b::10.0.0.1",
                                 "2002:7f00:0001::1",
                                 "2001::1",
                                 "2001:db8::1",
                                 "3fff::1",
                                 "100::1",
                                 "::127.0.0.1"}) {
    EXPECT_FALSE(is_public_text(text)) << text;
  }
}

PostRequest request_to(const std::string& url) {
  return {url, "msg_1", R"({"a":"b"})", "v1,abc", 1'790'000'000};
}

TEST(Poster, SendsWhatItIsGiven) {
  WebhookReceiver receiver([](const Posted&) { return WebhookReceiver::Told{202}; });
  const auto poster = make_poster({{"127.0.0.1"}, 5'000, {}});
  const auto answers = poster->post({request_to(receiver.url()), request_to(receiver.url())});
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].status, 202);
  EXPECT_EQ(answers[1].status, 202);
  const auto posted = receiver.posted();
  ASSERT_EQ(posted.size(), 2u);
  EXPECT_EQ(posted[0].line, "POST /hook HTTP/1.1");
  EXPECT_EQ(posted[0].body, R"({"a":"b"})");
  EXPECT_EQ(posted[0].headers.at("webhook-id"), "msg_1");
  EXPECT_EQ(posted[0].headers.at("webhook-timestamp"), "1790000000");
  EXPECT_EQ(posted[0].headers.at("webhook-signature"), "v1,abc");
  EXPECT_EQ(posted[0].headers.at("content-type"), "application/json");
}

TEST(Poster, SendsNothingToAddressesWithin) {
  WebhookReceiver receiver([](const Posted&) { return WebhookReceiver::Told{200}; });
  const auto poster = make_poster({{"other.example"}, 5'000, {}});
  for (const std::string host : {"127.0.0.1", "localhost", "0x7f.1", "[::ffff:127.0.0.1]"}) {
    const auto answers = poster->post({request_to(receiver.url(host))});
    EXPECT_EQ(answers[0].status, 0) << host;
    EXPECT_TRUE(answers[0].refused) << host << ": " << answers[0].error;
  }
  EXPECT_TRUE(receiver.posted().empty());
  const auto allowed = make_poster({{"LocalHost"}, 5'000, {}});
  EXPECT_EQ(allowed->post({request_to(receiver.url("localhost"))})[0].status, 200);
}

TEST(Poster, FollowsNoRedirection) {
  WebhookReceiver inner([](const Posted&) { return WebhookReceiver::Told{200}; });
  WebhookReceiver receiver([&](const Posted&) {
    return WebhookReceiver::Told{307, "Location: " + inner.url() + "\r\n"};
  });
  const auto poster = make_poster({{"127.0.0.1"}, 5'000, {}});
  EXPECT_EQ(poster->post({request_to(receiver.url())})[0].status, 307);
  EXPECT_TRUE(inner.posted().empty());
}

TEST(Poster, ReadsRetryAfter) {
  WebhookReceiver receiver([](const Posted&) {
    return WebhookReceiver::Told{503, "Retry-After: 17\r\n"};
  });
  const auto poster = make_poster({{"127.0.0.1"}, 5'000, {}});
  const auto answer = poster->post({request_to(receiver.url())})[0];
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.retry_after_s, 17);
}

TEST(Poster, SaysWhyThereIsNoAnswer) {
  std::string url;
  {
    WebhookReceiver gone([](const Posted&) { return WebhookReceiver::Told{200}; });
    url = gone.url();
  }
  const auto poster = make_poster({{"127.0.0.1"}, 5'000, {}});
  const auto answer = poster->post({request_to(url)})[0];
  EXPECT_EQ(answer.status, 0);
  EXPECT_FALSE(answer.refused);
  EXPECT_FALSE(answer.error.empty());
}

}  // namespace
}  // namespace headwater::alerts
