#include "cli/impact_change.h"

#include "app/app.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/impact_print.h"
#include "ingest/parse.h"
#include "model/json.h"
#include "tests/unit/cli/support.h"

namespace headwater::cli {
namespace {

std::string json_of(const std::string& text) {
  const auto json = change_json(text);
  return json ? *json : "error: " + json.error().message;
}

TEST(ImpactChange, FormsOfTheCommandLine) {
  EXPECT_EQ(json_of("data:dataset:postgres://h:5432:t"),
            R"({"kind":"data","nodeId":"dataset:postgres://h:5432:t"})");
  EXPECT_EQ(json_of("column_dropped:dataset:postgres://h:5432:t:a.b"),
            R"({"kind":"column_dropped","nodeId":"dataset:postgres://h:5432:t","column":"a.b"})");
  EXPECT_EQ(json_of("column_dropped:dataset:ns:t:a%3Ab"),
            R"({"kind":"column_dropped","nodeId":"dataset:ns:t","column":"a:b"})");
  EXPECT_EQ(json_of("column_dropped:datasetField:ns:t:a"),
            R"({"kind":"column_dropped","nodeId":"datasetField:ns:t:a"})");
  EXPECT_EQ(json_of("column_renamed:dataset:ns:t:a:b"),
            R"({"kind":"column_renamed","nodeId":"dataset:ns:t","column":"a","to":"b"})");
  EXPECT_EQ(json_of("column_retyped:dataset:ns:t:a:"),
            R"({"kind":"column_retyped","nodeId":"dataset:ns:t","column":"a"})");
  EXPECT_EQ(
      json_of("dataset_late:dataset:s3://b:t:2026-10-01T06:30:00Z"),
      R"({"kind":"dataset_late","nodeId":"dataset:s3://b:t","until":"2026-10-01T06:30:00Z"})");
  for (const char* wrong : {"data", "dataset_late:dataset:ns:t",
                            "column_renamed:dataset:ns:t:a:", "column_dropped:x"}) {
    EXPECT_TRUE(json_of(wrong).starts_with("error: ")) << wrong;
  }
}

TEST(ImpactChange, AFileHoldsAnArrayOrAnObject) {
  const auto both = changes_json({"data:dataset:n:a"}, R"({"changes":[{"kind":"x"}]})");
  ASSERT_TRUE(both);
  EXPECT_EQ(*both, R"([{"kind":"data","nodeId":"dataset:n:a"},{"kind":"x"}])");
  EXPECT_TRUE(changes_json({}, "[{}]"));
  EXPECT_FALSE(changes_json({}, "3"));
  EXPECT_FALSE(changes_json({}, "[") || changes_json({}, ""));
}

TEST(ImpactPrint, LinesAreCutWhereverThePiecesAre) {
  std::string seen;
  Lines lines([&](std::string_view line) {
    seen.append(line).push_back('|');
    return base::Result<void>{};
  });
  for (const char* piece : {"a", "b\nc", "\n\nd\n"}) EXPECT_TRUE(lines.take(piece));
  EXPECT_EQ(seen, "ab|c||d|");
}

// a -> j -> b, in a directory and served.
class ImpactCommand : public CliTest {
 protected:
  void SetUp() override {
    CliTest::SetUp();
    write_text(dir_.path("e.ndjson"), event("r1") + "\n");
    ImportOptions options;
    options.files = {dir_.path("e.ndjson")};
    ASSERT_EQ(capture([&] { return import_files(config_, options); }).code, kOk);
  }
  Outcome ask(const std::string& change, const std::string& fail_on = "",
              const std::string& format = "text", std::uint32_t depth = 0) {
    ImpactOptions options;
    options.url = url_;
    options.changes = {change};
    options.fail_on = fail_on;
    options.format = format;
    options.depth = depth;
    return capture([&] { return impact(config_, options); });
  }
  base::Config config_ = config_for(dir_.path("data"));
  std::string url_;
};

TEST_F(ImpactCommand, ExitCodesSayWhetherItIsAsGraveAsTheLevel) {
  EXPECT_EQ(ask("dataset_deleted:dataset:n:a").code, kOk);
  EXPECT_EQ(ask("dataset_deleted:dataset:n:a", "breaking").code, kImpactFound);
  EXPECT_EQ(ask("dataset_late:dataset:n:a:2026-10-02", "breaking").code, kOk);
  EXPECT_EQ(ask("dataset_late:dataset:n:a:2026-10-02", "degraded").code, kImpactFound);
  EXPECT_EQ(ask("data:dataset:n:a", "degraded").code, kOk);
  EXPECT_EQ(ask("data:dataset:n:a", "recompute").code, kImpactFound);
  EXPECT_EQ(ask("data:dataset:n:b", "recompute").code, kOk);
}

TEST_F(ImpactCommand, WrongQuestionsAndSilenceHaveCodesOfTheirOwn) {
  EXPECT_EQ(ask("data:dataset:n:nope").code, kUsage);
  EXPECT_EQ(ask("column_dropped:dataset:n:a").code, kUsage);
  EXPECT_EQ(ask("nonsense:dataset:n:a").code, kUsage);
  config_ = config_for(dir_.path("no-such"));
  EXPECT_EQ(ask("data:dataset:n:a").code, kImpactNoAnswer);
}

TEST_F(ImpactCommand, AnAnswerThatIsCutIsNoYes) {
  write_text(dir_.path("more.ndjson"),
             R"({"eventType":"COMPLETE","eventTime":"2026-10-02T00:00:00Z",)"
             R"("producer":"https://p","schemaURL":"https://s","run":{"runId":"x"},)"
             R"("job":{"namespace":"n","name":"k"},"inputs":[{"namespace":"n",)"
             R"("name":"b"}]})"
             "\n");
  ImportOptions options;
  options.files = {dir_.path("more.ndjson")};
  ASSERT_EQ(capture([&] { return import_files(config_, options); }).code, kOk);
  const Outcome cut = ask("dataset_late:dataset:n:a:2026-10-02", "breaking", "text", 1);
  EXPECT_EQ(cut.code, kImpactCut);
  EXPECT_TRUE(contains(cut.out, "NOT COMPLETE: cut by max_distance"));
  EXPECT_EQ(ask("dataset_late:dataset:n:a:2026-10-02", "degraded", "text", 1).code, kImpactFound);
}

TEST_F(ImpactCommand, TextIsATableAndTheOthersAreWholeDocuments) {
  const Outcome text = ask("dataset_deleted:dataset:n:a");
  EXPECT_TRUE(contains(text.out, "SEVERITY  DIST  NODE         OWNERS  PATH\n")) << text.out;
  EXPECT_TRUE(contains(text.out, "breaking  1     job:n:j              n:a > n:j\n")) << text.out;
  EXPECT_TRUE(contains(text.out, "1 breaking, 1 degraded, 0 to recompute: 1 jobs, 1 datasets"));
  const Outcome json = ask("dataset_deleted:dataset:n:a", "", "json");
  const model::JsonValue document{std::string_view(json.out)};
  EXPECT_TRUE(ingest::check_json(json.out, {})) << json.out;
  EXPECT_EQ(document.get("summary").get("breaking").integer(), 1);
  EXPECT_TRUE(document.get("affected").is_array());
  EXPECT_EQ(document.get("complete").boolean(), true);
  EXPECT_TRUE(ingest::check_json(ask("data:dataset:n:b", "", "json").out, {}));
  EXPECT_TRUE(ask("data:dataset:n:a", "", "csv").out.starts_with("nodeId,type,"));
  EXPECT_TRUE(contains(ask("data:dataset:n:a", "", "ndjson").out, R"({"line":"summary",)"));
}

TEST_F(ImpactCommand, AServerGivesTheSameAnswer) {
  const Outcome local = ask("dataset_deleted:dataset:n:a", "breaking", "csv");
  auto app = app::App::start(config_);
  ASSERT_TRUE(app) << app.error().message;
  url_ = (*app)->url();
  const Outcome served = ask("dataset_deleted:dataset:n:a", "breaking", "csv");
  EXPECT_EQ(served.code, kImpactFound);
  EXPECT_EQ(served.out, local.out);
  EXPECT_EQ(ask("data:dataset:n:nope").code, kUsage);
}

}  // namespace
}  // namespace headwater::cli
