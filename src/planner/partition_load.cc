// PartitionView: everything from the tables, at a start and after a transaction that failed.

#include <utility>

#include "model/json.h"
#include "planner/partition_view.h"
#include "planner/perishability.h"
#include "planner/stored_history.h"

namespace headwater::planner {

using base::Result;

namespace {

KeyParts key_parts(const std::string& json) {
  KeyParts out;
  model::JsonValue(json).members([&](std::string_view name, const model::JsonValue& value) {
    out[std::string(name)] = value.string().value_or("");
  });
  return out;
}

}  // namespace

Result<void> PartitionView::load() {
  datasets_.clear();
  numbers_.clear();
  jobs_.clear();
  mappings_.clear();
  out_of_force_.clear();
  attempts_.clear();
  decisions_.clear();
  changes_.clear();
  nodes_.clear();
  engine_ = std::make_unique<Engine>(*this);
  storage::Reader& reader = store_.writer().reader();
  reader_ = &reader;
  HW_CHECK_OK(load_datasets(reader));
  HW_CHECK_OK(load_policies(reader));
  HW_CHECK_OK(load_codes(reader));
  HW_CHECK_OK(load_materializations(reader));
  HW_CHECK_OK(load_mappings(reader));
  HW_CHECK_OK(load_attempts(reader));
  book_ = std::make_unique<PlanBook>(*engine_);
  HW_CHECK_OK(book_->load(reader));
  HW_TRY(seq_, reader.last_seq());
  engine_->publish(seq_);
  if (planner_) planner_->set(engine_->state());
  loaded_ = true;
  return {};
}

Result<void> PartitionView::load_datasets(storage::Reader& reader) {
  HW_TRY(const auto rows, reader.partitioned());
  for (const storage::PartitionedRow& row : rows) {
    const DatasetNo number = engine_->add_dataset(row.node);
    datasets_.push_back({row.node, {}, false, false, 0});
    numbers_.emplace(row.node.value, number.value);
  }
  HW_TRY(const auto documents,
         reader.planner_documents(static_cast<std::int32_t>(DocumentKind::kSpace)));
  std::vector<std::uint32_t> contained(datasets_.size());
  for (const storage::PlannerDocument& row : documents) {
    SpaceDocument document = decode_space(row.body);
    Dataset& dataset = datasets_[static_cast<std::size_t>(row.a) - 1];
    HW_TRY(dataset.space, Space::restore(document.space, std::move(document.lanes)));
    dataset.has_space = true;
    dataset.declared = document.declared;
    contained[static_cast<std::size_t>(row.a) - 1] = document.keys;
  }
  HW_TRY(const auto keys, reader.partition_keys());
  for (const storage::PartitionKeyRow& row : keys) {
    Dataset& dataset = datasets_[row.dataset.value - 1];
    dataset.keys = row.number;
    if (row.number <= contained[row.dataset.value - 1]) continue;
    HW_TRY([[maybe_unused]] const Place place, dataset.space.place_of(key_parts(row.text), true));
  }
  for (std::uint32_t i = 0; i < datasets_.size(); ++i) {
    HW_CHECK_OK(
        engine_->set_space(DatasetNo{i + 1}, std::make_shared<const Space>(datasets_[i].space)));
  }
  return {};
}

Result<void> PartitionView::load_policies(storage::Reader& reader) {
  HW_TRY(const auto documents,
         reader.planner_documents(static_cast<std::int32_t>(DocumentKind::kPolicy)));
  for (const storage::PlannerDocument& row : documents) {
    HW_TRY(DatasetPolicy policy, parse_policy(row.body));
    engine_->set_policy(DatasetNo{static_cast<std::uint32_t>(row.a)},
                        std::make_shared<const DatasetPolicy>(std::move(policy)));
  }
  return {};
}

Result<void> PartitionView::load_codes(storage::Reader& reader) {
  HW_TRY(const auto jobs, reader.planner_documents(static_cast<std::int32_t>(DocumentKind::kJob)));
  for (const storage::PlannerDocument& row : jobs) {
    const JobDocument document = decode_job(row.body);
    const NodeId node{static_cast<std::uint32_t>(row.a)};
    jobs_[node.value] = document;
    if (document.code) engine_->set_code(node, document.code);
  }
  HW_TRY(const auto decisions,
         reader.planner_documents(static_cast<std::int32_t>(DocumentKind::kDecision)));
  std::map<std::uint32_t, bool> touched;
  for (const storage::PlannerDocument& row : decisions) {
    const DecisionDocument decision = decode_decision(row.body);
    HW_TRY(const auto change,
           reader.planner_document(static_cast<std::int32_t>(DocumentKind::kChange),
                                   decision.change_a, decision.change_b));
    if (!change) continue;
    ChangeDocument document = decode_change(change->body);
    decisions_[row.a] = decision;
    if (!document.data) touched[document.job.value] = true;
    changes_.emplace(std::pair(decision.change_a, decision.change_b), std::move(document));
  }
  for (const auto& [job, yes] : touched) HW_CHECK_OK(apply_to_code(NodeId{job}));
  return {};
}

// Before the mappings: nothing is passed on then, and each dataset is based on them once.
Result<void> PartitionView::load_materializations(storage::Reader& reader) {
  Result<void> done;
  std::optional<storage::MaterializationRow> last;
  const auto write = [&](const storage::MaterializationRow& row) -> Result<void> {
    return engine_->write(StoredHistory::write_of(row));
  };
  HW_CHECK_OK(reader.scan_materializations([&](const storage::MaterializationRow& row) {
    const bool same =
        last && last->dataset == row.dataset && last->lane == row.lane && last->index == row.index;
    if (last && !same) done = write(*last);
    last = row;
    return done.has_value();
  }));
  HW_CHECK_OK(done);
  if (last) HW_CHECK_OK(write(*last));
  return {};
}

Result<void> PartitionView::load_mappings(storage::Reader& reader) {
  HW_TRY(const auto documents,
         reader.planner_documents(static_cast<std::int32_t>(DocumentKind::kMapping)));
  for (const storage::PlannerDocument& row : documents) {
    MappingDocument document = decode_mapping(row.body);
    const auto upstream = static_cast<std::uint32_t>(row.a);
    const auto downstream = static_cast<std::uint32_t>(row.b);
    if (document.in_force) {
      HW_CHECK_OK(
          engine_->restore_mapping(DatasetNo{upstream}, DatasetNo{downstream}, document.mapping));
    } else {
      out_of_force_.insert({upstream, downstream});
    }
    mappings_[{upstream, downstream}] = std::move(document);
  }
  return {};
}

}  // namespace headwater::planner
