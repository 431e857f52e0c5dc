#include "planner/space.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <set>

#include "model/duration.h"
#include "planner/space_json.h"

namespace headwater::planner {
namespace {

using Kind = Dimension::Kind;

base::Error refused(std::string message) {
  return base::make_error(base::ErrorCode::kInvalidArgument, std::move(message));
}

base::Error beyond_limit(std::string message) {
  return base::make_error(base::ErrorCode::kLimitExceeded, std::move(message));
}

base::Error too_many_lanes() {
  return beyond_limit(fmt::format(
      "The dimensions beside the one that counts may come to at most {} combinations; name fewer "
      "keys.",
      kMaxLanes));
}

std::string names_of(const std::vector<Dimension>& dimensions) {
  std::vector<std::string_view> names;
  for (const Dimension& dimension : dimensions) names.push_back(dimension.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

base::Result<void> check_key(const Dimension& dimension, std::string_view key) {
  if (key.empty()) {
    return refused(fmt::format("A key of \"{}\" must not be empty.", dimension.name));
  }
  if (key.size() <= kMaxKeyBytes) return {};
  return beyond_limit(
      fmt::format("A key of \"{}\" may have at most {} bytes.", dimension.name, kMaxKeyBytes));
}

base::Result<void> check_time(const Dimension& d) {
  assert(d.calendar);
  if (d.start_index < d.calendar->min_index() || d.start_index > d.calendar->max_index()) {
    return refused(fmt::format("The start of \"{}\" must lie from {} to {}.", d.name,
                               d.calendar->key_of(d.calendar->min_index()),
                               d.calendar->key_of(d.calendar->max_index())));
  }
  if (d.close_offset_us < 0 || d.close_offset_us > kMaxCloseOffset) {
    return beyond_limit(fmt::format("The close_offset of \"{}\" may be at most {}.", d.name,
                                    model::format_duration(kMaxCloseOffset)));
  }
  if (d.refresh > kMaxRefresh) {
    return beyond_limit(
        fmt::format("The refresh of \"{}\" may be at most {} partitions.", d.name, kMaxRefresh));
  }
  return {};
}

base::Result<void> check_static(const Dimension& d) {
  if (d.keys.size() > kMaxKeys) {
    return beyond_limit(fmt::format("\"{}\" may have at most {} keys.", d.name, kMaxKeys));
  }
  std::set<std::string_view> keys;
  for (const Dimension::Key& key : d.keys) {
    HW_CHECK_OK(check_key(d, key.text));
    if (!keys.insert(key.text).second) {
      return refused(fmt::format("\"{}\" has the key \"{}\" twice.", d.name, key.text));
    }
  }
  return {};
}

base::Result<void> check_integer(const Dimension& d) {
  for (const std::int64_t number : {d.start, d.step, d.end.value_or(d.start)}) {
    if (number < -kMaxInteger || number > kMaxInteger) {
      return beyond_limit(fmt::format("The numbers of \"{}\" must lie from -{} to {}.", d.name,
                                      kMaxInteger, kMaxInteger));
    }
  }
  if (d.step < 1) return refused(fmt::format("The step of \"{}\" must be at least 1.", d.name));
  if (d.end && *d.end <= d.start) {
    return refused(fmt::format("The end of \"{}\" must be greater than its start.", d.name));
  }
  return {};
}

base::Result<void> check_dimension(const Dimension& d) {
  if (d.name.empty()) return refused("A dimension must have a name.");
  if (d.name.size() > kMaxNameBytes) {
    return beyond_limit(
        fmt::format("The name of a dimension may have at most {} bytes.", kMaxNameBytes));
  }
  if (d.kind == Kind::kTime) return check_time(d);
  return d.kind == Kind::kStatic ? check_static(d) : check_integer(d);
}

base::Result<void> check_dimensions(const std::vector<Dimension>& dimensions) {
  if (dimensions.size() > kMaxDimensions) {
    return beyond_limit(fmt::format("A space may have at most {} dimensions.", kMaxDimensions));
  }
  std::set<std::string_view> names;
  bool time = false;
  for (const Dimension& dimension : dimensions) {
    HW_CHECK_OK(check_dimension(dimension));
    if (!names.insert(dimension.name).second) {
      return refused(fmt::format("There are two dimensions \"{}\".", dimension.name));
    }
    if (time && dimension.kind == Kind::kTime) {
      return refused("A space may have only one dimension of time.");
    }
    time = time || dimension.kind == Kind::kTime;
  }
  return {};
}

// Which one counts; nothing if none does.
std::optional<std::size_t> index_position(const std::vector<Dimension>& dimensions) {
  for (const Kind kind : {Kind::kTime, Kind::kInteger}) {
    for (std::size_t i = 0; i < dimensions.size(); ++i) {
      if (dimensions[i].kind == kind) return i;
    }
  }
  if (dimensions.size() == 1) return 0;
  return std::nullopt;
}

base::Result<std::int64_t> integer_number(const Dimension& d, std::string_view text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || value < -kMaxInteger || value > kMaxInteger) {
    return refused(fmt::format("\"{}\" must be a whole number, not \"{}\".", d.name, text));
  }
  const std::int64_t past = value - d.start;
  if (past % d.step != 0) {
    return refused(fmt::format("\"{}\" must be {} or a multiple of {} away from it, not {}.",
                               d.name, d.start, d.step, text));
  }
  return past / d.step;
}

// The numbers that are declared; nothing for integers without end.
std::vector<std::int64_t> declared_numbers(const Dimension& d) {
  std::vector<std::int64_t> numbers;
  if (d.kind == Kind::kInteger) {
    for (std::int64_t i = 0; i < d.range_count().value_or(0); ++i) numbers.push_back(i);
    return numbers;
  }
  for (std::size_t i = 0; i < d.keys.size(); ++i) {
    if (d.keys[i].expected) numbers.push_back(static_cast<std::int64_t>(i));
  }
  return numbers;
}

}  // namespace

std::optional<std::int64_t> Dimension::range_count() const {
  if (!end) return std::nullopt;
  return (*end - start + step - 1) / step;
}

base::Result<Space> Space::without_lanes(std::vector<Dimension> dimensions) {
  HW_CHECK_OK(check_dimensions(dimensions));
  Space space;
  space.dimensions_ = std::move(dimensions);
  space.index_at_ = index_position(space.dimensions_);
  space.key_numbers_.resize(space.dimensions_.size());
  for (std::size_t i = 0; i < space.dimensions_.size(); ++i) {
    if (i != space.index_at_) space.lane_at_.push_back(i);
    std::int64_t number = 0;
    for (const Dimension::Key& key : space.dimensions_[i].keys) {
      space.key_numbers_[i].emplace(key.text, number++);
    }
  }
  if (!space.lane_at_.empty()) {
    space.lanes_.clear();
    space.lane_numbers_.clear();
  }
  return space;
}

void Space::add_lane(Values values) {
  const auto number = static_cast<std::uint32_t>(lanes_.size());
  if (lane_numbers_.emplace(values, number).second) lanes_.push_back(std::move(values));
}

// Every combination of what is declared, unless it has its number already.
base::Result<void> Space::number_lanes() {
  std::vector<Values> choices;
  std::size_t total = 1;
  for (const std::size_t at : lane_at_) {
    const Dimension& d = dimensions_[at];
    // Before they are listed: of integers there may be more than fit into memory.
    if (d.range_count().value_or(0) > static_cast<std::int64_t>(kMaxLanes)) return too_many_lanes();
    choices.push_back(declared_numbers(d));
    total *= choices.back().size();
    if (total > kMaxLanes) return too_many_lanes();
  }
  for (std::size_t i = 0; i < total; ++i) {
    Values values(choices.size());
    std::size_t rest = i;
    for (std::size_t at = choices.size(); at-- > 0; rest /= choices[at].size()) {
      values[at] = choices[at][rest % choices[at].size()];
    }
    add_lane(std::move(values));
  }
  if (lanes_.size() > kMaxLanes) return too_many_lanes();
  return {};
}

base::Result<Space> Space::create(std::vector<Dimension> dimensions) {
  HW_TRY(Space space, without_lanes(std::move(dimensions)));
  HW_CHECK_OK(space.number_lanes());
  return space;
}

base::Result<Space> Space::parse(std::string_view json, const Space* before) {
  HW_TRY(auto dimensions, read_dimensions(json));
  if (before == nullptr || before->dimensions_.empty()) return create(std::move(dimensions));
  // A name must not stand twice where dimensions are matched by it.
  HW_CHECK_OK(check_dimensions(dimensions));
  HW_TRY(dimensions, replace_dimensions(before->dimensions_, std::move(dimensions)));
  HW_TRY(Space space, without_lanes(std::move(dimensions)));
  space.lanes_ = before->lanes_;
  space.lane_numbers_ = before->lane_numbers_;
  HW_CHECK_OK(space.number_lanes());
  return space;
}

std::string Space::to_json() const { return dimensions_json(dimensions_); }

base::Result<Space> Space::restore(std::string_view json, std::vector<Values> lanes) {
  HW_TRY(auto dimensions, read_dimensions(json));
  HW_TRY(Space space, without_lanes(std::move(dimensions)));
  if (space.lane_at_.empty()) return space;
  if (lanes.size() == 1 && lanes[0].empty()) return space;  // lane_count() is 1 where none has come
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    bool right = lanes[i].size() == space.lane_at_.size();
    for (std::size_t k = 0; right && k < lanes[i].size(); ++k) {
      const Dimension& d = space.dimensions_[space.lane_at_[k]];
      right = d.kind == Kind::kInteger ||
              (lanes[i][k] >= 0 && lanes[i][k] < static_cast<std::int64_t>(d.keys.size()));
    }
    space.add_lane(std::move(lanes[i]));
    if (!right || space.lanes_.size() != i + 1) {
      return refused(fmt::format("Lane {} is not one of this space.", i));
    }
  }
  return space;
}

const Dimension* Space::index_dimension() const {
  return index_at_ ? &dimensions_[*index_at_] : nullptr;
}

const Calendar* Space::calendar() const {
  const Dimension* index = index_dimension();
  return index != nullptr && index->calendar ? &*index->calendar : nullptr;
}

base::Result<std::vector<std::string_view>> Space::values_of(const KeyParts& key) const {
  if (dimensions_.size() == 1 && key.size() == 1) {
    return std::vector<std::string_view>{key.begin()->second};
  }
  if (dimensions_.empty() && !key.empty()) {
    return refused("The dataset has no dimensions: its one partition has the empty key.");
  }
  std::vector<std::string_view> values;
  for (const Dimension& dimension : dimensions_) {
    const auto found = key.find(dimension.name);
    if (found == key.end()) {
      return refused(fmt::format("The key lacks \"{}\"; give a value of each of {}.",
                                 dimension.name, names_of(dimensions_)));
    }
    values.push_back(found->second);
  }
  if (key.size() == dimensions_.size()) return values;
  return refused(
      fmt::format("The key may name no other dimension than {}.", names_of(dimensions_)));
}

// A static key that is to be added gets the number after the last.
base::Result<std::int64_t> Space::number_of(std::size_t dimension, std::string_view value,
                                            bool add) const {
  const Dimension& d = dimensions_[dimension];
  if (d.kind == Kind::kTime) return d.calendar->parse(value);
  if (d.kind == Kind::kInteger) return integer_number(d, value);
  const auto found = key_numbers_[dimension].find(value);
  if (found != key_numbers_[dimension].end()) return found->second;
  HW_CHECK_OK(check_key(d, value));
  if (!add) {
    return base::make_error(base::ErrorCode::kNotFound,
                            fmt::format("\"{}\" has no key \"{}\".", d.name, value));
  }
  if (d.keys.size() < kMaxKeys) return static_cast<std::int64_t>(d.keys.size());
  return beyond_limit(fmt::format("\"{}\" may have at most {} keys.", d.name, kMaxKeys));
}

base::Result<Space::Values> Space::numbers_of(const KeyParts& key, bool add) const {
  HW_TRY(const auto texts, values_of(key));
  Values numbers;
  for (std::size_t i = 0; i < dimensions_.size(); ++i) {
    HW_TRY(const std::int64_t number, number_of(i, texts[i], add));
    numbers.push_back(number);
  }
  return numbers;
}

Space::Values Space::lane_part(const Values& numbers) const {
  Values values;
  for (const std::size_t at : lane_at_) values.push_back(numbers[at]);
  return values;
}

std::int64_t Space::index_part(const Values& numbers) const {
  return index_at_ ? numbers[*index_at_] : 0;
}

base::Result<Place> Space::place_of(const KeyParts& key, bool add) {
  if (!add) return find(key);
  HW_TRY(const Values numbers, numbers_of(key, true));
  Values values = lane_part(numbers);
  const auto known = lane_numbers_.find(values);
  if (known == lane_numbers_.end() && lanes_.size() >= kMaxLanes) return too_many_lanes();
  HW_TRY(const auto texts, values_of(key));
  for (std::size_t i = 0; i < dimensions_.size(); ++i) {
    Dimension& d = dimensions_[i];
    if (d.kind != Kind::kStatic || numbers[i] < static_cast<std::int64_t>(d.keys.size())) continue;
    d.keys.push_back({std::string(texts[i]), true});
    key_numbers_[i].emplace(d.keys.back().text, numbers[i]);
  }
  if (known != lane_numbers_.end()) return Place{known->second, index_part(numbers)};
  add_lane(std::move(values));
  return Place{static_cast<std::uint32_t>(lanes_.size() - 1), index_part(numbers)};
}

base::Result<Place> Space::find(const KeyParts& key) const {
  HW_TRY(const Values numbers, numbers_of(key, false));
  const auto lane = lane_numbers_.find(lane_part(numbers));
  if (lane != lane_numbers_.end()) return Place{lane->second, index_part(numbers)};
  return base::make_error(base::ErrorCode::kNotFound,
                          "There is no partition with this combination of values.");
}

std::vector<std::string_view> Space::lane_names() const {
  std::vector<std::string_view> out;
  for (const std::size_t at : lane_at_) out.push_back(dimensions_[at].name);
  return out;
}

std::uint32_t Space::lane_count() const {
  return static_cast<std::uint32_t>(std::max<std::size_t>(lanes_.size(), 1));
}

std::vector<std::int64_t> Space::lane_values(std::uint32_t lane) const {
  return lane < lanes_.size() ? lanes_[lane] : Values();
}

bool Space::has_value(std::size_t dimension, std::int64_t number) const {
  const Dimension& d = dimensions_[dimension];
  if (d.kind == Kind::kTime) {
    return number >= d.start_index && number <= d.calendar->max_index();
  }
  if (d.kind == Kind::kInteger) return number >= 0 && (!d.end || number < *d.range_count());
  return number >= 0 && number < static_cast<std::int64_t>(d.keys.size()) &&
         d.keys[static_cast<std::size_t>(number)].expected;
}

bool Space::has_lane(std::uint32_t lane) const {
  if (lane >= lanes_.size()) return false;
  for (std::size_t i = 0; i < lane_at_.size(); ++i) {
    if (!has_value(lane_at_[i], lanes_[lane][i])) return false;
  }
  return true;
}

bool Space::has(const Place& place) const {
  if (!has_lane(place.lane)) return false;
  return index_at_ ? has_value(*index_at_, place.index) : place.index == 0;
}

Span Space::bounds(std::uint32_t lane) const {
  if (!has_lane(lane)) return {lane, 0, -1};
  const Dimension* const index = index_dimension();
  if (index == nullptr) return {lane, 0, 0};
  switch (index->kind) {
    case Kind::kTime: return {lane, index->start_index, index->calendar->max_index()};
    case Kind::kInteger: return {lane, 0, index->end ? *index->range_count() - 1 : INT64_MAX};
    case Kind::kStatic: break;
  }
  return {lane, 0, static_cast<std::int64_t>(index->keys.size()) - 1};
}

Span Space::expected(std::uint32_t lane, base::Micros now, bool closed) const {
  const Span none{lane, 0, -1};
  if (!has_lane(lane)) return none;
  const Dimension* index = index_dimension();
  if (index == nullptr) return {lane, 0, 0};
  if (index->kind == Kind::kInteger) return {lane, 0, index->range_count().value_or(0) - 1};
  if (index->kind == Kind::kStatic) {
    return {lane, 0, static_cast<std::int64_t>(index->keys.size()) - 1};
  }
  if (!index->expects) return none;
  // One that begins by then has followed one that has ended by then.
  const std::int64_t last = closed ? index->calendar->index_of(now - index->close_offset_us) - 1
                                   : index->calendar->index_of(now);
  const bool begun = now >= index->calendar->start_of(index->start_index);
  return begun && last >= index->start_index ? Span{lane, index->start_index, last} : none;
}

std::optional<std::pair<base::Micros, base::Micros>> Space::interval(const Place& place) const {
  const Calendar* const time = calendar();
  if (time == nullptr) return std::nullopt;
  return std::pair(time->start_of(place.index), time->start_of(place.index + 1));
}

}  // namespace headwater::planner
