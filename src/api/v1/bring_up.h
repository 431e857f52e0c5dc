// What questions about cost, use and lists of jobs keep, made before anybody asks: sums by day,
// labels, popularity, costs of a run, news of jobs.
//
// Thread-safety: any thread, beside questions. Those that come meanwhile wait for the labels and
// for the popularity, and read what else is not there yet themselves. Cost: once after a start
// about 200 ns a row of the ledger, 150 ns a row of use, 5 us a job, and reading every owner and
// tag; later what is new. Errors: those of the store.
#pragma once

#include <functional>

#include "api/v1/context.h"

namespace headwater::api::v1 {

// `ended` is asked between its parts, and for every million rows.
Result<void> bring_up(const Services& services, const std::function<bool()>& ended);

}  // namespace headwater::api::v1
