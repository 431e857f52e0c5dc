// What a run event says of partitions: its facets are gathered while datasets are read, and turned
// into subsets at the end, when all mentions of a dataset are known.

#include <algorithm>
#include <utility>

#include "ingest/event_parser.h"
#include "ingest/subset_reader.h"

namespace headwater::ingest {

using model::EventKind;
using model::JsonValue;

// `facet`: absent when it is malformed.
void EventParser::note_partitions(FacetPlace place, std::string_view name, const JsonValue& facet,
                                  const std::string& pointer) {
  if (place != FacetPlace::kInput && place != FacetPlace::kOutput) return;
  const bool own = name == "headwater_partitions";
  if ((!own && name != "subset") || event_->kind != EventKind::kRun) return;
  partition_facets_.push_back({current_dataset_, place == FacetPlace::kOutput,
                               own ? PartitionFacet::What::kOwn : PartitionFacet::What::kSubset,
                               facet, pointer});
}

void EventParser::note_output(PartitionFacet::What what, const JsonValue& facet) {
  if (event_->kind != EventKind::kRun) return;
  partition_facets_.push_back({current_dataset_, true, what, facet, {}});
}

void EventParser::add_subsets() {
  if (partition_facets_.empty()) return;
  const auto target = [](const PartitionFacet& f) { return std::pair(f.dataset, f.output); };
  std::ranges::stable_sort(partition_facets_, {}, target);
  SubsetReader reader(limits_, [this](std::string code, std::string pointer, std::string message) {
    warn(std::move(code), std::move(pointer), std::move(message));
  });
  for (auto at = partition_facets_.begin(); at != partition_facets_.end();) {
    const auto end = std::find_if(at, partition_facets_.end(),
                                  [&](const auto& f) { return target(f) != target(*at); });
    add_subset(reader, {at, end});
    at = end;
  }
}

// `facets`: of one dataset as an input or as an output.
void EventParser::add_subset(SubsetReader& reader, std::span<const PartitionFacet> facets) {
  using What = PartitionFacet::What;
  model::ReportedSubset subset;
  subset.dataset = facets.front().dataset;
  subset.output = facets.front().output;
  const bool own = std::ranges::any_of(
      facets, [](const auto& f) { return f.what == What::kOwn && f.facet.present(); });
  bool stated = false;
  SubsetReader::Reading reading;
  for (const PartitionFacet& f : facets) {
    if (f.what == What::kOutput || (f.what == What::kSubset && own)) continue;
    if (f.what == What::kVersion) {
      subset.data_version = f.facet.get("datasetVersion").string().value_or("");
      continue;
    }
    stated = true;
    if (!f.facet.present()) {
      reading.complete = false;
    } else if (f.what == What::kOwn) {
      reader.add_partitions(f.facet.get("partitions"), f.pointer + "/partitions", reading);
    } else {
      const char* member = subset.output ? "outputCondition" : "inputCondition";
      reader.add_condition(f.facet.get(member), f.pointer + "/" + member, reading);
    }
  }
  if (subset.output && stated && reading.nothing()) return;  // by its own words, nothing written
  if (!usable_text(subset.data_version, limits_)) subset.data_version.clear();
  subset.boxes = std::move(reading.boxes);
  subset.complete = reading.complete;
  event_->subsets.push_back(std::move(subset));
}

}  // namespace headwater::ingest
