#include "query/versions.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "graph/graph_inl.h"
#include "model/json.h"
#include "query/attributes.h"
#include "query/uuid.h"

namespace headwater::query {
namespace {

using graph::Direction;
using model::EdgeKind;

constexpr model::EdgeKinds kOutputs = mask(EdgeKind::kWrites) | mask(EdgeKind::kWritesScoped);

bool is_io(EdgeKind kind, Direction direction) {
  if (direction == Direction::kUpstream) return kind == EdgeKind::kReads;
  return (mask(kind) & kOutputs) != 0;
}

bool held(Micros from, Micros to, Micros as_of) {
  if (as_of == graph::kLatest) return to == model::kOpenEnd;
  return from <= as_of && as_of < to;
}

// visit(canonical dataset, valid_from, valid_to) for every known version of a job's edges.
template <class Visit>
void each_io(const Snapshot& graph, NodeId job, Direction direction, Visit visit) {
  for (const model::EdgeId id : graph.history(job, direction)) {
    const graph::EdgeInfo edge = graph.edge(id);
    if (!is_io(edge.kind, direction) || edge.recorded_to <= graph.seq()) continue;
    const NodeId other = direction == Direction::kUpstream ? edge.src : edge.dst;
    visit(graph.canonical(other), edge.valid_from, edge.valid_to);
  }
}

std::vector<Name> names_of(const Snapshot& graph, const std::set<NodeId>& nodes) {
  std::vector<Name> names;
  for (const NodeId node : nodes) names.push_back(name_of(graph, node));
  std::sort(names.begin(), names.end());
  return names;
}

void add_span(std::vector<VersionSpan>& spans, std::string id, Micros from, Micros to) {
  if (from >= to) return;
  for (VersionSpan& span : spans) {
    if (span.id != id) continue;
    if (span.last_to != from) span.last_from = from;
    span.last_to = to;
    return;
  }
  spans.push_back({std::move(id), from, from, to});
}

void newest_first(std::vector<VersionSpan>& spans) {
  std::stable_sort(spans.begin(), spans.end(), [](const VersionSpan& a, const VersionSpan& b) {
    return a.last_from > b.last_from;
  });
}

// What holds for a job between two moments of change.
class JobTimeline {
 public:
  JobTimeline(const Snapshot& graph, NodeId job) : graph_(graph), job_(job) {
    each_io(graph, job, Direction::kUpstream,
            [this](NodeId node, Micros from, Micros to) { add(true, node, from, to); });
    each_io(graph, job, Direction::kDownstream,
            [this](NodeId node, Micros from, Micros to) { add(false, node, from, to); });
  }
  void add_code(const std::string& code, Micros from, Micros to) {
    changes_[from].code = code;
    if (to != model::kOpenEnd && !changes_[to].code) changes_[to].code = std::string{};
  }

  std::vector<VersionSpan> spans() const {
    std::vector<VersionSpan> out;
    std::map<NodeId, int> counts[2];
    std::string code;
    const auto end = changes_.upper_bound(graph_.moment().as_of);
    for (auto it = changes_.begin(); it != end; ++it) {
      for (const Change::Io& io : it->second.io) counts[io.input ? 0 : 1][io.node] += io.step;
      if (it->second.code) code = *it->second.code;
      const auto next = std::next(it);
      const std::set<NodeId> inputs = present(counts[0]), outputs = present(counts[1]);
      if (code.empty() && inputs.empty() && outputs.empty()) continue;
      add_span(out,
               job_version_id(name_of(graph_, job_), code, names_of(graph_, inputs),
                              names_of(graph_, outputs)),
               it->first, next == end ? model::kOpenEnd : next->first);
    }
    newest_first(out);
    return out;
  }

 private:
  struct Change {
    struct Io {
      bool input;
      NodeId node;
      int step;
    };
    std::vector<Io> io;
    std::optional<std::string> code;
  };

  void add(bool input, NodeId node, Micros from, Micros to) {
    if (from >= to) return;
    changes_[from].io.push_back({input, node, 1});
    if (to != model::kOpenEnd) changes_[to].io.push_back({input, node, -1});
  }
  static std::set<NodeId> present(const std::map<NodeId, int>& counts) {
    std::set<NodeId> out;
    for (const auto& [node, count] : counts) {
      if (count > 0) out.insert(node);
    }
    return out;
  }

  const Snapshot& graph_;
  NodeId job_;
  std::map<Micros, Change> changes_;
};

}  // namespace

Name name_of(const Snapshot& snapshot, NodeId node) {
  const graph::NodeInfo info = snapshot.node(node);
  return {std::string(info.name_space), std::string(info.name)};
}

std::string dataset_version_id(const Name& dataset, std::string_view schema_facet) {
  base::Hasher hasher;
  hasher.field("dataset").field(dataset.name_space).field(dataset.name);
  for (const FieldDetail& field : read_fields(schema_facet)) {
    hasher.field(field.path).field(field.type.value_or(""));
  }
  return uuid_of(hasher.finish());
}

std::string job_version_id(const Name& job, std::string_view code, const std::vector<Name>& inputs,
                           const std::vector<Name>& outputs) {
  base::Hasher hasher;
  hasher.field("job").field(job.name_space).field(job.name).field(code);
  for (const std::vector<Name>* side : {&inputs, &outputs}) {
    hasher.field(side->size());
    for (const Name& name : *side) hasher.field(name.name_space).field(name.name);
  }
  return uuid_of(hasher.finish());
}

std::vector<Name> job_datasets(const Session& session, NodeId job, Direction direction,
                               Micros as_of) {
  std::set<NodeId> nodes;
  if (as_of == session.moment().as_of) {
    const model::EdgeKinds kinds =
        direction == Direction::kUpstream ? mask(EdgeKind::kReads) : kOutputs;
    session.graph().for_each(job, direction, kinds, [&](const graph::Neighbor& neighbor) {
      nodes.insert(session.graph().canonical(neighbor.node));
      return true;
    });
  } else {
    each_io(session.graph(), job, direction, [&](NodeId node, Micros from, Micros to) {
      if (held(from, to, as_of)) nodes.insert(node);
    });
  }
  return names_of(session.graph(), nodes);
}

Result<std::string> dataset_version_of(Session& session, NodeId dataset, model::ContentId schema) {
  if (auto known = session.service().cached_version(dataset, schema)) return *std::move(known);
  std::optional<std::string> text;
  if (schema) {
    HW_TRY(text, session.content(schema));
  }
  std::string id = dataset_version_id(name_of(session.graph(), dataset), text.value_or(""));
  session.service().cache_version(dataset, schema, id);
  return id;
}

Result<std::string> dataset_version_at(Session& session, NodeId dataset, Micros as_of) {
  HW_TRY(const Attributes attributes, Attributes::read(session, dataset));
  const AttributeVersion* schema = attributes.find("schema", as_of);
  return dataset_version_of(session, dataset, schema ? schema->content : model::ContentId{});
}

Result<std::string> job_version_at(Session& session, NodeId job, Micros as_of) {
  HW_TRY(const Attributes attributes, Attributes::read(session, job));
  HW_TRY(const std::optional<std::string> code, attributes.text(session, "$code", as_of));
  return job_version_id(name_of(session.graph(), job), read_code(code.value_or("null")),
                        job_datasets(session, job, Direction::kUpstream, as_of),
                        job_datasets(session, job, Direction::kDownstream, as_of));
}

Result<std::vector<VersionSpan>> dataset_version_spans(Session& session, NodeId dataset) {
  HW_TRY(const Attributes attributes, Attributes::read(session, dataset));
  const Name name = name_of(session.graph(), dataset);
  std::vector<VersionSpan> spans;
  for (const AttributeVersion& version : attributes.versions("schema")) {
    if (session.until() < version.valid_from) continue;
    HW_TRY(const std::optional<std::string> schema, session.content(version.content));
    add_span(spans, dataset_version_id(name, schema.value_or("")), version.valid_from,
             version.valid_to);
  }
  newest_first(spans);
  return spans;
}

Result<std::vector<VersionSpan>> job_version_spans(Session& session, NodeId job) {
  HW_TRY(const Attributes attributes, Attributes::read(session, job));
  JobTimeline timeline(session.graph(), job);
  for (const AttributeVersion& version : attributes.versions("$code")) {
    if (session.until() < version.valid_from) continue;
    HW_TRY(const std::optional<std::string> code, session.content(version.content));
    timeline.add_code(read_code(code.value_or("null")), version.valid_from, version.valid_to);
  }
  return timeline.spans();
}

}  // namespace headwater::query
