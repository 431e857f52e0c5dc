// Impact of the planted code changes of a real warehouse, against a closure that is read from the
// events themselves.
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "model/json.h"
#include "query/query.h"
#include "tests/support/corpora.h"
#include "tests/support/harness.h"

namespace headwater::tests {
namespace {

using model::JsonValue;
using Name = std::pair<std::string, std::string>;

Name name_of(const JsonValue& value) {
  return {value.get("namespace").string().value_or(""), value.get("name").string().value_or("")};
}

struct Flows {
  std::map<Name, std::set<Name>> readers, outputs;  // of a dataset, of a job

  void add(const std::string& line) {
    const JsonValue event{std::string_view(line)};
    if (!event.get("job").present()) return;
    const Name job = name_of(event.get("job"));
    event.get("inputs").elements([&](const JsonValue& in) { readers[name_of(in)].insert(job); });
    event.get("outputs").elements([&](const JsonValue& out) { outputs[job].insert(name_of(out)); });
  }

  // Everything downstream of a job, as ids.
  std::set<std::string> closure(const Name& start) const {
    std::set<Name> jobs{start}, datasets;
    std::vector<Name> due{start};
    while (!due.empty()) {
      const Name job = due.back();
      due.pop_back();
      if (!outputs.contains(job)) continue;
      for (const Name& dataset : outputs.at(job)) {
        if (!datasets.insert(dataset).second || !readers.contains(dataset)) continue;
        for (const Name& reader : readers.at(dataset)) {
          if (jobs.insert(reader).second) due.push_back(reader);
        }
      }
    }
    jobs.erase(start);
    std::set<std::string> ids;
    for (const auto& [space, name] : jobs) ids.insert("job:" + space + ":" + name);
    for (const auto& [space, name] : datasets) ids.insert("dataset:" + space + ":" + name);
    return ids;
  }
};

TEST(BqetlImpact, OfPlantedCodeChangesIsEverythingThatTheEventsLeadTo) {
  const std::vector<std::string> events =
      read_zst_lines(corpora_dir() / "bqetl" / "events-14d.ndjson.zst");
  if (events.empty()) GTEST_SKIP() << "no corpus: set HW_CORPORA to the folder that holds it";
  TempDir dir;
  Harness harness(dir.path("a"));
  Flows flows;
  std::string body;
  for (std::size_t i = 0; i < events.size(); ++i) {
    flows.add(events[i]);
    body += (body.empty() ? "[" : ",") + events[i];
    if (i % 1000 != 999 && i + 1 != events.size()) continue;
    must(harness.try_send(body + "]"));
    body.clear();
  }
  query::Service service(harness.store(), harness.graph(), harness.clock());
  query::Session session = must(service.open());
  const std::string planted_text = read_file(corpora_dir() / "bqetl" / "planted.json");
  int asked = 0;
  JsonValue(std::string_view(planted_text))
      .get("incidents")
      .elements([&](const JsonValue& incident) {
        if (incident.get("kind").string() != "code_change") return;
        // The incident names the table; the job that writes it has the change.
        const std::string table = incident.get("job").string().value_or("");
        SCOPED_TRACE(table);
        for (const auto& [job, outputs] : flows.outputs) {
          if (!outputs.contains({"bigquery", table})) continue;
          query::Change change;
          change.kind = query::ChangeKind::kCode;
          change.node = session.graph().find(model::NodeKind::kJob, job.first, job.second);
          query::ImpactRequest request;
          request.changes = {change};
          const query::Impact impact = must(query::Impact::of(session, request));
          std::set<std::string> ids;
          for (const query::Affected& affected : impact.affected()) {
            ids.insert(query::format_node(session.graph(), affected.node));
          }
          EXPECT_EQ(ids, flows.closure(job));
          EXPECT_EQ(impact.cut().reason, graph::CutReason::kNone);
          ++asked;
        }
      });
  EXPECT_GE(asked, 6);
}

}  // namespace
}  // namespace headwater::tests
