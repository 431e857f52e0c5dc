// Search for people: assets by words of their names, columns, descriptions, owners, tags and
// namespaces, with typos, best first. docs/search-rules.md has the rules, docs/adr/0005 the why.
//
// What is found is what was so and known at the session's moment. Answered from an index in memory
// (text_index/) that each search first brings up to the session; what the index cannot decide for
// a moment of the past is read from the store, at most `max_checks` assets: beyond, the answer says
// that it is cut.
//
// Thread-safety: like Session. Errors: kLimitExceeded for a question that is too long or a page
// that is too far; those of the store. Cost: below 20 ms for 2 M assets and the newest moment; a
// pattern (%) looks at every name; the first search builds the index, unless a background does.
// Not promised: the order follows use and last observation as of at most kRankedEveryS ago.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "query/session.h"
#include "query/text_index/match.h"
#include "query/values.h"

namespace headwater::query {

enum class SearchSort { kRelevance, kName, kUpdatedAt };
enum class SearchMatch { kExact, kPrefix, kWord, kFuzzy, kSubstring };

inline constexpr std::size_t kMaxSearchWindow = 10'000;  // offset + limit
inline constexpr std::int64_t kRankedEveryS = 600;

struct SearchRequest {
  std::string text;
  std::optional<NodeKind> kind;  // dataset, job or field; none: datasets and jobs
  std::optional<std::string> name_space, owner, tag;
  SearchSort sort = SearchSort::kRelevance;
  std::size_t limit = 10, offset = 0;
  std::size_t max_checks = 20'000;
  std::function<bool()> cancelled = {};
};

struct SearchHit {
  NodeSummary node;    // of a column: its dataset
  std::string column;  // if columns were asked for
  Micros updated_at = 0;
  SearchMatch match = SearchMatch::kExact;
  std::vector<text_index::Highlight> highlights;
  std::uint64_t readers = 0, consumers = 0;
  std::vector<std::string> owners, tags;
};

// kIndexBuilding: after a start; only names that hold the words as they stand were looked at.
enum class SearchCut { kNone, kIndexBuilding, kMaxChecks, kCancelled };

struct SearchAnswer {
  std::int64_t total = 0;  // exact, if nothing was cut
  std::vector<SearchHit> hits;
  SearchCut cut = SearchCut::kNone;
  std::size_t unchecked = 0;  // assets that may match and were not looked at
};

Result<SearchAnswer> search(Session& session, const SearchRequest& request);

// For whoever keeps the index in the background: after leave_search_to() searches wait for no large
// build. keep_search() does what is due; once every few seconds, and once with `rank` every
// kRankedEveryS seconds. `cancelled` (may be empty) ends it with kShuttingDown.
void leave_search_to_background(Service& service);
Result<void> keep_search(Service& service, bool rank, const std::function<bool()>& cancelled = {});

std::string_view to_string(SearchMatch match);
std::string_view to_string(SearchCut cut);
std::string_view to_string(text_index::Place place);

}  // namespace headwater::query
