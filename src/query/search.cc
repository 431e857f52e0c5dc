#include "query/search.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "query/hidden.h"
#include "query/node_ref.h"

namespace headwater::query {
namespace {

enum Rank { kExact = 0, kLastSegment = 1, kWord = 2, kSubstring = 3, kPattern = 4 };

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

// Bytes of the UTF-8 character at text[at].
std::size_t character_size(std::string_view text, std::size_t at) {
  std::size_t size = 1;
  while (at + size < text.size() && (static_cast<unsigned char>(text[at + size]) & 0xC0) == 0x80) {
    ++size;
  }
  return size;
}

// SQL's LIKE. Greedy with one point of return: linear for each '%', no recursion.
bool like(std::string_view text, std::string_view pattern) {
  std::size_t t = 0, p = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '%') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == '_') {
      t += character_size(text, t);
      ++p;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++t;
      ++p;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '%') ++p;
  return p == pattern.size();
}

struct Candidate {
  int rank = 0;
  Micros updated = 0;
  std::string_view name, name_space;
  NodeId node;
};

bool better(SearchSort sort, const Candidate& a, const Candidate& b) {
  if (sort == SearchSort::kRelevance && a.rank != b.rank) return a.rank < b.rank;
  if (sort == SearchSort::kUpdatedAt && a.updated != b.updated) return a.updated > b.updated;
  if (sort == SearchSort::kRelevance && a.name.size() != b.name.size()) {
    return a.name.size() < b.name.size();
  }
  return std::tie(a.name, a.name_space, a.node) < std::tie(b.name, b.name_space, b.node);
}

bool wanted(const SearchRequest& request, const graph::NodeInfo& info) {
  if (info.kind != NodeKind::kDataset && info.kind != NodeKind::kJob) return false;
  if (request.kind && info.kind != *request.kind) return false;
  return !request.name_space || info.name_space == *request.name_space;
}

// The best `limit`, found through a heap with the worst on top.
class Best {
 public:
  Best(SearchSort sort, std::size_t limit) : sort_(sort), limit_(limit) {}
  void add(const Candidate& candidate) {
    const auto order = [this](const Candidate& a, const Candidate& b) {
      return better(sort_, a, b);
    };
    if (heap_.size() == limit_) {
      if (!better(sort_, candidate, heap_.front())) return;
      std::pop_heap(heap_.begin(), heap_.end(), order);
      heap_.pop_back();
    }
    heap_.push_back(candidate);
    std::push_heap(heap_.begin(), heap_.end(), order);
  }
  std::vector<Candidate> sorted() {
    std::sort(heap_.begin(), heap_.end(),
              [this](const Candidate& a, const Candidate& b) { return better(sort_, a, b); });
    return std::move(heap_);
  }

 private:
  SearchSort sort_;
  std::size_t limit_;
  std::vector<Candidate> heap_;
};

Result<Micros> updated_at(Session& session, NodeId node, Micros first_seen) {
  HW_TRY(const std::optional<Micros> last, session.last_heard(session.graph().canonical(node)));
  return std::max(last.value_or(first_seen), first_seen);
}

}  // namespace

NameMatcher::NameMatcher(std::string_view query)
    : query_(lower_case(query)),
      pattern_(query.find_first_of("%_") != std::string_view::npos),
      inside_("%" + query_ + "%") {}

std::optional<int> NameMatcher::plain_rank(std::string_view name) const {
  std::size_t at = name.find(query_);
  if (at == std::string_view::npos) return std::nullopt;
  if (name.size() == query_.size()) return kExact;
  const std::size_t dot = name.rfind('.');
  const std::size_t last = dot == std::string_view::npos ? 0 : dot + 1;
  if (name.substr(last).starts_with(query_)) return kLastSegment;
  for (; at != std::string_view::npos; at = name.find(query_, at + 1)) {
    if (at == 0 || !is_word_char(name[at - 1])) return kWord;
  }
  return kSubstring;
}

std::optional<int> NameMatcher::rank(std::string_view name) const {
  std::array<char, 512> buffer;
  std::string large;
  std::string_view text;
  if (name.size() <= buffer.size()) {
    std::transform(name.begin(), name.end(), buffer.begin(), lower);
    text = {buffer.data(), name.size()};
  } else {
    large = lower_case(name);
    text = large;
  }
  if (const std::optional<int> plain = plain_rank(text)) return plain;
  if (!pattern_) return std::nullopt;
  if (like(text, query_)) return kExact;
  if (like(text, inside_)) return kPattern;
  return std::nullopt;
}

Result<SearchAnswer> search(Session& session, const SearchRequest& request) {
  HW_TRY(const std::shared_ptr<const Hidden> hidden, query::hidden(session));
  const Snapshot& graph = session.graph();
  const NameMatcher matcher(request.text);
  Best best(request.sort, request.limit);
  SearchAnswer answer;
  for (std::uint32_t value = 1; value <= graph.node_count(); ++value) {
    const NodeId node{value};
    const graph::NodeInfo info = graph.node(node);
    if (!wanted(request, info)) continue;
    const std::optional<int> rank = matcher.rank(info.name);
    if (!rank) continue;
    if (!was_seen(graph, graph.canonical(node))) continue;
    HW_TRY(const bool is_hidden, query::is_hidden(session, *hidden, graph.canonical(node)));
    if (is_hidden) continue;
    ++answer.total;
    Candidate candidate{*rank, 0, info.name, info.name_space, node};
    if (request.sort == SearchSort::kUpdatedAt) {
      HW_TRY(candidate.updated, updated_at(session, node, info.first_seen));
    }
    best.add(candidate);
  }
  for (const Candidate& found : best.sorted()) {
    const graph::NodeInfo info = graph.node(found.node);
    SearchHit hit{{found.node,
                   info.kind,
                   {std::string(info.name_space), std::string(info.name)},
                   info.placeholder,
                   info.first_seen},
                  0};
    HW_TRY(hit.updated_at, updated_at(session, found.node, info.first_seen));
    answer.hits.push_back(std::move(hit));
  }
  return answer;
}

}  // namespace headwater::query
