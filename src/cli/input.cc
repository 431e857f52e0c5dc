#include "cli/input.h"

#include <sys/stat.h>

#include <cstdio>
#include <cstring>
#include <string_view>

#include <zlib.h>
#include <zstd.h>

namespace headwater::cli {

using base::ErrorCode;
using base::make_error;
using base::Result;

namespace {

constexpr std::size_t kReadBytes = 256 << 10;
constexpr std::size_t kMaxValueBytes = std::size_t{1} << 30;

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

Result<bool> EventReader::fill() {
  if (ended_) return false;
  buffer_.erase(0, at_);
  at_ = 0;
  HW_TRY(const bool more, source_.read(buffer_));
  ended_ = !more;
  return more;
}

// White space, the brackets of an array around all, and the commas in it.
void EventReader::skip_separators() {
  for (; at_ < buffer_.size(); ++at_) {
    const char c = buffer_[at_];
    if (c == '\n') ++line_;
    const bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    const bool opens = c == '[' && !in_array_;
    if (opens) in_array_ = true;
    const bool closes = c == ']' && in_array_;
    if (closes) in_array_ = false;
    const bool bom = c == '\xef' || c == '\xbb' || c == '\xbf';
    if (!space && !opens && !closes && !bom && !(c == ',' && in_array_)) return;
  }
}

// True when the value that starts at at_ is complete; `end` is behind it. What is no object ends
// with its line, so that one bad line does not swallow the next.
bool EventReader::scan_value(std::size_t& end) {
  const bool object = buffer_[at_] == '{';
  for (std::size_t i = at_ + scanned_; i < buffer_.size(); ++i) {
    const char c = buffer_[i];
    if (!object) {
      if (c == '\n' || (in_array_ && (c == ',' || c == ']'))) {
        end = i;
        return true;
      }
      continue;
    }
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
      }
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '{') {
      ++depth_;
    } else if (c == '}' && --depth_ == 0) {
      end = i + 1;
      return true;
    }
  }
  scanned_ = buffer_.size() - at_;
  end = buffer_.size();
  return ended_;
}

Result<std::optional<EventReader::Item>> EventReader::next() {
  while (true) {
    skip_separators();
    if (at_ < buffer_.size()) break;
    HW_TRY(const bool more, fill());
    if (!more) return std::optional<Item>();
  }
  scanned_ = 0;
  depth_ = 0;
  in_string_ = escaped_ = false;
  std::size_t end = 0;
  while (!scan_value(end)) {
    if (buffer_.size() - at_ > kMaxValueBytes) {
      return make_error(
          ErrorCode::kInvalidArgument,
          "A value that starts at line " + std::to_string(line_) + " is longer than 1 GiB.");
    }
    HW_TRY([[maybe_unused]] const bool more, fill());
  }
  Item item{buffer_.substr(at_, end - at_), line_};
  for (const char c : item.text) line_ += c == '\n' ? 1 : 0;
  at_ = end;
  return std::optional<Item>(std::move(item));
}

}  // namespace headwater::cli
