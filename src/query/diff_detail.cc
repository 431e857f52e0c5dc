// One change in full: before, after, and the records that said so.

#include <algorithm>
#include <set>
#include <utility>

#include "model/edge_set.h"
#include "model/json.h"
#include "query/diff.h"
#include "query/diff_values.h"
#include "query/versions.h"
#include "storage/edge_sets.h"

namespace headwater::query {
namespace {

using model::EdgeId;
using storage::EdgeRow;
using storage::ObservationRow;

constexpr std::size_t kMaxRecords = 100;  // of one change: a moment seldom has more than a few

class Witnesses {
 public:
  explicit Witnesses(Session& session) : session_(session) {}

  // What `owner` is known to have said at `at`, of which `shows` wants to know.
  template <class Shows>
  Result<void> add(NodeId owner, Micros at, Shows&& shows) {
    HW_TRY(const std::vector<ObservationRow> rows, session_.rows().observations_at(owner, at));
    for (const ObservationRow& row : rows) {
      if (session_.seq() < row.seq || seqs_.size() >= kMaxRecords) continue;
      HW_TRY(const bool wanted, shows(row));
      if (!wanted) continue;
      seqs_.insert(row.seq);
      if (row.run) {
        runs_.insert(row.run);
      } else {
        HW_CHECK_OK(add_run_of(row.seq));
      }
      if (row.producer) producers_.insert(row.producer);
    }
    return {};
  }
  void facet(std::string_view name) { facets_.emplace(name); }
  bool empty() const { return seqs_.empty(); }

  Result<DiffEvidence> take(model::EndReason reason) {
    DiffEvidence out;
    out.reason = reason;
    out.seqs.assign(seqs_.begin(), seqs_.end());
    out.facets.assign(facets_.begin(), facets_.end());
    for (const model::RunRow id : runs_) {
      HW_TRY(const std::optional<storage::RunInfo> run, session_.rows().run(id));
      if (run) run_ids_.insert(run->run_id);
    }
    out.runs.assign(run_ids_.begin(), run_ids_.end());
    for (const model::ProducerId id : producers_) {
      HW_TRY(const std::optional<std::string> name, session_.rows().producer(id));
      if (name && !name->empty()) out.producers.push_back(*name);
    }
    std::sort(out.producers.begin(), out.producers.end());
    return out;
  }

 private:
  // What is said of a dataset names no run in its row: the record does, if it is of one.
  Result<void> add_run_of(Seq seq) {
    HW_TRY(const std::optional<storage::LogRecord> record, session_.rows().log_record(seq));
    if (!record || record->kind == storage::RecordKind::kDecision) return {};
    const auto run = model::JsonValue(record->body).get("run").get("runId").string();
    if (run) run_ids_.insert(*run);
    return {};
  }

  Session& session_;
  std::set<std::string> run_ids_;
  std::set<Seq> seqs_;
  std::set<model::RunRow> runs_;
  std::set<model::ProducerId> producers_;
  std::set<std::string, std::less<>> facets_;
};

Result<bool> any_row(const ObservationRow&) { return true; }

NodeId owner_of_end(const Snapshot& graph, NodeId node) {
  const graph::NodeInfo info = graph.node(node);
  return info.kind == NodeKind::kField ? info.parent : node;
}

// Whether the observation shows the edge, and by which facet.
Result<bool> shows_edge(Session& session, const ObservationRow& row, const EdgeRow& edge,
                        Witnesses& witnesses) {
  if (!row.edge_set) return false;
  HW_TRY(const model::EdgeSet set, storage::read_edge_set(session.rows(), row.edge_set));
  const Snapshot& graph = session.graph();
  const auto same = [&graph](NodeId a, NodeId b) {
    return a && b ? graph.canonical(a) == graph.canonical(b) : a == b;
  };
  for (const model::EdgeSet::Entry& entry : set.entries) {
    const model::EdgeKey& key = entry.key;
    if (key.kind != edge.kind || key.detail != edge.detail || !same(key.src, edge.src) ||
        !same(key.dst, edge.dst) || !same(key.via, edge.via)) {
      continue;
    }
    witnesses.facet(model::to_string(entry.facet));
    return true;
  }
  return false;
}

// An edge came with an observation that shows it. It went with one of its owner that does not, or
// with what was said of a dataset at its end.
Result<DiffEvidence> edge_evidence(Session& session, EdgeId id, bool added) {
  HW_TRY(const std::optional<EdgeRow> edge, session.rows().edge(id));
  if (!edge) return DiffEvidence{};
  Witnesses witnesses(session);
  const Micros at = added ? edge->valid_from : edge->valid_to;
  const Snapshot& graph = session.graph();
  for (const NodeId owner : all_names(graph, graph.canonical(edge->owner))) {
    HW_CHECK_OK(witnesses.add(owner, at, [&](const ObservationRow& row) -> Result<bool> {
      if (!added) return true;
      return shows_edge(session, row, *edge, witnesses);
    }));
  }
  if (!added && witnesses.empty()) {
    for (const NodeId end : {edge->src, edge->dst}) {
      for (const NodeId name : all_names(graph, graph.canonical(owner_of_end(graph, end)))) {
        HW_CHECK_OK(witnesses.add(name, at, any_row));
      }
    }
  }
  return witnesses.take(added ? model::EndReason::kNone : edge->reason);
}

Result<DiffEvidence> node_evidence(Session& session, NodeId node, Micros at, bool added) {
  Witnesses witnesses(session);
  const Snapshot& graph = session.graph();
  for (const NodeId name : all_names(graph, node)) HW_CHECK_OK(witnesses.add(name, at, any_row));
  if (!witnesses.empty()) return witnesses.take(model::EndReason::kNone);
  // Nothing was said of the node itself: whoever named it then.
  for (const auto direction : {graph::Direction::kUpstream, graph::Direction::kDownstream}) {
    for (const EdgeId id : graph.history(node, direction)) {
      const graph::EdgeInfo edge = graph.edge(id);
      if ((added ? edge.valid_from : edge.valid_to) != at) continue;
      HW_TRY(const DiffEvidence evidence, edge_evidence(session, id, added));
      if (!evidence.seqs.empty()) return evidence;
    }
  }
  return witnesses.take(model::EndReason::kNone);
}

// `prefix`: the beginning of another name that counts as well; empty for none.
Result<bool> names_facet(Session& session, const ObservationRow& row, std::string_view facet,
                         std::string_view prefix) {
  if (!row.bundle) return false;
  HW_TRY(const std::optional<std::string> bytes, session.rows().bundle(row.bundle));
  const std::optional<model::Bundle> bundle =
      bytes ? model::decode_bundle(*bytes) : std::optional<model::Bundle>{};
  if (!bundle) return false;
  for (const auto& [id, content] : *bundle) {
    HW_TRY(const std::string name, session.attribute_name(id));
    if (name == facet || (!prefix.empty() && name.starts_with(prefix))) return true;
  }
  return false;
}

// The facet that a code version was read from.
Result<std::string> code_facet(Session& session, const Attributes& attributes) {
  HW_TRY(const std::optional<std::string> code,
         attributes.text(session, "$code", session.moment().as_of));
  const std::string method = read_member(code.value_or("{}"), "method").value_or("");
  if (method == "declared") return std::string("headwater_code");
  if (method == "source") return std::string("sourceCode");
  if (method == "location") return std::string("sourceCodeLocation");
  return std::string("sql");
}

Result<DiffEvidence> attribute_evidence(Session& session, const DiffChange& change,
                                        std::string_view shown_as) {
  Witnesses witnesses(session);
  for (const NodeId name : all_names(session.graph(), change.node)) {
    HW_CHECK_OK(witnesses.add(name, change.at, [&](const ObservationRow& row) {
      return names_facet(session, row, facet_of(change.kind), people_prefix_of(change.kind));
    }));
  }
  witnesses.facet(shown_as);
  return witnesses.take(model::EndReason::kNone);
}

// ---- before and after ---------------------------------------------------------------------------

std::optional<std::string> text_or_none(std::string text) {
  if (text.empty()) return std::nullopt;
  return text;
}

void compare_schemas(const DiffValue& before, const DiffValue& after, DiffDetail& out) {
  const auto find = [](const DiffValue& in, const std::string& path) {
    const auto it = std::lower_bound(in.begin(), in.end(), std::pair(path, std::string{}));
    return it != in.end() && it->first == path ? &*it : nullptr;
  };
  for (const auto& [path, type] : after) {
    const auto* old = find(before, path);
    if (old == nullptr) out.added.push_back({path, std::nullopt, text_or_none(type)});
    if (old == nullptr || old->second == type) continue;
    out.retyped.push_back({path, text_or_none(old->second), text_or_none(type)});
  }
  for (const auto& [path, type] : before) {
    if (find(after, path) == nullptr) {
      out.removed.push_back({path, text_or_none(type), std::nullopt});
    }
  }
}

// Owners stand in the first place, tags in the second, their fields in the first.
void compare_sets(const DiffValue& before, const DiffValue& after, bool tags, DiffDetail& out) {
  const auto item = [tags](const std::pair<std::string, std::string>& value, bool came) {
    DiffItem made;
    made.name = tags ? value.first : "";
    (came ? made.to : made.from) = tags ? value.second : value.first;
    return made;
  };
  for (const auto& value : after) {
    if (!std::binary_search(before.begin(), before.end(), value)) {
      out.added.push_back(item(value, true));
    }
  }
  for (const auto& value : before) {
    if (!std::binary_search(after.begin(), after.end(), value)) {
      out.removed.push_back(item(value, false));
    }
  }
}

std::optional<std::string> only(const DiffValue& value) {
  if (value.empty()) return std::nullopt;
  return value.front().second;
}

Result<void> add_code(Session& session, const Attributes& attributes, Micros from, Micros to,
                      DiffDetail& out) {
  HW_TRY(const std::optional<std::string> old_sql, attributes.text(session, "sql", from));
  HW_TRY(const std::optional<std::string> new_sql, attributes.text(session, "sql", to));
  const auto query = [](const std::optional<std::string>& facet) {
    return facet ? read_member(*facet, "query") : std::nullopt;
  };
  out.sql = query(old_sql) != query(new_sql);
  HW_TRY(const std::optional<std::string> place,
         attributes.text(session, "sourceCodeLocation", to));
  if (place) out.location = read_member(*place, "url");
  return {};
}

Result<DiffDetail> attribute_detail(Session& session, Micros from, const DiffChange& change) {
  const Micros to = session.moment().as_of;
  HW_TRY(const Attributes attributes, Attributes::read(session, change.node));
  HW_TRY(const DiffValue before, value_at(session, attributes, change.kind, from));
  HW_TRY(const DiffValue after, value_at(session, attributes, change.kind, to));
  DiffDetail out;
  std::string facet(facet_of(change.kind));
  if (change.kind == DiffKind::kSchemaChanged) {
    compare_schemas(before, after, out);
    HW_TRY(const std::optional<std::string> old_schema, attributes.text(session, facet, from));
    HW_TRY(const std::optional<std::string> new_schema, attributes.text(session, facet, to));
    const Name name = name_of(session.graph(), change.node);
    if (old_schema) out.before = dataset_version_id(name, *old_schema);
    if (new_schema) out.after = dataset_version_id(name, *new_schema);
  } else if (change.kind == DiffKind::kOwnersChanged || change.kind == DiffKind::kTagsChanged) {
    compare_sets(before, after, change.kind == DiffKind::kTagsChanged, out);
  } else {
    out.before = only(before);
    out.after = only(after);
  }
  if (change.kind == DiffKind::kCodeChanged) {
    HW_CHECK_OK(add_code(session, attributes, from, to, out));
    HW_TRY(facet, code_facet(session, attributes));
  }
  HW_TRY(out.evidence, attribute_evidence(session, change, facet));
  return out;
}

}  // namespace

Result<DiffDetail> diff_detail(Session& session, Micros from, const DiffChange& change) {
  DiffDetail out;
  const bool added = change.kind == DiffKind::kNodeAdded || change.kind == DiffKind::kEdgeAdded;
  if (change.edge) {
    HW_TRY(out.evidence, edge_evidence(session, change.edge, added));
    const graph::EdgeInfo edge = session.graph().edge(change.edge);
    if (!change.node && (mask(edge.kind) & model::kColumnLineage) != 0) {
      HW_TRY(const std::vector<storage::TransformationRow> rows, session.rows().transformations());
      for (const storage::TransformationRow& row : rows) {
        if (row.id == edge.detail) out.transformation = row;
      }
    }
    return out;
  }
  if (change.kind == DiffKind::kNodeAdded || change.kind == DiffKind::kNodeRemoved) {
    HW_TRY(out.evidence, node_evidence(session, change.node, change.at, added));
    return out;
  }
  return attribute_detail(session, from, change);
}

}  // namespace headwater::query
