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
// value of the innermost ring. Errors: kCancelled; kLimitExceeded (max_cells).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "stats/facts.h"

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
  std::int64_t value = 0, before = 0;
};

struct Cube {
  std::int64_t total = 0, total_before = 0;  // of the question
  std::vector<ArcName> focus;                // where rings[0] is
  // rings[0] is the one node in focus; rings[i] are the values of by[focus.size() + i - 1] below
  // it. Children of one node lie side by side, by code; those of the innermost ring are there once
  // the node around them has been opened. How many there are is known before.
  std::vector<std::vector<CubeNode>> rings;
  std::vector<std::vector<ArcName>> names;  // by ring and code: nodes by id, texts as they sort
  std::optional<std::size_t> unknown;       // the key of the focus that nothing has; no rings then

  // Makes the children of the node be there.
  void open(std::size_t ring, std::uint32_t node);

  // The innermost ring as a table, if it is kept as one: a row for each node around it.
  struct Inner {
    std::vector<std::int64_t> values;
    std::size_t periods = 0;
    std::vector<bool> opened;
  } inner;
};

Wanted wanted_by(const std::vector<Dimension>& by, const CostFilter& filter);

// `before` may be null. Both sides are named by `ground`.
Result<Cube> make_cube(const CostGround& ground, const CostQuestion& question,
                       const CubeQuestion& cube, const Facts& now, const Facts* before);

}  // namespace headwater::stats
