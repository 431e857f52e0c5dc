// Random histories through the real pipeline, compared with a naive model.
//
// HW_SEED=n starts at another seed, HW_HISTORIES=n runs another number of histories: with the seed
// of a history that failed and 1, it alone.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "graph/graph_inl.h"
#include "tests/property/naive_group.h"
#include "tests/property/naive_model.h"
#include "tests/property/naive_tables.h"
#include "tests/support/from_env.h"

namespace headwater::tests::naive {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kHistories = 1'200;
#else
constexpr std::uint64_t kHistories = 10'800;
#endif
constexpr std::uint64_t kPerGroup = 300;

class HistoryPipelineTest : public ::testing::Test {
 protected:
  const std::uint64_t seed = from_env("HW_SEED", 20261120);
  const std::uint64_t all = from_env("HW_HISTORIES", kHistories);
  ScratchDir dir;

  template <class Check>
  void for_each_group(std::uint64_t histories, Check&& check) {
    std::printf("HW_SEED=%llu HW_HISTORIES=%llu\n", static_cast<unsigned long long>(seed),
                static_cast<unsigned long long>(histories));
    for (std::uint64_t done = 0; done < histories && !HasFailure(); done += kPerGroup) {
      const std::uint64_t first =
          seed + done / kPerGroup / 2 * kPerGroup * 2 + (done / kPerGroup) % 2;
      const bool settled = first % 2 == 1;
      Group group(first, std::min(kPerGroup, histories - done), settled);
      check(group, settled, done / kPerGroup);
      std::filesystem::remove_all(dir.path(""));
      std::filesystem::create_directory(dir.path(""));
    }
  }
};

// What one history came to in the tables and the graph, against the model.
class Comparison {
 public:
  Comparison(History& history, const Tables& tables, const graph::Graph& graph,
             std::mt19937_64& random)
      : history_(history),
        rows_(tables.of(history.seed % 1'000'000)),
        tables_(tables),
        graph_(graph),
        random_(random),
        model_(history.log, history.names, 3) {}

  void run() {
    if (history_.log.empty()) return;
    at(history_.log.size());
    for (int i = 0; i < 3 && !::testing::Test::HasFailure(); ++i)
      at(1 + random_() % history_.log.size());
  }

 private:
  void at(std::size_t prefix) {
    prefix_ = prefix;
    const std::uint64_t known_at = history_.log[prefix - 1].at.seq;
    picture_ = model_.picture(prefix);
    compare("edges", picture_.edges, rows_.edges_at(known_at, history_.names, tables_));
    compare("attributes", picture_.attributes, rows_.attributes_at(known_at, history_.names));
    for (int i = 0; i < 3 && !::testing::Test::HasFailure(); ++i) {
      const Micros as_of =
          i == 0 ? graph::kLatest : picture_moment(history_.log[random_() % prefix].at.time);
      in_graph(graph_.snapshot({as_of, model::Seq{known_at}}));
    }
  }
  Micros picture_moment(Micros time) { return time - 1 + static_cast<Micros>(random_() % 3); }

  template <class T>
  void compare(const char* what, const std::vector<T>& expected, const std::vector<T>& actual) {
    if (expected == actual) return;
    std::vector<T> missing, extra;
    std::ranges::set_difference(expected, actual, std::back_inserter(missing));
    std::ranges::set_difference(actual, expected, std::back_inserter(extra));
    std::string text;
    for (const T& t : missing) text += "\n  missing " + rows_.text(t, history_.names);
    for (const T& t : extra) text += "\n  extra   " + rows_.text(t, history_.names);
    fail(std::string(what) + " differ:" + text);
  }
  void fail(const std::string& what) {
    std::string text;
    for (std::size_t i = 0; i < prefix_; ++i) {
      text +=
          "\n" + std::to_string(history_.log[i].at.seq) + " " + history_.texts[history_.logged[i]];
    }
    ADD_FAILURE() << "history HW_SEED=" << history_.seed << " HW_HISTORIES=1 after " << prefix_
                  << " records: " << what << text;
  }

  void in_graph(const graph::Snapshot& snapshot) {
    const Micros as_of = snapshot.moment().as_of;
    std::set<Key> expected;
    for (const Interval& e : picture_.edges) {
      const bool holds =
          as_of == graph::kLatest ? e.to == model::kOpenEnd : e.from <= as_of && as_of < e.to;
      if (holds) expected.insert(e.key);
    }
    std::set<Key> down, up;
    for (const auto& [id, node] : rows_.nodes) {
      if (id > snapshot.node_count()) continue;
      const int is = history_.names.id(node);
      const int canonical =
          history_.names.id(rows_.nodes.at(snapshot.canonical(model::NodeId{id}).value));
      const auto known = static_cast<std::size_t>(is);
      if (known < picture_.canonical.size() && picture_.canonical[known] != canonical) {
        fail("canonical name of " + end_text(node));
      }
      collect(snapshot, id, graph::Direction::kDownstream, down);
      collect(snapshot, id, graph::Direction::kUpstream, up);
    }
    if (down != expected) fail("edges of the graph differ as of " + std::to_string(as_of));
    if (up != down) fail("the graph's two directions differ");
    if (!::testing::Test::HasFailure()) reach_from_somewhere(snapshot, expected);
  }
  void collect(const graph::Snapshot& snapshot, std::uint32_t id, graph::Direction direction,
               std::set<Key>& out) {
    snapshot.for_each(
        model::NodeId{id}, direction, ~model::EdgeKinds{0}, [&](const graph::Neighbor& n) {
          const graph::EdgeInfo e = snapshot.edge(n.edge);
          out.insert(rows_.key(e.kind, e.src, e.dst, e.via, e.detail, history_.names, tables_));
          return true;
        });
  }

  void reach_from_somewhere(const graph::Snapshot& snapshot, const std::set<Key>& edges) {
    std::vector<std::uint32_t> starts;
    for (const auto& [id, node] : rows_.nodes) {
      const bool known = id <= snapshot.node_count();
      if (known && snapshot.canonical(model::NodeId{id}).value == id) starts.push_back(id);
    }
    if (starts.empty()) return;
    const model::NodeId start{starts[random_() % starts.size()]};
    const int from = history_.names.id(rows_.nodes.at(start.value));
    for (const auto direction : {graph::Direction::kDownstream, graph::Direction::kUpstream}) {
      const bool down = direction == graph::Direction::kDownstream;
      graph::ReachOptions options;
      options.direction = direction;
      std::set<int> reached;
      for (const auto& r : graph::reach(snapshot, std::span(&start, 1), options).nodes) {
        reached.insert(history_.names.id(rows_.nodes.at(r.node.value)));
      }
      if (reached != naive_reach(edges, from, down, true)) fail("reach differs");
      std::vector<std::uint64_t> bitmap;
      graph::closure(snapshot, std::span(&start, 1), direction, model::kTableLineage, bitmap);
      std::set<int> closed;
      for (const auto& [id, node] : rows_.nodes) {
        const bool set = id / 64 < bitmap.size() && (bitmap[id / 64] >> (id % 64) & 1) != 0;
        if (set) closed.insert(history_.names.id(node));
      }
      if (closed != naive_reach(edges, from, down, false)) fail("closure differs");
    }
  }
  // `scoped`: a scoped output counts only at the end of the path that is its job.
  static std::set<int> naive_reach(const std::set<Key>& edges, int from, bool down, bool scoped) {
    std::set<int> crossed{from}, reported{from};
    for (bool changed = true; changed;) {
      changed = false;
      for (const Key& key : edges) {
        const auto kind = static_cast<model::EdgeKind>(key[kKind]);
        if ((model::mask(kind) & model::kTableLineage) == 0) continue;
        const int near = down ? key[kSrc] : key[kDst], far = down ? key[kDst] : key[kSrc];
        if (!crossed.contains(near)) continue;
        const bool last = scoped && kind == model::EdgeKind::kWritesScoped;
        if (last && down && near != from) continue;
        changed |= reported.insert(far).second;
        if (!last || down) changed |= crossed.insert(far).second;
      }
    }
    return reported;
  }

  History& history_;
  const Rows& rows_;
  const Tables& tables_;
  const graph::Graph& graph_;
  std::mt19937_64& random_;
  Model model_;
  Picture picture_;
  std::size_t prefix_ = 0;
};

const auto kNoNote = [](std::size_t, std::size_t, std::uint64_t) {};

// In order, with reopens on the way: from the snapshot or without it, and with folds kept at
// another distance from their tips. Every third time there is none.
void send_and_note(Group& group, const Order& order, const std::string& path,
                   std::unique_ptr<Harness>& harness) {
  const auto note = [&](std::size_t h, std::size_t i, std::uint64_t seq) {
    group.histories[h].record(i, seq);
  };
  const auto part = [&](std::size_t from, std::size_t to) {
    const auto begin = order.begin();
    send(group,
         Order(begin + static_cast<std::ptrdiff_t>(from), begin + static_cast<std::ptrdiff_t>(to)),
         48, *harness, note);
  };
  harness = std::make_unique<Harness>(path);
  const std::size_t reopens = group.random() % 3 == 0 ? 0 : 1 + group.random() % 4;
  std::size_t at = 0;
  for (std::size_t i = 0; i < reopens; ++i) {
    const std::size_t next = at + group.random() % (order.size() + 1 - at);
    part(std::exchange(at, next), next);
    harness.reset();
    if (group.random() % 2 == 0) std::filesystem::remove(path + "/graph.snapshot");
    const std::size_t window = 1 + group.random() % 4;
    harness = std::make_unique<Harness>(path, Harness::small_windows(window));
  }
  part(at, order.size());
}

void expect_equal(const std::vector<ingest::ViewDigest>& expected,
                  const std::vector<ingest::ViewDigest>& actual, const std::string& what) {
  ASSERT_EQ(expected.size(), actual.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(actual[i], expected[i]) << what << ": " << expected[i].view << ", " << actual[i].rows
                                      << " rows, " << expected[i].rows << " expected";
  }
}

TEST_F(HistoryPipelineTest, AgreesWithTheNaiveModelAtEveryMoment) {
  for_each_group(all, [&](Group& group, bool, std::uint64_t) {
    std::unique_ptr<Harness> harness;
    send_and_note(group, group.in_order(), dir.path("a"), harness);
    const Tables tables = read_tables(harness->store());
    for (History& history : group.histories) {
      Comparison(history, tables, harness->graph(), group.random).run();
      if (HasFailure()) return;
    }
  });
}

TEST_F(HistoryPipelineTest, DependsNeitherOnArrivalNorOnBatchesNorOnRestarts) {
  const std::uint64_t some = all == 1 ? 1 : all / 5;
  for_each_group(some, [&](Group& group, bool settled, std::uint64_t index) {
    std::unique_ptr<Harness> harness;
    const Order order = group.in_order();
    send_and_note(group, order, dir.path("a"), harness);
    {
      Harness other(dir.path("b"));
      send(group, order, index % 2 == 0 ? 1 : 1000, other, kNoNote);
      expect_equal(must(ingest::digests(harness->store(), true)),
                   must(ingest::digests(other.store(), true)),
                   "other batches, HW_SEED=" + std::to_string(group.histories[0].seed));
    }
    if (settled) {
      Harness other(dir.path("c"));
      send(group, group.shuffled(), 32, other, kNoNote);
      expect_equal(must(ingest::digests(harness->store(), false)),
                   must(ingest::digests(other.store(), false)),
                   "shuffled, HW_SEED=" + std::to_string(group.histories[0].seed));
    }
  });
}

// The store's own check refuses a version that begins and ends at one moment, or in one record. The
// rules make such versions: what is written and dropped by one event holds at no moment.
bool empty_interval(const storage::CheckFinding& finding) {
  const auto mark = finding.what.find(" is not before ");
  if (mark == std::string::npos) return false;
  const auto from = finding.what.substr(0, mark), to = finding.what.substr(mark);
  return from.substr(from.rfind(' ')) == to.substr(to.rfind(' '));
}

TEST_F(HistoryPipelineTest, CheckIsClean) {
  for (std::uint64_t i = 0; i < 6; ++i) {
    Group group(seed + 7 * i, 30, false);
    Harness harness(dir.path(std::to_string(i)));
    send(group, group.in_order(), 48, harness, kNoNote);
    for (const auto& finding :
         must(ingest::check(harness.store(), harness.options(), [](double) {}))) {
      if (!empty_interval(finding)) ADD_FAILURE() << finding.where << ": " << finding.what;
    }
  }
}

}  // namespace
}  // namespace headwater::tests::naive
