// What a random history is made of: one event or decision as plain facts, and its JSON.
//
// The naive model reads the facts, Headwater the JSON; they share no code after this file.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "model/event.h"

namespace headwater::tests::naive {

using base::Micros;
using model::EventKind;
using model::EventType;
using model::Name;

struct Source {  // of an explicit lineage facet
  enum class Kind { kDataset, kOtherJob, kOwnJob } kind = Kind::kDataset;
  Name name;
  std::string field;  // datasets only; may be empty
};

struct Column {
  std::string field;  // empty: the whole dataset
  Name source;
  std::string source_field;
  bool indirect = false;
};

struct Explicit {  // the lineage facet of one target
  std::vector<Source> inputs;
  bool has_fields = false;
  std::vector<std::pair<std::string, Source>> fields;
};

struct Mention {
  Name name;
  std::map<std::string, std::string> facets;  // plain ones: JSON, or "" when deleted
  std::optional<std::vector<Column>> columns;
  std::optional<Explicit> lineage;
  bool columns_deleted = false, lineage_deleted = false;
  std::optional<Name> symlink;
  std::string lifecycle;
  std::optional<Name> previous;
};

struct Happening {
  enum class What {
    kEvent,
    kDeleteDataset,
    kDeleteJob,
    kDeleteNamespace,
    kTag,
    kUntag,
    kDescribe,
    kJoin,
  } what = What::kEvent;
  Micros time = 0;
  Name target;  // of a decision
  // Of a decision of people: is the target a job; a field of it or ""; the tag or the description
  // ("" withdraws it); the other dataset of a join.
  bool of_job = false;
  std::string field, value;
  Name other;
  bool by_people() const { return what >= What::kTag; }

  EventKind kind = EventKind::kRun;
  EventType type = EventType::kNone;
  Name job;
  std::string run, sql;
  bool snapshot = false;
  std::map<std::string, std::string> job_facets;
  std::vector<std::pair<Name, Explicit>> job_entries;  // the job's own lineage facet
  std::vector<Mention> inputs, outputs;                // of a dataset event: its subject
  std::optional<Name> parent;
  std::string parent_run;
  std::vector<std::pair<Name, bool>> dependencies;  // other job; is it upstream
};

inline std::string name_json(const Name& name) {
  return "\"namespace\":\"" + name.name_space + "\",\"name\":\"" + name.name + "\"";
}

inline std::string source_json(const Source& s) {
  if (s.kind == Source::Kind::kOwnJob) return "{\"type\":\"JOB\"}";
  const bool dataset = s.kind == Source::Kind::kDataset;
  std::string out = "{" + name_json(s.name) + ",\"type\":\"" + (dataset ? "DATASET" : "JOB") + "\"";
  if (!s.field.empty()) out += ",\"field\":\"" + s.field + "\"";
  return out + "}";
}

inline std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ",") + part;
  return out;
}

// {"a":[x,y],"b":[z]} with `member` naming each array inside an object: {"a":{member:[x,y]}}.
inline std::string grouped(const std::vector<std::pair<std::string, std::string>>& entries,
                           const std::string& member) {
  std::map<std::string, std::vector<std::string>> by_field;
  for (const auto& [field, json] : entries) by_field[field].push_back(json);
  std::vector<std::string> parts;
  for (const auto& [field, values] : by_field) {
    parts.push_back("\"" + field + "\":{\"" + member + "\":[" + joined(values) + "]}");
  }
  return "{" + joined(parts) + "}";
}

inline std::string explicit_members(const Explicit& lineage) {
  std::vector<std::string> inputs;
  for (const Source& s : lineage.inputs) inputs.push_back(source_json(s));
  std::string out = "\"inputs\":[" + joined(inputs) + "]";
  if (!lineage.has_fields) return out;
  std::vector<std::pair<std::string, std::string>> fields;
  for (const auto& [field, source] : lineage.fields)
    fields.emplace_back(field, source_json(source));
  return out + ",\"fields\":" + grouped(fields, "inputs");
}

inline std::string columns_json(const std::vector<Column>& columns) {
  std::vector<std::pair<std::string, std::string>> fields;
  std::vector<std::string> whole;
  for (const Column& c : columns) {
    std::string json = "{" + name_json(c.source) + ",\"field\":\"" + c.source_field + "\"";
    if (c.indirect) json += ",\"transformations\":[{\"type\":\"INDIRECT\",\"subtype\":\"JOIN\"}]";
    json += "}";
    if (c.field.empty()) {
      whole.push_back(json);
    } else {
      fields.emplace_back(c.field, json);
    }
  }
  std::string out = "{\"fields\":" + grouped(fields, "inputFields");
  if (!whole.empty()) out += ",\"dataset\":[" + joined(whole) + "]";
  return out + "}";
}

// Every facet of a mention with its JSON; "" when deleted.
inline std::map<std::string, std::string> all_facets(const Mention& m) {
  std::map<std::string, std::string> out = m.facets;
  if (m.columns) out["columnLineage"] = columns_json(*m.columns);
  if (m.columns_deleted) out["columnLineage"] = "";
  if (m.lineage) out["lineage"] = "{" + explicit_members(*m.lineage) + "}";
  if (m.lineage_deleted) out["lineage"] = "";
  if (m.symlink) {
    out["symlinks"] = "{\"identifiers\":[{" + name_json(*m.symlink) + ",\"type\":\"TABLE\"}]}";
  }
  if (!m.lifecycle.empty()) {
    out["lifecycleStateChange"] =
        "{\"lifecycleStateChange\":\"" + m.lifecycle + "\"" +
        (m.previous ? ",\"previousIdentifier\":{" + name_json(*m.previous) + "}" : "") + "}";
  }
  return out;
}

inline std::map<std::string, std::string> all_job_facets(const Happening& h) {
  std::map<std::string, std::string> out = h.job_facets;
  if (!h.sql.empty()) out["sql"] = "{\"query\":\"" + h.sql + "\"}";
  if (h.snapshot) {
    out["jobType"] =
        "{\"processingType\":\"BATCH\",\"integration\":\"X\",\"emissionPattern\":"
        "{\"eventContentMode\":\"COMPLETE_SNAPSHOT\"}}";
  }
  if (!h.job_entries.empty()) {
    std::vector<std::string> entries;
    for (const auto& [target, lineage] : h.job_entries) {
      entries.push_back("{" + name_json(target) + ",\"type\":\"DATASET\"," +
                        explicit_members(lineage) + "}");
    }
    out["lineage"] = "{\"entries\":[" + joined(entries) + "]}";
  }
  return out;
}

inline std::string facets_json(const std::map<std::string, std::string>& facets) {
  std::vector<std::string> parts;
  for (const auto& [name, json] : facets) {
    parts.push_back("\"" + name + "\":" + (json.empty() ? "{\"_deleted\":true}" : json));
  }
  return "{" + joined(parts) + "}";
}

inline std::string mention_json(const Mention& m) {
  return "{" + name_json(m.name) + ",\"facets\":" + facets_json(all_facets(m)) + "}";
}

inline std::string mentions_json(const std::vector<Mention>& mentions) {
  std::vector<std::string> parts;
  for (const Mention& m : mentions) parts.push_back(mention_json(m));
  return "[" + joined(parts) + "]";
}

inline std::string type_text(EventType type) {
  switch (type) {
    case EventType::kNone: return "";
    case EventType::kStart: return "START";
    case EventType::kRunning: return "RUNNING";
    case EventType::kComplete: return "COMPLETE";
    case EventType::kAbort: return "ABORT";
    case EventType::kFail: return "FAIL";
    case EventType::kOther: return "OTHER";
  }
  return "";
}

inline std::string run_json(const Happening& h) {
  std::map<std::string, std::string> facets;
  if (h.parent) {
    facets["parent"] =
        "{\"run\":{\"runId\":\"" + h.parent_run + "\"},\"job\":{" + name_json(*h.parent) + "}}";
  }
  if (!h.dependencies.empty()) {
    std::vector<std::string> up, down;
    for (const auto& [job, upstream] : h.dependencies) {
      (upstream ? up : down).push_back("{\"job\":{" + name_json(job) + "}}");
    }
    facets["jobDependencies"] =
        "{\"upstream\":[" + joined(up) + "],\"downstream\":[" + joined(down) + "]}";
  }
  return "{\"runId\":\"" + h.run + "\",\"facets\":" + facets_json(facets) + "}";
}

// Whole seconds only; of a day that the generator stays within.
inline std::string time_json(Micros time) {
  const auto seconds = time / 1'000'000 % 86'400;
  const auto two = [](Micros n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return "2026-01-01T" + two(seconds / 3600) + ":" + two(seconds / 60 % 60) + ":" +
         two(seconds % 60) + "Z";
}

inline std::string event_json(const Happening& h) {
  std::string out = "{\"eventTime\":\"" + time_json(h.time) +
                    "\",\"producer\":\"https://example.org/p\",\"schemaURL\":\"https://x/s\"";
  if (h.kind == EventKind::kDataset)
    return out + ",\"dataset\":" + mention_json(h.outputs[0]) + "}";
  if (h.type != EventType::kNone) out += ",\"eventType\":\"" + type_text(h.type) + "\"";
  if (h.kind == EventKind::kRun) out += ",\"run\":" + run_json(h);
  out += ",\"job\":{" + name_json(h.job) + ",\"facets\":" + facets_json(all_job_facets(h)) + "}";
  return out + ",\"inputs\":" + mentions_json(h.inputs) +
         ",\"outputs\":" + mentions_json(h.outputs) + "}";
}

}  // namespace headwater::tests::naive
