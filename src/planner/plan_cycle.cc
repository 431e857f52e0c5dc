#include "planner/plan_cycle.h"

#include <algorithm>
#include <utility>

#include "planner/plan_builder.h"

namespace headwater::planner {

using base::ErrorCode;
using base::make_error;
using base::Result;

CycleOrder::CycleOrder(const State& state, const std::vector<DatasetNo>& group,
                       const PlanSet& planned)
    : state_(state), group_(group), planned_(planned) {
  for (const DatasetNo dataset : group) {
    for (const Pieces& pieces : planned[dataset.value - 1]) {
      for (const Piece& piece : pieces) size_ += static_cast<std::size_t>(piece.count());
    }
  }
}

void CycleOrder::make_nodes() {
  for (std::size_t i = 0; i < group_.size(); ++i) {
    by_lane_.emplace_back();
    const LanePieces& lanes = planned_[group_[i].value - 1];
    for (std::uint32_t lane = 0; lane < lanes.size(); ++lane) {
      by_lane_.back().emplace_back();
      for (const Piece& piece : lanes[lane]) {
        for (std::int64_t index = piece.first; index <= piece.last; ++index) {
          Node node;
          node.number = static_cast<std::uint32_t>(nodes_.size());
          node.dataset = i;
          node.lane = lane;
          node.piece = piece;
          node.piece.first = node.piece.last = index;
          by_lane_.back().back().push_back(node.number);
          nodes_.push_back(std::move(node));
        }
      }
    }
  }
}

template <class Visit>
void CycleOrder::each_node(std::size_t dataset, std::uint32_t lane, const Interval& interval,
                           Visit visit) const {
  if (lane >= by_lane_[dataset].size()) return;
  const std::vector<std::uint32_t>& numbers = by_lane_[dataset][lane];
  auto it = std::lower_bound(
      numbers.begin(), numbers.end(), interval.first,
      [&](std::uint32_t number, std::int64_t index) { return nodes_[number].piece.first < index; });
  for (; it != numbers.end() && nodes_[*it].piece.first <= interval.last; ++it) visit(*it);
}

Result<void> CycleOrder::link(std::size_t max_links) {
  std::size_t links = 0;
  for (Node& node : nodes_) {
    const Place place{node.lane, node.piece.first};
    for (const InputSpan& input : inputs_of(state_, group_[node.dataset], place)) {
      const auto at = std::find(group_.begin(), group_.end(), input.dataset);
      if (at == group_.end()) continue;
      each_node(static_cast<std::size_t>(at - group_.begin()), input.span.lane,
                {input.span.first, input.span.last},
                [&](std::uint32_t number) { node.reads.push_back(number); });
    }
    links += node.reads.size();
    if (links > max_links) {
      return make_error(ErrorCode::kLimitExceeded,
                        "The tasks of the plan wait for each other in more than " +
                            std::to_string(kMaxPlanLinks) +
                            " ways (plans.max_links). Choose fewer datasets or changes, or an "
                            "earlier until.");
    }
  }
  return {};
}

Result<std::vector<CycleOrder::Node>> CycleOrder::run(
    const std::vector<std::vector<std::vector<WaveStep>>>& steps, std::size_t max_links) {
  make_nodes();
  HW_CHECK_OK(link(max_links));
  std::vector<std::vector<std::uint32_t>> readers(nodes_.size());
  std::vector<std::size_t> open(nodes_.size());
  std::vector<std::uint32_t> ready;
  for (Node& node : nodes_) {
    const std::vector<WaveStep>& lane = steps[node.dataset][node.lane];
    const auto step = first_ending_at(lane, node.piece.first);
    if (step != lane.end() && step->first <= node.piece.first) node.wave = step->wave + 1;
    for (const std::uint32_t other : node.reads) readers[other].push_back(node.number);
    open[node.number] = node.reads.size();
    if (node.reads.empty()) ready.push_back(node.number);
  }
  for (std::size_t at = 0; at < ready.size(); ++at) {
    for (const std::uint32_t reader : readers[ready[at]]) {
      nodes_[reader].wave = std::max(nodes_[reader].wave, nodes_[ready[at]].wave + 1);
      if (--open[reader] == 0) ready.push_back(reader);
    }
  }
  if (ready.size() < nodes_.size()) {
    return make_error(ErrorCode::kInvalidArgument,
                      "A partition of the plan depends on itself. Change one of the mappings "
                      "between its dataset and those that it depends on so that it looks back.");
  }
  std::vector<Node> out;
  out.reserve(nodes_.size());
  for (const std::uint32_t number : ready) out.push_back(std::move(nodes_[number]));
  return out;
}

}  // namespace headwater::planner
