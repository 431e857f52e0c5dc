// The commands behind the command line. Private to cli.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/config.h"
#include "base/result.h"

namespace headwater::cli {

struct ImportOptions {
  std::vector<std::string> files;  // "-" is standard input
  std::string url;                 // empty: into the data directory
  std::size_t batch = 1000;
};
int import_files(const base::Config& config, const ImportOptions& options);

struct ExportOptions {
  std::string file = "-";  // .gz and .zst are compressed
  std::uint64_t after = 0, until = UINT64_MAX;
  bool quarantined = false;  // those too, and nothing else
};
int export_log(const base::Config& config, const ExportOptions& options);

int check(const base::Config& config);
int replay(const base::Config& config, const std::string& target);
int backup(const base::Config& config, const std::string& target);
int version();

// Prints an error as every command does, and returns kFailed (kUsage for configuration).
int report(const base::Error& error);

// One line that is rewritten on a terminal and printed now and then elsewhere.
class Progress {
 public:
  explicit Progress(std::string label);
  void show(double share, const std::string& text);  // share below 0: not known
  void finish();

 private:
  std::string label_;
  bool terminal_;
  std::int64_t last_ms_ = 0;
  bool shown_ = false;
};

}  // namespace headwater::cli
