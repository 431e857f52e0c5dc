// headwater compare against a server.

#include <memory>

#include "model/json.h"
#include "tests/unit/cli/served.h"

namespace headwater::cli {
namespace {

constexpr int kDiffers = kImpactFound, kUnknown = kImpactCut;

// `next` is `now` with another schema, one row in a hundred more and another third day; `bare` has
// a name and nothing else.
class Compare : public ServedTest {
 protected:
  void SetUp() override {
    CliTest::SetUp();
    std::string events;
    for (int day = 1; day <= 3; ++day) {
      events += run("now", day, 1000, "v" + std::to_string(day), kFields);
      events += run("next", day, 1010, day == 3 ? "other" : "v" + std::to_string(day),
                    R"({"name":"id","type":"STRING"},{"name":"note","type":"STRING"})");
    }
    serve(events + event("r", "bare", "bare_too") + "\n");
  }
  static std::string run(const std::string& to, int day, int rows, const std::string& version,
                         const std::string& fields) {
    const std::string head = R"("_producer":"p","_schemaURL":"s",)", at = std::to_string(day);
    return R"({"eventType":"COMPLETE","eventTime":"2026-10-0)" + at +
           R"(T05:00:00Z","producer":"p","schemaURL":"s","run":{"runId":")" + to + at +
           R"("},"job":{"namespace":"n","name":"load_)" + to +
           R"("},"outputs":[{"namespace":"n","name":")" + to + R"(","facets":{"schema":{)" + head +
           R"("fields":[)" + fields + R"(]}},"outputFacets":{"outputStatistics":{)" + head +
           R"("rowCount":)" + std::to_string(rows) + R"(},"headwater_partitions":{)" + head +
           R"("partitions":[{"key":{"date":"2026-10-0)" + at + R"("},"dataVersion":")" + version +
           "\"}]}}}]}\n";
  }
  Outcome ask(CompareOptions options) {
    if (options.url.empty()) options.url = app_->url();
    return capture([&] { return compare(config_, options); });
  }
  static CompareOptions of(const std::string& left, const std::string& right) {
    CompareOptions out;
    out.left = "dataset:n:" + left;
    if (!right.empty()) out.right = "dataset:n:" + right;
    return out;
  }

  static constexpr const char* kFields =
      R"({"name":"id","type":"INT64"},{"name":"gone","type":"DATE"})";
};

TEST_F(Compare, WhatIsAlikeIsCodeZeroWithALineForEachPart) {
  const Outcome same = ask(of("now", ""));
  EXPECT_EQ(same.code, kOk) << same.err;
  EXPECT_EQ(same.out,
            "n:now and n:now: equal\n"
            "\n"
            "schema: equal\n"
            "\n"
            "profile: equal, 0 of 1 measures beyond the tolerance\n"
            "\n"
            "partitions: equal, 3 equal, 0 different, 0 only_left, 0 only_right\n"
            "PARTITIONS  FIRST            LAST             COUNT\n"
            "equal       date=2026-10-01  date=2026-10-03      3\n");
}

TEST_F(Compare, WhatDiffersIsCodeOneAndNamedPartByPart) {
  const Outcome differs = ask(of("now", "next"));
  EXPECT_EQ(differs.code, kDiffers) << differs.err;
  for (const char* part :
       {"n:now and n:next: differs\n", "schema: differs, 3 columns differ\n",
        "id      type        INT64  STRING\n", "gone    only_left   DATE   -\n",
        "note    only_right  -      STRING\n",
        "profile: differs, 1 of 1 measures beyond the tolerance\n", "1000   1010",
        "partitions: differs, 2 equal, 1 different, 0 only_left, 0 only_right\n",
        "equal       date=2026-10-01  date=2026-10-02      2\n",
        "different   date=2026-10-03  date=2026-10-03      1\n"}) {
    EXPECT_TRUE(contains(differs.out, part)) << part << "\n" << differs.out;
  }
}

TEST_F(Compare, PartsToleranceAndMomentsAreThoseOfTheQuestion) {
  CompareOptions options = of("now", "next");
  options.parts = "profile";
  options.tolerance = "0.02";
  const Outcome near = ask(options);
  EXPECT_EQ(near.code, kOk) << near.err;
  EXPECT_TRUE(contains(near.out, "profile: equal, 0 of 1")) << near.out;
  EXPECT_FALSE(contains(near.out, "partitions")) << near.out;
  CompareOptions moments = of("now", "");
  moments.parts = "partitions";
  moments.left_as_of = "2026-10-02T12:00:00Z";
  const Outcome before = ask(moments);
  EXPECT_EQ(before.code, kDiffers) << before.err;
  EXPECT_TRUE(contains(before.out, "n:now as of 2026-10-02T12:00:00")) << before.out;
  EXPECT_TRUE(contains(before.out, "2 equal, 0 different, 0 only_left, 1 only_right"))
      << before.out;
}

TEST_F(Compare, JsonIsTheServersAnswer) {
  CompareOptions options = of("now", "next");
  options.json = true;
  const Outcome told = ask(options);
  EXPECT_EQ(told.code, kDiffers);
  const model::JsonValue json(told.out);
  EXPECT_EQ(json.get("verdict").string(), "differs") << told.out;
  EXPECT_EQ(json.get("schema").get("total").integer(), 3) << told.out;
}

TEST_F(Compare, WhatNobodyKnowsAndWhatIsAskedWronglyHaveCodesOfTheirOwn) {
  CompareOptions bare = of("bare", "bare_too");
  bare.parts = "partitions";
  const Outcome nothing = ask(bare);
  EXPECT_EQ(nothing.code, kUnknown) << nothing.out;
  EXPECT_TRUE(contains(nothing.out, ": unknown\n")) << nothing.out;
  EXPECT_TRUE(contains(nothing.err, "nothing that both sides know")) << nothing.err;
  const Outcome missing = ask(of("now", "missing"));
  EXPECT_EQ(missing.code, kUsage);
  EXPECT_TRUE(contains(missing.err, "missing")) << missing.err;
  CompareOptions wrong = of("now", "next");
  wrong.tolerance = "2";
  const Outcome refused = ask(wrong);
  EXPECT_EQ(refused.code, kUsage);
  EXPECT_TRUE(contains(refused.err, "tolerance")) << refused.err;
  EXPECT_TRUE(refused.out.empty()) << refused.out;
}

TEST_F(Compare, TheCommandLineFillsTheQuestion) {
  const std::string url = app_->url();
  const auto headwater = [](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"headwater", "compare"});
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    return capture([&] { return cli::run(static_cast<int>(argv.size()), argv.data()); });
  };
  const Outcome found = headwater({"dataset:n:now", "dataset:n:next", "--url", url, "--parts",
                                   "profile", "--tolerance", "0.02"});
  EXPECT_EQ(found.code, kOk) << found.err;
  EXPECT_TRUE(contains(found.out, "n:now and n:next: equal\n")) << found.out;
  const Outcome at = headwater({"dataset:n:now", "--url", url, "--parts", "partitions",
                                "--right-as-of", "2026-10-01T12:00:00Z", "--json"});
  EXPECT_EQ(at.code, kDiffers) << at.err;
  EXPECT_EQ(model::JsonValue(at.out).get("partitions").get("only_left").get("count").integer(), 2)
      << at.out;
  EXPECT_EQ(headwater({"--url", url}).code, kUsage);
}

}  // namespace
}  // namespace headwater::cli
