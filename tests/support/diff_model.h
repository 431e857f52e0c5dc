// The naive diff: two whole readings of two moments, compared. Shared by tests.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "graph/graph_inl.h"
#include "query/hidden.h"
#include "query/query.h"

namespace headwater::tests {

using query::DiffChange;
using query::DiffKind;
using query::NodeId;
using query::NodeKind;
using query::Session;

template <class T>
T value_of(base::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message + " | " + result.error().detail);
  return std::move(result).value();
}

class NaiveDiff {
 public:
  // (kind, node, edge): an edge by its key.
  using Key = std::tuple<model::EdgeKind, NodeId, NodeId, NodeId, model::TransformationId>;
  using Found = std::set<std::tuple<DiffKind, NodeId, Key>>;

  NaiveDiff(Session& before, Session& after) : before_(before), after_(after) {}

  Found everything() {
    std::set<NodeId> all;
    for (std::uint32_t id = 1; id <= after_.graph().node_count(); ++id) {
      const NodeId node{id};
      if (kind(node) != NodeKind::kField && after_.graph().canonical(node) == node)
        all.insert(node);
    }
    std::set<NodeId> was, is;
    for (const NodeId node : all) {
      if (present(before_, node)) was.insert(node);
      if (present(after_, node)) is.insert(node);
    }
    Found out = members(was, is);
    add_edges(out, all, true);
    for (const NodeId node : all) add_attributes(out, node);
    return out;
  }

  Found around(NodeId root, std::uint32_t depth, query::Sides sides) {
    const std::set<NodeId> was = side(before_, root, depth, sides);
    const std::set<NodeId> is = side(after_, root, depth, sides);
    std::set<NodeId> all = was;
    all.insert(is.begin(), is.end());
    all.insert(root);
    Found out = members(was, is);
    add_edges(out, all, false);
    for (const NodeId node : all) add_attributes(out, node);
    return out;
  }

  // What the real one found, in the same form; its times are checked on the way.
  Found real(const query::Diff& diff) {
    Found out;
    std::size_t counted = 0;
    for (const std::size_t count : diff.counts) counted += count;
    EXPECT_EQ(counted, diff.changes.size());
    EXPECT_TRUE(std::is_sorted(diff.changes.begin(), diff.changes.end()));
    for (const DiffChange& change : diff.changes) {
      EXPECT_GT(change.at, before_.moment().as_of);
      EXPECT_LE(change.at, after_.moment().as_of);
      const bool edge =
          change.kind == DiffKind::kEdgeAdded || change.kind == DiffKind::kEdgeRemoved;
      Key key{};
      if (edge) {
        const graph::EdgeInfo info = after_.graph().edge(change.edge);
        key = key_of(info);
        check_time(change, key);
      }
      const bool is_new = out.emplace(change.kind, change.node, key).second;
      EXPECT_TRUE(is_new) << "said twice";
    }
    return out;
  }

  static std::string text(const Session& session, const Found& found) {
    std::string out;
    for (const auto& [kind, node, key] : found) {
      out += std::string("\n  ").append(query::to_string(kind));
      if (node) out += " " + query::format_node(session.graph(), node);
      if (std::get<1>(key)) {
        out += " " + query::format_node(session.graph(), std::get<1>(key)) + " -> " +
               query::format_node(session.graph(), std::get<2>(key));
      }
    }
    return out;
  }

 private:
  NodeKind kind(NodeId node) const { return after_.graph().node(node).kind; }

  bool present(Session& session, NodeId node) {
    const auto& graph = session.graph();
    base::Micros seen = graph.node(node).first_seen;
    for (const NodeId alias : graph.aliases(node))
      seen = std::min(seen, graph.node(alias).first_seen);
    if (!session.latest() && seen > session.moment().as_of) return false;
    if (kind(node) == NodeKind::kConsumer) return true;
    bool joined = false;
    for (const auto way : {graph::Direction::kUpstream, graph::Direction::kDownstream}) {
      joined = joined || !graph.neighbors(node, way, model::kTableLineage).empty();
    }
    if (joined) return true;
    const auto said = value_of(query::Attributes::read(session, node));
    const auto state = value_of(said.text(session, "$state", session.moment().as_of));
    return !state || (*state != "\"DROP\"" && *state != "\"RENAMED\"" && *state != "\"DELETED\"");
  }
  std::set<NodeId> side(Session& session, NodeId root, std::uint32_t depth, query::Sides sides) {
    std::set<NodeId> out;
    if (!present(session, root)) return out;
    const auto answer = query::lineage(session.graph(), {root, depth, sides, 1'000'000, {}});
    for (const auto& node : answer.nodes) out.insert(node.node);
    return out;
  }
  static Found members(const std::set<NodeId>& was, const std::set<NodeId>& is) {
    Found out;
    for (const NodeId node : is) {
      if (!was.contains(node)) out.emplace(DiffKind::kNodeAdded, node, Key{});
    }
    for (const NodeId node : was) {
      if (!is.contains(node)) out.emplace(DiffKind::kNodeRemoved, node, Key{});
    }
    return out;
  }

  Key key_of(const graph::EdgeInfo& edge) const {
    const auto canonical = [this](NodeId id) { return id ? after_.graph().canonical(id) : id; };
    return {edge.kind, canonical(edge.src), canonical(edge.dst), canonical(edge.via), edge.detail};
  }
  // Every edge at the session's moment.
  std::set<Key> edges(const query::Snapshot& graph) const {
    std::set<Key> out;
    for (std::uint32_t id = 1; id <= graph.node_count(); ++id) {
      graph.for_each(NodeId{id}, graph::Direction::kDownstream, ~model::EdgeKinds{0},
                     [&](const graph::Neighbor& n) {
                       out.insert(key_of(graph.edge(n.edge)));
                       return true;
                     });
    }
    return out;
  }
  void add_edges(Found& out, const std::set<NodeId>& inside, bool all) {
    const auto contains = [&](NodeId id) {
      const auto info = after_.graph().node(id);
      const NodeId owner = info.kind == NodeKind::kField ? info.parent : id;
      return inside.contains(after_.graph().canonical(owner));
    };
    const auto wanted = [&](const Key& key) {
      const auto kind = std::get<0>(key);
      const bool src = contains(std::get<1>(key)), dst = contains(std::get<2>(key));
      const bool one = kind == model::EdgeKind::kParent || kind == model::EdgeKind::kControl ||
                       kind == model::EdgeKind::kUses;
      return all || (one ? src || dst : src && dst);
    };
    const std::set<Key> was = edges(before_.graph()), is = edges(after_.graph());
    for (const Key& key : is) {
      if (!was.contains(key) && wanted(key)) out.emplace(DiffKind::kEdgeAdded, NodeId{}, key);
    }
    for (const Key& key : was) {
      if (!is.contains(key) && wanted(key)) out.emplace(DiffKind::kEdgeRemoved, NodeId{}, key);
    }
  }
  // It holds from `at` on, or until then.
  void check_time(const DiffChange& change, const Key& key) {
    const auto& graphs = after_.service().graph();
    const auto holds = [&](base::Micros at) {
      return edges(graphs.snapshot({at, after_.seq()})).contains(key);
    };
    const bool added = change.kind == DiffKind::kEdgeAdded;
    EXPECT_EQ(holds(change.at), added);
    EXPECT_EQ(holds(change.at - 1), !added);
  }

  using Facts = std::map<DiffKind, std::set<std::string>>;
  Facts facts(Session& session, NodeId node) {
    const base::Micros as_of = session.moment().as_of;
    const auto said = value_of(query::Attributes::read(session, node));
    const auto facet = [&](std::string_view name) {
      return value_of(said.text(session, name, as_of)).value_or("{}");
    };
    Facts out;
    if (kind(node) == NodeKind::kDataset) {
      const auto detail = value_of(query::dataset_detail(session, node));
      for (const auto& field : detail.fields) {
        out[DiffKind::kSchemaChanged].insert(field.path + "|" + field.type.value_or(""));
      }
      out[DiffKind::kDescriptionChanged].insert(detail.description.value_or(""));
      out[DiffKind::kOwnersChanged].insert(detail.owners.begin(), detail.owners.end());
    } else {
      const auto detail = value_of(query::job_detail(session, node, 0));
      const std::string code = facet("$code");
      out[DiffKind::kCodeChanged].insert(query::read_member(code, "semantic").value_or(""));
      out[DiffKind::kDescriptionChanged].insert(detail.description.value_or(""));
      out[DiffKind::kOwnersChanged].insert(detail.owners.begin(), detail.owners.end());
    }
    for (const auto& [field, tags] : query::read_tags(facet("tags"))) {
      for (const auto& tag : tags) out[DiffKind::kTagsChanged].insert(field + "|" + tag);
    }
    return out;
  }
  void add_attributes(Found& out, NodeId node) {
    if (kind(node) == NodeKind::kConsumer || !present(before_, node) || !present(after_, node))
      return;
    Facts was = facts(before_, node), is = facts(after_, node);
    for (const DiffKind k :
         {DiffKind::kSchemaChanged, DiffKind::kCodeChanged, DiffKind::kOwnersChanged,
          DiffKind::kTagsChanged, DiffKind::kDescriptionChanged}) {
      if (was[k] != is[k]) out.emplace(k, node, Key{});
    }
  }

  Session& before_;
  Session& after_;
};

}  // namespace headwater::tests
