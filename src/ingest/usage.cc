// Reports of use: consumers as nodes, and an edge from each dataset they read. docs/usage-rules.md.

#include "ingest/catalog.h"

namespace headwater::ingest {

using model::EdgeKind;
using model::NodeKind;

Result<Catalog::Uses*> Catalog::uses_of(NodeId consumer, storage::Writer& writer) {
  const auto [at, is_new] = uses_.try_emplace(consumer.value);
  if (!is_new) return &at->second;
  HW_TRY(const auto edges, writer.reader().edges_of_owner(consumer, true));
  for (const storage::EdgeRow& edge : edges) {
    if (edge.kind != EdgeKind::kUses || edge.valid_to != model::kOpenEnd) continue;
    at->second.emplace(nodes_.canonical(edge.src).value, edge.valid_from);
  }
  return &at->second;
}

Result<void> Catalog::apply_usage(Step& step, const model::Usage& usage) {
  HW_TRY(const NodeId consumer,
         nodes_.touch({NodeKind::kConsumer, usage.consumer, {}}, step.mention, step.writer));
  NodeTable::Mention named = step.mention;
  named.placeholder = true;
  HW_TRY(const NodeId dataset,
         nodes_.touch({NodeKind::kDataset, usage.dataset, {}}, named, step.writer));
  used_[0] = dataset;
  step.effects.owner = consumer;
  step.effects.datasets = used_;
  HW_TRY(Uses* const uses, uses_of(consumer, step.writer));
  const auto [at, is_new] = uses->try_emplace(nodes_.canonical(dataset).value, usage.start);
  if (!is_new && at->second <= usage.start) return {};
  at->second = usage.start;
  model::EdgeSet set;
  set.entries.push_back({{EdgeKind::kUses, dataset, consumer, {}, {}}, {}});
  HW_TRY(const model::EdgeSetId id, interner_.edge_set(set, step.writer));
  storage::ObservationRow row = row_of(step, consumer, ObservationType::kUse);
  row.flags = observation_flags::kExists;
  row.edge_set = id;
  return owners_.observe(row,
                         owners_.canonical(std::make_shared<const model::EdgeSet>(std::move(set))),
                         nullptr, step.writer, step.effects);
}

}  // namespace headwater::ingest
