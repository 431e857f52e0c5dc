#include <algorithm>
#include <cmath>
#include <utility>

#include "query/layered/proper_graph.h"

namespace headwater::query::layered {
namespace {

constexpr int kPasses = 6;
constexpr double kDummyWeight = 4.0;  // long edges would rather be straight

class Placer {
 public:
  Placer(const ProperGraph& graph, const std::vector<int>& heights, const LayoutOptions& options)
      : graph_(graph), heights_(heights), options_(options), top_(heights.size(), 0.0) {}

  std::vector<int> run() {
    for (const auto& column : graph_.columns) stack(column);
    const std::size_t count = graph_.columns.size();
    for (int pass = 0; pass < kPasses; ++pass) {
      const bool right = pass % 2 == 0;
      for (std::size_t i = 1; i < count; ++i) {
        fit(graph_.columns[right ? i : count - 1 - i], right ? graph_.before : graph_.after);
      }
    }
    return rounded();
  }

 private:
  bool dummy(Vertex v) const { return v >= graph_.real; }
  double height(Vertex v) const { return heights_[v]; }
  double middle(Vertex v) const { return top_[v] + height(v) / 2; }
  double step(Vertex above, Vertex below) const {
    const bool lane = dummy(above) || dummy(below);
    return height(above) + (lane ? options_.lane_gap : options_.node_gap);
  }

  void stack(const std::vector<Vertex>& column) {
    for (std::size_t i = 1; i < column.size(); ++i) {
      top_[column[i]] = top_[column[i - 1]] + step(column[i - 1], column[i]);
    }
  }

  // The top that would centre v on the median of its neighbours.
  double wanted(Vertex v, const std::vector<Vertex>& around) const {
    if (around.empty()) return top_[v];
    std::vector<double> middles;
    middles.reserve(around.size());
    for (const Vertex n : around) middles.push_back(middle(n));
    std::sort(middles.begin(), middles.end());
    const std::size_t half = middles.size() / 2;
    const double median =
        middles.size() % 2 == 1 ? middles[half] : (middles[half - 1] + middles[half]) / 2;
    return median - height(v) / 2;
  }

  // Least squares under "each at least a step below the one above": with the steps taken off it is
  // isotonic regression, solved exactly by pooling adjacent violators.
  void fit(const std::vector<Vertex>& column, const std::vector<std::vector<Vertex>>& neighbours) {
    struct Block {
      double sum, weight;
      std::size_t size;
      double mean() const { return sum / weight; }
    };
    std::vector<Block> blocks;
    std::vector<double> offset(column.size(), 0.0);
    for (std::size_t i = 0; i < column.size(); ++i) {
      const Vertex v = column[i];
      if (i > 0) offset[i] = offset[i - 1] + step(column[i - 1], v);
      const double weight = neighbours[v].empty() ? 0.1 : (dummy(v) ? kDummyWeight : 1.0);
      blocks.push_back({weight * (wanted(v, neighbours[v]) - offset[i]), weight, 1});
      while (blocks.size() > 1 && blocks[blocks.size() - 2].mean() >= blocks.back().mean()) {
        const Block last = blocks.back();
        blocks.pop_back();
        blocks.back().sum += last.sum;
        blocks.back().weight += last.weight;
        blocks.back().size += last.size;
      }
    }
    std::size_t i = 0;
    for (const Block& block : blocks) {
      for (std::size_t k = 0; k < block.size; ++k, ++i) top_[column[i]] = block.mean() + offset[i];
    }
  }

  // Steps are whole numbers, and rounding keeps differences that are at least a whole number, but
  // for an error in the last place: the walk down each column makes that exact.
  std::vector<int> rounded() const {
    double lowest = 0;
    if (!top_.empty()) lowest = *std::min_element(top_.begin(), top_.end());
    std::vector<int> top(top_.size(), 0);
    for (const auto& column : graph_.columns) {
      for (std::size_t i = 0; i < column.size(); ++i) {
        top[column[i]] = static_cast<int>(std::lround(top_[column[i]] - lowest));
        if (i == 0) continue;
        const int least = top[column[i - 1]] + static_cast<int>(step(column[i - 1], column[i]));
        top[column[i]] = std::max(top[column[i]], least);
      }
    }
    return top;
  }

  const ProperGraph& graph_;
  const std::vector<int>& heights_;
  const LayoutOptions& options_;
  std::vector<double> top_;
};

}  // namespace

std::vector<int> place_vertically(const ProperGraph& graph, const std::vector<int>& heights,
                                  const LayoutOptions& options) {
  return Placer(graph, heights, options).run();
}

}  // namespace headwater::query::layered
