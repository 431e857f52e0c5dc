#include "query/field_nodes.h"

namespace headwater::query {
namespace {

constexpr std::size_t kChunk = 1000;

Result<void> add_fields(Session& session, NodeId dataset, std::vector<NodeId>& out) {
  storage::Reader::NodeQuery query;
  query.kind = NodeKind::kField;
  query.parent = dataset;
  query.limit = kChunk;
  for (;;) {
    HW_TRY(const std::vector<storage::NodeRow> rows, session.rows().nodes(query));
    for (const storage::NodeRow& row : rows) {
      if (!(session.seq() < row.recorded)) out.push_back(row.id);
    }
    if (rows.size() < kChunk) return {};
    query.after_set = true;
    query.after_name = rows.back().name;
  }
}

}  // namespace

Result<std::vector<NodeId>> field_nodes(Session& session, NodeId dataset) {
  std::vector<NodeId> out;
  HW_CHECK_OK(add_fields(session, dataset, out));
  for (const NodeId alias : session.graph().aliases(dataset)) {
    HW_CHECK_OK(add_fields(session, alias, out));
  }
  return out;
}

}  // namespace headwater::query
