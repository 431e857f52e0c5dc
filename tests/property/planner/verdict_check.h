// What a state says of all partitions, against the naive model.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "planner/explain.h"
#include "planner/staleness.h"
#include "tests/property/planner/naive_partitions.h"
#include "tests/property/planner/scenario.h"

namespace headwater::tests::partitions {

// The history as it was known then.
class KnownHistory final : public planner::History {
 public:
  explicit KnownHistory(const Known& known) : known_(known) {}
  base::Result<std::vector<Write>> writes(DatasetNo dataset, const Place& place) override {
    const auto found = known_.writes.find({dataset, place});
    return found == known_.writes.end() ? std::vector<Write>() : found->second;
  }

 private:
  const Known& known_;
};

inline std::string told(const At& at) {
  return "dataset " + std::to_string(at.dataset.value) + " lane " + std::to_string(at.place.lane) +
         " index " + std::to_string(at.place.index);
}

inline std::string told(const planner::Verdict& v) {
  std::string out = "presence=" + std::to_string(static_cast<int>(v.presence)) +
                    " freshness=" + std::to_string(static_cast<int>(v.freshness));
  for (const auto& [name, is] :
       {std::pair("code", v.code), std::pair("inputs", v.inputs), std::pair("maybe", v.maybe),
        std::pair("running", v.running), std::pair("failed", v.failed), std::pair("open", v.open),
        std::pair("deferred", v.deferred)}) {
    if (is) out += std::string(" ") + name;
  }
  return out;
}

inline std::string told(const std::optional<planner::Explanation>& e) {
  if (!e) return "none";
  std::string out = "kind=" + std::to_string(static_cast<int>(e->kind));
  for (const planner::Culprit& step : e->way) {
    out += " <- " + told(At{step.dataset, step.place}) + " seq " +
           std::to_string(step.write.seq.value);
  }
  if (e->root_is_code) {
    out += " code of " + std::to_string(e->job.value) + " " + std::to_string(e->from.value) + ">" +
           std::to_string(e->to.value);
  }
  return out + (e->cut ? " cut" : "");
}

inline void count_in(const planner::Verdict& v, planner::Counts& counts) {
  using planner::Freshness;
  using planner::Presence;
  counts.present += v.presence == Presence::kPresent ? 1 : 0;
  counts.missing += v.presence == Presence::kMissing ? 1 : 0;
  counts.orphaned += v.presence == Presence::kOrphaned ? 1 : 0;
  const bool stale = v.freshness == Freshness::kStale;
  counts.current += v.freshness == Freshness::kCurrent ? 1 : 0;
  counts.stale += stale ? 1 : 0;
  counts.unknown += v.freshness == Freshness::kUnknown ? 1 : 0;
  counts.by_code += v.code ? 1 : 0;
  counts.by_inputs += v.inputs ? 1 : 0;
  counts.deferred += v.deferred ? 1 : 0;
  counts.maybe += v.maybe && !stale && v.presence == Presence::kPresent ? 1 : 0;
  counts.running += v.running ? 1 : 0;
  counts.failed += v.failed ? 1 : 0;
}

inline bool selects(const planner::Selection& s, const planner::Verdict& v) {
  using planner::Freshness;
  using planner::Presence;
  const bool stale = v.freshness == Freshness::kStale;
  return (s.stale && stale) || (s.missing && v.presence == Presence::kMissing) ||
         (s.maybe && v.maybe && !stale && v.presence == Presence::kPresent) ||
         (s.orphaned && v.presence == Presence::kOrphaned) ||
         (s.unknown && v.freshness == Freshness::kUnknown) || (s.failed && v.failed) ||
         (s.current && v.freshness == Freshness::kCurrent);
}

inline std::string counted(const planner::Counts& c) {
  std::string out;
  for (const std::uint64_t n : {c.present, c.missing, c.orphaned, c.current, c.stale, c.unknown,
                                c.by_code, c.by_inputs, c.deferred, c.maybe, c.running, c.failed}) {
    out += std::to_string(n) + " ";
  }
  return out;
}

// What the histories came to: a comparison that never met a thing proves nothing of it.
struct Met {
  planner::Counts counts;
  std::uint64_t checks = 0, partitions = 0, explained = 0, steps = 0, code_roots = 0;
  std::uint64_t on_cycles = 0, compared = 0;
  // The verdicts of the check before, whatever state they were of: the next ones follow from them.
  std::shared_ptr<const planner::Staleness> before;
};

class VerdictCheck {
 public:
  VerdictCheck(const std::shared_ptr<const planner::State>& state, const Known& known, Micros now,
               Random& random, Met& met, planner::History* history = nullptr)
      : naive_(known, now),
        known_(known),
        own_history_(known),
        history_(history == nullptr ? &own_history_ : history),
        staleness_(planner::Staleness::compute(state, now, {},
                                               random.chance(80) ? met.before.get() : nullptr)),
        random_(random),
        met_(met) {
    met_.before = staleness_;
  }

  void run() {
    ASSERT_EQ(staleness_->state().dataset_count(), known_.spaces.size());
    for (std::uint32_t i = 1; i <= known_.spaces.size(); ++i) {
      check(DatasetNo{i});
      if (testing::Test::HasFailure()) return;
    }
    ASSERT_FALSE(naive_.depends_on_itself());
    ++met_.checks;
    for (const auto& [pair, mapping] : known_.maps) {
      if (pair.first.value >= pair.second.value) ++met_.on_cycles;
    }
    std::set<std::uint32_t> order;
    for (const DatasetNo dataset : staleness_->order()) order.insert(dataset.value);
    ASSERT_EQ(order.size(), known_.spaces.size());
  }

 private:
  // Those that something is known of, and their neighbours.
  std::set<Place> places(DatasetNo dataset) const {
    std::set<Place> out;
    std::set<Place> known = naive_.universe(dataset);
    for (const std::set<At>* set : {&known_.running, &known_.failed}) {
      for (const At& at : *set) {
        if (at.dataset == dataset) known.insert(at.place);
      }
    }
    for (const Place& place : known) {
      for (const std::int64_t step : {-1, 0, 1}) out.insert({place.lane, place.index + step});
    }
    out.insert({known_.lanes(dataset), 0});
    return out;
  }

  void check(DatasetNo dataset) {
    planner::Counts counts;
    std::vector<std::pair<Place, planner::Verdict>> verdicts;
    for (const Place& place : places(dataset)) {
      const At at{dataset, place};
      const planner::Verdict wanted = naive_.verdict(at);
      const planner::Verdict found = staleness_->verdict(dataset, place);
      ASSERT_EQ(found, wanted) << told(at) << "\n   engine: " << told(found)
                               << "\n    rules: " << told(wanted) << naive_.told(at);
      count_in(wanted, counts);
      verdicts.emplace_back(place, wanted);
      if (wanted.freshness == planner::Freshness::kStale && random_.chance(25)) explained(at);
    }
    ASSERT_EQ(staleness_->counts(dataset), counts)
        << "dataset " << dataset.value << "\n   engine: " << counted(staleness_->counts(dataset))
        << "\n    rules: " << counted(counts);
    met_.counts += counts;
    met_.partitions += verdicts.size();
    check_spans(dataset, verdicts);
  }

  void check_spans(DatasetNo dataset,
                   const std::vector<std::pair<Place, planner::Verdict>>& verdicts) {
    planner::Selection s;
    for (bool* part :
         {&s.stale, &s.missing, &s.maybe, &s.orphaned, &s.unknown, &s.failed, &s.current}) {
      *part = random_.chance(30);
    }
    std::vector<planner::Span> wanted;
    for (const auto& [place, verdict] : verdicts) {
      if (!selects(s, verdict)) continue;
      const bool joins = !wanted.empty() && wanted.back().lane == place.lane &&
                         wanted.back().last + 1 == place.index;
      if (joins) {
        ++wanted.back().last;
      } else {
        wanted.push_back({place.lane, place.index, place.index});
      }
    }
    const std::size_t limit = random_.chance(50) ? SIZE_MAX : random_.pick(4);
    bool more = true;
    const auto found = staleness_->spans(dataset, s, limit, &more);
    ASSERT_EQ(more, wanted.size() > limit);
    if (more) wanted.resize(limit);
    ASSERT_TRUE(found == wanted) << "spans of dataset " << dataset.value << ": " << found.size()
                                 << ", by the rules " << wanted.size();
  }

  void explained(const At& at) {
    const auto found = must(planner::explain(staleness_->state(), *history_, at.dataset, at.place));
    const auto wanted = naive_.explain(at);
    ++met_.explained;
    met_.steps += wanted ? wanted->way.size() : 0;
    met_.code_roots += wanted && !wanted->way.empty() && wanted->root_is_code ? 1 : 0;
    std::string more;
    if (wanted) {
      for (const planner::Culprit& step : wanted->way) {
        more +=
            "\n" + told(At{step.dataset, step.place}) + naive_.told(At{step.dataset, step.place});
      }
    }
    ASSERT_EQ(told(found), told(wanted)) << told(at) << naive_.told(at) << more;
  }

  Naive naive_;
  const Known& known_;
  KnownHistory own_history_;
  planner::History* const history_;
  std::shared_ptr<const planner::Staleness> staleness_;
  Random& random_;
  Met& met_;
};

inline void check_verdicts(const std::shared_ptr<const planner::State>& state, const Known& known,
                           Micros now, Random& random, Met& met) {
  VerdictCheck(state, known, now, random, met).run();
}

}  // namespace headwater::tests::partitions
