// Cube: facts as a tree of values by dimensions, one ring below the other, with exact sums. Private
// to stats.
//
// What has several owners, tags or consumers is split: first by owners, in equal parts; each part
// by tags, in equal parts; each of these by consumers, by their uses. In this order whatever the
// order of the rings, and only for what the rings or the filter speak of: so the same shares come
// out in any order of rings and at any depth. Direct: owners are those of the job, or if it has
// none, of the dataset; the namespace is that of the job, or of the dataset; tags are those of
// both. Inherited: all of them are those of the dataset at the end, or of the job that has no
// output.
//
// Thread-safety: plain values. Cost: near linear in facts times shares. Memory: 40 bytes for each
// value of the innermost ring; 8 if most values have cost in most periods and are kept as a grid.
// Errors: kCancelled; kLimitExceeded (max_cells).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "stats/facts.h"
#include "stats/lines.h"

namespace headwater::stats {

struct CubeQuestion {
  static constexpr std::size_t kMaxCells = 30'000'000;  // limit max_cells

  std::vector<Dimension> by;
  std::size_t rings = SIZE_MAX;    // how many of them are in the tree
  std::vector<std::string> focus;  // keys of the first rings: only what is below it
};

// `before` is of the interval compared with.
struct CubeNode {
  std::uint32_t code = 0;              // index of Cube::names of its ring
  std::uint32_t first = 0, count = 0;  // its children in the next ring
  std::uint32_t unlisted = 0;          // children that were too small to be opened
  std::int64_t value = 0, before = 0;
};

// The values of the innermost ring as a grid: rows (the values of all rings but those of time) by
// columns (the periods), both in the order of their keys. A level is the same with fewer of the
// rings that are not of time, so that a node is some columns of one row of its level: its children
// are some of these columns, or rows of the next level.
struct CubeGrid {
  struct Level {
    std::vector<std::uint32_t> codes;  // by row: of the last of its rings
    // By row, and one more: its first row of the next level. Of the last level: empty.
    std::vector<std::uint32_t> children;
    // `before` may be empty: zeros. Rows of outer levels are there once `line` was asked for them.
    LineTable values, before;
  };
  using Side = LineTable Level::*;
  struct Range {
    std::uint32_t first = 0, end = 0;
  };
  struct Part {
    std::uint32_t row = 0;
    Range columns;
    std::uint32_t parent = 0;  // in the ring around it
    bool opened = false;
  };

  std::size_t columns = 0;
  std::vector<Level> levels;  // by how many rings not of time they have
  // By ring below the focus: its level, and if it is of time its codes by column, else none.
  std::vector<std::size_t> level_of;
  std::vector<std::vector<std::uint32_t>> column_codes;
  std::vector<std::vector<Part>> parts;  // beside the nodes of each ring

  // What the rows of outer levels add up to, once the last one has all of its own.
  void add_levels();
  const std::int64_t* line(std::size_t level, std::size_t row, Side side);
};

struct Cube {
  std::int64_t total = 0, total_before = 0;  // of the question
  std::vector<ArcName> focus;                // where rings[0] is
  // rings[0] is the one node in focus; rings[i] are the values of by[focus.size() + i - 1] below
  // it. Children of one node lie side by side, by code; below rings[1] they may be there only once
  // the node around them has been opened, and their `count` and `first` before mean nothing.
  std::vector<std::vector<CubeNode>> rings;
  std::vector<std::vector<ArcName>> names;  // by ring and code: nodes by id, texts as they sort
  std::optional<std::size_t> unknown;       // the key of the focus that nothing has; no rings then
  std::optional<CubeGrid> grid;             // what is opened comes from it; none: all is there

  // Makes the children of the node be there. What comes from the grid may leave out those whose
  // magnitude is below `least` on both sides.
  void open(std::size_t ring, std::uint32_t node, std::uint64_t least = 0);
  // Whether a node comes before another of its ring, by the codes from the outermost ring on.
  bool precedes(std::size_t ring, std::uint32_t a, std::uint32_t b) const;
};

inline std::uint64_t magnitude(std::int64_t value) {
  return value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

Wanted wanted_by(const std::vector<Dimension>& by, const CostFilter& filter);

// `before` may be null. Both sides are named by `ground`.
Result<Cube> make_cube(const CostGround& ground, const CostQuestion& question,
                       const CubeQuestion& cube, const Facts& now, const Facts* before);

}  // namespace headwater::stats
