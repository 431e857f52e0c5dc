// Timeline: from what was observed of one job or dataset, when which edges and attributes held.
//
// A fold over observations in the order of (time, rank, tie): event time first, so that the result
// depends on the set of events and not on the order in which they arrived. The writer keeps the
// fold at its tip and steps it; an observation that belongs before the tip makes it fold anew from
// the start. Both are this code. Rules, in docs/adr/0004-evidence-and-retirement.md:
//
//   R1 an observation that shows an edge starts it, or confirms it and clears its misses;
//   R2 a completed run judges the edges that were last shown before the run began and that it does
//      not show: under another code version they end, under the same one they end at the N-th
//      completed run in a row; it judges only what it speaks of (data if it lists any input or
//      output, columns of the targets whose column lineage it states, parents and dependencies if
//      it names any); failed and aborted runs judge nothing;
//   R3 a declaration ends what it speaks of and does not list;
//   R4 a COMPLETE_SNAPSHOT event ends what the same run showed last and it does not list;
//   R5 the deletion of the owner ends all its edges, that of a dataset all edges at it;
//      (one record may delete several: its deletions come after all else that it says);
//   R6 an attribute holds from the observation that gives it until one that gives another value;
//      a state that says the owner is gone ends when the owner is seen again: a job by any event,
//      a dataset when it is written or declared, but not by an event that drops it.
//   R7 what people decide is an attribute as in R6, under a name that no event can give; it neither
//      ends an edge nor brings back what is gone.
//   R8 use shows an edge from the first moment it is reported of, and no later report ends it.
//
// A run judges once, at its first end, and all its events add up. A run that said nothing for a
// month, or for two days after its end, may be taken for a new one when it speaks again: times are
// event times, so that this too depends on the events alone. Of the names of one dataset that one
// record speaks of the best has the last word. An interval may be empty: what one moment shows and
// ends holds at no moment, but it was said.
//
// Thread-safety: none; the writer's. Errors: none.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "model/edge_set.h"
#include "model/ids.h"

namespace headwater::ingest {

using base::Micros;

struct Position {
  Micros time = INT64_MIN;
  std::int32_t rank = 0;
  std::int64_t tie = 0;
  std::uint64_t seq = 0;
  auto operator<=>(const Position&) const = default;
};

// Stored in the observation table: append, never renumber.
enum class ObservationType : std::int32_t {
  kShow = 1,  // START, RUNNING, OTHER, or no type
  kComplete = 2,
  kEnd = 3,             // FAIL, ABORT
  kDeclare = 4,         // JobEvent, DatasetEvent
  kDelete = 5,          // the owner was deleted
  kFacets = 6,          // facets only: a dataset as input or output of someone's run
  kDatasetDeleted = 7,  // not stored here (table deletion): a dataset at the end of an edge
  kPeople = 8,          // attributes that people set: says nothing of whether the owner is there
  kUse = 9,             // a consumer read a dataset: shows that edge and judges none
};

namespace observation_flags {
inline constexpr std::int32_t kIo = 1, kParent = 2, kControl = 4, kSnapshot = 8;
inline constexpr std::int32_t kExists = 16;  // the owner is there: not deleted any more
}  // namespace observation_flags

struct Observation {
  Position at;
  ObservationType type = ObservationType::kShow;
  std::int32_t flags = 0;
  model::RunRow run;
  model::CodeId code;
  std::shared_ptr<const model::EdgeSet> edges;  // canonical ids; may be null
  model::EdgeSetId edge_set;                    // what `edges` is stored as
  std::shared_ptr<const model::Bundle> facets;  // may be null
  model::NodeId dataset;                        // kDatasetDeleted only
};

struct EdgeInterval {
  model::EdgeKey key;
  Micros from = 0, to = model::kOpenEnd;
  model::EndReason reason = model::EndReason::kNone;
  auto operator<=>(const EdgeInterval&) const = default;
};

struct AttributeInterval {
  model::AttributeNameId name;
  model::ContentId content;
  Micros from = 0, to = model::kOpenEnd;
  auto operator<=>(const AttributeInterval&) const = default;
};

class Timeline {
 public:
  struct Options {
    int misses_to_retire = 3;
    std::size_t window = 64;       // observations that a tip can fold anew, at least (tip.h)
    std::size_t save_every = 256;  // of them folded beyond recall (tip.h), more if it is large
    // Not before; a function of the observations alone, like everything here.
    Micros forget_run_after = Micros{30} * 86'400 * 1'000'000;       // without an event of it
    Micros forget_ended_run_after = Micros{2} * 86'400 * 1'000'000;  // the same, once it has ended
    std::function<model::NodeId(model::NodeId)> dataset_of;          // of a field or dataset
    model::AttributeNameId state_attribute;                          // "$state"
    std::function<bool(model::ContentId)> is_gone;                   // DROP, RENAMED, DELETED
  };
  // What one step changed, in a deterministic order. An edge in `started` has an open interval.
  struct Delta {
    std::vector<EdgeInterval> ended;
    std::vector<EdgeInterval> started;
    std::vector<AttributeInterval> attributes_ended;
    std::vector<AttributeInterval> attributes_started;
  };

  explicit Timeline(const Options& options) : options_(&options) {}

  // Requires observation.at >= last(): of equal positions the caller decides the order.
  void step(const Observation& observation, Delta& delta);
  const Position& last() const { return last_; }
  bool touches(model::NodeId dataset) const;  // any live edge at it
  // Datasets at the ends of live edges.
  std::set<model::NodeId> datasets() const;
  // What holds at last(), with open ends, sorted.
  std::vector<EdgeInterval> live_edges() const;
  std::vector<AttributeInterval> live_attributes() const;

  // The state as bytes, and back (timeline_codec.cc). nullopt: damaged, or of other options. `find`
  // gives the canonical form of a stored edge set, null if it cannot.
  using FindEdges = std::function<std::shared_ptr<const model::EdgeSet>(model::EdgeSetId)>;
  std::string encode() const;
  static std::optional<Timeline> decode(std::string_view bytes, const Options& options,
                                        const FindEdges& find);
  std::size_t encoded_bytes() const;  // about

 private:
  static constexpr std::size_t kRunsBeforeForgetting = 64;
  struct Live {
    Micros from = 0;
    Position shown;
    model::RunRow run;
    model::CodeId code;
    int misses = 0;
  };
  struct Shown {
    std::shared_ptr<const model::EdgeSet> edges;
    model::EdgeSetId id;
  };
  struct RunState {
    Position start;
    Micros last_time = 0;
    std::vector<Shown> sets;
    model::CodeId code;
    std::int32_t flags = 0;
    bool ended = false;
  };
  using Edges = std::map<model::EdgeKey, Live>;

  static bool any_contains(const std::vector<Shown>& sets, const model::EdgeKey& key);
  static bool covers(const std::vector<Shown>& sets, model::NodeId dataset);
  void show(const Observation& o, model::CodeId code, Delta& delta);
  RunState& note_run(const Observation& o);
  void judge(const Observation& o, const RunState& run, Delta& delta);
  void declare(const Observation& o, Delta& delta);
  void snapshot(const Observation& o, Delta& delta);
  void end_all(const Observation& o, Delta& delta);
  void end_at_dataset(const Observation& o, Delta& delta);
  void apply_facets(const Observation& o, Delta& delta);
  void set_attribute(model::AttributeNameId name, model::ContentId content, Micros time,
                     Delta& delta);
  bool speaks_of(const model::EdgeKey& key, std::int32_t flags,
                 const std::vector<Shown>& sets) const;
  Edges::iterator end_edge(Edges::iterator at, Micros time, model::EndReason reason, Delta& delta);
  void forget_old_runs(Micros now);

  const Options* options_;
  Position last_;
  Edges live_;
  std::map<model::AttributeNameId, AttributeInterval> attributes_;
  std::shared_ptr<const model::Bundle> applied_;  // attributes_ say what it says, if not null
  std::unordered_map<std::int64_t, RunState> runs_;
  std::size_t forget_at_ = kRunsBeforeForgetting;  // number of runs
};

}  // namespace headwater::ingest
