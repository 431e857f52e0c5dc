// What a run used, from its facets: headwater_cost, bigQuery_job, Iceberg and Spark reports, and
// the statistics of its outputs. Private to ingest. Rules: docs/cost-rules.md.

#include <charconv>
#include <cmath>

#include "ingest/event_parser.h"

namespace headwater::ingest {

using model::CostSource;
using model::JsonValue;
using model::Measure;

namespace {

// A number, or one written as a string, as BigQuery writes integers.
std::optional<double> number_in(const JsonValue& value) {
  if (const auto number = value.number()) return number;
  const auto text = value.string();
  if (!text) return std::nullopt;
  double out = 0;
  const char* const end = text->data() + text->size();
  const auto [at, error] = std::from_chars(text->data(), end, out);
  if (error != std::errc() || at != end) return std::nullopt;
  return out;
}

}  // namespace

// A quantity in whole units; what is negative or too large is not taken, and said.
void EventParser::take_quantity(const JsonValue& value, std::int64_t scale,
                                const std::string& pointer, std::int64_t& to) {
  if (!value.present() || value.is_null()) return;
  if (const auto integer = value.integer(); integer && scale == 1) {
    if (*integer >= 0 && *integer <= model::kMaxQuantity) {
      to = *integer;
      return;
    }
  } else if (const auto number = number_in(value)) {
    const double scaled = std::round(*number * static_cast<double>(scale));
    if (scaled >= 0 && scaled <= static_cast<double>(model::kMaxQuantity)) {
      to = static_cast<std::int64_t>(scaled);
      return;
    }
  }
  warn("bad_quantity", pointer,
       "is not a number from 0 to 2^53 base units; it was kept but not counted.");
}

model::ReportedCost& EventParser::cost_from(CostSource source) {
  for (model::ReportedCost& cost : event_->costs) {
    if (cost.source == source) return cost;
  }
  event_->costs.push_back({source, {}, 0, {}});
  return event_->costs.back();
}

void EventParser::use_headwater_cost(const JsonValue& facet) {
  model::ReportedCost& cost = cost_from(CostSource::kHeadwater);
  const std::string at = "/run/facets/headwater_cost/";
  for (const Measure measure :
       {Measure::kCpuSeconds, Measure::kGpuSeconds, Measure::kMemoryGbSeconds, Measure::kSlotMs,
        Measure::kBytesScanned, Measure::kBytesBilled, Measure::kEnergyWh}) {
    const model::MeasureInfo& info = model::info(measure);
    take_quantity(facet.get(info.name), info.scale, at + std::string(info.name),
                  cost.quantities[measure]);
  }
  const JsonValue amount = facet.get("amount");
  if (!amount.present() || amount.is_null()) return;
  std::string currency = facet.get("currency").string().value_or("");
  if (currency.empty()) {
    return warn("amount_without_currency", at + "amount",
                "An amount needs its currency (ISO 4217); it was kept but not counted.");
  }
  take_quantity(amount, model::kMicro, at + "amount", cost.amount);
  cost.currency = std::move(currency);
}

// Slot time stands in `properties`, which is the job's own JSON as a text.
void EventParser::use_bigquery_job(const JsonValue& facet) {
  model::ReportedCost& cost = cost_from(CostSource::kBigQuery);
  const std::string at = "/run/facets/bigQuery_job/";
  take_quantity(facet.get("billedBytes"), 1, at + "billedBytes",
                cost.quantities[Measure::kBytesBilled]);
  const auto text = facet.get("properties").string();
  if (!text || !check_json(*text, limits_)) return;
  const JsonValue properties(*text);
  JsonValue query, statistics = properties.get("statistics");
  if (!statistics.is_object()) statistics = properties;
  query = statistics.get("query");
  const auto first = [&](std::string_view name) {
    const JsonValue own = query.get(name);
    return own.present() ? own : statistics.get(name);
  };
  const std::pair<std::string_view, Measure> members[] = {
      {"totalSlotMs", Measure::kSlotMs}, {"totalBytesProcessed", Measure::kBytesScanned}};
  for (const auto& [name, measure] : members) {
    JsonValue value = first(name);
    if (!value.present()) continue;
    std::int64_t taken = 0;
    take_quantity(value, 1, at + "properties", taken);
    cost.quantities[measure] = taken;
  }
}

// The same dataset may stand twice among the outputs: it is one.
void EventParser::note_output_size(std::int32_t dataset) {
  std::vector<model::OutputSize>& all = event_->outputs;
  const auto number = static_cast<std::uint32_t>(dataset);
  for (current_output_ = 0; current_output_ < all.size(); ++current_output_) {
    if (all[current_output_].dataset == number) return;
  }
  all.push_back({number, -1, -1});
}

// Of the output that is being read. `pointer`: of the output.
void EventParser::use_output_size(std::string_view name, const JsonValue& facet,
                                  const std::string& pointer) {
  const bool iceberg = name == "icebergCommitReport";
  if (!iceberg && name != "outputStatistics") return;
  model::OutputSize& size = event_->outputs[current_output_];
  const std::string at = pointer + "/outputFacets/" + std::string(name);
  if (!iceberg) {
    take_quantity(facet.get("size"), 1, at + "/size", size.bytes);
    take_quantity(facet.get("rowCount"), 1, at + "/rowCount", size.rows);
  } else {
    const JsonValue metrics =
        facet.get("metrics").present() ? facet.get("metrics") : facet.get("commitMetrics");
    const auto value_of = [&](std::string_view member) {
      const JsonValue metric = metrics.get(member);
      return metric.is_object() ? metric.get("value") : metric;
    };
    if (size.bytes < 0) take_quantity(value_of("addedFilesSizeInBytes"), 1, at, size.bytes);
    if (size.rows < 0) take_quantity(value_of("addedRecords"), 1, at, size.rows);
  }
}

// What was read, as a run's inputs say. `pointer`: of the input.
void EventParser::use_input_report(std::string_view name, const JsonValue& facet,
                                   const std::string& pointer) {
  const bool iceberg = name == "icebergScanReport";
  if (!iceberg && name != "inputStatistics") return;
  JsonValue read = facet.get("size");
  if (iceberg) {
    JsonValue metrics = facet.get("scanMetrics");
    if (!metrics.present()) metrics = facet.get("metrics");
    read = metrics.get("totalFileSizeInBytes");
    if (read.is_object()) read = read.get("value");
  }
  std::int64_t bytes = 0;
  take_quantity(read, 1, pointer + "/inputFacets/" + std::string(name), bytes);
  if (bytes <= 0) return;
  model::ReportedCost& cost =
      cost_from(iceberg ? CostSource::kIceberg : CostSource::kInputStatistics);
  std::int64_t& total = cost.quantities[Measure::kBytesScanned];
  total = std::min(total + bytes, model::kMaxQuantity);
}

}  // namespace headwater::ingest
