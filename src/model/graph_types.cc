#include "model/graph_types.h"

namespace headwater::model {

std::string_view to_string(NodeKind kind) {
  switch (kind) {
    case NodeKind::kDataset: return "DATASET";
    case NodeKind::kField: return "DATASET_FIELD";
    case NodeKind::kJob: return "JOB";
    case NodeKind::kConsumer: return "CONSUMER";
  }
  return "UNKNOWN";
}

std::string_view to_string(EdgeKind kind) {
  switch (kind) {
    case EdgeKind::kReads: return "reads";
    case EdgeKind::kWrites: return "writes";
    case EdgeKind::kWritesScoped: return "writes_scoped";
    case EdgeKind::kFlow: return "flow";
    case EdgeKind::kColumnDirect: return "column_direct";
    case EdgeKind::kColumnIndirect: return "column_indirect";
    case EdgeKind::kParent: return "parent";
    case EdgeKind::kControl: return "control";
    case EdgeKind::kUses: return "uses";
  }
  return "unknown";
}

std::string_view to_string(EndReason reason) {
  switch (reason) {
    case EndReason::kNone: return "";
    case EndReason::kCodeVersion: return "code_version";
    case EndReason::kNotSeen: return "not_seen";
    case EndReason::kDeclaration: return "declaration";
    case EndReason::kSnapshot: return "snapshot";
    case EndReason::kDatasetDeleted: return "dataset_deleted";
    case EndReason::kJobDeleted: return "job_deleted";
  }
  return "unknown";
}

}  // namespace headwater::model
