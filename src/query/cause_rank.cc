#include "query/cause_rank.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <tuple>
#include <utility>

#include "query/cause_text.h"

namespace headwater::query::cause {
namespace {

constexpr double kPerJob = 0.03;  // what a job on the way costs
constexpr double kOldest = 0.75;  // recency at the start of the window
constexpr double kSymptom = 0.5;
constexpr double kBelowOrigin = 0.95;
// An origin has to be at least so strong, itself and beside its symptom.
constexpr double kOriginMagnitude = 0.4, kOriginShare = 0.5;

using Words = std::vector<std::uint64_t>;

std::string kind_text(CauseKind kind) {
  switch (kind) {
    case CauseKind::kCodeVersion: return "New code changes what is written from then on.";
    case CauseKind::kSchemaChange: return "Readers meet another schema.";
    case CauseKind::kRunFailed: return "A failed run leaves its output as it was.";
    case CauseKind::kRunLate: return "What depends on a late run is late or old.";
    case CauseKind::kRunMissing: return "What depends on a missing run goes without it.";
    case CauseKind::kVolumeJump: return "Far more or less data than usual came in.";
    case CauseKind::kPartitionRewritten:
      return "What was derived from the partition before does not hold any more.";
  }
  return "";
}

double distance_factor(std::uint32_t distance) {
  return 1 / (1 + kPerJob * static_cast<double>(distance));
}

double recency_factor(Micros at, const CauseRequest& request) {
  if (request.window <= 0) return 1;
  const double age = static_cast<double>(request.at - at) / static_cast<double>(request.window);
  return 1 - (1 - kOldest) * std::clamp(age, 0.0, 1.0);
}

std::string distance_text(std::uint32_t distance) {
  if (distance == 0) return "It is the asked node itself.";
  return plural(distance, "job lies", "jobs lie") + " between, this one counted.";
}

void score(const CauseRequest& request, Candidate& candidate) {
  Cause& cause = candidate.cause;
  cause.why = {
      {"kind", base_weight(cause.kind), kind_text(cause.kind)},
      {"distance", distance_factor(cause.distance), distance_text(cause.distance)},
      {"recency", recency_factor(cause.at, request),
       length_text(std::max<Micros>(0, request.at - cause.at)) + " before the moment asked about."},
      {"magnitude", candidate.magnitude, candidate.magnitude_text}};
  cause.score = 1;
  for (const CauseFactor& factor : cause.why) cause.score *= factor.value;
}

bool better(const Candidate& a, const Candidate& b) {
  if (a.cause.score != b.cause.score) return a.cause.score > b.cause.score;
  return std::tuple(a.cause.distance, -a.cause.at, a.cause.kind, a.cause.node) <
         std::tuple(b.cause.distance, -b.cause.at, b.cause.kind, b.cause.node);
}

// For every node the candidates at it and upstream of it, as bits by their position.
class Reaching {
 public:
  Reaching(const Upstream& upstream, std::span<const Candidate> candidates)
      : words_((candidates.size() + 63) / 64), bits_(upstream.nodes().size() * words_) {
    for (std::size_t c = 0; c < candidates.size(); ++c) {
      at(candidates[c].index)[c / 64] |= std::uint64_t{1} << (c % 64);
    }
    // Farthest first, so that without cycles one sweep does it.
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t node = upstream.nodes().size(); node-- > 0;) {
        upstream.each_source(node, [&](std::size_t source) { changed |= merge(node, source); });
      }
    }
  }

  bool reaches(std::size_t candidate, std::size_t node) {
    return (at(node)[candidate / 64] >> (candidate % 64) & 1) != 0;
  }

 private:
  std::uint64_t* at(std::size_t node) { return bits_.data() + node * words_; }
  bool merge(std::size_t into, std::size_t from) {
    std::uint64_t news = 0;
    for (std::size_t w = 0; w < words_; ++w) {
      news |= at(from)[w] & ~at(into)[w];
      at(into)[w] |= at(from)[w];
    }
    return news != 0;
  }

  std::size_t words_;
  Words bits_;
};

// The order in which causes can follow from each other: of what one event tells, code comes before
// schema and schema before volume, as the kinds are numbered; then the stronger.
using Order = std::tuple<Micros, CauseKind, std::size_t>;
Order order_of(std::span<const Candidate> ranked, std::size_t position) {
  return {ranked[position].cause.at, ranked[position].cause.kind, position};
}

bool explains(std::span<const Candidate> ranked, std::size_t origin, std::size_t symptom) {
  const Cause& a = ranked[origin].cause;
  const Cause& b = ranked[symptom].cause;
  if (!fits(a.kind, b.kind) || order_of(ranked, origin) >= order_of(ranked, symptom)) return false;
  return ranked[origin].magnitude >= kOriginMagnitude && a.score >= kOriginShare * b.score;
}

std::string origin_text(const Candidate& origin) {
  return "It looks like a symptom: " + origin.cause.summary;
}

// The strongest origin of each candidate, or its own position.
std::vector<std::size_t> origins_of(const Upstream& upstream, std::span<const Candidate> ranked) {
  std::vector<std::size_t> out(ranked.size());
  std::iota(out.begin(), out.end(), 0);
  if (ranked.empty()) return out;
  Reaching reaching(upstream, ranked);
  for (std::size_t b = 0; b < ranked.size(); ++b) {
    for (std::size_t a = 0; a < ranked.size(); ++a) {
      if (!explains(ranked, a, b) || !reaching.reaches(a, ranked[b].index)) continue;
      out[b] = a;
      break;  // they are sorted: the strongest
    }
  }
  return out;
}

// Earlier ones first: an origin has its own discount before its symptoms are held below it.
void discount(std::vector<Candidate>& candidates, const std::vector<std::size_t>& origins) {
  std::vector<std::size_t> order(origins.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&candidates](std::size_t a, std::size_t b) {
    return order_of(candidates, a) < order_of(candidates, b);
  });
  for (const std::size_t i : order) {
    if (origins[i] == i) continue;
    Cause& cause = candidates[i].cause;
    const Candidate& origin = candidates[origins[i]];
    const double lower = std::min(kSymptom * cause.score, kBelowOrigin * origin.cause.score);
    cause.why.push_back({"symptom", lower / cause.score, origin_text(origin)});
    cause.score = lower;
  }
}

}  // namespace

double base_weight(CauseKind kind) {
  switch (kind) {
    case CauseKind::kCodeVersion: return 0.95;
    case CauseKind::kSchemaChange: return 0.95;
    case CauseKind::kRunMissing: return 0.95;
    case CauseKind::kRunFailed: return 0.9;
    case CauseKind::kVolumeJump: return 0.9;
    case CauseKind::kPartitionRewritten: return 0.85;
    case CauseKind::kRunLate: return 0.8;
  }
  return 0;
}

bool fits(CauseKind origin, CauseKind symptom) {
  using enum CauseKind;
  switch (origin) {
    case kCodeVersion:
      return symptom == kSchemaChange || symptom == kVolumeJump || symptom == kRunFailed ||
             symptom == kRunLate || symptom == kPartitionRewritten;
    case kSchemaChange:
      return symptom == kSchemaChange || symptom == kRunFailed || symptom == kVolumeJump;
    case kRunFailed:
    case kRunMissing:
    case kRunLate:
      return symptom == kRunFailed || symptom == kRunLate || symptom == kRunMissing ||
             symptom == kVolumeJump;
    case kVolumeJump: return symptom == kVolumeJump || symptom == kRunLate || symptom == kRunFailed;
    case kPartitionRewritten: return symptom == kPartitionRewritten || symptom == kVolumeJump;
  }
  return false;
}

std::vector<Candidate> rank(const Upstream& upstream, const CauseRequest& request,
                            std::vector<Candidate> candidates) {
  for (Candidate& candidate : candidates) score(request, candidate);
  std::sort(candidates.begin(), candidates.end(), better);
  const std::size_t attributed = std::min(candidates.size(), kMaxAttributed);
  const std::vector<std::size_t> origins =
      origins_of(upstream, std::span<const Candidate>(candidates).first(attributed));
  discount(candidates, origins);
  std::vector<std::size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return better(candidates[a], candidates[b]); });
  std::vector<std::size_t> rank_of(candidates.size());
  for (std::size_t place = 0; place < order.size(); ++place) rank_of[order[place]] = place + 1;
  for (std::size_t place = 0; place < attributed; ++place) {
    if (origins[place] == place) continue;
    candidates[origins[place]].cause.masks.push_back(rank_of[place]);
  }
  std::vector<Candidate> out;
  for (const std::size_t i : order) {
    std::sort(candidates[i].cause.masks.begin(), candidates[i].cause.masks.end());
    out.push_back(std::move(candidates[i]));
  }
  return out;
}

}  // namespace headwater::query::cause
