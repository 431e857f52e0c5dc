// EventParser: one event's text to model::Event. Private to ingest; parse.h is the way in.
//
// Split over event_parser.cc (the core), lineage_facets.cc (edges) and subset_facets.cc
// (partitions). A parser is used once.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "ingest/facet_rules.h"
#include "ingest/parse.h"
#include "model/event.h"
#include "model/json.h"

namespace headwater::ingest {

class SubsetReader;

// What tells a report of use from an OpenLineage event, which has an eventTime.
template <class Object>
bool names_consumer(const Object& root) {
  return root.get("consumer").present() && !root.get("eventTime").present();
}

class EventParser {
 public:
  EventParser(const model::JsonValue& root, const ParseLimits& limits)
      : is_object_(root.is_object()), root_(root), limits_(limits) {}
  // False: rejected, see reason and pointer.
  bool run(model::Event& event);
  const std::string& reason() const { return reason_; }
  const std::string& pointer() const { return pointer_; }

 private:
  // One dataset of the event, its mentions united.
  struct DatasetFacts {
    std::map<std::string, model::Facet> facets;
    bool is_input = false, is_output = false;
    std::int32_t index = -1;  // in Event::datasets; -1: only a facet names it
  };

  // What one mention of a dataset in a run event says of partitions.
  struct PartitionFacet {
    enum class What { kOutput, kVersion, kSubset, kOwn };  // kOutput: no more than that it is one
    std::int32_t dataset;
    bool output;
    What what;
    model::JsonValue facet;  // absent: malformed
    std::string pointer;
  };

  struct Input;  // of lineage

  bool reject(std::string pointer, std::string reason);
  void warn(std::string code, std::string pointer, std::string message);

  bool parse_base();
  bool parse_type();
  bool parse_identity();
  bool read_name(const model::JsonFields& object, const std::string& pointer, model::Name& out);
  bool read_text(const model::JsonValue& value, const std::string& pointer, std::string& out);
  // Absent and null are the same; any other type than an object is a rejection.
  bool optional_object(const model::JsonFields& parent, std::string_view member,
                       const std::string& pointer, model::JsonValue& out);

  bool parse_run();
  bool parse_job();
  bool parse_datasets(std::string_view member, bool output);
  bool parse_dataset(const model::JsonValue& value, const std::string& pointer, bool input,
                     bool output);
  bool parse_subject();

  // Calls use(name, facet) for each well-formed facet that is not deleted; keeps the rest.
  template <class Use>
  bool each_facet(const model::JsonFields& holder, std::string_view member, FacetPlace place,
                  const std::string& pointer, std::map<std::string, model::Facet>* keep, Use&& use);
  void count_facet(FacetPlace place, std::string_view name, bool used);
  void set_aside(FacetPlace place, std::string_view name, std::string pointer, std::string message);

  void use_run_facet(std::string_view name, const model::JsonValue& facet);
  void use_job_facet(std::string_view name, const model::JsonValue& facet);
  void use_dataset_facet(const model::Name& dataset, std::string_view name,
                         const model::JsonValue& facet, bool output);
  void use_dependencies(const model::JsonValue& facet);
  void use_lifecycle(const model::Name& dataset, const model::JsonValue& facet);
  void add_code();
  bool check_names();
  bool check_text(const std::string& text, const std::string& pointer);
  void finish_facets();
  void add_observed();

  // cost_facets.cc
  void take_quantity(const model::JsonValue& value, std::int64_t scale, const std::string& pointer,
                     std::int64_t& to);
  model::ReportedCost& cost_from(model::CostSource source);
  void use_headwater_cost(const model::JsonValue& facet);
  void use_bigquery_job(const model::JsonValue& facet);
  void note_output_size(std::int32_t dataset);
  void use_output_size(std::string_view name, const model::JsonValue& facet,
                       const std::string& pointer);
  void use_input_report(std::string_view name, const model::JsonValue& facet,
                        const std::string& pointer);

  // profile_facets.cc
  model::Profile& profile_of(FacetPlace place);
  void take_count(const model::JsonValue& value, const std::string& pointer, std::int64_t& to);
  void note_profile(FacetPlace place, std::string_view name, const model::JsonValue& facet,
                    const std::string& pointer);
  void note_statistics(FacetPlace place, const model::JsonValue& facet, const std::string& pointer);
  void note_metrics(FacetPlace place, const model::JsonValue& facet, const std::string& pointer);
  model::ColumnProfile read_column(std::string_view name, const model::JsonValue& metrics,
                                   const std::string& pointer);
  void note_assertions(FacetPlace place, const model::JsonValue& facet);

  // usage_parser.cc: reports of use, which are no OpenLineage.
  bool parse_usage();
  bool parse_usage_moments(model::Usage& usage);
  bool parse_usage_columns(model::Usage& usage);
  bool parse_usage_query(model::Usage& usage);

  // lineage_facets.cc
  void build_edges();
  void hash_edges();
  void add_inputs_outputs();
  void add_column_lineage(const model::Name& target, const model::JsonValue& facet);
  void add_column_inputs(const model::End& target, const model::JsonValue& inputs,
                         model::EvidenceFacet facet, bool whole_dataset);
  void add_column_edge(const model::End& source, const model::End& target, const Input& input,
                       model::EvidenceFacet facet, bool whole_dataset);
  void add_explicit_target(const model::Name& target, const model::JsonValue& entry);
  void add_explicit_inputs(const model::Name& target, const model::JsonValue& inputs, bool whole);
  void add_explicit_job_entry(const model::JsonValue& entry);
  void add_job_lineage(const model::JsonValue& facet);
  void add_source(const model::Name& source, model::EvidenceFacet facet);
  void add_edge(model::EdgeKind kind, model::End src, model::End dst, bool via_job,
                model::EvidenceFacet facet);
  std::optional<model::End> source_of(const Input& input, bool& own_job) const;
  void read_changed_columns();

  // subset_facets.cc
  void note_partitions(FacetPlace place, std::string_view name, const model::JsonValue& facet,
                       const std::string& pointer);
  void note_output(PartitionFacet::What what, const model::JsonValue& facet = {});
  void add_subsets();
  void add_subset(SubsetReader& reader, std::span<const PartitionFacet> facets);

  const bool is_object_;
  const model::JsonFields root_;
  const ParseLimits& limits_;
  model::Event* event_ = nullptr;
  std::string reason_, pointer_;

  std::map<std::string, model::Facet> job_facets_;
  std::map<model::Name, DatasetFacts> datasets_;
  std::vector<std::pair<model::Name, model::JsonValue>> column_facets_;    // outputs or subject
  std::vector<std::pair<model::Name, model::JsonValue>> explicit_facets_;  // of datasets
  std::vector<PartitionFacet> partition_facets_;                           // as they were met
  std::size_t current_output_ = 0;                                         // in Event::outputs
  model::ProfileRole current_role_ = model::ProfileRole::kObserved;        // of current_dataset_
  std::int32_t current_dataset_ = -1;  // whose facets are being read; index in Event::datasets
  model::JsonValue job_lineage_;
  model::JsonValue sql_, source_code_, source_location_, headwater_code_;
  std::vector<std::string> facets_used_, facets_kept_;  // in the order met
  std::map<std::tuple<model::EdgeKind, model::End, model::End>, std::size_t> edge_at_;
  model::Name last_source_;  // of add_source, which most columns repeat
  model::EvidenceFacet last_facet_ = model::EvidenceFacet::kInputsOutputs;
  std::map<model::Name, bool> scoped_;                        // outputs whose sources are explicit
  std::set<model::Name> explicit_columns_;                    // and whose columns are
  std::vector<std::pair<model::Name, model::Name>> renames_;  // old, new
  std::vector<std::pair<model::Name, bool>> dependencies_;    // other job; is it upstream
};

}  // namespace headwater::ingest
