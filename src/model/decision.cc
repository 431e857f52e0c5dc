#include "model/decision.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/utf8.h"
#include "model/json.h"
#include "model/time.h"

namespace headwater::model {
namespace {

constexpr std::array<std::pair<DecisionKind, std::string_view>, 8> kKinds = {
    {{DecisionKind::kDescribe, "describe"},
     {DecisionKind::kTag, "tag"},
     {DecisionKind::kUntag, "untag"},
     {DecisionKind::kOwn, "own"},
     {DecisionKind::kDisown, "disown"},
     {DecisionKind::kJoin, "join"},
     {DecisionKind::kRejectJoin, "reject_join"},
     {DecisionKind::kPutTag, "put_tag"}}};

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

enum class Form { kName, kOptionalName, kText };

// A name is one line and not empty; a text may be anything.
std::optional<DecisionFault> check(std::string_view member, std::string_view text, Form form,
                                   std::size_t limit) {
  const std::string name(member);
  if (form == Form::kName && text.empty()) {
    return DecisionFault{member, name + " is required and must not be empty.", {}};
  }
  if (!base::is_utf8(text)) return DecisionFault{member, name + " must be UTF-8.", {}};
  if (form != Form::kText && has_control(text)) {
    return DecisionFault{member, name + " must not hold control characters.", {}};
  }
  if (characters(text) > limit) {
    return DecisionFault{
        member, name + " may have at most " + std::to_string(limit) + " characters.", limit};
  }
  return std::nullopt;
}

std::string name_members(const Name& name) {
  return "\"namespace\":" + json_quote(name.name_space) + ",\"name\":" + json_quote(name.name);
}

std::string_view node_text(NodeKind kind) {
  return kind == NodeKind::kJob ? "job" : kind == NodeKind::kField ? "field" : "dataset";
}

Name read_name(const JsonValue& json) {
  return {json.get("namespace").string().value_or(""), json.get("name").string().value_or("")};
}

std::string bool_text(bool value) { return value ? "true" : "false"; }

std::string rule_json(const TagRule& rule) {
  return "{\"downstream\":" + bool_text(rule.downstream) +
         ",\"stop_masking\":" + bool_text(rule.stop_masking) +
         ",\"stop_indirect\":" + bool_text(rule.stop_indirect) +
         ",\"stop_at_tag\":" + json_quote(rule.stop_at_tag) + "}";
}

TagRule read_rule(const JsonValue& json) {
  TagRule rule;
  rule.downstream = json.get("downstream").boolean().value_or(false);
  rule.stop_masking = json.get("stop_masking").boolean().value_or(true);
  rule.stop_indirect = json.get("stop_indirect").boolean().value_or(true);
  rule.stop_at_tag = json.get("stop_at_tag").string().value_or("");
  return rule;
}

End read_end(const JsonValue& json) {
  End end;
  end.name = read_name(json);
  end.field = json.get("field").string().value_or("");
  const std::string kind = json.get("kind").string().value_or("");
  end.kind = kind == "job"     ? NodeKind::kJob
             : kind == "field" ? NodeKind::kField
                               : NodeKind::kDataset;
  return end;
}

}  // namespace

std::string_view to_string(DecisionKind kind) {
  return kKinds[static_cast<std::size_t>(kind) - 1].second;
}

std::optional<DecisionKind> decision_kind(std::string_view text) {
  for (const auto& [kind, name] : kKinds) {
    if (name == text) return kind;
  }
  return std::nullopt;
}

std::optional<DecisionFault> fault_of(const PeopleDecision& d) {
  namespace limits = decision_limits;
  if (auto fault = check("author", d.author, Form::kName, limits::kAuthor)) return fault;
  if (auto fault = check("reason", d.reason, Form::kText, limits::kReason)) return fault;
  switch (d.kind) {
    case DecisionKind::kDescribe:
      return check("description", d.text.value_or(""), Form::kText, limits::kDescription);
    case DecisionKind::kTag:
    case DecisionKind::kUntag: return check("tag", d.name, Form::kName, limits::kTag);
    case DecisionKind::kOwn:
    case DecisionKind::kDisown:
      if (d.node.kind == NodeKind::kField) {
        return DecisionFault{"nodeId", "A field has no owners; name its dataset.", {}};
      }
      if (auto fault = check("owner", d.name, Form::kName, limits::kOwner)) return fault;
      return check("type", d.type, Form::kOptionalName, limits::kOwnerType);
    case DecisionKind::kJoin:
    case DecisionKind::kRejectJoin:
      if (d.node.kind != NodeKind::kDataset) {
        return DecisionFault{"nodeId", "Only two datasets can be one; nodeId is none.", {}};
      }
      if (d.node.name == d.other) {
        return DecisionFault{"other", "other is the dataset itself; name another one.", {}};
      }
      return std::nullopt;
    case DecisionKind::kPutTag:
      if (auto fault = check("tag", d.name, Form::kName, limits::kTag)) return fault;
      if (auto fault = check("stop.at_tag", d.rule.stop_at_tag, Form::kOptionalName, limits::kTag))
        return fault;
      return check("description", d.text.value_or(""), Form::kText, limits::kDescription);
  }
  return std::nullopt;
}

std::string encode_decision(const PeopleDecision& d, base::Micros at) {
  std::string out = "{\"decision\":" + json_quote(to_string(d.kind));
  if (d.kind != DecisionKind::kPutTag) {
    out += ",\"node\":{\"kind\":" + json_quote(node_text(d.node.kind)) + "," +
           name_members(d.node.name);
    if (d.node.kind == NodeKind::kField) out += ",\"field\":" + json_quote(d.node.field);
    out += "}";
  }
  switch (d.kind) {
    case DecisionKind::kDescribe:
      out += ",\"description\":" + (d.text ? json_quote(*d.text) : "null");
      break;
    case DecisionKind::kTag:
    case DecisionKind::kUntag: out += ",\"tag\":" + json_quote(d.name); break;
    case DecisionKind::kOwn:
    case DecisionKind::kDisown:
      out += ",\"owner\":" + json_quote(d.name) + ",\"type\":" + json_quote(d.type);
      break;
    case DecisionKind::kJoin:
    case DecisionKind::kRejectJoin: out += ",\"other\":{" + name_members(d.other) + "}"; break;
    case DecisionKind::kPutTag:
      out += ",\"tag\":" + json_quote(d.name) +
             ",\"description\":" + json_quote(d.text.value_or("")) +
             ",\"rule\":" + rule_json(d.rule);
      break;
  }
  return out + ",\"author\":" + json_quote(d.author) + ",\"reason\":" + json_quote(d.reason) +
         ",\"at\":" + std::to_string(at) + "}";
}

std::optional<PeopleDecision> decode_decision(std::string_view text) {
  const JsonFields json{JsonValue(text)};
  const auto string = [&](std::string_view name) { return json.get(name).string().value_or(""); };
  const auto kind = decision_kind(string("decision"));
  if (!kind) return std::nullopt;
  PeopleDecision d;
  d.kind = *kind;
  d.author = string("author");
  d.reason = string("reason");
  if (*kind != DecisionKind::kPutTag) d.node = read_end(json.get("node"));
  d.name = json.get("owner").present() ? string("owner") : string("tag");
  d.type = string("type");
  d.text = json.get("description").string();
  d.other = read_name(json.get("other"));
  d.rule = read_rule(json.get("rule"));
  return d;
}

std::string attribute_of(const PeopleDecision& d) {
  switch (d.kind) {
    case DecisionKind::kDescribe: return std::string(kPeopleDescription);
    case DecisionKind::kTag:
    case DecisionKind::kUntag: return std::string(kPeopleTag) + d.name;
    case DecisionKind::kOwn:
    case DecisionKind::kDisown: return std::string(kPeopleOwner) + d.name;
    default: return {};
  }
}

std::string encode_annotation(const PeopleDecision& d, base::Micros at) {
  std::string out = "{";
  switch (d.kind) {
    case DecisionKind::kDescribe:
      out += d.text ? "\"text\":" + json_quote(*d.text) : "\"removed\":true";
      break;
    case DecisionKind::kTag: out += "\"name\":" + json_quote(d.name); break;
    case DecisionKind::kOwn:
      out += "\"name\":" + json_quote(d.name) + ",\"type\":" + json_quote(d.type);
      break;
    default: out += "\"removed\":true"; break;
  }
  return out + ",\"author\":" + json_quote(d.author) + ",\"at\":" + json_quote(format_time(at)) +
         "}";
}

Annotation decode_annotation(std::string_view text) {
  const JsonFields json{JsonValue(text)};
  Annotation out;
  out.removed = json.get("removed").boolean().value_or(false);
  const JsonValue value = json.get("text").present() ? json.get("text") : json.get("type");
  out.value = value.string().value_or("");
  out.author = json.get("author").string().value_or("");
  if (const auto at = parse_time(json.get("at").string().value_or(""))) out.at = at->micros;
  return out;
}

}  // namespace headwater::model
