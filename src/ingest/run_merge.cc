#include "ingest/run_merge.h"

#include <algorithm>
#include <cstring>

namespace headwater::ingest {

using model::EventType;
using storage::RunState;

namespace {

template <class T>
void put(std::string& out, T value) {
  char raw[sizeof(T)];
  std::memcpy(raw, &value, sizeof(T));
  out.append(raw, sizeof(T));
}

template <class T>
T get(std::string_view& in) {
  T value{};
  if (in.size() < sizeof(T)) return value;
  std::memcpy(&value, in.data(), sizeof(T));
  in.remove_prefix(sizeof(T));
  return value;
}

void put_position(std::string& out, const Position& p) {
  put(out, p.time);
  put(out, p.rank);
  put(out, p.tie);
  put(out, p.seq);
}

Position get_position(std::string_view& in) {
  Position p;
  p.time = get<Micros>(in);
  p.rank = get<std::int32_t>(in);
  p.tie = get<std::int64_t>(in);
  p.seq = get<std::uint64_t>(in);
  return p;
}

RunState state_of(const RunMerge& merge) {
  if (merge.end_state != 0) return static_cast<RunState>(merge.end_state);
  if (merge.seen_running) return RunState::kRunning;
  return merge.seen_any ? RunState::kNew : RunState::kUnknown;
}

}  // namespace

std::string encode(const RunMerge& merge) {
  std::string out;
  for (const Position* p : {&merge.end, &merge.nominal, &merge.parent, &merge.code}) {
    put_position(out, *p);
  }
  put(out, merge.end_state);
  put(out, static_cast<std::uint8_t>((merge.seen_running ? 1 : 0) | (merge.seen_any ? 2 : 0)));
  return out;
}

RunMerge decode_run_merge(std::string_view bytes) {
  RunMerge merge;
  if (bytes.empty()) return merge;
  for (Position* p : {&merge.end, &merge.nominal, &merge.parent, &merge.code}) {
    *p = get_position(bytes);
  }
  merge.end_state = get<std::int32_t>(bytes);
  const auto flags = get<std::uint8_t>(bytes);
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
