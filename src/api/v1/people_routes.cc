// Decisions of people: descriptions, tags, owners, joins; and the tags themselves.
// docs/decisions.md.

#include <algorithm>
#include <utility>

#include "api/dto/people_dto.h"
#include "api/v1/body.h"
#include "api/v1/decide.h"
#include "api/v1/pages.h"

namespace headwater::api::v1 {
namespace {

using base::ErrorCode;
using base::make_error;
using dto::JsonWriter;
using model::DecisionKind;
using model::JsonValue;
using model::NodeKind;
using model::PeopleDecision;

constexpr std::string_view kAuthorHeader = "x-author";
constexpr std::string_view kNoAuthor = "marquez-api";  // clients of Marquez name none

// ---- reading ----------------------------------------------------------------------------------

base::Error fault_error(Context& context, const model::DecisionFault& fault, std::string pointer) {
  context.details.pointer = std::move(pointer);
  if (!fault.limit) return make_error(ErrorCode::kInvalidArgument, fault.message);
  context.details.limit = static_cast<std::int64_t>(*fault.limit);
  return make_error(ErrorCode::kLimitExceeded, fault.message);
}

Result<void> check(Context& context, const PeopleDecision& decision) {
  const auto fault = model::fault_of(decision);
  if (!fault) return {};
  std::string pointer = "/" + std::string(fault->member);
  std::ranges::replace(pointer, '.', '/');
  return fault_error(context, *fault, std::move(pointer));
}

Result<std::string> text_or(Context& context, const JsonValue& body, std::string_view name,
                            std::string_view otherwise = {}) {
  HW_TRY(std::optional<std::string> text, text_member(context, body, name));
  return text ? *std::move(text) : std::string(otherwise);
}

Result<bool> flag_or(Context& context, const JsonValue& object, std::string_view name,
                     bool otherwise) {
  const JsonValue member = object.get(name);
  if (!member.present()) return otherwise;
  if (const auto value = member.boolean()) return *value;
  return invalid_member(context, "/stop/" + std::string(name),
                        std::string(name) + " must be true or false.");
}

// Who acts through a path without a body.
std::string author_of(const http::Request& request) {
  const std::string_view author = request.header(kAuthorHeader);
  return std::string(author.empty() ? kNoAuthor : author);
}

model::End end_of(const query::Snapshot& graph, const query::Subject& subject) {
  return {subject.kind, query::summarize(graph, subject.node).name, subject.path};
}

Result<query::Subject> subject_member(Context& context, query::Session& session,
                                      const JsonValue& body, std::string_view name) {
  HW_TRY(const std::string text, text_or(context, body, name));
  context.details.pointer = "/" + std::string(name);
  HW_TRY(query::Subject subject, query::find_subject(session, text));
  context.details.pointer.clear();
  return subject;
}

Result<PeopleDecision> read_decision(Context& context) {
  HW_TRY(const JsonValue body, json_object(context));
  PeopleDecision decision;
  HW_TRY(const std::string kind_text, text_or(context, body, "kind"));
  const auto kind = model::decision_kind(kind_text);
  if (!kind || *kind == DecisionKind::kPutTag) {
    return invalid_member(context, "/kind",
                          "kind must be describe, tag, untag, own, disown, join or reject_join.");
  }
  decision.kind = *kind;
  HW_TRY(decision.author, text_or(context, body, "author"));
  HW_TRY(decision.reason, text_or(context, body, "reason"));
  HW_TRY(query::Session session, context.open());
  HW_TRY(const query::Subject subject, subject_member(context, session, body, "nodeId"));
  decision.node = end_of(session.graph(), subject);
  if (*kind == DecisionKind::kDescribe) {
    if (!body.get("description").present()) {
      return invalid_member(context, "/description",
                            "description is required; null takes back what people said.");
    }
    HW_TRY(decision.text, text_member(context, body, "description"));
  } else if (*kind == DecisionKind::kJoin || *kind == DecisionKind::kRejectJoin) {
    HW_TRY(const query::Subject other, subject_member(context, session, body, "other"));
    if (other.kind != NodeKind::kDataset) {
      return invalid_member(context, "/other", "Only two datasets can be one; other is none.");
    }
    decision.other = query::summarize(session.graph(), other.node).name;
  } else {
    const bool tag = *kind == DecisionKind::kTag || *kind == DecisionKind::kUntag;
    HW_TRY(decision.name, text_or(context, body, tag ? "tag" : "owner"));
    HW_TRY(decision.type, text_or(context, body, "type"));
  }
  HW_CHECK_OK(check(context, decision));
  return decision;
}

Result<model::TagRule> read_rule(Context& context, const JsonValue& body) {
  model::TagRule rule;
  HW_TRY(const std::string propagate, text_or(context, body, "propagate", "none"));
  if (propagate != "none" && propagate != "downstream") {
    return invalid_member(context, "/propagate", "propagate must be none or downstream.");
  }
  rule.downstream = propagate == "downstream";
  const JsonValue stop = body.get("stop");
  if (stop.present() && !stop.is_null() && !stop.is_object()) {
    return invalid_member(context, "/stop", "stop must be an object.");
  }
  HW_TRY(rule.stop_masking, flag_or(context, stop, "masking", true));
  HW_TRY(rule.stop_indirect, flag_or(context, stop, "indirect", true));
  const JsonValue at_tag = stop.get("at_tag");
  if (at_tag.present() && !at_tag.is_null() && !at_tag.is_string()) {
    return invalid_member(context, "/stop/at_tag", "at_tag must be a string or null.");
  }
  rule.stop_at_tag = at_tag.string().value_or("");
  return rule;
}

Result<PeopleDecision> read_definition(Context& context) {
  HW_TRY(const JsonValue body, json_object(context));
  PeopleDecision decision;
  decision.kind = DecisionKind::kPutTag;
  decision.name = context.parameter("tag");
  HW_TRY(decision.author, text_or(context, body, "author", author_of(context.request)));
  HW_TRY(decision.reason, text_or(context, body, "reason"));
  HW_TRY(decision.text, text_or(context, body, "description"));
  HW_TRY(decision.rule, read_rule(context, body));
  HW_CHECK_OK(check(context, decision));
  return decision;
}

// ---- writing ----------------------------------------------------------------------------------

ingest::Decision of_people(PeopleDecision people) {
  ingest::Decision decision;
  decision.kind = ingest::Decision::Kind::kPeople;
  decision.people = std::move(people);
  return decision;
}

Answer show_decision(Context& context, const ingest::Receipt& receipt) {
  HW_TRY(query::Session session, context.open());
  HW_TRY(const auto item, query::find_decision(session, receipt.seq));
  if (!item) return make_error(ErrorCode::kInternal, "A decision that was taken is not there.");
  JsonWriter json;
  dto::write_decision(json, *item);
  return json_response(json.take(), 201);
}

void post_decision(const ContextPtr& context, Reply reply) {
  context->pinned = context->services.queries().published();
  auto decision = read_decision(*context);
  if (!decision) return respond(*context, *reply, std::move(decision).error());
  decide(context, std::move(reply), of_people(*std::move(decision)), show_decision);
}

Answer show_tag(Context& context, const ingest::Receipt&) {
  HW_TRY(query::Session session, context.open());
  HW_TRY(const auto all, query::tag_definitions(session));
  const auto at = std::ranges::find(all, context.parameter("tag"), &query::TagDefinition::name);
  if (at == all.end()) return make_error(ErrorCode::kInternal, "A tag that was put is not there.");
  JsonWriter json;
  dto::write_tag_definition(json, *at);
  return json_response(json.take());
}

void put_tag(const ContextPtr& context, Reply reply) {
  auto decision = read_definition(*context);
  if (!decision) return respond(*context, *reply, std::move(decision).error());
  decide(context, std::move(reply), of_people(*std::move(decision)), show_tag);
}

// As Marquez has it: the tag and what it is put on are in the path, and the dataset is the answer.
Result<PeopleDecision> decision_in_path(Context& context, DecisionKind kind, bool field) {
  context.pinned = context.services.queries().published();
  HW_TRY(query::Session session, context.open());
  query::Subject subject;
  HW_TRY(subject.node,
         query::find_named(session, NodeKind::kDataset, context.parameter("namespace"),
                           context.parameter("dataset")));
  if (field) {
    HW_TRY(subject, query::find_field_subject(session, subject.node, context.parameter("field")));
  }
  PeopleDecision decision;
  decision.kind = kind;
  decision.node = end_of(session.graph(), subject);
  decision.name = context.parameter("tag");
  decision.author = author_of(context.request);
  if (const auto fault = model::fault_of(decision)) {
    context.details.parameter = fault->member == "author" ? "X-Author" : fault->member;
    return fault_error(context, *fault, "");
  }
  return decision;
}

HandleReply tag_in_path(DecisionKind kind, bool field) {
  return [kind, field](const ContextPtr& context, Reply reply) {
    auto decision = decision_in_path(*context, kind, field);
    if (!decision) return respond(*context, *reply, std::move(decision).error());
    decide(context, std::move(reply), of_people(*std::move(decision)),
           [](Context& later, const ingest::Receipt&) {
             return show_node(later, NodeKind::kDataset);
           });
  };
}

// ---- questions --------------------------------------------------------------------------------

Answer get_decisions(Context& context) {
  HW_TRY(const Paging paging, v1::paging(context, 1));
  HW_TRY(query::Session session, context.open_at_moment());
  query::DecisionListQuery query;
  query.limit = paging.page.limit;
  if (paging.page.offset > 0) {
    return invalid_parameter(context, "offset", "is not taken here; follow next_cursor.");
  }
  if (const std::string* node = context.request.query_value("nodeId")) {
    HW_TRY(query.about, query::find_subject(session, *node));
  }
  if (const std::string* author = context.request.query_value("author")) query.author = *author;
  if (const std::string* kind = context.request.query_value("kind")) {
    query.kind = model::decision_kind(*kind);
    if (!query.kind) {
      return invalid_parameter(context, "kind",
                               "must be describe, tag, untag, own, disown, join, reject_join or "
                               "put_tag.");
    }
  }
  if (paging.after) {
    auto seq = dto::read_cursor_number(paging.after->front());
    if (!seq) return wrong_cursor(context);
    query.before = model::Seq{static_cast<std::uint64_t>(*seq)};
  }
  HW_TRY(const query::DecisionPage page, query::list_decisions(session, query));
  JsonWriter json;
  json.begin_object().key("decisions").begin_array();
  for (const query::DecisionItem& item : page.items) dto::write_decision(json, item);
  json.end_array();
  json.key("next_cursor").text_or_null(next_cursor(paging, page.next, [](model::Seq seq) {
    return dto::CursorFields{dto::cursor_number(static_cast<std::int64_t>(seq.value))};
  }));
  json.end_object();
  return json_response(json.take());
}

Answer get_tags(Context& context) {
  HW_TRY(const Paging paging, v1::paging(context, 1));
  HW_TRY(query::Session session, context.open_at_moment());
  HW_TRY(const auto all, query::tag_definitions(session));
  auto at = all.begin();
  if (paging.after) {
    at = std::ranges::upper_bound(all, paging.after->front(), {}, &query::TagDefinition::name);
  }
  at += std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(paging.page.offset), all.end() - at);
  const auto end =
      at + std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(paging.page.limit), all.end() - at);
  const std::vector<query::TagDefinition> page(at, end);
  std::optional<std::string> next;
  if (end != all.end() && !page.empty()) {
    next = dto::encode_cursor(paging.binding, {page.back().name});
  }
  return list_response("tags", page, static_cast<std::int64_t>(all.size()), next,
                       [](JsonWriter& json, const query::TagDefinition& tag) {
                         dto::write_tag_definition(json, tag);
                         return Result<void>();
                       });
}

Answer get_node_tags(Context& context) {
  HW_TRY(const std::string node_id, required_parameter(context, "nodeId"));
  HW_TRY(const std::int64_t max_nodes, number_parameter(context, "max_nodes", 100'000, {1}));
  HW_TRY(query::Session session, context.open_at_moment());
  query::TagRequest request;
  HW_TRY(request.subject, query::find_subject(session, node_id));
  request.max_nodes = static_cast<std::size_t>(max_nodes);
  request.cancelled = [cancel = context.cancel] { return cancel.cancelled(); };
  HW_TRY(const query::NodeTags found, query::node_tags(session, request));
  JsonWriter json;
  json.begin_object().key("nodeId").text(query::format_subject(session.graph(), request.subject));
  json.key("tags").begin_array();
  for (const query::NodeTag& tag : found.tags) {
    dto::write_node_tag(json, session.graph(), tag);
  }
  json.end_array();
  dto::write_graph_head(json, session.answered_as_of(), session.seq(), found.cut);
  json.end_object();
  return json_response(json.take());
}

}  // namespace

std::vector<ApiRoute> people_routes() {
  using http::Method;
  const auto get = [](std::string_view path, Handle handle) {
    return ApiRoute{Method::kGet, path, {std::move(handle), {}, Pin::kYes}};
  };
  const auto write = [](Method method, std::string_view path, HandleReply handle) {
    return ApiRoute{method, path, {{}, shared(std::move(handle)), Pin::kNo}};
  };
  constexpr std::string_view kOfDataset =
      "/api/v1/namespaces/{namespace}/datasets/{dataset}/tags/{tag}";
  constexpr std::string_view kOfField =
      "/api/v1/namespaces/{namespace}/datasets/{dataset}/fields/{field}/tags/{tag}";
  return {
      write(Method::kPost, "/api/v1/decisions", post_decision),
      get("/api/v1/decisions", get_decisions),
      write(Method::kPut, "/api/v1/tags/{tag}", put_tag),
      get("/api/v1/tags", get_tags),
      get("/api/v1/nodes/tags", get_node_tags),
      write(Method::kPost, kOfDataset, tag_in_path(DecisionKind::kTag, false)),
      write(Method::kDelete, kOfDataset, tag_in_path(DecisionKind::kUntag, false)),
      write(Method::kPost, kOfField, tag_in_path(DecisionKind::kTag, true)),
      write(Method::kDelete, kOfField, tag_in_path(DecisionKind::kUntag, true)),
  };
}

}  // namespace headwater::api::v1
