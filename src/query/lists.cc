#include <algorithm>
#include <tuple>
#include <utility>

#include "query/catalog.h"
#include "query/hidden.h"
#include "query/job_news.h"
#include "query/node_ref.h"
#include "query/runs.h"
#include "query/tally.h"

namespace headwater::query {
namespace {

using storage::NamespaceRow;
using storage::NodeRow;

constexpr std::size_t kChunk = 1000;

// Collects a page from rows that come in order: skips `offset`, keeps `limit`, notes whether more
// follow.
template <class Item, class Position>
class PageBuilder {
 public:
  explicit PageBuilder(const PageRequest& request) : request_(request) {}
  void add(Item item, Position position) {
    if (seen_++ < request_.offset) return;
    if (out_.items.size() == request_.limit) {
      out_.next = last_;
      full_ = true;
      return;
    }
    out_.items.push_back(std::move(item));
    last_ = std::move(position);
  }
  bool full() const { return full_; }
  Page<Item, Position> take() { return std::move(out_); }

 private:
  PageRequest request_;
  std::size_t seen_ = 0;
  bool full_ = false;
  Position last_{};
  Page<Item, Position> out_;
};

bool listed(const Session& session, const Hidden& hidden, const NodeRow& row) {
  if (session.seq() < row.recorded) return false;
  const bool merged = row.merged_into && !(session.seq() < row.merged_seq);
  return !merged && was_seen(session.graph(), row.id) && !hidden.contains(session.graph(), row.id);
}

// Hidden nodes of the kind and namespace that the tally counts.
std::int64_t hidden_count(const Session& session, const Hidden& hidden, const NodeListQuery& q) {
  std::int64_t count = 0;
  for (const std::uint32_t value : hidden.nodes) {
    const graph::NodeInfo info = session.graph().node(NodeId{value});
    if (info.kind != q.kind || hidden.namespaces.contains(std::string(info.name_space))) continue;
    if (!q.name_space || q.name_space->name == info.name_space) ++count;
  }
  return count;
}

// For moments of the past, of which there is no tally.
std::int64_t count_seen(const Session& session, const Hidden& hidden, const NodeListQuery& q) {
  const Snapshot& graph = session.graph();
  std::int64_t count = 0;
  for (std::uint32_t value = 1; value <= graph.node_count(); ++value) {
    const NodeId node{value};
    const graph::NodeInfo info = graph.node(node);
    if (info.kind != q.kind || (q.name_space && q.name_space->name != info.name_space)) continue;
    if (graph.canonical(node) == node && was_seen(graph, node) && !hidden.contains(graph, node)) {
      ++count;
    }
  }
  return count;
}

Result<std::int64_t> count_listed(Session& session, const Hidden& hidden, const NodeListQuery& q) {
  if (!session.latest() || !session.newest()) return count_seen(session, hidden, q);
  if (q.name_space && hidden.namespaces.contains(q.name_space->name)) return std::int64_t{0};
  HW_TRY(const std::shared_ptr<const Tally> all, tally(session));
  std::int64_t count = q.name_space ? all->of(q.kind, q.name_space->name) : all->of(q.kind);
  if (!q.name_space) {
    for (const std::string& name : hidden.namespaces) count -= all->of(q.kind, name);
  }
  return std::max<std::int64_t>(0, count - hidden_count(session, hidden, q));
}

Result<std::vector<JobNews::Item>> listed_jobs(Session& session, const JobListQuery& query) {
  HW_TRY(const std::shared_ptr<const Hidden> hidden, query::hidden(session));
  const Snapshot& graph = session.graph();
  std::vector<JobNews::Item> out;
  for (std::uint32_t value = 1; value <= graph.node_count(); ++value) {
    const NodeId node{value};
    const graph::NodeInfo info = graph.node(node);
    if (info.kind != NodeKind::kJob) continue;
    if (query.name_space && info.name_space != query.name_space->name) continue;
    if (graph.canonical(node) != node || !was_seen(graph, node)) continue;
    HW_TRY(const bool is_hidden, query::is_hidden(session, *hidden, node));
    if (!is_hidden) out.push_back({node, {}});
  }
  return out;
}

// Sets when each was heard of, and if asked how its latest run stands: from what is kept, or else
// from the rows. The runs of a job that others were merged into are theirs too: these are not kept.
Result<void> read_news(Session& session, bool states, std::vector<JobNews::Item>& jobs) {
  JobNews* const news =
      session.latest() && session.newest() ? session.service().job_news() : nullptr;
  const Seq seq = session.seq();
  if (news != nullptr) news->fill(seq, jobs);
  std::vector<JobNews::Item> read;
  for (JobNews::Item& job : jobs) {
    const bool alone = !states || session.graph().aliases(job.job).empty();
    job.state_known = job.state_known && alone;
    if (job.heard_known && (job.state_known || !states)) continue;
    JobNews::Item found{job.job, {}};
    if (!job.heard_known) {
      HW_TRY(job.value.heard, session.last_heard(job.job));
      found.value.heard = job.value.heard;
      found.heard_known = true;
    }
    if (states && !job.state_known) {
      HW_TRY(const std::optional<storage::RunInfo> run, latest_run(session, job.job));
      job.value.state = run ? run->state : RunState::kUnknown;
      found.value.state = job.value.state;
      found.state_known = alone;
    }
    if (news != nullptr) read.push_back(found);
  }
  if (!read.empty()) news->keep(seq, read);
  return {};
}

}  // namespace

Result<NamespaceRow> find_namespace(Session& session, std::string_view name) {
  HW_TRY(std::optional<NamespaceRow> row, session.rows().find_namespace(name));
  if (row) return *std::move(row);
  return base::make_error(base::ErrorCode::kNotFound,
                          "No namespace has the name " + std::string(name) + ".");
}

Result<Page<NamespaceRow, std::string>> list_namespaces(Session& session, const PageRequest& page,
                                                        const std::optional<std::string>& after) {
  PageBuilder<NamespaceRow, std::string> builder(page);
  std::int64_t total = 0;
  std::string position;
  for (;;) {
    HW_TRY(std::vector<NamespaceRow> rows, session.rows().namespaces(position, kChunk));
    const std::size_t count = rows.size();
    total += static_cast<std::int64_t>(count);
    if (count > 0) position = rows.back().name;
    for (NamespaceRow& row : rows) {
      std::string name = row.name;
      if (!after || name > *after) builder.add(std::move(row), std::move(name));
    }
    if (count < kChunk) break;
  }
  Page<NamespaceRow, std::string> out = builder.take();
  out.total = total;
  return out;
}

Result<Page<NodeId, NodePosition>> list_nodes(Session& session, const NodeListQuery& query) {
  HW_TRY(const std::shared_ptr<const Hidden> hidden, query::hidden(session));
  storage::Reader::NodeQuery rows_query;
  rows_query.kind = query.kind;
  rows_query.limit = kChunk;
  if (query.name_space) rows_query.name_space = query.name_space->id;
  if (query.after) {
    rows_query.after_set = true;
    rows_query.after_namespace = model::NamespaceId{query.after->name_space};
    rows_query.after_name = query.after->name;
  }
  PageBuilder<NodeId, NodePosition> builder(query.page);
  while (!builder.full()) {
    HW_TRY(const std::vector<NodeRow> rows, session.rows().nodes(rows_query));
    for (const NodeRow& row : rows) {
      if (listed(session, *hidden, row)) builder.add(row.id, {row.name_space.value, row.name});
    }
    if (rows.size() < kChunk) break;
    rows_query.after_set = true;
    rows_query.after_namespace = rows.back().name_space;
    rows_query.after_name = rows.back().name;
  }
  Page<NodeId, NodePosition> out = builder.take();
  HW_TRY(out.total, count_listed(session, *hidden, query));
  return out;
}

Result<Page<NodeId, RecencyPosition>> list_jobs(Session& session, const JobListQuery& query) {
  HW_TRY(std::vector<JobNews::Item> all, listed_jobs(session, query));
  HW_CHECK_OK(read_news(session, !query.last_run_states.empty(), all));
  std::vector<RecencyPosition> jobs;
  jobs.reserve(all.size());
  for (const JobNews::Item& job : all) {
    if (!query.last_run_states.empty()) {
      const auto& states = query.last_run_states;
      if (std::find(states.begin(), states.end(), *job.value.state) == states.end()) continue;
    }
    const Micros first_seen = session.graph().node(job.job).first_seen;
    jobs.push_back({job.value.heard.value_or(first_seen), job.job.value});
  }
  const auto earlier = [](const RecencyPosition& a, const RecencyPosition& b) {
    return a.time != b.time ? a.time > b.time : a.node < b.node;
  };
  // No more than the page and whether one follows has to be in order.
  const auto left =
      query.after ? std::partition(jobs.begin(), jobs.end(),
                                   [&](const auto& job) { return !earlier(*query.after, job); })
                  : jobs.begin();
  const auto wanted = static_cast<std::ptrdiff_t>(std::min<std::size_t>(
      query.page.offset + query.page.limit + 1, static_cast<std::size_t>(jobs.end() - left)));
  std::partial_sort(left, left + wanted, jobs.end(), earlier);
  PageBuilder<NodeId, RecencyPosition> builder(query.page);
  for (auto job = left; job != left + wanted; ++job) builder.add(NodeId{job->node}, *job);
  Page<NodeId, RecencyPosition> out = builder.take();
  out.total = static_cast<std::int64_t>(jobs.size());
  return out;
}

Result<std::function<bool(NodeId)>> hidden_nodes(Session& session) {
  HW_TRY(auto all, hidden(session));
  return std::function<bool(NodeId)>([all = std::move(all), &session](NodeId node) {
    return all->contains(session.graph(), node);
  });
}

}  // namespace headwater::query
