#include "api/v1/label_source.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "graph/graph_inl.h"
#include "model/decision.h"

namespace headwater::api::v1 {

using base::Result;
using model::NodeId;
using model::NodeKind;
using storage::AttributeRow;

namespace {

bool is_label(std::string_view name) {
  return name == "ownership" || name == "tags" || name.starts_with(model::kPeopleOwner) ||
         name.starts_with(model::kPeopleTag);
}

bool is_asset(NodeKind kind) { return kind == NodeKind::kDataset || kind == NodeKind::kJob; }

// One of a node's attributes that hold.
struct Held {
  NodeId node;
  model::AttributeNameId name;
  model::ContentId content;
  base::Micros valid_from = 0;
  model::Seq recorded_from;
};

// What facets say, each read once.
class Facets {
 public:
  explicit Facets(query::Session& session) : session_(session) {}

  Result<const std::vector<std::string>*> read(std::string_view name, model::ContentId content) {
    const bool owners = name == "ownership";
    auto& known = owners ? owners_ : tags_;
    if (const auto at = known.find(content.value); at != known.end()) return &at->second;
    HW_TRY(const std::optional<std::string> json, session_.content(content));
    std::vector<std::string> said;
    if (owners) {
      said = query::read_owners(json.value_or(""));
    } else {
      said = query::read_tags(json.value_or(""))[""];
    }
    return &known.emplace(content.value, std::move(said)).first->second;
  }

 private:
  query::Session& session_;
  std::unordered_map<std::int64_t, std::vector<std::string>> owners_, tags_;
};

}  // namespace

Result<stats::LabelTexts> SessionLabels::of(NodeId node) {
  HW_TRY(const query::Attributes attributes, query::Attributes::read(session_, node));
  const base::Micros as_of = session_.moment().as_of;
  HW_TRY(const query::Annotations said, query::read_annotations(session_, attributes, as_of));
  HW_TRY(const auto ownership, attributes.text(session_, "ownership", as_of));
  HW_TRY(const auto tags, attributes.text(session_, "tags", as_of));
  return stats::LabelTexts{query::unite_owners(query::read_owners(ownership.value_or("")), said),
                           query::unite_tags(query::read_tags(tags.value_or(""))[""], said)};
}

// One pass over the attributes; nodes of which people said something, or into which others were
// merged, are asked one by one: they are few.
Result<void> SessionLabels::all(const Visit& visit) {
  const query::Snapshot& graph = session_.graph();
  std::unordered_map<std::int64_t, std::string> names;  // of labels; empty: of something else
  std::vector<Held> held;
  std::set<NodeId> alone;
  Result<void> failed{};
  HW_CHECK_OK(session_.rows().scan_attributes([&](const AttributeRow& row) {
    if (row.recorded_from <= session_.seq()) last_row_ = std::max(last_row_, row.id);
    auto name = names.find(row.name.value);
    if (name == names.end()) {
      auto text = session_.attribute_name(row.name);
      if (!text) failed = text.error();
      if (!text) return false;
      name = names.emplace(row.name.value, is_label(*text) ? *text : "").first;
    }
    if (name->second.empty() || !row.content || row.owner.value > graph.node_count() ||
        !session_.recorded(row.recorded_from, row.recorded_to) ||
        !session_.holds(row.valid_from, row.valid_to) || !is_asset(graph.kind_of(row.owner))) {
      return true;
    }
    const NodeId node = graph.canonical(row.owner);
    if (node != row.owner || name->second.starts_with('$') || !graph.aliases(node).empty()) {
      alone.insert(node);
    } else {
      held.push_back({node, row.name, row.content, row.valid_from, row.recorded_from});
    }
    return true;
  }));
  HW_CHECK_OK(failed);
  // Of two that hold at once the younger one counts: the last one here.
  std::stable_sort(held.begin(), held.end(), [](const Held& a, const Held& b) {
    return std::tie(a.node, a.name, a.valid_from, a.recorded_from) <
           std::tie(b.node, b.name, b.valid_from, b.recorded_from);
  });
  Facets facets(session_);
  for (std::size_t i = 0; i < held.size();) {
    const NodeId node = held[i].node;
    stats::LabelTexts texts;
    for (; i < held.size() && held[i].node == node; ++i) {
      const std::string& name = names[held[i].name.value];
      HW_TRY(const auto* said, facets.read(name, held[i].content));
      (name == "ownership" ? texts.owners : texts.tags) = *said;
    }
    if (!alone.contains(node)) visit(node, texts);
  }
  for (const NodeId node : alone) {
    HW_TRY(const stats::LabelTexts texts, of(node));
    visit(node, texts);
  }
  return {};
}

Result<void> SessionLabels::changed_after(const Position& since, const Visit& visit) {
  const query::Snapshot& graph = session_.graph();
  std::set<NodeId> touched;
  const auto touch = [&](NodeId node) {
    if (node.value == 0 || node.value > graph.node_count()) return;
    if (is_asset(graph.kind_of(node))) touched.insert(graph.canonical(node));
  };
  last_row_ = since.row;
  HW_TRY(const auto added, session_.rows().attributes_after(since.row));
  for (const AttributeRow& row : added) {
    if (session_.seq() < row.recorded_from) break;
    last_row_ = row.id;
    touch(row.owner);
  }
  HW_TRY(const auto closed, session_.rows().attributes_closed_after(since.seq));
  for (const AttributeRow& row : closed) {
    if (row.recorded_to <= session_.seq()) touch(row.owner);
  }
  HW_TRY(const auto merged, session_.rows().nodes_merged_after(since.seq));
  for (const storage::NodeRow& row : merged) {
    if (row.merged_seq <= session_.seq()) touch(row.id);
  }
  for (const NodeId node : touched) {
    HW_TRY(const stats::LabelTexts texts, of(node));
    visit(node, texts);
  }
  return {};
}

}  // namespace headwater::api::v1
