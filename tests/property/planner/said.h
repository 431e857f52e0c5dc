// What random runs said of partitions, as OpenLineage events; and what follows from those that have
// arrived: which run wrote what, when, with which code, whatever the order of arrival.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/time.h"
#include "planner/space.h"
#include "tests/property/planner/scenario.h"

namespace headwater::tests::partitions {

// One partition of a dataset that a run read or wrote. A version names what came out.
struct Part {
  int dataset = 0;
  planner::KeyParts key;
  std::string version;
  bool operator<(const Part& other) const {
    return std::tie(dataset, key) < std::tie(other.dataset, other.key);
  }
};

struct SaidEvent {
  Micros time = 0;
  std::string type;  // START, COMPLETE, FAIL, ABORT, RUNNING
  std::string run;
  int job = 0;
  std::string code;  // empty: it says nothing
  std::vector<Part> inputs, outputs;
  int form = 0;           // of outputs and inputs: which facet
  std::uint64_t seq = 0;  // the record that it became
};

inline std::string facet_head() {
  return R"("_producer":"https://example.com","_schemaURL":"https://example.com/f.json")";
}

class EventText {
 public:
  explicit EventText(std::string name_space) : name_space_(std::move(name_space)) {}

  std::string dataset_json(int dataset) const {
    return R"("namespace":")" + name_space_ + R"(","name":"d)" + std::to_string(dataset) + "\"";
  }
  std::string job_json(int job) const {
    return R"("namespace":")" + name_space_ + R"(","name":"j)" + std::to_string(job) + "\"";
  }

  std::string json(const SaidEvent& event) const {
    const std::string code = event.code.empty()
                                 ? ""
                                 : R"("headwater_code":{)" + facet_head() +
                                       R"(,"semanticVersion":")" + event.code + "\"}";
    return R"({"eventTime":")" + model::format_time(event.time) + R"(","eventType":")" +
           event.type +
           R"(","producer":"https://example.com","schemaURL":"https://example.com/s.json",)"
           R"("run":{"runId":")" +
           event.run + R"("},"job":{)" + job_json(event.job) + R"(,"facets":{)" + code +
           R"(}},"inputs":[)" + sides(event, event.inputs, false) + R"(],"outputs":[)" +
           sides(event, event.outputs, true) + "]}";
  }

 private:
  std::string sides(const SaidEvent& event, const std::vector<Part>& parts, bool output) const {
    std::map<int, std::vector<Part>> by_dataset;
    for (const Part& part : parts) by_dataset[part.dataset].push_back(part);
    std::string out;
    for (const auto& [dataset, list] : by_dataset) {
      out += out.empty() ? "" : ",";
      out += "{" + dataset_json(dataset) +
             (output ? R"(,"outputFacets":{)" : R"(,"inputFacets":{)") +
             facet(event.form, list, output) + "}}";
    }
    return out;
  }

  static std::string quoted(const planner::KeyParts& key) {
    std::string out;
    for (const auto& [name, value] : key) {
      out += (out.empty() ? "\"" : ",\"") + name + "\":\"" + value + "\"";
    }
    return "{" + out + "}";
  }

  // headwater_partitions, or the standard's subset: dimensions, or locations.
  static std::string facet(int form, const std::vector<Part>& parts, bool output) {
    const bool versions = std::any_of(parts.begin(), parts.end(),
                                      [](const Part& part) { return !part.version.empty(); });
    std::string list;
    if (form == 0 || versions) {
      for (const Part& part : parts) {
        list += list.empty() ? "" : ",";
        list += R"({"key":)" + quoted(part.key) +
                (part.version.empty() ? "" : R"(,"dataVersion":")" + part.version + "\"") + "}";
      }
      return R"("headwater_partitions":{)" + facet_head() + R"(,"partitions":[)" + list + "]}";
    }
    const std::string condition = output ? R"(,"outputCondition":)" : R"(,"inputCondition":)";
    for (const Part& part : parts) {
      list += list.empty() ? "" : ",";
      if (form == 1) {
        list += R"({"dimensions":)" + quoted(part.key) + "}";
        continue;
      }
      list += "\"s3://bucket/table";
      for (const auto& [name, value] : part.key) list += "/" + name + "=" + escaped(value);
      list += "\"";
    }
    const std::string what =
        form == 1 ? R"({"type":"partition","partitions":[)" : R"({"type":"location","locations":[)";
    return R"("subset":{)" + facet_head() + condition + what + list + "]}}";
  }

  static std::string escaped(const std::string& value) {
    std::string out;
    for (const char c : value) out += c == '+' ? "%2B" : c == ' ' ? "%20" : std::string(1, c);
    return out;
  }

  std::string name_space_;
};

// A run, from those of its events that have arrived.
struct SaidRun {
  int job = 0;
  std::optional<Micros> start, end;
  std::string end_type, code;
  std::map<Part, std::uint64_t> outputs;  // and the record with which it was completed and told
  std::map<Part, std::string> versions;
  bool completed() const { return end_type == "COMPLETE"; }
};

inline std::map<std::string, SaidRun> runs_of(const std::vector<SaidEvent>& arrived) {
  std::map<std::string, SaidRun> out;
  std::map<std::string, Micros> code_at;
  for (const SaidEvent& event : arrived) {
    SaidRun& run = out[event.run];
    run.job = event.job;
    if (event.type == "START") run.start = std::min(event.time, run.start.value_or(INT64_MAX));
    const bool ends = event.type == "COMPLETE" || event.type == "FAIL" || event.type == "ABORT";
    if (ends && (!run.end || event.time < *run.end)) {
      run.end = event.time;
      run.end_type = event.type;
    }
    if (!event.code.empty() && (run.code.empty() || event.time > code_at[event.run])) {
      run.code = event.code;
      code_at[event.run] = event.time;
    }
    for (const Part& part : event.outputs) {
      run.outputs.emplace(part, 0);
      if (!part.version.empty()) run.versions[part] = part.version;
    }
    for (auto& [part, seq] : run.outputs) {
      if (seq == 0 && run.completed()) seq = event.seq;
    }
  }
  return out;
}

// The code of a job: that of its event with the latest time that says something of code.
inline std::map<int, std::string> codes_of(const std::vector<SaidEvent>& arrived) {
  std::map<int, std::pair<Micros, std::string>> newest;
  for (const SaidEvent& event : arrived) {
    if (event.code.empty()) continue;
    auto& [time, code] = newest[event.job];
    if (code.empty() || event.time > time) {
      time = event.time;
      code = event.code;
    }
  }
  std::map<int, std::string> out;
  for (const auto& [job, at] : newest) out[job] = at.second;
  return out;
}

}  // namespace headwater::tests::partitions
