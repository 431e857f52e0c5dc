#include "planner/documents.h"

#include <algorithm>
#include <array>

#include "model/json.h"

namespace headwater::planner {

using base::ErrorCode;
using base::make_error;
using base::Result;
using model::json_quote;
using model::JsonValue;

namespace {

constexpr std::array<std::pair<Decided, std::string_view>, 4> kDecided{
    {{Decided::kMaterial, "material"},
     {Decided::kImmaterial, "immaterial"},
     {Decided::kForwardOnly, "forward_only"},
     {Decided::kDefer, "defer"}}};

constexpr std::array kMappingKinds{
    MappingKind::kIdentity, MappingKind::kWindow, MappingKind::kRollup,   MappingKind::kFanOut,
    MappingKind::kAll,      MappingKind::kLast,   MappingKind::kExplicit, MappingKind::kAsOf};

// That people can declare; a projection is made of lanes' numbers, which they do not see.
constexpr std::array<std::pair<LaneRule, std::string_view>, 3> kLaneRules{
    {{LaneRule::kMatched, "matched"}, {LaneRule::kSame, "same"}, {LaneRule::kAll, "all"}}};

std::string number(std::int64_t value) { return std::to_string(value); }
std::string unsigned_number(std::uint64_t value) { return std::to_string(value); }
std::string flag(bool value) { return value ? "true" : "false"; }

std::int64_t integer(const JsonValue& json, std::string_view name, std::int64_t otherwise = 0) {
  return json.get(name).integer().value_or(otherwise);
}
std::string text(const JsonValue& json, std::string_view name) {
  return json.get(name).string().value_or("");
}

std::string place_json(const Place& place) {
  return "[" + unsigned_number(place.lane) + "," + number(place.index) + "]";
}

Place read_place(const JsonValue& json) {
  std::vector<std::int64_t> parts;
  json.elements([&](const JsonValue& part) { parts.push_back(part.integer().value_or(0)); });
  parts.resize(2);
  return {static_cast<std::uint32_t>(parts[0]), parts[1]};
}

// As stored: places by number.
std::string stored_mapping(const Mapping& mapping) {
  std::string out = "{\"kind\":" + json_quote(to_string(mapping.kind)) +
                    ",\"from\":" + number(mapping.from) + ",\"to\":" + number(mapping.to) +
                    ",\"lanes\":" + number(static_cast<int>(mapping.lanes)) + ",\"projection\":[";
  for (const std::uint32_t lane : mapping.projection) {
    out += (out.back() == '[' ? "" : ",") + unsigned_number(lane);
  }
  out += "],\"pairs\":[";
  for (const Mapping::Pair& pair : mapping.pairs) {
    out += out.back() == '[' ? "[" : ",[";
    out += place_json(pair.downstream) + "," + place_json(pair.upstream) + "]";
  }
  out += "]";
  if (mapping.wait.any()) out += ",\"wait\":" + wait_json(mapping.wait);
  return out + "}";
}

std::optional<MappingKind> mapping_kind(std::string_view text) {
  for (const MappingKind kind : kMappingKinds) {
    if (to_string(kind) == text) return kind;
  }
  return std::nullopt;
}

Mapping read_stored_mapping(const JsonValue& json) {
  Mapping out;
  out.kind = mapping_kind(text(json, "kind")).value_or(MappingKind::kIdentity);
  out.from = integer(json, "from");
  out.to = integer(json, "to");
  out.lanes = static_cast<LaneRule>(integer(json, "lanes", 1));
  json.get("projection").elements([&](const JsonValue& lane) {
    out.projection.push_back(static_cast<std::uint32_t>(lane.integer().value_or(0)));
  });
  json.get("pairs").elements([&](const JsonValue& pair) {
    std::vector<Place> places;
    pair.elements([&](const JsonValue& place) { places.push_back(read_place(place)); });
    places.resize(2);
    out.pairs.push_back({places[0], places[1]});
  });
  if (const auto wait = parse_wait(json.get("wait"))) out.wait = *wait;
  return out;
}

}  // namespace

std::string_view to_string(Decided decided) {
  for (const auto& [value, name] : kDecided) {
    if (value == decided) return name;
  }
  return "material";
}

std::optional<Decided> decided(std::string_view text) {
  for (const auto& [value, name] : kDecided) {
    if (name == text) return value;
  }
  return std::nullopt;
}

std::string encode(const SpaceDocument& document) {
  std::string out =
      "{\"declared\":" + flag(document.declared) + ",\"keys\":" + unsigned_number(document.keys) +
      ",\"author\":" + json_quote(document.author) + ",\"reason\":" + json_quote(document.reason) +
      ",\"space\":" + document.space + ",\"lanes\":[";
  for (const std::vector<std::int64_t>& lane : document.lanes) {
    out += out.back() == '[' ? "[" : ",[";
    for (const std::int64_t value : lane) out += (out.back() == '[' ? "" : ",") + number(value);
    out += "]";
  }
  return out + "]}";
}

SpaceDocument decode_space(std::string_view json) {
  const JsonValue root(json);
  SpaceDocument out;
  out.declared = root.get("declared").boolean().value_or(false);
  out.space = root.get("space").text();
  out.keys = static_cast<std::uint32_t>(integer(root, "keys"));
  out.author = text(root, "author");
  out.reason = text(root, "reason");
  root.get("lanes").elements([&](const JsonValue& lane) {
    out.lanes.emplace_back();
    lane.elements(
        [&](const JsonValue& value) { out.lanes.back().push_back(value.integer().value_or(0)); });
  });
  return out;
}

std::string encode(const MappingDocument& document) {
  std::string out =
      "{\"declared\":" + flag(document.declared) + ",\"in_force\":" + flag(document.in_force) +
      ",\"mapping\":" + stored_mapping(document.mapping) +
      ",\"author\":" + json_quote(document.author) + ",\"reason\":" + json_quote(document.reason) +
      ",\"runs\":" + unsigned_number(document.runs) + ",\"candidates\":[";
  for (const Candidate& candidate : document.candidates) {
    out += out.back() == '[' ? "" : ",";
    out += "{\"seen\":" + unsigned_number(candidate.seen) +
           ",\"refused\":" + flag(candidate.refused) +
           ",\"mapping\":" + stored_mapping(candidate.mapping) + "}";
  }
  out += "]";
  if (!document.code) return out + "}";
  out += ",\"job\":" + unsigned_number(document.job.value) +
         ",\"code\":" + number(document.code.value) + ",\"columns\":[";
  for (const std::string& column : document.columns) {
    out += (out.back() == '[' ? "" : ",") + json_quote(column);
  }
  return out + "]}";
}

MappingDocument decode_mapping(std::string_view json) {
  const JsonValue root(json);
  MappingDocument out;
  out.declared = root.get("declared").boolean().value_or(false);
  out.in_force = root.get("in_force").boolean().value_or(true);
  out.mapping = read_stored_mapping(root.get("mapping"));
  out.author = text(root, "author");
  out.reason = text(root, "reason");
  out.runs = static_cast<std::uint64_t>(integer(root, "runs"));
  root.get("candidates").elements([&](const JsonValue& candidate) {
    out.candidates.push_back({read_stored_mapping(candidate.get("mapping")),
                              static_cast<std::uint64_t>(integer(candidate, "seen")),
                              candidate.get("refused").boolean().value_or(false)});
  });
  out.job = NodeId{static_cast<std::uint32_t>(integer(root, "job"))};
  out.code = CodeId{integer(root, "code")};
  root.get("columns").elements(
      [&](const JsonValue& column) { out.columns.push_back(column.string().value_or("")); });
  return out;
}

std::string encode(const JobDocument& document) {
  return "{\"code\":" + number(document.code.value) + ",\"at\":" + number(document.at) +
         ",\"partitions\":" + flag(document.partitions) +
         ",\"before\":" + number(document.before.value) + ",\"change\":" + number(document.change) +
         "}";
}

JobDocument decode_job(std::string_view json) {
  const JsonValue root(json);
  return {CodeId{integer(root, "code")}, integer(root, "at"),
          root.get("partitions").boolean().value_or(false), CodeId{integer(root, "before")},
          integer(root, "change")};
}

std::string encode(const ChangeDocument& document) {
  std::string out = "{\"data\":" + flag(document.data) +
                    ",\"job\":" + unsigned_number(document.job.value) +
                    ",\"at\":" + number(document.at) + ",\"from\":" + number(document.from.value) +
                    ",\"to\":" + number(document.to.value) +
                    ",\"dataset\":" + unsigned_number(document.dataset.value) +
                    ",\"run\":" + number(document.run.value) + ",\"spans\":[";
  for (const Span& span : document.spans) {
    out += out.back() == '[' ? "[" : ",[";
    out += unsigned_number(span.lane) + "," + number(span.first) + "," + number(span.last) + "]";
  }
  out += "]";
  if (!document.columns.empty()) out += ",\"columns\":[";
  for (const ChangedColumn& column : document.columns) {
    out += out.back() == '[' ? "" : ",";
    out += "{\"namespace\":" + json_quote(column.dataset.name_space) +
           ",\"name\":" + json_quote(column.dataset.name) +
           ",\"field\":" + json_quote(column.field) + "}";
  }
  return out + (document.columns.empty() ? "}" : "]}");
}

ChangeDocument decode_change(std::string_view json) {
  const JsonValue root(json);
  ChangeDocument out;
  out.data = root.get("data").boolean().value_or(false);
  out.job = NodeId{static_cast<std::uint32_t>(integer(root, "job"))};
  out.at = integer(root, "at");
  out.from = CodeId{integer(root, "from")};
  out.to = CodeId{integer(root, "to")};
  out.dataset = DatasetNo{static_cast<std::uint32_t>(integer(root, "dataset"))};
  out.run = model::RunRow{integer(root, "run")};
  root.get("spans").elements([&](const JsonValue& span) {
    std::vector<std::int64_t> parts;
    span.elements([&](const JsonValue& part) { parts.push_back(part.integer().value_or(0)); });
    parts.resize(3);
    out.spans.push_back({static_cast<std::uint32_t>(parts[0]), parts[1], parts[2]});
  });
  root.get("columns").elements([&](const JsonValue& column) {
    out.columns.push_back(
        {{text(column, "namespace"), text(column, "name")}, text(column, "field")});
  });
  return out;
}

std::string encode(const DecisionDocument& document) {
  return "{\"change_a\":" + number(document.change_a) +
         ",\"change_b\":" + number(document.change_b) +
         ",\"decided\":" + json_quote(to_string(document.decided)) +
         ",\"dataset\":" + unsigned_number(document.dataset.value) +
         ",\"first\":" + number(document.first) + ",\"last\":" + number(document.last) +
         ",\"at\":" + number(document.at) + ",\"until\":" + number(document.until) +
         ",\"author\":" + json_quote(document.author) +
         ",\"reason\":" + json_quote(document.reason) +
         ",\"revoked\":" + unsigned_number(document.revoked.value) + "}";
}

DecisionDocument decode_decision(std::string_view json) {
  const JsonValue root(json);
  DecisionDocument out;
  out.change_a = integer(root, "change_a");
  out.change_b = integer(root, "change_b");
  out.decided = decided(text(root, "decided")).value_or(Decided::kMaterial);
  out.dataset = DatasetNo{static_cast<std::uint32_t>(integer(root, "dataset"))};
  out.first = integer(root, "first", INT64_MIN);
  out.last = integer(root, "last", INT64_MAX);
  out.at = integer(root, "at");
  out.until = integer(root, "until", model::kOpenEnd);
  out.author = text(root, "author");
  out.reason = text(root, "reason");
  out.revoked = model::Seq{static_cast<std::uint64_t>(integer(root, "revoked"))};
  return out;
}

// ---- the contract's PartitionMapping ------------------------------------------------------------

namespace {

std::string_view lanes_name(LaneRule rule) {
  for (const auto& [known, name] : kLaneRules) {
    if (known == rule) return name;
  }
  return "projected";
}

}  // namespace

std::string mapping_json(const Mapping& mapping) {
  std::string out = "{\"kind\":" + json_quote(to_string(mapping.kind));
  const bool moves = mapping.kind == MappingKind::kWindow || mapping.kind == MappingKind::kRollup ||
                     mapping.kind == MappingKind::kFanOut;
  if (moves) out += ",\"from\":" + number(mapping.from) + ",\"to\":" + number(mapping.to);
  out += ",\"lanes\":" + json_quote(lanes_name(mapping.lanes));
  if (mapping.kind == MappingKind::kExplicit) {
    out += ",\"pair_count\":" + unsigned_number(mapping.pairs.size());
  }
  if (mapping.wait.any()) out += ",\"wait\":" + wait_json(mapping.wait);
  return out + "}";
}

namespace {

base::Error bad_member(std::string_view member, std::string_view what) {
  return make_error(ErrorCode::kInvalidArgument,
                    "mapping." + std::string(member) + " " + std::string(what));
}

Result<std::vector<Mapping::Pair>> parse_pairs(const JsonValue& json, const Space& upstream,
                                               const Space& downstream) {
  std::vector<Mapping::Pair> out;
  std::optional<base::Error> failure;
  json.elements([&](const JsonValue& pair) {
    if (failure) return;
    if (out.size() == kMaxPairs) {
      failure = make_error(ErrorCode::kLimitExceeded,
                           "A mapping has at most " + std::to_string(kMaxPairs) + " pairs.");
      return;
    }
    const auto down = downstream.parse_text(text(pair, "downstream"));
    const auto up = upstream.parse_text(text(pair, "upstream"));
    if (!down || !up) {
      failure = down ? up.error() : down.error();
      return;
    }
    out.push_back({*down, *up});
  });
  if (failure) return *std::move(failure);
  return out;
}

// What does not count for the kind is told rather than left unread.
Result<void> check_members(const JsonValue& mapping, MappingKind kind) {
  const bool moves =
      kind == MappingKind::kWindow || kind == MappingKind::kRollup || kind == MappingKind::kFanOut;
  Result<void> out;
  mapping.members([&](std::string_view name, const JsonValue& value) {
    if (!out || value.is_null()) return;
    if (name == "kind" || name == "lanes" || name == "wait") return;
    if (name == "from" || name == "to") {
      if (!moves && value.integer() != 0)
        out = bad_member(name, "goes with window, rollup or fan_out.");
    } else if (name == "pairs") {
      if (kind != MappingKind::kExplicit) out = bad_member(name, "goes with explicit.");
    } else {
      out =
          bad_member(name, "is not known; the members are kind, from, to, lanes, pairs and wait.");
    }
  });
  return out;
}

// What there is to wait for.
Result<WaitPolicy> parse_wait_of(MappingKind kind, const JsonValue& json) {
  HW_TRY(const WaitPolicy out, parse_wait(json));
  if (kind == MappingKind::kAsOf && out.any()) {
    return bad_member("wait", "does not go with as_of, which waits for nothing; leave it out.");
  }
  if (kind == MappingKind::kLast && out.inputs != WaitPolicy::Inputs::kPlanned) {
    return bad_member("wait.inputs",
                      "does not go with last, which reads one partition; leave it out, or use all "
                      "or a window.");
  }
  return out;
}

}  // namespace

Result<Mapping> parse_mapping(std::string_view json, const Space& upstream,
                              const Space& downstream) {
  const JsonValue root(json);
  if (!root.is_object()) return bad_member("", "must be an object.");
  const auto kind = mapping_kind(text(root, "kind"));
  if (!kind) {
    return bad_member("kind",
                      "must be identity, window, rollup, fan_out, all, last, explicit or as_of.");
  }
  HW_CHECK_OK(check_members(root, *kind));
  Mapping out;
  out.kind = *kind;
  for (const auto& [name, value] : {std::pair("from", &out.from), std::pair("to", &out.to)}) {
    const JsonValue given = root.get(name);
    if (!given.present()) continue;
    const auto parsed = given.integer();
    if (!parsed) return bad_member(name, "must be a whole number of upstream partitions.");
    *value = *parsed;
  }
  const std::string lanes = root.get("lanes").present() ? text(root, "lanes") : "matched";
  const auto rule = std::find_if(kLaneRules.begin(), kLaneRules.end(),
                                 [&](const auto& known) { return known.second == lanes; });
  if (rule == kLaneRules.end()) return bad_member("lanes", "must be matched, same or all.");
  out.lanes = rule->first;
  if (out.kind == MappingKind::kExplicit) {
    HW_TRY(out.pairs, parse_pairs(root.get("pairs"), upstream, downstream));
  }
  HW_TRY(out.wait, parse_wait_of(out.kind, root.get("wait")));
  return out;
}

}  // namespace headwater::planner
