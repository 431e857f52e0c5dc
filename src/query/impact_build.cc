// Impact::of: the walks of a request, and who is affected by which.

#include <algorithm>
#include <array>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "graph/graph_inl.h"
#include "query/impact_walk.h"

namespace headwater::query {

using graph::CutReason;
using graph::Direction;
using model::EdgeKind;
using Kind = ColumnEntry::Kind;

namespace {

constexpr model::EdgeKinds kWriteKinds = mask(EdgeKind::kWrites) | mask(EdgeKind::kWritesScoped);
constexpr ChangeKind kLast = ChangeKind::kColumnAdded;

using Starts = std::unordered_set<std::uint32_t>;

bool written_by_others(const Snapshot& graph, NodeId dataset, const Starts& retired) {
  bool others = false;
  graph.for_each(dataset, Direction::kUpstream, kWriteKinds, [&](const graph::Neighbor& writer) {
    others = !retired.contains(graph.canonical(writer.node).value);
    return !others;
  });
  return others;
}

// The gravest first; what is stated before what is assumed; the nearest.
auto order_of(const Affected& affected) {
  return std::tuple(affected.severity, affected.assumed, affected.distance);
}

// Parts of a list that two threads work on; a short one is not worth waking another.
constexpr std::size_t kParts = 2, kWorthAHelper = 4096;

void in_parts(base::Crew& crew, std::size_t size, const std::function<void(std::size_t)>& work) {
  if (size >= kWorthAHelper) return crew.run(kParts, work);
  for (std::size_t part = 0; part < kParts; ++part) work(part);
}

struct Key {
  std::uint32_t node, index;
};

// By node; those of one node in their order. By counting, for there are hundreds of thousands, and
// the nodes have numbers already.
void sort_by_node(std::vector<Key>& keys) {
  constexpr unsigned kBits = 11;
  constexpr std::uint32_t kMask = (1U << kBits) - 1;
  std::vector<Key> sorted(keys.size());
  std::uint32_t largest = 0;
  for (const Key& key : keys) largest = std::max(largest, key.node);
  for (unsigned shift = 0; shift < 32 && (largest >> shift) != 0; shift += kBits) {
    std::array<std::uint32_t, kMask + 2> place{};
    for (const Key& key : keys) ++place[(key.node >> shift & kMask) + 1];
    for (std::size_t i = 1; i < place.size(); ++i) place[i] += place[i - 1];
    for (const Key& key : keys) sorted[place[key.node >> shift & kMask]++] = key;
    keys.swap(sorted);
  }
}

// Makes of what was found, where a node may stand more than once, a list by distance, then node, in
// which it stands once: the first in order_of, of equals the one found first.
class EachOnce {
 public:
  EachOnce(const std::vector<Affected>& found, base::Crew& crew) : found_(found), crew_(crew) {}

  std::vector<Affected> list() {
    middle_ = middle();
    in_parts(crew_, found_.size(), [this](std::size_t part) { choose(part); });
    std::vector<Affected> out(give_places());
    in_parts(crew_, found_.size(), [&](std::size_t part) { put(part, out); });
    return out;
  }

 private:
  static constexpr std::size_t kAhead = 16;
  // The nodes below the middle, and the others.
  struct Part {
    std::vector<std::uint32_t> chosen;  // indexes of found_, by node
    std::vector<std::size_t> places;    // by distance: how many there are, then where they begin
  };

  // A node of which about half of the others are below.
  std::uint32_t middle() const {
    constexpr std::size_t kSample = 256;
    std::vector<std::uint32_t> sample;
    for (std::size_t i = 0; i < found_.size(); i += 1 + found_.size() / kSample) {
      sample.push_back(found_[i].node.value);
    }
    if (sample.empty()) return 0;
    const auto half = sample.begin() + static_cast<std::ptrdiff_t>(sample.size() / 2);
    std::nth_element(sample.begin(), half, sample.end());
    return *half;
  }

  void choose(std::size_t part) {
    auto& [chosen, places] = parts_[part];
    std::vector<Key> keys;
    keys.reserve(found_.size());
    for (std::uint32_t i = 0; i < found_.size(); ++i) {
      const std::uint32_t node = found_[i].node.value;
      if ((node < middle_) == (part == 0)) keys.push_back({node, i});
    }
    sort_by_node(keys);
    chosen.reserve(keys.size());
    for (std::size_t i = 0; i < keys.size();) {
      if (i + kAhead < keys.size()) __builtin_prefetch(&found_[keys[i + kAhead].index]);
      const std::uint32_t node = keys[i].node;
      std::uint32_t best = keys[i].index;
      for (++i; i < keys.size() && keys[i].node == node; ++i) {
        if (order_of(found_[keys[i].index]) < order_of(found_[best])) best = keys[i].index;
      }
      const std::size_t distance = found_[best].distance;
      if (places.size() <= distance) places.resize(distance + 1);
      ++places[distance];
      chosen.push_back(best);
    }
  }

  // Returns how many there are.
  std::size_t give_places() {
    std::size_t distances = 0, next = 0;
    for (const Part& part : parts_) distances = std::max(distances, part.places.size());
    for (Part& part : parts_) part.places.resize(distances);
    for (std::size_t distance = 0; distance < distances; ++distance) {
      for (Part& part : parts_) next += std::exchange(part.places[distance], next);
    }
    return next;
  }

  void put(std::size_t part, std::vector<Affected>& out) {
    auto& [chosen, places] = parts_[part];
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      if (i + kAhead < chosen.size()) __builtin_prefetch(&found_[chosen[i + kAhead]]);
      const Affected& affected = found_[chosen[i]];
      out[places[affected.distance]++] = affected;
    }
  }

  const std::vector<Affected>& found_;
  base::Crew& crew_;
  std::uint32_t middle_ = 0;
  std::array<Part, kParts> parts_;
};

// `from`: where the last edge of the path starts.
Verdict judge(const Snapshot& graph, ChangeKind kind, const Starts& starts,
              const graph::Reached& reached, NodeId from) {
  const bool next_to_it = starts.contains(from.value);
  const bool reader = next_to_it && graph.kind_of(reached.node) != NodeKind::kDataset;
  switch (kind) {
    case ChangeKind::kData: return {Severity::kRecompute, "data.downstream"};
    case ChangeKind::kCode:
      return {Severity::kRecompute,
              next_to_it ? ImpactRule("code.output") : ImpactRule("code.downstream")};
    case ChangeKind::kJobRetired:
      if (!next_to_it) return {Severity::kDegraded, "job_retired.downstream"};
      return {Severity::kDegraded, written_by_others(graph, reached.node, starts)
                                       ? ImpactRule("job_retired.other_writer")
                                       : ImpactRule("job_retired.sole_writer")};
    case ChangeKind::kDatasetDeleted:
      if (reader) return {Severity::kBreaking, "dataset_deleted.reader"};
      return {Severity::kDegraded, "dataset_deleted.downstream"};
    default:
      return {Severity::kDegraded,
              reader ? ImpactRule("dataset_late.reader") : ImpactRule("dataset_late.downstream")};
  }
}

}  // namespace

class Impact::Builder {
 public:
  Builder(Session& session, const ImpactRequest& request)
      : session_(session), graph_(session.graph()), request_(request) {
    out_.changes_ = request.changes;
    for (const Change& change : request.changes) changed_.push_back(change.node);
    std::ranges::sort(changed_);
  }

  Result<Impact> run() {
    for (auto kind = ChangeKind::kData; kind <= kLast;
         kind = static_cast<ChangeKind>(static_cast<int>(kind) + 1)) {
      std::vector<std::size_t> changes;
      for (std::size_t i = 0; i < request_.changes.size(); ++i) {
        if (request_.changes[i].kind == kind) changes.push_back(i);
      }
      if (changes.empty()) continue;
      if (!is_column_change(kind)) {
        walk_tables(kind, changes);
        continue;
      }
      if (kind == ChangeKind::kColumnRetyped) HW_CHECK_OK(walk_types(changes));
      walk_columns(kind, changes);
    }
    out_.affected_ = EachOnce(found_, session_.service().crew()).list();
    for (const Affected& affected : out_.affected_) {
      out_.summary_.count(affected.severity, affected.job        ? NodeKind::kJob
                                             : affected.consumer ? NodeKind::kConsumer
                                                                 : NodeKind::kDataset);
    }
    return std::move(out_);
  }

 private:
  void walk_tables(ChangeKind kind, const std::vector<std::size_t>& changes) {
    std::vector<NodeId> nodes;
    Starts starts;
    for (const std::size_t i : changes) {
      const NodeId node = request_.changes[i].node;
      if (starts.insert(node.value).second) nodes.push_back(node);
    }
    graph::ReachOptions options;
    options.kinds = model::kLineageAndUse;
    options.max_distance = request_.depth;
    options.max_nodes = request_.max_nodes;
    options.cancelled = request_.cancelled;
    auto walk = std::make_unique<Walk>();
    walk->kind = kind;
    walk->tables = graph::reach(graph_, nodes, options);
    const graph::Reach& reach = *walk->tables;
    found_.reserve(found_.size() + reach.nodes.size());
    for (std::uint32_t i = 0; i < reach.nodes.size(); ++i) {
      const graph::Reached& node = reach.nodes[i];
      if (!node.by || is_changed(node.node)) continue;
      const NodeId from = graph_.canonical(graph_.edge(node.by).src);
      const Verdict verdict = judge(graph_, kind, starts, node, from);
      const NodeKind its = graph_.kind_of(node.node);
      add({node.node, node.distance, i, this_walk(), verdict.severity, verdict.rule, false,
           its == NodeKind::kJob, its == NodeKind::kConsumer});
    }
    add_cut(reach.cut, reach.frontier,
            reach.cut == CutReason::kMaxNodes ? request_.max_nodes : request_.depth);
    out_.walks_.push_back(std::move(walk));
  }

  std::vector<ColumnStart> starts_of(const std::vector<std::size_t>& changes) const {
    std::vector<ColumnStart> starts;
    for (const std::size_t i : changes) {
      starts.push_back({request_.changes[i].node, request_.changes[i].column});
    }
    return starts;
  }

  ColumnWalkOptions options() const {
    ColumnWalkOptions options;
    options.max_distance = request_.depth;
    options.max_tables = request_.max_nodes;
    options.cancelled = request_.cancelled;
    options.crew = &session_.service().crew();
    return options;
  }

  void walk_columns(ChangeKind kind, const std::vector<std::size_t>& changes) {
    ColumnWalkOptions how = options();
    how.jobs = true;
    how.silent_readers = kind != ChangeKind::kColumnAdded;
    auto walk = std::make_unique<Walk>();
    walk->kind = kind;
    walk->changes = changes;
    if (kind == ChangeKind::kColumnAdded) {
      // Who names columns does not name the new one; who reads the struct around it gets it.
      how.follow = [](std::uint32_t, const ColumnEntry& from, const graph::Neighbor&) {
        return from.distance == 0;
      };
    }
    walk->columns = ColumnWalk::run(graph_, starts_of(changes), how);
    // Users of datasets are looked up beside the entries, and stand behind them.
    std::vector<Affected> consumers;
    in_parts(session_.service().crew(), walk->columns->tables().size(), [&](std::size_t part) {
      if (part == 0) {
        add_entries(*walk);
      } else if (kind != ChangeKind::kColumnAdded) {
        consumers = consumers_of(*walk);
      }
    });
    found_.insert(found_.end(), consumers.begin(), consumers.end());
    add_cut(walk->columns->cut(), walk->columns->frontier(), walk->columns->limit());
    out_.walks_.push_back(std::move(walk));
  }

  void add_entries(const Walk& walk) {
    const std::vector<ColumnEntry>& entries = walk.columns->entries();
    const auto judge_entry = [&](NodeId node, std::uint32_t i) {
      const ColumnEntry& entry = entries[i];
      if (is_changed(node)) return;
      const bool reads_the_change = entry.distance == 1 && entries[entry.from].distance == 0;
      const Verdict verdict = judge_column_entry(walk.kind, entry, reads_the_change);
      add({node, entry.distance, i, this_walk(), verdict.severity, verdict.rule, entry.assumed,
           entry.kind == Kind::kJob});
    };
    const std::size_t most = walk.columns->tables().size() + walk.columns->jobs().size();
    found_.reserve(found_.size() + most);
    for (const ColumnWalk::Table& table : walk.columns->tables()) {
      judge_entry(table.dataset, table.entry);
    }
    for (const std::uint32_t job : walk.columns->jobs()) judge_entry(entries[job].node, job);
  }

  // Who uses a dataset may use any of its columns: reports say which were read, not by whom.
  std::vector<Affected> consumers_of(Walk& walk) const {
    std::vector<Affected> out;
    const std::vector<ColumnEntry>& entries = walk.columns->entries();
    const auto size = static_cast<std::uint32_t>(entries.size());
    const std::vector<ColumnWalk::Table>& tables = walk.columns->tables();
    constexpr std::size_t kFar = 24, kNear = 12;  // ahead: their edges lie anywhere
    for (std::size_t i = 0; i < tables.size(); ++i) {
      const auto hint = [&](std::size_t at, bool near) {
        if (at < tables.size()) {
          graph_.prefetch_edges(tables[at].dataset, Direction::kDownstream, near);
        }
      };
      hint(i + kFar, false);
      hint(i + kNear, true);
      const ColumnWalk::Table& table = tables[i];
      const ColumnEntry& entry = entries[table.entry];
      const Verdict verdict = judge_consumer(walk.kind, entry.distance == 0);
      graph_.for_each(table.dataset, Direction::kDownstream, mask(EdgeKind::kUses),
                      [&](const graph::Neighbor& user) {
                        const auto index = size + static_cast<std::uint32_t>(walk.verdicts.size());
                        walk.verdicts.push_back(
                            {user.node, table.entry, user.edge, verdict.severity, verdict.rule});
                        out.push_back({user.node, entry.distance, index, this_walk(),
                                       verdict.severity, verdict.rule, true, false, true});
                        return true;
                      });
    }
    return out;
  }

  // The columns that take on the new type, and the jobs that use one of them.
  Result<void> walk_types(const std::vector<std::size_t>& changes) {
    HW_TRY(const Transformations known, Transformations::read(session_));
    auto walk = std::make_unique<Walk>();
    walk->kind = ChangeKind::kColumnRetyped;
    walk->changes = changes;
    ColumnWalkOptions how = options();
    how.assume = false;
    std::unordered_map<std::uint32_t, std::size_t> verdict_of;
    how.follow = [&](std::uint32_t from, const ColumnEntry&, const graph::Neighbor& to) {
      const bool indirect = to.kind == EdgeKind::kColumnIndirect;
      const RetypedUse use = judge_retyped(known.at(graph_.detail_of(to.edge)), indirect);
      const NodeId via = graph_.via_of(to.edge);
      if (via && graph_.kind_of(via) == NodeKind::kJob) {
        auto& all = walk->verdicts;
        const auto [at, is_new] = verdict_of.try_emplace(via.value, all.size());
        const UserVerdict verdict{via, from, to.edge, use.verdict.severity, use.verdict.rule};
        if (is_new) {
          all.push_back(verdict);
        } else if (verdict.severity < all[at->second].severity) {
          all[at->second] = verdict;
        }
      }
      return use.passes_on;
    };
    walk->columns = ColumnWalk::run(graph_, starts_of(changes), how);
    add_types(*walk);
    if (walk->columns->cut() == CutReason::kCancelled) add_cut(CutReason::kCancelled, 0, 0);
    out_.walks_.push_back(std::move(walk));
    return {};
  }

  void add_types(const Walk& walk) {
    const std::vector<ColumnEntry>& entries = walk.columns->entries();
    const auto size = static_cast<std::uint32_t>(entries.size());
    for (std::uint32_t i = 0; i < walk.verdicts.size(); ++i) {
      const UserVerdict& verdict = walk.verdicts[i];
      const std::uint32_t distance = entries[verdict.from].distance + 1;
      if (distance > request_.depth || is_changed(verdict.user)) continue;
      add({verdict.user, distance, size + i, this_walk(), verdict.severity, verdict.rule, false,
           true});
    }
    for (const ColumnWalk::Table& table : walk.columns->tables()) {
      if (is_changed(table.dataset)) continue;
      add({table.dataset, entries[table.entry].distance, table.entry, this_walk(),
           Severity::kDegraded, "column_retyped.passed_on"});
    }
  }

  std::uint8_t this_walk() const { return static_cast<std::uint8_t>(out_.walks_.size()); }

  bool is_changed(NodeId node) const { return std::ranges::binary_search(changed_, node); }
  void add(const Affected& found) { found_.push_back(found); }

  void add_cut(CutReason reason, std::size_t frontier, std::size_t limit) {
    if (reason == CutReason::kNone) return;
    Cut& cut = out_.cut_;
    cut.frontier += frontier;
    if (static_cast<int>(reason) <= static_cast<int>(cut.reason)) return;
    cut.reason = reason;
    cut.limit.reset();
    if (reason != CutReason::kCancelled) cut.limit = limit;
  }

  Session& session_;
  const Snapshot& graph_;
  const ImpactRequest& request_;
  std::vector<NodeId> changed_;  // sorted
  std::vector<Affected> found_;  // a node may stand more than once
  Impact out_;
};

Result<Impact> Impact::of(Session& session, const ImpactRequest& request) {
  for (const Change& change : request.changes) HW_CHECK_OK(check_change(session, change));
  return Builder(session, request).run();
}

}  // namespace headwater::query
