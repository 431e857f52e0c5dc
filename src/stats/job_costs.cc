#include "stats/job_costs.h"

namespace headwater::stats {

using model::Measure;

void JobCosts::add(const LedgerSnapshot& ledger, std::size_t first, Seq known, Micros until,
                   Table& to) {
  std::size_t before = 0;
  for (std::size_t c = 0; c < ledger.chunks(); before += ledger.rows_of(c), ++c) {
    if (before + ledger.rows_of(c) <= first) continue;
    const LedgerChunk& chunk = ledger.chunk(c);
    const std::int64_t* const amounts = chunk.column(Measure::kAmount);
    const std::int64_t* const durations = chunk.column(Measure::kDurationMs);
    const std::int64_t* const runs = chunk.column(Measure::kRuns);
    for (std::size_t row = first > before ? first - before : 0; row < ledger.rows_of(c); ++row) {
      const NodeId job = ledger.pair(chunk.pairs()[row]).job;
      if (!job || known < chunk.seq(row) || until < chunk.times()[row]) continue;
      Sums& sums = to.of(job);
      if (amounts != nullptr) sums.amount += amounts[row];
      if (durations != nullptr) sums.duration_ms += durations[row];
      if (runs != nullptr) sums.runs += runs[row];
    }
  }
}

std::shared_ptr<const JobCosts::Table> JobCosts::table(const State& state) {
  const LedgerSnapshot& ledger = *state.ledger;
  const base::MutexLock lock(mutex_);
  if (rows_ >= ledger.rows()) return table_;
  auto next = std::make_shared<Table>(*table_);
  add(ledger, rows_, model::kNeverSeq, model::kOpenEnd, *next);
  rows_ = ledger.rows();
  table_ = std::move(next);
  return table_;
}

std::shared_ptr<const JobCosts::Table> JobCosts::table_at(const State& state, Seq known,
                                                          Micros until) {
  auto out = std::make_shared<Table>();
  add(*state.ledger, 0, known, until, *out);
  return out;
}

}  // namespace headwater::stats
