// Sink: where imported events go: a data directory or a running server. Private to cli.
//
// Thread-safety: one thread. Errors: kInvalidJson if a batch as a whole is no JSON: nothing of it
// was taken, and its events may be sent one at a time; everything else ends the import.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "ingest/ingest.h"

namespace headwater::cli {

struct Tally {
  std::size_t stored = 0, merged = 0, duplicates = 0, quarantined = 0;
  std::map<std::string, std::size_t>
      reasons;  // of quarantine, the first kMaxReasons different ones
  static constexpr std::size_t kMaxReasons = 20;
  std::size_t other_reasons = 0;

  void add_reason(const std::string& reason);
};

// What the store holds: nodes with events of their own, and those that only others name.
struct Counts {
  std::int64_t datasets = 0, jobs = 0, runs = 0;
  std::int64_t named_datasets = 0, named_jobs = 0, named_runs = 0;
};

class Sink {
 public:
  virtual ~Sink() = default;
  // A JSON array of events. May return before it is answered; keeps a bounded number under way.
  virtual base::Result<void> send(std::string body) = 0;
  // Waits for all answers; the first error of any, if send did not return it.
  virtual base::Result<void> finish() = 0;
  virtual Tally tally() const = 0;
  virtual base::Result<Counts> counts() = 0;
};

// `store` is that of the pipeline; both outlive the sink.
std::unique_ptr<Sink> pipeline_sink(ingest::Pipeline& pipeline, storage::Store& store);
// POSTs to URL/api/v1/lineage/batch.
std::unique_ptr<Sink> http_sink(std::string url);

}  // namespace headwater::cli
