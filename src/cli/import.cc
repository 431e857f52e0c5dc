// headwater import: files into a data directory or a running server.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>

#include "app/housekeeper.h"
#include "app/settings.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/event_reader.h"
#include "cli/sink.h"
#include "ingest/ingest.h"

namespace headwater::cli {

using base::Error;
using base::ErrorCode;
using base::Result;
using Item = EventReader::Item;

namespace {

constexpr std::size_t kMaxBatchBytes = 8 << 20;
constexpr std::size_t kLinesShown = 10;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Collects items into batches for a sink, and counts what became of them.
class Importer {
 public:
  Importer(Sink& sink, std::size_t batch)
      : sink_(sink), batch_(batch), start_(std::chrono::steady_clock::now()) {}

  Result<void> file(const std::string& path) {
    path_ = path == "-" ? "standard input" : path;
    HW_TRY(const auto source, open_source(path));
    Progress progress("import " + path_);
    EventReader reader(*source);
    auto read = read_all(reader, *source, progress);
    auto sent = flush();  // also what was read before an error
    progress.finish();
    if (!read) return std::move(read).error();
    return sent;
  }
  void print_summary() const;
  bool all_taken() const { return unreadable_ == 0 && sink_.tally().quarantined == 0; }

 private:
  Result<void> read_all(EventReader& reader, const ByteSource& source, Progress& progress) {
    while (true) {
      auto item = reader.next();
      if (!item) {
        return base::make_error(item.error().code, path_ + ": " + item.error().message,
                                item.error().detail);
      }
      if (!*item) return {};
      ++read_;
      HW_CHECK_OK(add(*std::move(*item)));
      const double share = source.size() == 0 ? -1
                                              : static_cast<double>(source.consumed()) /
                                                    static_cast<double>(source.size());
      progress.show(share, [&] { return state(); });
    }
  }
  Result<void> add(Item item) {
    if (!item.object) {  // a comma or bracket in it would change the meaning of a batch
      HW_CHECK_OK(flush());
      return send_alone(item);
    }
    bytes_ += item.text.size();
    items_.push_back(std::move(item));
    if (items_.size() >= batch_ || bytes_ > kMaxBatchBytes) return flush();
    return {};
  }
  Result<void> flush() {
    if (items_.empty()) return {};
    const std::vector<Item> items = std::exchange(items_, {});
    std::string body;
    body.reserve(bytes_ + items.size() + 2);
    for (const Item& item : items) {
      body += body.empty() ? '[' : ',';
      body += item.text;
    }
    body += ']';
    bytes_ = 0;
    auto sent = sink_.send(std::move(body));
    if (sent || sent.error().code != ErrorCode::kInvalidJson) return sent;
    for (const Item& item : items) HW_CHECK_OK(send_alone(item));
    return {};
  }
  Result<void> send_alone(const Item& item) {
    const bool array = item.text.starts_with('[');
    auto sent = sink_.send(array ? item.text : "[" + item.text + "]");
    if (sent || sent.error().code != ErrorCode::kInvalidJson) return sent;
    if (++unreadable_ <= kLinesShown) {
      std::fprintf(stderr, "headwater: %s line %llu: %s\n", path_.c_str(),
                   static_cast<unsigned long long>(item.line), sent.error().message.c_str());
    }
    if (unreadable_ == kLinesShown + 1) {
      std::fprintf(stderr, "headwater: more such lines are counted, not shown\n");
    }
    return {};
  }
  std::string state() const {
    const double rate = static_cast<double>(read_) / std::max(seconds_since(start_), 0.001);
    return std::to_string(read_) + " events, " + std::to_string(static_cast<long>(rate)) + "/s, " +
           std::to_string(sink_.tally().quarantined) + " quarantined";
  }

  Sink& sink_;
  const std::size_t batch_;
  const std::chrono::steady_clock::time_point start_;
  std::string path_;
  std::vector<Item> items_;
  std::size_t bytes_ = 0, read_ = 0, unreadable_ = 0;
};

void Importer::print_summary() const {
  const double seconds = std::max(seconds_since(start_), 0.001);
  const Tally tally = sink_.tally();
  std::printf("read        %10zu   in %.1f s, %.0f/s\n", read_, seconds,
              static_cast<double>(read_) / seconds);
  std::printf("stored      %10zu\nmerged      %10zu   with what was there of their runs\n",
              tally.stored, tally.merged);
  std::printf("duplicates  %10zu   stored before, byte for byte\n", tally.duplicates);
  std::printf("quarantined %10zu\n", tally.quarantined);
  for (const auto& reason : tally.reasons) {
    std::printf("  %9zu x %s\n", reason.second, reason.first.c_str());
  }
  if (tally.other_reasons != 0) std::printf("  %9zu x other reasons\n", tally.other_reasons);
  if (tally.quarantined != 0) {
    std::printf("  They are kept: headwater export --kind quarantined, or /api/v1/quarantine.\n");
  }
  if (unreadable_ != 0) std::printf("not JSON    %10zu   kept nowhere\n", unreadable_);
}

void print_counts(const Counts& counts) {
  const auto row = [](const char* what, std::int64_t own, std::int64_t named) {
    std::printf("%-11s %10lld   %10lld\n", what, static_cast<long long>(own),
                static_cast<long long>(named));
  };
  std::printf("\n%-11s %10s   %10s\n", "now holds", "", "and named only by others");
  row("datasets", counts.datasets, counts.named_datasets);
  row("jobs", counts.jobs, counts.named_jobs);
  row("runs", counts.runs, counts.named_runs);
}

Result<int> import_into(Sink& sink, const ImportOptions& options) {
  Importer importer(sink, options.batch);
  Result<void> outcome;
  for (const std::string& path : options.files) {
    outcome = importer.file(path);
    if (!outcome) break;
  }
  if (auto answered = sink.finish(); outcome && !answered) outcome = std::move(answered);
  importer.print_summary();
  if (!outcome) return std::move(outcome).error();
  HW_TRY(const Counts counts, sink.counts());
  print_counts(counts);
  return importer.all_taken() ? kOk : kPartly;
}

Result<int> import_locally(const base::Config& config, const ImportOptions& options) {
  HW_TRY(const auto store, storage::Store::open(app::store_options(config)));
  const app::Housekeeper housekeeper(*store);
  HW_TRY(const auto graph, ingest::load_graph(*store));
  HW_TRY(const auto pipeline, ingest::Pipeline::start(*store, *graph, base::system_clock(),
                                                      app::pipeline_options(config)));
  const auto sink = pipeline_sink(*pipeline, *store);
  return import_into(*sink, options);
}

}  // namespace

int import_files(const base::Config& config, const ImportOptions& given) {
  ImportOptions options = given;
  const auto most = static_cast<std::size_t>(config.integer("ingest.max_batch_events"));
  options.batch = std::min(options.batch, most);
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
