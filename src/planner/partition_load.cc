// PartitionView: everything from the tables, at a start and after a transaction that failed.

#include <utility>

#include "model/json.h"
#include "planner/partition_view.h"
#include "planner/perishability.h"

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
  storage::Reader& reader = store_.writer().reader();
  reader_ = &reader;
  if (!engine_) {
    HW_CHECK_OK(load_engine(reader));
  } else {
    HW_CHECK_OK(load_documents(reader, nullptr));  // the engine has forgotten what it should
  }
  attempts_.clear();
  engine_->forget_attempts();
  HW_CHECK_OK(load_attempts(reader));
  book_ = std::make_unique<PlanBook>(*engine_);
  HW_CHECK_OK(book_->load(reader));
  HW_TRY(seq_, reader.last_seq());
  engine_->publish(seq_);
  if (planner_) planner_->set(engine_->state());
  loaded_ = true;
  return {};
}

Result<void> PartitionView::load_documents(storage::Reader& reader, Engine* engine) {
  datasets_.clear();
  numbers_.clear();
  jobs_.clear();
  mappings_.clear();
  out_of_force_.clear();
  decisions_.clear();
  changes_.clear();
  nodes_.clear();
  HW_CHECK_OK(load_datasets(reader, engine));
  if (engine != nullptr) HW_CHECK_OK(load_policies(reader, *engine));
  HW_CHECK_OK(load_codes(reader, engine));
  return load_mappings(reader, engine);
}

Result<void> PartitionView::load_datasets(storage::Reader& reader, Engine* engine) {
  HW_TRY(const auto rows, reader.partitioned());
  for (const storage::PartitionedRow& row : rows) {
    if (engine != nullptr) engine->add_dataset(row.node);
    datasets_.push_back({row.node, {}, false, false, 0});
    numbers_.emplace(row.node.value, row.number.value);
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
  for (std::uint32_t i = 0; engine != nullptr && i < datasets_.size(); ++i) {
    HW_CHECK_OK(
        engine->set_space(DatasetNo{i + 1}, std::make_shared<const Space>(datasets_[i].space)));
  }
  return {};
}

Result<void> PartitionView::load_policies(storage::Reader& reader, Engine& engine) {
  HW_TRY(const auto documents,
         reader.planner_documents(static_cast<std::int32_t>(DocumentKind::kPolicy)));
  for (const storage::PlannerDocument& row : documents) {
    HW_TRY(DatasetPolicy policy, parse_policy(row.body));
    engine.set_policy(DatasetNo{static_cast<std::uint32_t>(row.a)},
                      std::make_shared<const DatasetPolicy>(std::move(policy)));
  }
  return {};
}

Result<void> PartitionView::load_codes(storage::Reader& reader, Engine* engine) {
  HW_TRY(const auto jobs, reader.planner_documents(static_cast<std::int32_t>(DocumentKind::kJob)));
  for (const storage::PlannerDocument& row : jobs) {
    const JobDocument document = decode_job(row.body);
    const NodeId node{static_cast<std::uint32_t>(row.a)};
    jobs_[node.value] = document;
    if (engine != nullptr && document.code) engine->set_code(node, document.code);
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
  for (const auto& [job, yes] : touched) {
    if (engine != nullptr) apply_to_code(NodeId{job}, *engine);
  }
  return {};
}

Result<void> PartitionView::load_mappings(storage::Reader& reader, Engine* engine) {
  HW_TRY(const auto documents,
         reader.planner_documents(static_cast<std::int32_t>(DocumentKind::kMapping)));
  for (const storage::PlannerDocument& row : documents) {
    MappingDocument document = decode_mapping(row.body);
    const auto upstream = static_cast<std::uint32_t>(row.a);
    const auto downstream = static_cast<std::uint32_t>(row.b);
    if (!document.in_force) {
      out_of_force_.insert({upstream, downstream});
    } else if (engine != nullptr) {
      HW_CHECK_OK(
          engine->restore_mapping(DatasetNo{upstream}, DatasetNo{downstream}, document.mapping));
    }
    mappings_[{upstream, downstream}] = std::move(document);
  }
  return {};
}

}  // namespace headwater::planner
