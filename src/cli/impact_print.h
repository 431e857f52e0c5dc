// An impact for people: a table whose rows come as the answer comes. Private to cli.
//
// Takes NDJSON in pieces. The widths follow the first rows, so a long answer is printed while it
// arrives. Memory: those rows and one line.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace headwater::cli {

using Print = std::function<base::Result<void>(const std::string&)>;

// Cuts NDJSON into lines.
class Lines {
 public:
  explicit Lines(std::function<base::Result<void>(std::string_view)> each)
      : each_(std::move(each)) {}
  base::Result<void> take(std::string_view bytes);

 private:
  std::function<base::Result<void>(std::string_view)> each_;
  std::string rest_;
};

class ImpactTable {
 public:
  explicit ImpactTable(Print print) : print_(std::move(print)) {}
  base::Result<void> line(std::string_view json);

 private:
  using Row = std::array<std::string, 5>;
  base::Result<void> flush();
  base::Result<void> print_row(const Row& row);
  base::Result<void> summary(std::string_view json);

  Print print_;
  std::vector<Row> rows_;  // until the widths are set
  std::array<std::size_t, 5> widths_{};
  bool fixed_ = false;
};

// The lines as one JSON document with the members of the head, `affected`, and those of the
// summary.
class ImpactDocumentText {
 public:
  explicit ImpactDocumentText(Print print) : print_(std::move(print)) {}
  base::Result<void> line(std::string_view json);

 private:
  Print print_;
  bool any_ = false;
};

}  // namespace headwater::cli
