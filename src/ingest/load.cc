// Loading the graph from its snapshot and the tables.

#include <algorithm>
#include <unordered_map>

#include "base/log.h"
#include "ingest/ingest.h"

namespace headwater::ingest {

using base::Result;
using graph::Graph;
using model::EdgeId;
using model::NodeId;
using model::Seq;

namespace {

constexpr std::size_t kChunk = 100'000;

using NamespaceNames = std::unordered_map<std::uint32_t, std::string>;

Result<NamespaceNames> namespace_names(storage::Reader& reader) {
  NamespaceNames names;
  std::string after;
  constexpr std::size_t kPage = 1000;
  while (true) {
    HW_TRY(const auto page, reader.namespaces(after, kPage));
    for (const auto& row : page) {
      names.emplace(row.id.value, row.name);
      after = row.name;
    }
    if (page.size() < kPage) return names;
  }
}

// Publishes in chunks; closes, merges and pasts go with the last, so that all they name is there.
class Filler {
 public:
  Filler(Graph& graph, Seq seq) : graph_(graph) { changes_.seq = seq; }
  graph::Changes& changes() { return changes_; }
  void flush_if_large() {
    if (changes_.nodes.size() + changes_.edges.size() >= kChunk) flush();
  }
  void flush() {
    const Seq seq = changes_.seq;
    graph_.publish(changes_);
    changes_ = {};
    changes_.seq = seq;
  }

 private:
  Graph& graph_;
  graph::Changes changes_;
};

// A snapshot of this store, not newer than it: the last node it knows is the one the table knows.
Result<bool> snapshot_fits(const Graph& graph, Seq snapshot_seq, Seq last_seq,
                           storage::Reader& reader) {
  if (snapshot_seq > last_seq) return false;
  const auto count = static_cast<std::uint32_t>(graph.node_count());
  if (count != 0) {
    HW_TRY(const auto row, reader.node(NodeId{count}));
    const auto snapshot = graph.snapshot();
    const auto info = snapshot.node(NodeId{count});
    if (!row || row->name != info.name || row->recorded != info.recorded) return false;
  }
  const auto edges = static_cast<std::uint32_t>(graph.edge_count());
  if (edges == 0) return true;
  HW_TRY(const auto row, reader.edge(EdgeId{edges}));
  const auto snapshot = graph.snapshot();
  const auto info = snapshot.edge(EdgeId{edges});
  return row && row->src == info.src && row->dst == info.dst && row->valid_from == info.valid_from;
}

// Nodes and what happened to those that the graph has; `merges` recorded after `from`, in order.
Result<void> fill_nodes(Graph& graph, Filler& filler, storage::Reader& reader, Seq from,
                        std::vector<graph::NodeMerge>& merges) {
  HW_TRY(const NamespaceNames names, namespace_names(reader));
  const NodeId known{static_cast<std::uint32_t>(graph.node_count())};
  HW_CHECK_OK(reader.scan_nodes(NodeId{}, [&](const storage::NodeRow& row) {
    if (row.merged_into && row.merged_seq > from) {
      merges.push_back({row.id, row.merged_into, row.merged_seq});
    }
    if (row.id <= known) {
      // The past comes with the rows of node_past.
      filler.changes().node_updates.push_back({row.id, row.first_seen, row.placeholder, Seq{}});
      return true;
    }
    const auto name = names.find(row.name_space.value);
    filler.changes().nodes.push_back({row.id, row.kind, name == names.end() ? "" : name->second,
                                      row.name, row.parent, row.recorded, row.first_seen,
                                      row.placeholder});
    filler.flush_if_large();
    return true;
  }));
  std::ranges::stable_sort(merges, {}, &graph::NodeMerge::recorded);
  return {};
}

Result<void> fill_edges(Graph& graph, Filler& filler, storage::Reader& reader, bool tail) {
  const EdgeId after{static_cast<std::uint32_t>(graph.edge_count())};
  std::vector<graph::EdgeClose> closes;
  HW_CHECK_OK(reader.scan_edges(after, [&](const storage::EdgeRow& row) {
    graph::NewEdge edge{
        row.id,     row.src,        row.dst,      row.via,           row.kind,
        row.detail, row.valid_from, row.valid_to, row.recorded_from, row.recorded_to};
    if (tail && edge.recorded_to != model::kNeverSeq) {
      closes.push_back({row.id, row.recorded_to});
      edge.recorded_to = model::kNeverSeq;
    }
    filler.changes().edges.push_back(edge);
    if (!tail) filler.flush_if_large();
    return true;
  }));
  auto& all = filler.changes().closes;
  all.insert(all.end(), closes.begin(), closes.end());
  return {};
}

Result<void> fill(Graph& graph, Seq from, Seq last, storage::Reader& reader) {
  const bool tail = graph.node_count() != 0;
  if (tail && from == last) return {};
  Filler filler(graph, last);
  std::vector<graph::NodeMerge> merges;
  HW_CHECK_OK(fill_nodes(graph, filler, reader, from, merges));
  const EdgeId known{static_cast<std::uint32_t>(graph.edge_count())};
  HW_CHECK_OK(fill_edges(graph, filler, reader, tail));
  if (tail) {
    HW_TRY(const auto closed, reader.edges_closed_after(from));
    for (const auto& row : closed) {
      if (row.id <= known) filler.changes().closes.push_back({row.id, row.recorded_to});
    }
  }
  filler.changes().merges = std::move(merges);
  HW_TRY(const auto pasts, reader.node_pasts_after(from));
  for (const auto& past : pasts) {
    filler.changes().node_pasts.push_back(
        {past.node, past.first_seen, past.placeholder, past.recorded_to});
  }
  filler.flush();
  return {};
}

}  // namespace

Result<std::unique_ptr<Graph>> load_graph(storage::Store& store, std::size_t worth_saving) {
  HW_TRY(auto reader, store.reader());
  HW_CHECK_OK(reader.begin());
  HW_TRY(const Seq last, reader.last_seq());
  auto graph = std::make_unique<Graph>();
  Seq from;
  if (auto loaded = graph->load(store.snapshot_path())) {
    HW_TRY(const bool fits, snapshot_fits(*graph, *loaded, last, reader));
    if (fits) {
      from = *loaded;
    } else {
      HW_LOG_WARN("graph.snapshot_ignored", "reason=\"not of this store\" seq={}", loaded->value);
      graph = std::make_unique<Graph>();
    }
  } else if (loaded.error().code != base::ErrorCode::kNotFound) {
    HW_LOG_WARN("graph.snapshot_ignored", "reason=\"{}\" detail=\"{}\"", loaded.error().message,
                loaded.error().detail);
    graph = std::make_unique<Graph>();
  }
  HW_CHECK_OK(fill(*graph, from, last, reader));
  HW_LOG_INFO("graph.loaded", "seq={} from_snapshot={} nodes={} edges={}", last.value, from.value,
              graph->node_count(), graph->edge_count());
  if (!from && last && graph->node_count() + graph->edge_count() >= worth_saving) {
    graph->compact();
    if (auto saved = graph->save(store.snapshot_path()); !saved) {
      HW_LOG_WARN("graph.snapshot_failed", "message=\"{}\" detail=\"{}\"", saved.error().message,
                  saved.error().detail);
    }
  }
  return graph;
}

}  // namespace headwater::ingest
