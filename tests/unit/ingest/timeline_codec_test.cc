// A timeline that was saved and read back goes on as if nothing had happened.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "ingest/timeline.h"

namespace headwater::ingest {
namespace {

using model::EdgeKind;
using model::EdgeSet;
using model::EdgeSetId;
using model::NodeId;

constexpr Micros kMinute = 60'000'000;

class TimelineCodec : public ::testing::Test {
 protected:
  TimelineCodec() {
    options.misses_to_retire = 3;
    options.dataset_of = [](NodeId id) { return id.value < 100 ? id : NodeId{id.value / 100}; };
    options.state_attribute = model::AttributeNameId{1};
    options.is_gone = [](model::ContentId content) { return content.value == 1; };
    for (std::int64_t id = 1; id <= 12; ++id) sets[id] = random_set();
  }

  std::uint32_t number(std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); }

  std::shared_ptr<const EdgeSet> random_set() {
    EdgeSet set;
    for (std::uint32_t n = 1 + number(4); n > 0; --n) {
      EdgeSet::Entry entry;
      const bool column = number(3) == 0;
      entry.key.kind = column ? EdgeKind::kColumnDirect : EdgeKind::kReads;
      entry.key.src = NodeId{column ? 100 * (1 + number(5)) + number(3) : 1 + number(8)};
      entry.key.dst = NodeId{column ? 100 * (6 + number(3)) + number(3) : 50};
      entry.key.via = NodeId{column ? 50U : 0U};
      set.entries.push_back(entry);
    }
    if (number(2) == 0) set.covered.push_back(NodeId{6 + number(3)});
    set.normalize();
    return std::make_shared<const EdgeSet>(std::move(set));
  }

  Observation next() {
    Observation o;
    time += kMinute * number(20) * (number(200) == 0 ? 5'000 : 1);
    o.at = {time, 0, 0, ++seq};
    const std::uint32_t what = number(12);
    o.type = what < 5   ? ObservationType::kShow
             : what < 9 ? ObservationType::kComplete
                        : static_cast<ObservationType>(3 + number(4));
    o.flags = static_cast<std::int32_t>(number(2) * observation_flags::kIo +
                                        number(2) * observation_flags::kExists);
    o.run = model::RunRow{1 + static_cast<std::int64_t>(seq / 3 + number(3))};
    o.code = model::CodeId{number(10) == 0 ? 2 : 1};
    if (number(4) != 0) {
      o.edge_set = EdgeSetId{1 + static_cast<std::int64_t>(number(12))};
      o.edges = sets[o.edge_set.value];
    }
    if (number(3) == 0) {
      model::Bundle bundle{{model::AttributeNameId{1 + number(3)}, model::ContentId{number(4)}}};
      o.facets = std::make_shared<const model::Bundle>(std::move(bundle));
    }
    return o;
  }

  std::optional<Timeline> decode(const std::string& bytes) {
    return Timeline::decode(bytes, options, [&](EdgeSetId id) { return sets[id.value]; });
  }

  std::mt19937_64 random{7};
  Timeline::Options options;
  std::map<std::int64_t, std::shared_ptr<const EdgeSet>> sets;
  Micros time = 1'790'000'000'000'000;
  std::uint64_t seq = 0;
};

void expect_same(const Timeline::Delta& a, const Timeline::Delta& b, std::uint64_t seq) {
  ASSERT_EQ(a.ended, b.ended) << "at " << seq;
  ASSERT_EQ(a.started, b.started) << "at " << seq;
  ASSERT_EQ(a.attributes_ended, b.attributes_ended) << "at " << seq;
  ASSERT_EQ(a.attributes_started, b.attributes_started) << "at " << seq;
}

TEST_F(TimelineCodec, GoesOnAsIfNothingHadHappened) {
  Timeline kept(options);
  Timeline restored(options);
  std::size_t ended = 0;
  for (int i = 0; i < 20'000 && !HasFatalFailure(); ++i) {
    const Observation o = next();
    Timeline::Delta expected, delta;
    kept.step(o, expected);
    restored.step(o, delta);
    expect_same(expected, delta, seq);
    ended += expected.ended.size();
    if (number(5) != 0) continue;
    auto again = decode(restored.encode());
    ASSERT_TRUE(again) << "at " << seq;
    ASSERT_EQ(again->last(), kept.last());
    ASSERT_EQ(again->live_edges(), kept.live_edges());
    ASSERT_EQ(again->live_attributes(), kept.live_attributes());
    ASSERT_EQ(again->datasets(), kept.datasets());
    restored = std::move(*again);
  }
  EXPECT_GT(ended, 1000u) << "the observations end too little to show anything";
}

TEST_F(TimelineCodec, RefusesWhatIsNotWhole) {
  Timeline timeline(options);
  Timeline::Delta delta;
  for (int i = 0; i < 50; ++i) timeline.step(next(), delta);
  const std::string bytes = timeline.encode();
  ASSERT_TRUE(decode(bytes));
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    EXPECT_FALSE(decode(bytes.substr(0, n))) << n;
    std::string flipped = bytes;
    flipped[n] = static_cast<char>(flipped[n] ^ 4);
    EXPECT_FALSE(decode(flipped)) << n;
  }
  options.misses_to_retire = 5;
  EXPECT_FALSE(decode(bytes)) << "a fold under another rule";
}

}  // namespace
}  // namespace headwater::ingest
