#include "ingest/run_merge.h"

#include <algorithm>

#include "ingest/bytes.h"

namespace headwater::ingest {

using model::EventType;
using storage::RunState;

namespace {

RunState state_of(const RunMerge& merge) {
  if (merge.end_state != 0) return static_cast<RunState>(merge.end_state);
  if (merge.seen_running) return RunState::kRunning;
  return merge.seen_any ? RunState::kNew : RunState::kUnknown;
}

}  // namespace

std::string encode(const RunMerge& merge) {
  ByteWriter out;
  for (const Position* p : {&merge.end, &merge.nominal, &merge.parent, &merge.code}) out.put(*p);
  out.put(merge.end_state);
  out.put(static_cast<std::uint8_t>((merge.seen_running ? 1 : 0) | (merge.seen_any ? 2 : 0)));
  return out.take();
}

RunMerge decode_run_merge(std::string_view bytes) {
  RunMerge merge;
  if (bytes.empty()) return merge;
  ByteReader in(bytes);
  for (Position* p : {&merge.end, &merge.nominal, &merge.parent, &merge.code}) {
    *p = in.position();
  }
  merge.end_state = in.get<std::int32_t>();
  const auto flags = in.get<std::uint8_t>();
  merge.seen_running = (flags & 1) != 0;
  merge.seen_any = (flags & 2) != 0;
  return merge;
}

void merge_event(storage::RunInfo& run, const model::Event& event, const Position& at,
                 model::CodeId code, model::RunRow parent) {
  RunMerge merge = decode_run_merge(run.merge);
  merge.seen_any = true;
  run.first_time = std::min(run.first_time, at.time);
  run.last_time = run.last_time == model::kOpenEnd ? at.time : std::max(run.last_time, at.time);
  if (event.type == EventType::kStart || event.type == EventType::kRunning) {
    merge.seen_running = true;
  }
  if (event.type == EventType::kStart) run.started_at = std::min(run.started_at, at.time);
  const bool ends = event.type == EventType::kComplete || event.type == EventType::kFail ||
                    event.type == EventType::kAbort;
  if (ends && at < merge.end) {
    merge.end = at;
    run.ended_at = at.time;
    const RunState state = event.type == EventType::kComplete ? RunState::kCompleted
                           : event.type == EventType::kFail   ? RunState::kFailed
                                                              : RunState::kAborted;
    merge.end_state = static_cast<std::int32_t>(state);
  }
  if (event.nominal_start && at > merge.nominal) {
    merge.nominal = at;
    run.nominal_start = *event.nominal_start;
    run.nominal_end = event.nominal_end.value_or(model::kOpenEnd);
  }
  if (parent && at > merge.parent) {
    merge.parent = at;
    run.parent = parent;
  }
  if (code && at > merge.code) {
    merge.code = at;
    run.code = code;
  }
  run.state = state_of(merge);
  run.merge = encode(merge);
}

}  // namespace headwater::ingest
