// What costs should be, the slow way: row by row, and with a matrix instead of a walk.
#pragma once

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "graph/graph_inl.h"
#include "stats/calendar_buckets.h"
#include "tests/support/cost_world.h"

namespace headwater::tests {

using stats::Dimension;
using Path = std::vector<std::string>;
using Values = std::map<Path, std::int64_t>;

struct Booked {
  Seq seq;
  base::Micros time = 0;
  NodeId job, dataset;
  model::Quantities quantities;
};

// Hamilton's method by comparing remainders as fractions, one unit at a time.
inline std::vector<std::int64_t> naive_split(std::int64_t value,
                                             const std::vector<std::int64_t>& weights) {
  __extension__ typedef __int128 Large;
  const Large all = std::accumulate(weights.begin(), weights.end(), Large{0});
  const Large size = value < 0 ? -Large{value} : Large{value};
  std::vector<std::int64_t> out;
  std::vector<Large> rest;
  Large left = size;
  for (const std::int64_t weight : weights) {
    out.push_back(static_cast<std::int64_t>(size * weight / all));
    rest.push_back(size * weight % all);
    left -= out.back();
  }
  for (; left > 0; --left) {
    const auto largest = std::max_element(rest.begin(), rest.end());
    ++out[static_cast<std::size_t>(largest - rest.begin())];
    *largest = -1;
  }
  if (value < 0) {
    for (std::int64_t& share : out) share = -share;
  }
  return out;
}

class NaiveCosts {
 public:
  NaiveCosts(const CostWorld& world, const graph::Snapshot& graph, const std::vector<Booked>& rows,
             const std::vector<stats::UsageRow>& uses, const stats::CostQuestion& question)
      : world_(world), graph_(graph), rows_(rows), uses_(uses), question_(question) {}

  bool counts(const Booked& row) const {
    return row.time >= question_.interval.from && row.time < question_.interval.to &&
           row.seq <= question_.known_at;
  }
  std::int64_t total() const {
    std::int64_t sum = 0;
    for (const Booked& row : rows_) sum += counts(row) ? row.quantities[question_.measure] : 0;
    return sum;
  }

  // The leaves of the direct view.
  Values direct(const std::vector<Dimension>& by) const {
    std::map<std::tuple<NodeId, NodeId, Path>, std::int64_t> cells;
    for (const Booked& row : rows_) {
      if (!counts(row)) continue;
      Path times;
      for (const Dimension d : by) {
        if (stats::period_of(d)) times.push_back(time_text(d, row.time));
      }
      cells[{name(row.job), name(row.dataset), times}] += row.quantities[question_.measure];
    }
    Values out;
    for (const auto& [cell, value] : cells) spread(cell, value, by, out);
    return out;
  }

  std::map<NodeId, std::int64_t> used(NodeId dataset) const {
    std::map<NodeId, std::int64_t> out;
    for (const stats::UsageRow& use : uses_) {
      if (name(use.dataset) != dataset || question_.known_at < use.seq) continue;
      if (use.day < stats::day_of(question_.interval.from) ||
          use.day > stats::day_of(question_.interval.to - 1)) {
        continue;
      }
      out[name(use.consumer)] += use.count;
    }
    return out;
  }
  NodeId name(NodeId node) const { return node.value == 0 ? node : graph_.canonical(node); }
  std::string id(const std::string& kind, NodeId node) const {
    const graph::NodeInfo info = graph_.node(node);
    return kind + ":" + std::string(info.name_space) + ":" + std::string(info.name);
  }
  std::string consumer_id(NodeId dataset, NodeId consumer) const {
    if (consumer.value != 0) return id("consumer", consumer);
    return dataset.value == 0 ? "(no output)" : "(not used)";
  }
  std::string dataset_id(NodeId dataset) const {
    return dataset.value == 0 ? "(no output)" : id("dataset", dataset);
  }

 private:
  using Cell = std::tuple<NodeId, NodeId, Path>;

  static std::string time_text(Dimension dimension, base::Micros time) {
    const stats::Period period = *stats::period_of(dimension);
    return stats::period_text(period, stats::start_of(period, stats::day_of(time)));
  }
  std::vector<std::string> texts(NodeId node, bool owners) const {
    const auto it = world_.labels.of.find(node);
    if (it == world_.labels.of.end()) return {};
    std::vector<std::string> out = owners ? it->second.owners : it->second.tags;
    std::ranges::sort(out);
    return out;
  }
  static bool has(const std::vector<Dimension>& by, Dimension d) {
    return std::ranges::find(by, d) != by.end();
  }

  void spread(const Cell& cell, std::int64_t value, const std::vector<Dimension>& by,
              Values& out) const {
    const auto& [job, dataset, times] = cell;
    std::vector<std::string> owners{""}, tags{""};
    if (has(by, Dimension::kOwner)) {
      owners = texts(job, true);
      if (owners.empty()) owners = texts(dataset, true);
      if (owners.empty()) owners = {"(no owner)"};
    }
    if (has(by, Dimension::kTag)) {
      std::set<std::string> all;
      for (const NodeId node : {job, dataset}) {
        for (const std::string& tag : texts(node, false)) all.insert(tag);
      }
      tags = {all.begin(), all.end()};
      if (tags.empty()) tags = {"(untagged)"};
    }
    std::vector<std::pair<NodeId, std::int64_t>> users{{NodeId{}, 1}};
    if (has(by, Dimension::kConsumer) || has(by, Dimension::kConsumerType)) {
      const auto found = used(dataset);
      if (dataset.value != 0 && !found.empty()) users = {found.begin(), found.end()};
    }
    const auto owned = naive_split(value, std::vector<std::int64_t>(owners.size(), 1));
    for (std::size_t i = 0; i < owners.size(); ++i) {
      const auto tagged = naive_split(owned[i], std::vector<std::int64_t>(tags.size(), 1));
      for (std::size_t j = 0; j < tags.size(); ++j) {
        std::vector<std::int64_t> weights;
        for (const auto& user : users) weights.push_back(user.second);
        const auto shares = naive_split(tagged[j], weights);
        for (std::size_t k = 0; k < users.size(); ++k) {
          out[path(cell, by, owners[i], tags[j], users[k].first)] += shares[k];
        }
      }
    }
  }
  Path path(const Cell& cell, const std::vector<Dimension>& by, const std::string& owner,
            const std::string& tag, NodeId user) const {
    const auto& [job, dataset, times] = cell;
    Path out;
    std::size_t time = 0;
    for (const Dimension d : by) {
      if (stats::period_of(d)) out.push_back(times[time++]);
      if (d == Dimension::kOwner) out.push_back(owner);
      if (d == Dimension::kTag) out.push_back(tag);
      if (d == Dimension::kJob) out.push_back(job.value == 0 ? "(unattributed)" : id("job", job));
      if (d == Dimension::kDataset) out.push_back(dataset_id(dataset));
      if (d == Dimension::kConsumer) out.push_back(consumer_id(dataset, user));
      if (d == Dimension::kConsumerType) {
        const std::string all = user.value == 0 ? "" : std::string(graph_.node(user).name);
        out.push_back(user.value == 0 ? consumer_id(dataset, user) : all.substr(0, all.find(':')));
      }
      if (d != Dimension::kNamespace) continue;
      const NodeId named = job.value != 0 ? job : dataset;
      out.push_back(named.value == 0 ? "(unattributed)"
                                     : std::string(graph_.node(named).name_space));
    }
    return out;
  }

  const CostWorld& world_;
  const graph::Snapshot& graph_;
  const std::vector<Booked>& rows_;
  const std::vector<stats::UsageRow>& uses_;
  const stats::CostQuestion& question_;
};

// Handing down with fractions: components by a closure, then sums in the order of the closure.
class NaiveFlow {
 public:
  using Holds = std::map<std::pair<NodeId, NodeId>, long double>;  // dataset and consumer

  NaiveFlow(const NaiveCosts& costs, const graph::Snapshot& graph, std::vector<NodeId> nodes,
            const std::map<NodeId, std::int64_t>& runs)
      : costs_(costs), graph_(graph), nodes_(std::move(nodes)), runs_(runs) {
    for (const NodeId node : nodes_) {
      if (graph_.kind_of(node) == NodeKind::kDataset) leave_dataset(node);
      if (graph_.kind_of(node) == NodeKind::kJob) leave_job(node);
    }
    close();
  }

  Holds hand_down(std::map<NodeId, long double> mass) const {
    Holds out;
    std::set<NodeId> done;
    while (done.size() < nodes_.size()) {
      for (const NodeId node : nodes_) {
        if (!done.contains(node) && ready(node, done)) pass(together(node), mass, done, out);
      }
    }
    return out;
  }
  std::size_t steps() const {
    std::size_t out = nodes_.size();
    for (const auto& [node, exits] : exits_) out += exits.size();
    for (const auto& [node, ends] : ends_) out += ends.size();
    return out;
  }

 private:
  void leave_dataset(NodeId dataset) {
    std::map<NodeId, std::pair<bool, std::set<NodeId>>> readers;
    graph_.for_each(dataset, graph::Direction::kDownstream,
                    mask(model::EdgeKind::kReads) | mask(model::EdgeKind::kFlow),
                    [&](const graph::Neighbor& next) {
                      const NodeId via = graph_.via_of(next.edge);
                      if (next.kind == model::EdgeKind::kReads) {
                        readers[graph_.canonical(next.node)].first = true;
                      } else if (via.value != 0) {
                        readers[graph_.canonical(via)].second.insert(graph_.canonical(next.node));
                      }
                      return true;
                    });
    for (const auto& [job, reader] : readers) {
      const auto ran = runs_.find(job);
      if (ran == runs_.end() || ran->second <= 0) continue;
      const std::size_t open = reader.first ? outputs(job).size() : 0;
      const std::size_t parts = open + reader.second.size();
      if (parts == 0) continue;
      const long double part = part_of(ran->second, parts);
      if (open > 0) exits_[dataset][job] += part * static_cast<long double>(open);
      for (const NodeId to : reader.second) exits_[dataset][to] += part;
    }
    for (const auto& [consumer, count] : costs_.used(dataset)) {
      ends_[dataset][consumer] = static_cast<long double>(count) * model::kMicro;
    }
  }
  void leave_job(NodeId job) {
    const auto ran = runs_.find(job);
    if (ran == runs_.end() || ran->second <= 0) return;
    const std::set<NodeId> all = outputs(job);
    for (const NodeId to : all) exits_[job][to] = part_of(ran->second, all.size());
  }
  // Weights are whole numbers, by definition.
  static long double part_of(std::int64_t runs, std::size_t parts) {
    return static_cast<long double>(
        std::max<std::int64_t>(1, runs / static_cast<std::int64_t>(parts)));
  }
  std::set<NodeId> outputs(NodeId job) const {
    std::set<NodeId> out;
    graph_.for_each(job, graph::Direction::kDownstream, mask(model::EdgeKind::kWrites),
                    [&](const graph::Neighbor& next) {
                      out.insert(graph_.canonical(next.node));
                      return true;
                    });
    return out;
  }
  void close() {
    for (const auto& [node, exits] : exits_) {
      for (const auto& [to, weight] : exits) reach_.insert({node, to});
    }
    for (const NodeId middle : nodes_) {
      for (const NodeId a : nodes_) {
        if (!reach_.contains({a, middle})) continue;
        for (const NodeId b : nodes_) {
          if (reach_.contains({middle, b})) reach_.insert({a, b});
        }
      }
    }
  }
  bool same(NodeId a, NodeId b) const {
    return a == b || (reach_.contains({a, b}) && reach_.contains({b, a}));
  }
  std::vector<NodeId> together(NodeId node) const {
    std::vector<NodeId> out;
    for (const NodeId other : nodes_) {
      if (same(node, other)) out.push_back(other);
    }
    return out;
  }
  // All that leads here from outside is done.
  bool ready(NodeId node, const std::set<NodeId>& done) const {
    return std::ranges::all_of(nodes_, [&](NodeId other) {
      return same(node, other) || !reach_.contains({other, node}) || done.contains(other);
    });
  }
  void pass(const std::vector<NodeId>& members, std::map<NodeId, long double>& mass,
            std::set<NodeId>& done, Holds& out) const {
    long double weight = 0, all = 0;
    std::map<NodeId, long double> exits;
    std::map<std::pair<NodeId, NodeId>, long double> ends;
    for (const NodeId member : members) {
      done.insert(member);
      all += mass[member];
      if (const auto it = exits_.find(member); it != exits_.end()) {
        for (const auto& [to, w] : it->second) {
          if (!same(member, to)) exits[to] += w;
        }
      }
      if (const auto it = ends_.find(member); it != ends_.end()) {
        for (const auto& [consumer, w] : it->second) ends[{member, consumer}] += w;
      }
    }
    for (const auto& [to, w] : exits) weight += w;
    for (const auto& [to, w] : ends) weight += w;
    for (const auto& [to, w] : exits) mass[to] += all * w / weight;
    for (const auto& [to, w] : ends) out[to] += all * w / weight;
    if (weight > 0) return;
    for (const NodeId member : members) {
      if (graph_.kind_of(member) == NodeKind::kDataset) {
        out[{member, NodeId{}}] += mass[member];
        continue;
      }
      const auto it = exits_.find(member);
      if (it == exits_.end()) continue;
      for (const auto& [to, w] : it->second) {
        out[{to, NodeId{}}] += mass[member] / static_cast<long double>(it->second.size());
      }
    }
  }

  const NaiveCosts& costs_;
  const graph::Snapshot& graph_;
  const std::vector<NodeId> nodes_;
  const std::map<NodeId, std::int64_t>& runs_;
  std::map<NodeId, std::map<NodeId, long double>> exits_, ends_;
  std::set<std::pair<NodeId, NodeId>> reach_;
};

}  // namespace headwater::tests
