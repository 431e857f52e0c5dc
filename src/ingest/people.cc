// What people decide: attributes of their own on nodes, two names for one dataset, rules of tags.
// Docs: docs/decisions.md.

#include <utility>

#include "ingest/catalog.h"

namespace headwater::ingest {

using base::ErrorCode;
using base::make_error;
using model::DecisionKind;
using model::NodeKind;
using model::PeopleDecision;

namespace {

constexpr std::int32_t kRankPeople = 4;  // after all that else was said at the moment

base::Error not_there(std::string_view what, const model::Name& name) {
  std::string text = "There is no ";
  text.append(what).append(" ").append(name.name).append(" in the namespace ");
  return make_error(ErrorCode::kNotFound, text.append(name.name_space).append("."));
}

NodeKind named_kind(const model::End& end) {
  return end.kind == NodeKind::kJob ? NodeKind::kJob : NodeKind::kDataset;
}

bool about_two(DecisionKind kind) {
  return kind == DecisionKind::kJoin || kind == DecisionKind::kRejectJoin;
}

}  // namespace

Result<void> Catalog::admit_people(const PeopleDecision& decision, storage::Writer& writer) {
  if (const auto fault = model::fault_of(decision)) {
    return make_error(fault->limit ? ErrorCode::kLimitExceeded : ErrorCode::kInvalidArgument,
                      fault->message);
  }
  if (!loaded_) HW_CHECK_OK(load(writer));
  if (decision.kind == DecisionKind::kPutTag) return {};
  const NodeKind kind = named_kind(decision.node);
  const model::Name& name = decision.node.name;
  const auto node = nodes_.find(kind, name.name_space, name.name);
  if (!node) return not_there(kind == NodeKind::kJob ? "job" : "dataset", name);
  if (!about_two(decision.kind)) return {};
  const auto other =
      nodes_.find(NodeKind::kDataset, decision.other.name_space, decision.other.name);
  if (!other) return not_there("dataset", decision.other);
  if (nodes_.canonical(*node) != nodes_.canonical(*other)) return {};
  return make_error(ErrorCode::kConflict,
                    "The two are names of one dataset already; a join cannot be undone.");
}

Result<void> Catalog::apply_people(Step& step, const PeopleDecision& decision) {
  step.at.rank = kRankPeople;
  storage::DecisionRow row;
  row.seq = step.record.seq;
  row.kind = decision.kind;
  row.author = decision.author;
  row.at = step.at.time;
  if (decision.kind == DecisionKind::kPutTag) {
    HW_CHECK_OK(step.writer.insert_tag_definition({row.seq, decision.name, row.at,
                                                   decision.text.value_or(""), decision.rule,
                                                   decision.author}));
    return step.writer.insert_decision(row);
  }
  const auto node = nodes_.find(named_kind(decision.node), decision.node.name.name_space,
                                decision.node.name.name);
  if (!node) return {};  // admit_people() has seen it, so this is a log that somebody wrote by hand
  row.node = *node;
  if (about_two(decision.kind)) {
    const auto other =
        nodes_.find(NodeKind::kDataset, decision.other.name_space, decision.other.name);
    if (!other) return {};
    row.other = *other;
    HW_CHECK_OK(step.writer.insert_decision(row));
    return decision.kind == DecisionKind::kJoin ? join(step, *node, *other) : Result<void>();
  }
  if (decision.node.kind == NodeKind::kField) {
    HW_CHECK_OK(annotate_field(step, *node, decision, row));
  } else {
    HW_CHECK_OK(annotate(step, *node, model::attribute_of(decision),
                         model::encode_annotation(decision, step.at.time)));
  }
  return step.writer.insert_decision(row);
}

// A column of which no lineage speaks becomes a node now. The dataset notes that fields of it are
// to be asked, so that readers of other datasets need not.
Result<void> Catalog::annotate_field(Step& step, NodeId dataset, const PeopleDecision& decision,
                                     storage::DecisionRow& row) {
  NodeTable::Mention named = step.mention;
  named.placeholder = true;
  HW_TRY(row.node,
         nodes_.touch_field(nodes_.canonical(dataset), decision.node.field, named, step.writer));
  HW_CHECK_OK(annotate(step, row.node, model::attribute_of(decision),
                       model::encode_annotation(decision, step.at.time)));
  return annotate(step, dataset, std::string(model::kAnnotatedFields), "true");
}

Result<void> Catalog::annotate(Step& step, NodeId owner, const std::string& name,
                               const std::string& json) {
  model::EntityFacets facets;
  facets.facets.push_back({name, json, false});
  facets.hash = base::Hasher().field(name).field(json).finish();
  HW_TRY(const BundleRef bundle, interner_.bundle(facets, step.writer));
  storage::ObservationRow row = row_of(step, owner, ObservationType::kPeople);
  row.bundle = bundle.id;
  return owners_.observe(row, nullptr, bundle.bundle, step.writer, step.effects);
}

Result<void> Catalog::join(Step& step, NodeId a, NodeId b) {
  if (nodes_.canonical(a) == nodes_.canonical(b)) return {};
  NodeTable::Mention named = step.mention;
  named.placeholder = true;
  HW_CHECK_OK(owners_.merge(a, b, named, step.writer, step.effects));
  resolved_.clear();
  uses_.clear();
  return {};
}

}  // namespace headwater::ingest
