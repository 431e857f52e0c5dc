#include "planner/interval_table.h"

namespace headwater::planner {

namespace {

std::shared_ptr<const IntervalTable> made_table(const Reads& reads, std::int64_t block) {
  auto out = std::make_shared<IntervalTable>();
  const std::int64_t base = block << kBlockBits;
  out->origin = reads.upstream_of(base).first;
  for (std::size_t i = 0; i < static_cast<std::size_t>(kBlockSize); ++i) {
    const Interval read = reads.upstream_of(base + static_cast<std::int64_t>(i));
    out->first[i] = static_cast<std::int32_t>(read.first - out->origin);
    out->last[i] = static_cast<std::int32_t>(read.last - out->origin);
    if (i > 0 && out->first[i] == out->first[i - 1] && out->last[i] == out->last[i - 1]) continue;
    out->runs.push_back(static_cast<std::uint16_t>(i));
  }
  return out;
}

}  // namespace

std::shared_ptr<const IntervalTable> IntervalTables::of(const Reads& reads, const Space& upstream,
                                                        const Space& downstream,
                                                        std::int64_t block) {
  const Calendar* const up = upstream.calendar();
  const Calendar* const down = downstream.calendar();
  if (up == nullptr || down == nullptr) return made_table(reads, block);
  const Mapping& mapping = reads.mapping();
  const Key key{up->zone(),
                static_cast<int>(up->granularity()),
                down->zone(),
                static_cast<int>(down->granularity()),
                static_cast<int>(mapping.kind),
                mapping.from,
                mapping.to,
                block};
  {
    base::MutexLock lock(mutex_);
    const auto at = tables_.find(key);
    if (at != tables_.end()) return at->second;
  }
  auto table = made_table(reads, block);
  base::MutexLock lock(mutex_);
  if (tables_.size() >= kMaxTables) tables_.clear();
  return tables_.try_emplace(key, std::move(table)).first->second;
}

}  // namespace headwater::planner
