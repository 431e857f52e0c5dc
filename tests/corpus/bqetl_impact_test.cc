// Impact of the planted code changes of a real warehouse, against a closure that is read from the
// events themselves.
//
// planted.json lists `descendants` of each change: 84, 15, 8, 9, 10, 102. The events show 77, 15,
// 7, 3, 10, 94 datasets and as many jobs (each job writes one table). Impact finds exactly those.
// The rest cannot be derived from the events. The repository has 2,532 references; the events state
// 2,348. The other 184 can only be those of 181 tables that a DatasetEvent announces and no job
// writes in these 14 days: nothing says what they read. A DatasetEvent here has a schema, tags and
// owners, and names no other dataset.
//
// Other meanings of "descendants" that were counted; none gives the six numbers:
//   - datasets, jobs, or both; with or without the changed one; with parents (16, 2, 1, 1, 3, 6
//     DAGs); views or tables alone; references among those reached (83, 21, 7, 3, 14, 121)
//   - any limit of distance: from 10 jobs on nothing is added to 77, 15, 7, 3, 10, 94
//   - START, COMPLETE and FAIL apart: they state the same inputs
//   - names in the SQL facet: they are the first three of the inputs, never others
//   - symlinks, column lineage, explicit lineage facets: the corpus has none
//   - one table under several names: equal but for the project (no change); but for version and
//     `_derived`, `_external`, `_stable`, `_live` (228, 16, 7, 3, 10, 98); by the last part of the
//     name (278, 16, 25, 3, 10, 118)
// So the test holds impact to what the events lead to, and to never more than was planted.
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
  std::set<Name> announced;                         // by a DatasetEvent

  void add(const std::string& line) {
    const JsonValue event{std::string_view(line)};
    if (!event.get("job").present()) {
      announced.insert(name_of(event.get("dataset")));
      return;
    }
    const Name job = name_of(event.get("job"));
    event.get("inputs").elements([&](const JsonValue& in) { readers[name_of(in)].insert(job); });
    event.get("outputs").elements([&](const JsonValue& out) { outputs[job].insert(name_of(out)); });
  }

  // Announced tables of which no event says what they are made from.
  std::size_t unexplained() const {
    std::set<Name> left = announced;
    for (const auto& [job, written] : outputs) {
      for (const Name& dataset : written) left.erase(dataset);
    }
    return left.size();
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
  EXPECT_GT(flows.unexplained(), 0U) << "then the planted counts should be met: see above";
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
          // Of the table, without itself.
          const std::size_t datasets = impact.summary().datasets - flows.outputs.at(job).size();
          EXPECT_LE(static_cast<std::int64_t>(datasets),
                    incident.get("descendants").integer().value_or(0));
          EXPECT_EQ(impact.cut().reason, graph::CutReason::kNone);
          ++asked;
        }
      });
  EXPECT_GE(asked, 6);
}

}  // namespace
}  // namespace headwater::tests
