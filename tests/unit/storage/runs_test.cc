#include "tests/unit/storage/store_fixture.h"

namespace headwater::storage {
namespace {

using model::kOpenEnd;
using model::NodeId;
using model::RunRow;

class Runs : public StoreTest {
 protected:
  static RunInfo sample(std::int64_t id, std::uint32_t job, Micros first_time) {
    RunInfo row;
    row.id = RunRow{id};
    row.run_id = "run-" + std::to_string(id);
    row.job = NodeId{job};
    row.parent = RunRow{3};
    row.state = RunState::kRunning;
    row.started_at = 4;
    row.first_time = first_time;
    row.last_time = 6;
    row.nominal_start = 7;
    row.nominal_end = 8;
    row.code = model::CodeId{9};
    row.recorded = Seq{10};
    row.updated = Seq{10};
    row.merge = std::string("\0merge\xff", 7);
    return row;
  }
  void put(const RunInfo& row) {
    must(writer().begin());
    must(writer().upsert_run(row));
    must(writer().commit());
  }
  static void expect_same(const RunInfo& a, const RunInfo& b) {
    EXPECT_EQ(a.id, b.id);
    EXPECT_EQ(a.run_id, b.run_id);
    EXPECT_EQ(a.job, b.job);
    EXPECT_EQ(a.parent, b.parent);
    EXPECT_EQ(a.state, b.state);
    EXPECT_EQ(a.started_at, b.started_at);
    EXPECT_EQ(a.ended_at, b.ended_at);
    EXPECT_EQ(a.first_time, b.first_time);
    EXPECT_EQ(a.last_time, b.last_time);
    EXPECT_EQ(a.nominal_start, b.nominal_start);
    EXPECT_EQ(a.nominal_end, b.nominal_end);
    EXPECT_EQ(a.code, b.code);
    EXPECT_EQ(a.recorded, b.recorded);
    EXPECT_EQ(a.updated, b.updated);
    EXPECT_EQ(a.merge, b.merge);
  }
};

TEST_F(Runs, GiveBackEveryColumn) {
  const RunInfo row = sample(1, 2, 5);
  put(row);
  expect_same(*must(lease().run(RunRow{1})), row);
  expect_same(*must(lease().find_run("run-1", NodeId{2})), row);
  EXPECT_FALSE(must(lease().find_run("run-1", NodeId{3})).has_value());
  EXPECT_FALSE(must(lease().run(RunRow{2})).has_value());
}

// Once through the columns without an index, once through each of those with one.
TEST_F(Runs, ChangeInEveryColumn) {
  RunInfo row = sample(1, 2, 5);
  put(row);
  row.state = RunState::kCompleted;
  row.started_at = 14;
  row.ended_at = 15;
  row.last_time = 16;
  row.nominal_start = kOpenEnd;
  row.nominal_end = 18;
  row.code = model::CodeId{19};
  row.updated = Seq{20};
  row.merge = "other";
  put(row);
  expect_same(*must(lease().run(RunRow{1})), row);
  row.first_time = 1;
  put(row);
  row.job = NodeId{22};
  put(row);
  row.parent = RunRow{23};
  put(row);
  row.run_id = "renamed";
  put(row);
  expect_same(*must(lease().run(RunRow{1})), row);
  expect_same(*must(lease().find_run("renamed", NodeId{22})), row);
  EXPECT_EQ(must(lease().count_runs_of_job(NodeId{22})), 1);
  EXPECT_EQ(must(lease().count_runs_of_job(NodeId{2})), 0);
  EXPECT_TRUE(must(store_->check({})).size() > 0) << "its job, parent and code do not exist";
}

TEST_F(Runs, OfAJobComeNewestFirst) {
  put(sample(1, 2, 50));
  put(sample(2, 2, 70));
  put(sample(3, 2, 50));
  put(sample(4, 2, kOpenEnd));
  put(sample(5, 9, 60));
  std::string order;
  std::optional<std::pair<Micros, RunRow>> before;
  for (auto page = must(lease().runs_of_job(NodeId{2}, before, 1)); !page.empty();
       page = must(lease().runs_of_job(NodeId{2}, before, 1))) {
    order += std::to_string(page[0].id.value);
    before = std::pair(page[0].first_time, page[0].id);
  }
  EXPECT_EQ(order, "4231");
  EXPECT_EQ(must(lease().runs_of_job(NodeId{2}, {}, 100)).size(), 4u);
  EXPECT_EQ(must(lease().count_runs_of_job(NodeId{2})), 4);
}

TEST_F(Runs, WithTheSameIdOfSeveralJobsAreTold) {
  RunInfo one = sample(1, 2, 5);
  RunInfo other = sample(2, 3, 5);
  other.run_id = one.run_id;
  other.state = RunState::kUnknown;
  put(one);
  put(other);
  EXPECT_EQ(must(lease().runs_by_run_id("run-1")).size(), 2u);
  EXPECT_EQ(must(lease().find_run("run-1", NodeId{3}))->id, RunRow{2});
  const auto counts = must(lease().count_runs());
  EXPECT_EQ(counts.runs, 2);
  EXPECT_EQ(counts.placeholders, 1);
  int seen = 0;
  must(lease().scan_runs([&](const RunInfo&) { return ++seen > 0; }));
  EXPECT_EQ(seen, 2);
}

class Interned : public StoreTest {};

TEST_F(Interned, ValuesAreFoundByContentAndById) {
  const std::string json = R"({"rows": 5})";
  const std::string bytes("\0\1\2", 3);
  Writer& w = writer();
  must(w.begin());
  must(w.insert_content(model::ContentId{1}, base::hash128(json), store_->pack(json)));
  must(w.insert_bundle(model::BundleId{2}, base::hash128(bytes), bytes));
  must(w.insert_edge_set(model::EdgeSetId{3}, base::hash128(bytes), bytes));
  must(w.insert_attribute_name(model::AttributeNameId{4}, "schema"));
  must(w.insert_producer(model::ProducerId{5}, "spark"));
  must(w.insert_code_version(model::CodeId{6}, "abc"));
  must(w.insert_transformation({model::TransformationId{7}, "DIRECT", "IDENTITY", true}));
  EXPECT_EQ(must(w.find_content(base::hash128(json))), model::ContentId{1});
  EXPECT_EQ(must(w.find_bundle(base::hash128(bytes))), model::BundleId{2});
  EXPECT_EQ(must(w.find_edge_set(base::hash128(bytes))), model::EdgeSetId{3});
  EXPECT_EQ(must(w.find_producer("spark")), model::ProducerId{5});
  EXPECT_EQ(must(w.find_code_version("abc")), model::CodeId{6});
  EXPECT_FALSE(must(w.find_content({1, 2})).has_value());
  EXPECT_FALSE(must(w.find_producer("Spark")).has_value());
  must(w.commit());
  Reader reader = lease();
  EXPECT_EQ(must(reader.content(model::ContentId{1})), json);
  EXPECT_EQ(must(reader.bundle(model::BundleId{2})), bytes);
  EXPECT_EQ(must(reader.edge_set(model::EdgeSetId{3})), bytes);
  EXPECT_EQ(must(reader.attribute_name(model::AttributeNameId{4})), "schema");
  EXPECT_EQ(must(reader.find_attribute_name("schema")), model::AttributeNameId{4});
  EXPECT_EQ(must(reader.producer(model::ProducerId{5})), "spark");
  EXPECT_EQ(must(reader.code_version(model::CodeId{6})), "abc");
  const auto transformations = must(reader.transformations());
  ASSERT_EQ(transformations.size(), 1u);
  EXPECT_EQ(transformations[0].id, model::TransformationId{7});
  EXPECT_EQ(transformations[0].subtype, "IDENTITY");
  EXPECT_TRUE(transformations[0].masking);
  EXPECT_FALSE(must(reader.content(model::ContentId{9})).has_value());
  EXPECT_FALSE(must(reader.find_attribute_name("x")).has_value());
}

TEST_F(Interned, HighIdsAreZeroAndThenTheLargest) {
  const auto none = must(writer().high_ids());
  EXPECT_EQ(none.seq, Seq{0});
  EXPECT_EQ(none.edge.value + none.node.value + none.name_space + none.transformation, 0u);
  Writer& w = writer();
  must(w.begin());
  append(1, "x");
  NodeRow node;
  node.id = NodeId{12};
  must(w.insert_node(node));
  EdgeRow edge;
  edge.id = model::EdgeId{0xfffffff0};
  must(w.insert_edge(edge));
  must(w.insert_content(model::ContentId{std::int64_t{1} << 40}, {}, store_->pack("")));
  must(w.insert_bundle(model::BundleId{14}, {}, ""));
  must(w.insert_edge_set(model::EdgeSetId{15}, {}, ""));
  must(w.insert_attribute_name(model::AttributeNameId{16}, "n"));
  must(w.insert_producer(model::ProducerId{17}, ""));
  must(w.insert_code_version(model::CodeId{18}, "c"));
  must(w.insert_transformation({model::TransformationId{65535}, "", "", false}));
  AttributeRow attribute;
  attribute.id = 19;
  must(w.insert_attribute(attribute));
  RunInfo run;
  run.id = RunRow{20};
  must(w.upsert_run(run));
  NamespaceRow space;
  space.id = model::NamespaceId{21};
  must(w.upsert_namespace(space));
  const auto ids = must(w.high_ids());
  EXPECT_EQ(ids.seq, Seq{1});
  EXPECT_EQ(ids.node, NodeId{12});
  EXPECT_EQ(ids.edge, model::EdgeId{0xfffffff0});
  EXPECT_EQ(ids.content, std::int64_t{1} << 40);
  EXPECT_EQ(ids.bundle, 14);
  EXPECT_EQ(ids.edge_set, 15);
  EXPECT_EQ(ids.attribute_name, 16);
  EXPECT_EQ(ids.producer, 17);
  EXPECT_EQ(ids.code_version, 18);
  EXPECT_EQ(ids.attribute, 19);
  EXPECT_EQ(ids.run, 20);
  EXPECT_EQ(ids.name_space, 21u);
  EXPECT_EQ(ids.transformation, 65535);
  w.rollback();
  EXPECT_EQ(must(w.high_ids()).seq, Seq{0});
}

}  // namespace
}  // namespace headwater::storage
