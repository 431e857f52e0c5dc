// headwater stale and headwater plan against a server.

#include "cli/plan_print.h"
#include "cli/server_ask.h"
#include "cli/table.h"
#include "ingest/parse.h"
#include "model/json.h"
#include "tests/unit/cli/served.h"

namespace headwater::cli {
namespace {

TEST(CliTable, ColumnsAreAsWideAsWhatStandsInThem) {
  Table table({"NAME", ">COUNT", "WHY"});
  EXPECT_TRUE(table.empty());
  table.add({"a", "7", "x"});
  table.add({"longer", "1200", ""});
  EXPECT_EQ(table.text(),
            "NAME    COUNT  WHY\n"
            "a           7  x\n"
            "longer   1200\n");
}

TEST(CliTable, DurationsAndFields) {
  EXPECT_EQ(duration_text(-1), "?");
  EXPECT_EQ(duration_text(1'500), "1.5 s");
  EXPECT_EQ(duration_text(90'000), "1 min 30 s");
  EXPECT_EQ(duration_text(3'600'000), "1 h");
  EXPECT_EQ(duration_text(90'000'000), "1 d 1 h");
  EXPECT_EQ(csv_field("a"), "a");
  EXPECT_EQ(csv_field("a,\"b\""), "\"a,\"\"b\"\"\"");
  EXPECT_EQ(short_id("dataset:ns:a"), "ns:a");
}

TEST(ServerAsk, QueriesAndObjects) {
  EXPECT_EQ(query_text({{"a", "x y"}, {"b", ""}, {"c", "1,2"}}), "?a=x%20y&c=1%2C2");
  EXPECT_EQ(query_text({}), "");
  ObjectText object;
  object.text("a", "x\"y").text("b", "").number("c", 3).texts("d", {"e", "f"}).texts("g", {});
  EXPECT_EQ(object.str(), R"({"a":"x\"y","c":3,"d":["e","f"]})");
  EXPECT_EQ(ObjectText().str(), "{}");
}

TEST(PlanText, SaysWhatHasToBeKnownBeforeApproving) {
  const std::string plan = R"({"id":"12","name":"rounding","state":"draft",
    "totals":{"tasks":3,"waves":2,"partitions":40,"datasets":2,"run":38,"reuse":1,"skip":1,
      "lower":20,"expected":30,"upper":40,
      "duration_ms":{"p50":600000,"p90":1200000,"samples":14},
      "cost_micros":{"p50":2500000,"p90":3000000,"samples":14,"currency":"EUR"}},
    "critical_path":{"duration_ms":{"p50":60000,"p90":90000},"tasks":[1,3]},
    "waves":[{"wave":1,"tasks":2,"partitions":20,"duration_ms":{"p50":null,"p90":null}}],
    "progress":{"done":1,"skipped":0,"running":0,"failed":0,"blocked":0,"pending":39},
    "waiting":{"inputs":3,"quiet":4,"until":"2026-10-05T10:00:00Z"},
    "left_out":[{"nodeId":"dataset:ns:x","reason":"budget",
      "ranges":[{"first":"date=2026-10-01","last":"date=2026-10-03","count":3}]}],
    "unrecoverable":[],
    "warnings":[{"nodeId":"dataset:ns:y","code":"unknown_code","message":"Its code is not versioned."}],
    "complete":true,"cut":null})";
  const std::string text = plan_text(model::JsonValue(plan));
  for (const char* part :
       {"plan 12: draft, rounding", "40 partitions of 2 datasets in 3 tasks, 2 waves",
        "20 for certain, 30 expected, 40 at most", "10 min (p90 20 min, 14 runs) of work",
        "1 min (p90 1 min 30 s) along the critical path", "cost: 2.50 EUR", "1 done, 39 pending",
        "waiting: 3 for inputs, 4 for a quiet period (the first ends 2026-10-05T10:00:00Z)",
        "not known", "ns:x", "date=2026-10-01 .. date=2026-10-03", "budget", "unknown_code"}) {
    EXPECT_TRUE(contains(text, part)) << part << "\n" << text;
  }
}

// raw -> clean on three days; clean has new code from the third on.
class PartitionCommands : public ServedTest {
 protected:
  void SetUp() override {
    CliTest::SetUp();
    std::string events;
    for (int day = 1; day <= 3; ++day) {
      events += run("load", "a", "feed", "raw", day, 1) + "\n";
      events += run("clean", day == 3 ? "b" : "a", "raw", "clean", day, 2) + "\n";
    }
    serve(events);
  }
  static std::string run(const std::string& job, const std::string& code, const std::string& from,
                         const std::string& to, int day, int hour) {
    const auto touched = [&](const std::string& name, const std::string& facets) {
      return R"([{"namespace":"ns","name":")" + name + R"(",")" + facets +
             R"(":{"headwater_partitions":{"_producer":"p","_schemaURL":"s","partitions":[)" +
             R"({"key":{"date":"2026-10-0)" + std::to_string(day) + R"("}}]}}}])";
    };
    return R"({"eventType":"COMPLETE","eventTime":"2026-10-0)" + std::to_string(day + 1) + "T0" +
           std::to_string(hour) + R"(:00:00Z","producer":"p","schemaURL":"s","run":{"runId":")" +
           job + std::to_string(day) + R"("},"job":{"namespace":"ns","name":")" + job +
           R"(","facets":{"headwater_code":{"_producer":"p","_schemaURL":"s","semanticVersion":")" +
           code + R"("}}},"inputs":)" + touched(from, "inputFacets") + R"(,"outputs":)" +
           touched(to, "outputFacets") + "}";
  }
  Outcome ask(StaleOptions options) {
    options.url = app_->url();
    return capture([&] { return stale(config_, options); });
  }
  Outcome ask(PlanCommand command) {
    command.url = app_->url();
    return capture([&] { return plan(config_, command); });
  }
  static StaleOptions of(const std::string& node) {
    StaleOptions out;
    out.node = node;
    return out;
  }
};

TEST_F(PartitionCommands, StaleIsATableForPeople) {
  const Outcome all = ask(StaleOptions{});
  EXPECT_EQ(all.code, kOk) << all.err;
  EXPECT_TRUE(contains(all.out,
                       "DATASET   PRESENT  STALE  MAYBE  MISSING  FAILED  RUNNING\n"
                       "ns:clean        3      2      0        0       0        0\n"))
      << all.out;
  EXPECT_TRUE(contains(all.out, "2 stale, 0 maybe, 0 missing, 0 failed of 6 partitions"))
      << all.out;
  StaleOptions ranges = of("dataset:ns:clean");
  ranges.ranges = true;
  const Outcome told = ask(ranges);
  EXPECT_TRUE(contains(told.out, "ns:clean\n  stale  date=2026-10-01  .. date=2026-10-02  2\n"))
      << told.out;
}

TEST_F(PartitionCommands, TheScopeIsThatOfTheQuestion) {
  StaleOptions up = of("dataset:ns:clean");
  up.scope = "upstream";
  up.all = true;
  const Outcome both = ask(up);
  EXPECT_TRUE(contains(both.out, "ns:raw ")) << both.out;
  EXPECT_TRUE(contains(both.out, "ns:clean ")) << both.out;
  EXPECT_FALSE(contains(ask(of("dataset:ns:clean")).out, "ns:raw "));
}

TEST_F(PartitionCommands, MachinesGetJsonOrCsv) {
  StaleOptions options;
  options.format = "json";
  const Outcome json = ask(options);
  ASSERT_TRUE(ingest::check_json(json.out, {})) << json.out;
  const model::JsonValue document{std::string_view(json.out)};
  EXPECT_EQ(document.get("totals").get("stale").integer(), 2);
  EXPECT_EQ(document.get("complete").boolean(), true);
  EXPECT_TRUE(document.get("datasets").is_array());
  options.format = "csv";
  options.ranges = true;
  EXPECT_EQ(ask(options).out,
            "nodeId,status,first,last,count\r\n"
            "dataset:ns:clean,stale,date=2026-10-01,date=2026-10-02,2\r\n");
  options.ranges = false;
  EXPECT_TRUE(contains(ask(options).out, "\r\ndataset:ns:clean,3,1,2,0,0,0,0,0,0\r\n"))
      << ask(options).out;
}

TEST_F(PartitionCommands, AGateFailsOnWhatItIsTold) {
  StaleOptions options;
  options.fail_on = {"missing"};
  EXPECT_EQ(ask(options).code, kOk);
  options.fail_on = {"missing", "stale"};
  EXPECT_EQ(ask(options).code, kImpactFound);
  options.node = "dataset:ns:raw";
  EXPECT_EQ(ask(options).code, kOk);
}

TEST_F(PartitionCommands, WrongQuestionsAndSilenceHaveCodesOfTheirOwn) {
  EXPECT_EQ(ask(of("dataset:ns:nope")).code, kUsage);
  EXPECT_EQ(ask(of("nonsense")).code, kUsage);
  StaleOptions options;
  options.status = "odd";
  EXPECT_EQ(ask(options).code, kUsage);
  PlanCommand command;
  command.verb = "show";
  command.plan = "99";
  EXPECT_EQ(ask(command).code, kUsage);
  command.verb = "create";
  command.author = "ada";
  command.direction = "upstream";
  EXPECT_EQ(ask(command).code, kUsage) << "a direction from nowhere";
}

// A plan from its draft to its end, as a person and a worker would.
TEST_F(PartitionCommands, APlanIsMadeApprovedLeasedAndDone) {
  PlanCommand create;
  create.verb = "create";
  create.author = "ada";
  create.nodes = {"dataset:ns:clean"};
  create.direction = "none";
  create.name = "new code";
  create.dry_run = true;
  const Outcome dry = ask(create);
  EXPECT_EQ(dry.code, kOk) << dry.err;
  EXPECT_TRUE(contains(dry.out, "dry run: draft, new code")) << dry.out;
  create.dry_run = false;
  create.json = true;
  const Outcome made = ask(create);
  ASSERT_EQ(made.code, kOk) << made.err;
  const std::string id = model::JsonValue(made.out).get("id").string().value_or("");
  PlanCommand command;
  command.author = "ada";
  command.plan = id;
  const auto with = [&](const std::string& verb) {
    command.verb = verb;
    return ask(command);
  };
  EXPECT_TRUE(contains(with("list").out, "new code"));
  EXPECT_TRUE(contains(with("show").out, "plan " + id + ": draft, new code"));
  EXPECT_TRUE(contains(with("tasks").out, "date=2026-10-01 .. date=2026-10-02"))
      << with("tasks").out;
  command.worker = "w";
  EXPECT_EQ(with("pause").code, kServerConflict) << "nobody has approved it";
  EXPECT_TRUE(contains(with("approve").out, "approved"));
  command.json = true;
  const Outcome leased = with("lease");
  ASSERT_EQ(leased.code, kOk) << leased.out << leased.err;
  model::JsonValue(leased.out).get("leases").elements([&](const model::JsonValue& lease) {
    command.token = lease.get("token").string().value_or("");
  });
  command.json = false;
  EXPECT_EQ(with("lease").code, kNothingNow) << "all of it is out";
  EXPECT_TRUE(contains(with("heartbeat").out, "valid until 2"));
  command.state = "completed";
  EXPECT_TRUE(contains(with("complete").out, "2 done, 0 failed, 0 pending")) << with("show").out;
  EXPECT_EQ(with("heartbeat").code, kServerConflict) << "it is over";
  command.state.clear();
  EXPECT_TRUE(contains(with("show").out, "plan " + id + ": done"));
  EXPECT_EQ(with("lease").code, kPlanOver);
  EXPECT_EQ(with("cancel").code, kServerConflict);
}

}  // namespace
}  // namespace headwater::cli
