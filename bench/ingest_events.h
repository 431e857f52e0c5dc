// Events to measure ingest with: OpenLineage run events of about 3 KB, as an orchestrator with a
// warehouse sends them. Jobs and datasets keep their shape; run ids, times and statistics are new
// in every event, so that no two are duplicates.
//
// Thread-safety: the generator is immutable; event(i) may be called from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace headwater::bench {

class IngestEvents {
 public:
  // The same seed gives the same events, on every machine.
  explicit IngestEvents(std::size_t jobs = 1000, std::uint64_t seed = 20261001);

  // Even: the START of a run; odd: the COMPLETE of one that began earlier. Ordered by event time.
  std::string event(std::uint64_t index) const;
  std::vector<std::string> events(std::uint64_t first, std::size_t count) const;

 private:
  struct Shape {  // what stays the same in all events of a job
    std::string job, inputs, outputs_head, outputs_facets;
  };
  std::vector<Shape> shapes_;
  std::uint64_t seed_;
};

// Reports of use, no two alike: 3,000 consumers of 20,000 datasets, some of which most of them
// read.
std::vector<std::string> usage_reports(std::size_t count, std::uint64_t seed = 20261001);

// "[e1,e2,…]" over events[first, first + count).
std::string json_array(const std::vector<std::string>& events, std::size_t first,
                       std::size_t count);

// The lines of the warehouse corpus below `corpora`, or none.
std::vector<std::string> warehouse_events(const std::string& corpora);

}  // namespace headwater::bench
