// PartitionView: which columns are read downstream, so that new values in others change nothing.
//
// A run is taken to have left all but certain columns as they were if what it replaced was stale
// for its code alone, by one change whose event named the columns. Readers are known if each has
// said where all its columns come from, under the code that it has now; one gap, and all count.

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "model/json.h"
#include "planner/partition_view.h"

namespace headwater::planner {

using base::Result;
using model::End;
using model::Event;
using model::JsonValue;
using model::NamedEdge;
using model::NodeKind;
using storage::RunInfo;

namespace {

bool is_column_edge(const NamedEdge& edge) {
  return edge.kind == model::EdgeKind::kColumnDirect ||
         edge.kind == model::EdgeKind::kColumnIndirect;
}

// The columns that the event's schema facet gives the dataset; none: it says nothing.
std::set<std::string> schema_fields(const Event& event, const model::Name& dataset) {
  std::set<std::string> out;
  for (const model::EntityFacets& entity : event.facets) {
    if (entity.is_job || entity.entity != dataset) continue;
    for (const model::Facet& facet : entity.facets) {
      if (facet.name != "schema" || facet.deleted) continue;
      JsonValue(facet.json).get("fields").elements([&](const JsonValue& field) {
        out.insert(field.get("name").string().value_or(""));
      });
    }
  }
  return out;
}

// Every column of the output has a source that is stated.
bool states_all(const Event& event, const model::Name& output) {
  const auto& covered = event.edges.covered;
  if (std::ranges::find(covered, output) == covered.end()) return false;
  std::set<std::string> rest = schema_fields(event, output);
  if (rest.empty()) return false;
  for (const NamedEdge& edge : event.edges.edges) {
    if (is_column_edge(edge) && edge.dst.name == output) rest.erase(edge.dst.field);
  }
  return rest.empty();
}

// What the output takes of the input; nothing if it takes the whole, or says nothing of it.
std::optional<std::vector<std::string>> columns_of(const Event& event, const model::Name& input,
                                                   const model::Name& output) {
  std::set<std::string> out;
  for (const NamedEdge& edge : event.edges.edges) {
    if (!is_column_edge(edge) || edge.dst.name != output || edge.src.name != input) continue;
    if (edge.src.field.empty()) return std::nullopt;
    out.insert(edge.src.field);
  }
  if (out.empty()) return std::nullopt;
  return std::vector<std::string>(out.begin(), out.end());
}

// One is the other, or a part of it.
bool overlap(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  return b.starts_with(a) && (a.size() == b.size() || b[a.size()] == '.');
}

}  // namespace

// What a completed run's event says; an event without column lineage leaves what was known.
Result<void> PartitionView::learn_columns(Step& step, const RunInfo& run, const Outputs& outputs) {
  const Event& event = *step.record.event;
  if (event.edges.covered.empty() || !run.code) return {};
  std::map<std::uint32_t, model::Name> names;  // by number
  for (const model::Name& name : event.datasets) {
    HW_TRY(const NodeId node, find_node(step.writer, NodeKind::kDataset, name));
    const auto number = numbers_.find(node.value);
    if (number != numbers_.end()) names[number->second] = name;
  }
  for (const auto& [downstream, spans] : outputs) {
    const auto output = names.find(downstream);
    if (output == names.end()) continue;
    const bool complete = states_all(event, output->second);
    for (const Edge& edge : engine_->working().segment(DatasetNo{downstream}).in) {
      const auto document = mappings_.find({edge.upstream.value, downstream});
      const auto input = names.find(edge.upstream.value);
      if (document == mappings_.end() || input == names.end()) continue;
      const auto columns =
          complete ? columns_of(event, input->second, output->second) : std::nullopt;
      const CodeId code = columns ? run.code : CodeId{};
      MappingDocument& known = document->second;
      if (known.code == code && known.job == run.job && (!columns || known.columns == *columns)) {
        continue;
      }
      known.job = run.job;
      known.code = code;
      known.columns = columns.value_or(std::vector<std::string>());
      HW_CHECK_OK(
          put(step, DocumentKind::kMapping, edge.upstream.value, downstream, encode(known)));
    }
  }
  return {};
}

std::pair<bool, bool> PartitionView::reasons(DatasetNo dataset, const Place& place) const {
  const Lane* const lane = engine_->working().segment(dataset).find(place.lane);
  const Block* const block = lane == nullptr ? nullptr : lane->find(block_of(place.index));
  if (block == nullptr) return {false, false};
  const std::size_t i = offset_of(place.index);
  return {block->code.get(i), block->inputs.get(i) || block->tag.get(i)};
}

// Whether what the run wrote differs from what it replaced in columns that nobody reads, and in
// nothing else. A person who calls the change material has said otherwise.
Result<bool> PartitionView::unread_columns_alone(Step& step, DatasetNo dataset, CodeId before,
                                                 const RunInfo& run) {
  const auto job = jobs_.find(run.job.value);
  if (job == jobs_.end() || job->second.change == 0 || job->second.code != run.code ||
      job->second.before != before) {
    return false;
  }
  for (const auto& [seq, decision] : decisions_) {
    if (decision.change_a == job->second.change && decision.change_b == 0 && !decision.revoked &&
        decision.decided == Decided::kMaterial) {
      return false;
    }
  }
  HW_TRY(const auto row, reader_->planner_document(static_cast<std::int32_t>(DocumentKind::kChange),
                                                   job->second.change, 0));
  if (!row) return false;
  const ChangeDocument change = decode_change(row->body);
  if (change.columns.empty()) return false;
  std::vector<std::string> columns;
  for (const ChangedColumn& column : change.columns) {
    HW_TRY(const NodeId node, find_node(step.writer, NodeKind::kDataset, column.dataset));
    if (node == datasets_[dataset.value - 1].node) columns.push_back(column.field);
  }
  if (columns.empty()) return false;
  const std::vector<Edge>& readers = engine_->working().segment(dataset).out;
  return std::ranges::none_of(readers, [&](const Edge& edge) {
    return edge.reads->counts() && reads_one_of(edge, columns);
  });
}

bool PartitionView::reads_one_of(const Edge& edge, const std::vector<std::string>& columns) const {
  const auto document = mappings_.find({edge.upstream.value, edge.downstream.value});
  if (document == mappings_.end() || !document->second.code) return true;
  const MappingDocument& known = document->second;
  const auto job = jobs_.find(known.job.value);
  if (job == jobs_.end() || job->second.code != known.code) return true;
  return std::ranges::any_of(columns, [&](const std::string& changed) {
    return std::ranges::any_of(known.columns,
                               [&](const std::string& read) { return overlap(changed, read); });
  });
}

}  // namespace headwater::planner
