// How datasets are cut, which partitions read which, and what perishes: asked and declared.
// docs/partitions.md.

#include <utility>

#include "api/dto/partition_dto.h"
#include "api/v1/body.h"
#include "api/v1/decide.h"
#include "api/v1/parameters.h"
#include "api/v1/partition_reading.h"
#include "api/v1/planner_body.h"
#include "planner/declared.h"
#include "planner/perishability.h"

namespace headwater::api::v1 {
namespace {

using base::ErrorCode;
using base::make_error;
using dto::JsonWriter;
using model::JsonValue;
using planner::DatasetNo;

// The same error, with what of the body it is about.
template <class T>
Result<T> at_member(Context& context, std::string_view pointer, Result<T> result) {
  if (!result) context.details.pointer = pointer;
  return result;
}

std::optional<std::string> given(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

// Whom a decision is about may have been found on a reading that is over: the newest again.
Result<PartitionReading> reading_for_write(Context& context) {
  context.pinned = context.services.queries().published();
  return open_partitions(context);
}

// ---- spaces -------------------------------------------------------------------------------------

Answer show_space(Context& context) {
  HW_TRY(PartitionReading reading, open_partitions(context));
  HW_TRY(const PartitionSubject subject, dataset_parameter(context, reading));
  std::optional<planner::SpaceDocument> document;
  if (!subject.datasets.empty()) {
    HW_TRY(document, planner::space_document(reading.session.rows(), subject.datasets.front()));
  }
  JsonWriter json;
  json.begin_object().key("nodeId");
  json.text(subject.datasets.empty() ? reading.name_of(subject.node)
                                     : reading.name_of(subject.datasets.front()));
  json.key("declared").boolean(document && document->declared).key("space");
  if (document) {
    const planner::Space& space = *reading.state->segment(subject.datasets.front()).space;
    json.raw(space.to_json()).key("lanes").number(space.lane_count());
    json.key("author").text_or_null(given(document->author));
    json.key("reason").text_or_null(given(document->reason)).key("refresh_due");
    HW_TRY(const auto due,
           planner::refresh_due(*reading.history(), *reading.state, subject.datasets.front(),
                                reading.now(),
                                [cancel = context.cancel] { return cancel.cancelled(); }));
    due ? json.number(*due) : json.null();
  } else {
    json.null().key("lanes").number(0).key("author").null().key("reason").null();
    json.key("refresh_due").null();
  }
  json.key("seq").number(static_cast<std::int64_t>(context.pinned.value)).end_object();
  return json_response(json.take());
}

Result<ingest::Decision> read_space(Context& context) {
  HW_TRY(const JsonValue body, json_object(context));
  HW_TRY(const PartitionReading reading, reading_for_write(context));
  HW_TRY(const PartitionSubject subject, dataset_parameter(context, reading));
  HW_TRY(const Signed who, signed_body(context, body));
  const JsonValue space = body.get("space");
  if (!space.is_object()) return invalid_member(context, "/space", "space must be an object.");
  const planner::Space* const before =
      subject.datasets.empty() ? nullptr
                               : reading.state->segment(subject.datasets.front()).space.get();
  HW_CHECK_OK(at_member(context, "/space", planner::Space::parse(space.text(), before)));
  JsonWriter json;
  json.begin_object();
  write_signed(json, "planner.put_space", who);
  write_named(json, "dataset", logged_name(reading, subject));
  json.key("space").raw(space.text()).end_object();
  return planner_record(json);
}

Result<ingest::Decision> read_space_withdrawal(Context& context) {
  HW_TRY(const PartitionReading reading, reading_for_write(context));
  HW_TRY(const PartitionSubject subject, dataset_parameter(context, reading));
  HW_TRY(const Signed who, signed_parameters(context));
  JsonWriter json;
  json.begin_object();
  write_signed(json, "planner.put_space", who);
  write_named(json, "dataset", logged_name(reading, subject));
  json.key("space").null().end_object();
  return planner_record(json);
}

// ---- mappings -----------------------------------------------------------------------------------

void write_mapping(JsonWriter& json, const PartitionReading& reading,
                   const planner::KnownMapping& mapping) {
  const planner::MappingDocument& document = mapping.document;
  json.begin_object().key("upstream").text(reading.name_of(mapping.upstream));
  json.key("downstream").text(reading.name_of(mapping.downstream)).key("mapping");
  if (mapping.in_force) {
    json.raw(planner::mapping_json(*mapping.in_force));
  } else {
    json.null();
  }
  json.key("declared").boolean(document.declared);
  json.key("author").text_or_null(given(document.author));
  json.key("reason").text_or_null(given(document.reason));
  json.key("learned").begin_object();
  json.key("runs").number(static_cast<std::int64_t>(document.runs));
  json.key("seen").number(static_cast<std::int64_t>(mapping.seen));
  const double runs = static_cast<double>(document.runs);
  const double seen = static_cast<double>(mapping.seen);
  json.key("confidence").raw(std::to_string(document.runs == 0 ? 0.0 : seen / runs));
  json.key("candidates").begin_array();
  for (const planner::Candidate& candidate : document.candidates) {
    json.begin_object().key("mapping").raw(planner::mapping_json(candidate.mapping));
    json.key("seen").number(static_cast<std::int64_t>(candidate.seen)).end_object();
  }
  json.end_array().end_object().end_object();
}

Answer get_mappings(Context& context) {
  HW_TRY(const std::size_t direction,
         choice_parameter(context, "direction", {"both", "upstream", "downstream"}, 0));
  HW_TRY(PartitionReading reading, open_partitions(context));
  HW_TRY(const PartitionSubject subject, dataset_parameter(context, reading));
  JsonWriter json;
  json.begin_object().key("nodeId").text(reading.name_of(subject.node));
  json.key("mappings").begin_array();
  for (const DatasetNo dataset : subject.datasets) {
    HW_TRY(const auto mappings, planner::mappings_of(reading.session.rows(), *reading.state,
                                                     dataset, direction != 2, direction != 1));
    for (const planner::KnownMapping& mapping : mappings) write_mapping(json, reading, mapping);
  }
  json.end_array();
  json.key("seq").number(static_cast<std::int64_t>(context.pinned.value)).end_object();
  return json_response(json.take());
}

Result<PartitionSubject> subject_member(Context& context, const PartitionReading& reading,
                                        const JsonValue& body, std::string_view name) {
  HW_TRY(const std::string text, required_text(context, body, name));
  return at_member(context, "/" + std::string(name), find_partition_subject(reading, text, false));
}

planner::Space space_of(const PartitionReading& reading, const PartitionSubject& subject) {
  if (subject.datasets.empty()) return {};
  return *reading.state->segment(subject.datasets.front()).space;
}

Result<ingest::Decision> read_mapping(Context& context) {
  HW_TRY(const JsonValue body, json_object(context));
  HW_TRY(const PartitionReading reading, reading_for_write(context));
  HW_TRY(const PartitionSubject upstream, subject_member(context, reading, body, "upstream"));
  HW_TRY(const PartitionSubject downstream, subject_member(context, reading, body, "downstream"));
  HW_TRY(const Signed who, signed_body(context, body));
  const JsonValue mapping = body.get("mapping");
  if (!mapping.present()) {
    return invalid_member(context, "/mapping",
                          "mapping is required; null takes back what was declared.");
  }
  if (!mapping.is_null()) {
    const planner::Space up = space_of(reading, upstream), down = space_of(reading, downstream);
    HW_TRY(planner::Mapping parsed,
           at_member(context, "/mapping", planner::parse_mapping(mapping.text(), up, down)));
    HW_CHECK_OK(
        at_member(context, "/mapping", planner::Reads::create(std::move(parsed), up, down)));
  }
  JsonWriter json;
  json.begin_object();
  write_signed(json, "planner.put_mapping", who);
  write_named(json, "upstream", logged_name(reading, upstream));
  write_named(json, "downstream", logged_name(reading, downstream));
  json.key("mapping").raw(mapping.text()).end_object();
  return planner_record(json);
}

Answer show_mapping(Context& context, const ingest::Receipt&) {
  HW_TRY(const JsonValue body, json_object(context));
  HW_TRY(PartitionReading reading, open_partitions(context));
  HW_TRY(const PartitionSubject upstream, subject_member(context, reading, body, "upstream"));
  HW_TRY(const PartitionSubject downstream, subject_member(context, reading, body, "downstream"));
  planner::KnownMapping shown;
  if (!upstream.datasets.empty() && !downstream.datasets.empty()) {
    shown.upstream = upstream.datasets.front();
    shown.downstream = downstream.datasets.front();
    HW_TRY(auto found, planner::find_mapping(reading.session.rows(), *reading.state, shown.upstream,
                                             shown.downstream));
    if (found) shown = *std::move(found);
  }
  if (!shown.upstream) return make_error(ErrorCode::kInternal, "A mapping that was put is gone.");
  JsonWriter json;
  write_mapping(json, reading, shown);
  return json_response(json.take());
}

// ---- policies -----------------------------------------------------------------------------------

Answer show_policy(Context& context) {
  HW_TRY(PartitionReading reading, open_partitions(context));
  HW_TRY(const PartitionSubject subject, dataset_parameter(context, reading));
  planner::DatasetPolicy policy;
  std::string name = reading.name_of(subject.node);
  if (!subject.datasets.empty()) {
    const planner::Segment& segment = reading.state->segment(subject.datasets.front());
    if (segment.policy) policy = *segment.policy;
    name = reading.name_of(segment.node);
  }
  const auto duration = [](const std::optional<base::Micros>& value) {
    return value ? std::optional(model::format_duration(*value)) : std::nullopt;
  };
  JsonWriter json;
  json.begin_object().key("nodeId").text(name);
  json.key("retention").text_or_null(duration(policy.retention));
  json.key("half_life").text_or_null(duration(policy.half_life));
  json.key("recomputable").boolean(policy.recomputable);
  json.key("author").text_or_null(given(policy.author));
  json.key("reason").text_or_null(given(policy.reason));
  json.key("seq").number(static_cast<std::int64_t>(context.pinned.value)).end_object();
  return json_response(json.take());
}

Result<ingest::Decision> read_policy(Context& context) {
  HW_TRY(const JsonValue body, json_object(context));
  HW_TRY(const PartitionReading reading, reading_for_write(context));
  HW_TRY(const PartitionSubject subject, dataset_parameter(context, reading));
  HW_TRY(const Signed who, signed_body(context, body));
  HW_CHECK_OK(planner::parse_policy(body.text()));
  JsonWriter json;
  json.begin_object();
  write_signed(json, "planner.put_policy", who);
  write_named(json, "dataset", logged_name(reading, subject));
  for (const std::string_view member : {"retention", "half_life", "recomputable"}) {
    if (const JsonValue value = body.get(member); value.present()) {
      json.key(member).raw(value.text());
    }
  }
  json.end_object();
  return planner_record(json);
}

}  // namespace

std::vector<ApiRoute> declared_routes() {
  using http::Method;
  const auto get = [](std::string_view path, Handle handle) {
    return ApiRoute{Method::kGet, path, {std::move(handle), {}, Pin::kYes}};
  };
  const auto write = [](Method method, std::string_view path, HandleReply handle) {
    return ApiRoute{method, path, {{}, shared(std::move(handle)), Pin::kNo}};
  };
  return {
      get("/api/v1/partitions/space", show_space),
      write(Method::kPut, "/api/v1/partitions/space", deciding(read_space, afterwards(show_space))),
      write(Method::kDelete, "/api/v1/partitions/space",
            deciding(read_space_withdrawal, afterwards(show_space))),
      get("/api/v1/partitions/mappings", get_mappings),
      write(Method::kPut, "/api/v1/partitions/mapping", deciding(read_mapping, show_mapping)),
      get("/api/v1/partitions/policy", show_policy),
      write(Method::kPut, "/api/v1/partitions/policy",
            deciding(read_policy, afterwards(show_policy))),
  };
}

}  // namespace headwater::api::v1
