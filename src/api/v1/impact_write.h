// Affected nodes as JSON and as rows of CSV: what the pages and the streams of an impact share.
//
// Owners, columns, states and evidence are read when a node is written. Belongs to one session.
#pragma once

#include <string>
#include <vector>

#include "api/dto/json_writer.h"
#include "api/v1/impact_figures.h"
#include "query/query.h"

namespace headwater::api::v1 {

class AffectedWriter {
 public:
  AffectedWriter(query::Session& session, const query::Impact& impact, ImpactFigures& figures,
                 bool evidence)
      : session_(session),
        impact_(impact),
        figures_(figures),
        with_evidence_(evidence),
        evidence_(session) {}

  // The members of one node, without the braces.
  base::Result<void> json(dto::JsonWriter& json, const query::Affected& affected);
  base::Result<void> csv(std::string& out, const query::Affected& affected);
  static void csv_header(std::string& out);

  const std::vector<std::string>& owners() const { return owners_; }  // of the last one

 private:
  base::Result<void> path(dto::JsonWriter& json, const std::vector<query::ImpactStep>& steps);
  base::Result<void> step_evidence(dto::JsonWriter& json, model::EdgeId edge);
  base::Result<std::string> state(model::NodeId node);

  query::Session& session_;
  const query::Impact& impact_;
  ImpactFigures& figures_;
  const bool with_evidence_;
  query::EvidenceReader evidence_;
  std::vector<std::string> owners_;
};

void write_changes(dto::JsonWriter& json, const query::Snapshot& graph,
                   const std::vector<query::Change>& changes);
// With what running the selection's jobs again takes.
void write_impact_summary(dto::JsonWriter& json, const query::Impact& impact,
                          const query::ImpactSelection& selection, const ImpactFigures& figures);

}  // namespace headwater::api::v1
