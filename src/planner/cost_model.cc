#include "planner/cost_model.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>
#include <utility>

#include "model/json.h"

namespace headwater::planner {

using base::Result;
using storage::MaterializationRow;

// ---- rates
// ---------------------------------------------------------------------------------------

Estimate times(const Rate& rate, std::int64_t partitions) {
  Estimate out{Estimate::kNotKnown, Estimate::kNotKnown, rate.samples, rate.basis};
  const auto of = [partitions](std::int64_t thousandths) {
    if (thousandths < 0) return Estimate::kNotKnown;
    const double all = static_cast<double>(thousandths) * static_cast<double>(partitions) / 1000;
    return all < 9e18 ? std::int64_t{std::llround(all)} : INT64_MAX;
  };
  out.p50 = of(rate.p50);
  out.p90 = of(rate.p90);
  return out;
}

Rate rate_of(std::vector<std::int64_t> samples, Basis basis) {
  if (samples.empty()) return {};
  std::sort(samples.begin(), samples.end());
  const auto rank = [&](std::size_t percent) {
    return samples[(samples.size() * percent + 99) / 100 - 1];
  };
  return {rank(50), rank(90), static_cast<std::uint32_t>(samples.size()), basis};
}

double smoothed(std::uint32_t different, std::uint32_t rewrites) {
  return (different + 1.0) / (rewrites + 2.0);
}

// ---- what runs reported
// --------------------------------------------------------------------------

Result<std::optional<std::int64_t>> ReportedCosts::cost_micros(model::RunRow run) {
  HW_TRY(const auto booked, reader_.ledger_of_run(run));
  std::int64_t amount = 0;
  bool priced = false;
  for (const storage::LedgerRow& row : booked) {
    amount += row.quantities[model::Measure::kAmount];
    priced = priced || row.prices || row.quantities[model::Measure::kAmount] != 0;
  }
  if (priced) return std::optional<std::int64_t>(amount);
  HW_TRY(std::vector<storage::ObservationRow> rows, reader_.observations_of_run(run));
  std::sort(rows.begin(), rows.end(),
            [](const storage::ObservationRow& a, const storage::ObservationRow& b) {
              return std::tie(a.time, a.rank, a.tie, a.seq) >
                     std::tie(b.time, b.rank, b.tie, b.seq);
            });
  for (const storage::ObservationRow& row : rows) {  // the newest event that has the facet counts
    HW_TRY(const auto record, reader_.log_record(row.seq));
    if (!record) continue;
    const model::JsonValue facet =
        model::JsonValue(record->body).get("run").get("facets").get("headwater_cost");
    if (!facet.present()) continue;
    const auto said = facet.get("amount").number();
    constexpr double kMost = 9e12;
    if (!said || !(*said >= 0 && *said <= kMost)) return std::optional<std::int64_t>{};
    return std::optional<std::int64_t>(std::llround(*said * 1e6));
  }
  return std::optional<std::int64_t>{};
}

// ---- from the store
// ------------------------------------------------------------------------------

Result<DatasetCosts> StoredCostModel::of(DatasetNo dataset) {
  HW_TRY(const Samples* const own, samples_of(dataset));
  DatasetCosts out;
  out.rewrites = own->rewrites;
  out.different = own->different;
  out.changes = smoothed(out.different, out.rewrites);
  out.duration = rate_of(own->duration, Basis::kDataset);
  out.cost = rate_of(own->cost, Basis::kDataset);
  for (const std::string& kind : {kind_of(dataset), std::string()}) {
    if (out.duration.samples != 0 && out.cost.samples != 0) break;
    HW_TRY(const Pool* const pool, pool_of(kind));
    if (out.duration.samples == 0) out.duration = pool->duration;
    if (out.cost.samples == 0) out.cost = pool->cost;
  }
  return out;
}

// Of the same granularity, with mappings of the same kinds.
std::string StoredCostModel::kind_of(DatasetNo dataset) const {
  const Segment& segment = state_.segment(dataset);
  std::string out = "none";
  if (const Dimension* const index = segment.space->index_dimension()) {
    out = index->kind == Dimension::Kind::kTime     ? to_string(index->calendar->granularity())
          : index->kind == Dimension::Kind::kStatic ? std::string_view("static")
                                                    : std::string_view("integer");
  }
  std::set<std::string_view> kinds;
  for (const Edge& edge : segment.in) kinds.insert(to_string(edge.reads->mapping().kind));
  for (const std::string_view kind : kinds) out.append(" ").append(kind);
  return out;
}

Result<const StoredCostModel::Pool*> StoredCostModel::pool_of(const std::string& kind) {
  const auto known = pools_.find(kind);
  if (known != pools_.end()) return &known->second;
  std::vector<std::int64_t> duration, cost;
  std::size_t pooled = 0;
  for (std::uint32_t i = 1; i <= state_.dataset_count() && pooled < kMaxPooledDatasets; ++i) {
    const DatasetNo dataset{i};
    if (state_.segment(dataset).lanes.empty()) continue;
    if (!kind.empty() && kind_of(dataset) != kind) continue;
    ++pooled;
    HW_TRY(const Samples* const own, samples_of(dataset));
    duration.insert(duration.end(), own->duration.begin(), own->duration.end());
    cost.insert(cost.end(), own->cost.begin(), own->cost.end());
  }
  const Basis basis = kind.empty() ? Basis::kAll : Basis::kKind;
  Pool pool{rate_of(std::move(duration), basis), rate_of(std::move(cost), basis)};
  return &pools_.emplace(kind, pool).first->second;
}

// The writes of the newest partitions, lane by lane, of the lanes that were written last.
Result<std::vector<MaterializationRow>> StoredCostModel::newest_writes(DatasetNo dataset) {
  const Segment& segment = state_.segment(dataset);
  std::vector<std::pair<Micros, std::uint32_t>> lanes;
  for (std::uint32_t number = 0; number < segment.lanes.size(); ++number) {
    const Lane* const lane = segment.find(number);
    if (lane != nullptr && lane->count != 0) lanes.emplace_back(lane->max_end, number);
  }
  std::sort(lanes.begin(), lanes.end(), std::greater<>());
  if (lanes.size() > kMaxLanesLooked) lanes.resize(kMaxLanesLooked);
  std::vector<MaterializationRow> out;
  for (const auto& [end, number] : lanes) {
    const std::size_t share = kMaxWritesLooked / lanes.size();
    HW_TRY(const auto rows, reader_.newest_materializations(dataset, number, share));
    for (const MaterializationRow& row : rows) {
      if (!(state_.seq() < row.seq)) out.push_back(row);
    }
  }
  return out;
}

Result<const StoredCostModel::Samples*> StoredCostModel::samples_of(DatasetNo dataset) {
  const auto known = samples_.find(dataset.value);
  if (known != samples_.end()) return &known->second;
  Samples out;
  HW_TRY(std::vector<MaterializationRow> writes, newest_writes(dataset));
  for (std::size_t i = 0; i + 1 < writes.size(); ++i) {  // later writes of a partition come first
    const MaterializationRow& now = writes[i];
    const MaterializationRow& before = writes[i + 1];
    if (now.lane != before.lane || now.index != before.index) continue;
    ++out.rewrites;
    if (now.out != before.out) ++out.different;
  }
  std::sort(writes.begin(), writes.end(),
            [](const MaterializationRow& a, const MaterializationRow& b) {
              return std::tie(a.end, a.seq) > std::tie(b.end, b.seq);
            });
  HW_CHECK_OK(add_runs(writes, out));
  return &samples_.emplace(dataset.value, std::move(out)).first->second;
}

// `writes`: the newest first.
Result<void> StoredCostModel::add_runs(const std::vector<MaterializationRow>& writes, Samples& to) {
  std::set<std::int64_t> seen;
  std::size_t without_cost = 0;
  for (const MaterializationRow& write : writes) {
    if (seen.size() == kMaxRunsLooked) break;
    if (!seen.insert(write.run.value).second) continue;
    HW_TRY(const std::int64_t partitions, reader_.count_run_outputs(write.run));
    if (partitions == 0) continue;
    if (write.start < write.end) {  // else its start is not known
      to.duration.push_back((write.end - write.start) / partitions);
    }
    const bool look =
        seen.size() <= kMaxCostsLooked && !(to.cost.empty() && without_cost == kCostlessRuns);
    if (!look) continue;
    HW_TRY(const auto cost, costs_.cost_micros(write.run));
    constexpr std::int64_t kMost = INT64_MAX / 1000;
    if (cost) to.cost.push_back(std::min(*cost, kMost) * 1000 / partitions);
    if (!cost) ++without_cost;
  }
  return {};
}

}  // namespace headwater::planner
