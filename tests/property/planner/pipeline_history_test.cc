// Random runs, as OpenLineage events through the whole pipeline, against what the rules say of what
// has arrived: out of order, twice, in batches of any size, with transactions that fail, restarts,
// spaces and mappings declared and withdrawn, decisions and their revocation, and a replay.
//
// HW_SEED=n starts at another seed, HW_HISTORIES=n runs another number of histories: with the seed
// of a history that failed and 1, it alone.
#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "planner/engine.h"
#include "tests/property/planner/pipeline_world.h"
#include "tests/property/planner/scenario.h"
#include "tests/property/planner/verdict_check.h"
#include "tests/support/from_env.h"

namespace headwater::tests::partitions {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kHistories = 60;
#else
constexpr std::uint64_t kHistories = 600;
#endif

struct Came {
  std::uint64_t events = 0, decisions = 0, restarts = 0, failures = 0, replays = 0;
};

class PipelineHistory {
 public:
  PipelineHistory(std::uint64_t seed, Met& met, Came& came)
      : random_(seed), met_(met), came_(came), world_("ns" + std::to_string(seed % 7)) {}

  void run() {
    build();
    const std::uint64_t runs = 4 + random_.pick(14);
    for (std::uint64_t i = 0; i < runs; ++i) add_run(static_cast<int>(i));
    for (int steps = 0; !waiting_.empty() && !testing::Test::HasFailure(); ++steps) {
      step();
      if (random_.chance(12)) check();
    }
    check();
    if (random_.chance(40)) check_other(*loaded_again());
    if (random_.chance(20)) check_replay();
  }

 private:
  // ---- what there is ---------------------------------------------------------------------------

  void build() {
    do {
      now_ = random_anchor(random_);
    } while (now_ < 100 * kDay);
    datasets_ = static_cast<int>(random_.between(2, 5));
    std::string names;
    for (int i = 0; i < datasets_; ++i) {
      names += (i == 0 ? "{" : ",{") + world_.text().dataset_json(i) + "}";
    }
    ASSERT_TRUE(world_.send_raw(
        R"({"eventTime":"2010-01-01T00:00:00Z","producer":"https://example.com",)"
        R"("schemaURL":"https://example.com/s.json","job":{)" +
        world_.text().job_json(99) + R"(},"inputs":[],"outputs":[)" + names + "]}"));
    for (int i = 0; i < datasets_; ++i) {
      SpaceSpec spec;
      do {
        spec = random_spec(random_, now_);
      } while (spec.kind == SpaceSpec::Kind::kNone);
      const bool learned = spec.kind != SpaceSpec::Kind::kInteger && random_.chance(40);
      if (learned) spec.zone = "UTC";
      specs_.push_back(spec);
      if (!learned && random_.chance(90)) put_space(i);
    }
    for (int down = 0; down < datasets_; ++down) {
      for (int up = 0; up <= down; ++up) {
        if (random_.chance(up == down ? 8 : 30)) put_mapping(up, down);
      }
    }
  }

  static std::string named(const std::string& member, const std::string& name) {
    return "\"" + member + "\":{" + name + "}";
  }

  void put_space(int dataset) {
    const SpaceSpec& spec = specs_[static_cast<std::size_t>(dataset)];
    decide(R"({"decision":"planner.put_space","author":"test",)" +
           named("dataset", world_.text().dataset_json(dataset)) + R"(,"space":)" + spec.json() +
           "}");
  }

  std::optional<model::Seq> decide(const std::string& json) {
    ++came_.decisions;
    return world_.decide(json);
  }

  void put_mapping(int up, int down) {
    std::string mapping = "null";
    if (random_.chance(85)) mapping = mapping_text(up, down);
    decide(R"({"decision":"planner.put_mapping","author":"test",)" +
           named("upstream", world_.text().dataset_json(up)) + "," +
           named("downstream", world_.text().dataset_json(down)) + R"(,"mapping":)" + mapping +
           "}");
  }

  std::string mapping_text(int up, int down) {
    const auto spaces = [&](int dataset) {
      return must(planner::Space::parse(specs_[static_cast<std::size_t>(dataset)].json(), nullptr));
    };
    planner::Mapping mapping = random_mapping(random_, spaces(up), spaces(down), {{}}, {{}});
    if (up == down) {
      mapping.kind = planner::MappingKind::kWindow;
      mapping.to = random_.between(-3, 0);
      mapping.from = mapping.to - random_.between(0, 2);
    }
    std::string out = R"({"kind":")" + std::string(planner::to_string(mapping.kind)) + "\"";
    if (mapping.kind == planner::MappingKind::kWindow ||
        mapping.kind == planner::MappingKind::kRollup ||
        mapping.kind == planner::MappingKind::kFanOut) {
      out +=
          R"(,"from":)" + std::to_string(mapping.from) + R"(,"to":)" + std::to_string(mapping.to);
    }
    if (mapping.kind == planner::MappingKind::kExplicit) {
      out += R"(,"pairs":[)";
      for (int i = 0; i < 4; ++i) {
        out += (i == 0 ? "" : ",") + std::string(R"({"downstream":")") + key_text(down) +
               R"(","upstream":")" + key_text(up) + "\"}";
      }
      out += "]";
    }
    const char* const lanes[] = {"matched", "same", "all"};
    if (random_.chance(40)) out += R"(,"lanes":")" + std::string(random_.one_of(lanes)) + "\"";
    return out + "}";
  }

  // ---- partitions ------------------------------------------------------------------------------

  planner::KeyParts key(int dataset, std::optional<Micros> around = std::nullopt) {
    const SpaceSpec& spec = specs_[static_cast<std::size_t>(dataset)];
    planner::KeyParts out;
    if (spec.kind == SpaceSpec::Kind::kTime) {
      const auto calendar =
          must(planner::Calendar::create(*planner::granularity_of(spec.granularity), spec.zone));
      const std::int64_t last = calendar.index_of(around.value_or(now_));
      const std::int64_t few = around ? 1 : spec.granularity == "hour" ? 8 : 4;
      out["date"] = calendar.key_of(random_.between(last - few, last + (around ? 1 : 0)));
    }
    if (!spec.keys.empty()) {
      const char* const all[] = {"eu", "us", "apac", "mena"};
      out["region"] = random_.chance(90) ? random_.one_of(spec.keys) : random_.one_of(all);
    }
    if (spec.buckets != 0) {
      out["bucket"] = std::to_string(random_.between(spec.buckets < 0 ? -1 : 0, 3));
    }
    return out;
  }

  std::string key_text(int dataset) {
    std::string out;
    for (const auto& [name, value] : key(dataset)) {
      out += (out.empty() ? "" : ",") + name + "=" + value;
    }
    return out;
  }

  // ---- runs ------------------------------------------------------------------------------------

  Micros unique(Micros time) { return time + ++ticks_; }

  // The events of a run, some of which say less than others, and when each arrives.
  void add_run(int number) {
    SaidEvent event;
    event.run = "run-" + std::to_string(number);
    event.job = static_cast<int>(random_.pick(static_cast<std::uint64_t>(datasets_)));
    event.form = static_cast<int>(random_.pick(3));
    const Micros start = now_ + random_.between(0, 40) * 5 * kMinute;
    std::set<Part> wrote, read;
    const Micros of = now_ - random_.between(0, 3) * kDay;
    for (std::int64_t n = random_.between(1, 3); n-- > 0;) {
      const int dataset = random_.chance(92) ? event.job : pick_dataset();
      wrote.insert({dataset, key(dataset, random_.chance(60) ? std::optional(of) : std::nullopt),
                    random_.chance(50) ? "v" + std::to_string(random_.pick(3)) : ""});
    }
    for (std::int64_t n = random_.between(0, 2); n-- > 0;) {
      const int dataset = static_cast<int>(random_.pick(static_cast<std::uint64_t>(event.job + 1)));
      read.insert({dataset, key(dataset, of), ""});
    }
    const std::string code = random_.chance(85) ? "c" + std::to_string(random_.pick(3)) : "";
    const std::vector<Part> outputs(wrote.begin(), wrote.end()), inputs(read.begin(), read.end());
    const auto say = [&](const std::string& type, Micros time, std::uint64_t percent) {
      event.type = type;
      event.time = unique(time);
      event.code = random_.chance(80) ? code : "";
      event.outputs = random_.chance(percent) ? outputs : std::vector<Part>();
      if (type == "START") {
        for (Part& part : event.outputs) part.version.clear();
      }
      event.inputs = random_.chance(percent) ? inputs : std::vector<Part>();
      const Micros late = random_.chance(75) ? 0 : random_.between(0, 60) * 5 * kMinute;
      waiting_.emplace(event.time + late, event);
    };
    if (random_.chance(85)) say("START", start, 60);
    if (random_.chance(10)) say("RUNNING", start + kMinute, 50);
    if (random_.chance(10)) return;  // it never ends
    const Micros end = start + random_.between(0, 12) * 5 * kMinute;
    const char* const ends[] = {"COMPLETE", "COMPLETE", "COMPLETE", "COMPLETE", "FAIL", "ABORT"};
    say(random_.one_of(ends), end, 90);
    if (random_.chance(8)) say(random_.one_of(ends), end + random_.between(-2, 2) * kMinute, 60);
  }

  int pick_dataset() {
    return static_cast<int>(random_.pick(static_cast<std::uint64_t>(datasets_)));
  }

  // ---- steps -----------------------------------------------------------------------------------

  void step() {
    const std::uint64_t what = random_.pick(100);
    if (what < 70) return send_some();
    if (what < 76) return put_mapping(pick_dataset(), pick_dataset());
    if (what < 81) return change_space();
    if (what < 90) return decide_some();
    if (what < 93) return revoke_some();
    if (what < 97) return restart();
    if (!world_.arrived().empty()) {  // told twice
      auto all = world_.arrived();
      world_.send({random_.one_of(all)});
    }
  }

  void send_some() {
    std::vector<SaidEvent> batch;
    for (std::int64_t n = random_.between(1, random_.chance(20) ? 8 : 2); n-- > 0;) {
      if (waiting_.empty()) break;
      auto at = waiting_.begin();
      if (random_.chance(20))
        std::advance(at, random_.pick(std::min<std::size_t>(4, waiting_.size())));
      batch.push_back(at->second);
      waiting_.erase(at);
    }
    came_.events += batch.size();
    if (random_.chance(6)) {
      const int record = static_cast<int>(1 + random_.pick(batch.size()));
      EXPECT_FALSE(world_.send(batch, record));
      ++came_.failures;
      if (random_.chance(50)) check();
    }
    EXPECT_TRUE(world_.send(batch));
  }

  void restart() {
    world_.restart();
    ++came_.restarts;
  }

  void change_space() {
    const int dataset = pick_dataset();
    SpaceSpec& spec = specs_[static_cast<std::size_t>(dataset)];
    if (random_.chance(20)) {
      decide(R"({"decision":"planner.put_space","author":"test",)" +
             named("dataset", world_.text().dataset_json(dataset)) + R"(,"space":null})");
      return;
    }
    spec = changed(spec, random_);
    put_space(dataset);
  }

  void decide_some() {
    auto reader = must(world_.store().reader());
    const auto rows =
        must(reader.planner_documents(static_cast<std::int32_t>(planner::DocumentKind::kChange)));
    if (rows.empty()) return;
    const auto& row = random_.one_of(rows);
    Decided decided;
    decided.change = planner::decode_change(row.body);
    decided.what.change_a = row.a;
    decided.what.change_b = row.b;
    const char* const verdicts[] = {"immaterial", "immaterial", "material", "forward_only",
                                    "defer"};
    const std::string verdict = random_.one_of(verdicts);
    decided.what.decided = *planner::decided(verdict);
    std::string json = R"({"decision":"planner.decide","author":"test","change":)" +
                       std::to_string(row.a) + R"(,"part":)" + std::to_string(row.b) +
                       R"(,"verdict":")" + verdict + "\"";
    if (decided.what.decided == planner::Decided::kDefer && random_.chance(70)) {
      decided.what.until = now_ + random_.between(-20, 40) * kHour;
      json += R"(,"until":")" + model::format_time(decided.what.until) + "\"";
    }
    const bool forward = decided.what.decided == planner::Decided::kForwardOnly;
    const planner::State& state = *world_.planner().state();
    if (forward || random_.chance(40)) {
      const int dataset = pick_dataset();
      decided.what.dataset = world_.number(dataset);
      if (!decided.what.dataset) return;
      const planner::Space& space = *state.segment(decided.what.dataset).space;
      json += "," + named("dataset", world_.text().dataset_json(dataset));
      for (const char* end : {"first", "last", "from"}) {
        if (forward != (std::string(end) == "from") || (!forward && random_.chance(40))) continue;
        const std::string text = key_text(dataset);
        const auto place = space.parse_text(text);
        if (!place) return;
        json += ",\"" + std::string(end) + "\":\"" + text + "\"";
        (std::string(end) == "first" ? decided.what.first : decided.what.last) =
            forward ? place->index - 1 : place->index;
      }
    }
    const auto seq = decide(json + "}");
    if (!seq) return;
    decided.seq = static_cast<std::int64_t>(seq->value);
    world_.decided(std::move(decided));
  }

  void revoke_some() {
    if (world_.decisions().empty()) return;
    Decided& decided = random_.one_of(world_.decisions());
    const auto seq = decide(R"({"decision":"planner.revoke","author":"test","revokes":)" +
                            std::to_string(decided.seq) + "}");
    EXPECT_EQ(seq.has_value(), !decided.what.revoked);
    if (seq) decided.what.revoked = *seq;
  }

  // ---- comparison ------------------------------------------------------------------------------

  void check() { check_other(*world_.planner().state()); }

  std::shared_ptr<const planner::State> loaded_again() {
    auto again = std::make_shared<planner::Planner>();
    const TempDir dir;
    must_do(world_.store().backup(dir.path("c"), [](double) {}));  // the store has a writer
    storage::StoreOptions options;
    options.directory = dir.path("c");
    const auto copy = must(storage::Store::open(options));
    must(planner::make_view(*copy, again));
    return again->state();
  }

  void check_other(const planner::State& state) {
    auto reader = must(world_.store().reader());
    compare(reader, state);
  }

  void compare(storage::Reader& reader, const planner::State& state) {
    const Known known = world_.known(reader, state);
    planner::StoredHistory history(reader, model::kNeverSeq);
    for (const auto& [at, writes] : known.writes) {
      const auto stored = must(history.writes(at.dataset, at.place));
      ASSERT_EQ(stored.size(), writes.size()) << told(at);
      for (std::size_t i = 0; i < writes.size(); ++i) {
        Write like = stored[i];
        like.out = writes[i].out;
        ASSERT_TRUE(like == writes[i])
            << told(at) << " write " << i << ": seq " << stored[i].seq.value << " for "
            << writes[i].seq.value << ", code " << stored[i].code.value << " for "
            << writes[i].code.value << ", start " << stored[i].start << " for " << writes[i].start
            << ", end " << stored[i].end << " for " << writes[i].end;
      }
    }
    check_mappings(state);
    const Micros now = now_ + random_.between(-20, 60) * kHour;
    const auto held = std::shared_ptr<const planner::State>(&state, [](const auto*) {});
    met_.before.reset();  // of a state that may be gone
    VerdictCheck(held, known, now, random_, met_, &history).run();
  }

  // What is in force is what the documents say; what is declared and fits is in force.
  void check_mappings(const planner::State& state) {
    auto reader = must(world_.store().reader());
    std::size_t in_force = 0, edges = 0;
    for (const auto& row : must(reader.planner_documents(
             static_cast<std::int32_t>(planner::DocumentKind::kMapping)))) {
      const planner::MappingDocument document = planner::decode_mapping(row.body);
      in_force += document.in_force ? 1 : 0;
      const DatasetNo up{static_cast<std::uint32_t>(row.a)},
          down{static_cast<std::uint32_t>(row.b)};
      for (const planner::Edge& edge : state.segment(down).in) {
        if (edge.upstream == up) {
          const auto said = planner::Reads::create(document.mapping, *state.segment(up).space,
                                                   *state.segment(down).space);
          ASSERT_TRUE(said && edge.reads->mapping() == said->mapping());  // pairs in order
        }
      }
      if (!document.declared || document.in_force) continue;
      planner::StoredHistory history(reader, model::kNeverSeq);
      planner::Engine engine(history, state);
      ASSERT_FALSE(engine.try_mapping(up, down, document.mapping))
          << "a declared mapping that fits is out of force";
    }
    for (std::uint32_t n = 1; n <= state.dataset_count(); ++n) {
      edges += state.segment(DatasetNo{n}).in.size();
    }
    ASSERT_EQ(edges, in_force);
  }

  // From the log alone.
  void check_replay() {
    ++came_.replays;
    auto again = std::make_shared<planner::Planner>();
    const TempDir dir;
    must_do(ingest::rebuild(world_.store(), dir.path("b"), PipelineWorld::options(again), {}));
    {
      storage::StoreOptions options;
      options.directory = dir.path("b");
      options.sync_full = false;
      const auto copy = must(storage::Store::open(options));
      ASSERT_TRUE(must(ingest::digests(world_.store(), true)) ==
                  must(ingest::digests(*copy, true)));
      auto reader = must(copy->reader());
      compare(reader, *again->state());
    }
    const auto findings = must(ingest::check(world_.store(), PipelineWorld::options(nullptr), {}));
    for (const auto& finding : findings) ADD_FAILURE() << finding.where << ": " << finding.what;
  }

  static void must_do(const base::Result<void>& done) {
    if (!done) ADD_FAILURE() << done.error().message << " | " << done.error().detail;
  }

  Random random_;
  Met& met_;
  Came& came_;
  PipelineWorld world_;
  Micros now_ = 0;
  int datasets_ = 0;
  Micros ticks_ = 0;
  std::vector<SpaceSpec> specs_;
  std::multimap<Micros, SaidEvent> waiting_;  // by arrival
};

TEST(PipelineHistoryTest, VerdictsAreThoseOfTheRules) {
  const std::uint64_t first = from_env("HW_SEED", 20261101);
  const std::uint64_t count = from_env("HW_HISTORIES", kHistories);
  std::printf("HW_SEED=%llu HW_HISTORIES=%llu\n", static_cast<unsigned long long>(first),
              static_cast<unsigned long long>(count));
  Met met;
  Came came;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    PipelineHistory(seed, met, came).run();
    if (HasFailure()) FAIL() << "repeat with HW_SEED=" << seed << " HW_HISTORIES=1";
  }
  std::printf("%s checks of %s partitions: %s\n", std::to_string(met.checks).c_str(),
              std::to_string(met.partitions).c_str(), counted(met.counts).c_str());
  std::printf("%s events, %s decisions, %s restarts, %s failed transactions, %s replays\n",
              std::to_string(came.events).c_str(), std::to_string(came.decisions).c_str(),
              std::to_string(came.restarts).c_str(), std::to_string(came.failures).c_str(),
              std::to_string(came.replays).c_str());
}

}  // namespace
}  // namespace headwater::tests::partitions
