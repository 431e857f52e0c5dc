#include <algorithm>
#include <array>
#include <cstdio>
#include <unordered_map>
#include <utility>

#include "api/dto/common.h"
#include "api/v1/context.h"
#include "api/v1/moment_cursor.h"

namespace headwater::api::v1 {
namespace {

using dto::JsonWriter;

Result<query::Session> open_page(Context& context, const ListPage& page) {
  return page.moment ? context.services.queries().open(*page.moment) : context.open_at_moment();
}

query::Cancelled cancelled_by(const Context& context) {
  return [cancel = context.cancel] { return cancel.cancelled(); };
}

// Six digits say more than there is to know; the same number gives the same text.
void write_score(JsonWriter& json, double score) {
  std::array<char, 32> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.6g", score);
  json.raw({text.data(), static_cast<std::size_t>(size)});
}

// ---- paths --------------------------------------------------------------------------------------

Result<std::vector<model::NodeId>> path_end(Context& context, query::Session& session,
                                            std::string_view name, bool columns, bool last) {
  HW_TRY(const std::string text, required_parameter(context, name));
  context.details.parameter = name;
  std::vector<model::NodeId> out;
  if (!columns) {
    HW_TRY(const model::NodeId node, query::lineage_root(session, text));
    out.push_back(node);
  } else {
    HW_TRY(const query::NodeRef ref, query::parse_node_ref(text));
    HW_TRY(const model::NodeId node, query::resolve(session.graph(), ref));
    const model::NodeKind kind = session.graph().node(node).kind;
    if (kind != model::NodeKind::kDataset && kind != model::NodeKind::kField) {
      return invalid_parameter(context, name, "must be a datasetField or a dataset at this level.");
    }
    if (kind == model::NodeKind::kDataset) {
      out = query::field_nodes(session.graph(), node);
    }
    if (kind == model::NodeKind::kField || last) out.push_back(node);
  }
  context.details.parameter.clear();
  return out;
}

Result<query::PathsRequest> paths_request(Context& context, query::Session& session) {
  query::PathsRequest request;
  HW_TRY(const std::size_t level, choice_parameter(context, "level", {"table", "column"}, 0));
  HW_TRY(const std::size_t way, choice_parameter(context, "direction", {"downstream", "any"}, 0));
  HW_TRY(const std::int64_t k, number_parameter(context, "k", 1, {1, query::kMaxPaths}));
  HW_TRY(const std::int64_t work,
         number_parameter(context, "max_work", 50'000'000, {1, 1'000'000'000}));
  request.columns = level == 1;
  request.any_direction = way == 1;
  request.k = static_cast<std::size_t>(k);
  request.max_work = static_cast<std::size_t>(work);
  request.cancelled = cancelled_by(context);
  HW_TRY(request.from, path_end(context, session, "from", request.columns, false));
  HW_TRY(request.to, path_end(context, session, "to", request.columns, true));
  const auto& to = request.to;
  if (std::find_first_of(to.begin(), to.end(), request.from.begin(), request.from.end()) !=
      to.end()) {
    return invalid_parameter(context, "to", "must be another node than from, and no part of it.");
  }
  return request;
}

Answer get_paths(Context& context) {
  HW_TRY(query::Session session, context.open_at_moment());
  HW_TRY(const query::PathsRequest request, paths_request(context, session));
  HW_TRY(const query::Paths found, query::find_paths(session, request));
  const query::Snapshot& graph = session.graph();
  JsonWriter json;
  json.begin_object();
  for (const char* end : {"from", "to"}) {
    HW_TRY(const query::NodeRef ref, query::parse_node_ref(*context.request.query_value(end)));
    HW_TRY(const model::NodeId node,
           request.columns ? query::resolve(graph, ref)
                           : query::lineage_root(session, *context.request.query_value(end)));
    json.key(end).text(query::format_node(graph, node));
  }
  json.key("paths").begin_array();
  for (const query::FoundPath& path : found.paths) {
    json.begin_object().key("length").number(path.length).key("steps").begin_array();
    for (const query::PathEdge& step : path.steps) {
      json.begin_object();
      const graph::EdgeInfo edge = graph.edge(step.edge);
      dto::write_step_members(json, graph, step.from, step.to, edge.kind, edge.via);
      if (step.against) json.key("against").boolean(true);
      json.end_object();
    }
    json.end_array().end_object();
  }
  json.end_array();
  dto::write_graph_head(json, session.answered_as_of(), session.seq(), found.cut);
  json.end_object();
  return json_response(json.take());
}

// ---- cycles -------------------------------------------------------------------------------------

void write_cycle(JsonWriter& json, const query::Snapshot& graph,
                 const std::vector<model::NodeId>& cycle, std::size_t max_nodes, query::Cut& cut) {
  json.begin_object().key("size").number(static_cast<std::int64_t>(cycle.size()));
  json.key("nodes").begin_array();
  for (std::size_t i = 0; i < std::min(cycle.size(), max_nodes); ++i) {
    json.text(query::format_node(graph, cycle[i]));
  }
  json.end_array().key("sample").begin_array();
  for (const model::EdgeId id : query::sample_cycle(graph, cycle)) {
    dto::write_step(json, graph, id);
  }
  json.end_array().end_object();
  if (cycle.size() <= max_nodes) return;
  cut.reason = graph::CutReason::kMaxNodes;
  cut.frontier += cycle.size() - max_nodes;
  cut.limit = max_nodes;
}

Answer get_cycles(Context& context) {
  HW_TRY(const ListPage page, list_page(context));
  HW_TRY(const std::int64_t max_nodes,
         number_parameter(context, "max_nodes", 1000, {1, 1'000'000}));
  HW_TRY(query::Session session, open_page(context, page));
  HW_TRY(const std::shared_ptr<const query::Cycles> found,
         query::cycles(session, cancelled_by(context)));
  const auto& all = found->cycles;
  query::Cut cut;
  JsonWriter json;
  json.begin_object().key("cycles").begin_array();
  for (std::size_t i = page.first; i < std::min(page.end(), all.size()); ++i) {
    write_cycle(json, session.graph(), all[i], static_cast<std::size_t>(max_nodes), cut);
  }
  json.end_array();
  dto::write_list_end(json, static_cast<std::int64_t>(all.size()),
                      cursor_after(page, session, all.size()));
  dto::write_graph_head(json, session.answered_as_of(), session.seq(), cut);
  json.end_object();
  return json_response(json.take());
}

// ---- single points of failure -------------------------------------------------------------------

std::unordered_map<std::uint32_t, std::uint32_t> distances(const query::Snapshot& graph,
                                                           model::NodeId from,
                                                           query::Cancelled cancelled) {
  graph::ReachOptions options;
  options.cancelled = std::move(cancelled);
  const std::array<model::NodeId, 1> starts{from};
  std::unordered_map<std::uint32_t, std::uint32_t> out;
  for (const graph::Reached& reached : graph::reach(graph, starts, options).nodes) {
    out.emplace(reached.node.value, reached.distance);
  }
  return out;
}

Answer get_dominators(Context& context) {
  HW_TRY(const ListPage page, list_page(context));
  HW_TRY(query::Session session, open_page(context, page));
  HW_TRY(const std::string text, required_parameter(context, "nodeId"));
  context.details.parameter = "nodeId";
  HW_TRY(const model::NodeId node, query::lineage_root(session, text));
  context.details.parameter.clear();
  HW_TRY(const std::shared_ptr<const query::Dominators> tree,
         query::dominators(session, cancelled_by(context)));
  const query::Snapshot& graph = session.graph();
  const std::vector<model::NodeId> dominated = tree->dominated(node);
  const auto dominators = tree->dominators(node);
  const auto far = distances(graph, node, cancelled_by(context));
  JsonWriter json;
  json.begin_object().key("nodeId").text(query::format_node(graph, node));
  json.key("dominated").begin_array();
  for (std::size_t i = page.first; i < std::min(page.end(), dominated.size()); ++i) {
    const auto it = far.find(dominated[i].value);
    json.begin_object().key("nodeId").text(query::format_node(graph, dominated[i]));
    json.key("distance");
    if (it == far.end()) {
      json.null();
    } else {
      json.number(it->second);
    }
    json.end_object();
  }
  json.end_array().key("dominators").begin_array();
  for (std::size_t i = page.first; i < std::min(page.end(), dominators.size()); ++i) {
    json.begin_object().key("nodeId").text(query::format_node(graph, dominators[i].node));
    json.key("dominates").number(static_cast<std::int64_t>(dominators[i].dominates)).end_object();
  }
  json.end_array();
  json.key("dominated_total").number(static_cast<std::int64_t>(dominated.size()));
  json.key("dominators_total").number(static_cast<std::int64_t>(dominators.size()));
  json.key("next_cursor")
      .text_or_null(cursor_after(page, session, std::max(dominated.size(), dominators.size())));
  dto::write_graph_head(json, session.answered_as_of(), session.seq(), {});
  json.end_object();
  return json_response(json.take());
}

// ---- importance ---------------------------------------------------------------------------------

struct Filter {
  std::optional<model::NodeKind> kind;
  const std::string* name_space = nullptr;

  bool fits(const query::Snapshot& graph, model::NodeId node) const {
    const graph::NodeInfo info = graph.node(node);
    return (!kind || info.kind == *kind) && (!name_space || info.name_space == *name_space);
  }
};

Result<Filter> read_filter(Context& context) {
  Filter out;
  HW_TRY(const std::size_t type, choice_parameter(context, "type", {"all", "dataset", "job"}, 0));
  if (type > 0) out.kind = type == 1 ? model::NodeKind::kDataset : model::NodeKind::kJob;
  out.name_space = context.request.query_value("namespace");
  return out;
}

Answer get_importance(Context& context) {
  HW_TRY(const ListPage page, list_page(context));
  HW_TRY(const Filter filter, read_filter(context));
  HW_TRY(query::Session session, open_page(context, page));
  HW_TRY(const std::shared_ptr<const query::Importance> found,
         query::importance(session, cancelled_by(context)));
  const query::Snapshot& graph = session.graph();
  JsonWriter json;
  json.begin_object().key("nodes").begin_array();
  std::size_t index = 0;  // among those that fit
  for (const query::Important& item : found->nodes) {
    if (!filter.fits(graph, item.node)) continue;
    const std::size_t here = index++;
    if (here < page.first || here >= page.end()) continue;
    json.begin_object().key("nodeId").text(query::format_node(graph, item.node));
    json.key("type").text(dto::node_type(graph.node(item.node).kind)).key("score");
    write_score(json, item.score);
    json.key("rank").number(item.rank);
    json.key("readers").number(item.readers);
    json.key("consumers").number(item.consumers).end_object();
  }
  json.end_array();
  dto::write_list_end(json, static_cast<std::int64_t>(index), cursor_after(page, session, index));
  dto::write_graph_head(json, session.answered_as_of(), session.seq(), {});
  json.end_object();
  return json_response(json.take());
}

}  // namespace

std::vector<ApiRoute> structure_routes() {
  using http::Method;
  return {{Method::kGet, "/api/v1/paths", {get_paths, {}, Pin::kYes}},
          {Method::kGet, "/api/v1/structure/cycles", {get_cycles, {}, Pin::kYes}},
          {Method::kGet, "/api/v1/structure/dominators", {get_dominators, {}, Pin::kYes}},
          {Method::kGet, "/api/v1/structure/importance", {get_importance, {}, Pin::kYes}}};
}

}  // namespace headwater::api::v1
