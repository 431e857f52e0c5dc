// The tables of a store as the naive model speaks: by name, sorted by history.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "tests/property/naive_model.h"
#include "tests/support/harness.h"

namespace headwater::tests::naive {

inline void must_ok(const base::Result<void>& result) {
  if (!result) ADD_FAILURE() << result.error().message << " | " << result.error().detail;
}

inline std::string end_text(const model::End& end) {
  std::string out(model::to_string(end.kind));
  out += " " + end.name.name_space + " " + end.name.name;
  return end.field.empty() ? out : out + "." + end.field;
}

struct AttributeText {
  storage::AttributeRow row;
  std::string name, json;
};

struct Tables;

// What the tables hold of one history.
struct Rows {
  std::map<std::uint32_t, model::End> nodes;
  std::vector<storage::EdgeRow> edges;
  std::vector<AttributeText> attributes;

  int node(model::NodeId id, Names& names) const {
    return id ? names.id(nodes.at(id.value)) : kNoNode;
  }
  inline Key key(model::EdgeKind kind, model::NodeId src, model::NodeId dst, model::NodeId via,
                 model::TransformationId detail, Names& names, const Tables& tables) const;
  inline std::vector<Interval> edges_at(std::uint64_t known_at, Names& names,
                                        const Tables& tables) const;
  std::vector<Held> attributes_at(std::uint64_t known_at, Names& names) const {
    std::vector<Held> out;
    for (const AttributeText& a : attributes) {
      if (a.row.recorded_from.value > known_at || a.row.recorded_to.value <= known_at) continue;
      out.push_back({node(a.row.owner, names), a.name, a.json, a.row.valid_from, a.row.valid_to});
    }
    std::ranges::sort(out);
    return out;
  }

  static std::string text(const Interval& e, Names& names) {
    std::string out(model::to_string(static_cast<model::EdgeKind>(e.key[kKind])));
    for (const std::size_t part : {kSrc, kDst, kVia}) {
      if (e.key[part] != kNoNode) out += " | " + end_text(names.end(e.key[part]));
    }
    return out + " | detail " + std::to_string(e.key[kDetail]) + " of " +
           end_text(names.end(e.owner)) + " " + time_json(e.from) + " to " +
           (e.to == model::kOpenEnd ? "open" : time_json(e.to)) + " " +
           std::string(model::to_string(e.reason));
  }
  static std::string text(const Held& h, Names& names) {
    return end_text(names.end(h.entity)) + " " + h.attribute + " = " + h.json + " " +
           time_json(h.from) + " to " + (h.to == model::kOpenEnd ? "open" : time_json(h.to));
  }
};

struct Tables {
  std::unordered_map<std::uint64_t, Rows> by_history;
  std::unordered_map<std::uint16_t, std::string> details;

  const Rows& of(std::uint64_t history) const {
    static const Rows kNone;
    const auto at = by_history.find(history);
    return at == by_history.end() ? kNone : at->second;
  }
};

inline Key Rows::key(model::EdgeKind kind, model::NodeId src, model::NodeId dst, model::NodeId via,
                     model::TransformationId detail, Names& names, const Tables& tables) const {
  const int d = detail.value == 0 ? 0 : names.detail(tables.details.at(detail.value));
  return {static_cast<int>(kind), node(src, names), node(dst, names), node(via, names), d};
}

inline std::vector<Interval> Rows::edges_at(std::uint64_t known_at, Names& names,
                                            const Tables& tables) const {
  std::vector<Interval> out;
  for (const storage::EdgeRow& e : edges) {
    if (e.recorded_from.value > known_at || e.recorded_to.value <= known_at) continue;
    out.push_back({key(e.kind, e.src, e.dst, e.via, e.detail, names, tables), node(e.owner, names),
                   e.valid_from, e.valid_to, e.reason});
  }
  std::ranges::sort(out);
  return out;
}

inline Tables read_tables(storage::Store& store) {
  Tables out;
  auto reader = must(store.reader());
  std::unordered_map<std::uint32_t, std::string> spaces;
  for (const auto& row : must(reader.namespaces("", 1u << 20))) spaces[row.id.value] = row.name;
  std::unordered_map<std::uint32_t, std::uint64_t> history_of;
  std::unordered_map<std::uint32_t, model::End> ends;
  must_ok(reader.scan_nodes(model::NodeId{}, [&](const storage::NodeRow& n) {
    model::End end{n.kind, {spaces[n.name_space.value], n.name}, {}};
    if (n.kind == model::NodeKind::kField) end = {n.kind, ends[n.parent.value].name, n.name};
    const auto mark = end.name.name_space.find("://h");
    const std::uint64_t history = std::stoull(end.name.name_space.substr(mark + 4));
    history_of[n.id.value] = history;
    ends[n.id.value] = end;
    out.by_history[history].nodes.emplace(n.id.value, end);
    return true;
  }));
  must_ok(reader.scan_edges(model::EdgeId{}, [&](const storage::EdgeRow& e) {
    out.by_history[history_of[e.owner.value]].edges.push_back(e);
    return true;
  }));
  must_ok(reader.scan_attributes([&](const storage::AttributeRow& a) {
    out.by_history[history_of[a.owner.value]].attributes.push_back(
        {a, must(reader.attribute_name(a.name)).value_or(""),
         must(reader.content(a.content)).value_or("")});
    return true;
  }));
  for (const auto& t : must(reader.transformations())) {
    out.details[t.id.value] = t.type + " " + t.subtype;
  }
  return out;
}

}  // namespace headwater::tests::naive
