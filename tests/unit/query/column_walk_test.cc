#include "query/column_walk.h"

#include <random>

#include "base/crew.h"
#include "tests/unit/query/world.h"

namespace headwater::query {
namespace {

// One dataset that feeds thousands, which feed thousands more, which all feed one: levels so wide
// that several threads look at parts of them. Some jobs state columns, some do not, and some
// datasets are fed by a job that others wrote to as well.
class WideWalk : public testing::Test {
 protected:
  static constexpr int kWidth = 5000;

  struct Table {
    NodeId dataset;
    std::vector<NodeId> fields;
  };

  WideWalk() {
    root_ = table("root", 2);
    std::vector<Table> above{root_};
    for (int level = 1; level <= 2; ++level) {
      std::vector<Table> here;
      for (int i = 0; i < kWidth; ++i) {
        const std::string name = std::to_string(level) + "." + std::to_string(i);
        here.push_back(table("t" + name, 2));
        feed(world_.job("j" + name), above, here);
      }
      above = std::move(here);
    }
    sink_ = table("sink", 1);
    for (int i = 0; i < kWidth; ++i) {
      feed(world_.job("last" + std::to_string(i)), above, {sink_});
    }
    world_.commit();
  }

  Table table(const std::string& name, int fields) {
    Table out{world_.dataset(name), {}};
    for (int i = 0; i < fields; ++i) {
      out.fields.push_back(world_.field(out.dataset, "c" + std::to_string(i)));
    }
    return out;
  }
  const Table& any(const std::vector<Table>& tables) { return tables[random_() % tables.size()]; }

  // A job that reads some of `above` and writes the last of `here`, now and then another too.
  void feed(NodeId job, const std::vector<Table>& above, const std::vector<Table>& here) {
    std::vector<const Table*> outputs{&here.back()};
    if (random_() % 8 == 0 && here.size() > 1) outputs.push_back(&any(here));
    for (const Table* output : outputs) world_.writes(job, output->dataset);
    for (std::uint64_t reads = 1 + random_() % 3; reads > 0; --reads) {
      const Table& input = any(above);
      world_.reads(job, input.dataset);
      for (const Table* output : outputs) {
        if (random_() % 4 == 0) continue;  // a gap, perhaps
        const NodeId from = input.fields[random_() % input.fields.size()];
        world_.direct(from, output->fields[random_() % output->fields.size()], job);
        if (random_() % 8 == 0) world_.indirect(input.dataset, output->dataset, job);
      }
    }
  }

  // The walk of one thread and those of several must be the same, entry by entry.
  void compare(const Snapshot& graph, const ColumnStart& start, ColumnWalkOptions options) {
    const ColumnWalk alone = ColumnWalk::run(graph, {start}, options);
    base::Crew crew(3);
    options.crew = &crew;
    const ColumnWalk together = ColumnWalk::run(graph, {start}, options);
    ASSERT_EQ(together.entries().size(), alone.entries().size());
    for (std::size_t i = 0; i < alone.entries().size(); ++i) {
      const ColumnEntry &a = alone.entries()[i], &b = together.entries()[i];
      ASSERT_EQ(std::tuple(a.node, a.from, a.by, std::uint32_t{a.distance}, bool{a.assumed}),
                std::tuple(b.node, b.from, b.by, std::uint32_t{b.distance}, bool{b.assumed}))
          << "entry " << i;
    }
    ASSERT_EQ(together.tables().size(), alone.tables().size());
    EXPECT_EQ(together.jobs(), alone.jobs());
    EXPECT_EQ(together.assumed_flows(), alone.assumed_flows());
    EXPECT_EQ(together.cut(), alone.cut());
    EXPECT_EQ(together.frontier(), alone.frontier());
    seen_ = alone.entries().size();
  }

  World world_;
  std::mt19937_64 random_{20261126};
  Table root_, sink_;
  std::size_t seen_ = 0;
};

TEST_F(WideWalk, IsTheSameWithACrew) {
  const Session session = world_.session();
  ColumnWalkOptions options;
  for (const bool jobs : {false, true}) {
    options.jobs = options.silent_readers = jobs;
    compare(session.graph(), {root_.dataset, "c0"}, options);
    EXPECT_GT(seen_, std::size_t{2 * kWidth});
  }
  options = {};
  options.direction = graph::Direction::kUpstream;
  compare(session.graph(), {sink_.dataset, ""}, options);
  EXPECT_GT(seen_, std::size_t{2 * kWidth});
}

TEST_F(WideWalk, IsCutAtTheSamePlaceWithACrew) {
  const Session session = world_.session();
  ColumnWalkOptions options;
  options.jobs = true;
  for (const std::size_t limit : {10, 3000, 12'000}) {
    options.max_tables = limit;
    compare(session.graph(), {root_.dataset, "c0"}, options);
    EXPECT_LT(seen_, 3 * limit);
  }
  options.max_tables = SIZE_MAX;
  options.max_distance = 1;
  compare(session.graph(), {root_.dataset, ""}, options);
}

}  // namespace
}  // namespace headwater::query
