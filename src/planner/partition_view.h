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
#include <optional>
#include <set>
#include <string>
#include <tuple>
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
  base::Result<void> follow(storage::Reader& reader, Engine& engine, model::Seq after);
  base::Result<SnapshotOrigin> origin(storage::Reader& reader, model::Seq seq) const;
  std::string snapshot_path() const { return store_.directory() + "/partitions.snapshot"; }
  base::Result<void> load_attempts(storage::Reader& reader);  // partition_writes.cc

  // ---- events ----
  base::Result<void> apply_event(Step& step);
  base::Result<void> apply_subsets(Step& step, const storage::RunInfo& run);
  // Rows of the run under way, by all that tells two of them apart.
  using Told = std::map<std::tuple<bool, DatasetNo, std::uint32_t, std::int64_t, std::int64_t>,
                        storage::RunPartitionRow>;
  base::Result<void> apply_subset(Step& step, const storage::RunInfo& run,
                                  const model::ReportedSubset& subset, Told& told);
  base::Result<void> apply_box(Step& step, const model::PartitionBox& box,
                               storage::RunPartitionRow row, Told& told);
  base::Result<void> learn_space(Step& step, DatasetNo dataset, const model::PartitionBox& box);
  base::Result<void> note_code(Step& step, NodeId job);

  // ---- what runs wrote: partition_writes.cc
  using Rows = std::vector<storage::MaterializationRow>;  // of one partition, by (end, seq)
  // A run that declared a partition and has not ended (kOpenEnd), or ended badly, and later than
  // what is current.
  struct Attempt {
    model::RunRow run;
    Micros end = model::kOpenEnd;
  };
  // What a record did to a partition's writes.
  struct Settled {
    bool is_new = false;        // there is one more
    bool reaches_back = false;  // fewer than before, or some that ended earlier
  };
  // The token of the lease that the run's events name, the last of them; nothing: none does.
  base::Result<std::optional<std::string>> lease_named_by(const Step& step,
                                                          const storage::RunInfo& run);
  base::Result<void> finish_run(Step& step, const storage::RunInfo& run);
  base::Result<Settled> settle_run(Step& step, const storage::RunInfo& run,
                                   const PlanBook::FailedRun& failed,
                                   const storage::RunPartitionRow& row, ChangeDocument& change);
  base::Result<Settled> settle(Step& step, const storage::RunInfo& run,
                               const storage::RunPartitionRow& row, const Place& place,
                               ChangeDocument& change);
  base::Result<storage::MaterializationRow> write_of_run(Step& step, const storage::RunInfo& run,
                                                         const storage::RunPartitionRow& row,
                                                         const Place& place, const Rows& known,
                                                         ChangeDocument& change);
  base::Result<void> store(Step& step, DatasetNo dataset, const Place& place, const Rows& before,
                           Rows after);
  void count_alike(DatasetNo dataset, const Place& place, Rows& rows) const;
  base::Result<void> note_attempt(const storage::RunInfo& run, DatasetNo dataset,
                                  const Place& place, std::optional<Micros> current_end);
  base::Result<void> show_attempts(DatasetNo dataset, const Place& place);

  // ---- mappings: partition_mappings.cc
  using Pair = std::pair<std::uint32_t, std::uint32_t>;  // upstream, downstream
  base::Result<void> learn_mappings(Step& step, const Outputs& inputs, const Outputs& outputs,
                                    const std::set<std::uint32_t>& new_inputs,
                                    const std::set<std::uint32_t>& new_outputs);
  base::Result<void> learn_mapping(Step& step, const Pair& pair, const std::vector<Span>& inputs,
                                   const std::vector<Span>& outputs);
  // The one that most runs agree with, of those that can be in force.
  base::Result<void> choose_mapping(const Pair& pair, MappingDocument& document);
  base::Result<bool> put_in_force(const Pair& pair, MappingDocument& document, Mapping mapping);
  base::Result<void> put_out_of_force(const Pair& pair, MappingDocument& document);
  base::Result<void> make_room(Step& step, DatasetNo dataset, const Space& space);
  base::Result<void> try_again(Step& step, DatasetNo dataset);

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
  base::Result<void> apply_to_data(Step& step, const ChangeDocument& change);
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
  storage::Reader* reader_ = nullptr;  // of the step under way
  bool loaded_ = false;                // what is kept beside the engine
  model::Seq seq_;
  std::vector<Dataset> datasets_;                             // by number - 1
  std::unordered_map<std::uint32_t, std::uint32_t> numbers_;  // by node
  std::unordered_map<std::uint32_t, JobDocument> jobs_;       // by node
  std::map<Pair, MappingDocument> mappings_;
  std::set<Pair> out_of_force_;  // of mappings_: spaces, or a cycle, do not allow them
  std::map<std::pair<DatasetNo, Place>, std::vector<Attempt>> attempts_;
  std::map<std::int64_t, DecisionDocument> decisions_;                       // by seq
  std::map<std::pair<std::int64_t, std::int64_t>, ChangeDocument> changes_;  // that have decisions
  std::unordered_map<std::string, NodeId> nodes_;  // by kind, namespace and name
};

}  // namespace headwater::planner
