// Inbox: changes that make partitions stale, what people decided about each, and what each makes
// stale now.
//
// Rules: docs/partition-rules.md, "The inbox". An Inbox answers for one staleness and one reader,
// whose rows are of the same record: see the caller's reading.
//
// Thread-safety: ChangeBook from any thread; an Inbox belongs to one request and borrows its reader
// and the book. Errors: the store's, kCancelled. Costs: list, O(new changes since the last one was
// asked for) to read, then a pass over the book, then what the effects of the page cost
// (change_effects.h); effects are kept until the staleness changes.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "planner/documents.h"
#include "planner/staleness.h"
#include "storage/storage.h"

namespace headwater::planner {

class ChangeEffects;
class Ripple;

inline constexpr std::size_t kMaxHistories = 200'000;

struct ChangeId {
  std::int64_t seq = 0;   // of the record that showed it
  std::int64_t part = 0;  // 0: of code; else the number of the dataset whose data changed
  auto operator<=>(const ChangeId&) const = default;
};

struct Change {
  ChangeId id;
  ChangeDocument what;
};

struct ChangeDecision {
  model::Seq seq;
  DecisionDocument what;
};

// Numbers of what is stale for a change, and of what may become so: present and not stale.
struct MakesStale {
  std::size_t datasets = 0, datasets_upper = 0;  // with stale ones; with any of both
  std::uint64_t partitions = 0, maybe = 0;
  bool cut = false;  // a change of data whose histories are too many: at least so much
};

struct InboxItem {
  Change change;
  std::optional<ChangeDecision> decision;  // in force
  MakesStale makes_stale;
};

struct AffectedDataset {
  DatasetNo dataset;
  std::uint64_t stale = 0, maybe = 0;
  std::vector<Span> stale_spans, maybe_spans;
  bool more = false;  // spans beyond the limit
};

// What is kept between requests: changes as they were read, and numbers of one staleness.
class ChangeBook {
 public:
  using Changes = std::vector<std::shared_ptr<const Change>>;  // by id
  // Those up to the record `known`, which is what the reader sees.
  base::Result<std::shared_ptr<const Changes>> read(storage::Reader& reader, model::Seq known);
  std::optional<MakesStale> kept(const Staleness& staleness, const ChangeId& id);
  void keep(const std::shared_ptr<const Staleness>& staleness, const ChangeId& id,
            const MakesStale& numbers);

 private:
  struct Read {
    model::Seq known;
    std::shared_ptr<const Changes> changes = std::make_shared<const Changes>();
  };
  struct Numbers {
    std::shared_ptr<const Staleness> of;
    std::map<ChangeId, MakesStale> by_change;
  };
  base::Guarded<Read> read_;
  base::Guarded<Numbers> numbers_;
};

enum class ChangeStatus : std::uint8_t { kOpen, kDecided, kAll };

struct ChangeQuery {
  ChangeStatus status = ChangeStatus::kOpen;
  std::optional<bool> data;  // only of data, or only of code
  // Only of this job or dataset, by any of its names; of a dataset also the code of what wrote it.
  bool about_one = false;
  std::vector<NodeId> jobs;
  std::vector<DatasetNo> datasets;
  std::optional<ChangeId> before;
  std::size_t limit = 100;
};

struct ChangePage {
  std::vector<InboxItem> items;  // the newest first
  std::size_t total = 0;         // in all pages
  std::optional<ChangeId> next;  // `before` of the next page
};

class Inbox {
 public:
  using Cancelled = std::function<bool()>;

  Inbox(storage::Reader& reader, std::shared_ptr<const Staleness> staleness, ChangeBook& book,
        Cancelled cancelled)
      : reader_(reader),
        staleness_(std::move(staleness)),
        book_(book),
        cancelled_(std::move(cancelled)) {}

  // How many partitions' histories to read for a change of data, kMaxHistories at most; beyond,
  // its numbers are cut.
  void limit_histories(std::size_t most) { max_histories_ = most; }
  base::Result<ChangePage> list(const ChangeQuery& query);
  // Nothing if there is no such change.
  base::Result<std::optional<InboxItem>> find(const ChangeId& id);
  // Every decision on it, the newest first; the one in force is not revoked.
  base::Result<std::vector<ChangeDecision>> history(const ChangeId& id);
  // Datasets with partitions that are stale or maybe for it, upstream first. At most `max_spans` of
  // each kind of one dataset.
  base::Result<std::vector<AffectedDataset>> affected(const Change& change, std::size_t max_spans);

  // The change of the job's code for which what was written with `from` is stale while the code is
  // `to`: the last one of those. Nothing if no change of the inbox says so.
  base::Result<std::optional<ChangeId>> of_code(NodeId job, CodeId from, CodeId to,
                                                DatasetNo dataset, std::int64_t index);
  // The change of data that the run made there, if it was one.
  base::Result<std::optional<ChangeId>> of_data(model::RunRow run, DatasetNo dataset,
                                                const Place& place);

 private:
  using Decisions = std::map<ChangeId, std::vector<ChangeDecision>>;  // the newest first
  base::Result<std::shared_ptr<const ChangeBook::Changes>> changes();
  base::Result<const Decisions*> decisions();
  base::Result<std::optional<ChangeDecision>> in_force(const ChangeId& id);
  base::Result<bool> chosen(const Change& change, const ChangeQuery& query);
  base::Result<InboxItem> item_of(const Change& change);
  base::Result<Ripple> ripple_of(const Change& change, bool* cut);

  storage::Reader& reader_;
  std::shared_ptr<const Staleness> staleness_;
  ChangeBook& book_;
  Cancelled cancelled_;
  std::size_t max_histories_ = kMaxHistories;
  std::shared_ptr<const ChangeBook::Changes> changes_;
  std::optional<Decisions> decisions_;
  std::shared_ptr<ChangeEffects> effects_;
};

}  // namespace headwater::planner
