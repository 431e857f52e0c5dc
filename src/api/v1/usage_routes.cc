// Who uses what: reports of use, popularity, what nobody uses, what is worth materializing.
// docs/usage-rules.md.

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "api/dto/common.h"
#include "api/dto/write_dto.h"
#include "api/v1/body.h"
#include "api/v1/decide.h"
#include "api/v1/pages.h"
#include "api/v1/usage_reading.h"
#include "graph/graph_inl.h"

namespace headwater::api::v1 {
namespace {

using base::ErrorCode;
using base::make_error;
using dto::JsonWriter;
using ingest::ReceiptStatus;
using model::NodeId;
using model::NodeKind;

constexpr std::size_t kMaxListed = 1000;  // consumers, datasets, columns or queries of one answer

// ---- reports --------------------------------------------------------------------------------

// One report: 201 with its receipt. Many: 200 with what became of each.
void post_usage(const ContextPtr& context, Reply reply) {
  if (auto checked = check_media_type(context->request); !checked) {
    return respond(*context, *reply, std::move(checked).error());
  }
  auto receipts = flag_parameter(*context, "receipts", false);
  if (!receipts) return respond(*context, *reply, std::move(receipts).error());
  std::string body = std::move(context->request.body);
  context->services.writes().submit(
      std::move(body),
      [context, reply = std::move(reply), all = *receipts](Result<ingest::BodyReceipt> done) {
        if (!done) return respond(*context, *reply, std::move(done).error());
        if (done->was_array) {
          JsonWriter json;
          dto::write_batch_result(json, *done, all);
          return respond(*context, *reply, json_response(json.take()));
        }
        respond(*context, *reply, receipt_response(*context, done->events.front()));
      },
      true);
}

// ---- use of one node --------------------------------------------------------------------------

struct Days {
  base::Micros from = 0, to = 0;
  std::int32_t first = 0, last = 0;  // [first, last)
};

// Whole days, UTC; by default the last 30 up to the moment of the answer.
Result<Days> days(Context& context, const query::Session& session) {
  HW_TRY(const auto from, time_parameter(context, "from"));
  HW_TRY(const auto to, time_parameter(context, "to"));
  Days out;
  out.last = to ? stats::day_of(*to - 1) + 1 : stats::day_of(session.answered_as_of()) + 1;
  out.first = from ? stats::day_of(*from) : out.last - stats::Popularity::kDays;
  if (out.first >= out.last) {
    return invalid_parameter(context, "from", "must lie before `to`; use is counted by day (UTC).");
  }
  out.from = base::Micros{out.first} * stats::kDay;
  out.to = base::Micros{out.last} * stats::kDay;
  return out;
}

struct Used {
  std::int64_t count = 0;
  base::Micros last = 0;
  std::set<std::int32_t> days;
  void add(const storage::UsageDailyRow& row) {
    count += row.count;
    last = std::max(last, row.last_time);
    days.insert(row.day);
  }
};

template <class Key>
std::vector<std::pair<Key, Used>> by_count(std::map<Key, Used> used) {
  std::vector<std::pair<Key, Used>> out(std::make_move_iterator(used.begin()),
                                        std::make_move_iterator(used.end()));
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return a.second.count > b.second.count; });
  return out;
}

// The other sides of a node's use, the most first; all are counted, kMaxListed are listed.
void write_others(JsonWriter& json, const query::Snapshot& graph, std::string_view name,
                  const std::map<NodeId, Used>& used) {
  const auto sorted = by_count(used);
  json.key(name).begin_array();
  for (std::size_t i = 0; i < std::min(sorted.size(), kMaxListed); ++i) {
    const auto& [node, use] = sorted[i];
    json.begin_object().key("nodeId").text(query::format_node(graph, node));
    json.key("count").number(use.count).key("days").number(
        static_cast<std::int64_t>(use.days.size()));
    json.key("last_used").time(use.last).end_object();
  }
  json.end_array();
  json.key(std::string(name) + "_total").number(static_cast<std::int64_t>(sorted.size()));
}

void write_daily(JsonWriter& json, const std::map<std::int32_t, std::int64_t>& daily) {
  json.key("daily").begin_array();
  for (const auto& [day, count] : daily) {
    json.begin_object().key("day").text(stats::day_text(day));
    json.key("count").number(count).end_object();
  }
  json.end_array();
}

Result<void> write_labels(JsonWriter& json, query::Session& session, std::string_view name,
                          const std::map<std::int64_t, std::int64_t>& counts) {
  std::vector<std::pair<std::int64_t, std::int64_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  json.key(name).begin_array();
  for (std::size_t i = 0; i < std::min(sorted.size(), kMaxListed); ++i) {
    HW_TRY(const auto text, session.rows().stats_label(sorted[i].first));
    json.begin_object().key("name").text(text.value_or("")).key("count");
    json.number(sorted[i].second).end_object();
  }
  json.end_array();
  json.key(std::string(name) + "_total").number(static_cast<std::int64_t>(sorted.size()));
  return {};
}

// What of a dataset's use is asked of the tables, under all of its names.
struct DatasetUse {
  std::map<NodeId, Used> consumers;
  std::map<std::int32_t, std::int64_t> daily;
  std::map<std::int64_t, std::int64_t> columns, purposes;  // by label
  std::map<std::int64_t, storage::UsageQueryRow> queries;
  std::int64_t total = 0;
};

Result<DatasetUse> use_of_dataset(query::Session& session, NodeId dataset, const Days& days) {
  DatasetUse out;
  storage::Reader& rows = session.rows();
  for (const NodeId name : query::all_names(session.graph(), dataset)) {
    HW_TRY(const auto uses, rows.usage_of_dataset(name, days.first, days.last));
    for (const storage::UsageDailyRow& row : uses) {
      out.consumers[session.graph().canonical(row.consumer)].add(row);
      out.daily[row.day] += row.count;
      out.total += row.count;
      if (row.purpose != 0) out.purposes[row.purpose] += row.count;
    }
    HW_TRY(const auto columns, rows.usage_columns(name, days.first, days.last));
    for (const storage::UsageColumnRow& row : columns) out.columns[row.name] += row.count;
    HW_TRY(const auto queries, rows.usage_queries(name, days.first, days.last));
    for (const storage::UsageQueryRow& row : queries) {
      storage::UsageQueryRow& sum = out.queries[row.fingerprint];
      sum.count += row.count;
      sum.duration_ms += row.duration_ms;
      sum.bytes_scanned += row.bytes_scanned;
    }
  }
  return out;
}

Result<void> write_queries(JsonWriter& json, query::Session& session,
                           const std::map<std::int64_t, storage::UsageQueryRow>& queries) {
  std::vector<std::pair<std::int64_t, storage::UsageQueryRow>> sorted(queries.begin(),
                                                                      queries.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second.count > b.second.count; });
  json.key("queries").begin_array();
  for (std::size_t i = 0; i < std::min(sorted.size(), kMaxListed); ++i) {
    const auto& [label, sum] = sorted[i];
    HW_TRY(const auto text, session.rows().stats_label(label));
    json.begin_object().key("fingerprint").text(text.value_or(""));
    json.key("count").number(sum.count).key("duration_ms").number(sum.duration_ms);
    json.key("bytes_scanned").number(sum.bytes_scanned).end_object();
  }
  json.end_array();
  json.key("queries_total").number(static_cast<std::int64_t>(sorted.size()));
  return {};
}

void write_standing(JsonWriter& json, const PopularityReading& reading,
                    const stats::Popularity::Standing& standing) {
  json.key("uses").number(standing.uses).key("rank");
  standing.uses == 0 ? json.null() : json.number(standing.rank);
  json.key("percentile").raw(reading.percentile(standing));
}

Result<void> write_dataset_use(Context& context, JsonWriter& json, query::Session& session,
                               NodeId dataset, const Days& days) {
  HW_TRY(const DatasetUse use, use_of_dataset(session, dataset, days));
  json.key("total").number(use.total);
  write_others(json, session.graph(), "consumers", use.consumers);
  write_daily(json, use.daily);
  HW_CHECK_OK(write_labels(json, session, "columns", use.columns));
  HW_CHECK_OK(write_labels(json, session, "purposes", use.purposes));
  HW_CHECK_OK(write_queries(json, session, use.queries));
  HW_TRY(PopularityReading reading, popularity(context, session));
  json.key("popularity").begin_object();
  write_standing(json, reading, reading.of(dataset));
  json.key("of").number(reading.datasets()).key("days").number(stats::Popularity::kDays);
  json.end_object();
  return {};
}

Result<void> write_consumer_use(JsonWriter& json, query::Session& session, NodeId consumer,
                                const Days& days) {
  std::map<NodeId, Used> datasets;
  std::map<std::int32_t, std::int64_t> daily;
  std::int64_t total = 0;
  HW_TRY(const auto uses, session.rows().usage_of_consumer(consumer, days.first, days.last));
  for (const storage::UsageDailyRow& row : uses) {
    datasets[session.graph().canonical(row.dataset)].add(row);
    daily[row.day] += row.count;
    total += row.count;
  }
  json.key("total").number(total);
  write_others(json, session.graph(), "datasets", datasets);
  write_daily(json, daily);
  return {};
}

Answer get_usage(Context& context) {
  HW_TRY(const std::string text, required_parameter(context, "nodeId"));
  HW_TRY(query::Session session, context.open());
  context.details.parameter = "nodeId";
  HW_TRY(const query::NodeRef ref, query::parse_node_ref(text));
  HW_TRY(const NodeId node, query::resolve(session.graph(), ref));
  const NodeKind kind = session.graph().kind_of(node);
  if (kind != NodeKind::kDataset && kind != NodeKind::kConsumer) {
    return invalid_parameter(context, "nodeId", "must be a dataset or a consumer.");
  }
  context.details.parameter.clear();
  HW_TRY(const Days days, v1::days(context, session));
  JsonWriter json;
  json.begin_object().key("nodeId").text(query::format_node(session.graph(), node));
  json.key("from").time(days.from).key("to").time(days.to);
  if (kind == NodeKind::kDataset) {
    HW_CHECK_OK(write_dataset_use(context, json, session, node, days));
  } else {
    HW_CHECK_OK(write_consumer_use(json, session, node, days));
  }
  json.key("seq").number(static_cast<std::int64_t>(context.pinned.value)).end_object();
  return json_response(json.take());
}

// ---- popularity -------------------------------------------------------------------------------

Answer get_popularity(Context& context) {
  HW_TRY(const Paging paging, v1::paging(context, 2));
  HW_TRY(query::Session session, context.open());
  std::optional<std::pair<std::int64_t, NodeId>> after;
  if (paging.after) {
    HW_TRY(const std::int64_t uses, dto::read_cursor_number((*paging.after)[0]));
    HW_TRY(const std::int64_t id, dto::read_cursor_number((*paging.after)[1]));
    after = {uses, NodeId{static_cast<std::uint32_t>(id)}};
  }
  HW_TRY(PopularityReading reading, popularity(context, session));
  auto page = reading.page(after, paging.page.limit + 1);
  std::optional<std::string> next;
  if (page.size() > paging.page.limit) {
    page.pop_back();
    next = dto::encode_cursor(paging.binding, {dto::cursor_number(page.back().uses),
                                               dto::cursor_number(page.back().dataset.value)});
  }
  JsonWriter json;
  json.begin_object().key("days").number(stats::Popularity::kDays);
  json.key("of").number(reading.datasets()).key("datasets").begin_array();
  for (const stats::Popularity::Standing& standing : page) {
    json.begin_object().key("nodeId").text(query::format_node(session.graph(), standing.dataset));
    write_standing(json, reading, standing);
    json.end_object();
  }
  json.end_array();
  dto::write_list_end(json, reading.used(), next);
  json.key("seq").number(static_cast<std::int64_t>(context.pinned.value)).end_object();
  return json_response(json.take());
}

}  // namespace

std::vector<ApiRoute> usage_routes() {
  using http::Method;
  return {
      ApiRoute{Method::kPost, "/api/v1/usage", {{}, shared(post_usage), Pin::kNo}},
      ApiRoute{Method::kGet, "/api/v1/usage", {get_usage, {}, Pin::kYes}},
      ApiRoute{Method::kGet, "/api/v1/usage/popularity", {get_popularity, {}, Pin::kYes}},
      ApiRoute{Method::kGet, "/api/v1/usage/unused", {get_unused, {}, Pin::kYes}},
      ApiRoute{Method::kGet, "/api/v1/usage/unused-columns", {get_unused_columns, {}, Pin::kYes}},
      ApiRoute{Method::kGet, "/api/v1/usage/suggestions", {get_suggestions, {}, Pin::kYes}},
  };
}

}  // namespace headwater::api::v1
