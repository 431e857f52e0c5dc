#include "api/v1/impact_body.h"

#include <array>
#include <optional>
#include <utility>

#include "api/v1/body.h"
#include "api/v1/parameters.h"
#include "base/hash.h"
#include "model/time.h"

namespace headwater::api::v1 {
namespace {

using base::ErrorCode;
using model::JsonValue;
using query::Change;
using query::ChangeKind;

constexpr std::size_t kMaxChanges = 1000;
constexpr std::size_t kMaxFilterValues = 1000;
constexpr std::int64_t kMaxPage = 10'000;

Result<std::string> required_text(Context& context, const JsonValue& object,
                                  const std::string& pointer, std::string_view name,
                                  std::string_view why) {
  const JsonValue member = object.get(name);
  const std::optional<std::string> text = member.string();
  if (text && !text->empty()) return *text;
  std::string message(name);
  return invalid_member(context, pointer + "/" + message, message + " " + std::string(why));
}

// A column may be named by an id of its own instead of its dataset's and its path.
Result<void> read_column(Context& context, query::Session& session, const JsonValue& item,
                         const std::string& pointer, const query::NodeRef& ref, Change& change) {
  if (ref.kind != query::RefKind::kField) {
    HW_TRY(change.node, query::resolve(session.graph(), ref));
    HW_TRY(change.column, required_text(context, item, pointer, "column",
                                        "must name the column, dotted if it is nested."));
    return {};
  }
  const bool added = change.kind == ChangeKind::kColumnAdded;
  for (const query::ColumnName& name : query::column_readings(session.graph(), ref)) {
    HW_TRY(const bool known, query::may_have_column(session, name.dataset, name.path));
    if (!known && !added) continue;
    change.node = name.dataset;
    change.column = name.path;
    return {};
  }
  return base::make_error(ErrorCode::kNotFound,
                          "No column of this name was known at the moment asked for: " + ref.text);
}

// What a kind needs beside its node.
Result<void> read_details(Context& context, const JsonValue& item, const std::string& pointer,
                          Change& change) {
  if (change.kind == ChangeKind::kColumnRenamed) {
    HW_TRY(change.to,
           required_text(context, item, pointer, "to", "must be the column's new name."));
  } else if (change.kind == ChangeKind::kColumnRetyped) {
    change.to = item.get("to").string().value_or("");
  } else if (change.kind == ChangeKind::kDatasetLate) {
    const auto until = model::parse_time(item.get("until").string().value_or(""));
    if (!until) {
      return invalid_member(context, pointer + "/until",
                            "until must be a moment like 2026-10-01T00:00:00Z.");
    }
    change.until = until->micros;
  }
  return {};
}

Result<Change> read_change(Context& context, query::Session& session, const JsonValue& item,
                           const std::string& pointer) {
  const auto kind = query::change_kind(item.get("kind").string().value_or(""));
  if (!kind) {
    return invalid_member(context, pointer + "/kind",
                          "kind must be data, code, job_retired, dataset_deleted, dataset_late, "
                          "column_dropped, column_renamed, column_retyped or column_added.");
  }
  Change change;
  change.kind = *kind;
  context.details.pointer = pointer + "/nodeId";
  HW_TRY(const query::NodeRef ref, query::parse_node_ref(item.get("nodeId").string().value_or("")));
  if (query::is_column_change(*kind)) {
    HW_CHECK_OK(read_column(context, session, item, pointer, ref, change));
    context.details.pointer = pointer + "/column";
  } else {
    HW_TRY(change.node, query::resolve(session.graph(), ref));
  }
  if (session.graph().node(change.node).kind != model::NodeKind::kDataset) {
    context.details.pointer = pointer + "/nodeId";
  }
  HW_CHECK_OK(query::check_change(session, change));
  HW_CHECK_OK(read_details(context, item, pointer, change));
  context.details.pointer.clear();
  return change;
}

Result<std::vector<Change>> read_changes(Context& context, query::Session& session,
                                         const JsonValue& body) {
  const JsonValue list = body.get("changes");
  std::vector<JsonValue> items;
  list.elements([&](const JsonValue& item) { items.push_back(item); });
  if (items.empty()) {
    return invalid_member(context, "/changes", "changes must be an array of at least one change.");
  }
  if (items.size() > kMaxChanges) {
    context.details.pointer = "/changes";
    context.details.limit = kMaxChanges;
    return base::make_error(ErrorCode::kLimitExceeded,
                            "changes may hold at most " + std::to_string(kMaxChanges) + ".");
  }
  std::vector<Change> changes;
  for (std::size_t i = 0; i < items.size(); ++i) {
    HW_TRY(Change change, read_change(context, session, items[i], "/changes/" + std::to_string(i)));
    changes.push_back(std::move(change));
  }
  return changes;
}

// A list of texts; one text stands for a list of one.
Result<std::vector<std::string>> texts_member(Context& context, const JsonValue& object,
                                              std::string_view name) {
  const std::string pointer = "/filters/" + std::string(name);
  const JsonValue member = object.get(name);
  std::vector<std::string> out;
  if (!member.present() || member.is_null()) return out;
  if (member.is_string()) return std::vector<std::string>{member.string().value_or("")};
  bool sound = member.is_array();
  member.elements([&](const JsonValue& item) {
    sound = sound && item.is_string();
    out.push_back(item.string().value_or(""));
  });
  if (!sound) {
    return invalid_member(context, pointer, std::string(name) + " must be an array of strings.");
  }
  if (out.size() <= kMaxFilterValues) return out;
  context.details.pointer = pointer;
  context.details.limit = kMaxFilterValues;
  return base::make_error(ErrorCode::kLimitExceeded, std::string(name) + " may hold at most " +
                                                         std::to_string(kMaxFilterValues) + ".");
}

Result<void> read_kinds(Context& context, const JsonValue& filters, query::ImpactFilter& out) {
  HW_TRY(const std::vector<std::string> severities, texts_member(context, filters, "severity"));
  for (const std::string& text : severities) {
    const auto severity = query::severity_named(text);
    if (!severity) {
      return invalid_member(context, "/filters/severity",
                            "severity must be of breaking, degraded and recompute.");
    }
    out.severities.push_back(*severity);
  }
  HW_TRY(const std::vector<std::string> types, texts_member(context, filters, "type"));
  for (const std::string& text : types) {
    if (text != "DATASET" && text != "JOB" && text != "CONSUMER") {
      return invalid_member(context, "/filters/type", "type must be of DATASET, JOB and CONSUMER.");
    }
    out.types.push_back(text == "JOB"        ? model::NodeKind::kJob
                        : text == "CONSUMER" ? model::NodeKind::kConsumer
                                             : model::NodeKind::kDataset);
  }
  return {};
}

Result<query::ImpactFilter> read_filter(Context& context, const JsonValue& body) {
  query::ImpactFilter out;
  out.cancelled = [cancel = context.cancel] { return cancel.cancelled(); };
  const JsonValue filters = body.get("filters");
  if (filters.present() && !filters.is_null() && !filters.is_object()) {
    return invalid_member(context, "/filters", "filters must be an object.");
  }
  HW_CHECK_OK(read_kinds(context, filters, out));
  HW_TRY(out.namespaces, texts_member(context, filters, "namespace"));
  HW_TRY(out.owners, texts_member(context, filters, "owner"));
  if (const JsonValue distance = filters.get("max_distance");
      distance.present() && !distance.is_null()) {
    const auto number = distance.integer();
    if (!number || *number < 0 || *number > UINT32_MAX) {
      return invalid_member(context, "/filters/max_distance",
                            "max_distance must be a whole number from 0.");
    }
    out.max_distance = static_cast<std::uint32_t>(*number);
  }
  if (const JsonValue assumed = filters.get("assumed"); assumed.present() && !assumed.is_null()) {
    out.assumed = assumed.boolean();
    if (!out.assumed) {
      return invalid_member(context, "/filters/assumed", "assumed must be true or false.");
    }
  }
  HW_TRY(const std::optional<std::string> group, text_member(context, body, "group_by"));
  if (group == "owner") out.group_by = query::ImpactGrouping::kOwner;
  if (group == "namespace") out.group_by = query::ImpactGrouping::kNamespace;
  if (group && out.group_by == query::ImpactGrouping::kNone) {
    return invalid_member(context, "/group_by", "group_by must be owner or namespace.");
  }
  return out;
}

Result<ImpactFormat> read_format(Context& context, const JsonValue& body) {
  HW_TRY(const std::optional<std::string> text, text_member(context, body, "format"));
  constexpr std::array<std::pair<std::string_view, ImpactFormat>, 3> kFormats = {
      {{"json", ImpactFormat::kJson},
       {"ndjson", ImpactFormat::kNdjson},
       {"csv", ImpactFormat::kCsv}}};
  for (const auto& [name, format] : kFormats) {
    if (text == name) return format;
  }
  if (text) return invalid_member(context, "/format", "format must be json, ndjson or csv.");
  const std::string_view accept = context.request.header("accept");
  if (accept.starts_with("application/x-ndjson")) return ImpactFormat::kNdjson;
  if (accept.starts_with("text/csv")) return ImpactFormat::kCsv;
  return ImpactFormat::kJson;
}

}  // namespace

Result<ImpactQuery> read_impact(Context& context, query::Session& session, const JsonValue& body) {
  ImpactQuery out;
  HW_TRY(out.request.changes, read_changes(context, session, body));
  HW_TRY(const auto depth, number_member(context, body, "depth", 1, UINT32_MAX));
  HW_TRY(const auto max_nodes, number_member(context, body, "max_nodes", 1, INT64_MAX));
  HW_TRY(const auto limit, number_member(context, body, "limit", 1, kMaxPage));
  out.request.depth = static_cast<std::uint32_t>(depth.value_or(UINT32_MAX));
  out.request.max_nodes = static_cast<std::size_t>(max_nodes.value_or(100'000));
  out.request.cancelled = [cancel = context.cancel] { return cancel.cancelled(); };
  out.limit = static_cast<std::size_t>(limit.value_or(1000));
  HW_TRY(out.filter, read_filter(context, body));
  HW_TRY(out.format, read_format(context, body));
  const JsonValue evidence = body.get("evidence");
  if (evidence.present() && !evidence.is_null() && !evidence.boolean()) {
    return invalid_member(context, "/evidence", "evidence must be true or false.");
  }
  out.evidence = evidence.boolean().value_or(false);
  HW_TRY(const std::optional<std::string> order, text_member(context, body, "order"));
  if (order && *order != "distance" && *order != "weight") {
    return invalid_member(context, "/order", "order must be distance or weight.");
  }
  out.by_weight = order == "weight";
  if (out.format == ImpactFormat::kCsv && out.filter.group_by != query::ImpactGrouping::kNone) {
    return invalid_member(context, "/group_by",
                          "CSV has no groups: it has columns for owners and namespace.");
  }
  return out;
}

std::uint64_t impact_binding(const http::Request& request, const JsonValue& body) {
  base::Hasher hasher;
  hasher.field(binding_of(request));
  for (const std::string_view member :
       {"changes", "depth", "max_nodes", "filters", "group_by", "evidence", "order"}) {
    hasher.field(model::json_minify(body.get(member).text()));
  }
  return hasher.finish().low;
}

}  // namespace headwater::api::v1
