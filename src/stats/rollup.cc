#include "stats/rollup.h"

#include <algorithm>
#include <bit>

#include "stats/radix.h"

namespace headwater::stats {
namespace {

struct Place {
  std::uint64_t key = 0;  // day, then pair
  std::uint32_t chunk = 0, row = 0;
};

// Ascending pairs, and all others of stretches most of which are there. There are `all` pairs: none
// that only a newer snapshot of the ledger has, since an older one may use the rollup.
void set_pairs(const std::vector<std::uint32_t>& pairs, std::size_t all, DayTotals& to) {
  constexpr std::uint32_t kTogether = DayTotals::kTogether;
  to.pairs.reserve(pairs.size());
  to.whole.assign(all / kTogether, false);
  for (auto at = pairs.begin(); at != pairs.end();) {
    const std::uint32_t stretch = *at / kTogether, first = stretch * kTogether;
    const auto next = std::lower_bound(at, pairs.end(), first + kTogether);
    const bool most = 4 * (next - at) >= 3 * std::ptrdiff_t{kTogether};
    if (most && stretch < to.whole.size()) {
      to.whole[stretch] = true;
      for (std::uint32_t i = 0; i < kTogether; ++i) to.pairs.push_back(first + i);
    } else {
      to.pairs.insert(to.pairs.end(), at, next);
    }
    at = next;
  }
}

// The rows of some chunks by day and pair.
class Batch {
 public:
  // `pairs`: how many there were before.
  Batch(const LedgerSnapshot& ledger, std::size_t first, std::size_t end, std::size_t pairs)
      : ledger_(ledger), pairs_(pairs) {
    pair_bits_ = static_cast<unsigned>(std::bit_width(ledger.pairs()));
    first_day_ = INT32_MAX;
    std::size_t rows = 0;
    for (std::size_t i = first; i < end; ++i) {
      first_day_ = std::min(first_day_, day_of(ledger.chunk(i).min_time()));
      rows += ledger.rows_of(i);
    }
    places_.reserve(rows);
    for (std::size_t i = first; i < end; ++i) add(i);
    sort_by_key(places_);
  }
  std::size_t pairs() const { return pairs_; }  // numbered in the order of their first rows
  template <class Visit>
  void each_day(Visit&& visit) const {
    for (std::size_t at = 0; at < places_.size();) {
      const std::uint64_t day = places_[at].key >> pair_bits_;
      std::size_t end = at;
      while (end < places_.size() && places_[end].key >> pair_bits_ == day) ++end;
      visit(static_cast<std::int32_t>(first_day_ + static_cast<std::int64_t>(day)),
            totals(at, end));
      at = end;
    }
  }

 private:
  void add(std::size_t index) {
    const LedgerChunk& chunk = ledger_.chunk(index);
    const std::size_t rows = ledger_.rows_of(index);
    for (std::size_t row = 0; row < rows; ++row) {
      pairs_ = std::max<std::size_t>(pairs_, chunk.pairs()[row] + std::size_t{1});
      const auto day =
          static_cast<std::uint64_t>(std::int64_t{day_of(chunk.times()[row])} - first_day_);
      places_.push_back({day << pair_bits_ | chunk.pairs()[row], static_cast<std::uint32_t>(index),
                         static_cast<std::uint32_t>(row)});
    }
  }
  DayTotals totals(std::size_t first, std::size_t end) const {
    std::vector<std::uint32_t> pairs;
    for (std::size_t i = first; i < end; ++i) {
      const std::uint32_t pair = pair_of(places_[i]);
      if (pairs.empty() || pairs.back() != pair) pairs.push_back(pair);
    }
    DayTotals out;
    set_pairs(pairs, pairs_, out);
    for (std::size_t m = 0; m < model::kMeasures; ++m) add_measure(first, end, m, out);
    return out;
  }
  std::uint32_t pair_of(const Place& place) const {
    return static_cast<std::uint32_t>(place.key & ((std::uint64_t{1} << pair_bits_) - 1));
  }
  void add_measure(std::size_t first, std::size_t end, std::size_t m, DayTotals& out) const {
    std::vector<std::int64_t>& sums = out.columns[m];
    std::size_t at = 0;
    for (std::size_t i = first; i < end; ++i) {
      while (out.pairs[at] != pair_of(places_[i])) ++at;
      const auto* column = ledger_.chunk(places_[i].chunk).column(static_cast<model::Measure>(m));
      const std::int64_t value = column == nullptr ? 0 : column[places_[i].row];
      if (value == 0) continue;
      if (sums.empty()) sums.resize(out.pairs.size());
      sums[at] += value;
    }
  }

  const LedgerSnapshot& ledger_;
  std::size_t pairs_;
  unsigned pair_bits_ = 0;
  std::int32_t first_day_ = 0;
  std::vector<Place> places_;
};

DayTotals united(const DayTotals& a, const DayTotals& b, std::size_t all) {
  std::vector<std::uint32_t> pairs;
  std::set_union(a.pairs.begin(), a.pairs.end(), b.pairs.begin(), b.pairs.end(),
                 std::back_inserter(pairs));
  DayTotals out;
  set_pairs(pairs, all, out);
  for (std::size_t m = 0; m < model::kMeasures; ++m) {
    if (a.columns[m].empty() && b.columns[m].empty()) continue;
    std::vector<std::int64_t>& sums = out.columns[m];
    sums.resize(out.pairs.size());
    for (const DayTotals* part : {&a, &b}) {
      if (part->columns[m].empty()) continue;
      std::size_t at = 0;
      for (std::size_t i = 0; i < part->pairs.size(); ++i) {
        while (out.pairs[at] != part->pairs[i]) ++at;
        sums[at] += part->columns[m][i];
      }
    }
  }
  return out;
}

}  // namespace

std::shared_ptr<const Rollups> RollupKeeper::extend(const Rollups& base,
                                                    const LedgerSnapshot& ledger, std::size_t end) {
  auto next = std::make_shared<Rollups>(base);
  const Batch batch(ledger, base.chunks_, end, base.pairs_);
  next->pairs_ = batch.pairs();
  batch.each_day([&](std::int32_t day, DayTotals totals) {
    auto at = std::lower_bound(next->days_.begin(), next->days_.end(), day,
                               [](const Rollups::Day& a, std::int32_t b) { return a.first < b; });
    if (at == next->days_.end() || at->first != day) {
      next->days_.insert(at, {day, std::make_shared<const DayTotals>(std::move(totals))});
    } else {
      at->second = std::make_shared<const DayTotals>(united(*at->second, totals, batch.pairs()));
    }
  });
  next->chunks_ = end;
  next->last_ = ledger.chunk(end - 1).seq(ledger.rows_of(end - 1) - 1);
  return next;
}

std::shared_ptr<const Rollups> RollupKeeper::upto(const LedgerSnapshot& ledger,
                                                  const std::function<bool()>& ended) {
  const std::size_t closed = ledger.chunks() == 0 ? 0 : ledger.chunks() - 1;
  std::shared_ptr<const Rollups> mine;
  {
    const base::MutexLock lock(mutex_);
    if (working_ || kept_->chunks() >= closed) return kept_;
    working_ = true;
    mine = kept_;
  }
  while (mine->chunks() < closed && !(ended && ended())) {
    mine = extend(*mine, ledger, std::min(closed, mine->chunks() + kBatch));
    const base::MutexLock lock(mutex_);
    kept_ = mine;
  }
  const base::MutexLock lock(mutex_);
  working_ = false;
  return mine;
}

}  // namespace headwater::stats
