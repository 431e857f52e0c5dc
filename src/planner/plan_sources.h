// Plan sources: what a reader of the store tells a plan.
//
// Thread-safety: belongs to one thread; borrows the reader and the book. The reader sees what the
// staleness is of: see Inbox. Errors: those of the store.
#pragma once

#include <memory>
#include <utility>

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
  StoredSources(storage::Reader& reader, const std::shared_ptr<const Staleness>& staleness,
                ChangeBook& book)
      : history_(reader, staleness->state().seq()),
        reported_(reader),
        costs_(reader, reported_, staleness->state()),
        changes_(reader, staleness, book) {}
  StoredSources(const StoredSources&) = delete;
  StoredSources& operator=(const StoredSources&) = delete;

  // Nothing stands of what was replaced.
  PlanSources sources() { return {history_, costs_, &changes_, nullptr}; }

 private:
  StoredHistory history_;
  ReportedCosts reported_;
  StoredCostModel costs_;
  StoredChanges changes_;
};

}  // namespace headwater::planner
