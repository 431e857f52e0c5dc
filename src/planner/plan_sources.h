// Plan sources: what a reader of the store tells a plan.
//
// Thread-safety: belongs to one thread; borrows the reader and the book. The reader sees what the
// staleness is of: see Inbox. Errors: those of the store.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "planner/environment.h"
#include "planner/inbox.h"
#include "planner/plan_builder.h"
#include "planner/stored_history.h"

namespace headwater::planner {

class StoredChanges final : public ChangeSource {
 public:
  StoredChanges(storage::Reader& reader, std::shared_ptr<const Staleness> staleness,
                ChangeBook& book)
      : inbox_(reader, std::move(staleness), book, {}) {}
  base::Result<ChosenChange> change(const PlanOptions::Change& id) override;

 private:
  Inbox inbox_;
};

class StoredSources {
 public:
  // `writes`: of the environment of the staleness, if it is of one.
  StoredSources(storage::Reader& reader, const std::shared_ptr<const Staleness>& staleness,
                ChangeBook& book, const std::vector<EnvironmentWrite>& writes = {})
      : history_(environment_history(reader, staleness->state().seq(), writes)),
        reported_(reader),
        costs_(reader, reported_, staleness->state()),
        changes_(reader, staleness, book) {}
  StoredSources(const StoredSources&) = delete;
  StoredSources& operator=(const StoredSources&) = delete;

  // Nothing stands of what was replaced.
  PlanSources sources() { return {*history_, costs_, &changes_, nullptr}; }

 private:
  std::unique_ptr<History> history_;
  ReportedCosts reported_;
  StoredCostModel costs_;
  StoredChanges changes_;
};

}  // namespace headwater::planner
