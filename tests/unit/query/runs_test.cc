#include "query/runs.h"

#include "query/events.h"
#include "query/evidence.h"
#include "tests/unit/query/world.h"

namespace headwater::query {
namespace {

using storage::RunState;

// One event of a run: its record, and the observation that leads from the run to it.
Seq event(World& world, const storage::RunInfo& run, Micros time, const std::string& body) {
  world.observe(run.job, time, run.id);
  return world.commit(body, time);
}

TEST(Runs, FacetsReplaceEachOtherByTimeNotByArrival) {
  World world;
  const NodeId job = world.job("j");
  const auto run = world.run("r", job, RunState::kCompleted, 10, 20);
  event(world, run, 20,
        R"({"run":{"facets":{"a":{"v":"late"}}},"job":{"facets":{"sql":{"q":2}}}})");
  event(world, run, 10, R"({"run":{"facets":{"a":{"v":"early"},"b":{"n":9007199254740993}}}})");
  Session session = world.session();
  const RunDetail detail = must(run_detail(session, must(find_run(session, "r"))));
  EXPECT_EQ(facet_named(detail.facets, "a"), R"({"v":"late"})");
  EXPECT_EQ(facet_named(detail.facets, "b"), R"({"n":9007199254740993})");
  EXPECT_EQ(facet_named(must(job_facets_of_run(session, run)), "sql"), R"({"q":2})");
}

TEST(Runs, InputsAddUpAndCarryTheirFacets) {
  World world;
  const NodeId job = world.job("j"), in = world.dataset("in");
  world.attribute(in, "schema", R"({"fields":[{"name":"x"}]})", 0);
  const auto run = world.run("r", job, RunState::kCompleted, 10, 20);
  event(world, run, 10,
        R"({"inputs":[{"namespace":"ns","name":"in","inputFacets":{"f":{"r":1}}}]})");
  event(world, run, 20,
        R"({"inputs":[{"namespace":"x","name":"far"}],)"
        R"("outputs":[{"namespace":"ns","name":"out","outputFacets":{"s":{"rows":5}}}]})");
  Session session = world.session();
  const RunDetail detail = must(run_detail(session, run));
  ASSERT_EQ(detail.inputs.size(), 2u);
  EXPECT_EQ(facet_named(detail.inputs[0].facets, "f"), R"({"r":1})");
  EXPECT_TRUE(detail.inputs[0].version.version);
  EXPECT_FALSE(detail.inputs[1].version.version);
  ASSERT_EQ(detail.outputs.size(), 1u);
  EXPECT_EQ(facet_named(detail.outputs[0].facets, "s"), R"({"rows":5})");
  EXPECT_EQ(detail.job_version.name.name, "j");
}

TEST(Runs, CompleteSnapshotReplacesInsteadOfAdding) {
  World world;
  const NodeId job = world.job("j");
  const auto run = world.run("r", job, RunState::kCompleted, 10, 20);
  event(world, run, 10, R"({"inputs":[{"namespace":"ns","name":"a"}]})");
  event(world, run, 20,
        R"({"job":{"facets":{"jobType":{"emissionPattern":{"eventContentMode":)"
        R"("COMPLETE_SNAPSHOT"}}}},"inputs":[{"namespace":"ns","name":"b"}]})");
  Session session = world.session();
  const RunDetail detail = must(run_detail(session, run));
  ASSERT_EQ(detail.inputs.size(), 1u);
  EXPECT_EQ(detail.inputs[0].version.name.name, "b");
}

TEST(Runs, NewestOnesAreKeptForTheSession) {
  World world;
  const NodeId job = world.job("j");
  for (int i = 1; i <= 5; ++i) {
    world.run("r" + std::to_string(i), job, RunState::kCompleted, i * 10, i * 10 + 1);
  }
  world.commit();
  Session session = world.session();
  const auto ids = [&](std::size_t limit) {
    std::vector<std::string> out;
    for (const auto& run : must(newest_runs(session, job, limit))) out.push_back(run.run_id);
    return out;
  };
  EXPECT_EQ(ids(1), (std::vector<std::string>{"r5"}));
  EXPECT_EQ(ids(3), (std::vector<std::string>{"r5", "r4", "r3"}));
  EXPECT_EQ(ids(2), (std::vector<std::string>{"r5", "r4"}));
  EXPECT_EQ(ids(8).size(), 5u);
  EXPECT_EQ(must(newest_runs(session, world.dataset("none"), 8)).size(), 0u);
}

TEST(Runs, ParentAndDurationAreKnown) {
  World world;
  const NodeId job = world.job("j");
  const auto parent = world.run("p", job, RunState::kUnknown, model::kOpenEnd);
  auto child = world.run("c", job, RunState::kCompleted, 1'000'000, 3'500'000);
  child.parent = parent.id;
  must(world.writer().upsert_run(child));
  world.commit("{}", 42);
  Session session = world.session();
  const RunDetail detail = must(run_detail(session, must(find_run(session, "c"))));
  EXPECT_EQ(detail.parent_run_id, "p");
  EXPECT_EQ(detail.duration_ms, 2500);
  EXPECT_EQ(must(run_detail(session, must(find_run(session, "p")))).created_at, 42);
  EXPECT_EQ(must(latest_run(session, job))->run_id, "c");
}

TEST(Runs, OfOneIdTheOneThatSentEventsIsMeant) {
  World world;
  const NodeId a = world.job("a"), b = world.job("b");
  world.run("r", a, RunState::kUnknown, 1);
  world.run("r", b, RunState::kRunning, 2);
  world.commit();
  Session session = world.session();
  EXPECT_EQ(must(find_run(session, "r")).job, b);
  const auto none = find_run(session, "x");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, base::ErrorCode::kNotFound);
}

TEST(Runs, PagesGoOnAfterThePosition) {
  World world;
  const NodeId job = world.job("j");
  for (int i = 0; i < 5; ++i) {
    world.run("r" + std::to_string(i), job, RunState::kCompleted, i, i + 1);
  }
  world.commit();
  Session session = world.session();
  const auto first = must(runs_of_job(session, job, std::nullopt, 2));
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0].run_id, "r4");
  const auto rest =
      must(runs_of_job(session, job, std::pair{first[1].first_time, first[1].id}, 10));
  EXPECT_EQ(rest.size(), 3u);
}

TEST(Events, ComeByTimeInPages) {
  World world;
  for (int i = 0; i < 5; ++i) world.commit("{\"i\":" + std::to_string(i) + "}", 10 * i);
  Session session = world.session();
  EventListQuery query;
  query.page.limit = 2;
  const auto first = must(list_events(session, query));
  EXPECT_EQ(first.total, 5);
  ASSERT_EQ(first.items.size(), 2u);
  EXPECT_EQ(first.items[0].body, "{\"i\":4}");
  query.after = first.next;
  query.page.limit = 10;
  const auto rest = must(list_events(session, query));
  EXPECT_EQ(rest.items.size(), 3u);
  EXPECT_FALSE(rest.next);
  query = {};
  query.from = 10;
  query.to = 30;
  query.descending = false;
  const auto between = must(list_events(session, query));
  ASSERT_EQ(between.items.size(), 2u);
  EXPECT_EQ(between.items[0].event_time, 10);
  EXPECT_EQ(between.total, 2);
}

TEST(Events, QuarantineIsListedNewestFirst) {
  World world;
  for (int i = 0; i < 3; ++i) {
    must(world.writer().insert_quarantine({world.next_seq(), "why", "/job", "p", Seq{}}));
    world.commit("{}", 5, storage::RecordKind::kQuarantined);
  }
  Session session = world.session();
  const auto page = must(list_quarantine(session, {2, 0}, std::nullopt));
  EXPECT_EQ(page.total, 3);
  ASSERT_EQ(page.items.size(), 2u);
  EXPECT_EQ(page.items[0].row.seq.value, 3u);
  const auto rest = must(list_quarantine(session, {2, 0}, page.next));
  ASSERT_EQ(rest.items.size(), 1u);
  EXPECT_FALSE(quarantined(session, Seq{9}));
  EXPECT_EQ(must(stats(session)).quarantined, 3);
}

TEST(Evidence, CountsRunsThatShowTheEdgeWhileItHeld) {
  World world;
  const NodeId in = world.dataset("in"), job = world.job("j");
  model::EdgeSet set;
  set.entries.push_back({{model::EdgeKind::kReads, in, job, {}, {}}, {}});
  const model::EdgeSetId shown = world.edge_set(set);
  must(world.writer().insert_producer(model::ProducerId{1}, "airflow"));
  const model::EdgeId first = world.reads(job, in, 10, 20);
  world.reads(job, in, 30);
  for (const Micros time : {Micros{10}, Micros{15}, Micros{25}, Micros{30}}) {
    const auto run = world.run("r" + std::to_string(time), job, RunState::kCompleted, time);
    storage::ObservationRow row;
    row.owner = job;
    row.time = time;
    row.seq = world.next_seq();
    row.run = run.id;
    row.edge_set = shown;
    row.producer = model::ProducerId{1};
    must(world.writer().insert_observation(row));
  }
  world.commit();
  Session session = world.session();
  const auto edges = must(edge_history(session, in, job));
  ASSERT_EQ(edges.size(), 2u);
  EXPECT_TRUE(edges[0].current);
  EXPECT_EQ(edges[0].evidence.count, 1);
  EXPECT_FALSE(edges[1].current);
  EXPECT_EQ(edges[1].evidence.count, 2);
  EXPECT_EQ(edges[1].evidence.first_seen, 10);
  EXPECT_EQ(edges[1].evidence.last_seen, 15);
  EXPECT_EQ(edges[1].evidence.runs, (std::vector<std::string>{"r15", "r10"}));
  EXPECT_EQ(edges[1].evidence.producers, std::vector<std::string>{"airflow"});
  EXPECT_TRUE(first);
  EXPECT_TRUE(must(edge_history(session, job, in)).empty());
}

}  // namespace
}  // namespace headwater::query
