// The semantic fingerprint of SQL: what remains when comments, white space and the case of keywords
// are taken away.
//
// Literals stay: `x > 1` and `x > 2` compute different results. (libpg_query's fingerprint drops
// them, and refuses much of BigQuery's and Spark's grammar: see docs/adr/0004.)
// Thread-safety: pure function. Errors: none; text that is no SQL still gets a stable fingerprint.
#pragma once

#include <string>
#include <string_view>

namespace headwater::ingest {

// Tokens joined by one space. `dialect` (case-insensitive, may be empty) decides whether '#' starts
// a comment and whether back-slash escapes a quote: bigquery, mysql, mariadb, spark, hive,
// databricks, snowflake ...
std::string normalize_sql(std::string_view sql, std::string_view dialect);

}  // namespace headwater::ingest
