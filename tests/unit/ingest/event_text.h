// Events as text for tests: only what differs has to be written.
#pragma once

#include <string>

namespace headwater::tests {

inline std::string base_members(const std::string& time = "2026-01-01T00:00:00Z") {
  return "\"eventTime\":\"" + time + "\",\"producer\":\"p\",\"schemaURL\":\"s\"";
}

struct RunEvent {
  std::string time = "2026-01-01T00:00:00Z";
  std::string type = "COMPLETE";
  std::string run = "r";
  std::string job = "j";
  std::string run_facets = {}, job_facets = {};  // members
  std::string inputs = {}, outputs = {};         // elements
  std::string more = {};                         // further members, with a leading comma

  std::string json() const {
    return "{" + base_members(time) + (type.empty() ? "" : ",\"eventType\":\"" + type + "\"") +
           ",\"run\":{\"runId\":\"" + run + "\",\"facets\":{" + run_facets +
           "}},\"job\":{\"namespace\":\"n\",\"name\":\"" + job + "\",\"facets\":{" + job_facets +
           "}},\"inputs\":[" + inputs + "],\"outputs\":[" + outputs + "]" + more + "}";
  }
};

inline std::string dataset(const std::string& name, const std::string& facets = "",
                           const std::string& more = "") {
  return "{\"namespace\":\"d\",\"name\":\"" + name + "\",\"facets\":{" + facets + "}" + more + "}";
}

inline std::string dataset_event(const std::string& name, const std::string& facets,
                                 const std::string& time = "2026-01-01T00:00:00Z") {
  return "{" + base_members(time) + ",\"dataset\":" + dataset(name, facets) + "}";
}

}  // namespace headwater::tests
