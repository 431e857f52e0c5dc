// Both clocks, through the API: what was so, and what was known, as moments and as numbers.

#include <gtest/gtest.h>

#include <string>

#include "model/json.h"
#include "model/time.h"
#include "tests/support/api_world.h"

namespace headwater::tests {
namespace {

using model::JsonValue;

constexpr base::Micros kMinute = 60'000'000;

std::string event(const std::string& type, const std::string& time, const std::string& run,
                  const std::string& input = "raw") {
  return R"({"eventType":")" + type + R"(","eventTime":"2026-10-01T)" + time +
         R"(Z","producer":"p","schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json",)" +
         R"("run":{"runId":")" + run + R"("},"job":{"namespace":"ns","name":"load"},)" +
         R"("inputs":[{"namespace":"ns","name":")" + input +
         R"("}],"outputs":[{"namespace":"ns","name":"clean"}]})";
}

class MomentsTest : public ::testing::Test {
 protected:
  // Received a minute apart; the number of the record.
  std::string send(const std::string& text) {
    world.harness().clock().now_ += kMinute;
    return std::to_string(world.harness().send(text).seq.value);
  }
  std::string member(const std::vector<std::string>& path, const api::http::Fields& moment,
                     const std::string& name) {
    const ApiReply reply = world.get(path, moment);
    const JsonValue json(reply.body);
    return reply.status == 200 ? std::string(json.get(name).text()) : std::to_string(reply.status);
  }
  std::string run(const api::http::Fields& moment, const std::string& name) {
    return member({"jobs", "runs", "r1"}, moment, name);
  }

  TempDir dir;
  ApiWorld world{dir.path("data")};
};

TEST_F(MomentsTest, ARunIsAsItWasKnownAndAsItWas) {
  const std::string end = send(event("COMPLETE", "06:10:00", "r1"));
  const std::string start = send(event("START", "06:00:00", "r1"));  // late
  EXPECT_EQ(run({}, "state"), R"("COMPLETED")");
  EXPECT_EQ(run({}, "startedAt"), R"("2026-10-01T06:00:00.000000Z")");
  EXPECT_EQ(run({{"known_at", end}}, "state"), R"("COMPLETED")");
  EXPECT_EQ(run({{"known_at", end}}, "startedAt"), "null");
  EXPECT_EQ(run({{"known_at", end}}, "createdAt"), R"("2026-10-01T06:10:00.000000Z")");
  EXPECT_EQ(run({{"as_of", "2026-10-01T06:05:00Z"}}, "state"), R"("RUNNING")");
  EXPECT_EQ(run({{"as_of", "2026-10-01T06:05:00Z"}}, "endedAt"), "null");
  EXPECT_EQ(run({{"as_of", "2026-10-01T05:59:59Z"}}, "state"), "404");
  EXPECT_EQ(run({{"as_of", start}}, "state"), R"("RUNNING")");  // the time of that record
  EXPECT_EQ(run({{"as_of", "2026-10-01T06:05:00Z"}, {"known_at", end}}, "state"), "404");
}

TEST_F(MomentsTest, RunsKeepTheOrderThatWasKnown) {
  send(event("COMPLETE", "06:10:00", "r1"));
  const std::string both = send(event("COMPLETE", "06:09:00", "r2"));
  send(event("START", "06:00:00", "r1"));  // now r2 is the younger one
  const auto first = [this](const api::http::Fields& moment) {
    const ApiReply reply = world.get({"namespaces", "ns", "jobs", "load", "runs"}, moment);
    std::string id;
    JsonValue(reply.body).get("runs").elements([&](const JsonValue& found) {
      if (id.empty()) id = found.get("id").string().value_or("");
    });
    return id + " of " + std::string(JsonValue(reply.body).get("totalCount").text());
  };
  EXPECT_EQ(first({}), "r2 of 2");
  EXPECT_EQ(first({{"known_at", both}}), "r1 of 2");
  EXPECT_EQ(first({{"as_of", "2026-10-01T06:05:00Z"}}), "r1 of 1");
  EXPECT_EQ(first({{"as_of", "2026-10-01T06:09:30Z"}, {"known_at", both}}), "r2 of 1");
}

TEST_F(MomentsTest, KnownAtTakesTheTimeOfReceipt) {
  const std::string first = send(event("COMPLETE", "06:10:00", "r1", "raw"));
  const base::Micros then = world.harness().clock().now_;
  send(event("COMPLETE", "07:10:00", "r2", "other"));
  const auto inputs = [this](const api::http::Fields& moment) {
    return member({"namespaces", "ns", "jobs", "load"}, moment, "inputs");
  };
  const std::string known = inputs({{"known_at", first}});
  EXPECT_NE(known, inputs({}));
  EXPECT_EQ(inputs({{"known_at", model::format_time(then)}}), known);
  EXPECT_EQ(inputs({{"known_at", model::format_time(then + kMinute - 1)}}), known);
  EXPECT_EQ(inputs({{"known_at", model::format_time(then + kMinute)}}), inputs({}));
  EXPECT_EQ(inputs({{"known_at", "2099-01-01"}}), inputs({}));
  EXPECT_EQ(inputs({{"known_at", model::format_time(then - 1)}}), "404");
  EXPECT_EQ(inputs({{"known_at", "0"}}), "404");
  EXPECT_EQ(inputs({{"known_at", "3"}}), "400");
  EXPECT_EQ(inputs({{"known_at", "soon"}}), "400");
  EXPECT_EQ(inputs({{"as_of", "99"}}), "400");
}

TEST_F(MomentsTest, AClockThatIsSetBackDoesNotReorderWhatWasKnown) {
  const std::string first = send(event("COMPLETE", "06:10:00", "r1"));
  const base::Micros then = world.harness().clock().now_;
  world.harness().clock().now_ -= 60 * kMinute;
  send(event("COMPLETE", "07:10:00", "r2"));
  // Both were received by `then`, as far as the log says.
  EXPECT_EQ(JsonValue(world
                          .get({"lineage"},
                               {{"nodeId", "job:ns:load"}, {"known_at", model::format_time(then)}})
                          .body)
                .get("seq")
                .integer(),
            2);
}

TEST_F(MomentsTest, ANodeIsNotThereBeforeItWasSeen) {
  send(event("COMPLETE", "06:10:00", "r1"));
  const std::string later = send(event("COMPLETE", "05:00:00", "r0"));
  const auto created = [this](const api::http::Fields& moment) {
    return member({"namespaces", "ns", "datasets", "clean"}, moment, "createdAt");
  };
  EXPECT_EQ(created({}), R"("2026-10-01T05:00:00.000000Z")");
  EXPECT_EQ(created({{"known_at", "1"}}), R"("2026-10-01T06:10:00.000000Z")");
  EXPECT_EQ(created({{"as_of", "2026-10-01T05:30:00Z"}}), R"("2026-10-01T05:00:00.000000Z")");
  EXPECT_EQ(created({{"as_of", "2026-10-01T05:30:00Z"}, {"known_at", "1"}}), "404");
  EXPECT_EQ(created({{"as_of", "2026-10-01T04:59:59Z"}}), "404");
  EXPECT_EQ(member({"datasets"}, {{"as_of", "2026-10-01T04:59:59Z"}}, "totalCount"), "0");
  EXPECT_EQ(member({"datasets"}, {{"as_of", "2026-10-01T05:00:00Z"}}, "totalCount"), "2");
  EXPECT_EQ(later, "2");
}

}  // namespace
}  // namespace headwater::tests
