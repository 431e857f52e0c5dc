// headwater export | check | replay | backup | version.

#include <cstdio>
#include <memory>

#include <zlib.h>
#include <zstd.h>

#include "app/settings.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "ingest/ingest.h"
#include "model/json.h"

namespace headwater::cli {

using base::ErrorCode;
using base::make_error;
using base::Result;

namespace {

constexpr std::size_t kPage = 1000;

// A file that takes text and compresses it as its name says.
class Output {
 public:
  static Result<std::unique_ptr<Output>> open(const std::string& path) {
    auto out = std::unique_ptr<Output>(new Output);
    out->file_ = path == "-" ? stdout : std::fopen(path.c_str(), "wb");
    if (out->file_ == nullptr) {
      return make_error(ErrorCode::kInvalidArgument, "The file " + path + " cannot be written.");
    }
    if (path.ends_with(".zst")) out->zstd_ = ZSTD_createCCtx();
    out->gzip_ = path.ends_with(".gz");
    return out;
  }
  ~Output() {
    ZSTD_freeCCtx(zstd_);
    if (file_ != nullptr && file_ != stdout) std::fclose(file_);
  }
  // A frame or member of its own: both formats allow one after another.
  Result<void> write(const std::string& text) {
    if (zstd_ != nullptr) {
      std::string packed(ZSTD_compressBound(text.size()), '\0');
      const std::size_t n =
          ZSTD_compressCCtx(zstd_, packed.data(), packed.size(), text.data(), text.size(), 3);
      packed.resize(n);
      return put(packed);
    }
    return put(gzip_ ? gzip(text) : text);
  }
  Result<void> close() {
    if (std::fflush(file_) != 0) return failed();
    if (file_ == stdout) return {};
    const bool ok = std::fclose(file_) == 0;
    file_ = nullptr;
    if (!ok) return failed();
    return {};
  }

 private:
  Output() = default;
  static base::Error failed() {
    return make_error(ErrorCode::kStorageUnavailable, "The output cannot be written to its end.");
  }
  static std::string gzip(const std::string& text) {
    z_stream stream{};
    if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) return {};
    std::string out(deflateBound(&stream, text.size()) + 32, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
  }
  Result<void> put(const std::string& bytes) {
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) return failed();
    return {};
  }

  std::FILE* file_ = nullptr;
  ZSTD_CCtx* zstd_ = nullptr;
  bool gzip_ = false;
};

storage::StoreOptions read_only(const base::Config& config) {
  storage::StoreOptions options = app::store_options(config);
  options.create = false;
  options.read_only = true;
  return options;
}

Result<int> export_to(const base::Config& config, const ExportOptions& options) {
  HW_TRY(const auto store, storage::Store::open(read_only(config)));
  HW_TRY(auto reader, store->reader());
  HW_CHECK_OK(reader.begin());
  HW_TRY(const auto out, Output::open(options.file));
  HW_TRY(const model::Seq last, reader.last_seq());
  Progress progress("export");
  model::Seq at{options.after};
  std::size_t written = 0;
  while (true) {
    HW_TRY(const auto page, reader.log_range(at, kPage));
    if (page.empty()) break;
    std::string text;
    for (const auto& record : page) {
      if (record.seq.value > options.until) break;
      const bool quarantined = record.kind == storage::RecordKind::kQuarantined;
      if (record.kind == storage::RecordKind::kDecision || quarantined != options.quarantined) {
        continue;
      }
      text += model::json_minify(record.body);
      text += '\n';
      ++written;
    }
    if (!text.empty()) HW_CHECK_OK(out->write(text));
    at = page.back().seq;
    if (at.value >= options.until) break;
    progress.show(static_cast<double>(at.value) / static_cast<double>(last.value),
                  std::to_string(written) + " events");
  }
  progress.finish();
  HW_CHECK_OK(out->close());
  std::fprintf(stderr, "%zu events written\n", written);
  return kOk;
}

Result<int> run_check(const base::Config& config) {
  storage::StoreOptions options = app::store_options(config);
  options.create = false;
  HW_TRY(const auto store, storage::Store::open(options));
  Progress progress("check");
  HW_TRY(const auto findings, ingest::check(*store, app::pipeline_options(config),
                                            [&](double share) { progress.show(share, ""); }));
  progress.finish();
  for (const auto& finding : findings) {
    std::printf("%s: %s\n", finding.where.c_str(), finding.what.c_str());
  }
  if (!findings.empty()) {
    std::printf("%zu findings\n", findings.size());
    return kFailed;
  }
  std::printf("clean: the log, the tables and the graph agree\n");
  return kOk;
}

Result<int> run_replay(const base::Config& config, const std::string& target) {
  HW_TRY(const auto source, storage::Store::open(read_only(config)));
  Progress progress("replay");
  HW_CHECK_OK(ingest::rebuild(*source, target, app::pipeline_options(config),
                              [&](double share) { progress.show(share, ""); }));
  progress.finish();
  storage::StoreOptions options;
  options.directory = target;
  HW_TRY(const auto rebuilt, storage::Store::open(options));
  HW_TRY(const auto before, ingest::digests(*source, true));
  HW_TRY(const auto after, ingest::digests(*rebuilt, true));
  bool same = before.size() == after.size();
  for (std::size_t i = 0; i < after.size() && i < before.size(); ++i) {
    const bool equal = before[i] == after[i];
    same = same && equal;
    std::printf("%-24s %10llu rows  %s  %s\n", after[i].view.c_str(),
                static_cast<unsigned long long>(after[i].rows), base::to_hex(after[i].hash).c_str(),
                equal ? "identical" : "DIFFERENT");
  }
  std::printf("%s\n", same ? "all views are identical to those replayed from"
                           : "some views differ: headwater check says more");
  return same ? kOk : kFailed;
}

Result<int> run_backup(const base::Config& config, const std::string& target) {
  HW_TRY(const auto store, storage::Store::open(read_only(config)));
  Progress progress("backup");
  HW_CHECK_OK(store->backup(target, [&](double share) { progress.show(share, ""); }));
  progress.finish();
  std::printf("backup complete: %s\n", target.c_str());
  return kOk;
}

int finish(const Result<int>& code) { return code ? *code : report(code.error()); }

}  // namespace

int export_log(const base::Config& config, const ExportOptions& options) {
  return finish(export_to(config, options));
}
int check(const base::Config& config) { return finish(run_check(config)); }
int replay(const base::Config& config, const std::string& target) {
  return finish(run_replay(config, target));
}
int backup(const base::Config& config, const std::string& target) {
  return finish(run_backup(config, target));
}
int version() {
  std::printf("headwater %s\n", HW_VERSION);
  return kOk;
}

}  // namespace headwater::cli
