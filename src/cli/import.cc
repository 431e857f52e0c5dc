// headwater import: files into a data directory or a running server.

#include <chrono>
#include <cstdio>
#include <future>
#include <map>
#include <memory>

#include "app/settings.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/sink.h"
#include "ingest/ingest.h"

namespace headwater::cli {

using base::Error;
using base::Result;

namespace {

constexpr std::size_t kMaxBatchBytes = 8 << 20;
constexpr std::size_t kReasonsShown = 5;

// Collects lines into batches for a sink, and what became of them.
class Importer {
 public:
  Importer(Sink& sink, std::size_t batch)
      : sink_(sink), batch_(batch), start_(std::chrono::steady_clock::now()) {}

  Result<void> file(const std::string& path) {
    HW_TRY(const auto source, open_source(path));
    Progress progress("import " + path);
    EventReader reader(*source);
    while (true) {
      HW_TRY(auto item, reader.next());
      if (!item) break;
      ++read_;
      if (auto valid = ingest::check_json(item->text, limits_); !valid) {
        not_json(path, *item, valid.error());
        continue;
      }
      HW_CHECK_OK(add(std::move(item->text)));
      const double share = source->size() == 0 ? -1
                                               : static_cast<double>(source->consumed()) /
                                                     static_cast<double>(source->size());
      progress.show(share, line());
    }
    HW_CHECK_OK(flush());
    progress.finish();
    return {};
  }
  Result<void> finish() {
    HW_CHECK_OK(flush());
    HW_TRY(const Tally tally, sink_.finish());
    tally_ = tally;
    return {};
  }

  void summary() const {
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    std::printf("events      %10zu in %.1f s (%.0f/s)\n", read_, seconds,
                static_cast<double>(read_) / seconds);
    std::printf("stored      %10zu\nmerged      %10zu\nduplicates  %10zu\nquarantined %10zu\n",
                tally_.stored, tally_.merged, tally_.duplicates, tally_.quarantined);
    if (not_json_ != 0) std::printf("not JSON    %10zu (kept nowhere; see above)\n", not_json_);
    for (const auto& [reason, count] : tally_.reasons) {
      std::printf("  %zu x %s\n", count, reason.c_str());
    }
    if (tally_.quarantined != 0) {
      std::printf(
          "GET /api/v1/quarantine lists them; POST /api/v1/quarantine/SEQ/replay tries one "
          "again.\n");
    }
  }
  int exit_code() const { return not_json_ == 0 ? kOk : kPartly; }

 private:
  void not_json(const std::string& path, const EventReader::Item& item, const Error& error) {
    if (++not_json_ > kReasonsShown) return;
    std::fprintf(stderr, "headwater: %s line %llu: %s\n", path.c_str(),
                 static_cast<unsigned long long>(item.line), error.message.c_str());
  }
  Result<void> add(std::string text) {
    body_ += body_.empty() ? "[" : ",";
    body_ += text;
    if (++pending_ >= batch_ || body_.size() > kMaxBatchBytes) return flush();
    return {};
  }
  Result<void> flush() {
    if (pending_ == 0) return {};
    body_ += "]";
    pending_ = 0;
    return sink_.send(std::exchange(body_, {}));
  }
  std::string line() const {
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    return std::to_string(read_) + " events, " +
           std::to_string(static_cast<long>(static_cast<double>(read_) / (seconds + 0.001))) +
           "/s, " + std::to_string(sink_.quarantined_so_far()) + " quarantined";
  }

  Sink& sink_;
  const std::size_t batch_;
  const std::chrono::steady_clock::time_point start_;
  const ingest::ParseLimits limits_;
  std::string body_;
  std::size_t pending_ = 0, read_ = 0, not_json_ = 0;
  Tally tally_;
};

void print_counts(storage::Store& store) {
  auto reader = store.reader();
  if (!reader) return;
  const auto count = [&](model::NodeKind kind, bool placeholders) -> long long {
    const auto n = reader->count_nodes(kind, model::NamespaceId{}, placeholders);
    return n ? *n : -1;
  };
  using model::NodeKind;
  const long long datasets = count(NodeKind::kDataset, false);
  const long long jobs = count(NodeKind::kJob, false);
  const auto runs = reader->count_runs();
  std::printf("\n%-10s %10s   %s\n", "now", "", "and only named by others");
  std::printf("%-10s %10lld   %lld\n", "datasets", datasets,
              count(NodeKind::kDataset, true) - datasets);
  std::printf("%-10s %10lld   %lld (parents)\n", "jobs", jobs, count(NodeKind::kJob, true) - jobs);
  if (runs) {
    std::printf("%-10s %10lld   %lld (parents)\n", "runs",
                static_cast<long long>(runs->runs - runs->placeholders),
                static_cast<long long>(runs->placeholders));
  }
}

Result<int> import_into(Sink& sink, const ImportOptions& options) {
  Importer importer(sink, options.batch);
  for (const std::string& path : options.files) HW_CHECK_OK(importer.file(path));
  HW_CHECK_OK(importer.finish());
  importer.summary();
  return importer.exit_code();
}

Result<int> import_locally(const base::Config& config, const ImportOptions& options) {
  HW_TRY(const auto store, storage::Store::open(app::store_options(config)));
  HW_TRY(const auto graph, ingest::load_graph(*store));
  HW_TRY(const auto pipeline, ingest::Pipeline::start(*store, *graph, base::system_clock(),
                                                      app::pipeline_options(config)));
  const auto sink = pipeline_sink(*pipeline);
  HW_TRY(const int code, import_into(*sink, options));
  pipeline->stop();
  print_counts(*store);
  return code;
}

}  // namespace

int import_files(const base::Config& config, const ImportOptions& options) {
  Result<int> code = kOk;
  if (options.url.empty()) {
    code = import_locally(config, options);
  } else {
    const auto sink = http_sink(options.url);
    code = import_into(*sink, options);
  }
  return code ? *code : report(code.error());
}

}  // namespace headwater::cli
