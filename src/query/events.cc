#include "query/events.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <string>

#include "graph/graph_inl.h"

namespace headwater::query {
namespace {

using storage::LogRecord;
using storage::QuarantineRow;

constexpr std::size_t kChunk = 1000;

Result<std::vector<QuarantineRow>> all_quarantined(Session& session) {
  std::vector<QuarantineRow> all;
  Seq after{0};
  for (;;) {
    HW_TRY(const std::vector<QuarantineRow> rows, session.rows().quarantined(after, kChunk));
    for (const QuarantineRow& row : rows) {
      if (!(session.seq() < row.seq)) all.push_back(row);
    }
    if (rows.size() < kChunk) break;
    after = rows.back().seq;
  }
  std::reverse(all.begin(), all.end());
  return all;
}

// Sums over ids, in parts.
constexpr std::uint32_t kCountedAtOnce = std::uint32_t{1} << 18;
template <class Count>
void in_parts(base::Crew& crew, std::size_t last, Count& sum,
              const std::function<void(std::uint32_t id, Count& sum)>& add) {
  std::vector<Count> parts(last / kCountedAtOnce + 1);
  crew.run(parts.size(), [&](std::size_t part) {
    const auto first = static_cast<std::uint32_t>(part) * kCountedAtOnce;
    const std::size_t end = std::min<std::size_t>(last + 1, std::size_t{first} + kCountedAtOnce);
    for (std::uint32_t id = std::max(first, 1U); id < end; ++id) add(id, parts[part]);
  });
  for (const Count& part : parts) sum += part;
}

// Of a kind: those that sent something of their own, and those that are only named by others.
struct NodeCounts {
  std::int64_t datasets = 0, jobs = 0, fields = 0, placeholder_datasets = 0, placeholder_jobs = 0;

  void add(const graph::NodeInfo& node) {
    if (node.kind == NodeKind::kField) {
      ++fields;
    } else if (node.kind == NodeKind::kDataset) {
      ++(node.placeholder ? placeholder_datasets : datasets);
    } else if (node.kind == NodeKind::kJob) {
      ++(node.placeholder ? placeholder_jobs : jobs);
    }
  }
  NodeCounts& operator+=(const NodeCounts& other) {
    datasets += other.datasets;
    jobs += other.jobs;
    fields += other.fields;
    placeholder_datasets += other.placeholder_datasets;
    placeholder_jobs += other.placeholder_jobs;
    return *this;
  }
};

NodeCounts count_nodes(const Snapshot& graph, base::Crew& crew) {
  NodeCounts out;
  in_parts<NodeCounts>(crew, graph.node_count(), out, [&graph](std::uint32_t id, NodeCounts& sum) {
    if (graph.canonical(NodeId{id}) == NodeId{id}) sum.add(graph.node(NodeId{id}));
  });
  return out;
}

std::int64_t current_edges(const Snapshot& graph, base::Crew& crew) {
  std::int64_t out = 0;
  in_parts<std::int64_t>(crew, graph.edge_count(), out, [&graph](std::uint32_t id, auto& sum) {
    const graph::EdgeInfo edge = graph.edge(model::EdgeId{id});
    if (edge.valid_to == model::kOpenEnd && graph.seq() < edge.recorded_to) ++sum;
  });
  return out;
}

Result<Stats> count_all(Session& session) {
  Stats out;
  out.seq = session.seq();
  storage::Reader& rows = session.rows();
  base::Crew& crew = session.service().crew();
  HW_TRY(out.events, rows.count_events(INT64_MIN, model::kOpenEnd));
  const NodeCounts nodes = count_nodes(session.graph(), crew);
  HW_TRY(const storage::Reader::RunCounts runs, rows.count_runs());
  HW_TRY(out.quarantined, rows.count_quarantined(false));
  HW_TRY(const auto namespaces, list_namespaces(session, {0, 0}, std::nullopt));
  out.datasets = nodes.datasets;
  out.placeholder_datasets = nodes.placeholder_datasets;
  out.jobs = nodes.jobs;
  out.placeholder_jobs = nodes.placeholder_jobs;
  out.fields = nodes.fields;
  out.runs = runs.runs - runs.placeholders;
  out.placeholder_runs = runs.placeholders;
  out.namespaces = namespaces.total;
  out.edges_total = static_cast<std::int64_t>(session.graph().edge_count());
  out.edges_current = current_edges(session.graph(), crew);
  out.size_bytes = session.service().store().size_bytes();
  return out;
}

}  // namespace

Result<Page<LogRecord, std::pair<Micros, Seq>>> list_events(Session& session,
                                                            const EventListQuery& query) {
  storage::Reader::EventQuery rows_query{query.from, query.to, query.descending, query.after,
                                         kChunk};
  Page<LogRecord, std::pair<Micros, Seq>> page;
  std::size_t skip = query.page.offset;
  for (;;) {
    rows_query.limit = std::min(kChunk, skip + query.page.limit - page.items.size() + 1);
    HW_TRY(std::vector<LogRecord> rows, session.rows().events(rows_query));
    const std::size_t got = rows.size();
    for (LogRecord& row : rows) {
      rows_query.after = {row.event_time, row.seq};
      if (session.seq() < row.seq) continue;
      if (skip > 0) {
        --skip;
      } else if (page.items.size() < query.page.limit) {
        page.items.push_back(std::move(row));
      } else {
        page.next = {page.items.back().event_time, page.items.back().seq};
        break;
      }
    }
    if (page.next || got < rows_query.limit) break;
  }
  HW_TRY(page.total, session.rows().count_events(query.from, query.to));
  return page;
}

Result<LogRecord> log_record(Session& session, Seq seq) {
  if (!(session.seq() < seq)) {
    HW_TRY(std::optional<LogRecord> record, session.rows().log_record(seq));
    if (record) return *std::move(record);
  }
  return base::make_error(base::ErrorCode::kNotFound,
                          "The log has no record " + std::to_string(seq.value) + ".");
}

Result<Page<Quarantined, Seq>> list_quarantine(Session& session, const PageRequest& request,
                                               std::optional<Seq> after) {
  HW_TRY(const std::vector<QuarantineRow> all, all_quarantined(session));
  Page<Quarantined, Seq> page;
  page.total = static_cast<std::int64_t>(all.size());
  std::size_t skip = request.offset;
  for (const QuarantineRow& row : all) {
    if (after && !(row.seq < *after)) continue;
    if (skip > 0) {
      --skip;
      continue;
    }
    if (page.items.size() == request.limit) {
      page.next = page.items.back().row.seq;
      break;
    }
    HW_TRY(const std::optional<LogRecord> record, session.rows().log_record(row.seq));
    page.items.push_back({row, record ? record->received_at : 0});
  }
  return page;
}

Result<QuarantineRow> quarantined(Session& session, Seq seq) {
  HW_TRY(std::optional<QuarantineRow> row, session.rows().quarantine_row(seq));
  if (row && !(session.seq() < seq)) return *std::move(row);
  return base::make_error(base::ErrorCode::kNotFound,
                          "No event is quarantined under " + std::to_string(seq.value) + ".");
}

bool still_good(const KeptStats& kept, Seq now, Seq wanted,
                std::chrono::steady_clock::time_point time) {
  if (kept.seq == now) return true;
  return kept.cost > kCheapCount && time - kept.at < kKeptFor && !(kept.seq < wanted) &&
         kept.seq < now;
}

Result<Stats> stats(Session& session, Seq wanted) {
  const auto begin = std::chrono::steady_clock::now();
  if (const auto kept = session.service().cached_stats();
      kept && still_good(*kept, session.seq(), wanted, begin)) {
    return kept->stats;
  }
  HW_TRY(const Stats counted, count_all(session));
  const auto end = std::chrono::steady_clock::now();
  session.service().cache_stats(
      std::make_shared<const KeptStats>(KeptStats{counted.seq, counted, end - begin, end}));
  return counted;
}

}  // namespace headwater::query
