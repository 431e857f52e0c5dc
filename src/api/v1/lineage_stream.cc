#include "api/v1/lineage_stream.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "api/dto/catalog_dto.h"
#include "api/dto/common.h"

namespace headwater::api::v1 {
namespace {

// Nodes stand with all their facets: a piece of some fifty.
constexpr std::size_t kPieceBytes = std::size_t{256} << 10;

using query::GraphEdge;

class LineageStream final : public http::BodySource {
 public:
  LineageStream(query::Service& service, LineageDocument document)
      : service_(service), document_(std::move(document)) {
    const std::vector<GraphEdge>& edges = document_.answer.edges;
    by_target_.resize(edges.size());
    std::iota(by_target_.begin(), by_target_.end(), 0U);
    std::stable_sort(by_target_.begin(), by_target_.end(), [&](std::uint32_t a, std::uint32_t b) {
      return edges[a].target < edges[b].target;
    });
    json_.begin_object().key("graph").begin_array();
  }

  base::Result<bool> next(std::string& chunk) override {
    HW_TRY(query::Session session, service_.open(document_.moment, std::move(memory_)));
    const auto& nodes = document_.answer.nodes;
    while (at_ < nodes.size() && json_.size() < kPieceBytes) {
      HW_CHECK_OK(write_node(session, nodes[at_++].node));
    }
    const bool more = at_ < nodes.size();
    if (!more) {
      json_.end_array();
      dto::write_graph_head(json_, document_.as_of, document_.moment.known_at,
                            document_.answer.cut);
      json_.end_object();
    }
    json_.take_to(chunk);
    memory_ = session.take_memory();
    return more;
  }

 private:
  base::Result<void> write_node(query::Session& session, model::NodeId node) {
    const query::NodeSummary summary = query::summarize(session.graph(), node);
    json_.begin_object().key("id").text(query::format_node(session.graph(), node));
    json_.key("type").text(dto::node_type(summary.kind));
    json_.key("data");
    HW_CHECK_OK(write_data(session, summary));
    json_.key("inEdges").begin_array();
    each_in(node, [&](const GraphEdge& edge) { write_edge(session.graph(), edge); });
    json_.end_array().key("outEdges").begin_array();
    each_out(node, [&](const GraphEdge& edge) { write_edge(session.graph(), edge); });
    json_.end_array().end_object();
    return {};
  }

  base::Result<void> write_data(query::Session& session, const query::NodeSummary& summary) {
    if (!document_.full) {
      dto::write_summary(json_, summary);
    } else if (summary.kind == model::NodeKind::kJob) {
      HW_TRY(const query::JobDetail job, query::job_detail(session, summary.node, 1));
      dto::write_job(json_, job);
    } else {
      HW_TRY(const query::DatasetDetail dataset, query::dataset_detail(session, summary.node));
      dto::write_dataset(json_, dataset);
    }
    return {};
  }

  void write_edge(const query::Snapshot& graph, const GraphEdge& edge) {
    json_.begin_object().key("origin").text(query::format_node(graph, edge.source));
    json_.key("destination").text(query::format_node(graph, edge.target)).end_object();
  }

  // Edges are sorted by source, by_target_ by target. Kinds of one pair make one line here.
  template <class Visit>
  void each_out(model::NodeId node, Visit visit) const {
    const auto& edges = document_.answer.edges;
    auto it = std::lower_bound(edges.begin(), edges.end(), node,
                               [](const GraphEdge& e, model::NodeId n) { return e.source < n; });
    const GraphEdge* last = nullptr;
    for (; it != edges.end() && it->source == node; ++it) {
      if (last == nullptr || last->target != it->target) visit(*it);
      last = &*it;
    }
  }
  template <class Visit>
  void each_in(model::NodeId node, Visit visit) const {
    const auto& edges = document_.answer.edges;
    auto it =
        std::lower_bound(by_target_.begin(), by_target_.end(), node,
                         [&](std::uint32_t i, model::NodeId n) { return edges[i].target < n; });
    const GraphEdge* last = nullptr;
    for (; it != by_target_.end() && edges[*it].target == node; ++it) {
      if (last == nullptr || last->source != edges[*it].source) visit(edges[*it]);
      last = &edges[*it];
    }
  }

  query::Service& service_;
  const LineageDocument document_;
  std::vector<std::uint32_t> by_target_;
  query::SessionMemory memory_;
  std::size_t at_ = 0;
  dto::JsonWriter json_;
};

}  // namespace

std::unique_ptr<http::BodySource> stream_lineage(query::Service& service,
                                                 LineageDocument document) {
  return std::make_unique<LineageStream>(service, std::move(document));
}

}  // namespace headwater::api::v1
