// Cost model: how long a partition takes and what it costs, learned from the runs there were.
//
// Rules: docs/plan-rules.md. Rates are of one partition: a run's duration, from its start to its
// end, divided by the partitions that it wrote. They are kept in thousandths, so that a run of a
// second that wrote ten thousand partitions does not count as nothing.
//
// Thread-safety: a model belongs to one thread; the stored one borrows its reader. Errors: those of
// the store.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "planner/plan.h"
#include "planner/state.h"
#include "storage/storage.h"

namespace headwater::planner {

// What is looked at of one dataset: writes of its newest partitions, in the lanes that were written
// last; of their runs the newest.
inline constexpr std::size_t kMaxLanesLooked = 8, kMaxWritesLooked = 64, kMaxRunsLooked = 32;
// Of these, runs that are asked for their cost; none more after so many that did not report any.
inline constexpr std::size_t kMaxCostsLooked = 8, kCostlessRuns = 2;
inline constexpr std::size_t kMaxPooledDatasets = 256;  // of one kind, or of all

// Nearest-rank percentiles of one partition, in thousandths of a millisecond or of a millionth of
// the currency; -1: not known.
struct Rate {
  std::int64_t p50 = -1, p90 = -1;
  std::uint32_t samples = 0;
  Basis basis = Basis::kNone;
  bool operator==(const Rate&) const = default;
};
// Of `partitions` of them, rounded to the nearest.
Estimate times(const Rate& rate, std::int64_t partitions);
// The nearest-rank percentiles of the samples, in any order.
Rate rate_of(std::vector<std::int64_t> samples, Basis basis);

struct DatasetCosts {
  Rate duration, cost;
  // That a partition of it which is run again comes out different: of `rewrites` that there were,
  // `different` did. Laplace: (different + 1) / (rewrites + 2).
  double changes = 0.5;
  std::uint32_t rewrites = 0, different = 0;
};
double smoothed(std::uint32_t different, std::uint32_t rewrites);

class CostModel {
 public:
  virtual ~CostModel() = default;
  virtual base::Result<DatasetCosts> of(DatasetNo dataset) = 0;
};

// What a run cost, in millionths of the currency; nothing where that is not known.
class RunCosts {
 public:
  virtual ~RunCosts() = default;
  virtual base::Result<std::optional<std::int64_t>> cost_micros(model::RunRow run) = 0;
};

// What the ledger has of the run (docs/cost-rules.md); where nothing has a price, what the run
// reported in `headwater_cost.amount`.
class ReportedCosts final : public RunCosts {
 public:
  explicit ReportedCosts(storage::Reader& reader) : reader_(reader) {}
  base::Result<std::optional<std::int64_t>> cost_micros(model::RunRow run) override;

 private:
  storage::Reader& reader_;
};

// From what the store holds up to the state's record. Each dataset is looked up once, within the
// limits above and along the tables' keys; the pools of a kind and of all only for datasets without
// a run of their own.
class StoredCostModel final : public CostModel {
 public:
  StoredCostModel(storage::Reader& reader, RunCosts& costs, const State& state)
      : reader_(reader), costs_(costs), state_(state) {}
  base::Result<DatasetCosts> of(DatasetNo dataset) override;

 private:
  struct Samples {
    std::vector<std::int64_t> duration, cost;
    std::uint32_t rewrites = 0, different = 0;
  };
  struct Pool {
    Rate duration, cost;
  };
  base::Result<const Samples*> samples_of(DatasetNo dataset);
  base::Result<std::vector<storage::MaterializationRow>> newest_writes(DatasetNo dataset);
  base::Result<void> add_runs(const std::vector<storage::MaterializationRow>& writes, Samples& to);
  base::Result<const Pool*> pool_of(const std::string& kind);  // empty: all
  std::string kind_of(DatasetNo dataset) const;

  storage::Reader& reader_;
  RunCosts& costs_;
  const State& state_;
  std::map<std::uint32_t, Samples> samples_;
  std::map<std::string, Pool> pools_;
};

}  // namespace headwater::planner
