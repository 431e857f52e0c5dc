// Perishability: what is declared of a dataset's life, and what follows from it.
//
// A partition of time expires at the end of its interval plus the retention of its dataset; others
// never do. What reads an expired partition cannot be made again. Rules: docs/plan-rules.md.
//
// Thread-safety: values and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "planner/ids.h"
#include "planner/mapping.h"
#include "planner/space.h"

namespace headwater::planner {

class State;

inline constexpr base::Micros kMaxPolicyDuration = base::Micros{100} * 366 * 86'400 * 1'000'000;

struct DatasetPolicy {
  std::optional<base::Micros> retention;  // after the end of a partition; none: kept for ever
  std::optional<base::Micros> half_life;  // after which a partition is worth half; none: never less
  // False: a range cannot be computed again by itself (merged by key, slowly changing dimensions).
  bool recomputable = true;
  std::string author, reason;
  bool operator==(const DatasetPolicy&) const = default;
};

// As a document and as the contract's body: {"retention": "P90D" | null, "half_life": "P30D" |
// null, "recomputable": true, "author", "reason"}. parse_policy: kInvalidArgument names the member;
// what is absent is as in DatasetPolicy{}.
std::string encode(const DatasetPolicy& policy);
base::Result<DatasetPolicy> parse_policy(std::string_view json);

// When the partition expires; INT64_MAX: never.
base::Micros expiry(const Space& space, const DatasetPolicy& policy, const Place& place);
// The greatest index that has expired by `now`; nothing if none has, or none ever will.
std::optional<std::int64_t> last_expired(const Space& space, const DatasetPolicy& policy,
                                         base::Micros now);
// 2^(-age / half-life), of a partition whose interval ended at `end`; 1 without a half-life.
double worth(const DatasetPolicy& policy, base::Micros end, base::Micros now);

// The indexes of the dataset's lane that read a partition which has expired by `now`, sorted and
// apart; beyond the lane's own partitions too. O(1) where nothing upstream ever expires.
std::vector<Interval> reads_expired(const State& state, DatasetNo dataset, std::uint32_t lane,
                                    base::Micros now);
// Whether any dataset of the state has a retention.
bool anything_expires(const State& state);

}  // namespace headwater::planner
