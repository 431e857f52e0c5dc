#include "stats/popularity.h"

#include <algorithm>

namespace headwater::stats {

void Popularity::reset() {
  rows_ = 0;
  days_.clear();
  totals_.clear();
  order_.clear();
  levels_.clear();
}

void Popularity::add(std::uint32_t dataset, std::int64_t count) {
  std::int64_t& total = totals_[dataset];
  if (total != 0) {
    order_.erase({-total, dataset});
    if (--levels_[total] == 0) levels_.erase(total);
  }
  total += count;
  if (total == 0) {
    totals_.erase(dataset);
    return;
  }
  order_.emplace(-total, dataset);
  ++levels_[total];
}

void Popularity::add_day(std::int32_t day, std::int64_t sign) {
  const auto at = days_.find(day);
  if (at == days_.end()) return;
  for (const auto& [dataset, count] : at->second) add(dataset, sign * count);
}

void Popularity::bring_up(const Moment& moment) {
  const UsageSnapshot& usage = *moment.state.usage;
  if (moment.merged) reset();
  seq_ = std::max(seq_, moment.state.seq);
  // Another window: the days that are in one and not in the other.
  if (moment.last_day != last_day_) {
    const std::int64_t step = std::int64_t{moment.last_day} - last_day_;
    if (std::abs(step) >= kDays) {
      for (std::int32_t i = 0; i < kDays && rows_ > 0; ++i) add_day(last_day_ - i, -1);
      for (std::int32_t i = 0; i < kDays; ++i) add_day(moment.last_day - i, 1);
    } else {
      for (std::int64_t i = 0; i < std::abs(step); ++i) {
        const std::int32_t newer = std::max(moment.last_day, last_day_) - static_cast<int>(i);
        const std::int64_t sign = step > 0 ? 1 : -1;
        add_day(newer, sign);
        add_day(newer - kDays, -sign);
      }
    }
    last_day_ = moment.last_day;
  }
  // Each dataset moves once, however many of its rows are new.
  std::unordered_map<std::uint32_t, std::int64_t> more;
  for (; rows_ < usage.size(); ++rows_) {
    const UsageRow& row = usage[rows_];
    const std::uint32_t dataset = moment.canonical(row.dataset).value;
    days_[row.day][dataset] += row.count;
    if (last_day_ - kDays < row.day && row.day <= last_day_) more[dataset] += row.count;
  }
  for (const auto& [dataset, count] : more) add(dataset, count);
}

Popularity::Standing Popularity::standing(std::uint32_t dataset) const {
  Standing out;
  out.dataset = NodeId{dataset};
  if (const auto at = totals_.find(dataset); at != totals_.end()) out.uses = at->second;
  out.rank = 1;
  for (const auto& [uses, datasets] : levels_) {
    if (uses < out.uses) out.fewer += datasets;
    if (uses > out.uses) out.rank += datasets;
  }
  return out;
}

Popularity::Standing Popularity::of(const Moment& moment, NodeId dataset) {
  const base::MutexLock lock(mutex_);
  bring_up(moment);
  return standing(dataset.value);
}

std::int64_t Popularity::uses(const Moment& moment, NodeId dataset) {
  const base::MutexLock lock(mutex_);
  bring_up(moment);
  const auto at = totals_.find(dataset.value);
  return at == totals_.end() ? 0 : at->second;
}

std::vector<Popularity::Standing> Popularity::page(
    const Moment& moment, std::optional<std::pair<std::int64_t, NodeId>> after, std::size_t limit) {
  const base::MutexLock lock(mutex_);
  bring_up(moment);
  auto at = after ? order_.upper_bound({-after->first, after->second.value}) : order_.begin();
  std::vector<Standing> out;
  std::int64_t fewer = static_cast<std::int64_t>(totals_.size()), rank = 1, level = -1;
  for (const auto& [uses, datasets] : levels_) {
    if (at == order_.end() || uses <= -at->first) continue;
    rank += datasets;
    fewer -= datasets;
  }
  for (; at != order_.end() && out.size() < limit; ++at) {
    const std::int64_t uses = -at->first;
    if (uses != level) {
      if (level >= 0) rank += levels_.at(level);
      fewer -= levels_.at(uses);
      level = uses;
    }
    out.push_back({NodeId{at->second}, uses, rank, fewer});
  }
  return out;
}

std::int64_t Popularity::used(const Moment& moment) {
  const base::MutexLock lock(mutex_);
  bring_up(moment);
  return static_cast<std::int64_t>(totals_.size());
}

Seq Popularity::merges_seen() const {
  const base::MutexLock lock(mutex_);
  return seq_;
}

}  // namespace headwater::stats
