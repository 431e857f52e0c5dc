// Staleness: in which order datasets are to be looked at. Tarjan's components, without recursion.

#include <algorithm>

#include "planner/staleness.h"

namespace headwater::planner {

namespace {

class Components {
 public:
  explicit Components(const State& state)
      : state_(state),
        number_(state.dataset_count() + std::size_t{1}),
        low_(number_.size()),
        open_(number_.size()) {}

  std::vector<std::vector<DatasetNo>> run() {
    for (std::uint32_t root = 1; root < number_.size(); ++root) {
      if (number_[root] == 0) walk(root);
    }
    return std::move(groups_);
  }

 private:
  struct Frame {
    std::uint32_t dataset;
    std::size_t edge;
  };

  void enter(std::uint32_t dataset) {
    number_[dataset] = low_[dataset] = ++next_;
    open_[dataset] = true;
    path_.push_back(DatasetNo{dataset});
    stack_.push_back({dataset, 0});
  }

  void walk(std::uint32_t root) {
    enter(root);
    while (!stack_.empty()) {
      Frame& frame = stack_.back();
      const std::uint32_t at = frame.dataset;
      const std::vector<Edge>& in = state_.segment(DatasetNo{at}).in;
      if (frame.edge < in.size()) {
        const Edge& edge = in[frame.edge++];
        const std::uint32_t up = edge.upstream.value;
        if (!edge.reads->counts()) continue;
        if (number_[up] == 0) {
          enter(up);
        } else if (open_[up]) {
          low_[at] = std::min(low_[at], number_[up]);
        }
        continue;
      }
      if (low_[at] == number_[at]) close(at);
      stack_.pop_back();
      if (stack_.empty()) continue;
      const std::uint32_t down = stack_.back().dataset;
      low_[down] = std::min(low_[down], low_[at]);
    }
  }

  void close(std::uint32_t at) {
    std::vector<DatasetNo> group;
    do {
      group.push_back(path_.back());
      path_.pop_back();
      open_[group.back().value] = false;
    } while (group.back().value != at);
    groups_.push_back(std::move(group));
  }

  const State& state_;
  std::vector<std::uint32_t> number_, low_;
  std::vector<bool> open_;
  std::vector<DatasetNo> path_;
  std::vector<Frame> stack_;
  std::uint32_t next_ = 0;
  std::vector<std::vector<DatasetNo>> groups_;
};

// Of each group one more than the highest that it reads.
std::vector<std::vector<std::uint32_t>> levels_of(
    const State& state, const std::vector<std::vector<DatasetNo>>& groups) {
  std::vector<std::vector<std::uint32_t>> out;
  std::vector<std::size_t> above(state.dataset_count() + std::size_t{1});  // 0: not known yet
  for (std::uint32_t i = 0; i < groups.size(); ++i) {
    std::size_t level = 0;
    for (const DatasetNo dataset : groups[i]) {
      for (const Edge& edge : state.segment(dataset).in) {
        if (edge.reads->counts()) level = std::max(level, above[edge.upstream.value]);
      }
    }
    for (const DatasetNo dataset : groups[i]) above[dataset.value] = level + 1;
    if (out.size() <= level) out.resize(level + 1);
    out[level].push_back(i);
  }
  return out;
}

}  // namespace

std::shared_ptr<const Staleness::Order> Staleness::find_order(const State& state) {
  auto out = std::make_shared<Order>();
  out->groups = Components(state).run();
  for (const std::vector<DatasetNo>& group : out->groups) {
    out->datasets.insert(out->datasets.end(), group.begin(), group.end());
  }
  out->levels = levels_of(state, out->groups);
  return out;
}

}  // namespace headwater::planner
