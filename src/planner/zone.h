// Zone: the clocks of one IANA time zone, as a table of the periods between their changes.
//
// Local time is written as microseconds that read as the local date and time if taken for UTC. It
// runs back where clocks do; what cuts days needs one that does not, so `latest_local` is the
// greatest there has been until then: days begin once, and in order.
//
// The table covers 1899 to 2200; before and after, clocks are as at its ends. What is listed in
// the database ends with 2037, the zone's own rule (zone_rule.h) continues it.
//
// Thread-safety: immutable; one table a zone, shared by all who ask for it. Cost: look-ups are
// binary searches, without allocation. Units: microseconds.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace headwater::planner {

class Zone {
 public:
  // Errors: kInvalidArgument if there is no such zone, kInternal if its data cannot be read.
  static base::Result<std::shared_ptr<const Zone>> find(std::string_view name);
  static std::string database_version();  // "2024a", "unknown" if the system does not say

  struct Period {
    base::Micros from = 0, to = 0;  // UTC, [from, to)
    base::Micros offset = 0;        // local time less UTC
  };

  const std::string& name() const { return name_; }
  std::size_t period_count() const { return from_.size(); }
  Period period(std::size_t i) const {
    const bool last = i + 1 == from_.size();
    return {from_[i], last ? std::numeric_limits<base::Micros>::max() : from_[i + 1], offset_[i]};
  }
  std::size_t period_at(base::Micros instant) const;
  // The first period in which local time gets beyond `local`.
  std::size_t period_passing(base::Micros local) const;

  base::Micros offset_at(base::Micros instant) const { return offset_[period_at(instant)]; }
  base::Micros latest_local(base::Micros instant) const;
  // The first instant whose latest_local is not before `local`.
  base::Micros first_instant(base::Micros local) const {
    return first_instant(local, period_passing(local));
  }
  // The same, if the period is known: for those who walk through many.
  base::Micros first_instant(base::Micros local, std::size_t passing) const {
    const base::Micros at = local - offset_[passing];
    return at < from_[passing] ? from_[passing] : at;
  }
  // Local time does not get beyond it until the end of the period.
  base::Micros reach(std::size_t period) const { return reach_[period]; }

  // Standard time as it was on 2020-01-01.
  base::Micros standard_offset() const { return standard_offset_; }

 private:
  static base::Result<std::shared_ptr<const Zone>> load(std::string_view name);
  void add(base::Micros from, base::Micros offset);
  void close();

  std::string name_;
  // By period. The first has no beginning: its `from` is far before all that is asked.
  std::vector<base::Micros> from_, offset_, reach_;
  base::Micros standard_offset_ = 0;
};

}  // namespace headwater::planner
