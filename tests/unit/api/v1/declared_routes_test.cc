// Spaces, mappings and policies: asked, declared and withdrawn.

#include "tests/support/partition_world.h"

namespace headwater::tests {
namespace {

using DeclaredRoutes = PartitionTest;

TEST_F(DeclaredRoutes, ASpaceIsLearnedThenDeclaredThenWithdrawn) {
  pipeline(1, 2);
  const Fields raw{{"nodeId", "dataset:ns:raw"}};
  Told space = get({"partitions", "space"}, raw);
  ASSERT_EQ(space.status, 200) << space.body;
  EXPECT_EQ(space.text("nodeId"), "dataset:ns:raw");
  EXPECT_EQ(space.json().get("declared").boolean(), false);
  EXPECT_EQ(space.number("lanes"), 1);
  EXPECT_EQ(space.text("author"), "null");
  const model::JsonValue date = space.json().get("space").get("dimensions");
  EXPECT_NE(date.text().find(R"("granularity":"day")"), std::string_view::npos) << date.text();
  EXPECT_EQ(date.text().find(R"("start")"), std::string_view::npos) << date.text();

  declare_days("raw");
  space = get({"partitions", "space"}, raw);
  EXPECT_EQ(space.json().get("declared").boolean(), true);
  EXPECT_EQ(space.text("author"), "ada");
  EXPECT_NE(space.body.find(R"("start":"2026-10-01")"), std::string::npos) << space.body;

  const Told withdrawn =
      remove({"partitions", "space"},
             {{"nodeId", "dataset:ns:raw"}, {"author", "bob"}, {"reason", "not so sure"}});
  ASSERT_EQ(withdrawn.status, 200) << withdrawn.body;
  EXPECT_EQ(withdrawn.json().get("declared").boolean(), false);
  EXPECT_EQ(withdrawn.text("author"), "bob");
  EXPECT_EQ(withdrawn.text("reason"), "not so sure");
  EXPECT_GT(withdrawn.number("seq"), space.number("seq"));
  const Told again =
      remove({"partitions", "space"}, {{"nodeId", "dataset:ns:raw"}, {"author", "bob"}});
  expect_problem(again, 404, "not-found", "(none)");
}

TEST_F(DeclaredRoutes, ADatasetWithoutPartitionsHasNoSpace) {
  run({"load", "r", "a", "2026-10-01T00:00:00Z", "2026-10-01T01:00:00Z", {}, {{"plain", {}}}});
  const Told space = get({"partitions", "space"}, {{"nodeId", "dataset:ns:plain"}});
  ASSERT_EQ(space.status, 200) << space.body;
  EXPECT_TRUE(space.json().get("space").is_null());
  EXPECT_EQ(space.number("lanes"), 0);
  EXPECT_EQ(space.json().get("declared").boolean(), false);
}

TEST_F(DeclaredRoutes, ALanePerCombinationIsCounted) {
  run({"load", "r", "a", "2026-10-01T00:00:00Z", "2026-10-01T01:00:00Z", {}, {{"raw", {}}}});
  const Told space = put({"partitions", "space"},
                         R"({"space":{"dimensions":[
      {"name":"date","kind":"time","granularity":"day","start":"2026-10-01"},
      {"name":"region","kind":"static","keys":["eu","us","asia"]}]},"author":"ada"})",
                         {{"nodeId", "dataset:ns:raw"}});
  ASSERT_EQ(space.status, 200) << space.body;
  EXPECT_EQ(space.number("lanes"), 3);
}

TEST_F(DeclaredRoutes, ARefreshWindowSaysHowMuchIsDue) {
  pipeline(1, 4);
  const Fields raw{{"nodeId", "dataset:ns:raw"}};
  const auto put_window = [&](const std::string& window) {
    return put({"partitions", "space"},
               R"({"space":{"dimensions":[{"name":"date","kind":"time","granularity":"day",)"
               R"("start":"2026-10-01")" +
                   window + R"(}]},"author":"ada"})",
               raw);
  };
  const Told none = put_window("");
  EXPECT_TRUE(none.json().get("refresh_due").is_null()) << none.body;
  // Each of the four was run before a later day closed, the last before the fifth.
  EXPECT_EQ(put_window(R"(,"refresh":2)").number("refresh_due"), 4);
  const Told bounded = put_window(R"(,"refresh":2,"refresh_from":"2026-10-03")");
  EXPECT_EQ(bounded.number("refresh_due"), 2);
  EXPECT_NE(bounded.body.find(R"("refresh":2,"refresh_from":"2026-10-03")"), std::string::npos);
  load(4, "a", "2026-10-06T01", "again");
  EXPECT_EQ(get({"partitions", "space"}, raw).number("refresh_due"), 1);
  expect_problem(put_window(R"(,"refresh":0)"), 400, "invalid-argument", "/space");
  expect_problem(put_window(R"(,"refresh":1001)"), 400, "limit-exceeded", "/space");
}

TEST_F(DeclaredRoutes, WhatIsWrongWithASpaceIsNamed) {
  pipeline(1, 1);
  const Fields raw{{"nodeId", "dataset:ns:raw"}};
  const auto put_space = [&](const std::string& body) {
    return put({"partitions", "space"}, body, raw);
  };
  expect_problem(put_space(R"({"author":"ada"})"), 400, "invalid-argument", "/space");
  expect_problem(put_space(R"({"space":{"dimensions":[]},"author":"ada"})"), 400,
                 "invalid-argument", "/space");
  expect_problem(put_space(R"({"space":{"dimensions":[{"name":"date","kind":"time",)"
                           R"("granularity":"hour"}]},"author":"ada"})"),
                 400, "invalid-argument", "/space");  // days they are
  expect_problem(put_space(R"({"space":{"dimensions":[{"name":"date","kind":"time",)"
                           R"("granularity":"day"}]}})"),
                 400, "invalid-argument", "/author");
  const std::string long_name(201, 'x');
  const Told long_author =
      put_space(R"({"space":{"dimensions":[{"name":"date","kind":"time","granularity":"day"}]},)"
                R"("author":")" +
                long_name + "\"}");
  expect_problem(long_author, 400, "limit-exceeded", "/author");
  EXPECT_EQ(long_author.number("limit"), 200);
  expect_problem(put_space("{"), 400, "invalid-json", "(none)");
  expect_problem(get({"partitions", "space"}), 400, "invalid-argument", "nodeId");
  expect_problem(get({"partitions", "space"}, {{"nodeId", "job:ns:load"}}), 400, "invalid-argument",
                 "nodeId");
  expect_problem(get({"partitions", "space"}, {{"nodeId", "dataset:ns:none"}}), 404, "not-found",
                 "nodeId");
  expect_problem(get({"partitions", "space"}, {{"nodeId", "nonsense"}}), 400, "invalid-node-id",
                 "nodeId");
  expect_problem(remove({"partitions", "space"}, raw), 400, "invalid-argument", "author");
}

TEST_F(DeclaredRoutes, MappingsAreLearnedWithTheirEvidence) {
  pipeline(1, 3);
  const Told both = get({"partitions", "mappings"}, {{"nodeId", "dataset:ns:clean"}});
  ASSERT_EQ(both.status, 200) << both.body;
  const auto mappings = both.list("mappings");
  ASSERT_EQ(mappings.size(), 2u) << both.body;
  EXPECT_EQ(mappings[0].get("upstream").string(), "dataset:ns:raw");
  EXPECT_EQ(mappings[1].get("downstream").string(), "dataset:ns:mart");
  for (const model::JsonValue& mapping : mappings) {
    EXPECT_EQ(mapping.get("mapping").get("kind").string(), "identity") << both.body;
    EXPECT_EQ(mapping.get("mapping").get("lanes").string(), "same");
    EXPECT_EQ(mapping.get("declared").boolean(), false);
    EXPECT_EQ(mapping.get("learned").get("runs").integer(), 3);
    EXPECT_EQ(mapping.get("learned").get("seen").integer(), 3);
    EXPECT_EQ(mapping.get("learned").get("confidence").number(), 1.0);
  }
  const Fields clean{{"nodeId", "dataset:ns:clean"}};
  for (const auto& [direction, other] :
       {std::pair("upstream", "dataset:ns:raw"), std::pair("downstream", "dataset:ns:clean")}) {
    const Told one =
        get({"partitions", "mappings"}, {{"nodeId", "dataset:ns:clean"}, {"direction", direction}});
    ASSERT_EQ(one.list("mappings").size(), 1u) << one.body;
    EXPECT_EQ(one.list("mappings")[0].get("upstream").string(), other);
  }
  expect_problem(
      get({"partitions", "mappings"}, {{"nodeId", "dataset:ns:clean"}, {"direction", "sideways"}}),
      400, "invalid-argument", "direction");
}

TEST_F(DeclaredRoutes, ADeclaredMappingHoldsUntilItIsWithdrawn) {
  pipeline(1, 3);
  const std::string between = R"({"upstream":"dataset:ns:raw","downstream":"dataset:ns:clean",)";
  const Told put_window = put(
      {"partitions", "mapping"},
      between +
          R"("mapping":{"kind":"window","from":-1,"to":0},"author":"ada","reason":"two days"})");
  ASSERT_EQ(put_window.status, 200) << put_window.body;
  EXPECT_EQ(put_window.json().get("mapping").get("kind").string(), "window");
  EXPECT_EQ(put_window.json().get("mapping").get("from").integer(), -1);
  EXPECT_EQ(put_window.json().get("declared").boolean(), true);
  EXPECT_EQ(put_window.text("author"), "ada");
  EXPECT_EQ(put_window.json().get("learned").get("seen").integer(), 0);
  EXPECT_EQ(put_window.json().get("learned").get("runs").integer(), 3);
  const Told waits =
      put({"partitions", "mapping"},
          between + R"("mapping":{"kind":"identity","wait":{"inputs":"all","quiet":"PT7200S"}},)" +
              R"("author":"ada"})");
  ASSERT_EQ(waits.status, 200) << waits.body;
  EXPECT_EQ(waits.json().get("mapping").get("wait").text(), R"({"inputs":"all","quiet":"PT2H"})");
  const Told back = put({"partitions", "mapping"}, between + R"("mapping":null,"author":"ada"})");
  EXPECT_FALSE(back.json().get("mapping").get("wait").present()) << back.body;
  ASSERT_EQ(back.status, 200) << back.body;
  EXPECT_EQ(back.json().get("mapping").get("kind").string(), "identity");
  EXPECT_EQ(back.json().get("declared").boolean(), false);
}

TEST_F(DeclaredRoutes, WhatIsWrongWithAMappingIsNamed) {
  pipeline(1, 1);
  const auto put_mapping = [&](const std::string& upstream, const std::string& downstream,
                               const std::string& mapping) {
    return put({"partitions", "mapping"}, R"({"upstream":")" + upstream + R"(","downstream":")" +
                                              downstream + R"(","mapping":)" + mapping +
                                              R"(,"author":"ada"})");
  };
  const std::string raw = "dataset:ns:raw", clean = "dataset:ns:clean";
  expect_problem(put_mapping(raw, clean, R"({"kind":"sideways"})"), 400, "invalid-argument",
                 "/mapping");
  expect_problem(put_mapping(raw, clean, R"({"kind":"window","from":2,"to":1})"), 400,
                 "invalid-argument", "/mapping");
  expect_problem(put_mapping(raw, clean, R"({"kind":"identity","lanes":"some"})"), 400,
                 "invalid-argument", "/mapping");
  expect_problem(put_mapping(raw, clean, R"({"kind":"identity","wait":{"quiet":"soon"}})"), 400,
                 "invalid-argument", "/mapping");
  expect_problem(
      put_mapping(raw, clean, R"({"kind":"identity","wait":{"inputs":{"at_least":1000001}}})"), 400,
      "limit-exceeded", "/mapping");
  expect_problem(put_mapping("dataset:ns:none", clean, R"({"kind":"identity"})"), 404, "not-found",
                 "/upstream");
  expect_problem(put_mapping(raw, "job:ns:clean", R"({"kind":"identity"})"), 400,
                 "invalid-argument", "/downstream");
  // Today would depend on today.
  const Told cycle = put_mapping("dataset:ns:mart", "dataset:ns:raw", R"({"kind":"identity"})");
  EXPECT_EQ(cycle.status, 400) << cycle.body;
  EXPECT_EQ(
      put({"partitions", "mapping"}, R"({"upstream":"dataset:ns:raw","author":"ada"})").status,
      400);
}

TEST_F(DeclaredRoutes, APolicyIsDeclaredWhole) {
  pipeline(1, 1);
  const Fields raw{{"nodeId", "dataset:ns:raw"}};
  Told policy = get({"partitions", "policy"}, raw);
  ASSERT_EQ(policy.status, 200) << policy.body;
  EXPECT_TRUE(policy.json().get("retention").is_null());
  EXPECT_EQ(policy.json().get("recomputable").boolean(), true);
  EXPECT_EQ(policy.text("author"), "null");
  policy =
      put({"partitions", "policy"},
          R"({"retention":"P90D","half_life":"P30D","recomputable":false,"author":"ada"})", raw);
  ASSERT_EQ(policy.status, 200) << policy.body;
  EXPECT_EQ(policy.text("retention"), "P90D");
  EXPECT_EQ(policy.text("half_life"), "P30D");
  EXPECT_EQ(policy.json().get("recomputable").boolean(), false);
  EXPECT_EQ(policy.text("author"), "ada");
  policy = put({"partitions", "policy"}, R"({"author":"bob"})", raw);
  EXPECT_TRUE(policy.json().get("retention").is_null()) << policy.body;
  EXPECT_EQ(policy.json().get("recomputable").boolean(), true);
  EXPECT_EQ(put({"partitions", "policy"}, R"({"retention":"soon","author":"bob"})", raw).status,
            400);
}

}  // namespace
}  // namespace headwater::tests
