#include "model/decision.h"

#include <gtest/gtest.h>

namespace headwater::model {
namespace {

PeopleDecision tag(const std::string& name) {
  PeopleDecision d;
  d.kind = DecisionKind::kTag;
  d.author = "ada";
  d.node = {NodeKind::kField, {"n:s", "a \"b\""}, "x.y"};
  d.name = name;
  return d;
}

TEST(Decision, EveryKindIsReadBackFromTheLog) {
  for (int kind = 1; kind <= 8; ++kind) {
    PeopleDecision d = tag("");
    d.kind = static_cast<DecisionKind>(kind);
    d.reason = "line\nbreak";
    const bool named = kind >= 2 && kind <= 5;
    if (named || kind == 8) d.name = "pii:é";
    if (kind == 4) d.type = "MAINTAINER";
    if (kind == 1 || kind == 8) d.text = "";
    if (kind == 6 || kind == 7) {
      d.node = {NodeKind::kDataset, {"n", "a"}, {}};
      d.other = {"n", "b"};
    }
    if (kind == 8) {
      d.node = {};
      d.rule = {true, false, false, "public"};
    }
    const auto back = decode_decision(encode_decision(d, 7));
    ASSERT_TRUE(back) << kind;
    EXPECT_EQ(encode_decision(*back, 7), encode_decision(d, 7)) << kind;
    EXPECT_EQ(back->kind, d.kind);
    EXPECT_EQ(back->node, d.node) << kind;
    EXPECT_EQ(back->other, d.other);
    EXPECT_EQ(back->text, d.text);
    EXPECT_EQ(back->rule, d.rule);
    EXPECT_EQ(decision_kind(to_string(d.kind)), d.kind);
  }
}

TEST(Decision, OtherRecordsAreNone) {
  EXPECT_FALSE(decode_decision(R"({"decision":"delete_dataset","namespace":"n","name":"a"})"));
  EXPECT_FALSE(decode_decision("{}"));
}

TEST(Decision, AWithdrawnDescriptionIsNotAnEmptyOne) {
  PeopleDecision d;
  d.author = "ada";
  EXPECT_FALSE(decode_decision(encode_decision(d, 0))->text);
  EXPECT_TRUE(decode_annotation(encode_annotation(d, 0)).removed);
  d.text = "";
  EXPECT_EQ(decode_decision(encode_decision(d, 0))->text, "");
  EXPECT_FALSE(decode_annotation(encode_annotation(d, 0)).removed);
}

TEST(Decision, WhatIsWrongIsNamedWithItsLimit) {
  EXPECT_FALSE(fault_of(tag("pii")));
  PeopleDecision d = tag("pii");
  d.author = "";
  EXPECT_EQ(fault_of(d)->member, "author");
  d.author = std::string(200, 'a') + "é";
  EXPECT_EQ(fault_of(d)->limit, decision_limits::kAuthor);
  d.author = std::string(199, 'a') + "é";
  EXPECT_FALSE(fault_of(d)) << "characters, not bytes";
  d.author = "\xC3";
  EXPECT_EQ(fault_of(d)->member, "author");
  EXPECT_EQ(fault_of(tag(""))->member, "tag");
  EXPECT_EQ(fault_of(tag("a\nb"))->member, "tag");
  EXPECT_EQ(fault_of(tag(std::string(201, 'a')))->limit, decision_limits::kTag);
  d = tag("bob");
  d.kind = DecisionKind::kOwn;
  EXPECT_EQ(fault_of(d)->member, "nodeId") << "a field has no owners";
  d.kind = DecisionKind::kJoin;
  EXPECT_EQ(fault_of(d)->member, "nodeId");
  d.node = {NodeKind::kDataset, {"n", "a"}, {}};
  d.other = {"n", "a"};
  EXPECT_EQ(fault_of(d)->member, "other");
  d = tag("x");
  d.kind = DecisionKind::kDescribe;
  d.text = std::string(20'001, 'a');
  EXPECT_EQ(fault_of(d)->limit, decision_limits::kDescription);
}

TEST(Decision, EveryTextHasItsLimit) {
  namespace limits = decision_limits;
  PeopleDecision d;
  const auto expect = [&](std::string& text, std::size_t limit, const char* member) {
    text.assign(limit, 'a');
    EXPECT_FALSE(fault_of(d)) << member;
    text.push_back('a');
    const auto fault = fault_of(d);
    ASSERT_TRUE(fault) << member;
    EXPECT_EQ(fault->member, member);
    EXPECT_EQ(fault->limit, limit);
    text = "a";
  };
  d.text = "";
  expect(d.author, limits::kAuthor, "author");
  expect(d.reason, limits::kReason, "reason");
  expect(*d.text, limits::kDescription, "description");
  d.kind = DecisionKind::kUntag;
  expect(d.name, limits::kTag, "tag");
  d.kind = DecisionKind::kOwn;
  expect(d.name, limits::kOwner, "owner");
  expect(d.type, limits::kOwnerType, "type");
  d.kind = DecisionKind::kPutTag;
  expect(d.name, limits::kTag, "tag");
  expect(d.rule.stop_at_tag, limits::kTag, "stop.at_tag");
  expect(*d.text, limits::kDescription, "description");
}

}  // namespace
}  // namespace headwater::model
