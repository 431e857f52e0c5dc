// What is in the columns: nulls, distinct values, means and quantiles against their own history.

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "stats/monitor.h"

namespace headwater::stats {
namespace {

using model::ColumnProfile;

// With many checks one of them is odd by chance: with each tenfold the range is a fifth wider.
constexpr double kWidenPerTenfold = 0.2;

struct Series {
  std::string column, measure;
  ValueRules rules;
  std::vector<Sample> samples;  // the last is the one to judge
};

ValueRules share_rules() {
  ValueRules rules;
  rules.logarithmic = false;
  rules.least_sigma = 0.05;
  rules.least_absolute = 0.002;  // of a column that is never null: 1 % at the usual 5
  rules.least_step = 0;
  rules.least_absolute_step = 0.01;
  return rules;
}

ValueRules level_rules() {
  ValueRules rules;
  rules.logarithmic = false;
  rules.least_sigma = 0.02;
  rules.least_absolute = 1e-9;
  rules.least_step = 0.1;
  return rules;
}

std::string quantile_name(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "p%.4g", share * 100);
  return text;
}

std::optional<double> quantile_of(const ColumnProfile& column, double share) {
  for (const auto& [at, value] : column.quantiles) {
    if (at == share) return value;
  }
  return std::nullopt;
}

const ColumnProfile* find_column(const ColumnsPoint& point, std::string_view name) {
  const auto it = std::ranges::lower_bound(point.columns, name, {}, &ColumnProfile::name);
  return it != point.columns.end() && it->name == name ? &*it : nullptr;
}

// The series of one measure; empty if the last point does not have it.
template <class Get>
std::vector<Sample> series_of(std::span<const ColumnsPoint> points, const std::string& column,
                              Get get) {
  std::vector<Sample> out;
  for (std::size_t i = points.size(); i-- > 0 && out.size() <= kMaxSamples;) {
    const ColumnProfile* const profile = find_column(points[i], column);
    const std::optional<double> value =
        profile == nullptr ? std::nullopt : get(*profile, points[i].rows);
    if (value) out.push_back({points[i].basis, *value});
    if (!value && i + 1 == points.size()) return {};
  }
  std::ranges::reverse(out);
  return out;
}

void add_series(std::span<const ColumnsPoint> points, const ColumnProfile& column,
                std::vector<Series>& to) {
  const auto add = [&](std::string measure, ValueRules rules, auto get) {
    std::vector<Sample> samples = series_of(points, column.name, get);
    if (samples.empty()) return;
    to.push_back({column.name, std::move(measure), rules, std::move(samples)});
  };
  add("null_share", share_rules(),
      [](const ColumnProfile& c, std::int64_t rows) { return null_share(c, rows); });
  add("distinct", volume_rules(kSensitivity), [](const ColumnProfile& c, std::int64_t) {
    return c.distinct < 0 ? std::nullopt : std::optional(static_cast<double>(c.distinct));
  });
  add("mean", level_rules(), [](const ColumnProfile& c, std::int64_t) { return mean_of(c); });
  for (const auto& [share, value] : column.quantiles) {
    if (share <= 0 || share >= 1) continue;  // extremes are odd by nature
    add(quantile_name(share), level_rules(),
        [at = share](const ColumnProfile& c, std::int64_t) { return quantile_of(c, at); });
  }
}

}  // namespace

std::optional<double> null_share(const ColumnProfile& column, std::int64_t rows) {
  if (column.nulls < 0) return std::nullopt;
  auto all = static_cast<double>(rows);
  if (rows < 0) {
    if (!column.count) return std::nullopt;
    all = *column.count + static_cast<double>(column.nulls);
  }
  if (all <= 0) return std::nullopt;
  return std::min(1.0, static_cast<double>(column.nulls) / all);
}

std::optional<double> mean_of(const ColumnProfile& column) {
  if (!column.sum || !column.count || *column.count <= 0) return std::nullopt;
  return *column.sum / *column.count;
}

Distribution judge_columns(std::span<const ColumnsPoint> points, const MonitorSetting& setting) {
  Distribution out;
  if (points.empty()) return out;
  std::vector<Series> all;
  for (const ColumnProfile& column : points.back().columns) add_series(points, column, all);
  out.checks = all.size();
  if (all.empty()) return out;
  out.sensitivity = setting.sensitivity *
                    (1 + kWidenPerTenfold *
                             std::log10(static_cast<double>(std::max<std::size_t>(1, all.size()))));
  for (Series& one : all) {
    one.rules.sensitivity = out.sensitivity;
    const std::span<const Sample> samples(one.samples);
    Verdict verdict = judge_value(samples.first(samples.size() - 1), samples.back(), one.rules);
    out.state = std::max(out.state, verdict.state);
    if (verdict.state == MonitorState::kLearning) ++out.learning;
    if (verdict.state < MonitorState::kWarning) continue;
    out.unusual.push_back({std::move(one.column), std::move(one.measure), verdict});
  }
  std::ranges::stable_sort(out.unusual, [](const ColumnVerdict& a, const ColumnVerdict& b) {
    return std::abs(a.verdict.z) > std::abs(b.verdict.z);
  });
  return out;
}

}  // namespace headwater::stats
