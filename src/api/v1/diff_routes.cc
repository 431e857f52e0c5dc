#include <algorithm>
#include <array>
#include <utility>

#include "api/dto/common.h"
#include "api/v1/context.h"
#include "api/v1/moment_cursor.h"

namespace headwater::api::v1 {
namespace {

using dto::JsonWriter;
using query::DiffChange;
using query::DiffKind;

constexpr std::int64_t kMaxChanges = 1'000'000;

// `to` is as_of by another name.
Result<query::Session> open_at_to(Context& context) {
  HW_TRY(const std::optional<base::Micros> to, time_parameter(context, "to"));
  if (!to) return context.open_at_moment();
  if (context.request.query_value("as_of") != nullptr) {
    return invalid_parameter(context, "as_of", "is the same as to here; leave one of them out.");
  }
  context.request.query.emplace_back("as_of", *context.request.query_value("to"));
  return context.open_at_moment();
}

Result<query::DiffKindSet> kinds_parameter(Context& context) {
  query::DiffKindSet kinds = 0;
  for (const auto& [name, value] : context.request.query) {
    if (name != "kinds") continue;
    const std::optional<DiffKind> kind = query::diff_kind(value);
    if (!kind) {
      std::string all;
      for (std::size_t i = 0; i < query::kDiffKinds; ++i) {
        all.append(i == 0 ? "" : ", ").append(query::to_string(static_cast<DiffKind>(i)));
      }
      return invalid_parameter(context, "kinds", "must be one of " + all + ".");
    }
    kinds |= query::mask(*kind);
  }
  return kinds == 0 ? query::kAllDiffKinds : kinds;
}

Result<query::DiffRequest> read_request(Context& context, query::Session& session) {
  query::DiffRequest request;
  HW_TRY(const std::string text, required_parameter(context, "from"));
  HW_TRY(const std::optional<base::Micros> from, time_parameter(context, "from"));
  request.from = *from;
  if (request.from > session.moment().as_of) {
    return invalid_parameter(context, "from", "must not lie after to.");
  }
  if (const std::string* node_id = context.request.query_value("nodeId")) {
    context.details.parameter = "nodeId";
    HW_TRY(request.root, query::lineage_root(session, *node_id));
    context.details.parameter.clear();
  }
  HW_TRY(const std::int64_t depth, number_parameter(context, "depth", 1, {0, UINT32_MAX}));
  HW_TRY(const std::int64_t nodes, number_parameter(context, "max_nodes", 100'000, {1, INT64_MAX}));
  HW_TRY(const std::int64_t most,
         number_parameter(context, "max_changes", 100'000, {1, kMaxChanges}));
  HW_TRY(const std::size_t side,
         choice_parameter(context, "direction", {"both", "upstream", "downstream"}, 0));
  constexpr std::array kSides = {query::Sides::kBoth, query::Sides::kUpstream,
                                 query::Sides::kDownstream};
  HW_TRY(request.kinds, kinds_parameter(context));
  request.depth = static_cast<std::uint32_t>(depth);
  request.max_nodes = static_cast<std::size_t>(nodes);
  request.max_changes = static_cast<std::size_t>(most);
  request.sides = kSides[side];
  request.cancelled = [cancel = context.cancel] { return cancel.cancelled(); };
  return request;
}

// The whole list, from the cache if a page of it was asked for before.
Result<std::shared_ptr<const query::Diff>> find_diff(query::Session& session,
                                                     const query::DiffRequest& request,
                                                     std::uint64_t binding) {
  std::string key = "diff";
  for (const std::int64_t part : {session.moment().as_of, static_cast<base::Micros>(binding),
                                  static_cast<base::Micros>(session.seq().value)}) {
    key.append("|").append(std::to_string(part));
  }
  query::AnswerCache& cache = session.service().answers();
  if (auto known = cache.find<query::Diff>(key)) return known;
  HW_TRY(query::Diff made, query::diff(session, request));
  auto out = std::make_shared<const query::Diff>(std::move(made));
  if (out->cut.reason != graph::CutReason::kCancelled) {
    cache.put(key, out, sizeof(query::Diff) + out->changes.size() * sizeof(DiffChange));
  }
  return std::shared_ptr<const query::Diff>(out);
}

// ---- one change
// -----------------------------------------------------------------------------------

void write_edge(JsonWriter& json, const query::Snapshot& graph, model::EdgeId id) {
  if (!id) {
    json.null();
    return;
  }
  dto::write_step(json, graph, id);
}

void write_items(JsonWriter& json, std::string_view key, const std::vector<query::DiffItem>& items,
                 DiffKind kind) {
  json.key(key).begin_array();
  for (const query::DiffItem& item : items) {
    const std::optional<std::string>& value = item.to ? item.to : item.from;
    if (kind == DiffKind::kOwnersChanged) {
      json.text(value.value_or(""));
    } else if (kind == DiffKind::kTagsChanged) {
      json.begin_object().key("field");
      json.text_or_null(item.name.empty() ? std::nullopt : std::optional(item.name));
      json.key("tag").text(value.value_or("")).end_object();
    } else if (key == "retyped") {
      json.begin_object().key("name").text(item.name);
      json.key("from").text_or_null(item.from).key("to").text_or_null(item.to).end_object();
    } else {
      json.begin_object().key("name").text(item.name).key("type").text_or_null(value).end_object();
    }
  }
  json.end_array();
}

void write_how(JsonWriter& json, const DiffChange& change) {
  const bool added = change.kind == DiffKind::kNodeAdded;
  const std::string_view seen = added ? "appeared" : "deleted";
  const std::string_view tied = added ? "connected" : "disconnected";
  json.key("how").text(change.edge ? tied : seen);
}

void write_detail(JsonWriter& json, const DiffChange& change, const query::DiffDetail& detail) {
  json.key("detail").begin_object();
  switch (change.kind) {
    case DiffKind::kNodeAdded:
    case DiffKind::kNodeRemoved: write_how(json, change); break;
    case DiffKind::kEdgeAdded:
    case DiffKind::kEdgeRemoved:
      if (!detail.transformation) break;
      json.key("transformation").begin_object().key("type").text(detail.transformation->type);
      json.key("subtype").text(detail.transformation->subtype);
      json.key("masking").boolean(detail.transformation->masking).end_object();
      break;
    case DiffKind::kCodeChanged:
      json.key("from").text_or_null(detail.before).key("to").text_or_null(detail.after);
      json.key("sql").boolean(detail.sql).key("location").text_or_null(detail.location);
      break;
    case DiffKind::kDescriptionChanged: break;
    case DiffKind::kSchemaChanged:
    case DiffKind::kOwnersChanged:
    case DiffKind::kTagsChanged:
      write_items(json, "added", detail.added, change.kind);
      write_items(json, "removed", detail.removed, change.kind);
      if (change.kind == DiffKind::kSchemaChanged) {
        write_items(json, "retyped", detail.retyped, change.kind);
      }
      break;
  }
  json.end_object();
}

void write_evidence(JsonWriter& json, const query::DiffEvidence& evidence) {
  json.key("evidence").begin_object().key("seqs").begin_array();
  for (const model::Seq seq : evidence.seqs) json.number(static_cast<std::int64_t>(seq.value));
  json.end_array().key("runs");
  dto::write_texts(json, evidence.runs);
  json.key("facets");
  dto::write_texts(json, evidence.facets);
  json.key("producers");
  dto::write_texts(json, evidence.producers);
  json.key("reason");
  if (evidence.reason == model::EndReason::kNone) {
    json.null();
  } else {
    json.text(model::to_string(evidence.reason));
  }
  json.end_object();
}

Result<void> write_change(JsonWriter& json, query::Session& session, base::Micros from,
                          const DiffChange& change) {
  HW_TRY(const query::DiffDetail detail, query::diff_detail(session, from, change));
  const query::Snapshot& graph = session.graph();
  json.begin_object().key("kind").text(query::to_string(change.kind)).key("nodeId");
  if (change.node) {
    json.text(query::format_node(graph, change.node));
  } else {
    json.null();
  }
  json.key("edge");
  write_edge(json, graph, change.edge);
  json.key("at").time(change.at);
  json.key("before").text_or_null(detail.before).key("after").text_or_null(detail.after);
  write_detail(json, change, detail);
  write_evidence(json, detail.evidence);
  json.end_object();
  return {};
}

Answer write_diff(query::Session& session, const query::DiffRequest& request,
                  const query::Diff& diff, const ListPage& page) {
  JsonWriter json;
  json.begin_object().key("from").time(request.from).key("to").time(session.answered_as_of());
  json.key("changes").begin_array();
  for (std::size_t i = page.first; i < std::min(page.end(), diff.changes.size()); ++i) {
    HW_CHECK_OK(write_change(json, session, request.from, diff.changes[i]));
  }
  json.end_array().key("summary").begin_object();
  for (std::size_t i = 0; i < query::kDiffKinds; ++i) {
    json.key(query::to_string(static_cast<DiffKind>(i)));
    json.number(static_cast<std::int64_t>(diff.counts[i]));
  }
  json.end_object().key("next_cursor");
  json.text_or_null(cursor_after(page, session, diff.changes.size()));
  dto::write_graph_head(json, session.answered_as_of(), session.seq(), diff.cut);
  json.end_object();
  return json_response(json.take());
}

Answer get_diff(Context& context) {
  HW_TRY(const ListPage page, list_page(context));
  HW_TRY(query::Session session,
         page.moment ? context.services.queries().open(*page.moment) : open_at_to(context));
  HW_TRY(const query::DiffRequest request, read_request(context, session));
  HW_TRY(const std::shared_ptr<const query::Diff> diff,
         find_diff(session, request, page.paging.binding));
  return write_diff(session, request, *diff, page);
}

}  // namespace

std::vector<ApiRoute> diff_routes() {
  return {{http::Method::kGet, "/api/v1/diff", {get_diff, {}, Pin::kYes}}};
}

}  // namespace headwater::api::v1
