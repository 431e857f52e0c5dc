#include "stats/waste.h"

#include <algorithm>
#include <map>
#include <set>

#include "stats/apportion.h"
#include "stats/cube.h"
#include "stats/flow_graph.h"

namespace headwater::stats {
namespace {

void order(WasteList& list) {
  std::stable_sort(list.items.begin(), list.items.end(),
                   [](const auto& a, const auto& b) { return a.value > b.value; });
  for (const WastedItem& item : list.items) list.value += item.value;
}

// By component: whether anything in it is used, in the end.
std::vector<bool> used_components(const FlowGraph& flow) {
  std::vector<bool> used(flow.components());
  for (std::size_t i = flow.components(); i > 0; --i) {
    const auto component = static_cast<std::uint32_t>(i - 1);
    bool is_used = false;
    for (const FlowGraph::Exit& exit : flow.exits(component)) {
      is_used = is_used || exit.is_end || used[flow.component(exit.to)];
    }
    for (const std::uint32_t member : flow.members(component)) {
      is_used = is_used || flow.read_to_nowhere(member);
    }
    used[component] = is_used;
  }
  return used;
}

// Nobody reads it but jobs that write it and nothing else.
bool is_unread(const FlowGraph& flow, std::uint32_t dataset) {
  return std::ranges::all_of(flow.exits_of_node(dataset), [&](const FlowGraph::Exit& exit) {
    if (exit.is_end) return false;
    if (!flow.is_job(exit.to)) return exit.to == dataset;
    return std::ranges::all_of(flow.exits_of_node(exit.to),
                               [&](const FlowGraph::Exit& output) { return output.to == dataset; });
  });
}

Result<Cube> by_dataset(const CostGround& ground, const CostQuestion& question,
                        const Facts& facts) {
  return make_cube(ground, question, {{Dimension::kDataset}, SIZE_MAX, {}}, facts, nullptr);
}

}  // namespace

Result<Unread> unread(const CostGround& ground, const CostQuestion& question) {
  CostQuestion direct = question;
  direct.view = CostView::kDirect;
  Wanted wanted = wanted_by({Dimension::kDataset}, question.filter);
  wanted.consumers = true;
  HW_TRY(const Facts facts, facts_of(ground, direct, wanted));
  HW_TRY(const Cube cube, by_dataset(ground, direct, facts));
  HW_TRY(const FlowGraph::Runs runs, runs_of(ground, direct));
  std::vector<NodeId> starts;
  for (const CubeNode& node : cube.rings[1]) {
    const NodeId dataset = cube.names[1][node.code].node;
    if (dataset.value != 0) starts.push_back(dataset);
  }
  HW_TRY(const FlowGraph flow, FlowGraph::of(ground, direct, runs, facts.uses, starts));
  const std::vector<bool> used = used_components(flow);
  Unread out;
  out.total = cube.total;
  for (const CubeNode& node : cube.rings[1]) {
    const ArcName& name = cube.names[1][node.code];
    if (name.node.value == 0) continue;
    const std::uint32_t local = flow.local(name.node);
    if (used[flow.component(local)]) continue;
    WasteList& list = is_unread(flow, local) ? out.unread : out.feeds_only_unread;
    list.items.push_back({name, node.value, 0, 0});
  }
  order(out.unread);
  order(out.feeds_only_unread);
  return out;
}

namespace {

using model::RunRow;

class RewriteFinder {
 public:
  RewriteFinder(storage::Reader& rows, const CostGround& ground, const CostQuestion& question,
                std::size_t max_rows)
      : rows_(rows), ground_(ground), question_(question), max_rows_(max_rows) {}

  Result<Rewrites> run() {
    HW_TRY(const auto partitioned, rows_.partitioned());
    for (const storage::PartitionedRow& row : partitioned) {
      datasets_[row.number.value] = canonical_of(*ground_.graph, row.node);
    }
    HW_CHECK_OK(find());
    for (const auto& [run, counts] : unchanged_) HW_CHECK_OK(price(run, counts));
    CostQuestion direct = question_;
    direct.view = CostView::kDirect;
    HW_TRY(const Cube cube, by_dataset(ground_, direct, facts_));
    for (const CubeNode& node : cube.rings[1]) {
      const ArcName& name = cube.names[1][node.code];
      const Counts& counts = counts_[name.node.value];
      out_.list.items.push_back({name, node.value, counts.runs, counts.partitions});
    }
    order(out_.list);
    return std::move(out_);
  }

 private:
  struct Counts {
    std::uint64_t runs = 0, partitions = 0;
  };
  using ByDataset = std::map<NodeId, std::uint64_t>;

  NodeId dataset(model::DatasetNo number) const {
    const auto it = datasets_.find(number.value);
    return it == datasets_.end() ? NodeId{} : it->second;
  }
  // Rows come by partition, then time.
  Result<void> find() {
    storage::MaterializationRow last;
    std::size_t seen = 0;
    bool cancelled = false;
    HW_CHECK_OK(rows_.scan_materializations([&](const storage::MaterializationRow& row) {
      if (++seen > max_rows_) {
        out_.cut = true;
        return false;
      }
      if (seen % 4096 == 0 && question_.cancelled) cancelled = question_.cancelled();
      if (question_.known_at < row.seq) return !cancelled;
      const bool same = row.dataset == last.dataset && row.lane == last.lane &&
                        row.index == last.index && row.run != last.run &&
                        row.reported_out == last.reported_out;
      const Interval& interval = question_.interval;
      if (same && interval.from <= row.end && row.end < interval.to) {
        ++unchanged_[row.run][dataset(row.dataset)];
      }
      last = row;
      return !cancelled;
    }));
    if (cancelled) return cancelled_error();
    return {};
  }
  // The run's cost of each dataset, by the share of its partitions that were as before.
  Result<void> price(RunRow run, const ByDataset& unchanged) {
    HW_TRY(const auto partitions, rows_.run_partitions(run));
    ByDataset written;
    for (const storage::RunPartitionRow& row : partitions) {
      if (!row.output) continue;
      written[dataset(row.dataset)] += static_cast<std::uint64_t>(row.last - row.first) + 1;
    }
    HW_TRY(const auto rows, rows_.ledger_of_run(run));
    std::map<std::pair<NodeId, NodeId>, std::int64_t> booked;
    for (const storage::LedgerRow& row : rows) {
      const Interval& interval = question_.interval;
      if (question_.known_at < row.seq || row.time < interval.from || row.time >= interval.to) {
        continue;
      }
      booked[{canonical_of(*ground_.graph, row.dataset), canonical_of(*ground_.graph, row.job)}] +=
          row.quantities[question_.measure];
    }
    std::set<NodeId> counted;
    for (const auto& [pair, value] : booked) {
      const auto it = unchanged.find(pair.first);
      if (it == unchanged.end() || pair.first.value == 0) continue;
      const std::uint64_t all = std::max(written[pair.first], it->second);
      const std::vector<std::uint64_t> weights{it->second, all - it->second};
      apportion(value, weights, shares_);
      add({pair.second, pair.first, {}}, shares_[0]);
      if (!counted.insert(pair.first).second) continue;
      ++counts_[pair.first.value].runs;
      counts_[pair.first.value].partitions += it->second;
    }
    return {};
  }
  void add(const Source& source, std::int64_t value) {
    const auto [at, is_new] =
        sources_.emplace(std::pair(source.job, source.dataset), facts_.sources.size());
    if (is_new) {
      facts_.sources.push_back(source);
      facts_.facts.push_back({0, static_cast<std::uint32_t>(at->second), 0});
    }
    facts_.facts[at->second].value += value;
  }

  storage::Reader& rows_;
  const CostGround& ground_;
  const CostQuestion& question_;
  const std::size_t max_rows_;
  std::map<std::uint32_t, NodeId> datasets_;
  std::map<RunRow, ByDataset> unchanged_;
  std::map<std::pair<NodeId, NodeId>, std::size_t> sources_;
  std::map<std::uint32_t, Counts> counts_;
  std::vector<std::int64_t> shares_;
  Facts facts_;
  Rewrites out_;
};

}  // namespace

Result<Rewrites> rewrites(storage::Reader& rows, const CostGround& ground,
                          const CostQuestion& question, std::size_t max_rows) {
  return RewriteFinder(rows, ground, question, max_rows).run();
}

}  // namespace headwater::stats
