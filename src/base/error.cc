#include "base/error.h"

#include <array>
#include <cstddef>

namespace headwater::base {
namespace {

constexpr std::array kErrors{
    ErrorInfo{ErrorCode::kInvalidArgument, "invalid-argument", 400, "A parameter is not valid"},
    ErrorInfo{ErrorCode::kInvalidJson, "invalid-json", 400, "The body is not JSON"},
    ErrorInfo{ErrorCode::kInvalidEvent, "invalid-event", 400, "Not an OpenLineage event"},
    ErrorInfo{ErrorCode::kBodyTooLarge, "body-too-large", 413, "The body is too large"},
    ErrorInfo{ErrorCode::kUnsupportedMediaType, "unsupported-media-type", 415,
              "The media type or encoding is not supported"},
    ErrorInfo{ErrorCode::kNotFound, "not-found", 404, "Not found"},
    ErrorInfo{ErrorCode::kMethodNotAllowed, "method-not-allowed", 405, "Method not allowed"},
    ErrorInfo{ErrorCode::kNotAcceptable, "not-acceptable", 406, "No acceptable representation"},
    ErrorInfo{ErrorCode::kInvalidCursor, "invalid-cursor", 400, "The cursor is not valid here"},
    ErrorInfo{ErrorCode::kInvalidNodeId, "invalid-node-id", 400, "The node id does not parse"},
    ErrorInfo{ErrorCode::kLimitExceeded, "limit-exceeded", 400, "A limit is exceeded"},
    ErrorInfo{ErrorCode::kSeqNotReached, "seq-not-reached", 503, "The write is not visible yet"},
    ErrorInfo{ErrorCode::kOverloaded, "overloaded", 429, "Too much is queued"},
    ErrorInfo{ErrorCode::kShuttingDown, "shutting-down", 503, "The server is shutting down"},
    ErrorInfo{ErrorCode::kStorageUnavailable, "storage-unavailable", 503,
              "The data directory does not take writes"},
    ErrorInfo{ErrorCode::kStorageCorrupt, "storage-corrupt", 500, "Stored data is damaged"},
    ErrorInfo{ErrorCode::kDataDirLocked, "data-dir-locked", 500, "The data directory is in use"},
    ErrorInfo{ErrorCode::kForbiddenHost, "forbidden-host", 403, "Host or Origin is not allowed"},
    ErrorInfo{ErrorCode::kInvalidConfig, "invalid-config", 500, "The configuration is not valid"},
    ErrorInfo{ErrorCode::kCancelled, "cancelled", 499, "The client left"},
    ErrorInfo{ErrorCode::kConflict, "conflict", 409, "The state does not allow this"},
    ErrorInfo{ErrorCode::kLeaseLost, "lease-lost", 409, "The lease is not valid any more"},
    ErrorInfo{ErrorCode::kMalformedRequest, "malformed-request", 400,
              "The request is not valid HTTP"},
    ErrorInfo{ErrorCode::kUriTooLong, "uri-too-long", 414, "The request target is too long"},
    ErrorInfo{ErrorCode::kHeadersTooLarge, "headers-too-large", 431, "The headers are too large"},
    ErrorInfo{ErrorCode::kRequestTimeout, "request-timeout", 408, "The request took too long"},
    ErrorInfo{ErrorCode::kNotImplemented, "not-implemented", 501, "Not spoken here"},
    ErrorInfo{ErrorCode::kInternal, "internal", 500, "A defect in Headwater"},
};

constexpr bool table_in_enum_order() {
  for (std::size_t i = 0; i < kErrors.size(); ++i) {
    if (static_cast<std::size_t>(kErrors[i].code) != i) return false;
  }
  return kErrors.size() == static_cast<std::size_t>(ErrorCode::kInternal) + 1;
}
static_assert(table_in_enum_order());

}  // namespace

const ErrorInfo& error_info(ErrorCode code) { return kErrors[static_cast<std::size_t>(code)]; }

}  // namespace headwater::base
