#include "api/dto/partition_dto.h"

#include <charconv>

namespace headwater::api::dto {

using planner::Presence;

void write_partition_head(JsonWriter& json, model::Seq seq, base::Micros evaluated_at,
                          const PartitionCut& cut) {
  json.key("seq").number(static_cast<std::int64_t>(seq.value));
  json.key("evaluated_at").time(evaluated_at);
  json.key("complete").boolean(cut.reason.empty());
  json.key("cut");
  if (cut.reason.empty()) {
    json.null();
    return;
  }
  json.begin_object().key("reason").text(cut.reason);
  json.key("frontier_count").number(cut.left_out);
  json.key("limit").number(cut.limit).end_object();
}

void write_counts(JsonWriter& json, const planner::Counts& counts,
                  std::optional<std::int64_t> refresh_due) {
  const auto number = [&json](std::string_view name, std::uint64_t value) {
    json.key(name).number(static_cast<std::int64_t>(value));
  };
  json.begin_object();
  number("present", counts.present);
  number("missing", counts.missing);
  number("orphaned", counts.orphaned);
  number("current", counts.current);
  number("stale", counts.stale);
  number("unknown", counts.unknown);
  number("by_code", counts.by_code);
  number("by_inputs", counts.by_inputs);
  number("deferred", counts.deferred);
  number("maybe", counts.maybe);
  number("running", counts.running);
  number("failed", counts.failed);
  number("unrecoverable", counts.unrecoverable);
  number("stale_lower", counts.stale);
  number("stale_upper", counts.stale + counts.maybe);
  if (refresh_due) json.key("refresh_due").number(*refresh_due);
  json.end_object();
}

namespace {

void write_ends(JsonWriter& json, const planner::Space& space, const planner::Span& span) {
  json.key("first").text(space.text_of({span.lane, span.first}));
  json.key("last").text(space.text_of({span.lane, span.last}));
}

}  // namespace

void write_range(JsonWriter& json, const planner::Space& space, const planner::Span& span,
                 std::string_view status) {
  json.begin_object();
  write_ends(json, space, span);
  if (space.lane_count() > 1) json.key("lane").number(span.lane);
  json.key("count").number(span.last - span.first + 1);
  json.key("status").text(status).end_object();
}

void write_key_range(JsonWriter& json, const planner::Space& space, const planner::Span& span) {
  json.begin_object();
  write_ends(json, space, span);
  json.key("count").number(span.last - span.first + 1).end_object();
}

namespace {

std::string_view presence_text(Presence presence) {
  switch (presence) {
    case Presence::kNone: return "none";
    case Presence::kMissing: return "missing";
    case Presence::kPresent: return "present";
    case Presence::kOrphaned: return "orphaned";
  }
  return "none";
}

std::optional<std::string> freshness_text(planner::Freshness freshness) {
  switch (freshness) {
    case planner::Freshness::kNone: return std::nullopt;
    case planner::Freshness::kCurrent: return "current";
    case planner::Freshness::kStale: return "stale";
    case planner::Freshness::kUnknown: return "unknown";
  }
  return std::nullopt;
}

}  // namespace

void write_verdict_members(JsonWriter& json, const planner::Space& space,
                           const planner::Place& place, const planner::Verdict& verdict) {
  json.key("key").text(space.text_of(place));
  json.key("presence").text(presence_text(verdict.presence));
  json.key("verdict").text_or_null(freshness_text(verdict.freshness));
  json.key("code").boolean(verdict.code).key("inputs").boolean(verdict.inputs);
  json.key("maybe").boolean(verdict.maybe).key("running").boolean(verdict.running);
  json.key("failed").boolean(verdict.failed).key("open").boolean(verdict.open);
  json.key("deferred").boolean(verdict.deferred);
  json.key("unrecoverable").boolean(verdict.unrecoverable);
  json.key("interval");
  const auto interval = space.interval(place);
  if (!interval) {
    json.null();
    return;
  }
  json.begin_object().key("start").time(interval->first);
  json.key("end").time(interval->second).end_object();
}

void write_last_write_members(JsonWriter& json, const LastWrite& write) {
  json.key("job").text_or_null(write.job).key("run").text_or_null(write.run);
  json.key("started_at").time_or_null(write.started_at);
  json.key("ended_at").time_or_null(write.ended_at);
}

std::string change_id_text(const planner::ChangeId& id) {
  std::string out = std::to_string(id.seq);
  if (id.part != 0) out += "." + std::to_string(id.part);
  return out;
}

std::optional<planner::ChangeId> read_change_id(std::string_view text) {
  planner::ChangeId out;
  const char* const end = text.data() + text.size();
  auto [at, wrong] = std::from_chars(text.data(), end, out.seq);
  if (wrong != std::errc{} || out.seq < 1) return std::nullopt;
  if (at == end) return out;
  if (*at != '.') return std::nullopt;
  const auto part = std::from_chars(at + 1, end, out.part);
  if (part.ec != std::errc{} || part.ptr != end || out.part < 1) return std::nullopt;
  return out;
}

}  // namespace headwater::api::dto
