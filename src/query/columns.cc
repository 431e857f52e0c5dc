#include "query/columns.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "graph/graph_inl.h"
#include "query/attributes.h"
#include "query/column_edges.h"

namespace headwater::query {
namespace {

using graph::CutReason;
using graph::Direction;
using graph::Neighbor;
using model::EdgeKind;
using Kind = ColumnEntry::Kind;

bool has_column_edge(const Snapshot& graph, NodeId node) {
  bool found = false;
  for (const Direction direction : {Direction::kUpstream, Direction::kDownstream}) {
    graph.for_each(node, direction, model::kColumnLineage, [&found](const Neighbor&) {
      found = true;
      return false;
    });
  }
  return found;
}

Result<std::vector<FieldDetail>> schema_of(Session& session, NodeId dataset) {
  HW_TRY(const Attributes attributes, Attributes::read(session, dataset));
  const Micros as_of = session.moment().as_of;
  HW_TRY(const std::optional<std::string> schema, attributes.text(session, "schema", as_of));
  HW_TRY(const std::optional<std::string> tags, attributes.text(session, "tags", as_of));
  std::vector<FieldDetail> fields = read_fields(schema.value_or(""));
  std::erase_if(fields, [](const FieldDetail& field) { return field.path.empty(); });
  if (!tags) return fields;
  const auto by_field = read_tags(*tags);
  for (FieldDetail& field : fields) {
    if (const auto it = by_field.find(field.path); it != by_field.end()) field.tags = it->second;
  }
  return fields;
}

// Nodes as they are found, each once.
class Found {
 public:
  Found(Session& session, const ColumnRequest& request)
      : session_(session), request_(request), index_(session.graph().node_count() + 1) {}

  Result<void> add_walk(const ColumnWalk& walk) {
    const Snapshot& graph = session_.graph();
    for (const ColumnEntry& entry : walk.entries()) {
      // What lies within or around a column comes from what is known of its dataset.
      const bool within = !entry.by && walk.entries()[entry.from].kind != Kind::kStart;
      if (entry.kind == Kind::kDataset) {
        HW_CHECK_OK(add_dataset(entry));
      } else if (entry.kind == Kind::kField && !within) {
        const NodeId dataset = graph.parent_of(entry.node);
        const std::string path(graph.node(entry.node).name);
        add({dataset, entry.node, path, entry.distance, entry.assumed});
        HW_CHECK_OK(add_related(dataset, path, entry.distance, entry.assumed));
      }
    }
    return {};
  }

  Result<void> add_starts() {
    for (const ColumnStart& start : request_.root.starts) {
      if (start.path.empty()) continue;
      add_column(start.dataset, start.path, 0, false);
      HW_CHECK_OK(add_related(start.dataset, start.path, 0, false));
    }
    return {};
  }

  // Ordered; the index of a node is of the sorted list from here on.
  std::vector<ColumnNode> take() {
    std::sort(nodes_.begin(), nodes_.end(), [](const ColumnNode& a, const ColumnNode& b) {
      return std::tie(a.distance, a.dataset, a.path) < std::tie(b.distance, b.dataset, b.path);
    });
    return std::move(nodes_);
  }
  std::size_t left_out() const { return left_out_; }

 private:
  Result<void> add_dataset(const ColumnEntry& entry) {
    HW_TRY(const std::vector<FieldDetail> columns, columns_of(session_, entry.node));
    for (const FieldDetail& column : columns) {
      add_column(entry.node, column.path, entry.distance, entry.assumed);
    }
    if (columns.empty()) add({entry.node, NodeId{}, "", entry.distance, entry.assumed});
    return {};
  }

  // What lies within the column, and what the column lies within.
  Result<void> add_related(NodeId dataset, const std::string& path, std::uint32_t distance,
                           bool assumed) {
    HW_TRY(const std::set<std::string>* const paths, nested_paths(dataset));
    const std::string inside = path + ".";
    for (auto it = paths->lower_bound(inside); it != paths->end() && it->starts_with(inside);
         ++it) {
      add_column(dataset, *it, distance, assumed);
    }
    for (std::size_t dot = path.find('.'); dot != path.npos; dot = path.find('.', dot + 1)) {
      if (const auto it = paths->find(path.substr(0, dot)); it != paths->end()) {
        add_column(dataset, *it, distance, assumed);
      }
    }
    return {};
  }

  // The known paths of a dataset; none if none of them is nested. Schemas are only read where that
  // may be so: at a start, or where column lineage names nested columns.
  Result<const std::set<std::string>*> nested_paths(NodeId dataset) {
    const auto [at, is_new] = nested_.try_emplace(dataset.value);
    if (!is_new || !may_be_nested(dataset)) return &at->second;
    HW_TRY(const std::vector<FieldDetail> columns, columns_of(session_, dataset));
    const bool nested = std::any_of(columns.begin(), columns.end(), [](const FieldDetail& column) {
      return column.path.find('.') != std::string::npos;
    });
    for (const FieldDetail& column : columns) {
      if (nested) at->second.insert(column.path);
    }
    return &at->second;
  }

  bool may_be_nested(NodeId dataset) const {
    const auto& starts = request_.root.starts;
    return session_.graph().has_nested_fields(dataset) ||
           std::any_of(starts.begin(), starts.end(),
                       [&](const ColumnStart& start) { return start.dataset == dataset; });
  }

  void add_column(NodeId dataset, const std::string& path, std::uint32_t distance, bool assumed) {
    add({dataset, session_.graph().find_field(dataset, path), path, distance, assumed});
  }

  void add(ColumnNode node) {
    std::uint32_t& at = place_of(node);
    if (at != 0) {
      ColumnNode& old = nodes_[at - 1];
      if (std::tie(node.assumed, node.distance) < std::tie(old.assumed, old.distance)) {
        old.assumed = node.assumed;
        old.distance = node.distance;
      }
    } else if (nodes_.size() >= request_.max_nodes) {
      ++left_out_;
    } else {
      nodes_.push_back(std::move(node));
      at = static_cast<std::uint32_t>(nodes_.size());
    }
  }

  std::uint32_t& place_of(const ColumnNode& node) {
    if (node.field) return index_[node.field];
    if (node.path.empty()) return index_[node.dataset];
    return unnamed_[{node.dataset, node.path}];
  }

  Session& session_;
  const ColumnRequest& request_;
  SparseZeros<std::uint32_t> index_;  // of nodes of the graph, plus 1
  std::map<std::pair<NodeId, std::string>, std::uint32_t> unnamed_;  // of other columns
  std::unordered_map<std::uint32_t, std::set<std::string>> nested_;
  std::vector<ColumnNode> nodes_;
  std::size_t left_out_ = 0;
};

void merge_cut(Cut& cut, CutReason reason, std::size_t frontier, std::size_t limit) {
  if (reason == CutReason::kNone) return;
  cut.frontier += frontier;
  if (static_cast<int>(reason) <= static_cast<int>(cut.reason)) return;
  cut.reason = reason;
  cut.limit.reset();
  if (reason != CutReason::kCancelled) cut.limit = limit;
}

std::vector<ColumnWalk> walk_sides(const Snapshot& graph, const ColumnRequest& request) {
  ColumnWalkOptions options;
  options.kinds = request.kinds;
  options.max_distance = request.depth;
  options.max_fields = request.max_nodes;
  options.max_tables = std::min(request.max_nodes, request.max_datasets);
  options.cancelled = request.cancelled;
  std::vector<ColumnWalk> walks;
  for (const Direction direction : {Direction::kUpstream, Direction::kDownstream}) {
    const bool up = direction == Direction::kUpstream;
    if (request.sides == (up ? Sides::kDownstream : Sides::kUpstream)) continue;
    options.direction = direction;
    walks.push_back(ColumnWalk::run(graph, request.root.starts, options));
  }
  return walks;
}

Result<ColumnRoot> root_of_column(Session& session, const NodeRef& ref) {
  const Snapshot& graph = session.graph();
  for (const ColumnName& name : column_readings(graph, ref)) {
    bool known = static_cast<bool>(graph.find_field(name.dataset, name.path));
    if (!known) {
      HW_TRY(const std::vector<FieldDetail> columns, columns_of(session, name.dataset));
      known = std::any_of(columns.begin(), columns.end(),
                          [&](const FieldDetail& column) { return column.path == name.path; });
    }
    if (!known) continue;
    return ColumnRoot{format_column(graph, name.dataset, name.path),
                      {ColumnStart{name.dataset, name.path}}};
  }
  return base::make_error(base::ErrorCode::kNotFound,
                          "No column of this name was known at the moment asked for: " + ref.text);
}

}  // namespace

Result<std::vector<FieldDetail>> columns_of(Session& session, NodeId dataset) {
  HW_TRY(std::vector<FieldDetail> columns, schema_of(session, dataset));
  const Snapshot& graph = session.graph();
  std::unordered_set<std::string_view> named;
  for (const FieldDetail& column : columns) named.insert(column.path);
  std::vector<std::string_view> others;
  graph.for_each_field(dataset, [&](NodeId field) {
    const std::string_view path = graph.node(field).name;
    if (!named.contains(path) && has_column_edge(graph, field)) others.push_back(path);
    return true;
  });
  std::sort(others.begin(), others.end());
  for (const std::string_view path : others) {
    FieldDetail column;
    column.path = path;
    columns.push_back(std::move(column));
  }
  return columns;
}

Result<bool> may_have_column(Session& session, NodeId dataset, std::string_view path) {
  HW_TRY(const std::vector<FieldDetail> columns, columns_of(session, dataset));
  const auto inside = [](std::string_view outer, std::string_view inner) {
    return inner.size() > outer.size() && inner.starts_with(outer) && inner[outer.size()] == '.';
  };
  return columns.empty() ||
         std::any_of(columns.begin(), columns.end(), [&](const FieldDetail& column) {
           return column.path == path || inside(path, column.path) || inside(column.path, path);
         });
}

Result<ColumnRoot> column_root(Session& session, std::string_view node_id) {
  HW_TRY(const NodeRef ref, parse_node_ref(node_id));
  if (ref.kind == RefKind::kField) return root_of_column(session, ref);
  HW_TRY(const NodeId node, lineage_root(session, node_id));
  const Snapshot& graph = session.graph();
  ColumnRoot root{format_node(graph, node), {}};
  if (graph.node(node).kind == NodeKind::kDataset) {
    root.starts.push_back({node, ""});
    return root;
  }
  graph.for_each(node, Direction::kDownstream,
                 mask(EdgeKind::kWrites) | mask(EdgeKind::kWritesScoped),
                 [&](const Neighbor& output) {
                   root.starts.push_back({output.node, ""});
                   return true;
                 });
  return root;
}

Result<ColumnAnswer> column_lineage(Session& session, const ColumnRequest& request) {
  const std::vector<ColumnWalk> walks = walk_sides(session.graph(), request);
  ColumnAnswer answer;
  answer.root = request.root.id;
  Found found(session, request);
  HW_CHECK_OK(found.add_starts());
  for (const ColumnWalk& walk : walks) {
    HW_CHECK_OK(found.add_walk(walk));
    merge_cut(answer.cut, walk.cut(), walk.frontier(), walk.limit());
  }
  if (found.left_out() > 0) {
    merge_cut(answer.cut, CutReason::kMaxNodes, found.left_out(), request.max_nodes);
  }
  answer.nodes = found.take();
  answer.edges = column_edges(session.graph(), answer.nodes, walks, request.kinds);
  return answer;
}

std::vector<ColumnSource> sources_of(const Snapshot& graph, NodeId field) {
  std::vector<ColumnSource> out;
  if (!field) return out;
  graph.for_each(field, Direction::kUpstream, model::kColumnLineage, [&](const Neighbor& from) {
    const graph::NodeInfo info = graph.node(from.node);
    const bool column = info.kind == NodeKind::kField;
    out.push_back({column ? info.parent : from.node,
                   column ? std::string(info.name) : "",
                   {graph.detail_of(from.edge)}});
    return true;
  });
  std::sort(out.begin(), out.end(), [](const ColumnSource& a, const ColumnSource& b) {
    return std::tie(a.dataset, a.path, a.transformations) <
           std::tie(b.dataset, b.path, b.transformations);
  });
  std::vector<ColumnSource> merged;
  for (ColumnSource& source : out) {
    const bool same = !merged.empty() && merged.back().dataset == source.dataset &&
                      merged.back().path == source.path;
    if (!same) {
      merged.push_back(std::move(source));
    } else if (merged.back().transformations.back() != source.transformations.front()) {
      merged.back().transformations.push_back(source.transformations.front());
    }
  }
  return merged;
}

Result<Transformations> Transformations::read(Session& session) {
  HW_TRY(std::vector<storage::TransformationRow> rows, session.rows().transformations());
  Transformations out;
  for (storage::TransformationRow& row : rows) {
    if (out.rows_.size() <= row.id.value) out.rows_.resize(row.id.value + std::size_t{1});
    out.rows_[row.id.value] = std::move(row);
  }
  return out;
}

const storage::TransformationRow& Transformations::at(model::TransformationId id) const {
  static const storage::TransformationRow kUnknown;
  return id.value < rows_.size() ? rows_[id.value] : kUnknown;
}

bool Transformations::masked(const std::vector<model::TransformationId>& ids) const {
  return !ids.empty() && std::all_of(ids.begin(), ids.end(),
                                     [this](model::TransformationId id) { return at(id).masking; });
}

}  // namespace headwater::query
