#include "query/events.h"

#include <algorithm>
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

// Those that sent something of their own, and those that are only named by others.
Result<std::pair<std::int64_t, std::int64_t>> count(Session& session, NodeKind kind) {
  HW_TRY(const std::int64_t all, session.rows().count_nodes(kind, {}, true));
  HW_TRY(const std::int64_t known, session.rows().count_nodes(kind, {}, false));
  return std::pair{known, all - known};
}

std::int64_t current_edges(const Snapshot& graph) {
  std::int64_t count = 0;
  for (std::uint32_t value = 1; value <= graph.edge_count(); ++value) {
    const graph::EdgeInfo edge = graph.edge(model::EdgeId{value});
    if (edge.valid_to == model::kOpenEnd && graph.seq() < edge.recorded_to) ++count;
  }
  return count;
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

Result<Stats> stats(Session& session) {
  Stats out;
  out.seq = session.seq();
  storage::Reader& rows = session.rows();
  HW_TRY(out.events, rows.count_events(INT64_MIN, model::kOpenEnd));
  HW_TRY(const auto datasets, count(session, NodeKind::kDataset));
  HW_TRY(const auto jobs, count(session, NodeKind::kJob));
  HW_TRY(out.fields, rows.count_nodes(NodeKind::kField, {}, true));
  HW_TRY(const storage::Reader::RunCounts runs, rows.count_runs());
  HW_TRY(out.quarantined, rows.count_quarantined(false));
  HW_TRY(const auto namespaces, list_namespaces(session, {0, 0}, std::nullopt));
  out.datasets = datasets.first;
  out.placeholder_datasets = datasets.second;
  out.jobs = jobs.first;
  out.placeholder_jobs = jobs.second;
  out.runs = runs.runs - runs.placeholders;
  out.placeholder_runs = runs.placeholders;
  out.namespaces = namespaces.total;
  out.edges_total = static_cast<std::int64_t>(session.graph().edge_count());
  out.edges_current = current_edges(session.graph());
  out.size_bytes = session.service().store().size_bytes();
  return out;
}

}  // namespace headwater::query
