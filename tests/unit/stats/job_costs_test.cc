#include "stats/job_costs.h"

#include <map>
#include <memory>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace headwater::stats {
namespace {

struct Row {
  std::uint64_t seq = 0;
  Micros time = 0;
  std::uint32_t job = 0;
  JobCosts::Sums sums;
};

// Against sums over all rows, for every moment at which a table was asked for: older tables stay
// what they were while later ones share parts of them.
TEST(JobCosts, EachTableIsOfItsMomentHoweverManyComeLater) {
  std::mt19937_64 random(20261127);
  const auto pick = [&random](std::uint64_t n) { return random() % n; };
  Ledger ledger;
  JobCosts costs;
  std::vector<Row> rows;
  State state;
  std::vector<std::pair<std::size_t, std::shared_ptr<const JobCosts::Table>>> asked;
  constexpr std::uint32_t kJobs = 5000;  // some chunks of nodes
  for (std::uint64_t seq = 1; seq <= 40; ++seq) {
    for (std::uint64_t i = pick(30); i > 0; --i) {
      Row row{seq, static_cast<Micros>(pick(100)), static_cast<std::uint32_t>(1 + pick(kJobs)), {}};
      row.sums = {static_cast<std::int64_t>(pick(1000)), static_cast<std::int64_t>(pick(1000)),
                  static_cast<std::int64_t>(pick(3) * 1'000'000)};
      rows.push_back(row);
      LedgerRow out{Seq{seq}, row.time, NodeId{row.job}, NodeId{kJobs + 1}, {}};
      out.quantities[model::Measure::kAmount] = row.sums.amount;
      out.quantities[model::Measure::kDurationMs] = row.sums.duration_ms;
      out.quantities[model::Measure::kRuns] = row.sums.runs;
      ledger.append(out);
    }
    ledger.publish();
    state.ledger = ledger.snapshot();
    asked.emplace_back(rows.size(), costs.table(state));
    EXPECT_EQ(costs.table(state), asked.back().second) << "nothing is new";
  }
  const auto expect = [&](const JobCosts::Table& table, const auto& counts) {
    std::map<std::uint32_t, JobCosts::Sums> wanted;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!counts(i)) continue;
      JobCosts::Sums& sums = wanted[rows[i].job];
      sums.amount += rows[i].sums.amount;
      sums.duration_ms += rows[i].sums.duration_ms;
      sums.runs += rows[i].sums.runs;
    }
    for (std::uint32_t job = 0; job <= kJobs + 5000; ++job) {
      const JobCosts::Sums got = table.at(NodeId{job});
      EXPECT_EQ(got.amount, wanted[job].amount) << job;
      EXPECT_EQ(got.duration_ms, wanted[job].duration_ms) << job;
      EXPECT_EQ(got.runs, wanted[job].runs) << job;
    }
  };
  for (std::size_t i = 0; i < asked.size(); i += 7) {
    expect(*asked[i].second, [&, upto = asked[i].first](std::size_t row) { return row < upto; });
  }
  expect(*JobCosts::table_at(state, Seq{20}, 50),
         [&](std::size_t i) { return rows[i].seq <= 20 && rows[i].time <= 50; });
}

}  // namespace
}  // namespace headwater::stats
