// Inherited cost: what was booked to a dataset, and what it inherited itself, is handed down to
// those who use it, by their share of use, until nobody uses it further. Private to stats.
//
// A dataset that nobody used keeps what it has; so do jobs without output, and cost of no job. The
// shares of each step add up exactly (split.h). Where jobs or times are told apart, the cost of
// each is handed down by itself. Errors: kCancelled; kLimitExceeded (max_work).
#pragma once

#include "stats/facts.h"

namespace headwater::stats {

// `booked` as facts of the direct view, with the uses.
Result<Facts> hand_down(const CostGround& ground, const CostQuestion& question,
                        const Wanted& wanted, Facts booked);

}  // namespace headwater::stats
