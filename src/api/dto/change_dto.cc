#include "api/dto/change_dto.h"

#include <algorithm>

namespace headwater::api::dto {

namespace {

std::optional<std::string> given(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

}  // namespace

void write_change_members(JsonWriter& json, const planner::State& state,
                          const planner::InboxItem& item, const ChangeNames& names,
                          std::size_t max_ranges) {
  const planner::ChangeDocument& what = item.change.what;
  json.key("id").text(change_id_text(item.change.id));
  json.key("kind").text(what.data ? "data" : "code");
  json.key("nodeId").text(names.node).key("job").text(names.job);
  json.key("at").time(what.at).key("seq").number(item.change.id.seq);
  json.key("from").text_or_null(names.from).key("to").text_or_null(names.to);
  json.key("columns");
  if (names.columns.empty()) {
    json.null();
  } else {
    json.begin_array();
    for (const std::string& column : names.columns) json.text(column);
    json.end_array();
  }
  json.key("run").text_or_null(names.run).key("ranges").begin_array();
  for (std::size_t i = 0; i < std::min(max_ranges, what.spans.size()); ++i) {
    write_key_range(json, *state.segment(what.dataset).space, what.spans[i]);
  }
  json.end_array().key("ranges_more").boolean(what.spans.size() > max_ranges);
  json.key("makes_stale").begin_object();
  json.key("datasets").number(static_cast<std::int64_t>(item.makes_stale.datasets));
  json.key("datasets_upper").number(static_cast<std::int64_t>(item.makes_stale.datasets_upper));
  json.key("partitions").number(static_cast<std::int64_t>(item.makes_stale.partitions));
  json.key("maybe").number(static_cast<std::int64_t>(item.makes_stale.maybe)).end_object();
}

void write_change_decision(JsonWriter& json, const planner::State& state,
                           const planner::ChangeDecision& decision,
                           const std::optional<std::string>& dataset) {
  const planner::DecisionDocument& what = decision.what;
  const auto key = [&](std::string_view name, bool has, std::int64_t index) {
    json.key(name);
    if (has && what.dataset) {
      json.text(state.segment(what.dataset).space->index_text(index));
    } else {
      json.null();
    }
  };
  const bool forward = what.decided == planner::Decided::kForwardOnly;
  json.begin_object().key("seq").number(static_cast<std::int64_t>(decision.seq.value));
  json.key("verdict").text(to_string(what.decided)).key("author").text(what.author);
  json.key("reason").text_or_null(given(what.reason)).key("at").time(what.at);
  json.key("dataset").text_or_null(dataset);
  key("first", !forward && what.first != INT64_MIN, what.first);
  key("last", !forward && what.last != INT64_MAX, what.last);
  key("from", forward, forward ? what.last + 1 : 0);
  const bool ends = what.decided == planner::Decided::kDefer && what.until != model::kOpenEnd;
  json.key("until").time_or_null(ends ? std::optional(what.until) : std::nullopt);
  json.key("revoked_by");
  if (what.revoked) {
    json.number(static_cast<std::int64_t>(what.revoked.value));
  } else {
    json.null();
  }
  json.end_object();
}

}  // namespace headwater::api::dto
