// ChangeEffects: which partitions are stale because of one change. Private to planner.
//
// Rules: docs/partition-rules.md, "The inbox". Thread-safety: belongs to one thread; borrows the
// reader. Errors: the store's. Cost: of code, a look at the palette of every block, once, then
// O(blocks of what the job wrote); of data, the histories of what was rewritten and of its stale
// readers.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "base/result.h"
#include "planner/documents.h"
#include "planner/history.h"
#include "planner/staleness.h"
#include "storage/storage.h"

namespace headwater::planner {

// A change of a job's code, and those before and after it, the oldest first.
struct CodeStep {
  CodeId from, to;
};

// Whether what was written with `code` is stale for the change `steps[at]` at that index: it had
// its class before the change and not again since, and the change is not one within a class.
bool blames(const CodeBook& codes, NodeId job, const std::vector<CodeStep>& steps, std::size_t at,
            DatasetNo dataset, std::int64_t index, CodeId code);

class ChangeEffects {
 public:
  using Spans = std::vector<std::pair<DatasetNo, Span>>;  // by dataset, lane and index

  ChangeEffects(std::shared_ptr<const Staleness> staleness, storage::Reader& reader)
      : staleness_(std::move(staleness)), reader_(reader) {}

  // Datasets with partitions that the job wrote last, by number.
  const std::vector<DatasetNo>& written_by(NodeId job);
  Spans of_code(NodeId job, const std::vector<CodeStep>& steps, std::size_t at);
  // Spans may overlap. `cut`: there were more histories to read than `max_histories`.
  base::Result<Spans> of_data(const ChangeDocument& change, std::size_t max_histories, bool* cut);

 private:
  using Writes = std::map<std::int64_t, std::vector<Write>>;  // by index
  // The writes of what the change rewrote, in one lane.
  struct Rewritten {
    Span span;
    Writes writes;
  };
  void find_writers();
  void code_in_block(DatasetNo dataset, std::uint32_t lane, std::int64_t block, NodeId job,
                     const std::vector<CodeStep>& steps, std::size_t at, Spans& out) const;
  base::Result<Writes> writes_of(DatasetNo dataset, const Span& span);
  base::Result<void> readers_of(const Edge& edge, const ChangeDocument& change,
                                const Rewritten& rewritten, Spans& out, bool* cut);
  base::Result<void> readers_in(const Edge& edge, const ChangeDocument& change,
                                const Rewritten& rewritten, std::uint32_t lane, Interval among,
                                Spans& out, bool* cut);

  std::shared_ptr<const Staleness> staleness_;
  storage::Reader& reader_;
  bool have_writers_ = false;
  std::map<std::uint32_t, std::vector<DatasetNo>> writers_;  // by job
  std::size_t histories_ = 0, max_histories_ = 0;
};

}  // namespace headwater::planner
