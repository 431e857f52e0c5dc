#include "query/text_index/feed.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "graph/graph_inl.h"
#include "query/node_ref.h"
#include "query/text_index/texts.h"

namespace headwater::query::text_index {
namespace {

using graph::Direction;
using model::EdgeKind;
using storage::AttributeRow;

constexpr std::uint32_t kMaxEdgesFollowed = 100'000;  // beyond, keys wait for the next refresh
constexpr std::size_t kSmallSegment = 200'000;        // postings; larger ones are left to tidy()
constexpr std::uint64_t kMaxCounted = 1'000'000;      // readers of one job's outputs
constexpr std::size_t kNamespacePage = 1000;

constexpr std::uint32_t kPollEvery = 1024;

// Counts its calls.
class Poll {
 public:
  explicit Poll(const Cancelled& cancelled) : cancelled_(cancelled) {}
  Result<void> operator()() {
    if (++calls_ % kPollEvery != 0 || !cancelled_ || !cancelled_()) return {};
    return base::make_error(base::ErrorCode::kShuttingDown, "The search index is not finished.");
  }

 private:
  const Cancelled& cancelled_;
  std::uint32_t calls_ = 0;
};

bool is_asset(NodeKind kind) { return kind == NodeKind::kDataset || kind == NodeKind::kJob; }

bool has_lineage(const Snapshot& graph, NodeId node) {
  bool found = false;
  for (const auto direction : {Direction::kUpstream, Direction::kDownstream}) {
    graph.for_each(node, direction, model::kTableLineage, [&found](const graph::Neighbor&) {
      found = true;
      return false;
    });
  }
  return found;
}

Result<Rank> rank_of(Session& session, const Snapshot& graph, NodeId node) {
  HW_TRY(const std::optional<Micros> last, session.rows().last_observation_time(node));
  const graph::NodeInfo info = graph.node(node);
  const Micros heard = std::max(last.value_or(info.first_seen), info.first_seen);
  const Use use = use_of(graph, node);
  return Rank{rank_key(use.readers + use.consumers, heard, info.name.size()), heard};
}

// All rows at once, for the first state: by owner.
class BulkRows {
 public:
  Result<void> read(Session& session, const Snapshot& graph, Poll& poll) {
    Result<void> good;
    HW_CHECK_OK(session.rows().scan_attributes([&](const AttributeRow& row) {
      good = add(session, row);
      if (good) good = poll();
      return good.has_value();
    }));
    HW_CHECK_OK(good);
    const auto by_owner = [](const AttributeRow& a, const AttributeRow& b) {
      return std::tie(a.owner, a.id) < std::tie(b.owner, b.id);
    };
    if (!std::is_sorted(rows_.begin(), rows_.end(), by_owner)) {
      std::sort(rows_.begin(), rows_.end(), by_owner);
    }
    for (std::uint32_t id = 1; id <= graph.node_count(); ++id) {
      const graph::NodeInfo info = graph.node(NodeId{id});
      if (info.kind == NodeKind::kField) fields_.emplace_back(info.parent, NodeId{id});
    }
    std::sort(fields_.begin(), fields_.end());
    return {};
  }

  std::int64_t last() const { return last_; }

  AssetRows of(const std::vector<NodeId>& names) const {
    AssetRows out;
    out.node = names.front();
    out.names = names;
    for (const NodeId name : names) {
      auto row =
          std::lower_bound(rows_.begin(), rows_.end(), name,
                           [](const AttributeRow& a, NodeId owner) { return a.owner < owner; });
      for (; row != rows_.end() && row->owner == name; ++row) out.rows.push_back(*row);
      auto field = std::lower_bound(fields_.begin(), fields_.end(), std::pair(name, NodeId{}));
      for (; field != fields_.end() && field->first == name; ++field) {
        out.fields.push_back(field->second);
      }
    }
    return out;
  }

 private:
  Result<void> add(Session& session, const AttributeRow& row) {
    if (session.seq() < row.recorded_from) return {};
    last_ = std::max(last_, row.id);
    auto it = sources_.find(row.name.value);
    if (it == sources_.end()) {
      HW_TRY(const std::string name, session.attribute_name(row.name));
      it = sources_.emplace(row.name.value, source_of(name)).first;
    }
    if (it->second != Source::kNone) rows_.push_back(row);
    return {};
  }

  std::unordered_map<std::int64_t, Source> sources_;  // by attribute name
  std::vector<AttributeRow> rows_;
  std::vector<std::pair<NodeId, NodeId>> fields_;
  std::int64_t last_ = 0;
};

class Step {
 public:
  Step(Session& session, const Snapshot& graph, const State& base, const Frozen& frozen,
       const Cancelled& cancelled)
      : session_(session),
        graph_(graph),
        base_(base),
        frozen_(frozen),
        poll_(cancelled),
        bulk_(base.seq.value == 0),
        draft_(base) {}

  Result<std::shared_ptr<const State>> run() {
    if (bulk_) HW_CHECK_OK(rows_.read(session_, graph_, poll_));
    HW_CHECK_OK(add_nodes());
    HW_CHECK_OK(follow_attributes());
    HW_CHECK_OK(follow_merges());
    for (const NodeId node : touched_) {
      HW_CHECK_OK(describe(node));
      HW_CHECK_OK(poll_());
    }
    HW_CHECK_OK(follow_edges());
    HW_CHECK_OK(hide_namespaces());
    HW_CHECK_OK(decide_gone());
    return finish();
  }

 private:
  Result<AssetRows> rows_of(NodeId canonical) {
    if (!bulk_) return read_rows(session_, graph_, canonical);
    return rows_.of(all_names(graph_, canonical));
  }

  Result<void> add_nodes() {
    State& state = draft_.state();
    for (std::uint32_t id = base_.nodes + 1; id <= graph_.node_count(); ++id) {
      const NodeId node{id};
      const graph::NodeInfo info = graph_.node(node);
      if (info.kind == NodeKind::kField) {
        touched_.insert(graph_.canonical(info.parent));
        continue;
      }
      if (!is_asset(info.kind)) continue;
      const std::size_t spaces = state.spaces->names.size();
      const std::uint32_t space = draft_.space(info.name_space);
      if (space >= spaces) add_space(now_, space, info.name_space);
      added_.push_back(draft_.append(node, info.kind == NodeKind::kJob, space));
      const NodeId canonical = graph_.canonical(node);
      touched_.insert(canonical);
      if (canonical != node) {
        HW_TRY(const std::optional<storage::NodeRow> row, session_.rows().node(node));
        if (row) merged_.push_back(*row);
      }
    }
    state.nodes = static_cast<std::uint32_t>(graph_.node_count());
    return {};
  }

  Result<void> touch(const AttributeRow& row) {
    HW_TRY(const std::string name, session_.attribute_name(row.name));
    if (source_of(name) != Source::kNone) touched_.insert(graph_.canonical(row.owner));
    return {};
  }

  Result<void> follow_attributes() {
    State& state = draft_.state();
    if (bulk_) {
      state.attributes = rows_.last();
      return {};
    }
    HW_TRY(const std::vector<AttributeRow> added,
           session_.rows().attributes_after(state.attributes));
    for (const AttributeRow& row : added) {
      if (session_.seq() < row.recorded_from) break;
      state.attributes = row.id;
      HW_CHECK_OK(touch(row));
    }
    HW_TRY(const std::vector<AttributeRow> closed,
           session_.rows().attributes_closed_after(base_.seq));
    for (const AttributeRow& row : closed) {
      if (row.recorded_to <= session_.seq()) HW_CHECK_OK(touch(row));
    }
    return {};
  }

  Result<void> follow_merges() {
    if (!bulk_) {
      HW_TRY(const std::vector<storage::NodeRow> rows,
             session_.rows().nodes_merged_after(base_.seq));
      for (const storage::NodeRow& row : rows) {
        if (is_asset(row.kind) && row.merged_seq <= session_.seq()) merged_.push_back(row);
      }
    }
    for (const storage::NodeRow& row : merged_) HW_CHECK_OK(merge(row));
    return {};
  }

  // The loser's texts were its own, and those of whatever it was merged into.
  Result<void> merge(const storage::NodeRow& row) {
    const std::optional<std::uint32_t> loser = draft_.state().ordinal(row.id);
    const std::optional<std::uint32_t> winner = draft_.state().ordinal(row.merged_into);
    if (!loser || !winner || session_.seq() < row.merged_seq) return {};
    if (draft_.edit(*loser).merged_into.emplace(*loser, *winner).second) ++draft_.state().merges;
    note_change(*loser, {row.merged_seq, INT64_MIN});
    HW_CHECK_OK(rank(*loser));  // for moments before
    merge_seq_[graph_.canonical(row.id)] =
        std::max(merge_seq_[graph_.canonical(row.id)], row.merged_seq);
    touched_.insert(graph_.canonical(row.id));
    AssetRows alone;
    if (bulk_) {
      alone = rows_.of({row.id});
    } else {
      HW_TRY(alone, read_rows(session_, graph_, row.id));
    }
    HW_TRY(Texts texts, all_texts(session_, graph_, alone));
    texts.push_back({Place::kAlias, std::string(graph_.node(row.id).name)});
    for (std::optional<std::uint32_t> at = loser; at;) {
      add_texts(past_, *at, texts);
      add_texts(past_, *at, {{Place::kNamespace, std::string(graph_.node(row.id).name_space)}});
      const NodeId next = graph_.canonical(draft_.state().node(*at));
      if (next == draft_.state().node(*at)) break;
      HW_TRY(const std::optional<storage::NodeRow> into,
             session_.rows().node(draft_.state().node(*at)));
      at = into && into->merged_into ? draft_.state().ordinal(into->merged_into) : std::nullopt;
    }
    return {};
  }

  void note_change(std::uint32_t ordinal, const LastChange& change) {
    Chunk& chunk = draft_.edit(ordinal);
    const std::uint32_t at = ordinal % kChunk;
    chunk.changed[at] = std::max(chunk.changed[at], change.seq.value);
    chunk.since[at] = std::max(chunk.since[at], change.time);
    chunk.max_changed = std::max(chunk.max_changed, chunk.changed[at]);
    chunk.max_since = std::max(chunk.max_since, chunk.since[at]);
  }

  Result<void> describe(NodeId node) {
    const std::optional<std::uint32_t> found = draft_.state().ordinal(node);
    if (!found) return {};
    const std::uint32_t ordinal = *found;
    HW_TRY(const AssetRows rows, rows_of(node));
    HW_TRY(const Asset asset, read_asset(session_, graph_, rows, graph::kLatest));
    if (!asset.whole) {
      HW_TRY(const Texts all, all_texts(session_, graph_, rows));
      add_texts(past_, ordinal, all);
    }
    Chunk& chunk = draft_.edit(ordinal);
    chunk.since[ordinal % kChunk] = INT64_MIN;
    note_change(ordinal, last_change(session_, graph_, rows));
    const auto merged = merge_seq_.find(node);
    if (merged != merge_seq_.end()) note_change(ordinal, {merged->second, INT64_MIN});
    if (ordinal >= base_.count) {
      add_texts(now_, ordinal, asset.texts);
    } else {
      recheck(ordinal, asset.texts);
    }
    set_flag(chunk.visible, ordinal % kChunk, true);
    set_gone(ordinal, asset);
    return rank(ordinal);
  }

  // Its lists in older segments are stale from now on; the new ones are for moments of the past.
  void recheck(std::uint32_t ordinal, const Texts& texts) {
    Chunk& chunk = draft_.edit(ordinal);
    if (!flag(chunk.recheck, ordinal % kChunk)) ++draft_.state().rechecks;
    set_flag(chunk.recheck, ordinal % kChunk, true);
    chunk.texts[ordinal] = std::make_shared<const Texts>(texts);
    add_texts(now_, ordinal, texts);
  }

  void set_gone(std::uint32_t ordinal, const Asset& asset) {
    Chunk& chunk = draft_.edit(ordinal);
    if (flag(chunk.gone, ordinal % kChunk)) {
      std::erase_if(draft_.state().gone,
                    [&](const State::Gone& gone) { return gone.ordinal == ordinal; });
    }
    set_flag(chunk.gone, ordinal % kChunk, asset.gone);
    if (asset.gone) draft_.state().gone.push_back({ordinal, asset.gone_since});
  }

  Result<void> rank(std::uint32_t ordinal) {
    HW_TRY(const Rank rank, rank_of(session_, graph_, draft_.state().node(ordinal)));
    Chunk& chunk = draft_.edit(ordinal);
    chunk.heard[ordinal % kChunk] = rank.heard;
    chunk.key[ordinal % kChunk] = rank.key;
    return {};
  }

  Result<void> follow_edges() {
    State& state = draft_.state();
    const auto count = static_cast<std::uint32_t>(graph_.edge_count());
    std::set<NodeId> ends;
    if (!bulk_ && count - base_.edges <= kMaxEdgesFollowed) {
      for (std::uint32_t id = base_.edges + 1; id <= count; ++id) {
        const graph::EdgeInfo edge = graph_.edge(model::EdgeId{id});
        if ((mask(edge.kind) & (model::kTableLineage | mask(EdgeKind::kUses))) == 0) continue;
        ends.insert(graph_.canonical(edge.src));
        ends.insert(graph_.canonical(edge.dst));
      }
    }
    for (const NodeId node : ends) {
      const std::optional<std::uint32_t> ordinal = state.ordinal(node);
      if (ordinal && !touched_.contains(node)) HW_CHECK_OK(rank(*ordinal));
    }
    state.edges = count;
    return {};
  }

  Result<void> hide_namespaces() {
    State& state = draft_.state();
    std::string after;
    for (;;) {
      HW_TRY(const std::vector<storage::NamespaceRow> rows,
             session_.rows().namespaces(after, kNamespacePage));
      for (const storage::NamespaceRow& row : rows) {
        const auto it = state.spaces->by_name.find(row.name);
        if (it == state.spaces->by_name.end()) continue;
        if (state.spaces->hidden[it->second] == row.deleted) continue;
        draft_.edit_spaces().hidden[it->second] = row.deleted;
        spaces_changed_ = true;
      }
      if (rows.size() < kNamespacePage) break;
      after = rows.back().name;
    }
    if (spaces_changed_) {
      for (std::uint32_t ordinal = 0; ordinal < state.count; ++ordinal) {
        if (shown(ordinal) == flag(state.chunk(ordinal).visible, ordinal % kChunk)) continue;
        set_flag(draft_.edit(ordinal).visible, ordinal % kChunk, shown(ordinal));
      }
    } else {
      for (const NodeId node : touched_) show(node);
      for (const storage::NodeRow& row : merged_) show(row.id);
    }
    return {};
  }

  // Apart from deletion.
  bool shown(std::uint32_t ordinal) const {
    const State& state = draft_.state();
    const Chunk& chunk = state.chunk(ordinal);
    return !state.spaces->hidden[chunk.space[ordinal % kChunk]] &&
           !chunk.merged_into.contains(ordinal);
  }
  void show(NodeId node) {
    const std::optional<std::uint32_t> ordinal = draft_.state().ordinal(node);
    if (ordinal) set_flag(draft_.edit(*ordinal).visible, *ordinal % kChunk, shown(*ordinal));
  }

  // As is_deleted (query/hidden.h) says: gone, without lineage, and not heard of since.
  Result<void> decide_gone() {
    for (const State::Gone& gone : draft_.state().gone) {
      const NodeId node = draft_.state().node(gone.ordinal);
      bool deleted = !has_lineage(graph_, node);
      if (deleted) {
        HW_TRY(const std::optional<Micros> last, session_.rows().last_observation_time(node));
        deleted = !last || *last <= gone.since;
      }
      const bool visible = shown(gone.ordinal) && !deleted;
      if (visible == flag(draft_.state().chunk(gone.ordinal).visible, gone.ordinal % kChunk)) {
        continue;
      }
      set_flag(draft_.edit(gone.ordinal).visible, gone.ordinal % kChunk, visible);
    }
    return {};
  }

  // Small segments of like size become one, so that there are few.
  void append(Segments& segments, std::size_t frozen, SegmentBuilder builder) {
    State& state = draft_.state();
    segments.push_back(std::move(builder).build(state.count));
    while (segments.size() >= frozen + 2) {
      const auto& last = segments.back();
      const auto& before = segments[segments.size() - 2];
      if (before->postings() > 2 * last->postings() + 64) return;
      if (before->postings() + last->postings() > kSmallSegment) return;
      const auto both = unite({before, last}, state, graph_, {}, nullptr, {});
      segments.pop_back();
      segments.back() = both;
    }
  }

  std::shared_ptr<const State> finish() {
    State& state = draft_.state();
    state.seq = session_.seq();
    if (!added_.empty()) set_names(now_, state, graph_, std::move(added_));
    if (now_.postings() > 0) append(state.now, frozen_.now, std::move(now_));
    if (past_.postings() > 0) append(state.past, frozen_.past, std::move(past_));
    return std::move(draft_).finish();
  }

  Session& session_;
  const Snapshot& graph_;
  const State& base_;
  const Frozen frozen_;
  Poll poll_;
  const bool bulk_;
  BulkRows rows_;
  Draft draft_;
  SegmentBuilder now_, past_;
  std::set<NodeId> touched_;  // canonical
  std::vector<std::uint32_t> added_;
  std::vector<storage::NodeRow> merged_;
  std::map<NodeId, Seq> merge_seq_;
  bool spaces_changed_ = false;
};

}  // namespace

Result<std::shared_ptr<const State>> make_next(Session& session, const Snapshot& graph,
                                               const State& base, const Frozen& frozen,
                                               const Cancelled& cancelled) {
  return Step(session, graph, base, frozen, cancelled).run();
}

Result<std::vector<Rank>> ranks_of(Session& session, const State& base,
                                   const Cancelled& cancelled) {
  const Snapshot graph = session.service().graph().snapshot();
  Poll poll(cancelled);
  std::vector<Rank> out(base.count);
  for (std::uint32_t ordinal = 0; ordinal < base.count; ++ordinal) {
    HW_TRY(out[ordinal], rank_of(session, graph, base.node(ordinal)));
    HW_CHECK_OK(poll());
  }
  return out;
}

Use use_of(const Snapshot& graph, NodeId node) {
  Use out;
  const auto count = [&](NodeId dataset) {
    graph.for_each(dataset, Direction::kDownstream, mask(EdgeKind::kReads) | mask(EdgeKind::kUses),
                   [&](const graph::Neighbor& to) {
                     ++(to.kind == EdgeKind::kReads ? out.readers : out.consumers);
                     return out.readers + out.consumers < kMaxCounted;
                   });
  };
  const NodeKind kind = graph.node(node).kind;
  if (kind == NodeKind::kDataset) count(node);
  if (kind == NodeKind::kJob) {
    graph.for_each(node, Direction::kDownstream,
                   mask(EdgeKind::kWrites) | mask(EdgeKind::kWritesScoped),
                   [&](const graph::Neighbor& to) {
                     count(to.node);
                     return out.readers + out.consumers < kMaxCounted;
                   });
  }
  return out;
}

}  // namespace headwater::query::text_index
