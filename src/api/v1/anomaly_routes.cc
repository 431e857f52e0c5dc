// What was unlike its own history, day by day. docs/quality-rules.md.

#include <algorithm>
#include <utility>

#include "api/dto/common.h"
#include "api/dto/quality_dto.h"
#include "api/v1/parameters.h"
#include "stats/quality.h"
#include "stats/stats.h"

namespace headwater::api::v1 {
namespace {

using base::ErrorCode;
using base::make_error;
using dto::JsonWriter;
using model::NodeId;
using stats::Anomaly;
using stats::AnomalyKind;

constexpr std::int32_t kDefaultDays = 7, kMaxDays = 92;
constexpr std::size_t kMaxDatasets = 200'000;

// An answer of several pages is of one moment and one record.
struct Page {
  Paging paging;
  std::optional<std::pair<base::Micros, model::Seq>> of;  // of the first page
  std::size_t first = 0;
};

Result<Page> page_parameter(Context& context) {
  Page out;
  HW_TRY(out.paging, paging(context, 3));
  out.first = out.paging.page.offset;
  if (!out.paging.after) return out;
  const auto at = dto::read_cursor_number((*out.paging.after)[0]);
  const auto seq = dto::read_cursor_number((*out.paging.after)[1]);
  const auto first = dto::read_cursor_number((*out.paging.after)[2]);
  if (!at || !seq || !first || *seq < 0 || *first < 0) return wrong_cursor(context);
  out.of = {{*at, model::Seq{static_cast<std::uint64_t>(*seq)}}};
  out.first = static_cast<std::size_t>(*first);
  context.pinned = out.of->second;
  return out;
}

// Whole days, UTC; by default the last week.
struct Days {
  std::int32_t first = 0, last = 0;  // [first, last)
};

Result<Days> days_parameter(Context& context, base::Micros at) {
  HW_TRY(const auto from, time_parameter(context, "from"));
  HW_TRY(const auto to, time_parameter(context, "to"));
  Days out;
  out.last = to ? stats::day_of(*to - 1) + 1 : stats::day_of(at) + 1;
  out.first = from ? stats::day_of(*from) : out.last - kDefaultDays;
  if (out.first >= out.last) {
    return invalid_parameter(context, "from", "must lie before `to`; days are UTC.");
  }
  if (out.last - out.first > kMaxDays) {
    context.details.parameter = "from";
    context.details.limit = kMaxDays;
    return make_error(ErrorCode::kLimitExceeded,
                      "The interval is longer than 92 days (limit anomalies.max_days). Ask for it "
                      "in parts.");
  }
  return out;
}

Result<std::vector<AnomalyKind>> kinds_parameter(Context& context) {
  const std::string* const text = context.request.query_value("kind");
  std::vector<AnomalyKind> out;
  if (text == nullptr || text->empty()) {
    for (std::size_t i = 0; i < stats::kAnomalyKinds; ++i) {
      out.push_back(static_cast<AnomalyKind>(i));
    }
    return out;
  }
  for (std::size_t at = 0; at <= text->size();) {
    const std::size_t end = std::min(text->find(',', at), text->size());
    const auto kind = stats::anomaly_named(std::string_view(*text).substr(at, end - at));
    if (!kind) {
      return invalid_parameter(
          context, "kind",
          "must be a list of volume, freshness, cost, schema and distribution, with commas.");
    }
    out.push_back(*kind);
    at = end + 1;
  }
  return out;
}

// Of what alone anomalies are asked for: a dataset; or a job, of which there are only costs.
Result<std::optional<NodeId>> node_parameter(Context& context, const query::Snapshot& graph) {
  const std::string* const text = context.request.query_value("nodeId");
  if (text == nullptr) return std::optional<NodeId>();
  context.details.parameter = "nodeId";
  HW_TRY(const query::NodeRef ref, query::parse_node_ref(*text));
  if (ref.kind != query::RefKind::kDataset && ref.kind != query::RefKind::kJob) {
    return invalid_parameter(context, "nodeId", "must be the id of a dataset or job.");
  }
  HW_TRY(const NodeId node, query::resolve(graph, ref));
  context.details.parameter.clear();
  return std::optional(node);
}

// ---- cost ---------------------------------------------------------------------------------------

struct CostAnomalies {
  model::Measure measure = model::Measure::kAmount;
  std::string unit;  // of the values as they are told: of money the currency
  std::vector<Anomaly> found;
};

// The measure asked for; else money, or where nothing has a price in the interval, running time.
Result<CostAnomalies> cost_anomalies(Context& context, const query::Session& session,
                                     const Days& days, base::Micros at, bool by_job) {
  constexpr auto kHistoryDays = static_cast<std::int32_t>(stats::kHistory / stats::kDay);
  CostAnomalies out;
  const std::string* const name = context.request.query_value("measure");
  if (name != nullptr) {
    const auto measure = model::measure_named(*name);
    if (!measure) {
      std::string all;
      for (const model::MeasureInfo& info : model::kMeasureInfo) {
        all.append(all.empty() ? "" : ", ").append(info.name);
      }
      return invalid_parameter(context, "measure", "must be one of " + all + ".");
    }
    out.measure = *measure;
  }
  const auto state = context.services.dependencies.stats->state();
  const auto costs = [&](model::Measure measure) {
    return stats::daily_costs(*state->ledger, session.graph(), session.seq(), measure, by_job,
                              days.first - kHistoryDays, days.last);
  };
  stats::DailyCosts daily = costs(out.measure);
  if (daily.empty() && name == nullptr) {
    out.measure = model::Measure::kDurationMs;
    daily = costs(out.measure);
  }
  const std::string_view unit = model::info(out.measure).unit;
  out.unit = unit.empty() ? state->prices->currency : std::string(unit);
  out.found = stats::cost_anomalies(daily, days.first, days.last, stats::day_of(at), {});
  for (Anomaly& one : out.found) one.measure = model::info(out.measure).name;
  return out;
}

// ---- answers ------------------------------------------------------------------------------------

Result<void> write_page(JsonWriter& json, query::Session& session, const Page& page,
                        const std::vector<Anomaly>& all, base::Micros at, double scale) {
  const std::size_t end = std::min(all.size(), page.first + page.paging.page.limit);
  std::size_t rank = 0;
  json.key("anomalies").begin_array();
  for (std::size_t i = 0; i < end; ++i) {
    rank = i > 0 && all[i].day == all[i - 1].day ? rank + 1 : 1;
    if (i < page.first) continue;
    std::optional<std::string> run_id;
    if (all[i].run) {
      HW_TRY(const auto run, session.rows().run(all[i].run));
      if (run) run_id = run->run_id;
    }
    dto::write_anomaly(json, session.graph(), all[i], rank, scale, run_id);
  }
  json.end_array();
  std::optional<std::string> next;
  if (end < all.size()) {
    next = dto::encode_cursor(
        page.paging.binding,
        {dto::cursor_number(at), dto::cursor_number(static_cast<std::int64_t>(session.seq().value)),
         dto::cursor_number(static_cast<std::int64_t>(end))});
  }
  dto::write_list_end(json, static_cast<std::int64_t>(all.size()), next);
  return {};
}

void write_head(JsonWriter& json, const query::Session& session, const Days& days,
                base::Micros at) {
  json.key("from").text(stats::day_text(days.first)).key("to").text(stats::day_text(days.last));
  json.key("at").time(at);
  json.key("seq").number(static_cast<std::int64_t>(session.seq().value));
}

Result<std::vector<Anomaly>> dataset_anomalies(Context& context, query::Session& session,
                                               const Days& days, base::Micros at,
                                               const std::vector<AnomalyKind>& kinds,
                                               const std::optional<NodeId>& node) {
  const query::Snapshot& graph = session.graph();
  const stats::Judged when{base::Micros{days.first} * stats::kDay,
                           base::Micros{days.last} * stats::kDay, at};
  stats::QualityReader quality(session.rows(), graph, session.seq());
  std::vector<Anomaly> out;
  if (node) {
    if (!stats::QualityReader::monitored(graph, *node)) return out;
    return quality.anomalies(*node, when, kinds);
  }
  std::size_t datasets = 0;
  for (std::uint32_t id = 1; id <= graph.node_count(); ++id) {
    if (!stats::QualityReader::monitored(graph, NodeId{id})) continue;
    if (++datasets > kMaxDatasets) {
      context.details.limit = static_cast<std::int64_t>(kMaxDatasets);
      return make_error(ErrorCode::kLimitExceeded,
                        "There are more than 200,000 datasets (limit anomalies.max_datasets). Ask "
                        "for kind=cost, or for /monitors page by page.");
    }
    if (context.cancel.cancelled()) {
      return make_error(ErrorCode::kCancelled, "The request was cancelled.");
    }
    HW_TRY(auto found, quality.anomalies(NodeId{id}, when, kinds));
    std::ranges::move(found, std::back_inserter(out));
  }
  return out;
}

double scale_of(model::Measure measure) { return static_cast<double>(model::info(measure).scale); }

Answer get_anomalies(Context& context) {
  HW_TRY(const Page page, page_parameter(context));
  HW_TRY(const std::vector<AnomalyKind> kinds, kinds_parameter(context));
  HW_TRY(query::Session session, context.open());
  const base::Micros at = page.of ? page.of->first : session.answered_as_of();
  HW_TRY(const Days days, days_parameter(context, at));
  HW_TRY(const std::optional<NodeId> node, node_parameter(context, session.graph()));
  const bool costs = std::ranges::find(kinds, AnomalyKind::kCost) != kinds.end();
  std::vector<Anomaly> all;
  if (!costs || kinds.size() > 1) {
    HW_TRY(all, dataset_anomalies(context, session, days, at, kinds, node));
  }
  CostAnomalies cost;
  if (costs) {
    const bool by_job = !node || session.graph().node(*node).kind == model::NodeKind::kJob;
    HW_TRY(cost, cost_anomalies(context, session, days, at, by_job));
    if (node) std::erase_if(cost.found, [&](const Anomaly& one) { return one.node != *node; });
    std::ranges::move(cost.found, std::back_inserter(all));
  }
  stats::sort_anomalies(all);
  JsonWriter json;
  json.begin_object();
  write_head(json, session, days, at);
  json.key("cost_measure");
  json.text_or_null(costs ? std::optional(std::string(model::info(cost.measure).name))
                          : std::nullopt);
  json.key("cost_unit").text_or_null(costs ? std::optional(cost.unit) : std::nullopt);
  HW_CHECK_OK(write_page(json, session, page, all, at, scale_of(cost.measure)));
  json.end_object();
  return json_response(json.take());
}

Answer get_cost_anomalies(Context& context) {
  HW_TRY(const Page page, page_parameter(context));
  HW_TRY(const std::size_t of, choice_parameter(context, "of", {"job", "dataset"}, 0));
  HW_TRY(query::Session session, context.open());
  const base::Micros at = page.of ? page.of->first : session.answered_as_of();
  HW_TRY(const Days days, days_parameter(context, at));
  HW_TRY(const CostAnomalies cost, cost_anomalies(context, session, days, at, of == 0));
  JsonWriter json;
  json.begin_object();
  write_head(json, session, days, at);
  json.key("of").text(of == 0 ? "job" : "dataset");
  json.key("measure").text(model::info(cost.measure).name);
  json.key("unit").text(cost.unit);
  HW_CHECK_OK(write_page(json, session, page, cost.found, at, scale_of(cost.measure)));
  json.end_object();
  return json_response(json.take());
}

}  // namespace

std::vector<ApiRoute> anomaly_routes() {
  using http::Method;
  return {
      {Method::kGet, "/api/v1/anomalies", {get_anomalies, {}, Pin::kYes}},
      {Method::kGet, "/api/v1/costs/anomalies", {get_cost_anomalies, {}, Pin::kYes}},
  };
}

}  // namespace headwater::api::v1
