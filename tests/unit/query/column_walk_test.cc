// Wide walks, which two threads do together (query/ahead.h): what they find does not depend on who
// looked it up. What a walk finds at all is tested through column lineage and impact.
#include "query/column_walk.h"

#include <array>
#include <functional>
#include <random>
#include <tuple>
#include <vector>

#include "tests/unit/query/world.h"

namespace headwater::query {
namespace {

constexpr std::size_t kLevels = 5, kTables = 500, kColumns = 8;

// Levels of tables, each made by a job of two tables of the level before. One job in six states no
// columns; some columns come from a whole table.
struct Wide : World {
  std::vector<std::array<NodeId, kColumns>> fields;
  std::vector<NodeId> tables;
  std::mt19937 random{20261127};
  std::size_t pick(std::size_t n) { return random() % n; }

  Wide() {
    for (std::size_t i = 0; i < kLevels * kTables; ++i) add_table(i);
    commit();
  }
  void add_table(std::size_t i) {
    const std::string number = std::to_string(i);
    tables.push_back(dataset("t" + number));
    fields.emplace_back();
    for (std::size_t c = 0; c < kColumns; ++c) {
      fields.back()[c] = field(tables[i], "c" + std::to_string(c));
    }
    if (i < kTables) return;
    const NodeId made_by = job("j" + number);
    writes(made_by, tables[i]);
    const bool states = pick(6) != 0;
    for (int n = 0; n < 2; ++n) {
      // Many read the first tables of a level, few the others.
      const std::size_t far = pick(2) == 0 ? pick(kTables) : pick(20);
      const std::size_t from = i / kTables * kTables - kTables + far;
      reads(made_by, tables[from]);
      if (!states) continue;
      for (const NodeId to : fields[i]) direct(fields[from][pick(kColumns)], to, made_by);
      if (pick(10) == 0) indirect(fields[from][pick(kColumns)], tables[i], made_by);
    }
  }
};

using Line = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t, int, bool>;

std::vector<Line> lines(const ColumnWalk& walk) {
  std::vector<Line> out;
  for (const ColumnEntry& entry : walk.entries()) {
    out.emplace_back(entry.node.value, entry.from, entry.by.value, entry.distance,
                     static_cast<int>(entry.kind), entry.assumed);
  }
  for (const ColumnWalk::Table& table : walk.tables()) {
    out.emplace_back(table.dataset.value, table.entry, 0, 0, -1, false);
  }
  for (const std::uint32_t job : walk.jobs()) out.emplace_back(job, 0, 0, 0, -2, false);
  out.emplace_back(walk.limit(), walk.frontier(), 0, 0, static_cast<int>(walk.cut()), false);
  return out;
}

TEST(ColumnWalk, OfTwoThreadsFindsWhatOneFinds) {
  Wide world;
  const Session now = world.session();
  std::vector<ColumnStart> down, up;
  for (std::size_t i = 0; i < kTables; ++i) {
    down.push_back({world.tables[i], "c" + std::to_string(i % kColumns)});
    up.push_back({world.tables[world.tables.size() - 1 - i], ""});
  }
  std::vector<std::pair<std::string, ColumnWalkOptions>> all;
  ColumnWalkOptions options;
  all.emplace_back("columns", options);
  options.jobs = options.silent_readers = true;
  all.emplace_back("impact", options);
  options.max_distance = 2;
  all.emplace_back("cut by distance", options);
  options.max_distance = UINT32_MAX;
  options.max_tables = 2'500;
  all.emplace_back("cut by tables", options);
  options.max_tables = SIZE_MAX;
  options.max_fields = 9'000;
  all.emplace_back("cut by fields", options);
  options.max_fields = SIZE_MAX;
  options.follow = [](std::uint32_t, const ColumnEntry& from, const graph::Neighbor& to) {
    return (from.node.value + to.edge.value) % 5 != 0;
  };
  all.emplace_back("some edges", options);
  for (const bool downstream : {true, false}) {
    for (auto& [name, how] : all) {
      SCOPED_TRACE(name + (downstream ? " downstream" : " upstream"));
      how.direction = downstream ? graph::Direction::kDownstream : graph::Direction::kUpstream;
      how.silent_readers = how.silent_readers && downstream;
      how.crew = nullptr;
      const std::vector<Line> alone =
          lines(ColumnWalk::run(now.graph(), downstream ? down : up, how));
      EXPECT_GT(alone.size(), 4'000U);
      for (const unsigned helpers : {0U, 1U, 3U}) {
        base::Crew crew(helpers);
        how.crew = &crew;
        for (int round = 0; round < 3; ++round) {
          EXPECT_TRUE(lines(ColumnWalk::run(now.graph(), downstream ? down : up, how)) == alone)
              << helpers << " helpers";
        }
      }
    }
  }
}

}  // namespace
}  // namespace headwater::query
