#include "ingest/event_parser.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "ingest/sql_tokens.h"
#include "model/time.h"

namespace headwater::ingest {

using model::EventKind;
using model::EventType;
using model::JsonFields;
using model::JsonValue;
using model::Name;

namespace {

constexpr std::array<std::pair<std::string_view, EventType>, 6> kTypes{{
    {"START", EventType::kStart},
    {"RUNNING", EventType::kRunning},
    {"COMPLETE", EventType::kComplete},
    {"ABORT", EventType::kAbort},
    {"FAIL", EventType::kFail},
    {"OTHER", EventType::kOther},
}};

std::string_view place_name(FacetPlace place) {
  switch (place) {
    case FacetPlace::kRun: return "run";
    case FacetPlace::kJob: return "job";
    case FacetPlace::kDataset: return "dataset";
    case FacetPlace::kInput: return "input";
    case FacetPlace::kOutput: return "output";
  }
  return "unknown";
}

// RFC 6901: a member's name as one step of a JSON pointer.
std::string pointer_step(std::string_view name) {
  std::string out = "/";
  for (const char c : name) {
    if (c == '~' || c == '/') {
      out += c == '~' ? "~0" : "~1";
    } else {
      out.push_back(c);
    }
  }
  return out;
}

}  // namespace

bool EventParser::reject(std::string pointer, std::string reason) {
  pointer_ = std::move(pointer);
  reason_ = std::move(reason);
  return false;
}

void EventParser::warn(std::string code, std::string pointer, std::string message) {
  std::vector<model::Warning>& all = event_->warnings;
  if (all.size() + 1 < limits_.max_warnings) {
    all.push_back({std::move(code), std::move(pointer), std::move(message)});
  } else if (all.size() < limits_.max_warnings) {
    all.push_back({"more_warnings", "", "There are more warnings than are listed."});
  }
}

bool EventParser::run(model::Event& event) {
  event_ = &event;
  if (!is_object_) return reject("", "An event must be a JSON object.");
  if (names_consumer(root_)) return parse_usage();
  if (!parse_base() || !parse_identity() || !parse_type()) return false;
  if (event.kind == EventKind::kDataset) {
    if (!parse_subject()) return false;
  } else {
    if (!parse_job()) return false;
    if (!parse_datasets("inputs", false) || !parse_datasets("outputs", true)) return false;
  }
  build_edges();
  if (event.edges.edges.size() > limits_.max_edges) {
    return reject("", "The event describes more than " + std::to_string(limits_.max_edges) +
                          " edges (limit ingest.max_event_edges). Split it by output.");
  }
  if (!check_names()) return false;
  finish_facets();
  add_observed();
  add_subsets();
  hash_edges();
  return true;
}

bool EventParser::parse_base() {
  const auto time_text = root_.get("eventTime").string();
  if (!time_text) return reject("/eventTime", "eventTime is required and must be a string.");
  const auto time = model::parse_time(*time_text);
  if (!time) {
    return reject("/eventTime",
                  "eventTime must be an RFC 3339 moment such as "
                  "2026-01-31T12:00:00Z.");
  }
  event_->time = time->micros;
  if (!time->had_zone) {
    warn("time_without_zone", "/eventTime", "eventTime has no zone; it was read as UTC.");
  }
  for (const std::string_view member : {"producer", "schemaURL"}) {
    if (!root_.get(member).is_string()) {
      return reject("/" + std::string(member),
                    std::string(member) + " is required and must be a string.");
    }
  }
  event_->producer = *root_.get("producer").string();
  return true;
}

bool EventParser::parse_identity() {
  const bool run = root_.get("run").present() && !root_.get("run").is_null();
  const bool job = root_.get("job").present() && !root_.get("job").is_null();
  const bool dataset = root_.get("dataset").present() && !root_.get("dataset").is_null();
  if (run) {
    event_->kind = EventKind::kRun;
    if (!job) return reject("/job", "A run event needs the job it belongs to.");
    if (dataset) {
      warn("extra_dataset", "/dataset", "A run event has no 'dataset'; it was not read.");
    }
    return parse_run();
  }
  if (job && dataset) return reject("/dataset", "An event is of a job or of a dataset, not both.");
  if (job) {
    event_->kind = EventKind::kJob;
    return true;
  }
  if (!dataset) return reject("", "An event needs 'run' and 'job', or 'job', or 'dataset'.");
  event_->kind = EventKind::kDataset;
  return true;
}

bool EventParser::parse_type() {
  const JsonValue value = root_.get("eventType");
  if (!value.present() || value.is_null() || event_->kind != EventKind::kRun) return true;
  std::string text = value.string().value_or("");
  std::ranges::transform(text, text.begin(), [](char c) {
    return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  });
  const auto found = std::ranges::find_if(kTypes, [&](const auto& t) { return t.first == text; });
  if (found == kTypes.end()) {
    return reject("/eventType",
                  "eventType must be START, RUNNING, COMPLETE, ABORT, FAIL or OTHER.");
  }
  event_->type = found->second;
  return true;
}

bool EventParser::read_text(const JsonValue& value, const std::string& pointer, std::string& out) {
  auto text = value.string();
  if (!text) return reject(pointer, "is required and must be a string.");
  if (!check_text(*text, pointer)) return false;
  out = std::move(*text);
  return true;
}

bool EventParser::check_text(const std::string& text, const std::string& pointer) {
  if (text.size() > limits_.max_name_bytes) {
    return reject(pointer, "A name is longer than " + std::to_string(limits_.max_name_bytes) +
                               " bytes (limit ingest.max_name_bytes).");
  }
  if (text.find('\0') == std::string::npos) return true;
  return reject(pointer, "A name must not contain U+0000.");
}

// Those that facets give: the core's were looked at when they were read.
bool EventParser::check_names() {
  const auto good = [&](const Name& name, const std::string& pointer) {
    return check_text(name.name_space, pointer) && check_text(name.name, pointer);
  };
  for (const model::NamedEdge& edge : event_->edges.edges) {
    for (const model::End* end : {&edge.src, &edge.dst}) {
      if (!good(end->name, "") || !check_text(end->field, "")) return false;
    }
  }
  for (const auto& [name, other] : event_->aliases) {
    if (!good(other, "")) return false;
  }
  if (event_->parent_job && !good(*event_->parent_job, "/run/facets/parent/job")) return false;
  return check_text(event_->parent_run_id, "/run/facets/parent/run/runId");
}

bool EventParser::read_name(const JsonFields& object, const std::string& pointer, Name& out) {
  if (!read_text(object.get("namespace"), pointer + "/namespace", out.name_space)) return false;
  if (!read_text(object.get("name"), pointer + "/name", out.name)) return false;
  if (out.name.empty()) return reject(pointer + "/name", "must not be empty.");
  return true;
}

bool EventParser::optional_object(const JsonFields& parent, std::string_view member,
                                  const std::string& pointer, JsonValue& out) {
  out = parent.get(member);
  if (!out.present() || out.is_null()) {
    out = JsonValue();
    return true;
  }
  if (out.is_object()) return true;
  return reject(pointer + "/" + std::string(member), "must be an object.");
}

void EventParser::count_facet(FacetPlace place, std::string_view name, bool used) {
  std::string full(place_name(place));
  full.append(".").append(name);
  (used ? facets_used_ : facets_kept_).push_back(std::move(full));
}

void EventParser::set_aside(FacetPlace place, std::string_view name, std::string pointer,
                            std::string message) {
  note_partitions(place, name, JsonValue(), pointer);
  warn("malformed_facet", std::move(pointer), std::move(message));
  count_facet(place, name, false);
}

template <class Use>
bool EventParser::each_facet(const JsonFields& holder, std::string_view member, FacetPlace place,
                             const std::string& pointer, std::map<std::string, model::Facet>* keep,
                             Use&& use) {
  JsonValue facets;
  if (!optional_object(holder, member, pointer, facets)) return false;
  facets.members([&](std::string_view name, const JsonValue& facet) {
    const std::string at = pointer + "/" + std::string(member) + pointer_step(name);
    if (facet.is_null()) return;
    if (name.starts_with('$')) {  // $code, $state ...: what Headwater derives
      warn("reserved_facet", at, "Names that begin with '$' are Headwater's own; it was not used.");
      count_facet(place, name, false);
      return;
    }
    if (!facet.is_object()) {
      return set_aside(place, name, at, "A facet must be an object; it was kept but not used.");
    }
    const bool deleted = facet.get("_deleted").boolean().value_or(false);
    if (keep != nullptr) {
      model::Facet& kept = (*keep)[std::string(name)];
      kept = {std::string(name), deleted ? std::string() : std::string(facet.text()), deleted};
    }
    if (deleted) {
      count_facet(place, name, true);
      use(name, JsonValue());
      return;
    }
    if (auto fault = check_facet(place, name, facet)) {
      return set_aside(
          place, name, at + fault->pointer,
          "The facet breaks its schema (" + fault->message + "); it was kept but not used.");
    }
    count_facet(place, name, known_facet(place, name));
    note_partitions(place, name, facet, at);
    note_profile(place, name, facet, at);
    use(name, facet);
  });
  return true;
}

bool EventParser::parse_run() {
  const JsonValue value = root_.get("run");
  if (!value.is_object()) return reject("/run", "must be an object with a runId.");
  const JsonFields run(value);
  if (!read_text(run.get("runId"), "/run/runId", event_->run_id)) return false;
  if (event_->run_id.empty()) return reject("/run/runId", "must not be empty.");
  return each_facet(run, "facets", FacetPlace::kRun, "/run", nullptr,
                    [&](std::string_view name, const JsonValue& facet) {
                      if (facet.present()) use_run_facet(name, facet);
                    });
}

void EventParser::use_run_facet(std::string_view name, const JsonValue& facet) {
  if (name == "parent") {
    event_->parent_run_id = facet.get("run").get("runId").string().value_or("");
    const JsonValue job = facet.get("job");
    Name parent{job.get("namespace").string().value_or(""), job.get("name").string().value_or("")};
    if (!parent.name.empty()) event_->parent_job = std::move(parent);
  } else if (name == "nominalTime") {
    for (const auto& [member, out] : {std::pair{"nominalStartTime", &event_->nominal_start},
                                      std::pair{"nominalEndTime", &event_->nominal_end}}) {
      const auto text = facet.get(member).string();
      if (!text) continue;
      if (const auto time = model::parse_time(*text)) {
        *out = time->micros;
      } else {
        warn("malformed_facet", std::string("/run/facets/nominalTime/") + member,
             "is not an RFC 3339 moment; it was kept but not used.");
      }
    }
  } else if (name == "jobDependencies") {
    use_dependencies(facet);
  } else if (name == "headwater_cost") {
    use_headwater_cost(facet);
  } else if (name == "bigQuery_job") {
    use_bigquery_job(facet);
  }
}

bool EventParser::parse_job() {
  const JsonValue value = root_.get("job");
  if (!value.is_object()) return reject("/job", "must be an object with namespace and name.");
  const JsonFields job(value);
  Name name;
  if (!read_name(job, "/job", name)) return false;
  event_->job = std::move(name);
  if (!each_facet(job, "facets", FacetPlace::kJob, "/job", &job_facets_,
                  [&](std::string_view facet_name, const JsonValue& facet) {
                    if (facet.present()) use_job_facet(facet_name, facet);
                  })) {
    return false;
  }
  add_code();
  read_changed_columns();
  return true;
}

void EventParser::use_job_facet(std::string_view name, const JsonValue& facet) {
  if (name == "sql") sql_ = facet;
  if (name == "sourceCode") source_code_ = facet;
  if (name == "sourceCodeLocation") source_location_ = facet;
  if (name == "headwater_code") headwater_code_ = facet;
  if (name == "lineage") job_lineage_ = facet;
  if (name == "jobType") {
    event_->complete_snapshot = facet.get("emissionPattern").get("eventContentMode").string() ==
                                std::optional<std::string>("COMPLETE_SNAPSHOT");
  }
}

// In order of preference; the raw version stands beside it, so that a commit which changes only
// comments is visible and changes nothing.
void EventParser::add_code() {
  std::string method;
  const auto hash = [](std::string_view text) { return base::to_hex(base::hash128(text)); };
  if (const auto own = headwater_code_.get("semanticVersion").string()) {
    method = "declared";
    event_->code_semantic = method + ":" + *own;
  } else if (const auto query = sql_.get("query").string()) {
    method = "sql";
    event_->code_semantic =
        method + ":" + hash(normalize_sql(*query, sql_.get("dialect").string().value_or("")));
  } else if (const auto code = source_code_.get("sourceCode").string()) {
    method = "source";
    event_->code_semantic = method + ":" + hash(*code);
  } else if (const auto version = source_location_.get("version").string()) {
    method = "location";
    event_->code_semantic = method + ":" + *version;
  }
  if (!event_->code_semantic.empty()) {
    job_facets_["$code"] = {"$code",
                            "{\"semantic\":" + model::json_quote(event_->code_semantic) +
                                ",\"method\":" + model::json_quote(method) + "}",
                            false};
  }
  std::string raw = source_location_.get("version").string().value_or("");
  if (raw.empty()) {
    if (const auto query = sql_.get("query").string()) raw = "sql:" + hash(*query);
  }
  if (!raw.empty()) job_facets_["$code_raw"] = {"$code_raw", model::json_quote(raw), false};
}

bool EventParser::parse_datasets(std::string_view member, bool output) {
  const JsonValue list = root_.get(member);
  if (!list.present() || list.is_null()) return true;
  const std::string pointer = "/" + std::string(member);
  if (!list.is_array()) return reject(pointer, "must be an array of datasets.");
  bool ok = true;
  std::size_t index = 0;
  list.elements([&](const JsonValue& value) {
    const std::string at = pointer + "/" + std::to_string(index++);
    if (ok) ok = parse_dataset(value, at, !output, output);
  });
  return ok;
}

bool EventParser::parse_subject() {
  return parse_dataset(root_.get("dataset"), "/dataset", false, false);
}

bool EventParser::parse_dataset(const JsonValue& value, const std::string& pointer, bool input,
                                bool output) {
  if (!value.is_object()) return reject(pointer, "must be an object with namespace and name.");
  const JsonFields dataset(value);
  Name name;
  if (!read_name(dataset, pointer, name)) return false;
  DatasetFacts& facts = datasets_[name];
  if (facts.index < 0) {
    facts.index = static_cast<std::int32_t>(event_->datasets.size());
    event_->datasets.push_back(name);
  }
  facts.is_input |= input;
  facts.is_output |= output;
  current_dataset_ = facts.index;
  current_role_ = output  ? model::ProfileRole::kWritten
                  : input ? model::ProfileRole::kRead
                          : model::ProfileRole::kObserved;
  if (output) note_output(PartitionFacet::What::kOutput);
  if (!each_facet(dataset, "facets", FacetPlace::kDataset, pointer, &facts.facets,
                  [&](std::string_view facet_name, const JsonValue& facet) {
                    use_dataset_facet(name, facet_name, facet, !input);
                    if (output && facet_name == "version") {
                      note_output(PartitionFacet::What::kVersion, facet);
                    }
                  })) {
    return false;
  }
  const auto use_input = [&](std::string_view facet_name, const JsonValue& facet) {
    use_input_report(facet_name, facet, pointer);
  };
  const auto use_output = [&](std::string_view facet_name, const JsonValue& facet) {
    use_output_size(facet_name, facet, pointer);
  };
  if (output) note_output_size(facts.index);
  if (input &&
      !each_facet(dataset, "inputFacets", FacetPlace::kInput, pointer, nullptr, use_input)) {
    return false;
  }
  return !output ||
         each_facet(dataset, "outputFacets", FacetPlace::kOutput, pointer, nullptr, use_output);
}

// `target`: the dataset is what the event writes or is about, so its lineage facets count.
void EventParser::use_dataset_facet(const Name& dataset, std::string_view name,
                                    const JsonValue& facet, bool target) {
  if (name == "columnLineage" && target) column_facets_.emplace_back(dataset, facet);
  if (name == "lineage" && target) explicit_facets_.emplace_back(dataset, facet);
  if (!facet.present()) return;
  if (name == "lifecycleStateChange") use_lifecycle(dataset, facet);
  if (name == "symlinks") {
    facet.get("identifiers").elements([&](const JsonValue& id) {
      Name other{id.get("namespace").string().value_or(""), id.get("name").string().value_or("")};
      if (!other.name.empty() && other != dataset) event_->aliases.emplace_back(dataset, other);
    });
  }
}

void EventParser::use_lifecycle(const Name& dataset, const JsonValue& facet) {
  const std::string change = facet.get("lifecycleStateChange").string().value_or("");
  datasets_[dataset].facets["$state"] = {"$state", model::json_quote(change), false};
  if (change == "DROP") event_->dropped.push_back(dataset);
  const JsonValue previous = facet.get("previousIdentifier");
  if (change != "RENAME" || !previous.is_object()) return;
  Name old{previous.get("namespace").string().value_or(""),
           previous.get("name").string().value_or("")};
  if (old.name.empty() || old == dataset) return;
  datasets_[old].facets["$state"] = {"$state", model::json_quote("RENAMED"), false};
  event_->dropped.push_back(old);
  renames_.emplace_back(old, dataset);
}

void EventParser::finish_facets() {
  const auto add = [&](const Name& name, bool is_job, std::map<std::string, model::Facet>& facets) {
    if (facets.empty()) return;
    model::EntityFacets entity;
    entity.entity = name;
    entity.is_job = is_job;
    base::Hasher hasher;
    for (auto& [facet_name, facet] : facets) {
      hasher.field(facet_name).field(facet.deleted ? 1 : 0).field(facet.json);
      entity.facets.push_back(std::move(facet));
    }
    entity.hash = hasher.finish();
    event_->facets.push_back(std::move(entity));
  };
  const auto names = [](std::vector<std::string>& counted) {
    std::ranges::sort(counted);
    counted.erase(std::unique(counted.begin(), counted.end()), counted.end());
    return std::move(counted);
  };
  event_->facets_used = names(facets_used_);
  event_->facets_kept = names(facets_kept_);
  std::ranges::sort(event_->dropped);  // one dataset may stand twice, and is dropped once
  event_->dropped.erase(std::unique(event_->dropped.begin(), event_->dropped.end()),
                        event_->dropped.end());
  if (event_->job) add(*event_->job, true, job_facets_);
  for (auto& [name, facts] : datasets_) {
    // The version that a run reports is of the data: it belongs to the run, not to the metadata, or
    // every run would make a new version of the dataset.
    if (event_->kind == EventKind::kRun) facts.facets.erase("version");
    add(name, false, facts.facets);
  }
}

}  // namespace headwater::ingest
