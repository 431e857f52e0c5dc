#include <array>
#include <cstdio>
#include <string>
#include <utility>

#include "api/dto/common.h"
#include "api/v1/context.h"
#include "api/v1/parameters.h"
#include "model/duration.h"

namespace headwater::api::v1 {
namespace {

using dto::JsonWriter;

constexpr base::Micros kDefaultWindow = 2 * model::kDay;
constexpr base::Micros kMaxWindow = 92 * model::kDay;
constexpr std::int64_t kMaxCauses = 1000;
constexpr std::int64_t kMaxRuns = 1'000'000;

Result<base::Micros> window_parameter(Context& context) {
  const std::string* text = context.request.query_value("window");
  if (text == nullptr) return kDefaultWindow;
  auto window = model::parse_duration(*text);
  if (!window) return invalid_parameter(context, "window", window.error().message);
  if (*window <= 0) {
    return invalid_parameter(context, "window", "must be longer than nothing, like P2D.");
  }
  if (*window > kMaxWindow) {
    context.details.parameter = "window";
    context.details.limit = kMaxWindow / model::kDay;
    return base::make_error(base::ErrorCode::kLimitExceeded,
                            "window may be at most " + model::format_duration(kMaxWindow) + ".");
  }
  return window;
}

// `at`, else as_of, else the moment of the run that is asked about; else now.
Result<std::optional<base::Micros>> moment_asked(Context& context, query::Session& session,
                                                 const std::string& node_id) {
  HW_TRY(const std::optional<base::Micros> at, time_parameter(context, "at"));
  if (at) return at;
  if (!session.latest()) return std::optional(session.moment().as_of);
  HW_TRY(const query::NodeRef ref, query::parse_node_ref(node_id));
  if (ref.kind != query::RefKind::kRun) return std::optional<base::Micros>{};
  HW_TRY(const storage::RunInfo run, query::find_run(session, ref.text));
  if (run.ended_at != model::kOpenEnd) return std::optional(run.ended_at);
  if (run.last_time != model::kOpenEnd) return std::optional(run.last_time);
  return std::optional<base::Micros>{};
}

// Three digits, enough to compare by.
std::string fraction(double value) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%.3f", value);
  return text.data();
}

void write_why(JsonWriter& json, const std::vector<query::CauseFactor>& why) {
  json.begin_array();
  for (const query::CauseFactor& factor : why) {
    json.begin_object().key("factor").text(factor.factor);
    json.key("value").raw(fraction(factor.value));
    json.key("text").text(factor.text).end_object();
  }
  json.end_array();
}

void write_evidence(JsonWriter& json, const query::CauseEvidence& evidence) {
  json.begin_object().key("seqs").begin_array();
  for (const model::Seq seq : evidence.seqs) json.number(static_cast<std::int64_t>(seq.value));
  json.end_array().key("runs");
  dto::write_texts(json, evidence.runs);
  json.key("before").text_or_null(evidence.before);
  json.key("after").text_or_null(evidence.after).end_object();
}

void write_cause(JsonWriter& json, const query::Snapshot& graph, const query::Cause& cause,
                 std::size_t rank) {
  json.begin_object().key("rank").number(static_cast<std::int64_t>(rank));
  json.key("kind").text(query::to_string(cause.kind));
  json.key("nodeId").text(query::format_node(graph, cause.node));
  json.key("at").time(cause.at).key("until").time_or_null(cause.until);
  json.key("distance").number(cause.distance);
  json.key("score").raw(fraction(cause.score));
  json.key("path");
  dto::write_path(json, graph, cause.path);
  json.key("summary").text(cause.summary).key("why");
  write_why(json, cause.why);
  json.key("evidence");
  write_evidence(json, cause.evidence);
  json.key("masks").begin_array();
  for (const std::size_t masked : cause.masks) json.number(static_cast<std::int64_t>(masked));
  json.end_array().end_object();
}

Answer write_answer(query::Session& session, const query::CauseRequest& request) {
  HW_TRY(const query::CauseAnswer answer, query::find_causes(session, request));
  const query::Snapshot& graph = session.graph();
  JsonWriter json;
  json.begin_object().key("nodeId").text(query::format_node(graph, request.node));
  json.key("at").time(request.at).key("from").time(answer.from);
  json.key("causes").begin_array();
  std::size_t rank = 0;
  for (const query::Cause& cause : answer.causes) write_cause(json, graph, cause, ++rank);
  json.end_array();
  json.key("total").number(static_cast<std::int64_t>(answer.total));
  dto::write_graph_head(json, request.at, session.seq(), answer.cut);
  json.end_object();
  return json_response(json.take());
}

Answer get_cause(Context& context) {
  HW_TRY(const std::string node_id, required_parameter(context, "nodeId"));
  HW_TRY(query::Session session, context.open_at_moment());
  query::CauseRequest request;
  context.details.parameter = "nodeId";
  HW_TRY(request.node, query::lineage_root(session, node_id));
  context.details.parameter.clear();
  HW_TRY(const std::optional<base::Micros> at, moment_asked(context, session, node_id));
  request.at = at.value_or(session.answered_as_of());
  HW_TRY(request.window, window_parameter(context));
  HW_TRY(const auto depth, number_parameter(context, "depth", UINT32_MAX, {0, UINT32_MAX}));
  HW_TRY(const auto nodes, number_parameter(context, "max_nodes", 10'000, {1, INT64_MAX}));
  HW_TRY(const auto runs, number_parameter(context, "max_runs", 50'000, {1, kMaxRuns}));
  HW_TRY(const auto limit, number_parameter(context, "limit", 20, {1, kMaxCauses}));
  request.depth = static_cast<std::uint32_t>(depth);
  request.max_nodes = static_cast<std::size_t>(nodes);
  request.max_runs = static_cast<std::size_t>(runs);
  request.limit = static_cast<std::size_t>(limit);
  request.cancelled = [cancel = context.cancel] { return cancel.cancelled(); };
  return write_answer(session, request);
}

}  // namespace

std::vector<ApiRoute> cause_routes() {
  return {{http::Method::kGet, "/api/v1/cause", {get_cause, {}, Pin::kYes}}};
}

}  // namespace headwater::api::v1
