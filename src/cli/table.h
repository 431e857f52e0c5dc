// Table: rows for people, in columns as wide as what stands in them. Private to cli.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace headwater::cli {

class Table {
 public:
  // A name that begins with '>' is of a column of numbers, which stand at its right.
  explicit Table(std::vector<std::string> names);
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.size() == 1; }
  // Without blanks at the ends of lines. Cells of more than 72 characters push the rest aside.
  std::string text() const;

 private:
  std::vector<bool> right_;
  std::vector<std::vector<std::string>> rows_;  // the names first
};

std::string short_id(const std::string& node_id);      // without "dataset:" or "job:"
std::string duration_text(std::int64_t milliseconds);  // "1 h 20 min", "3.5 s"; "?" below 0
std::string csv_field(const std::string& text);        // in quotes where it has to be

}  // namespace headwater::cli
