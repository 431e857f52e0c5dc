// Which changes of code a partition is stale for: by hand.

#include "planner/change_effects.h"

#include <gtest/gtest.h>

namespace headwater::planner {
namespace {

constexpr NodeId kJob{7};
constexpr DatasetNo kDataset{3};
constexpr CodeId kA{1}, kB{2}, kC{3}, kOther{9};

// The changes for which something with the code is stale, by number.
std::vector<std::size_t> blamed(const CodeBook& codes, const std::vector<CodeStep>& steps,
                                CodeId code, std::int64_t index = 0) {
  std::vector<std::size_t> out;
  for (std::size_t at = 0; at < steps.size(); ++at) {
    if (blames(codes, kJob, steps, at, kDataset, index, code)) out.push_back(at);
  }
  return out;
}

using Numbers = std::vector<std::size_t>;

TEST(Blames, EveryChangeSinceTheCodeWasTheJobs) {
  CodeBook codes;
  codes.set_current(kJob, kC);
  const std::vector<CodeStep> steps{{kA, kB}, {kB, kC}};
  EXPECT_EQ(blamed(codes, steps, kA), (Numbers{0, 1}));
  EXPECT_EQ(blamed(codes, steps, kB), (Numbers{1}));
  EXPECT_EQ(blamed(codes, steps, kC), (Numbers{}));
  EXPECT_EQ(blamed(codes, steps, kOther), (Numbers{})) << "the job never had it";
}

TEST(Blames, AReturnStartsAnew) {
  CodeBook codes;
  codes.set_current(kJob, kC);
  const std::vector<CodeStep> steps{{kA, kB}, {kB, kA}, {kA, kC}};
  EXPECT_EQ(blamed(codes, steps, kA), (Numbers{2}));
  EXPECT_EQ(blamed(codes, steps, kB), (Numbers{1, 2}));
}

TEST(Blames, ClassesCountAndNotVersions) {
  CodeBook codes;
  codes.set_current(kJob, kC);
  codes.set_equalities(kJob, {{kA, kB, kDataset, 0, 9}});
  const std::vector<CodeStep> steps{{kA, kB}, {kB, kC}};
  EXPECT_EQ(blamed(codes, steps, kA, 5), (Numbers{1})) << "a and b are one";
  EXPECT_EQ(blamed(codes, steps, kA, 10), (Numbers{0, 1})) << "not there";
  codes.set_equalities(kJob, {{kB, kC, {}}});
  EXPECT_EQ(blamed(codes, steps, kA), (Numbers{0}));
  EXPECT_EQ(blamed(codes, steps, kB), (Numbers{}));
}

}  // namespace
}  // namespace headwater::planner
