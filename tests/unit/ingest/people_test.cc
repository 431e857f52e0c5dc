// What people decide, through the pipeline: it holds whatever producers send, and is repeated by a
// replay.

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "ingest/catalog.h"
#include "tests/support/harness.h"
#include "tests/unit/ingest/event_text.h"

namespace headwater::ingest {
namespace {

using base::ErrorCode;
using model::DecisionKind;
using model::NodeId;
using model::NodeKind;
using tests::dataset;
using tests::dataset_event;
using tests::must;
using tests::RunEvent;

constexpr base::Micros kDay = 1'767'225'600'000'000;  // 2026-01-01
constexpr base::Micros kSecond = 1'000'000;

class PeopleTest : public ::testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() { harness = std::make_unique<tests::Harness>(dir.path("a")); }
  void reopen(bool keep_snapshot) {
    harness.reset();
    if (!keep_snapshot) std::filesystem::remove(dir.path("a/graph.snapshot"));
    open();
  }

  static Decision about(DecisionKind kind, const std::string& name, base::Micros at = 0,
                        const std::string& field = "") {
    Decision d;
    d.kind = Decision::Kind::kPeople;
    d.people.kind = kind;
    d.people.author = "ada";
    d.people.node = {field.empty() ? NodeKind::kDataset : NodeKind::kField, {"d", name}, field};
    d.at = at;
    return d;
  }
  static Decision tag(const std::string& name, const std::string& tag, base::Micros at = 0,
                      const std::string& field = "") {
    Decision d = about(DecisionKind::kTag, name, at, field);
    d.people.name = tag;
    return d;
  }
  static Decision untag(const std::string& name, const std::string& tag, base::Micros at = 0) {
    Decision d = PeopleTest::tag(name, tag, at);
    d.people.kind = DecisionKind::kUntag;
    return d;
  }
  static Decision describe(const std::string& name, std::optional<std::string> text,
                           base::Micros at = 0) {
    Decision d = about(DecisionKind::kDescribe, name, at);
    d.people.text = std::move(text);
    return d;
  }
  static Decision join(const std::string& a, const std::string& b,
                       DecisionKind kind = DecisionKind::kJoin) {
    Decision d = about(kind, a);
    d.people.other = {"d", b};
    return d;
  }

  NodeId node(const std::string& name) {
    const auto snapshot = harness->graph().snapshot();
    return snapshot.canonical(snapshot.find(NodeKind::kDataset, "d", name));
  }
  NodeId field(const std::string& name, const std::string& path) {
    const auto snapshot = harness->graph().snapshot();
    return snapshot.canonical(snapshot.find_field(node(name), path));
  }
  // What people said of the node that held at a moment of both clocks: name to value.
  std::map<std::string, model::Annotation> said(NodeId owner, base::Micros as_of = model::kOpenEnd,
                                                model::Seq known_at = {}) {
    auto reader = must(harness->store().reader());
    if (!known_at) known_at = must(reader.last_seq());
    std::map<std::string, model::Annotation> out;
    for (const auto& row : must(reader.attributes_of_owner(owner, false))) {
      const bool known = row.recorded_from <= known_at && known_at < row.recorded_to;
      const bool held = as_of == model::kOpenEnd ? row.valid_to == as_of
                                                 : row.valid_from <= as_of && as_of < row.valid_to;
      const std::string name = *must(reader.attribute_name(row.name));
      if (!known || !held || !name.starts_with(model::kPeople)) continue;
      out[name.substr(model::kPeople.size())] =
          model::decode_annotation(*must(reader.content(row.content)));
    }
    return out;
  }
  std::string text(const std::string& name) {
    const auto all = said(node(name));
    const auto at = all.find("description");
    return at == all.end() ? "(none)" : at->second.removed ? "(removed)" : at->second.value;
  }
  bool tagged(NodeId owner, const std::string& tag, base::Micros as_of = model::kOpenEnd,
              model::Seq known_at = {}) {
    const auto all = said(owner, as_of, known_at);
    const auto at = all.find("tag:" + tag);
    return at != all.end() && !at->second.removed;
  }
  model::Seq last_seq() { return must(must(harness->store().reader()).last_seq()); }

  void expect_replay_gives_the_same() {
    for (const auto& finding :
         must(ingest::check(harness->store(), harness->options(), [](double) {}))) {
      ADD_FAILURE() << finding.where << ": " << finding.what;
    }
    must_ok(ingest::rebuild(harness->store(), dir.path("b"), harness->options(), {}));
    tests::Harness copy(dir.path("b"));
    const auto mine = must(ingest::digests(harness->store(), true));
    const auto theirs = must(ingest::digests(copy.store(), true));
    ASSERT_EQ(mine.size(), theirs.size());
    for (std::size_t i = 0; i < mine.size(); ++i) EXPECT_EQ(mine[i], theirs[i]) << mine[i].view;
  }
  static void must_ok(const base::Result<void>& done) {
    ASSERT_TRUE(done) << done.error().message << done.error().detail;
  }
  static std::string symlink(const std::string& other) {
    return "\"symlinks\":{\"identifiers\":[{\"namespace\":\"d\",\"name\":\"" + other +
           "\",\"type\":\"TABLE\"}]}";
  }
  static std::string second(int n) { return "2026-01-01T00:00:0" + std::to_string(n) + "Z"; }

  tests::TempDir dir;
  std::unique_ptr<tests::Harness> harness;
};

TEST_F(PeopleTest, OfTwoDecisionsTheLaterOneCountsThoughTheClockStandsStill) {
  harness->send(dataset_event("a", ""));
  must(harness->decide(tag("a", "pii")));
  must(harness->decide(untag("a", "pii")));
  must(harness->decide(tag("a", "pii")));
  EXPECT_TRUE(tagged(node("a"), "pii"));
  reopen(true);
  harness->clock().now_ -= 3600 * kSecond;
  must(harness->decide(untag("a", "pii")));
  EXPECT_FALSE(tagged(node("a"), "pii")) << "set back, and over a restart";
  must(harness->decide(describe("a", "one")));
  must(harness->decide(describe("a", "two")));
  EXPECT_EQ(text("a"), "two");
  must(harness->decide(describe("a", std::nullopt)));
  EXPECT_EQ(text("a"), "(removed)");
  expect_replay_gives_the_same();
}

TEST_F(PeopleTest, ProducersChangeNothingOfIt) {
  harness->send(
      RunEvent{.outputs = dataset("a", "\"documentation\":{\"description\":\"p\"}")}.json());
  must(harness->decide(describe("a", "mine", kDay + 2 * kSecond)));
  must(harness->decide(tag("a", "pii", kDay + 3 * kSecond)));
  const auto before = said(node("a"));
  harness->send(RunEvent{.time = second(1),  // late, so that the owner is folded anew
                         .run = "2",
                         .outputs = dataset("a", "\"documentation\":{\"_deleted\":true}")}
                    .json());
  harness->send(RunEvent{.time = second(5),
                         .run = "3",
                         .outputs = dataset("a",
                                            "\"tags\":{\"tags\":[]},\"$people.tag:pii\":{\"x\":1},"
                                            "\"$people.description\":{\"_deleted\":true}")}
                    .json());
  const auto after = said(node("a"));
  ASSERT_EQ(before.size(), 2u);
  EXPECT_EQ(after.size(), 2u);
  EXPECT_EQ(text("a"), "mine");
  EXPECT_TRUE(tagged(node("a"), "pii"));
  expect_replay_gives_the_same();
}

TEST_F(PeopleTest, BothClocksTellWhenAndSinceWhenItWasKnown) {
  harness->send(RunEvent{.outputs = dataset("a")}.json());
  const auto put = must(harness->decide(tag("a", "pii", kDay + 10 * kSecond)));
  const auto gone = must(harness->decide(untag("a", "pii", kDay + 20 * kSecond)));
  const NodeId a = node("a");
  EXPECT_FALSE(tagged(a, "pii", kDay + 9 * kSecond));
  EXPECT_TRUE(tagged(a, "pii", kDay + 10 * kSecond));
  EXPECT_FALSE(tagged(a, "pii", kDay + 20 * kSecond));
  EXPECT_FALSE(tagged(a, "pii", kDay + 10 * kSecond, model::Seq{put.seq.value - 1}));
  EXPECT_TRUE(tagged(a, "pii", model::kOpenEnd, put.seq));
  EXPECT_FALSE(tagged(a, "pii", model::kOpenEnd, gone.seq));
}

TEST_F(PeopleTest, ADeletedDatasetStaysDeletedAndIsNotHeardOfAgain) {
  harness->send(RunEvent{.outputs = dataset("a")}.json());
  Decision gone;
  gone.kind = Decision::Kind::kDeleteDataset;
  gone.name_space = "d";
  gone.name = "a";
  gone.at = kDay + 5 * kSecond;
  must(harness->decide(gone));
  auto reader = must(harness->store().reader());
  const auto heard = must(reader.last_observation_time(node("a")));
  must(harness->decide(tag("a", "pii")));
  EXPECT_EQ(must(reader.last_observation_time(node("a"))), heard);
  bool deleted = false;
  for (const auto& row : must(reader.attributes_of_owner(node("a"), true))) {
    const bool state = must(reader.attribute_name(row.name)) == "$state";
    deleted |= state && row.valid_to == model::kOpenEnd;
  }
  EXPECT_TRUE(deleted);
  harness->send(
      RunEvent{.time = "2026-10-01T00:00:00Z", .run = "2", .outputs = dataset("a")}.json());
  EXPECT_TRUE(tagged(node("a"), "pii")) << "it outlives the deletion";
}

TEST_F(PeopleTest, AColumnOfNoLineageBecomesANodeAndItsDatasetNotesIt) {
  harness->send(dataset_event("a", "\"schema\":{\"fields\":[{\"name\":\"x\"}]}"));
  EXPECT_FALSE(harness->graph().snapshot().find_field(node("a"), "x"));
  must(harness->decide(tag("a", "pii", 0, "x")));
  EXPECT_TRUE(tagged(field("a", "x"), "pii"));
  EXPECT_TRUE(said(node("a")).empty()) << "nothing is said of the dataset";
  EXPECT_EQ(must(must(harness->store().reader()).fields_with_attributes(node("a"))).size(), 1u);
  reopen(false);
  must(harness->decide(tag("a", "key", 0, "x")));
  EXPECT_TRUE(tagged(field("a", "x"), "pii"));
  EXPECT_TRUE(tagged(field("a", "x"), "key"));
  expect_replay_gives_the_same();
}

// By symlinks or by a join: what was said of either name is said of the one dataset.
TEST_F(PeopleTest, AMergeKeepsWhatWasSaidOfBothNamesAndOfTheirFields) {
  for (const bool by_people : {false, true}) {
    const std::string a = by_people ? "a2" : "a1", z = by_people ? "z2" : "z1";
    harness->send(RunEvent{.run = a, .outputs = dataset(a) + "," + dataset(z)}.json());
    must(harness->decide(tag(a, "left")));
    must(harness->decide(tag(z, "right")));
    must(harness->decide(describe(a, "old")));
    must(harness->decide(describe(z, "new")));
    must(harness->decide(tag(z, "pii", 0, "x")));
    must(harness->decide(tag(a, "key", 0, "x")));
    must(harness->decide(tag(z, "only", 0, "y")));
    if (by_people) {
      must(harness->decide(join(a, z)));
    } else {
      harness->send(dataset_event(z, symlink(a), second(1)));
    }
    ASSERT_EQ(node(a), node(z));
    EXPECT_TRUE(tagged(node(a), "left"));
    EXPECT_TRUE(tagged(node(a), "right"));
    EXPECT_EQ(text(z), "new") << "of two the later one";
    EXPECT_TRUE(tagged(field(a, "x"), "pii"));
    EXPECT_TRUE(tagged(field(a, "x"), "key"));
    EXPECT_TRUE(tagged(field(z, "y"), "only"));
    reopen(by_people);
    must(harness->decide(tag(z, "later", 0, "x")));
    EXPECT_TRUE(tagged(field(a, "x"), "later"));
    EXPECT_TRUE(tagged(field(a, "x"), "pii"));
  }
  expect_replay_gives_the_same();
}

TEST_F(PeopleTest, AChainOfMergesLosesNothing) {
  harness->send(RunEvent{.outputs = dataset("a") + "," + dataset("m") + "," + dataset("z")}.json());
  must(harness->decide(tag("z", "pii", 0, "x")));
  must(harness->decide(join("z", "m")));
  must(harness->decide(join("m", "a")));
  EXPECT_TRUE(tagged(field("z", "x"), "pii"));
  EXPECT_EQ(field("z", "x"), field("a", "x"));
  expect_replay_gives_the_same();
}

TEST_F(PeopleTest, WhatCannotBeDecidedWritesNothing) {
  harness->send(RunEvent{.outputs = dataset("a") + "," + dataset("b")}.json());
  const auto before = last_seq();
  const auto code = [&](Decision d) { return harness->decide(std::move(d)).error().code; };
  EXPECT_EQ(code(tag("none", "pii")), ErrorCode::kNotFound);
  EXPECT_EQ(code(tag("none", "pii", 0, "x")), ErrorCode::kNotFound);
  EXPECT_EQ(code(tag("a", "")), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(tag("a", std::string(201, 'x'))), ErrorCode::kLimitExceeded);
  EXPECT_EQ(code(join("a", "none")), ErrorCode::kNotFound);
  EXPECT_EQ(code(join("a", "a")), ErrorCode::kInvalidArgument);
  Decision nobody = tag("a", "pii");
  nobody.people.author.clear();
  EXPECT_EQ(code(nobody), ErrorCode::kInvalidArgument);
  EXPECT_EQ(last_seq(), before);
  must(harness->decide(join("a", "b", DecisionKind::kRejectJoin)));
  must(harness->decide(join("b", "a")));
  EXPECT_EQ(code(join("a", "b")), ErrorCode::kConflict);
  EXPECT_EQ(code(join("a", "b", DecisionKind::kRejectJoin)), ErrorCode::kConflict);
  EXPECT_EQ(last_seq().value, before.value + 2);
  expect_replay_gives_the_same();
}

TEST_F(PeopleTest, DecisionsAreListedByNodeAuthorAndKind) {
  harness->send(RunEvent{.outputs = dataset("a") + "," + dataset("b")}.json());
  must(harness->decide(tag("a", "one")));
  Decision other = tag("b", "two");
  other.people.author = "bob";
  must(harness->decide(other));
  must(harness->decide(untag("a", "one")));
  must(harness->decide(join("b", "a", DecisionKind::kRejectJoin)));
  auto reader = must(harness->store().reader());
  const auto count = [&](NodeId node, const std::string& author,
                         std::optional<DecisionKind> kind = {}, std::size_t limit = 100,
                         model::Seq before = model::kNeverSeq) {
    const auto rows = must(reader.decisions({before, node, author, kind, limit}));
    for (std::size_t i = 1; i < rows.size(); ++i) EXPECT_GT(rows[i - 1].seq, rows[i].seq);
    return rows.size();
  };
  EXPECT_EQ(count({}, ""), 4u);
  EXPECT_EQ(count({}, "", {}, 3), 3u);
  EXPECT_EQ(count({}, "", {}, 100, model::Seq{3}), 1u);
  EXPECT_EQ(count(node("a"), ""), 3u) << "the other side of a join too";
  EXPECT_EQ(count(node("a"), "", DecisionKind::kTag), 1u);
  EXPECT_EQ(count(node("b"), "bob"), 1u);
  EXPECT_EQ(count({}, "ada"), 3u);
  EXPECT_EQ(count({}, "ada", DecisionKind::kUntag), 1u);
  EXPECT_EQ(count({}, "", DecisionKind::kTag), 2u);
}

TEST_F(PeopleTest, DefinitionsOfTagsAreKeptAndReplayed) {
  Decision put = about(DecisionKind::kPutTag, "");
  put.people.name = "pii";
  put.people.text = "personal";
  put.people.rule = {true, false, true, "public"};
  must(harness->decide(put));
  put.people.rule.downstream = false;
  must(harness->decide(put));
  std::vector<storage::TagDefinitionRow> rows;
  auto reader = must(harness->store().reader());
  must_ok(reader.scan_tag_definitions([&](const storage::TagDefinitionRow& row) {
    rows.push_back(row);
    return true;
  }));
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].rule, (model::TagRule{true, false, true, "public"}));
  EXPECT_LT(rows[0].at, rows[1].at);
  EXPECT_FALSE(rows[1].rule.downstream);
  expect_replay_gives_the_same();
}

TEST_F(PeopleTest, OlderDecisionsAreReadAsBefore) {
  const auto old = must(decode_decision(
      R"({"decision":"delete_job","namespace":"n","name":"j","owner":"","description":"","at":5})"));
  EXPECT_EQ(old.kind, Decision::Kind::kDeleteJob);
  EXPECT_EQ(old.name, "j");
  EXPECT_EQ(old.at, 5);
  EXPECT_EQ(decode_decision(R"({"decision":"something"})").error().code,
            ErrorCode::kStorageCorrupt);
}

}  // namespace
}  // namespace headwater::ingest
