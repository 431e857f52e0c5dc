// The partitions of one dataset, one by one, why one of them is stale, and which runs name none.
// docs/partitions.md.

#include <map>
#include <memory>
#include <utility>

#include "api/dto/partition_dto.h"
#include "api/v1/pages.h"
#include "api/v1/partition_query.h"
#include "planner/explain.h"
#include "planner/listing.h"
#include "planner/unattributed.h"

namespace headwater::api::v1 {
namespace {

using base::ErrorCode;
using base::make_error;
using dto::JsonWriter;
using planner::DatasetNo;
using planner::Place;
using planner::Staleness;

// Names of what wrote partitions, each looked up once.
class Writers {
 public:
  explicit Writers(PartitionReading& reading) : reading_(reading), history_(reading.history()) {}

  std::optional<std::string> job(model::NodeId job) {
    if (!job || job.value > reading_.session.graph().node_count()) return std::nullopt;
    return reading_.name_of(reading_.session.graph().canonical(job));
  }
  Result<std::optional<std::string>> run(model::RunRow row) {
    const auto known = runs_.find(row.value);
    if (known != runs_.end()) return known->second;
    HW_TRY(const auto run, reading_.session.rows().run(row));
    const auto id = run ? std::optional(run->run_id) : std::nullopt;
    runs_.emplace(row.value, id);
    return id;
  }
  Result<std::optional<std::string>> run(const planner::Write& write) {
    if (!write.branch) return run(write.run);
    for (const planner::EnvironmentWrite& own : reading_.environment_writes) {
      if (own.seq == write.seq) return std::optional(own.run_id);
    }
    return std::optional<std::string>{};
  }
  Result<dto::LastWrite> last(DatasetNo dataset, const Place& place) {
    HW_TRY(const auto writes, history_->writes(dataset, place));
    dto::LastWrite out;
    if (writes.empty()) return out;
    const planner::Write& write = writes.back();
    out.job = job(write.job);
    HW_TRY(out.run, run(write));
    out.started_at = write.start;
    out.ended_at = write.end;
    return out;
  }

 private:
  PartitionReading& reading_;
  std::unique_ptr<planner::History> history_;
  std::map<std::int64_t, std::optional<std::string>> runs_;
};

// ---- the list -----------------------------------------------------------------------------------

Result<planner::ListQuery> read_list(Context& context, const planner::Space& space,
                                     const Paging& paging) {
  planner::ListQuery out;
  HW_TRY(const auto statuses, status_parameter(context));
  if (!statuses.empty()) out.selection = selection_of(statuses);
  HW_TRY(const KeyBounds bounds, bounds_parameters(context, space));
  out.first = bounds.first;
  out.last = bounds.last;
  out.lane = bounds.lane;
  out.limit = paging.page.limit;
  if (!paging.after) return out;
  const auto lane = dto::read_cursor_number(paging.after->at(0));
  const auto index = dto::read_cursor_number(paging.after->at(1));
  if (!lane || !index) return wrong_cursor(context);
  out.after = Place{static_cast<std::uint32_t>(*lane), *index};
  return out;
}

Answer get_partitions(Context& context) {
  HW_TRY(const Paging paging, next_paging(context, 2));
  HW_TRY(PartitionReading reading, open_environment(context));
  HW_TRY(const PartitionSubject subject, dataset_parameter(context, reading));
  HW_TRY(const auto staleness, staleness_of(context, reading));
  std::vector<Place> places;
  std::optional<Place> next;
  const DatasetNo dataset = subject.datasets.empty() ? DatasetNo{} : subject.datasets.front();
  if (dataset) {
    HW_TRY(planner::ListQuery query,
           read_list(context, *reading.state->segment(dataset).space, paging));
    query.dataset = dataset;
    places = planner::list_places(*staleness, query);
    if (places.size() > query.limit) {
      places.pop_back();
      next = places.back();
    }
  } else {
    HW_CHECK_OK(read_list(context, {}, paging));
  }
  JsonWriter json;
  json.begin_object().key("nodeId");
  json.text(dataset ? reading.name_of(dataset) : reading.name_of(subject.node));
  json.key("environment").text_or_null(reading.environment_name()).key("partitions").begin_array();
  Writers writers(reading);
  for (const Place& place : places) {
    HW_TRY(const dto::LastWrite write, writers.last(dataset, place));
    json.begin_object();
    dto::write_verdict_members(json, *reading.state->segment(dataset).space, place,
                               staleness->verdict(dataset, place));
    dto::write_last_write_members(json, write);
    json.end_object();
  }
  json.end_array();
  json.key("next").text_or_null(next_cursor(paging, next, [](const Place& place) {
    return dto::CursorFields{dto::cursor_number(place.lane), dto::cursor_number(place.index)};
  }));
  dto::write_partition_head(json, context.pinned, staleness->now(), {});
  json.end_object();
  return json_response(json.take());
}

// ---- why ----------------------------------------------------------------------------------------

std::optional<std::string> kind_text(const std::optional<planner::Explanation>& explanation) {
  if (!explanation) return std::nullopt;
  switch (explanation->kind) {
    case planner::RootKind::kCode: return "code";
    case planner::RootKind::kData: return "data";
    case planner::RootKind::kDependency: return "dependency";
  }
  return std::nullopt;
}

Result<std::optional<std::string>> code_text(PartitionReading& reading, model::CodeId code) {
  if (!code) return std::optional<std::string>{};
  if (reading.environment) {
    for (const planner::EnvironmentCode& own : reading.environment->code) {
      if (own.code == code) return std::optional(own.version);
    }
  }
  return reading.session.rows().code_version(code);
}

struct Asked {
  DatasetNo dataset;
  Place place;
};

Result<void> write_root(JsonWriter& json, PartitionReading& reading, planner::Inbox& inbox,
                        const planner::Explanation& explanation, const Asked& asked) {
  Writers writers(reading);
  const planner::Culprit* const last = explanation.way.empty() ? nullptr : &explanation.way.back();
  const bool code = explanation.root_is_code;
  if (!code && last == nullptr) {  // what it reads has changed in a way that no write explains
    json.null();
    return {};
  }
  const Asked at = last == nullptr ? asked : Asked{last->dataset, last->place};
  std::optional<planner::ChangeId> change;
  std::optional<std::string> from, to, run;
  if (code) {
    HW_TRY(change, inbox.of_code(explanation.job, explanation.from, explanation.to, at.dataset,
                                 at.place.index));
    HW_TRY(from, code_text(reading, explanation.from));
    HW_TRY(to, code_text(reading, explanation.to));
  } else {
    HW_TRY(change, inbox.of_data(last->write.run, last->dataset, last->place));
  }
  if (last != nullptr) {
    HW_TRY(run, writers.run(last->write));
  }
  json.begin_object().key("kind").text(code ? "code" : "data");
  json.key("job").text_or_null(writers.job(code ? explanation.job : last->write.job));
  json.key("from").text_or_null(from).key("to").text_or_null(to);
  json.key("nodeId").text(reading.name_of(at.dataset));
  json.key("key").text(reading.state->segment(at.dataset).space->text_of(at.place));
  json.key("run").text_or_null(run);
  json.key("change_id")
      .text_or_null(change ? std::optional(dto::change_id_text(*change)) : std::nullopt);
  json.end_object();
  return {};
}

Result<void> write_way(JsonWriter& json, PartitionReading& reading,
                       const std::optional<planner::Explanation>& explanation) {
  Writers writers(reading);
  json.key("way").begin_array();
  if (explanation) {
    for (const planner::Culprit& step : explanation->way) {
      HW_TRY(const auto run, writers.run(step.write));
      json.begin_object().key("nodeId").text(reading.name_of(step.dataset));
      json.key("key").text(reading.state->segment(step.dataset).space->text_of(step.place));
      json.key("job").text_or_null(writers.job(step.write.job)).key("run").text_or_null(run);
      json.key("at").time(step.write.end).end_object();
    }
  }
  json.end_array();
  return {};
}

Result<Asked> read_asked(Context& context, const PartitionReading& reading) {
  HW_TRY(const PartitionSubject subject, dataset_parameter(context, reading));
  if (subject.datasets.empty()) {
    return make_error(ErrorCode::kNotFound, "Nothing is known of partitions of this dataset.");
  }
  const DatasetNo dataset = subject.datasets.front();
  const std::string* const key = context.request.query_value("key");
  const planner::Space& space = *reading.state->segment(dataset).space;
  if (key == nullptr) return invalid_parameter(context, "key", "is required.");
  auto place = space.parse_text(*key);
  if (place) return Asked{dataset, *place};
  context.details.parameter = "key";
  return std::move(place).error();
}

Answer get_explanation(Context& context) {
  HW_TRY(const std::int64_t max_steps,
         number_parameter(context, "max_steps", planner::Explanation::kMaxSteps,
                          {1, planner::Explanation::kMaxSteps}));
  HW_TRY(PartitionReading reading, open_environment(context));
  HW_TRY(const Asked asked, read_asked(context, reading));
  HW_TRY(const auto staleness, staleness_of(context, reading));
  const auto history = reading.history();
  HW_TRY(const auto explanation,
         planner::explain(*reading.state, *history, asked.dataset, asked.place,
                          static_cast<std::size_t>(max_steps)));
  planner::Inbox inbox = inbox_of(context, reading, staleness);
  JsonWriter json;
  json.begin_object().key("nodeId").text(reading.name_of(asked.dataset));
  json.key("environment").text_or_null(reading.environment_name());
  dto::write_verdict_members(json, *reading.state->segment(asked.dataset).space, asked.place,
                             staleness->verdict(asked.dataset, asked.place));
  HW_TRY(const dto::LastWrite write, Writers(reading).last(asked.dataset, asked.place));
  dto::write_last_write_members(json, write);
  json.key("kind").text_or_null(kind_text(explanation));
  HW_CHECK_OK(write_way(json, reading, explanation));
  json.key("root");
  dto::PartitionCut cut;
  if (explanation && explanation->cut) cut = {"max_steps", 1, max_steps};
  if (explanation && !explanation->cut) {
    HW_CHECK_OK(write_root(json, reading, inbox, *explanation, asked));
  } else {
    json.null();
  }
  dto::write_partition_head(json, context.pinned, staleness->now(), cut);
  json.end_object();
  return json_response(json.take());
}

// ---- runs that say nothing of partitions --------------------------------------------------------

std::optional<base::Micros> known_time(base::Micros time) {
  return time == model::kOpenEnd ? std::nullopt : std::optional(time);
}

Answer get_unattributed(Context& context) {
  constexpr auto kMost = static_cast<std::int64_t>(planner::kMaxRunsLookedAt);
  HW_TRY(const std::int64_t max_runs,
         number_parameter(context, "max_runs", kMost, {1, 10 * kMost}));
  HW_TRY(PartitionReading reading, open_partitions(context));
  HW_TRY(const PartitionSubject subject, dataset_parameter(context, reading));
  planner::UnattributedWrites found;
  if (!subject.datasets.empty()) {
    HW_TRY(found, planner::unattributed_writes(
                      reading.session.rows(), reading.session.graph(), subject.node,
                      subject.datasets, static_cast<std::size_t>(max_runs),
                      [cancel = context.cancel] { return cancel.cancelled(); }));
  }
  JsonWriter json;
  json.begin_object().key("nodeId").text(reading.name_of(subject.node));
  json.key("runs").begin_array();
  Writers writers(reading);
  for (const storage::RunInfo& run : found.runs) {
    json.begin_object().key("run").text(run.run_id);
    json.key("job").text_or_null(writers.job(run.job));
    json.key("started_at").time_or_null(known_time(run.started_at));
    json.key("ended_at").time_or_null(known_time(run.ended_at)).end_object();
  }
  json.end_array().key("looked_at").number(static_cast<std::int64_t>(found.looked_at));
  dto::PartitionCut cut;
  if (found.left_out > 0) cut = {"max_runs", static_cast<std::int64_t>(found.left_out), max_runs};
  dto::write_partition_head(json, context.pinned, reading.now(), cut);
  json.end_object();
  return json_response(json.take());
}

}  // namespace

std::vector<ApiRoute> partition_routes() {
  return {
      {http::Method::kGet, "/api/v1/partitions", {get_partitions, {}, Pin::kYes}},
      {http::Method::kGet, "/api/v1/partitions/explain", {get_explanation, {}, Pin::kYes}},
      {http::Method::kGet, "/api/v1/partitions/unattributed", {get_unattributed, {}, Pin::kYes}}};
}

}  // namespace headwater::api::v1
