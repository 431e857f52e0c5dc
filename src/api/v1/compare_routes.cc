// Two datasets, two moments of one, or two environments: what is the same and what is not.
// docs/quality-rules.md.

#include <algorithm>
#include <charconv>
#include <utility>

#include "api/dto/quality_dto.h"
#include "api/v1/compare_partitions.h"
#include "api/v1/parameters.h"
#include "stats/compare.h"

namespace headwater::api::v1 {
namespace {

using base::ErrorCode;
using base::make_error;
using dto::JsonWriter;
using model::NodeId;
using stats::Likeness;

// Differences and changes listed of each part; all are counted.
constexpr std::size_t kMaxListed = 200;
constexpr std::string_view kParts[] = {"schema", "profile", "partitions"};

struct Side {
  std::string name;  // "left", "right"
  NodeId node;
  std::optional<base::Micros> as_of;
  std::optional<std::string> environment;
  PartitionSide partitions;
  std::optional<stats::SchemaVersion> schema;
  std::optional<stats::Measured> measured;
};

Result<double> tolerance_parameter(Context& context) {
  const std::string* const text = context.request.query_value("tolerance");
  if (text == nullptr) return 0.0;
  double out = 0;
  const char* const end = text->data() + text->size();
  const auto [at, error] = std::from_chars(text->data(), end, out);
  if (error == std::errc() && at == end && out >= 0 && out <= 1) return out;
  return invalid_parameter(context, "tolerance",
                           "must be a number from 0 to 1: 0.01 is one percent.");
}

struct Wanted {
  bool schema = true, profile = true, partitions = true;
};

Result<Wanted> parts_parameter(Context& context) {
  const std::string* const text = context.request.query_value("parts");
  if (text == nullptr || text->empty()) return Wanted{};
  Wanted out{false, false, false};
  bool* const members[] = {&out.schema, &out.profile, &out.partitions};
  for (std::size_t at = 0; at <= text->size();) {
    const std::size_t end = std::min(text->find(',', at), text->size());
    const auto part = std::ranges::find(kParts, std::string_view(*text).substr(at, end - at));
    if (part == std::end(kParts)) {
      return invalid_parameter(context, "parts",
                               "must be a list of schema, profile and partitions, with commas.");
    }
    *members[part - std::begin(kParts)] = true;
    at = end + 1;
  }
  return out;
}

Result<Side> read_side(Context& context, PartitionReading& reading, const std::string& name,
                       const std::string& text) {
  Side side;
  side.name = name;
  context.details.parameter = name;
  HW_TRY(const PartitionSubject subject, find_partition_subject(reading, text, false));
  context.details.parameter.clear();
  side.node = subject.node;
  HW_TRY(side.as_of, time_parameter(context, name + "_as_of"));
  side.partitions.state = reading.state;
  side.partitions.as_of = side.as_of;
  if (!subject.datasets.empty()) side.partitions.dataset = subject.datasets.front();
  const std::string parameter = name + "_environment";
  const std::string* const environment = context.request.query_value(parameter);
  if (environment == nullptr || environment->empty()) return side;
  if (side.as_of) {
    return invalid_parameter(context, parameter,
                             "cannot stand beside " + name + "_as_of: an environment is as it is.");
  }
  context.details.parameter = parameter;
  storage::Reader& rows = reading.session.rows();
  HW_TRY(const planner::Environment what, planner::find_environment(rows, *environment));
  context.details.parameter.clear();
  HW_TRY(side.partitions.state, planner::environment_state(*reading.state, rows, what));
  side.environment = what.name;
  return side;
}

Result<void> read_contents(PartitionReading& reading, const Wanted& wanted, Side& side) {
  stats::QualityReader quality(reading.session.rows(), reading.session.graph(),
                               reading.session.seq());
  const base::Micros at = side.as_of.value_or(reading.now());
  if (wanted.schema) {
    HW_TRY(const auto versions, quality.schemas(side.node));
    for (const stats::SchemaVersion& version : versions) {
      if (version.from <= at && !version.fields.empty()) side.schema = version;
    }
  }
  if (wanted.profile) {
    HW_TRY(const auto measured, quality.recent(side.node, at, at + 1, true));
    if (const stats::Measured* const last = stats::newest(measured)) side.measured = *last;
  }
  return {};
}

// ---- answers ------------------------------------------------------------------------------------

void write_side(JsonWriter& json, const query::Snapshot& graph, const Side& side) {
  json.key(side.name).begin_object().key("nodeId").text(query::format_node(graph, side.node));
  json.key("as_of").time_or_null(side.as_of);
  json.key("environment").text_or_null(side.environment);
  json.key("measured_at");
  json.time_or_null(side.measured ? std::optional(side.measured->time) : std::nullopt);
  json.key("schema_from");
  json.time_or_null(side.schema ? std::optional(side.schema->from) : std::nullopt);
  json.end_object();
}

Likeness write_schema(JsonWriter& json, const Side& left, const Side& right) {
  using What = stats::SchemaChange::What;
  const bool known = left.schema && right.schema;
  std::vector<stats::SchemaChange> changes;
  if (known) changes = stats::compare_schemas(left.schema->fields, right.schema->fields);
  const Likeness likeness = !known            ? Likeness::kUnknown
                            : changes.empty() ? Likeness::kEqual
                                              : Likeness::kDiffers;
  json.key("schema").begin_object().key("verdict").text(to_string(likeness));
  json.key("differences").begin_array();
  for (std::size_t i = 0; i < std::min(changes.size(), kMaxListed); ++i) {
    const stats::SchemaChange& change = changes[i];
    json.begin_object().key("column").text(change.path).key("difference");
    json.text(change.what == What::kAdded     ? "only_right"
              : change.what == What::kDropped ? "only_left"
                                              : "type");
    json.key("left");
    json.text_or_null(change.before.empty() ? std::nullopt : std::optional(change.before));
    json.key("right");
    json.text_or_null(change.after.empty() ? std::nullopt : std::optional(change.after));
    json.end_object();
  }
  json.end_array().key("total").number(static_cast<std::int64_t>(changes.size())).end_object();
  return likeness;
}

void write_difference(JsonWriter& json, const stats::Difference& one) {
  json.begin_object().key("measure").text(one.measure).key("column");
  json.text_or_null(one.column.empty() ? std::nullopt : std::optional(one.column));
  json.key("left");
  dto::write_real_or_null(json, one.left);
  json.key("right");
  dto::write_real_or_null(json, one.right);
  json.key("relative");
  dto::write_real_or_null(json, one.relative);
  json.key("within").boolean(one.within).end_object();
}

// What lies beyond the tolerance comes first.
Likeness write_profile(JsonWriter& json, const Side& left, const Side& right, double tolerance) {
  stats::ProfileComparison found =
      stats::compare_profiles(left.measured ? &*left.measured : nullptr,
                              right.measured ? &*right.measured : nullptr, tolerance);
  std::stable_partition(found.differences.begin(), found.differences.end(),
                        [](const auto& one) { return !one.within; });
  json.key("profile").begin_object().key("verdict").text(to_string(found.likeness));
  json.key("compared").number(static_cast<std::int64_t>(found.compared));
  json.key("beyond").number(static_cast<std::int64_t>(found.beyond));
  json.key("measures").begin_array();
  for (std::size_t i = 0; i < std::min(found.differences.size(), kMaxListed); ++i) {
    write_difference(json, found.differences[i]);
  }
  json.end_array();
  json.key("total").number(static_cast<std::int64_t>(found.differences.size())).end_object();
  return found.likeness;
}

Answer get_compare(Context& context) {
  HW_TRY(const std::string left_text, required_parameter(context, "left"));
  const std::string* const right_text = context.request.query_value("right");
  HW_TRY(const double tolerance, tolerance_parameter(context));
  HW_TRY(const Wanted wanted, parts_parameter(context));
  HW_TRY(PartitionReading reading, open_partitions(context));
  HW_TRY(Side left, read_side(context, reading, "left", left_text));
  HW_TRY(Side right,
         read_side(context, reading, "right", right_text != nullptr ? *right_text : left_text));
  HW_CHECK_OK(read_contents(reading, wanted, left));
  HW_CHECK_OK(read_contents(reading, wanted, right));
  std::vector<Likeness> parts;
  JsonWriter body;
  body.begin_object();
  write_side(body, reading.session.graph(), left);
  write_side(body, reading.session.graph(), right);
  if (wanted.schema) parts.push_back(write_schema(body, left, right));
  if (wanted.profile) parts.push_back(write_profile(body, left, right, tolerance));
  if (wanted.partitions) {
    HW_TRY(const PartitionComparison found,
           compare_partitions(reading.session.rows(), reading.session.seq(), left.partitions,
                              right.partitions));
    parts.push_back(found.likeness);
    body.key("partitions");
    write_partitions(body, found);
  }
  body.key("verdict").text(to_string(stats::joined(parts)));
  body.key("tolerance");
  dto::write_real(body, tolerance);
  body.key("seq").number(static_cast<std::int64_t>(context.pinned.value)).end_object();
  return json_response(body.take());
}

}  // namespace

std::vector<ApiRoute> compare_routes() {
  return {{http::Method::kGet, "/api/v1/compare", {get_compare, {}, Pin::kYes}}};
}

}  // namespace headwater::api::v1
