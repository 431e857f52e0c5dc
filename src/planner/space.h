// Space: how a dataset is cut into partitions, and the names of these.
//
// A space has one to four dimensions: time (of a calendar), a range of integers, or static keys. At
// most one counts as the index of a partition: the time, else the first range, else, if it stands
// alone, the static keys; the others make the lane. A dataset without a space, or with one of no
// dimension, has one partition, (0, 0).
//
// Numbers never move. Static keys are numbered as they are declared; one that is taken away keeps
// its number and is no longer expected, and one that only data named is declared from then on. A
// lane is the number of a combination of static keys (and integers that are not the index): what is
// declared is numbered at once, the last dimension running fastest, then what is new in the order
// in which it appears. Combinations with integers without end are numbered when they appear.
//
// Integers: `{start, step}` cuts [start + i*step, start + (i+1)*step), named by its first number;
// from 0 by 1 unless said otherwise. Time: in UTC and closed at its end unless said otherwise.
//
// As JSON (the contract's PartitionSpace): {"dimensions": [{"name": "date", "kind": "time",
//   "granularity": "day", "zone": "Europe/Berlin", "start": "2024-01-01", "close_offset": "PT6H",
//     "refresh": 3, "refresh_from": "2026-01-01"},
//   {"name": "region", "kind": "static", "keys": ["eu", "us"]},
//   {"name": "bucket", "kind": "integer", "start": 0, "end": 64, "step": 1}]}
// Static keys that were taken away stand among `keys`, at their numbers, and in "retired" as well.
//
// Thread-safety: a value; const methods from any thread. Errors: kInvalidArgument, and
// kLimitExceeded beyond the limits below. A call that fails changes nothing.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "planner/calendar.h"

namespace headwater::planner {

inline constexpr std::size_t kMaxDimensions = 4;
inline constexpr std::size_t kMaxKeys = 100'000;                    // of one static dimension
inline constexpr std::size_t kMaxLanes = 100'000;                   // of one dataset
inline constexpr std::size_t kMaxNameBytes = 256;                   // of a dimension's name
inline constexpr std::size_t kMaxKeyBytes = 1024;                   // of a static key
inline constexpr std::int64_t kMaxInteger = 1'000'000'000'000'000;  // and its negative
inline constexpr base::Micros kMaxCloseOffset = base::Micros{366} * 24 * 3600 * 1'000'000;
inline constexpr std::int64_t kMaxRefresh = 1'000;  // partitions of a refresh window

struct Place {
  std::uint32_t lane = 0;
  std::int64_t index = 0;
  auto operator<=>(const Place&) const = default;
};

// Partitions with indexes [first, last] of one lane; none if last < first.
struct Span {
  std::uint32_t lane = 0;
  std::int64_t first = 0, last = -1;
  bool operator==(const Span&) const = default;
};

struct Dimension {
  enum class Kind : std::uint8_t { kTime = 1, kStatic = 2, kInteger = 3 };
  Kind kind = Kind::kTime;
  std::string name;
  // time
  std::optional<Calendar> calendar;
  std::int64_t start_index = 0;           // the first that the space has (time, by start)
  bool expects = true;                    // false: it has no start, and nothing is expected of it
  base::Micros close_offset_us = 0;       // after its end, until it counts as closed
  std::int64_t refresh = 0;               // with each that closes, so many before it are run again
  std::int64_t refresh_from = INT64_MIN;  // none before this one
  // static: in the order of their numbers; those taken away are not `expected`
  struct Key {
    std::string text;
    bool expected = true;
  };
  std::vector<Key> keys;
  // integer
  std::int64_t start = 0, step = 1;
  std::optional<std::int64_t> end;  // exclusive; none: without end
  // How many partitions the range of integers has; nothing if it has no end.
  std::optional<std::int64_t> range_count() const;
};

// A key as producers and people name it: dimension -> value.
using KeyParts = std::map<std::string, std::string>;

class Space {
 public:
  Space() = default;  // one partition
  static base::Result<Space> create(std::vector<Dimension> dimensions);
  // From the JSON above, which must be valid JSON. `before`: the space that it replaces, whose
  // lanes and static keys keep their numbers. Unless that had no dimension, its dimensions stay, by
  // name and kind and in its order, with granularity and zone, and with start and step of integers.
  static base::Result<Space> parse(std::string_view json, const Space* before);
  std::string to_json() const;  // as above, canonical, without lanes
  // The space of which to_json() and, lane by lane, lane_values() are these.
  static base::Result<Space> restore(std::string_view json,
                                     std::vector<std::vector<std::int64_t>> lanes);

  const std::vector<Dimension>& dimensions() const { return dimensions_; }
  const Dimension* index_dimension() const;  // null: every index is 0
  const Calendar* calendar() const;          // of the index, if it is time

  // The partition of that key: every dimension once. Also understands one part whose name is not a
  // dimension's ("" for instance) if the space has a single dimension. `add`: a new lane or static
  // key is numbered; else kNotFound. Partitions that the space does not have (before its start,
  // past the end of its integers) have a place all the same: what was written there is orphaned.
  base::Result<Place> place_of(const KeyParts& key, bool add);
  base::Result<Place> find(const KeyParts& key) const;
  // `place`: one that this space, or one that it replaces, has given.
  KeyParts key_of(const Place& place) const;
  // "date=2026-10-01,region=eu", in the order of the dimensions, with %2C for ",", %3D for "=" and
  // %25 for "%" in names and values; "" for (0, 0) of no space. parse_text reads it back, in any
  // order, and the value alone if the space has a single dimension.
  std::string text_of(const Place& place) const;
  base::Result<Place> parse_text(std::string_view text) const;
  // The parts of text_of: "region=eu" and "date=2026-10-01"; "" where there is no such part, or the
  // lane has not been numbered.
  std::string lane_text(std::uint32_t lane) const;
  std::string index_text(std::int64_t index) const;
  // The end of a range, as parse_text reads it; of several dimensions the index may stand alone,
  // and then there is no lane.
  struct Bound {
    std::int64_t index = 0;
    std::optional<std::uint32_t> lane;
  };
  base::Result<Bound> parse_bound(std::string_view text) const;

  // Of the dimensions that make the lane. Lanes keep their values for good, so two spaces' lanes
  // that belong together do so as long as these are the same.
  std::vector<std::string_view> lane_names() const;
  // At least 1: lane 0 is there before a combination has been numbered, and expects nothing.
  std::uint32_t lane_count() const;
  // The numbers of the lane's values in the dimensions that make it, in their order. Empty for a
  // lane that has not been numbered.
  std::vector<std::int64_t> lane_values(std::uint32_t lane) const;

  // What is expected of a lane at `now`: those that have begun or ended by then. `closed`: only
  // those that are closed; what is not time always is. Empty for a lane that the space does not
  // have (any more). Integers without end expect nothing beyond what is there. Where static keys
  // are the index, those taken away lie within the span: has() tells them.
  Span expected(std::uint32_t lane, base::Micros now, bool closed) const;
  // Outside of this the space has nothing of the lane, now or later; within it everything, but for
  // static keys that were taken away. Empty for a lane that the space does not have.
  Span bounds(std::uint32_t lane) const;
  // True if the space has the partition, now or later (not before its start, key not taken away).
  bool has(const Place& place) const;
  // First instant and the one after the last, for time; nothing otherwise.
  std::optional<std::pair<base::Micros, base::Micros>> interval(const Place& place) const;

 private:
  using Values = std::vector<std::int64_t>;
  using Numbers = std::map<std::string, std::int64_t, std::less<>>;

  static base::Result<Space> without_lanes(std::vector<Dimension> dimensions);
  base::Result<void> number_lanes();
  void add_lane(Values values);
  base::Result<std::vector<std::string_view>> values_of(const KeyParts& key) const;
  base::Result<std::int64_t> number_of(std::size_t dimension, std::string_view value,
                                       bool add) const;
  base::Result<Values> numbers_of(const KeyParts& key, bool add) const;
  Values lane_part(const Values& numbers) const;
  std::int64_t index_part(const Values& numbers) const;
  std::string value_text(std::size_t dimension, std::int64_t number) const;
  bool has_value(std::size_t dimension, std::int64_t number) const;
  bool has_lane(std::uint32_t lane) const;

  std::vector<Dimension> dimensions_;
  std::optional<std::size_t> index_at_;     // into dimensions_
  std::vector<std::size_t> lane_at_;        // into dimensions_: those that make the lane
  std::vector<Numbers> key_numbers_;        // by dimension: of static keys
  std::vector<Values> lanes_ = {Values()};  // by number
  std::map<Values, std::uint32_t> lane_numbers_ = {{Values(), 0}};
};

}  // namespace headwater::planner
