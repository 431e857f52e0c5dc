// The inbox of changes and decisions on them: by hand.

#include "tests/support/partition_world.h"

namespace headwater::tests {
namespace {

using ChangeRoutes = PartitionTest;

struct Stale {
  std::int64_t datasets, partitions, maybe;
  bool operator==(const Stale&) const = default;
  friend void PrintTo(const Stale& stale, std::ostream* to) {
    *to << stale.datasets << " datasets, " << stale.partitions << " stale, " << stale.maybe
        << " maybe";
  }
};
Stale stale_of(const model::JsonValue& change) {
  const model::JsonValue stale = change.get("makes_stale");
  const auto number = [&](std::string_view name) { return stale.get(name).integer().value_or(-1); };
  return {number("datasets"), number("partitions"), number("maybe")};
}

std::string id_of(const Told& changes, std::size_t at) {
  return changes.list("changes").at(at).get("id").string().value_or("");
}

// The code of clean: a until the 4th, b for the 5th, then c, with which the 4th was run again.
class ThreeVersions : public PartitionTest {
 protected:
  void SetUp() override {
    pipeline(1, 4);
    clean(5, "b", at(6, 2), "1");
    clean(4, "c", at(6, 4), "2");
    const Told all = get({"changes"});
    ASSERT_EQ(all.list("changes").size(), 2u) << all.body;
    second = id_of(all, 0);
    first = id_of(all, 1);
  }
  Told decide(const std::string& id, const std::string& body) {
    return post({"changes", id, "decision"}, body);
  }
  Stale stale(const std::string& id) {
    const Told change = get({"changes", id});
    EXPECT_EQ(change.status, 200) << change.body;
    return stale_of(change.json());
  }
  std::int64_t stale_now() {
    const Told all = get({"staleness"}, {{"nodeId", "dataset:ns:clean"}});
    return all.json().get("totals").get("stale").integer().value_or(-1);
  }
  std::string first, second;
};

TEST_F(ThreeVersions, EachChangeSaysWhatIsStaleBecauseOfIt) {
  const Told all = get({"changes"});
  EXPECT_EQ(all.number("total"), 2);
  const auto changes = all.list("changes");
  EXPECT_EQ(changes[0].get("from").string(), "declared:b");
  EXPECT_EQ(changes[0].get("to").string(), "declared:c");
  EXPECT_EQ(changes[0].get("kind").string(), "code");
  EXPECT_EQ(changes[0].get("nodeId").string(), "job:ns:clean");
  EXPECT_EQ(changes[0].get("job").string(), "job:ns:clean");
  EXPECT_EQ(changes[0].get("at").string(), "2026-10-06T04:00:00.000000Z");
  EXPECT_TRUE(changes[0].get("columns").is_null());
  EXPECT_TRUE(changes[0].get("run").is_null());
  EXPECT_TRUE(changes[0].get("decision").is_null());
  // To c: the 1st to 3rd (a) and the 5th (b); what reads them is there of the 1st to 3rd. The 4th
  // of mart is stale already: clean came out different.
  EXPECT_EQ(stale_of(changes[0]), (Stale{1, 4, 3}));
  EXPECT_EQ(changes[0].get("makes_stale").get("datasets_upper").integer(), 2) << "mart, maybe";
  // To b: only what is of a.
  EXPECT_EQ(stale_of(changes[1]), (Stale{1, 3, 3}));
  EXPECT_EQ(all.json().get("complete").boolean(), true);
}

TEST_F(ThreeVersions, OneChangeListsWhatItAffects) {
  const Told change = get({"changes", second});
  ASSERT_EQ(change.status, 200) << change.body;
  EXPECT_EQ(change.text("id"), second);
  std::vector<std::string> told;
  for (const model::JsonValue& dataset : change.list("affected")) {
    dataset.get("ranges").elements([&](const model::JsonValue& range) {
      told.push_back(*dataset.get("nodeId").string() + " " + *range.get("first").string() + ".." +
                     *range.get("last").string() + " " + *range.get("status").string());
    });
  }
  EXPECT_EQ(told,
            (std::vector<std::string>{"dataset:ns:clean date=2026-10-01..date=2026-10-03 stale",
                                      "dataset:ns:clean date=2026-10-05..date=2026-10-05 stale",
                                      "dataset:ns:mart date=2026-10-01..date=2026-10-03 maybe"}));
  const Told cut = get({"changes", second}, {{"max_ranges", "1"}});
  EXPECT_EQ(cut.json().get("complete").boolean(), false);
  EXPECT_EQ(cut.json().get("cut").get("reason").string(), "max_ranges");
  EXPECT_EQ(cut.list("affected")[0].get("ranges_more").boolean(), true);
  EXPECT_EQ(cut.list("affected")[0].get("counts").get("stale").integer(), 4);
}

TEST_F(ThreeVersions, AReturnToOldCodeMakesNothingOfItStale) {
  clean(3, "a", at(6, 6), "3");
  const Told all = get({"changes"}, {{"kind", "code"}});
  ASSERT_EQ(all.list("changes").size(), 3u) << all.body;
  // Back at a: stale are the 4th (c) and the 5th (b); the 4th of mart is stale anyway.
  EXPECT_EQ(stale_of(all.list("changes")[0]), (Stale{1, 2, 0}));
  EXPECT_EQ(all.list("changes")[0].get("makes_stale").get("datasets_upper").integer(), 1);
  EXPECT_EQ(stale(second), (Stale{1, 1, 0})) << "b before it, and not again";
  EXPECT_EQ(stale(first), (Stale{0, 0, 0})) << "a is what there is";
}

TEST_F(ThreeVersions, AnImmaterialChangeIsDecidedAndRevoked) {
  EXPECT_EQ(stale_now(), 4);
  const Told decided =
      decide(second, R"({"verdict":"immaterial","author":"ada","reason":"spaces only"})");
  ASSERT_EQ(decided.status, 201) << decided.body;
  const model::JsonValue decision = decided.json().get("decision");
  EXPECT_EQ(decision.get("verdict").string(), "immaterial");
  EXPECT_EQ(decision.get("author").string(), "ada");
  EXPECT_EQ(decision.get("reason").string(), "spaces only");
  EXPECT_EQ(decision.get("seq").integer(), decided.number("seq"));
  EXPECT_TRUE(decision.get("revoked_by").is_null());
  EXPECT_EQ(stale_now(), 3) << "the 5th, of b, is as good as of c";
  EXPECT_EQ(stale(second), (Stale{0, 0, 0}));
  EXPECT_EQ(stale(first), (Stale{1, 3, 3}));
  EXPECT_EQ(get({"changes"}).number("total"), 1);
  EXPECT_EQ(id_of(get({"changes"}, {{"status", "decided"}}), 0), second);
  EXPECT_EQ(get({"changes"}, {{"status", "all"}}).number("total"), 2);

  const Told revoked =
      remove({"changes", second, "decision"}, {{"author", "bob"}, {"reason", "it was not"}});
  ASSERT_EQ(revoked.status, 200) << revoked.body;
  EXPECT_TRUE(revoked.json().get("decision").is_null());
  EXPECT_EQ(stale_now(), 4);
  EXPECT_EQ(get({"changes"}).number("total"), 2);
  const Told change = get({"changes", second});
  ASSERT_EQ(change.list("history").size(), 1u) << change.body;
  EXPECT_EQ(change.list("history")[0].get("revoked_by").integer(), revoked.number("seq"));
  const Told again = remove({"changes", second, "decision"}, {{"author", "bob"}});
  expect_problem(again, 409, "conflict", "(none)");
}

TEST_F(ThreeVersions, TheNewestDecisionCounts) {
  ASSERT_EQ(decide(first, R"({"verdict":"immaterial","author":"ada"})").status, 201);
  const Told later = decide(first, R"({"verdict":"material","author":"bob"})");
  ASSERT_EQ(later.status, 201) << later.body;
  const Told change = get({"changes", first});
  ASSERT_EQ(change.list("history").size(), 2u);
  EXPECT_EQ(change.list("history")[0].get("author").string(), "bob");
  EXPECT_EQ(change.list("history")[1].get("revoked_by").integer(), later.number("seq"));
  EXPECT_EQ(change.json().get("decision").get("author").string(), "bob");
  EXPECT_EQ(get({"changes"}).number("total"), 1) << "material is a decision too";
}

TEST_F(ThreeVersions, ForwardOnlyLeavesThePastAsItIs) {
  const Told decided = decide(second, R"({"verdict":"forward_only","dataset":"dataset:ns:clean",)"
                                      R"("from":"date=2026-10-05","author":"ada"})");
  ASSERT_EQ(decided.status, 201) << decided.body;
  const model::JsonValue decision = decided.json().get("decision");
  EXPECT_EQ(decision.get("from").string(), "date=2026-10-05");
  EXPECT_TRUE(decision.get("last").is_null());
  EXPECT_EQ(decision.get("dataset").string(), "dataset:ns:clean");
  // Before the 5th, b and c are one; a differs from both.
  EXPECT_EQ(stale(second), (Stale{1, 1, 0})) << "the 5th alone";
  EXPECT_EQ(stale(first), (Stale{1, 3, 3}));
}

TEST_F(ThreeVersions, ARangeCanBeImmaterial) {
  const Told decided = decide(first, R"({"verdict":"immaterial","dataset":"dataset:ns:clean",)"
                                     R"("first":"date=2026-10-02","last":"date=2026-10-03",)"
                                     R"("author":"ada"})");
  ASSERT_EQ(decided.status, 201) << decided.body;
  const model::JsonValue decision = decided.json().get("decision");
  EXPECT_EQ(decision.get("first").string(), "date=2026-10-02");
  EXPECT_EQ(decision.get("last").string(), "date=2026-10-03");
  EXPECT_EQ(stale(first), (Stale{1, 1, 1})) << "the 1st";
  EXPECT_EQ(stale(second), (Stale{1, 4, 3}));
}

TEST_F(ThreeVersions, DeferredIsOpenAgainWhenItsTimeHasCome) {
  ASSERT_EQ(
      decide(first, R"({"verdict":"defer","until":"2026-10-08T00:00:00Z","author":"ada"})").status,
      201);
  EXPECT_EQ(get({"changes"}).number("total"), 1);
  EXPECT_EQ(stale(first), (Stale{1, 3, 3})) << "it is stale all the same";
  set_now("2026-10-08T00:01:00Z");
  EXPECT_EQ(get({"changes"}).number("total"), 2);
}

TEST_F(ThreeVersions, WhatIsWrongWithADecisionIsNamed) {
  const auto wrong = [&](const std::string& body, const std::string& where) {
    expect_problem(decide(first, body), 400, "invalid-argument", where);
  };
  wrong(R"({"author":"ada"})", "/verdict");
  wrong(R"({"verdict":"perhaps","author":"ada"})", "/verdict");
  wrong(R"({"verdict":"material"})", "/author");
  wrong(R"({"verdict":"immaterial","first":"date=2026-10-01","author":"ada"})", "/dataset");
  wrong(R"({"verdict":"forward_only","dataset":"dataset:ns:clean","author":"ada"})", "/from");
  wrong(R"({"verdict":"forward_only","dataset":"dataset:ns:clean","from":"soon","author":"ada"})",
        "/from");
  wrong(R"({"verdict":"forward_only","dataset":"dataset:ns:clean","from":"date=2026-10-01",)"
        R"("last":"date=2026-10-02","author":"ada"})",
        "/last");
  wrong(R"({"verdict":"immaterial","dataset":"dataset:ns:clean","from":"date=2026-10-01",)"
        R"("author":"ada"})",
        "/from");
  wrong(R"({"verdict":"defer","until":"soon","author":"ada"})", "/until");
  wrong(R"({"verdict":"material","until":"2026-10-08T00:00:00Z","author":"ada"})", "/until");
  const std::string good = R"({"verdict":"material","author":"ada"})";
  expect_problem(decide("1", good), 404, "not-found", "(none)");
  expect_problem(decide("x", good), 400, "invalid-argument", "id");
  expect_problem(decide(first + ".x", good), 400, "invalid-argument", "id");
  expect_problem(get({"changes", "99"}), 404, "not-found", "(none)");
  expect_problem(remove({"changes", first, "decision"}), 400, "invalid-argument", "author");
  EXPECT_EQ(get({"changes"}).number("total"), 2) << "nothing was decided";
}

TEST_F(ThreeVersions, ChangesAreFilteredAndPaged) {
  EXPECT_EQ(get({"changes"}, {{"kind", "data"}}).number("total"), 0);
  EXPECT_EQ(get({"changes"}, {{"kind", "code"}}).number("total"), 2);
  EXPECT_EQ(get({"changes"}, {{"nodeId", "job:ns:clean"}}).number("total"), 2);
  EXPECT_EQ(get({"changes"}, {{"nodeId", "job:ns:mart"}}).number("total"), 0);
  EXPECT_EQ(get({"changes"}, {{"nodeId", "dataset:ns:clean"}}).number("total"), 2);
  EXPECT_EQ(get({"changes"}, {{"nodeId", "dataset:ns:raw"}}).number("total"), 0);
  const Told one = get({"changes"}, {{"limit", "1"}});
  EXPECT_EQ(id_of(one, 0), second);
  EXPECT_EQ(one.number("total"), 2);
  const Told two = get({"changes"}, {{"limit", "1"}, {"cursor", one.text("next")}});
  EXPECT_EQ(id_of(two, 0), first);
  EXPECT_EQ(two.text("next"), "null");
  expect_problem(get({"changes"}, {{"status", "lost"}}), 400, "invalid-argument", "status");
  expect_problem(get({"changes"}, {{"kind", "odd"}}), 400, "invalid-argument", "kind");
  expect_problem(get({"changes"}, {{"nodeId", "job:ns:none"}}), 404, "not-found", "nodeId");
}

// ---- data ---------------------------------------------------------------------------------------

// raw is written again on the 2nd and 3rd by one run; clean ran on the 3rd since.
class Rewritten : public PartitionTest {
 protected:
  void SetUp() override {
    pipeline(1, 4);
    run({"load",
         "again",
         "a",
         "2026-10-06T01:00:00Z",
         "2026-10-06T01:10:00Z",
         {},
         {{"raw", {day_key(2), day_key(3)}}}});
    const Told all = get({"changes"});
    ASSERT_EQ(all.list("changes").size(), 1u) << all.body;
    id = id_of(all, 0);
  }
  Stale stale() {
    const Told change = get({"changes", id});
    return stale_of(change.json());
  }
  std::string id;
};

TEST_F(Rewritten, WhatHadReadItBeforeIsStaleForIt) {
  const Told change = get({"changes", id});
  EXPECT_EQ(change.text("kind"), "data");
  EXPECT_EQ(change.text("nodeId"), "dataset:ns:raw");
  EXPECT_EQ(change.text("job"), "job:ns:load");
  EXPECT_EQ(change.text("run"), "again");
  EXPECT_EQ(change.text("from"), "null");
  EXPECT_NE(id.find('.'), std::string::npos) << "which dataset of the record it is";
  ASSERT_EQ(change.list("ranges").size(), 1u);
  EXPECT_EQ(change.list("ranges")[0].get("first").string(), "date=2026-10-02");
  EXPECT_EQ(change.list("ranges")[0].get("last").string(), "date=2026-10-03");
  EXPECT_EQ(change.list("ranges")[0].get("count").integer(), 2);
  EXPECT_EQ(stale(), (Stale{1, 2, 2}));
  clean(3, "a", at(6, 2), "2");
  EXPECT_EQ(stale(), (Stale{1, 1, 1})) << "the 3rd of clean is current; mart has its own reason";
}

TEST_F(Rewritten, ItIsAChangeOfTheDatasetThatWasWritten) {
  EXPECT_EQ(get({"changes"}, {{"nodeId", "dataset:ns:raw"}}).number("total"), 1);
  EXPECT_EQ(get({"changes"}, {{"nodeId", "dataset:ns:clean"}}).number("total"), 0);
  EXPECT_EQ(get({"changes"}, {{"kind", "data"}}).number("total"), 1);
}

TEST_F(Rewritten, ALaterRewriteIsAnotherChangeAndBothAreCauses) {
  load(2, "a", at(6, 3), "3");
  const Told all = get({"changes"});
  ASSERT_EQ(all.list("changes").size(), 2u) << all.body;
  EXPECT_EQ(stale_of(all.list("changes")[0]), (Stale{1, 1, 1}));
  EXPECT_EQ(stale(), (Stale{1, 2, 2}));
  clean(2, "a", at(6, 4), "2");
  EXPECT_EQ(stale(), (Stale{1, 1, 1})) << "the 3rd alone";
}

TEST_F(Rewritten, DeclaredTheSameNothingIsStale) {
  const Told decided =
      post({"changes", id, "decision"}, R"({"verdict":"immaterial","author":"ada"})");
  ASSERT_EQ(decided.status, 201) << decided.body;
  EXPECT_EQ(stale(), (Stale{0, 0, 0}));
  const Told ranged = post({"changes", id, "decision"},
                           R"({"verdict":"immaterial","dataset":"dataset:ns:raw","author":"ada"})");
  EXPECT_EQ(ranged.status, 400) << "as a whole or not at all: " << ranged.body;
  ASSERT_EQ(remove({"changes", id, "decision"}, {{"author", "ada"}}).status, 200);
  EXPECT_EQ(stale(), (Stale{1, 2, 2}));
}

TEST_F(Rewritten, MoreHistoriesThanAskedForAreSaid) {
  const Told cut = get({"changes"}, {{"max_partitions", "1"}});
  ASSERT_EQ(cut.status, 200) << cut.body;
  EXPECT_EQ(cut.json().get("complete").boolean(), false);
  EXPECT_EQ(cut.json().get("cut").get("reason").string(), "max_partitions");
  const Told whole = get({"changes"});
  EXPECT_EQ(whole.json().get("complete").boolean(), true);
  expect_problem(get({"changes"}, {{"max_partitions", "200001"}}), 400, "limit-exceeded",
                 "max_partitions");
}

// ---- columns ------------------------------------------------------------------------------------

std::string lineage_of(const std::string& from, const std::string& column) {
  return R"({"columnLineage":{"_producer":"p","_schemaURL":"s","fields":{"out":{"inputFields":[)"
         R"({"namespace":"ns","name":")" +
         from + R"(","field":")" + column +
         R"(","transformations":[{"type":"DIRECT","subtype":"IDENTITY"}]}]}}}})";
}

TEST_F(ChangeRoutes, WhatReadsNoneOfTheChangedColumnsIsNamed) {
  const auto downstream = [&](const std::string& name, const std::string& facets) {
    run({name,
         name + "-1",
         "a",
         "2026-10-02T03:00:00Z",
         "2026-10-02T03:10:00Z",
         {{"clean", {day_key(1)}}},
         {{name, {day_key(1)}, facets}}});
  };
  load(1, "a", at(2, 1), "1");
  clean(1, "a", at(2, 2), "1");
  downstream("of_amount", lineage_of("clean", "amount"));
  downstream("of_name", lineage_of("clean", "name"));
  downstream("opaque", "{}");
  clean(2, "b", at(3, 2), "1", R"([{"namespace":"ns","name":"clean","field":"amount"}])");
  const Told all = get({"changes"});
  ASSERT_EQ(all.list("changes").size(), 1u) << all.body;
  std::vector<std::string> columns;
  all.list("changes")[0].get("columns").elements(
      [&](const model::JsonValue& column) { columns.push_back(column.string().value_or("")); });
  EXPECT_EQ(columns, (std::vector<std::string>{"datasetField:ns:clean:amount"}));
  const Told change = get({"changes", id_of(all, 0)});
  std::vector<std::string> untouched;
  for (const model::JsonValue& one : change.list("unaffected")) {
    untouched.push_back(one.string().value_or(""));
  }
  EXPECT_EQ(untouched, (std::vector<std::string>{"dataset:ns:of_name"}))
      << "who states no columns may read any: " << change.body;
}

}  // namespace
}  // namespace headwater::tests
