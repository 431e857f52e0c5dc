#include "stats/flow.h"

#include <algorithm>
#include <map>
#include <queue>
#include <unordered_map>

#include "stats/apportion.h"
#include "stats/flow_graph.h"
#include "stats/radix.h"

namespace headwater::stats {
namespace {

constexpr std::uint32_t kPolled = 1 << 16;

// One amount for each node, handed down component by component.
class Propagation {
 public:
  Propagation(const FlowGraph& flow, const CostQuestion& question)
      : flow_(flow),
        question_(question),
        mass_(flow.nodes()),
        waiting_(flow.components()),
        ends_(flow.ends()) {}

  void add(std::uint32_t local, std::int64_t value) {
    mass_[local] += value;
    const std::uint32_t component = flow_.component(local);
    if (waiting_[component]) return;
    waiting_[component] = true;
    queue_.push(component);
  }
  // Calls keep(dataset, consumer, value) for all that was added, and is empty again.
  template <class Keep>
  Result<void> run(Keep&& keep) {
    while (!queue_.empty()) {
      const std::uint32_t component = queue_.top();
      queue_.pop();
      waiting_[component] = false;
      HW_CHECK_OK(pass_on(component, keep));
    }
    for (const std::uint32_t end : ended_) {
      if (ends_[end] != 0) keep(flow_.end(end).dataset, flow_.end(end).consumer, ends_[end]);
      ends_[end] = 0;
    }
    ended_.clear();
    return {};
  }

 private:
  Result<void> count(std::size_t steps) {
    work_ += steps + 1;
    if (work_ > question_.max_work) {
      return base::make_error(
          base::ErrorCode::kLimitExceeded,
          "Handing cost down takes more than " + std::to_string(question_.max_work) +
              " steps (limit max_work). Ask for a shorter interval, or without job and time.");
    }
    if (work_ - polled_ < kPolled) return {};
    polled_ = work_;
    if (question_.cancelled && question_.cancelled()) return cancelled_error();
    return {};
  }
  template <class Keep>
  Result<void> pass_on(std::uint32_t component, Keep&& keep) {
    const std::span<const FlowGraph::Exit> exits = flow_.exits(component);
    HW_CHECK_OK(count(exits.size() + flow_.members(component).size()));
    if (exits.empty()) return stay(component, keep);
    std::int64_t all = 0;
    for (const std::uint32_t member : flow_.members(component)) {
      all += mass_[member];
      mass_[member] = 0;
    }
    share(all, exits);
    for (std::size_t i = 0; i < exits.size(); ++i) {
      if (shares_[i] == 0) continue;
      if (!exits[i].is_end) {
        add(exits[i].to, shares_[i]);
        continue;
      }
      if (ends_[exits[i].to] == 0) ended_.push_back(exits[i].to);
      ends_[exits[i].to] += shares_[i];
    }
    return {};
  }
  // Nobody uses any of it. What entered a cycle by a job stays with what the job writes.
  template <class Keep>
  Result<void> stay(std::uint32_t component, Keep&& keep) {
    for (const std::uint32_t member : flow_.members(component)) {
      const std::int64_t value = mass_[member];
      mass_[member] = 0;
      if (value == 0) continue;
      if (!flow_.is_job(member)) {
        keep(flow_.node(member), NodeId{}, value);
        continue;
      }
      const std::span<const FlowGraph::Exit> outputs = flow_.exits_of_node(member);
      HW_CHECK_OK(count(outputs.size()));
      share(value, outputs);
      for (std::size_t i = 0; i < outputs.size(); ++i) {
        if (shares_[i] != 0) keep(flow_.node(outputs[i].to), NodeId{}, shares_[i]);
      }
    }
    return {};
  }
  void share(std::int64_t value, std::span<const FlowGraph::Exit> exits) {
    weights_.clear();
    for (const FlowGraph::Exit& exit : exits) weights_.push_back(exit.weight);
    apportion(value, weights_, shares_);
  }

  const FlowGraph& flow_;
  const CostQuestion& question_;
  std::vector<std::int64_t> mass_;
  std::vector<bool> waiting_;
  std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<>> queue_;
  std::vector<std::int64_t> ends_;
  std::vector<std::uint32_t> ended_;
  std::vector<std::uint64_t> weights_;
  std::vector<std::int64_t> shares_;
  std::size_t work_ = 0, polled_ = 0;
};

class HandDown {
 public:
  HandDown(const CostGround& ground, const CostQuestion& question, const Wanted& wanted,
           const Facts& booked)
      : ground_(ground), question_(question), wanted_(wanted), booked_(booked) {
    out_.buckets = booked.buckets;
    out_.inherited = true;
  }

  Result<Facts> run() {
    HW_TRY(const FlowGraph::Runs runs, runs_of(ground_, question_));
    std::vector<NodeId> starts;
    for (const Source& source : booked_.sources) {
      if (source.dataset.value != 0) starts.push_back(source.dataset);
    }
    HW_TRY(const FlowGraph flow, FlowGraph::of(ground_, question_, runs, booked_.uses, starts));
    Propagation propagation(flow, question_);
    const std::vector<Keyed<std::uint64_t>> order = by_group();
    for (std::size_t at = 0; at < order.size();) {
      const std::uint64_t group = order[at].key;
      const NodeId job{static_cast<std::uint32_t>(group)};
      const auto bucket = static_cast<std::uint32_t>(group >> 32);
      for (; at < order.size() && order[at].key == group; ++at) {
        const Fact& fact = booked_.facts[static_cast<std::size_t>(order[at].value)];
        const Source& source = booked_.sources[fact.number];
        if (source.dataset.value == 0) {
          keep(source, bucket, fact.value);
        } else {
          propagation.add(flow.local(source.dataset), fact.value);
        }
      }
      HW_CHECK_OK(propagation.run([&](NodeId dataset, NodeId consumer, std::int64_t value) {
        keep({job, dataset, consumer}, bucket, value);
      }));
    }
    add_up(out_.facts);
    return std::move(out_);
  }

 private:
  // Facts whose cost is handed down together: of one bucket, and of one job if that is asked for.
  std::vector<Keyed<std::uint64_t>> by_group() const {
    std::vector<Keyed<std::uint64_t>> order;
    for (std::size_t i = 0; i < booked_.facts.size(); ++i) {
      const Fact& fact = booked_.facts[i];
      const NodeId job = booked_.sources[fact.number].job;
      if (question_.filter.job && job != *question_.filter.job) continue;
      const std::uint32_t group = wanted_.jobs ? job.value : 0;
      order.push_back({std::uint64_t{fact.bucket} << 32 | group, static_cast<std::int64_t>(i)});
    }
    sort_by_key(order);
    return order;
  }
  void keep(const Source& source, std::uint32_t bucket, std::int64_t value) {
    if (!of_job_ || job_ != source.job) {
      job_ = source.job;
      of_job_ = &numbers_[job_.value];
    }
    const auto [at, is_new] =
        of_job_->emplace(std::uint64_t{source.dataset.value} << 32 | source.consumer.value,
                         static_cast<std::uint32_t>(out_.sources.size()));
    if (is_new) out_.sources.push_back(source);
    out_.facts.push_back({bucket, at->second, value});
  }

  const CostGround& ground_;
  const CostQuestion& question_;
  const Wanted& wanted_;
  const Facts& booked_;
  Facts out_;
  using Numbers = std::unordered_map<std::uint64_t, std::uint32_t>;  // by dataset and consumer
  std::unordered_map<std::uint32_t, Numbers> numbers_;               // by job
  Numbers* of_job_ = nullptr;                                        // of the one asked for last
  NodeId job_;
};

}  // namespace

Result<Facts> hand_down(const CostGround& ground, const CostQuestion& question,
                        const Wanted& wanted, Facts booked) {
  return HandDown(ground, question, wanted, booked).run();
}

}  // namespace headwater::stats
