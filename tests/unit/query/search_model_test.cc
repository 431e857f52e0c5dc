// Search against a naive model: every asset, described by the catalog, matched word by word with a
// whole table of edit distances; at random moments of random histories.
#include <algorithm>
#include <set>
#include <tuple>

#include "base/utf8.h"
#include "query/search.h"
#include "query/text_index/index.h"
#include "query/text_index/state.h"
#include "tests/unit/query/world.h"

namespace headwater::query {
namespace {

using text_index::Level;
using text_index::Place;
using text_index::Text;
using text_index::Texts;

constexpr std::string_view kWords[] = {"order", "orders", "customer", "Customer", "price", "daily",
                                       "fact",  "facts",  "dim",      "region",   "day",   "größe"};

// ---- the model ----------------------------------------------------------------------------------

int distance(std::u32string_view a, std::u32string_view b) {
  std::vector<std::vector<int>> d(a.size() + 1, std::vector<int>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = static_cast<int>(i + j);
        continue;
      }
      d[i][j] = std::min(
          {d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      const bool swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swap) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

std::u32string letters(std::string_view text) {
  std::u32string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto [c, size] = text_index::decode(text, at);
    out += c;
    at += size;
  }
  return out;
}

bool near(const std::string& word, const std::string& token) {
  const std::u32string a = letters(word), b = letters(token);
  const int allowed = a.size() < 4 ? 0 : a.size() < 8 ? 1 : 2;
  if (allowed == 0) return false;
  for (std::size_t size = 0; size <= b.size(); ++size) {
    if (distance(a, b.substr(0, size)) <= allowed) return true;
  }
  return false;
}

int word_level(const std::string& word, const Text& text) {
  const bool name = text.place == Place::kName || text.place == Place::kAlias;
  const bool prose = text.place == Place::kDescription || text.place == Place::kNamespace;
  const std::string folded = text_index::fold(text.text);
  int best = 9;
  for (const auto& span : text_index::words(text.text)) {
    const std::string token = folded.substr(span.begin, span.end - span.begin);
    if (token.starts_with(word)) {
      best = std::min(best, name ? 2 : prose ? 4 : 3);
    } else if (near(word, token)) {
      best = std::min(best, name ? 5 : 6);
    } else if (token.find(word) != std::string::npos) {
      best = std::min(best, name ? 7 : 8);
    }
  }
  return best;
}

int naive_level(const std::string& query, const Texts& texts) {
  const std::string folded = text_index::fold(query);
  int all = 0;
  for (const auto& span : text_index::whole_words(folded)) {
    int best = 9;
    for (const Text& text : texts) {
      best = std::min(best, word_level(folded.substr(span.begin, span.end - span.begin), text));
    }
    all = std::max(all, best);
  }
  for (const Text& text : texts) {
    if (text.place != Place::kName && text.place != Place::kAlias) continue;
    const std::string whole = text_index::plain_form(text.text);
    const std::string last = text_index::plain_form(text_index::last_part(text.text));
    const std::string wanted = text_index::plain_form(query);
    if (whole == wanted || last == wanted) all = 0;
    if (whole.starts_with(wanted) || last.starts_with(wanted)) all = std::min(all, 1);
  }
  return all;
}

struct ColumnNode {
  NodeId dataset;
  std::string path;
  Seq seq;
};

// What the catalog says of it at the session's moment; nothing if it is not there.
std::optional<Texts> described(Session& session, NodeId node,
                               const std::vector<ColumnNode>& columns) {
  const Snapshot& graph = session.graph();
  const graph::NodeInfo info = graph.node(node);
  if (graph.canonical(node) != node || info.first_seen > session.moment().as_of) return {};
  Texts out{{Place::kName, std::string(info.name)},
            {Place::kNamespace, std::string(info.name_space)}};
  const auto owners = [&](const std::vector<std::string>& names) {
    for (const std::string& name : names) out.push_back({Place::kOwner, name});
  };
  if (info.kind == NodeKind::kJob) {
    const JobDetail job = must(job_detail(session, node, 0));
    owners(job.owners);
    if (job.description) out.push_back({Place::kDescription, *job.description});
    return out;
  }
  if (info.kind != NodeKind::kDataset) return {};
  const DatasetDetail dataset = must(dataset_detail(session, node));
  if (dataset.deleted) return {};
  owners(dataset.owners);
  if (dataset.description) out.push_back({Place::kDescription, *dataset.description});
  for (const std::string& tag : dataset.tags) out.push_back({Place::kTag, tag});
  for (const Name& alias : dataset.aliases) out.push_back({Place::kAlias, alias.name});
  for (const FieldDetail& field : dataset.fields) out.push_back({Place::kColumn, field.path});
  const bool schema = std::any_of(dataset.facets.begin(), dataset.facets.end(),
                                  [](const FacetText& facet) { return facet.name == "schema"; });
  for (const ColumnNode& column : columns) {
    if (schema || session.seq() < column.seq || graph.canonical(column.dataset) != node) continue;
    out.push_back({Place::kColumn, column.path});
  }
  return out;
}

// ---- a random history -------------------------------------------------------------------------

class History {
 public:
  explicit History(unsigned seed) : random_(seed) {}

  void record() {
    const int changes = number(1, 6);
    for (int i = 0; i < changes; ++i) change();
    seqs.push_back(world.commit());
  }
  int number(int least, int most) { return std::uniform_int_distribution(least, most)(random_); }
  std::string word() { return std::string(kWords[number(0, std::size(kWords) - 1)]); }
  std::string name() {
    std::string out = word();
    for (int i = number(0, 2); i > 0; --i) {
      out += std::string(1, "._-/ "[number(0, 3)]) + word();
    }
    return out + (number(0, 2) == 0 ? std::to_string(number(1, 3)) : "");
  }
  std::string query() {
    std::string out = number(0, 2) == 0 ? name() : word();
    if (number(0, 1) == 0) out = out.substr(0, static_cast<std::size_t>(number(1, 5)));
    if (number(0, 2) == 0 && out.size() > 2) std::swap(out[out.size() - 1], out[out.size() - 2]);
    if (number(0, 3) == 0 && out.size() > 3) out.erase(1, 1);
    if (number(0, 3) == 0) out += " " + word().substr(0, 3);
    while (!base::is_utf8(out)) out.pop_back();
    return out;
  }
  Moment moment() {
    const Seq known =
        number(0, 1) == 0
            ? model::kNeverSeq
            : seqs[static_cast<std::size_t>(number(0, static_cast<int>(seqs.size()) - 1))];
    return {number(0, 1) == 0 ? graph::kLatest : Micros{number(0, 120)}, known};
  }

  World world;
  std::vector<Seq> seqs;
  std::vector<NodeId> nodes;
  std::vector<ColumnNode> columns;

 private:
  struct Held {
    std::int64_t row;
    NodeId owner;
    std::string name, json;
    Micros from;
  };

  void change() {
    const int what = number(0, 9);
    if (nodes.size() < 4 || what < 3) return add();
    const NodeId node =
        nodes[static_cast<std::size_t>(number(0, static_cast<int>(nodes.size()) - 1))];
    if (what < 8) return describe(node);
    if (what == 8) {
      const std::string path = word() + (number(0, 1) == 0 ? "" : "." + word());
      for (const ColumnNode& c : columns) {
        if (c.dataset == node && c.path == path) return;
      }
      if (!is_dataset_[node.value]) return;
      world.field(node, path);
      columns.push_back({node, path, world.next_seq()});
      return;
    }
    merge(node);
  }

  void add() {
    const std::string name = this->name(), space = number(0, 1) == 0 ? "lake" : "order.house";
    const bool dataset = number(0, 3) != 0;
    if (!used_.insert({dataset, space, name}).second) return;
    const NodeId node = dataset ? world.dataset(name, space) : world.job(name, space);
    is_dataset_[node.value] = dataset;
    nodes.push_back(node);
  }

  void describe(NodeId node) {
    const int which = number(0, 4);
    std::string name, json;
    if (which == 0 && is_dataset_[node.value]) {
      name = "schema";
      json = R"({"fields":[{"name":")" + word() + R"("},{"name":")" + word() + "_id\"}]}";
    } else if (which == 1) {
      name = "ownership";
      json = R"({"owners":[{"name":")" + word() + R"("}]})";
    } else if (which == 2 && is_dataset_[node.value]) {
      name = "tags";
      json = R"({"tags":[{"key":")" + word() + R"("}]})";
    } else if (which == 3 && is_dataset_[node.value] && number(0, 2) == 0) {
      name = "$state";
      json = number(0, 2) == 0 ? "\"ALTER\"" : "\"DROP\"";
      must(world.writer().insert_deletion({node, tie_, 0, ++tie_, world.next_seq()}));
    } else {
      name = "documentation";
      json = R"({"description":"the )" + word() + " of " + word() + R"("})";
    }
    const Micros from = number(0, 100);
    for (auto it = held_.begin(); it != held_.end(); ++it) {
      if (it->owner != node || it->name != name) continue;
      // Ended, rewritten or withdrawn.
      world.close_attribute(it->row);
      if (it->from < from) world.attribute(node, name, it->json, it->from, from);
      held_.erase(it);
      break;
    }
    if (number(0, 5) == 0) return;
    held_.push_back({world.attribute(node, name, json, from), node, name, json, from});
  }

  void merge(NodeId loser) {
    const NodeId winner =
        nodes[static_cast<std::size_t>(number(0, static_cast<int>(nodes.size()) - 1))];
    if (!is_dataset_[loser.value] || !is_dataset_[winner.value] || fixed_.contains(loser) ||
        fixed_.contains(winner) || loser == winner || merged_.contains(loser) ||
        merged_.contains(winner) || world.graph.published().value == 0 || number(0, 2) != 0) {
      return;
    }
    if (world.graph.node_count() < std::max(loser.value, winner.value)) return;
    world.merge(loser, winner);
    merged_.insert(loser);
    fixed_.insert(winner);
    fixed_.insert(loser);
  }

  std::mt19937 random_;
  std::map<std::uint32_t, bool> is_dataset_;
  std::set<std::tuple<bool, std::string, std::string>> used_;
  std::set<NodeId> merged_, fixed_;
  std::vector<Held> held_;
  std::int64_t tie_ = 0;
};

struct Found {
  SearchMatch match;
  NodeId node;
  auto operator<=>(const Found&) const = default;
};

SearchMatch match_of(int level) {
  return level == 0   ? SearchMatch::kExact
         : level == 1 ? SearchMatch::kPrefix
         : level <= 4 ? SearchMatch::kWord
         : level <= 6 ? SearchMatch::kFuzzy
                      : SearchMatch::kSubstring;
}

// As the rules order them; nothing is used or observed here.
std::vector<Found> naive(History& history, Session& session, const std::string& query) {
  struct Hit {
    int level;
    std::size_t length;
    std::string name, name_space;
    NodeId node;
    auto operator<=>(const Hit&) const = default;
  };
  std::vector<Hit> hits;
  for (const NodeId node : history.nodes) {
    if (session.graph().node_count() < node.value) continue;
    const std::optional<Texts> texts = described(session, node, history.columns);
    if (!texts) continue;
    const int level = naive_level(query, *texts);
    if (level == 9) continue;
    const graph::NodeInfo info = session.graph().node(node);
    hits.push_back(
        {level, info.name.size(), std::string(info.name), std::string(info.name_space), node});
  }
  std::sort(hits.begin(), hits.end());
  std::vector<Found> out;
  for (const Hit& hit : hits) out.push_back({match_of(hit.level), hit.node});
  return out;
}

std::vector<Found> searched(Session& session, const std::string& query) {
  SearchRequest request;
  request.text = query;
  request.limit = 1000;
  const SearchAnswer answer = must(search(session, request));
  EXPECT_EQ(answer.cut, SearchCut::kNone);
  EXPECT_EQ(answer.total, static_cast<std::int64_t>(answer.hits.size()));
  std::vector<Found> out;
  for (const SearchHit& hit : answer.hits) {
    EXPECT_FALSE(hit.highlights.empty()) << query;
    out.push_back({hit.match, hit.node.node});
  }
  return out;
}

using ColumnHits = std::set<std::tuple<NodeId, std::string, SearchMatch>>;

ColumnHits naive_columns(History& history, Session& session, const std::string& query) {
  ColumnHits out;
  for (const NodeId node : history.nodes) {
    if (session.graph().node_count() < node.value) continue;
    const std::optional<Texts> texts = described(session, node, history.columns);
    for (const Text& text : texts.value_or(Texts{})) {
      if (text.place != Place::kColumn) continue;
      const int level = naive_level(query, {{Place::kName, text.text}});
      if (level < 9) out.insert({node, text.text, match_of(level)});
    }
  }
  return out;
}

ColumnHits searched_columns(Session& session, const std::string& query) {
  SearchRequest request;
  request.text = query;
  request.kind = NodeKind::kField;
  request.limit = 1000;
  const SearchAnswer answer = must(search(session, request));
  ColumnHits out;
  for (const SearchHit& hit : answer.hits) out.insert({hit.node.node, hit.column, hit.match});
  EXPECT_EQ(answer.total, static_cast<std::int64_t>(answer.hits.size()));
  EXPECT_EQ(out.size(), answer.hits.size());
  return out;
}

std::string print(Session& session, const std::vector<Found>& found) {
  std::string out;
  for (const Found& hit : found) {
    out += std::string(to_string(hit.match)) + " " +
           std::string(session.graph().node(hit.node).name) + ", ";
  }
  return out;
}

TEST(SearchModel, SameAsLookingAtEverythingAtAnyMoment) {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    History history(seed);
    for (int step = 0; step < 60; ++step) {
      history.record();
      for (int i = 0; i < 6; ++i) {
        const std::string query = history.query();
        const Moment moment = history.moment();
        Session session = history.world.session(moment);
        const auto expected = naive(history, session, query);
        const auto found = searched(session, query);
        ASSERT_EQ(found, expected)
            << "seed " << seed << " step " << step << " '" << query << "' as_of " << moment.as_of
            << " known_at " << session.seq().value << "\nfound " << print(session, found)
            << "\nexpected " << print(session, expected);
        ASSERT_EQ(searched_columns(session, query), naive_columns(history, session, query))
            << "seed " << seed << " step " << step << " '" << query << "' as_of " << moment.as_of
            << " known_at " << session.seq().value;
      }
      if (step % 20 == 19) {
        history.world.service->text_index().tidy(history.world.graph, true);
      }
    }
  }
}

TEST(SearchModel, IndexThatGrewIsTheSameAsOneBuiltAtOnce) {
  History history(99);
  for (int step = 0; step < 80; ++step) {
    history.record();
    Session session = history.world.session();
    (void)searched(session, "order");
    if (step == 40) history.world.service->text_index().tidy(history.world.graph, true);
  }
  Service fresh(*history.world.store, history.world.graph, history.world.clock);
  for (int i = 0; i < 100; ++i) {
    const std::string query = history.query();
    const Moment moment = history.moment();
    Session grown = history.world.session(moment);
    Session built = must(fresh.open(moment));
    const auto from_grown = searched(grown, query), from_built = searched(built, query);
    EXPECT_EQ(from_grown, from_built) << query << "\n"
                                      << print(grown, from_grown) << "\n"
                                      << print(built, from_built);
  }
}

}  // namespace
}  // namespace headwater::query
