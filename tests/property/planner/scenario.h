// A random warehouse of partitioned datasets: its spaces and mappings.
//
// Everything lies around one moment, chosen so that clocks change there, a day is left out, blocks
// of the engine meet or numbers turn negative.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "planner/mapping.h"
#include "planner/space.h"
#include "tests/support/harness.h"

namespace headwater::tests::partitions {

using base::Micros;

inline constexpr Micros kMinute = 60'000'000, kHour = 60 * kMinute, kDay = 24 * kHour;

class Random {
 public:
  explicit Random(std::uint64_t seed) : random_(seed) {}
  std::uint64_t pick(std::uint64_t below) { return random_() % below; }
  std::int64_t between(std::int64_t first, std::int64_t last) {
    return first + static_cast<std::int64_t>(pick(static_cast<std::uint64_t>(last - first + 1)));
  }
  bool chance(std::uint64_t percent) { return pick(100) < percent; }
  template <class List>
  auto& one_of(List& list) {
    return list[pick(std::size(list))];
  }

 private:
  std::mt19937_64 random_;
};

struct SpaceSpec {
  enum class Kind { kNone, kTime, kStatic, kInteger } kind = Kind::kNone;
  std::string granularity, zone;
  std::int64_t start = 0;
  bool has_start = true;
  int close_hours = 0;
  std::vector<std::string> keys;  // of the regions: lanes, or the index where there is no other
  int buckets = 0;                // 0: without; as the index: -1 is without an end

  std::string json() const {
    std::string out;
    const auto add = [&out](const std::string& dimension) {
      out += (out.empty() ? "" : ",") + dimension;
    };
    if (kind == Kind::kTime) {
      const auto granularity_is = *planner::granularity_of(granularity);
      const auto calendar = must(planner::Calendar::create(granularity_is, zone));
      add(R"({"name":"date","kind":"time","granularity":")" + granularity + R"(","zone":")" + zone +
          "\"" + (has_start ? R"(,"start":")" + calendar.key_of(start) + "\"" : "") +
          R"(,"close_offset":"PT)" + std::to_string(close_hours) + R"(H"})");
    }
    if (!keys.empty()) {
      std::string list;
      for (const std::string& key : keys) list += (list.empty() ? "\"" : ",\"") + key + "\"";
      add(R"({"name":"region","kind":"static","keys":[)" + list + "]}");
    }
    if (buckets != 0) {
      add(R"({"name":"bucket","kind":"integer","start":0)" +
          (buckets > 0 ? ",\"end\":" + std::to_string(buckets) : "") + "}");
    }
    return R"({"dimensions":[)" + out + "]}";
  }
};

// Around which everything happens.
inline Micros random_anchor(Random& random) {
  static const Micros anchors[] = {
      20541 * kDay,                      // Europe's clocks go forward: 2026-03-29
      20751 * kDay,                      // and back: 2026-10-25
      20520 * kDay,                      // America's: 2026-03-08
      20758 * kDay,                      // 2026-11-01
      20548 * kDay,                      // Lord Howe's, by half an hour: 2026-04-05
      20730 * kDay,                      // 2026-10-04
      15338 * kDay,                      // Apia leaves out 2011-12-30
      std::int64_t{5} * 4096 * kDay,     // a block of days begins: 2026-01-28
      std::int64_t{122} * 4096 * kHour,  // a block of hours
      0,                                 // 1970
  };
  return random.one_of(anchors) + random.between(-30, 30) * kHour;
}

inline SpaceSpec random_spec(Random& random, Micros now) {
  SpaceSpec out;
  const std::uint64_t kind = random.pick(100);
  out.kind = kind < 70   ? SpaceSpec::Kind::kTime
             : kind < 80 ? SpaceSpec::Kind::kStatic
             : kind < 90 ? SpaceSpec::Kind::kInteger
                         : SpaceSpec::Kind::kNone;
  static const char* const all_keys[] = {"eu", "us", "apac", "mena"};
  const auto some_keys = [&](std::int64_t least, std::int64_t most) {
    for (std::int64_t i = random.between(least, most); i-- > 0;) {
      out.keys.push_back(all_keys[out.keys.size()]);
    }
  };
  if (out.kind == SpaceSpec::Kind::kStatic) some_keys(1, 4);
  if (out.kind == SpaceSpec::Kind::kInteger) {
    out.buckets = random.chance(30) ? -1 : static_cast<int>(random.between(1, 4));
    if (random.chance(30)) some_keys(1, 2);
  }
  if (out.kind != SpaceSpec::Kind::kTime) return out;
  static const char* const granularities[] = {"hour", "hour", "day", "day", "day", "week", "month"};
  static const char* const zones[] = {
      "UTC",          "Europe/Berlin",  "America/New_York", "Australia/Lord_Howe",
      "Pacific/Apia", "Atlantic/Azores"};
  out.granularity = random.one_of(granularities);
  out.zone = random.one_of(zones);
  if (random.chance(50)) out.zone = "UTC";
  const auto calendar =
      must(planner::Calendar::create(*planner::granularity_of(out.granularity), out.zone));
  const std::int64_t back = out.granularity == "hour" ? 30 : out.granularity == "day" ? 8 : 3;
  out.start = calendar.index_of(now) - random.between(0, back);
  out.has_start = random.chance(85);
  out.close_hours = random.chance(30) ? static_cast<int>(random.between(1, 30)) : 0;
  if (random.chance(35)) some_keys(1, 3);
  if (random.chance(10)) out.buckets = static_cast<int>(random.between(1, 2));
  return out;
}

// Another space of the same dimensions: keys taken away, added or brought back, the start moved,
// more or less time until it closes, an end.
inline SpaceSpec changed(SpaceSpec spec, Random& random) {
  if (!spec.keys.empty()) {
    std::vector<std::string> keys;
    for (const char* key : {"eu", "us", "apac", "mena"}) {
      if (random.chance(60)) keys.push_back(key);
    }
    if (!keys.empty()) spec.keys = keys;
  }
  spec.start += random.between(-3, 3);
  if (random.chance(20)) spec.has_start = !spec.has_start;
  if (random.chance(50)) spec.close_hours = static_cast<int>(random.between(0, 30));
  if (spec.buckets != 0 && random.chance(50)) {
    const bool is_index = spec.kind == SpaceSpec::Kind::kInteger;
    spec.buckets = is_index && random.chance(30) ? -1 : static_cast<int>(random.between(1, 4));
  }
  return spec;
}

// Of a kind that the two spaces mostly allow. `up_places` and `down_places`: for pairs.
inline planner::Mapping random_mapping(Random& random, const planner::Space& upstream,
                                       const planner::Space& downstream,
                                       const std::vector<planner::Place>& up_places,
                                       const std::vector<planner::Place>& down_places) {
  using planner::MappingKind;
  planner::Mapping out;
  const planner::Calendar *up = upstream.calendar(), *down = downstream.calendar();
  const std::uint64_t kind = random.pick(100);
  const bool timed = up != nullptr && down != nullptr;
  if (kind < 60 && timed && (up->granularity() != down->granularity() || random.chance(20))) {
    const bool finer = up->granularity() < down->granularity();
    out.kind = finer != random.chance(8) ? MappingKind::kRollup : MappingKind::kFanOut;
  } else if (kind < 60) {
    out.kind = random.chance(40) ? MappingKind::kIdentity : MappingKind::kWindow;
  } else if (kind < 70) {
    out.kind = MappingKind::kAll;
  } else if (kind < 80) {
    out.kind = MappingKind::kLast;
  } else if (kind < 95) {
    out.kind = MappingKind::kExplicit;
    for (std::int64_t i = random.between(0, 8); i-- > 0;) {
      out.pairs.push_back({random.one_of(down_places), random.one_of(up_places)});
    }
  } else {
    out.kind = MappingKind::kAsOf;
  }
  const bool plain_shift = out.kind == MappingKind::kRollup || out.kind == MappingKind::kFanOut;
  if (out.kind == MappingKind::kWindow || (plain_shift && random.chance(40))) {
    out.from = random.between(-4, 1);
    out.to = out.from + random.between(0, 4);
  }
  const std::uint64_t lanes = random.pick(100);
  if (lanes < 30) out.lanes = planner::LaneRule::kAll;
  if (lanes >= 170) out.lanes = planner::LaneRule::kMatched;
  if (lanes >= 85) {
    out.lanes = planner::LaneRule::kProjected;
    for (std::uint32_t lane = 0; lane < downstream.lane_count(); ++lane) {
      out.projection.push_back(static_cast<std::uint32_t>(random.pick(upstream.lane_count() + 1)));
    }
  }
  return out;
}

}  // namespace headwater::tests::partitions
