// Input: the events of a file, one at a time, with bounded memory.
//
// Reads NDJSON, one JSON value over several lines, and JSON arrays; plain, gzip or zstd, recognised
// by their first bytes; "-" is standard input. Thread-safety: one thread. Errors: kInvalidArgument
// for a file that cannot be read or is not what it seems; what was read before stays valid.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"

namespace headwater::cli {

// Bytes of a file, decompressed.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Appends some bytes; false at the end.
  virtual base::Result<bool> read(std::string& out) = 0;
  // Of the file itself, for progress; size 0: not known.
  virtual std::uint64_t consumed() const = 0;
  virtual std::uint64_t size() const = 0;
};
base::Result<std::unique_ptr<ByteSource>> open_source(const std::string& path);

class EventReader {
 public:
  explicit EventReader(ByteSource& source) : source_(source) {}

  struct Item {
    std::string text;        // one JSON value, as far as brackets tell
    std::uint64_t line = 0;  // where it starts, from 1
  };
  // The next value at the top level or in a top-level array; nullopt at the end.
  base::Result<std::optional<Item>> next();

 private:
  base::Result<bool> fill();
  void skip_separators();
  bool scan_value(std::size_t& end);

  ByteSource& source_;
  std::string buffer_;
  std::size_t at_ = 0;
  std::size_t scanned_ = 0;  // of the value that starts at at_
  std::size_t depth_ = 0;
  bool in_string_ = false, escaped_ = false;
  bool ended_ = false;
  bool in_array_ = false;
  std::uint64_t line_ = 1;
};

}  // namespace headwater::cli
