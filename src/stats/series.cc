#include "stats/series.h"

#include <algorithm>

#include "stats/cube.h"

namespace headwater::stats {
namespace {

Dimension dimension_of(Period period) {
  if (period == Period::kDaily) return Dimension::kDays;
  return period == Period::kWeekly ? Dimension::kWeeks : Dimension::kMonths;
}

// Every period of which a part is in the interval; where that has no end, from the first row to the
// last.
Result<std::vector<std::int32_t>> starts_of(const LedgerSnapshot& ledger, const Interval& interval,
                                            Period period, std::size_t series) {
  std::vector<std::int32_t> out;
  DaySpan days = days_within(ledger, interval);
  if (interval.from != INT64_MIN && interval.to != model::kOpenEnd && interval.from < interval.to) {
    days = {day_of(interval.from), day_of(interval.to - 1) + 1};
  }
  if (days.first >= days.end) return out;
  for (std::int32_t day = start_of(period, days.first); day < days.end; day = end_of(period, day)) {
    out.push_back(day);
    if (out.size() * series <= Series::kMaxPoints) continue;
    return base::make_error(base::ErrorCode::kLimitExceeded,
                            "The answer has more than " + std::to_string(Series::kMaxPoints) +
                                " points (limit max_points). Ask for a shorter interval, longer "
                                "periods or fewer series.");
  }
  return out;
}

}  // namespace

Result<Series> series(const CostGround& ground, const SeriesQuestion& question) {
  Series out;
  HW_TRY(out.starts, starts_of(*ground.state->ledger, question.costs.interval, question.period,
                               question.limit + 2));
  const std::vector<Dimension> by{question.by, dimension_of(question.period)};
  HW_TRY(const Facts facts, facts_of(ground, question.costs, wanted_by(by, question.costs.filter)));
  HW_TRY(Cube cube, make_cube(ground, question.costs, {by, SIZE_MAX, {}}, facts, nullptr));
  for (std::uint32_t i = 0; i < cube.rings[1].size(); ++i) cube.open(1, i);
  const std::vector<CubeNode>& values = cube.rings[1];
  std::vector<std::uint32_t> order(values.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return magnitude(values[a].value) > magnitude(values[b].value);
  });
  out.other.points.resize(out.starts.size());
  out.total.points.resize(out.starts.size());
  const auto add = [&](OneSeries& to, const CubeNode& node) {
    to.value += node.value;
    for (std::uint32_t i = node.first; i < node.first + node.count; ++i) {
      const CubeNode& point = cube.rings[2][i];
      const std::int32_t start = cube.names[2][point.code].day;
      const auto at = std::lower_bound(out.starts.begin(), out.starts.end(), start);
      to.points[static_cast<std::size_t>(at - out.starts.begin())] += point.value;
    }
  };
  for (std::size_t i = 0; i < order.size(); ++i) {
    const CubeNode& node = values[order[i]];
    add(out.total, node);
    if (i < question.limit) {
      OneSeries one;
      one.name = cube.names[1][node.code];
      one.points.resize(out.starts.size());
      add(one, node);
      out.series.push_back(std::move(one));
    } else {
      ++out.others;
      add(out.other, node);
    }
  }
  return out;
}

namespace {

// Of the items above zero, which come first and largest first.
double gini_of(const std::vector<HotSpots::Item>& items) {
  double weighted = 0, sum = 0;
  std::size_t count = 0;
  while (count < items.size() && items[count].value > 0) ++count;
  for (std::size_t i = 0; i < count; ++i) {
    const auto value = static_cast<double>(items[i].value);
    sum += value;
    weighted += value * static_cast<double>(count - i);  // its rank from the smallest
  }
  if (count == 0) return 0;
  const auto n = static_cast<double>(count);
  return std::max(0.0, 2 * weighted / (n * sum) - (n + 1) / n);
}

}  // namespace

std::size_t HotSpots::bytes() const {
  std::size_t out = sizeof(*this) + items.size() * sizeof(Item) + curve.size() * sizeof(Point);
  for (const Item& item : items) out += item.name.text.size();
  return out;
}

Result<HotSpots> hot_spots(const CostGround& ground, const CostQuestion& question, Dimension of) {
  const std::vector<Dimension> by{of};
  HW_TRY(const Facts facts, facts_of(ground, question, wanted_by(by, question.filter)));
  HW_TRY(const Cube cube, make_cube(ground, question, {by, SIZE_MAX, {}}, facts, nullptr));
  HotSpots out;
  out.total = cube.total;
  for (const CubeNode& node : cube.rings[1]) {
    out.items.push_back({cube.names[1][node.code], node.value});
  }
  std::stable_sort(out.items.begin(), out.items.end(),
                   [](const auto& a, const auto& b) { return a.value > b.value; });
  const std::size_t count = out.items.size(), points = std::min(count, HotSpots::kMaxCurve);
  std::int64_t sum = 0;
  for (std::size_t i = 0, point = 1; i < count; ++i) {
    sum += out.items[i].value;
    // Half of an odd total is reached with its larger half.
    if (out.half == 0 && out.total > 0 && sum >= out.total - sum) out.half = i + 1;
    if (i + 1 < point * count / points) continue;
    out.curve.push_back({i + 1, sum});
    ++point;
  }
  out.gini = gini_of(out.items);
  return out;
}

}  // namespace headwater::stats
