#include "api/v1/lineage_stream.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "api/dto/catalog_dto.h"
#include "api/dto/common.h"

namespace headwater::api::v1 {
namespace {

// A piece is some 512 KiB: a hundred and fifty nodes with all their facets. It is written in parts
// by as many threads as are idle.
constexpr std::size_t kPieceBytes = std::size_t{512} << 10;
constexpr std::size_t kPartNodes = 4, kMaxParts = 256;  // few, that threads end together
constexpr std::size_t kFirstNodeBytes = 4096;           // of a node, before any has been written
constexpr std::size_t kTailBytes = 256;

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
  }

  base::Result<bool> next(std::string& chunk) override {
    const std::size_t all = document_.answer.nodes.size();
    if (at_ == 0) chunk += R"({"graph":[)";
    const std::size_t before = chunk.size(), begin = at_;
    while (at_ < all && chunk.size() - before < kPieceBytes) HW_CHECK_OK(write_parts(chunk));
    if (at_ > begin)
      node_bytes_ = std::max<std::size_t>((chunk.size() - before) / (at_ - begin), 1);
    if (at_ < all) return true;
    dto::JsonWriter tail;
    tail.begin_object();
    dto::write_graph_head(tail, document_.as_of, document_.moment.known_at, document_.answer.cut);
    tail.end_object();
    chunk += "],";
    chunk += std::string_view(tail.take()).substr(1);
    return false;
  }

 private:
  // What is left of a piece, at most; without a session, since each part has one of its own.
  base::Result<void> write_parts(std::string& chunk) {
    const std::size_t left = document_.answer.nodes.size() - at_;
    const std::size_t wanted = std::min(left, kPieceBytes / node_bytes_ + 1);
    const std::size_t size = std::min(kPartNodes, wanted);
    const std::size_t parts = std::min((wanted + size - 1) / size, kMaxParts);
    const std::size_t end = std::min(at_ + parts * size, at_ + left);
    std::vector<base::Result<std::string>> texts(parts, std::string());
    Sessions idle;
    service_.crew().run(parts, [&](std::size_t part) {
      const std::size_t first = at_ + part * size;
      texts[part] = write_nodes(first, std::min(first + size, end), idle);
    });
    std::size_t bytes = chunk.size() + kTailBytes;
    for (const base::Result<std::string>& text : texts) {
      HW_CHECK_OK(text);
      bytes += text->size();
    }
    chunk.reserve(bytes);
    bool first = at_ == 0;
    for (const base::Result<std::string>& text : texts) {  // arrays, which become one
      if (!first) chunk += ',';
      first = false;
      chunk.append(*text, 1, text->size() - 2);
    }
    at_ = end;
    return {};
  }

  // One for each thread that works on the parts, of those that have none under way.
  using Sessions = base::Guarded<std::vector<query::Session>>;

  base::Result<query::Session> session_of(Sessions& idle) const {
    std::optional<query::Session> known = idle.with([](std::vector<query::Session>& sessions) {
      std::optional<query::Session> last;
      if (sessions.empty()) return last;
      last = std::move(sessions.back());
      sessions.pop_back();
      return last;
    });
    if (known) return *std::move(known);
    return service_.open(document_.moment, memory_);
  }

  base::Result<std::string> write_nodes(std::size_t begin, std::size_t end, Sessions& idle) const {
    HW_TRY(query::Session session, session_of(idle));
    dto::JsonWriter json;
    json.begin_array();
    for (std::size_t i = begin; i < end; ++i) {
      HW_CHECK_OK(write_node(session, document_.answer.nodes[i].node, json));
    }
    json.end_array();
    idle.with([&](auto& sessions) { sessions.push_back(std::move(session)); });
    return json.take();
  }

  base::Result<void> write_node(query::Session& session, model::NodeId node,
                                dto::JsonWriter& json) const {
    const query::Snapshot& graph = session.graph();
    const query::NodeSummary summary = query::summarize(graph, node);
    json.begin_object().key("id").text(query::format_node(graph, node));
    json.key("type").text(dto::node_type(summary.kind));
    json.key("data");
    HW_CHECK_OK(write_data(session, summary, json));
    json.key("inEdges").begin_array();
    each_in(node, [&](const GraphEdge& edge) { write_edge(graph, edge, json); });
    json.end_array().key("outEdges").begin_array();
    each_out(node, [&](const GraphEdge& edge) { write_edge(graph, edge, json); });
    json.end_array().end_object();
    return {};
  }

  base::Result<void> write_data(query::Session& session, const query::NodeSummary& summary,
                                dto::JsonWriter& json) const {
    if (!document_.full || summary.kind == model::NodeKind::kConsumer) {
      dto::write_summary(json, summary);
    } else if (summary.kind == model::NodeKind::kJob) {
      HW_TRY(const query::JobDetail job, query::job_detail(session, summary.node, 1));
      dto::write_job(json, job);
    } else {
      HW_TRY(const query::DatasetDetail dataset, query::dataset_detail(session, summary.node));
      dto::write_dataset(json, dataset);
    }
    return {};
  }

  static void write_edge(const query::Snapshot& graph, const GraphEdge& edge,
                         dto::JsonWriter& json) {
    json.begin_object().key("origin").text(query::format_node(graph, edge.source));
    json.key("destination").text(query::format_node(graph, edge.target)).end_object();
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
  const query::SessionMemory memory_;
  std::size_t at_ = 0;  // the next node
  std::size_t node_bytes_ = kFirstNodeBytes;
};

}  // namespace

std::unique_ptr<http::BodySource> stream_lineage(query::Service& service,
                                                 LineageDocument document) {
  return std::make_unique<LineageStream>(service, std::move(document));
}

}  // namespace headwater::api::v1
