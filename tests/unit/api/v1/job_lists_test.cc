// Lists of jobs give the same with what is kept of jobs as without it, whatever happens between two
// of them. HW_SEED=n.

#include <random>

#include "query/catalog.h"
#include "query/job_news.h"
#include "tests/support/from_env.h"
#include "tests/unit/api/v1/question_fixture.h"

namespace headwater::api::v1 {
namespace {

using storage::RunState;
using tests::must;

class JobLists : public QuestionTest {
 protected:
  std::string one_of(std::initializer_list<const char*> all) {
    return *(all.begin() + static_cast<std::ptrdiff_t>(random_() % all.size()));
  }
  std::string job() { return "j" + std::to_string(random_() % 12); }

  void happen() {
    const auto dice = random_() % 20;
    if (dice == 0) return decide();
    if (dice == 1) return remove();
    std::string event = EventText{.job = job(),
                                  .run = "r" + std::to_string(random_() % 40),
                                  .time = "0" + std::to_string(random_() % 10) + ":00:0" +
                                          std::to_string(random_() % 10),
                                  .inputs = {"d" + std::to_string(random_() % 3)}}
                            .str();
    const std::string type = one_of({"START", "COMPLETE", "FAIL", "ABORT", "OTHER"});
    event.replace(event.find("COMPLETE"), 8, type);
    if (dice < 6) {
      const std::string parent = R"("facets":{"parent":{"_producer":"https://example.com",)"
                                 R"("_schemaURL":"https://example.com/p","run":{"runId":"r)" +
                                 std::to_string(random_() % 60) +
                                 R"("},"job":{"namespace":"ns","name":")" + job() + R"("}}},)";
      event.insert(event.find(R"("runId")"), parent);
    }
    ASSERT_LT(post({"lineage"}, event).status, 300);
  }
  void decide() {
    post({"decisions"},
         R"({"kind":"tag","nodeId":"job:ns:)" + job() + R"(","tag":"gold","author":"ada"})");
  }
  void remove() { world().remove({"namespaces", "ns", "jobs", job()}); }

  std::vector<std::pair<std::uint32_t, base::Micros>> listed(query::Service& service,
                                                             std::vector<RunState> states) {
    query::Session session = must(service.open());
    query::JobListQuery query;
    query.last_run_states = std::move(states);
    query.page.limit = 5;
    std::vector<std::pair<std::uint32_t, base::Micros>> out;
    for (;;) {
      const auto page = must(query::list_jobs(session, query));
      for (const query::NodeId node : page.items) {
        out.emplace_back(node.value, must(session.last_heard(node)).value_or(0));
      }
      if (!page.next) {
        EXPECT_EQ(page.total, static_cast<std::int64_t>(out.size()));
        return out;
      }
      query.after = page.next;
    }
  }

  std::mt19937_64 random_{tests::from_env("HW_SEED", 1)};
};

TEST_F(JobLists, AreTheSameWithWhatIsKept) {
  tests::Harness& harness = world().harness();
  query::Service without(harness.store(), harness.graph(), harness.clock());
  for (int step = 0; step < 300; ++step) {
    SCOPED_TRACE("step " + std::to_string(step));
    for (auto i = random_() % 3; i-- > 0;) happen();
    for (const std::vector<RunState>& states :
         {std::vector<RunState>{}, {RunState::kFailed}, {RunState::kRunning, RunState::kAborted}}) {
      if (random_() % 3 == 0) continue;
      ASSERT_EQ(listed(world().queries(), states), listed(without, states));
    }
  }
}

TEST(JobNews, WhatWasReadHoldsUntilTheJobIsTouched) {
  using model::NodeId;
  using model::Seq;
  using query::JobNews;
  JobNews news;
  const auto known_at = [&](std::uint64_t seq) {
    std::vector<JobNews::Item> items{{NodeId{7}, {}}};
    news.fill(Seq{seq}, items);
    return items[0].heard_known;
  };
  JobNews::Item read{NodeId{7}, {}};
  read.value.heard = 5;
  read.heard_known = true;
  news.keep(Seq{10}, {read});
  EXPECT_TRUE(known_at(10));
  EXPECT_TRUE(known_at(12)) << "nothing has touched it since";
  EXPECT_TRUE(known_at(8)) << "nor between 8 and 10";
  news.touch(NodeId{7}, Seq{13});
  EXPECT_FALSE(known_at(13));
  EXPECT_FALSE(known_at(12)) << "what is kept may be of 13 already";
  news.keep(Seq{12}, {read});  // read before the record, kept after it
  EXPECT_FALSE(known_at(13));
  news.keep(Seq{13}, {read});
  EXPECT_TRUE(known_at(13));
  EXPECT_FALSE(known_at(12));
}

}  // namespace
}  // namespace headwater::api::v1
