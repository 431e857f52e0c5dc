#include "planner/partition_runs.h"

#include <algorithm>

namespace headwater::planner {

namespace {

void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

std::uint64_t take_varint(std::string_view& text) {
  std::uint64_t out = 0;
  for (unsigned shift = 0; !text.empty() && shift < 64; shift += 7) {
    const auto byte = static_cast<std::uint8_t>(text.front());
    text.remove_prefix(1);
    out |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) break;
  }
  return out;
}

// The run that holds the index, or the first after it.
template <class Runs>
auto run_at(Runs& runs, std::int64_t index) {
  return std::partition_point(runs.begin(), runs.end(),
                              [index](const auto& run) { return run.last < index; });
}

}  // namespace

PartitionState PartitionRuns::at(std::int64_t index) const { return run_at(runs_, index)->state; }

std::vector<PartitionRuns::Run> PartitionRuns::within(std::int64_t first, std::int64_t last) const {
  std::vector<Run> out;
  for (auto it = run_at(runs_, first); it != runs_.end() && it->first <= last; ++it) {
    out.push_back({std::max(it->first, first), std::min(it->last, last), it->state});
  }
  return out;
}

void PartitionRuns::set(std::int64_t first, std::int64_t last, PartitionState state) {
  std::vector<Run> out;
  const auto add = [&out](const Run& run) {
    if (run.last < run.first) return;
    if (!out.empty() && out.back().state == run.state) {
      out.back().last = run.last;
    } else {
      out.push_back(run);
    }
  };
  bool put = false;
  for (const Run& run : runs_) {
    if (run.last < first) {
      add(run);
      continue;
    }
    add({run.first, std::min(run.last, first - 1), run.state});
    if (!put) add({first, last, state});
    put = true;
    add({std::max(run.first, last + 1), run.last, run.state});
  }
  runs_ = std::move(out);
}

std::string PartitionRuns::encode() const {
  std::string out;
  if (runs_.size() == 1 && runs_.front().state == PartitionState{}) return out;
  for (const Run& run : runs_) {
    put_varint(out, static_cast<std::uint64_t>(run.last - run.first + 1));
    out.push_back(static_cast<char>(run.state.status));
    put_varint(out, static_cast<std::uint64_t>(run.state.attempts));
  }
  return out;
}

PartitionRuns PartitionRuns::decode(std::int64_t first, std::int64_t last, std::string_view text) {
  PartitionRuns out(first, last);
  for (std::int64_t at = first; !text.empty() && at <= last;) {
    const auto length = static_cast<std::int64_t>(take_varint(text));
    if (text.empty() || length <= 0 || length > last - at + 1) break;
    PartitionState state;
    state.status = static_cast<PartitionStatus>(text.front());
    text.remove_prefix(1);
    state.attempts = static_cast<std::int32_t>(take_varint(text));
    out.set(at, at + length - 1, state);
    at += length;
  }
  return out;
}

}  // namespace headwater::planner
