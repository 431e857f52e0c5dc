#include "stats/ledger.h"

#include <algorithm>

#include "model/time.h"

namespace headwater::stats {

std::string day_text(std::int32_t day) {
  return model::format_time(Micros{day} * kDay).substr(0, 10);
}

LedgerChunk::LedgerChunk()
    : times_(std::make_unique<Micros[]>(kRows)),
      pairs_(std::make_unique<std::uint32_t[]>(kRows)),
      seqs_(std::make_unique<std::uint32_t[]>(kRows)) {}

LedgerChunk::~LedgerChunk() {
  for (auto& column : columns_) delete[] column.load(std::memory_order_relaxed);
}

bool LedgerChunk::takes(Seq seq, std::size_t rows) const {
  return rows < kRows && seq.value - first_seq_ <= UINT32_MAX;
}

void LedgerChunk::cover(Micros time) {
  if (time < min_time()) min_time_.store(time, std::memory_order_relaxed);
  if (time > max_time()) max_time_.store(time, std::memory_order_relaxed);
}

void LedgerChunk::put(std::size_t row, const LedgerRow& from, std::uint32_t pair) {
  if (row == 0) first_seq_ = from.seq.value;
  times_[row] = from.time;
  cover(from.time);
  pairs_[row] = pair;
  seqs_[row] = static_cast<std::uint32_t>(from.seq.value - first_seq_);
  for (std::size_t i = 0; i < model::kMeasures; ++i) {
    const std::int64_t value = from.quantities.at(i);
    if (value == 0) continue;
    std::int64_t* column = columns_[i].load(std::memory_order_relaxed);
    if (column == nullptr) {
      column = new std::int64_t[kRows]();
      columns_[i].store(column, std::memory_order_release);
    }
    column[row] = value;
  }
}

std::optional<BookedTimes> LedgerSnapshot::booked(Seq seq) const {
  std::optional<BookedTimes> out;
  const auto add = [&](Micros first, Micros last) {
    out = out ? BookedTimes{std::min(out->first, first), std::max(out->last, last)}
              : BookedTimes{first, last};
  };
  for (std::size_t c = 0; c < chunks(); ++c) {
    const LedgerChunk& one = chunk(c);
    const std::size_t rows = rows_of(c);
    if (rows == 0 || one.seq(0) > seq) break;  // rows are in the order of seq
    if (!open(c) && one.seq(rows - 1) <= seq) {
      add(one.min_time(), one.max_time());
      continue;
    }
    for (std::size_t row = 0; row < rows && one.seq(row) <= seq; ++row) {
      add(one.times()[row], one.times()[row]);
    }
  }
  return out;
}

Ledger::Ledger() : published_(std::make_shared<const LedgerSnapshot>()) {}

std::uint32_t Ledger::pair_number(Pair pair) {
  const std::uint64_t key = (std::uint64_t{pair.job.value} << 32) | pair.dataset.value;
  const auto [at, is_new] = numbers_.emplace(key, static_cast<std::uint32_t>(pairs_.size()));
  if (is_new) pairs_.add(pair);
  return at->second;
}

void Ledger::take(std::shared_ptr<LedgerChunk> chunk, std::uint32_t rows) {
  next_.chunks_.push_back(chunk);
  next_.sizes_.push_back(rows);
  next_.rows_ += rows;
  mine_.push_back(std::move(chunk));
}

void Ledger::append(const LedgerRow& row) {
  if (mine_.empty() || !mine_.back()->takes(row.seq, next_.sizes_.back())) {
    mine_.push_back(std::make_shared<LedgerChunk>());
    next_.chunks_.push_back(mine_.back());
    next_.sizes_.push_back(0);
  }
  mine_.back()->put(next_.sizes_.back(), row, pair_number({row.job, row.dataset}));
  ++next_.sizes_.back();
  ++next_.rows_;
}

void Ledger::publish() {
  pairs_.publish();
  next_.pairs_ = pairs_.snapshot();
  auto next = std::make_shared<const LedgerSnapshot>(next_);
  const base::MutexLock lock(mutex_);
  published_ = std::move(next);
}

std::shared_ptr<const LedgerSnapshot> Ledger::snapshot() const {
  const base::MutexLock lock(mutex_);
  return published_;
}

}  // namespace headwater::stats
