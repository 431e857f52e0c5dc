#include "ingest/partition_boxes.h"

#include <algorithm>
#include <string>
#include <utility>

#include "model/time.h"

namespace headwater::ingest {
namespace {

using model::DimensionBounds;
using model::PartitionBox;
using Order = std::optional<std::strong_ordering>;

enum class Spelling { kText, kInteger, kIso, kOther };

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_integer(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

// 2026-10, 2026-10-01, 2026-10-01T05, 2026-10-01T05:30, 2026-10-01T05:30:00, or with a space.
bool is_local_iso(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
  if (text.size() < 7 || text.size() > kShape.size() || text.size() % 3 != 1) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char shape = kShape[i];
    const bool fits = shape == 'd'   ? is_digit(text[i])
                      : shape == 'T' ? text[i] == 'T' || text[i] == ' '
                                     : text[i] == shape;
    if (!fits) return false;
  }
  return true;
}

Spelling spelling_of(std::string_view text) {
  if (is_integer(text)) return Spelling::kInteger;
  if (is_local_iso(text) || model::parse_time(text)) return Spelling::kIso;
  const std::size_t first = text.find_first_not_of("+-. ");
  const bool numeric = first != std::string_view::npos && is_digit(text[first]);
  return numeric ? Spelling::kOther : Spelling::kText;
}

// Of any size: by sign, number of digits, digits.
std::strong_ordering compare_integers(std::string_view a, std::string_view b) {
  const auto split = [](std::string_view text) {
    const bool minus = text.starts_with('-');
    if (minus || text.starts_with('+')) text.remove_prefix(1);
    text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));
    return std::pair(minus && !text.empty(), text);
  };
  const auto [a_minus, a_digits] = split(a);
  const auto [b_minus, b_digits] = split(b);
  if (a_minus != b_minus)
    return a_minus ? std::strong_ordering::less : std::strong_ordering::greater;
  const auto by_size = a_digits.size() <=> b_digits.size();
  const auto order = by_size != 0 ? by_size : a_digits <=> b_digits;
  return a_minus ? 0 <=> order : order;
}

Order compare_iso(std::string_view a, std::string_view b) {
  constexpr std::size_t kDate = 10;  // bytes of 2026-10-01
  const auto a_time = model::parse_time(a), b_time = model::parse_time(b);
  if (a_time && b_time && a_time->had_zone == b_time->had_zone &&
      (a.size() == kDate) == (b.size() == kDate)) {
    return a_time->micros <=> b_time->micros;
  }
  if (!is_local_iso(a) || !is_local_iso(b)) return std::nullopt;
  const std::size_t shared = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < shared; ++i) {
    if (i != kDate && a[i] != b[i]) return a[i] <=> b[i];
  }
  if (a.size() == b.size()) return std::strong_ordering::equal;
  return std::nullopt;  // an hour is neither before nor after its day
}

// False: which of the two is the tighter bound cannot be told.
bool raise_lower(DimensionBounds& into, const DimensionBounds& by) {
  if (!by.lower) return true;
  const Order order =
      into.lower ? compare_values(*by.lower, *into.lower) : Order(std::strong_ordering::greater);
  if (!order) return false;
  if (*order == 0) into.lower_included = into.lower_included && by.lower_included;
  if (*order <= 0) return true;
  into.lower = by.lower;
  into.lower_included = by.lower_included;
  return true;
}

bool sink_upper(DimensionBounds& into, const DimensionBounds& by) {
  if (!by.upper) return true;
  const Order order =
      into.upper ? compare_values(*by.upper, *into.upper) : Order(std::strong_ordering::less);
  if (!order) return false;
  if (*order == 0) into.upper_included = into.upper_included && by.upper_included;
  if (*order >= 0) return true;
  into.upper = by.upper;
  into.upper_included = by.upper_included;
  return true;
}

enum class Overlap { kSome, kNone, kUndecided };

// Bounds of one dimension; `into` becomes what both allow.
Overlap narrow(DimensionBounds& into, const DimensionBounds& by) {
  if (!raise_lower(into, by) || !sink_upper(into, by)) return Overlap::kUndecided;
  if (!into.lower || !into.upper) return Overlap::kSome;
  const Order order = compare_values(*into.lower, *into.upper);
  if (!order) return Overlap::kUndecided;
  if (*order > 0) return Overlap::kNone;
  if (*order < 0) return Overlap::kSome;
  into.upper = into.lower;  // 07 and 7: one value, spelled once
  return into.lower_included && into.upper_included ? Overlap::kSome : Overlap::kNone;
}

}  // namespace

Order compare_values(std::string_view a, std::string_view b) {
  if (a == b) return std::strong_ordering::equal;
  const Spelling spelling = spelling_of(a);
  if (spelling != spelling_of(b)) return std::nullopt;
  switch (spelling) {
    case Spelling::kText: return a <=> b;
    case Spelling::kInteger: return compare_integers(a, b);
    case Spelling::kIso: return compare_iso(a, b);
    case Spelling::kOther: return std::nullopt;
  }
  return std::nullopt;
}

CommonBox common_box(const PartitionBox& a, const PartitionBox& b) {
  CommonBox out{PartitionBox{}, true};
  auto at = a.bounds.begin(), other = b.bounds.begin();
  while (at != a.bounds.end() || other != b.bounds.end()) {
    if (other == b.bounds.end() || (at != a.bounds.end() && at->dimension < other->dimension)) {
      out.box->bounds.push_back(*at++);
    } else if (at == a.bounds.end() || other->dimension < at->dimension) {
      out.box->bounds.push_back(*other++);
    } else {
      DimensionBounds both = *at++;
      const Overlap overlap = narrow(both, *other++);
      // One dimension without a common value is enough, whatever the others are.
      if (overlap == Overlap::kNone) return {std::nullopt, true};
      if (overlap == Overlap::kUndecided) out.decided = false;
      out.box->bounds.push_back(std::move(both));
    }
  }
  if (!out.decided) out.box.reset();
  return out;
}

}  // namespace headwater::ingest
