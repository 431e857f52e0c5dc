// Environments: branches of the warehouse, what would have to run in them and what they share.
// docs/partitions.md.

#include <algorithm>
#include <map>
#include <utility>

#include "api/dto/partition_dto.h"
#include "api/v1/body.h"
#include "api/v1/decide.h"
#include "api/v1/parameters.h"
#include "api/v1/partition_reading.h"
#include "api/v1/planner_body.h"
#include "planner/environment.h"

namespace headwater::api::v1 {
namespace {

using dto::JsonWriter;
using model::JsonValue;
using planner::DatasetNo;
using planner::Environment;

constexpr std::size_t kMaxKeysOfOneReport = 10'000;

base::Error too_long(Context& context, std::string_view member, std::size_t limit) {
  context.details.pointer = "/" + std::string(member);
  context.details.limit = static_cast<std::int64_t>(limit);
  return base::make_error(
      base::ErrorCode::kLimitExceeded,
      std::string(member) + " may have at most " + std::to_string(limit) + " items.");
}

// ---- answers ------------------------------------------------------------------------------------

void write_members(JsonWriter& json, const PartitionReading& reading, const Environment& what) {
  json.key("name").text(what.name).key("description");
  json.text_or_null(what.description.empty() ? std::nullopt : std::optional(what.description));
  json.key("code").begin_array();
  for (const planner::EnvironmentCode& code : what.code) {
    json.begin_object().key("job").text(reading.name_of(code.job));
    json.key("version").text(code.version).end_object();
  }
  json.end_array().key("author").text(what.author);
  json.key("created_at").time(what.created_at);
  json.key("updated_at").time(what.updated_at);
  json.key("seq").number(static_cast<std::int64_t>(what.updated.value));
}

Answer get_environments(Context& context) {
  HW_TRY(PartitionReading reading, open_partitions(context));
  HW_TRY(const auto all, planner::environments(reading.session.rows()));
  JsonWriter json;
  json.begin_object().key("environments").begin_array();
  for (const Environment& one : all) {
    json.begin_object();
    write_members(json, reading, one);
    json.end_object();
  }
  json.end_array().end_object();
  return json_response(json.take());
}

// Datasets whose partitions stand otherwise here than in the warehouse, or that it wrote itself.
bool differs(const planner::Counts& here, const planner::Counts& there, std::int64_t own) {
  return own > 0 || !(here == there);
}

Answer show(Context& context, const std::string& name) {
  HW_TRY(PartitionReading reading, open_partitions(context));
  HW_TRY(const Environment what, planner::find_environment(reading.session.rows(), name));
  HW_TRY(const auto there, staleness_of(context, reading));
  HW_TRY(const auto writes, planner::environment_writes(reading.session.rows(), what.number));
  HW_TRY(reading.state, planner::environment_state(*reading.state, reading.session.rows(), what));
  HW_TRY(const auto here, staleness_of(context, reading));
  JsonWriter json, datasets;
  datasets.begin_array();
  planner::Counts must_run;
  std::int64_t shared = 0;
  for (const DatasetNo dataset : here->order()) {
    const planner::Counts& counts = here->counts(dataset);
    std::int64_t own = 0;
    for (const planner::Span& span : planner::own_spans(writes, dataset)) {
      own += span.last - span.first + 1;
    }
    shared += static_cast<std::int64_t>(counts.present + counts.orphaned) - own;
    must_run += counts;
    if (!differs(counts, there->counts(dataset), own)) continue;
    datasets.begin_object().key("nodeId").text(reading.name_of(dataset)).key("counts");
    dto::write_counts(datasets, counts);
    datasets.end_object();
  }
  datasets.end_array();
  json.begin_object();
  write_members(json, reading, what);
  json.key("must_run");
  dto::write_counts(json, must_run);
  json.key("shared").number(shared).key("datasets").raw(datasets.take()).end_object();
  return json_response(json.take());
}

Answer get_environment(Context& context) { return show(context, context.parameter("name")); }

// ---- decisions ----------------------------------------------------------------------------------

Result<PartitionReading> newest_reading(Context& context) {
  context.pinned = context.services.queries().published();
  return open_partitions(context);
}

Result<model::Name> job_member(Context& context, const PartitionReading& reading,
                               std::string_view text, std::string pointer) {
  context.details.pointer = std::move(pointer);
  HW_TRY(const PartitionSubject subject, find_partition_subject(reading, text, true));
  if (!subject.is_job) {
    return base::make_error(base::ErrorCode::kInvalidArgument, "job must be a job.");
  }
  context.details.pointer.clear();
  return query::summarize(reading.session.graph(), subject.node).name;
}

Result<ingest::Decision> read_environment(Context& context) {
  HW_TRY(const JsonValue body, json_object(context));
  HW_TRY(const PartitionReading reading, newest_reading(context));
  HW_TRY(const Signed who, signed_body(context, body));
  HW_TRY(const std::optional<std::string> description, text_member(context, body, "description"));
  if (!body.get("code").is_array()) {
    return invalid_member(context, "/code", "code must be an array of {job, version}.");
  }
  JsonWriter json;
  json.begin_object();
  write_signed(json, "planner.put_environment", who);
  json.key("name").text(context.parameter("name"));
  json.key("description").text(description.value_or("")).key("code").begin_array();
  std::optional<base::Error> failure;
  std::size_t count = 0;
  body.get("code").elements([&](const JsonValue& code) {
    if (failure) return;
    const std::string at = "/code/" + std::to_string(count);
    if (count++ == planner::kMaxEnvironmentCode) {
      failure = too_long(context, "code", planner::kMaxEnvironmentCode);
      return;
    }
    const auto job =
        job_member(context, reading, code.get("job").string().value_or(""), at + "/job");
    if (!job) {
      failure = job.error();
      return;
    }
    const auto version = code.get("version").string();
    if (!version || version->empty()) {
      failure = invalid_member(context, at + "/version", "version is required.");
      return;
    }
    json.begin_object();
    write_named(json, "job", *job);
    json.key("version").text(*version).end_object();
  });
  if (failure) return *std::move(failure);
  json.end_array().end_object();
  return planner_record(json);
}

Result<ingest::Decision> read_report(Context& context) {
  HW_TRY(const JsonValue body, json_object(context));
  HW_TRY(const PartitionReading reading, newest_reading(context));
  HW_TRY(const Signed who, signed_body(context, body));
  HW_TRY(const std::string node, required_text(context, body, "nodeId"));
  context.details.pointer = "/nodeId";
  HW_TRY(const PartitionSubject dataset, find_partition_subject(reading, node, false));
  context.details.pointer.clear();
  HW_TRY(const std::string job_text, required_text(context, body, "job"));
  HW_TRY(const model::Name job, job_member(context, reading, job_text, "/job"));
  HW_TRY(const std::string run, required_text(context, body, "run_id"));
  if (!body.get("keys").is_array()) {
    return invalid_member(context, "/keys", "keys must be an array of partition keys.");
  }
  std::size_t count = 0;
  body.get("keys").elements([&](const JsonValue&) { ++count; });
  if (count > kMaxKeysOfOneReport) return too_long(context, "keys", kMaxKeysOfOneReport);
  JsonWriter json;
  json.begin_object();
  write_signed(json, "planner.environment_write", who);
  json.key("environment").text(context.parameter("name"));
  write_named(json, "dataset", logged_name(reading, dataset));
  write_named(json, "job", job);
  json.key("run_id").text(run).key("keys").raw(body.get("keys").text());
  for (const std::string_view member : {"data_version", "started_at", "ended_at"}) {
    HW_TRY(const std::optional<std::string> text, text_member(context, body, member));
    if (text) json.key(member).text(*text);
  }
  json.end_object();
  return planner_record(json);
}

void put_environment(const ContextPtr& context, Reply reply) {
  auto decision = read_environment(*context);
  if (!decision) return respond(*context, *reply, std::move(decision).error());
  decide(
      context, std::move(reply), *std::move(decision),
      [](Context& after, const ingest::Receipt&) { return show(after, after.parameter("name")); });
}

void post_materializations(const ContextPtr& context, Reply reply) {
  auto decision = read_report(*context);
  if (!decision) return respond(*context, *reply, std::move(decision).error());
  decide(context, std::move(reply), *std::move(decision),
         [](Context& after, const ingest::Receipt& receipt) -> Answer {
           HW_TRY(const JsonValue body, json_object(after));
           std::int64_t count = 0;
           body.get("keys").elements([&](const JsonValue&) { ++count; });
           JsonWriter json;
           json.begin_object().key("seq").number(static_cast<std::int64_t>(receipt.seq.value));
           json.key("environment").text(after.parameter("name"));
           json.key("nodeId").text(body.get("nodeId").string().value_or(""));
           json.key("count").number(count).end_object();
           return json_response(json.take(), 201);
         });
}

// The environment as it was; read before it goes.
Result<std::string> parting(Context& context) {
  HW_TRY(PartitionReading reading, newest_reading(context));
  HW_TRY(const Environment what,
         planner::find_environment(reading.session.rows(), context.parameter("name")));
  JsonWriter json;
  json.begin_object();
  write_members(json, reading, what);
  json.end_object();
  return json.take();
}

void delete_environment(const ContextPtr& context, Reply reply) {
  auto who = signed_parameters(*context);
  if (!who) return respond(*context, *reply, std::move(who).error());
  auto last = parting(*context);
  if (!last) return respond(*context, *reply, std::move(last).error());
  JsonWriter json;
  json.begin_object();
  write_signed(json, "planner.delete_environment", *who);
  json.key("name").text(context->parameter("name")).end_object();
  decide(context, std::move(reply), planner_record(json),
         [text = *std::move(last)](Context&, const ingest::Receipt&) -> Answer {
           return json_response(text);
         });
}

}  // namespace

std::vector<ApiRoute> environment_routes() {
  using http::Method;
  constexpr std::string_view kOne = "/api/v1/environments/{name}";
  return {
      {Method::kGet, "/api/v1/environments", {get_environments, {}, Pin::kYes}},
      {Method::kGet, kOne, {get_environment, {}, Pin::kYes}},
      {Method::kPut, kOne, {{}, shared(put_environment), Pin::kNo}},
      {Method::kDelete, kOne, {{}, shared(delete_environment), Pin::kNo}},
      {Method::kPost,
       "/api/v1/environments/{name}/materializations",
       {{}, shared(post_materializations), Pin::kNo}},
  };
}

}  // namespace headwater::api::v1
