// Every statement that readers and the writer run, by name. The names appear in errors; the SQL of
// check() and of the migrations has its names beside it.
//
// Thread-safety: constants.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace headwater::storage::sqlite {

enum class Sql : std::size_t {
  kBegin,
  kBeginImmediate,
  kCommit,
  kRollback,
  kMetaGet,
  kFence,
  kDictionaryInsert,
  kDictionaries,
  kDictionaryById,
  kLogAppend,
  kLogLast,
  kLogReceivedAt,
  kLogBySeq,
  kLogRange,
  kEventsAscending,
  kEventsDescending,
  kEventsCount,
  kEventByHash,
  kQuarantineInsert,
  kQuarantineMark,
  kQuarantineList,
  kQuarantineBySeq,
  kQuarantineCount,
  kNamespaceUpsert,
  kNamespacesFirst,
  kNamespacesAfter,
  kNamespaceByName,
  kNamespaceById,
  kNodeInsert,
  kNodeUpdate,
  kNodeMerge,
  kNodesFirst,
  kNodesAfter,
  kNodesAllFirst,
  kNodesAllAfter,
  kNodeById,
  kNodeByName,
  kNodesCount,
  kNodesCountAll,
  kNodesScan,
  kNodesMergedAfter,
  kNodePastInsert,
  kNodePastAfter,
  kEdgeInsert,
  kEdgeClose,
  kEdgesScan,
  kEdgeById,
  kEdgesOfOwner,
  kEdgesOfOwnerCurrent,
  kEdgesClosedAfter,
  kAttributeInsert,
  kAttributeClose,
  kAttributesScan,
  kAttributesOfOwner,
  kAttributesOfOwnerCurrent,
  kAttributeOwnersBetween,
  kObservationInsert,
  kObservationsScan,
  kObservationsOfOwner,
  kObservationsAt,
  kObservationLastTime,
  kObservationLastTimeAt,
  kObservationsOfRun,
  kObservationsAfter,
  kTipPut,
  kTipDelete,
  kTipOfOwner,
  kDeletionInsert,
  kDeletionsScan,
  kRunUpsert,
  kRunUpdate,
  kRunsScan,
  kRunById,
  kRunsByRunId,
  kRunByKey,
  kRunsOfJob,
  kRunsOfJobCount,
  kRunsOfJobCountAt,
  kRunsCount,
  kRunPastInsert,
  kRunPastOfJob,
  kRunPastScan,
  kContentInsert,
  kContentByHash,
  kContentById,
  kBundleInsert,
  kBundleByHash,
  kBundleById,
  kEdgeSetInsert,
  kEdgeSetByHash,
  kEdgeSetById,
  kAttributeNameInsert,
  kAttributeNameByName,
  kAttributeNameById,
  kProducerInsert,
  kProducerByName,
  kProducerById,
  kCodeVersionInsert,
  kCodeVersionByName,
  kCodeVersionById,
  kTransformationInsert,
  kTransformations,
  kHighIds,
  kHighInternedIds,
  kEnd,
};
inline constexpr std::size_t kStatements = static_cast<std::size_t>(Sql::kEnd);

struct NamedSql {
  Sql id;
  std::string_view name;  // module.what, stable
  const char* sql;
};

const NamedSql& named(Sql id);
std::span<const NamedSql> catalogue();  // in the order of Sql

}  // namespace headwater::storage::sqlite
