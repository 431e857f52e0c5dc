#include "storage/sqlite/catalogue.h"

#include <array>

#include "storage/sqlite/columns.h"
#include "storage/sqlite/profile_statements.h"
#include "storage/sqlite/stats_statements.h"

namespace headwater::storage::sqlite {
namespace {

constexpr std::array kCore{
    NamedSql{Sql::kBegin, "transaction.begin_read", "BEGIN"},
    NamedSql{Sql::kBeginImmediate, "transaction.begin", "BEGIN IMMEDIATE"},
    NamedSql{Sql::kCommit, "transaction.commit", "COMMIT"},
    NamedSql{Sql::kRollback, "transaction.rollback", "ROLLBACK"},
    NamedSql{Sql::kMetaGet, "meta.get", "SELECT value FROM meta WHERE key = ?1"},
    NamedSql{Sql::kFence, "meta.fence", "UPDATE meta SET value = value + 1 WHERE key = 'fence'"},

    NamedSql{Sql::kDictionaryInsert, "dictionary.insert",
             "INSERT INTO dictionary (id, body) VALUES (?1, ?2)"},
    NamedSql{Sql::kDictionaries, "dictionary.list", "SELECT id, body FROM dictionary ORDER BY id"},
    NamedSql{Sql::kDictionaryById, "dictionary.by_id", "SELECT body FROM dictionary WHERE id = ?1"},

    NamedSql{Sql::kLogAppend, "log.append",
             "INSERT INTO log (" HW_LOG_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"},
    NamedSql{Sql::kLogLast, "log.last", "SELECT coalesce(max(seq), 0) FROM log"},
    NamedSql{Sql::kLogReceivedAt, "log.received_at", "SELECT received_at FROM log WHERE seq = ?1"},
    NamedSql{Sql::kLogBySeq, "log.by_seq", "SELECT " HW_LOG_COLUMNS " FROM log WHERE seq = ?1"},
    NamedSql{Sql::kLogRange, "log.range",
             "SELECT " HW_LOG_COLUMNS " FROM log WHERE seq > ?1 ORDER BY seq LIMIT ?2"},
    NamedSql{Sql::kEventsAscending, "log.events_ascending",
             "SELECT " HW_LOG_COLUMNS " FROM log INDEXED BY log_time WHERE kind IN (1, 4)"
             " AND (event_time, seq) > (?1, ?2) AND event_time < ?3"
             " ORDER BY event_time, seq LIMIT ?4"},
    NamedSql{Sql::kEventsDescending, "log.events_descending",
             "SELECT " HW_LOG_COLUMNS " FROM log INDEXED BY log_time WHERE kind IN (1, 4)"
             " AND (event_time, seq) < (?1, ?2) AND event_time >= ?3"
             " ORDER BY event_time DESC, seq DESC LIMIT ?4"},
    NamedSql{Sql::kEventsCount, "log.events_count",
             "SELECT count(*) FROM log INDEXED BY log_time WHERE kind IN (1, 4)"
             " AND event_time >= ?1 AND event_time < ?2"},
    // Bounded twice: the newest by time, should they be known; and the newest that are known.
    NamedSql{Sql::kEventsLastTime, "log.events_last_time",
             "SELECT max((SELECT coalesce(max(event_time), -1) FROM"
             " (SELECT event_time, seq FROM log INDEXED BY log_time WHERE kind IN (1, 4)"
             " AND event_time <= ?1 ORDER BY event_time DESC, seq DESC LIMIT 4096)"
             " WHERE seq <= ?2),"
             " (SELECT coalesce(max(event_time), -1) FROM"
             " (SELECT event_time FROM log WHERE seq <= ?2 AND kind IN (1, 4)"
             " ORDER BY seq DESC LIMIT 256) WHERE event_time <= ?1))"},
    NamedSql{Sql::kEventByHash, "log.event_by_hash",
             "SELECT min(seq) FROM log WHERE hash_low = ?1 AND hash_high = ?2"
             " AND kind IN (1, 4, 5)"},

    NamedSql{Sql::kQuarantineInsert, "quarantine.insert",
             "INSERT INTO quarantine (" HW_QUARANTINE_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5)"},
    NamedSql{Sql::kQuarantineMark, "quarantine.mark_replayed",
             "UPDATE quarantine SET replayed_as = ?2 WHERE seq = ?1"},
    NamedSql{Sql::kQuarantineList, "quarantine.list",
             "SELECT " HW_QUARANTINE_COLUMNS " FROM quarantine WHERE seq > ?1 ORDER BY seq"
             " LIMIT ?2"},
    NamedSql{Sql::kQuarantineBySeq, "quarantine.by_seq",
             "SELECT " HW_QUARANTINE_COLUMNS " FROM quarantine WHERE seq = ?1"},
    NamedSql{Sql::kQuarantineCount, "quarantine.count",
             "SELECT count(*) FROM quarantine WHERE ?1 OR replayed_as = 0"},

    NamedSql{Sql::kNamespaceUpsert, "namespace.upsert",
             "INSERT INTO namespace (" HW_NAMESPACE_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
             " ON CONFLICT (id) DO UPDATE SET name = excluded.name, owner = excluded.owner,"
             " description = excluded.description, created_at = excluded.created_at,"
             " updated_at = excluded.updated_at, deleted = excluded.deleted"},
    NamedSql{Sql::kNamespacesFirst, "namespace.first",
             "SELECT " HW_NAMESPACE_COLUMNS " FROM namespace ORDER BY name LIMIT ?1"},
    NamedSql{Sql::kNamespacesAfter, "namespace.after",
             "SELECT " HW_NAMESPACE_COLUMNS " FROM namespace WHERE name > ?1 ORDER BY name"
             " LIMIT ?2"},
    NamedSql{Sql::kNamespaceByName, "namespace.by_name",
             "SELECT " HW_NAMESPACE_COLUMNS " FROM namespace WHERE name = ?1"},
    NamedSql{Sql::kNamespaceById, "namespace.by_id",
             "SELECT " HW_NAMESPACE_COLUMNS " FROM namespace WHERE id = ?1"},

    NamedSql{Sql::kNodeInsert, "node.insert",
             "INSERT INTO node (" HW_NODE_COLUMNS
             ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"},
    NamedSql{Sql::kNodeUpdate, "node.update",
             "UPDATE node SET first_seen = ?2, placeholder = ?3 WHERE id = ?1"},
    NamedSql{Sql::kNodeMerge, "node.merge",
             "UPDATE node SET merged_into = ?2, merged_seq = ?3 WHERE id = ?1"},
    NamedSql{Sql::kNodesFirst, "node.first",
             "SELECT " HW_NODE_COLUMNS
             " FROM node WHERE kind = ?1 AND namespace = ?2 AND parent = ?3"
             " ORDER BY name LIMIT ?4"},
    NamedSql{Sql::kNodesAfter, "node.after",
             "SELECT " HW_NODE_COLUMNS
             " FROM node WHERE kind = ?1 AND namespace = ?2 AND parent = ?3 AND name > ?4"
             " ORDER BY name LIMIT ?5"},
    NamedSql{Sql::kNodesAllFirst, "node.all_first",
             "SELECT " HW_NODE_COLUMNS
             " FROM node WHERE kind = ?1 ORDER BY namespace, parent, name LIMIT ?2"},
    NamedSql{Sql::kNodesAllAfter, "node.all_after",
             "SELECT " HW_NODE_COLUMNS
             " FROM node WHERE kind = ?1 AND (namespace, parent, name) > (?2, ?3, ?4)"
             " ORDER BY namespace, parent, name LIMIT ?5"},
    NamedSql{Sql::kNodeById, "node.by_id", "SELECT " HW_NODE_COLUMNS " FROM node WHERE id = ?1"},
    NamedSql{Sql::kNodeByName, "node.by_name",
             "SELECT " HW_NODE_COLUMNS
             " FROM node WHERE kind = ?1 AND namespace = ?2 AND parent = ?3 AND name = ?4"},
    NamedSql{Sql::kNodesCount, "node.count",
             "SELECT count(*) FROM node WHERE kind = ?1 AND namespace = ?2 AND merged_into = 0"
             " AND placeholder <= ?3"},
    NamedSql{Sql::kNodesCountAll, "node.count_all",
             "SELECT count(*) FROM node WHERE kind = ?1 AND merged_into = 0"
             " AND placeholder <= ?2"},
    NamedSql{Sql::kNodesScan, "node.scan",
             "SELECT " HW_NODE_COLUMNS " FROM node WHERE id > ?1 ORDER BY id"},
    NamedSql{Sql::kNodesMergedAfter, "node.merged_after",
             "SELECT " HW_NODE_COLUMNS
             " FROM node WHERE merged_into <> 0 AND merged_seq > ?1 AND recorded <= ?1"
             " ORDER BY merged_seq, id"},

    NamedSql{Sql::kNodePastInsert, "node_past.insert",
             "INSERT INTO node_past (node, recorded_to, first_seen, placeholder)"
             " VALUES (?1, ?2, ?3, ?4)"},
    NamedSql{Sql::kNodePastAfter, "node_past.after",
             "SELECT node, recorded_to, first_seen, placeholder FROM node_past"
             " WHERE recorded_to > ?1 ORDER BY recorded_to, node"},
    NamedSql{Sql::kEdgeInsert, "edge.insert",
             "INSERT INTO edge (" HW_EDGE_COLUMNS
             ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"},
    NamedSql{Sql::kEdgeClose, "edge.close", "UPDATE edge SET recorded_to = ?2 WHERE id = ?1"},
    NamedSql{Sql::kEdgesScan, "edge.scan",
             "SELECT " HW_EDGE_COLUMNS " FROM edge WHERE id > ?1 ORDER BY id"},
    NamedSql{Sql::kEdgeById, "edge.by_id", "SELECT " HW_EDGE_COLUMNS " FROM edge WHERE id = ?1"},
    NamedSql{Sql::kEdgesOfOwner, "edge.of_owner",
             "SELECT " HW_EDGE_COLUMNS " FROM edge WHERE owner = ?1 ORDER BY id"},
    NamedSql{Sql::kEdgesOfOwnerCurrent, "edge.of_owner_current",
             "SELECT " HW_EDGE_COLUMNS " FROM edge WHERE owner = ?1 AND recorded_to = " HW_OPEN
             " ORDER BY id"},
    NamedSql{Sql::kEdgesClosedAfter, "edge.closed_after",
             "SELECT " HW_EDGE_COLUMNS
             " FROM edge WHERE recorded_to > ?1 AND recorded_to < " HW_OPEN
             " AND recorded_from <= ?1 ORDER BY recorded_to, id"},

    NamedSql{Sql::kAttributeInsert, "attribute.insert",
             "INSERT INTO attribute (" HW_ATTRIBUTE_COLUMNS
             ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"},
    NamedSql{Sql::kAttributeClose, "attribute.close",
             "UPDATE attribute SET recorded_to = ?2 WHERE id = ?1"},
    NamedSql{Sql::kAttributesScan, "attribute.scan",
             "SELECT " HW_ATTRIBUTE_COLUMNS " FROM attribute ORDER BY id"},
    NamedSql{Sql::kAttributesOfOwner, "attribute.of_owner",
             "SELECT " HW_ATTRIBUTE_COLUMNS " FROM attribute WHERE owner = ?1 ORDER BY id"},
    NamedSql{Sql::kAttributesOfOwnerCurrent, "attribute.of_owner_current",
             "SELECT " HW_ATTRIBUTE_COLUMNS
             " FROM attribute WHERE owner = ?1 AND recorded_to = " HW_OPEN " ORDER BY id"},
    NamedSql{Sql::kAttributeOwnersBetween, "attribute.owners_between",
             "SELECT owner FROM attribute WHERE (valid_from > ?1 AND valid_from <= ?2)"
             " OR (valid_to > ?1 AND valid_to <= ?2 AND valid_to < " HW_OPEN ")"},
    NamedSql{Sql::kAttributesAfter, "attribute.after",
             "SELECT " HW_ATTRIBUTE_COLUMNS " FROM attribute WHERE id > ?1 ORDER BY id"},
    NamedSql{Sql::kAttributesClosedAfter, "attribute.closed_after",
             "SELECT " HW_ATTRIBUTE_COLUMNS
             " FROM attribute WHERE recorded_to > ?1 AND recorded_to < " HW_OPEN
             " ORDER BY recorded_to, id"},

    NamedSql{Sql::kObservationInsert, "observation.insert",
             "INSERT INTO observation (" HW_OBSERVATION_COLUMNS
             ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"},
    NamedSql{Sql::kObservationsScan, "observation.scan",
             "SELECT " HW_OBSERVATION_COLUMNS
             " FROM observation ORDER BY owner, time, rank, tie, seq"},
    NamedSql{Sql::kObservationsOfOwner, "observation.of_owner",
             "SELECT " HW_OBSERVATION_COLUMNS
             " FROM observation WHERE owner = ?1 ORDER BY time, rank, tie, seq"},
    NamedSql{Sql::kObservationsAt, "observation.at",
             "SELECT " HW_OBSERVATION_COLUMNS
             " FROM observation WHERE owner = ?1 AND time = ?2 ORDER BY rank, tie, seq"},
    NamedSql{Sql::kObservationLastTime, "observation.last_time",
             "SELECT time FROM observation WHERE owner = ?1 AND type <> 8"
             " ORDER BY time DESC LIMIT 1"},
    NamedSql{Sql::kObservationLastTimeAt, "observation.last_time_at",
             "SELECT time FROM observation WHERE owner = ?1 AND time <= ?2 AND seq <= ?3"
             " AND type <> 8"
             " ORDER BY time DESC LIMIT 1"},
    NamedSql{Sql::kObservationLastCode, "observation.last_code",
             "SELECT code FROM observation WHERE owner = ?1 AND code <> 0"
             " ORDER BY time DESC, rank DESC, tie DESC, seq DESC LIMIT 1"},
    NamedSql{Sql::kObservationsOfRun, "observation.of_run",
             "SELECT " HW_OBSERVATION_COLUMNS
             " FROM observation WHERE run = ?1 AND run <> 0 ORDER BY time, rank, tie, seq, owner"},
    // All of it stands in the index.
    NamedSql{Sql::kRecordsOfRun, "observation.records_of_run",
             "SELECT time, rank, tie, seq FROM observation INDEXED BY observation_run"
             " WHERE run = ?1 AND run <> 0"},
    NamedSql{Sql::kObservationsAfter, "observation.after",
             "SELECT " HW_OBSERVATION_COLUMNS
             " FROM observation WHERE owner = ?1 AND (time, rank, tie, seq) > (?2, ?3, ?4, ?5)"
             " ORDER BY time, rank, tie, seq"},
    NamedSql{Sql::kTipPut, "tip.put",
             "INSERT INTO tip (owner, time, rank, tie, seq, state)"
             " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
             " ON CONFLICT (owner) DO UPDATE SET time = excluded.time, rank = excluded.rank,"
             " tie = excluded.tie, seq = excluded.seq, state = excluded.state"},
    NamedSql{Sql::kTipDelete, "tip.delete", "DELETE FROM tip WHERE owner = ?1"},
    NamedSql{Sql::kTipOfOwner, "tip.of_owner",
             "SELECT owner, time, rank, tie, seq, state FROM tip WHERE owner = ?1"},
    NamedSql{Sql::kDeletionInsert, "deletion.insert",
             "INSERT INTO deletion (dataset, time, rank, tie, seq) VALUES (?1, ?2, ?3, ?4, ?5)"},
    NamedSql{Sql::kDeletionsScan, "deletion.scan",
             "SELECT dataset, time, rank, tie, seq FROM deletion"
             " ORDER BY dataset, time, rank, tie, seq"},

    NamedSql{Sql::kDecisionInsert, "decision.insert",
             "INSERT INTO decision (" HW_DECISION_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6)"},
    NamedSql{Sql::kDecisionsBefore, "decision.before",
             "SELECT " HW_DECISION_COLUMNS " FROM decision WHERE seq < ?1 ORDER BY seq DESC"
             " LIMIT ?2"},
    NamedSql{Sql::kDecisionsOfNode, "decision.of_node",
             "SELECT " HW_DECISION_COLUMNS
             " FROM decision WHERE node = ?1 AND seq < ?2 AND (?3 = 0 OR kind = ?3)"
             " AND (?4 = '' OR author = ?4) UNION SELECT " HW_DECISION_COLUMNS
             " FROM decision WHERE other = ?1 AND other <> 0 AND seq < ?2"
             " AND (?3 = 0 OR kind = ?3) AND (?4 = '' OR author = ?4)"
             " ORDER BY seq DESC LIMIT ?5"},
    NamedSql{Sql::kDecisionsOfAuthor, "decision.of_author",
             "SELECT " HW_DECISION_COLUMNS
             " FROM decision WHERE author = ?1 AND seq < ?2 AND (?3 = 0 OR kind = ?3)"
             " ORDER BY seq DESC LIMIT ?4"},
    NamedSql{Sql::kDecisionsOfKind, "decision.of_kind",
             "SELECT " HW_DECISION_COLUMNS " FROM decision WHERE kind = ?1 AND seq < ?2"
             " ORDER BY seq DESC LIMIT ?3"},
    NamedSql{Sql::kDecisionsScan, "decision.scan",
             "SELECT " HW_DECISION_COLUMNS " FROM decision ORDER BY seq"},
    NamedSql{Sql::kDecisionLastTime, "decision.last_time",
             "SELECT at FROM decision ORDER BY seq DESC LIMIT 1"},
    NamedSql{Sql::kTagDefinitionInsert, "tag_definition.insert",
             "INSERT INTO tag_definition (" HW_TAG_DEFINITION_COLUMNS
             ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"},
    NamedSql{Sql::kTagDefinitionsScan, "tag_definition.scan",
             "SELECT " HW_TAG_DEFINITION_COLUMNS " FROM tag_definition ORDER BY name, at, seq"},
    NamedSql{Sql::kFieldsWithAttributes, "node.fields_with_attributes",
             "SELECT id FROM node WHERE kind = 2 AND namespace = 0 AND parent = ?1"
             " AND EXISTS (SELECT 1 FROM attribute WHERE owner = node.id) ORDER BY id"},
    NamedSql{Sql::kAttributesOfFields, "attribute.of_fields",
             "SELECT " HW_ATTRIBUTE_COLUMNS
             " FROM attribute WHERE owner IN (SELECT id FROM node WHERE kind = 2"
             " AND namespace = 0 AND parent = ?1) ORDER BY id"},
    NamedSql{Sql::kAttributesOfFieldsCurrent, "attribute.of_fields_current",
             "SELECT " HW_ATTRIBUTE_COLUMNS
             " FROM attribute WHERE owner IN (SELECT id FROM node WHERE kind = 2"
             " AND namespace = 0 AND parent = ?1) AND recorded_to = " HW_OPEN " ORDER BY id"},

    NamedSql{Sql::kRunUpsert, "run.upsert",
             "INSERT INTO run (" HW_RUN_COLUMNS
             ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"
             " ON CONFLICT (id) DO UPDATE SET run_id = excluded.run_id, job = excluded.job,"
             " parent = excluded.parent, state = excluded.state,"
             " started_at = excluded.started_at, ended_at = excluded.ended_at,"
             " first_time = excluded.first_time, last_time = excluded.last_time,"
             " nominal_start = excluded.nominal_start, nominal_end = excluded.nominal_end,"
             " code = excluded.code, recorded = excluded.recorded, updated = excluded.updated,"
             " merge = excluded.merge"},
    // Touches no index: what most events of a known run change.
    NamedSql{Sql::kRunUpdate, "run.update",
             "UPDATE run SET state = ?5, started_at = ?6, ended_at = ?7, last_time = ?9,"
             " nominal_start = ?10, nominal_end = ?11, code = ?12, recorded = ?13, updated = ?14,"
             " merge = ?15 WHERE id = ?1 AND run_id = ?2 AND job = ?3 AND parent = ?4"
             " AND first_time = ?8"},
    NamedSql{Sql::kRunsScan, "run.scan", "SELECT " HW_RUN_COLUMNS " FROM run ORDER BY id"},
    NamedSql{Sql::kRunById, "run.by_id", "SELECT " HW_RUN_COLUMNS " FROM run WHERE id = ?1"},
    NamedSql{Sql::kRunsByRunId, "run.by_run_id",
             "SELECT " HW_RUN_COLUMNS " FROM run WHERE run_id = ?1 ORDER BY id"},
    NamedSql{Sql::kRunByKey, "run.by_key",
             "SELECT " HW_RUN_COLUMNS " FROM run WHERE run_id = ?1 AND job = ?2"},
    NamedSql{Sql::kRunsOfJob, "run.of_job",
             "SELECT " HW_RUN_COLUMNS " FROM run WHERE job = ?1 AND (first_time, id) < (?2, ?3)"
             " ORDER BY first_time DESC, id DESC LIMIT ?4"},
    NamedSql{Sql::kRunsOfJobCount, "run.of_job_count", "SELECT count(*) FROM run WHERE job = ?1"},
    NamedSql{Sql::kRunsOfJobCountAt, "run.of_job_count_at",
             "SELECT count(*) FROM run WHERE job = ?1 AND first_time <= ?2 AND recorded <= ?3"},
    NamedSql{Sql::kRunsCount, "run.count",
             "SELECT count(*), count(*) FILTER (WHERE state = 0) FROM run"},
    NamedSql{Sql::kRunPastInsert, "run_past.insert",
             "INSERT OR IGNORE INTO run_past (job, recorded_to, run, first_time)"
             " VALUES (?1, ?2, ?3, ?4)"},
    NamedSql{Sql::kRunPastOfJob, "run_past.of_job",
             "SELECT job, recorded_to, run, first_time FROM run_past"
             " WHERE job = ?1 AND recorded_to > ?2 ORDER BY recorded_to, run"},
    NamedSql{Sql::kRunPastScan, "run_past.scan",
             "SELECT job, recorded_to, run, first_time FROM run_past"
             " ORDER BY job, recorded_to, run"},

    NamedSql{Sql::kContentInsert, "content.insert",
             "INSERT INTO content (id, hash_high, hash_low, dictionary, size, body)"
             " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"},
    NamedSql{Sql::kContentByHash, "content.by_hash",
             "SELECT id FROM content WHERE hash_low = ?1 AND hash_high = ?2"},
    NamedSql{Sql::kContentById, "content.by_id",
             "SELECT dictionary, size, body FROM content WHERE id = ?1"},
    NamedSql{Sql::kBundleInsert, "bundle.insert",
             "INSERT INTO bundle (id, hash_high, hash_low, body) VALUES (?1, ?2, ?3, ?4)"},
    NamedSql{Sql::kBundleByHash, "bundle.by_hash",
             "SELECT id FROM bundle WHERE hash_low = ?1 AND hash_high = ?2"},
    NamedSql{Sql::kBundleById, "bundle.by_id", "SELECT body FROM bundle WHERE id = ?1"},
    NamedSql{Sql::kEdgeSetInsert, "edge_set.insert",
             "INSERT INTO edge_set (id, hash_high, hash_low, body) VALUES (?1, ?2, ?3, ?4)"},
    NamedSql{Sql::kEdgeSetByHash, "edge_set.by_hash",
             "SELECT id FROM edge_set WHERE hash_low = ?1 AND hash_high = ?2"},
    NamedSql{Sql::kEdgeSetById, "edge_set.by_id", "SELECT body FROM edge_set WHERE id = ?1"},
    NamedSql{Sql::kAttributeNameInsert, "attribute_name.insert",
             "INSERT INTO attribute_name (id, name) VALUES (?1, ?2)"},
    NamedSql{Sql::kAttributeNameByName, "attribute_name.by_name",
             "SELECT id FROM attribute_name WHERE name = ?1"},
    NamedSql{Sql::kAttributeNameById, "attribute_name.by_id",
             "SELECT name FROM attribute_name WHERE id = ?1"},
    NamedSql{Sql::kProducerInsert, "producer.insert",
             "INSERT INTO producer (id, name) VALUES (?1, ?2)"},
    NamedSql{Sql::kProducerByName, "producer.by_name", "SELECT id FROM producer WHERE name = ?1"},
    NamedSql{Sql::kProducerById, "producer.by_id", "SELECT name FROM producer WHERE id = ?1"},
    NamedSql{Sql::kCodeVersionInsert, "code_version.insert",
             "INSERT INTO code_version (id, semantic) VALUES (?1, ?2)"},
    NamedSql{Sql::kCodeVersionByName, "code_version.by_semantic",
             "SELECT id FROM code_version WHERE semantic = ?1"},
    NamedSql{Sql::kCodeVersionById, "code_version.by_id",
             "SELECT semantic FROM code_version WHERE id = ?1"},
    NamedSql{Sql::kTransformationInsert, "transformation.insert",
             "INSERT INTO transformation (id, type, subtype, masking) VALUES (?1, ?2, ?3, ?4)"},
    NamedSql{Sql::kTransformations, "transformation.list",
             "SELECT id, type, subtype, masking FROM transformation ORDER BY id"},

    NamedSql{Sql::kPartitionedInsert, "partitioned.insert",
             "INSERT INTO partitioned (number, node) VALUES (?1, ?2)"},
    NamedSql{Sql::kPartitionedScan, "partitioned.scan",
             "SELECT number, node FROM partitioned ORDER BY number"},
    NamedSql{Sql::kPartitionKeyInsert, "partition_key.insert",
             "INSERT INTO partition_key (dataset, number, text) VALUES (?1, ?2, ?3)"},
    NamedSql{Sql::kPartitionKeys, "partition_key.scan",
             "SELECT dataset, number, text FROM partition_key ORDER BY dataset, number"},
    NamedSql{Sql::kMaterializationUpsert, "materialization.upsert",
             "INSERT OR REPLACE INTO materialization (" HW_MATERIALIZATION_COLUMNS
             ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"},
    NamedSql{Sql::kMaterializationDelete, "materialization.delete",
             "DELETE FROM materialization WHERE dataset = ?1 AND lane = ?2 AND idx = ?3"
             " AND end_time = ?4 AND seq = ?5"},
    NamedSql{Sql::kMaterializationsOf, "materialization.of_partition",
             "SELECT " HW_MATERIALIZATION_COLUMNS
             " FROM materialization WHERE dataset = ?1 AND lane = ?2 AND idx = ?3"
             " ORDER BY end_time, seq"},
    NamedSql{Sql::kMaterializationsScan, "materialization.scan",
             "SELECT " HW_MATERIALIZATION_COLUMNS
             " FROM materialization ORDER BY dataset, lane, idx, end_time, seq"},
    NamedSql{Sql::kMaterializationsBetween, "materialization.between",
             "SELECT " HW_MATERIALIZATION_COLUMNS
             " FROM materialization WHERE dataset = ?1 AND lane = ?2 AND idx BETWEEN ?3 AND ?4"
             " ORDER BY idx, end_time, seq"},
    NamedSql{Sql::kMaterializationsNewest, "materialization.newest",
             "SELECT " HW_MATERIALIZATION_COLUMNS
             " FROM materialization WHERE dataset = ?1 AND lane = ?2"
             " ORDER BY idx DESC, end_time DESC, seq DESC LIMIT ?3"},
    NamedSql{Sql::kMaterializationsLatestEnd, "materialization.latest_end",
             "SELECT latest FROM (SELECT max(end_time) AS latest FROM materialization"
             " WHERE dataset = ?1 AND lane = ?2 AND idx BETWEEN ?3 AND ?4)"
             " WHERE latest IS NOT NULL"},
    NamedSql{Sql::kRunPartitionUpsert, "run_partition.upsert",
             "INSERT OR REPLACE INTO run_partition (" HW_RUN_PARTITION_COLUMNS
             ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"},
    NamedSql{Sql::kRunPartitionsOf, "run_partition.of_run",
             "SELECT " HW_RUN_PARTITION_COLUMNS
             " FROM run_partition WHERE run = ?1 ORDER BY output, dataset, lane, first, last"},
    NamedSql{Sql::kRunOutputsCount, "run_partition.count_outputs",
             "SELECT coalesce(sum(last - first + 1), 0) FROM run_partition"
             " WHERE run = ?1 AND output = 1"},
    NamedSql{Sql::kRunOutputsOpen, "run_partition.outputs_of_unsuccessful_runs",
             "SELECT " HW_RUN_PARTITION_COLUMNS " FROM run_partition WHERE output = 1"
             " AND (SELECT state FROM run WHERE id = run_partition.run) <> 3"
             " ORDER BY run, dataset, lane, first, last"},
    NamedSql{Sql::kRunPartitionsScan, "run_partition.scan",
             "SELECT " HW_RUN_PARTITION_COLUMNS
             " FROM run_partition ORDER BY run, output, dataset, lane, first, last"},
    NamedSql{Sql::kPlannerDocumentUpsert, "planner_document.upsert",
             "INSERT OR REPLACE INTO planner_document (kind, a, b, seq, body)"
             " VALUES (?1, ?2, ?3, ?4, ?5)"},
    NamedSql{Sql::kPlannerDocumentDelete, "planner_document.delete",
             "DELETE FROM planner_document WHERE kind = ?1 AND a = ?2 AND b = ?3"},
    NamedSql{Sql::kPlannerDocument, "planner_document.one",
             "SELECT kind, a, b, seq, body FROM planner_document"
             " WHERE kind = ?1 AND a = ?2 AND b = ?3"},
    NamedSql{Sql::kPlannerDocuments, "planner_document.of_kind",
             "SELECT kind, a, b, seq, body FROM planner_document WHERE kind = ?1 AND a >= ?2"
             " AND a <= ?3 ORDER BY a, b"},

    NamedSql{Sql::kPlanUpsert, "plan.upsert",
             "INSERT OR REPLACE INTO plan (" HW_PLAN_COLUMNS
             ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, "
             "?17, ?18, ?19, ?20, ?21)"},
    NamedSql{Sql::kPlanById, "plan.by_id", "SELECT " HW_PLAN_COLUMNS " FROM plan WHERE id = ?1"},
    NamedSql{Sql::kPlans, "plan.list",
             "SELECT " HW_PLAN_COLUMNS " FROM plan WHERE id < ?1 ORDER BY id DESC LIMIT ?2"},
    NamedSql{Sql::kPlansInState, "plan.in_state",
             "SELECT " HW_PLAN_COLUMNS " FROM plan WHERE state = ?3 AND id < ?1"
             " ORDER BY id DESC LIMIT ?2"},
    NamedSql{Sql::kPlansActive, "plan.active",
             "SELECT " HW_PLAN_COLUMNS " FROM plan WHERE state IN (2, 3, 4) ORDER BY id"},
    NamedSql{Sql::kPlansFirstWake, "plan.first_wake",
             "SELECT coalesce(min(wakes_at), " HW_OPEN ") FROM plan WHERE state IN (2, 3)"},
    NamedSql{Sql::kPlanBodyInsert, "plan_body.insert",
             "INSERT INTO plan_body (plan, body, summary) VALUES (?1, ?2, ?3)"},
    NamedSql{Sql::kPlanBody, "plan_body.of_plan",
             "SELECT plan, body, summary FROM plan_body WHERE plan = ?1"},
    NamedSql{Sql::kPlanTaskInsert, "plan_task.insert",
             "INSERT INTO plan_task (" HW_PLAN_TASK_COLUMNS
             ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, "
             "?17, ?18, ?19, ?20, ?21)"},
    NamedSql{Sql::kPlanTasks, "plan_task.of_plan",
             "SELECT " HW_PLAN_TASK_COLUMNS
             " FROM plan_task WHERE plan = ?1 AND number >= ?2 AND number <= ?3 ORDER BY number"},
    NamedSql{Sql::kPlanProgressUpsert, "plan_progress.upsert",
             "INSERT OR REPLACE INTO plan_progress (" HW_PLAN_PROGRESS_COLUMNS
             ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"},
    NamedSql{Sql::kPlanProgressOf, "plan_progress.of_plan",
             "SELECT " HW_PLAN_PROGRESS_COLUMNS
             " FROM plan_progress WHERE plan = ?1 ORDER BY number"},
    NamedSql{Sql::kPlanProgressPage, "plan_progress.page",
             "SELECT " HW_PLAN_PROGRESS_COLUMNS
             " FROM plan_progress WHERE plan = ?1 AND number > ?2 ORDER BY number LIMIT ?3"},
    NamedSql{Sql::kPlanProgressInState, "plan_progress.in_state",
             "SELECT " HW_PLAN_PROGRESS_COLUMNS
             " FROM plan_progress WHERE plan = ?1 AND state = ?4 AND number > ?2"
             " ORDER BY number LIMIT ?3"},
    NamedSql{Sql::kPlanReadyJobs, "plan_progress.ready_jobs",
             "SELECT DISTINCT t.job FROM plan_progress AS p JOIN plan_task AS t"
             " ON t.plan = p.plan AND t.number = p.number WHERE p.plan = ?1 AND p.ready = 1"},
    NamedSql{Sql::kPlanLeaseUpsert, "plan_lease.upsert",
             "INSERT OR REPLACE INTO plan_lease (" HW_PLAN_LEASE_COLUMNS
             ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, "
             "?17, ?18)"},
    NamedSql{Sql::kPlanLeaseByToken, "plan_lease.by_token",
             "SELECT " HW_PLAN_LEASE_COLUMNS " FROM plan_lease WHERE seq = ?1 AND n = ?2"},
    NamedSql{Sql::kPlanLeasesOfRecord, "plan_lease.of_record",
             "SELECT " HW_PLAN_LEASE_COLUMNS " FROM plan_lease WHERE seq = ?1 ORDER BY n"},
    NamedSql{Sql::kPlanLeasesOfTask, "plan_lease.of_task",
             "SELECT " HW_PLAN_LEASE_COLUMNS
             " FROM plan_lease WHERE plan = ?1 AND task = ?2 ORDER BY seq, n"},
    NamedSql{Sql::kPlanLeasesOfRequest, "plan_lease.of_request",
             "SELECT " HW_PLAN_LEASE_COLUMNS
             " FROM plan_lease WHERE plan = ?1 AND request = ?2 AND request <> ''"
             " ORDER BY seq, n"},
    NamedSql{Sql::kPlanLeasesValid, "plan_lease.valid",
             "SELECT " HW_PLAN_LEASE_COLUMNS " FROM plan_lease WHERE state = 1 ORDER BY seq, n"},
    NamedSql{Sql::kPlanLeaseFirstExpiry, "plan_lease.first_expiry",
             "SELECT coalesce(min(expires_at), " HW_OPEN ") FROM plan_lease WHERE state = 1"},
    NamedSql{Sql::kPlanLeaseFirstExpiryOf, "plan_lease.first_expiry_of",
             "SELECT coalesce(min(expires_at), " HW_OPEN
             ") FROM plan_lease WHERE state = 1 AND plan = ?1"},
    NamedSql{Sql::kPlanLeasesScan, "plan_lease.scan",
             "SELECT " HW_PLAN_LEASE_COLUMNS " FROM plan_lease ORDER BY seq, n"},

    NamedSql{Sql::kHighIds, "high_ids.elements",
             "SELECT (SELECT coalesce(max(seq), 0) FROM log),"
             " (SELECT coalesce(max(id), 0) FROM node), (SELECT coalesce(max(id), 0) FROM edge),"
             " (SELECT coalesce(max(id), 0) FROM attribute),"
             " (SELECT coalesce(max(id), 0) FROM run),"
             " (SELECT coalesce(max(id), 0) FROM namespace),"
             " (SELECT coalesce(max(id), 0) FROM transformation)"},
    NamedSql{Sql::kHighInternedIds, "high_ids.interned",
             "SELECT (SELECT coalesce(max(id), 0) FROM content),"
             " (SELECT coalesce(max(id), 0) FROM bundle),"
             " (SELECT coalesce(max(id), 0) FROM edge_set),"
             " (SELECT coalesce(max(id), 0) FROM attribute_name),"
             " (SELECT coalesce(max(id), 0) FROM producer),"
             " (SELECT coalesce(max(id), 0) FROM code_version)"},
};

template <std::size_t n, std::size_t m>
constexpr std::array<NamedSql, n + m> joined(const std::array<NamedSql, n>& first,
                                             const std::array<NamedSql, m>& then) {
  std::array<NamedSql, n + m> out{};
  for (std::size_t i = 0; i < n; ++i) out[i] = first[i];
  for (std::size_t i = 0; i < m; ++i) out[n + i] = then[i];
  return out;
}
constexpr auto kCatalogue = joined(joined(kCore, kStatsStatements), kProfileStatements);

constexpr bool in_enum_order() {
  for (std::size_t i = 0; i < kCatalogue.size(); ++i) {
    if (static_cast<std::size_t>(kCatalogue[i].id) != i) return false;
  }
  return kCatalogue.size() == kStatements;
}
static_assert(in_enum_order());

}  // namespace

const NamedSql& named(Sql id) { return kCatalogue[static_cast<std::size_t>(id)]; }
std::span<const NamedSql> catalogue() { return kCatalogue; }

}  // namespace headwater::storage::sqlite
