// Reader and Writer: decisions of people and the definitions of tags.

#include "storage/reader_impl.h"
#include "storage/writer_impl.h"

namespace headwater::storage {

using sqlite::Row;
using sqlite::Sql;

Result<std::vector<DecisionRow>> Reader::decisions(const DecisionQuery& query) {
  sqlite::Connection& db = *impl_->db;
  const std::int64_t kind = query.kind ? static_cast<std::int64_t>(*query.kind) : 0;
  if (query.node) {
    return db.many(Sql::kDecisionsOfNode, sqlite::read_decision, query.node, query.before, kind,
                   query.author, query.limit);
  }
  if (!query.author.empty()) {
    return db.many(Sql::kDecisionsOfAuthor, sqlite::read_decision, query.author, query.before, kind,
                   query.limit);
  }
  if (query.kind) {
    return db.many(Sql::kDecisionsOfKind, sqlite::read_decision, kind, query.before, query.limit);
  }
  return db.many(Sql::kDecisionsBefore, sqlite::read_decision, query.before, query.limit);
}

Result<void> Reader::scan_decisions(const std::function<bool(const DecisionRow&)>& visit) {
  return impl_->db->each(Sql::kDecisionsScan,
                         [&](Row& row) { return visit(sqlite::read_decision(row)); });
}

Result<Micros> Reader::last_decision_time() {
  HW_TRY(const auto found,
         impl_->db->one(Sql::kDecisionLastTime, [](Row& row) { return row.integer(); }));
  return found.value_or(0);
}

Result<void> Reader::scan_tag_definitions(
    const std::function<bool(const TagDefinitionRow&)>& visit) {
  return impl_->db->each(Sql::kTagDefinitionsScan,
                         [&](Row& row) { return visit(sqlite::read_tag_definition(row)); });
}

Result<std::vector<model::NodeId>> Reader::fields_with_attributes(model::NodeId dataset) {
  return impl_->db->many(
      Sql::kFieldsWithAttributes, [](Row& row) { return row.id<model::NodeId>(); }, dataset);
}

Result<std::vector<AttributeRow>> Reader::attributes_of_fields(model::NodeId dataset,
                                                               bool current_only) {
  const Sql id = current_only ? Sql::kAttributesOfFieldsCurrent : Sql::kAttributesOfFields;
  return impl_->db->many(id, sqlite::read_attribute, dataset);
}

Result<void> Writer::insert_decision(const DecisionRow& row) {
  return impl_->run(Sql::kDecisionInsert, row.seq, row.kind, row.node, row.other, row.author,
                    row.at);
}

Result<void> Writer::insert_tag_definition(const TagDefinitionRow& row) {
  return impl_->run(Sql::kTagDefinitionInsert, row.seq, row.name, row.at, row.description,
                    row.rule.downstream, row.rule.stop_masking, row.rule.stop_indirect,
                    row.rule.stop_at_tag, row.author);
}

}  // namespace headwater::storage
