// The shape of a dataset: what a new version drops or retypes.

#include <algorithm>
#include <cctype>
#include <map>

#include "stats/monitor.h"

namespace headwater::stats {
namespace {

using model::JsonValue;

void add_fields(const JsonValue& fields, const std::string& prefix, std::vector<SchemaField>& to) {
  fields.elements([&](const JsonValue& field) {
    const auto name = field.get("name").string();
    if (!name) return;
    std::string path = prefix + *name;
    to.push_back({path, field.get("type").string().value_or("")});
    add_fields(field.get("fields"), path + ".", to);
  });
}

std::string plain_type(std::string_view type) {
  std::string out;
  for (const char c : type) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isspace(byte) == 0) out.push_back(static_cast<char>(std::toupper(byte)));
  }
  return out;
}

}  // namespace

std::vector<SchemaField> read_schema(std::string_view facet) {
  std::vector<SchemaField> out;
  if (!facet.empty()) add_fields(JsonValue(facet).get("fields"), "", out);
  return out;
}

std::string_view to_string(SchemaChange::What what) {
  switch (what) {
    case SchemaChange::What::kAdded: return "added";
    case SchemaChange::What::kDropped: return "dropped";
    case SchemaChange::What::kRetyped: return "retyped";
  }
  return "added";
}

std::vector<SchemaChange> compare_schemas(std::span<const SchemaField> before,
                                          std::span<const SchemaField> after) {
  using What = SchemaChange::What;
  std::map<std::string_view, std::string_view> old, fresh;
  for (const SchemaField& field : before) old[field.path] = field.type;
  for (const SchemaField& field : after) fresh[field.path] = field.type;
  std::vector<SchemaChange> out;
  const auto add = [&](What what, std::string_view path, std::string_view was,
                       std::string_view is) {
    out.push_back({what, std::string(path), std::string(was), std::string(is)});
  };
  for (const auto& [path, type] : old) {
    const auto it = fresh.find(path);
    if (it == fresh.end()) {
      add(What::kDropped, path, type, "");
    } else if (!type.empty() && !it->second.empty() && plain_type(type) != plain_type(it->second)) {
      add(What::kRetyped, path, type, it->second);
    }
  }
  for (const auto& [path, type] : fresh) {
    if (!old.contains(path)) add(What::kAdded, path, "", type);
  }
  std::ranges::sort(out, {}, &SchemaChange::path);
  return out;
}

std::size_t breaking(std::span<const SchemaChange> changes) {
  return static_cast<std::size_t>(std::ranges::count_if(
      changes, [](const SchemaChange& c) { return c.what != SchemaChange::What::kAdded; }));
}

SchemaState judge_schema(std::span<const SchemaVersion> versions, Micros at,
                         const MonitorSetting& setting) {
  SchemaState out;
  while (!versions.empty() && versions.back().from > at) {
    versions = versions.first(versions.size() - 1);
  }
  // A version without fields says nothing of the shape.
  std::vector<const SchemaVersion*> known;
  for (const SchemaVersion& version : versions) {
    if (!version.fields.empty()) known.push_back(&version);
  }
  out.verdict.samples = known.size();
  if (known.empty()) return out;
  out.verdict.basis = Basis::kVersions;
  out.verdict.state = MonitorState::kOk;
  const Micros since = at - setting.max_age.value_or(kSchemaWindow);
  const SchemaVersion* before = known.front();
  for (const SchemaVersion* version : known) {
    if (version->from <= since) before = version;
    if (version->from > since && version != known.front()) out.changed_at = version->from;
  }
  out.changes = compare_schemas(before->fields, known.back()->fields);
  out.verdict.value = static_cast<double>(breaking(out.changes));
  out.verdict.expected = out.verdict.low = out.verdict.high = 0;
  if (*out.verdict.value > 0) out.verdict.state = MonitorState::kFailing;
  return out;
}

}  // namespace headwater::stats
