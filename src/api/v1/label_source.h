// Owners and tags as the attributes of a session's moment say them, for stats.
//
// Of datasets and jobs; what fields have, and tags that spread along columns, is not among them.
// As query/annotations.h unites what producers and people said. Thread-safety: belongs to its
// session. Errors: those of the store.
#pragma once

#include "query/query.h"
#include "stats/labels.h"

namespace headwater::api::v1 {

class SessionLabels : public stats::LabelSource {
 public:
  explicit SessionLabels(query::Session& session) : session_(session) {}

  model::Seq seq() const override { return session_.seq(); }
  base::Result<void> all(const Visit& visit) override;
  base::Result<void> changed_after(const Position& since, const Visit& visit) override;
  Position position() const override { return {session_.seq(), last_row_}; }

 private:
  base::Result<stats::LabelTexts> of(model::NodeId node);

  query::Session& session_;
  std::int64_t last_row_ = 0;
};

}  // namespace headwater::api::v1
