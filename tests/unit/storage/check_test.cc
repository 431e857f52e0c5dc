#include <algorithm>
#include <fstream>

#include "storage/sqlite/connection.h"
#include "tests/unit/storage/store_fixture.h"

namespace headwater::storage {
namespace {

using base::ErrorCode;
using model::NodeId;

class Check : public StoreTest {
 protected:
  // A sound store with a row in every table.
  void fill() {
    append_events(30);
    Writer& w = writer();
    must(w.begin());
    NamespaceRow space;
    space.id = model::NamespaceId{1};
    space.name = "n";
    must(w.upsert_namespace(space));
    for (std::uint32_t id = 1; id <= 4; ++id) {
      NodeRow node;
      node.id = NodeId{id};
      node.name_space = space.id;
      node.name = std::to_string(id);
      node.recorded = Seq{1};
      must(w.insert_node(node));
    }
    EdgeRow edge;
    edge.id = model::EdgeId{1};
    edge.owner = edge.src = NodeId{1};
    edge.dst = NodeId{2};
    edge.recorded_from = Seq{1};
    must(w.insert_edge(edge));
    const std::string json = R"({"some":"facet, some facet, some facet"})";
    must(w.insert_content(model::ContentId{1}, base::hash128(json), store_->pack(json)));
    must(w.insert_attribute_name(model::AttributeNameId{1}, "schema"));
    AttributeRow attribute;
    attribute.id = 1;
    attribute.owner = NodeId{1};
    attribute.name = model::AttributeNameId{1};
    attribute.content = model::ContentId{1};
    attribute.recorded_from = Seq{1};
    must(w.insert_attribute(attribute));
    must(w.insert_bundle(model::BundleId{1}, base::hash128("b"), "b"));
    must(w.insert_edge_set(model::EdgeSetId{1}, base::hash128("e"), "e"));
    must(w.commit());
    EXPECT_TRUE(findings().empty());
  }

  // Changes the database behind the store's back.
  void damage(const std::string& sql) {
    sqlite::ConnectionOptions options;
    options.path = directory_.file("headwater.db");
    auto db = must(sqlite::Connection::open(options));
    must(db->exec("test.damage", sql.c_str()));
  }

  std::vector<CheckFinding> findings() {
    return must(store_->check({}, [](std::string_view body) { return base::hash128(body); }));
  }
  // Where the findings are, each once, after one change.
  std::string after(const std::string& sql) {
    damage(sql);
    std::string out;
    for (const auto& finding : findings()) {
      if (out.find(finding.where) == std::string::npos) out += finding.where + " ";
    }
    return out;
  }
};

TEST_F(Check, FindsNothingInASoundStoreAndReportsProgress) {
  fill();
  double last = 0;
  must(store_->check([&](double share) {
    EXPECT_GE(share, last);
    last = share;
  }));
  EXPECT_DOUBLE_EQ(last, 1);
}

TEST_F(Check, FindsAGapInTheLog) {
  fill();
  EXPECT_EQ(after("DELETE FROM log WHERE seq = 7"), "log.seq ");
}

TEST_F(Check, FindsABodyThatDoesNotDecompress) {
  fill();
  EXPECT_EQ(after("UPDATE log SET body = substr(body, 2) WHERE seq = 7"), "log.body ");
  EXPECT_EQ(must(store_->check({}))[0].where, "log.body");
  EXPECT_EQ(after("UPDATE log SET size = size + 1 WHERE seq = 8"), "log.body ");
  EXPECT_EQ(after("UPDATE log SET dictionary = 9 WHERE seq = 9"), "log.body ");
  const auto record = lease().log_record(Seq{7});
  ASSERT_FALSE(record);
  EXPECT_EQ(record.error().code, ErrorCode::kStorageCorrupt);
  EXPECT_NE(record.error().detail.find("log record 7"), std::string::npos);
  EXPECT_EQ(must(lease().log_record(Seq{6}))->body, event_body(6));
}

TEST_F(Check, FindsAnotherHash) {
  fill();
  EXPECT_EQ(after("UPDATE content SET hash_low = hash_low + 1"), "content.hash ");
  EXPECT_EQ(after("UPDATE bundle SET body = x'00'"), "content.hash bundle.hash ");
  EXPECT_EQ(after("UPDATE log SET hash_high = 0 WHERE seq = 3"),
            "log.hash content.hash bundle.hash ");
  EXPECT_EQ(must(store_->check({})).size(), 2u) << "the log's are not compared without a function";
}

TEST_F(Check, FindsReferencesToWhatIsNotThere) {
  fill();
  EXPECT_EQ(after("UPDATE edge SET src = 99"), "edge.src ");
  EXPECT_EQ(after("UPDATE edge SET src = 1, via = 98"), "edge.via ");
  EXPECT_EQ(after("UPDATE edge SET via = 0, recorded_from = 77"), "edge.recorded_from ");
  EXPECT_EQ(after("UPDATE edge SET recorded_from = 1; UPDATE attribute SET content = 5"),
            "attribute.content ");
  EXPECT_EQ(after("UPDATE attribute SET content = 0; INSERT INTO observation"
                  " VALUES (1, 0, 0, 0, 1, 5, 0, 0, 6, 7, 8, 9)"),
            "observation.run observation.code observation.edge_set observation.bundle "
            "observation.producer ");
}

TEST_F(Check, FindsEmptyIntervals) {
  fill();
  EXPECT_EQ(after("UPDATE edge SET valid_to = valid_from"), "edge.valid_from ");
  EXPECT_EQ(after("UPDATE edge SET valid_to = 9; UPDATE attribute SET recorded_to = 1"),
            "attribute.recorded_from ");
}

TEST_F(Check, FindsHolesAndCirclesAmongNodes) {
  fill();
  EXPECT_EQ(after("UPDATE node SET merged_into = 2, merged_seq = 2 WHERE id = 1;"
                  "UPDATE node SET merged_into = 3, merged_seq = 2 WHERE id = 2;"),
            "");
  EXPECT_EQ(after("UPDATE node SET merged_into = 1, merged_seq = 2 WHERE id = 3"),
            "node.merged_into ");
  EXPECT_EQ(after("UPDATE node SET merged_into = 0; DELETE FROM node WHERE id = 3"), "node.id ");
}

TEST_F(Check, FindsQuarantinedRecordsWithoutAReason) {
  fill();
  EXPECT_EQ(after("UPDATE log SET kind = 2 WHERE seq = 3"), "log.kind ");
  EXPECT_EQ(after("INSERT INTO quarantine VALUES (3, '', '', '', 0), (4, '', '', '', 0)"),
            "quarantine.seq ");
}

TEST_F(Check, SaysThatThereAreMoreThanItLists) {
  fill();
  damage(
      "WITH RECURSIVE n (i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)"
      " INSERT INTO edge SELECT i, i, 1, i, i, 0, 0, 0, 1, 1, 2, 0 FROM n");
  const auto found = findings();
  ASSERT_EQ(found.size(), Store::kMaxFindings);
  EXPECT_EQ(found.back().where, "check");
}

class Corrupt : public Check {
 protected:
  void overwrite(std::streamoff from, std::size_t bytes) {
    store_.reset();
    std::fstream file(directory_.file("headwater.db"),
                      std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(from);
    std::mt19937_64 random(static_cast<std::uint64_t>(from));
    for (std::size_t i = 0; i < bytes; ++i) file.put(static_cast<char>(random()));
  }
};

TEST_F(Corrupt, AFileThatIsNoDatabaseIsCalledSo) {
  fill();
  overwrite(0, 4096);
  for (const bool read_only : {false, true}) {
    StoreOptions options = fast_options(directory_.path());
    options.read_only = read_only;
    const auto store = Store::open(options);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, ErrorCode::kStorageCorrupt);
    EXPECT_NE(store.error().message.find("headwater check"), std::string::npos);
  }
}

// Whatever page is damaged: an error or a finding, never a crash and never silence about rows lost.
TEST_F(Corrupt, EveryDamagedPageIsAnErrorOrAFinding) {
  fill();
  store_.reset();
  const std::string good = directory_.file("good.db");
  std::filesystem::copy_file(directory_.file("headwater.db"), good);
  const auto pages = static_cast<std::streamoff>(std::filesystem::file_size(good) / 4096);
  ASSERT_GT(pages, 20);
  for (std::streamoff page = 1; page < pages; ++page) {
    std::filesystem::copy_file(good, directory_.file("headwater.db"),
                               std::filesystem::copy_options::overwrite_existing);
    overwrite(page * 4096, 4096);
    auto store = Store::open(fast_options(directory_.path()));
    if (!store) {
      EXPECT_EQ(store.error().code, ErrorCode::kStorageCorrupt);
      continue;
    }
    EXPECT_FALSE(must((*store)->check({})).empty()) << "page " << page;
    auto reader = must((*store)->reader());
    const auto records = reader.log_range(Seq{0}, 1000);
    if (!records) {
      EXPECT_EQ(records.error().code, ErrorCode::kStorageCorrupt);
    }
  }
}

TEST_F(Corrupt, ATruncatedFileIsAnErrorOrAFinding) {
  fill();
  store_.reset();
  auto left =
      static_cast<std::int64_t>(std::filesystem::file_size(directory_.file("headwater.db")));
  for (left -= 4096; left > 4096; left -= 3 * 4096 + 100) {
    std::filesystem::resize_file(directory_.file("headwater.db"),
                                 static_cast<std::uintmax_t>(left));
    auto store = Store::open(fast_options(directory_.path()));
    if (!store) {
      EXPECT_EQ(store.error().code, ErrorCode::kStorageCorrupt);
      continue;
    }
    const auto found = (*store)->check({});
    if (found) {
      EXPECT_FALSE(found->empty());
    } else {
      EXPECT_EQ(found.error().code, ErrorCode::kStorageCorrupt);
    }
  }
}

class Backup : public Check {};

TEST_F(Backup, IsAStoreOfItsOwn) {
  fill();
  const std::string target = directory_.file("copy");
  double last = 0;
  must(store_->backup(target, [&](double share) {
    EXPECT_GE(share, last);
    last = share;
  }));
  EXPECT_DOUBLE_EQ(last, 1);
  append_events(1);
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(target)) {
    names.push_back(entry.path().filename().string());
  }
  EXPECT_EQ(names, std::vector<std::string>{"headwater.db"});
  auto copy = must(Store::open(fast_options(target)));
  EXPECT_EQ(copy->instance_id(), store_->instance_id());
  EXPECT_EQ(must(must(copy->reader()).last_seq()), Seq{30});
  EXPECT_TRUE(must(copy->check({})).empty());
  must(copy->writer().begin());
  must(copy->writer().append_log(Seq{31}, RecordKind::kEvent, 0, 0, {}, copy->pack("more")));
  must(copy->writer().commit());
}

TEST_F(Backup, RefusesADirectoryThatIsNotEmpty) {
  std::filesystem::create_directories(directory_.file("full/x"));
  const auto done = store_->backup(directory_.file("full"), {});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kConflict);
}

TEST_F(Backup, OfADamagedStoreIsRefused) {
  fill();
  damage("UPDATE edge SET src = 99");
  const auto done = store_->backup(directory_.file("copy"), {});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kStorageCorrupt);
  EXPECT_FALSE(std::filesystem::exists(directory_.file("copy/headwater.db")));
}

TEST_F(Backup, IsOneMomentThoughTheWriterGoesOn) {
  append_events(2000);
  std::uint64_t written = 2000;
  must(store_->backup(directory_.file("copy"), [&](double share) {
    if (share > 0.5) return;
    append_events(50);
    written += 50;
  }));
  EXPECT_EQ(must(lease().last_seq()), Seq{written});
  auto copy = must(Store::open(fast_options(directory_.file("copy"))));
  EXPECT_EQ(must(must(copy->reader()).last_seq()), Seq{2000});
}

TEST_F(Backup, OfAReadOnlyStoreBesideItsWriter) {
  fill();
  StoreOptions options = fast_options(directory_.path());
  options.read_only = true;
  auto other = must(Store::open(options));
  must(other->backup(directory_.file("copy"), {}));
  EXPECT_TRUE(std::filesystem::exists(directory_.file("copy/headwater.db")));
}

}  // namespace
}  // namespace headwater::storage
