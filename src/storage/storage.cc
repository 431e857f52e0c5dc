// Store: opening, leases, sizes and checkpoints.

#include "storage/storage.h"

#include <algorithm>
#include <cassert>
#include <filesystem>
#include <system_error>

#include "base/log.h"
#include "storage/migrations.h"
#include "storage/reader_impl.h"
#include "storage/store_impl.h"
#include "storage/sync_path.h"
#include "storage/writer_impl.h"

namespace headwater::storage {

namespace fs = std::filesystem;
using base::ErrorCode;
using sqlite::Connection;
using sqlite::Row;
using sqlite::Sql;

namespace {

constexpr std::int64_t kMiB = 1 << 20;
constexpr std::int64_t kLargeWal = 64 * kMiB;
constexpr std::int64_t kHugeWal = 1024 * kMiB;
constexpr int kPatienceMs = 50;
constexpr int kHugePatienceMs = 5000;
// If nobody calls checkpoint(), the writer itself does at 256 MiB.
constexpr int kWriterCheckpointPages = 65536;

base::Error unusable(const std::string& directory, const std::string& detail) {
  return base::make_error(ErrorCode::kStorageUnavailable,
                          "The data directory " + directory +
                              " cannot be made: check the path, its permissions and free space.",
                          detail);
}

Result<void> make_directory(const std::string& directory) {
  std::error_code failure;
  if (fs::is_directory(directory, failure)) return {};
  fs::create_directories(directory, failure);
  if (failure) return unusable(directory, failure.message());
  fs::permissions(directory, fs::perms::owner_all, failure);
  // The entry of the new directory has to survive a power loss as well.
  return sync_path(parent_of(directory));
}

base::Error no_store(const std::string& directory) {
  return base::make_error(ErrorCode::kNotFound,
                          "There is no Headwater store in " + directory +
                              ". Name the directory that `headwater serve` was given.",
                          "headwater.db does not exist");
}

bool exists(const std::string& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

Result<void> use_wal(Connection& db) {
  std::string mode;
  auto visit = [&](Row& row) {
    mode = row.text();
    return false;
  };
  HW_CHECK_OK(db.exec_each("connection.wal", "PRAGMA journal_mode = WAL", visit));
  if (mode != "wal") {
    return base::make_error(ErrorCode::kStorageUnavailable,
                            "The data directory's file system does not offer shared memory, which "
                            "the database needs. Choose a local disk.",
                            "journal_mode=" + mode);
  }
  return db.exec("connection.wal_limit", "PRAGMA journal_size_limit = 67108864");
}

}  // namespace

sqlite::ConnectionOptions Store::Impl::connection_options() const {
  return {.path = database_path(),
          .vfs = options.vfs,
          .create = options.create,
          .read_only = options.read_only,
          .sync_full = options.sync_full,
          .cache_kib = options.cache_kib,
          .busy_timeout_ms = kWriterBusyMs};
}

Result<void> Store::Impl::load(Connection& db) {
  auto text = [](Row& row) { return row.text(); };
  HW_TRY(auto id, db.one(Sql::kMetaGet, text, std::string_view("instance_id")));
  instance_id = id.value_or("");
  auto add = [this](Row& row) -> Result<bool> {
    const std::int64_t dictionary = row.integer();
    HW_CHECK_OK(codec.add(dictionary, row.bytes()));
    return true;
  };
  HW_CHECK_OK(db.each(Sql::kDictionaries, add));
  auto reading = connection_options();
  reading.read_only = true;
  reading.create = false;
  reading.cache_kib = options.cache_kib;
  pool = std::make_unique<ReaderPool>(reading, options.max_readers);
  return {};
}

Result<void> Store::Impl::open_for_writing() {
  if (options.create) HW_CHECK_OK(make_directory(options.directory));
  if (!options.create && !exists(database_path())) return no_store(options.directory);
  HW_TRY(auto held, LockFile::acquire(options.directory));
  lock.emplace(std::move(held));
  auto writing = connection_options();
  writing.checkpoint_pages = kWriterCheckpointPages;
  HW_TRY(auto db, Connection::open(writing));
  const base::Clock& clock = options.clock != nullptr ? *options.clock : base::system_clock();
  // First what the file is: a database that is not ours must not be turned into WAL mode.
  HW_CHECK_OK(check_ours(*db, embedded_migrations()));
  HW_CHECK_OK(use_wal(*db));
  HW_CHECK_OK(migrate(*db, embedded_migrations(), clock));
  HW_CHECK_OK(load(*db));
  writer.reset(new Writer(std::make_unique<Writer::Impl>(writing, std::move(db), codec, pressure,
                                                         options.dictionary_samples)));
  return {};
}

Result<void> Store::Impl::open_for_reading() {
  if (!exists(database_path())) return no_store(options.directory);
  auto reading = connection_options();
  reading.create = false;
  HW_TRY(auto db, Connection::open(reading));
  HW_CHECK_OK(verify_migrated(*db, embedded_migrations()));
  return load(*db);
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const StoreOptions& options) {
  auto impl = std::make_unique<Impl>();
  impl->options = options;
  impl->options.max_readers = std::max(1, options.max_readers);
  HW_CHECK_OK(options.read_only ? impl->open_for_reading() : impl->open_for_writing());
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

Packed Store::pack(std::string_view body) const { return impl_->codec.pack(body); }

Result<std::string> Store::unpack(const Packed& packed) const {
  if (impl_->codec.knows(packed.dictionary)) {
    return impl_->codec.unpack(packed.dictionary, packed.size, packed.body);
  }
  HW_TRY(auto db, impl_->pool->lease());
  ReadContext reading{db.get(), &impl_->codec};
  auto body = reading.unpack(packed.dictionary, packed.size, packed.body);
  impl_->pool->give_back(std::move(db));
  return body;
}

Writer& Store::writer() {
  assert(impl_->writer && "a read-only store has no writer");
  return *impl_->writer;
}

Result<Reader> Store::reader() {
  HW_TRY(auto db, impl_->pool->lease());
  auto reading = std::make_unique<Reader::Impl>();
  reading->db = db.get();
  reading->codec = &impl_->codec;
  reading->leased = std::move(db);
  reading->pool = impl_->pool.get();
  return Reader(std::move(reading));
}

const std::string& Store::directory() const { return impl_->options.directory; }
const std::string& Store::instance_id() const { return impl_->instance_id; }
std::string Store::snapshot_path() const { return directory() + "/graph.snapshot"; }

// By stat only: opening and closing the files here would drop SQLite's locks on them.
std::int64_t Store::Impl::wal_bytes() const {
  std::error_code failure;
  const auto bytes = fs::file_size(database_path() + "-wal", failure);
  return failure ? 0 : static_cast<std::int64_t>(bytes);
}

std::int64_t Store::size_bytes() const {
  std::error_code failure;
  const auto bytes = fs::file_size(impl_->database_path(), failure);
  return impl_->wal_bytes() + (failure ? 0 : static_cast<std::int64_t>(bytes));
}

// First without patience, which succeeds when nothing else is going on; else the writer is asked.
void Store::Impl::run_checkpoint(Connection& db) {
  if (auto done = db.exec("checkpoint.passive", "PRAGMA wal_checkpoint(PASSIVE)"); !done) {
    HW_LOG_WARN("storage.checkpoint_failed", "{}", done.error().detail);
    return;
  }
  const std::int64_t bytes = wal_bytes();
  if (bytes < kLargeWal) return;
  const auto emptied = truncate_wal(db, 1);
  if (!emptied) {
    HW_LOG_WARN("storage.checkpoint_failed", "{}", emptied.error().detail);
  } else if (!*emptied) {
    pressure.patience_ms = bytes < kHugeWal ? kPatienceMs : kHugePatienceMs;
  }
}

void Store::checkpoint() {
  if (impl_->options.read_only) return;
  std::unique_ptr<Connection> db;
  const bool mine = impl_->checkpointer.with([&](Impl::Checkpointer& state) {
    if (state.running) return false;
    state.running = true;
    db = std::move(state.connection);
    return true;
  });
  if (!mine) return;
  if (!db || db->suspect()) {
    auto writing = impl_->connection_options();
    writing.create = false;
    writing.cache_kib = 1024;
    auto opened = Connection::open(writing);
    if (!opened) HW_LOG_WARN("storage.checkpoint_failed", "{}", opened.error().detail);
    db = opened ? std::move(opened).value() : nullptr;
  }
  if (db) impl_->run_checkpoint(*db);
  impl_->checkpointer.with([&](Impl::Checkpointer& state) {
    state.connection = std::move(db);
    state.running = false;
  });
}

}  // namespace headwater::storage
