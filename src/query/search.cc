#include "query/search.h"

#include <algorithm>
#include <map>
#include <utility>

#include "query/hidden.h"
#include "query/node_ref.h"
#include "query/text_index/feed.h"
#include "query/text_index/finder.h"
#include "query/text_index/index.h"
#include "query/text_index/texts.h"

namespace headwater::query {
namespace {

using text_index::Candidate;
using text_index::Inquiry;
using text_index::kChunk;
using text_index::Level;
using text_index::Place;
using text_index::Question;
using text_index::Texts;

constexpr std::size_t kPollEvery = 256;

SearchMatch match_of(Level level) {
  switch (level) {
    case Level::kExact: return SearchMatch::kExact;
    case Level::kPrefix: return SearchMatch::kPrefix;
    case Level::kWordInName:
    case Level::kWordInLabel:
    case Level::kWordInProse: return SearchMatch::kWord;
    case Level::kFuzzyInName:
    case Level::kFuzzyElsewhere: return SearchMatch::kFuzzy;
    default: return SearchMatch::kSubstring;
  }
}

bool has(const Texts& texts, Place place, const std::optional<std::string>& wanted) {
  return !wanted || std::any_of(texts.begin(), texts.end(), [&](const text_index::Text& text) {
    return text.place == place && text.text == *wanted;
  });
}

// ---- what the lists leave open --------------------------------------------------------------

class Checker {
 public:
  Checker(Session& session, const SearchRequest& request, const Inquiry& inquiry)
      : session_(session), request_(request), inquiry_(inquiry), best_(inquiry) {}

  Result<void> check(const std::vector<std::uint32_t>& open, SearchAnswer& answer) {
    for (std::size_t i = 0; i < open.size(); ++i) {
      if (i % kPollEvery == 0 && request_.cancelled && request_.cancelled()) {
        answer.cut = SearchCut::kCancelled;
        answer.unchecked = open.size() - i;
        return {};
      }
      if (!exists(open[i])) continue;
      std::shared_ptr<const Texts> texts = remembered(open[i]);
      if (!texts) {
        if (checks_ == request_.max_checks) {
          answer.cut = SearchCut::kMaxChecks;
          ++answer.unchecked;
          continue;
        }
        ++checks_;
        HW_TRY(texts, read(open[i]));
      }
      if (texts) add(open[i], *texts, answer);
    }
    return {};
  }
  std::vector<Candidate> take() { return best_.take(); }

 private:
  // As far as the graph can tell.
  bool exists(std::uint32_t ordinal) const {
    const NodeId node = inquiry_.state.node(ordinal);
    if (session_.graph().node_count() < node.value) return false;
    if (session_.graph().canonical(node) != node) return false;
    const text_index::Chunk& chunk = inquiry_.state.chunk(ordinal);
    if (inquiry_.state.spaces->hidden[chunk.space[ordinal % kChunk]]) return false;
    return was_seen(session_.graph(), node);
  }

  // Stale in the lists only: the newest texts are at hand, and they are those of the moment.
  std::shared_ptr<const Texts> remembered(std::uint32_t ordinal) const {
    const text_index::Chunk& chunk = inquiry_.state.chunk(ordinal);
    const std::uint32_t at = ordinal % kChunk;
    const auto it = chunk.texts.find(ordinal);
    const bool same = it != chunk.texts.end() && !text_index::flag(chunk.gone, at) &&
                      chunk.changed[at] <= inquiry_.known_at.value &&
                      chunk.since[at] <= inquiry_.as_of;
    return same ? it->second : nullptr;
  }

  // Null if it was deleted.
  Result<std::shared_ptr<const Texts>> read(std::uint32_t ordinal) {
    const NodeId node = inquiry_.state.node(ordinal);
    HW_TRY(const auto rows, text_index::read_rows(session_, session_.graph(), node));
    HW_TRY(auto asset, text_index::read_asset(session_, session_.graph(), rows, inquiry_.as_of));
    if (asset.gone) {
      HW_TRY(const bool deleted, is_deleted(session_, node));
      if (deleted) return std::shared_ptr<const Texts>{};
    }
    return std::make_shared<const Texts>(std::move(asset.texts));
  }

  void add(std::uint32_t ordinal, const Texts& texts, SearchAnswer& answer) {
    if (!has(texts, Place::kOwner, request_.owner) || !has(texts, Place::kTag, request_.tag)) {
      return;
    }
    if (request_.kind != NodeKind::kField) {
      const Level level = text_index::match(inquiry_.question, texts);
      if (level == Level::kNone) return;
      ++answer.total;
      return best_.add(text_index::candidate(inquiry_, ordinal, level));
    }
    std::vector<std::string_view> seen;
    for (const text_index::Text& text : texts) {
      if (text.place != Place::kColumn) continue;
      const Level level = text_index::match_column(inquiry_.question, text.text);
      if (level == Level::kNone || std::find(seen.begin(), seen.end(), text.text) != seen.end()) {
        continue;
      }
      seen.push_back(text.text);
      ++answer.total;
      Candidate found = text_index::candidate(inquiry_, ordinal, level);
      found.column = text.text;
      best_.add(std::move(found));
    }
  }

  Session& session_;
  const SearchRequest& request_;
  const Inquiry& inquiry_;
  text_index::Best best_;
  std::size_t checks_ = 0;
};

// ---- the answer -----------------------------------------------------------------------------

NodeSummary summary_of(const graph::NodeInfo& info, NodeId node) {
  return {node,
          info.kind,
          {std::string(info.name_space), std::string(info.name)},
          info.placeholder,
          info.first_seen};
}

Result<SearchHit> hit_of(Session& session, const Question& question, NodeId node, Level level,
                         const std::string& column) {
  const graph::NodeInfo info = session.graph().node(node);
  SearchHit hit;
  hit.node = summary_of(info, node);
  hit.column = column;
  HW_TRY(const std::optional<Micros> last, session.last_heard(node));
  hit.updated_at = std::max(last.value_or(info.first_seen), info.first_seen);
  HW_TRY(const auto rows, text_index::read_rows(session, session.graph(), node));
  HW_TRY(auto asset,
         text_index::read_asset(session, session.graph(), rows, session.moment().as_of));
  if (!column.empty()) asset.texts = {{Place::kColumn, column}};
  if (level == Level::kNone) level = text_index::match(question, asset.texts);
  hit.match = match_of(level);
  hit.highlights = text_index::highlights(question, asset.texts);
  const text_index::Use use = text_index::use_of(session.graph(), node);
  hit.readers = use.readers;
  hit.consumers = use.consumers;
  hit.owners = std::move(asset.owners);
  hit.tags = std::move(asset.tags);
  return hit;
}

text_index::Order order_of(SearchSort sort) {
  switch (sort) {
    case SearchSort::kRelevance: return text_index::Order::kRelevance;
    case SearchSort::kName: return text_index::Order::kName;
    case SearchSort::kUpdatedAt: return text_index::Order::kHeard;
  }
  return text_index::Order::kRelevance;
}

std::optional<NodeKind> asset_kind(const SearchRequest& request) {
  return request.kind == NodeKind::kField ? NodeKind::kDataset : request.kind;
}

Result<std::vector<SearchHit>> page_of(Session& session, const Question& question,
                                       const SearchRequest& request, text_index::Best& best) {
  std::vector<SearchHit> out;
  const std::vector<Candidate> found = best.take();
  for (std::size_t i = request.offset; i < found.size(); ++i) {
    HW_TRY(SearchHit hit,
           hit_of(session, question, found[i].node, found[i].level, found[i].column));
    out.push_back(std::move(hit));
  }
  return out;
}

Result<SearchAnswer> answer_from(Session& session, const SearchRequest& request,
                                 const Question& question, const text_index::State& state) {
  const Snapshot names = session.service().graph().snapshot();
  Inquiry inquiry{state, names, question, {}, {}, 0, session.seq(), session.moment().as_of, {}};
  inquiry.filter = {asset_kind(request), request.name_space, request.owner, request.tag};
  inquiry.order = order_of(request.sort);
  inquiry.most = request.offset + request.limit;
  inquiry.cancelled = request.cancelled;
  text_index::Finding finding = request.kind == NodeKind::kField ? text_index::find_columns(inquiry)
                                                                 : text_index::find(inquiry);
  SearchAnswer answer;
  answer.total = static_cast<std::int64_t>(finding.total);
  if (finding.cancelled) answer.cut = SearchCut::kCancelled;
  Checker checker(session, request, inquiry);
  HW_CHECK_OK(checker.check(finding.open, answer));
  text_index::Best best(inquiry);
  for (Candidate& found : finding.best) best.add(std::move(found));
  for (Candidate& found : checker.take()) best.add(std::move(found));
  HW_TRY(answer.hits, page_of(session, question, request, best));
  return answer;
}

// ---- while the index is built ---------------------------------------------------------------

bool holds_words(const Question& question, std::string_view name) {
  const std::string folded = text_index::fold(name);
  return std::all_of(question.words.begin(), question.words.end(), [&](const std::string& word) {
    return folded.find(word) != std::string::npos;
  });
}

Result<SearchAnswer> answer_from_names(Session& session, const SearchRequest& request,
                                       const Question& question) {
  SearchAnswer answer;
  answer.cut = SearchCut::kIndexBuilding;
  if (request.owner || request.tag || request.kind == NodeKind::kField) return answer;
  HW_TRY(const std::shared_ptr<const Hidden> hidden, query::hidden(session));
  const Snapshot& graph = session.graph();
  const text_index::State empty;
  Inquiry inquiry{empty, graph, question, {}, {}, 0, session.seq(), session.moment().as_of, {}};
  inquiry.order = order_of(request.sort);
  inquiry.most = request.offset + request.limit;
  text_index::Best best(inquiry);
  for (std::uint32_t id = 1; id <= graph.node_count(); ++id) {
    if (id % kChunk == 0 && request.cancelled && request.cancelled()) break;
    const graph::NodeInfo info = graph.node(NodeId{id});
    if (info.kind != NodeKind::kDataset && info.kind != NodeKind::kJob) continue;
    if (request.kind && info.kind != *request.kind) continue;
    if (request.name_space && info.name_space != *request.name_space) continue;
    if (!holds_words(question, info.name) || graph.canonical(NodeId{id}).value != id) continue;
    const Level level = text_index::match(question, {{Place::kName, std::string(info.name)}});
    if (level == Level::kNone || !was_seen(graph, NodeId{id})) continue;
    HW_TRY(const bool is_hidden, query::is_hidden(session, *hidden, NodeId{id}));
    if (is_hidden) continue;
    ++answer.total;
    best.add({level, 0, info.first_seen, 0, NodeId{id}, {}});
  }
  HW_TRY(answer.hits, page_of(session, question, request, best));
  return answer;
}

}  // namespace

Result<SearchAnswer> search(Session& session, const SearchRequest& request) {
  HW_TRY(const Question question, text_index::parse_question(request.text));
  if (request.offset + request.limit > kMaxSearchWindow) {
    return base::make_error(base::ErrorCode::kLimitExceeded,
                            "offset and limit together may be at most " +
                                std::to_string(kMaxSearchWindow) + ". Ask with more words.");
  }
  HW_TRY(const std::shared_ptr<const text_index::State> state,
         session.service().text_index().current(session));
  if (!state) return answer_from_names(session, request, question);
  return answer_from(session, request, question, *state);
}

void leave_search_to_background(Service& service) { service.text_index().leave_to_background(); }

Result<void> keep_search(Service& service, bool rank, const std::function<bool()>& cancelled) {
  text_index::Index& index = service.text_index();
  {
    HW_TRY(Session session, service.open());
    HW_CHECK_OK(index.build(session, cancelled));
    if (rank) HW_CHECK_OK(index.refresh(session, cancelled));
  }
  index.tidy(service.graph(), false);
  return {};
}

std::string_view to_string(SearchMatch match) {
  switch (match) {
    case SearchMatch::kExact: return "exact";
    case SearchMatch::kPrefix: return "prefix";
    case SearchMatch::kWord: return "word";
    case SearchMatch::kFuzzy: return "fuzzy";
    case SearchMatch::kSubstring: return "substring";
  }
  return "";
}

std::string_view to_string(SearchCut cut) {
  switch (cut) {
    case SearchCut::kNone: return "";
    case SearchCut::kIndexBuilding: return "index_building";
    case SearchCut::kMaxChecks: return "max_checks";
    case SearchCut::kCancelled: return "cancelled";
  }
  return "";
}

std::string_view to_string(Place place) {
  switch (place) {
    case Place::kName: return "name";
    case Place::kAlias: return "alias";
    case Place::kNamespace: return "namespace";
    case Place::kColumn: return "column";
    case Place::kDescription: return "description";
    case Place::kOwner: return "owner";
    case Place::kTag: return "tag";
  }
  return "";
}

}  // namespace headwater::query
