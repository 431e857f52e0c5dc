// What all keys of a cube share: its rings, the numbers of their values, and how cost is split.
// Private to cube.cc. Belongs to one question.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "stats/cube.h"
#include "stats/members.h"

namespace headwater::stats::cube {

inline bool is_one_of(Dimension dimension, std::initializer_list<Dimension> all) {
  return std::find(all.begin(), all.end(), dimension) != all.end();
}

// The values of one ring and their numbers.
struct Book {
  std::unordered_map<Raw, std::uint32_t> codes;
  std::vector<ArcName> names;

  void add(Raw raw) { codes.try_emplace(raw, 0); }
  // Numbers in the order of names: nodes by id, texts as they sort, what stands for none last.
  void finish(const Members& members, Dimension dimension);
};

struct Ring {
  Dimension dimension;
  Book book;
  unsigned shift = 0, bits = 0;
};

struct Splits {
  bool owners = false, tags = false, consumers = false;
};
Splits splits_of(const std::vector<Dimension>& by, const CostFilter& filter);

struct Plan {
  const CostGround& ground;
  const CostQuestion& question;
  Splits splits;
  Members members;
  std::vector<Ring> rings;

  bool fits(const Source& source, bool inherited);
  std::string key(Dimension dimension, Raw raw) const {
    return key_of(*ground.graph, members.name(dimension, raw));
  }
};

}  // namespace headwater::stats::cube
