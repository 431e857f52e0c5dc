// headwater export: the log as NDJSON.

#include <algorithm>
#include <cstdio>
#include <optional>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/stores.h"
#include "model/json.h"
#include "model/time.h"

namespace headwater::cli {

using base::ErrorCode;
using base::make_error;
using base::Result;
using storage::LogRecord;
using storage::RecordKind;

namespace {

constexpr std::size_t kPage = 1000;

// What the command line asks for, of each record.
class Filter {
 public:
  static Result<Filter> make(const ExportOptions& options) {
    Filter filter(options);
    HW_TRY(filter.from_, moment(options.from_time, INT64_MIN));
    HW_TRY(filter.to_, moment(options.to_time, model::kOpenEnd));
    return filter;
  }
  bool wants(const LogRecord& record) const {
    if (record.seq.value > options_->until) return false;
    if (record.event_time < from_ || record.event_time >= to_) return false;
    if (options_->kinds.empty()) {
      return record.kind == RecordKind::kEvent || record.kind == RecordKind::kReplayed;
    }
    return std::ranges::count(options_->kinds, kind_of(record)) != 0;
  }

 private:
  explicit Filter(const ExportOptions& options) : options_(&options) {}

  static Result<base::Micros> moment(const std::string& text, base::Micros otherwise) {
    if (text.empty()) return otherwise;
    if (const auto time = model::parse_time(text)) return time->micros;
    return make_error(ErrorCode::kInvalidConfig,
                      "\"" + text + "\" is no moment; write 2026-10-01T00:00:00Z.");
  }
  static std::string_view kind_of(const LogRecord& record) {
    if (record.kind == RecordKind::kQuarantined) return "quarantined";
    if (record.kind == RecordKind::kDecision) return "decision";
    const model::JsonValue event(record.body);
    if (event.get("run").is_object()) return "run";
    return event.get("job").is_object() ? "job" : "dataset";
  }

  const ExportOptions* options_;
  base::Micros from_ = INT64_MIN, to_ = model::kOpenEnd;
};

Result<std::size_t> write_log(storage::Reader& reader, const ExportOptions& options,
                              const Filter& filter, Output& out) {
  HW_TRY(const model::Seq last, reader.last_seq());
  Progress progress("export");
  model::Seq at{options.after};
  std::size_t written = 0;
  while (at.value < options.until) {
    HW_TRY(const auto page, reader.log_range(at, kPage));
    if (page.empty()) break;
    std::string text;
    for (const LogRecord& record : page) {
      if (!filter.wants(record)) continue;
      text += model::json_minify(record.body);
      text += '\n';
      ++written;
    }
    if (!text.empty()) HW_CHECK_OK(out.write(text));
    at = page.back().seq;
    progress.show(static_cast<double>(at.value) / static_cast<double>(last.value),
                  [&] { return std::to_string(written) + " records"; });
  }
  progress.finish();
  return written;
}

Result<int> export_to_file(const base::Config& config, const ExportOptions& options) {
  HW_TRY(const Filter filter, Filter::make(options));
  HW_TRY(const auto store, storage::Store::open(reading_options(config)));
  HW_TRY(auto reader, store->reader());
  HW_CHECK_OK(reader.begin());
  HW_TRY(const auto out, Output::open(options.file));
  HW_TRY(const std::size_t written, write_log(reader, options, filter, *out));
  HW_CHECK_OK(out->close());
  std::fprintf(stderr, "%zu records written\n", written);
  return kOk;
}

}  // namespace

int export_log(const base::Config& config, const ExportOptions& options) {
  const auto code = export_to_file(config, options);
  return code ? *code : report(code.error());
}

}  // namespace headwater::cli
