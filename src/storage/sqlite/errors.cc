#include "storage/sqlite/errors.h"

#include <sqlite3.h>
#include <string>

namespace headwater::storage::sqlite {
namespace {

using base::ErrorCode;

struct Text {
  ErrorCode code;
  const char* message;
};

constexpr Text kFull{ErrorCode::kStorageUnavailable,
                     "The disk that holds the data directory is full. Nothing of this request was "
                     "stored: free some space, then send it again."};
constexpr Text kIo{ErrorCode::kStorageUnavailable,
                   "The disk that holds the data directory reported an error. Nothing of this "
                   "request was stored: look at the disk, then send it again."};
constexpr Text kReadOnly{ErrorCode::kStorageUnavailable,
                         "The data directory is not writable. Nothing of this request was stored: "
                         "check its owner, its permissions and how its disk is mounted."};
constexpr Text kCantOpen{ErrorCode::kStorageUnavailable,
                         "A file of the data directory cannot be opened: check its owner, its "
                         "permissions and the limit of open files."};
constexpr Text kBusy{ErrorCode::kStorageUnavailable,
                     "Another program holds a lock on the database. Nothing of this request was "
                     "stored: close that program, then send it again."};
constexpr Text kDamaged{ErrorCode::kStorageCorrupt,
                        "Stored data is damaged. Stop the server and run `headwater check`; if it "
                        "reports findings, restore the newest backup."};
constexpr Text kCancelled{ErrorCode::kCancelled, "The query was cancelled."};
constexpr Text kDefect{ErrorCode::kInternal,
                       "A statement failed for a reason that should not occur. Report it with the "
                       "line of the server's log."};

const Text& text_of(int code) {
  if (code == SQLITE_IOERR_CORRUPTFS) return kDamaged;
  switch (code & 0xff) {
    case SQLITE_FULL: return kFull;
    case SQLITE_IOERR: return kIo;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH: return kReadOnly;
    case SQLITE_CANTOPEN: return kCantOpen;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: return kBusy;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return kDamaged;
    case SQLITE_INTERRUPT: return kCancelled;
    default: return kDefect;
  }
}

}  // namespace

base::Error map_error(int code, std::string_view statement, std::string_view sqlite_message) {
  const Text& text = text_of(code);
  std::string detail = "statement=";
  detail.append(statement).append(" sqlite=").append(std::to_string(code)).append(" ");
  detail.append(sqlite_message);
  return base::make_error(text.code, text.message, std::move(detail));
}

}  // namespace headwater::storage::sqlite
