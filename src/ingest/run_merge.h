// How the events of a run become one run, whatever their order of arrival.
//
// Every field is merged by a rule that is commutative, associative and idempotent: the smallest or
// largest position wins. The first end by event time ends a run; nothing reopens it.
// Thread-safety: pure functions.
#pragma once

#include <string>

#include "ingest/timeline.h"
#include "model/event.h"
#include "storage/rows.h"

namespace headwater::ingest {

// The positions at which the current values were said. Stored in RunInfo::merge, 4 positions of 28
// bytes, then state and flags; format: docs/formats.md.
struct RunMerge {
  Position end{INT64_MAX, 0, 0, 0};
  Position nominal, parent, code;
  std::int32_t end_state = 0;
  bool seen_running = false, seen_any = false;
};
std::string encode(const RunMerge& merge);
RunMerge decode_run_merge(std::string_view bytes);

// Adds one event to `run`. `parent` is the parent run's row, if the event names one.
void merge_event(storage::RunInfo& run, const model::Event& event, const Position& at,
                 model::CodeId code, model::RunRow parent);

}  // namespace headwater::ingest
