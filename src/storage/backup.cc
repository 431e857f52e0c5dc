// Store::backup: SQLite's online backup, in steps, from one snapshot.

#include <sqlite3.h>
#include <filesystem>
#include <system_error>

#include "storage/reader_impl.h"
#include "storage/store_impl.h"
#include "storage/sync_path.h"

namespace headwater::storage {

namespace fs = std::filesystem;
using base::ErrorCode;
using sqlite::Connection;
using Progress = std::function<void(double)>;

namespace {

constexpr int kPagesAStep = 4096;  // 16 MiB
constexpr double kCopyShare = 0.5;

Result<void> make_target(const std::string& directory) {
  std::error_code failure;
  fs::create_directories(directory, failure);
  if (!failure && fs::is_empty(directory, failure) && !failure) {
    fs::permissions(directory, fs::perms::owner_all, failure);
    return {};
  }
  if (failure) {
    return base::make_error(ErrorCode::kStorageUnavailable,
                            "The directory for the backup cannot be made: check the path, its "
                            "permissions and free space.",
                            failure.message());
  }
  return base::make_error(ErrorCode::kConflict,
                          "The directory for the backup is not empty. Name one that is empty or "
                          "does not exist yet.",
                          directory);
}

Result<void> copy_pages(Connection& from, Connection& to, const Progress& progress) {
  sqlite3_backup* backup = sqlite3_backup_init(to.handle(), "main", from.handle(), "main");
  if (backup == nullptr) return to.error("backup.init", sqlite3_extended_errcode(to.handle()));
  int code = SQLITE_OK;
  while ((code = sqlite3_backup_step(backup, kPagesAStep)) == SQLITE_OK) {
    const double pages = sqlite3_backup_pagecount(backup);
    const double left = sqlite3_backup_remaining(backup);
    if (progress && pages > 0) progress(kCopyShare * (1 - left / pages));
  }
  const int finished = sqlite3_backup_finish(backup);
  if (code != SQLITE_DONE) return to.error("backup.step", code);
  if (finished != SQLITE_OK) return to.error("backup.finish", finished);
  return {};
}

// The copy is itself a store: opening it for writing leaves no WAL behind when it closes.
Result<void> verify(const StoreOptions& options, const Progress& progress) {
  HW_TRY(auto copy, Store::open(options));
  auto rest = [&](double share) {
    if (progress) progress(kCopyShare + (1 - kCopyShare) * share);
  };
  HW_TRY(const auto findings, copy->check(rest));
  if (findings.empty()) return {};
  return base::make_error(
      ErrorCode::kStorageCorrupt,
      "The copy is not sound, most likely because the original is not. Stop the server and run "
      "`headwater check`.",
      findings.front().where + ": " + findings.front().what);
}

Result<void> move_file(const std::string& from, const std::string& to) {
  std::error_code failure;
  fs::rename(from, to, failure);
  if (!failure) return {};
  return base::make_error(ErrorCode::kStorageUnavailable,
                          "The backup could not be put in its place: check the directory's disk.",
                          failure.message());
}

}  // namespace

// The read transaction is held over all steps: SQLite would else start again after every commit of
// the writer, and never end under load.
Result<void> Store::Impl::copy_to(Reader reading, const StoreOptions& target,
                                  const Progress& progress) const {
  HW_CHECK_OK(reading.begin());
  HW_TRY([[maybe_unused]] const Seq pinned, reading.last_seq());
  sqlite::ConnectionOptions writing = connection_options();
  writing.path = target.directory + "/headwater.db";
  writing.create = true;
  writing.read_only = false;
  HW_TRY(auto copy, Connection::open(writing));
  return copy_pages(*reading.impl_->db, *copy, progress);
}

// Made and checked in a directory of its own, so that what is not sound never looks like a backup.
Result<void> Store::backup(const std::string& directory, const Progress& progress) {
  HW_CHECK_OK(make_target(directory));
  StoreOptions target = impl_->options;
  target.directory = directory + "/partial";
  target.create = false;
  target.read_only = false;
  HW_TRY(auto reading, reader());
  std::error_code ignored;
  fs::create_directory(target.directory, ignored);
  auto done = impl_->copy_to(std::move(reading), target, progress);
  if (done) done = verify(target, progress);
  if (done) done = sync_path(target.directory + "/headwater.db");
  if (done) done = move_file(target.directory + "/headwater.db", directory + "/headwater.db");
  fs::remove_all(target.directory, ignored);
  HW_CHECK_OK(done);
  HW_CHECK_OK(sync_path(directory));
  return sync_path(parent_of(directory));
}

}  // namespace headwater::storage
