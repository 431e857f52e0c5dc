#include <gtest/gtest.h>

#include "api/dto/common.h"
#include "api/dto/problem.h"
#include "api/dto/write_dto.h"
#include "model/json.h"

namespace headwater::api::dto {
namespace {

TEST(JsonWriter, PassesFacetsThroughAndMendsWhatIsNotJson) {
  JsonWriter json;
  json.begin_object().key("a").raw(R"( { "n" : 9007199254740993, "x" : NaN } )");
  json.key("t").time(0).end_object();
  EXPECT_EQ(json.take(),
            R"({"a":{"n":9007199254740993,"x":null},"t":"1970-01-01T00:00:00.000000Z"})");
}

TEST(JsonWriter, GoesOnAfterATake) {
  JsonWriter json;
  json.begin_array().number(1);
  std::string text = json.take();
  json.number(2).end_array();
  EXPECT_EQ(text + json.take(), "[1,2]");
}

TEST(JsonWriter, EscapesText) {
  JsonWriter json;
  json.text("a\"\\\n\x01é");
  EXPECT_EQ(json.take(), "\"a\\\"\\\\\\n\\u0001é\"");
}

TEST(JsonWriter, EveryTextReadsBack) {
  for (int first = 1; first < 128; ++first) {
    for (const std::size_t padding : {0, 1, 15, 16, 40}) {
      const std::string text = std::string(padding, 'x') + static_cast<char>(first) + "é";
      JsonWriter json;
      json.begin_object().key(text).text(text).end_object();
      const std::string out = json.take();
      const std::size_t end = model::json_skip_value(out, 1);
      EXPECT_EQ(model::json_decode_string(std::string_view(out).substr(1, end - 1)), text);
      EXPECT_EQ(model::JsonValue(std::string_view(out)).get(text).string(), text) << first;
    }
  }
}

TEST(JsonWriter, CopiesWhatIsStrictJsonAlready) {
  JsonWriter json;
  json.begin_array().verbatim(R"({"a":[1,2]})").verbatim("7").end_array();
  EXPECT_EQ(json.take(), R"([{"a":[1,2]},7])");
}

TEST(Problem, CarriesOnlyWhatIsKnown) {
  ProblemDetails details;
  details.parameter = "limit";
  details.limit = 1000;
  const auto error = base::make_error(base::ErrorCode::kLimitExceeded, "too many", "secret");
  EXPECT_EQ(problem_json(error, details),
            R"({"type":"/docs/errors/limit-exceeded","title":"A limit is exceeded","status":400,)"
            R"("detail":"too many","code":"limit-exceeded","parameter":"limit","limit":1000})");
}

TEST(BatchResult, CountsAsTheSpecificationDoes) {
  ingest::BodyReceipt body;
  body.was_array = true;
  body.events.resize(3);
  body.events[0].seq = model::Seq{5};
  body.events[1].seq = model::Seq{6};
  body.events[1].status = ingest::ReceiptStatus::kQuarantined;
  body.events[1].reason = "no name";
  body.events[2].seq = model::Seq{2};
  body.events[2].status = ingest::ReceiptStatus::kDuplicate;
  JsonWriter json;
  write_batch_result(json, body, false);
  EXPECT_EQ(json.take(),
            R"({"status":"partial_success","summary":{"received":3,"successful":2,"failed":1,)"
            R"("retriable":0,"non_retriable":1},"failed_events":[{"index":1,"reason":"no name",)"
            R"("retriable":false,"quarantine_seq":6}],"duplicates":1,"seq":6})");
}

TEST(Common, SimpleNameIsTheLastPart) {
  EXPECT_EQ(simple_name("a.b.c"), "c");
  EXPECT_EQ(simple_name("a"), "a");
  EXPECT_EQ(simple_name("a."), "a.");
  EXPECT_EQ(simple_name(""), "");
}

TEST(Common, RunStatesAreReadBack) {
  for (int i = 0; i <= 5; ++i) {
    const auto state = static_cast<storage::RunState>(i);
    EXPECT_EQ(parse_run_state(run_state(state)), state);
  }
  EXPECT_FALSE(parse_run_state("completed"));
}

}  // namespace
}  // namespace headwater::api::dto
