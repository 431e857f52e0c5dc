// Series: cost over time, by the values of one dimension. Hot spots: the values that cost most.
//
// Both exact: the series and the other one add up to the total, in each period too; the items of
// the hot spots add up to the total. Thread-safety: pure functions. Errors: those of costs.h.
#pragma once

#include <cstdint>
#include <vector>

#include "stats/costs.h"

namespace headwater::stats {

struct SeriesQuestion {
  CostQuestion costs;
  Dimension by = Dimension::kJob;  // none of time
  Period period = Period::kDaily;
  std::size_t limit = 10;  // series; the smaller ones are in the other
};

struct OneSeries {
  ArcName name;
  std::int64_t value = 0;
  std::vector<std::int64_t> points;  // beside Series::starts
};

struct Series {
  static constexpr std::size_t kMaxPoints = 2'000'000;  // limit max_points

  std::vector<std::int32_t> starts;  // first days of the periods; all from the first to the last
  std::vector<OneSeries> series;     // the largest first, by magnitude
  std::uint64_t others = 0;          // values whose series are not shown
  OneSeries other, total;
};
Result<Series> series(const CostGround& ground, const SeriesQuestion& question);

struct HotSpots {
  static constexpr std::size_t kMaxCurve = 1'000;
  struct Item {
    ArcName name;
    std::int64_t value = 0;
  };
  // After the first `items` of the list their sum is `value`.
  struct Point {
    std::uint64_t items = 0;
    std::int64_t value = 0;
  };

  std::int64_t total = 0;
  std::vector<Item> items;    // the largest first
  std::vector<Point> curve;   // at most kMaxCurve, evenly among the items, the last one included
  std::uint64_t half = 0;     // how many of the first items make half of the total; 0: none do
  double gini = 0;            // of items above zero: 0 all alike, towards 1 one has it all
  std::size_t bytes() const;  // about
};
Result<HotSpots> hot_spots(const CostGround& ground, const CostQuestion& question, Dimension of);

}  // namespace headwater::stats
