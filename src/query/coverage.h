// Coverage: what the graph does not show, and what looks wrong in it. The definitions:
// docs/coverage-rules.md.
//
// Everything is of the session's moment: edges and attributes by both clocks, what producers said
// up to as_of and known_at. Not promised for the past: first-seen times and hidden namespaces,
// which have no versions.
//
// Thread-safety: the answer from any thread, the function as Session. Errors: kCancelled; the
// store's. Cost: one pass over nodes, edges, the attribute rows and the observations, the rows of
// both bounded by max_work; near linear look-alikes. Kept for the version (query/answer_cache.h).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "query/lineage.h"
#include "query/session.h"

namespace headwater::query {

struct CoverageRequest {
  std::optional<std::string> name_space;  // only nodes of it
  std::size_t max_work = 20'000'000;      // rows and pairs looked at
  std::function<bool()> cancelled;
};

struct LookAlike {
  NodeId a, b;  // `a` is to stay: it has more edges, or is the older
  double score = 0;
  std::vector<std::string_view> why;
};

struct ProducerSeen {
  std::string name;  // empty: none given
  std::int64_t statements = 0, jobs = 0, datasets = 0;
  Micros first_seen = 0, last_seen = 0;
};

struct FacetSeen {
  std::string name;
  std::int64_t entities = 0;           // that have it at the moment
  std::vector<std::string> producers;  // that sent it up to then, sorted
};

struct OwnerScore {
  std::string owner;  // empty: what nobody owns
  std::int64_t datasets = 0, jobs = 0;
  std::int64_t with_schema = 0, with_description = 0, with_column_lineage = 0, without_io = 0;
  std::int64_t checks = 0, passed = 0;
  double score() const {
    return checks == 0 ? 0 : static_cast<double>(passed) / static_cast<double>(checks);
  }
};

struct Coverage {
  std::vector<NodeId> jobs_without_io, written_never_read, read_never_written;  // by id
  std::vector<LookAlike> look_alikes;                                           // by score
  std::vector<ProducerSeen> producers;                                          // by statements
  std::vector<FacetSeen> facets;                                                // by entities
  std::vector<OwnerScore> owners;                                               // the worst first
  OwnerScore all;
  Cut cut;
  std::size_t bytes() const;
};

Result<std::shared_ptr<const Coverage>> coverage(Session& session, const CoverageRequest& request);

// Pairs of canonical nodes, the smaller first, of which a user said that they are not one thing.
// The one place where such decisions come in: until there are any, it is empty.
using NodePairs = std::set<std::pair<NodeId, NodeId>>;
Result<NodePairs> rejected_pairs(Session& session);

}  // namespace headwater::query
