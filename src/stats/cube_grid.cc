#include <algorithm>

#include "stats/cube.h"
#include "stats/lines.h"

namespace headwater::stats {
namespace {

using Part = CubeGrid::Part;
using Range = CubeGrid::Range;

constexpr std::uint32_t kAhead = 16;  // rows that are fetched before they are read

std::int64_t sum(CubeGrid& grid, std::size_t level, const Part& part, CubeGrid::Side side) {
  const LineTable& values = grid.levels[level].*side;
  if (values.empty()) return 0;
  const std::size_t size = part.columns.end - part.columns.first;
  if (size == grid.columns) return values.sum(part.row);
  const std::int64_t* line = grid.line(level, part.row, side) + part.columns.first;
  return size == 1 ? *line : sum_of(line, size);
}

// Whether all of the innermost ring that is within is zero.
bool is_zero(const CubeGrid& grid, std::size_t level, const Part& part) {
  Range rows{part.row, part.row + 1};
  for (; level + 1 < grid.levels.size(); ++level) {
    rows = {grid.levels[level].children[rows.first], grid.levels[level].children[rows.end]};
  }
  for (const auto* values : {&grid.levels.back().values, &grid.levels.back().before}) {
    for (std::uint32_t row = rows.first; row < rows.end && !values->empty(); ++row) {
      const std::int64_t* line = values->row(row);
      const auto other = [](std::int64_t value) { return value != 0; };
      if (std::any_of(line + part.columns.first, line + part.columns.end, other)) return false;
    }
  }
  return true;
}

// Each row adds up to what its children do.
void add_sums(const LineTable& from, const std::vector<std::uint32_t>& children,
              std::size_t columns, LineTable& to) {
  if (from.empty()) return;
  to.resize(children.size() - 1, columns);
  for (std::size_t row = 0; row + 1 < children.size(); ++row) {
    std::int64_t sum = 0;
    for (std::size_t child = children[row]; child < children[row + 1]; ++child) {
      sum += from.sum(child);
    }
    to.set_sum(row, sum);
  }
}

}  // namespace

void CubeGrid::add_levels() {
  levels.back().values.finish();
  levels.back().before.finish();
  for (std::size_t level = levels.size() - 1; level-- > 0;) {
    const Level& inner = levels[level + 1];
    add_sums(inner.values, levels[level].children, columns, levels[level].values);
    add_sums(inner.before, levels[level].children, columns, levels[level].before);
  }
}

const std::int64_t* CubeGrid::line(std::size_t level, std::size_t row, Side side) {
  LineTable& values = levels[level].*side;
  if (level + 1 < levels.size() && !values.has(row)) {
    const std::vector<std::uint32_t>& children = levels[level].children;
    for (std::size_t child = children[row]; child < children[row + 1]; ++child) {
      values.add(row, line(level + 1, child, side), 0);
    }
  }
  return values.row(row);
}

void Cube::open(std::size_t ring, std::uint32_t node, std::uint64_t least) {
  if (!grid || ring + 1 == rings.size() || grid->parts[ring][node].opened) return;
  grid->parts[ring][node].opened = true;
  const Part around = grid->parts[ring][node];
  const std::size_t level = grid->level_of[ring + 1], first = rings[ring + 1].size();
  const CubeGrid::Level& from = grid->levels[level];
  std::uint32_t unlisted = 0;
  const auto add = [&](std::uint32_t code, Part part) {
    CubeNode child;
    child.code = code;
    child.value = sum(*grid, level, part, &CubeGrid::Level::values);
    child.before = sum(*grid, level, part, &CubeGrid::Level::before);
    // What adds up to nothing is there all the same if anything is within it.
    if (child.value == 0 && child.before == 0 && is_zero(*grid, level, part)) return;
    if (std::max(magnitude(child.value), magnitude(child.before)) < least) {
      ++unlisted;
      return;
    }
    part.parent = node;
    rings[ring + 1].push_back(child);
    grid->parts[ring + 1].push_back(part);
  };
  const std::vector<std::uint32_t>& codes = grid->column_codes[ring + 1];
  if (codes.empty()) {
    const CubeGrid::Level& outer = grid->levels[level - 1];
    const std::uint32_t rows = outer.children[around.row + 1];
    for (std::uint32_t row = outer.children[around.row]; row < rows; ++row) {
      // A column of rows that lie far apart.
      if (row + kAhead < rows)
        __builtin_prefetch(from.values.row(row + kAhead) + around.columns.first);
      add(from.codes[row], {row, around.columns});
    }
  } else {
    for (std::uint32_t at = around.columns.first, end = at; at < around.columns.end; at = end) {
      while (end < around.columns.end && codes[end] == codes[at]) ++end;
      add(codes[at], {around.row, {at, end}});
    }
  }
  rings[ring][node].first = static_cast<std::uint32_t>(first);
  rings[ring][node].count = static_cast<std::uint32_t>(rings[ring + 1].size() - first);
  rings[ring][node].unlisted = unlisted;
}

bool Cube::precedes(std::size_t ring, std::uint32_t a, std::uint32_t b) const {
  if (!grid) return a < b;
  const std::uint32_t around_a = grid->parts[ring][a].parent,
                      around_b = grid->parts[ring][b].parent;
  if (around_a != around_b) return precedes(ring - 1, around_a, around_b);
  return rings[ring][a].code < rings[ring][b].code;
}

}  // namespace headwater::stats
