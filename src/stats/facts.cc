#include "stats/facts.h"

#include <algorithm>
#include <unordered_map>

#include "stats/flow.h"
#include "stats/radix.h"

namespace headwater::stats {
namespace {

CellQuestion cells_asked(const CostQuestion& question, model::Measure measure) {
  return {measure, question.interval, question.known_at, question.cancelled};
}

// The pair's number among canonical pairs; `sources` gets those that are met.
class Canonical {
 public:
  Canonical(const CostGround& ground, std::vector<Source>& sources)
      : ground_(ground), sources_(sources), of_pair_(ground.state->ledger->pairs(), kUnknown) {
    numbers_.reserve(of_pair_.size());
  }

  std::uint32_t operator()(std::uint32_t pair) {
    if (of_pair_[pair] != kUnknown) return of_pair_[pair];
    const Pair named = ground_.state->ledger->pair(pair);
    const Source source{
        canonical_of(*ground_.graph, named.job), canonical_of(*ground_.graph, named.dataset), {}};
    const std::uint64_t key = std::uint64_t{source.job.value} << 32 | source.dataset.value;
    const auto [at, is_new] = numbers_.emplace(key, static_cast<std::uint32_t>(sources_.size()));
    if (is_new) {
      sources_.push_back(source);
    } else {
      folded_ = true;
    }
    return of_pair_[pair] = at->second;
  }
  bool folded() const { return folded_; }  // two pairs are one now

 private:
  static constexpr std::uint32_t kUnknown = UINT32_MAX;
  const CostGround& ground_;
  std::vector<Source>& sources_;
  std::vector<std::uint32_t> of_pair_;
  std::unordered_map<std::uint64_t, std::uint32_t> numbers_;
  bool folded_ = false;
};

Result<void> booked(const CostGround& ground, const CostQuestion& question, Facts& to) {
  const CellQuestion asked = cells_asked(question, question.measure);
  const LedgerSnapshot& ledger = *ground.state->ledger;
  Canonical canonical(ground, to.sources);
  if (question.view == CostView::kDirect) {
    HW_TRY(CellTable table, table_of(ledger, ground.rollups.get(), to.buckets, asked));
    to.facts = std::move(table.cells);
    to.lines = std::move(table.lines);
  } else {
    HW_TRY(to.facts, cells_of(ledger, ground.rollups.get(), to.buckets, asked));
  }
  for (std::uint32_t pair = 0; to.lines && pair < to.lines->pairs(); ++pair) {
    to.of_pair.push_back(canonical(pair));
  }
  if (to.lines) return {};
  for (Fact& fact : to.facts) fact.number = canonical(fact.number);
  if (canonical.folded()) add_up(to.facts);
  return {};
}

}  // namespace

Present present_in(const Facts& facts, bool exactly) {
  Present out{std::vector<bool>(facts.sources.size()), std::vector<bool>(facts.buckets.size()),
              facts.lines ? facts.lines->most() : facts.facts.size()};
  for (const Fact& fact : facts.facts) {
    out.buckets[fact.bucket] = true;
    out.sources[fact.number] = true;
  }
  if (facts.lines && exactly) {
    std::vector<std::int64_t> bits(facts.buckets.size());
    each_line(
        facts,
        [&](std::uint32_t number, std::span<const std::int64_t> line) {
          out.sources[number] = gather_bits(line.data(), line.size(), bits.data());
        },
        [] { return true; });
    for (std::size_t i = 0; i < bits.size(); ++i) out.buckets[i] = bits[i] != 0;
  } else if (facts.lines) {
    CellLines::Found found = facts.lines->find();
    out.buckets = std::move(found.buckets);
    for (std::size_t pair = 0; pair < found.pairs.size(); ++pair) {
      if (found.pairs[pair]) out.sources[facts.of_pair[pair]] = true;
    }
  }
  return out;
}

void add_up(std::vector<Fact>& facts) {
  std::vector<Keyed<std::uint64_t>> keyed;
  keyed.reserve(facts.size());
  for (const Fact& fact : facts) {
    keyed.push_back({std::uint64_t{fact.bucket} << 32 | fact.number, fact.value});
  }
  sort_and_add(keyed);
  facts.clear();
  for (const auto& [key, value] : keyed) {
    if (value == 0) continue;
    facts.push_back(
        {static_cast<std::uint32_t>(key >> 32), static_cast<std::uint32_t>(key), value});
  }
}

Result<std::vector<std::pair<NodeId, std::int64_t>>> runs_of(const CostGround& ground,
                                                             const CostQuestion& question) {
  HW_TRY(const std::vector<Cell> cells,
         cells_of(*ground.state->ledger, ground.rollups.get(), Buckets{},
                  cells_asked(question, model::Measure::kRuns)));
  std::vector<Keyed<std::uint64_t>> sums;
  for (const Cell& cell : cells) {
    const NodeId job = ground.state->ledger->pair(cell.number).job;
    if (job.value != 0) sums.push_back({canonical_of(*ground.graph, job).value, cell.value});
  }
  sort_and_add(sums);
  std::vector<std::pair<NodeId, std::int64_t>> out;
  for (const auto& [job, runs] : sums)
    out.emplace_back(NodeId{static_cast<std::uint32_t>(job)}, runs);
  return out;
}

Result<Facts> facts_of(const CostGround& ground, const CostQuestion& question,
                       const Wanted& wanted) {
  Facts out;
  const DaySpan days = days_within(*ground.state->ledger, question.interval);
  HW_TRY(out.buckets, Buckets::of(wanted.periods, days.first, days.end));
  HW_CHECK_OK(booked(ground, question, out));
  const bool inherited = question.view == CostView::kInherited;
  if (inherited || wanted.consumers) {
    HW_TRY(out.uses, Uses::of(*ground.state->usage, *ground.graph, question.interval,
                              question.known_at, question.cancelled));
  }
  if (inherited) return hand_down(ground, question, wanted, std::move(out));
  return out;
}

}  // namespace headwater::stats
