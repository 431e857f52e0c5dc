// The log as it was received, the quarantine, and counts of everything.
//
// Errors: those of the store; kNotFound for a record that is not there (yet).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "query/catalog.h"
#include "query/session.h"

namespace headwater::query {

struct EventListQuery {
  Micros from = INT64_MIN, to = model::kOpenEnd;  // event time, [from, to)
  bool descending = true;
  PageRequest page;
  std::optional<std::pair<Micros, Seq>> after;
};
Result<Page<storage::LogRecord, std::pair<Micros, Seq>>> list_events(Session& session,
                                                                     const EventListQuery& query);
Result<storage::LogRecord> log_record(Session& session, Seq seq);

struct Quarantined {
  storage::QuarantineRow row;
  Micros received_at = 0;
};
// The newest first; `after` is the last seq seen. Reads the numbers of all of them.
Result<Page<Quarantined, Seq>> list_quarantine(Session& session, const PageRequest& page,
                                               std::optional<Seq> after);
Result<storage::QuarantineRow> quarantined(Session& session, Seq seq);

struct Stats {
  Seq seq;
  std::int64_t events = 0, datasets = 0, jobs = 0, fields = 0, runs = 0, namespaces = 0;
  std::int64_t placeholder_datasets = 0, placeholder_jobs = 0, placeholder_runs = 0;
  std::int64_t edges_current = 0, edges_total = 0, quarantined = 0, size_bytes = 0;
};
// Counts of the newest version. Cost: linear in nodes, edges, runs and events; so where counting
// took longer than kCheapCount, what was counted last is told again for kKeptFor, with its own
// `seq`, unless that lies before `wanted`.
inline constexpr std::chrono::milliseconds kCheapCount{50};
inline constexpr std::chrono::seconds kKeptFor{30};
struct KeptStats {
  Seq seq;
  Stats stats;
  std::chrono::steady_clock::duration cost{};
  std::chrono::steady_clock::time_point at;
};
bool still_good(const KeptStats& kept, Seq now, Seq wanted,
                std::chrono::steady_clock::time_point time);
Result<Stats> stats(Session& session, Seq wanted = {});

}  // namespace headwater::query
