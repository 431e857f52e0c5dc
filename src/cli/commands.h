// The commands behind the command line, and how they talk. Private to cli.
//
// Each returns an exit code of cli/cli.h and has printed what went wrong.
#pragma once

#include <cstdint>
#include <functional>
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
  std::string file = "-";            // .gz and .zst are compressed
  std::uint64_t after = 0;           // records after this seq
  std::uint64_t until = UINT64_MAX;  // and up to this one
  std::string from_time, to_time;    // event time, [from, to); empty: no bound
  std::vector<std::string> kinds;    // run, job, dataset, quarantined, decision; empty: events
};
int export_log(const base::Config& config, const ExportOptions& options);

struct ImpactOptions {
  std::string url;                   // empty: the data directory
  std::vector<std::string> changes;  // cli/impact_change.h
  std::string changes_file;          // "-" is standard input
  std::string fail_on;               // breaking, degraded, recompute; empty: nothing
  std::string format = "text";       // text, json, ndjson, csv
  std::string as_of, known_at;
  std::uint32_t depth = 0, max_nodes = 0;  // 0: as the server has it
  bool stated_only = false;                // leave out what is assumed
  bool evidence = false;
};
int impact(const base::Config& config, const ImpactOptions& options);

struct StaleOptions {
  std::string url;                   // empty: this machine's server
  std::string node;                  // empty: everything
  std::string scope;                 // downstream, upstream; empty: the node
  std::string status, environment;   // of the question
  std::string format = "text";       // text, json, csv
  std::vector<std::string> fail_on;  // statuses
  bool ranges = false, all = false;
};
int stale(const base::Config& config, const StaleOptions& options);

struct CompareOptions {
  std::string url;          // empty: this machine's server
  std::string left, right;  // node ids; an empty right is the left
  std::string left_as_of, right_as_of, left_environment, right_environment;
  std::string tolerance, parts;  // empty: as the server has it
  bool json = false;
};
int compare(const base::Config& config, const CompareOptions& options);

struct PlanCommand {
  std::string url;
  std::string verb;         // create, list, show, tasks, approve, pause, resume, cancel, lease,
                            // heartbeat, complete
  std::string plan, token;  // of those that exist
  bool json = false;
  std::string author, reason;
  // create
  std::string name, direction, until, environment, webhook, webhook_secret;
  std::vector<std::string> nodes, changes, include;
  std::int64_t budget_partitions = -1, budget_cost_micros = -1,
               budget_duration_ms = -1;                              // -1: none
  std::int64_t partitions_per_task = 0, attempts = 0, lease_ms = 0;  // 0: as the server has it
  double tolerance = 0;                                              // likewise
  bool dry_run = false, no_refresh = false;
  // list, tasks, complete
  std::string state;
  // lease
  std::string worker, request_id;
  std::int64_t max_leases = 1, max_partitions = 0;
  std::vector<std::string> jobs;
  // complete
  std::vector<std::string> done, failed;
  std::string run_id, message;
};
int plan(const base::Config& config, const PlanCommand& command);

int check(const base::Config& config);
int replay(const base::Config& config, const std::string& target);
int backup(const base::Config& config, const std::string& target);
int print_settings(const base::Config& config);
int version();

// Prints an error as every command does: one line, and one with a hint if there is any. Returns
// kFailed, or kUsage for configuration.
int report(const base::Error& error);

// One line that is rewritten on a terminal and printed now and then elsewhere. To standard error.
class Progress {
 public:
  explicit Progress(std::string label);
  // `text` is called only if it is time to print. share below 0: not known.
  void show(double share, const std::function<std::string()>& text = {});
  void finish();

 private:
  std::string label_;
  bool terminal_;
  std::int64_t last_ms_ = 0;
  bool shown_ = false;
};

}  // namespace headwater::cli
