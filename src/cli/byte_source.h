// ByteSource: the bytes of a file, decompressed, with bounded memory. Private to cli.
//
// Plain, gzip (several members) and zstd (several frames), recognised by the first bytes, whatever
// the name says; "-" is standard input. Thread-safety: one thread. Errors: kNotFound for a file
// that cannot be opened, kInvalidArgument for one that is damaged or ends too early; what was read
// before stays valid.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"

namespace headwater::cli {

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

}  // namespace headwater::cli
