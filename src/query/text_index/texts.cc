#include "query/text_index/texts.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "model/decision.h"
#include "model/json.h"
#include "query/attributes.h"
#include "query/field_nodes.h"
#include "query/node_ref.h"

namespace headwater::query::text_index {
namespace {

using model::JsonValue;
using storage::AttributeRow;

using model::kPeople;
using model::kPeopleDescription;
using model::kPeopleOwner;
using model::kPeopleTag;

void add(Texts& texts, Place place, std::string text) {
  if (!text.empty()) texts.push_back({place, std::move(text)});
}

void sort_distinct(std::vector<std::string>& texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
}

// What one attribute's content says; `name` is one of sources.
void add_content(const std::string& name, const std::string& json, Asset& out) {
  switch (source_of(name)) {
    case Source::kSchema:
      for (FieldDetail& field : read_fields(json)) {
        add(out.texts, Place::kColumn, std::move(field.path));
        if (field.description) add(out.texts, Place::kDescription, *std::move(field.description));
      }
      return;
    case Source::kDocumentation:
      if (auto text = read_member(json, "description")) {
        add(out.texts, Place::kDescription, *std::move(text));
      }
      return;
    case Source::kOwners:
      for (std::string& owner : read_owners(json)) out.owners.push_back(std::move(owner));
      return;
    case Source::kTags:
      for (auto& [field, tags] : read_tags(json)) {
        for (std::string& tag : tags) {
          if (field.empty()) out.tags.push_back(tag);
          add(out.texts, Place::kTag, std::move(tag));
        }
      }
      return;
    case Source::kPeople: {
      const JsonValue removed = JsonValue(json).get("removed");
      if (removed.present() && removed.boolean().value_or(true)) return;
      if (name == kPeopleDescription) {
        if (auto text = JsonValue(json).get("text").string()) {
          add(out.texts, Place::kDescription, *std::move(text));
        }
      } else if (name.starts_with(kPeopleOwner)) {
        out.owners.push_back(name.substr(kPeopleOwner.size()));
      } else if (name.starts_with(kPeopleTag)) {
        out.tags.push_back(name.substr(kPeopleTag.size()));
        add(out.texts, Place::kTag, out.tags.back());
      }
      return;
    }
    case Source::kState:
    case Source::kNone: return;
  }
}

bool holds_at(const AttributeRow& row, Micros as_of) {
  if (as_of == graph::kLatest) return row.valid_to == model::kOpenEnd;
  return row.valid_from <= as_of && as_of < row.valid_to;
}

// Of two that hold at once the younger one counts, as in query/attributes.h.
Result<std::map<std::string, const AttributeRow*>> holding(Session& session, const AssetRows& rows,
                                                           Micros as_of) {
  std::map<std::string, const AttributeRow*> out;
  for (const AttributeRow& row : rows.rows) {
    if (!row.content || !session.recorded(row.recorded_from, row.recorded_to)) continue;
    if (!holds_at(row, as_of)) continue;
    HW_TRY(std::string name, session.attribute_name(row.name));
    const AttributeRow*& best = out[std::move(name)];
    if (best == nullptr || std::tie(best->valid_from, best->recorded_from) <=
                               std::tie(row.valid_from, row.recorded_from)) {
      best = &row;
    }
  }
  return out;
}

void read_state(const std::string& json, const AttributeRow& row, Asset& out) {
  out.gone = says_gone(json);
  out.gone_since = row.valid_from;
}

void add_field_nodes(const Snapshot& graph, const AssetRows& rows, Micros as_of, Texts& texts) {
  std::vector<std::string> paths;
  for (const NodeId field : rows.fields) {
    if (graph.node_count() < field.value) continue;
    const graph::NodeInfo info = graph.node(field);
    if (info.first_seen <= as_of) paths.emplace_back(info.name);
  }
  sort_distinct(paths);
  for (std::string& path : paths) add(texts, Place::kColumn, std::move(path));
}

void add_names(const Snapshot& graph, const AssetRows& rows, Texts& texts) {
  const graph::NodeInfo info = graph.node(rows.node);
  add(texts, Place::kName, std::string(info.name));
  for (std::size_t i = 1; i < rows.names.size(); ++i) {
    add(texts, Place::kAlias, std::string(graph.node(rows.names[i]).name));
  }
  add(texts, Place::kNamespace, std::string(info.name_space));
}

}  // namespace

Source source_of(std::string_view name) {
  if (name == "schema") return Source::kSchema;
  if (name == "documentation") return Source::kDocumentation;
  if (name == "ownership") return Source::kOwners;
  if (name == "tags") return Source::kTags;
  if (name == "$state") return Source::kState;
  return name.starts_with(kPeople) ? Source::kPeople : Source::kNone;
}

Result<AssetRows> read_rows(Session& session, const Snapshot& graph, NodeId canonical) {
  AssetRows out;
  out.node = canonical;
  out.names = all_names(graph, canonical);
  if (graph.node(canonical).kind == NodeKind::kDataset) out.fields = field_nodes(graph, canonical);
  for (const NodeId owner : out.names) {
    HW_TRY(const std::vector<AttributeRow> rows, session.rows().attributes_of_owner(owner, false));
    for (const AttributeRow& row : rows) {
      if (session.seq() < row.recorded_from) continue;
      HW_TRY(const std::string name, session.attribute_name(row.name));
      if (source_of(name) != Source::kNone) out.rows.push_back(row);
    }
  }
  return out;
}

Result<Asset> read_asset(Session& session, const Snapshot& graph, const AssetRows& rows,
                         Micros as_of) {
  Asset out;
  add_names(graph, rows, out.texts);
  HW_TRY(const auto held, holding(session, rows, as_of));
  const auto described = held.find(std::string(kPeopleDescription));
  bool by_people = false;  // a person's description wins over the producer's
  if (described != held.end()) {
    HW_TRY(const std::optional<std::string> json, session.content(described->second->content));
    by_people = json && JsonValue(*json).get("text").string().has_value();
  }
  for (const auto& [name, row] : held) {
    const Source source = source_of(name);
    if (source == Source::kDocumentation && by_people) continue;
    HW_TRY(const std::optional<std::string> json, session.content(row->content));
    if (!json) continue;
    if (source == Source::kState) {
      read_state(*json, *row, out);
    } else {
      add_content(name, *json, out);
    }
  }
  const bool schema = held.contains("schema");
  if (!schema) add_field_nodes(graph, rows, as_of, out.texts);
  out.whole = held.size() == rows.rows.size() && !by_people && (!schema || rows.fields.empty());
  sort_distinct(out.owners);
  sort_distinct(out.tags);
  for (const std::string& owner : out.owners) add(out.texts, Place::kOwner, owner);
  return out;
}

Result<Texts> all_texts(Session& session, const Snapshot& graph, const AssetRows& rows) {
  Asset out;
  for (const AttributeRow& row : rows.rows) {
    if (!row.content) continue;
    HW_TRY(const std::string name, session.attribute_name(row.name));
    HW_TRY(const std::optional<std::string> json, session.content(row.content));
    if (json) add_content(name, *json, out);
  }
  for (const std::string& owner : out.owners) add(out.texts, Place::kOwner, owner);
  add_field_nodes(graph, rows, graph::kLatest, out.texts);
  std::sort(out.texts.begin(), out.texts.end());
  out.texts.erase(std::unique(out.texts.begin(), out.texts.end()), out.texts.end());
  return std::move(out.texts);
}

LastChange last_change(const Session& session, const Snapshot& graph, const AssetRows& rows) {
  LastChange out;
  const auto recorded = [&](Seq seq) {
    if (seq <= session.seq()) out.seq = std::max(out.seq, seq);
  };
  for (const NodeId name : rows.names) {
    const graph::NodeInfo info = graph.node(name);
    recorded(info.recorded);
    if (name == rows.node) out.time = std::max(out.time, info.first_seen);
  }
  for (const NodeId field : rows.fields) {
    const graph::NodeInfo info = graph.node(field);
    recorded(info.recorded);
    out.time = std::max(out.time, info.first_seen);
  }
  for (const AttributeRow& row : rows.rows) {
    recorded(row.recorded_from);
    recorded(row.recorded_to);
    if (!session.recorded(row.recorded_from, row.recorded_to)) continue;
    out.time = std::max(out.time, row.valid_from);
    if (row.valid_to != model::kOpenEnd) out.time = std::max(out.time, row.valid_to);
  }
  return out;
}

}  // namespace headwater::query::text_index
