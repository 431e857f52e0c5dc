#include "query/impact.h"

#include <map>
#include <optional>

#include "tests/unit/query/world.h"

namespace headwater::query {
namespace {

Change on(NodeId dataset, ChangeKind kind, std::string column = {}) {
  return {kind, dataset, std::move(column), {}, {}};
}

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
    Session now = session();
    ImpactRequest request;
    request.changes = std::move(changes);
    request.depth = depth;
    return must(Impact::of(now, request));
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
  Session session = chain.session();
  ImpactRequest request;
  request.changes = {{ChangeKind::kData, chain.src}};
  const Impact impact = must(Impact::of(session, request));
  for (const Affected& affected : impact.affected()) {
    const std::vector<ImpactStep> path = impact.trace(session.graph(), affected).steps;
    ASSERT_FALSE(path.empty());
    EXPECT_EQ(session.graph().edge(path.front().edge).src, chain.src);
    EXPECT_EQ(path.back().to, affected.node);
    for (std::size_t i = 1; i < path.size(); ++i) {
      EXPECT_EQ(path[i - 1].to, session.graph().edge(path[i].edge).src);
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
  Session session = chain.session();
  ImpactRequest request;
  request.changes = {{ChangeKind::kCode, chain.t}};
  const auto impact = Impact::of(session, request);
  ASSERT_FALSE(impact);
  EXPECT_EQ(impact.error().code, base::ErrorCode::kInvalidArgument);
}

TEST(Impact, CycleDoesNotListTheChangedNode) {
  World world;
  const NodeId table = world.dataset("t"), job = world.job("j");
  world.reads(job, table);
  world.writes(job, table);
  world.commit();
  Session session = world.session();
  ImpactRequest request;
  request.changes = {{ChangeKind::kData, table}};
  const Impact impact = must(Impact::of(session, request));
  ASSERT_EQ(impact.affected().size(), 1u);
  EXPECT_EQ(impact.affected()[0].node, job);
}

TEST(Impact, NamesOfKindsAreReadBack) {
  for (auto kind = ChangeKind::kData; kind <= ChangeKind::kColumnAdded;
       kind = static_cast<ChangeKind>(static_cast<int>(kind) + 1)) {
    EXPECT_EQ(change_kind(to_string(kind)), kind);
  }
  EXPECT_FALSE(change_kind("DATA"));
}

TEST(Impact, ALateDatasetDelaysWhatReadsItAndEverythingBehind) {
  Chain chain;
  const auto found = rules(chain.ask({on(chain.src, ChangeKind::kDatasetLate)}));
  EXPECT_EQ(found.at(chain.a.value), "dataset_late.reader");
  EXPECT_EQ(found.at(chain.t.value), "dataset_late.downstream");
  EXPECT_EQ(found.at(chain.c.value), "dataset_late.downstream");
}

// ---- columns ----------------------------------------------------------------------------------

// src{id, amount, note} -> load -> orders{id, total, kind}  (id as it is, total computed of amount;
//   filtered by note), orders -> report -> sums{all of total}, orders -> dump -> file (says
//   nothing)
struct Columns : World {
  NodeId src = dataset("src"), orders = dataset("orders"), sums = dataset("sums");
  NodeId file = dataset("file");
  NodeId load = job("load"), report = job("report"), dump = job("dump");
  NodeId id = field(src, "id"), amount = field(src, "amount"), note = field(src, "note");
  NodeId order_id = field(orders, "id"), total = field(orders, "total");
  NodeId all = field(sums, "all");
  model::TransformationId same = transformation("DIRECT", "IDENTITY");
  model::TransformationId computed = transformation("DIRECT", "TRANSFORMATION");
  model::TransformationId filter = transformation("INDIRECT", "FILTER");
  model::TransformationId grouping = transformation("INDIRECT", "GROUP_BY");
  Columns() {
    reads(load, src);
    writes(load, orders);
    reads(report, orders);
    writes(report, sums);
    reads(dump, orders);
    writes(dump, file);
    direct(id, order_id, load, same);
    direct(amount, total, load, computed);
    indirect(note, orders, load, filter);
    direct(total, all, report, computed);
    const char* schema = R"({"fields":[{"name":"id"},{"name":"total"},{"name":"kind"}]})";
    attribute(orders, "schema", schema);
    commit();
  }
  // "name" -> "rule", with "?" before it if assumed.
  std::map<std::string, std::string> ask(std::vector<Change> changes,
                                         std::uint32_t depth = UINT32_MAX) {
    now.emplace(session());
    ImpactRequest request;
    request.changes = std::move(changes);
    request.depth = depth;
    impact.emplace(must(Impact::of(*now, request)));
    std::map<std::string, std::string> out;
    for (const Affected& affected : impact->affected()) {
      out[std::string(now->graph().node(affected.node).name)] =
          (affected.assumed ? "?" : "") + std::string(affected.rule);
    }
    return out;
  }
  const Affected& of(NodeId node) const {
    for (const Affected& affected : impact->affected()) {
      if (affected.node == node) return affected;
    }
    throw std::runtime_error("not affected");
  }
  std::vector<std::string> columns(NodeId dataset) { return must(impact->columns(*now, dataset)); }
  std::string path(NodeId node) const {
    std::string out;
    for (const ImpactStep& step : impact->trace(now->graph(), of(node)).steps) {
      out += (out.empty() ? "" : " ") + (step.assumed ? "?" : std::string()) +
             std::string(now->graph().node(step.to).name);
    }
    return out;
  }
  std::optional<Session> now;
  std::optional<Impact> impact;
};

using Found = std::map<std::string, std::string>;
using Names = std::vector<std::string>;

TEST(ImpactOfColumns, ADroppedColumnBreaksItsReadersAndDegradesWhatComesOfIt) {
  Columns world;
  EXPECT_EQ(world.ask({on(world.src, ChangeKind::kColumnDropped, "amount")}),
            (Found{{"load", "column_dropped.reader"},
                   {"orders", "column_dropped.downstream"},
                   {"report", "column_dropped.downstream"},
                   {"sums", "column_dropped.downstream"},
                   {"dump", "?column_dropped.assumed_downstream"},
                   {"file", "?column_dropped.assumed_downstream"}}));
  EXPECT_EQ(world.of(world.load).severity, Severity::kBreaking);
  EXPECT_EQ(world.of(world.load).distance, 1u);
  EXPECT_EQ(world.of(world.orders).distance, 1u);
  EXPECT_EQ(world.of(world.sums).distance, 2u);
  EXPECT_EQ(world.columns(world.orders), (Names{"total"}));
  EXPECT_EQ(world.columns(world.sums), (Names{"all"}));
  EXPECT_EQ(world.path(world.load), "load");
  EXPECT_EQ(world.path(world.sums), "total all");
  EXPECT_EQ(world.path(world.file), "total ?dump ?file");
}

TEST(ImpactOfColumns, ColumnsThatNothingIsMadeOfDoNoHarmBeyondTheirReaders) {
  Columns world;
  EXPECT_EQ(world.ask({on(world.orders, ChangeKind::kColumnDropped, "kind")}),
            (Found{{"dump", "?column_dropped.assumed_reader"},
                   {"file", "?column_dropped.assumed_downstream"}}));
  EXPECT_EQ(world.of(world.dump).severity, Severity::kBreaking);
}

TEST(ImpactOfColumns, AFilterTouchesEveryColumn) {
  Columns world;
  const Found found = world.ask({on(world.src, ChangeKind::kColumnDropped, "note")});
  EXPECT_EQ(found.at("load"), "column_dropped.reader");
  EXPECT_EQ(found.at("sums"), "column_dropped.downstream");
  EXPECT_EQ(world.columns(world.orders), (Names{"id", "kind", "total"}));
}

TEST(ImpactOfColumns, ARenamedColumnIsGoneForItsReaders) {
  Columns world;
  const Found found = world.ask({on(world.src, ChangeKind::kColumnRenamed, "amount")});
  EXPECT_EQ(found.at("load"), "column_renamed.reader");
  EXPECT_EQ(found.at("orders"), "column_renamed.downstream");
  EXPECT_EQ(found.at("dump"), "?column_renamed.assumed_downstream");
}

TEST(ImpactOfColumns, ATypePassesOnByIdentityAndBreaksWhoComputes) {
  Columns world;
  Found found = world.ask({on(world.src, ChangeKind::kColumnRetyped, "amount")});
  EXPECT_EQ(found.at("load"), "column_retyped.computed");
  EXPECT_EQ(world.of(world.load).severity, Severity::kBreaking);
  EXPECT_EQ(found.at("orders"), "column_retyped.downstream");
  EXPECT_EQ(found.at("report"), "column_retyped.downstream");
  found = world.ask({on(world.src, ChangeKind::kColumnRetyped, "id")});
  EXPECT_EQ(found.at("load"), "column_retyped.passed_on");
  EXPECT_EQ(world.of(world.load).severity, Severity::kDegraded);
  EXPECT_EQ(found.at("orders"), "column_retyped.passed_on");
  EXPECT_FALSE(found.contains("report"));
  EXPECT_EQ(found.at("dump"), "?column_retyped.assumed_downstream");
  found = world.ask({on(world.src, ChangeKind::kColumnRetyped, "note")});
  EXPECT_EQ(found.at("load"), "column_retyped.compared");
}

TEST(ImpactOfColumns, AReaderFartherOnOfATypeThatPassedOnIsJudgedAsTheFirst) {
  Columns world;
  const NodeId mart = world.dataset("mart"), join = world.job("join"), key = world.field(mart, "k");
  world.reads(join, world.orders);
  world.writes(join, mart);
  world.direct(world.order_id, key, join, world.computed);
  world.indirect(world.order_id, mart, join, world.grouping);
  world.commit();
  const Found found = world.ask({on(world.src, ChangeKind::kColumnRetyped, "id")});
  EXPECT_EQ(found.at("join"), "column_retyped.computed");
  EXPECT_EQ(world.of(join).distance, 2u);
  EXPECT_EQ(found.at("mart"), "column_retyped.downstream");
  EXPECT_EQ(world.path(join), "id join");
}

TEST(ImpactOfColumns, ATypeThatOneJobComputesWithMayPassOnOverAnother) {
  Columns world;
  const NodeId copy = world.dataset("copy"), key = world.field(copy, "k");
  for (const bool computes : {true, false}) {  // in this order
    const NodeId job = world.job(computes ? "computes" : "copies");
    world.reads(job, world.src);
    world.writes(job, copy);
    world.direct(world.id, key, job, computes ? world.computed : world.same);
  }
  world.commit();
  const Found found = world.ask({on(world.src, ChangeKind::kColumnRetyped, "id")});
  EXPECT_EQ(found.at("computes"), "column_retyped.computed");
  EXPECT_EQ(found.at("copies"), "column_retyped.passed_on");
  EXPECT_EQ(found.at("copy"), "column_retyped.passed_on");
}

TEST(ImpactOfColumns, AnAddedColumnReachesOnlyWhoNamesNoColumns) {
  Columns world;
  EXPECT_EQ(world.ask({on(world.orders, ChangeKind::kColumnAdded, "fresh")}),
            (Found{{"dump", "?column_added.assumed_reader"},
                   {"file", "?column_added.assumed_downstream"}}));
  EXPECT_EQ(world.columns(world.file), (Names{"fresh"}));
  EXPECT_EQ(world.impact->summary().degraded, 2u);
  EXPECT_EQ(world.ask({on(world.src, ChangeKind::kColumnAdded, "fresh")}), Found{});
}

TEST(ImpactOfColumns, AReaderThatNamesNoColumnOfTheTableIsAssumedToUseIt) {
  Columns world;
  const NodeId lookup = world.dataset("lookup");
  world.reads(world.load, lookup);
  world.attribute(lookup, "schema", R"({"fields":[{"name":"x"}]})");
  world.commit();
  EXPECT_EQ(world.ask({on(lookup, ChangeKind::kColumnDropped, "x")}),
            (Found{{"load", "?column_dropped.assumed_reader"}}));
}

TEST(ImpactOfColumns, AJobWithoutOutputsIsAnAssumedReader) {
  Columns world;
  const NodeId alert = world.job("alert");
  world.reads(alert, world.sums);
  world.commit();
  EXPECT_EQ(world.ask({on(world.sums, ChangeKind::kColumnDropped, "all")}),
            (Found{{"alert", "?column_dropped.assumed_reader"}}));
}

TEST(ImpactOfColumns, StatedBeatsAssumedAndGraverBeatsBoth) {
  Columns world;
  Found found = world.ask(
      {on(world.orders, ChangeKind::kColumnDropped, "kind"), on(world.src, ChangeKind::kData)});
  EXPECT_EQ(found.at("dump"), "?column_dropped.assumed_reader");  // breaking before recompute
  EXPECT_EQ(found.at("load"), "data.downstream");
  EXPECT_FALSE(found.contains("orders"));
  found = world.ask({on(world.orders, ChangeKind::kColumnDropped, "kind"),
                     on(world.orders, ChangeKind::kDatasetDeleted)});
  EXPECT_EQ(found.at("dump"), "dataset_deleted.reader");  // both breaking
  const ImpactTrace trace = world.impact->trace(world.now->graph(), world.of(world.dump));
  EXPECT_EQ(trace.change, 1u);
}

TEST(ImpactOfColumns, WhatIsStatedFartherOnBeatsWhatIsAssumedNearBy) {
  Columns world;
  const NodeId shortcut = world.job("shortcut"), after = world.job("after");
  world.reads(shortcut, world.src);
  world.writes(shortcut, world.sums);
  world.reads(after, world.sums);
  world.commit();
  const Found found = world.ask({on(world.src, ChangeKind::kColumnDropped, "amount")});
  EXPECT_EQ(found.at("sums"), "column_dropped.downstream");
  EXPECT_EQ(world.of(world.sums).distance, 2u);
  EXPECT_EQ(found.at("shortcut"), "?column_dropped.assumed_reader");
  // Its own way is assumed in any case, and then the nearest counts.
  EXPECT_EQ(found.at("after"), "?column_dropped.assumed_downstream");
  EXPECT_EQ(world.of(after).distance, 2u);
  EXPECT_EQ(world.path(after), "?shortcut ?sums ?after");
}

TEST(ImpactOfColumns, EachNodeKnowsTheChangeThatGaveIt) {
  Columns world;
  world.ask({on(world.src, ChangeKind::kColumnDropped, "id"),
             on(world.sums, ChangeKind::kColumnDropped, "all"),
             on(world.src, ChangeKind::kColumnDropped, "amount")});
  const auto change_of = [&](NodeId node) {
    return world.impact->trace(world.now->graph(), world.of(node)).change;
  };
  EXPECT_EQ(change_of(world.load), 0u);
  EXPECT_EQ(change_of(world.report), 2u);
  EXPECT_EQ(world.columns(world.orders), (Names{"id", "total"}));
}

TEST(ImpactOfColumns, DepthAndMaxNodesCut) {
  Columns world;
  world.ask({on(world.src, ChangeKind::kColumnDropped, "amount")}, 1);
  EXPECT_EQ(world.impact->affected().size(), 2u);
  EXPECT_EQ(world.impact->cut().reason, graph::CutReason::kMaxDistance);
  Session now = world.session();
  ImpactRequest request;
  request.changes = {on(world.src, ChangeKind::kColumnDropped, "amount")};
  request.max_nodes = 2;
  const Impact impact = must(Impact::of(now, request));
  EXPECT_EQ(impact.cut().reason, graph::CutReason::kMaxNodes);
  EXPECT_EQ(impact.cut().limit, 2u);
}

TEST(ImpactOfColumns, AColumnThatIsNotThereIsNoSilentYes) {
  Columns world;
  Session now = world.session();
  ImpactRequest request;
  request.changes = {on(world.orders, ChangeKind::kColumnDropped, "totl")};
  const auto impact = Impact::of(now, request);
  ASSERT_FALSE(impact);
  EXPECT_EQ(impact.error().code, base::ErrorCode::kNotFound);
  request.changes = {on(world.file, ChangeKind::kColumnDropped, "any")};  // nothing is known of it
  EXPECT_TRUE(Impact::of(now, request));
}

TEST(ImpactOfColumns, AsOfThePastFollowsTheLineageOfThePast) {
  World world;
  const NodeId in = world.dataset("in"), out = world.dataset("out"), j = world.job("j");
  const NodeId a = world.field(in, "a"), v = world.field(out, "v");
  world.reads(j, in, 0, 100);
  world.edge(a, v, model::EdgeKind::kColumnDirect, j, 0, 100, j);
  world.commit();
  ImpactRequest request;
  request.changes = {on(in, ChangeKind::kColumnDropped, "a")};
  Session then = world.session({50, model::kNeverSeq});
  EXPECT_EQ(must(Impact::of(then, request)).affected().size(), 2u);
  Session now = world.session();
  EXPECT_EQ(must(Impact::of(now, request)).affected().size(), 0u);
}

// ---- use, filters, groups ---------------------------------------------------------------------

TEST(ImpactFilter, KeepsWhatIsAskedForAndGroupsIt) {
  Columns world;
  world.attribute(world.orders, "ownership", R"({"owners":[{"name":"ann"},{"name":"bob"}]})");
  world.attribute(world.load, "ownership", R"({"owners":[{"name":"ann"}]})");
  world.commit();
  world.ask({on(world.src, ChangeKind::kColumnDropped, "amount")});
  const auto kept = [&](const ImpactFilter& filter) {
    std::map<std::string, std::string> out;
    for (const std::uint32_t i : must(select(*world.now, *world.impact, filter)).kept) {
      const Affected& affected = world.impact->affected()[i];
      out[std::string(world.now->graph().node(affected.node).name)] = affected.rule;
    }
    std::string names;
    for (const auto& [name, rule] : out) names += (names.empty() ? "" : " ") + name;
    return names;
  };
  ImpactFilter filter;
  EXPECT_EQ(kept(filter), "dump file load orders report sums");
  filter.severities = {Severity::kBreaking};
  EXPECT_EQ(kept(filter), "load");
  filter = {};
  filter.types = {NodeKind::kDataset};
  EXPECT_EQ(kept(filter), "file orders sums");
  filter.assumed = false;
  EXPECT_EQ(kept(filter), "orders sums");
  filter = {};
  filter.max_distance = 1;
  EXPECT_EQ(kept(filter), "load orders");
  filter = {};
  filter.owners = {"bob"};
  EXPECT_EQ(kept(filter), "orders");
  filter = {};
  filter.namespaces = {"other"};
  EXPECT_EQ(kept(filter), "");
  filter = {};
  filter.group_by = ImpactGrouping::kOwner;
  const ImpactSelection grouped = must(select(*world.now, *world.impact, filter));
  ASSERT_EQ(grouped.groups.size(), 3u);
  EXPECT_EQ(grouped.groups[0].key, "ann");
  EXPECT_EQ(grouped.groups[0].summary.breaking, 1u);
  EXPECT_EQ(grouped.groups[1].key, "");
  EXPECT_EQ(grouped.groups[1].summary.degraded, 4u);
  EXPECT_EQ(grouped.groups[2].key, "bob");
  EXPECT_EQ(grouped.summary.breaking + grouped.summary.degraded, 6u);
}

TEST(ImpactUse, CountsReadersAndThoseOfAJobsOutputs) {
  Columns world;
  Session now = world.session();
  EXPECT_EQ(use_of(now.graph(), world.orders).readers, 2u);
  EXPECT_EQ(use_of(now.graph(), world.load).readers, 2u);
  EXPECT_EQ(use_of(now.graph(), world.dump).readers, 0u);
}

}  // namespace
}  // namespace headwater::query
