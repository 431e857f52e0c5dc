// The partition snapshot: the columns of one State in a file, for the next start.
//
// Field by field: docs/formats-partition-snapshot.md. Derived data: what is missing, damaged or of
// another store costs a start from the tables, nothing else.
//
// Thread-safety: save_snapshot() from any thread, of a State that readers may hold; load_snapshot()
// on the thread of the engine. Errors: those of base/section_file.h; kNotFound also for a file of
// another store.
#pragma once

#include <string>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "planner/engine.h"
#include "planner/state.h"

namespace headwater::planner {

// What ties a file to a store: which one it is, and its record of the file's seq.
struct SnapshotOrigin {
  std::string instance;
  base::Hash128 record;
  bool operator==(const SnapshotOrigin&) const = default;
};

base::Result<void> save_snapshot(const State& state, const SnapshotOrigin& origin,
                                 const std::string& path);

// Reads a file piece by piece: first what it says of itself, then the columns into an engine that
// has all its datasets, spaces, mappings and codes, and no partitions.
class SnapshotReader {
 public:
  SnapshotReader();
  base::Result<void> open(const std::string& path);
  model::Seq seq() const;
  bool is_of(const SnapshotOrigin& origin) const;
  // On an error the engine is of no use any more. Returns the datasets whose mappings are others
  // than those that their differences are of: rebase() them.
  base::Result<std::vector<DatasetNo>> load(Engine& engine);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace headwater::planner
