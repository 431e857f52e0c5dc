#include "stats/flow_graph.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "graph/graph_inl.h"

namespace headwater::stats {

using graph::Direction;
using model::EdgeKind;
using model::NodeKind;

namespace {

// A use counts as a run, in the units of kRuns.
constexpr auto kRun = static_cast<std::uint64_t>(model::kMicro);

}  // namespace

class FlowBuilder {
 public:
  FlowBuilder(const CostGround& ground, const CostQuestion& question, const FlowGraph::Runs& runs,
              const Uses& uses)
      : graph_(*ground.graph), question_(question), runs_(runs), uses_(uses) {}

  Result<FlowGraph> run(std::span<const NodeId> starts) {
    for (const NodeId start : starts) place(start, false);
    for (std::uint32_t at = 0; at < out_.nodes_.size(); ++at) {
      out_.first_.push_back(out_.exits_.size());
      if (out_.jobs_[at]) {
        add_job(out_.nodes_[at]);
      } else {
        add_dataset(out_.nodes_[at]);
      }
      if (out_.exits_.size() + at > question_.max_work) return too_much();
      if (at % 4096 == 0 && question_.cancelled && question_.cancelled()) return cancelled_error();
    }
    out_.first_.push_back(out_.exits_.size());
    find_components();
    find_exits();
    return std::move(out_);
  }

  base::Error too_much() const {
    return base::make_error(
        base::ErrorCode::kLimitExceeded,
        "Handing cost down takes more than " + std::to_string(question_.max_work) +
            " steps (limit max_work). Ask for a shorter interval, or without job and time.");
  }

 private:
  std::uint32_t place(NodeId node, bool job) {
    std::vector<std::uint32_t>& all = out_.locals_;
    if (node.value >= all.size()) {
      all.resize(std::max<std::size_t>(node.value, graph_.node_count()) + 1, FlowGraph::kNone);
    }
    std::uint32_t& local = all[node.value];
    if (local != FlowGraph::kNone) return local;
    local = static_cast<std::uint32_t>(out_.nodes_.size());
    out_.nodes_.push_back(node);
    out_.to_nowhere_.push_back(false);
    out_.jobs_.push_back(job);
    return local;
  }
  std::uint64_t runs(NodeId job) const {
    const auto it = std::lower_bound(runs_.begin(), runs_.end(), job,
                                     [](const auto& a, NodeId b) { return a.first < b; });
    return it != runs_.end() && it->first == job && it->second > 0
               ? static_cast<std::uint64_t>(it->second)
               : 0;
  }
  template <class Visit>
  void each(NodeId node, model::EdgeKinds kinds, Visit&& visit) const {
    if (node.value == 0 || node.value > graph_.node_count()) return;
    graph_.for_each(node, Direction::kDownstream, kinds, [&](const graph::Neighbor& next) {
      visit(next, graph_.canonical(next.node));
      return true;
    });
  }
  // What a job writes of all that it reads; each once, by id.
  const std::vector<NodeId>& outputs(NodeId job) {
    const auto [at, is_new] = outputs_.try_emplace(job.value);
    std::vector<NodeId>& all = at->second;
    if (!is_new) return all;
    each(job, mask(EdgeKind::kWrites) | mask(EdgeKind::kFlow),
         [&](const graph::Neighbor&, NodeId to) {
           if (graph_.kind_of(to) == NodeKind::kDataset) all.push_back(to);
         });
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
  }
  static std::uint64_t part(std::uint64_t weight, std::size_t parts) {
    return std::max<std::uint64_t>(1, weight / parts);
  }

  struct Reader {
    bool reads = false;
    std::vector<NodeId> targets;  // that the job passes the dataset on to, as explicit lineage says
  };
  void add_dataset(NodeId dataset) {
    std::map<NodeId, Reader> readers;
    std::map<NodeId, std::uint64_t> plain;  // explicit, and no job is named
    each(dataset, mask(EdgeKind::kReads) | mask(EdgeKind::kFlow),
         [&](const graph::Neighbor& next, NodeId to) {
           if (graph_.kind_of(to) == NodeKind::kJob) {
             readers[to].reads = true;
           } else if (graph_.kind_of(to) == NodeKind::kDataset) {
             const NodeId via = graph_.via_of(next.edge);
             const bool job = via.value != 0 && graph_.kind_of(via) == NodeKind::kJob;
             if (job) {
               readers[graph_.canonical(via)].targets.push_back(to);
             } else {
               plain[to] = kRun;
             }
           }
         });
    for (const auto& [to, weight] : plain) go(place(to, false), weight);
    const std::uint32_t local = out_.local(dataset);
    for (auto& [job, reader] : readers) add_reader(local, job, reader);
    for (const Uses::Use& use : uses_.of_dataset(dataset)) {
      out_.exits_.push_back(
          {static_cast<std::uint32_t>(out_.ends_.size()), true, use.count * kRun});
      out_.ends_.push_back({dataset, use.consumer});
    }
  }
  void add_reader(std::uint32_t dataset, NodeId job, Reader& reader) {
    const std::uint64_t weight = runs(job);
    if (weight == 0) return;
    std::sort(reader.targets.begin(), reader.targets.end());
    reader.targets.erase(std::unique(reader.targets.begin(), reader.targets.end()),
                         reader.targets.end());
    const std::size_t open = reader.reads ? outputs(job).size() : 0;
    const std::size_t parts = open + reader.targets.size();
    if (parts == 0) {
      out_.to_nowhere_[dataset] = true;
      return;
    }
    if (open > 0) go(place(job, true), part(weight, parts) * open);
    for (const NodeId to : reader.targets) go(place(to, false), part(weight, parts));
  }
  void add_job(NodeId job) {
    const std::vector<NodeId>& all = outputs(job);
    for (const NodeId to : all) go(place(to, false), part(runs(job), all.size()));
  }
  void go(std::uint32_t to, std::uint64_t weight) { out_.exits_.push_back({to, false, weight}); }

  // Tarjan's algorithm with a stack of its own. Components come out last ones first.
  void find_components() {
    const auto count = static_cast<std::uint32_t>(out_.nodes_.size());
    constexpr std::uint32_t kNew = UINT32_MAX;
    std::vector<std::uint32_t> number(count, kNew), low(count);
    std::vector<std::uint32_t> open, stack;
    std::vector<std::size_t> next(count);
    out_.component_.assign(count, kNew);
    std::uint32_t visited = 0, found = 0;
    const auto enter = [&](std::uint32_t node) {
      number[node] = low[node] = visited++;
      next[node] = out_.first_[node];
      open.push_back(node);
      stack.push_back(node);
    };
    for (std::uint32_t root = 0; root < count; ++root) {
      if (number[root] != kNew) continue;
      enter(root);
      while (!stack.empty()) {
        const std::uint32_t node = stack.back();
        if (next[node] < out_.first_[node + 1]) {
          const FlowGraph::Exit& exit = out_.exits_[next[node]++];
          if (exit.is_end) continue;
          if (number[exit.to] == kNew) {
            enter(exit.to);
          } else if (out_.component_[exit.to] == kNew) {
            low[node] = std::min(low[node], number[exit.to]);
          }
          continue;
        }
        stack.pop_back();
        if (!stack.empty()) low[stack.back()] = std::min(low[stack.back()], low[node]);
        if (low[node] != number[node]) continue;
        std::uint32_t member = kNew;
        while (member != node) {
          member = open.back();
          open.pop_back();
          out_.component_[member] = found;
        }
        ++found;
      }
    }
    for (std::uint32_t& component : out_.component_) component = found - 1 - component;
    place_members(found);
  }
  void place_members(std::uint32_t components) {
    std::vector<std::size_t>& first = out_.member_first_;
    first.assign(components + std::size_t{1}, 0);
    for (const std::uint32_t c : out_.component_) ++first[c + std::size_t{1}];
    for (std::size_t c = 1; c < first.size(); ++c) first[c] += first[c - 1];
    std::vector<std::size_t> at(first.begin(), first.end() - 1);
    out_.members_.resize(out_.nodes_.size());
    for (std::uint32_t node = 0; node < out_.nodes_.size(); ++node) {
      out_.members_[at[out_.component_[node]]++] = node;
    }
  }
  // Targets by kind, then node: the order in which what cannot be split is given away.
  void find_exits() {
    std::vector<FlowGraph::Exit> all;
    for (std::uint32_t c = 0; c + 1 < out_.member_first_.size(); ++c) {
      out_.exit_first_.push_back(out_.component_exits_.size());
      all.clear();
      for (const std::uint32_t member : out_.members(c)) {
        for (const FlowGraph::Exit& exit : out_.exits_of_node(member)) {
          if (exit.is_end || out_.component_[exit.to] != c) all.push_back(exit);
        }
      }
      std::sort(all.begin(), all.end(),
                [&](const auto& a, const auto& b) { return key(a) < key(b); });
      for (const FlowGraph::Exit& exit : all) {
        auto& merged = out_.component_exits_;
        if (merged.size() > out_.exit_first_.back() && key(merged.back()) == key(exit)) {
          merged.back().weight += exit.weight;
        } else {
          merged.push_back(exit);
        }
      }
    }
    out_.exit_first_.push_back(out_.component_exits_.size());
  }
  std::pair<std::uint64_t, std::uint32_t> key(const FlowGraph::Exit& exit) const {
    if (!exit.is_end) return {out_.nodes_[exit.to].value, 0};
    const FlowGraph::End& end = out_.ends_[exit.to];
    return {std::uint64_t{1} << 32 | end.consumer.value, end.dataset.value};
  }

  const Snapshot& graph_;
  const CostQuestion& question_;
  const FlowGraph::Runs& runs_;
  const Uses& uses_;
  FlowGraph out_;
  std::unordered_map<std::uint32_t, std::vector<NodeId>> outputs_;
};

Result<FlowGraph> FlowGraph::of(const CostGround& ground, const CostQuestion& question,
                                const Runs& runs, const Uses& uses,
                                std::span<const NodeId> starts) {
  return FlowBuilder(ground, question, runs, uses).run(starts);
}

}  // namespace headwater::stats
