// SubsetReader: the subset facets' conditions and headwater_partitions, to boxes of partitions.
//
// What it cannot read it says (a warning) and marks (complete = false), and goes on with the rest.
// Boxes never hold more than was said. Private to ingest. A reader is for one event; limits are
// ParseLimits::max_subset_boxes and max_subset_depth. Cost: linear in what is said, and in the
// pairs of boxes that an AND brings together, of which one event may have kWorkPerBox for each box
// of the limit.
//
// Source: BaseSubsetDatasetFacet 1-0-0, HeadwaterPartitionsDatasetFacet 1-0-0.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/hash.h"
#include "ingest/parse.h"
#include "model/json.h"
#include "model/partition.h"

namespace headwater::ingest {

// What may become a name or a value: not too long, and without U+0000.
inline bool usable_text(std::string_view text, const ParseLimits& limits) {
  return text.size() <= limits.max_name_bytes && text.find('\0') == std::string_view::npos;
}

class SubsetReader {
 public:
  using Warn = std::function<void(std::string code, std::string pointer, std::string message)>;

  // What was read so far of one dataset.
  struct Reading {
    std::vector<model::PartitionBox> boxes;  // no two alike
    bool complete = true;
    std::unordered_set<base::Hash128, base::Hash128Hasher> seen;  // of `boxes`
    bool nothing() const { return complete && boxes.empty(); }
  };

  SubsetReader(const ParseLimits& limits, Warn warn) : limits_(limits), warn_(std::move(warn)) {}

  // Adds what a condition says, with all below it.
  void add_condition(const model::JsonValue& condition, const std::string& pointer, Reading& into);
  // Adds the partitions of headwater_partitions.
  void add_partitions(const model::JsonValue& partitions, const std::string& pointer,
                      Reading& into);

 private:
  static constexpr std::size_t kWorkPerBox = 8;

  // Where in a condition it is.
  struct Place {
    std::string pointer;
    std::size_t depth;
  };
  struct Operand;  // of a comparison

  void read(const model::JsonValue& condition, const Place& at, Reading& into);
  void read_dimensions(const model::JsonValue& condition, const Place& at, Reading& into);
  void read_locations(const model::JsonValue& condition, const Place& at, Reading& into);
  void read_compare(const model::JsonValue& condition, const Place& at, Reading& into);
  void read_binary(const model::JsonValue& condition, const Place& at, Reading& into);
  void intersect(const Reading& left, const Reading& right, const Place& at, Reading& into);
  std::optional<Operand> operand(const model::JsonValue& value) const;
  std::optional<model::PartitionBox> dimensions_box(const model::JsonValue& partition) const;
  std::optional<model::PartitionBox> keyed_box(const model::JsonValue& key) const;
  void read_content(const model::JsonValue& partition, const std::string& pointer,
                    model::PartitionBox& box, bool& told);

  bool usable(const model::PartitionBox& box) const;
  bool spend(Reading& into);
  bool add(model::PartitionBox box, Reading& into);
  bool too_many(Reading& into);
  void fault(std::string code, std::string pointer, std::string message, Reading& into);

  const ParseLimits& limits_;
  const Warn warn_;
  std::string facet_;            // pointer to what is being read
  bool told_too_large_ = false;  // of it
  std::size_t work_ = 0;         // boxes made and pairs tried for the whole event
};

}  // namespace headwater::ingest
