#include "cli/output.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <zlib.h>
#include <zstd.h>

namespace headwater::cli {

using base::ErrorCode;
using base::make_error;
using base::Result;

namespace {

constexpr int kZstdLevel = 3, kGzipLevel = 6;
constexpr int kGzipWindow = 15 + 16;  // zlib: the largest window, with gzip's header

base::Error failed(const char* what) {
  return make_error(ErrorCode::kStorageUnavailable, "The output cannot be written to its end.",
                    what);
}

// Both make a frame (member) of its own from each text: the formats allow one after another.
Result<std::string> zstd(const std::string& text) {
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(),
                                                                     ZSTD_freeCCtx);
  if (!context) return failed("zstd has no memory");
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kZstdLevel);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::string out(ZSTD_compressBound(text.size()), '\0');
  const std::size_t n =
      ZSTD_compress2(context.get(), out.data(), out.size(), text.data(), text.size());
  if (ZSTD_isError(n) != 0) return failed(ZSTD_getErrorName(n));
  out.resize(n);
  return out;
}

Result<std::string> gzip(const std::string& text) {
  z_stream stream{};
  if (deflateInit2(&stream, kGzipLevel, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    return failed("zlib has no memory");
  }
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int code = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (code != Z_STREAM_END) return failed("zlib did not finish");
  return out;
}

}  // namespace

Result<std::unique_ptr<Output>> Output::open(const std::string& path) {
  std::unique_ptr<Output> out(new Output);
  out->file_ = path == "-" ? stdout : std::fopen(path.c_str(), "wb");
  if (out->file_ == nullptr) {
    return make_error(ErrorCode::kStorageUnavailable,
                      "The file " + path + " cannot be written: " + std::strerror(errno) + ".");
  }
  if (path.ends_with(".zst")) out->coding_ = Coding::kZstd;
  if (path.ends_with(".gz")) out->coding_ = Coding::kGzip;
  return out;
}

Output::~Output() {
  if (file_ != nullptr && file_ != stdout) std::fclose(file_);
}

Result<void> Output::write(const std::string& text) {
  if (coding_ == Coding::kNone) return put(text);
  HW_TRY(const std::string packed, coding_ == Coding::kZstd ? zstd(text) : gzip(text));
  return put(packed);
}

Result<void> Output::put(const std::string& bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_) == bytes.size()) return {};
  return failed(std::strerror(errno));
}

Result<void> Output::close() {
  std::FILE* const file = std::exchange(file_, nullptr);
  const bool ok = file == stdout ? std::fflush(file) == 0 : std::fclose(file) == 0;
  if (!ok) return failed(std::strerror(errno));
  return {};
}

}  // namespace headwater::cli
