#include "query/tags.h"

#include <algorithm>
#include <deque>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "graph/graph_inl.h"
#include "query/attributes.h"
#include "query/tag_holders.h"

namespace headwater::query {
namespace {

using graph::CutReason;
using graph::Direction;
using model::EdgeId;
using model::EdgeKind;

constexpr std::size_t kPollEvery = 1024;
constexpr std::size_t kChunk = 1000;

// The fields of a dataset that are nodes at the session's moment.
Result<std::vector<NodeId>> fields_of(Session& session, NodeId dataset) {
  std::vector<NodeId> out;
  storage::Reader::NodeQuery query;
  query.kind = NodeKind::kField;
  query.parent = dataset;
  query.limit = kChunk;
  while (true) {
    HW_TRY(const auto rows, session.rows().nodes(query));
    for (const storage::NodeRow& row : rows) {
      if (!(session.seq() < row.recorded)) out.push_back(session.graph().canonical(row.id));
    }
    if (rows.size() < kChunk) return out;
    query.after_set = true;
    query.after_name = rows.back().name;
  }
}

// One tag's way upstream from the asked columns.
class Walk {
 public:
  Walk(Session& session, TagHolders& holders, const TagDefinition& tag, const TagRequest& request,
       std::size_t& budget)
      : session_(session), holders_(holders), tag_(tag), request_(request), budget_(budget) {}

  // The nearest holder beyond the starts, if there is one.
  Result<std::optional<NodeTag>> run(const std::vector<NodeId>& starts) {
    for (const NodeId start : starts) {
      if (next_.emplace(start.value, Step{}).second) queue_.push_back(start);
    }
    while (!queue_.empty()) {
      if (++polled_ % kPollEvery == 0 && request_.cancelled && request_.cancelled()) {
        return base::make_error(base::ErrorCode::kCancelled, "The client left.");
      }
      const NodeId at = queue_.front();
      HW_TRY(const bool stops, holders_.stops(at, tag_));
      if (!stops) {
        HW_TRY(std::optional<NodeTag> found, expand(at));
        if (found) return found;
      }
      if (cut_) return std::optional<NodeTag>{};
      queue_.pop_front();
    }
    return std::optional<NodeTag>{};
  }
  bool cut() const { return cut_; }
  std::size_t frontier() const { return queue_.size(); }

 private:
  struct Step {
    EdgeId by;
    NodeId to;  // the next node on the way down; none at a start
  };

  // Edges at the field, and those that touch every field of its dataset.
  Result<std::optional<NodeTag>> expand(NodeId at) {
    std::vector<std::pair<NodeId, EdgeId>> sources;
    collect(at,
            mask(EdgeKind::kColumnDirect) |
                (tag_.rule.stop_indirect ? 0 : mask(EdgeKind::kColumnIndirect)),
            sources);
    const graph::NodeInfo info = session_.graph().node(at);
    if (info.kind == NodeKind::kField && !tag_.rule.stop_indirect) {
      collect(session_.graph().canonical(info.parent), mask(EdgeKind::kColumnIndirect), sources);
    }
    for (const auto& [node, edge] : sources) {
      if (next_.contains(node.value)) continue;
      if (budget_ == 0) {
        cut_ = true;
        return std::optional<NodeTag>{};
      }
      --budget_;
      HW_TRY(const bool passes, this->passes(edge));
      if (!passes) continue;
      next_.emplace(node.value, Step{edge, at});
      HW_TRY(std::optional<NodeTag> source, holders_.source(node, tag_));
      if (source) {
        source->path = path_from(node);
        return source;
      }
      queue_.push_back(node);
    }
    return std::optional<NodeTag>{};
  }

  void collect(NodeId node, model::EdgeKinds kinds,
               std::vector<std::pair<NodeId, EdgeId>>& out) const {
    session_.graph().for_each(node, Direction::kUpstream, kinds, [&](const graph::Neighbor& n) {
      out.emplace_back(session_.graph().canonical(n.node), n.edge);
      return true;
    });
  }

  Result<bool> passes(EdgeId edge) {
    if (!tag_.rule.stop_masking) return true;
    return holders_.unmasked(session_.graph().edge(edge).detail);
  }

  std::vector<EdgeId> path_from(NodeId found) const {
    std::vector<EdgeId> out;
    for (Step step = next_.at(found.value); step.to; step = next_.at(step.to.value)) {
      out.push_back(step.by);
    }
    return out;
  }

  Session& session_;
  TagHolders& holders_;
  const TagDefinition& tag_;
  const TagRequest& request_;
  std::size_t& budget_;
  std::unordered_map<std::uint32_t, Step> next_;
  std::deque<NodeId> queue_;
  std::size_t polled_ = 0;
  bool cut_ = false;
};

// What a dataset takes from its fields, and a field from its dataset.
Result<std::optional<NodeTag>> nearby(Session& session, TagHolders& holders, const Subject& subject,
                                      const std::vector<NodeId>& fields, const std::string& tag) {
  if (subject.kind == NodeKind::kField) {
    HW_TRY(const auto own, holders.own(subject.node, "", tag));
    if (!own) return std::optional<NodeTag>{};
    NodeTag out{tag, TagOrigin::kInherited, subject.node, {}, own->author, own->at};
    return std::optional<NodeTag>(std::move(out));
  }
  HW_TRY(const std::optional<std::string> path, holders.any_field(subject.node, tag));
  if (!path) return std::optional<NodeTag>{};
  HW_TRY(const auto own, holders.own(subject.node, *path, tag));
  const auto is_it = [&](NodeId f) { return session.graph().node(f).name == *path; };
  const auto field = std::ranges::find_if(fields, is_it);
  NodeTag out{tag, TagOrigin::kInherited, field == fields.end() ? subject.node : *field,
              {},  own->author,           own->at};
  return std::optional<NodeTag>(std::move(out));
}

class Collector {
 public:
  Collector(Session& session, const TagRequest& request)
      : session_(session), request_(request), holders_(session), budget_(request.max_nodes) {}

  Result<NodeTags> run() {
    const Subject& subject = request_.subject;
    const std::string path = subject.kind == NodeKind::kField ? subject.path : "";
    HW_TRY(out_.tags, holders_.all(subject.node, path));
    for (const NodeTag& tag : out_.tags) direct_.insert(tag.tag);
    if (subject.kind != NodeKind::kJob) HW_CHECK_OK(inherit());
    std::ranges::stable_sort(out_.tags, {}, &NodeTag::tag);
    return std::move(out_);
  }

 private:
  Result<void> inherit() {
    const Subject& subject = request_.subject;
    HW_TRY(const std::vector<TagDefinition> definitions, tag_definitions(session_));
    std::vector<NodeId> fields, starts;
    if (subject.kind == NodeKind::kDataset) {
      HW_TRY(fields, fields_of(session_, subject.node));
      starts = fields;
      starts.push_back(subject.node);
    } else if (subject.field) {
      starts.push_back(subject.field);
    }
    for (const TagDefinition& tag : definitions) {
      if (!tag.rule.downstream || direct_.contains(tag.name)) continue;
      const std::string path = subject.kind == NodeKind::kField ? subject.path : "";
      HW_TRY(const bool stopped, holders_.stops(subject.node, path, tag));
      if (stopped) continue;
      HW_TRY(auto near, nearby(session_, holders_, subject, fields, tag.name));
      if (!near) {
        HW_TRY(near, walk(tag, starts));
      }
      if (near) out_.tags.push_back(*std::move(near));
    }
    return {};
  }

  Result<std::optional<NodeTag>> walk(const TagDefinition& tag, const std::vector<NodeId>& starts) {
    Walk walk(session_, holders_, tag, request_, budget_);
    HW_TRY(auto found, walk.run(starts));
    if (walk.cut()) {
      out_.cut.reason = CutReason::kMaxNodes;
      out_.cut.limit = request_.max_nodes;
      out_.cut.frontier += walk.frontier();
    }
    return found;
  }

  Session& session_;
  const TagRequest& request_;
  TagHolders holders_;
  std::size_t budget_;
  std::unordered_set<std::string> direct_;
  NodeTags out_;
};

}  // namespace

std::string_view to_string(TagOrigin origin) {
  switch (origin) {
    case TagOrigin::kProducer: return "producer";
    case TagOrigin::kPerson: return "person";
    case TagOrigin::kInherited: return "inherited";
  }
  return "producer";
}

Result<std::vector<TagDefinition>> tag_definitions(Session& session) {
  std::vector<TagDefinition> out;
  HW_CHECK_OK(session.rows().scan_tag_definitions([&](const storage::TagDefinitionRow& row) {
    const bool known = !(session.seq() < row.seq);
    const bool in_force = session.latest() || row.at <= session.moment().as_of;
    if (!known || !in_force) return true;
    if (!out.empty() && out.back().name == row.name) out.pop_back();
    out.push_back({row.name, row.description, row.rule, row.author, row.at});
    return true;
  }));
  return out;
}

Result<NodeTags> node_tags(Session& session, const TagRequest& request) {
  return Collector(session, request).run();
}

}  // namespace headwater::query
