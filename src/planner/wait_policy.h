// Wait policy: what a partition waits for before it is handed out, beyond what its plan runs.
//
// Part of a declared mapping. It decides readiness alone, never verdicts or fingerprints. Rules:
// docs/plan-execution.md, "Waiting".
//
// As JSON (the contract's WaitPolicy, and as stored): {"inputs": "planned" | "all" | {"at_least":
// 20}, "quiet": "PT2H"}; what is absent is as in WaitPolicy{}.
//
// Thread-safety: values and pure functions. Errors: kInvalidArgument names the member and what
// would do; kLimitExceeded beyond kMaxWaitInputs and kMaxQuiet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "model/json.h"

namespace headwater::planner {

inline constexpr std::int64_t kMaxWaitInputs = 1'000'000;
inline constexpr base::Micros kMinQuiet = 1'000'000;
inline constexpr base::Micros kMaxQuiet = base::Micros{366} * 86'400 * 1'000'000;

struct WaitPolicy {
  enum class Inputs : std::uint8_t { kPlanned = 0, kAll = 1, kAtLeast = 2 };
  Inputs inputs = Inputs::kPlanned;
  std::int64_t at_least = 0;  // kAtLeast
  base::Micros quiet = 0;     // 0: none

  bool any() const { return inputs != Inputs::kPlanned || quiet != 0; }
  bool counts_inputs() const { return inputs == Inputs::kAtLeast; }
  bool operator==(const WaitPolicy&) const = default;
};

// Without spaces; members that say nothing are left out.
std::string wait_json(const WaitPolicy& policy);
base::Result<WaitPolicy> parse_wait(const model::JsonValue& json);

}  // namespace headwater::planner
