// Leases: what a worker is handed of a plan. Values that the book, the API and workers share.
//
// A lease is valid from the record that gave it until `expires_at`, unless it ends before. Its
// token is that record's number and the lease's place among those of the record, "1107-2": of two
// leases of one partition the later one has the larger token (seq, then n), which is what makes it
// a fence.
//
// Thread-safety: plain values and pure functions.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/ids.h"
#include "planner/plan.h"

namespace headwater::planner {

inline constexpr std::size_t kMaxWorkerBytes = 200, kMaxRequestBytes = 200;
inline constexpr std::size_t kMaxRunIdBytes = 2'000, kMaxMessageBytes = 2'000;
inline constexpr std::int64_t kMaxLeasesAtOnce = 1'000;    // of one request
inline constexpr std::size_t kMaxLeaseJobs = 1'000;        // of one request
inline constexpr std::size_t kMaxActivePlans = 100;        // approved, executing or paused
inline constexpr std::size_t kMaxActiveTasks = 1'000'000;  // of them all

// Stored: append, never renumber.
enum class TaskState : std::int32_t {
  kPending = 1,
  kReady = 2,
  kLeased = 3,
  kDone = 4,
  kFailed = 5,
  kBlocked = 6,
};

// Stored: append, never renumber.
enum class LeaseState : std::int32_t {
  kValid = 1,  // until it expires
  kCompleted = 2,
  kFailed = 3,
  kReleased = 4,
  kExpired = 5,
  kRevoked = 6,   // its plan was cancelled
  kAnswered = 7,  // by run events alone
};

struct LeaseToken {
  model::Seq seq;
  std::uint32_t n = 1;
  auto operator<=>(const LeaseToken&) const = default;
};
// "completed", as the API has it.
std::string_view to_string(LeaseState state);
std::string to_text(const LeaseToken& token);
std::optional<LeaseToken> parse_lease_token(std::string_view text);

}  // namespace headwater::planner
