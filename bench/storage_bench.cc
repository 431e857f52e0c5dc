// What the store costs over SQLite itself: the same rows through Writer and through bare sqlite3
// calls, in turn, in one process. `of_floor` is the floor's time by the store's: 1 costs nothing.

#include <benchmark/benchmark.h>
#include <sqlite3.h>
#include <unistd.h>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "storage/storage.h"

namespace {

using namespace headwater;
using storage::Packed;
using storage::Seq;
using storage::Store;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kEvents = 512;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

template <class T>
T must(base::Result<T> result) {
  if (!result) std::abort();
  return std::move(result).value();
}
void must(const base::Result<void>& result) {
  if (!result) std::abort();
}
void must(int code) {
  if (code != SQLITE_OK && code != SQLITE_DONE) std::abort();
}

class Scratch {
 public:
  explicit Scratch(const char* name)
      : path_(std::filesystem::temp_directory_path() /
              ("headwater_bench_" + std::to_string(::getpid()) + "_" + name)) {
    std::filesystem::remove_all(path_);
  }
  ~Scratch() { std::filesystem::remove_all(path_); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

std::string event_body(std::uint64_t i) {
  const std::string n = std::to_string(i * 2654435761u);
  return R"({"eventType":"COMPLETE","eventTime":"2026-01-02T03:04:05.)" + n.substr(0, 3) +
         R"(Z","run":{"runId":"0190-)" + n + R"(","facets":{"parent":{"run":{"runId":")" + n +
         R"("},"job":{"namespace":"warehouse","name":"nightly"}}}},"job":{"namespace":"warehouse")"
         R"(,"name":"orders_)" +
         std::to_string(i % 97) + R"("},"inputs":[{"namespace":"s3://lake","name":"raw/orders_)" +
         std::to_string(i % 31) +
         R"("}],"outputs":[{"namespace":"s3://lake","name":"clean/orders"}],"producer":"https://)"
         R"(example.com/producer","schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json"})";
}

// Everything that one event writes, decided beforehand, so that both sides only write.
struct Rows {
  std::uint64_t seq = 0;
  base::Hash128 hash;
  Packed body;
  storage::ObservationRow observation;
  storage::RunInfo run;
  storage::EdgeRow edge;  // every fourth event
  Packed content;         // every second event
};

Rows rows_of(std::uint64_t seq, const Store& store) {
  Rows rows;
  rows.seq = seq;
  const std::string body = event_body(seq);
  rows.hash = base::hash128(body);
  rows.body = store.pack(body);
  rows.content = store.pack(body.substr(100, 200));
  const auto job = static_cast<std::uint32_t>(1 + seq % 97);
  const auto run = static_cast<std::int64_t>((seq + 1) / 2);  // START and COMPLETE
  rows.observation.owner = {job};
  rows.observation.time = static_cast<std::int64_t>(seq) * 1000;
  rows.observation.seq = Seq{seq};
  rows.observation.run = {run};
  rows.run.id = {run};
  rows.run.run_id = "0190f2d1-7c3a-7000-8000-" + std::to_string(run * 7919);
  rows.run.job = {job};
  rows.run.job.value = static_cast<std::uint32_t>(1 + run % 97);
  rows.run.state = seq % 2 == 0 ? storage::RunState::kCompleted : storage::RunState::kRunning;
  rows.run.first_time = run * 2000;
  rows.run.recorded = Seq{static_cast<std::uint64_t>(2 * run - 1)};
  rows.run.updated = Seq{seq};
  rows.run.merge = std::string(40, 'm');
  rows.edge.id = {static_cast<std::uint32_t>(seq)};
  rows.edge.owner = {job};
  rows.edge.recorded_from = Seq{seq};
  return rows;
}

std::vector<Rows> batch_after(std::uint64_t last, const Store& store) {
  std::vector<Rows> out;
  for (std::uint64_t i = 1; i <= kEvents; ++i) out.push_back(rows_of(last + i, store));
  return out;
}

void write_with_store(Store& store, const std::vector<Rows>& batch) {
  storage::Writer& w = store.writer();
  must(w.begin());
  for (const Rows& r : batch) {
    if (must(w.reader().find_event(r.hash))) std::abort();
    must(w.append_log(Seq{r.seq}, storage::RecordKind::kEvent, 1, 2, r.hash, r.body));
    must(w.insert_observation(r.observation));
    must(w.upsert_run(r.run));
    if (r.seq % 2 == 0) {
      must(w.insert_content({static_cast<std::int64_t>(r.seq)}, r.hash, r.content));
    }
    if (r.seq % 4 == 0) must(w.insert_edge(r.edge));
  }
  must(w.commit());
}

// The same statements, written out, on a database of the same schema and the same settings.
class Bare {
 public:
  Bare(const std::string& directory, bool sync) {
    must(sqlite3_open_v2((directory + "/headwater.db").c_str(), &db_,
                         SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr));
    must(
        sqlite3_exec(db_,
                     "PRAGMA mmap_size = 0; PRAGMA secure_delete = OFF; PRAGMA cache_size = -65536;"
                     "PRAGMA cell_size_check = ON; PRAGMA wal_autocheckpoint = 65536;"
                     "PRAGMA journal_size_limit = 67108864;",
                     nullptr, nullptr, nullptr));
    const char* mode = sync ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = OFF";
    must(sqlite3_exec(db_, mode, nullptr, nullptr, nullptr));
    begin_ = prepare("BEGIN IMMEDIATE");
    commit_ = prepare("COMMIT");
    find_ = prepare(
        "SELECT min(seq) FROM log WHERE hash_low = ?1 AND hash_high = ?2"
        " AND kind IN (1, 4)");
    log_ = prepare("INSERT INTO log VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
    observation_ =
        prepare("INSERT INTO observation VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)");
    run_insert_ =
        prepare("INSERT INTO run VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15)");
    run_update_ = prepare(
        "UPDATE run SET state = ?5, started_at = ?6, ended_at = ?7, last_time = ?9,"
        " nominal_start = ?10, nominal_end = ?11, code = ?12, recorded = ?13, updated = ?14,"
        " merge = ?15 WHERE id = ?1 AND run_id = ?2 AND job = ?3 AND parent = ?4"
        " AND first_time = ?8");
    content_ = prepare("INSERT INTO content VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    edge_ = prepare("INSERT INTO edge VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)");
  }
  ~Bare() {
    for (sqlite3_stmt* stmt : all_) sqlite3_finalize(stmt);
    sqlite3_close(db_);
  }

  void write(const std::vector<Rows>& batch) {
    run(begin_);
    for (const Rows& r : batch) write(r);
    run(commit_);
  }

 private:
  sqlite3_stmt* prepare(const char* sql) {
    sqlite3_stmt* stmt = nullptr;
    must(sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, nullptr));
    all_.push_back(stmt);
    return stmt;
  }
  static void run(sqlite3_stmt* stmt) {
    must(sqlite3_step(stmt));
    sqlite3_reset(stmt);
  }
  static void numbers(sqlite3_stmt* stmt, int first, std::initializer_list<std::int64_t> values) {
    for (const std::int64_t value : values) sqlite3_bind_int64(stmt, first++, value);
  }
  static void blob(sqlite3_stmt* stmt, int index, const std::string& bytes) {
    sqlite3_bind_blob64(stmt, index, bytes.data(), bytes.size(), SQLITE_STATIC);
  }
  static std::int64_t number(std::uint64_t value) { return static_cast<std::int64_t>(value); }

  void write(const Rows& r) {
    numbers(find_, 1, {number(r.hash.low), number(r.hash.high)});
    if (sqlite3_step(find_) != SQLITE_ROW) std::abort();
    sqlite3_reset(find_);
    numbers(log_, 1,
            {number(r.seq), 1, 1, 2, number(r.hash.high), number(r.hash.low), r.body.dictionary,
             r.body.size});
    blob(log_, 9, r.body.body);
    run(log_);
    const auto& o = r.observation;
    numbers(observation_, 1,
            {o.owner.value, o.time, o.rank, o.tie, number(o.seq.value), o.run.value, o.type,
             o.flags, 0, 0, 0, 0});
    run(observation_);
    const auto& x = r.run;
    sqlite3_stmt* stmt = x.recorded == x.updated ? run_insert_ : run_update_;
    numbers(stmt, 1, {x.id.value});
    sqlite3_bind_text64(stmt, 2, x.run_id.data(), x.run_id.size(), SQLITE_STATIC, SQLITE_UTF8);
    numbers(stmt, 3,
            {x.job.value, 0, static_cast<std::int64_t>(x.state), x.started_at, x.ended_at,
             x.first_time, x.last_time, x.nominal_start, x.nominal_end, 0, number(x.recorded.value),
             number(x.updated.value)});
    blob(stmt, 15, x.merge);
    run(stmt);
    if (r.seq % 2 == 0) {
      numbers(content_, 1,
              {number(r.seq), number(r.hash.high), number(r.hash.low), r.content.dictionary,
               r.content.size});
      blob(content_, 6, r.content.body);
      run(content_);
    }
    if (r.seq % 4 == 0) {
      numbers(edge_, 1,
              {r.edge.id.value, r.edge.owner.value, 1, 0, 0, 0, 0, 0, model::kOpenEnd,
               number(r.seq), model::kOpenEnd, 0});
      run(edge_);
    }
  }

  sqlite3* db_ = nullptr;
  std::vector<sqlite3_stmt*> all_;
  sqlite3_stmt *begin_, *commit_, *find_, *log_, *observation_, *run_insert_, *run_update_,
      *content_, *edge_;
};

storage::StoreOptions options_for(const std::string& directory, bool sync) {
  storage::StoreOptions options;
  options.directory = directory;
  options.sync_full = sync;
  return options;
}

void BM_WriteTransaction(benchmark::State& state) {
  const bool sync = state.range(1) != 0;
  const Scratch store_directory("store");
  const Scratch bare_directory("bare");
  auto store = must(Store::open(options_for(store_directory.path(), sync)));
  (void)must(Store::open(options_for(bare_directory.path(), sync)));  // makes the schema
  Bare bare(bare_directory.path(), sync);
  std::uint64_t last = 0;
  double floor = 0;
  double total = 0;
  for (auto _ : state) {
    const auto batch = batch_after(last, *store);
    last += kEvents;
    // In turn first and second, so that neither always finds a warmer machine.
    const bool store_first = (last / kEvents) % 2 == 0;
    double took = 0;
    for (const bool stored : {store_first, !store_first}) {
      const auto start = Clock::now();
      if (stored) {
        write_with_store(*store, batch);
        took = seconds_since(start);
      } else {
        bare.write(batch);
        floor += seconds_since(start);
      }
    }
    total += took;
    state.SetIterationTime(took);
  }
  const auto events = static_cast<double>(state.iterations()) * kEvents;
  state.counters["events_per_s"] = events / total;
  state.counters["of_floor"] = floor / total;
}
BENCHMARK(BM_WriteTransaction)
    ->ArgNames({"events", "sync"})
    ->Args({static_cast<std::int64_t>(kEvents), 0})
    ->Args({static_cast<std::int64_t>(kEvents), 1})
    ->UseManualTime()
    ->Iterations(200)
    ->Unit(benchmark::kMillisecond);

// One event a transaction: what a lone client waits for. The floor is one synced transaction.
void BM_OneDurableEvent(benchmark::State& state) {
  const Scratch directory("single");
  auto store = must(Store::open(options_for(directory.path(), true)));
  std::uint64_t last = 0;
  for (auto _ : state) write_with_store(*store, {rows_of(++last, *store)});
}
BENCHMARK(BM_OneDurableEvent)->Unit(benchmark::kMicrosecond)->Iterations(200);

// With and without the dictionary; `ratio` is original by stored bytes.
void BM_Pack(benchmark::State& state) {
  const Scratch directory("pack");
  auto store = must(Store::open(options_for(directory.path(), false)));
  if (state.range(0) != 0) {
    for (std::uint64_t last = 0; last < 2048; last += kEvents) {
      write_with_store(*store, batch_after(last, *store));
    }
    must(store->writer().maybe_train_dictionary());
  }
  std::uint64_t i = 10000;
  double original = 0;
  double stored = 0;
  for (auto _ : state) {
    const std::string body = event_body(++i);
    const Packed packed = store->pack(body);
    benchmark::DoNotOptimize(packed.body.data());
    original += static_cast<double>(body.size());
    stored += static_cast<double>(packed.body.size());
  }
  state.counters["ratio"] = original / stored;
  state.SetBytesProcessed(static_cast<std::int64_t>(original));
}
BENCHMARK(BM_Pack)->ArgName("dictionary")->Arg(0)->Arg(1);

void BM_TrainDictionary(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    auto directory = std::make_unique<Scratch>("train");
    auto store = must(Store::open(options_for(directory->path(), false)));
    for (std::uint64_t last = 0; last < 2048; last += kEvents) {
      write_with_store(*store, batch_after(last, *store));
    }
    state.ResumeTiming();
    must(store->writer().maybe_train_dictionary());
    state.PauseTiming();
    store.reset();
    directory.reset();
    state.ResumeTiming();
  }
}
BENCHMARK(BM_TrainDictionary)->Unit(benchmark::kMillisecond)->Iterations(3);

// A start reads every edge when there is no snapshot.
void BM_ScanEdges(benchmark::State& state) {
  const Scratch directory("scan");
  auto store = must(Store::open(options_for(directory.path(), false)));
  must(store->writer().begin());
  for (std::uint32_t id = 1; id <= 1000000; ++id) {
    storage::EdgeRow edge;
    edge.id = {id};
    edge.owner = {id / 10 + 1};
    must(store->writer().insert_edge(edge));
  }
  must(store->writer().commit());
  auto reader = must(store->reader());
  std::uint64_t sum = 0;
  for (auto _ : state) {
    must(reader.scan_edges({}, [&sum](const storage::EdgeRow& row) {
      sum += row.owner.value;
      return true;
    }));
  }
  benchmark::DoNotOptimize(sum);
  state.SetItemsProcessed(state.iterations() * 1000000);
}
BENCHMARK(BM_ScanEdges)->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) {
  spdlog::set_level(spdlog::level::off);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
