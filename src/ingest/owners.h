// Owners: the timelines of jobs and datasets at their tips, and the rows that follow from them.
//
// An observation after the tip steps the fold and writes what changed. One that belongs before it
// folds the owner anew from all its observations and writes the difference: versions that no longer
// follow are closed on the recorded clock, new ones begin there; the valid history is rewritten,
// the recorded one never.
//
// Thread-safety: none; the writer's.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "ingest/ingest.h"
#include "ingest/interner.h"
#include "ingest/node_table.h"
#include "ingest/timeline.h"
#include "ingest/tip.h"
#include "storage/storage.h"
#include "storage/view.h"

namespace headwater::ingest {

class Owners {
 public:
  Owners(NodeTable& nodes, Interner& interner, const PipelineOptions& options);

  Result<void> load(storage::Writer& writer);  // at the start and after a discard

  // Stores the observation and carries out what follows from it. `node` is the name as sent; its
  // canonical node owns what is derived. row.owner, row.edge_set and row.bundle are set.
  Result<void> observe(const storage::ObservationRow& row,
                       std::shared_ptr<const model::EdgeSet> edges,
                       std::shared_ptr<const model::Bundle> facets, storage::Writer& writer,
                       storage::Effects& effects);
  // Ends every edge at the dataset, whoever owns it.
  Result<void> delete_dataset(NodeId dataset, const Position& at, storage::Writer& writer,
                              storage::Effects& effects);
  // Two names turn out to be one dataset, retroactively.
  Result<void> merge(NodeId a, NodeId b, const NodeTable::Mention& mention, storage::Writer& writer,
                     storage::Effects& effects);

  // The set with every end canonical, flows and columns onto themselves dropped.
  std::shared_ptr<const model::EdgeSet> canonical(std::shared_ptr<const model::EdgeSet> set) const;
  void trim();  // between batches: keeps the number of tips bounded

 private:
  Result<void> know_states(storage::Writer& writer);
  Result<Tip*> tip(NodeId owner, storage::Writer& writer);
  Result<std::vector<Observation>> observations(NodeId owner, storage::Writer& writer);
  // Sets the tip's base to what was saved of it, if anything was; answers with what comes after.
  Result<std::vector<Observation>> restore(NodeId owner, Tip& tip, storage::Writer& writer);
  Result<void> save_if_due(NodeId owner, Tip& tip, storage::Writer& writer);
  // What a row says, with what it refers to looked up or given.
  Result<Observation> observation(NodeId owner, const storage::ObservationRow& row,
                                  storage::Writer& writer);
  Observation observation(NodeId owner, const storage::ObservationRow& row,
                          std::shared_ptr<const model::EdgeSet> edges,
                          std::shared_ptr<const model::Bundle> facets) const;
  Result<std::shared_ptr<const model::EdgeSet>> edge_set(model::EdgeSetId id,
                                                         storage::Writer& writer);
  Result<std::shared_ptr<const model::Bundle>> bundle(model::BundleId id, storage::Writer& writer);
  void add_deletions(const std::vector<Observation>& from, std::set<NodeId> datasets,
                     const Position& after, std::vector<Observation>& to) const;
  bool deleted_after(const model::EdgeSet* edges, const Position& at) const;

  Result<void> step(NodeId owner, Tip& tip, const Observation& observation, Seq seq,
                    storage::Writer& writer, storage::Effects& effects);
  Result<void> step_attributes(NodeId owner, Tip& tip, const Position& at, Timeline::Delta& delta,
                               Seq seq, storage::Writer& writer);
  // Folds the owner anew, from the start.
  Result<void> refold(NodeId owner, Seq seq, storage::Writer& writer, storage::Effects& effects);
  // The same for an observation within the window of the tip.
  Result<void> refold_window(NodeId owner, Tip& tip, const Observation& late, Seq seq,
                             storage::Writer& writer, storage::Effects& effects);
  // Current rows of the owner; those still under another of its names are closed.
  Result<EdgeRows> stored_edges(NodeId owner, Seq seq, storage::Writer& writer);
  Result<AttributeRows> stored_attributes(NodeId owner, Seq seq, storage::Writer& writer);
  // Writes the difference between what is stored and what a fold gives; the rows that stand then.
  Result<EdgeRows> diff_edges(NodeId owner, EdgeRows stored, const Fold& fold, Seq seq,
                              storage::Writer& writer, storage::Effects& effects);
  Result<AttributeRows> diff_attributes(NodeId owner, AttributeRows stored, const Fold& fold,
                                        Seq seq, storage::Writer& writer);
  Result<model::EdgeId> insert_edge(NodeId owner, const EdgeInterval& interval, Seq seq,
                                    storage::Writer& writer, storage::Effects& effects);
  Result<void> close_edge(model::EdgeId id, Seq seq, storage::Writer& writer);
  Result<std::int64_t> insert_attribute(NodeId owner, const AttributeInterval& interval, Seq seq,
                                        storage::Writer& writer);
  // Owners of any edge, past or present, at the dataset or one of its fields; and those touched in
  // the running batch, whose edges the graph does not show yet. Sorted.
  Result<std::set<NodeId>> owners_at(NodeId dataset, storage::Writer& writer);

  NodeTable& nodes_;
  Interner& interner_;
  Timeline::Options options_;
  std::set<model::ContentId> gone_;
  std::unordered_map<std::uint32_t, std::unique_ptr<Tip>> tips_;
  std::set<NodeId> touched_;                           // owners with changes in the running batch
  std::map<NodeId, std::vector<Position>> deletions_;  // by canonical dataset, sorted
  Position latest_deletion_;
  std::unordered_map<std::int64_t, std::shared_ptr<const model::EdgeSet>> edge_sets_;
  std::unordered_map<std::int64_t, std::shared_ptr<const model::Bundle>> bundles_;
  std::uint32_t next_edge_ = 1;
  std::int64_t next_attribute_ = 1;
};

}  // namespace headwater::ingest
