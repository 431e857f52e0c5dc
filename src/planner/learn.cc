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

namespace {

// The two ends of what the box holds: equal where it holds a single partition.
struct Ends {
  KeyParts low, high;
  bool is_interval = false;
};

Result<Ends> ends_of(const PartitionBox& box) {
  Ends out;
  for (const DimensionBounds& bounds : box.bounds) {
    if (!bounds.lower || !bounds.upper) {
      return make_error(ErrorCode::kInvalidArgument,
                        "The partitions of " + bounds.dimension + " are without an end.");
    }
    out.low[bounds.dimension] = *bounds.lower;
    out.high[bounds.dimension] = *bounds.upper;
    out.is_interval = out.is_interval || !bounds.is_value();
  }
  return out;
}

Result<std::vector<Span>> interval_of(const PartitionBox& box, const Ends& ends, Space& space) {
  const Dimension* const dimension = space.index_dimension();
  const bool ordered = dimension != nullptr && dimension->kind != Dimension::Kind::kStatic;
  HW_TRY(const Place first, space.place_of(ends.low, ordered));
  HW_TRY(const Place last, space.place_of(ends.high, ordered));
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

}  // namespace

Result<std::vector<Span>> places_of(const PartitionBox& box, Space& space) {
  HW_TRY(const Ends ends, ends_of(box));
  if (!ends.is_interval) {
    HW_TRY(const Place place, space.place_of(ends.low, true));
    return std::vector<Span>{{place.lane, place.index, place.index}};
  }
  if (space.find(ends.low) && space.find(ends.high)) return interval_of(box, ends, space);
  Space numbered = space;  // only what has partitions is numbered
  HW_TRY(std::vector<Span> spans, interval_of(box, ends, numbered));
  if (!spans.empty()) space = std::move(numbered);
  return spans;
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

bool agrees(const Reads& reads, std::uint32_t lanes, const std::vector<Span>& inputs,
            const std::vector<Span>& outputs) {
  if (reads.uniform() || reads.is_explicit() || !reads.counts()) return false;
  std::vector<Span> wanted;
  for (const Span& span : outputs) {
    const Interval all{reads.upstream_of(span.first).first, reads.upstream_of(span.last).last};
    if (all.empty()) continue;
    reads.each_upstream_lane(span.lane, lanes, [&](std::uint32_t lane) {
      wanted.push_back({lane, all.first, all.last});
    });
  }
  return joined(std::move(wanted)) == inputs;
}

namespace {

// The indexes that every lane shows alike; nothing if they differ.
std::optional<Interval> common_interval(const std::vector<Span>& spans) {
  if (spans.empty()) return std::nullopt;
  const Interval out{spans[0].first, spans[0].last};
  for (std::size_t i = 0; i < spans.size(); ++i) {
    if (!(Interval{spans[i].first, spans[i].last} == out)) return std::nullopt;
    if (i > 0 && spans[i].lane == spans[i - 1].lane) return std::nullopt;
  }
  return out;
}

// The kind and its offsets, lanes aside.
std::optional<Mapping> suggested_along(const Interval& input, const Space& upstream,
                                       const Interval& output, const Space& downstream) {
  const Calendar* const up = upstream.calendar();
  const Calendar* const down = downstream.calendar();
  Mapping out;
  if (up == nullptr || down == nullptr) {
    if (up != down || !(input == output)) return std::nullopt;
    return out;  // the same keys on both sides
  }
  if (up->granularity() == down->granularity()) {
    const std::int64_t from = input.first - output.first;
    const std::int64_t to = input.last - output.last;
    if (from > to || from < -kMaxOffset || to > kMaxOffset) return std::nullopt;
    out.kind = from == 0 && to == 0 ? MappingKind::kIdentity : MappingKind::kWindow;
    out.from = out.kind == MappingKind::kWindow ? from : 0;
    out.to = out.kind == MappingKind::kWindow ? to : 0;
    return out;
  }
  out.kind = up->granularity() < down->granularity() ? MappingKind::kRollup : MappingKind::kFanOut;
  const auto plain = Reads::create(out, upstream, downstream);
  if (!plain) return std::nullopt;
  out.from = input.first - plain->upstream_of(output.first).first;
  out.to = input.last - plain->upstream_of(output.last).last;
  if (out.from > out.to) return std::nullopt;
  return out;
}

}  // namespace

std::optional<Mapping> suggested(const std::vector<Span>& inputs, const Space& upstream,
                                 const std::vector<Span>& outputs, const Space& downstream) {
  const auto input = common_interval(inputs), output = common_interval(outputs);
  if (!input || !output) return std::nullopt;
  auto mapping = suggested_along(*input, upstream, *output, downstream);
  if (!mapping) return std::nullopt;
  const bool single = upstream.dimensions().size() <= 1 && downstream.dimensions().size() <= 1;
  for (const LaneRule rule : {LaneRule::kSame, LaneRule::kMatched, LaneRule::kAll}) {
    if ((rule == LaneRule::kSame) != single) continue;
    mapping->lanes = rule;
    const auto reads = Reads::create(*mapping, upstream, downstream);
    if (reads && agrees(*reads, upstream.lane_count(), inputs, outputs)) return mapping;
  }
  return std::nullopt;
}

}  // namespace headwater::planner
