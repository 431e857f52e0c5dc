// Plans over the API: every route, every error, and the traps by name.

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include "model/duration.h"
#include "model/json.h"
#include "model/time.h"
#include "tests/support/api_world.h"
#include "tests/support/plan_world.h"

namespace headwater::api::v1 {
namespace {

using model::JsonValue;
using tests::ApiReply;
using tests::ApiWorld;
using tests::PlanWorld;
using tests::TempDir;

constexpr const char* kSecret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

std::string text(const std::string& json, std::vector<std::string_view> path) {
  JsonValue at{std::string_view(json)};
  for (const std::string_view name : path) at = at.get(name);
  return at.is_string() ? *at.string() : std::string(at.text());
}

std::vector<JsonValue> list(const std::string& json, std::string_view name) {
  std::vector<JsonValue> out;
  JsonValue{std::string_view(json)}.get(name).elements(
      [&](const JsonValue& value) { out.push_back(value); });
  return out;
}

// raw -> daily -> report, each of days n = 0 .. 4.
class PlansApi : public ::testing::Test {
 protected:
  PlansApi() : world_(dir_.path("a")) {
    spdlog::set_level(spdlog::level::warn);
    for (const std::string name : {"raw", "daily", "report"}) {
      send(PlanWorld::event("COMPLETE", "make_" + name, "first-of-" + name, "", name, "",
                            "2026-09-01T00:00:00Z"));
      const ApiReply reply = world_.put(
          {"partitions", "space"},
          R"({"author":"ann","space":{"dimensions":[{"name":"n","kind":"integer","start":0,"end":5}]}})",
          {{"nodeId", "dataset:ns:" + name}});
      EXPECT_EQ(reply.status, 200) << reply.body;
    }
    reads("daily", "raw");
    reads("report", "daily");
  }

  void send(const std::string& event) { world_.harness().send(event); }
  void reads(const std::string& downstream, const std::string& upstream,
             const std::string& mapping = R"({"kind":"identity"})") {
    const ApiReply reply =
        world_.put({"partitions", "mapping"}, R"({"author":"ann","upstream":"dataset:ns:)" +
                                                  upstream + R"(","downstream":"dataset:ns:)" +
                                                  downstream + R"(","mapping":)" + mapping + "}");
    EXPECT_EQ(reply.status, 200) << reply.body;
  }
  void pass_ms(std::int64_t ms) { world_.harness().clock().now_ += ms * 1000; }

  // A run of the dataset's job that wrote n = first .. last.
  void run(const std::string& name, int first, int last, const std::string& code = "v1",
           const std::string& version = "", const std::string& type = "COMPLETE") {
    pass_ms(1000);
    std::string keys;
    for (int i = first; i <= last; ++i) {
      keys +=
          (keys.empty() ? "" : ",") + std::string(R"({"key":{"n":")") + std::to_string(i) + R"("})";
      if (!version.empty()) keys += R"(,"dataVersion":")" + version + std::to_string(i) + "\"";
      keys += "}";
    }
    const std::string id = "run-" + std::to_string(++runs_);
    const std::string at = model::format_time(world_.harness().clock().now_);
    send(PlanWorld::event("START", "make_" + name, id, code, name, keys, at));
    send(PlanWorld::event(type, "make_" + name, id, code, name, keys, at));
  }

  ApiReply post(std::vector<std::string> path, const std::string& body) {
    path.insert(path.begin(), "plans");
    return world_.post(std::move(path), body);
  }
  ApiReply get(std::vector<std::string> path, http::Fields query = {}) {
    path.insert(path.begin(), "plans");
    return world_.get(std::move(path), std::move(query));
  }
  std::string made(const std::string& more = "") {
    const ApiReply reply = post({}, R"({"author":"ann")" + more + "}");
    EXPECT_EQ(reply.status, 201) << reply.body;
    return text(reply.body, {"id"});
  }
  std::string approved(const std::string& more = "") {
    const std::string id = made(more);
    EXPECT_EQ(post({id, "approve"}, R"({"author":"ann"})").status, 200);
    return id;
  }
  ApiReply lease(const std::string& id, const std::string& more = "") {
    return post({id, "leases"}, R"({"worker":"w")" + more + "}");
  }
  ApiReply complete(const std::string& id, const std::string& token,
                    const std::string& body = R"({"state":"completed"})") {
    return post({id, "leases", token, "complete"}, body);
  }
  static std::string token(const ApiReply& reply, std::size_t i = 0) {
    const auto leases = list(reply.body, "leases");
    return i < leases.size() ? leases[i].get("token").string().value_or("") : "";
  }
  // What of a lease is told: "daily n=0..n=4".
  static std::vector<std::string> ranges(const ApiReply& reply) {
    std::vector<std::string> out;
    for (const JsonValue& lease : list(reply.body, "leases")) {
      out.push_back(lease.get("nodeId").string()->substr(11) + " " + *lease.get("first").string() +
                    ".." + *lease.get("last").string());
    }
    return out;
  }
  static void expect_problem(const ApiReply& reply, int status, const std::string& code,
                             const std::string& pointer = "") {
    EXPECT_EQ(reply.status, status) << reply.body;
    EXPECT_EQ(text(reply.body, {"code"}), code) << reply.body;
    if (pointer.empty()) return;
    EXPECT_EQ(text(reply.body, {"pointer"}), pointer) << reply.body;
  }

  TempDir dir_;
  ApiWorld world_;
  int runs_ = 0;
};

using Texts = std::vector<std::string>;

TEST_F(PlansApi, ADryRunKeepsNothing) {
  const std::string body = R"({"author":"ann","reason":"to see","dry_run":true})";
  const auto before = world_.queries().published();
  const ApiReply reply = post({}, body);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(world_.queries().published(), before);
  EXPECT_EQ(text(reply.body, {"id"}), "null");
  EXPECT_EQ(text(reply.body, {"state"}), "draft");
  EXPECT_EQ(text(reply.body, {"totals", "partitions"}), "15");
  EXPECT_EQ(text(reply.body, {"totals", "waves"}), "3");
  EXPECT_EQ(text(reply.body, {"totals", "upper"}), "15");
  EXPECT_EQ(text(reply.body, {"progress", "pending"}), "15");
  EXPECT_EQ(text(reply.body, {"pinned", "seq"}), std::to_string(before.value));
  EXPECT_EQ(text(get({}).body, {"plans"}), "[]");
}

TEST_F(PlansApi, APlanIsMadeListedAndShown) {
  const std::string first = made(R"(,"name":"one","tolerance":2.5)");
  const std::string second = made(R"(,"scope":{"nodeIds":["job:ns:make_raw"],"direction":"none"})");
  const ApiReply one = get({first});
  EXPECT_EQ(one.status, 200);
  EXPECT_EQ(text(one.body, {"name"}), "one");
  EXPECT_EQ(text(one.body, {"options", "tolerance"}), "2.5");
  EXPECT_EQ(text(one.body, {"options", "scope"}), "null");
  EXPECT_EQ(text(one.body, {"options", "include"}), R"(["stale","missing","maybe"])");
  EXPECT_EQ(text(one.body, {"complete"}), "true");
  const ApiReply two = get({second});
  EXPECT_EQ(text(two.body, {"totals", "partitions"}), "5");
  EXPECT_EQ(text(two.body, {"options", "scope", "nodeIds"}), R"(["dataset:ns:raw"])");

  const ApiReply page = get({}, {{"limit", "1"}});
  ASSERT_EQ(list(page.body, "plans").size(), 1u);
  EXPECT_EQ(*list(page.body, "plans")[0].get("id").string(), second);
  const ApiReply rest = get({}, {{"limit", "1"}, {"cursor", text(page.body, {"next"})}});
  ASSERT_EQ(list(rest.body, "plans").size(), 1u);
  EXPECT_EQ(*list(rest.body, "plans")[0].get("id").string(), first);
  EXPECT_EQ(text(rest.body, {"next"}), "null");
  EXPECT_EQ(text(get({}, {{"state", "done"}}).body, {"plans"}), "[]");
  EXPECT_EQ(list(get({}, {{"state", "draft"}}).body, "plans").size(), 2u);
  expect_problem(get({}, {{"state", "new"}}), 400, "invalid-argument");
  expect_problem(get({}, {{"cursor", "x"}}), 400, "invalid-cursor");
  expect_problem(get({}, {{"offset", "1"}}), 400, "invalid-argument");
}

TEST_F(PlansApi, TasksAreListedByState) {
  const std::string id = approved(R"(,"max_partitions_per_task":2)");
  const ApiReply all = get({id, "tasks"});
  ASSERT_EQ(list(all.body, "tasks").size(), 9u);
  const JsonValue task = list(all.body, "tasks")[0];
  EXPECT_EQ(*task.get("nodeId").string(), "dataset:ns:raw");
  EXPECT_EQ(*task.get("first").string(), "n=0");
  EXPECT_EQ(*task.get("last").string(), "n=1");
  EXPECT_EQ(*task.get("reason").string(), "missing");
  EXPECT_EQ(*task.get("state").string(), "ready");
  EXPECT_EQ(list(get({id, "tasks"}, {{"state", "ready"}}).body, "tasks").size(), 3u);
  EXPECT_EQ(list(get({id, "tasks"}, {{"state", "pending"}}).body, "tasks").size(), 6u);
  lease(id);
  const ApiReply leased = get({id, "tasks"}, {{"state", "leased"}});
  ASSERT_EQ(list(leased.body, "tasks").size(), 1u);
  EXPECT_NE(leased.body.find(R"("worker":"w","first":"n=0","last":"n=1")"), std::string::npos);
  std::size_t seen = 0;
  std::string cursor;
  do {
    const ApiReply page = get({id, "tasks"}, {{"limit", "4"}, {"cursor", cursor}});
    seen += list(page.body, "tasks").size();
    cursor = text(page.body, {"next"});
  } while (cursor != "null");
  EXPECT_EQ(seen, 9u);
  expect_problem(get({id, "tasks"}, {{"state", "new"}}), 400, "invalid-argument");
  expect_problem(get({"77", "tasks"}), 404, "not-found");
}

TEST_F(PlansApi, WorkIsHandedOutUntilThePlanIsDone) {
  const std::string id = approved();
  for (const std::string name : {"raw", "daily", "report"}) {
    const ApiReply given = lease(id, R"(,"max_leases":5)");
    EXPECT_EQ(given.status, 201);
    EXPECT_EQ(ranges(given), (Texts{name + " n=0..n=4"}));
    EXPECT_EQ(list(given.body, "leases")[0].get("keys").text(),
              R"(["n=0","n=1","n=2","n=3","n=4"])");
    const ApiReply nothing = lease(id);
    EXPECT_EQ(nothing.status, 200);
    EXPECT_EQ(text(nothing.body, {"leases"}), "[]");
    EXPECT_EQ(text(nothing.body, {"state"}), "executing");
    EXPECT_NE(text(nothing.body, {"retry_after_ms"}), "null");
    const ApiReply done = complete(id, token(given));
    EXPECT_EQ(done.status, 200);
    EXPECT_EQ(text(done.body, {"progress", "done"}), "5");
  }
  const ApiReply over = lease(id);
  EXPECT_EQ(over.status, 200);
  EXPECT_EQ(text(over.body, {"state"}), "done");
  EXPECT_EQ(text(over.body, {"remaining"}), "0");
  EXPECT_EQ(text(over.body, {"retry_after_ms"}), "null");
}

TEST_F(PlansApi, NothingIsLoggedWhenNothingCanBeHandedOut) {
  const std::string id = approved();
  lease(id);
  const auto before = world_.queries().published();
  EXPECT_EQ(lease(id).status, 200);
  EXPECT_EQ(world_.queries().published(), before);
  const std::string draft = made();
  const ApiReply waiting = lease(draft);
  EXPECT_EQ(waiting.status, 200);
  EXPECT_EQ(text(waiting.body, {"state"}), "draft");
}

TEST_F(PlansApi, TheSameRequestHasTheSameLeases) {
  const std::string id = approved();
  const ApiReply first = lease(id, R"(,"request_id":"r1","max_partitions":2)");
  const ApiReply again = lease(id, R"(,"request_id":"r1","max_partitions":2)");
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(token(first), token(again));
  const ApiReply other = lease(id, R"(,"request_id":"r2","max_partitions":2)");
  EXPECT_EQ(ranges(other), (Texts{"raw n=2..n=3"}));
}

TEST_F(PlansApi, JobsChooseWhatIsHandedOut) {
  run("raw", 0, 4);
  run("daily", 0, 0);
  run("report", 0, 0);
  const std::string id = approved();
  EXPECT_EQ(lease(id, R"(,"jobs":["job:ns:make_report"])").status, 200);
  EXPECT_EQ(ranges(lease(id, R"(,"jobs":["job:ns:make_daily"])")), (Texts{"daily n=1..n=4"}));
  expect_problem(lease(id, R"(,"jobs":["job:ns:none"])"), 404, "not-found", "/jobs");
  expect_problem(lease(id, R"(,"jobs":["none"])"), 400, "invalid-node-id", "/jobs");
}

TEST_F(PlansApi, AHeartbeatExtendsAndALostLeaseSaysSo) {
  const std::string id = approved(R"(,"lease_ms":60000)");
  const ApiReply given = lease(id);
  pass_ms(30'000);
  const ApiReply beat = post({id, "leases", token(given), "heartbeat"}, "{}");
  EXPECT_EQ(beat.status, 200);
  EXPECT_EQ(text(beat.body, {"expires_at"}),
            model::format_time(world_.harness().clock().now_ + 60'000'000));
  pass_ms(60'000);
  expect_problem(post({id, "leases", token(given), "heartbeat"}, "{}"), 409, "lease-lost");
  expect_problem(complete(id, token(given)), 409, "lease-lost");
  EXPECT_EQ(text(get({id, "tasks"}).body, {"tasks"}).find(R"("worker")"), std::string::npos);
  const ApiReply again = lease(id);
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(complete(id, token(again)).status, 200);
  EXPECT_EQ(complete(id, token(again)).status, 200);  // said again
  expect_problem(complete(id, token(again), R"({"state":"failed"})"), 409, "lease-lost");
}

TEST_F(PlansApi, AfterRunsHaveToldOfAllOfItAReportChangesNothing) {
  const std::string id = approved();
  const std::string first = token(lease(id));
  const std::string beat = post({id, "leases", first, "heartbeat"}, "{}").body;
  EXPECT_EQ(text(beat, {"state"}), "valid");
  run("raw", 0, 3);
  run("raw", 4, 4, "v1", "", "FAIL");
  const ApiReply answered = post({id, "leases", first, "heartbeat"}, "{}");
  EXPECT_EQ(answered.status, 200);
  EXPECT_EQ(text(answered.body, {"state"}), "answered");
  const ApiReply failed = complete(id, first, R"({"state":"failed"})");
  EXPECT_EQ(failed.status, 200);
  EXPECT_EQ(text(failed.body, {"state"}), "answered");
  EXPECT_EQ(text(failed.body, {"progress", "done"}), "4");
  EXPECT_EQ(text(failed.body, {"progress", "pending"}), "1");
  expect_problem(complete(id, first), 409, "lease-lost");  // n=4 is not done

  const ApiReply again = lease(id);
  EXPECT_EQ(ranges(again), (Texts{"raw n=4..n=4"}));
  expect_problem(post({id, "leases", first, "heartbeat"}, "{}"), 409, "lease-lost");
  expect_problem(complete(id, first, R"({"state":"failed"})"), 409, "lease-lost");
  const ApiReply done = complete(id, token(again));
  EXPECT_EQ(text(done.body, {"state"}), "completed");
}

TEST_F(PlansApi, SuccessIsPartial) {
  const std::string id = approved();
  const ApiReply given = lease(id);
  const ApiReply done =
      complete(id, token(given),
               R"({"state":"failed","done":["n=0","n=2"],"run_id":"r","message":"disk full"})");
  EXPECT_EQ(text(done.body, {"progress", "done"}), "2");
  EXPECT_EQ(text(done.body, {"progress", "pending"}), "3");
  EXPECT_EQ(ranges(lease(id, R"(,"max_leases":9)")),
            (Texts{"raw n=1..n=1", "raw n=3..n=4", "daily n=0..n=0", "daily n=2..n=2"}));
}

TEST_F(PlansApi, DecisionsAreTakenOnlyWhereTheStateAllows) {
  const std::string author = R"({"author":"ann","reason":"because"})";
  const std::string id = made();
  for (const std::string move : {"pause", "resume", "retry"}) {
    expect_problem(post({id, move}, author), 409, "conflict");
  }
  const ApiReply approved = post({id, "approve"}, author);
  EXPECT_EQ(approved.status, 200);
  EXPECT_EQ(text(approved.body, {"state"}), "approved");
  EXPECT_EQ(text(approved.body, {"decided", "reason"}), "because");
  expect_problem(post({id, "approve"}, author), 409, "conflict");
  EXPECT_EQ(text(post({id, "pause"}, author).body, {"state"}), "paused");
  EXPECT_EQ(text(lease(id).body, {"state"}), "paused");
  EXPECT_EQ(text(post({id, "resume"}, author).body, {"state"}), "executing");
  const ApiReply given = lease(id);
  EXPECT_EQ(text(post({id, "cancel"}, author).body, {"state"}), "cancelled");
  expect_problem(complete(id, token(given)), 409, "lease-lost");
  expect_problem(post({id, "cancel"}, author), 409, "conflict");
  for (const std::string move : {"approve", "pause", "resume", "cancel", "retry"}) {
    expect_problem(post({"99999", move}, author), 404, "not-found");
    expect_problem(post({"x", move}, author), 400, "invalid-argument");
    expect_problem(post({id, move}, "{}"), 400, "invalid-argument", "/author");
    expect_problem(post({id, move}, "["), 400, "invalid-json");
  }
}

TEST_F(PlansApi, WhatIsAskedWronglyIsRefusedByName) {
  const std::string a = R"({"author":"ann",)";
  const std::vector<std::tuple<std::string, std::string, std::string>> bodies{
      {"{}", "invalid-argument", "/author"},
      {R"({"author":5})", "invalid-argument", "/author"},
      {a + R"("dry_run":"yes"})", "invalid-argument", "/dry_run"},
      {a + R"("scope":[]})", "invalid-argument", "/scope"},
      {a + R"("scope":{}})", "invalid-argument", "/scope/nodeIds"},
      {a + R"("scope":{"nodeIds":[1]}})", "invalid-argument", "/scope/nodeIds"},
      {a + R"("scope":{"nodeIds":["x"]}})", "invalid-node-id", "/scope/nodeIds"},
      {a + R"("scope":{"nodeIds":["dataset:ns:none"]}})", "not-found", "/scope/nodeIds"},
      {a + R"("scope":{"nodeIds":["dataset:ns:raw"],"direction":"up"}})", "invalid-argument",
       "/scope/direction"},
      {a + R"("changes":["x"]})", "invalid-argument", "/changes"},
      {a + R"("changes":["1"]})", "not-found", ""},
      {a + R"("include":["new"]})", "invalid-argument", "/include"},
      {a + R"("include":[]})", "invalid-argument", ""},
      {a + R"("until":"soon"})", "invalid-argument", "/until"},
      {a + R"("refresh":"no"})", "invalid-argument", "/refresh"},
      {a + R"("budget":5})", "invalid-argument", "/budget"},
      {a + R"("budget":{"partitions":-1}})", "invalid-argument", ""},
      {a + R"("environment":"none"})", "not-found", "/environment"},
      {a + R"("max_partitions_per_task":0})", "invalid-argument", "/max_partitions_per_task"},
      {a + R"("max_partitions_per_task":1000001})", "limit-exceeded", "/max_partitions_per_task"},
      {a + R"("max_attempts":0})", "invalid-argument", "/max_attempts"},
      {a + R"("lease_ms":1})", "invalid-argument", "/lease_ms"},
      {a + R"("tolerance":0.5})", "invalid-argument", ""},
      {a + R"("tolerance":"much"})", "invalid-argument", "/tolerance"},
      {a + R"("webhook":{"url":"https://x.example"}})", "invalid-argument", "/webhook"},
      {a + R"("webhook":{"url":"ftp://x.example","secret":")" + kSecret + R"("}})",
       "invalid-argument", "/webhook/url"},
      {a + R"("webhook":{"url":"https://u:p@x.example","secret":")" + kSecret + R"("}})",
       "invalid-argument", "/webhook/url"},
      {a + R"("webhook":{"url":"https://x.example","secret":"whsec_c2hvcnQ="}})",
       "invalid-argument", "/webhook/secret"},
      {a + R"("name":")" + std::string(201, 'n') + R"("})", "limit-exceeded", "/name"},
  };
  for (const auto& [body, code, pointer] : bodies) {
    SCOPED_TRACE(body);
    const ApiReply reply = post({}, body);
    expect_problem(reply, code == "not-found" ? 404 : 400, code, pointer);
  }
  expect_problem(post({}, "nothing"), 400, "invalid-json");
  expect_problem(get({"77"}), 404, "not-found");
  expect_problem(get({"x"}), 400, "invalid-argument");
}

TEST_F(PlansApi, WhatIsAskedWronglyOfLeasesIsRefusedByName) {
  const std::string id = approved();
  const std::string w = R"({"worker":"w",)";
  const std::vector<std::tuple<std::string, std::string, std::string>> bodies{
      {"{}", "invalid-argument", "/worker"},
      {R"({"worker":7})", "invalid-argument", "/worker"},
      {R"({"worker":")" + std::string(201, 'w') + R"("})", "limit-exceeded", "/worker"},
      {w + R"("max_leases":0})", "invalid-argument", "/max_leases"},
      {w + R"("max_leases":1001})", "limit-exceeded", "/max_leases"},
      {w + R"("max_partitions":0})", "invalid-argument", "/max_partitions"},
      {w + R"("lease_ms":10})", "invalid-argument", "/lease_ms"},
      {w + R"("jobs":"all"})", "invalid-argument", "/jobs"},
      {w + R"("request_id":")" + std::string(201, 'r') + R"("})", "limit-exceeded", "/request_id"},
  };
  for (const auto& [body, code, pointer] : bodies) {
    SCOPED_TRACE(body);
    expect_problem(post({id, "leases"}, body), 400, code, pointer);
  }
  expect_problem(post({"77", "leases"}, R"({"worker":"w"})"), 404, "not-found");
  const std::string given = token(lease(id));
  expect_problem(post({id, "leases", given, "heartbeat"}, R"({"lease_ms":1})"), 400,
                 "invalid-argument", "/lease_ms");
  expect_problem(post({id, "leases", "1-1", "heartbeat"}, "{}"), 404, "not-found");
  expect_problem(complete(id, "none"), 404, "not-found");
  expect_problem(complete(id, given, "{}"), 400, "invalid-argument", "/state");
  expect_problem(complete(id, given, R"({"state":"ok"})"), 400, "invalid-argument", "/state");
  expect_problem(complete(id, given, R"({"state":"failed","done":"n=1"})"), 400, "invalid-argument",
                 "/done");
  expect_problem(complete(id, given, R"({"state":"failed","done":["n=9"]})"), 400,
                 "invalid-argument");
  expect_problem(
      complete(id, given, R"({"state":"failed","message":")" + std::string(2001, 'm') + R"("})"),
      400, "limit-exceeded", "/message");
}

TEST_F(PlansApi, ASecretIsInNoAnswer) {
  const ApiReply made =
      post({}, R"({"author":"ann","webhook":{"url":"https://x.example/h","secret":")" +
                   std::string(kSecret) + R"("}})");
  ASSERT_EQ(made.status, 201);
  const std::string id = text(made.body, {"id"});
  post({id, "approve"}, R"({"author":"ann"})");
  for (const std::string& body :
       {made.body, get({}).body, get({id}).body, get({id, "tasks"}).body, lease(id).body}) {
    EXPECT_EQ(body.find("whsec_"), std::string::npos) << body;
  }
  EXPECT_EQ(text(made.body, {"options", "webhook"}), R"({"url":"https://x.example/h","off":null})");
}

TEST_F(PlansApi, WhatABudgetLeavesOutIsListed) {
  const std::string id = made(R"(,"budget":{"partitions":6})");
  const ApiReply plan = get({id});
  EXPECT_EQ(text(plan.body, {"totals", "partitions"}), "6");
  EXPECT_NE(text(plan.body, {"left_out"}), "[]");
  EXPECT_EQ(text(plan.body, {"complete"}), "true");
  const std::string in_list = get({}, {{"max_ranges", "0"}}).body;
  for (const std::string& cut :
       {get({id}, {{"max_ranges", "0"}}).body, std::string(list(in_list, "plans")[0].text()),
        world_
            .post({"plans"}, R"({"author":"ann","dry_run":true,"budget":{"partitions":6}})",
                  {{"max_ranges", "0"}})
            .body}) {
    EXPECT_EQ(text(cut, {"complete"}), "false");
    EXPECT_EQ(text(cut, {"cut", "reason"}), "max_ranges");
    EXPECT_EQ(text(cut, {"cut", "limit"}), "0");
  }
  expect_problem(get({id}, {{"max_ranges", "10001"}}), 400, "limit-exceeded");
}

// Trap 1: what comes out unchanged un-stales everything after it.
TEST_F(PlansApi, Trap1WhatComesOutUnchangedCutsThePlanOff) {
  run("raw", 0, 4, "v1", "x");
  run("daily", 0, 4, "v1", "x");
  run("report", 0, 4, "v1", "x");
  pass_ms(1000);
  send(PlanWorld::event("START", "make_raw", "with-new-code", "v2", "raw", "",
                        model::format_time(world_.harness().clock().now_)));
  const ApiReply plan = post({}, R"({"author":"ann"})");
  EXPECT_EQ(text(plan.body, {"totals", "definite"}), "5");
  EXPECT_EQ(text(plan.body, {"totals", "maybe"}), "10");
  const std::string id = text(plan.body, {"id"});
  post({id, "approve"}, R"({"author":"ann"})");
  EXPECT_EQ(ranges(lease(id)), (Texts{"raw n=0..n=4"}));
  run("raw", 0, 3, "v2", "x");
  run("raw", 4, 4, "v2", "y");
  EXPECT_EQ(ranges(lease(id, R"(,"max_leases":9)")), (Texts{"daily n=4..n=4"}));
  run("daily", 4, 4, "v1", "x");  // and there it ends
  EXPECT_EQ(lease(id).status, 200);
  const ApiReply done = get({id});
  EXPECT_EQ(text(done.body, {"state"}), "done");
  EXPECT_EQ(text(done.body, {"progress", "done"}), "6");
  EXPECT_EQ(text(done.body, {"progress", "skipped"}), "9");
}

// Trap 7: only dependents of what failed are blocked.
TEST_F(PlansApi, Trap7OnlyDependentsOfWhatFailedAreBlocked) {
  const std::string id = approved(R"(,"max_attempts":1)");
  complete(id, token(lease(id)), R"({"state":"completed","failed":["n=2"]})");
  const ApiReply daily = lease(id, R"(,"max_leases":9)");
  EXPECT_EQ(ranges(daily), (Texts{"daily n=0..n=1", "daily n=3..n=4"}));
  complete(id, token(daily, 0));
  complete(id, token(daily, 1));
  const ApiReply report = lease(id, R"(,"max_leases":9)");
  EXPECT_EQ(ranges(report), (Texts{"report n=0..n=1", "report n=3..n=4"}));
  complete(id, token(report, 0));
  complete(id, token(report, 1));
  const ApiReply plan = get({id});
  EXPECT_EQ(text(plan.body, {"state"}), "done");
  EXPECT_EQ(text(plan.body, {"progress"}),
            R"({"done":12,"skipped":0,"running":0,"failed":1,"blocked":2,"pending":0})");
  const ApiReply again = post({id, "retry"}, R"({"author":"ann","tasks":[1]})");
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(text(again.body, {"progress", "pending"}), "3");
  expect_problem(post({id, "retry"}, R"({"author":"ann","tasks":[0]})"), 400, "invalid-argument",
                 "/tasks");
  EXPECT_EQ(ranges(lease(id, R"(,"max_leases":9)")), (Texts{"raw n=2..n=2"}));
}

TEST_F(PlansApi, AnEnvironmentHasItsOwnPlan) {
  run("raw", 0, 4);
  run("daily", 0, 4);
  run("report", 0, 4);
  const ApiReply put =
      world_.put({"environments", "next"},
                 R"({"author":"ann","code":[{"job":"job:ns:make_daily","version":"v9"}]})");
  ASSERT_EQ(put.status, 200) << put.body;
  EXPECT_EQ(text(post({}, R"({"author":"ann","dry_run":true})").body, {"totals", "partitions"}),
            "0");
  const std::string id = approved(R"(,"environment":"next")");
  EXPECT_EQ(text(get({id}).body, {"environment"}), "next");
  const ApiReply given = lease(id, R"(,"max_leases":9)");
  EXPECT_EQ(ranges(given), (Texts{"daily n=0..n=4"}));
  const ApiReply wrote = world_.post(
      {"environments", "next", "materializations"},
      R"({"nodeId":"dataset:ns:daily","keys":["n=0","n=1","n=2","n=3","n=4"],"run_id":"r9",)"
      R"("job":"job:ns:make_daily","author":"ann"})");
  ASSERT_LT(wrote.status, 300) << wrote.body;
  EXPECT_EQ(text(get({id}).body, {"progress", "done"}), "5");
  EXPECT_EQ(ranges(lease(id, R"(,"max_leases":9)")), (Texts{"report n=0..n=4"}));
}

// ---- waiting ------------------------------------------------------------------------------------

TEST_F(PlansApi, APlanThatStandsStillSaysWhatItWaitsFor) {
  reads("daily", "raw", R"({"kind":"identity","wait":{"inputs":"all","quiet":"PT2H"}})");
  const std::string id =
      approved(R"(,"scope":{"nodeIds":["dataset:ns:daily"],"direction":"none"})");
  EXPECT_EQ(ranges(lease(id, R"(,"max_leases":9)")), Texts{});
  EXPECT_EQ(text(get({id}).body, {"waiting"}), R"({"inputs":5,"quiet":0,"until":null})");
  EXPECT_EQ(list(get({id, "tasks"}).body, "tasks")[0].get("waiting").text(),
            R"([{"for":"inputs","nodeId":"dataset:ns:raw","partitions":5,"first":"n=0",)"
            R"("until":null}])");

  run("raw", 1, 4);
  const std::string until =
      model::format_time(world_.harness().clock().now_ + base::Micros{7'200'000'000});
  EXPECT_EQ(text(get({id}).body, {"waiting"}),
            R"({"inputs":1,"quiet":4,"until":")" + until + R"("})");
  const ApiReply tasks = get({id, "tasks"});
  const JsonValue task = list(tasks.body, "tasks")[0];
  EXPECT_EQ(task.get("state").string(), "pending");
  EXPECT_EQ(task.get("waiting").text(),
            R"([{"for":"inputs","nodeId":"dataset:ns:raw","partitions":1,"first":"n=0",)"
            R"("until":null},{"for":"quiet","nodeId":"dataset:ns:raw","partitions":4,)"
            R"("first":"n=1","until":")" +
                until + R"("}])");
  const ApiReply none = lease(id);
  EXPECT_EQ(none.status, 200);
  EXPECT_EQ(text(none.body, {"retry_after_ms"}), "5000");
  pass_ms(7'200'000);
  EXPECT_EQ(ranges(lease(id, R"(,"max_leases":9)")), (Texts{"daily n=1..n=4"}));
  EXPECT_EQ(text(get({id}).body, {"waiting"}), R"({"inputs":1,"quiet":0,"until":null})");
}

TEST_F(PlansApi, WhatWasWrittenInAnEnvironmentIsThereForItsPlan) {
  run("raw", 0, 4);
  run("daily", 0, 3);
  run("report", 0, 3);
  reads("report", "daily", R"({"kind":"identity","wait":{"inputs":"all","quiet":"PT10S"}})");
  const ApiReply put =
      world_.put({"environments", "next"},
                 R"({"author":"ann","code":[{"job":"job:ns:make_report","version":"v9"}]})");
  ASSERT_EQ(put.status, 200) << put.body;
  pass_ms(60'000);
  const std::string id = approved(
      R"(,"environment":"next","scope":{"nodeIds":["dataset:ns:report"],"direction":"none"})");
  EXPECT_EQ(ranges(lease(id, R"(,"max_leases":9)")), (Texts{"report n=0..n=3"}));
  EXPECT_EQ(text(get({id}).body, {"waiting", "inputs"}), "1");
  const ApiReply wrote = world_.post(
      {"environments", "next", "materializations"},
      R"({"nodeId":"dataset:ns:daily","keys":["n=4"],"run_id":"r9","job":"job:ns:make_daily",)"
      R"("author":"ann"})");
  ASSERT_LT(wrote.status, 300) << wrote.body;
  EXPECT_EQ(text(get({id}).body, {"waiting", "quiet"}), "1");
  pass_ms(10'000);
  EXPECT_EQ(ranges(lease(id, R"(,"max_leases":9)")), (Texts{"report n=4..n=4"}));
}

TEST_F(PlansApi, WhatIsDueForRefreshIsPlannedForThatReason) {
  const base::Micros now = world_.harness().clock().now_;
  const auto day = [&](int ago) {
    return model::format_time(now - ago * model::kDay).substr(0, 10);
  };
  send(PlanWorld::event("COMPLETE", "make_feed", "first-of-feed", "", "feed", "", ""));
  const ApiReply space = world_.put(
      {"partitions", "space"},
      R"({"author":"ann","space":{"dimensions":[{"name":"day","kind":"time","granularity":"day",)"
      R"("start":")" +
          day(3) + R"(","refresh":1}]}})",
      {{"nodeId", "dataset:ns:feed"}});
  ASSERT_EQ(space.status, 200) << space.body;
  for (int ago = 3; ago > 0; --ago) {
    const std::string at = day(ago - 1) + "T00:00:00Z";  // when it closed
    const std::string key = R"({"key":{"day":")" + day(ago) + R"("}})";
    for (const std::string type : {"START", "COMPLETE"}) {
      send(PlanWorld::event(type, "make_feed", "of-" + day(ago), "v1", "feed", key, at));
    }
  }
  const std::string scope = R"(,"scope":{"nodeIds":["dataset:ns:feed"],"direction":"none"})";
  const std::string id = approved(scope);
  EXPECT_EQ(text(get({id}).body, {"options", "refresh"}), "true");
  const ApiReply tasks = get({id, "tasks"});
  ASSERT_EQ(list(tasks.body, "tasks").size(), 1U) << tasks.body;
  EXPECT_EQ(list(tasks.body, "tasks")[0].get("reason").string(), "refresh");
  EXPECT_EQ(list(tasks.body, "tasks")[0].get("definite").boolean(), true);
  EXPECT_EQ(ranges(lease(id)), (Texts{"feed day=" + day(3) + "..day=" + day(2)}));
  const std::string without = made(scope + R"(,"refresh":false)");
  EXPECT_EQ(text(get({without}).body, {"totals", "tasks"}), "0");
  EXPECT_EQ(text(get({without}).body, {"options", "refresh"}), "false");
}

}  // namespace
}  // namespace headwater::api::v1
