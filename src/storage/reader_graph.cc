// Reader: what is read from namespaces, nodes, edges, attributes, observations and runs.

#include "storage/reader_impl.h"

namespace headwater::storage {

using sqlite::Row;
using sqlite::Sql;

namespace {

Result<std::int64_t> count(sqlite::Connection& db, Sql id, auto... args) {
  auto read = [](Row& row) { return row.integer(); };
  HW_TRY(auto found, db.one(id, read, args...));
  return found.value_or(0);
}

}  // namespace

Result<std::vector<NamespaceRow>> Reader::namespaces(std::string_view after_name,
                                                     std::size_t limit) {
  if (after_name.empty()) {
    return impl_->db->many(Sql::kNamespacesFirst, sqlite::read_namespace, limit);
  }
  return impl_->db->many(Sql::kNamespacesAfter, sqlite::read_namespace, after_name, limit);
}

Result<std::optional<NamespaceRow>> Reader::find_namespace(std::string_view name) {
  return impl_->db->one(Sql::kNamespaceByName, sqlite::read_namespace, name);
}

Result<std::optional<NamespaceRow>> Reader::namespace_row(model::NamespaceId id) {
  return impl_->db->one(Sql::kNamespaceById, sqlite::read_namespace, id);
}

// One index (kind, namespace, parent, name) serves all four forms.
Result<std::vector<NodeRow>> Reader::nodes(const NodeQuery& query) {
  sqlite::Connection& db = *impl_->db;
  const bool all = !query.name_space && !query.parent;
  if (all && !query.after_set) {
    return db.many(Sql::kNodesAllFirst, sqlite::read_node, query.kind, query.limit);
  }
  if (all) {
    return db.many(Sql::kNodesAllAfter, sqlite::read_node, query.kind, query.after_namespace,
                   query.after_parent, query.after_name, query.limit);
  }
  if (!query.after_set) {
    return db.many(Sql::kNodesFirst, sqlite::read_node, query.kind, query.name_space, query.parent,
                   query.limit);
  }
  return db.many(Sql::kNodesAfter, sqlite::read_node, query.kind, query.name_space, query.parent,
                 query.after_name, query.limit);
}

Result<std::optional<NodeRow>> Reader::node(model::NodeId id) {
  return impl_->db->one(Sql::kNodeById, sqlite::read_node, id);
}

Result<std::optional<NodeRow>> Reader::find_node(model::NodeKind kind,
                                                 model::NamespaceId name_space,
                                                 model::NodeId parent, std::string_view name) {
  return impl_->db->one(Sql::kNodeByName, sqlite::read_node, kind, name_space, parent, name);
}

Result<std::int64_t> Reader::count_nodes(model::NodeKind kind, model::NamespaceId name_space,
                                         bool placeholders) {
  if (!name_space) return count(*impl_->db, Sql::kNodesCountAll, kind, placeholders);
  return count(*impl_->db, Sql::kNodesCount, kind, name_space, placeholders);
}

Result<void> Reader::scan_nodes(model::NodeId after,
                                const std::function<bool(const NodeRow&)>& visit) {
  return impl_->db->each(
      Sql::kNodesScan, [&](Row& row) { return visit(sqlite::read_node(row)); }, after);
}

Result<void> Reader::scan_edges(model::EdgeId after,
                                const std::function<bool(const EdgeRow&)>& visit) {
  return impl_->db->each(
      Sql::kEdgesScan, [&](Row& row) { return visit(sqlite::read_edge(row)); }, after);
}

Result<void> Reader::scan_attributes(const std::function<bool(const AttributeRow&)>& visit) {
  return impl_->db->each(Sql::kAttributesScan,
                         [&](Row& row) { return visit(sqlite::read_attribute(row)); });
}

Result<void> Reader::scan_observations(const std::function<bool(const ObservationRow&)>& visit) {
  return impl_->db->each(Sql::kObservationsScan,
                         [&](Row& row) { return visit(sqlite::read_observation(row)); });
}

Result<void> Reader::scan_runs(const std::function<bool(const RunInfo&)>& visit) {
  return impl_->db->each(Sql::kRunsScan, [&](Row& row) { return visit(sqlite::read_run(row)); });
}

Result<void> Reader::scan_deletions(const std::function<bool(const DeletionRow&)>& visit) {
  return impl_->db->each(Sql::kDeletionsScan,
                         [&](Row& row) { return visit(sqlite::read_deletion(row)); });
}

Result<std::vector<EdgeRow>> Reader::edges_closed_after(Seq seq) {
  return impl_->db->many(Sql::kEdgesClosedAfter, sqlite::read_edge, seq);
}

Result<std::vector<NodeRow>> Reader::nodes_merged_after(Seq seq) {
  return impl_->db->many(Sql::kNodesMergedAfter, sqlite::read_node, seq);
}

Result<std::vector<NodePastRow>> Reader::node_pasts_after(Seq seq) {
  return impl_->db->many(Sql::kNodePastAfter, sqlite::read_node_past, seq);
}

Result<std::vector<EdgeRow>> Reader::edges_of_owner(model::NodeId owner, bool current_only) {
  const Sql id = current_only ? Sql::kEdgesOfOwnerCurrent : Sql::kEdgesOfOwner;
  return impl_->db->many(id, sqlite::read_edge, owner);
}

Result<std::optional<EdgeRow>> Reader::edge(model::EdgeId id) {
  return impl_->db->one(Sql::kEdgeById, sqlite::read_edge, id);
}

Result<std::vector<AttributeRow>> Reader::attributes_of_owner(model::NodeId owner,
                                                              bool current_only) {
  const Sql id = current_only ? Sql::kAttributesOfOwnerCurrent : Sql::kAttributesOfOwner;
  return impl_->db->many(id, sqlite::read_attribute, owner);
}

Result<std::vector<AttributeRow>> Reader::attributes_after(std::int64_t id) {
  return impl_->db->many(Sql::kAttributesAfter, sqlite::read_attribute, id);
}

Result<std::vector<AttributeRow>> Reader::attributes_closed_after(Seq seq) {
  return impl_->db->many(Sql::kAttributesClosedAfter, sqlite::read_attribute, seq);
}

Result<std::vector<ObservationRow>> Reader::observations_of_owner(model::NodeId owner) {
  return impl_->db->many(Sql::kObservationsOfOwner, sqlite::read_observation, owner);
}

Result<void> Reader::scan_attribute_owners(Micros from, Micros to,
                                           const std::function<bool(model::NodeId)>& visit) {
  return impl_->db->each(
      Sql::kAttributeOwnersBetween, [&](Row& row) { return visit(row.id<model::NodeId>()); }, from,
      to);
}

Result<std::vector<ObservationRow>> Reader::observations_at(model::NodeId owner, Micros time) {
  return impl_->db->many(Sql::kObservationsAt, sqlite::read_observation, owner, time);
}

Result<std::vector<ObservationRow>> Reader::observations_after(const TipRow& tip) {
  return impl_->db->many(Sql::kObservationsAfter, sqlite::read_observation, tip.owner, tip.time,
                         tip.rank, tip.tie, tip.seq);
}

Result<std::optional<TipRow>> Reader::tip(model::NodeId owner) {
  return impl_->db->one(Sql::kTipOfOwner, sqlite::read_tip, owner);
}

Result<std::optional<Micros>> Reader::last_observation_time(model::NodeId owner) {
  auto read = [](Row& row) { return row.null() ? std::optional<Micros>() : row.integer(); };
  HW_TRY(auto found, impl_->db->one(Sql::kObservationLastTime, read, owner));
  return found.value_or(std::nullopt);
}

Result<std::optional<Micros>> Reader::last_observation_time(model::NodeId owner, Micros until,
                                                            Seq known_at) {
  auto read = [](Row& row) { return row.integer(); };
  return impl_->db->one(Sql::kObservationLastTimeAt, read, owner, until, known_at);
}

Result<model::CodeId> Reader::last_observed_code(model::NodeId owner) {
  auto read = [](Row& row) { return row.id<model::CodeId>(); };
  HW_TRY(const auto found, impl_->db->one(Sql::kObservationLastCode, read, owner));
  return found.value_or(model::CodeId{});
}

Result<std::vector<ObservationRow>> Reader::observations_of_run(model::RunRow run) {
  return impl_->db->many(Sql::kObservationsOfRun, sqlite::read_observation, run);
}

Result<std::vector<RunRecordRow>> Reader::records_of_run(model::RunRow run) {
  return impl_->db->many(Sql::kRecordsOfRun, sqlite::read_run_record, run);
}

Result<std::vector<DeletionRow>> Reader::deletions() {
  return impl_->db->many(Sql::kDeletionsScan, sqlite::read_deletion);
}

Result<std::optional<RunInfo>> Reader::run(model::RunRow id) {
  return impl_->db->one(Sql::kRunById, sqlite::read_run, id);
}

Result<std::vector<RunInfo>> Reader::runs_by_run_id(std::string_view run_id) {
  return impl_->db->many(Sql::kRunsByRunId, sqlite::read_run, run_id);
}

Result<std::optional<RunInfo>> Reader::find_run(std::string_view run_id, model::NodeId job) {
  return impl_->db->one(Sql::kRunByKey, sqlite::read_run, run_id, job);
}

Result<std::vector<RunInfo>> Reader::runs_of_job(
    model::NodeId job, std::optional<std::pair<Micros, model::RunRow>> before, std::size_t limit) {
  const auto from = before.value_or(std::pair(model::kOpenEnd, model::RunRow{INT64_MAX}));
  return impl_->db->many(Sql::kRunsOfJob, sqlite::read_run, job, from.first, from.second, limit);
}

Result<std::int64_t> Reader::count_runs_of_job(model::NodeId job) {
  return count(*impl_->db, Sql::kRunsOfJobCount, job);
}

Result<std::int64_t> Reader::count_runs_of_job(model::NodeId job, Micros until, Seq known_at) {
  return count(*impl_->db, Sql::kRunsOfJobCountAt, job, until, known_at);
}

Result<std::vector<RunPastRow>> Reader::run_pasts_of_job(model::NodeId job, Seq after) {
  return impl_->db->many(Sql::kRunPastOfJob, sqlite::read_run_past, job, after);
}

Result<void> Reader::scan_run_pasts(const std::function<bool(const RunPastRow&)>& visit) {
  return impl_->db->each(Sql::kRunPastScan,
                         [&](Row& row) { return visit(sqlite::read_run_past(row)); });
}

Result<Reader::RunCounts> Reader::count_runs() {
  auto read = [](Row& row) {
    const std::int64_t runs = row.integer();
    return RunCounts{.runs = runs, .placeholders = row.integer()};
  };
  HW_TRY(auto found, impl_->db->one(Sql::kRunsCount, read));
  return found.value_or(RunCounts{});
}

}  // namespace headwater::storage
