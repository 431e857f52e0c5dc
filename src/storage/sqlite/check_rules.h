// What check() asks SQLite: each rule is a query that answers nothing on a sound store, else one
// row per finding, as text. Thread-safety: constants.
#pragma once

#include <span>
#include <string_view>

namespace headwater::storage::sqlite {

struct CheckRule {
  std::string_view name;   // of the statement, in errors
  std::string_view where;  // table and column, in findings
  const char* sql;
};

std::span<const CheckRule> check_rules();

}  // namespace headwater::storage::sqlite
