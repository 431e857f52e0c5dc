// The writer's transaction: begin, commit, rollback, the fence, and training the dictionary.

#include "storage/writer_impl.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace headwater::storage {

using base::ErrorCode;
using sqlite::Row;
using sqlite::Sql;

namespace {

// Together the samples should be about a hundred times the dictionary.
constexpr std::size_t kSampleBytes = 6 << 20;
constexpr std::size_t kMaxSampleBytes = 16 << 10;

}  // namespace

Writer::Impl::Impl(sqlite::ConnectionOptions connection_options,
                   std::unique_ptr<sqlite::Connection> connection, Codec& shared_codec,
                   WalPressure& wal_pressure, std::size_t samples_wanted)
    : options(std::move(connection_options)),
      db(std::move(connection)),
      codec(shared_codec),
      pressure(wal_pressure),
      own_reader(
          std::make_unique<Reader::Impl>(Reader::Impl{{db.get(), &codec}, nullptr, nullptr})),
      train_at(samples_wanted) {}

base::Error Writer::Impl::not_open() const {
  return base::make_error(
      ErrorCode::kInternal, "A write came outside its transaction.",
      state == State::kFailed ? "after an error, before rollback()" : "before begin()");
}

base::Error Writer::Impl::no_such_row(Sql id) {
  return base::make_error(ErrorCode::kInternal, "A row to change does not exist.",
                          "statement=" + std::string(sqlite::named(id).name));
}

Result<Seq> Writer::Impl::committed_last_seq() {
  HW_TRY(auto last, db->one(Sql::kLogLast, [](Row& row) { return row.seq(); }));
  return last.value_or(Seq{});
}

Result<void> Writer::Impl::begin() {
  if (state != State::kIdle) {
    return base::make_error(ErrorCode::kInternal, "A transaction is open already.", "begin");
  }
  if (broken) HW_CHECK_OK(reopen());
  if (in_doubt) HW_CHECK_OK(fence());
  relieve_wal();
  HW_CHECK_OK(db->run(Sql::kBeginImmediate));
  state = State::kOpen;
  auto last = committed_last_seq();
  if (!last) {
    rollback();
    return std::move(last).error();
  }
  last_seq = *last;
  return {};
}

// Why a failed commit needs a fence.
//
// In WAL mode a commit writes its frames, syncs the WAL, and only then moves the end mark in the
// shared wal-index that all connections read. If the sync fails, the mark stays: no connection of
// any process sees the transaction, and the rollback forgets it. But its frames, the commit frame
// among them, are in the file, and some or all of them may be on the disk (after a failed fsync the
// kernel says neither). If the process dies now, the next one recovers the WAL from the file, finds
// complete frames with correct checksums, and takes for committed what was reported as failed.
//
// The fence is a small transaction that is committed in their place: SQLite writes it from the
// frame after the last committed one, so it overwrites the beginning of the failed transaction, and
// since checksums are chained, the rest of those frames no longer verifies. It also writes every
// byte from there on anew, so that nothing relies on pages the kernel called clean after failing to
// write them. Frames before were synced by their own commits. Until a fence is committed, begin()
// refuses, and so nothing can be acknowledged after a doubtful end of the WAL.
//
// What an acknowledged commit needs, its frames, is on disk by its own successful sync. Checkpoints
// sync the database before they let the WAL be reused, and write a page again if that sync failed.
Result<void> Writer::Impl::fence() {
  auto done = db->run(Sql::kBeginImmediate);
  if (done) done = db->run(Sql::kFence);
  if (done) done = db->run(Sql::kCommit);
  if (done) {
    in_doubt = false;
    HW_LOG_WARN("storage.fenced", "a failed commit was overwritten");
    return {};
  }
  rollback();
  return done;
}

// Asked for by a checkpoint that could not get between two transactions. A refusal is no error: the
// next checkpoint asks again.
void Writer::Impl::relieve_wal() {
  const int patience_ms = pressure.patience_ms.exchange(0);
  if (patience_ms == 0) return;
  const auto emptied = truncate_wal(*db, patience_ms);
  if (!emptied) {
    HW_LOG_WARN("storage.checkpoint_failed", "{}", emptied.error().detail);
  } else if (!*emptied) {
    HW_LOG_WARN("storage.wal_busy", "patience_ms={} a reader's view is older", patience_ms);
  }
}

Result<void> Writer::Impl::commit() {
  if (state != State::kOpen) {
    base::Error failure = not_open();
    rollback();
    return failure;
  }
  auto done = db->run(Sql::kCommit);
  if (done) {
    state = State::kIdle;
    return {};
  }
  in_doubt = true;
  rollback();
  // A failed fence is not a second error: begin() tries again and reports it.
  if (!broken) (void)fence();
  return done;
}

// SQLite has often rolled back by itself by now; ROLLBACK would then be an error.
void Writer::Impl::rollback() noexcept {
  state = State::kIdle;
  if (!db->in_transaction()) return;
  (void)db->run(Sql::kRollback);
  broken = db->in_transaction();
}

Result<void> Writer::Impl::reopen() {
  HW_TRY(auto fresh, sqlite::Connection::open(options));
  own_reader.impl_->db = fresh.get();
  db = std::move(fresh);
  broken = false;
  HW_LOG_WARN("storage.reopened", "the writer's connection could not roll back");
  return {};
}

Result<void> Writer::Impl::append_log(Seq seq, RecordKind kind, Micros received_at,
                                      Micros event_time, const base::Hash128& hash,
                                      const Packed& body) {
  if (state == State::kOpen && seq.value != last_seq.value + 1) {
    state = State::kFailed;
    return base::make_error(
        ErrorCode::kInternal, "The log would get a gap.",
        "seq " + std::to_string(seq.value) + " after " + std::to_string(last_seq.value));
  }
  HW_CHECK_OK(run(Sql::kLogAppend, seq, kind, received_at, event_time, hash.high, hash.low,
                  body.dictionary, body.size, sqlite::Blob{body.body}));
  last_seq = seq;
  return {};
}

// Records spread over the whole log, so that one noisy producer does not own the dictionary.
Result<std::vector<std::string>> Writer::Impl::samples(Seq last) {
  const std::uint64_t wanted = std::min<std::uint64_t>(last.value, train_at);
  std::vector<std::string> found;
  std::size_t bytes = 0;
  for (std::uint64_t i = 0; i < wanted && bytes < kSampleBytes; ++i) {
    // Visits the picks in an order that stays spread when the bytes run out.
    const std::uint64_t spread = (i * 0x9e3779b97f4a7c15u) % wanted;
    HW_TRY(auto record, own_reader.log_record(Seq{1 + spread * last.value / wanted}));
    if (!record || record->body.empty()) continue;
    record->body.resize(std::min(record->body.size(), kMaxSampleBytes));
    bytes += record->body.size();
    found.push_back(std::move(record->body));
  }
  return found;
}

Result<void> Writer::Impl::maybe_train_dictionary() {
  if (codec.newest() != 0 || state != State::kIdle) return {};
  HW_TRY(const Seq last, committed_last_seq());
  if (last.value < train_at) return {};
  HW_TRY(const auto bodies, samples(last));
  const std::string dictionary = Codec::train(bodies);
  if (dictionary.empty()) {
    // Too few or too alike: try again when there are twice as many.
    train_at = std::max<std::size_t>(2 * static_cast<std::size_t>(last.value), 16);
    return {};
  }
  HW_CHECK_OK(begin());
  auto done = run(Sql::kDictionaryInsert, std::int64_t{1}, sqlite::Blob{dictionary});
  if (!done) {
    rollback();
    return done;
  }
  HW_CHECK_OK(commit());
  HW_LOG_INFO("storage.dictionary_trained", "samples={} bytes={}", bodies.size(),
              dictionary.size());
  return codec.add(1, dictionary);
}

}  // namespace headwater::storage
