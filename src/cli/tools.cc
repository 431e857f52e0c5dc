// headwater check | replay | backup | config | version.

#include <cstdio>
#include <memory>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/stores.h"
#include "ingest/ingest.h"
#include "planner/planner.h"
#include "planner/rescan.h"

namespace headwater::cli {

using base::Result;

namespace {

// What a start would load of the partitions, worked out again.
Result<void> check_partitions(storage::Store& store, std::vector<storage::CheckFinding>& findings) {
  const auto planner = std::make_shared<planner::Planner>();
  HW_TRY(const auto view, planner::make_view(store, planner));
  base::Crew crew;
  const auto scan = planner::Rescan::run(planner->state(), nullptr, {}, &crew);
  for (const auto& fault : scan->faults()) {
    findings.push_back({"partitions of dataset " + std::to_string(fault.dataset.value) + ", lane " +
                            std::to_string(fault.lane) + ", block " + std::to_string(fault.block),
                        fault.what + " is not what follows from its columns"});
  }
  const std::uint64_t rest = scan->fault_count() - scan->faults().size();
  if (rest != 0) findings.push_back({"partitions", std::to_string(rest) + " more"});
  return {};
}

Result<int> run_check(const base::Config& config) {
  HW_TRY(const auto store, storage::Store::open(exclusive_options(config)));
  Progress progress("check");
  HW_TRY(auto findings, ingest::check(*store, app::pipeline_options(config),
                                      [&](double share) { progress.show(share); }));
  HW_CHECK_OK(check_partitions(*store, findings));
  progress.finish();
  for (const auto& finding : findings) {
    std::printf("%s: %s\n", finding.where.c_str(), finding.what.c_str());
  }
  if (!findings.empty()) {
    std::printf("%zu findings\n", findings.size());
    return kFailed;
  }
  std::printf("clean: the log, the tables, the graph and the partitions agree\n");
  return kOk;
}

bool print_comparison(const std::vector<ingest::ViewDigest>& before,
                      const std::vector<ingest::ViewDigest>& after) {
  bool same = before.size() == after.size();
  for (std::size_t i = 0; i < after.size() && i < before.size(); ++i) {
    const bool equal = before[i] == after[i];
    same = same && equal;
    std::printf("%-24s %10llu rows  %s  %s\n", after[i].view.c_str(),
                static_cast<unsigned long long>(after[i].rows), base::to_hex(after[i].hash).c_str(),
                equal ? "identical" : "DIFFERENT");
  }
  return same;
}

Result<model::Seq> last_seq(storage::Store& store) {
  HW_TRY(auto reader, store.reader());
  return reader.last_seq();
}

Result<int> run_replay(const base::Config& config, const std::string& target) {
  HW_TRY(const auto source, storage::Store::open(reading_options(config)));
  Progress progress("replay");
  HW_CHECK_OK(ingest::rebuild(*source, target, app::pipeline_options(config),
                              [&](double share) { progress.show(share); }));
  progress.finish();
  storage::StoreOptions options;
  options.directory = target;
  HW_TRY(const auto rebuilt, storage::Store::open(options));
  HW_TRY(const auto before, ingest::digests(*source, true));
  HW_TRY(const auto after, ingest::digests(*rebuilt, true));
  HW_TRY(const model::Seq source_seq, last_seq(*source));
  HW_TRY(const model::Seq rebuilt_seq, last_seq(*rebuilt));
  const bool same = print_comparison(before, after);
  if (same) {
    std::printf("all views are identical to those replayed from\n");
  } else if (source_seq != rebuilt_seq) {
    std::printf("the source was written to meanwhile: replay a backup to compare\n");
  } else {
    std::printf("some views differ: headwater check says more\n");
  }
  return same ? kOk : kFailed;
}

Result<int> run_backup(const base::Config& config, const std::string& target) {
  HW_TRY(const auto store, storage::Store::open(reading_options(config)));
  Progress progress("backup");
  HW_CHECK_OK(store->backup(target, [&](double share) { progress.show(share); }));
  progress.finish();
  std::printf("backup complete: %s\n", target.c_str());
  return kOk;
}

int finish(const Result<int>& code) { return code ? *code : report(code.error()); }

}  // namespace

int check(const base::Config& config) { return finish(run_check(config)); }
int replay(const base::Config& config, const std::string& target) {
  return finish(run_replay(config, target));
}
int backup(const base::Config& config, const std::string& target) {
  return finish(run_backup(config, target));
}
int print_settings(const base::Config& config) {
  for (const base::Setting& setting : config.settings()) {
    const std::string key(setting.key);
    std::printf("%-32s = %-12s # %s\n", key.c_str(), config.text(key).c_str(),
                config.source(key).c_str());
  }
  return kOk;
}
int version() {
  std::printf("headwater %s\n", HW_VERSION);
  return kOk;
}

}  // namespace headwater::cli
