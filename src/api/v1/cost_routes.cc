#include <algorithm>
#include <utility>

#include "api/dto/common.h"
#include "api/dto/cost_dto.h"
#include "api/v1/cost_reading.h"
#include "stats/waste.h"

namespace headwater::api::v1 {
namespace {

using dto::JsonWriter;
using stats::CostQuestion;
using stats::Dimension;

constexpr std::int64_t kDefaultArcs = 1'000, kDefaultSeries = 10, kMaxSeries = 1'000;

// ---- sunburst -----------------------------------------------------------------------------------

Result<std::optional<stats::Interval>> compared_with(Context& context, const stats::Interval& now) {
  HW_TRY(const auto from, time_parameter(context, "compare_from"));
  HW_TRY(const auto to, time_parameter(context, "compare_to"));
  if (!from && !to) return std::optional<stats::Interval>{};
  if (!from) return invalid_parameter(context, "compare_from", "must stand beside compare_to.");
  const stats::Interval out{*from, to.value_or(*from + (now.to - now.from))};
  if (out.from < out.to) return std::optional(out);
  return invalid_parameter(context, "compare_to", "must be later than compare_from.");
}

Result<stats::SunburstQuestion> sunburst_question(Context& context, CostReading& reading) {
  stats::SunburstQuestion out;
  HW_TRY(out.costs, cost_question(context, reading));
  HW_TRY(out.by, dimensions_parameter(context, "by", "owner,job"));
  const auto rings = static_cast<std::int64_t>(stats::kDimensionNames.size());
  HW_TRY(const std::int64_t depth, number_parameter(context, "depth", rings, {1, rings}));
  HW_TRY(const std::int64_t arcs,
         number_parameter(context, "max_arcs", kDefaultArcs,
                          {1, static_cast<std::int64_t>(stats::SunburstQuestion::kMaxArcs)}));
  out.depth = static_cast<std::size_t>(depth);
  out.max_arcs = static_cast<std::size_t>(arcs);
  for (const auto& [name, value] : context.request.query) {
    if (name == "path") out.path.push_back(value);
  }
  if (out.path.size() > out.by.size()) {
    return invalid_parameter(context, "path", "may stand at most once for each dimension of by.");
  }
  HW_TRY(out.before, compared_with(context, out.costs.interval));
  return out;
}

void write_path(JsonWriter& json, const CostReading& reading, const stats::Sunburst& drawn) {
  json.key("path").begin_array();
  for (const stats::ArcName& name : drawn.path) {
    json.begin_object().key("dimension").text(stats::name_of(name.dimension));
    dto::write_arc_name(json, reading.session->graph(), name);
    json.end_object();
  }
  json.end_array();
}

Answer get_sunburst(Context& context) {
  HW_TRY(CostReading reading, open_costs(context, nullptr));
  HW_TRY(const stats::SunburstQuestion question, sunburst_question(context, reading));
  std::unique_ptr<query::Snapshot> lineage;
  stats::CostGround before;
  if (question.before) before = ground_at(reading, question.costs, *question.before, lineage);
  auto found = sunburst(reading.ground, question, question.before ? &before : nullptr);
  if (!found && found.error().code == base::ErrorCode::kNotFound) {
    context.details.parameter = "path";
  }
  HW_TRY(const stats::Sunburst drawn, std::move(found));
  JsonWriter json;
  json.begin_object();
  write_cost_head(json, reading, question.costs);
  write_booked(json, reading);
  json.key("by").begin_array();
  for (const Dimension dimension : question.by) json.text(stats::name_of(dimension));
  json.end_array();
  if (question.before) {
    json.key("compare_from").time(question.before->from);
    json.key("compare_to").time(question.before->to);
  }
  json.key("total").number(drawn.total);
  if (question.before) json.key("before").number(drawn.total_before);
  write_path(json, reading, drawn);
  json.key("root");
  dto::write_sunburst(json, reading.session->graph(), drawn, question.before.has_value());
  CostCut cut;
  if (drawn.others > 0) {
    cut = {"max_arcs", static_cast<std::int64_t>(drawn.others),
           static_cast<std::int64_t>(question.max_arcs)};
  }
  write_cost_end(json, reading, cut);
  json.end_object();
  return json_response(json.take());
}

// ---- series -------------------------------------------------------------------------------------

// All but those of time.
std::vector<Dimension> things() {
  std::vector<Dimension> out;
  for (std::size_t i = 0; i < stats::kDimensionNames.size(); ++i) {
    const auto dimension = static_cast<Dimension>(i);
    if (!stats::period_of(dimension)) out.push_back(dimension);
  }
  return out;
}

Answer get_series(Context& context) {
  HW_TRY(CostReading reading, open_costs(context, nullptr));
  stats::SeriesQuestion question;
  HW_TRY(question.costs, cost_question(context, reading));
  HW_TRY(question.by, dimension_parameter(context, "by", "namespace", things()));
  HW_TRY(const std::size_t period,
         choice_parameter(context, "interval", {"day", "week", "month"}, 0));
  question.period = static_cast<stats::Period>(period);
  HW_TRY(const std::int64_t limit,
         number_parameter(context, "limit", kDefaultSeries, {1, kMaxSeries}));
  question.limit = static_cast<std::size_t>(limit);
  HW_TRY(const stats::Series found, series(reading.ground, question));
  JsonWriter json;
  json.begin_object();
  write_cost_head(json, reading, question.costs);
  write_booked(json, reading);
  json.key("by").text(stats::name_of(question.by));
  json.key("interval").text(std::vector<std::string_view>{"day", "week", "month"}[period]);
  json.key("periods").begin_array();
  for (const std::int32_t start : found.starts) {
    const base::Micros from = base::Micros{start} * stats::kDay;
    const base::Micros to = base::Micros{end_of(question.period, start)} * stats::kDay;
    json.begin_object().key("name").text(period_text(question.period, start));
    // Where the interval begins or ends within the period, only that part of it counts.
    json.key("from").time(std::max(from, question.costs.interval.from));
    json.key("to").time(std::min(to, question.costs.interval.to)).end_object();
  }
  json.end_array();
  dto::write_series(json, reading.session->graph(), found);
  write_cost_end(json, reading, {});
  json.end_object();
  return json_response(json.take());
}

// ---- hot spots ----------------------------------------------------------------------------------

Result<std::shared_ptr<const stats::HotSpots>> hot_spots_of(Context& context, CostReading& reading,
                                                            const CostQuestion& question,
                                                            Dimension of) {
  query::AnswerCache& cache = context.services.queries().answers();
  const std::string key = cost_key(context, reading, "hotspots");
  if (auto known = cache.find<stats::HotSpots>(key)) return known;
  HW_TRY(stats::HotSpots found, hot_spots(reading.ground, question, of));
  auto made = std::make_shared<const stats::HotSpots>(std::move(found));
  cache.put(key, made, made->bytes());
  return std::shared_ptr<const stats::HotSpots>(made);
}

void write_spots(JsonWriter& json, const CostReading& reading, const CostPage& page,
                 const stats::HotSpots& found) {
  json.key("total").number(found.total);
  json.key("half").begin_object().key("items").number(static_cast<std::int64_t>(found.half));
  dto::write_share(json, "share_of_items", static_cast<std::int64_t>(found.half),
                   static_cast<std::int64_t>(found.items.size()));
  json.end_object();
  dto::write_ratio(json, "gini", found.gini);
  json.key("curve").begin_array();
  for (const auto& point : found.curve) {
    json.begin_object().key("items").number(static_cast<std::int64_t>(point.items));
    json.key("value").number(point.value);
    dto::write_share(json, "share", point.value, found.total);
    json.end_object();
  }
  json.end_array().key("items").begin_array();
  for (std::size_t i = page.first; i < std::min(page.end(), found.items.size()); ++i) {
    json.begin_object();
    dto::write_arc_name(json, reading.session->graph(), found.items[i].name);
    json.key("value").number(found.items[i].value);
    dto::write_share(json, "share", found.items[i].value, found.total);
    json.end_object();
  }
  json.end_array();
  dto::write_list_end(json, static_cast<std::int64_t>(found.items.size()),
                      cost_cursor(page, reading, found.items.size()));
}

Answer get_hot_spots(Context& context) {
  HW_TRY(const CostPage page, cost_page(context));
  HW_TRY(CostReading reading, open_costs(context, &page));
  HW_TRY(const CostQuestion question, cost_question(context, reading));
  HW_TRY(const Dimension of, dimension_parameter(context, "of", "job",
                                                 {Dimension::kJob, Dimension::kDataset,
                                                  Dimension::kOwner, Dimension::kNamespace}));
  HW_TRY(const auto found, hot_spots_of(context, reading, question, of));
  JsonWriter json;
  json.begin_object();
  write_cost_head(json, reading, question);
  json.key("of").text(stats::name_of(of));
  write_spots(json, reading, page, *found);
  write_cost_end(json, reading, {});
  json.end_object();
  return json_response(json.take());
}

// ---- waste --------------------------------------------------------------------------------------

struct Waste {
  stats::Unread unread;
  stats::Rewrites rewrites;
};

constexpr std::int64_t kDefaultWrites = 20'000'000, kMaxWrites = 2'000'000'000;

Result<std::shared_ptr<const Waste>> waste_of(Context& context, CostReading& reading,
                                              const CostQuestion& question,
                                              std::size_t max_writes) {
  query::AnswerCache& cache = context.services.queries().answers();
  const std::string key = cost_key(context, reading, "waste");
  if (auto known = cache.find<Waste>(key)) return known;
  auto made = std::make_shared<Waste>();
  HW_TRY(made->unread, unread(reading.ground, question));
  HW_TRY(made->rewrites, rewrites(reading.session->rows(), reading.ground, question, max_writes));
  const std::size_t items = made->unread.unread.items.size() +
                            made->unread.feeds_only_unread.items.size() +
                            made->rewrites.list.items.size();
  cache.put(key, made, sizeof(Waste) + items * sizeof(stats::WastedItem));
  return std::shared_ptr<const Waste>(made);
}

void write_list(JsonWriter& json, const CostReading& reading, const CostPage& page,
                std::string_view name, const stats::WasteList& list, std::int64_t total,
                bool rewritten) {
  json.key(name).begin_object().key("value").number(list.value);
  dto::write_share(json, "share", list.value, total);
  json.key("items").begin_array();
  for (std::size_t i = page.first; i < std::min(page.end(), list.items.size()); ++i) {
    const stats::WastedItem& item = list.items[i];
    json.begin_object();
    dto::write_arc_name(json, reading.session->graph(), item.name);
    json.key("value").number(item.value);
    if (rewritten) {
      json.key("runs").number(static_cast<std::int64_t>(item.runs));
      json.key("partitions").number(static_cast<std::int64_t>(item.partitions));
    }
    json.end_object();
  }
  json.end_array().key("totalCount").number(static_cast<std::int64_t>(list.items.size()));
  json.end_object();
}

Answer get_waste(Context& context) {
  HW_TRY(const CostPage page, cost_page(context));
  HW_TRY(CostReading reading, open_costs(context, &page));
  HW_TRY(CostQuestion question, cost_question(context, reading));
  question.view = stats::CostView::kDirect;
  HW_TRY(const std::int64_t writes,
         number_parameter(context, "max_writes", kDefaultWrites, {1, kMaxWrites}));
  reading.ground = [&] {  // what was read is what the lineage of the time says
    CostQuestion flows = question;
    flows.view = stats::CostView::kInherited;
    return ground_at(reading, flows, question.interval, reading.lineage);
  }();
  HW_TRY(const auto found, waste_of(context, reading, question, static_cast<std::size_t>(writes)));
  JsonWriter json;
  json.begin_object();
  write_cost_head(json, reading, question);
  const std::int64_t total = found->unread.total;
  json.key("total").number(total);
  write_list(json, reading, page, "unread", found->unread.unread, total, false);
  write_list(json, reading, page, "feeds_only_unread", found->unread.feeds_only_unread, total,
             false);
  write_list(json, reading, page, "rewrites", found->rewrites.list, total, true);
  const std::size_t longest =
      std::max({found->unread.unread.items.size(), found->unread.feeds_only_unread.items.size(),
                found->rewrites.list.items.size()});
  json.key("next_cursor").text_or_null(cost_cursor(page, reading, longest));
  write_cost_end(json, reading, found->rewrites.cut ? CostCut{"max_writes", 1, writes} : CostCut{});
  json.end_object();
  return json_response(json.take());
}

}  // namespace

std::vector<ApiRoute> cost_routes() {
  using http::Method;
  return {{Method::kGet, "/api/v1/costs/sunburst", {get_sunburst, {}, Pin::kYes}},
          {Method::kGet, "/api/v1/costs/series", {get_series, {}, Pin::kYes}},
          {Method::kGet, "/api/v1/costs/hotspots", {get_hot_spots, {}, Pin::kYes}},
          {Method::kGet, "/api/v1/costs/waste", {get_waste, {}, Pin::kYes}}};
}

}  // namespace headwater::api::v1
