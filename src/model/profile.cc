#include "model/profile.h"

#include <bit>

namespace headwater::model {
namespace {

constexpr std::uint8_t kFormat = 1;
// Which members of a column are there.
constexpr std::uint8_t kNulls = 1, kDistinct = 2, kCount = 4, kSum = 8, kMin = 16, kMax = 32;

class Writer {
 public:
  void byte(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) byte(static_cast<std::uint8_t>(value | 0x80));
    byte(static_cast<std::uint8_t>(value));
  }
  void real(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (int shift = 0; shift < 64; shift += 8) byte(static_cast<std::uint8_t>(bits >> shift));
  }
  void text(std::string_view value) {
    number(value.size());
    out_.append(value);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

// What runs out answers 0 and is not good() any more.
class Reader {
 public:
  explicit Reader(std::string_view in) : in_(in) {}
  std::uint8_t byte() {
    if (in_.empty()) {
      good_ = false;
      return 0;
    }
    const auto value = static_cast<std::uint8_t>(in_.front());
    in_.remove_prefix(1);
    return value;
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t next = byte();
      value |= std::uint64_t{next & 0x7fu} << shift;
      if (next < 0x80) return value;
    }
    good_ = false;
    return 0;
  }
  double real() {
    std::uint64_t bits = 0;
    for (int shift = 0; shift < 64; shift += 8) bits |= std::uint64_t{byte()} << shift;
    return std::bit_cast<double>(bits);
  }
  std::string text() {
    const std::size_t size = length();
    std::string value(in_.substr(0, size));
    in_.remove_prefix(size);
    return value;
  }
  // A count of things that take at least one byte each.
  std::size_t length() {
    const std::uint64_t size = number();
    if (size > in_.size()) good_ = false;
    return good_ ? static_cast<std::size_t>(size) : 0;
  }
  bool good() const { return good_; }
  bool at_end() const { return good_ && in_.empty(); }

 private:
  std::string_view in_;
  bool good_ = true;
};

void put_column(Writer& out, const ColumnProfile& column) {
  out.text(column.name);
  const int there = (column.nulls >= 0 ? kNulls : 0) | (column.distinct >= 0 ? kDistinct : 0) |
                    (column.count ? kCount : 0) | (column.sum ? kSum : 0) |
                    (column.min ? kMin : 0) | (column.max ? kMax : 0);
  out.byte(static_cast<std::uint8_t>(there));
  if (column.nulls >= 0) out.number(static_cast<std::uint64_t>(column.nulls));
  if (column.distinct >= 0) out.number(static_cast<std::uint64_t>(column.distinct));
  for (const auto& value : {column.count, column.sum, column.min, column.max}) {
    if (value) out.real(*value);
  }
  out.number(column.quantiles.size());
  for (const auto& [share, value] : column.quantiles) {
    out.real(share);
    out.real(value);
  }
}

ColumnProfile get_column(Reader& in) {
  ColumnProfile column;
  column.name = in.text();
  const std::uint8_t there = in.byte();
  if ((there & kNulls) != 0) column.nulls = static_cast<std::int64_t>(in.number());
  if ((there & kDistinct) != 0) column.distinct = static_cast<std::int64_t>(in.number());
  if ((there & kCount) != 0) column.count = in.real();
  if ((there & kSum) != 0) column.sum = in.real();
  if ((there & kMin) != 0) column.min = in.real();
  if ((there & kMax) != 0) column.max = in.real();
  const std::size_t quantiles = in.length();
  for (std::size_t i = 0; i < quantiles && in.good(); ++i) {
    const double share = in.real();
    column.quantiles.emplace_back(share, in.real());
  }
  return column;
}

}  // namespace

std::string encode_detail(const ProfileDetail& detail) {
  if (detail.empty()) return {};
  Writer out;
  out.byte(kFormat);
  out.number(detail.columns.size());
  for (const ColumnProfile& column : detail.columns) put_column(out, column);
  out.number(detail.assertions.size());
  for (const Assertion& a : detail.assertions) {
    out.text(a.assertion);
    out.text(a.column);
    out.text(a.severity);
    out.byte(a.success ? 1 : 0);
  }
  return out.take();
}

std::optional<ProfileDetail> decode_detail(std::string_view bytes) {
  ProfileDetail detail;
  if (bytes.empty()) return detail;
  Reader in(bytes);
  if (in.byte() != kFormat) return std::nullopt;
  const std::size_t columns = in.length();
  for (std::size_t i = 0; i < columns && in.good(); ++i) detail.columns.push_back(get_column(in));
  const std::size_t assertions = in.length();
  for (std::size_t i = 0; i < assertions && in.good(); ++i) {
    Assertion a;
    a.assertion = in.text();
    a.column = in.text();
    a.severity = in.text();
    a.success = in.byte() != 0;
    detail.assertions.push_back(std::move(a));
  }
  if (!in.at_end()) return std::nullopt;
  return detail;
}

}  // namespace headwater::model
