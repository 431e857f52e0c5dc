// The diff of random histories against two whole readings of two moments.
//
// HW_SEED=n starts at another seed, HW_HISTORIES=n runs another number of histories.

#include <gtest/gtest.h>

#include <cstdio>
#include <random>
#include <string>

#include "tests/property/naive_generator.h"
#include "tests/support/diff_model.h"
#include "tests/support/from_env.h"
#include "tests/support/harness.h"

namespace headwater::tests::naive {
namespace {

// One history in a store of its own.
class Asked {
 public:
  explicit Asked(std::uint64_t seed)
      : seed_(seed),
        random_(seed),
        harness_(dir_.path("data")),
        service_(harness_.store(), harness_.graph(), harness_.clock()) {
    for (const Happening& h :
         Generator(seed, static_cast<int>(seed % 1'000'000), false).history()) {
      if (h.what == Happening::What::kEvent) {
        (void)harness_.try_send(event_json(h));
        continue;
      }
      ingest::Decision d;
      d.kind = h.what == Happening::What::kDeleteDataset ? ingest::Decision::Kind::kDeleteDataset
               : h.what == Happening::What::kDeleteJob   ? ingest::Decision::Kind::kDeleteJob
                                                         : ingest::Decision::Kind::kDeleteNamespace;
      d.name_space = h.target.name_space;
      if (h.what != Happening::What::kDeleteNamespace) d.name = h.target.name;
      d.at = h.time;
      (void)harness_.decide(std::move(d));
    }
  }

  // Returns how much there was to find.
  std::size_t ask() {
    if (service_.published().value == 0) return 0;
    const base::Micros from = moment();
    const base::Micros to = below(4) == 0 ? graph::kLatest : from + below(20) * 1'000'000;
    const model::Seq known_at{1 + random_() % service_.published().value};
    query::Session before = value_of(service_.open({from, known_at}));
    query::Session after = value_of(service_.open({to, known_at}));
    query::DiffRequest request;
    request.from = from;
    std::size_t found = compare(before, after, request);
    const model::NodeId root = some_node(after);
    if (!root) return found;
    request.root = root;
    request.depth = static_cast<std::uint32_t>(below(4));
    request.sides = static_cast<query::Sides>(below(3));
    found += compare(before, after, request);
    return found;
  }

 private:
  int below(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }
  base::Micros moment() { return (1'767'225'600 + base::Micros{3600} + below(44) - 2) * 1'000'000; }
  model::NodeId some_node(const query::Session& session) {
    std::vector<model::NodeId> all;
    for (std::uint32_t id = 1; id <= session.graph().node_count(); ++id) {
      const auto kind = session.graph().node(model::NodeId{id}).kind;
      const bool fits = kind == model::NodeKind::kDataset || kind == model::NodeKind::kJob;
      if (fits) all.push_back(session.graph().canonical(model::NodeId{id}));
    }
    return all.empty() ? model::NodeId{} : all[random_() % all.size()];
  }
  std::size_t compare(query::Session& before, query::Session& after,
                      const query::DiffRequest& request) {
    NaiveDiff naive(before, after);
    const query::Diff made = value_of(query::diff(after, request));
    const auto real = naive.real(made);
    const auto expected = request.root ? naive.around(*request.root, request.depth, request.sides)
                                       : naive.everything();
    EXPECT_EQ(real, expected) << "HW_SEED=" << seed_ << " HW_HISTORIES=1 from " << request.from
                              << " to " << after.moment().as_of << " known at " << after.seq().value
                              << "\nfound:" << NaiveDiff::text(after, real)
                              << "\nexpected:" << NaiveDiff::text(after, expected);
    for (const query::DiffChange& change : made.changes) {
      const auto detail = value_of(query::diff_detail(after, request.from, change));
      for (const model::Seq seq : detail.evidence.seqs) EXPECT_LE(seq, after.seq());
      const bool edge = change.kind == query::DiffKind::kEdgeAdded ||
                        change.kind == query::DiffKind::kEdgeRemoved;
      EXPECT_FALSE(edge && detail.evidence.seqs.empty()) << "HW_SEED=" << seed_ << " no evidence";
    }
    return expected.size();
  }

  std::uint64_t seed_;
  std::mt19937_64 random_;
  TempDir dir_;
  Harness harness_;
  query::Service service_;
};

TEST(DiffHistory, EqualsTwoReadingsOfTwoMoments) {
  const std::uint64_t first = from_env("HW_SEED", 20261121);
  const std::uint64_t count = from_env("HW_HISTORIES", 150);
  std::printf("HW_SEED=%llu HW_HISTORIES=%llu\n", static_cast<unsigned long long>(first),
              static_cast<unsigned long long>(count));
  std::size_t found = 0;
  for (std::uint64_t i = 0; i < count && !::testing::Test::HasFailure(); ++i) {
    Asked asked(first + i);
    for (int k = 0; k < 8 && !::testing::Test::HasFailure(); ++k) found += asked.ask();
  }
  EXPECT_GT(found, count);
}

}  // namespace
}  // namespace headwater::tests::naive
