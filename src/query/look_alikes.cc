#include "query/look_alikes.h"

#include <algorithm>
#include <tuple>

#include "graph/graph_inl.h"
#include "query/attributes.h"
#include "query/versions.h"

namespace headwater::query {
namespace {

using graph::Direction;
using model::EdgeKind;

constexpr model::EdgeKinds kOutputs = mask(EdgeKind::kWrites) | mask(EdgeKind::kWritesScoped);

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool digit(char c) { return c >= '0' && c <= '9'; }

bool is_version(std::string_view word) {
  return word.size() > 1 && word.front() == 'v' && std::all_of(word.begin() + 1, word.end(), digit);
}

std::set<std::string> fields_in(std::string_view schema) {
  std::set<std::string> out;
  for (FieldDetail& field : read_fields(schema)) {
    std::transform(field.path.begin(), field.path.end(), field.path.begin(), lower);
    out.insert(std::move(field.path));
  }
  return out;
}

// How many words at the end are the same.
std::size_t common_tail(const NameParts& a, const NameParts& b) {
  const auto [left, right] =
      std::mismatch(a.words.rbegin(), a.words.rend(), b.words.rbegin(), b.words.rend());
  return static_cast<std::size_t>(left - a.words.rbegin());
}

}  // namespace

NameParts name_parts(std::string_view name) {
  NameParts out;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) out.words.push_back(std::move(word));
    word.clear();
  };
  for (const char c : name) {
    if (std::string_view("./\\-_: ").find(c) != std::string_view::npos) {
      end_word();
    } else {
      word.push_back(lower(c));
    }
  }
  end_word();
  if (out.words.size() > 1 && is_version(out.words.back())) {
    out.version = std::move(out.words.back());
    out.words.pop_back();
  }
  return out;
}

std::string host_of(std::string_view name_space) {
  const std::size_t scheme = name_space.find("://");
  if (scheme != std::string_view::npos) name_space.remove_prefix(scheme + 3);
  name_space = name_space.substr(0, name_space.find_first_of(":/."));
  std::string out(name_space);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

Result<std::vector<LookAlike>> LookAlikeFinder::find(const std::vector<Dataset>& datasets) {
  std::vector<Named> named;
  named.reserve(datasets.size());
  for (const Dataset& dataset : datasets) {
    Named item{&dataset, name_parts(session_.graph().node(dataset.node).name), {}};
    if (item.parts.words.empty()) continue;
    // The words from the last to the first: names with the same end stand side by side.
    for (auto word = item.parts.words.rbegin(); word != item.parts.words.rend(); ++word) {
      item.key.append(*word).push_back('\x1f');
    }
    named.push_back(std::move(item));
  }
  std::sort(named.begin(), named.end(), [](const Named& a, const Named& b) {
    return std::tie(a.key, a.dataset->node) < std::tie(b.key, b.dataset->node);
  });
  std::vector<LookAlike> out;
  for (std::size_t i = 0; i < named.size() && !stopped_; ++i) {
    for (std::size_t k = i + 1; k < named.size() && k <= i + kNeighbours; ++k) {
      if (named[k].parts.words.back() != named[i].parts.words.back()) break;
      HW_CHECK_OK(compare(named[i], named[k], out));
    }
    if (out.size() > 2 * kMaxPairs) keep_best(out);
    if ((i & 1023) == 0 && request_.cancelled && request_.cancelled()) stopped_ = true;
  }
  keep_best(out);
  return out;
}

// The best first, and no more than kMaxPairs.
void LookAlikeFinder::keep_best(std::vector<LookAlike>& pairs) {
  std::sort(pairs.begin(), pairs.end(), [](const LookAlike& a, const LookAlike& b) {
    return std::tie(b.score, a.a, a.b) < std::tie(a.score, b.a, b.b);
  });
  if (pairs.size() <= kMaxPairs) return;
  left_out_ += pairs.size() - kMaxPairs;
  pairs.resize(kMaxPairs);
}

// A job between them reads one and writes the other: the one is made from the other.
bool LookAlikeFinder::copied(NodeId from, NodeId to) const {
  const Snapshot& graph = session_.graph();
  std::set<NodeId> readers;
  graph.for_each(from, Direction::kDownstream, mask(EdgeKind::kReads),
                 [&](const graph::Neighbor& n) {
                   readers.insert(graph.canonical(n.node));
                   return readers.size() < 1000;
                 });
  bool found = false;
  graph.for_each(to, Direction::kUpstream, kOutputs, [&](const graph::Neighbor& n) {
    found = readers.contains(graph.canonical(n.node));
    return !found;
  });
  return found;
}

std::size_t LookAlikeFinder::edges_of(NodeId node) const {
  std::size_t count = 0;
  for (const Direction direction : {Direction::kUpstream, Direction::kDownstream}) {
    session_.graph().for_each(node, direction, model::kTableLineage,
                              [&count](const graph::Neighbor&) { return ++count < 100'000; });
  }
  return count;
}

Result<void> LookAlikeFinder::compare_schemas(const Dataset& a, const Dataset& b, LookAlike& pair) {
  if (!a.schema || !b.schema) return {};
  HW_TRY(const std::optional<std::string> left, session_.content(a.schema));
  HW_TRY(const std::optional<std::string> right, session_.content(b.schema));
  const std::set<std::string> in_a = fields_in(left.value_or("{}"));
  const std::set<std::string> in_b = fields_in(right.value_or("{}"));
  if (in_a.empty() || in_b.empty()) return {};
  std::size_t both = 0;
  for (const std::string& field : in_a) both += in_b.count(field);
  const double alike =
      static_cast<double>(both) / static_cast<double>(in_a.size() + in_b.size() - both);
  if (alike < 0.2) {
    pair.score -= 0.3;
    pair.why.push_back("different_schema");
  } else {
    pair.score += 0.3 * alike;
    pair.why.push_back("similar_schema");
  }
  return {};
}

Result<void> LookAlikeFinder::compare(const Named& a, const Named& b, std::vector<LookAlike>& out) {
  const Snapshot& graph = session_.graph();
  const graph::NodeInfo left = graph.node(a.dataset->node), right = graph.node(b.dataset->node);
  if (left.name_space == right.name_space) return {};
  if (++compared_ > request_.max_work) {
    stopped_ = true;
    return {};
  }
  if (rejected_.contains(std::minmax(a.dataset->node, b.dataset->node))) return {};
  LookAlike pair;
  const std::size_t tail = common_tail(a.parts, b.parts);
  if (left.name == right.name) {
    pair.score = 0.7;
    pair.why.push_back("same_name");
  } else if (tail == a.parts.words.size() && tail == b.parts.words.size()) {
    pair.score = 0.6;
    pair.why.push_back("same_words");
  } else if (tail >= 2 && (tail == a.parts.words.size() || tail == b.parts.words.size())) {
    pair.score = 0.45;
    pair.why.push_back("same_end");
  } else {
    return {};
  }
  if (a.parts.version != b.parts.version) {
    pair.score -= 0.1;
    pair.why.push_back("other_version");
  }
  if (host_of(left.name_space) == host_of(right.name_space)) {
    pair.score += 0.1;
    pair.why.push_back("same_host");
  }
  HW_CHECK_OK(compare_schemas(*a.dataset, *b.dataset, pair));
  if (copied(a.dataset->node, b.dataset->node) || copied(b.dataset->node, a.dataset->node)) {
    pair.score -= 0.5;
    pair.why.push_back("copied");
  }
  pair.score = std::min(pair.score, 1.0);
  if (pair.score < kLeastScore - 1e-9) return {};
  std::tie(pair.a, pair.b) = std::minmax(a.dataset->node, b.dataset->node);
  if (edges_of(pair.b) > edges_of(pair.a)) std::swap(pair.a, pair.b);
  out.push_back(std::move(pair));
  return {};
}

}  // namespace headwater::query
