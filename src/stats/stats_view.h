// StatsView: what the log says of use and cost, record by record. Private to stats.
//
// Tables: usage_daily, usage_column, usage_query, ledger, run_cost, price_book, ledger_entry,
// stats_label. All of them follow from the log alone; what is in memory follows from them.
//
// Thread-safety: the writer's thread. Errors: those of the store; an event cannot be wrong.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/json.h"
#include "stats/run_cost.h"
#include "stats/stats.h"

namespace headwater::stats {

class StatsView final : public storage::View {
 public:
  StatsView(storage::Store& store, std::shared_ptr<Stats> stats)
      : store_(store), stats_(std::move(stats)) {}
  base::Result<void> load() { return load(store_.writer().reader()); }
  base::Result<void> load(storage::Reader& reader);

  std::string_view name() const override { return "stats"; }
  base::Result<void> admit(const storage::ViewRecord& decision, storage::Writer& writer) override;
  base::Result<void> prepare(const storage::ViewRecord& record, storage::Writer& writer,
                             storage::Effects& effects) override;
  void publish() noexcept override;
  void discard() noexcept override;
  std::function<void()> keepsake() override;

 private:
  struct Step {
    const storage::ViewRecord& record;
    storage::Writer& writer;
    std::uint32_t rows = 0;  // written to the ledger
  };
  using Books = std::map<std::uint64_t, std::shared_ptr<const PriceBook>>;  // by record

  base::Result<void> load_small(storage::Reader& reader);
  base::Result<void> load_rows(storage::Reader& reader);
  // The record up to which the snapshot has all rows; 0: there is none that fits.
  base::Result<Seq> load_file(storage::Reader& reader);
  std::string file_path() const { return store_.directory() + "/ledger.snapshot"; }

  base::Result<void> apply_usage(Step& step, const storage::Effects& effects);
  base::Result<std::int64_t> label(Step& step, const std::string& text);

  base::Result<void> apply_run(Step& step, const storage::Effects& effects);
  base::Result<RunCost*> cost_of(model::RunRow run, storage::Writer& writer);
  const PriceBook& book(Seq seq) const { return *books_.at(seq.value); }
  base::Result<void> write_row(Step& step, LedgerKind kind, model::RunRow run, NodeId job,
                               Seq prices, const Booked& row);

  // ---- decisions: stats_decisions.cc
  base::Result<void> decide(Step& step, bool admit);
  base::Result<void> put_price_book(Step& step, const model::JsonValue& decision, bool admit);
  base::Result<void> reprice(Step& step, const model::JsonValue& decision, bool admit);
  base::Result<void> reprice_run(Step& step, model::RunRow run, RunCost cost);
  base::Result<void> put_entries(Step& step, const model::JsonValue& decision, bool admit);
  base::Result<void> put_entry(Step& step, const model::JsonValue& entry, bool admit);
  struct Entry {
    std::string id;
    NodeId job;
    Booked row;
  };
  base::Result<Entry> read_entry(storage::Reader& reader, const model::JsonValue& json);
  base::Result<NodeId> named(storage::Reader& reader, model::NodeKind kind,
                             const model::JsonValue& json, std::string_view member);
  base::Result<model::Name> name_of(storage::Reader& reader, NodeId node);

  static constexpr std::size_t kMaxCachedRuns = 100'000;
  static constexpr std::size_t kMaxCachedLabels = 100'000;

  storage::Store& store_;
  std::shared_ptr<Stats> stats_;
  bool loaded_ = false;       // what a failed transaction may have spoiled
  bool rows_loaded_ = false;  // the ledger and the use in memory
  Seq seq_;
  std::unique_ptr<Ledger> ledger_ = std::make_unique<Ledger>();
  UsageBook usage_;
  std::vector<LedgerRow> ledger_rows_;  // of the batch
  std::vector<UsageRow> usage_rows_;
  Books books_;
  Seq current_book_;
  std::unordered_map<std::int64_t, RunCost> costs_;
  std::unordered_map<std::string, std::int64_t> labels_;
  std::int64_t next_label_ = 1;
};

}  // namespace headwater::stats
