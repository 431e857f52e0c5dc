#include "query/diff_values.h"

#include <algorithm>
#include <map>
#include <set>

#include "graph/graph_inl.h"
#include "model/decision.h"
#include "model/json.h"
#include "query/annotations.h"
#include "query/hidden.h"
#include "query/node_ref.h"

namespace headwater::query {
namespace {

DiffValue schema_value(std::string_view facet) {
  std::map<std::string, std::string> types;
  for (FieldDetail& field : read_fields(facet)) {
    types.emplace(std::move(field.path), field.type.value_or(""));
  }
  return {types.begin(), types.end()};
}

DiffValue single(std::string text) {
  if (text.empty()) return {};
  return {{"", std::move(text)}};
}

DiffValue read_value(DiffKind kind, std::string_view facet) {
  DiffValue out;
  switch (kind) {
    case DiffKind::kSchemaChanged: return schema_value(facet);
    case DiffKind::kCodeChanged: return single(read_code(facet));
    default: break;
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

// What producers send and people say, united.
DiffValue united_value(DiffKind kind, std::string_view facet, const Annotations& people) {
  DiffValue out;
  if (kind == DiffKind::kOwnersChanged) {
    for (std::string& owner : unite_owners(read_owners(facet), people)) {
      out.emplace_back(std::move(owner), "");
    }
  } else if (kind == DiffKind::kDescriptionChanged) {
    if (people.description) return single(people.description->text);
    return single(read_member(facet, "description").value_or(""));
  } else {
    auto tags = read_tags(facet);
    tags[""] = unite_tags(tags[""], people);
    for (const auto& [field, of_field] : tags) {
      for (const std::string& tag : of_field) out.emplace_back(field, tag);
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

bool is_united(DiffKind kind) {
  return kind == DiffKind::kOwnersChanged || kind == DiffKind::kTagsChanged ||
         kind == DiffKind::kDescriptionChanged;
}

bool same_content(const AttributeVersion* a, const AttributeVersion* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return a->content == b->content;
}

}  // namespace

std::string_view facet_of(DiffKind kind) {
  switch (kind) {
    case DiffKind::kSchemaChanged: return "schema";
    case DiffKind::kCodeChanged: return "$code";
    case DiffKind::kOwnersChanged: return "ownership";
    case DiffKind::kTagsChanged: return "tags";
    case DiffKind::kDescriptionChanged: return "documentation";
    default: return "";
  }
}

std::string_view people_prefix_of(DiffKind kind) {
  switch (kind) {
    case DiffKind::kOwnersChanged: return model::kPeopleOwner;
    case DiffKind::kTagsChanged: return model::kPeopleTag;
    case DiffKind::kDescriptionChanged: return model::kPeopleDescription;
    default: return {};
  }
}

Result<DiffValue> value_at(Session& session, const Attributes& attributes, DiffKind kind,
                           Micros as_of) {
  HW_TRY(const std::optional<std::string> facet, attributes.text(session, facet_of(kind), as_of));
  if (is_united(kind)) {
    HW_TRY(const Annotations people, read_annotations(session, attributes, as_of));
    return united_value(kind, facet.value_or("{}"), people);
  }
  if (!facet) return DiffValue{};
  return read_value(kind, *facet);
}

Result<std::optional<Micros>> changed_at(Session& session, const Attributes& attributes,
                                         DiffKind kind, Micros from, Micros to) {
  std::set<std::string> names = {std::string(facet_of(kind))};
  for (const Micros at : {from, to}) {
    if (!is_united(kind)) break;
    for (const AttributeVersion* said : attributes.held_with_prefix(people_prefix_of(kind), at)) {
      names.insert(said->name);
    }
  }
  if (std::all_of(names.begin(), names.end(), [&](const std::string& name) {
        return same_content(attributes.find(name, from), attributes.find(name, to));
      })) {
    return std::optional<Micros>{};
  }
  HW_TRY(const DiffValue before, value_at(session, attributes, kind, from));
  HW_TRY(const DiffValue after, value_at(session, attributes, kind, to));
  if (before == after) return std::optional<Micros>{};
  std::vector<Micros> moments;
  for (const std::string& name : names) {
    for (const AttributeVersion& version : attributes.versions(name)) {
      for (const Micros at : {version.valid_from, version.valid_to}) {
        if (from < at && at <= to && at != model::kOpenEnd) moments.push_back(at);
      }
    }
  }
  std::sort(moments.begin(), moments.end());
  // From the end backwards as long as the value is what it is in the end.
  Micros since = moments.empty() ? to : moments.back();
  for (auto it = moments.rbegin(); it != moments.rend(); ++it) {
    HW_TRY(const DiffValue value, value_at(session, attributes, kind, *it));
    if (value != after) break;
    since = *it;
  }
  return std::optional<Micros>(since);
}

std::vector<DiffKind> attribute_kinds(NodeKind kind) {
  switch (kind) {
    case NodeKind::kDataset:
      return {DiffKind::kSchemaChanged, DiffKind::kOwnersChanged, DiffKind::kTagsChanged,
              DiffKind::kDescriptionChanged};
    case NodeKind::kJob:
      return {DiffKind::kCodeChanged, DiffKind::kOwnersChanged, DiffKind::kTagsChanged,
              DiffKind::kDescriptionChanged};
    default: return {};
  }
}

Result<bool> present_at(Session& session, const Snapshot& at, const Attributes& attributes,
                        NodeId node) {
  const Micros as_of = at.moment().as_of;
  if (!was_seen(at, node)) return false;
  if (is_connected(at, node)) return true;
  HW_TRY(const std::optional<std::string> json, attributes.text(session, "$state", as_of));
  return !json || !says_gone(*json);
}

}  // namespace headwater::query
