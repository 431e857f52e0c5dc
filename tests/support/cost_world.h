// A small graph, a ledger, uses and labels, filled by hand, and questions about them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "graph/graph.h"
#include "stats/costs.h"
#include "stats/rollup.h"
#include "tests/support/harness.h"

namespace headwater::tests {

using model::Measure;
using model::NodeId;
using model::NodeKind;
using model::Seq;

class FakeLabels : public stats::LabelSource {
 public:
  Seq seq() const override { return now; }
  base::Result<void> all(const Visit& visit) override {
    ++read_all;
    for (const auto& [node, texts] : of) visit(node, texts);
    return {};
  }
  Position position() const override { return {now, 0}; }
  base::Result<void> changed_after(const Position& since, const Visit& visit) override {
    asked_since = since.seq;
    for (const NodeId node : changed) visit(node, of[node]);
    return {};
  }

  std::map<NodeId, stats::LabelTexts> of;
  std::vector<NodeId> changed;
  Seq now{1}, asked_since;
  int read_all = 0;
};

struct CostWorld {
  NodeId node(NodeKind kind, const std::string& name, const std::string& name_space = "ns") {
    const NodeId id{++nodes_};
    pending_.nodes.push_back({.id = id,
                              .kind = kind,
                              .name_space = name_space,
                              .name = name,
                              .parent = {},
                              .recorded = next()});
    return id;
  }
  NodeId job(const std::string& name, const std::string& name_space = "ns") {
    return node(NodeKind::kJob, name, name_space);
  }
  NodeId dataset(const std::string& name, const std::string& name_space = "ns") {
    return node(NodeKind::kDataset, name, name_space);
  }
  NodeId consumer(const std::string& name) { return node(NodeKind::kConsumer, name, "people"); }
  void edge(NodeId from, NodeId to, model::EdgeKind kind, NodeId via = {}) {
    pending_.edges.push_back({.id = model::EdgeId{++edges_},
                              .src = from,
                              .dst = to,
                              .via = via,
                              .kind = kind,
                              .detail = {},
                              .valid_from = 0,
                              .valid_to = model::kOpenEnd,
                              .recorded_from = next()});
  }
  void reads(NodeId job, NodeId dataset) { edge(dataset, job, model::EdgeKind::kReads); }
  void writes(NodeId job, NodeId dataset) { edge(job, dataset, model::EdgeKind::kWrites); }
  void merge(NodeId loser, NodeId winner) {
    pending_.merges.push_back({.loser = loser, .winner = winner, .recorded = next()});
  }
  void publish_graph() {
    pending_.seq = next();
    graph.publish(pending_);
    pending_ = {};
  }

  void book(Seq seq, base::Micros time, NodeId job, NodeId dataset, std::int64_t amount,
            std::int64_t runs = 0) {
    stats::LedgerRow row{seq, time, job, dataset, {}};
    row.quantities[Measure::kAmount] = amount;
    row.quantities[Measure::kRuns] = runs;
    ledger.append(row);
  }
  void use(NodeId dataset, NodeId consumer, std::int64_t count, std::int32_t day = 0,
           Seq seq = Seq{1}) {
    usage.append({seq, dataset, consumer, day, 0, count});
  }
  void label(NodeId node, std::vector<std::string> owners, std::vector<std::string> tags = {}) {
    labels.of[node] = {std::move(owners), std::move(tags)};
  }

  // Of everything so far.
  stats::CostGround ground(bool rolled = true) {
    ledger.publish();
    usage.publish();
    auto state = std::make_shared<stats::State>();
    state->ledger = ledger.snapshot();
    state->usage = usage.snapshot();
    snapshot_ = std::make_unique<graph::Snapshot>(graph.snapshot());
    stats::CostGround out;
    out.state = state;
    if (rolled) out.rollups = rollups.upto(*state->ledger);
    stats::LabelKeeper keeper;
    out.labels = must(keeper.at(labels));
    out.graph = snapshot_.get();
    return out;
  }

  graph::Graph graph;
  stats::Ledger ledger;
  stats::UsageBook usage;
  stats::RollupKeeper rollups;
  FakeLabels labels;

 private:
  Seq next() const { return Seq{graph.published().value + 1}; }
  graph::Changes pending_;
  std::uint32_t nodes_ = 0, edges_ = 0;
  std::unique_ptr<graph::Snapshot> snapshot_;
};

}  // namespace headwater::tests
