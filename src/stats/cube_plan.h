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
class Book {
 public:
  void add(Raw raw) {
    std::uint32_t& code = place(raw);
    if (code != kNone) return;
    code = 0;
    raws_.push_back(raw);
  }
  // Numbers in the order of names: nodes by id, texts as they sort, what stands for none last.
  void finish(const Members& members, Dimension dimension);

  std::uint32_t code(Raw raw) const { return raw < codes_.size() ? codes_[raw] : others_.at(raw); }
  bool has(Raw raw) const {
    return raw < codes_.size() ? codes_[raw] != kNone : others_.contains(raw);
  }
  const std::vector<ArcName>& names() const { return names_; }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  static constexpr Raw kDense = Raw{1} << 26;

  std::uint32_t& place(Raw raw) {
    if (raw >= kDense) return others_.try_emplace(raw, kNone).first->second;
    if (raw >= codes_.size()) codes_.resize(std::max<Raw>(raw + 1, 2 * codes_.size()), kNone);
    return codes_[raw];
  }

  std::vector<std::uint32_t> codes_;  // by raw; kNone: it is not here
  std::unordered_map<Raw, std::uint32_t> others_;
  std::vector<Raw> raws_;
  std::vector<ArcName> names_;
};

struct Ring {
  Dimension dimension;
  Book book;
  unsigned shift = 0, bits = 0;
};

// The facts of the question, or those of the interval compared with.
struct Side {
  const Facts* facts = nullptr;
  Present present;
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
