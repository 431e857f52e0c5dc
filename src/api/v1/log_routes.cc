#include <algorithm>
#include <utility>

#include "api/v1/pages.h"
#include "ingest/parse.h"

namespace headwater::api::v1 {
namespace {

using dto::JsonWriter;
using storage::LogRecord;
using storage::RecordKind;

std::string_view kind_text(RecordKind kind) {
  switch (kind) {
    case RecordKind::kEvent: return "event";
    case RecordKind::kQuarantined: return "quarantined";
    case RecordKind::kDecision: return "decision";
    case RecordKind::kReplayed: return "replayed";
    case RecordKind::kUsage: return "usage";
  }
  return "event";
}

Answer get_events(Context& context) {
  HW_TRY(const Paging paging, v1::paging(context, 2));
  query::EventListQuery query;
  query.page = paging.page;
  HW_TRY(const auto before, time_parameter(context, "before"));
  HW_TRY(const auto after, time_parameter(context, "after"));
  if (before) query.to = *before;
  if (after) query.from = *after;
  HW_TRY(const std::size_t direction,
         choice_parameter(context, "sortDirection", {"desc", "asc"}, 0));
  query.descending = direction == 0;
  if (paging.after) {
    auto time = dto::read_cursor_number((*paging.after)[0]);
    auto seq = dto::read_cursor_number((*paging.after)[1]);
    if (!time || !seq) return wrong_cursor(context);
    query.after.emplace(*time, model::Seq{static_cast<std::uint64_t>(*seq)});
  }
  HW_TRY(query::Session session, context.open());
  HW_TRY(const auto page, query::list_events(session, query));
  const auto next =
      next_cursor(paging, page.next, [](const std::pair<base::Micros, model::Seq>& at) {
        return dto::CursorFields{dto::cursor_number(at.first),
                                 dto::cursor_number(static_cast<std::int64_t>(at.second.value))};
      });
  return list_response("events", page.items, page.total, next,
                       [](JsonWriter& json, const LogRecord& record) {
                         json.raw(record.body);
                         return Result<void>();
                       });
}

Answer get_event(Context& context) {
  HW_TRY(const model::Seq seq, seq_in_path(context));
  HW_TRY(query::Session session, context.open());
  HW_TRY(const LogRecord record, query::log_record(session, seq));
  JsonWriter json;
  json.begin_object().key("seq").number(static_cast<std::int64_t>(record.seq.value));
  json.key("kind").text(kind_text(record.kind));
  json.key("received_at").time(record.received_at);
  json.key("event_time");
  if (record.kind == RecordKind::kQuarantined) {
    json.null();
  } else {
    json.time(record.event_time);
  }
  json.key("event").raw(record.body).end_object();
  return json_response(json.take());
}

void write_quarantine_members(JsonWriter& json, const storage::QuarantineRow& row,
                              base::Micros received_at) {
  json.key("seq").number(static_cast<std::int64_t>(row.seq.value));
  json.key("received_at").time(received_at);
  json.key("reason").text(row.reason);
  json.key("pointer").text(row.pointer);
  json.key("producer").text(row.producer);
  json.key("replayed_as");
  if (row.replayed_as) {
    json.number(static_cast<std::int64_t>(row.replayed_as.value));
  } else {
    json.null();
  }
}

Answer get_quarantine(Context& context) {
  HW_TRY(const Paging paging, v1::paging(context, 1));
  std::optional<model::Seq> after;
  if (paging.after) {
    auto seq = dto::read_cursor_number(paging.after->front());
    if (!seq) return wrong_cursor(context);
    after = model::Seq{static_cast<std::uint64_t>(*seq)};
  }
  HW_TRY(query::Session session, context.open());
  HW_TRY(const auto page, query::list_quarantine(session, paging.page, after));
  const auto next = next_cursor(paging, page.next, [](model::Seq seq) {
    return dto::CursorFields{dto::cursor_number(static_cast<std::int64_t>(seq.value))};
  });
  return list_response("events", page.items, page.total, next,
                       [](JsonWriter& json, const query::Quarantined& item) {
                         json.begin_object();
                         write_quarantine_members(json, item.row, item.received_at);
                         json.end_object();
                         return Result<void>();
                       });
}

Answer get_quarantined(Context& context) {
  HW_TRY(const model::Seq seq, seq_in_path(context));
  HW_TRY(query::Session session, context.open());
  HW_TRY(const auto row, query::quarantined(session, seq));
  HW_TRY(const LogRecord record, query::log_record(session, seq));
  JsonWriter json;
  json.begin_object();
  write_quarantine_members(json, row, record.received_at);
  json.key("event").raw(record.body).end_object();
  return json_response(json.take());
}

Answer get_stats(Context& context) {
  HW_TRY(query::Session session, context.open());
  HW_TRY(const auto min_seq, optional_number(context, "min_seq", {}));
  const model::Seq wanted{static_cast<std::uint64_t>(min_seq.value_or(0))};
  HW_TRY(const query::Stats stats, query::stats(session, wanted));
  const ingest::PipelineStats writes = context.services.writes().stats();
  JsonWriter json;
  json.begin_object().key("seq").number(static_cast<std::int64_t>(stats.seq.value));
  json.key("events").number(stats.events);
  json.key("duplicates").number(static_cast<std::int64_t>(writes.duplicates));
  json.key("datasets").number(stats.datasets);
  json.key("jobs").number(stats.jobs);
  json.key("runs").number(stats.runs);
  json.key("fields").number(stats.fields);
  json.key("placeholders").begin_object();
  json.key("datasets").number(stats.placeholder_datasets);
  json.key("jobs").number(stats.placeholder_jobs);
  json.key("runs").number(stats.placeholder_runs).end_object();
  json.key("namespaces").number(stats.namespaces);
  json.key("edges_current").number(stats.edges_current);
  json.key("edges_total").number(stats.edges_total);
  json.key("quarantined").number(stats.quarantined);
  json.key("size_bytes").number(stats.size_bytes).end_object();
  return json_response(json.take());
}

}  // namespace

std::vector<ApiRoute> log_routes() {
  using http::Method;
  return {{Method::kGet, "/api/v1/events/lineage", {get_events, {}, Pin::kYes}},
          {Method::kGet, "/api/v1/events/{seq}", {get_event, {}, Pin::kYes}},
          {Method::kGet, "/api/v1/quarantine", {get_quarantine, {}, Pin::kYes}},
          {Method::kGet, "/api/v1/quarantine/{seq}", {get_quarantined, {}, Pin::kYes}},
          {Method::kGet, "/api/v1/stats", {get_stats, {}, Pin::kYes}}};
}

}  // namespace headwater::api::v1
