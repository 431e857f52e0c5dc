#include "query/attributes.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "model/json.h"
#include "query/node_ref.h"

namespace headwater::query {
namespace {

using model::JsonValue;
using storage::AttributeRow;

constexpr int kMaxFieldDepth = 32;  // as deep as schemas nest; deeper levels keep their parent

// The current rows suffice for a question about now, unless the store is ahead of the session.
// read(current_only) gives them.
template <class Read>
Result<std::vector<AttributeRow>> rows_of(Session& session, Read read) {
  HW_TRY(std::vector<AttributeRow> rows, read(true));
  const bool newer = session.seq() != session.service().published() ||
                     std::any_of(rows.begin(), rows.end(), [&](const AttributeRow& row) {
                       return session.seq() < row.recorded_from;
                     });
  if (!newer) return rows;
  return read(false);
}

bool held(const AttributeVersion& version, Micros as_of) {
  if (as_of == graph::kLatest) return version.valid_to == model::kOpenEnd;
  return version.valid_from <= as_of && as_of < version.valid_to;
}

void add_fields(const JsonValue& fields, const std::string& prefix, int depth,
                std::vector<FieldDetail>& out) {
  fields.elements([&](const JsonValue& field) {
    FieldDetail detail;
    detail.path = prefix;
    JsonValue inner;
    std::string name;
    field.members([&](std::string_view member, const JsonValue& value) {
      if (member == "name") name = value.string().value_or("");
      if (member == "type") detail.type = value.string();
      if (member == "description") detail.description = value.string();
      if (member == "fields") inner = value;
    });
    detail.path += name;
    const std::string below = inner.is_array() ? detail.path + "." : "";
    out.push_back(std::move(detail));
    if (depth < kMaxFieldDepth) add_fields(inner, below, depth + 1, out);
  });
}

}  // namespace

Result<void> Attributes::add(Session& session, const AttributeRow& row,
                             std::vector<AttributeVersion>& to) {
  if (!row.content || !session.recorded(row.recorded_from, row.recorded_to)) return {};
  HW_TRY(std::string name, session.attribute_name(row.name));
  to.push_back({std::move(name), row.content, row.valid_from, row.valid_to, row.recorded_from});
  return {};
}

Attributes::Versions Attributes::sorted(std::vector<AttributeVersion> versions) {
  std::stable_sort(versions.begin(), versions.end(),
                   [](const AttributeVersion& a, const AttributeVersion& b) {
                     return std::tie(a.name, a.valid_from, a.recorded_from) <
                            std::tie(b.name, b.valid_from, b.recorded_from);
                   });
  return std::make_shared<const std::vector<AttributeVersion>>(std::move(versions));
}

Result<Attributes> Attributes::read(Session& session, NodeId canonical) {
  if (auto known = session.memory().attributes(canonical)) return Attributes(std::move(known));
  std::vector<AttributeVersion> found;
  for (const NodeId owner : all_names(session.graph(), canonical)) {
    HW_TRY(const std::vector<AttributeRow> rows, rows_of(session, [&](bool current) {
             return session.rows().attributes_of_owner(owner, current);
           }));
    for (const AttributeRow& row : rows) HW_CHECK_OK(add(session, row, found));
  }
  Versions versions = sorted(std::move(found));
  session.memory().keep(canonical, versions);
  return Attributes(std::move(versions));
}

Result<std::map<std::string, Attributes>> Attributes::of_fields(Session& session, NodeId dataset) {
  std::map<std::string, std::vector<AttributeVersion>> found;
  for (const NodeId owner : all_names(session.graph(), dataset)) {
    HW_TRY(const std::vector<AttributeRow> rows, rows_of(session, [&](bool current) {
             return session.rows().attributes_of_fields(owner, current);
           }));
    for (const AttributeRow& row : rows) {
      if (!session.recorded(row.recorded_from, row.recorded_to)) continue;
      const std::string path(session.graph().node(row.owner).name);
      HW_CHECK_OK(add(session, row, found[path]));
    }
  }
  std::map<std::string, Attributes> out;
  for (auto& [path, versions] : found) {
    out.emplace(path, Attributes(sorted(std::move(versions))));
  }
  return out;
}

std::vector<const AttributeVersion*> Attributes::held_with_prefix(std::string_view prefix,
                                                                  Micros as_of) const {
  std::vector<const AttributeVersion*> out;
  const auto first = std::lower_bound(
      versions_->begin(), versions_->end(), prefix,
      [](const AttributeVersion& version, std::string_view name) { return version.name < name; });
  for (auto it = first; it != versions_->end() && it->name.starts_with(prefix); ++it) {
    if (!held(*it, as_of)) continue;
    if (!out.empty() && out.back()->name == it->name) out.pop_back();
    out.push_back(&*it);
  }
  return out;
}

const AttributeVersion* Attributes::find(std::string_view name, Micros as_of) const {
  const AttributeVersion* found = nullptr;
  for (const AttributeVersion& version : *versions_) {
    if (version.name == name && held(version, as_of)) found = &version;
  }
  return found;
}

std::vector<AttributeVersion> Attributes::versions(std::string_view name) const {
  std::vector<AttributeVersion> out;
  for (const AttributeVersion& version : *versions_) {
    if (version.name == name) out.push_back(version);
  }
  return out;
}

Result<std::optional<std::string>> Attributes::text(Session& session, std::string_view name,
                                                    Micros as_of) const {
  const AttributeVersion* version = find(name, as_of);
  if (version == nullptr) return std::optional<std::string>{};
  return session.content(version->content);
}

Result<std::vector<FacetText>> Attributes::facets(Session& session, Micros as_of) const {
  std::vector<const AttributeVersion*> chosen;
  for (const AttributeVersion& version : *versions_) {
    if (version.name.starts_with('$') || !held(version, as_of)) continue;
    if (!chosen.empty() && chosen.back()->name == version.name) chosen.pop_back();
    chosen.push_back(&version);
  }
  std::vector<FacetText> out;
  for (const AttributeVersion* version : chosen) {
    HW_TRY(std::optional<std::string> json, session.content(version->content));
    if (json) out.push_back({version->name, *std::move(json), true});
  }
  return out;
}

std::vector<FieldDetail> read_fields(std::string_view schema_facet) {
  std::vector<FieldDetail> out;
  add_fields(JsonValue(schema_facet).get("fields"), "", 0, out);
  return out;
}

std::map<std::string, std::vector<std::string>> read_tags(std::string_view tags_facet) {
  std::map<std::string, std::vector<std::string>> out;
  JsonValue(tags_facet).get("tags").elements([&](const JsonValue& tag) {
    std::string text = tag.get("key").string().value_or("");
    const std::string value = tag.get("value").string().value_or("");
    if (!value.empty() && value != "true") text += ":" + value;
    if (!text.empty()) out[tag.get("field").string().value_or("")].push_back(std::move(text));
  });
  for (auto& [field, tags] : out) {
    std::sort(tags.begin(), tags.end());
    tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  }
  return out;
}

std::vector<std::string> read_owners(std::string_view ownership_facet) {
  std::vector<std::string> out;
  JsonValue(ownership_facet).get("owners").elements([&](const JsonValue& owner) {
    std::string name = owner.get("name").string().value_or("");
    if (!name.empty()) out.push_back(std::move(name));
  });
  return out;
}

std::optional<std::string> read_member(std::string_view facet, std::string_view member) {
  return JsonValue(facet).get(member).string();
}

bool says_gone(std::string_view state) {
  const std::string text = JsonValue(state).string().value_or("");
  return text == "DROP" || text == "RENAMED" || text == "DELETED";
}

std::string read_code(std::string_view code) {
  const JsonValue json(code);
  return (json.is_string() ? json : json.get("semantic")).string().value_or("");
}

std::string_view facet_named(const std::vector<FacetText>& facets, std::string_view name) {
  for (const FacetText& facet : facets) {
    if (facet.name == name) return facet.json;
  }
  return {};
}

}  // namespace headwater::query
