#include "api/dto/people_dto.h"

#include "api/dto/common.h"

namespace headwater::api::dto {
namespace {

using model::DecisionKind;
using model::PeopleDecision;

std::optional<std::string> not_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

void write_rule(JsonWriter& json, const model::TagRule& rule) {
  json.key("propagate").text(rule.downstream ? "downstream" : "none");
  json.key("stop").begin_object();
  json.key("masking").boolean(rule.stop_masking);
  json.key("indirect").boolean(rule.stop_indirect);
  json.key("at_tag").text_or_null(not_empty(rule.stop_at_tag)).end_object();
}

std::string node_id(const model::End& node) {
  if (node.kind != model::NodeKind::kField) {
    return query::format_node(node.kind, node.name.name_space, node.name.name);
  }
  return "datasetField:" + node.name.name_space + ":" + node.name.name + ":" + node.field;
}

// The members that only some kinds have.
void write_payload(JsonWriter& json, const PeopleDecision& decision) {
  switch (decision.kind) {
    case DecisionKind::kDescribe: json.key("description").text_or_null(decision.text); return;
    case DecisionKind::kTag:
    case DecisionKind::kUntag: json.key("tag").text(decision.name); return;
    case DecisionKind::kOwn:
    case DecisionKind::kDisown:
      json.key("owner").text(decision.name);
      json.key("type").text_or_null(not_empty(decision.type));
      return;
    case DecisionKind::kJoin:
    case DecisionKind::kRejectJoin:
      json.key("other").text(node_id({model::NodeKind::kDataset, decision.other, {}}));
      return;
    case DecisionKind::kPutTag:
      json.key("tag").text(decision.name);
      json.key("description").text(decision.text.value_or(""));
      write_rule(json, decision.rule);
      return;
  }
}

}  // namespace

void write_annotations(JsonWriter& json, const query::Annotations& annotations) {
  json.begin_object().key("description");
  if (annotations.description) {
    json.begin_object().key("text").text(annotations.description->text);
    json.key("author").text(annotations.description->author);
    json.key("at").time(annotations.description->at).end_object();
  } else {
    json.null();
  }
  json.key("owners").begin_array();
  for (const query::OwnerNote& owner : annotations.owners) {
    json.begin_object().key("name").text(owner.name);
    json.key("type").text_or_null(not_empty(owner.type));
    json.key("author").text(owner.author);
    json.key("at").time(owner.at).end_object();
  }
  json.end_array().key("tags").begin_array();
  for (const query::TagNote& tag : annotations.tags) {
    json.begin_object().key("name").text(tag.name);
    json.key("author").text(tag.author);
    json.key("at").time(tag.at).end_object();
  }
  json.end_array().end_object();
}

void write_tag_definition(JsonWriter& json, const query::TagDefinition& tag) {
  json.begin_object().key("name").text(tag.name);
  json.key("description").text(tag.description);
  write_rule(json, tag.rule);
  json.key("author").text(tag.author);
  json.key("at").time(tag.at).end_object();
}

void write_node_tag(JsonWriter& json, const query::Snapshot& graph, const query::NodeTag& tag) {
  json.begin_object().key("tag").text(tag.tag);
  json.key("origin").text(query::to_string(tag.origin));
  json.key("from");
  if (tag.from) {
    json.text(query::format_node(graph, tag.from));
  } else {
    json.null();
  }
  json.key("path");
  write_path(json, graph, tag.path);
  json.key("author").text_or_null(tag.author);
  json.key("at").time(tag.at).end_object();
}

void write_decision(JsonWriter& json, const query::DecisionItem& item) {
  const PeopleDecision& decision = item.decision;
  json.begin_object().key("seq").number(static_cast<std::int64_t>(item.row.seq.value));
  json.key("kind").text(model::to_string(decision.kind)).key("nodeId");
  if (decision.kind == DecisionKind::kPutTag) {
    json.null();
  } else {
    json.text(node_id(decision.node));
  }
  json.key("author").text(decision.author);
  json.key("reason").text_or_null(not_empty(decision.reason));
  json.key("at").time(item.row.at);
  write_payload(json, decision);
  json.end_object();
}

}  // namespace headwater::api::dto
