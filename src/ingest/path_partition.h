// The partition that the path of a file or a folder names.
//
// Source: the layout of Hive tables (key=value folders, names and values percent-encoded), and the
// date folders of plain object stores. Thread-safety: pure functions. Cost: linear in the path.
#pragma once

#include <optional>
#include <string_view>

#include "model/partition.h"

namespace headwater::ingest {

// Every `key=value` segment is one dimension; without any, a date: /2026-10-01/ or /2026/10/01/,
// with an hour if a segment of two digits follows, as 2026-10-01 or 2026-10-01T05 of a dimension
// without a name. The last segment counts as well, the host or bucket does not. nullopt: there is
// none, or what stands there has no single meaning (two dates, a key with two values, no value, a
// '*', no UTF-8).
std::optional<model::PartitionBox> path_partition(std::string_view path);

}  // namespace headwater::ingest
