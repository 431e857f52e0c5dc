// Popularity of 400,000 datasets: kept up report by report, against counting all of it again.
//
//   popularity_bench
//
// The floor of a refresh is one pass over all rows of use, which is the least that counting again
// takes. CPU time, medians of 21.
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include "bench/ingest_run.h"
#include "stats/popularity.h"

namespace headwater::bench {
namespace {

constexpr std::uint32_t kDatasets = 400'000;
constexpr std::size_t kRows = 4'000'000, kRounds = 21;
constexpr std::int32_t kToday = 20'000;

stats::UsageRow row(std::mt19937_64& random, std::size_t number, std::int32_t day) {
  const auto dataset = static_cast<std::uint32_t>(1 + random() % kDatasets);
  return {model::Seq{number},
          model::NodeId{dataset},
          model::NodeId{kDatasets + 1},
          day,
          0,
          1 + static_cast<std::int64_t>(random() % 20)};
}

int run() {
  std::mt19937_64 random(20261001);
  stats::UsageBook book;
  for (std::size_t i = 0; i < kRows; ++i) {
    book.append(row(random, i + 1, kToday - static_cast<std::int32_t>(random() % 40)));
  }
  book.publish();
  stats::State state;
  stats::Popularity popularity;
  std::int32_t today = kToday;
  const auto ask = [&] {
    state.usage = book.snapshot();
    const stats::Popularity::Moment moment{state, today, [](model::NodeId node) { return node; },
                                           false};
    const Stopwatch watch;
    const auto page = popularity.page(moment, std::nullopt, 100);
    if (page.size() != 100) std::exit(1);
    return watch.stop().cpu_seconds;
  };
  const double first = ask();
  std::vector<double> one, thousand, day, floors;
  for (std::size_t round = 0; round < kRounds; ++round) {
    book.append(row(random, kRows, today));
    book.publish();
    one.push_back(ask());
    for (int i = 0; i < 1000; ++i) book.append(row(random, kRows, today));
    book.publish();
    thousand.push_back(ask());
    ++today;
    day.push_back(ask());
    const Stopwatch watch;
    std::int64_t sum = 0;
    for (std::size_t b = 0; b < state.usage->blocks(); ++b) {
      for (std::size_t i = 0; i < state.usage->size_of(b); ++i) {
        if (state.usage->block(b)[i].day > today - 30) sum += state.usage->block(b)[i].count;
      }
    }
    floors.push_back(watch.stop().cpu_seconds);
    if (sum < 0) return 1;
  }
  std::printf("first answer, all counted        %10.3f ms\n", 1e3 * first);
  std::printf("one pass over all rows           %10.3f ms\n", 1e3 * median(floors));
  std::printf("first hundred after one report   %10.3f ms\n", 1e3 * median(one));
  std::printf("after a thousand reports         %10.3f ms\n", 1e3 * median(thousand));
  std::printf("after midnight: another window   %10.3f ms\n", 1e3 * median(day));
  return 0;
}

}  // namespace
}  // namespace headwater::bench

int main() { return headwater::bench::run(); }
