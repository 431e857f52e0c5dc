// Grid: which columns get a label.

#include <algorithm>
#include <array>

#include "planner/grid.h"

namespace headwater::planner {

namespace {

constexpr std::int64_t kMaxTicks = 12;

std::string value_of(const Space& space, std::int64_t index) {
  const std::string text = space.index_text(index);
  return text.substr(text.find('=') + 1);
}

// 1, 2, 5, 10, 20 ... so that few enough fit.
std::int64_t round_step(std::int64_t count) {
  for (std::int64_t ten = 1;; ten *= 10) {
    for (const std::int64_t step : {ten, 2 * ten, 5 * ten}) {
      if ((count + step - 1) / step <= kMaxTicks) return step;
    }
  }
}

std::vector<GridTick> of_keys(const Space& space, std::int64_t first, std::int64_t last) {
  std::vector<GridTick> out;
  const std::int64_t step = round_step(last - first + 1);
  for (std::int64_t at = first; at <= last; at += step) {
    out.push_back({at - first, value_of(space, at)});
  }
  return out;
}

std::vector<GridTick> of_integers(const Space& space, std::int64_t first, std::int64_t last) {
  std::vector<GridTick> out;
  const std::int64_t step = round_step(last - first + 1);
  std::int64_t at = first - ((first % step) + step) % step;
  for (; at <= last; at += step) {
    if (at >= first) out.push_back({at - first, value_of(space, at)});
  }
  return out;
}

// Beginnings of days, weeks, months or years: of the first of these that are few enough.
struct Unit {
  Granularity granularity;
  std::int64_t step;
};
constexpr std::array kUnits{Unit{Granularity::kHour, 1},    Unit{Granularity::kDay, 1},
                            Unit{Granularity::kWeek, 1},    Unit{Granularity::kMonth, 1},
                            Unit{Granularity::kMonth, 3},   Unit{Granularity::kMonth, 12},
                            Unit{Granularity::kMonth, 60},  Unit{Granularity::kMonth, 120},
                            Unit{Granularity::kMonth, 600}, Unit{Granularity::kMonth, 1200}};

// Of a week of days the date of its Monday, of a year its number.
std::string label_of(const Unit& unit, const Calendar& calendar, const Calendar& coarse,
                     std::int64_t index, std::int64_t at) {
  constexpr std::size_t kDate = 10, kYear = 4;
  if (unit.granularity == Granularity::kWeek && calendar.granularity() != Granularity::kWeek) {
    return calendar.key_of(index).substr(0, kDate);
  }
  const bool year = unit.granularity == Granularity::kMonth && unit.step % 12 == 0;
  const std::string key = coarse.key_of(at);
  return year ? key.substr(0, kYear) : key;
}

std::vector<GridTick> of_time(const Calendar& calendar, std::int64_t first, std::int64_t last) {
  for (const Unit& unit : kUnits) {
    if (unit.granularity < calendar.granularity()) continue;
    const auto coarse = Calendar::create(unit.granularity, calendar.zone());
    if (!coarse) return {};
    const std::int64_t from = coarse->index_of(calendar.start_of(first));
    const std::int64_t to = coarse->index_of(calendar.start_of(last));
    if ((to - from) / unit.step >= kMaxTicks) continue;
    std::vector<GridTick> out;
    for (std::int64_t at = from - ((from % unit.step) + unit.step) % unit.step; at <= to;
         at += unit.step) {
      if (at < coarse->min_index()) continue;
      const std::int64_t index = calendar.index_of(coarse->start_of(at));
      // Not where the picture begins amid one, nor where weeks do not meet the months.
      if (index < first || index > last) continue;
      out.push_back({index - first, label_of(unit, calendar, *coarse, index, at)});
    }
    if (!out.empty()) return out;
    return {{0, calendar.key_of(first)}};
  }
  return {};
}

}  // namespace

std::vector<GridTick> ticks_of(const Space& space, std::int64_t first, std::int64_t last) {
  const Dimension* const dimension = space.index_dimension();
  if (dimension == nullptr || last < first) return {};
  switch (dimension->kind) {
    case Dimension::Kind::kTime: return of_time(*dimension->calendar, first, last);
    case Dimension::Kind::kInteger: return of_integers(space, first, last);
    case Dimension::Kind::kStatic: return of_keys(space, first, last);
  }
  return {};
}

}  // namespace headwater::planner
