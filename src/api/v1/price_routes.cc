// Price books, repricing of the past, and entries of the ledger. docs/cost-rules.md.

#include <utility>

#include "api/v1/body.h"
#include "api/v1/decide.h"
#include "api/v1/parameters.h"
#include "api/v1/planner_body.h"
#include "model/time.h"

namespace headwater::api::v1 {
namespace {

using dto::JsonWriter;
using model::JsonValue;

void write_version(JsonWriter& json, const storage::PriceBookRow& row) {
  json.key("version").number(static_cast<std::int64_t>(row.seq.value));
  json.key("at").time(row.at).key("author").text(row.author);
  json.key("reason").text(row.reason).key("book").raw(row.body);
}

Answer get_price_book(Context& context) {
  HW_TRY(query::Session session, context.open());
  HW_TRY(const auto rows, session.rows().price_books());
  HW_TRY(const auto version, optional_number(context, "version", {1, INT64_MAX}));
  const storage::PriceBookRow* shown = nullptr;
  for (const storage::PriceBookRow& row : rows) {
    if (row.seq > context.pinned) continue;
    if (!version || row.seq.value == static_cast<std::uint64_t>(*version)) shown = &row;
  }
  if (shown == nullptr) {
    return base::make_error(base::ErrorCode::kNotFound,
                            version ? "There is no price book of this version."
                                    : "There is no price book yet: PUT /api/v1/price-book.");
  }
  JsonWriter json;
  json.begin_object();
  write_version(json, *shown);
  json.key("versions").begin_array();
  for (const storage::PriceBookRow& row : rows) {
    if (row.seq > context.pinned) continue;
    json.begin_object().key("version").number(static_cast<std::int64_t>(row.seq.value));
    json.key("at").time(row.at).key("author").text(row.author);
    json.key("reason").text(row.reason).end_object();
  }
  json.end_array().key("seq").number(static_cast<std::int64_t>(context.pinned.value));
  json.end_object();
  return json_response(json.take());
}

// The decision as the body and its author give it; `member`: what of the body goes into it.
Result<ingest::Decision> read_price_book(Context& context) {
  HW_TRY(const JsonValue body, json_object(context));
  HW_TRY(const Signed who, signed_body(context, body));
  const JsonValue book = body.get("book");
  if (!book.is_object()) {
    return invalid_member(context, "/book", "book must be an object with currency and prices.");
  }
  auto parsed = stats::parse_price_book(book.text());
  if (!parsed) {
    context.details.pointer = "/book";
    if (parsed.error().code == base::ErrorCode::kLimitExceeded) {
      context.details.limit = static_cast<std::int64_t>(stats::PriceBook::kMaxRules);
    }
    return std::move(parsed).error();
  }
  JsonWriter json;
  json.begin_object();
  write_signed(json, "stats.put_price_book", who);
  json.key("book").raw(book.text()).end_object();
  return stats_record(json);
}

Result<ingest::Decision> read_reprice(Context& context) {
  HW_TRY(const JsonValue body, json_object(context));
  HW_TRY(const Signed who, signed_body(context, body));
  JsonWriter json;
  json.begin_object();
  write_signed(json, "stats.reprice", who);
  for (const std::string_view member : {"from", "to"}) {
    HW_TRY(const std::string text, required_text(context, body, member));
    if (!model::parse_time(text)) {
      return invalid_member(
          context, "/" + std::string(member),
          std::string(member) + " must be an RFC 3339 moment such as 2026-01-31T00:00:00Z.");
    }
    json.key(member).text(text);
  }
  json.end_object();
  return stats_record(json);
}

Result<ingest::Decision> read_entries(Context& context) {
  HW_TRY(const JsonValue body, json_object(context));
  HW_TRY(const Signed who, signed_body(context, body));
  if (!body.get("entries").is_array()) {
    return invalid_member(context, "/entries", "entries must be an array.");
  }
  JsonWriter json;
  json.begin_object();
  write_signed(json, "stats.put_entries", who);
  json.key("entries").raw(body.get("entries").text()).end_object();
  return stats_record(json);
}

Answer show_seq(Context&, const ingest::Receipt& receipt) {
  JsonWriter json;
  json.begin_object().key("seq").number(static_cast<std::int64_t>(receipt.seq.value)).end_object();
  return json_response(json.take());
}

}  // namespace

std::vector<ApiRoute> price_routes() {
  using http::Method;
  const auto write = [](Method method, std::string_view path, ReadDecision read, Show show) {
    return ApiRoute{
        method, path, {{}, shared(deciding(std::move(read), std::move(show))), Pin::kNo}};
  };
  return {
      ApiRoute{Method::kGet, "/api/v1/price-book", {get_price_book, {}, Pin::kYes}},
      write(Method::kPut, "/api/v1/price-book", read_price_book, afterwards(get_price_book)),
      write(Method::kPost, "/api/v1/price-book/reprice", read_reprice, show_seq),
      write(Method::kPost, "/api/v1/costs/entries", read_entries, show_seq),
  };
}

}  // namespace headwater::api::v1
