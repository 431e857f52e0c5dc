// A whole server hands a plan to a webhook, which runs it and completes it by the tokens.

#include <chrono>
#include <set>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "alerts/webhook.h"
#include "app/app.h"
#include "app/settings.h"
#include "model/json.h"
#include "tests/support/harness.h"
#include "tests/support/plan_world.h"
#include "tests/support/webhook_receiver.h"
#include "tests/unit/api/http/client.h"

namespace headwater::app {
namespace {

using api::http::testing::Answer;
using api::http::testing::Client;
using model::JsonValue;
using tests::PlanWorld;
using tests::Posted;
using tests::TempDir;
using tests::WebhookReceiver;

constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

class WebhookServer : public ::testing::Test {
 protected:
  void start(const std::string& allow_hosts) {
    spdlog::set_level(spdlog::level::err);
    base::Config config(settings());
    for (const auto& [key, value] :
         {std::pair<std::string, std::string>{"data.dir", dir_.path("data")},
          {"http.port", "0"},
          {"ui.dir", ""},
          {"webhooks.allow_hosts", allow_hosts}}) {
      EXPECT_TRUE(config.set(key, value, "test"));
    }
    app_ = tests::must(App::start(config));
    const std::string url = app_->url();
    port_ = static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1)));
  }

  Answer send(const std::string& method, const std::string& target, const std::string& body) {
    return Client(port_).exchange(
        method + " " + target +
        " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body);
  }

  // a -> b of n = 0 .. 3, all missing; a plan of it all, handed to the receiver.
  std::string plan_for(const std::string& url) {
    for (const std::string name : {"a", "b"}) {
      EXPECT_EQ(send("POST", "/api/v1/lineage",
                     PlanWorld::event("COMPLETE", "make_" + name, "first-of-" + name, "", name, "",
                                      "2026-09-01T00:00:00Z"))
                    .status,
                201);
      const Answer put = send(
          "PUT", "/api/v1/partitions/space?nodeId=dataset:ns:" + name,
          R"({"author":"ann","space":{"dimensions":[{"name":"n","kind":"integer","start":0,"end":4}]}})");
      EXPECT_EQ(put.status, 200) << put.body;
    }
    EXPECT_EQ(send("PUT", "/api/v1/partitions/mapping",
                   R"({"author":"ann","upstream":"dataset:ns:a","downstream":"dataset:ns:b",)"
                   R"("mapping":{"kind":"identity"}})")
                  .status,
              200);
    const Answer made = send("POST", "/api/v1/plans",
                             R"({"author":"ann","max_partitions_per_task":2,"webhook":{"url":")" +
                                 url + R"(","secret":")" + kSecret + R"("}})");
    EXPECT_EQ(made.status, 201) << made.body;
    const std::string id = *JsonValue{std::string_view(made.body)}.get("id").string();
    EXPECT_EQ(send("POST", "/api/v1/plans/" + id + "/approve", R"({"author":"ann"})").status, 200);
    return id;
  }

  std::string plan_text(const std::string& id, std::string_view member) {
    const Answer plan = send("GET", "/api/v1/plans/" + id, "");
    const JsonValue value = JsonValue{std::string_view(plan.body)}.get(member);
    return value.string().value_or(std::string(value.text()));
  }
  // Waits until it is so; never decides by time alone.
  template <class Condition>
  bool eventually(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(120);
    while (std::chrono::steady_clock::now() < end) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return false;
  }

  TempDir dir_;
  std::unique_ptr<App> app_;
  std::uint16_t port_ = 0;
};

TEST_F(WebhookServer, HandsAPlanToItsReceiverUntilItIsDone) {
  start("127.0.0.1");
  std::set<std::string> refused_once;
  WebhookReceiver receiver([&](const Posted& posted) {
    const bool first = refused_once.insert(posted.headers.at("webhook-id")).second;
    return WebhookReceiver::Told{first ? 500 : 200};
  });
  const std::string id = plan_for(receiver.url());
  std::set<std::string> completed;
  const bool done = eventually([&] {
    for (const Posted& posted : receiver.posted()) {
      const JsonValue data = JsonValue{std::string_view(posted.body)}.get("data");
      const std::string token = *data.get("token").string();
      if (!completed.insert(token).second) continue;
      const Answer answer = send("POST", "/api/v1/plans/" + id + "/leases/" + token + "/complete",
                                 R"({"state":"completed"})");
      EXPECT_EQ(answer.status, 200) << answer.body;
    }
    return plan_text(id, "state") == "done";
  });
  ASSERT_TRUE(done) << plan_text(id, "progress");
  EXPECT_EQ(completed.size(), 4u);
  const std::string key = *alerts::secret_key(kSecret);
  for (const Posted& posted : receiver.posted()) {
    EXPECT_EQ(posted.headers.at("webhook-signature"),
              alerts::signature(key, posted.headers.at("webhook-id"),
                                std::stoll(posted.headers.at("webhook-timestamp")), posted.body));
  }
}

TEST_F(WebhookServer, SendsNothingWithinUnlessTheHostIsAllowed) {
  start("");
  WebhookReceiver receiver([](const Posted&) { return WebhookReceiver::Told{200}; });
  const std::string id = plan_for(receiver.url());
  // It takes a lease, may not send it, and gives it back.
  const bool given_back = eventually([&] {
    return plan_text(id, "state") == "executing" &&
           plan_text(id, "progress").find(R"("running":0)") != std::string::npos;
  });
  EXPECT_TRUE(given_back) << plan_text(id, "progress");
  EXPECT_TRUE(receiver.posted().empty());
}

TEST_F(WebhookServer, GoneTurnsItOff) {
  start("127.0.0.1");
  WebhookReceiver receiver([](const Posted&) { return WebhookReceiver::Told{410}; });
  const std::string id = plan_for(receiver.url());
  const bool off = eventually([&] {
    return plan_text(id, "options").find(R"("off":"It answered 410 Gone.")") != std::string::npos;
  });
  EXPECT_TRUE(off) << plan_text(id, "options");
  EXPECT_NE(plan_text(id, "progress").find(R"("running":0)"), std::string::npos);
}

}  // namespace
}  // namespace headwater::app
