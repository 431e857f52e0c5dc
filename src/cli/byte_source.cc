#include "cli/byte_source.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>

#include <sys/stat.h>

#include <zlib.h>
#include <zstd.h>

namespace headwater::cli {

using base::ErrorCode;
using base::make_error;
using base::Result;

namespace {

constexpr std::size_t kReadBytes = 256 << 10;

class FileSource final : public ByteSource {
 public:
  FileSource(std::FILE* file, std::uint64_t size) : file_(file), size_(size) {}
  ~FileSource() override {
    if (file_ != stdin) std::fclose(file_);
  }
  Result<bool> read(std::string& out) override {
    const std::size_t before = out.size();
    out.resize(before + kReadBytes);
    const std::size_t n = std::fread(out.data() + before, 1, kReadBytes, file_);
    out.resize(before + n);
    consumed_ += n;
    if (n == 0 && std::ferror(file_) != 0) {
      return make_error(ErrorCode::kInvalidArgument, "The file cannot be read to its end.");
    }
    return n != 0;
  }
  std::uint64_t consumed() const override { return consumed_; }
  std::uint64_t size() const override { return size_; }

 private:
  std::FILE* file_;
  std::uint64_t size_;
  std::uint64_t consumed_ = 0;
};

// Reads ahead of another source, so that its first bytes can be looked at.
class Peeked {
 public:
  explicit Peeked(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}
  Result<std::string_view> peek(std::size_t n) {
    while (buffer_.size() < n) {
      HW_TRY(const bool more, source_->read(buffer_));
      if (!more) break;
    }
    return std::string_view(buffer_).substr(0, n);
  }
  Result<bool> read(std::string& out) {
    if (!buffer_.empty()) {
      out += buffer_;
      buffer_.clear();
      return true;
    }
    return source_->read(out);
  }
  const ByteSource& source() const { return *source_; }

 private:
  std::unique_ptr<ByteSource> source_;
  std::string buffer_;
};

class PlainSource final : public ByteSource {
 public:
  explicit PlainSource(Peeked in) : in_(std::move(in)) {}
  Result<bool> read(std::string& out) override { return in_.read(out); }
  std::uint64_t consumed() const override { return in_.source().consumed(); }
  std::uint64_t size() const override { return in_.source().size(); }

 private:
  Peeked in_;
};

class GzipSource final : public ByteSource {
 public:
  explicit GzipSource(Peeked in) : in_(std::move(in)) {
    std::memset(&stream_, 0, sizeof stream_);
    ok_ = inflateInit2(&stream_, 15 + 16) == Z_OK;
  }
  ~GzipSource() override {
    if (ok_) inflateEnd(&stream_);
  }
  Result<bool> read(std::string& out) override {
    while (true) {
      if (pending_.empty()) {
        HW_TRY(const bool more, in_.read(pending_));
        if (!more) {
          if (ended_) return false;
          return make_error(ErrorCode::kInvalidArgument, "The gzip file ends too early.");
        }
      }
      if (ended_) {  // another member follows
        inflateReset(&stream_);
        ended_ = false;
      }
      const std::size_t before = out.size();
      out.resize(before + kReadBytes);
      stream_.next_in = reinterpret_cast<Bytef*>(pending_.data());
      stream_.avail_in = static_cast<uInt>(pending_.size());
      stream_.next_out = reinterpret_cast<Bytef*>(out.data() + before);
      stream_.avail_out = static_cast<uInt>(kReadBytes);
      const int code = inflate(&stream_, Z_NO_FLUSH);
      pending_.erase(0, pending_.size() - stream_.avail_in);
      out.resize(out.size() - stream_.avail_out);
      if (code == Z_STREAM_END) ended_ = true;
      if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
        return make_error(ErrorCode::kInvalidArgument, "The gzip file is damaged.");
      }
      if (out.size() > before) return true;
    }
  }
  std::uint64_t consumed() const override { return in_.source().consumed(); }
  std::uint64_t size() const override { return in_.source().size(); }

 private:
  Peeked in_;
  z_stream stream_;
  std::string pending_;
  bool ok_ = false, ended_ = false;
};

class ZstdSource final : public ByteSource {
 public:
  explicit ZstdSource(Peeked in) : in_(std::move(in)), stream_(ZSTD_createDStream()) {}
  ~ZstdSource() override { ZSTD_freeDStream(stream_); }
  Result<bool> read(std::string& out) override {
    while (true) {
      if (at_ == pending_.size()) {
        pending_.clear();
        at_ = 0;
        HW_TRY(const bool more, in_.read(pending_));
        if (!more) {
          if (frame_done_) return false;
          return make_error(ErrorCode::kInvalidArgument, "The zstd file ends too early.");
        }
      }
      const std::size_t before = out.size();
      out.resize(before + kReadBytes);
      ZSTD_inBuffer source{pending_.data(), pending_.size(), at_};
      ZSTD_outBuffer target{out.data() + before, kReadBytes, 0};
      const std::size_t code = ZSTD_decompressStream(stream_, &target, &source);
      out.resize(before + target.pos);
      at_ = source.pos;
      if (ZSTD_isError(code) != 0) {
        return make_error(ErrorCode::kInvalidArgument, "The zstd file is damaged.",
                          ZSTD_getErrorName(code));
      }
      frame_done_ = code == 0;
      if (target.pos != 0) return true;
    }
  }
  std::uint64_t consumed() const override { return in_.source().consumed(); }
  std::uint64_t size() const override { return in_.source().size(); }

 private:
  Peeked in_;
  ZSTD_DStream* stream_;
  std::string pending_;
  std::size_t at_ = 0;
  bool frame_done_ = true;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> open_source(const std::string& path) {
  std::FILE* file = path == "-" ? stdin : std::fopen(path.c_str(), "rb");
  if (file == nullptr) {
    return make_error(ErrorCode::kInvalidArgument,
                      "The file " + path + " cannot be read: " + std::strerror(errno) + ".");
  }
  struct stat info {};
  const bool regular = ::fstat(::fileno(file), &info) == 0 && S_ISREG(info.st_mode);
  Peeked peeked(
      std::make_unique<FileSource>(file, regular ? static_cast<std::uint64_t>(info.st_size) : 0));
  HW_TRY(const std::string_view magic, peeked.peek(4));
  std::unique_ptr<ByteSource> source;
  if (magic == std::string_view("\x28\xb5\x2f\xfd", 4)) {
    source = std::make_unique<ZstdSource>(std::move(peeked));
  } else if (magic.starts_with(std::string_view("\x1f\x8b", 2))) {
    source = std::make_unique<GzipSource>(std::move(peeked));
  } else {
    source = std::make_unique<PlainSource>(std::move(peeked));
  }
  return source;
}

}  // namespace headwater::cli
