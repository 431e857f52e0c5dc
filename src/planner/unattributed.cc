#include "planner/unattributed.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "storage/edge_sets.h"

namespace headwater::planner {
namespace {

using base::ErrorCode;
using base::make_error;
using base::Result;
using model::NodeId;
using storage::RunInfo;

bool is_write(model::EdgeKind kind) {
  return kind == model::EdgeKind::kWrites || kind == model::EdgeKind::kWritesScoped;
}

// Jobs that write the dataset or once did, by any name.
std::set<NodeId> writers_of(const graph::Snapshot& graph, NodeId dataset) {
  std::set<NodeId> out;
  for (const model::EdgeId id : graph.history(dataset, graph::Direction::kUpstream)) {
    const graph::EdgeInfo edge = graph.edge(id);
    if (is_write(edge.kind)) out.insert(edge.src);
  }
  return out;
}

class WhatRunsWrote {
 public:
  WhatRunsWrote(storage::Reader& reader, const graph::Snapshot& graph, NodeId dataset,
                const std::vector<model::DatasetNo>& numbers)
      : reader_(reader), graph_(graph), dataset_(dataset), numbers_(numbers) {}

  Result<bool> unattributed(const RunInfo& run) {
    HW_TRY(const auto named, reader_.run_partitions(run.id));
    const bool says = std::any_of(named.begin(), named.end(), [&](const auto& row) {
      return row.output &&
             std::find(numbers_.begin(), numbers_.end(), row.dataset) != numbers_.end();
    });
    if (says) return false;
    HW_TRY(const auto observations, reader_.observations_of_run(run.id));
    for (const storage::ObservationRow& row : observations) {
      HW_TRY(const bool shown, shows(row.edge_set));
      if (shown) return true;
    }
    return false;
  }

 private:
  Result<bool> shows(model::EdgeSetId id) {
    if (!id) return false;
    if (const auto known = known_.find(id); known != known_.end()) return known->second;
    HW_TRY(const model::EdgeSet set, storage::read_edge_set(reader_, id));
    const bool shown = std::any_of(set.entries.begin(), set.entries.end(), [&](const auto& entry) {
      return is_write(entry.key.kind) && graph_.canonical(entry.key.dst) == dataset_;
    });
    known_.emplace(id, shown);
    return shown;
  }

  storage::Reader& reader_;
  const graph::Snapshot& graph_;
  const NodeId dataset_;
  const std::vector<model::DatasetNo>& numbers_;
  std::map<model::EdgeSetId, bool> known_;
};

}  // namespace

Result<UnattributedWrites> unattributed_writes(storage::Reader& reader,
                                               const graph::Snapshot& graph, NodeId dataset,
                                               const std::vector<model::DatasetNo>& numbers,
                                               std::size_t most,
                                               const std::function<bool()>& cancelled) {
  UnattributedWrites out;
  std::vector<RunInfo> runs;
  for (const NodeId job : writers_of(graph, dataset)) {
    HW_TRY(auto own, reader.runs_of_job(job, std::nullopt, most));
    HW_TRY(const std::int64_t all, reader.count_runs_of_job(job));
    out.left_out += static_cast<std::size_t>(all) - own.size();
    runs.insert(runs.end(), std::make_move_iterator(own.begin()),
                std::make_move_iterator(own.end()));
  }
  std::sort(runs.begin(), runs.end(), [](const RunInfo& a, const RunInfo& b) {
    return std::pair(a.first_time, a.id) > std::pair(b.first_time, b.id);
  });
  if (runs.size() > most) {
    out.left_out += runs.size() - most;
    runs.resize(most);
  }
  out.looked_at = runs.size();
  WhatRunsWrote wrote(reader, graph, dataset, numbers);
  for (RunInfo& run : runs) {
    if (cancelled && cancelled()) {
      return make_error(ErrorCode::kCancelled, "The request was cancelled.");
    }
    if (run.state != storage::RunState::kCompleted) continue;
    HW_TRY(const bool unattributed, wrote.unattributed(run));
    if (unattributed) out.runs.push_back(std::move(run));
  }
  return out;
}

}  // namespace headwater::planner
