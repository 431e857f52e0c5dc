// The inbox of changes, and decisions on them. docs/partitions.md.

#include <algorithm>
#include <utility>

#include "api/dto/change_dto.h"
#include "api/v1/body.h"
#include "api/v1/decide.h"
#include "api/v1/pages.h"
#include "api/v1/partition_query.h"
#include "api/v1/planner_body.h"
#include "api/v1/untouched.h"
#include "model/time.h"

namespace headwater::api::v1 {
namespace {

using base::ErrorCode;
using base::make_error;
using dto::JsonWriter;
using model::JsonValue;
using planner::ChangeId;
using planner::DatasetNo;
using planner::InboxItem;

constexpr std::size_t kRangesInList = 100;

struct InboxReading {
  PartitionReading reading;
  std::shared_ptr<const planner::Staleness> staleness;
};

Result<InboxReading> open_inbox(Context& context) {
  HW_TRY(PartitionReading reading, open_partitions(context));
  HW_TRY(auto staleness, staleness_of(context, reading));
  return InboxReading{std::move(reading), std::move(staleness)};
}

// ---- names --------------------------------------------------------------------------------------

Result<dto::ChangeNames> names_of(PartitionReading& reading, const planner::ChangeDocument& what) {
  const query::Snapshot& graph = reading.session.graph();
  dto::ChangeNames out;
  out.job = reading.name_of(graph.canonical(what.job));
  out.node = what.data ? reading.name_of(what.dataset) : out.job;
  if (what.data) {
    HW_TRY(const auto run, reading.session.rows().run(what.run));
    if (run) out.run = run->run_id;
    return out;
  }
  HW_TRY(out.from, reading.session.rows().code_version(what.from));
  HW_TRY(out.to, reading.session.rows().code_version(what.to));
  for (const planner::ChangedColumn& column : what.columns) {
    const model::Name& name = column.dataset;
    const model::NodeId node = graph.find(model::NodeKind::kDataset, name.name_space, name.name);
    out.columns.push_back(node ? query::format_column(graph, node, column.field)
                               : "datasetField:" + name.name_space + ":" + name.name + ":" +
                                     column.field);
  }
  return out;
}

void write_decision_or_null(JsonWriter& json, const PartitionReading& reading,
                            const std::optional<planner::ChangeDecision>& decision) {
  if (!decision) {
    json.null();
    return;
  }
  const DatasetNo dataset = decision->what.dataset;
  dto::write_change_decision(json, *reading.state, *decision,
                             dataset ? std::optional(reading.name_of(dataset)) : std::nullopt);
}

// ---- the inbox ----------------------------------------------------------------------------------

Result<planner::ChangeQuery> read_query(Context& context, const PartitionReading& reading,
                                        const Paging& paging) {
  planner::ChangeQuery out;
  HW_TRY(const std::size_t status,
         choice_parameter(context, "status", {"open", "decided", "all"}, 0));
  out.status = static_cast<planner::ChangeStatus>(status);
  if (context.request.query_value("kind") != nullptr) {
    HW_TRY(const std::size_t kind, choice_parameter(context, "kind", {"code", "data"}, 0));
    out.data = kind == 1;
  }
  if (const std::string* node = context.request.query_value("nodeId")) {
    context.details.parameter = "nodeId";
    HW_TRY(const PartitionSubject subject, find_partition_subject(reading, *node, true));
    context.details.parameter.clear();
    out.about_one = true;
    if (subject.is_job) {
      out.jobs = query::all_names(reading.session.graph(), subject.node);
    } else {
      out.datasets = subject.datasets;
    }
  }
  out.limit = paging.page.limit;
  if (!paging.after) return out;
  const auto seq = dto::read_cursor_number(paging.after->at(0));
  const auto part = dto::read_cursor_number(paging.after->at(1));
  if (!seq || !part) return wrong_cursor(context);
  out.before = ChangeId{*seq, *part};
  return out;
}

Result<std::size_t> max_partitions(Context& context) {
  HW_TRY(const std::int64_t most,
         number_parameter(context, "max_partitions", planner::kMaxHistories,
                          {1, planner::kMaxHistories}));
  return static_cast<std::size_t>(most);
}

dto::PartitionCut cut_of(const std::vector<InboxItem>& items, std::size_t most) {
  const auto cut = std::count_if(items.begin(), items.end(),
                                 [](const InboxItem& item) { return item.makes_stale.cut; });
  if (cut == 0) return {};
  return {"max_partitions", cut, static_cast<std::int64_t>(most)};
}

Answer get_changes(Context& context) {
  HW_TRY(const Paging paging, next_paging(context, 2));
  HW_TRY(const std::size_t most, max_partitions(context));
  HW_TRY(InboxReading open, open_inbox(context));
  HW_TRY(const planner::ChangeQuery query, read_query(context, open.reading, paging));
  planner::Inbox inbox = inbox_of(context, open.reading, open.staleness);
  inbox.limit_histories(most);
  HW_TRY(const planner::ChangePage page, inbox.list(query));
  JsonWriter json;
  json.begin_object().key("changes").begin_array();
  for (const InboxItem& item : page.items) {
    HW_TRY(const dto::ChangeNames names, names_of(open.reading, item.change.what));
    json.begin_object();
    dto::write_change_members(json, *open.reading.state, item, names, kRangesInList);
    json.key("decision");
    write_decision_or_null(json, open.reading, item.decision);
    json.end_object();
  }
  json.end_array().key("total").number(static_cast<std::int64_t>(page.total));
  json.key("next").text_or_null(next_cursor(paging, page.next, [](const ChangeId& id) {
    return dto::CursorFields{dto::cursor_number(id.seq), dto::cursor_number(id.part)};
  }));
  dto::write_partition_head(json, context.pinned, open.staleness->now(), cut_of(page.items, most));
  json.end_object();
  return json_response(json.take());
}

// ---- one change ---------------------------------------------------------------------------------

Result<InboxItem> change_in_path(Context& context, planner::Inbox& inbox) {
  const std::string& text = context.parameter("id");
  const auto id = dto::read_change_id(text);
  if (!id) return invalid_parameter(context, "id", "must be a number, or two with a dot between.");
  HW_TRY(auto item, inbox.find(*id));
  if (item) return *std::move(item);
  return make_error(ErrorCode::kNotFound, "There is no change " + dto::change_id_text(*id) +
                                              ". GET /api/v1/changes lists them.");
}

void write_affected(JsonWriter& json, const PartitionReading& reading,
                    const planner::AffectedDataset& affected) {
  const planner::Space& space = *reading.state->segment(affected.dataset).space;
  json.begin_object().key("nodeId").text(reading.name_of(affected.dataset));
  json.key("counts").begin_object();
  json.key("stale").number(static_cast<std::int64_t>(affected.stale));
  json.key("maybe").number(static_cast<std::int64_t>(affected.maybe)).end_object();
  json.key("ranges").begin_array();
  for (const planner::Span& span : affected.stale_spans) {
    dto::write_range(json, space, span, "stale");
  }
  for (const planner::Span& span : affected.maybe_spans) {
    dto::write_range(json, space, span, "maybe");
  }
  json.end_array().key("ranges_more").boolean(affected.more).end_object();
}

Answer get_change(Context& context) {
  HW_TRY(const std::int64_t max_ranges,
         number_parameter(context, "max_ranges", kDefaultRanges, {0, kMaxRanges}));
  HW_TRY(const std::size_t most, max_partitions(context));
  HW_TRY(InboxReading open, open_inbox(context));
  planner::Inbox inbox = inbox_of(context, open.reading, open.staleness);
  inbox.limit_histories(most);
  HW_TRY(const InboxItem item, change_in_path(context, inbox));
  HW_TRY(const auto affected, inbox.affected(item.change, static_cast<std::size_t>(max_ranges)));
  HW_TRY(const auto history, inbox.history(item.change.id));
  HW_TRY(const dto::ChangeNames names, names_of(open.reading, item.change.what));
  HW_TRY(const std::vector<std::string> untouched,
         untouched_by(context, open.reading, item.change.what, affected));
  JsonWriter json;
  json.begin_object();
  dto::write_change_members(json, *open.reading.state, item, names,
                            static_cast<std::size_t>(max_ranges));
  json.key("decision");
  write_decision_or_null(json, open.reading, item.decision);
  dto::PartitionCut cut = cut_of({item}, most);
  const bool more = item.change.what.spans.size() > static_cast<std::size_t>(max_ranges);
  std::int64_t cut_lists = more ? 1 : 0;
  json.key("affected").begin_array();
  for (const planner::AffectedDataset& dataset : affected) {
    write_affected(json, open.reading, dataset);
    if (dataset.more) ++cut_lists;
  }
  if (cut_lists > 0 && cut.reason.empty()) cut = {"max_ranges", cut_lists, max_ranges};
  json.end_array().key("unaffected");
  dto::write_texts(json, untouched);
  json.key("history").begin_array();
  for (const planner::ChangeDecision& decision : history) {
    write_decision_or_null(json, open.reading, decision);
  }
  json.end_array();
  dto::write_partition_head(json, context.pinned, open.staleness->now(), cut);
  json.end_object();
  return json_response(json.take());
}

// ---- decisions ----------------------------------------------------------------------------------

Result<InboxItem> change_to_decide(Context& context, InboxReading& open) {
  planner::Inbox inbox = inbox_of(context, open.reading, open.staleness);
  return change_in_path(context, inbox);
}

// A key of the dataset as the log names it: of several dimensions the index is enough here.
Result<std::string> key_member(Context& context, const JsonValue& body, std::string_view name,
                               const planner::Space& space) {
  HW_TRY(const auto text, text_member(context, body, name));
  if (!text || text->empty()) return std::string();
  const auto bound = space.parse_bound(*text);
  if (!bound) {
    return invalid_member(context, "/" + std::string(name),
                          std::string(name) + " is no key here: " + bound.error().message);
  }
  return space.text_of({bound->lane.value_or(0), bound->index});
}

Result<void> write_keys(Context& context, JsonWriter& json, const JsonValue& body,
                        const PartitionReading& reading, planner::Decided verdict) {
  HW_TRY(const auto name, text_member(context, body, "dataset"));
  planner::Space space;
  if (name) {
    context.details.pointer = "/dataset";
    HW_TRY(const PartitionSubject subject, find_partition_subject(reading, *name, false));
    if (subject.datasets.empty()) {
      return make_error(ErrorCode::kNotFound, "Nothing is known of partitions of this dataset.");
    }
    context.details.pointer.clear();
    write_named(json, "dataset", logged_name(reading, subject));
    space = *reading.state->segment(subject.datasets.front()).space;
  }
  for (const std::string_view member : {"first", "last", "from"}) {
    const bool has = body.get(member).is_string();
    const bool forward = verdict == planner::Decided::kForwardOnly;
    if (has && (member == "from") != forward) {
      return invalid_member(context, "/" + std::string(member),
                            forward ? "forward_only takes from, and no first or last."
                                    : "from belongs to forward_only; a range is first and last.");
    }
    if (has && !name) {
      return invalid_member(context, "/dataset",
                            "dataset must name the output whose partitions are meant.");
    }
    HW_TRY(const std::string key, key_member(context, body, member, space));
    if (!key.empty()) json.key(member).text(key);
  }
  if (verdict != planner::Decided::kForwardOnly || body.get("from").is_string()) return {};
  return invalid_member(context, "/from",
                        "forward_only needs from, the first partition that it concerns.");
}

Result<ingest::Decision> read_decision(Context& context) {
  HW_TRY(const JsonValue body, json_object(context));
  context.pinned = context.services.queries().published();
  HW_TRY(InboxReading open, open_inbox(context));
  HW_TRY(const InboxItem item, change_to_decide(context, open));
  HW_TRY(const Signed who, signed_body(context, body));
  HW_TRY(const std::string text, required_text(context, body, "verdict"));
  const auto verdict = planner::decided(text);
  if (!verdict) {
    return invalid_member(context, "/verdict",
                          "verdict must be material, immaterial, forward_only or defer.");
  }
  JsonWriter json;
  json.begin_object();
  write_signed(json, "planner.decide", who);
  json.key("change").number(item.change.id.seq).key("part").number(item.change.id.part);
  json.key("verdict").text(text);
  HW_CHECK_OK(write_keys(context, json, body, open.reading, *verdict));
  HW_TRY(const auto until, text_member(context, body, "until"));
  if (until && *verdict != planner::Decided::kDefer) {
    return invalid_member(context, "/until", "until belongs to defer.");
  }
  if (until) {
    if (!model::parse_time(*until)) {
      return invalid_member(context, "/until", "until must be a moment like 2026-11-01T00:00:00Z.");
    }
    json.key("until").text(*until);
  }
  json.end_object();
  return planner_record(json);
}

Answer show_decided(Context& context, const ingest::Receipt& receipt, int status) {
  HW_TRY(InboxReading open, open_inbox(context));
  planner::Inbox inbox = inbox_of(context, open.reading, open.staleness);
  const auto id = dto::read_change_id(context.parameter("id"));
  HW_TRY(const auto history, inbox.history(id.value_or(ChangeId{})));
  const auto taken = std::find_if(history.begin(), history.end(),
                                  [&](const auto& one) { return one.seq == receipt.seq; });
  JsonWriter json;
  json.begin_object().key("seq").number(static_cast<std::int64_t>(receipt.seq.value));
  json.key("decision");
  write_decision_or_null(json, open.reading,
                         taken == history.end() ? std::nullopt : std::optional(*taken));
  json.end_object();
  return json_response(json.take(), status);
}

void post_decision(const ContextPtr& context, Reply reply) {
  auto decision = read_decision(*context);
  if (!decision) return respond(*context, *reply, std::move(decision).error());
  decide(context, std::move(reply), *std::move(decision),
         [](Context& later, const ingest::Receipt& receipt) {
           return show_decided(later, receipt, 201);
         });
}

Result<ingest::Decision> read_revocation(Context& context) {
  context.pinned = context.services.queries().published();
  HW_TRY(InboxReading open, open_inbox(context));
  HW_TRY(const InboxItem item, change_to_decide(context, open));
  HW_TRY(const Signed who, signed_parameters(context));
  if (!item.decision) {
    return make_error(ErrorCode::kConflict, "There is no decision on this change to revoke.");
  }
  JsonWriter json;
  json.begin_object();
  write_signed(json, "planner.revoke", who);
  json.key("revokes").number(static_cast<std::int64_t>(item.decision->seq.value)).end_object();
  return planner_record(json);
}

void delete_decision(const ContextPtr& context, Reply reply) {
  auto decision = read_revocation(*context);
  if (!decision) return respond(*context, *reply, std::move(decision).error());
  decide(context, std::move(reply), *std::move(decision),
         [](Context& later, const ingest::Receipt& receipt) {
           return show_decided(later, receipt, 200);
         });
}

}  // namespace

std::vector<ApiRoute> change_routes() {
  using http::Method;
  constexpr std::string_view kDecision = "/api/v1/changes/{id}/decision";
  return {
      {Method::kGet, "/api/v1/changes", {get_changes, {}, Pin::kYes}},
      {Method::kGet, "/api/v1/changes/{id}", {get_change, {}, Pin::kYes}},
      {Method::kPost, kDecision, {{}, shared(post_decision), Pin::kNo}},
      {Method::kDelete, kDecision, {{}, shared(delete_decision), Pin::kNo}},
  };
}

}  // namespace headwater::api::v1
