// Engine: keeps up, event by event, which partitions are no longer what a run would make of them.
//
// Rules: docs/partition-rules.md. Changes go to a working state; publish() hands it to readers in
// one step, discard() forgets what came since. The outcome depends on the changes and on the
// history alone, not on when they were published; that of two writes of one partition with equal
// ends depends on their seq.
//
// Thread-safety: state() from any thread, all else on the writer's; told() has help. Errors:
// kInvalidArgument, kLimitExceeded, those of the history; after an error call discard(). Costs: a
// write, O(partitions that read it) without a look at the history, unless it arrives late or
// something was replaced while its run was under way; a change of code, O(blocks of the job's
// outputs); a write that an `all` or `last` mapping passes on, O(blocks downstream).
// Memory: see segment.h. Bounds: kMaxSpan indexes between the first and the last of a lane.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "base/crew.h"
#include "base/mutex.h"
#include "base/result.h"
#include "planner/code_book.h"
#include "planner/history.h"
#include "planner/interval_table.h"
#include "planner/mapping.h"
#include "planner/state.h"

namespace headwater::planner {

class Engine {
 public:
  static constexpr std::int64_t kMaxSpan = std::int64_t{1} << 33;

  explicit Engine(History& history);
  // An environment: what stands in `base`, to which set_code() and branch_write() add. Costs what
  // it changes; `base` stays as it is.
  Engine(History& history, const State& base);

  // `node`: the dataset in the graph, by which readers find it; none in tests.
  DatasetNo add_dataset(NodeId node = {});
  // In place of the one before; what is materialized keeps its numbers. Mappings of the dataset
  // that the new space does not allow are an error: remove them first.
  base::Result<void> set_space(DatasetNo dataset, std::shared_ptr<const Space> space);
  // Null: none. Nothing becomes stale by it.
  void set_policy(DatasetNo dataset, std::shared_ptr<const DatasetPolicy> policy);
  // In place of the mapping between the two, if there is one. kInvalidArgument as well where the
  // datasets would then depend on themselves without looking back.
  base::Result<void> set_mapping(DatasetNo upstream, DatasetNo downstream, Mapping mapping);
  // The same of a mapping that was accepted before: whether it looks back is not asked again.
  base::Result<void> restore_mapping(DatasetNo upstream, DatasetNo downstream, Mapping mapping);
  // The error that set_mapping would be, without changing anything.
  base::Result<void> try_mapping(DatasetNo upstream, DatasetNo downstream, Mapping mapping);
  base::Result<void> remove_mapping(DatasetNo upstream, DatasetNo downstream);

  // The code that the job has now.
  void set_code(model::NodeId job, model::CodeId code);
  void set_equalities(model::NodeId job, std::vector<CodeEquality> equal,
                      std::vector<CodeEquality> deferred);

  // The history has the write already, and of other partitions none that was not written here. The
  // newest of a partition ends what was running there and clears a failure.
  base::Result<void> write(const Write& write);
  // The same in an environment, where it stands in place of what `base` has, whenever that was
  // written. Only writes of the environment itself can have read it. The history has it already,
  // after all of that partition that the environment can see.
  base::Result<void> branch_write(const Write& write);
  // The partitions [write.place.index, last], which one run wrote alike: what write() for each of
  // them comes to, in order of index. The history has all of them already. O(blocks) lookups, and a
  // few instructions for a partition, as long as none arrives late.
  base::Result<void> write(const Write& write, std::int64_t last);
  // From here until told(), what spans come to for their readers is worked out for several spans
  // at once, reader by reader, with the help of the crew: at the latest when a reader is written
  // itself. In between nothing but the write() above is called.
  void tell_together(base::Crew& crew) { crew_ = &crew; }
  base::Result<void> told();
  // What the history says of the partition became other than by one more write: a start, an end or
  // a code that became known later, a fingerprint that is to count as another, a write that was
  // none. `before`: what it said. Nothing if that is what it says still.
  base::Result<void> rewrite(DatasetNo dataset, const Place& place,
                             const std::vector<Write>& before);
  // The error of a write there, kLimitExceeded; also of set_running and set_failed.
  base::Result<void> check_span(DatasetNo dataset, const Place& place) const;
  base::Result<void> check_span(DatasetNo dataset, const Place& first, std::int64_t last) const;
  base::Result<void> set_running(DatasetNo dataset, const Place& place, bool running);
  base::Result<void> set_failed(DatasetNo dataset, const Place& place, bool failed);
  // Nothing is running and nothing has failed. O(blocks).
  void forget_attempts();

  // For a start: a whole lane, in place of what is there; blocks as settle() leaves them. After the
  // last of all, finish_loading() once, which finds tags, and bits that follow from code and tags.
  void load(DatasetNo dataset, std::uint32_t lane, std::int64_t first_block,
            std::vector<std::shared_ptr<Block>> blocks);
  void finish_loading();
  // For a start without one: the newest write of a partition, without what it had read; and, when
  // all are there, what it had read.
  base::Result<void> put(const Write& newest);
  base::Result<void> renew(const Write& newest);
  // What the history says of these partitions became other, in any way, since what was loaded was
  // saved. The outcome is that of the history as it is now. O(partitions and their readers) looks
  // at the history.
  base::Result<void> recover(const std::vector<std::pair<DatasetNo, Place>>& places);
  // All that the dataset has read, anew, as the history has it: after its mappings changed.
  base::Result<void> rebase(DatasetNo dataset);

  void publish(model::Seq seq) noexcept;
  void discard() noexcept;
  std::shared_ptr<const State> state() const EXCLUDES(mutex_);
  // What is not published yet, for the writer's own questions.
  const State& working() const { return working_; }

 private:
  // The cells of a partition changed by `delta` for whoever looked in [from, until).
  struct Change {
    DatasetNo dataset;
    Place place;
    std::uint64_t delta = 0;
    Micros from = 0, until = 0;
    bool branch = false;  // only runs of the environment can have seen it
  };

  // Partitions [first, last] of one lane, written by runs alike, and what their cells changed by.
  struct Piece {
    DatasetNo dataset;
    std::uint32_t lane = 0;
    std::int64_t first = 0, last = -1;
    std::vector<std::uint64_t> before;  // of each, and the end: the sum of the changes before it
    Micros from = 0;
  };

  Segment& segment(DatasetNo dataset);
  Lane& lane(DatasetNo dataset, std::uint32_t number);
  Block& block(DatasetNo dataset, const Place& place);

  base::Result<void> pass_on(const Change& change);
  base::Result<void> pass_on_intervals(const Edge& edge, const Change& change);
  base::Result<void> pass_on_pairs(const Edge& edge, const Change& change);
  base::Result<void> pass_on_uniform(const Edge& edge, const Change& change);
  base::Result<void> move(const Edge& edge, Block& block, const Place& place, const Change& change);
  // Calls visit(block, index) for each present partition of [first, last], the block owned.
  template <class Visit>
  base::Result<void> each_owned(DatasetNo dataset, std::uint32_t lane, const Interval& interval,
                                Visit visit);
  base::Result<void> retag(DatasetNo dataset, std::uint32_t lane, const Change& change);
  base::Result<Piece> record_piece(const Write& write, std::int64_t last, std::uint64_t tag);
  void set_piece_bits(const Write& write, Block& block, std::int64_t last, std::uint16_t entry);
  base::Result<void> pass_on(std::shared_ptr<const Piece> piece);
  // `ours`: the reader's segment, if it was made ours already; else it is when something changes.
  base::Result<void> pass_on_intervals(const Edge& edge, const Piece& piece, Segment* ours);
  // Whether a run that began after the piece may have written any of its readers.
  bool read_since(const Edge& edge, const Piece& piece) const;
  base::Result<void> tell();
  // What is added to the differences of a page.
  struct AddedRuns {
    std::vector<Differences::Run> runs;
    // Of the lane before: lanes that are alike share what they come to.
    bool known = false;
    std::shared_ptr<Differences> before, after;
  };
  using PageRuns = std::array<AddedRuns, kPages>;
  void find_runs(const Edge& edge, const Piece& piece, const Place& first, std::int64_t last,
                 PageRuns& to);
  void add_runs(const Edge& edge, std::uint32_t number, std::int64_t block, PageRuns& added,
                Segment* ours);
  base::Result<void> add_to_block(const Edge& edge, const Piece& piece, const Place& first,
                                  std::int64_t last, Segment* ours);
  Block& reader_block(const Edge& edge, std::uint32_t number, std::int64_t block, Segment* ours);
  // What each of [first, last], in one block, reads of the piece, to `added`; 0 where none is
  // there.
  void find_added(const Edge& edge, const Piece& piece, const Block& block, const Place& first,
                  std::int64_t last, std::uint64_t* added);
  base::Result<std::vector<std::uint64_t>> differences_since(const Segment& segment,
                                                             const Place& first, std::int64_t last,
                                                             Micros at);
  bool replaced_since(const Segment& segment, const Place& first, std::int64_t last,
                      Micros at) const;
  base::Result<void> record(const Write& write);
  Block& put_columns(const Write& write);
  void erase(DatasetNo dataset, const Place& place);
  base::Result<std::uint64_t> difference_since(const Segment& segment, const Place& place,
                                               Micros at);
  base::Result<std::uint64_t> replaced_since(const Edge& edge, std::uint32_t lane,
                                             const Interval& interval, Micros at);
  base::Result<std::uint64_t> tag_at(DatasetNo dataset, std::uint32_t lane, Micros at);
  base::Result<std::uint64_t> uniform_at(const Edge& edge, std::uint32_t lane, Micros at);
  std::uint64_t tag_now(const Segment& segment, std::uint32_t lane) const;
  base::Result<Write> newest(DatasetNo dataset, const Place& place);
  base::Result<void> renew(DatasetNo dataset, Block& block, const Place& place,
                           const Write& newest);
  void add_readers(const Edge& edge, const Place& place,
                   const std::function<void(const Place&)>& visit) const;
  base::Result<void> recover_tags(const std::map<std::uint32_t, Micros>& since);
  std::set<std::uint32_t> outputs_of(model::NodeId job) const;
  void set_difference(Block& block, std::size_t i, std::uint64_t value);
  // What the partition had read has become known to be other: its page is another from now on,
  // which is how a rescan tells that (planner/rescan.h).
  static void touch(Block& block, std::size_t i) { block.pages.own_page(i / kPageSize); }
  std::uint16_t palette_entry(Block& block, const Attribute& attribute);
  void set_attribute(DatasetNo dataset, Block& block, const Place& place,
                     const Attribute& attribute);
  void refresh(DatasetNo dataset);
  void refresh_lane(DatasetNo dataset, std::uint32_t number);
  void refresh_block(DatasetNo dataset, Lane& lane, std::int64_t number);
  // The edge alone: what was recorded is not based on it yet. Nothing is changed on an error.
  base::Result<void> put_mapping(DatasetNo upstream, DatasetNo downstream, Mapping mapping,
                                 bool checked = true);
  base::Result<void> check_cycles(const Edge& edge);

  History& history_;
  State working_;
  // Of jobs, beside what an environment's base has; may hold more than there is.
  std::map<std::uint32_t, std::set<std::uint32_t>> outputs_;
  bool is_branch_ = false;
  IntervalTables tables_;
  // What readers are still to be told, in order.
  struct Untold {
    Edge edge;
    std::shared_ptr<const Piece> piece;
  };
  base::Crew* crew_ = nullptr;                           // null: they are told at once
  std::map<std::uint32_t, std::vector<Untold>> untold_;  // by reader
  mutable base::Mutex mutex_;
  std::shared_ptr<const State> published_ GUARDED_BY(mutex_);
};

}  // namespace headwater::planner
