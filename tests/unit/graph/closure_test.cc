#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/graph/builder.h"

namespace headwater::graph {
namespace {

class Closure : public testing::TestWithParam<bool> {
 protected:
  // The ids marked, downstream.
  std::vector<std::uint32_t> marked(NodeId start, EdgeKinds kinds, Moment moment = {}) {
    if (GetParam()) b_.graph.compact();
    const Snapshot snapshot = b_.graph.snapshot(moment);
    std::vector<std::uint64_t> bitmap;
    const std::size_t count =
        closure(snapshot, std::vector{start}, Direction::kDownstream, kinds, bitmap);
    std::vector<std::uint32_t> ids;
    for (std::uint32_t id = 1; id <= snapshot.node_count(); ++id) {
      if ((bitmap[id / 64] >> (id % 64) & 1) != 0) ids.push_back(id);
    }
    EXPECT_EQ(ids.size(), count);
    return ids;
  }
  Builder b_;
};

TEST_P(Closure, FollowsOnlyTheKindsAskedFor) {
  const NodeId d = b_.dataset("d");
  const NodeId j = b_.job("j");
  const NodeId out = b_.dataset("out");
  const NodeId user = b_.node(NodeKind::kConsumer, "user");
  b_.reads(d, j);
  b_.writes_scoped(j, out);
  b_.edge(d, user, EdgeKind::kUses);
  b_.publish();
  EXPECT_EQ(marked(d, model::kTableLineage), (std::vector<std::uint32_t>{1, 2, 3}));
  EXPECT_EQ(marked(d, mask(EdgeKind::kUses)), (std::vector<std::uint32_t>{1, 4}));
  EXPECT_EQ(marked(d, 0), std::vector<std::uint32_t>{1});
}

TEST_P(Closure, LeavesOutWhatEndedAndFindsItInThePast) {
  const NodeId d = b_.dataset("d");
  const NodeId j = b_.job("j");
  const EdgeId edge = b_.edge(d, j, EdgeKind::kReads, 100);
  b_.publish();
  if (GetParam()) b_.graph.compact();
  b_.retire(edge, 200);
  b_.publish();
  EXPECT_EQ(marked(d, model::kTableLineage), std::vector<std::uint32_t>{1});
  EXPECT_EQ(marked(d, model::kTableLineage, {.as_of = 150}), (std::vector<std::uint32_t>{1, 2}));
  EXPECT_EQ(marked(d, model::kTableLineage, {.known_at = Seq{1}}),
            (std::vector<std::uint32_t>{1, 2}));
}

TEST_P(Closure, OfNoStartsIsEmpty) {
  b_.dataset("d");
  b_.publish();
  std::vector<std::uint64_t> bitmap;
  EXPECT_EQ(closure(b_.graph.snapshot(), {}, Direction::kUpstream, model::kTableLineage, bitmap),
            0U);
  EXPECT_EQ(bitmap.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Compaction, Closure, testing::Bool(),
                         [](const auto& given) { return given.param ? "Packed" : "Appended"; });

}  // namespace
}  // namespace headwater::graph
