#include "query/impact.h"

#include <map>

#include "tests/unit/query/world.h"

namespace headwater::query {
namespace {

// src -> a -> t -> b -> u;  a2 also writes t; c reads u
struct Chain : World {
  NodeId src = dataset("src"), t = dataset("t"), u = dataset("u");
  NodeId a = job("a"), a2 = job("a2"), b = job("b"), c = job("c");
  Chain() {
    reads(a, src);
    writes(a, t);
    writes(a2, t);
    reads(b, t);
    writes(b, u);
    reads(c, u);
    commit();
  }
  Impact ask(std::vector<Change> changes, std::uint32_t depth = UINT32_MAX) {
    const Session now = session();
    ImpactRequest request;
    request.changes = std::move(changes);
    request.depth = depth;
    return must(Impact::of(now.graph(), request));
  }
};

std::map<std::uint32_t, std::string> rules(const Impact& impact) {
  std::map<std::uint32_t, std::string> out;
  for (const Affected& affected : impact.affected()) {
    out[affected.node.value] = std::string(affected.rule);
  }
  return out;
}

TEST(Impact, DataChangeRecomputesEverythingDownstream) {
  Chain chain;
  const Impact impact = chain.ask({{ChangeKind::kData, chain.src}});
  EXPECT_EQ(impact.affected().size(), 5u);
  EXPECT_EQ(impact.summary().recompute, 5u);
  EXPECT_EQ(impact.summary().jobs, 3u);
  EXPECT_EQ(impact.summary().datasets, 2u);
  EXPECT_EQ(impact.affected().front().node, chain.t.value < chain.a.value ? chain.t : chain.a);
  EXPECT_FALSE(rules(impact).contains(chain.a2.value));
}

TEST(Impact, CodeChangeNamesOutputsApart) {
  Chain chain;
  const auto found = rules(chain.ask({{ChangeKind::kCode, chain.a}}));
  EXPECT_EQ(found.at(chain.t.value), "code.output");
  EXPECT_EQ(found.at(chain.u.value), "code.downstream");
  EXPECT_FALSE(found.contains(chain.a.value));
}

TEST(Impact, RetiredJobDegradesAndKnowsOtherWriters) {
  Chain chain;
  auto found = rules(chain.ask({{ChangeKind::kJobRetired, chain.a}}));
  EXPECT_EQ(found.at(chain.t.value), "job_retired.other_writer");
  EXPECT_EQ(found.at(chain.b.value), "job_retired.downstream");
  found = rules(chain.ask({{ChangeKind::kJobRetired, chain.b}}));
  EXPECT_EQ(found.at(chain.u.value), "job_retired.sole_writer");
  found =
      rules(chain.ask({{ChangeKind::kJobRetired, chain.a}, {ChangeKind::kJobRetired, chain.a2}}));
  EXPECT_EQ(found.at(chain.t.value), "job_retired.sole_writer");
}

TEST(Impact, DeletedDatasetBreaksItsReadersAndDegradesTheRest) {
  Chain chain;
  const Impact impact = chain.ask({{ChangeKind::kDatasetDeleted, chain.t}});
  const auto found = rules(impact);
  EXPECT_EQ(found.at(chain.b.value), "dataset_deleted.reader");
  EXPECT_EQ(found.at(chain.u.value), "dataset_deleted.downstream");
  EXPECT_EQ(found.at(chain.c.value), "dataset_deleted.downstream");
  EXPECT_EQ(impact.summary().breaking, 1u);
  EXPECT_EQ(impact.summary().degraded, 2u);
}

TEST(Impact, GravestSeverityWins) {
  Chain chain;
  const Impact impact =
      chain.ask({{ChangeKind::kData, chain.src}, {ChangeKind::kDatasetDeleted, chain.u}});
  const auto found = rules(impact);
  EXPECT_EQ(found.at(chain.c.value), "dataset_deleted.reader");
  EXPECT_EQ(found.at(chain.b.value), "data.downstream");
  EXPECT_FALSE(found.contains(chain.u.value));
}

TEST(Impact, PathLeadsFromTheChangeToTheNode) {
  Chain chain;
  const Session session = chain.session();
  ImpactRequest request;
  request.changes = {{ChangeKind::kData, chain.src}};
  const Impact impact = must(Impact::of(session.graph(), request));
  for (const Affected& affected : impact.affected()) {
    const auto path = impact.path(session.graph(), affected);
    ASSERT_FALSE(path.empty());
    EXPECT_EQ(session.graph().edge(path.front()).src, chain.src);
    EXPECT_EQ(session.graph().edge(path.back()).dst, affected.node);
    for (std::size_t i = 1; i < path.size(); ++i) {
      EXPECT_EQ(session.graph().edge(path[i - 1]).dst, session.graph().edge(path[i]).src);
    }
  }
}

TEST(Impact, DepthCutsAndSaysSo) {
  Chain chain;
  const Impact impact = chain.ask({{ChangeKind::kData, chain.src}}, 1);
  EXPECT_EQ(impact.affected().size(), 2u);
  EXPECT_EQ(impact.cut().reason, graph::CutReason::kMaxDistance);
  EXPECT_EQ(impact.cut().limit, 1u);
}

TEST(Impact, ChangeOfTheWrongKindIsRefused) {
  Chain chain;
  const Session session = chain.session();
  ImpactRequest request;
  request.changes = {{ChangeKind::kCode, chain.t}};
  const auto impact = Impact::of(session.graph(), request);
  ASSERT_FALSE(impact);
  EXPECT_EQ(impact.error().code, base::ErrorCode::kInvalidArgument);
}

TEST(Impact, CycleDoesNotListTheChangedNode) {
  World world;
  const NodeId table = world.dataset("t"), job = world.job("j");
  world.reads(job, table);
  world.writes(job, table);
  world.commit();
  const Session session = world.session();
  ImpactRequest request;
  request.changes = {{ChangeKind::kData, table}};
  const Impact impact = must(Impact::of(session.graph(), request));
  ASSERT_EQ(impact.affected().size(), 1u);
  EXPECT_EQ(impact.affected()[0].node, job);
}

TEST(Impact, NamesOfKindsAreReadBack) {
  for (const auto kind : {ChangeKind::kData, ChangeKind::kCode, ChangeKind::kJobRetired,
                          ChangeKind::kDatasetDeleted}) {
    EXPECT_EQ(change_kind(to_string(kind)), kind);
  }
  EXPECT_FALSE(change_kind("DATA"));
}

}  // namespace
}  // namespace headwater::query
