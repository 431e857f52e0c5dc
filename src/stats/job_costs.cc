#include "stats/job_costs.h"

namespace headwater::stats {

using model::Measure;

std::shared_ptr<const JobCosts::Table> JobCosts::table(const State& state) {
  const LedgerSnapshot& ledger = *state.ledger;
  const base::MutexLock lock(mutex_);
  if (rows_ >= ledger.rows()) return table_;
  auto next = std::make_shared<Table>(*table_);
  std::size_t before = 0;
  for (std::size_t c = 0; c < ledger.chunks(); before += ledger.rows_of(c), ++c) {
    if (before + ledger.rows_of(c) <= rows_) continue;
    const LedgerChunk& chunk = ledger.chunk(c);
    const std::int64_t* const amounts = chunk.column(Measure::kAmount);
    const std::int64_t* const durations = chunk.column(Measure::kDurationMs);
    const std::int64_t* const runs = chunk.column(Measure::kRuns);
    for (std::size_t row = rows_ > before ? rows_ - before : 0; row < ledger.rows_of(c); ++row) {
      const NodeId job = ledger.pair(chunk.pairs()[row]).job;
      if (!job) continue;
      if (next->size() <= job.value) next->resize(job.value + std::size_t{1});
      Sums& sums = (*next)[job.value];
      if (amounts != nullptr) sums.amount += amounts[row];
      if (durations != nullptr) sums.duration_ms += durations[row];
      if (runs != nullptr) sums.runs += runs[row];
    }
  }
  rows_ = ledger.rows();
  table_ = std::move(next);
  return table_;
}

}  // namespace headwater::stats
