// Output: a file that takes text and compresses it as its name says (.gz, .zst). Private to cli.
//
// "-" is standard output. Thread-safety: one thread. Errors: kStorageUnavailable. Memory: one write
// and its compressed form. What was written before an error stays in the file.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "base/result.h"

namespace headwater::cli {

class Output {
 public:
  static base::Result<std::unique_ptr<Output>> open(const std::string& path);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  base::Result<void> write(const std::string& text);
  // Only this says that everything has reached the file.
  base::Result<void> close();

 private:
  enum class Coding { kNone, kGzip, kZstd };

  Output() = default;
  base::Result<void> put(const std::string& bytes);

  std::FILE* file_ = nullptr;
  Coding coding_ = Coding::kNone;
};

}  // namespace headwater::cli
