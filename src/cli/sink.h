// Sink: where imported batches go. Private to cli.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "ingest/ingest.h"

namespace headwater::cli {

struct Tally {
  std::size_t stored = 0, merged = 0, duplicates = 0, quarantined = 0;
  std::map<std::string, std::size_t> reasons;  // of quarantine
};

class Sink {
 public:
  virtual ~Sink() = default;
  // A JSON array of events. May return before it is answered; keeps a bounded number under way.
  virtual base::Result<void> send(std::string body) = 0;
  // Waits for all answers.
  virtual base::Result<Tally> finish() = 0;
  virtual std::size_t quarantined_so_far() const = 0;
};

std::unique_ptr<Sink> pipeline_sink(ingest::Pipeline& pipeline);
// POSTs to URL/api/v1/lineage/batch; waits as Retry-After says when the server is busy.
std::unique_ptr<Sink> http_sink(std::string url);

}  // namespace headwater::cli
