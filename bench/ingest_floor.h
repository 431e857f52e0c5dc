// The floor of ingest: what a bare loop in one thread needs for the same events.
//
// A Recording holds the statements, with their values, by which Headwater's writer changed its
// tables for a list of events: taken from a real run through SQLite's trace hook, so that the floor
// changes with the schema. run_floor() then does, an event at a time, what cannot be left out:
// parse the JSON (RapidJSON), compress the text (zstd level 3, the store's dictionary) and run
// these same statements on a database with the same tables and indexes; one transaction a batch.
// It checks nothing, looks nothing up, keeps no graph and answers nobody. Its log of 16 MiB is used
// again and again, since syncing blocks that exist is cheaper than growing a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "bench/ingest_run.h"

namespace headwater::bench {

struct Blob {
  std::string bytes;
};
using Value = std::variant<std::monostate, std::int64_t, std::string, Blob>;

struct Statement {
  std::size_t sql = 0;  // index in Recording::sql
  std::vector<Value> values;
};

struct Recording {
  std::vector<std::string> sql;
  std::vector<std::vector<Statement>> events;  // the first statement of each appends to the log
  std::string dictionary;
  std::size_t statements() const;
};

// Sends the events, in order, to a pipeline over a new store in `directory`, and records.
Recording record_ingest(const std::string& directory, const std::vector<std::string>& events);

struct FloorOptions {
  std::size_t batch = 1000;  // events a transaction
  std::size_t warm_up = 0;   // events before the clock starts
  bool sync = true;          // false: without fsync, to see what it costs
};
// For all events after the warm-up.
Cost run_floor(const std::string& directory, const std::vector<std::string>& events,
               const Recording& recording, const FloorOptions& options);

}  // namespace headwater::bench
