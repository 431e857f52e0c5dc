// What people said beside what producers send, and tags that spread along columns.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "model/decision.h"
#include "tests/unit/query/world.h"

namespace headwater::query {
namespace {

using model::EdgeKind;

std::string said(const std::string& members = "") {
  return "{" + members + (members.empty() ? "" : ",") +
         "\"author\":\"ada\",\"at\":\"1970-01-01T00:00:05.000000Z\"}";
}
const std::string kRemoved = said("\"removed\":true");

TEST(Annotations, AreUnitedWithWhatProducersSend) {
  World world;
  const NodeId a = world.dataset("a");
  world.attribute(a, "tags", R"({"tags":[{"key":"gold"},{"key":"old"},{"key":"k","field":"x"}]})");
  world.attribute(a, "ownership", R"({"owners":[{"name":"team"},{"name":"left"}]})");
  world.attribute(a, "documentation", R"({"description":"sent"})");
  world.attribute(a, "schema", R"({"fields":[{"name":"x","description":"sent"},{"name":"y"}]})");
  world.attribute(a, "$people.tag:pii", said("\"name\":\"pii\""));
  world.attribute(a, "$people.tag:old", kRemoved);
  world.attribute(a, "$people.owner:ada", said(R"("name":"ada","type":"MAINTAINER")"));
  world.attribute(a, "$people.owner:left", kRemoved);
  world.attribute(a, "$people.description", said("\"text\":\"mine\""));
  world.attribute(a, "$annotated_fields", "true");
  const NodeId x = world.field(a, "x");
  world.attribute(x, "$people.tag:k", kRemoved);
  world.attribute(x, "$people.tag:m", said());
  world.attribute(x, "$people.description", said("\"text\":\"of x\""));
  world.commit();
  Session session = world.session();
  const DatasetDetail detail = must(dataset_detail(session, a));
  EXPECT_EQ(detail.tags, (std::vector<std::string>{"gold", "pii"}));
  EXPECT_EQ(detail.owners, (std::vector<std::string>{"team", "ada"}));
  EXPECT_EQ(detail.description, "mine");
  ASSERT_EQ(detail.fields.size(), 2u);
  EXPECT_EQ(detail.fields[0].tags, std::vector<std::string>{"m"});
  EXPECT_EQ(detail.fields[0].description, "of x");
  EXPECT_TRUE(detail.fields[1].tags.empty());
  ASSERT_EQ(detail.annotations.owners.size(), 1u);
  EXPECT_EQ(detail.annotations.owners[0].type, "MAINTAINER");
  EXPECT_EQ(detail.annotations.tags.at(0).author, "ada");
  EXPECT_EQ(detail.annotations.tags.at(0).at, 5'000'000);
  EXPECT_EQ(must(owners_of(session, a)), detail.owners);
  for (const FacetText& facet : detail.facets) EXPECT_FALSE(facet.name.starts_with('$'));
}

TEST(Annotations, AWithdrawnDescriptionLetsTheProducersThroughAgain) {
  World world;
  const NodeId job = world.job("j");
  world.attribute(job, "documentation", R"({"description":"sent"})");
  world.attribute(job, "$people.description", kRemoved);
  world.attribute(job, "$people.tag:slow", said());
  world.commit();
  Session session = world.session();
  const JobDetail detail = must(job_detail(session, job, 1));
  EXPECT_EQ(detail.description, "sent");
  EXPECT_EQ(detail.tags, std::vector<std::string>{"slow"});
}

TEST(Annotations, HoldAtTheMomentAskedFor) {
  World world;
  const NodeId a = world.dataset("a");
  world.attribute(a, "$people.tag:one", said(), 10, 20);
  const Seq first = world.commit();
  world.attribute(a, "$people.tag:two", said(), 20);
  world.commit();
  const auto tags = [&](graph::Moment moment) {
    Session session = world.session(moment);
    return must(dataset_detail(session, a)).tags;
  };
  EXPECT_EQ(tags({}), std::vector<std::string>{"two"});
  EXPECT_EQ(tags({15}), std::vector<std::string>{"one"});
  EXPECT_TRUE(tags({5}).empty());
  EXPECT_TRUE(tags({25, first}).empty());
}

TEST(Subjects, AColumnOfTheSchemaIsFoundThoughItIsNoNode) {
  World world;
  const NodeId a = world.dataset("a:b", "s3://x");
  world.attribute(a, "schema",
                  R"({"fields":[{"name":"x","fields":[{"name":"y"}]},{"name":"p:q"}]})");
  world.field(a, "node");
  world.commit();
  Session session = world.session();
  const Subject nested = must(find_subject(session, "datasetField:s3://x:a:b:x.y"));
  EXPECT_EQ(nested.node, a);
  EXPECT_FALSE(nested.field);
  EXPECT_EQ(format_subject(session.graph(), nested), "datasetField:s3://x:a:b:x.y");
  EXPECT_EQ(must(find_subject(session, "datasetField:s3://x:a:b:p%3Aq")).path, "p:q");
  EXPECT_TRUE(must(find_subject(session, "datasetField:s3://x:a:b:node")).field);
  EXPECT_EQ(find_subject(session, "datasetField:s3://x:a:b:z").error().code,
            base::ErrorCode::kNotFound);
  EXPECT_EQ(find_subject(session, "run:r").error().code, base::ErrorCode::kInvalidNodeId);
}

TEST(Subjects, RejectedJoinsAreOfCanonicalNodesAndEndWithAJoin) {
  World world;
  const NodeId a = world.dataset("a"), b = world.dataset("b"), c = world.dataset("c");
  must(world.writer().insert_decision(
      {world.next_seq(), model::DecisionKind::kRejectJoin, b, a, "ada", 10}));
  const Seq first = world.commit();
  world.merge(b, c);
  world.commit();
  Session session = world.session();
  const std::pair rejected(a, c);
  EXPECT_EQ(must(rejected_joins(session)), std::vector{rejected});
  Session before = world.session({graph::kLatest, first});
  const std::pair then(a, b);
  EXPECT_EQ(must(rejected_joins(before)), std::vector{then});
  Session past = world.session({9});
  EXPECT_TRUE(must(rejected_joins(past)).empty());
  world.merge(c, a);
  world.commit();
  Session joined = world.session();
  EXPECT_TRUE(must(rejected_joins(joined)).empty());
}

// Datasets of one or two columns each, named by letter and number.
class TagWalk : public ::testing::Test {
 protected:
  NodeId dataset(const std::string& name) {
    const auto [at, fresh] = datasets.emplace(name, NodeId{});
    if (fresh) {
      at->second = world.dataset(name);
      world.attribute(at->second, "$annotated_fields", "true");
    }
    return at->second;
  }
  NodeId column(const std::string& dataset_name, const std::string& path) {
    const NodeId parent = dataset(dataset_name);
    const auto [at, fresh] = columns.emplace(dataset_name + "." + path, NodeId{});
    if (fresh) at->second = world.field(parent, path);
    return at->second;
  }
  void flows(NodeId from, NodeId to, EdgeKind kind = EdgeKind::kColumnDirect,
             bool masking = false) {
    if (!masked) {
      masked = model::TransformationId{1};
      must(world.writer().insert_transformation({masked, "DIRECT", "MASK", true}));
    }
    world.edge(from, to, kind, job(), 0, model::kOpenEnd, job(),
               masking ? masked : model::TransformationId{});
  }
  NodeId job() {
    if (!job_) job_ = world.job("j");
    return job_;
  }
  void tag(NodeId node, const std::string& tag) {
    world.attribute(node, "$people.tag:" + tag, said());
  }
  void untag(NodeId node, const std::string& tag) {
    world.attribute(node, "$people.tag:" + tag, kRemoved);
  }
  void define(const std::string& name, const model::TagRule& rule, Micros at = 0) {
    must(world.writer().insert_tag_definition({world.next_seq(), name, at, "", rule, "ada"}));
    world.commit();
  }
  NodeTags ask(const std::string& node_id, graph::Moment moment = {},
               std::size_t max_nodes = 1000) {
    Session session = world.session(moment);
    TagRequest request;
    request.subject = must(find_subject(session, node_id));
    request.max_nodes = max_nodes;
    return must(node_tags(session, request));
  }
  std::optional<NodeTag> one(const std::string& node_id, const std::string& tag) {
    for (NodeTag& found : ask(node_id).tags) {
      if (found.tag == tag) return std::move(found);
    }
    return std::nullopt;
  }

  World world;
  std::map<std::string, NodeId> datasets, columns;
  NodeId job_;
  model::TransformationId masked;
};

TEST_F(TagWalk, AColumnInheritsFromTheNearestSourceWithThePath) {
  const NodeId ax = column("a", "x"), bx = column("b", "x"), cx = column("c", "x");
  flows(ax, bx);
  flows(bx, cx);
  tag(ax, "pii");
  define("pii", {true, true, true, ""});
  const auto found = one("datasetField:ns:c:x", "pii");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->origin, TagOrigin::kInherited);
  EXPECT_EQ(found->from, ax);
  EXPECT_EQ(found->author, "ada");
  ASSERT_EQ(found->path.size(), 2u);
  Session session = world.session();
  EXPECT_EQ(session.graph().edge(found->path[0]).src, ax);
  EXPECT_EQ(session.graph().edge(found->path[1]).dst, cx);
  EXPECT_EQ(one("dataset:ns:c", "pii")->from, ax) << "a dataset, through its columns";
  EXPECT_EQ(one("dataset:ns:a", "pii")->from, ax) << "and from its own";
  EXPECT_EQ(one("datasetField:ns:a:x", "pii")->origin, TagOrigin::kPerson);
}

TEST_F(TagWalk, WithoutADefinitionThatSaysSoNothingSpreads) {
  const NodeId ax = column("a", "x"), bx = column("b", "x");
  flows(ax, bx);
  tag(ax, "pii");
  define("other", {true, true, true, ""});
  EXPECT_FALSE(one("datasetField:ns:b:x", "pii"));
  define("pii", {true, true, true, ""}, 10);
  EXPECT_TRUE(one("datasetField:ns:b:x", "pii"));
  EXPECT_TRUE(ask("datasetField:ns:b:x", {9}).tags.empty()) << "not in force yet";
  define("pii", {false, true, true, ""}, 20);
  EXPECT_FALSE(one("datasetField:ns:b:x", "pii"));
  EXPECT_EQ(ask("datasetField:ns:b:x", {15}).tags.size(), 1u) << "it was";
}

TEST_F(TagWalk, StopsAreObeyed) {
  const NodeId ax = column("a", "x");
  flows(ax, column("masked", "x"), EdgeKind::kColumnDirect, true);
  flows(ax, column("filtered", "x"), EdgeKind::kColumnIndirect);
  flows(ax, dataset("whole"), EdgeKind::kColumnIndirect);
  column("whole", "x");
  flows(ax, column("released", "x"));
  flows(column("released", "x"), column("after", "x"));
  flows(ax, column("cleared", "x"));
  flows(column("cleared", "x"), column("behind", "x"));
  tag(dataset("a"), "pii");
  tag(column("released", "x"), "public");
  untag(column("cleared", "x"), "pii");
  define("pii", {true, true, true, "public"});
  for (const char* none :
       {"masked", "filtered", "whole", "released", "after", "cleared", "behind"}) {
    EXPECT_FALSE(one("datasetField:ns:" + std::string(none) + ":x", "pii")) << none;
  }
  EXPECT_EQ(one("datasetField:ns:a:x", "pii")->from, dataset("a")) << "of its dataset";
  define("pii", {true, false, false, ""});
  for (const char* some : {"masked", "filtered", "whole", "released", "after"}) {
    const auto found = one("datasetField:ns:" + std::string(some) + ":x", "pii");
    ASSERT_TRUE(found) << some;
    EXPECT_EQ(found->from, dataset("a")) << some;
  }
  EXPECT_FALSE(one("datasetField:ns:behind:x", "pii")) << "a person's word stops it in any case";
}

TEST_F(TagWalk, ALimitCutsAndSaysSo) {
  const NodeId end = column("end", "x");
  for (int i = 0; i < 10; ++i) flows(column("d" + std::to_string(i), "x"), end);
  tag(column("d9", "x"), "pii");
  define("pii", {true, true, true, ""});
  const NodeTags cut = ask("datasetField:ns:end:x", {}, 5);
  EXPECT_EQ(cut.cut.reason, graph::CutReason::kMaxNodes);
  EXPECT_EQ(cut.cut.limit, 5u);
  EXPECT_GT(cut.cut.frontier, 0u);
  const NodeTags whole = ask("datasetField:ns:end:x", {}, 10);
  EXPECT_EQ(whole.cut.reason, graph::CutReason::kNone);
  EXPECT_EQ(whole.tags.size(), 1u);
}

// Random columns, edges and tags, against propagation forward to a fixed point.
class NaiveTags {
 public:
  struct Edge {
    int from, to;  // columns; to a dataset: -1 - dataset
    bool indirect, masking;
  };
  int columns = 0;
  std::vector<int> dataset_of;
  std::vector<Edge> edges;
  std::set<int> own, removed, carries;  // columns
  std::set<int> dataset_own, dataset_removed, dataset_carries;
  model::TagRule rule;

  bool column_stops(int c) const {
    const bool wall = carries.contains(c) || dataset_carries.contains(dataset_of[c]);
    return removed.contains(c) || (!rule.stop_at_tag.empty() && wall);
  }
  bool passes(const Edge& e) const {
    return !(e.indirect && rule.stop_indirect) && !(e.masking && rule.stop_masking);
  }
  // Columns that have the tag, however.
  std::set<int> holders() const {
    std::set<int> all = own;
    for (bool changed = true; changed;) {
      changed = false;
      for (int c = 0; c < columns; ++c) {
        if (all.contains(c) || column_stops(c)) continue;
        bool gets = dataset_own.contains(dataset_of[c]);
        for (const Edge& e : edges) {
          const bool here = e.to == c || e.to == -1 - dataset_of[c];
          gets |= here && passes(e) && all.contains(e.from);
        }
        if (gets) changed |= all.insert(c).second;
      }
    }
    return all;
  }
};

TEST(TagWalkProperty, AgreesWithPropagationToAFixedPoint) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    std::mt19937_64 random(seed);
    const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    World world;
    NaiveTags naive;
    const NodeId job = world.job("j");
    const model::TransformationId masked{1};
    must(world.writer().insert_transformation({masked, "DIRECT", "MASK", true}));
    std::vector<NodeId> datasets, columns;
    for (int d = 0; d < 5; ++d) {
      datasets.push_back(world.dataset("d" + std::to_string(d)));
      world.attribute(datasets.back(), "$annotated_fields", "true");
      for (int c = below(3); c >= 0; --c) {
        columns.push_back(world.field(datasets.back(), "c" + std::to_string(columns.size())));
        naive.dataset_of.push_back(d);
      }
    }
    naive.columns = static_cast<int>(columns.size());
    for (int i = below(20); i >= 0; --i) {
      NaiveTags::Edge e{below(naive.columns), below(naive.columns), below(3) == 0, below(4) == 0};
      const int d = below(5);
      if (e.indirect && below(2) == 0) e.to = -1 - d;
      if (e.from == e.to) continue;
      naive.edges.push_back(e);
      const NodeId to = e.to < 0 ? datasets[static_cast<std::size_t>(d)]
                                 : columns[static_cast<std::size_t>(e.to)];
      world.edge(columns[static_cast<std::size_t>(e.from)], to,
                 e.indirect ? EdgeKind::kColumnIndirect : EdgeKind::kColumnDirect, job, 0,
                 model::kOpenEnd, job, e.masking ? masked : model::TransformationId{});
    }
    const auto put = [&](std::set<int>& which, int i, NodeId node, const char* tag, bool gone) {
      which.insert(i);
      world.attribute(node, std::string("$people.tag:") + tag, gone ? kRemoved : said());
    };
    for (int c = 0; c < naive.columns; ++c) {
      const NodeId node = columns[static_cast<std::size_t>(c)];
      const int what = below(8);
      if (what == 0) put(naive.own, c, node, "t", false);
      if (what == 1) put(naive.removed, c, node, "t", true);
      if (below(8) == 0) put(naive.carries, c, node, "wall", false);
    }
    for (int d = 0; d < 5; ++d) {
      const NodeId node = datasets[static_cast<std::size_t>(d)];
      const int what = below(12);
      if (what == 0) put(naive.dataset_own, d, node, "t", false);
      if (what == 1) put(naive.dataset_removed, d, node, "t", true);
      if (below(12) == 0) put(naive.dataset_carries, d, node, "wall", false);
    }
    naive.rule = {true, below(2) == 0, below(2) == 0, below(2) == 0 ? "wall" : ""};
    must(world.writer().insert_tag_definition({world.next_seq(), "t", 0, "", naive.rule, "ada"}));
    world.commit();
    Session session = world.session();
    const auto has = [&](const Subject& subject) {
      TagRequest request;
      request.subject = subject;
      const NodeTags found = must(node_tags(session, request));
      return std::ranges::any_of(found.tags, [](const NodeTag& t) { return t.tag == "t"; });
    };
    const std::set<int> holders = naive.holders();
    for (int c = 0; c < naive.columns; ++c) {
      const NodeId node = columns[static_cast<std::size_t>(c)];
      const Subject subject{NodeKind::kField,
                            datasets[static_cast<std::size_t>(naive.dataset_of[c])], node,
                            std::string(session.graph().node(node).name)};
      EXPECT_EQ(has(subject), holders.contains(c)) << "seed " << seed << " column " << c;
    }
    for (int d = 0; d < 5; ++d) {
      bool expected = naive.dataset_own.contains(d);
      const bool wall = !naive.rule.stop_at_tag.empty() && naive.dataset_carries.contains(d);
      if (!naive.dataset_removed.contains(d) && !wall) {
        for (const int c : holders) expected |= naive.dataset_of[c] == d;
        for (const auto& e : naive.edges) {
          expected |= e.to == -1 - d && naive.passes(e) && holders.contains(e.from);
        }
      }
      EXPECT_EQ(has({NodeKind::kDataset, datasets[static_cast<std::size_t>(d)], {}, {}}), expected)
          << "seed " << seed << " dataset " << d;
    }
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace headwater::query
