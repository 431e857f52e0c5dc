#include "query/decisions.h"

#include <algorithm>
#include <utility>

#include "query/node_ref.h"

namespace headwater::query {
namespace {

using storage::DecisionRow;

constexpr std::size_t kChunk = 1000;

// The nodes that a question about `subject` means: every name of it. None: it has no node yet.
std::vector<NodeId> nodes_of(const Session& session, const Subject& subject) {
  const NodeId node = subject.kind == NodeKind::kField ? subject.field : subject.node;
  if (!node) return {};
  return all_names(session.graph(), node);
}

// The newest rows before `before`, of any of the nodes, each once.
Result<std::vector<DecisionRow>> rows_before(Session& session, const DecisionListQuery& query,
                                             Seq before) {
  storage::Reader::DecisionQuery rows;
  rows.before = before;
  rows.author = query.author;
  rows.kind = query.kind;
  rows.limit = kChunk;
  if (!query.about) return session.rows().decisions(rows);
  std::vector<DecisionRow> out;
  for (const NodeId node : nodes_of(session, *query.about)) {
    rows.node = node;
    HW_TRY(std::vector<DecisionRow> some, session.rows().decisions(rows));
    out.insert(out.end(), std::make_move_iterator(some.begin()),
               std::make_move_iterator(some.end()));
  }
  std::ranges::sort(out, std::ranges::greater{}, &DecisionRow::seq);
  const auto same = [](const DecisionRow& a, const DecisionRow& b) { return a.seq == b.seq; };
  out.erase(std::unique(out.begin(), out.end(), same), out.end());
  if (out.size() > kChunk) out.resize(kChunk);  // beyond it rows of another name may be missing
  return out;
}

Result<DecisionItem> with_body(Session& session, DecisionRow row) {
  HW_TRY(const auto record, session.rows().log_record(row.seq));
  auto decision = record ? model::decode_decision(record->body) : std::nullopt;
  if (!decision) {
    return base::make_error(base::ErrorCode::kStorageCorrupt,
                            "Stored data is damaged; run headwater check.",
                            "decision " + std::to_string(row.seq.value));
  }
  return DecisionItem{std::move(row), *std::move(decision)};
}

}  // namespace

Result<DecisionPage> list_decisions(Session& session, const DecisionListQuery& query) {
  DecisionPage page;
  Seq before = std::min(query.before, Seq{session.seq().value + 1});
  while (true) {
    HW_TRY(const std::vector<DecisionRow> rows, rows_before(session, query, before));
    for (const DecisionRow& row : rows) {
      if (!session.latest() && row.at > session.moment().as_of) continue;
      if (page.items.size() == query.limit) {
        page.next = page.items.back().row.seq;
        return page;
      }
      HW_TRY(DecisionItem item, with_body(session, row));
      page.items.push_back(std::move(item));
    }
    if (rows.size() < kChunk) return page;
    before = rows.back().seq;
  }
}

Result<std::optional<DecisionItem>> find_decision(Session& session, Seq seq) {
  storage::Reader::DecisionQuery query;
  query.before = Seq{seq.value + 1};
  query.limit = 1;
  HW_TRY(std::vector<DecisionRow> rows, session.rows().decisions(query));
  if (rows.empty() || rows[0].seq != seq) return std::optional<DecisionItem>{};
  HW_TRY(DecisionItem item, with_body(session, std::move(rows[0])));
  return std::optional<DecisionItem>(std::move(item));
}

}  // namespace headwater::query
