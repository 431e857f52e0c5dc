#include "ingest/parse.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/time.h"
#include "tests/unit/ingest/event_text.h"

namespace headwater::ingest {
namespace {

using model::EdgeKind;
using model::EventKind;
using model::EventType;
using tests::base_members;
using tests::dataset;
using tests::RunEvent;

const ParseLimits kLimits;

model::Event good(const std::string& text, const ParseLimits& limits = kLimits) {
  EXPECT_TRUE(check_json(text, limits)) << text;
  ParsedEvent parsed = parse_event(text, limits);
  if (const auto* rejection = std::get_if<Rejection>(&parsed)) {
    ADD_FAILURE() << rejection->pointer << " " << rejection->reason << "\n" << text.substr(0, 500);
    return {};
  }
  return std::get<model::Event>(parsed);
}
Rejection bad(const std::string& text, const ParseLimits& limits = kLimits) {
  EXPECT_TRUE(check_json(text, limits)) << text.substr(0, 500);
  ParsedEvent parsed = parse_event(text, limits);
  if (const auto* rejection = std::get_if<Rejection>(&parsed)) return *rejection;
  ADD_FAILURE() << "accepted: " << text.substr(0, 500);
  return {};
}
std::string warning(const model::Event& event, std::string_view code) {
  for (const auto& w : event.warnings) {
    if (w.code == code) return w.pointer;
  }
  return "none";
}
std::size_t count(const model::Event& event, EdgeKind kind) {
  std::size_t n = 0;
  for (const auto& e : event.edges.edges) n += e.kind == kind ? 1 : 0;
  return n;
}

TEST(CheckJson, RefusesWhatIsNotJsonInUtf8) {
  const std::vector<std::string> refused = {"",
                                            "  ",
                                            "{",
                                            "[1,]",
                                            "{\"a\":1,}",
                                            "{} x",
                                            "{'a':1}",
                                            "[01]",
                                            "[+1]",
                                            "[.5]",
                                            "[nan]",
                                            "[1]//",
                                            "{\"a\":\"\xFF\"}",
                                            "{\"a\":\"\xC0\x80\"}",
                                            "{\"a\":\"\xED\xA0\x80\"}",
                                            "{\"a\":\"\x01\"}",
                                            "[\"\\ud800\"]",
                                            std::string("{}\0", 3),
                                            std::string("{\"a\":1}\0}}", 10)};
  for (const std::string& text : refused) {
    const auto checked = check_json(text, kLimits);
    ASSERT_FALSE(checked) << text;
    EXPECT_EQ(checked.error().code, base::ErrorCode::kInvalidJson);
  }
}

TEST(CheckJson, RefusesEveryControlCharacterWhereverItStands) {
  for (char c = 0; c < 0x20; ++c) {
    const bool space = c == '\t' || c == '\n' || c == '\r';
    EXPECT_EQ(check_json(std::string("[") + c + "1]", kLimits).operator bool(), space);
    for (std::size_t before = 0; before < 40; ++before) {
      const std::string text = "[\"" + std::string(before, 'x') + c + "yyyyyyyyyyyyyyyyyyyy\"]";
      const auto checked = check_json(text, kLimits);
      ASSERT_FALSE(checked) << int{c} << " after " << before;
      const std::string place = std::to_string(before + 2);
      EXPECT_TRUE(space || checked.error().message.find(place) != std::string::npos) << int{c};
    }
  }
}

TEST(CheckJson, RefusesDeepNestingAndSaysTheLimit) {
  EXPECT_TRUE(check_json(std::string(256, '[') + std::string(256, ']'), kLimits));
  for (const std::size_t depth : {std::size_t{257}, std::size_t{1'000'000}}) {
    const auto checked = check_json(std::string(depth, '['), kLimits);
    ASSERT_FALSE(checked);
    EXPECT_NE(checked.error().message.find("ingest.max_json_depth"), std::string::npos);
  }
}

TEST(CheckJson, RefusesEveryTruncation) {
  const std::string text = RunEvent{.outputs = dataset("a")}.json();
  for (std::size_t n = 0; n < text.size(); ++n)
    EXPECT_FALSE(check_json(text.substr(0, n), kLimits));
}

TEST(SplitBody, TakesOneOrManyAndLimitsThem) {
  EXPECT_EQ(split_body(" {\"a\":[1,2]} ", kLimits)->events[0], "{\"a\":[1,2]}");
  const std::string body = "[ {\"a\":1} , 2, [] ]";
  const auto array = split_body(body, kLimits);
  ASSERT_TRUE(array->is_array);
  EXPECT_EQ(array->events, (std::vector<std::string_view>{"{\"a\":1}", "2", "[]"}));
  EXPECT_TRUE(split_body("[]", kLimits)->events.empty());
  const std::string marked = "\xEF\xBB\xBF{\"a\":1}";
  ASSERT_TRUE(check_json(marked, kLimits));
  EXPECT_EQ(split_body(marked, kLimits)->events[0], "{\"a\":1}") << "a byte order mark is no text";
  ParseLimits limits;
  limits.max_batch_events = 2;
  EXPECT_EQ(split_body(body, limits).error().code, base::ErrorCode::kLimitExceeded);
}

TEST(ParseEvent, DecidesTheKindByContent) {
  EXPECT_EQ(good(RunEvent{}.json()).kind, EventKind::kRun);
  EXPECT_EQ(good("{" + base_members() + ",\"job\":{\"namespace\":\"n\",\"name\":\"j\"}}").kind,
            EventKind::kJob);
  EXPECT_EQ(good(tests::dataset_event("a", "")).kind, EventKind::kDataset);
  EXPECT_EQ(good("{" + base_members() +
                 ",\"run\":null,\"job\":null,\"dataset\":{\"namespace\":\"d\",\"name\":\"a\"}}")
                .kind,
            EventKind::kDataset);
  EXPECT_EQ(bad("{" + base_members() + "}").pointer, "");
  EXPECT_EQ(bad("{" + base_members() + ",\"run\":{\"runId\":\"r\"}}").pointer, "/job");
  EXPECT_EQ(bad("{" + base_members() +
                ",\"job\":{\"namespace\":\"n\",\"name\":\"j\"},\"dataset\":{\"namespace\":\"d\","
                "\"name\":\"a\"}}")
                .pointer,
            "/dataset");
  for (const char* text : {"1", "null", "[]", "\"x\"", "true"}) EXPECT_EQ(bad(text).pointer, "");
}

TEST(ParseEvent, NamesWhatIsMissing) {
  EXPECT_EQ(bad("{\"producer\":\"p\",\"schemaURL\":\"s\"}").pointer, "/eventTime");
  EXPECT_EQ(bad("{\"eventTime\":\"today\",\"producer\":\"p\",\"schemaURL\":\"s\"}").pointer,
            "/eventTime");
  EXPECT_EQ(bad("{\"eventTime\":1,\"producer\":\"p\",\"schemaURL\":\"s\"}").pointer, "/eventTime");
  const std::string time = "{\"eventTime\":\"2026-01-01T00:00:00Z\"";
  EXPECT_EQ(bad(time + ",\"schemaURL\":\"s\"}").pointer, "/producer");
  EXPECT_EQ(bad(time + ",\"producer\":null,\"schemaURL\":\"s\"}").pointer, "/producer");
  EXPECT_EQ(bad(time + ",\"producer\":\"p\"}").pointer, "/schemaURL");
  EXPECT_EQ(bad(RunEvent{.run = ""}.json()).pointer, "/run/runId");
  EXPECT_EQ(bad(RunEvent{.job = ""}.json()).pointer, "/job/name");
  EXPECT_EQ(bad(RunEvent{.type = "DONE"}.json()).pointer, "/eventType");
  EXPECT_EQ(bad(RunEvent{.inputs = "1"}.json()).pointer, "/inputs/0");
  EXPECT_EQ(bad(RunEvent{.inputs = dataset("a") + ",{\"name\":\"b\"}"}.json()).pointer,
            "/inputs/1/namespace");
  EXPECT_EQ(bad(RunEvent{.outputs = "{\"namespace\":\"d\",\"name\":\"\"}"}.json()).pointer,
            "/outputs/0/name");
  EXPECT_EQ(
      bad("{" + base_members() + ",\"job\":{\"namespace\":\"n\",\"name\":\"j\",\"facets\":[]}}")
          .pointer,
      "/job/facets");
}

TEST(ParseEvent, TakesEventTypesGenerously) {
  EXPECT_EQ(good(RunEvent{.type = ""}.json()).type, EventType::kNone);
  EXPECT_EQ(good(RunEvent{.type = "complete"}.json()).type, EventType::kComplete);
  EXPECT_EQ(good(RunEvent{.type = "RUNNING"}.json()).type, EventType::kRunning);
  EXPECT_EQ(good(RunEvent{.type = "", .more = ",\"eventType\":null"}.json()).type,
            EventType::kNone);
  EXPECT_EQ(good(RunEvent{.run = "not a uuid / at all"}.json()).run_id, "not a uuid / at all");
}

TEST(ParseEvent, ReadsTimesAndSaysWhenTheZoneIsMissing) {
  const auto noon = model::parse_time("2026-01-01T12:00:00Z")->micros;
  EXPECT_EQ(good(RunEvent{.time = "2026-01-01T14:00:00+02:00"}.json()).time, noon);
  const auto event = good(RunEvent{.time = "2026-01-01T12:00:00"}.json());
  EXPECT_EQ(event.time, noon);
  EXPECT_EQ(warning(event, "time_without_zone"), "/eventTime");
}

TEST(ParseEvent, ReadsNaNAsNullAndSaysSo) {
  const auto event = good(
      RunEvent{.outputs = dataset("a", "\"x\":{\"v\":NaN,\"w\":-Infinity,\"n\":9007199254740993}")}
          .json());
  EXPECT_EQ(warning(event, "nan_as_null"), "");
  EXPECT_EQ(event.facets.back().facets[0].json, "{\"v\":null,\"w\":null,\"n\":9007199254740993}");
}

TEST(ParseEvent, TakesNullForAbsent) {
  const auto event =
      good("{" + base_members() +
           ",\"job\":{\"namespace\":\"n\",\"name\":\"j\",\"facets\":null},\"inputs\":null,"
           "\"outputs\":[{\"namespace\":\"d\",\"name\":\"a\",\"facets\":{\"schema\":null},"
           "\"outputFacets\":null}]}");
  EXPECT_TRUE(event.warnings.empty());
  EXPECT_EQ(event.edges.edges.size(), 1u);
}

TEST(ParseEvent, UnitesADatasetThatStandsTwice) {
  const auto columns = [](const char* target) {
    return std::string("\"columnLineage\":{\"fields\":{\"") + target +
           "\":{\"inputFields\":[{\"namespace\":\"d\",\"name\":\"s\",\"field\":\"x\"}]}}}";
  };
  const auto event =
      good(RunEvent{.inputs = dataset("a") + "," + dataset("a", "\"f\":{\"n\":1}"),
                    .outputs = dataset("b", columns("p")) + "," + dataset("b", columns("q"))}
               .json());
  EXPECT_EQ(event.datasets.size(), 2u);
  EXPECT_EQ(count(event, EdgeKind::kReads), 2u) << "a, and s that the columns name";
  EXPECT_EQ(count(event, EdgeKind::kWrites), 1u);
  EXPECT_EQ(count(event, EdgeKind::kColumnDirect), 2u) << "of both column lineages";
}

TEST(ParseEvent, KeepsMalformedAndUnknownFacetsAndNamesThem) {
  const auto event = good(RunEvent{.job_facets = "\"sql\":{\"query\":1},\"mine\":{\"a\":1},\"x\":5",
                                   .outputs = dataset("a", "\"a/b~c\":[]")}
                              .json());
  std::vector<std::string> pointers;
  for (const auto& w : event.warnings) pointers.push_back(w.pointer);
  EXPECT_EQ(pointers, (std::vector<std::string>{"/job/facets/sql/query", "/job/facets/x",
                                                "/outputs/0/facets/a~1b~0c"}));
  EXPECT_EQ(event.facets_kept,
            (std::vector<std::string>{"dataset.a/b~c", "job.mine", "job.sql", "job.x"}));
  EXPECT_TRUE(event.facets_used.empty());
  EXPECT_TRUE(event.code_semantic.empty());
  ASSERT_EQ(event.facets[0].facets.size(), 2u);
  EXPECT_EQ(event.facets[0].facets[1].json, "{\"query\":1}") << "kept as it was sent";
}

TEST(ParseEvent, RemovesAFacetThatIsDeleted) {
  const auto event =
      good(RunEvent{.outputs = dataset("a", "\"documentation\":{\"_deleted\":true}")}.json());
  ASSERT_EQ(event.facets.size(), 1u);
  EXPECT_TRUE(event.facets[0].facets[0].deleted);
  EXPECT_TRUE(event.warnings.empty());
}

TEST(ParseEvent, LetsNobodyWriteWhatHeadwaterDerives) {
  const auto event =
      good(RunEvent{.job_facets = "\"$code\":{\"semantic\":\"forged\"},\"$state\":{}"}.json());
  EXPECT_TRUE(event.facets.empty());
  EXPECT_EQ(warning(event, "reserved_facet"), "/job/facets/$code");
}

TEST(ParseEvent, LimitsEveryName) {
  const std::string longest(8192, 'x'), longer(8193, 'x');
  EXPECT_EQ(good(RunEvent{.job = longest}.json()).job->name.size(), 8192u);
  EXPECT_EQ(bad(RunEvent{.job = longer}.json()).pointer, "/job/name");
  EXPECT_EQ(bad(RunEvent{.run = longer}.json()).pointer, "/run/runId");
  EXPECT_EQ(bad(RunEvent{.inputs = dataset(longer)}.json()).pointer, "/inputs/0/name");
  const auto column = [](const std::string& field, const std::string& source) {
    return dataset("a", "\"columnLineage\":{\"fields\":{\"" + field +
                            "\":{\"inputFields\":[{\"namespace\":\"d\",\"name\":\"" + source +
                            "\",\"field\":\"x\"}]}}}");
  };
  bad(RunEvent{.outputs = column(longer, "s")}.json());
  bad(RunEvent{.outputs = column("f", longer)}.json());
  bad(RunEvent{.outputs = column("f", "a\\u0000b")}.json());
  bad(RunEvent{.outputs =
                   dataset("a", "\"symlinks\":{\"identifiers\":[{\"namespace\":\"x\",\"name\":\"" +
                                    longer + "\",\"type\":\"T\"}]}")}
          .json());
  bad(RunEvent{.run_facets = "\"parent\":{\"run\":{\"runId\":\"" + longer +
                             "\"},\"job\":{\"namespace\":\"n\",\"name\":\"p\"}}"}
          .json());
  EXPECT_EQ(bad(RunEvent{.job = "a\\u0000b"}.json()).pointer, "/job/name");
}

TEST(ParseEvent, CountsDistinctEdgesAgainstTheLimit) {
  std::string fields;
  for (int i = 0; i < 50; ++i) {
    fields += (i == 0 ? "\"" : ",\"") + std::to_string(i) +
              "\":{\"inputFields\":[{\"namespace\":\"d\",\"name\":\"s\",\"field\":\"x\"}]}";
  }
  const std::string text =
      RunEvent{.outputs = dataset("a", "\"columnLineage\":{\"fields\":{" + fields + "}}")}.json();
  ParseLimits limits;
  limits.max_edges = 52;
  EXPECT_EQ(good(text, limits).edges.edges.size(), 52u) << "50 columns, one read, one write";
  limits.max_edges = 51;
  EXPECT_NE(bad(text, limits).reason.find("ingest.max_event_edges"), std::string::npos);
}

TEST(ParseEvent, LimitsWarningsAndSaysSo) {
  std::string facets;
  for (int i = 0; i < 2000; ++i) facets += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":1";
  const auto event = good(RunEvent{.job_facets = facets}.json());
  ASSERT_EQ(event.warnings.size(), kLimits.max_warnings);
  EXPECT_EQ(event.warnings.back().code, "more_warnings");
  EXPECT_EQ(event.facets_kept.size(), 2000u);
}

TEST(ParseEvent, TakesExplicitLineageOverColumnsOverInputs) {
  const std::string lineage =
      "\"lineage\":{\"inputs\":[{\"type\":\"DATASET\",\"namespace\":\"d\",\"name\":\"s\",\"field\":"
      "\"k\"}],\"fields\":{\"y\":{\"inputs\":[{\"type\":\"DATASET\",\"namespace\":\"d\",\"name\":"
      "\"s\",\"field\":\"x\"}]}}}";
  const std::string columns =
      ",\"columnLineage\":{\"fields\":{\"z\":{\"inputFields\":[{\"namespace\":\"d\",\"name\":\"s\","
      "\"field\":\"x\"}]}}}";
  const auto event = good(RunEvent{.inputs = dataset("i"),
                                   .outputs = dataset("t", lineage + columns) + "," + dataset("u")}
                              .json());
  EXPECT_EQ(count(event, EdgeKind::kWritesScoped), 1u);
  EXPECT_EQ(count(event, EdgeKind::kWrites), 1u) << "u has no explicit lineage";
  EXPECT_EQ(count(event, EdgeKind::kFlow), 1u) << "s to t; i does not flow into t";
  EXPECT_EQ(count(event, EdgeKind::kReads), 2u);
  EXPECT_EQ(count(event, EdgeKind::kColumnIndirect), 1u) << "k bears on all of t";
  EXPECT_EQ(count(event, EdgeKind::kColumnDirect), 1u) << "x to y alone, and z is not asked";
}

TEST(ParseEvent, PrefersTheProducersOwnCodeVersion) {
  const std::string sql = "\"sql\":{\"query\":\"SELECT 1 -- c\"}";
  const std::string source = ",\"sourceCode\":{\"language\":\"x\",\"sourceCode\":\"y\"}";
  const std::string place =
      ",\"sourceCodeLocation\":{\"type\":\"git\",\"url\":\"u\",\"version\":\"abc\"}";
  const std::string own = ",\"headwater_code\":{\"semanticVersion\":\"7\"}";
  const auto code = [](const std::string& facets) {
    return good(RunEvent{.job_facets = facets}.json()).code_semantic;
  };
  EXPECT_EQ(code(sql + source + place + own), "declared:7");
  EXPECT_EQ(code(sql + source + place), code("\"sql\":{\"query\":\"select   1\"}"));
  EXPECT_TRUE(code(source.substr(1) + place).starts_with("source:"));
  EXPECT_EQ(code(place.substr(1)), "location:abc");
  EXPECT_EQ(code(""), "");
}

TEST(ParseEvent, HashesTheTextWithoutWhiteSpace) {
  const std::string text = RunEvent{.inputs = dataset("a b")}.json();
  std::string spaced;
  for (const char c : text)
    spaced += c == '{' || c == ',' ? std::string(1, c) + " \n" : std::string(1, c);
  EXPECT_EQ(good(text).hash, good(spaced).hash);
  EXPECT_NE(good(text).hash, good(RunEvent{.inputs = dataset("ab")}.json()).hash);
}

}  // namespace
}  // namespace headwater::ingest
