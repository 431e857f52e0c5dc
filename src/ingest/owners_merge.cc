// What reaches beyond one owner: deletions of datasets, and two names that are one dataset.

#include <algorithm>

#include "ingest/owners.h"

namespace headwater::ingest {

using model::NodeKind;

Result<std::set<NodeId>> Owners::owners_at(NodeId dataset, storage::Writer& writer) {
  std::vector<NodeId> ends = nodes_.members(dataset);
  for (std::size_t i = 0, n = ends.size(); i < n; ++i) {
    storage::Reader::NodeQuery query;
    query.kind = NodeKind::kField;
    query.parent = ends[i];
    query.limit = 1000;
    while (true) {
      HW_TRY(const auto page, writer.reader().nodes(query));
      for (const auto& row : page) ends.push_back(row.id);
      if (page.size() < query.limit) break;
      query.after_set = true;
      query.after_name = page.back().name;
    }
  }
  std::set<NodeId> owners;
  for (const NodeId owner : touched_) owners.insert(nodes_.canonical(owner));  // merged since
  nodes_.collect_edge_owners(ends, owners);
  return owners;
}

Result<void> Owners::delete_dataset(NodeId dataset, const Position& at, storage::Writer& writer,
                                    storage::Effects& effects) {
  HW_CHECK_OK(know_states(writer));
  const NodeId target = nodes_.canonical(dataset);
  HW_CHECK_OK(writer.insert_deletion({dataset, at.time, at.rank, at.tie, Seq{at.seq}}));
  HW_TRY(const auto owners, owners_at(target, writer));
  auto& positions = deletions_[target];
  for (const NodeId owner : owners) {
    HW_TRY(Tip* const owner_tip, tip(owner, writer));
    // At the same position stands another deletion by the same record.
    if (at >= owner_tip->last() && owner_tip->touches(target)) {
      Observation o;
      o.at = at;
      o.type = ObservationType::kDatasetDeleted;
      o.dataset = target;
      HW_CHECK_OK(step(owner, *owner_tip, o, Seq{at.seq}, writer, effects));
    }
  }
  positions.insert(std::ranges::upper_bound(positions, at), at);
  latest_deletion_ = std::max(latest_deletion_, at);
  for (const NodeId owner : owners) {
    HW_TRY(Tip* const owner_tip, tip(owner, writer));
    if (at < owner_tip->last()) {
      HW_CHECK_OK(refold(owner, Seq{at.seq}, writer, effects));
    }
  }
  return {};
}

Result<void> Owners::merge(NodeId a, NodeId b, const NodeTable::Mention& mention,
                           storage::Writer& writer, storage::Effects& effects) {
  const NodeId first = nodes_.canonical(a);
  const NodeId second = nodes_.canonical(b);
  if (first == second) return {};
  HW_CHECK_OK(know_states(writer));
  const bool keep_first = nodes_.preferred(first, second);
  const NodeId winner = keep_first ? first : second;
  const NodeId loser = keep_first ? second : first;
  HW_TRY(std::set<NodeId> affected, owners_at(loser, writer));
  if (deletions_.contains(loser)) {  // they now end what others have at the winner as well
    HW_TRY(const std::set<NodeId> at_winner, owners_at(winner, writer));
    affected.insert(at_winner.begin(), at_winner.end());
  }

  storage::Reader::NodeQuery query;
  query.kind = NodeKind::kField;
  query.parent = loser;
  query.limit = 1u << 20;
  HW_TRY(const auto fields, writer.reader().nodes(query));
  HW_TRY(const auto annotated, writer.reader().fields_with_attributes(loser));
  HW_CHECK_OK(nodes_.merge(loser, winner, mention.seq, writer));
  for (const auto& field : fields) {
    HW_TRY(const NodeId twin, nodes_.touch_field(winner, field.name, mention, writer));
    HW_CHECK_OK(nodes_.merge(field.id, twin, mention.seq, writer));
    if (std::ranges::binary_search(annotated, field.id)) {  // what people said of either name
      affected.insert(twin);
      tips_.erase(field.id.value);
      HW_CHECK_OK(writer.delete_tip(field.id));
    }
  }
  if (const auto at = deletions_.find(loser); at != deletions_.end()) {
    auto& target = deletions_[winner];
    target.insert(target.end(), at->second.begin(), at->second.end());
    std::ranges::sort(target);
    deletions_.erase(loser);
  }
  edge_sets_.clear();
  affected.erase(loser);
  affected.insert(winner);
  tips_.erase(loser.value);
  HW_CHECK_OK(writer.delete_tip(loser));
  for (const NodeId owner : affected) {
    if (nodes_.canonical(owner) != owner) continue;
    HW_CHECK_OK(refold(owner, mention.seq, writer, effects));
  }
  return {};
}

}  // namespace headwater::ingest
