#include <set>

#include "tests/unit/storage/store_fixture.h"

namespace headwater::storage {
namespace {

using model::EdgeId;
using model::EdgeKind;
using model::kNeverSeq;
using model::kOpenEnd;
using model::NamespaceId;
using model::NodeId;
using model::NodeKind;

class Namespaces : public StoreTest {};

TEST_F(Namespaces, AreInsertedAndChangedById) {
  NamespaceRow row{NamespaceId{1}, "s3://lake", "data", "raw", 5, 6, false};
  must(writer().begin());
  must(writer().upsert_namespace(row));
  row.owner = "platform";
  row.updated_at = 7;
  row.deleted = true;
  must(writer().upsert_namespace(row));
  must(writer().commit());
  const auto found = must(lease().find_namespace("s3://lake"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, NamespaceId{1});
  EXPECT_EQ(found->owner, "platform");
  EXPECT_EQ(found->description, "raw");
  EXPECT_EQ(found->created_at, 5);
  EXPECT_EQ(found->updated_at, 7);
  EXPECT_TRUE(found->deleted);
  EXPECT_EQ(must(lease().namespace_row(NamespaceId{1}))->name, "s3://lake");
  EXPECT_FALSE(must(lease().namespace_row(NamespaceId{2})).has_value());
  EXPECT_FALSE(must(lease().find_namespace("s3")).has_value());
}

TEST_F(Namespaces, ArePagedByName) {
  must(writer().begin());
  std::uint32_t id = 0;
  for (const char* name : {"b", "a", "d", "c"}) {
    NamespaceRow row;
    row.id = NamespaceId{++id};
    row.name = name;
    must(writer().upsert_namespace(row));
  }
  must(writer().commit());
  std::string names;
  std::string after;
  for (auto page = must(lease().namespaces(after, 3)); !page.empty();
       page = must(lease().namespaces(after, 3))) {
    for (const auto& row : page) names += row.name;
    after = page.back().name;
  }
  EXPECT_EQ(names, "abcd");
}

// Nodes 1 and 2: datasets x and y of namespace 1; 3: dataset x of namespace 2; 4 and 5: fields b
// and a of dataset 1; 6: field a of dataset 3; 7: a job.
class Nodes : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    must(writer().begin());
    insert(1, NodeKind::kDataset, 1, 0, "x");
    insert(2, NodeKind::kDataset, 1, 0, "y", true);
    insert(3, NodeKind::kDataset, 2, 0, "x");
    insert(4, NodeKind::kField, 0, 1, "b");
    insert(5, NodeKind::kField, 0, 1, "a");
    insert(6, NodeKind::kField, 0, 3, "a");
    insert(7, NodeKind::kJob, 1, 0, "x");
    must(writer().commit());
  }
  void insert(std::uint32_t id, NodeKind kind, std::uint32_t space, std::uint32_t parent,
              const std::string& name, bool placeholder = false) {
    NodeRow row;
    row.id = NodeId{id};
    row.kind = kind;
    row.name_space = NamespaceId{space};
    row.parent = NodeId{parent};
    row.name = name;
    row.recorded = Seq{id};
    row.first_seen = 100 + id;
    row.placeholder = placeholder;
    must(writer().insert_node(row));
  }
  // The ids of all pages of `limit` rows.
  std::string paged(Reader::NodeQuery query) {
    std::string ids;
    for (auto page = must(lease().nodes(query)); !page.empty(); page = must(lease().nodes(query))) {
      for (const auto& row : page) ids += std::to_string(row.id.value);
      query.after_set = true;
      query.after_namespace = page.back().name_space;
      query.after_parent = page.back().parent;
      query.after_name = page.back().name;
    }
    return ids;
  }
  Reader::NodeQuery query(NodeKind kind, std::uint32_t space, std::uint32_t parent,
                          std::size_t limit) {
    Reader::NodeQuery out;
    out.kind = kind;
    out.name_space = NamespaceId{space};
    out.parent = NodeId{parent};
    out.limit = limit;
    return out;
  }
};

TEST_F(Nodes, ArePagedByNameWithinANamespaceADatasetOrAll) {
  for (const std::size_t limit : {std::size_t{1}, std::size_t{2}, SIZE_MAX}) {
    EXPECT_EQ(paged(query(NodeKind::kDataset, 1, 0, limit)), "12");
    EXPECT_EQ(paged(query(NodeKind::kDataset, 0, 0, limit)), "123");
    EXPECT_EQ(paged(query(NodeKind::kField, 0, 1, limit)), "54");
    EXPECT_EQ(paged(query(NodeKind::kField, 0, 0, limit)), "546");
    EXPECT_EQ(paged(query(NodeKind::kConsumer, 0, 0, limit)), "");
  }
}

TEST_F(Nodes, AreFoundByIdentityAndById) {
  const auto found = must(lease().find_node(NodeKind::kDataset, NamespaceId{1}, NodeId{}, "y"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, NodeId{2});
  EXPECT_EQ(found->kind, NodeKind::kDataset);
  EXPECT_EQ(found->recorded, Seq{2});
  EXPECT_EQ(found->first_seen, 102);
  EXPECT_TRUE(found->placeholder);
  EXPECT_FALSE(found->merged_into);
  EXPECT_FALSE(must(lease().find_node(NodeKind::kJob, NamespaceId{1}, NodeId{}, "y")).has_value());
  EXPECT_EQ(must(lease().node(NodeId{6}))->parent, NodeId{3});
  EXPECT_FALSE(must(lease().node(NodeId{8})).has_value());
}

TEST_F(Nodes, NamesAreCompared_ByteForByte) {
  must(writer().begin());
  insert(8, NodeKind::kDataset, 1, 0, "X");
  insert(9, NodeKind::kDataset, 1, 0, std::string("x\0y", 3));
  must(writer().commit());
  const auto with_nul =
      must(lease().find_node(NodeKind::kDataset, NamespaceId{1}, {}, std::string_view("x\0y", 3)));
  ASSERT_TRUE(with_nul);
  EXPECT_EQ(with_nul->id, NodeId{9});
  EXPECT_EQ(with_nul->name.size(), 3u);
  EXPECT_EQ(must(lease().find_node(NodeKind::kDataset, NamespaceId{1}, {}, "X"))->id, NodeId{8});
}

TEST_F(Nodes, AreUpdatedAndMerged) {
  must(writer().begin());
  must(writer().update_node(NodeId{2}, 50, false));
  must(writer().merge_node(NodeId{3}, NodeId{1}, Seq{9}));
  EXPECT_FALSE(writer().update_node(NodeId{99}, 0, false));
  writer().rollback();
  EXPECT_TRUE(must(lease().node(NodeId{2}))->placeholder);

  must(writer().begin());
  must(writer().update_node(NodeId{2}, 50, false));
  must(writer().merge_node(NodeId{3}, NodeId{1}, Seq{9}));
  must(writer().commit());
  EXPECT_EQ(must(lease().node(NodeId{2}))->first_seen, 50);
  EXPECT_EQ(must(lease().node(NodeId{3}))->merged_into, NodeId{1});
  EXPECT_EQ(must(lease().node(NodeId{3}))->merged_seq, Seq{9});
  EXPECT_EQ(must(lease().nodes_merged_after(Seq{8})).size(), 1u);
  EXPECT_TRUE(must(lease().nodes_merged_after(Seq{9})).empty());
  EXPECT_TRUE(must(lease().nodes_merged_after(Seq{2})).empty()) << "was not recorded yet";
}

TEST_F(Nodes, AreCountedWithoutMergedOnes) {
  EXPECT_EQ(must(lease().count_nodes(NodeKind::kDataset, {}, true)), 3);
  EXPECT_EQ(must(lease().count_nodes(NodeKind::kDataset, {}, false)), 2);
  EXPECT_EQ(must(lease().count_nodes(NodeKind::kDataset, NamespaceId{1}, true)), 2);
  EXPECT_EQ(must(lease().count_nodes(NodeKind::kDataset, NamespaceId{1}, false)), 1);
  must(writer().begin());
  must(writer().merge_node(NodeId{3}, NodeId{1}, Seq{9}));
  must(writer().commit());
  EXPECT_EQ(must(lease().count_nodes(NodeKind::kDataset, {}, true)), 2);
}

TEST_F(Nodes, AreScannedInOrderUntilTheVisitorStops) {
  std::string ids;
  Reader reader = lease();
  must(reader.scan_nodes(NodeId{2}, [&](const NodeRow& row) {
    ids += std::to_string(row.id.value);
    return row.id != NodeId{6};
  }));
  EXPECT_EQ(ids, "3456");
}

TEST_F(Nodes, AVisitorMayReadButNotStartTheSameScan) {
  Reader reader = lease();
  int visited = 0;
  must(reader.scan_nodes(NodeId{}, [&](const NodeRow& row) {
    EXPECT_EQ(must(reader.node(row.id))->name, row.name);
    const auto again = reader.scan_nodes(NodeId{}, [](const NodeRow&) { return true; });
    EXPECT_FALSE(again);
    ++visited;
    return true;
  }));
  EXPECT_EQ(visited, 7);
}

class Edges : public StoreTest {
 protected:
  void insert(std::uint32_t id, std::uint32_t owner, std::uint64_t recorded) {
    EdgeRow row;
    row.id = EdgeId{id};
    row.owner = NodeId{owner};
    row.kind = EdgeKind::kFlow;
    row.src = NodeId{11};
    row.dst = NodeId{12};
    row.via = NodeId{13};
    row.detail = model::TransformationId{14};
    row.valid_from = -15;
    row.valid_to = 16;
    row.recorded_from = Seq{recorded};
    row.reason = model::EndReason::kNotSeen;
    must(writer().insert_edge(row));
  }
};

TEST_F(Edges, GiveBackEveryColumn) {
  must(writer().begin());
  insert(1, 10, 5);
  must(writer().commit());
  const auto row = must(lease().edge(EdgeId{1}));
  ASSERT_TRUE(row);
  EXPECT_EQ(row->owner, NodeId{10});
  EXPECT_EQ(row->kind, EdgeKind::kFlow);
  EXPECT_EQ(row->src, NodeId{11});
  EXPECT_EQ(row->dst, NodeId{12});
  EXPECT_EQ(row->via, NodeId{13});
  EXPECT_EQ(row->detail, model::TransformationId{14});
  EXPECT_EQ(row->valid_from, -15);
  EXPECT_EQ(row->valid_to, 16);
  EXPECT_EQ(row->recorded_from, Seq{5});
  EXPECT_EQ(row->recorded_to, kNeverSeq);
  EXPECT_EQ(row->reason, model::EndReason::kNotSeen);
  EXPECT_FALSE(must(lease().edge(EdgeId{2})).has_value());
}

TEST_F(Edges, AreClosedAndFoundAsClosed) {
  must(writer().begin());
  insert(1, 10, 5);
  insert(2, 10, 6);
  insert(3, 20, 7);
  must(writer().close_edge(EdgeId{1}, Seq{7}));
  EXPECT_EQ(must(writer().reader().edges_of_owner(NodeId{10}, true)).size(), 1u);
  must(writer().commit());
  Reader reader = lease();
  EXPECT_EQ(must(reader.edge(EdgeId{1}))->recorded_to, Seq{7});
  EXPECT_EQ(must(reader.edges_of_owner(NodeId{10}, false)).size(), 2u);
  const auto current = must(reader.edges_of_owner(NodeId{10}, true));
  ASSERT_EQ(current.size(), 1u);
  EXPECT_EQ(current[0].id, EdgeId{2});
  ASSERT_EQ(must(reader.edges_closed_after(Seq{6})).size(), 1u);
  EXPECT_TRUE(must(reader.edges_closed_after(Seq{7})).empty());
  EXPECT_TRUE(must(reader.edges_closed_after(Seq{4})).empty()) << "was not recorded yet";
  std::string ids;
  must(reader.scan_edges(EdgeId{1}, [&](const EdgeRow& row) {
    ids += std::to_string(row.id.value);
    return true;
  }));
  EXPECT_EQ(ids, "23");
}

TEST_F(Edges, ClosingOneThatIsNotThereFailsAndEndsTheTransaction) {
  must(writer().begin());
  insert(1, 10, 5);
  EXPECT_FALSE(writer().close_edge(EdgeId{9}, Seq{7}));
  EXPECT_FALSE(writer().commit());
  EXPECT_FALSE(must(lease().edge(EdgeId{1})).has_value());
}

class Attributes : public StoreTest {};

TEST_F(Attributes, AreInsertedClosedAndScanned) {
  AttributeRow row;
  row.id = 1;
  row.owner = NodeId{4};
  row.name = model::AttributeNameId{5};
  row.content = model::ContentId{6};
  row.valid_from = 7;
  row.recorded_from = Seq{8};
  must(writer().begin());
  must(writer().insert_attribute(row));
  row.id = 2;
  row.content = {};
  must(writer().insert_attribute(row));
  must(writer().close_attribute(1, Seq{9}));
  must(writer().commit());
  Reader reader = lease();
  const auto all = must(reader.attributes_of_owner(NodeId{4}, false));
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].recorded_to, Seq{9});
  EXPECT_EQ(all[0].name, model::AttributeNameId{5});
  EXPECT_EQ(all[0].content, model::ContentId{6});
  EXPECT_EQ(all[1].valid_to, kOpenEnd);
  EXPECT_EQ(all[1].recorded_to, kNeverSeq);
  ASSERT_EQ(must(reader.attributes_of_owner(NodeId{4}, true)).size(), 1u);
  int seen = 0;
  must(reader.scan_attributes([&](const AttributeRow&) { return ++seen < 1; }));
  EXPECT_EQ(seen, 1);
}

TEST_F(Attributes, OwnersOfChangesAreThoseWithAnEndWithin) {
  must(writer().begin());
  std::int64_t id = 0;
  const auto insert = [&](std::uint32_t owner, Micros from, Micros to) {
    AttributeRow row;
    row.id = ++id;
    row.owner = NodeId{owner};
    row.valid_from = from;
    row.valid_to = to;
    row.recorded_from = Seq{1};
    must(writer().insert_attribute(row));
  };
  insert(1, 5, kOpenEnd);
  insert(2, 10, kOpenEnd);  // not within: it holds at both
  insert(3, 11, kOpenEnd);
  insert(4, 0, 20);
  insert(5, 20, 30);
  insert(6, 21, kOpenEnd);
  insert(7, 0, 10);
  must(writer().commit());
  Reader reader = lease();
  const auto owners = [&](Micros from, Micros to) {
    std::set<std::uint32_t> out;
    must(reader.scan_attribute_owners(from, to, [&](NodeId owner) {
      out.insert(owner.value);
      return true;
    }));
    return out;
  };
  EXPECT_EQ(owners(10, 20), (std::set<std::uint32_t>{3, 4, 5}));
  EXPECT_EQ(owners(20, kOpenEnd), (std::set<std::uint32_t>{5, 6}));
  EXPECT_EQ(owners(40, kOpenEnd), std::set<std::uint32_t>{});
}

class Observations : public StoreTest {
 protected:
  void insert(std::uint32_t owner, Micros time, std::int32_t rank, std::int64_t tie,
              std::uint64_t seq, std::int64_t run) {
    ObservationRow row;
    row.owner = NodeId{owner};
    row.time = time;
    row.rank = rank;
    row.tie = tie;
    row.seq = Seq{seq};
    row.run = model::RunRow{run};
    row.type = 3;
    row.flags = 4;
    row.code = model::CodeId{5};
    row.edge_set = model::EdgeSetId{6};
    row.bundle = model::BundleId{7};
    row.producer = model::ProducerId{8};
    must(writer().insert_observation(row));
  }
};

TEST_F(Observations, ComeInTheirOrder) {
  must(writer().begin());
  insert(1, 20, 0, 0, 1, 9);
  insert(1, 10, 1, 5, 2, 9);
  insert(1, 10, 1, -5, 3, 0);
  insert(1, 10, 0, 9, 4, 9);
  insert(2, 5, 0, 0, 5, 9);
  must(writer().commit());
  Reader reader = lease();
  std::string order;
  const auto at = must(reader.observations_at(NodeId{1}, 10));
  ASSERT_EQ(at.size(), 3u);
  EXPECT_EQ(at[0].seq, Seq{4});
  EXPECT_EQ(at[1].seq, Seq{3});
  EXPECT_EQ(at[2].seq, Seq{2});
  EXPECT_TRUE(must(reader.observations_at(NodeId{1}, 15)).empty());
  for (const auto& row : must(reader.observations_of_owner(NodeId{1}))) {
    order += std::to_string(row.seq.value);
  }
  EXPECT_EQ(order, "4321");
  order.clear();
  for (const auto& row : must(reader.observations_of_run(model::RunRow{9}))) {
    order += std::to_string(row.seq.value);
  }
  EXPECT_EQ(order, "5421");
  EXPECT_TRUE(must(reader.observations_of_run(model::RunRow{0})).empty());
  EXPECT_EQ(must(reader.last_observation_time(NodeId{1})), 20);
  EXPECT_FALSE(must(reader.last_observation_time(NodeId{3})).has_value());
  order.clear();
  must(reader.scan_observations([&](const ObservationRow& row) {
    order += std::to_string(row.seq.value);
    return true;
  }));
  EXPECT_EQ(order, "43215");
  const auto row = must(reader.observations_of_owner(NodeId{2})).at(0);
  EXPECT_EQ(row.type, 3);
  EXPECT_EQ(row.flags, 4);
  EXPECT_EQ(row.code, model::CodeId{5});
  EXPECT_EQ(row.edge_set, model::EdgeSetId{6});
  EXPECT_EQ(row.bundle, model::BundleId{7});
  EXPECT_EQ(row.producer, model::ProducerId{8});
}

TEST_F(Observations, DeletionsStandBesideThem) {
  must(writer().begin());
  must(writer().insert_deletion({NodeId{2}, 10, 1, -3, Seq{4}}));
  must(writer().insert_deletion({NodeId{1}, 20, 0, 0, Seq{5}}));
  must(writer().commit());
  const auto rows = must(lease().deletions());
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].dataset, NodeId{1});
  EXPECT_EQ(rows[1].rank, 1);
  EXPECT_EQ(rows[1].tie, -3);
  EXPECT_EQ(rows[1].seq, Seq{4});
  int seen = 0;
  must(lease().scan_deletions([&](const DeletionRow&) { return ++seen > 0; }));
  EXPECT_EQ(seen, 2);
}

}  // namespace
}  // namespace headwater::storage
