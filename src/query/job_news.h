// JobNews: what lists of jobs need of each job, kept while no record has changed it: when it was
// last heard of, and how its latest run stands.
//
// The writer says which jobs a record may change (a view of the log), before the record is
// committed; questions put in what they have read. A value that was read at one record holds at
// another if the job was not touched since the earlier of the two. Decisions change neither.
// Thread-safety: any thread; under its lock only memory is read. Memory: 48 bytes a job that was
// asked for or touched, and 4 for each node up to the last of them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/mutex.h"
#include "model/ids.h"
#include "storage/view.h"

namespace headwater::query {

class JobNews {
 public:
  struct Value {
    std::optional<base::Micros> heard;
    std::optional<storage::RunState> state;  // kUnknown: it has no run that ran
  };
  struct Item {
    model::NodeId job;
    Value value;  // what is not known is empty
    bool heard_known = false, state_known = false;
  };

  void touch(model::NodeId job, model::Seq seq);
  // Sets what is known of the items at `seq`.
  void fill(model::Seq seq, std::vector<Item>& items) const;
  // Keeps what is set as known, as read at `seq`.
  void keep(model::Seq seq, const std::vector<Item>& items);

 private:
  struct Entry {
    std::uint64_t touched = 0;                 // the last record that may have changed it
    std::uint64_t heard_at = 0, state_at = 0;  // 0: not kept
    std::optional<base::Micros> heard;
    storage::RunState state = storage::RunState::kUnknown;
  };
  struct Table {
    std::vector<std::uint32_t> places;  // by node: in `entries`, from 1
    std::vector<Entry> entries;

    Entry& entry(model::NodeId job);
  };

  mutable base::Guarded<Table> table_;
};

// Tells `news` of every record.
std::unique_ptr<storage::View> make_job_news_view(std::shared_ptr<JobNews> news);

}  // namespace headwater::query
