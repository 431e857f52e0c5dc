// Search by name: a scan over the names in the graph, case-insensitive for ASCII.
//
// Ranks, best first: the exact name; a name whose last dotted part starts with the query; a name
// with a word that starts with it; a name that contains it. With % (any characters) or _ (one
// character) the query is a pattern; a name that the pattern fits as a whole counts as exact, one
// that it fits only somewhere inside comes last, and '_' also finds itself.
//
// Cost: linear in the names (about 30 ns each), memory for the `limit` best only. Errors: the
// store's, for what is hidden.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/session.h"
#include "query/values.h"

namespace headwater::query {

enum class SearchSort { kRelevance, kName, kUpdatedAt };

struct SearchRequest {
  std::string text;
  std::optional<NodeKind> kind;  // dataset or job; none: both
  std::optional<std::string> name_space;
  SearchSort sort = SearchSort::kRelevance;
  std::size_t limit = 10;
};

struct SearchHit {
  NodeSummary node;
  Micros updated_at = 0;
};

struct SearchAnswer {
  std::int64_t total = 0;
  std::vector<SearchHit> hits;
};

Result<SearchAnswer> search(Session& session, const SearchRequest& request);

// 0 is the best rank; nothing if the name does not match. For tests and for search itself.
class NameMatcher {
 public:
  explicit NameMatcher(std::string_view query);
  std::optional<int> rank(std::string_view name) const;

 private:
  std::optional<int> plain_rank(std::string_view lower) const;

  std::string query_;
  bool pattern_;
  std::string inside_;  // the pattern with % on both sides
};

}  // namespace headwater::query
