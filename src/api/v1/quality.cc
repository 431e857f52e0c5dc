// What was measured of datasets, and whether it is as usual. docs/quality-rules.md.

#include <algorithm>
#include <utility>

#include "api/dto/common.h"
#include "api/dto/quality_dto.h"
#include "api/v1/body.h"
#include "api/v1/decide.h"
#include "api/v1/pages.h"
#include "api/v1/planner_body.h"
#include "stats/quality.h"

namespace headwater::api::v1 {
namespace {

using base::ErrorCode;
using base::make_error;
using dto::JsonWriter;
using model::JsonValue;
using model::NodeId;

constexpr base::Micros kDay = stats::kDay;
constexpr base::Micros kDefaultInterval = 90 * kDay;
// Of one page: then it ends, with a cursor.
constexpr std::size_t kMaxJudged = 5'000;

Result<NodeId> dataset_parameter(Context& context, const query::Session& session) {
  HW_TRY(const std::string text, required_parameter(context, "nodeId"));
  context.details.parameter = "nodeId";
  HW_TRY(const query::NodeRef ref, query::parse_node_ref(text));
  if (ref.kind != query::RefKind::kDataset) {
    return make_error(ErrorCode::kInvalidArgument, "nodeId must be a dataset.");
  }
  HW_TRY(const NodeId node, query::resolve(session.graph(), ref));
  context.details.parameter.clear();
  return node;
}

// ---- profiles -----------------------------------------------------------------------------------

// Measurements by (time, run, role): where a page ended.
struct Place {
  std::int64_t time = 0, run = 0, role = 0;
  auto operator<=>(const Place&) const = default;
};

Place place_of(const stats::Measured& m) {
  return {m.time, m.run.value, static_cast<std::int64_t>(m.role)};
}

Result<std::optional<Place>> place_after(Context& context, const Paging& paging) {
  if (!paging.after) return std::optional<Place>();
  Place out;
  std::int64_t* const members[] = {&out.time, &out.run, &out.role};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto number = dto::read_cursor_number((*paging.after)[i]);
    if (!number) return wrong_cursor(context);
    *members[i] = *number;
  }
  return std::optional(out);
}

Answer get_profiles(Context& context) {
  HW_TRY(const Paging paging, v1::paging(context, 3));
  HW_TRY(const std::optional<Place> after, place_after(context, paging));
  HW_TRY(query::Session session, context.open());
  HW_TRY(const NodeId dataset, dataset_parameter(context, session));
  HW_TRY(const auto from, time_parameter(context, "from"));
  HW_TRY(const auto to, time_parameter(context, "to"));
  const base::Micros end = to.value_or(session.answered_as_of() + 1);
  const base::Micros begin = from.value_or(end - kDefaultInterval);
  if (begin >= end) return invalid_parameter(context, "from", "must lie before `to`.");
  const std::string* const column = context.request.query_value("column");
  stats::QualityReader quality(session.rows(), session.graph(), session.seq());
  HW_TRY(auto all, quality.measured(dataset, begin, end, true));
  if (column != nullptr) {
    std::erase_if(all, [&](const stats::Measured& m) {
      const auto& columns = m.detail.columns;
      return std::ranges::find(columns, *column, &model::ColumnProfile::name) == columns.end();
    });
  }
  std::ranges::stable_sort(all, {}, place_of);
  const auto total = static_cast<std::int64_t>(all.size());
  if (after) std::erase_if(all, [&](const stats::Measured& m) { return place_of(m) <= *after; });
  all.erase(all.begin(),
            all.begin() + static_cast<std::ptrdiff_t>(std::min(paging.page.offset, all.size())));
  std::optional<Place> next;
  if (all.size() > paging.page.limit) {
    all.resize(paging.page.limit);
    next = place_of(all.back());
  }
  JsonWriter json;
  json.begin_object().key("nodeId").text(query::format_node(session.graph(), dataset));
  json.key("from").time(begin).key("to").time(end);
  json.key("seq").number(static_cast<std::int64_t>(session.seq().value));
  json.key("profiles").begin_array();
  for (const stats::Measured& one : all) {
    dto::write_measured(json, session.graph(), one, column != nullptr ? *column : "");
  }
  json.end_array();
  dto::write_list_end(json, total, next_cursor(paging, next, [](const Place& p) {
                        return dto::CursorFields{dto::cursor_number(p.time),
                                                 dto::cursor_number(p.run),
                                                 dto::cursor_number(p.role)};
                      }));
  json.end_object();
  return json_response(json.take());
}

// ---- monitors -----------------------------------------------------------------------------------

Answer show_monitors(Context& context, query::Session& session, NodeId dataset, base::Micros at) {
  stats::QualityReader quality(session.rows(), session.graph(), session.seq());
  HW_TRY(const stats::DatasetQuality found, quality.judge(dataset, at));
  JsonWriter json;
  json.begin_object().key("at").time(at);
  json.key("seq").number(static_cast<std::int64_t>(session.seq().value));
  json.key("monitors").begin_array();
  dto::write_quality(json, session.graph(), found);
  json.end_array();
  dto::write_list_end(json, 1, std::nullopt);
  json.end_object();
  context.details = {};
  return json_response(json.take());
}

struct MonitorFilter {
  std::optional<stats::MonitorState> status;
  std::optional<stats::MonitorKind> kind;
  bool takes(const stats::DatasetQuality& quality) const {
    return !status || (kind ? quality.state(*kind) : quality.worst()) == *status;
  }
};

Result<MonitorFilter> monitor_filter(Context& context) {
  MonitorFilter out;
  if (context.request.query_value("status") != nullptr) {
    HW_TRY(const std::size_t status,
           choice_parameter(context, "status", {"unknown", "learning", "ok", "warning", "failing"},
                            0));
    out.status = static_cast<stats::MonitorState>(status);
  }
  if (context.request.query_value("kind") != nullptr) {
    HW_TRY(const std::size_t kind,
           choice_parameter(context, "kind", {"freshness", "volume", "schema", "distribution"}, 0));
    out.kind = static_cast<stats::MonitorKind>(kind);
  }
  return out;
}

// Where the list goes on: of the moment and the record of its first page, after the node.
struct MonitorsFrom {
  base::Micros at = 0;
  model::Seq seq;
  std::uint32_t node = 0;
};

Result<std::optional<MonitorsFrom>> monitors_after(Context& context, const Paging& paging) {
  if (!paging.after) return std::optional<MonitorsFrom>();
  const auto at = dto::read_cursor_number((*paging.after)[0]);
  const auto seq = dto::read_cursor_number((*paging.after)[1]);
  const auto node = dto::read_cursor_number((*paging.after)[2]);
  if (!at || !seq || !node || *seq < 0 || *node < 0 || *node > UINT32_MAX) {
    return wrong_cursor(context);
  }
  return std::optional(MonitorsFrom{*at, model::Seq{static_cast<std::uint64_t>(*seq)},
                                    static_cast<std::uint32_t>(*node)});
}

Answer list_monitors(Context& context) {
  HW_TRY(const Paging paging, v1::paging(context, 3));
  HW_TRY(const auto after, monitors_after(context, paging));
  HW_TRY(const MonitorFilter filter, monitor_filter(context));
  HW_TRY(const auto asked, time_parameter(context, "at"));
  if (after) context.pinned = after->seq;
  HW_TRY(query::Session session, context.open());
  const query::Snapshot& graph = session.graph();
  const base::Micros at = after ? after->at : asked.value_or(session.answered_as_of());
  stats::QualityReader quality(session.rows(), graph, session.seq());
  JsonWriter json;
  json.begin_object().key("at").time(at);
  json.key("seq").number(static_cast<std::int64_t>(session.seq().value));
  json.key("monitors").begin_array();
  std::size_t judged = 0, listed = 0;
  std::uint32_t last = after ? after->node : 0;
  bool more = false;
  for (std::uint32_t id = last + 1; id <= graph.node_count(); ++id) {
    if (!stats::QualityReader::monitored(graph, NodeId{id})) continue;
    more = listed == paging.page.limit || judged == kMaxJudged;
    if (more) break;
    if (context.cancel.cancelled()) {
      return make_error(ErrorCode::kCancelled, "The request was cancelled.");
    }
    HW_TRY(const stats::DatasetQuality found, quality.judge(NodeId{id}, at));
    ++judged;
    last = id;
    if (!filter.takes(found)) continue;
    ++listed;
    dto::write_quality(json, graph, found);
  }
  json.end_array().key("judged").number(static_cast<std::int64_t>(judged));
  json.key("next_cursor");
  json.text_or_null(more ? std::optional(dto::encode_cursor(
                               paging.binding,
                               {dto::cursor_number(at),
                                dto::cursor_number(static_cast<std::int64_t>(session.seq().value)),
                                dto::cursor_number(last)}))
                         : std::nullopt);
  json.end_object();
  return json_response(json.take());
}

Answer get_monitors(Context& context) {
  if (context.request.query_value("nodeId") == nullptr) return list_monitors(context);
  HW_TRY(const auto at, time_parameter(context, "at"));
  HW_TRY(query::Session session, context.open());
  HW_TRY(const NodeId dataset, dataset_parameter(context, session));
  return show_monitors(context, session, dataset, at.value_or(session.answered_as_of()));
}

Result<ingest::Decision> read_monitors(Context& context) {
  HW_TRY(const JsonValue body, json_object(context));
  HW_TRY(const Signed who, signed_body(context, body));
  context.pinned = context.services.queries().published();
  HW_TRY(query::Session session, context.open());
  HW_TRY(const NodeId dataset, dataset_parameter(context, session));
  JsonWriter json, settings;
  settings.begin_object();
  bool any = false;
  for (const stats::MonitorKind kind :
       {stats::MonitorKind::kFreshness, stats::MonitorKind::kVolume, stats::MonitorKind::kSchema,
        stats::MonitorKind::kDistribution}) {
    const JsonValue one = body.get(to_string(kind));
    if (!one.present() || one.is_null()) continue;
    any = true;
    settings.key(to_string(kind)).raw(one.text());
  }
  settings.end_object();
  if (!any) {
    return invalid_member(context, "",
                          "Name at least one of freshness, volume, schema and distribution.");
  }
  const std::string text = settings.take();
  stats::MonitorSettings parsed;
  HW_CHECK_OK(stats::read_settings(JsonValue(text), parsed));
  json.begin_object();
  write_signed(json, stats::kPutMonitor, who);
  write_named(json, "dataset", query::summarize(session.graph(), dataset).name);
  json.key("settings").raw(text).end_object();
  return stats_record(json);
}

}  // namespace

std::vector<ApiRoute> quality_routes() {
  using http::Method;
  return {
      {Method::kGet, "/api/v1/profiles", {get_profiles, {}, Pin::kYes}},
      {Method::kGet, "/api/v1/monitors", {get_monitors, {}, Pin::kYes}},
      {Method::kPut,
       "/api/v1/monitors",
       {{}, shared(deciding(read_monitors, afterwards(get_monitors))), Pin::kNo}},
  };
}

}  // namespace headwater::api::v1
