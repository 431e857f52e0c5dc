// Decisions: what people and tools ask for, as records of the log.

#include <set>

#include "ingest/catalog.h"
#include "model/json.h"

namespace headwater::ingest {

using base::ErrorCode;
using base::make_error;
using model::NodeKind;

namespace {

constexpr std::pair<Decision::Kind, std::string_view> kKinds[] = {
    {Decision::Kind::kDeleteDataset, "delete_dataset"},
    {Decision::Kind::kDeleteJob, "delete_job"},
    {Decision::Kind::kDeleteNamespace, "delete_namespace"},
    {Decision::Kind::kPutNamespace, "put_namespace"},
};

constexpr std::int32_t kRankDelete = 3;

}  // namespace

std::string encode_decision(const Decision& decision) {
  if (decision.kind == Decision::Kind::kPeople) {
    return model::encode_decision(decision.people, decision.at);
  }
  if (decision.kind == Decision::Kind::kPlanner) return decision.planner;
  if (decision.kind == Decision::Kind::kStats) return decision.stats;
  std::string kind;
  for (const auto& [value, name] : kKinds) {
    if (value == decision.kind) kind = name;
  }
  return "{\"decision\":" + model::json_quote(kind) +
         ",\"namespace\":" + model::json_quote(decision.name_space) +
         ",\"name\":" + model::json_quote(decision.name) +
         ",\"owner\":" + model::json_quote(decision.owner) +
         ",\"description\":" + model::json_quote(decision.description) +
         ",\"at\":" + std::to_string(decision.at) + "}";
}

Result<Decision> decode_decision(std::string_view body) {
  const model::JsonValue json(body);
  const auto text = [&](std::string_view name) { return json.get(name).string().value_or(""); };
  Decision decision;
  decision.at = json.get("at").integer().value_or(0);
  if (auto people = model::decode_decision(body)) {
    decision.kind = Decision::Kind::kPeople;
    decision.people = *std::move(people);
    return decision;
  }
  const std::string kind = text("decision");
  if (kind.starts_with("planner.")) {
    decision.kind = Decision::Kind::kPlanner;
    decision.planner = body;
    return decision;
  }
  if (kind.starts_with("stats.")) {
    decision.kind = Decision::Kind::kStats;
    decision.stats = body;
    return decision;
  }
  bool known = false;
  for (const auto& [value, name] : kKinds) {
    if (name != kind) continue;
    decision.kind = value;
    known = true;
  }
  if (!known) {
    return make_error(ErrorCode::kStorageCorrupt,
                      "The log holds a decision of a newer version; upgrade Headwater.", kind);
  }
  decision.name_space = text("namespace");
  decision.name = text("name");
  decision.owner = text("owner");
  decision.description = text("description");
  return decision;
}

Result<void> Catalog::apply_decision(Step& step) {
  HW_TRY(const Decision decision, decode_decision(step.record.body));
  step.at.rank = kRankDelete;
  switch (decision.kind) {
    case Decision::Kind::kPutNamespace: {
      HW_TRY(const auto id,
             nodes_.name_space(decision.name_space, step.record.received_at, step.writer));
      storage::NamespaceRow row = *nodes_.namespace_row(decision.name_space);
      row.id = id;
      row.owner = decision.owner;
      row.description = decision.description;
      row.updated_at = step.record.received_at;
      return nodes_.put_namespace(row, step.writer);
    }
    case Decision::Kind::kPeople: return apply_people(step, decision.people);
    case Decision::Kind::kPlanner:
    case Decision::Kind::kStats: return {};
    case Decision::Kind::kDeleteNamespace: return delete_namespace(step, decision.name_space);
    case Decision::Kind::kDeleteDataset:
    case Decision::Kind::kDeleteJob: break;
  }
  const bool dataset = decision.kind == Decision::Kind::kDeleteDataset;
  const auto id = nodes_.find(dataset ? NodeKind::kDataset : NodeKind::kJob, decision.name_space,
                              decision.name);
  if (!id) return {};  // it was there when the decision was taken; nothing is left to end
  return delete_entity(step, *id, dataset);
}

Result<void> Catalog::delete_entity(Step& step, NodeId id, bool is_dataset) {
  model::EntityFacets facets;
  facets.facets.push_back({"$state", "\"DELETED\"", false});
  facets.hash = base::Hasher().field("$state").field("DELETED").finish();
  HW_TRY(const BundleRef bundle, interner_.bundle(facets, step.writer));
  storage::ObservationRow row = row_of(step, id, ObservationType::kDelete);
  row.bundle = bundle.id;
  HW_CHECK_OK(owners_.observe(row, nullptr, bundle.bundle, step.writer, step.effects));
  if (!is_dataset) return {};
  uses_.clear();
  return owners_.delete_dataset(id, step.at, step.writer, step.effects);
}

Result<void> Catalog::delete_namespace(Step& step, const std::string& name) {
  const auto row = nodes_.namespace_row(name);
  if (!row) return {};
  for (const NodeKind kind : {NodeKind::kJob, NodeKind::kDataset}) {
    storage::Reader::NodeQuery query;
    query.kind = kind;
    query.name_space = row->id;
    query.limit = 1000;
    while (true) {
      HW_TRY(const auto page, step.writer.reader().nodes(query));
      for (const auto& node : page) {
        HW_CHECK_OK(delete_entity(step, node.id, kind == NodeKind::kDataset));
      }
      if (page.size() < query.limit) break;
      query.after_set = true;
      query.after_namespace = row->id;
      query.after_name = page.back().name;
    }
  }
  storage::NamespaceRow gone = *row;
  gone.deleted = true;
  gone.updated_at = step.record.received_at;
  return nodes_.put_namespace(gone, step.writer);
}

}  // namespace headwater::ingest
