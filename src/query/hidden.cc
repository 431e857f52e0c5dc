#include "query/hidden.h"

#include <utility>

#include "graph/graph_inl.h"
#include "model/json.h"
#include "query/attributes.h"

namespace headwater::query {
namespace {

constexpr std::size_t kChunk = 1000;

Result<std::shared_ptr<const Hidden>> collect(Session& session) {
  auto out = std::make_shared<Hidden>();
  HW_TRY(const std::vector<storage::DeletionRow> deletions, session.rows().deletions());
  for (const storage::DeletionRow& row : deletions) {
    if (session.seq() < row.seq) continue;
    const NodeId node = session.graph().canonical(row.dataset);
    if (out->nodes.contains(node.value)) continue;
    HW_TRY(const bool deleted, is_deleted(session, node));
    if (deleted) out->nodes.insert(node.value);
  }
  // Namespaces have no past; what was deleted with one says so itself.
  if (!session.latest() || !session.newest()) return std::shared_ptr<const Hidden>(std::move(out));
  std::string after;
  for (;;) {
    HW_TRY(const std::vector<storage::NamespaceRow> rows, session.rows().namespaces(after, kChunk));
    for (const storage::NamespaceRow& row : rows) {
      if (row.deleted) out->namespaces.insert(row.name);
    }
    if (rows.size() < kChunk) break;
    after = rows.back().name;
  }
  return std::shared_ptr<const Hidden>(std::move(out));
}

}  // namespace

bool is_connected(const Snapshot& graph, NodeId node) {
  bool found = false;
  for (const auto direction : {graph::Direction::kUpstream, graph::Direction::kDownstream}) {
    graph.for_each(node, direction, model::kTableLineage, [&found](const graph::Neighbor&) {
      found = true;
      return false;
    });
  }
  return found;
}

bool Hidden::contains(const Snapshot& snapshot, NodeId node) const {
  if (nodes.contains(node.value)) return true;
  return !namespaces.empty() && namespaces.contains(std::string(snapshot.node(node).name_space));
}

Result<std::shared_ptr<const Hidden>> hidden(Session& session) {
  const bool cacheable = session.latest();
  const model::Seq seq = session.seq();
  if (cacheable) {
    if (auto known = session.service().cached_hidden(seq)) return known;
  }
  HW_TRY(std::shared_ptr<const Hidden> found, collect(session));
  if (cacheable) session.service().cache_hidden(seq, found);
  return found;
}

Result<bool> is_hidden(Session& session, const Hidden& hidden, NodeId node) {
  if (hidden.contains(session.graph(), node)) return true;
  if (session.graph().node(node).kind != NodeKind::kJob) return false;
  return is_deleted(session, node);
}

Result<bool> is_deleted(Session& session, NodeId node) {
  if (is_connected(session.graph(), node)) return false;
  HW_TRY(const Attributes attributes, Attributes::read(session, node));
  const AttributeVersion* version = attributes.find("$state", session.moment().as_of);
  if (version == nullptr) return false;
  HW_TRY(const std::optional<std::string> json, session.content(version->content));
  if (!json) return false;
  if (!says_gone(*json)) return false;
  HW_TRY(const std::optional<Micros> last, session.last_heard(node));
  return !last || *last <= version->valid_from;
}

}  // namespace headwater::query
