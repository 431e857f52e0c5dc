// PartitionView: what the log says of partitions, record by record. Private to planner.
//
// Tables: partitioned, partition_key, materialization, run_partition, planner_document. All of them
// follow from the log alone; the engine's state follows from them. An event that cannot be
// understood as to its partitions is no error: what was reported of it stays in the log, and the
// count of such events is in the statistics.
//
// Thread-safety: the writer's thread. Errors: those of the store.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "model/json.h"
#include "planner/documents.h"
#include "planner/engine.h"
#include "planner/environment.h"
#include "planner/history.h"
#include "planner/plan_book.h"
#include "planner/planner.h"
#include "planner/snapshot.h"

namespace headwater::planner {

class PartitionView final : public storage::View, public History {
 public:
  PartitionView(storage::Store& store, std::shared_ptr<Planner> planner);
  base::Result<void> load();

  std::string_view name() const override { return "partitions"; }
  base::Result<void> admit(const storage::ViewRecord& decision, storage::Writer& writer) override;
  base::Result<void> prepare(const storage::ViewRecord& record, storage::Writer& writer,
                             storage::Effects& effects) override;
  void publish() noexcept override;
  void discard() noexcept override;
  std::function<void()> keepsake() override;

  base::Result<std::vector<Write>> writes(DatasetNo dataset, const Place& place) override;

 private:
  struct Dataset {
    NodeId node;
    Space space;
    bool has_space = false, declared = false;
    std::uint32_t keys = 0;  // rows of partition_key
  };
  struct Step {
    const storage::ViewRecord& record;
    storage::Writer& writer;
  };
  using Outputs = std::map<std::uint32_t, std::vector<Span>>;  // by dataset

  // ---- loading ----
  // What is kept beside the engine; the engine too where it is new.
  base::Result<void> load_documents(storage::Reader& reader, Engine* engine);
  base::Result<void> load_datasets(storage::Reader& reader, Engine* engine);
  base::Result<void> load_codes(storage::Reader& reader, Engine* engine);
  base::Result<void> load_mappings(storage::Reader& reader, Engine* engine);
  static base::Result<void> load_policies(storage::Reader& reader, Engine& engine);
  // ---- partition_start.cc
  base::Result<void> load_engine(storage::Reader& reader);
  base::Result<bool> load_snapshot(storage::Reader& reader, Engine& engine);
  base::Result<void> load_tables(storage::Reader& reader, Engine& engine);
  base::Result<void> load_runs(storage::Reader& reader, Engine& engine);
  base::Result<void> follow(storage::Reader& reader, Engine& engine, model::Seq after);
  base::Result<SnapshotOrigin> origin(storage::Reader& reader, model::Seq seq) const;
  std::string snapshot_path() const { return store_.directory() + "/partitions.snapshot"; }

  // ---- events ----
  base::Result<void> apply_event(Step& step);
  base::Result<void> apply_subsets(Step& step, const storage::RunInfo& run);
  base::Result<void> apply_subset(Step& step, const storage::RunInfo& run,
                                  const model::ReportedSubset& subset);
  base::Result<void> note_code(Step& step, NodeId job);
  base::Result<void> finish_run(Step& step, const storage::RunInfo& run);
  base::Result<void> materialize(Step& step, const storage::RunInfo& run,
                                 const storage::RunPartitionRow& row, ChangeDocument& change);
  base::Result<void> materialize_one(Step& step, const storage::RunInfo& run, const Write& write,
                                     ChangeDocument& change);
  base::Result<void> materialize_all(Step& step);
  bool reads_itself(DatasetNo dataset) const;
  base::Result<void> learn_mappings(Step& step, const Outputs& inputs, const Outputs& outputs);
  base::Result<void> learn_mapping(Step& step, std::uint32_t upstream, std::uint32_t downstream,
                                   const std::vector<Span>& inputs,
                                   const std::vector<Span>& outputs);

  // ---- columns ----
  base::Result<void> learn_columns(Step& step, const storage::RunInfo& run, const Outputs& outputs);
  base::Result<bool> unread_columns_alone(Step& step, DatasetNo dataset, CodeId before,
                                          const storage::RunInfo& run);
  bool reads_one_of(const Edge& edge, const std::vector<std::string>& columns) const;
  // Why what stands is stale: its code, what it read.
  std::pair<bool, bool> reasons(DatasetNo dataset, const Place& place) const;

  // ---- decisions ----
  base::Result<void> put_space(Step& step, const model::JsonValue& decision, bool admit);
  base::Result<void> withdraw_space(Step& step, const model::JsonValue& decision, NodeId node,
                                    bool admit);
  static SpaceDocument space_document(const Dataset& dataset, const model::JsonValue& decision);
  base::Result<void> put_mapping(Step& step, const model::JsonValue& decision, bool admit);
  base::Result<void> put_policy(Step& step, const model::JsonValue& decision, bool admit);
  base::Result<void> decide(Step& step, const model::JsonValue& decision, bool admit);
  base::Result<void> revoke(Step& step, const model::JsonValue& decision, bool admit);
  base::Result<void> put_environment(Step& step, const model::JsonValue& decision, bool admit);
  base::Result<void> delete_environment(Step& step, const model::JsonValue& decision, bool admit);
  base::Result<void> write_environment(Step& step, const model::JsonValue& decision, bool admit);
  base::Result<std::vector<EnvironmentCode>> read_environment_code(
      Step& step, const model::JsonValue& json, const std::vector<EnvironmentCode>& before);
  base::Result<void> decide_anything(Step& step, bool admit);
  base::Result<DecisionDocument> read_decision(Step& step, const model::JsonValue& decision);
  base::Result<void> apply_to_data(Step& step, const ChangeDocument& change, bool equal);
  void apply_to_code(NodeId job, Engine& engine);

  // ---- naming ----
  base::Result<NodeId> find_node(storage::Writer& writer, model::NodeKind kind,
                                 const model::Name& name);
  base::Result<DatasetNo> dataset_of(Step& step, NodeId node);
  // kNotFound says which.
  base::Result<NodeId> named_dataset(Step& step, const model::JsonValue& name);
  base::Result<NodeId> named_job(Step& step, const model::JsonValue& name);
  static base::Result<std::vector<Span>> named_spans(const model::JsonValue& keys,
                                                     const Space& space);
  static std::uint64_t fingerprint_of(const std::string& version, const std::string& run_id);
  base::Result<void> set_space(Step& step, DatasetNo dataset, Space space, bool declared);
  base::Result<void> keep_keys(Step& step, DatasetNo dataset, const std::string& key);
  base::Result<void> put(Step& step, DocumentKind kind, std::int64_t a, std::int64_t b,
                         std::string body);
  base::Result<std::optional<storage::RunInfo>> run_of(Step& step, NodeId job);
  JobDocument& job(NodeId node) { return jobs_[node.value]; }
  // The step as the book of plans takes it.
  static PlanBook::Step book_step(Step& step) {
    return {step.record.seq, step.record.received_at, step.writer};
  }

  storage::Store& store_;
  std::shared_ptr<Planner> planner_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<PlanBook> book_;
  storage::Reader* reader_ = nullptr;                    // of the step under way
  bool loaded_ = false;                                  // what is kept beside the engine
  std::optional<std::pair<Write, std::int64_t>> alike_;  // in the tables, not in the engine yet
  model::Seq seq_;
  std::vector<Dataset> datasets_;                             // by number - 1
  std::unordered_map<std::uint32_t, std::uint32_t> numbers_;  // by node
  std::unordered_map<std::uint32_t, JobDocument> jobs_;       // by node
  std::map<std::pair<std::uint32_t, std::uint32_t>, MappingDocument> mappings_;
  std::map<std::int64_t, DecisionDocument> decisions_;                       // of code, by seq
  std::map<std::pair<std::int64_t, std::int64_t>, ChangeDocument> changes_;  // that have decisions
  std::unordered_map<std::string, NodeId> nodes_;  // by kind, namespace and name
};

}  // namespace headwater::planner
