// EventReader: the events in a stream of bytes, one at a time. Private to cli.
//
// Two layouts, told apart by the first two lines that are not blank:
//   lines   NDJSON: one of them is a whole JSON object. Each line is an item, so a broken line
//   costs
//           nothing but itself.
//   values  anything else: JSON values one after another, over any number of lines; an array at the
//           top is opened and its elements are the items. What cannot be JSON ends with its line.
// An item is what brackets and quotes make of it: it need not be valid JSON.
//
// Memory: one item and one read. Thread-safety: one thread. Errors: those of the source;
// kLimitExceeded for an item over kMaxItemBytes; kInvalidArgument for an array that is not closed
// at the end, since the file may have been cut off.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/byte_source.h"

namespace headwater::cli {

class EventReader {
 public:
  static constexpr std::size_t kMaxItemBytes = std::size_t{256} << 20;

  explicit EventReader(ByteSource& source) : source_(source) {}

  struct Item {
    std::string text;
    std::uint64_t line = 0;  // where it starts, from 1
    bool object = false;     // one object by its brackets: safe to join with others by commas
  };
  // nullopt at the end.
  base::Result<std::optional<Item>> next();

 private:
  enum class Layout { kUnknown, kLines, kValues };

  base::Result<bool> fill();
  base::Result<void> decide_layout();
  base::Result<std::vector<std::string_view>> first_lines();
  base::Result<std::optional<Item>> next_line();
  base::Result<std::optional<Item>> next_value();
  bool skip_separators();
  bool scan_object(std::size_t& end, bool& closed);
  bool scan_other(std::size_t& end);
  base::Result<bool> line_end(std::size_t from, std::size_t& end);

  ByteSource& source_;
  Layout layout_ = Layout::kUnknown;
  std::string buffer_;
  std::size_t at_ = 0;
  bool ended_ = false;
  bool in_array_ = false;
  std::uint64_t line_ = 1;
  // Of the object that starts at at_:
  std::size_t scanned_ = 0, depth_ = 0;
  bool in_string_ = false, escaped_ = false;
};

}  // namespace headwater::cli
