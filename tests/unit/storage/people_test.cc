// Decisions and definitions of tags in the tables.

#include <string>
#include <vector>

#include "storage/sqlite/connection.h"
#include "tests/unit/storage/store_fixture.h"

namespace headwater::storage {
namespace {

using model::DecisionKind;
using model::NodeId;

class People : public StoreTest {
 protected:
  void fill() {
    append_events(3);
    Writer& w = writer();
    must(w.begin());
    for (std::uint32_t id = 1; id <= 3; ++id) {
      NodeRow node;
      node.id = NodeId{id};
      node.kind = id == 1 ? model::NodeKind::kDataset : model::NodeKind::kField;
      node.parent = NodeId{id == 1 ? 0u : 1u};
      node.name = "n" + std::to_string(id);
      node.recorded = Seq{1};
      must(w.insert_node(node));
    }
    must(w.insert_decision({Seq{2}, DecisionKind::kTag, NodeId{1}, NodeId{}, "ada", 20}));
    must(w.insert_decision({Seq{3}, DecisionKind::kJoin, NodeId{2}, NodeId{1}, "bob", 10}));
    TagDefinitionRow tag;
    tag.seq = Seq{3};
    tag.name = "b";
    tag.at = 7;
    tag.description = "of b";
    tag.rule.downstream = true;
    tag.rule.stop_masking = false;
    tag.rule.stop_at_tag = "stop";
    must(w.insert_tag_definition(tag));
    tag.seq = Seq{2};
    tag.name = "a";
    must(w.insert_tag_definition(tag));
    must(w.commit());
  }
  std::string after(const std::string& sql) {
    sqlite::ConnectionOptions options;
    options.path = directory_.file("headwater.db");
    auto db = must(sqlite::Connection::open(options));
    must(db->exec("test.damage", sql.c_str()));
    std::string out;
    for (const auto& finding : must(store_->check({}))) out += finding.where + " ";
    return out;
  }
};

TEST_F(People, RowsAreReadAsTheyWereWritten) {
  fill();
  auto reader = must(store_->reader());
  const auto rows = must(reader.decisions({}));
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].seq, Seq{3});
  EXPECT_EQ(rows[0].kind, DecisionKind::kJoin);
  EXPECT_EQ(rows[0].other, NodeId{1});
  EXPECT_EQ(rows[1].author, "ada");
  EXPECT_EQ(rows[1].at, 20);
  EXPECT_EQ(must(reader.last_decision_time()), 10) << "of the newest record";
  std::vector<TagDefinitionRow> tags;
  must(reader.scan_tag_definitions([&](const TagDefinitionRow& row) {
    tags.push_back(row);
    return true;
  }));
  ASSERT_EQ(tags.size(), 2u);
  EXPECT_EQ(tags[0].name, "a");
  EXPECT_EQ(tags[1].description, "of b");
  EXPECT_EQ(tags[1].rule, (model::TagRule{true, false, true, "stop"}));
}

TEST_F(People, OnlyFieldsOfWhichSomethingWasSaidAreNamed) {
  fill();
  must(writer().begin());
  must(writer().insert_attribute_name(model::AttributeNameId{1}, "$people.tag:t"));
  must(writer().insert_content(model::ContentId{1}, base::hash128("{}"), store_->pack("{}")));
  AttributeRow row;
  row.id = 1;
  row.owner = NodeId{3};
  row.name = model::AttributeNameId{1};
  row.content = model::ContentId{1};
  row.recorded_from = Seq{2};
  must(writer().insert_attribute(row));
  row.id = 2;
  row.recorded_to = Seq{3};
  must(writer().insert_attribute(row));
  must(writer().commit());
  auto reader = must(store_->reader());
  EXPECT_EQ(must(reader.fields_with_attributes(NodeId{1})), std::vector{NodeId{3}});
  EXPECT_EQ(must(reader.attributes_of_fields(NodeId{1}, true)).size(), 1u);
  EXPECT_EQ(must(reader.attributes_of_fields(NodeId{1}, false)).size(), 2u);
  EXPECT_TRUE(must(reader.attributes_of_fields(NodeId{2}, false)).empty());
}

TEST_F(People, WhatPeopleSaidIsNoNewsOfTheOwner) {
  fill();
  must(writer().begin());
  ObservationRow row;
  row.owner = NodeId{1};
  row.seq = Seq{1};
  row.time = 50;
  row.type = 8;
  must(writer().insert_observation(row));
  must(writer().commit());
  auto reader = must(store_->reader());
  EXPECT_FALSE(must(reader.last_observation_time(NodeId{1})).has_value());
  must(writer().begin());
  row.time = 40;
  row.type = 6;
  must(writer().insert_observation(row));
  must(writer().commit());
  EXPECT_EQ(must(reader.last_observation_time(NodeId{1})), 40);
}

TEST_F(People, ADecisionAboutNothingOrFromNoRecordIsFound) {
  fill();
  EXPECT_EQ(after("SELECT 1"), "");
  EXPECT_EQ(after("UPDATE decision SET node = 9 WHERE seq = 2"), "decision.node ");
  EXPECT_EQ(after("UPDATE decision SET node = 1, seq = 77 WHERE seq = 2"), "decision.seq ");
  EXPECT_EQ(after("UPDATE decision SET seq = 2, other = 8 WHERE seq = 77"), "decision.other ");
  EXPECT_EQ(after("UPDATE decision SET other = 0 WHERE seq = 2; "
                  "UPDATE tag_definition SET seq = 78 WHERE seq = 2"),
            "tag_definition.seq ");
}

}  // namespace
}  // namespace headwater::storage
