// Random ledgers, graphs, uses, labels and questions: every answer adds up to the ledger exactly,
// and is what the slow way gives. HW_SEED=n, HW_HISTORIES=n.
#include <cmath>
#include <numeric>
#include <random>
#include <tuple>

#include <gtest/gtest.h>

#include "stats/series.h"
#include "stats/sunburst.h"
#include "stats/waste.h"
#include "tests/property/stats/naive_costs.h"
#include "tests/support/from_env.h"

namespace headwater::tests {
namespace {

using stats::Arc;
using stats::CostGround;
using stats::CostQuestion;
using stats::CostView;
using stats::Sunburst;
using stats::SunburstQuestion;

constexpr std::int32_t kFirstDay = 20'000, kDays = 50;

class RandomCosts {
 public:
  explicit RandomCosts(std::uint64_t seed) : random_(seed) {
    make_nodes();
    make_edges();
    world.publish_graph();
    make_merges();
    make_labels();
    make_rows();
    make_uses();
    ground = world.ground();
    raw = ground;
    raw.rollups = nullptr;
  }

  std::size_t below(std::size_t end) { return random_() % end; }
  bool chance(int percent) { return below(100) < static_cast<std::size_t>(percent); }
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[below(from.size())];
  }
  base::Micros moment() {
    const auto time =
        base::Micros{kFirstDay} * stats::kDay +
        static_cast<base::Micros>(random_() % (kDays * std::uint64_t{86'400'000'000}));
    return chance(30) ? time / stats::kDay * stats::kDay : time;
  }

  CostQuestion question() {
    CostQuestion out;
    out.measure = chance(80) ? Measure::kAmount : Measure::kRuns;
    if (chance(85)) {
      out.interval = {moment(), moment()};
      if (out.interval.to < out.interval.from) std::swap(out.interval.from, out.interval.to);
    } else {
      out.interval = {base::Micros{kFirstDay - 1} * stats::kDay,
                      base::Micros{kFirstDay + kDays + 1} * stats::kDay};
    }
    if (chance(30)) out.known_at = pick(rows).seq;
    return out;
  }
  std::vector<Dimension> dimensions(std::size_t most) {
    std::vector<Dimension> all;
    for (std::size_t i = 0; i < stats::kDimensionNames.size(); ++i) {
      all.push_back(static_cast<Dimension>(i));
    }
    std::shuffle(all.begin(), all.end(), random_);
    all.resize(1 + below(most));
    if (!chance(30)) return all;
    // Time as the innermost ring alone, which is kept otherwise.
    std::erase_if(all, [](Dimension d) { return stats::period_of(d).has_value(); });
    all.push_back(pick<Dimension>({Dimension::kDays, Dimension::kWeeks, Dimension::kMonths}));
    return all;
  }

  CostWorld world;
  std::vector<NodeId> jobs, datasets, consumers, nodes;
  std::vector<Booked> rows;
  std::vector<stats::UsageRow> uses;
  CostGround ground, raw;

 private:
  void make_nodes() {
    const auto space = [&] { return "ns" + std::to_string(below(3)); };
    for (int i = 0; i < 9; ++i) jobs.push_back(world.job("j" + std::to_string(i), space()));
    for (int i = 0; i < 12; ++i)
      datasets.push_back(world.dataset("d" + std::to_string(i), space()));
    for (int i = 0; i < 5; ++i) {
      consumers.push_back(
          world.consumer((i % 2 == 0 ? "user:c" : "dashboard:c") + std::to_string(i)));
    }
  }
  // Some of it in cycles.
  void make_edges() {
    for (const NodeId job : jobs) {
      for (std::size_t i = below(4); i > 0; --i) world.reads(job, pick(datasets));
      for (std::size_t i = below(3); i > 0; --i) world.writes(job, pick(datasets));
      if (!chance(25)) continue;
      const NodeId from = pick(datasets), to = pick(datasets);
      world.reads(job, from);
      world.edge(job, to, model::EdgeKind::kWritesScoped);
      world.edge(from, to, model::EdgeKind::kFlow, job);
    }
  }
  void make_merges() {
    if (chance(60)) world.merge(datasets[0], datasets[1]);
    if (chance(40)) world.merge(jobs[0], jobs[1]);
    if (chance(40)) world.merge(consumers[0], consumers[2]);
    world.publish_graph();
    const graph::Snapshot graph = world.graph.snapshot();
    for (std::uint32_t id = 1; id <= graph.node_count(); ++id) {
      if (graph.canonical(NodeId{id}) == NodeId{id}) nodes.push_back(NodeId{id});
    }
  }
  void make_labels() {
    const std::vector<std::string> owners{"ada", "(odd)", "team:data", "zoe"};
    for (const NodeId node : nodes) {
      stats::LabelTexts texts;
      for (const std::string& owner : owners) {
        if (chance(30)) texts.owners.push_back(owner);
      }
      for (const std::string tag : {"gold", "pii", "raw"}) {
        if (chance(30)) texts.tags.push_back(tag);
      }
      if (chance(80)) world.labels.of[node] = texts;
    }
  }
  // A jump of seq closes a chunk.
  void make_rows() {
    std::uint64_t seq = 1;
    for (std::size_t i = 0; i < 300; ++i) {
      seq += chance(4) ? std::uint64_t{1} << 33 : below(3);
      Booked row{Seq{seq},
                 moment(),
                 chance(8) ? NodeId{} : pick(jobs),
                 chance(15) ? NodeId{} : pick(datasets),
                 {}};
      const auto amount = static_cast<std::int64_t>(below(chance(10) ? 3 : 2'000'000'000));
      row.quantities[Measure::kAmount] = chance(20) ? -amount : amount;
      if (row.job.value != 0 && chance(70)) {
        row.quantities[Measure::kRuns] = chance(5) ? -model::kMicro / 3 : model::kMicro;
      }
      rows.push_back(row);
      stats::LedgerRow put{row.seq, row.time, row.job, row.dataset, row.quantities};
      world.ledger.append(put);
    }
  }
  void make_uses() {
    for (std::size_t i = 0; i < 60; ++i) {
      const stats::UsageRow use{rows[below(rows.size())].seq,
                                pick(datasets),
                                pick(consumers),
                                kFirstDay + static_cast<std::int32_t>(below(kDays)),
                                0,
                                static_cast<std::int64_t>(1 + below(40))};
      uses.push_back(use);
      world.usage.append(use);
    }
  }

  std::mt19937_64 random_;
};

template <class Visit>
void each_arc(const Sunburst& drawn, Visit&& visit) {
  std::vector<std::pair<std::uint32_t, std::size_t>> stack{{0, 0}};
  while (!stack.empty()) {
    const auto [at, depth] = stack.back();
    stack.pop_back();
    visit(drawn.arcs[at], depth);
    for (std::uint32_t i = 0; i < drawn.arcs[at].count; ++i) {
      stack.emplace_back(drawn.arcs[at].first + i, depth + 1);
    }
  }
}

// Parts and other are the whole, wherever there are parts.
void expect_exact(const Sunburst& drawn, std::size_t rings) {
  each_arc(drawn, [&](const Arc& arc, std::size_t depth) {
    std::int64_t value = arc.other, before = arc.other_before;
    for (std::uint32_t i = 0; i < arc.count; ++i) {
      value += drawn.arcs[arc.first + i].value;
      before += drawn.arcs[arc.first + i].before;
    }
    if (depth == rings) {
      EXPECT_EQ(arc.count + arc.others, 0U);
    } else {
      EXPECT_EQ(value, arc.value) << depth;
      EXPECT_EQ(before, arc.before) << depth;
    }
  });
}

Values leaves(const Sunburst& drawn, const graph::Snapshot& graph, std::size_t rings) {
  Values out;
  struct Open {
    std::uint32_t arc;
    Path path;
  };
  std::vector<Open> stack{{0, {}}};
  while (!stack.empty()) {
    const Open open = std::move(stack.back());
    stack.pop_back();
    const Arc& arc = drawn.arcs[open.arc];
    if (open.path.size() == rings) out[open.path] += arc.value;
    for (std::uint32_t i = arc.first; i < arc.first + arc.count; ++i) {
      Path path = open.path;
      path.push_back(display_name(graph, drawn.arcs[i].name));
      const stats::ArcName& name = drawn.arcs[i].name;
      if (name.node.value != 0) path.back() = key_of(graph, name);
      stack.push_back({i, path});
    }
  }
  return out;
}

Values without_zeros(Values values) {
  std::erase_if(values, [](const auto& item) { return item.second == 0; });
  return values;
}

// Which arcs of a drawing with all of them are shown if only some may be: the slow way, each time
// the first of all that could be.
class NaiveChoice {
 public:
  NaiveChoice(const Sunburst& all, std::size_t max_arcs)
      : all_(all), paths_(all.arcs.size()), shown_(all.arcs.size()) {
    for (std::uint32_t at = 0; at < all.arcs.size(); ++at) {
      for (std::uint32_t i = 0; i < all.arcs[at].count; ++i) {
        const std::uint32_t part = all.arcs[at].first + i;
        const stats::ArcName& name = all.arcs[part].name;
        paths_[part] = paths_[at];
        paths_[part].emplace_back(name.absent, name.node.value, name.day, name.text);
      }
    }
    shown_[0] = true;
    std::vector<std::uint32_t> open = parts(0);
    for (; max_arcs > 0 && !open.empty(); --max_arcs) {
      const auto next = std::ranges::min_element(
          open, [&](std::uint32_t a, std::uint32_t b) { return is_before(a, b); });
      const std::uint32_t at = *next;
      open.erase(next);
      shown_[at] = true;
      for (const std::uint32_t part : parts(at)) open.push_back(part);
    }
  }
  bool shown(std::uint32_t arc) const { return shown_[arc]; }
  std::vector<std::uint32_t> parts(std::uint32_t arc) const {
    std::vector<std::uint32_t> out(all_.arcs[arc].count);
    std::iota(out.begin(), out.end(), all_.arcs[arc].first);
    return out;
  }

 private:
  bool is_before(std::uint32_t a, std::uint32_t b) const {
    const std::int64_t one = size(a), other = size(b);
    if (one != other) return one > other;
    if (paths_[a].size() != paths_[b].size()) return paths_[a].size() < paths_[b].size();
    return paths_[a] < paths_[b];
  }
  std::int64_t size(std::uint32_t arc) const {
    return std::max(std::abs(all_.arcs[arc].value), std::abs(all_.arcs[arc].before));
  }

  const Sunburst& all_;
  std::vector<std::vector<std::tuple<stats::Absent, std::uint32_t, std::int32_t, std::string>>>
      paths_;
  std::vector<bool> shown_;
};

void expect_shown(const Sunburst& some, std::uint32_t arc, const Sunburst& all,
                  const NaiveChoice& choice, std::uint32_t same) {
  const Arc &mine = some.arcs[arc], &full = all.arcs[same];
  EXPECT_EQ(mine.value, full.value);
  EXPECT_EQ(mine.before, full.before);
  std::uint32_t at = mine.first;
  std::uint64_t others = 0;
  for (const std::uint32_t part : choice.parts(same)) {
    if (!choice.shown(part)) {
      ++others;
      continue;
    }
    ASSERT_LT(at, mine.first + mine.count);
    EXPECT_EQ(some.arcs[at].name, all.arcs[part].name);
    expect_shown(some, at++, all, choice, part);
  }
  EXPECT_EQ(at, mine.first + mine.count);
  EXPECT_EQ(mine.others, others);
}

class CostsProperty : public ::testing::Test {
 protected:
  template <class Check>
  void repeat(Check&& check) {
    const std::uint64_t first = from_env("HW_SEED", 1), count = from_env("HW_HISTORIES", 40);
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
      SCOPED_TRACE("HW_SEED=" + std::to_string(seed));
      RandomCosts costs(seed);
      for (int i = 0; i < 8; ++i) check(costs);
      if (HasFailure()) return;
    }
  }
};

TEST_F(CostsProperty, DirectCostIsTheNaiveGroupBy) {
  repeat([](RandomCosts& costs) {
    SunburstQuestion asked;
    asked.costs = costs.question();
    asked.by = costs.dimensions(5);
    asked.max_arcs = SunburstQuestion::kMaxArcs;
    const NaiveCosts naive(costs.world, *costs.ground.graph, costs.rows, costs.uses, asked.costs);
    const Sunburst drawn = must(sunburst(costs.ground, asked));
    ASSERT_EQ(drawn.others, 0U);
    expect_exact(drawn, asked.by.size());
    EXPECT_EQ(drawn.total, naive.total());
    EXPECT_EQ(drawn.arcs[0].value, naive.total());
    EXPECT_EQ(leaves(drawn, *costs.ground.graph, asked.by.size()),
              without_zeros(naive.direct(asked.by)));
    const Sunburst from_rows = must(sunburst(costs.raw, asked));
    EXPECT_EQ(leaves(from_rows, *costs.raw.graph, asked.by.size()),
              leaves(drawn, *costs.ground.graph, asked.by.size()));
  });
}

TEST_F(CostsProperty, EveryRingAddsUpWhateverIsLeftOut) {
  repeat([](RandomCosts& costs) {
    SunburstQuestion asked;
    asked.costs = costs.question();
    asked.costs.view = costs.chance(50) ? CostView::kInherited : CostView::kDirect;
    asked.by = costs.dimensions(6);
    asked.depth = 1 + costs.below(6);
    asked.max_arcs = 1 + costs.below(30);
    if (costs.chance(60)) asked.before = costs.question().interval;
    const NaiveCosts naive(costs.world, *costs.ground.graph, costs.rows, costs.uses, asked.costs);
    const Sunburst drawn = must(sunburst(costs.ground, asked));
    EXPECT_EQ(drawn.total, naive.total());
    EXPECT_EQ(drawn.arcs[0].value, naive.total());
    EXPECT_LE(drawn.arcs.size(), asked.max_arcs + 1);
    expect_exact(drawn, std::min(asked.depth, asked.by.size()));
    if (asked.before) {
      CostQuestion then = asked.costs;
      then.interval = *asked.before;
      const NaiveCosts earlier(costs.world, *costs.ground.graph, costs.rows, costs.uses, then);
      EXPECT_EQ(drawn.total_before, earlier.total());
      EXPECT_EQ(drawn.arcs[0].before, earlier.total());
    }
    // Into one arc: it has the value that it had from outside.
    if (drawn.arcs[0].count == 0 || asked.before) return;
    const Arc& arc = drawn.arcs[costs.below(drawn.arcs[0].count) + 1];
    SunburstQuestion inside = asked;
    inside.path = {key_of(*costs.ground.graph, arc.name)};
    const Sunburst closer = must(sunburst(costs.ground, inside));
    EXPECT_EQ(closer.arcs[0].value, arc.value);
    EXPECT_EQ(closer.total, drawn.total);
    expect_exact(closer, std::min(asked.depth, asked.by.size() - 1));
  });
}

TEST_F(CostsProperty, WhatIsShownIsTheLargestOfAll) {
  repeat([](RandomCosts& costs) {
    SunburstQuestion asked;
    asked.costs = costs.question();
    asked.by = costs.dimensions(4);
    if (costs.chance(40)) asked.before = costs.question().interval;
    asked.max_arcs = SunburstQuestion::kMaxArcs;
    const Sunburst all = must(sunburst(costs.ground, asked));
    ASSERT_EQ(all.others, 0U);
    asked.max_arcs = costs.below(costs.chance(50) ? 40 : 400);
    const Sunburst some = must(sunburst(costs.ground, asked));
    EXPECT_EQ(some.arcs.size(), std::min(all.arcs.size(), asked.max_arcs + 1));
    expect_shown(some, 0, all, NaiveChoice(all, asked.max_arcs), 0);
    const Sunburst from_rows = must(sunburst(costs.raw, asked));
    expect_shown(from_rows, 0, all, NaiveChoice(all, asked.max_arcs), 0);
  });
}

TEST_F(CostsProperty, WhatFiltersKeepAddsUpToAll) {
  repeat([](RandomCosts& costs) {
    SunburstQuestion asked;
    asked.costs = costs.question();
    asked.costs.view = costs.chance(50) ? CostView::kInherited : CostView::kDirect;
    asked.by = {Dimension::kOwner, Dimension::kDataset};
    asked.max_arcs = SunburstQuestion::kMaxArcs;
    const Sunburst all = must(sunburst(costs.ground, asked));
    std::int64_t sum = 0;
    for (std::uint32_t i = 0; i < all.arcs[0].count; ++i) {
      const Arc& arc = all.arcs[1 + i];
      SunburstQuestion one = asked;
      one.costs.filter.owner = key_of(*costs.ground.graph, arc.name);
      const Sunburst of_owner = must(sunburst(costs.ground, one));
      EXPECT_EQ(of_owner.total, arc.value) << *one.costs.filter.owner;
      expect_exact(of_owner, 2);
      sum += of_owner.total;
    }
    EXPECT_EQ(sum, all.total);
    std::int64_t of_datasets = 0;
    for (const NodeId node : costs.nodes) {
      if (costs.ground.graph->kind_of(node) != NodeKind::kDataset) continue;
      SunburstQuestion one = asked;
      one.costs.filter.dataset = node;
      of_datasets += must(sunburst(costs.ground, one)).total;
    }
    SunburstQuestion none = asked;
    none.costs.filter.dataset = NodeId{};
    EXPECT_EQ(of_datasets + must(sunburst(costs.ground, none)).total, all.total);
  });
}

TEST_F(CostsProperty, InheritedCostIsTheNaiveFlow) {
  repeat([](RandomCosts& costs) {
    SunburstQuestion asked;
    asked.costs = costs.question();
    asked.costs.view = CostView::kInherited;
    asked.by = {Dimension::kDataset, Dimension::kConsumer};
    asked.max_arcs = SunburstQuestion::kMaxArcs;
    const graph::Snapshot& graph = *costs.ground.graph;
    const NaiveCosts naive(costs.world, graph, costs.rows, costs.uses, asked.costs);
    std::map<NodeId, std::int64_t> runs;
    std::map<NodeId, long double> mass;
    std::int64_t kept = 0;
    for (const Booked& row : costs.rows) {
      if (!naive.counts(row)) continue;
      if (row.job.value != 0) runs[naive.name(row.job)] += row.quantities[Measure::kRuns];
      const std::int64_t value = row.quantities[asked.costs.measure];
      if (row.dataset.value == 0) {
        kept += value;
      } else {
        mass[naive.name(row.dataset)] += static_cast<long double>(value);
      }
    }
    const NaiveFlow flow(naive, graph, costs.nodes, runs);
    std::map<Path, long double> expected{
        {{"(no output)", "(no output)"}, static_cast<long double>(kept)}};
    for (const auto& [end, value] : flow.hand_down(mass)) {
      expected[{naive.dataset_id(end.first), naive.consumer_id(end.first, end.second)}] += value;
    }
    const Values found = leaves(must(sunburst(costs.ground, asked)), graph, 2);
    for (const auto& [path, value] : found) expected.try_emplace(path, 0);
    for (const auto& [path, value] : expected) {
      const auto it = found.find(path);
      const auto got = static_cast<long double>(it == found.end() ? 0 : it->second);
      EXPECT_LE(std::fabs(got - value), static_cast<long double>(flow.steps()))
          << path[0] << " " << path[1];
    }
    // By origin it is the same, but for the units that each origin rounds by itself.
    asked.by = {Dimension::kDataset, Dimension::kJob};
    const Sunburst by_job = must(sunburst(costs.ground, asked));
    expect_exact(by_job, 2);
    EXPECT_EQ(by_job.total, naive.total());
  });
}

TEST_F(CostsProperty, SeriesAndHotSpotsAddUp) {
  repeat([](RandomCosts& costs) {
    stats::SeriesQuestion asked;
    asked.costs = costs.question();
    asked.costs.view = costs.chance(30) ? CostView::kInherited : CostView::kDirect;
    asked.by = costs.pick<Dimension>({Dimension::kOwner, Dimension::kJob, Dimension::kTag,
                                      Dimension::kConsumer, Dimension::kNamespace});
    asked.period = costs.pick<stats::Period>(
        {stats::Period::kDaily, stats::Period::kWeekly, stats::Period::kMonthly});
    asked.limit = costs.below(5);
    const NaiveCosts naive(costs.world, *costs.ground.graph, costs.rows, costs.uses, asked.costs);
    const stats::Series found = must(series(costs.ground, asked));
    EXPECT_EQ(found.total.value, naive.total());
    EXPECT_LE(found.series.size(), asked.limit);
    std::vector<std::int64_t> sums = found.other.points;
    std::int64_t all = found.other.value, in_total = 0;
    for (const stats::OneSeries& one : found.series) {
      all += one.value;
      std::int64_t own = 0;
      for (std::size_t i = 0; i < sums.size(); ++i) {
        sums[i] += one.points[i];
        own += one.points[i];
      }
      EXPECT_EQ(own, one.value);
    }
    EXPECT_EQ(all, found.total.value);
    EXPECT_EQ(sums, found.total.points);
    for (std::size_t i = 0; i < found.starts.size(); ++i) {
      std::int64_t rows = 0;
      for (const Booked& row : costs.rows) {
        const std::int32_t start = start_of(asked.period, stats::day_of(row.time));
        if (naive.counts(row) && start == found.starts[i]) {
          rows += row.quantities[asked.costs.measure];
        }
      }
      EXPECT_EQ(found.total.points[i], rows);
      in_total += rows;
    }
    EXPECT_EQ(in_total, naive.total());
    const stats::HotSpots spots = must(hot_spots(costs.ground, asked.costs, asked.by));
    std::int64_t sum = 0;
    for (const auto& item : spots.items) sum += item.value;
    EXPECT_EQ(sum, naive.total());
    if (!spots.items.empty()) {
      EXPECT_EQ(spots.curve.back().items, spots.items.size());
      EXPECT_EQ(spots.curve.back().value, naive.total());
    }
    const stats::Unread wasted = must(unread(costs.ground, asked.costs));
    EXPECT_EQ(wasted.total, naive.total());
  });
}

}  // namespace
}  // namespace headwater::tests
