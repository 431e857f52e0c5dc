// Environments against a model that knows, for each partition, what it read and what it would read.
//
// In the model a partition's value is what its last write says; a run of the environment reads the
// environment's writes, or else the warehouse's; a run of the warehouse reads the warehouse's
// alone.
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "planner/branch_history.h"
#include "planner/engine.h"
#include "planner/staleness.h"
#include "tests/support/harness.h"

namespace headwater::planner {
namespace {

using base::Micros;
using tests::must;

constexpr std::int64_t kDays = 6;

class Memory final : public History {
 public:
  std::map<std::pair<std::uint32_t, std::int64_t>, std::vector<Write>> all;
  base::Result<std::vector<Write>> writes(DatasetNo dataset, const Place& place) override {
    std::vector<Write> out = all[{dataset.value, place.index}];
    std::stable_sort(out.begin(), out.end(), [](const Write& a, const Write& b) {
      return std::tie(a.end, a.seq) < std::tie(b.end, b.seq);
    });
    return out;
  }
};

struct Arrow {
  std::uint32_t up, down;
  Mapping mapping;
};

std::shared_ptr<const Space> days() {
  return std::make_shared<const Space>(must(Space::parse(
      R"({"dimensions":[{"name":"day","kind":"integer","start":0,"end":6,"step":1}]})", nullptr)));
}

// One random warehouse, one environment on it.
class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed) {
    count_ = pick(2, 5);
    for (std::uint32_t i = 0; i < count_; ++i) {
      must_do(engine_.set_space(engine_.add_dataset(), days()));
    }
    for (std::uint32_t down = 2; down <= count_; ++down) {
      for (std::uint32_t up = 1; up < down; ++up) {
        if (pick(0, 2) == 0) continue;
        add_arrow(up, down);
      }
    }
    for (std::uint32_t job = 1; job <= count_; ++job) set_code(job, 1);
  }

  void play() {
    for (std::uint32_t step = pick(5, 40); step > 0; --step) {
      now_ += pick(0, 3);
      switch (pick(0, 9)) {
        case 0: set_code(pick(1, count_), pick(1, 3)); break;
        case 1: own_code_[pick(1, count_)] = pick(1, 4); break;
        case 2:
        case 3:
        case 4: write(true); break;
        default: write(false);
      }
    }
  }

  void compare(std::uint64_t seed) {
    BranchHistory history(memory_);
    Engine branch(history, *engine_.state());
    for (const auto& [job, code] : own_code_) branch.set_code(NodeId{job}, CodeId{code});
    for (const Write& write : own_) {
      history.add(write);
      must_do(branch.branch_write(write));
    }
    branch.publish(model::Seq{1});
    const auto found = Staleness::compute(branch.state(), now_ * 1'000'000, {});
    const auto base = Staleness::compute(engine_.state(), now_ * 1'000'000, {});
    for (std::uint32_t dataset = 1; dataset <= count_; ++dataset) {
      for (std::int64_t day = 0; day < kDays; ++day) {
        const std::string where = "seed " + std::to_string(seed) + ", dataset " +
                                  std::to_string(dataset) + ", day " + std::to_string(day);
        check(*found, dataset, day, true, where + ", environment");
        check(*base, dataset, day, false, where + ", warehouse");
      }
    }
  }

 private:
  std::uint32_t pick(std::uint32_t low, std::uint32_t high) {
    return std::uniform_int_distribution<std::uint32_t>(low, high)(random_);
  }
  static void must_do(const base::Result<void>& done) { ASSERT_TRUE(done) << done.error().message; }

  void add_arrow(std::uint32_t up, std::uint32_t down) {
    Mapping mapping;
    const std::uint32_t kind = pick(0, 3);
    if (kind == 1) {
      mapping.kind = MappingKind::kWindow;
      mapping.from = -static_cast<std::int64_t>(pick(0, 3));
    }
    if (kind == 2) mapping.kind = MappingKind::kAll;
    if (kind == 3) mapping.kind = MappingKind::kLast;
    must_do(engine_.set_mapping(DatasetNo{up}, DatasetNo{down}, mapping));
    arrows_.push_back({up, down, mapping});
  }

  void set_code(std::uint32_t job, std::int64_t code) {
    code_[job] = code;
    engine_.set_code(NodeId{job}, CodeId{code});
    engine_.publish(model::Seq{++seq_});
  }

  void write(bool own) {
    const std::uint32_t dataset = pick(1, count_);
    const std::int64_t day = pick(0, kDays - 1);
    const auto code = own && own_code_.contains(dataset) ? own_code_[dataset] : code_[dataset];
    // Few values, so that some come again.
    Write write{DatasetNo{dataset},
                {0, day},
                NodeId{dataset},
                CodeId{code},
                now_ - pick(0, 2),
                now_,
                pick(1, 6),
                model::Seq{++seq_},
                {},
                own};
    if (own) {
      own_.push_back(write);
      return;
    }
    memory_.all[{dataset, day}].push_back(write);
    must_do(engine_.write(write));
    engine_.publish(model::Seq{seq_});
  }

  // The write that stands in the warehouse or the environment, of those that had ended by `at`.
  std::optional<Write> stands(std::uint32_t dataset, std::int64_t day, bool own, Micros at) {
    std::optional<Write> out;
    for (const Write& write : must(memory_.writes(DatasetNo{dataset}, {0, day}))) {
      if (write.end <= at) out = write;
    }
    if (!own) return out;
    for (const Write& write : own_) {
      const bool it = write.dataset.value == dataset && write.place.index == day;
      if (it && write.end <= at) out = write;
    }
    return out;
  }

  std::vector<std::uint64_t> reads(std::uint32_t dataset, std::int64_t day, bool own, Micros at) {
    std::vector<std::uint64_t> out;
    const auto value = [&](std::uint32_t up, std::int64_t i) {
      const auto write = stands(up, i, own, at);
      return write ? write->out : 0;
    };
    for (const Arrow& arrow : arrows_) {
      if (arrow.down != dataset) continue;
      const MappingKind kind = arrow.mapping.kind;
      if (kind == MappingKind::kLast) {
        std::int64_t last = kDays - 1;
        while (last >= 0 && value(arrow.up, last) == 0) --last;
        out.push_back(static_cast<std::uint64_t>(last));
        out.push_back(last < 0 ? 0 : value(arrow.up, last));
        continue;
      }
      const bool all = kind == MappingKind::kAll;
      for (std::int64_t i = all ? 0 : day + arrow.mapping.from; i <= (all ? kDays - 1 : day); ++i) {
        out.push_back(value(arrow.up, i));
      }
    }
    return out;
  }

  void check(const Staleness& found, std::uint32_t dataset, std::int64_t day, bool own,
             const std::string& where) {
    const Verdict verdict = found.verdict(DatasetNo{dataset}, {0, day});
    const auto write = stands(dataset, day, own, INT64_MAX);
    ASSERT_EQ(verdict.presence == Presence::kPresent, write.has_value()) << where;
    if (!write) return;
    const std::int64_t code =
        own && own_code_.contains(dataset) ? own_code_[dataset] : code_[dataset];
    EXPECT_EQ(verdict.code, write->code.value != code) << where;
    const bool moved =
        reads(dataset, day, write->branch, write->start) != reads(dataset, day, own, INT64_MAX);
    EXPECT_EQ(verdict.inputs, moved) << where;
  }

  std::mt19937_64 random_;
  Memory memory_;
  Engine engine_{memory_};
  std::uint32_t count_ = 0;
  std::vector<Arrow> arrows_;
  std::map<std::uint32_t, std::int64_t> code_, own_code_;
  std::vector<Write> own_;
  Micros now_ = 100;
  std::uint64_t seq_ = 0;
};

TEST(Environments, AgreeWithAModelOfWhatEachPartitionRead) {
  const char* const wanted = std::getenv("HW_HISTORIES");
  const int histories = wanted != nullptr ? std::atoi(wanted) : 4'000;
  for (int i = 0; i < histories && !::testing::Test::HasFailure(); ++i) {
    const auto seed = static_cast<std::uint64_t>(i) + 1;
    World world(seed);
    world.play();
    world.compare(seed);
  }
}

}  // namespace
}  // namespace headwater::planner
