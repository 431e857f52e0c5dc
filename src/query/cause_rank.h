// Ranking: a score for every candidate, and which of them are only symptoms of others.
//
// score = kind x distance x recency x magnitude, each in 0..1; a symptom counts half and never
// more than its origin. A is the origin of B if A lies upstream of B (or is the job that wrote B),
// was not later, can have such an effect (fits) and is not much weaker itself.
//
// Thread-safety: pure. Cost: candidates squared over the strongest kMaxAttributed, and a sweep or
// two over the upstream edges.
#pragma once

#include <vector>

#include "query/cause_collect.h"

namespace headwater::query::cause {

inline constexpr std::size_t kMaxAttributed = 512;  // weaker ones are neither origin nor symptom

double base_weight(CauseKind kind);
bool fits(CauseKind origin, CauseKind symptom);

// Best first, with score, why and masks; paths are not filled in.
std::vector<Candidate> rank(const Upstream& upstream, const CauseRequest& request,
                            std::vector<Candidate> candidates);

}  // namespace headwater::query::cause
