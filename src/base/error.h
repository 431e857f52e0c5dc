// Error: what went wrong, in a form a caller can act on.
//
// One table (error.cc) maps every code to its stable name, its HTTP status and its page in
// docs/errors/. `message` is safe to show to a client and says what to do next; `detail` is for the
// operator's log and never leaves the process.
//
// Thread-safety: plain value.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace headwater::base {

enum class ErrorCode {
  kInvalidArgument,       // a parameter or field has a value that is not allowed
  kInvalidJson,           // the body is not JSON in UTF-8
  kInvalidEvent,          // JSON, but not an OpenLineage event; quarantined
  kBodyTooLarge,          // body, decompressed body or event over its limit
  kUnsupportedMediaType,  // content type or encoding that is not read here
  kNotFound,              // no such path, node, run, event
  kMethodNotAllowed,      // path exists, method does not
  kNotAcceptable,         // no representation the client accepts
  kInvalidCursor,         // a cursor that is damaged or belongs to another query
  kInvalidNodeId,         // a node id that does not parse
  kLimitExceeded,         // a named limit of a query is exceeded
  kSeqNotReached,         // min_seq was not visible within the wait
  kOverloaded,            // a bounded queue is full: retry after
  kShuttingDown,          // the server drains
  kStorageUnavailable,    // the disk refuses writes; reads go on
  kStorageCorrupt,        // what is on disk is not what was written
  kDataDirLocked,         // another process has this data directory
  kForbiddenHost,         // Host or Origin is not one of ours
  kInvalidConfig,         // configuration refused
  kCancelled,             // the client left
  kConflict,              // the state of the resource does not allow this
  kLeaseLost,             // a lease that is not valid any more: what it was for is another's
  kMalformedRequest,      // not HTTP as it should be
  kUriTooLong,            // the request target is over its limit
  kHeadersTooLarge,       // the header block is over its limit
  kRequestTimeout,        // the client was too slow to send
  kNotImplemented,        // a method, coding or version of HTTP that is not spoken here
  kInternal,              // a defect of Headwater
};

struct ErrorInfo {
  ErrorCode code;
  std::string_view name;  // stable, kebab-case: the last part of the problem type and of the page
  int http_status;
  std::string_view title;  // one short sentence
};

// The row of `code` in the table. Every code has one.
const ErrorInfo& error_info(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
  std::string detail;
};

inline Error make_error(ErrorCode code, std::string message, std::string detail = {}) {
  return Error{code, std::move(message), std::move(detail)};
}

}  // namespace headwater::base
