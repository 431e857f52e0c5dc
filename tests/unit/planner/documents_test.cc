#include "planner/documents.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/harness.h"

namespace headwater::planner {
namespace {

using base::ErrorCode;
using tests::must;

Mapping mapping() {
  Mapping out;
  out.kind = MappingKind::kExplicit;
  out.from = -3;
  out.to = 4;
  out.lanes = LaneRule::kProjected;
  out.projection = {2, 0, 4'000'000'000};
  out.pairs = {{{1, -5}, {0, 7}}, {{2, INT64_MAX}, {3, INT64_MIN}}};
  return out;
}

TEST(Documents, OfSpacesAreReadBack) {
  const SpaceDocument space{true,   R"({"dimensions":[]})", {{}, {1, -2}, {3}}, 7, "ann \"x\"",
                            "why\n"};
  const SpaceDocument back = decode_space(encode(space));
  EXPECT_EQ(back.declared, space.declared);
  EXPECT_EQ(back.space, space.space);
  EXPECT_EQ(back.lanes, space.lanes);
  EXPECT_EQ(back.keys, space.keys);
  EXPECT_EQ(back.author, space.author);
  EXPECT_EQ(back.reason, space.reason);
}

TEST(Documents, OfMappingsAreReadBack) {
  MappingDocument document;
  document.declared = true;
  document.in_force = false;
  document.mapping = mapping();
  document.author = "ann";
  document.reason = "because";
  document.runs = 12;
  document.candidates = {{mapping(), 5, true}, {Mapping{}, 1, false}};
  document.job = NodeId{3};
  document.code = CodeId{-9};
  document.columns = {"a", "b.c"};
  const MappingDocument back = decode_mapping(encode(document));
  EXPECT_EQ(back.declared, document.declared);
  EXPECT_EQ(back.in_force, document.in_force);
  EXPECT_TRUE(back.mapping == document.mapping);
  EXPECT_EQ(back.author, document.author);
  EXPECT_EQ(back.reason, document.reason);
  EXPECT_EQ(back.runs, document.runs);
  ASSERT_EQ(back.candidates.size(), 2u);
  EXPECT_TRUE(back.candidates[0].mapping == mapping());
  EXPECT_EQ(back.candidates[0].seen, 5u);
  EXPECT_TRUE(back.candidates[0].refused);
  EXPECT_FALSE(back.candidates[1].refused);
  EXPECT_EQ(back.job, document.job);
  EXPECT_EQ(back.code, document.code);
  EXPECT_EQ(back.columns, document.columns);
  document.in_force = true;
  EXPECT_TRUE(decode_mapping(encode(document)).in_force);
}

TEST(Documents, OfMappingsThatWaitAreReadBackAndOthersStayAsTheyWere) {
  MappingDocument document;
  document.declared = true;
  document.mapping = mapping();
  EXPECT_EQ(encode(document).find("wait"), std::string::npos);
  document.mapping.wait = {WaitPolicy::Inputs::kAtLeast, 20, 90 * 60 * base::Micros{1'000'000}};
  EXPECT_NE(encode(document).find(R"("wait":{"inputs":{"at_least":20},"quiet":"PT1H30M"}})"),
            std::string::npos);
  EXPECT_TRUE(decode_mapping(encode(document)).mapping == document.mapping);
  document.mapping.wait = {WaitPolicy::Inputs::kAll, 0, 0};
  EXPECT_TRUE(decode_mapping(encode(document)).mapping == document.mapping);
}

TEST(Documents, OfJobsAreReadBack) {
  JobDocument job;
  job.code = CodeId{5};
  job.at = -1;
  job.partitions = true;
  job.before = CodeId{4};
  job.change = 99;
  const JobDocument back = decode_job(encode(job));
  EXPECT_EQ(back.code, job.code);
  EXPECT_EQ(back.at, job.at);
  EXPECT_TRUE(back.partitions);
  EXPECT_EQ(back.before, job.before);
  EXPECT_EQ(back.change, job.change);
}

TEST(Documents, OfChangesAreReadBack) {
  ChangeDocument change;
  change.data = true;
  change.job = NodeId{4};
  change.at = 17;
  change.from = CodeId{1};
  change.to = CodeId{2};
  change.dataset = DatasetNo{6};
  change.run = model::RunRow{8};
  change.spans = {{0, -4, -4}, {3, 5, 9}};
  change.columns = {{{"ns", "t"}, "c"}};
  const ChangeDocument back = decode_change(encode(change));
  EXPECT_TRUE(back.data);
  EXPECT_EQ(back.job, change.job);
  EXPECT_EQ(back.at, change.at);
  EXPECT_EQ(back.from, change.from);
  EXPECT_EQ(back.to, change.to);
  EXPECT_EQ(back.dataset, change.dataset);
  EXPECT_EQ(back.run, change.run);
  EXPECT_EQ(back.spans, change.spans);
  EXPECT_EQ(back.columns, change.columns);
}

TEST(Documents, OfDecisionsAreReadBackToTheirBounds) {
  DecisionDocument decision;
  decision.change_a = 5;
  decision.change_b = 2;
  decision.decided = Decided::kDefer;
  decision.dataset = DatasetNo{3};
  decision.at = 1;
  decision.author = "ann";
  decision.reason = "later";
  decision.revoked = model::Seq{UINT64_C(1) << 40};
  for (const bool bounded : {false, true}) {
    if (bounded) {
      decision.first = -7;
      decision.last = 8;
      decision.until = 9;
    }
    const DecisionDocument back = decode_decision(encode(decision));
    EXPECT_EQ(back.change_a, decision.change_a);
    EXPECT_EQ(back.change_b, decision.change_b);
    EXPECT_EQ(back.decided, decision.decided);
    EXPECT_EQ(back.dataset, decision.dataset);
    EXPECT_EQ(back.first, decision.first);
    EXPECT_EQ(back.last, decision.last);
    EXPECT_EQ(back.at, decision.at);
    EXPECT_EQ(back.until, decision.until);
    EXPECT_EQ(back.author, decision.author);
    EXPECT_EQ(back.reason, decision.reason);
    EXPECT_EQ(back.revoked, decision.revoked);
  }
}

TEST(Documents, VerdictsHaveNames) {
  for (const Decided value :
       {Decided::kMaterial, Decided::kImmaterial, Decided::kForwardOnly, Decided::kDefer}) {
    EXPECT_EQ(decided(to_string(value)), value);
  }
  EXPECT_FALSE(decided("forward-only"));
}

// ---- what people write -------------------------------------------------------------------------

Space days() {
  return must(Space::parse(R"({"dimensions":[{"name":"date","kind":"time","granularity":"day"}]})",
                           nullptr));
}

TEST(ParseMapping, ReadsWhatItIsGiven) {
  const auto read = [](const std::string& json) {
    return must(parse_mapping(json, days(), days()));
  };
  EXPECT_EQ(read(R"({"kind":"identity"})").kind, MappingKind::kIdentity);
  const Mapping window = read(R"({"kind":"window","from":-6,"to":0,"lanes":"all"})");
  EXPECT_EQ(window.from, -6);
  EXPECT_EQ(window.to, 0);
  EXPECT_EQ(window.lanes, LaneRule::kAll);
  EXPECT_EQ(read(R"({"kind":"last","lanes":"same"})").lanes, LaneRule::kSame);
  EXPECT_EQ(read(R"({"kind":"all"})").lanes, LaneRule::kMatched) << "unless it is said otherwise";
  const Mapping pairs = read(
      R"({"kind":"explicit","pairs":[{"downstream":"1970-01-02","upstream":"date=1970-01-03"}]})");
  ASSERT_EQ(pairs.pairs.size(), 1u);
  EXPECT_EQ(pairs.pairs[0].downstream, (Place{0, 1}));
  EXPECT_EQ(pairs.pairs[0].upstream, (Place{0, 2}));
}

TEST(ParseMapping, SaysWhichMemberIsWrong) {
  const auto wrong = [](const std::string& json) {
    const auto read = parse_mapping(json, days(), days());
    EXPECT_FALSE(read) << json;
    return read ? "" : read.error().message;
  };
  EXPECT_NE(wrong("[]").find("object"), std::string::npos);
  EXPECT_NE(wrong("{}").find("mapping.kind"), std::string::npos);
  EXPECT_NE(wrong(R"({"kind":"diagonal"})").find("mapping.kind"), std::string::npos);
  EXPECT_NE(wrong(R"({"kind":"window","from":"-6"})").find("mapping.from"), std::string::npos);
  EXPECT_NE(wrong(R"({"kind":"window","to":0.5})").find("mapping.to"), std::string::npos);
  EXPECT_NE(wrong(R"({"kind":"identity","lanes":"both"})").find("mapping.lanes"),
            std::string::npos);
  EXPECT_NE(wrong(R"({"kind":"identity","form":1})").find("mapping.form"), std::string::npos)
      << "a member that is not known";
  EXPECT_NE(wrong(R"({"kind":"identity","from":-1,"to":-1})").find("mapping.from"),
            std::string::npos)
      << "offsets that would not count";
  EXPECT_NE(wrong(R"({"kind":"all","pairs":[]})").find("mapping.pairs"), std::string::npos);
  const auto wait = [&](const std::string& policy, const std::string& kind = "identity") {
    return wrong(R"({"kind":")" + kind + R"(","wait":)" + policy + "}");
  };
  EXPECT_NE(wait("3").find("mapping.wait must be"), std::string::npos);
  EXPECT_NE(wait(R"({"input":"all"})").find("mapping.wait.input is not"), std::string::npos);
  EXPECT_NE(wait(R"({"inputs":"some"})").find("mapping.wait.inputs must"), std::string::npos);
  EXPECT_NE(wait(R"({"inputs":{"at_least":0}})").find("inputs.at_least must"), std::string::npos);
  EXPECT_NE(wait(R"({"inputs":{"most":1}})").find("inputs.most is not"), std::string::npos);
  EXPECT_NE(wait(R"({"quiet":"2h"})").find("mapping.wait.quiet must be"), std::string::npos);
  EXPECT_NE(wait(R"({"quiet":7200})").find("mapping.wait.quiet must be"), std::string::npos);
  EXPECT_NE(wait(R"({"quiet":"PT0S"})").find("PT1S or longer"), std::string::npos);
  EXPECT_NE(wait(R"({"quiet":"PT2H"})", "as_of").find("does not go with as_of"), std::string::npos);
  EXPECT_NE(wait(R"({"inputs":"all"})", "last").find("does not go with last"), std::string::npos);
  EXPECT_FALSE(
      wrong(R"({"kind":"explicit","pairs":[{"downstream":"x","upstream":"1970-01-01"}]})").empty());
  EXPECT_FALSE(wrong(R"({"kind":"explicit","pairs":[{"downstream":"1970-01-01"}]})").empty());
}

TEST(Documents, WaitPoliciesHaveLimitsAndMayBeLeftOut) {
  const auto read = [](const std::string& wait) {
    return parse_mapping(R"({"kind":"identity","wait":)" + wait + "}", days(), days());
  };
  for (const std::string beyond :
       {R"({"inputs":{"at_least":1000001}})", R"({"quiet":"P366DT1S"})"}) {
    const auto refused = read(beyond);
    ASSERT_FALSE(refused) << beyond;
    EXPECT_EQ(refused.error().code, ErrorCode::kLimitExceeded);
  }
  for (const std::string nothing :
       {"null", "{}", R"({"inputs":"planned"})", R"({"inputs":null,"quiet":null})"}) {
    EXPECT_FALSE(must(read(nothing)).wait.any()) << nothing;
  }
  const Mapping most = must(read(R"({"inputs":{"at_least":1000000},"quiet":"P366D"})"));
  EXPECT_EQ(mapping_json(most),
            R"({"kind":"identity","lanes":"matched","wait":{"inputs":{"at_least":1000000},)"
            R"("quiet":"P366D"}})");
}

TEST(MappingJson, SaysWhatCountsAndNoMore) {
  Mapping window;
  window.kind = MappingKind::kWindow;
  window.from = -6;
  EXPECT_EQ(mapping_json(window), R"({"kind":"window","from":-6,"to":0,"lanes":"same"})");
  EXPECT_EQ(mapping_json(mapping()), R"({"kind":"explicit","lanes":"projected","pair_count":2})");
}

}  // namespace
}  // namespace headwater::planner
