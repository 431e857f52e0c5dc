// Clock: the time of day, injected so that tests and replays decide it.
//
// Moments are microseconds since 1970-01-01T00:00:00Z (int64, proleptic Gregorian, no leap
// seconds). Thread-safety: implementations are safe to call from any thread.
#pragma once

#include <cstdint>

namespace headwater::base {

using Micros = std::int64_t;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Micros now() const = 0;
};

// The machine's clock.
const Clock& system_clock();

}  // namespace headwater::base
