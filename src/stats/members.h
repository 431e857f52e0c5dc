// Members: which values of each dimension a source has, and by what shares. Private to stats.
//
// Belongs to one question. Values are numbers here (Raw), unique within their dimension.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "stats/facts.h"

namespace headwater::stats {

// A node's id, a label's or a text's number, a day: above kAbsentRaw what stands for none.
using Raw = std::uint64_t;
inline constexpr Raw kAbsentRaw = Raw{1} << 40;
constexpr Raw raw_of(Absent absent) { return kAbsentRaw + static_cast<Raw>(absent); }
constexpr Raw raw_of(const ConsumerKey& consumer) {
  return consumer.absent == Absent::kNot ? Raw{consumer.node.value} : raw_of(consumer.absent);
}
constexpr Raw raw_of_day(std::int32_t day) {
  return static_cast<std::uint32_t>(day) ^ (std::uint32_t{1} << 31);  // ascending as days are
}

class Members {
 public:
  explicit Members(const CostGround& ground)
      : graph_(*ground.graph), labels_(ground.labels.get()) {}

  // Of one value: namespace, job, dataset.
  Raw single(Dimension dimension, const Source& source, bool inherited);
  // Of equal shares; never empty.
  void owners(const Source& source, bool inherited, std::vector<Raw>& out) const;
  void tags(const Source& source, bool inherited, std::vector<Raw>& out) const;
  // By weight; never empty.
  void consumers(const Source& source, const Facts& facts, std::vector<Raw>& out,
                 std::vector<std::uint64_t>& weights) const;
  Raw consumer_type(Raw consumer);

  ArcName name(Dimension dimension, Raw raw) const;

 private:
  Raw text(std::string_view text);

  const Snapshot& graph_;
  const Labels* labels_;
  std::vector<std::string> texts_;
  std::unordered_map<std::string, Raw> text_numbers_;
  std::unordered_map<const char*, Raw> spaces_;  // by where a namespace's name is
};

}  // namespace headwater::stats
