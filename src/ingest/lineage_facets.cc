// Edges of an event: explicit lineage over column lineage over inputs x outputs.
//
// Explicit lineage decides which sources reach a target (kWritesScoped + kFlow). Column lineage
// adds columns and sources, and takes nothing away: a source that only decides whether a row exists
// need not be named there. Read docs/adr/0004 for why.

#include <algorithm>

#include "ingest/event_parser.h"
#include "ingest/subset_reader.h"

namespace headwater::ingest {

using model::EdgeKind;
using model::End;
using model::EvidenceFacet;
using model::JsonValue;
using model::Name;
using model::NodeKind;

namespace {

End dataset_end(const Name& name) { return {NodeKind::kDataset, name, {}}; }
End job_end(const Name& name) { return {NodeKind::kJob, name, {}}; }
End field_end(const Name& name, std::string field) {
  return {NodeKind::kField, name, std::move(field)};
}

Name name_of(const JsonValue& value) {
  return {value.get("namespace").string().value_or(""), value.get("name").string().value_or("")};
}

}  // namespace

// One element of inputs, inputFields or the like.
struct EventParser::Input {
  Name name;
  std::optional<std::string> field;  // never empty: no column has that name
  bool is_job = false;
  JsonValue transformations;

  explicit Input(const JsonValue& value) {
    value.members([&](std::string_view member, const JsonValue& v) {
      if (member == "namespace") name.name_space = v.string().value_or("");
      if (member == "name") name.name = v.string().value_or("");
      if (member == "field") field = v.string();
      if (member == "type") is_job = v.string() == std::optional<std::string>("JOB");
      if (member == "transformations") transformations = v;
    });
    if (field && field->empty()) field.reset();
  }
};

// Columns of one target share their sources, so most reads and flows come many times: they are kept
// once, on the strongest evidence. Beyond the limit one more is kept, which then rejects the event.
void EventParser::add_edge(EdgeKind kind, End src, End dst, bool via_job, EvidenceFacet facet) {
  if (event_->edges.edges.size() > limits_.max_edges) return;
  if ((model::mask(kind) & model::kColumnLineage) == 0) {
    const auto [at, fresh] =
        edge_at_.try_emplace(std::tuple(kind, src, dst), event_->edges.edges.size());
    if (!fresh) {
      model::NamedEdge& known = event_->edges.edges[at->second];
      known.facet = std::max(known.facet, facet);
      return;
    }
  }
  model::NamedEdge edge;
  edge.kind = kind;
  edge.src = std::move(src);
  edge.dst = std::move(dst);
  edge.via_job = via_job;
  edge.facet = facet;
  event_->edges.edges.push_back(std::move(edge));
}

void EventParser::build_edges() {
  const bool dataset_event = event_->kind == model::EventKind::kDataset;
  event_->edges.owner =
      dataset_event ? dataset_end(event_->datasets.front()) : job_end(*event_->job);
  for (const auto& [target, facet] : explicit_facets_) {
    if (facet.present()) add_explicit_target(target, facet);
    if (!facet.present() && dataset_event) event_->shows_io = true;  // deleted: nothing flows in
  }
  if (job_lineage_.present()) add_job_lineage(job_lineage_);
  add_inputs_outputs();
  for (const auto& [target, facet] : column_facets_) add_column_lineage(target, facet);
  for (const auto& [old, renamed] : renames_) {
    add_edge(EdgeKind::kFlow, dataset_end(old), dataset_end(renamed), !dataset_event,
             EvidenceFacet::kLifecycle);
  }
  if (event_->parent_job && event_->parent_job != event_->job) {
    event_->shows_parent = true;
    add_edge(EdgeKind::kParent, job_end(*event_->parent_job), job_end(*event_->job), false,
             EvidenceFacet::kParent);
  }
  for (const auto& [other, upstream] : dependencies_) {
    if (event_->job && other == *event_->job) continue;
    event_->shows_control = true;
    const End own = job_end(*event_->job);
    add_edge(EdgeKind::kControl, upstream ? job_end(other) : own, upstream ? own : job_end(other),
             false, EvidenceFacet::kJobDependencies);
  }
}

// An output is observed even without facets: the observation is when it was last written. The
// subject of a DatasetEvent is its own owner.
void EventParser::add_observed() {
  std::map<Name, model::ObservedDataset> found;
  for (const model::NamedEdge& edge : event_->edges.edges) {
    if (edge.kind != EdgeKind::kWrites && edge.kind != EdgeKind::kWritesScoped) continue;
    found[edge.dst.name].written = true;
  }
  for (std::size_t i = 0; i < event_->facets.size(); ++i) {
    const model::EntityFacets& entity = event_->facets[i];
    if (!entity.is_job) found[entity.entity].facets = static_cast<std::int32_t>(i);
  }
  if (event_->kind == model::EventKind::kDataset) found.erase(event_->edges.owner.name);
  for (auto& [name, dataset] : found) {
    dataset.name = name;
    dataset.dropped = std::ranges::binary_search(event_->dropped, name);
    event_->observed.push_back(std::move(dataset));
  }
}

// Equal hash, equal edges: the writer keeps what it resolved under it.
void EventParser::hash_edges() {
  base::Hasher hasher;
  const auto end = [&](const End& e) {
    hasher.field(static_cast<std::uint64_t>(e.kind)).field(e.name.name_space).field(e.name.name);
    hasher.field(e.field);
  };
  end(event_->edges.owner);
  for (const Name& name : event_->datasets) hasher.field(name.name_space).field(name.name);
  hasher.field(event_->datasets.size());
  for (const auto& dataset : event_->observed) {
    hasher.field(dataset.name.name_space).field(dataset.name.name);
  }
  hasher.field(event_->observed.size());
  for (const model::NamedEdge& e : event_->edges.edges) {
    hasher.field(static_cast<std::uint64_t>(e.kind) * 256 +
                 static_cast<std::uint64_t>(e.facet) * 4 + (e.via_job ? 2 : 0) +
                 (e.masking ? 1 : 0));
    hasher.field(e.transformation_type).field(e.transformation_subtype);
    end(e.src);
    end(e.dst);
  }
  for (const Name& name : event_->edges.covered) hasher.field(name.name_space).field(name.name);
  event_->edges.hash = hasher.finish();
}

void EventParser::add_inputs_outputs() {
  if (event_->kind == model::EventKind::kDataset) return;
  for (const auto& [name, facts] : datasets_) {
    if (facts.is_input) {
      add_edge(EdgeKind::kReads, dataset_end(name), job_end(*event_->job), false,
               EvidenceFacet::kInputsOutputs);
    }
    if (facts.is_output && !scoped_.contains(name)) {
      add_edge(EdgeKind::kWrites, job_end(*event_->job), dataset_end(name), false,
               EvidenceFacet::kInputsOutputs);
    }
    event_->shows_io |= facts.is_input || facts.is_output;
  }
}

// The job reads `source`, whether or not the inputs list it.
void EventParser::add_source(const Name& source, EvidenceFacet facet) {
  if (event_->kind == model::EventKind::kDataset) return;
  if (source == last_source_ && facet == last_facet_) return;
  last_source_ = source;
  last_facet_ = facet;
  add_edge(EdgeKind::kReads, dataset_end(source), job_end(*event_->job), false, facet);
  event_->shows_io = true;
}

// The source that an explicit lineage input names; nullopt when it names none. `own_job`: it is the
// event's own job, which makes data of itself.
std::optional<End> EventParser::source_of(const Input& input, bool& own_job) const {
  const Name& name = input.name;
  own_job = false;
  if (input.is_job) {
    own_job = name.name.empty() || (event_->job && name == *event_->job);
    if (own_job) return std::nullopt;
    return job_end(name);
  }
  if (name.name.empty()) return std::nullopt;
  return dataset_end(name);
}

// `entry`: a lineage facet of a dataset, or a DATASET entry of a job's lineage facet.
void EventParser::add_explicit_target(const Name& target, const JsonValue& entry) {
  const bool dataset_event = event_->kind == model::EventKind::kDataset;
  event_->shows_io = true;
  scoped_[target] = true;
  if (!dataset_event) {
    add_edge(EdgeKind::kWritesScoped, job_end(*event_->job), dataset_end(target), false,
             EvidenceFacet::kLineageFacet);
  }
  add_explicit_inputs(target, entry.get("inputs"), true);
  const JsonValue fields = entry.get("fields");
  if (!fields.is_object()) return;
  event_->edges.covered.push_back(target);
  explicit_columns_.insert(target);
  fields.members([&](std::string_view field, const JsonValue& value) {
    const JsonValue inputs = value.get("inputs");
    add_explicit_inputs(target, inputs, false);
    if (field.empty()) return;
    add_column_inputs(field_end(target, std::string(field)), inputs, EvidenceFacet::kLineageFacet,
                      false);
  });
}

// `whole`: they stand beside the fields, so that a field among them bears on the whole target.
void EventParser::add_explicit_inputs(const Name& target, const JsonValue& inputs, bool whole) {
  const bool dataset_event = event_->kind == model::EventKind::kDataset;
  inputs.elements([&](const JsonValue& value) {
    const Input input(value);
    bool own_job = false;
    const auto source = source_of(input, own_job);
    if (!source || *source == dataset_end(target)) return;
    add_edge(EdgeKind::kFlow, *source, dataset_end(target), !dataset_event,
             EvidenceFacet::kLineageFacet);
    if (source->kind != NodeKind::kDataset) return;
    add_source(source->name, EvidenceFacet::kLineageFacet);
    if (whole && input.field) {
      add_column_edge(field_end(source->name, *input.field), dataset_end(target), input,
                      EvidenceFacet::kLineageFacet, true);
    }
  });
}

void EventParser::add_job_lineage(const JsonValue& facet) {
  facet.get("entries").elements([&](const JsonValue& entry) {
    if (entry.get("type").string() == std::optional<std::string>("JOB")) {
      add_explicit_job_entry(entry);
      return;
    }
    const Name target = name_of(entry);
    if (target.name.empty()) {
      warn("malformed_facet", "/job/facets/lineage/entries",
           "A DATASET entry needs namespace and name; it was kept but not used.");
      return;
    }
    add_explicit_target(target, entry);
  });
}

// Data that flows into a job: its own reads, or what this event knows about another job.
void EventParser::add_explicit_job_entry(const JsonValue& entry) {
  const Name named = name_of(entry);
  const Name target = named.name.empty() ? *event_->job : named;
  entry.get("inputs").elements([&](const JsonValue& input) {
    bool own_job = false;
    auto source = source_of(Input(input), own_job);
    if (!source && own_job) source = job_end(*event_->job);
    if (!source || *source == job_end(target)) return;
    if (source->kind == NodeKind::kDataset && target == *event_->job) {
      add_source(source->name, EvidenceFacet::kLineageFacet);
      return;
    }
    event_->shows_io = true;
    add_edge(EdgeKind::kFlow, *source, job_end(target), true, EvidenceFacet::kLineageFacet);
  });
}

void EventParser::add_column_lineage(const Name& target, const JsonValue& facet) {
  // The explicit facet's fields, where there are any, stand for this target's columns. A target
  // that stands twice in the event has its two column lineages united.
  if (explicit_columns_.contains(target)) return;
  event_->edges.covered.push_back(target);  // a deleted facet covers with nothing
  if (event_->kind == model::EventKind::kDataset) event_->shows_io = true;
  facet.get("fields").members([&](std::string_view field, const JsonValue& value) {
    if (field.empty()) return;
    add_column_inputs(field_end(target, std::string(field)), value.get("inputFields"),
                      EvidenceFacet::kColumnLineageFacet, false);
  });
  add_column_inputs(dataset_end(target), facet.get("dataset"), EvidenceFacet::kColumnLineageFacet,
                    true);
}

void EventParser::add_column_inputs(const End& target, const JsonValue& inputs, EvidenceFacet facet,
                                    bool whole_dataset) {
  const bool dataset_event = event_->kind == model::EventKind::kDataset;
  inputs.elements([&](const JsonValue& value) {
    const Input input(value);
    bool own_job = false;
    const auto source = source_of(input, own_job);
    if (!source || source->kind != NodeKind::kDataset) return;
    const End from = input.field ? field_end(source->name, *input.field) : *source;
    if (from == target) return;
    add_column_edge(from, target, input, facet, whole_dataset || !input.field);
    add_source(source->name, facet);
    if (dataset_event && source->name != target.name && facet != EvidenceFacet::kLineageFacet) {
      add_edge(EdgeKind::kFlow, *source, dataset_end(target.name), false, facet);
    }
  });
}

void EventParser::add_column_edge(const End& source, const End& target, const Input& input,
                                  EvidenceFacet facet, bool whole_dataset) {
  const bool dataset_event = event_->kind == model::EventKind::kDataset;
  bool any = false;
  const auto add = [&](const std::string& type, std::string subtype, bool masking) {
    const bool indirect = type == "INDIRECT" || (whole_dataset && type.empty());
    add_edge(indirect ? EdgeKind::kColumnIndirect : EdgeKind::kColumnDirect, source, target,
             !dataset_event, facet);
    model::NamedEdge& edge = event_->edges.edges.back();
    edge.transformation_type = indirect ? "INDIRECT" : "DIRECT";
    edge.transformation_subtype = std::move(subtype);
    edge.masking = masking;
    any = true;
  };
  input.transformations.elements([&](const JsonValue& t) {
    add(t.get("type").string().value_or(""), t.get("subtype").string().value_or(""),
        t.get("masking").boolean().value_or(false));
  });
  if (!any) add("", "", false);
}

// All or none of them: without the one that cannot be read, what follows from the change would be
// too little.
void EventParser::read_changed_columns() {
  std::vector<End> columns;
  std::size_t index = 0;
  std::optional<std::size_t> faulty;
  headwater_code_.get("changesColumns").elements([&](const JsonValue& value) {
    End column = field_end(name_of(value), value.get("field").string().value_or(""));
    const bool good = !column.name.name.empty() && !column.field.empty() &&
                      usable_text(column.name.name_space, limits_) &&
                      usable_text(column.name.name, limits_) && usable_text(column.field, limits_);
    if (!good && !faulty) faulty = index;
    ++index;
    columns.push_back(std::move(column));
  });
  if (faulty) {
    warn("malformed_facet", "/job/facets/headwater_code/changesColumns/" + std::to_string(*faulty),
         "names no column; any column counts as changed.");
    return;
  }
  std::ranges::sort(columns);
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  event_->code_changes_columns = std::move(columns);
}

void EventParser::use_dependencies(const JsonValue& facet) {
  const auto each = [&](std::string_view member, bool upstream) {
    facet.get(member).elements([&](const JsonValue& dependency) {
      const Name other = name_of(dependency.get("job"));
      if (!other.name.empty()) dependencies_.emplace_back(other, upstream);
    });
  };
  each("upstream", true);
  each("downstream", false);
}

}  // namespace headwater::ingest
