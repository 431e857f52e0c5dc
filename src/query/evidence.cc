#include "query/evidence.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "model/edge_set.h"
#include "storage/edge_sets.h"

namespace headwater::query {
namespace {

using model::EdgeSet;
using storage::EdgeRow;
using storage::ObservationRow;

constexpr std::size_t kMaxRuns = 10;

// The observations of one owner, and the edge sets they name, decoded once.
class OwnerHistory {
 public:
  static Result<OwnerHistory> read(Session& session, NodeId owner) {
    OwnerHistory out;
    HW_TRY(std::vector<ObservationRow> rows, session.rows().observations_of_owner(owner));
    for (const ObservationRow& row : rows) {
      if (!row.edge_set || session.seq() < row.seq) continue;
      if (!out.sets_.contains(row.edge_set)) {
        HW_TRY(EdgeSet set, storage::read_edge_set(session.rows(), row.edge_set));
        out.sets_.emplace(row.edge_set, std::move(set));
      }
      out.rows_.push_back(row);
    }
    return out;
  }

  // Rows that show the edge, in the order of time.
  template <class Visit>
  void each_showing(const Snapshot& graph, const EdgeRow& edge, Visit visit) const {
    for (const ObservationRow& row : rows_) {
      if (row.time < edge.valid_from || row.time >= edge.valid_to) continue;
      for (const EdgeSet::Entry& entry : sets_.at(row.edge_set).entries) {
        if (same(graph, entry.key, edge)) {
          visit(row, entry.facet);
          break;
        }
      }
    }
  }

 private:
  static bool same(const Snapshot& graph, const model::EdgeKey& key, const EdgeRow& edge) {
    const auto canonical = [&graph](NodeId id) { return id ? graph.canonical(id) : id; };
    return key.kind == edge.kind && key.detail == edge.detail &&
           canonical(key.src) == canonical(edge.src) && canonical(key.dst) == canonical(edge.dst) &&
           canonical(key.via) == canonical(edge.via);
  }

  std::vector<ObservationRow> rows_;
  std::map<model::EdgeSetId, EdgeSet> sets_;
};

Result<std::vector<std::string>> producers_of(Session& session,
                                              const std::set<model::ProducerId>& ids) {
  std::vector<std::string> out;
  for (const model::ProducerId id : ids) {
    HW_TRY(const std::optional<std::string> name, session.rows().producer(id));
    if (name && !name->empty()) out.push_back(*name);
  }
  std::sort(out.begin(), out.end());
  return out;
}

Result<Evidence> evidence_of(Session& session, const OwnerHistory& history, const EdgeRow& edge) {
  Evidence out;
  std::set<std::string> facets;
  std::set<model::ProducerId> producers;
  std::map<model::RunRow, Micros> runs;
  std::int64_t declarations = 0;
  std::optional<model::EvidenceFacet> strongest;
  history.each_showing(session.graph(), edge,
                       [&](const ObservationRow& row, model::EvidenceFacet facet) {
                         if (!out.first_seen) out.first_seen = row.time;
                         out.last_seen = row.time;
                         facets.emplace(model::to_string(facet));
                         strongest = std::max(strongest.value_or(facet), facet);
                         if (row.producer) producers.insert(row.producer);
                         if (row.run) runs[row.run] = row.time;
                         declarations += row.run ? 0 : 1;
                       });
  out.count = declarations + static_cast<std::int64_t>(runs.size());
  out.facets.assign(facets.begin(), facets.end());
  if (strongest) out.strongest = model::to_string(*strongest);
  HW_TRY(out.producers, producers_of(session, producers));
  std::vector<std::pair<Micros, model::RunRow>> latest;
  for (const auto& [run, time] : runs) latest.emplace_back(time, run);
  std::sort(latest.rbegin(), latest.rend());
  if (latest.size() > kMaxRuns) latest.resize(kMaxRuns);
  for (const auto& [time, row] : latest) {
    HW_TRY(const std::optional<storage::RunInfo> run, session.rows().run(row));
    if (run) out.runs.push_back(run->run_id);
  }
  return out;
}

}  // namespace

Result<std::vector<EdgeVersionDetail>> edge_history(Session& session, NodeId from, NodeId to) {
  const Snapshot& graph = session.graph();
  std::vector<EdgeVersionDetail> out;
  std::map<NodeId, OwnerHistory> owners;
  for (const model::EdgeId id : graph.history(from, graph::Direction::kDownstream)) {
    if (graph.canonical(graph.edge(id).dst) != to) continue;
    HW_TRY(const std::optional<EdgeRow> row, session.rows().edge(id));
    if (!row) continue;
    const bool known = session.seq() < row->recorded_to;
    EdgeVersionDetail detail{row->kind,
                             row->via,
                             row->valid_from,
                             row->valid_to,
                             row->recorded_from,
                             known ? model::kNeverSeq : row->recorded_to,
                             row->reason,
                             known && row->valid_to == model::kOpenEnd,
                             {}};
    if (!owners.contains(row->owner)) {
      HW_TRY(OwnerHistory history, OwnerHistory::read(session, row->owner));
      owners.emplace(row->owner, std::move(history));
    }
    HW_TRY(detail.evidence, evidence_of(session, owners.at(row->owner), *row));
    out.push_back(std::move(detail));
  }
  std::stable_sort(
      out.begin(), out.end(), [](const EdgeVersionDetail& a, const EdgeVersionDetail& b) {
        return std::tie(a.recorded_from, a.valid_from) > std::tie(b.recorded_from, b.valid_from);
      });
  return out;
}

struct EvidenceReader::Owners {
  static constexpr std::size_t kMost = 64;
  std::map<NodeId, OwnerHistory> histories;
};

EvidenceReader::EvidenceReader(Session& session)
    : session_(session), owners_(std::make_unique<Owners>()) {}
EvidenceReader::~EvidenceReader() = default;

Result<Evidence> EvidenceReader::of(model::EdgeId edge) {
  HW_TRY(const std::optional<EdgeRow> row, session_.rows().edge(edge));
  if (!row) return Evidence{};
  auto& histories = owners_->histories;
  auto at = histories.find(row->owner);
  if (at == histories.end()) {
    if (histories.size() >= Owners::kMost) histories.clear();
    HW_TRY(OwnerHistory history, OwnerHistory::read(session_, row->owner));
    at = histories.emplace(row->owner, std::move(history)).first;
  }
  return evidence_of(session_, at->second, *row);
}

}  // namespace headwater::query
