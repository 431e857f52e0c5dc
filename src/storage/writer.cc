// Writer: one statement a method.

#include <utility>

#include "storage/writer_impl.h"

namespace headwater::storage {

using sqlite::Blob;
using sqlite::Row;
using sqlite::Sql;

Writer::Writer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Writer::~Writer() = default;

Result<void> Writer::begin() { return impl_->begin(); }
Result<void> Writer::commit() { return impl_->commit(); }
void Writer::rollback() noexcept { impl_->rollback(); }
Reader& Writer::reader() { return impl_->own_reader; }
Result<void> Writer::maybe_train_dictionary() { return impl_->maybe_train_dictionary(); }

Result<void> Writer::append_log(Seq seq, RecordKind kind, Micros received_at, Micros event_time,
                                const base::Hash128& hash, const Packed& body) {
  return impl_->append_log(seq, kind, received_at, event_time, hash, body);
}

Result<void> Writer::insert_quarantine(const QuarantineRow& row) {
  return impl_->run(Sql::kQuarantineInsert, row.seq, row.reason, row.pointer, row.producer,
                    row.replayed_as);
}

Result<void> Writer::mark_replayed(Seq quarantined, Seq replayed_as) {
  return impl_->change_one(Sql::kQuarantineMark, quarantined, replayed_as);
}

Result<void> Writer::upsert_namespace(const NamespaceRow& row) {
  return impl_->run(Sql::kNamespaceUpsert, row.id, row.name, row.owner, row.description,
                    row.created_at, row.updated_at, row.deleted);
}

Result<void> Writer::insert_node(const NodeRow& row) {
  return impl_->run(Sql::kNodeInsert, row.id, row.kind, row.name_space, row.parent, row.name,
                    row.recorded, row.first_seen, row.placeholder, row.merged_into, row.merged_seq);
}

Result<void> Writer::update_node(model::NodeId id, Micros first_seen, bool placeholder) {
  return impl_->change_one(Sql::kNodeUpdate, id, first_seen, placeholder);
}

Result<void> Writer::merge_node(model::NodeId loser, model::NodeId winner, Seq seq) {
  return impl_->change_one(Sql::kNodeMerge, loser, winner, seq);
}

Result<void> Writer::insert_node_past(const NodePastRow& row) {
  return impl_->run(Sql::kNodePastInsert, row.node, row.recorded_to, row.first_seen,
                    row.placeholder);
}

Result<void> Writer::insert_run_past(const RunPastRow& row) {
  return impl_->run(Sql::kRunPastInsert, row.job, row.recorded_to, row.run, row.first_time);
}

Result<void> Writer::insert_edge(const EdgeRow& row) {
  return impl_->run(Sql::kEdgeInsert, row.id, row.owner, row.kind, row.src, row.dst, row.via,
                    row.detail, row.valid_from, row.valid_to, row.recorded_from, row.recorded_to,
                    row.reason);
}

Result<void> Writer::close_edge(model::EdgeId id, Seq recorded_to) {
  return impl_->change_one(Sql::kEdgeClose, id, recorded_to);
}

Result<void> Writer::insert_attribute(const AttributeRow& row) {
  return impl_->run(Sql::kAttributeInsert, row.id, row.owner, row.name, row.content, row.valid_from,
                    row.valid_to, row.recorded_from, row.recorded_to);
}

Result<void> Writer::close_attribute(std::int64_t id, Seq recorded_to) {
  return impl_->change_one(Sql::kAttributeClose, id, recorded_to);
}

Result<void> Writer::insert_observation(const ObservationRow& row) {
  return impl_->run(Sql::kObservationInsert, row.owner, row.time, row.rank, row.tie, row.seq,
                    row.run, row.type, row.flags, row.code, row.edge_set, row.bundle, row.producer);
}

Result<void> Writer::insert_deletion(const DeletionRow& row) {
  return impl_->run(Sql::kDeletionInsert, row.dataset, row.time, row.rank, row.tie, row.seq);
}

Result<void> Writer::put_tip(const TipRow& row) {
  return impl_->run(Sql::kTipPut, row.owner, row.time, row.rank, row.tie, row.seq, Blob{row.state});
}

Result<void> Writer::delete_tip(model::NodeId owner) { return impl_->run(Sql::kTipDelete, owner); }

// A run that was recorded before usually changes in columns that no index has.
Result<void> Writer::upsert_run(const RunInfo& row) {
  auto bound = [&](Sql id) {
    return impl_->run(id, row.id, row.run_id, row.job, row.parent, row.state, row.started_at,
                      row.ended_at, row.first_time, row.last_time, row.nominal_start,
                      row.nominal_end, row.code, row.recorded, row.updated, Blob{row.merge});
  };
  if (row.updated != row.recorded) {
    HW_CHECK_OK(bound(Sql::kRunUpdate));
    if (impl_->db->changes() == 1) return {};
  }
  return bound(Sql::kRunUpsert);
}

Result<void> Writer::insert_content(model::ContentId id, const base::Hash128& hash,
                                    const Packed& body) {
  return impl_->run(Sql::kContentInsert, id, hash.high, hash.low, body.dictionary, body.size,
                    Blob{body.body});
}

Result<void> Writer::insert_bundle(model::BundleId id, const base::Hash128& hash,
                                   std::string_view body) {
  return impl_->run(Sql::kBundleInsert, id, hash.high, hash.low, Blob{body});
}

Result<void> Writer::insert_edge_set(model::EdgeSetId id, const base::Hash128& hash,
                                     std::string_view body) {
  return impl_->run(Sql::kEdgeSetInsert, id, hash.high, hash.low, Blob{body});
}

Result<void> Writer::insert_attribute_name(model::AttributeNameId id, std::string_view name) {
  return impl_->run(Sql::kAttributeNameInsert, id, name);
}

Result<void> Writer::insert_producer(model::ProducerId id, std::string_view name) {
  return impl_->run(Sql::kProducerInsert, id, name);
}

Result<void> Writer::insert_code_version(model::CodeId id, std::string_view semantic) {
  return impl_->run(Sql::kCodeVersionInsert, id, semantic);
}

Result<void> Writer::insert_transformation(const TransformationRow& row) {
  return impl_->run(Sql::kTransformationInsert, row.id, row.type, row.subtype, row.masking);
}

Result<std::optional<model::ContentId>> Writer::find_content(const base::Hash128& hash) {
  return impl_->find<model::ContentId>(Sql::kContentByHash, hash.low, hash.high);
}

Result<std::optional<model::BundleId>> Writer::find_bundle(const base::Hash128& hash) {
  return impl_->find<model::BundleId>(Sql::kBundleByHash, hash.low, hash.high);
}

Result<std::optional<model::EdgeSetId>> Writer::find_edge_set(const base::Hash128& hash) {
  return impl_->find<model::EdgeSetId>(Sql::kEdgeSetByHash, hash.low, hash.high);
}

Result<std::optional<model::ProducerId>> Writer::find_producer(std::string_view name) {
  return impl_->find<model::ProducerId>(Sql::kProducerByName, name);
}

Result<std::optional<model::CodeId>> Writer::find_code_version(std::string_view semantic) {
  return impl_->find<model::CodeId>(Sql::kCodeVersionByName, semantic);
}

Result<Writer::HighIds> Writer::high_ids() {
  auto elements = [](Row& row) {
    HighIds ids;
    ids.seq = row.seq();
    ids.node = row.id<model::NodeId>();
    ids.edge = row.id<model::EdgeId>();
    ids.attribute = row.integer();
    ids.run = row.integer();
    ids.name_space = row.id<model::NamespaceId>().value;
    ids.transformation = row.id<model::TransformationId>().value;
    return ids;
  };
  HW_TRY(auto found, impl_->db->one(Sql::kHighIds, elements));
  HighIds ids = found.value_or(HighIds{});
  auto interned = [&ids](Row& row) {
    ids.content = row.integer();
    ids.bundle = row.integer();
    ids.edge_set = row.integer();
    ids.attribute_name = row.integer();
    ids.producer = row.integer();
    ids.code_version = row.integer();
    return false;
  };
  HW_CHECK_OK(impl_->db->each(Sql::kHighInternedIds, interned));
  return ids;
}

}  // namespace headwater::storage
