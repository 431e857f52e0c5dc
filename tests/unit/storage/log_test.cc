#include "tests/unit/storage/store_fixture.h"

namespace headwater::storage {
namespace {

using base::ErrorCode;

class Log : public StoreTest {};

TEST_F(Log, IsEmptyAtFirst) {
  Reader reader = lease();
  EXPECT_EQ(must(reader.last_seq()), Seq{0});
  EXPECT_FALSE(must(reader.log_record(Seq{1})).has_value());
  EXPECT_TRUE(must(reader.log_range(Seq{0}, 10)).empty());
  EXPECT_EQ(must(reader.count_events(INT64_MIN, model::kOpenEnd)), 0);
}

TEST_F(Log, GivesBackWhatWasAppended) {
  const std::string body = event_body(7);
  must(writer().begin());
  must(writer().append_log(Seq{1}, RecordKind::kDecision, 11, -22, {3, ~0ull}, store_->pack(body)));
  must(writer().commit());
  const auto record = must(lease().log_record(Seq{1}));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->seq, Seq{1});
  EXPECT_EQ(record->kind, RecordKind::kDecision);
  EXPECT_EQ(record->received_at, 11);
  EXPECT_EQ(record->event_time, -22);
  EXPECT_EQ(record->hash, (base::Hash128{3, ~0ull}));
  EXPECT_EQ(record->body, body);
}

TEST_F(Log, KeepsBytesOfEveryKind) {
  std::string all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<char>(i));
  must(writer().begin());
  append(1, "");
  append(2, all);
  append(3, std::string(3 << 20, 'x'));
  must(writer().commit());
  reopen();
  Reader reader = lease();
  EXPECT_EQ(must(reader.log_record(Seq{1}))->body, "");
  EXPECT_EQ(must(reader.log_record(Seq{2}))->body, all);
  EXPECT_EQ(must(reader.log_record(Seq{3}))->body.size(), 3u << 20);
}

TEST_F(Log, ListsARangeInOrderUpToTheLimit) {
  append_events(10);
  const auto records = must(lease().log_range(Seq{3}, 4));
  ASSERT_EQ(records.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(records[i].seq, Seq{4 + i});
  EXPECT_EQ(must(lease().log_range(Seq{8}, 100)).size(), 2u);
  EXPECT_EQ(must(lease().log_range(Seq{0}, SIZE_MAX)).size(), 10u);
}

TEST_F(Log, RefusesAGap) {
  append_events(2);
  must(writer().begin());
  const auto gap = writer().append_log(Seq{4}, RecordKind::kEvent, 0, 0, {}, store_->pack("x"));
  ASSERT_FALSE(gap);
  EXPECT_EQ(gap.error().code, ErrorCode::kInternal);
  writer().rollback();
  append_events(1);
  EXPECT_EQ(must(lease().last_seq()), Seq{3});
}

// Events at times 5, 5, 3, 9 under the numbers 1, 2, 3, 5; 4 is quarantined, 6 replayed at time 3.
class Events : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    must(writer().begin());
    append(1, "a", RecordKind::kEvent, 5);
    append(2, "b", RecordKind::kEvent, 5);
    append(3, "c", RecordKind::kEvent, 3);
    append(4, "d", RecordKind::kQuarantined, 4);
    append(5, "e", RecordKind::kEvent, 9);
    append(6, "d", RecordKind::kReplayed, 3);
    must(writer().commit());
  }
  std::string bodies(const Reader::EventQuery& query) {
    std::string text;
    for (const auto& record : must(lease().events(query))) text += record.body;
    return text;
  }
};

TEST_F(Events, ComeByTimeThenNumber) {
  EXPECT_EQ(bodies({}), "ebadc");
  EXPECT_EQ(bodies({.descending = false}), "cdabe");
}

TEST_F(Events, StayWithinTheHalfOpenInterval) {
  EXPECT_EQ(bodies({.from = 3, .to = 5}), "dc");
  EXPECT_EQ(bodies({.from = 5, .to = 9, .descending = false}), "ab");
  EXPECT_EQ(must(lease().count_events(3, 5)), 2);
  EXPECT_EQ(must(lease().count_events(INT64_MIN, model::kOpenEnd)), 5);
}

TEST_F(Events, TheNewestTimeIsThatOfWhatWasKnown) {
  EXPECT_EQ(must(lease().last_event_time(100, Seq{6})), 9);
  EXPECT_EQ(must(lease().last_event_time(9, Seq{6})), 9);
  EXPECT_EQ(must(lease().last_event_time(8, Seq{6})), 5);
  EXPECT_EQ(must(lease().last_event_time(100, Seq{4})), 5) << "quarantined records tell no time";
  EXPECT_EQ(must(lease().last_event_time(4, Seq{6})), 3);
  EXPECT_EQ(must(lease().last_event_time(4, Seq{2})), std::nullopt);
  EXPECT_EQ(must(lease().last_event_time(2, Seq{6})), std::nullopt);
}

TEST_F(Events, TheNewestTimeIsFoundBehindManyThatBecameKnownLater) {
  must(writer().begin());
  for (std::uint64_t seq = 7; seq < 5007; ++seq) append(seq, "x", RecordKind::kEvent, 50);
  must(writer().commit());
  EXPECT_EQ(must(lease().last_event_time(100, Seq{6})), 9);
}

TEST_F(Events, ContinueAfterAPosition) {
  for (const bool descending : {true, false}) {
    std::string text;
    Reader::EventQuery query{.descending = descending, .limit = 1};
    for (int page = 0; page < 5; ++page) {
      const auto records = must(lease().events(query));
      ASSERT_EQ(records.size(), 1u);
      text += records[0].body;
      query.after = std::pair(records[0].event_time, records[0].seq);
    }
    EXPECT_EQ(text, descending ? "ebadc" : "cdabe");
    EXPECT_TRUE(must(lease().events(query)).empty());
  }
}

TEST_F(Events, IgnoreAPositionOutsideTheInterval) {
  const auto far = std::pair(Micros{100}, Seq{1});
  EXPECT_EQ(bodies({.to = 5, .after = far}), "dc");
  EXPECT_EQ(bodies({.descending = false, .after = far}), "");
}

TEST_F(Events, AreFoundByHashButNotWhenQuarantined) {
  EXPECT_EQ(must(lease().find_event(base::hash128("c"))), Seq{3});
  EXPECT_EQ(must(lease().find_event(base::hash128("d"))), Seq{6});
  EXPECT_FALSE(must(lease().find_event(base::hash128("z"))).has_value());
}

TEST_F(Events, WithTheSameLowHashAreToldApart) {
  must(writer().begin());
  must(writer().append_log(Seq{7}, RecordKind::kEvent, 0, 0, {1, 77}, store_->pack("x")));
  must(writer().append_log(Seq{8}, RecordKind::kEvent, 0, 0, {2, 77}, store_->pack("y")));
  must(writer().append_log(Seq{9}, RecordKind::kEvent, 0, 0, {2, 77}, store_->pack("y")));
  must(writer().commit());
  EXPECT_EQ(must(lease().find_event({2, 77})), Seq{8});
  EXPECT_FALSE(must(lease().find_event({3, 77})).has_value());
}

class Quarantine : public StoreTest {};

TEST_F(Quarantine, ListsCountsAndMarks) {
  must(writer().begin());
  append(1, "bad", RecordKind::kQuarantined);
  append(2, "worse", RecordKind::kQuarantined);
  must(writer().insert_quarantine({Seq{1}, "no job", "/job", "p", Seq{}}));
  must(writer().insert_quarantine({Seq{2}, "no run", "/run", "q", Seq{}}));
  append(3, "bad", RecordKind::kReplayed);
  must(writer().mark_replayed(Seq{1}, Seq{3}));
  must(writer().commit());
  Reader reader = lease();
  EXPECT_EQ(must(reader.quarantined(Seq{0}, 10)).size(), 2u);
  EXPECT_EQ(must(reader.quarantined(Seq{1}, 10)).at(0).reason, "no run");
  const auto row = must(reader.quarantine_row(Seq{1}));
  ASSERT_TRUE(row);
  EXPECT_EQ(row->pointer, "/job");
  EXPECT_EQ(row->producer, "p");
  EXPECT_EQ(row->replayed_as, Seq{3});
  EXPECT_FALSE(must(reader.quarantine_row(Seq{3})).has_value());
  EXPECT_EQ(must(reader.count_quarantined(true)), 2);
  EXPECT_EQ(must(reader.count_quarantined(false)), 1);
}

TEST_F(Quarantine, RefusesToMarkWhatIsNotThere) {
  must(writer().begin());
  EXPECT_FALSE(writer().mark_replayed(Seq{1}, Seq{2}));
  writer().rollback();
}

}  // namespace
}  // namespace headwater::storage
