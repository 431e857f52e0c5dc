#include "query/catalog.h"

#include "query/events.h"
#include "query/tally.h"
#include "tests/unit/query/world.h"

namespace headwater::query {
namespace {

using storage::RunState;

constexpr const char* kSchema =
    R"({"fields":[{"name":"id","type":"INT"},{"name":"address","type":"STRUCT",)"
    R"("fields":[{"name":"city","type":"STRING","description":"where"}]}]})";

TEST(Catalog, ReadsADatasetFromItsFacets) {
  World world;
  const NodeId table = world.dataset("t");
  world.attribute(table, "schema", kSchema, 5);
  world.attribute(table, "tags",
                  R"({"tags":[{"key":"gold","value":"true"},{"key":"pii","value":"high",)"
                  R"("field":"address.city"}]})");
  world.attribute(table, "ownership", R"({"owners":[{"name":"team:a"},{"name":"team:b"}]})");
  world.attribute(table, "documentation", R"({"description":"one row a day"})");
  world.attribute(table, "huge", R"({"n":9007199254740993})");
  world.attribute(table, "$state", "\"CREATE\"");
  world.observe(table, 77);
  world.commit();
  Session session = world.session();
  const DatasetDetail out = must(dataset_detail(session, table));
  ASSERT_EQ(out.fields.size(), 3u);
  EXPECT_EQ(out.fields[2].path, "address.city");
  EXPECT_EQ(out.fields[2].description, "where");
  EXPECT_EQ(out.fields[2].tags, std::vector<std::string>{"pii:high"});
  EXPECT_EQ(out.tags, std::vector<std::string>{"gold"});
  EXPECT_EQ(out.owners, (std::vector<std::string>{"team:a", "team:b"}));
  EXPECT_EQ(out.description, "one row a day");
  EXPECT_EQ(out.updated_at, 77);
  EXPECT_TRUE(out.version);
  EXPECT_FALSE(out.deleted);
  EXPECT_EQ(facet_named(out.facets, "huge"), R"({"n":9007199254740993})");
  EXPECT_TRUE(facet_named(out.facets, "$state").empty());
}

TEST(Catalog, FacetsOfAPastMomentAreThoseThatHeld) {
  World world;
  const NodeId table = world.dataset("t");
  world.attribute(table, "documentation", R"({"description":"old"})", 10, 20);
  world.attribute(table, "documentation", R"({"description":"new"})", 20);
  world.commit();
  const auto at = [&](Micros as_of) {
    Session session = world.session({as_of, model::kNeverSeq});
    return must(dataset_detail(session, table)).description;
  };
  EXPECT_EQ(at(15), "old");
  EXPECT_EQ(at(20), "new");
  EXPECT_EQ(at(5), std::nullopt);
  EXPECT_EQ(at(graph::kLatest), "new");
}

TEST(Catalog, ASessionDoesNotSeeLaterRecords) {
  World world;
  const NodeId table = world.dataset("t");
  world.attribute(table, "documentation", R"({"description":"one"})", 10);
  const Seq before = world.commit();
  world.attribute(table, "tags", R"({"tags":[{"key":"late"}]})", 10);
  world.commit();
  Session session = world.session({graph::kLatest, before});
  EXPECT_TRUE(must(dataset_detail(session, table)).tags.empty());
}

TEST(Catalog, AliasGivesItsFacetsToTheDatasetItJoined) {
  World world;
  const NodeId loser = world.dataset("old"), winner = world.dataset("new");
  world.attribute(loser, "documentation", R"({"description":"from old"})", 1);
  world.commit();
  world.merge(loser, winner);
  world.commit();
  Session session = world.session();
  EXPECT_EQ(must(find_named(session, NodeKind::kDataset, "ns", "old")), winner);
  const DatasetDetail out = must(dataset_detail(session, winner));
  EXPECT_EQ(out.description, "from old");
  ASSERT_EQ(out.aliases.size(), 1u);
  EXPECT_EQ(out.aliases[0].name, "old");
  NodeListQuery query;
  EXPECT_EQ(must(list_nodes(session, query)).items, std::vector<NodeId>{winner});
}

TEST(Catalog, DatasetVersionsAreByContentAndComeBack) {
  World world;
  const NodeId table = world.dataset("t");
  const std::string a = R"({"fields":[{"name":"x","type":"INT"}]})";
  const std::string a2 = R"({"_producer":"later","fields":[{"name":"x","type":"INT"}]})";
  const std::string b = R"({"fields":[{"name":"x","type":"BIGINT"}]})";
  world.attribute(table, "schema", a, 10, 20);
  world.attribute(table, "schema", a2, 20, 30);
  world.attribute(table, "schema", b, 30, 40);
  world.attribute(table, "schema", a, 40);
  world.commit();
  Session session = world.session();
  const auto spans = must(dataset_version_spans(session, table));
  ASSERT_EQ(spans.size(), 2u);
  EXPECT_EQ(spans[0].first_from, 10);
  EXPECT_EQ(spans[0].last_from, 40);
  EXPECT_EQ(spans[1].first_from, 30);
  EXPECT_EQ(must(dataset_detail(session, table)).version, spans[0].id);
  EXPECT_EQ(must(dataset_version_at(session, table, 35)), spans[1].id);
  EXPECT_EQ(must(dataset_version(session, table, spans[1].id)).dataset.fields[0].type, "BIGINT");
  EXPECT_FALSE(dataset_version(session, table, "nope"));
  EXPECT_EQ(spans[0].id.size(), 36u);
  EXPECT_EQ(spans[0].id[14], '8');
}

TEST(Catalog, JobVersionsFollowCodeInputsAndOutputs) {
  World world;
  const NodeId in = world.dataset("in"), more = world.dataset("more"), out = world.dataset("out");
  const NodeId job = world.job("j");
  world.reads(job, in, 10);
  world.reads(job, more, 20);
  world.writes(job, out, 10);
  world.attribute(job, "$code", R"({"semantic":"v1","method":"sql"})", 10, 30);
  world.attribute(job, "$code", R"({"semantic":"v2","method":"sql"})", 30);
  world.commit();
  Session session = world.session();
  const auto spans = must(job_version_spans(session, job));
  ASSERT_EQ(spans.size(), 3u);
  EXPECT_EQ(spans[0].first_from, 30);
  EXPECT_EQ(must(job_version_at(session, job, 12)), spans[2].id);
  EXPECT_EQ(must(job_version_at(session, job, graph::kLatest)), spans[0].id);
  EXPECT_EQ(must(job_detail(session, job, 1)).version, spans[0].id);
  const JobVersion first = must(job_version(session, job, spans[2].id));
  EXPECT_EQ(first.inputs.size(), 1u);
  EXPECT_EQ(first.outputs.size(), 1u);
}

TEST(Catalog, JobShowsWhatItTouchesAndItsLatestRuns) {
  World world;
  const NodeId in = world.dataset("in"), out = world.dataset("out");
  const NodeId parent = world.job("dag"), job = world.job("dag.task");
  world.reads(job, in);
  world.writes(job, out);
  world.edge(parent, job, model::EdgeKind::kParent, job);
  world.run("r1", job, RunState::kCompleted, 10, 20);
  world.run("r2", job, RunState::kFailed, 30, 40);
  world.commit();
  Session session = world.session();
  const JobDetail detail = must(job_detail(session, job, 10));
  EXPECT_EQ(detail.inputs.front().name, "in");
  EXPECT_EQ(detail.outputs.front().name, "out");
  EXPECT_EQ(detail.parent_name, "dag");
  EXPECT_EQ(detail.simple_name, "task");
  ASSERT_EQ(detail.latest_runs.size(), 2u);
  EXPECT_EQ(detail.latest_runs[0].id, "r2");
  EXPECT_EQ(must(dataset_detail(session, out)).last_modified_at, 20);
}

TEST(Catalog, PagesOfDatasetsCoverAllOnceAndCount) {
  World world;
  for (int i = 0; i < 25; ++i) world.dataset("t" + std::to_string(i), i % 2 == 0 ? "a" : "b");
  world.commit();
  Session session = world.session();
  NodeListQuery query;
  query.page.limit = 7;
  std::vector<NodeId> seen;
  for (;;) {
    const auto page = must(list_nodes(session, query));
    EXPECT_EQ(page.total, 25);
    seen.insert(seen.end(), page.items.begin(), page.items.end());
    if (!page.next) break;
    query.after = page.next;
  }
  EXPECT_EQ(seen.size(), 25u);
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(std::unique(seen.begin(), seen.end()), seen.end());
  query.after.reset();
  query.page = {100, 20};
  EXPECT_EQ(must(list_nodes(session, query)).items.size(), 5u);
}

TEST(Catalog, JobsComeByRecencyAndByState) {
  World world;
  const NodeId a = world.job("a"), b = world.job("b"), c = world.job("c", "other");
  world.observe(a, 30);
  world.observe(b, 10);
  world.observe(c, 20);
  world.run("ra", a, RunState::kFailed, 30, 31);
  world.run("rb", b, RunState::kCompleted, 10, 11);
  world.commit();
  Session session = world.session();
  JobListQuery query;
  EXPECT_EQ(must(list_jobs(session, query)).items, (std::vector<NodeId>{a, c, b}));
  query.last_run_states = {RunState::kFailed};
  EXPECT_EQ(must(list_jobs(session, query)).items, std::vector<NodeId>{a});
  query.last_run_states.clear();
  query.page.limit = 2;
  const auto first = must(list_jobs(session, query));
  ASSERT_TRUE(first.next);
  query.after = first.next;
  EXPECT_EQ(must(list_jobs(session, query)).items, std::vector<NodeId>{b});
  query = {};
  query.name_space = must(find_namespace(session, "other"));
  EXPECT_EQ(must(list_jobs(session, query)).items, std::vector<NodeId>{c});
}

TEST(Catalog, DeletedDatasetAndHiddenNamespaceLeaveTheLists) {
  World world;
  const NodeId kept = world.dataset("kept", "a"), gone = world.dataset("gone", "a");
  world.dataset("inside", "hidden");
  world.commit();
  world.attribute(gone, "$state", "\"DELETED\"", 10);
  world.observe(gone, 10);
  must(world.writer().insert_deletion({gone, 10, 0, 0, world.next_seq()}));
  storage::NamespaceRow row = [&] {
    Session session = world.session();
    return must(find_namespace(session, "hidden"));
  }();
  row.deleted = true;
  must(world.writer().upsert_namespace(row));
  world.commit();
  Session session = world.session();
  const auto page = must(list_nodes(session, {}));
  EXPECT_EQ(page.items, std::vector<NodeId>{kept});
  EXPECT_EQ(page.total, 1);
  EXPECT_TRUE(must(dataset_detail(session, gone)).deleted);
  EXPECT_EQ(must(list_namespaces(session, {}, std::nullopt)).total, 2);
}

TEST(Catalog, WhatIsUnknownIsNotFound) {
  World world;
  world.commit();
  Session session = world.session();
  EXPECT_FALSE(find_named(session, NodeKind::kJob, "ns", "x"));
  EXPECT_FALSE(find_namespace(session, "x"));
  EXPECT_FALSE(world.service->open({graph::kLatest, Seq{99}}));
}

TEST(Catalog, TheTallyIsBroughtUpAndCountsAnewAfterAMerge) {
  World world;
  const NodeId first = world.dataset("a");
  world.dataset("b");
  world.job("j");
  world.commit();
  const auto count = [&](NodeKind kind) {
    Session session = world.session();
    return must(tally(session))->of(kind);
  };
  EXPECT_EQ(count(NodeKind::kDataset), 2);
  EXPECT_EQ(count(NodeKind::kJob), 1);
  EXPECT_EQ(count(NodeKind::kField), 0);
  const NodeId third = world.dataset("c");
  world.commit();
  EXPECT_EQ(count(NodeKind::kDataset), 3);
  world.merge(third, first);
  world.commit();
  EXPECT_EQ(count(NodeKind::kDataset), 2);
  EXPECT_EQ(count(NodeKind::kJob), 1);
}

TEST(Catalog, CountsThatWereDearAreToldAgainForAWhile) {
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  const KeptStats dear{Seq{10}, {}, 2 * kCheapCount, {}};
  const KeptStats cheap{Seq{10}, {}, milliseconds(1), {}};
  const auto after = [](auto time) { return std::chrono::steady_clock::time_point(time); };
  EXPECT_TRUE(still_good(dear, Seq{12}, {}, after(seconds(29))));
  EXPECT_FALSE(still_good(dear, Seq{12}, {}, after(seconds(30))));
  EXPECT_FALSE(still_good(dear, Seq{12}, Seq{11}, after(seconds(1))));
  EXPECT_FALSE(still_good(cheap, Seq{12}, {}, after(milliseconds(1))));
  EXPECT_TRUE(still_good(cheap, Seq{10}, Seq{10}, after(seconds(100))));
  EXPECT_FALSE(
      still_good(dear, Seq{9}, {}, after(seconds(1))));  // of a version after the question's
}

}  // namespace
}  // namespace headwater::query
