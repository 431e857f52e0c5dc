#include "api/v1/column_stream.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "api/dto/common.h"

namespace headwater::api::v1 {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{64} << 10;

using query::ColumnEdge;
using query::ColumnNode;

std::string node_id(const query::Snapshot& graph, const ColumnNode& node) {
  if (node.path.empty()) return query::format_node(graph, node.dataset);
  return query::format_column(graph, node.dataset, node.path);
}

// What Marquez calls the type: how the value came about, or that it is masked.
std::string_view short_type(const query::Transformations& transformations,
                            const std::vector<model::TransformationId>& ids) {
  if (ids.empty()) return "";
  if (transformations.masked(ids)) return "MASKED";
  const storage::TransformationRow& first = transformations.at(ids.front());
  return first.subtype.empty() ? first.type : first.subtype;
}

void text_or_null(dto::JsonWriter& json, std::string_view text) {
  if (text.empty()) {
    json.null();
  } else {
    json.text(text);
  }
}

// One dataset's columns: nodes of one dataset mostly stand together.
struct Described {
  model::NodeId dataset;
  std::optional<std::string> version;
  std::vector<query::FieldDetail> columns;
  std::unordered_map<std::string_view, std::size_t> by_path;
};

class ColumnStream final : public http::BodySource {
 public:
  ColumnStream(query::Service& service, ColumnDocument document)
      : service_(service), document_(std::move(document)) {
    const auto& edges = document_.answer.edges;
    by_source_.resize(edges.size());
    std::iota(by_source_.begin(), by_source_.end(), 0U);
    by_target_ = by_source_;
    const auto sort = [](std::vector<std::uint32_t>& order, auto&& node_of) {
      std::stable_sort(order.begin(), order.end(),
                       [&](std::uint32_t a, std::uint32_t b) { return node_of(a) < node_of(b); });
    };
    sort(by_source_, [&](std::uint32_t i) { return edges[i].source.node; });
    sort(by_target_, [&](std::uint32_t i) { return edges[i].target.node; });
    json_.begin_object().key("root").text(document_.answer.root).key("graph").begin_array();
  }

  base::Result<bool> next(std::string& chunk) override {
    HW_TRY(query::Session session, service_.open(document_.moment, std::move(memory_)));
    const query::ColumnAnswer& answer = document_.answer;
    while (at_ < answer.nodes.size() && json_.size() < kPieceBytes) {
      HW_CHECK_OK(write_node(session, at_++));
      if (at_ == answer.nodes.size()) json_.end_array().key("edges").begin_array();
    }
    if (answer.nodes.empty() && at_ == 0) {
      json_.end_array().key("edges").begin_array();
    }
    if (at_ == answer.nodes.size()) {
      while (edge_ < answer.edges.size() && json_.size() < kPieceBytes) {
        write_edge(session.graph(), answer.edges[edge_++]);
      }
    }
    const bool more = at_ < answer.nodes.size() || edge_ < answer.edges.size();
    if (!more) {
      json_.end_array();
      dto::write_graph_head(json_, document_.as_of, document_.moment.known_at, answer.cut);
      json_.end_object();
    }
    json_.take_to(chunk);
    memory_ = session.memory();
    return more;
  }

 private:
  base::Result<void> write_node(query::Session& session, std::size_t at) {
    const ColumnNode& node = document_.answer.nodes[at];
    const query::Snapshot& graph = session.graph();
    HW_CHECK_OK(describe(session, node.dataset));
    json_.begin_object().key("id").text(node_id(graph, node));
    json_.key("type").text(node.path.empty() ? "DATASET" : "DATASET_FIELD").key("data");
    write_data(graph, node);
    json_.key("distance").number(node.distance).key("assumed").boolean(node.assumed);
    json_.key("inEdges").begin_array();
    each(
        by_target_, at, [](const ColumnEdge& e) { return e.target.node; }, graph);
    json_.end_array().key("outEdges").begin_array();
    each(
        by_source_, at, [](const ColumnEdge& e) { return e.source.node; }, graph);
    json_.end_array().end_object();
    return {};
  }

  base::Result<void> describe(query::Session& session, model::NodeId dataset) {
    if (described_.dataset == dataset) return {};
    HW_TRY(std::vector<query::FieldDetail> columns, query::columns_of(session, dataset));
    HW_TRY(const query::Attributes attributes, query::Attributes::read(session, dataset));
    HW_TRY(const std::optional<std::string> schema,
           attributes.text(session, "schema", session.moment().as_of));
    described_ = {dataset, std::nullopt, std::move(columns), {}};
    if (schema) {
      described_.version =
          query::dataset_version_id(query::name_of(session.graph(), dataset), *schema);
    }
    for (std::size_t i = 0; i < described_.columns.size(); ++i) {
      described_.by_path.emplace(described_.columns[i].path, i);
    }
    return {};
  }

  void write_data(const query::Snapshot& graph, const ColumnNode& node) {
    static const query::FieldDetail kNone;
    const auto at = described_.by_path.find(node.path);
    const query::FieldDetail& column =
        at == described_.by_path.end() ? kNone : described_.columns[at->second];
    const model::Name name = query::name_of(graph, node.dataset);
    json_.begin_object().key("namespace").text(name.name_space);
    json_.key("dataset").text(name.name);
    json_.key("datasetVersion").text_or_null(described_.version);
    json_.key("field").text(node.path);
    json_.key("fieldType").text_or_null(column.type);
    json_.key("description").text_or_null(column.description).key("tags");
    dto::write_texts(json_, column.tags);
    write_inputs(graph, node);
    json_.end_object();
  }

  // All that is stated for the column, also what lies outside the answer.
  void write_inputs(const query::Snapshot& graph, const ColumnNode& node) {
    const auto& known = document_.transformations;
    const std::vector<query::ColumnSource> sources = query::sources_of(graph, node.field);
    std::string_view common;
    for (const query::ColumnSource& source : sources) {
      const std::string_view type = short_type(known, source.transformations);
      if (&source == &sources.front()) common = type;
      if (type != common) common = {};
    }
    json_.key("transformationDescription").null();
    json_.key("transformationType");
    text_or_null(json_, common);
    json_.key("inputFields").begin_array();
    for (const query::ColumnSource& source : sources) {
      const model::Name name = query::name_of(graph, source.dataset);
      json_.begin_object().key("namespace").text(name.name_space);
      json_.key("dataset").text(name.name).key("datasetVersion").null();
      json_.key("field").text(source.path);
      json_.key("transformationDescription").null().key("transformationType");
      text_or_null(json_, short_type(known, source.transformations));
      json_.end_object();
    }
    json_.end_array();
  }

  // The edges at one end of a node; those of one pair make one line here.
  template <class NodeOf>
  void each(const std::vector<std::uint32_t>& order, std::size_t at, NodeOf node_of,
            const query::Snapshot& graph) {
    const query::ColumnAnswer& answer = document_.answer;
    auto it = std::lower_bound(
        order.begin(), order.end(), at,
        [&](std::uint32_t i, std::size_t wanted) { return node_of(answer.edges[i]) < wanted; });
    const ColumnEdge* last = nullptr;
    for (; it != order.end() && node_of(answer.edges[*it]) == at; ++it) {
      const ColumnEdge& edge = answer.edges[*it];
      if (last != nullptr && last->source == edge.source && last->target == edge.target) continue;
      json_.begin_object().key("origin").text(column_end_id(graph, answer, edge.source));
      json_.key("destination").text(column_end_id(graph, answer, edge.target)).end_object();
      last = &edge;
    }
  }

  void write_edge(const query::Snapshot& graph, const ColumnEdge& edge) {
    json_.begin_object();
    json_.key("source").text(column_end_id(graph, document_.answer, edge.source));
    json_.key("target").text(column_end_id(graph, document_.answer, edge.target));
    write_column_edge(json_, graph, edge, document_.transformations);
    json_.end_object();
  }

  query::Service& service_;
  const ColumnDocument document_;
  std::vector<std::uint32_t> by_source_, by_target_;
  query::SessionMemory memory_;
  std::size_t at_ = 0, edge_ = 0;
  Described described_;
  dto::JsonWriter json_;
};

}  // namespace

std::unique_ptr<http::BodySource> stream_columns(query::Service& service, ColumnDocument document) {
  return std::make_unique<ColumnStream>(service, std::move(document));
}

void write_column_edge(dto::JsonWriter& json, const query::Snapshot& graph, const ColumnEdge& edge,
                       const query::Transformations& transformations) {
  json.key("kind").text(edge.indirect ? "INDIRECT" : "DIRECT");
  json.key("transformations").begin_array();
  for (const model::TransformationId id : edge.transformations) {
    const storage::TransformationRow& row = transformations.at(id);
    if (row.type.empty()) continue;
    json.begin_object().key("type").text(row.type).key("subtype");
    text_or_null(json, row.subtype);
    json.key("masking").boolean(row.masking).end_object();
  }
  json.end_array();
  json.key("masked").boolean(transformations.masked(edge.transformations)).key("via");
  dto::write_node_or_null(json, graph, edge.via);
  json.key("assumed").boolean(edge.assumed);
}

std::string column_end_id(const query::Snapshot& graph, const query::ColumnAnswer& answer,
                          const query::ColumnEnd& end) {
  if (end.node == query::ColumnEnd::kAll) return query::format_node(graph, end.dataset);
  return node_id(graph, answer.nodes[end.node]);
}

}  // namespace headwater::api::v1
