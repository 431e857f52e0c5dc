// rank_of: where an event stands among those of one moment: a start first, an end last.
//
// Stored with observations and in the states of runs: never change a number. Thread-safety: pure.
#pragma once

#include <cstdint>

#include "model/event.h"

namespace headwater::model {

inline constexpr std::int32_t kRankStart = 0, kRankOther = 1, kRankEnd = 2;

inline std::int32_t rank_of(const Event& event) {
  if (event.kind != EventKind::kRun) return kRankOther;
  switch (event.type) {
    case EventType::kStart: return kRankStart;
    case EventType::kComplete:
    case EventType::kAbort:
    case EventType::kFail: return kRankEnd;
    default: return kRankOther;
  }
}

}  // namespace headwater::model
