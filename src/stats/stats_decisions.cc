// StatsView: price books, repricing, and entries that people or bills make.

#include <cmath>
#include <set>

#include "model/time.h"
#include "stats/stats_view.h"

namespace headwater::stats {

using base::ErrorCode;
using base::make_error;
using base::Result;
using model::JsonValue;
using model::Measure;
using model::NodeKind;

namespace {

constexpr std::size_t kMaxRepriced = 1'000'000;  // runs of one call
constexpr std::size_t kMaxEntries = 10'000;      // of one call

base::Error invalid(std::string message) {
  return make_error(ErrorCode::kInvalidArgument, std::move(message));
}

std::optional<Micros> moment(const JsonValue& value) {
  const auto text = value.string();
  const auto time = text ? model::parse_time(*text) : std::nullopt;
  if (!time) return std::nullopt;
  return time->micros;
}

// A quantity of an entry, in wholes; it may be negative: a credit.
Result<std::int64_t> quantity(const JsonValue& value, Measure measure, const std::string& member) {
  const model::MeasureInfo& info = model::info(measure);
  const auto number = value.number();
  const double scaled = number ? *number * static_cast<double>(info.scale) : 2e18;
  const auto whole = info.scale == 1 ? value.integer() : std::nullopt;
  if (info.scale == 1 && !whole) return invalid("`" + member + "` must be a whole number.");
  const std::int64_t out = whole ? *whole
                           : std::abs(scaled) <= static_cast<double>(model::kMaxQuantity)
                               ? static_cast<std::int64_t>(std::llround(scaled))
                               : INT64_MAX;
  if (out >= -model::kMaxQuantity && out <= model::kMaxQuantity) return out;
  return invalid("`" + member + "` must be a number of at most 2^53 base units.");
}

}  // namespace

Result<void> StatsView::decide(Step& step, bool admit) {
  const JsonValue decision(step.record.body);
  const std::string kind = decision.get("decision").string().value_or("");
  if (kind == "stats.put_price_book") return put_price_book(step, decision, admit);
  if (kind == "stats.reprice") return reprice(step, decision, admit);
  if (kind == "stats.put_entries") return put_entries(step, decision, admit);
  return {};
}

Result<void> StatsView::put_price_book(Step& step, const JsonValue& decision, bool admit) {
  HW_TRY(PriceBook book, parse_price_book(decision.get("book").text()));
  if (admit) return {};
  book.seq = step.record.seq;
  HW_CHECK_OK(step.writer.insert_price_book(
      {step.record.seq, step.record.event_time, decision.get("author").string().value_or(""),
       decision.get("reason").string().value_or(""), std::string(decision.get("book").text())}));
  books_[book.seq.value] = std::make_shared<const PriceBook>(std::move(book));
  current_book_ = step.record.seq;
  return {};
}

// ---- repricing ----------------------------------------------------------------------------------

Result<void> StatsView::reprice(Step& step, const JsonValue& decision, bool admit) {
  const auto from = moment(decision.get("from")), to = moment(decision.get("to"));
  if (!from || !to || *to <= *from) {
    return invalid("`from` and `to` must be RFC 3339 moments, `from` before `to`.");
  }
  std::set<std::int64_t> runs;
  HW_CHECK_OK(step.writer.reader().scan_ledger(Seq{}, [&](const storage::LedgerRow& row) {
    if (row.run && *from <= row.time && row.time < *to) runs.insert(row.run.value);
    return runs.size() <= kMaxRepriced;
  }));
  if (runs.size() > kMaxRepriced) {
    return make_error(ErrorCode::kLimitExceeded,
                      "More than 1,000,000 runs ended within `from` and `to` (limit "
                      "costs.max_repriced). Reprice in shorter intervals, one after the other.");
  }
  if (admit) return {};
  for (const std::int64_t run : runs) {
    const model::RunRow id{run};
    HW_TRY(RunCost* const cost, cost_of(id, step.writer));
    const bool within = cost->booked && *from <= cost->booked->time && cost->booked->time < *to;
    if (within && cost->booked->prices != current_book_) {
      HW_CHECK_OK(reprice_run(step, id, *cost));
    }
    if (costs_.size() > kMaxCachedRuns) costs_.clear();
  }
  return {};
}

Result<void> StatsView::reprice_run(Step& step, model::RunRow run, RunCost cost) {
  HW_TRY(const auto info, step.writer.reader().run(run));
  if (!info) return {};
  HW_TRY(const model::Name job, name_of(step.writer.reader(), info->job));
  const auto before = rows_of(cost, *cost.booked, book(cost.booked->prices), job);
  cost.booked->prices = current_book_;
  const auto after = rows_of(cost, *cost.booked, book(current_book_), job);
  for (const Booked& row : difference(before, after)) {
    HW_CHECK_OK(write_row(step, LedgerKind::kRepricing, run, info->job, current_book_, row));
  }
  HW_CHECK_OK(step.writer.put_run_cost(run, encode(cost)));
  costs_[run.value] = std::move(cost);
  return {};
}

Result<model::Name> StatsView::name_of(storage::Reader& reader, NodeId node) {
  HW_TRY(const auto row, reader.node(node));
  if (!row) return model::Name{};
  HW_TRY(const auto space, reader.namespace_row(row->name_space));
  return model::Name{space ? space->name : std::string(), row->name};
}

// ---- entries ------------------------------------------------------------------------------------

Result<void> StatsView::put_entries(Step& step, const JsonValue& decision, bool admit) {
  std::vector<JsonValue> entries;
  decision.get("entries").elements([&](const JsonValue& entry) { entries.push_back(entry); });
  if (entries.empty()) return invalid("`entries` must be an array of at least one entry.");
  if (entries.size() > kMaxEntries) {
    return make_error(ErrorCode::kLimitExceeded,
                      "`entries` has more than 10,000 entries (limit costs.max_entries). Send them "
                      "in parts.");
  }
  for (std::size_t i = 0; i < entries.size(); ++i) {
    auto done = put_entry(step, entries[i], admit);
    if (done) continue;
    base::Error error = std::move(done).error();
    error.message = "/entries/" + std::to_string(i) + ": " + error.message;
    return error;
  }
  return {};
}

// An entry of an id that is known replaces it: the difference is booked.
Result<void> StatsView::put_entry(Step& step, const JsonValue& json, bool admit) {
  storage::Reader& reader = step.writer.reader();
  HW_TRY(Entry entry, read_entry(reader, json));
  if (admit) return {};
  HW_TRY(const auto stored, reader.ledger_entry(entry.id));
  if (stored) {
    HW_TRY(Entry before, read_entry(reader, JsonValue(stored->body)));
    Booked& row = before.row;
    Booked back{row.dataset, row.time, {}};
    back.quantities -= row.quantities;
    HW_CHECK_OK(write_row(step, LedgerKind::kEntry, {}, before.job, Seq{}, back));
  }
  HW_CHECK_OK(write_row(step, LedgerKind::kEntry, {}, entry.job, Seq{}, entry.row));
  return step.writer.put_ledger_entry({entry.id, step.record.seq, std::string(json.text())});
}

Result<StatsView::Entry> StatsView::read_entry(storage::Reader& reader, const JsonValue& json) {
  Entry out;
  out.id = json.get("id").string().value_or("");
  if (out.id.empty() || out.id.size() > 500) {
    return invalid("`id` must be a text of 1 to 500 bytes: the same id again replaces the entry.");
  }
  const auto at = moment(json.get("at"));
  if (!at) return invalid("`at` must be an RFC 3339 moment such as 2026-01-31T12:00:00Z.");
  out.row.time = *at;
  HW_TRY(out.job, named(reader, NodeKind::kJob, json.get("job"), "job"));
  HW_TRY(out.row.dataset, named(reader, NodeKind::kDataset, json.get("dataset"), "dataset"));
  for (std::size_t i = 0; i < model::kMeasures; ++i) {
    const auto measure = static_cast<Measure>(i);
    const std::string member(model::info(measure).name);
    const JsonValue value = json.get(member);
    if (!value.present() || value.is_null()) continue;
    HW_TRY(out.row.quantities[measure], quantity(value, measure, member));
  }
  if (out.row.quantities.zero()) {
    return invalid("An entry names at least one measure that is not zero, such as `amount`.");
  }
  return out;
}

// 0 if nothing is named.
Result<NodeId> StatsView::named(storage::Reader& reader, NodeKind kind, const JsonValue& json,
                                std::string_view member) {
  if (!json.present() || json.is_null()) return NodeId{};
  const std::string space = json.get("namespace").string().value_or("");
  const std::string name = json.get("name").string().value_or("");
  HW_TRY(const auto row, reader.find_namespace(space));
  if (row) {
    HW_TRY(const auto node, reader.find_node(kind, row->id, NodeId{}, name));
    if (node) return node->id;
  }
  return make_error(ErrorCode::kNotFound, "There is no " + std::string(member) + " " + name +
                                              " in the namespace " + space +
                                              ". Leave it out for what belongs to none.");
}

}  // namespace headwater::stats
