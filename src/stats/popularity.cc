#include "stats/popularity.h"

#include <algorithm>
#include <span>

#include "stats/radix.h"

namespace headwater::stats {

namespace {

constexpr std::uint32_t kSign = std::uint32_t{1} << 31;  // makes days ascend as bits do

// Adds what is sorted to what is sorted.
void merge(std::vector<std::pair<std::uint32_t, std::int64_t>>& into,
           std::span<const Keyed<std::uint64_t>> more) {
  const std::size_t old = into.size();
  for (const auto& [key, count] : more) into.emplace_back(static_cast<std::uint32_t>(key), count);
  if (old == 0) return;
  std::inplace_merge(into.begin(), into.begin() + static_cast<std::ptrdiff_t>(old), into.end());
  std::size_t size = 0;
  for (std::size_t i = 1; i < into.size(); ++i) {
    if (into[i].first == into[size].first) {
      into[size].second += into[i].second;
    } else {
      into[++size] = into[i];
    }
  }
  into.resize(size + 1);
}

}  // namespace

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
  for (const auto& [dataset, count] : at->second.many) add(dataset, sign * count);
  for (const auto& [dataset, count] : at->second.since) add(dataset, sign * count);
}

void Popularity::count_window() {
  std::vector<std::int64_t> uses;
  const auto count_all = [&uses](const auto& of_day) {
    for (const auto& [dataset, count] : of_day) {
      if (dataset >= uses.size()) uses.resize(dataset + dataset / 2 + 1);
      uses[dataset] += count;
    }
  };
  for (auto day = days_.upper_bound(last_day_ - kDays);
       day != days_.end() && day->first <= last_day_; ++day) {
    count_all(day->second.many);
    count_all(day->second.since);
  }
  std::vector<std::pair<std::int64_t, std::uint32_t>> order;
  for (std::uint32_t dataset = 0; dataset < uses.size(); ++dataset) {
    if (uses[dataset] != 0) order.emplace_back(-uses[dataset], dataset);
  }
  std::ranges::sort(order);
  totals_.clear();
  order_.clear();
  levels_.clear();
  totals_.reserve(order.size());
  for (const auto& [less, dataset] : order) {
    totals_.emplace(dataset, -less);
    order_.emplace_hint(order_.end(), less, dataset);
    const auto first = levels_.begin();  // the most used come first
    if (first != levels_.end() && first->first == -less) {
      ++first->second;
    } else {
      levels_.emplace_hint(first, -less, 1);
    }
  }
}

// The days that are in one window and not in the other.
void Popularity::move_window(std::int32_t last_day) {
  const std::int64_t step = std::int64_t{last_day} - last_day_;
  const auto steps = static_cast<std::int32_t>(std::min<std::int64_t>(std::abs(step), kDays));
  const std::int32_t newest = std::max(last_day, last_day_);
  std::size_t moved = 0;
  for (std::int32_t i = 0; i < steps && step > -kDays && step < kDays; ++i) {
    for (const std::int32_t day : {newest - i, newest - i - kDays}) {
      if (const auto at = days_.find(day); at != days_.end()) moved += at->second.size();
    }
  }
  last_day_ = last_day;
  if (steps == kDays || moved > totals_.size() / 8) return count_window();
  for (std::int32_t i = 0; i < steps; ++i) {
    add_day(newest - i, step > 0 ? 1 : -1);
    add_day(newest - i - kDays, step > 0 ? -1 : 1);
  }
}

// Each day's uses are sorted; then the window is counted anew.
void Popularity::take_many(const UsageSnapshot& usage, const Moment& moment) {
  std::vector<std::uint32_t> names;  // by dataset; 0: not asked yet
  std::vector<Keyed<std::uint64_t>> batch;
  while (rows_ < usage.size()) {
    const std::size_t end = std::min(usage.size(), rows_ + kBatch);
    batch.clear();
    batch.reserve(end - rows_);
    for (; rows_ < end; ++rows_) {
      const UsageRow& row = usage[rows_];
      const std::uint32_t said = row.dataset.value;
      if (said >= names.size()) names.resize(said + said / 2 + 1);
      if (names[said] == 0) names[said] = moment.canonical(row.dataset).value;
      const std::uint64_t day = static_cast<std::uint32_t>(row.day) ^ kSign;
      batch.push_back({day << 32 | names[said], row.count});
    }
    sort_and_add(batch);
    for (std::size_t first = 0, last = 0; first < batch.size(); first = last) {
      const std::uint64_t day = batch[first].key >> 32;
      while (last < batch.size() && batch[last].key >> 32 == day) ++last;
      merge(days_[static_cast<std::int32_t>(static_cast<std::uint32_t>(day) ^ kSign)].many,
            std::span(batch).subspan(first, last - first));
    }
  }
  count_window();
}

// Each dataset moves once, however many of its rows are new.
void Popularity::take_few(const UsageSnapshot& usage, const Moment& moment) {
  std::unordered_map<std::uint32_t, std::int64_t> more;
  for (; rows_ < usage.size(); ++rows_) {
    const UsageRow& row = usage[rows_];
    const std::uint32_t dataset = moment.canonical(row.dataset).value;
    days_[row.day].since[dataset] += row.count;
    if (last_day_ - kDays < row.day && row.day <= last_day_) more[dataset] += row.count;
  }
  for (const auto& [dataset, count] : more) add(dataset, count);
}

void Popularity::bring_up(const Moment& moment) {
  const UsageSnapshot& usage = *moment.state.usage;
  if (moment.merged) reset();
  seq_ = std::max(seq_, moment.state.seq);
  if (rows_ < usage.size() && usage.size() - rows_ >= kMany) {
    last_day_ = moment.last_day;
    return take_many(usage, moment);
  }
  if (moment.last_day != last_day_) move_window(moment.last_day);
  take_few(usage, moment);
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
