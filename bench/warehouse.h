// A made-up warehouse of any size, as OpenLineage events: layers of tables in domains, a few hubs
// that every domain reads, a root table that everything descends from, schemas, column lineage,
// owners, a second run of every tenth job with other inputs, so that the graph has a past.
//
// Its shape follows a real warehouse: half of all nodes have fewer than ten others in their
// lineage, one in a hundred a few hundred, hubs all that lies below them.
//
// Thread-safety: none. The same options give the same events, on every machine.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace headwater::bench {

struct WarehouseOptions {
  std::uint32_t jobs = 200'000, datasets = 400'000;
  std::uint32_t columns = 2'000'000;       // over all datasets, evenly
  std::uint32_t column_edges = 5'000'000;  // about
  std::uint64_t seed = 20261001;
};

// What questions are asked about.
struct WarehouseNames {
  std::string root_namespace = "warehouse", root = "core.events", root_column = "c0";
};

// One event after the other: a declaration of each source, then a completed run of each job in an
// order in which inputs come before what reads them, then the second runs.
void warehouse_events(const WarehouseOptions& options,
                      const std::function<void(std::string)>& visit);

}  // namespace headwater::bench
