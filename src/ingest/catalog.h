// Catalog: the view that keeps nodes, edges, attributes and runs, on disk and in the graph.
//
// Thread-safety: none; the writer's.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <unordered_map>

#include "ingest/ingest.h"
#include "ingest/interner.h"
#include "ingest/node_table.h"
#include "ingest/owners.h"
#include "storage/view.h"

namespace headwater::ingest {

class Catalog final : public storage::View {
 public:
  Catalog(storage::Store& store, graph::Graph& graph, const PipelineOptions& options);
  Result<void> load(storage::Writer& writer);

  // Whether the decision can be taken now; the same state that prepare will see. Changes nothing.
  Result<void> admit_people(const model::PeopleDecision& decision, storage::Writer& writer);

  std::string_view name() const override { return "catalog"; }
  Result<void> prepare(const storage::ViewRecord& record, storage::Writer& writer,
                       storage::Effects& effects) override;
  void publish() noexcept override;
  void discard() noexcept override;

 private:
  // What the edges of an event come to in ids; kept by the hash of their names.
  struct Resolved {
    NodeId owner;
    model::EdgeSetId id;
    std::shared_ptr<const model::EdgeSet> raw, canonical;
    std::vector<NodeId> datasets;  // of Event::datasets, in that order
    std::vector<NodeId> observed;  // of Event::observed, in that order
    Micros min_time = 0;           // every node has been touched at this event time
  };
  struct Step {  // one record under way
    const storage::ViewRecord& record;
    storage::Writer& writer;
    storage::Effects& effects;
    NodeTable::Mention mention;
    Position at;
    model::ProducerId producer;
  };

  Result<void> reload_if_needed(storage::Writer& writer);
  Result<void> apply_event(Step& step, const model::Event& event);
  Result<void> apply_usage(Step& step, const model::Usage& usage);
  // Since when each dataset is used by the consumer: what is shown already needs no observation.
  using Uses = std::unordered_map<std::uint32_t, Micros>;
  Result<Uses*> uses_of(NodeId consumer, storage::Writer& writer);
  Result<const Resolved*> resolve(Step& step, const model::Event& event);
  Result<void> touch_all(Step& step, const model::Event& event, Resolved& resolved);
  Result<model::EdgeSet> edge_set_of(Step& step, const model::Event& event, NodeId owner);
  Result<void> apply_aliases(Step& step, const model::Event& event);
  Result<model::RunRow> apply_run(Step& step, const model::Event& event, NodeId job,
                                  model::CodeId code);
  // What the record says of `owner`; the rest is the caller's.
  static storage::ObservationRow row_of(const Step& step, NodeId owner, ObservationType type);
  // Keeps when `run` was taken to have begun, if the record says otherwise.
  Result<void> keep_past(Step& step, const storage::RunInfo& run, Micros first_time);
  Result<storage::RunInfo*> run_info(const std::string& run_id, NodeId job, Step& step);
  Result<void> observe_owner(Step& step, const model::Event& event, const Resolved& resolved);
  Result<void> observe_datasets(Step& step, const model::Event& event, const Resolved& resolved);
  Result<void> apply_decision(Step& step);
  Result<void> apply_people(Step& step, const model::PeopleDecision& decision);
  Result<void> annotate(Step& step, NodeId owner, const std::string& name, const std::string& json);
  Result<void> annotate_field(Step& step, NodeId dataset, const model::PeopleDecision& decision,
                              storage::DecisionRow& row);
  Result<void> join(Step& step, NodeId a, NodeId b);
  Result<void> delete_entity(Step& step, NodeId id, bool is_dataset);
  Result<void> delete_namespace(Step& step, const std::string& name);

  storage::Store& store_;
  graph::Graph& graph_;
  NodeTable nodes_;
  Interner interner_;
  Owners owners_;
  bool loaded_ = false;
  Seq last_seq_;
  std::int64_t next_run_ = 1;
  std::unordered_map<base::Hash128, Resolved, base::Hash128Hasher> resolved_;
  std::unordered_map<std::string, storage::RunInfo> runs_;
  std::unordered_map<std::uint32_t, Uses> uses_;  // by consumer; datasets are canonical
  std::array<NodeId, 1> used_{};                  // of the report under way
};

// The text of a decision as it stands in the log, and back.
std::string encode_decision(const Decision& decision);
Result<Decision> decode_decision(std::string_view body);

}  // namespace headwater::ingest
