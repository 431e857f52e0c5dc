#include "planner/declared.h"

#include "planner/refresh.h"

namespace headwater::planner {

using base::Result;

namespace {

const Edge* edge_between(const State& state, DatasetNo upstream, DatasetNo downstream) {
  for (const Edge& edge : state.segment(upstream).out) {
    if (edge.downstream == downstream) return &edge;
  }
  return nullptr;
}

KnownMapping known(const State& state, DatasetNo upstream, DatasetNo downstream,
                   MappingDocument document) {
  KnownMapping out{upstream, downstream, {}, std::move(document), 0};
  const Edge* const edge = edge_between(state, upstream, downstream);
  if (edge == nullptr) return out;
  out.in_force = edge->reads->mapping();
  for (const Candidate& candidate : out.document.candidates) {
    if (candidate.mapping == *out.in_force) out.seen = candidate.seen;
  }
  return out;
}

}  // namespace

Result<std::optional<SpaceDocument>> space_document(storage::Reader& reader, DatasetNo dataset) {
  HW_TRY(const auto row, reader.planner_document(static_cast<std::int32_t>(DocumentKind::kSpace),
                                                 dataset.value, 0));
  if (!row) return std::optional<SpaceDocument>{};
  return std::optional(decode_space(row->body));
}

Result<std::optional<std::int64_t>> refresh_due(History& history, const State& state,
                                                DatasetNo dataset, base::Micros now,
                                                const std::function<bool()>& cancelled) {
  if (!has_refresh_window(*state.segment(dataset).space)) return std::optional<std::int64_t>{};
  HW_TRY(const auto lanes, due_for_refresh(state, history, dataset, now, cancelled));
  std::int64_t out = 0;
  for (const auto& lane : lanes) {
    for (const Interval& due : lane) out += due.last - due.first + 1;
  }
  return std::optional(out);
}

Result<std::optional<KnownMapping>> find_mapping(storage::Reader& reader, const State& state,
                                                 DatasetNo upstream, DatasetNo downstream) {
  HW_TRY(const auto row, reader.planner_document(static_cast<std::int32_t>(DocumentKind::kMapping),
                                                 upstream.value, downstream.value));
  if (!row) return std::optional<KnownMapping>{};
  return std::optional(known(state, upstream, downstream, decode_mapping(row->body)));
}

Result<std::vector<KnownMapping>> mappings_of(storage::Reader& reader, const State& state,
                                              DatasetNo dataset, bool upstream, bool downstream) {
  std::vector<KnownMapping> out;
  if (upstream) {
    for (const Edge& edge : state.segment(dataset).in) {
      HW_TRY(auto mapping, find_mapping(reader, state, edge.upstream, dataset));
      if (mapping) out.push_back(*std::move(mapping));
    }
  }
  if (!downstream) return out;
  HW_TRY(const auto rows,
         reader.planner_documents(static_cast<std::int32_t>(DocumentKind::kMapping), dataset.value,
                                  dataset.value));
  for (const storage::PlannerDocument& row : rows) {
    const DatasetNo other{static_cast<std::uint32_t>(row.b)};
    if (upstream && other == dataset) continue;  // on itself: it stands among those upstream
    out.push_back(known(state, dataset, other, decode_mapping(row.body)));
  }
  return out;
}

}  // namespace headwater::planner
