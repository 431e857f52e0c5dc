#include "planner/learn.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "model/json.h"

namespace headwater::planner {

using base::ErrorCode;
using base::make_error;
using base::Result;
using model::DimensionBounds;
using model::PartitionBox;

namespace {

// The granularity of which the text is a key. What is a number and nothing else is a date only with
// the eight or ten digits of one.
std::optional<Granularity> granularity_of(const std::string& text) {
  const bool digits = text.find_first_not_of("0123456789") == std::string::npos;
  if (digits && text.size() != 8 && text.size() != 10) return std::nullopt;
  for (const Granularity granularity :
       {Granularity::kDay, Granularity::kHour, Granularity::kWeek, Granularity::kMonth}) {
    const auto calendar = Calendar::create(granularity, "UTC");
    if (calendar && calendar->parse(text)) return granularity;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> learned_space(const PartitionBox& box) {
  std::string out;
  bool has_time = false;
  for (const DimensionBounds& bounds : box.bounds) {
    const std::optional<std::string>& value = bounds.lower ? bounds.lower : bounds.upper;
    if (!value) return std::nullopt;
    const std::string name = bounds.dimension.empty() ? "partition" : bounds.dimension;
    const auto granularity = has_time ? std::nullopt : granularity_of(*value);
    out += out.empty() ? "" : ",";
    out += "{\"name\":" + model::json_quote(name);
    if (granularity) {
      has_time = true;
      out += ",\"kind\":\"time\",\"granularity\":" + model::json_quote(to_string(*granularity)) +
             ",\"zone\":\"UTC\"}";
    } else {
      out += ",\"kind\":\"static\",\"keys\":[]}";
    }
  }
  if (out.empty()) return std::nullopt;
  return "{\"dimensions\":[" + out + "]}";
}

Result<std::vector<Span>> places_of(const PartitionBox& box, Space& space) {
  KeyParts low, high;
  bool is_interval = false;
  for (const DimensionBounds& bounds : box.bounds) {
    if (!bounds.lower || !bounds.upper) {
      return make_error(ErrorCode::kInvalidArgument,
                        "The partitions of " + bounds.dimension + " are without an end.");
    }
    low[bounds.dimension] = *bounds.lower;
    high[bounds.dimension] = *bounds.upper;
    is_interval = is_interval || !bounds.is_value();
  }
  HW_TRY(const Place first, space.place_of(low, true));
  if (!is_interval) return std::vector<Span>{{first.lane, first.index, first.index}};
  const Dimension* const dimension = space.index_dimension();
  const bool ordered = dimension != nullptr && dimension->kind != Dimension::Kind::kStatic;
  HW_TRY(const Place last, space.place_of(high, ordered));
  if (!ordered || first.lane != last.lane) {
    return make_error(ErrorCode::kInvalidArgument,
                      "Only time and integers are read as intervals of partitions.");
  }
  Span span{first.lane, first.index, last.index};
  for (const DimensionBounds& bounds : box.bounds) {
    if (bounds.is_value()) continue;
    if (!bounds.lower_included) ++span.first;
    if (!bounds.upper_included) --span.last;
  }
  if (span.last - span.first >= kMaxReported) {
    return make_error(ErrorCode::kLimitExceeded,
                      "A run reports at most " + std::to_string(kMaxReported) + " partitions.");
  }
  if (span.last < span.first) return std::vector<Span>{};
  return std::vector<Span>{span};
}

std::vector<Span> joined(std::vector<Span> spans) {
  std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) {
    return std::tie(a.lane, a.first) < std::tie(b.lane, b.first);
  });
  std::vector<Span> out;
  for (const Span& span : spans) {
    if (!out.empty() && out.back().lane == span.lane && span.first <= out.back().last + 1) {
      out.back().last = std::max(out.back().last, span.last);
    } else {
      out.push_back(span);
    }
  }
  return out;
}

bool agrees(const Reads& reads, const std::vector<Span>& inputs, const std::vector<Span>& outputs) {
  if (reads.uniform() || reads.is_explicit() || !reads.counts()) return false;
  std::vector<Span> wanted;
  for (const Span& span : outputs) {
    const Interval all{reads.upstream_of(span.first).first, reads.upstream_of(span.last).last};
    const std::uint32_t lane = reads.mapping().lanes == LaneRule::kSame ? span.lane : 0;
    if (!all.empty()) wanted.push_back({lane, all.first, all.last});
  }
  return joined(std::move(wanted)) == inputs;
}

std::optional<Mapping> suggested(const std::vector<Span>& inputs, const Space& upstream,
                                 const std::vector<Span>& outputs, const Space& downstream) {
  if (inputs.size() != 1 || outputs.size() != 1) return std::nullopt;
  const Calendar* const up = upstream.calendar();
  const Calendar* const down = downstream.calendar();
  if (up == nullptr || down == nullptr) {
    if (up != down || inputs != outputs) return std::nullopt;
    return Mapping{};  // the same keys on both sides
  }
  Mapping out;
  if (up->granularity() == down->granularity()) {
    const std::int64_t from = inputs[0].first - outputs[0].first;
    const std::int64_t to = inputs[0].last - outputs[0].last;
    if (from > to || from < -kMaxOffset || to > kMaxOffset) return std::nullopt;
    out.kind = from == 0 && to == 0 ? MappingKind::kIdentity : MappingKind::kWindow;
    out.from = out.kind == MappingKind::kWindow ? from : 0;
    out.to = out.kind == MappingKind::kWindow ? to : 0;
  } else {
    out.kind =
        up->granularity() < down->granularity() ? MappingKind::kRollup : MappingKind::kFanOut;
    const auto plain = Reads::create(out, upstream, downstream);
    if (!plain) return std::nullopt;
    out.from = inputs[0].first - plain->upstream_of(outputs[0].first).first;
    out.to = inputs[0].last - plain->upstream_of(outputs[0].last).last;
    if (out.from > out.to) return std::nullopt;
  }
  const auto reads = Reads::create(out, upstream, downstream);
  if (!reads || !agrees(*reads, inputs, outputs)) return std::nullopt;
  return out;
}

}  // namespace headwater::planner
