// Tip: one owner's fold near its newest observation, and the rows that follow from its end.
//
// Events arrive a little out of order all the time: two workers, two clocks. So the fold is kept
// twice, at the newest observation and some dozens before it, with the observations in between. One
// that belongs among these folds only them anew; one that is older folds the owner from the start.
//
//   history ... [base] window ... window [timeline]
//
// `rows` are the current rows whose interval is open or ended within the window: all that can
// change when the window is folded anew. Thread-safety: none; the writer's.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "ingest/timeline.h"

namespace headwater::ingest {

// An interval and the observation that ended it; kNotEnded if none has.
inline constexpr Position kNotEnded{INT64_MAX, INT32_MAX, INT64_MAX, UINT64_MAX};
template <class Interval>
struct Produced {
  Interval interval;
  Position ended_at = kNotEnded;
};

// Rows by what they say.
template <class Id>
struct RowRef {
  Id id{};
  Position ended_at = kNotEnded;
};
template <class Interval, class Id>
using Rows = std::multimap<Interval, RowRef<Id>>;
using EdgeRows = Rows<EdgeInterval, model::EdgeId>;
using AttributeRows = Rows<AttributeInterval, std::int64_t>;

// What a fold comes to.
struct Fold {
  std::vector<Produced<EdgeInterval>> edges;  // sorted by interval
  std::vector<Produced<AttributeInterval>> attributes;
};

class Tip {
 public:
  explicit Tip(const Timeline::Options& options)
      : keep_(options.window),
        save_every_(options.save_every),
        base_(options),
        timeline_(options) {}

  // From where a base was saved: fold() goes on with what comes after it.
  void restore(Timeline base) { base_ = std::move(base); }
  // The base is far enough from what was saved, and stands between two observations.
  bool save_due() const;
  void saved() { unsaved_ = 0; }
  const Timeline& base() const { return base_; }

  // A whole history, in order, into an empty tip; or what comes after a restored base.
  Fold fold(const std::vector<Observation>& history);
  // An observation after last().
  void step(const Observation& observation, Timeline::Delta& delta);
  // An observation within the window. Covers what rows() covers.
  Fold refold_with(const Observation& late);
  // Keeps an observation within the window that says what the one before it said, so that no row
  // changes. False: it does not, or may not, repeat it.
  bool keep_repeated(const Observation& late);
  // After the rows were brought in line with what refold_with said: keeps the window short. Without
  // it one event of a clock far ahead, behind which all others are late, would make it grow for
  // ever.
  void settle();
  bool in_window(const Position& at) const { return at > base_.last(); }

  const Position& last() const { return timeline_.last(); }
  const Position& base_last() const { return base_.last(); }
  bool touches(model::NodeId dataset) const { return timeline_.touches(dataset); }

  EdgeRows edge_rows;
  AttributeRows attribute_rows;
  // Drops rows that ended before the window.
  void trim_rows();

 private:
  void advance();

  const std::size_t keep_, save_every_;
  Timeline base_, timeline_;
  std::size_t unsaved_ = 0;  // observations folded into the base since it was saved
  std::deque<Observation> window_;
};

}  // namespace headwater::ingest
