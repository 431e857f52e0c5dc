#include "stats/stats_view.h"

#include <algorithm>

#include "base/log.h"
#include "model/event_rank.h"
#include "stats/apportion.h"
#include "stats/ledger_file.h"
#include "stats/read_stats.h"

namespace headwater::stats {

using base::Result;
using model::EventKind;
using storage::RecordKind;

namespace {

EventPosition position_of(const storage::ViewRecord& record) {
  return {record.event->time, model::rank_of(*record.event),
          static_cast<std::int64_t>(record.hash.low)};
}

}  // namespace

Result<void> StatsView::load(storage::Reader& reader) {
  HW_CHECK_OK(load_small(reader));
  if (!rows_loaded_) HW_CHECK_OK(load_rows(reader));
  rows_loaded_ = loaded_ = true;
  HW_TRY(seq_, reader.last_seq());
  publish();
  return {};
}

Result<void> StatsView::load_small(storage::Reader& reader) {
  costs_.clear();
  labels_.clear();
  books_.clear();
  HW_TRY(const std::int64_t high, reader.high_stats_label());
  next_label_ = high + 1;
  current_book_ = Seq{};
  books_[0] = std::make_shared<const PriceBook>();
  HW_TRY(const auto rows, reader.price_books());
  for (const storage::PriceBookRow& row : rows) {
    HW_TRY(PriceBook book, parse_price_book(row.body));
    book.seq = row.seq;
    books_[row.seq.value] = std::make_shared<const PriceBook>(std::move(book));
    current_book_ = row.seq;
  }
  return {};
}

Result<void> StatsView::load_rows(storage::Reader& reader) {
  HW_TRY(const Seq after, load_file(reader));
  HW_CHECK_OK(reader.scan_ledger(after, [&](const storage::LedgerRow& row) {
    ledger_->append({row.seq, row.time, row.job, row.dataset, row.quantities});
    return true;
  }));
  ledger_->publish();
  HW_CHECK_OK(reader.scan_usage([&](const storage::UsageDailyRow& row) {
    usage_.append({row.seq, row.dataset, row.consumer, row.day,
                   static_cast<std::uint32_t>(row.purpose), row.count});
    return true;
  }));
  usage_.publish();
  return {};
}

namespace {

Result<LedgerOrigin> origin_of(const storage::Store& store, storage::Reader& reader, Seq seq) {
  HW_TRY(const auto record, reader.log_record(seq));
  return LedgerOrigin{store.instance_id(), record ? record->hash : base::Hash128()};
}

}  // namespace

Result<Seq> StatsView::load_file(storage::Reader& reader) {
  const auto origin = [&](Seq seq) { return origin_of(store_, reader, seq); };
  auto loaded = load_ledger(file_path(), origin, *ledger_);
  if (loaded) return *loaded;
  ledger_ = std::make_unique<Ledger>();
  if (loaded.error().code != base::ErrorCode::kNotFound) {
    HW_LOG_WARN("ledger.snapshot_ignored", "reason=\"{}\" detail=\"{}\"", loaded.error().message,
                loaded.error().detail);
  }
  return Seq{};
}

std::function<void()> StatsView::keepsake() {
  auto ledger = ledger_->snapshot();
  return [ledger = std::move(ledger), seq = seq_, path = file_path(), &store = store_] {
    auto saved = [&]() -> Result<void> {
      HW_TRY(auto reader, store.reader());
      HW_TRY(const LedgerOrigin origin, origin_of(store, reader, seq));
      return save_ledger(*ledger, seq, origin, path);
    }();
    if (saved) return;
    HW_LOG_WARN("ledger.snapshot_failed", "message=\"{}\" detail=\"{}\"", saved.error().message,
                saved.error().detail);
  };
}

void StatsView::publish() noexcept {
  for (const LedgerRow& row : ledger_rows_) ledger_->append(row);
  for (const UsageRow& row : usage_rows_) usage_.append(row);
  if (!ledger_rows_.empty()) ledger_->publish();
  if (!usage_rows_.empty()) usage_.publish();
  ledger_rows_.clear();
  usage_rows_.clear();
  if (costs_.size() > kMaxCachedRuns) costs_.clear();
  if (labels_.size() > kMaxCachedLabels) labels_.clear();
  if (!stats_) return;
  State state;
  state.seq = seq_;
  state.ledger = ledger_->snapshot();
  state.usage = usage_.snapshot();
  state.prices = books_.at(current_book_.value);
  stats_->set(std::make_shared<const State>(std::move(state)));
}

void StatsView::discard() noexcept {
  ledger_rows_.clear();
  usage_rows_.clear();
  loaded_ = false;
}

Result<void> StatsView::admit(const storage::ViewRecord& decision, storage::Writer& writer) {
  if (!loaded_) HW_CHECK_OK(load());
  Step step{decision, writer};
  return decide(step, true);
}

Result<void> StatsView::prepare(const storage::ViewRecord& record, storage::Writer& writer,
                                storage::Effects& effects) {
  if (!loaded_) {
    HW_CHECK_OK(load_small(writer.reader()));
    loaded_ = true;
  }
  seq_ = record.seq;
  Step step{record, writer};
  if (record.kind == RecordKind::kQuarantined) return {};
  if (record.kind == RecordKind::kDecision) return decide(step, false);
  if (record.kind == RecordKind::kUsage) return apply_usage(step, effects);
  if (record.event->kind != EventKind::kRun || effects.run == nullptr) return {};
  return apply_run(step, effects);
}

// ---- use ----------------------------------------------------------------------------------------

Result<std::int64_t> StatsView::label(Step& step, const std::string& text) {
  if (text.empty()) return std::int64_t{0};
  if (const auto at = labels_.find(text); at != labels_.end()) return at->second;
  HW_TRY(const auto stored, step.writer.reader().find_stats_label(text));
  if (!stored) HW_CHECK_OK(step.writer.insert_stats_label(next_label_, text));
  const std::int64_t id = stored ? *stored : next_label_++;
  labels_.emplace(text, id);
  return id;
}

// A report of several days counts on each of them, in equal parts.
Result<void> StatsView::apply_usage(Step& step, const storage::Effects& effects) {
  const model::Usage& usage = *step.record.event->usage;
  const NodeId dataset = effects.datasets[0], consumer = effects.owner;
  HW_TRY(const std::int64_t purpose, label(step, usage.purpose));
  HW_TRY(const std::int64_t fingerprint, label(step, usage.fingerprint));
  const std::int32_t first = day_of(usage.start);
  const std::int32_t last = std::max(first, day_of(usage.end - 1));
  const auto days = static_cast<std::size_t>(last - first) + 1;
  for (std::size_t i = 0; i < days; ++i) {
    const std::int32_t day = first + static_cast<std::int32_t>(i);
    const std::int64_t count = equal_share(usage.count, days, i);
    if (count == 0) continue;
    const Micros until = std::min(usage.end, (Micros{day} + 1) * kDay - 1);
    HW_CHECK_OK(
        step.writer.add_usage({dataset, day, consumer, purpose, count, until, step.record.seq}));
    usage_rows_.push_back(
        {step.record.seq, dataset, consumer, day, static_cast<std::uint32_t>(purpose), count});
    for (const std::string& column : usage.columns) {
      HW_TRY(const std::int64_t name, label(step, column));
      HW_CHECK_OK(step.writer.add_usage_column({dataset, day, name, count}));
    }
    if (fingerprint == 0) continue;
    HW_CHECK_OK(step.writer.add_usage_query(
        {dataset, day, fingerprint, count,
         equal_share(std::max<std::int64_t>(usage.duration_ms, 0), days, i),
         equal_share(std::max<std::int64_t>(usage.bytes_scanned, 0), days, i)}));
  }
  return {};
}

// ---- cost ---------------------------------------------------------------------------------------

Result<RunCost*> StatsView::cost_of(model::RunRow run, storage::Writer& writer) {
  const auto [at, is_new] = costs_.try_emplace(run.value);
  if (!is_new) return &at->second;
  HW_TRY(const auto stored, writer.reader().run_cost(run));
  if (!stored) return &at->second;
  auto cost = decode_run_cost(*stored);
  if (!cost) {
    return base::make_error(base::ErrorCode::kStorageCorrupt, "The cost of a run cannot be read.",
                            "run_cost " + std::to_string(run.value));
  }
  at->second = *std::move(cost);
  return &at->second;
}

Result<void> StatsView::apply_run(Step& step, const storage::Effects& effects) {
  const model::Event& event = *step.record.event;
  const storage::RunInfo& run = *effects.run;
  HW_TRY(RunCost* const cost, cost_of(run.id, step.writer));
  const RunCost before = *cost;
  cost->add(event, position_of(step.record), effects.datasets);
  auto due = cost->due(run);
  if (due) {
    // What was booked keeps its prices, until a repricing is asked for.
    due->prices = before.booked ? before.booked->prices : current_book_;
    cost->booked = due;
  }
  if (*cost == before) return {};
  HW_CHECK_OK(step.writer.put_run_cost(run.id, encode(*cost)));
  if (!due) return {};
  const PriceBook& prices = book(due->prices);
  std::vector<Booked> rows = rows_of(*cost, *due, prices, *event.job);
  if (before.booked) {
    rows = difference(rows_of(before, *before.booked, prices, *event.job), rows);
  }
  for (const Booked& row : rows) {
    HW_CHECK_OK(write_row(step, LedgerKind::kRun, run.id, effects.owner, due->prices, row));
  }
  return {};
}

Result<void> StatsView::write_row(Step& step, LedgerKind kind, model::RunRow run, NodeId job,
                                  Seq prices, const Booked& row) {
  storage::LedgerRow out;
  out.seq = step.record.seq;
  out.n = ++step.rows;
  out.kind = static_cast<std::int32_t>(kind);
  out.time = row.time;
  out.run = run;
  out.job = job;
  out.dataset = row.dataset;
  out.prices = prices;
  out.quantities = row.quantities;
  HW_CHECK_OK(step.writer.insert_ledger(out));
  ledger_rows_.push_back({out.seq, out.time, out.job, out.dataset, out.quantities});
  return {};
}

Result<void> read_stats(storage::Store& store, std::shared_ptr<Stats> stats) {
  HW_TRY(storage::Reader reader, store.reader());
  HW_CHECK_OK(reader.begin());
  return StatsView(store, std::move(stats)).load(reader);
}

Result<std::unique_ptr<storage::View>> make_view(storage::Store& store,
                                                 std::shared_ptr<Stats> stats) {
  auto view = std::make_unique<StatsView>(store, std::move(stats));
  HW_CHECK_OK(view->load());
  return std::unique_ptr<storage::View>(std::move(view));
}

}  // namespace headwater::stats
