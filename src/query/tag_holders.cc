#include "query/tag_holders.h"

#include <algorithm>
#include <utility>

#include "query/attributes.h"

namespace headwater::query {

Result<const TagHolders::Entities*> TagHolders::read(NodeId node) {
  if (const auto at = known_.find(node.value); at != known_.end()) return &at->second;
  const Micros as_of = session_.moment().as_of;
  HW_TRY(const Attributes attributes, Attributes::read(session_, node));
  Entities out;
  if (const AttributeVersion* facet = attributes.find("tags", as_of)) {
    HW_TRY(const std::optional<std::string> json, session_.content(facet->content));
    for (const auto& [path, tags] : read_tags(json.value_or(""))) {
      for (const std::string& tag : tags) {
        out[path].tags[tag] = {true, false, std::nullopt, facet->valid_from, facet->valid_from};
      }
    }
  }
  HW_TRY(auto said, field_annotations(session_, node, attributes, as_of));
  HW_TRY(said[""], read_annotations(session_, attributes, as_of));
  for (auto& [path, annotations] : said) {
    Entity& entity = out[path];
    for (const std::string& tag : annotations.untagged) entity.tags.erase(tag);
    for (TagNote& tag : annotations.tags) {
      Own& own = entity.tags[tag.name];
      own.person = true;
      own.author = std::move(tag.author);
      own.at = tag.at;
    }
    entity.removed = std::move(annotations.untagged);
  }
  return &known_.emplace(node.value, std::move(out)).first->second;
}

Result<const TagHolders::Entity*> TagHolders::entity(NodeId node, const std::string& path) {
  static const Entity kNothing;
  HW_TRY(const Entities* const all, read(node));
  const auto at = all->find(path);
  return at == all->end() ? &kNothing : &at->second;
}

TagHolders::Place TagHolders::place_of(NodeId node) const {
  const graph::NodeInfo info = session_.graph().node(node);
  if (info.kind != NodeKind::kField) return {node, ""};
  return {session_.graph().canonical(info.parent), std::string(info.name)};
}

Result<std::optional<TagHolders::Own>> TagHolders::own(NodeId node, const std::string& path,
                                                       const std::string& tag) {
  HW_TRY(const Entity* const found, entity(node, path));
  const auto at = found->tags.find(tag);
  return at == found->tags.end() ? std::optional<Own>{} : std::optional<Own>(at->second);
}

Result<std::vector<NodeTag>> TagHolders::all(NodeId node, const std::string& path) {
  HW_TRY(const Entity* const found, entity(node, path));
  std::vector<NodeTag> out;
  for (const auto& [tag, own] : found->tags) {
    if (own.producer) out.push_back({tag, TagOrigin::kProducer, {}, {}, {}, own.sent_at});
    if (own.person) out.push_back({tag, TagOrigin::kPerson, {}, {}, own.author, own.at});
  }
  return out;
}

Result<std::optional<std::string>> TagHolders::any_field(NodeId dataset, const std::string& tag) {
  HW_TRY(const Entities* const all, read(dataset));
  for (const auto& [path, entity] : *all) {
    if (!path.empty() && entity.tags.contains(tag)) return std::optional<std::string>(path);
  }
  return std::optional<std::string>{};
}

Result<bool> TagHolders::carries(NodeId node, const std::string& path, const std::string& tag) {
  HW_TRY(const Entity* const found, entity(node, path));
  if (found->tags.contains(tag)) return true;
  if (path.empty() || found->removed.contains(tag)) return false;
  HW_TRY(const Entity* const dataset, entity(node, ""));
  return dataset->tags.contains(tag);
}

Result<bool> TagHolders::stops(NodeId node, const std::string& path, const TagDefinition& tag) {
  HW_TRY(const Entity* const found, entity(node, path));
  if (found->removed.contains(tag.name)) return true;
  if (tag.rule.stop_at_tag.empty()) return false;
  return carries(node, path, tag.rule.stop_at_tag);
}

Result<bool> TagHolders::stops(NodeId node, const TagDefinition& tag) {
  const Place place = place_of(node);
  return stops(place.dataset, place.path, tag);
}

Result<std::optional<NodeTag>> TagHolders::source(NodeId node, const TagDefinition& tag) {
  const Place place = place_of(node);
  NodeTag out{tag.name, TagOrigin::kInherited, node, {}, {}, 0};
  HW_TRY(std::optional<Own> found, own(place.dataset, place.path, tag.name));
  if (!found && !place.path.empty()) {
    HW_TRY(const bool stopped, stops(place.dataset, place.path, tag));
    if (stopped) return std::optional<NodeTag>{};
    out.from = place.dataset;
    HW_TRY(found, own(place.dataset, "", tag.name));
  }
  if (!found) return std::optional<NodeTag>{};
  out.author = found->author;
  out.at = found->at;
  return std::optional<NodeTag>(std::move(out));
}

Result<bool> TagHolders::unmasked(model::TransformationId detail) {
  if (!masking_) {
    masking_.emplace();
    HW_TRY(const auto rows, session_.rows().transformations());
    for (const auto& row : rows) (*masking_)[row.id.value] = row.masking;
  }
  const auto at = masking_->find(detail.value);
  return at == masking_->end() || !at->second;
}

}  // namespace headwater::query
