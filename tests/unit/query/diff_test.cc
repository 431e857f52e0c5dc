#include "query/diff.h"

#include <map>
#include <random>

#include "tests/support/diff_model.h"
#include "tests/unit/query/world.h"

namespace headwater::query {
namespace {

using tests::NaiveDiff;

std::string schema(const std::string& fields) { return R"({"fields":[)" + fields + "]}"; }
std::string field(const std::string& name, const std::string& type, const std::string& about = "") {
  return R"({"name":")" + name + R"(","type":")" + type + R"(","description":")" + about + R"("})";
}

Diff ask(World& world, Micros from, Micros to, std::optional<NodeId> root = {}) {
  Session session = world.session({to, model::kNeverSeq});
  DiffRequest request;
  request.from = from;
  request.root = root;
  return must(diff(session, request));
}

// The kinds, in the order of time.
std::string kinds(const Diff& diff) {
  std::string out;
  for (const DiffChange& change : diff.changes) {
    out += (out.empty() ? "" : " ") + std::string(to_string(change.kind)) + "@" +
           std::to_string(change.at);
  }
  return out;
}

TEST(Diff, EdgeThatWentAndCameBackIsNoChange) {
  World world;
  const NodeId d = world.dataset("d"), j = world.job("j");
  world.reads(j, d, 0, 10);
  world.reads(j, d, 20);
  world.commit();
  EXPECT_EQ(kinds(ask(world, 5, 30)), "");
  EXPECT_EQ(kinds(ask(world, 5, 15)), "edge_removed@10");
  EXPECT_EQ(kinds(ask(world, 15, 30)), "edge_added@20");
  EXPECT_EQ(kinds(ask(world, 15, graph::kLatest)), "edge_added@20");
}

TEST(Diff, VersionsOneAfterTheOtherAreOneEdge) {
  World world;
  const NodeId d = world.dataset("d"), j = world.job("j");
  world.reads(j, d, 10, 20);
  world.reads(j, d, 20, 30);
  world.commit();
  EXPECT_EQ(kinds(ask(world, 5, 25)), "edge_added@10");
  EXPECT_EQ(kinds(ask(world, 15, 40)), "edge_removed@30");
  EXPECT_EQ(kinds(ask(world, 15, 25)), "");
}

TEST(Diff, OnlyPathsAndTypesAreTheSchema) {
  World world;
  const NodeId d = world.dataset("d");
  world.attribute(d, "schema", schema(field("a", "INT") + "," + field("b", "INT")), 0, 10);
  world.attribute(d, "schema", schema(field("b", "INT", "x") + "," + field("a", "INT")), 10, 20);
  world.attribute(d, "schema", schema(field("a", "TEXT") + "," + field("c", "INT")), 20, 30);
  world.attribute(d, "schema", schema(field("a", "TEXT", "y") + "," + field("c", "INT")), 30);
  world.commit();
  EXPECT_EQ(kinds(ask(world, 5, 15)), "");
  const Diff found = ask(world, 5, graph::kLatest);
  ASSERT_EQ(kinds(found), "schema_changed@20");
  Session session = world.session();
  const DiffDetail detail = must(diff_detail(session, 5, found.changes[0]));
  ASSERT_EQ(detail.added.size(), 1u);
  EXPECT_EQ(detail.added[0].name, "c");
  EXPECT_EQ(detail.added[0].to, "INT");
  ASSERT_EQ(detail.removed.size(), 1u);
  EXPECT_EQ(detail.removed[0].name, "b");
  ASSERT_EQ(detail.retyped.size(), 1u);
  EXPECT_EQ(detail.retyped[0].from, "INT");
  EXPECT_EQ(detail.retyped[0].to, "TEXT");
  EXPECT_NE(detail.before, detail.after);
}

TEST(Diff, CommentIsNoCodeChange) {
  World world;
  const NodeId j = world.job("j");
  world.attribute(j, "$code", R"({"semantic":"sql:1","method":"sql"})", 0, 20);
  world.attribute(j, "$code", R"({"semantic":"sql:2","method":"sql"})", 20);
  world.attribute(j, "sql", R"({"query":"select 1"})", 0, 10);
  world.attribute(j, "sql", R"({"query":"select 1 -- one"})", 10, 20);
  world.attribute(j, "sql", R"({"query":"select 2"})", 20);
  world.commit();
  EXPECT_EQ(kinds(ask(world, 5, 15)), "");
  const Diff found = ask(world, 5, 25);
  ASSERT_EQ(kinds(found), "code_changed@20");
  Session session = world.session({25, model::kNeverSeq});
  const DiffDetail detail = must(diff_detail(session, 5, found.changes[0]));
  EXPECT_EQ(detail.before, "sql:1");
  EXPECT_EQ(detail.after, "sql:2");
  EXPECT_TRUE(detail.sql);
  EXPECT_EQ(detail.evidence.facets, std::vector<std::string>{"sql"});
}

TEST(Diff, OwnersTagsAndDescriptionsAreCompared) {
  World world;
  const NodeId d = world.dataset("d");
  world.attribute(d, "ownership", R"({"owners":[{"name":"ann"},{"name":"bob"}]})", 0, 10);
  world.attribute(d, "ownership", R"({"owners":[{"name":"bob"},{"name":"cid"}]})", 10);
  world.attribute(d, "tags", R"({"tags":[{"key":"pii","value":"true","field":"a"}]})", 11);
  world.attribute(d, "documentation", R"({"description":""})", 0, 12);
  world.attribute(d, "documentation", R"({"description":"what it is"})", 12);
  world.commit();
  const Diff found = ask(world, 5, graph::kLatest);
  ASSERT_EQ(kinds(found), "owners_changed@10 tags_changed@11 description_changed@12");
  Session session = world.session();
  const DiffDetail owners = must(diff_detail(session, 5, found.changes[0]));
  EXPECT_EQ(owners.added.at(0).to, "cid");
  EXPECT_EQ(owners.removed.at(0).from, "ann");
  const DiffDetail tags = must(diff_detail(session, 5, found.changes[1]));
  EXPECT_EQ(tags.added.at(0).name, "a");
  EXPECT_EQ(tags.added.at(0).to, "pii");
  EXPECT_TRUE(tags.removed.empty());
  const DiffDetail text = must(diff_detail(session, 5, found.changes[2]));
  EXPECT_EQ(text.before, std::nullopt);
  EXPECT_EQ(text.after, "what it is");
}

TEST(Diff, NodesComeAndGoWithTheirNeighbourhood) {
  World world;
  const NodeId a = world.dataset("a"), b = world.dataset("b"), c = world.dataset("c");
  const NodeId j = world.job("j");
  world.reads(j, a, 0);
  world.writes(j, b, 0, 10);
  world.writes(j, c, 20);
  world.commit();
  const Diff found = ask(world, 5, 30, a);
  EXPECT_EQ(kinds(found), "node_removed@10 edge_removed@10 node_added@20 edge_added@20");
  EXPECT_EQ(found.changes[0].node, b);
  EXPECT_TRUE(found.changes[0].edge);
  EXPECT_EQ(found.changes[2].node, c);
  EXPECT_TRUE(found.cut.reason == graph::CutReason::kNone);
  // All of them are there all the time.
  EXPECT_EQ(kinds(ask(world, 5, 30)), "edge_removed@10 edge_added@20");
}

TEST(Diff, EvidenceIsWhatSaidSoAtThatMoment) {
  World world;
  const NodeId d = world.dataset("d"), j = world.job("j");
  const auto run = world.run("r1", j, storage::RunState::kCompleted, 10, 10);
  const auto other = world.run("r2", j, storage::RunState::kCompleted, 20, 20);
  model::EdgeSet set;
  set.entries.push_back({{model::EdgeKind::kReads, d, j, {}, {}}, {}});
  world.reads(j, d, 10, 20);
  world.observe(j, 10, run.id, world.edge_set(set));
  const Seq first = world.commit();
  world.observe(j, 20, other.id);
  const Seq second = world.commit();
  Session early = world.session({15, model::kNeverSeq});
  const DiffDetail came = must(diff_detail(early, 5, ask(world, 5, 15).changes.at(0)));
  EXPECT_EQ(came.evidence.seqs, std::vector<Seq>{first});
  EXPECT_EQ(came.evidence.runs, std::vector<std::string>{"r1"});
  EXPECT_EQ(came.evidence.facets.size(), 1u);
  Session late = world.session({25, model::kNeverSeq});
  const DiffDetail went = must(diff_detail(late, 15, ask(world, 15, 25).changes.at(0)));
  EXPECT_EQ(went.evidence.seqs, std::vector<Seq>{second});
  EXPECT_EQ(went.evidence.runs, std::vector<std::string>{"r2"});
}

TEST(Diff, MostChangesKeepsTheEarliestAndCountsAll) {
  World world;
  const NodeId d = world.dataset("d");
  for (int i = 0; i < 50; ++i) world.reads(world.job("j" + std::to_string(i)), d, 100 - i);
  world.commit();
  Session session = world.session();
  DiffRequest request;
  request.from = 1;
  request.max_changes = 5;
  const Diff found = must(diff(session, request));
  EXPECT_EQ(found.changes.size(), 5u);
  EXPECT_EQ(found.changes.front().at, 51);
  EXPECT_EQ(found.changes.back().at, 55);
  EXPECT_EQ(found.counts[static_cast<std::size_t>(DiffKind::kEdgeAdded)], 50u);
  EXPECT_EQ(found.cut.reason, graph::CutReason::kMaxChanges);
  EXPECT_EQ(found.cut.limit, 5u);
  EXPECT_EQ(found.cut.frontier, 45u);
}

TEST(Diff, StopsWhenCancelledAndSaysSo) {
  World world;
  const NodeId d = world.dataset("d");
  for (int i = 0; i < 600; ++i) world.reads(world.job("j" + std::to_string(i)), d, 10);
  world.commit();
  Session session = world.session();
  DiffRequest request;
  request.from = 1;
  request.cancelled = [] { return true; };
  EXPECT_EQ(must(diff(session, request)).cut.reason, graph::CutReason::kCancelled);
}

// ---- against the naive one
// ------------------------------------------------------------------------

struct RandomWorld : World {
  explicit RandomWorld(std::uint64_t seed) : random(seed) {
    for (int i = 0; i < 8; ++i) datasets.push_back(dataset("d" + std::to_string(i)));
    for (int i = 0; i < 6; ++i) jobs.push_back(job("j" + std::to_string(i)));
    for (const NodeId d : datasets) {
      for (const char* name : {"a", "b"}) fields.push_back(field(d, name));
    }
    for (int record = 0; record < 3; ++record) {
      for (int i = 0; i < 12; ++i) add_edge();
      for (int i = 0; i < 10; ++i) add_attribute();
      commit();
    }
  }
  int below(int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); }
  NodeId any(const std::vector<NodeId>& from) {
    return from[static_cast<std::size_t>(below(static_cast<int>(from.size())))];
  }
  std::pair<Micros, Micros> interval() {
    const Micros from = below(20), to = from + below(12);
    return {from, below(3) == 0 ? model::kOpenEnd : to};
  }
  void add_edge() {
    const auto [from, to] = interval();
    const NodeId j = any(jobs), d = any(datasets);
    switch (below(8)) {
      case 0: edge(j, d, model::EdgeKind::kWritesScoped, j, from, to); break;
      case 1: edge(any(datasets), d, model::EdgeKind::kFlow, j, from, to, j); break;
      case 2: edge(any(jobs), j, model::EdgeKind::kParent, j, from, to); break;
      case 3: edge(any(fields), any(fields), model::EdgeKind::kColumnDirect, j, from, to, j); break;
      case 4:
      case 5: writes(j, d, from, to); break;
      default: reads(j, d, from, to);
    }
  }
  void add_attribute() {
    const auto [from, to] = interval();
    if (from == to) return;
    const bool job = below(2) == 0;
    const NodeId node = job ? any(jobs) : any(datasets);
    const std::string n = std::to_string(below(2));
    switch (below(5)) {
      case 0:
        attribute(node, job ? "$code" : "schema",
                  job ? R"({"semantic":"sql:)" + n + R"("})"
                      : schema(query::field("a", n, std::to_string(below(9)))),
                  from, to);
        break;
      case 1:
        attribute(node, "ownership", R"({"owners":[{"name":")" + n + R"("}]})", from, to);
        break;
      case 2:
        attribute(node, "tags", R"({"tags":[{"key":")" + n + R"(","value":"x"}]})", from, to);
        break;
      case 3:
        attribute(node, "documentation", R"({"description":")" + n + R"("})", from, to);
        break;
      default: attribute(node, "$state", below(2) == 0 ? R"("DROP")" : R"("CREATE")", from, to);
    }
  }
  std::mt19937_64 random;
  std::vector<NodeId> datasets, jobs, fields;
};

std::size_t compare(Session& before, Session& after, const DiffRequest& request,
                    std::uint64_t seed) {
  NaiveDiff naive(before, after);
  const auto real = naive.real(must(diff(after, request)));
  const auto expected =
      request.root ? naive.around(*request.root, request.depth, request.sides) : naive.everything();
  EXPECT_EQ(real, expected) << "seed " << seed << " from " << request.from << " to "
                            << after.moment().as_of << "\nfound:" << NaiveDiff::text(after, real)
                            << "\nexpected:" << NaiveDiff::text(after, expected);
  return expected.size();
}

TEST(Diff, EqualsTwoReadingsOfRandomWorlds) {
  std::size_t all = 0, around = 0;
  for (std::uint64_t seed = 1; seed <= 40 && !::testing::Test::HasFailure(); ++seed) {
    RandomWorld world(seed);
    for (int i = 0; i < 6 && !::testing::Test::HasFailure(); ++i) {
      const Micros from = world.below(25);
      const Micros to = world.below(4) == 0 ? graph::kLatest : from + world.below(20);
      const Seq known_at{1 + static_cast<std::uint64_t>(world.below(3))};
      Session before = world.session({from, known_at}), after = world.session({to, known_at});
      DiffRequest request;
      request.from = from;
      all += compare(before, after, request, seed);
      request.root = world.below(2) == 0 ? world.any(world.datasets) : world.any(world.jobs);
      request.depth = static_cast<std::uint32_t>(world.below(4));
      request.sides = static_cast<Sides>(world.below(3));
      around += compare(before, after, request, seed);
    }
  }
  EXPECT_GT(all, 2000u);
  EXPECT_GT(around, 500u);
}

// ---- the picture
// ----------------------------------------------------------------------------------

TEST(Picture, ComparesTwoMoments) {
  World world;
  const NodeId a = world.dataset("a"), b = world.dataset("b"), c = world.dataset("c");
  const NodeId j = world.job("j");
  world.reads(j, a, 0);
  world.writes(j, b, 0, 10);
  world.writes(j, c, 20);
  world.attribute(j, "$code", R"({"semantic":"1"})", 0, 15);
  world.attribute(j, "$code", R"({"semantic":"2"})", 15);
  world.commit();
  Session session = world.session();
  PictureRequest request;
  request.lineage.root = a;
  request.compare_to = 5;
  const Picture shown = must(picture(session, request));
  std::map<std::uint32_t, PictureChange> changes;
  for (const PictureNode& node : shown.nodes) changes[node.summary.node.value] = node.change;
  EXPECT_EQ(changes, (std::map<std::uint32_t, PictureChange>{{a.value, PictureChange::kNone},
                                                             {b.value, PictureChange::kRemoved},
                                                             {c.value, PictureChange::kAdded},
                                                             {j.value, PictureChange::kChanged}}));
  ASSERT_EQ(shown.edges.size(), 3u);
  ASSERT_EQ(shown.edge_changes.size(), 3u);
  std::map<std::uint32_t, PictureChange> edges;
  for (std::size_t i = 0; i < 3; ++i) {
    edges[shown.edges[i].source == a ? a.value : shown.edges[i].target.value] =
        shown.edge_changes[i];
  }
  EXPECT_EQ(edges[a.value], PictureChange::kNone);
  EXPECT_EQ(edges[b.value], PictureChange::kRemoved);
  EXPECT_EQ(edges[c.value], PictureChange::kAdded);
  request.compare_to.reset();
  const Picture plain = must(picture(session, request));
  EXPECT_EQ(plain.nodes.size(), 3u);
  EXPECT_TRUE(plain.edge_changes.empty());
}

}  // namespace
}  // namespace headwater::query
