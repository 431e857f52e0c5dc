#include "api/v1/cost_reading.h"

#include <algorithm>
#include <utility>

#include "api/dto/cost_dto.h"
#include "api/v1/label_source.h"
#include "base/hash.h"

namespace headwater::api::v1 {

using base::Micros;
using model::NodeId;
using stats::Dimension;

namespace {

constexpr Micros kDefaultDays = 30;
constexpr std::int64_t kDefaultWork = 100'000'000, kMaxWork = 10'000'000'000;

// Views are published before the graph: nothing that the session knows is missing here, and what
// is newer is left out by known_at.
std::shared_ptr<const stats::State> newest_state(const Context& context) {
  const auto& stats = context.services.dependencies.stats;
  return stats ? stats->state() : std::make_shared<const stats::State>();
}

template <class Names>
std::string listed(const Names& names) {
  std::string out;
  for (const auto& name : names) out.append(out.empty() ? "" : ", ").append(name);
  return out;
}

Result<model::Measure> measure_parameter(Context& context) {
  const std::string* text = context.request.query_value("measure");
  if (text == nullptr) return model::Measure::kAmount;
  if (const auto measure = model::measure_named(*text)) return *measure;
  std::vector<std::string_view> names;
  for (const model::MeasureInfo& info : model::kMeasureInfo) names.push_back(info.name);
  return invalid_parameter(context, "measure", "must be one of " + listed(names) + ".");
}

Result<stats::Interval> interval(Context& context, Micros now) {
  stats::Interval out;
  HW_TRY(const std::optional<Micros> to, time_parameter(context, "to"));
  out.to = to.value_or(now);
  HW_TRY(const std::optional<Micros> from, time_parameter(context, "from"));
  out.from = from.value_or(out.to - kDefaultDays * stats::kDay);
  if (out.from < out.to) return out;
  return invalid_parameter(context, from ? "from" : "to", "must lie before to.");
}

std::optional<std::string> text_filter(const Context& context, std::string_view name) {
  const std::string* text = context.request.query_value(name);
  return text == nullptr ? std::nullopt : std::optional(*text);
}

// A node id, or what stands for none.
Result<std::optional<NodeId>> node_filter(Context& context, const query::Snapshot& graph,
                                          std::string_view name, query::RefKind kind,
                                          std::string_view none) {
  const std::string* text = context.request.query_value(name);
  if (text == nullptr) return std::optional<NodeId>{};
  if (*text == none) return std::optional(NodeId{});
  context.details.parameter = name;
  HW_TRY(const query::NodeRef ref, query::parse_node_ref(*text));
  if (ref.kind != kind) {
    return invalid_parameter(
        context, name,
        "must be the id of a " + std::string(name) + ", or " + std::string(none) + ".");
  }
  HW_TRY(const NodeId node, query::resolve(graph, ref));
  context.details.parameter.clear();
  return std::optional(node);
}

Result<std::optional<stats::ConsumerKey>> consumer_filter(Context& context,
                                                          const query::Snapshot& graph) {
  using stats::Absent;
  using stats::ConsumerKey;
  const std::string* text = context.request.query_value("consumer");
  if (text == nullptr) return std::optional<ConsumerKey>{};
  if (*text == "(no output)") return std::optional(ConsumerKey{{}, Absent::kNoOutput});
  HW_TRY(const std::optional<NodeId> node,
         node_filter(context, graph, "consumer", query::RefKind::kConsumer, "(not used)"));
  return std::optional(ConsumerKey{*node, *node ? Absent::kNot : Absent::kNotUsed});
}

Result<stats::CostFilter> filter(Context& context, const query::Snapshot& graph) {
  stats::CostFilter out;
  out.name_space = text_filter(context, "namespace");
  out.owner = text_filter(context, "owner");
  out.tag = text_filter(context, "tag");
  HW_TRY(out.job, node_filter(context, graph, "job", query::RefKind::kJob, "(unattributed)"));
  HW_TRY(out.dataset,
         node_filter(context, graph, "dataset", query::RefKind::kDataset, "(no output)"));
  HW_TRY(out.consumer, consumer_filter(context, graph));
  return out;
}

}  // namespace

Result<CostPage> cost_page(Context& context) {
  CostPage out;
  HW_TRY(out.paging, paging(context, 3));
  out.first = out.paging.page.offset;
  if (!out.paging.after) return out;
  context.details.parameter = "cursor";
  const dto::CursorFields& fields = *out.paging.after;
  HW_TRY(out.now, dto::read_cursor_number(fields[0]));
  HW_TRY(const std::int64_t seq, dto::read_cursor_number(fields[1]));
  HW_TRY(const std::int64_t first, dto::read_cursor_number(fields[2]));
  if (first < 0 || seq < 0) return wrong_cursor(context);
  out.known_at = model::Seq{static_cast<std::uint64_t>(seq)};
  out.first = static_cast<std::size_t>(first);
  context.details.parameter.clear();
  return out;
}

std::optional<std::string> cost_cursor(const CostPage& page, const CostReading& reading,
                                       std::size_t size) {
  if (page.end() >= size) return std::nullopt;
  return dto::encode_cursor(
      page.paging.binding,
      {dto::cursor_number(reading.now),
       dto::cursor_number(static_cast<std::int64_t>(reading.session->seq().value)),
       dto::cursor_number(static_cast<std::int64_t>(page.end()))});
}

Result<CostReading> open_costs(Context& context, const CostPage* page) {
  query::Moment moment{graph::kLatest, context.pinned};
  if (page != nullptr && page->known_at) {
    moment.known_at = *page->known_at;
  } else {
    HW_TRY(const std::optional<model::Seq> known_at, known_at_parameter(context, "known_at"));
    if (known_at) moment.known_at = *known_at;
  }
  CostReading out;
  HW_TRY(query::Session session, context.services.queries().open(moment));
  out.session = std::make_unique<query::Session>(std::move(session));
  out.now = page != nullptr && page->now ? *page->now : out.session->answered_as_of();
  stats::CostKeepers& keepers = context.services.costs;
  out.ground.state = newest_state(context);
  out.ground.rollups = keepers.rollups.upto(*out.ground.state->ledger);
  SessionLabels labels(*out.session);
  HW_TRY(out.ground.labels, keepers.labels.at(labels));
  out.ground.graph = &out.session->graph();
  return out;
}

stats::CostGround ground_at(CostReading& reading, const stats::CostQuestion& question,
                            const stats::Interval& interval,
                            std::unique_ptr<query::Snapshot>& lineage) {
  stats::CostGround out = reading.ground;
  out.graph = &reading.session->graph();
  if (question.view == stats::CostView::kDirect || interval.to >= reading.now) return out;
  const query::Moment moment{interval.to, reading.session->seq()};
  lineage = std::make_unique<query::Snapshot>(reading.session->service().graph().snapshot(moment));
  out.graph = lineage.get();
  return out;
}

Result<stats::CostQuestion> cost_question(Context& context, CostReading& reading) {
  stats::CostQuestion out;
  HW_TRY(out.measure, measure_parameter(context));
  HW_TRY(const std::size_t view, choice_parameter(context, "view", {"direct", "inherited"}, 0));
  out.view = view == 0 ? stats::CostView::kDirect : stats::CostView::kInherited;
  HW_TRY(out.interval, interval(context, reading.now));
  HW_TRY(out.filter, filter(context, reading.session->graph()));
  HW_TRY(const std::int64_t work,
         number_parameter(context, "max_work", kDefaultWork, {1, kMaxWork}));
  out.max_work = static_cast<std::size_t>(work);
  out.known_at = reading.session->seq();
  out.cancelled = [cancel = context.cancel] { return cancel.cancelled(); };
  reading.ground = ground_at(reading, out, out.interval, reading.lineage);
  return out;
}

Result<Dimension> dimension_parameter(Context& context, std::string_view name,
                                      std::string_view otherwise,
                                      const std::vector<Dimension>& allowed) {
  const std::string* text = context.request.query_value(name);
  const std::optional<Dimension> found =
      stats::dimension_named(text == nullptr ? otherwise : std::string_view(*text));
  if (found && std::ranges::find(allowed, *found) != allowed.end()) return *found;
  std::vector<std::string_view> names;
  for (const Dimension dimension : allowed) names.push_back(stats::name_of(dimension));
  return invalid_parameter(context, name, "must be one of " + listed(names) + ".");
}

Result<std::vector<Dimension>> dimensions_parameter(Context& context, std::string_view name,
                                                    std::string_view otherwise) {
  const std::string* given = context.request.query_value(name);
  std::string_view rest = given == nullptr ? otherwise : std::string_view(*given);
  std::vector<Dimension> out;
  for (bool more = true; more;) {
    const std::size_t comma = rest.find(',');
    const std::optional<Dimension> one = stats::dimension_named(rest.substr(0, comma));
    if (!one || std::ranges::find(out, *one) != out.end()) {
      return invalid_parameter(
          context, name,
          "must be different ones of " + listed(stats::kDimensionNames) + ", split at commas.");
    }
    out.push_back(*one);
    more = comma != std::string_view::npos;
    if (more) rest.remove_prefix(comma + 1);
  }
  return out;
}

void write_cost_head(dto::JsonWriter& json, const CostReading& reading,
                     const stats::CostQuestion& question) {
  dto::write_measure(json, question.measure, reading.ground.state->prices->currency);
  json.key("view").text(question.view == stats::CostView::kDirect ? "direct" : "inherited");
  json.key("from").time(question.interval.from).key("to").time(question.interval.to);
}

void write_booked(dto::JsonWriter& json, const CostReading& reading) {
  const auto booked = reading.ground.state->ledger->booked(reading.session->seq());
  json.key("booked");
  if (!booked) {
    json.null();
    return;
  }
  json.begin_object().key("from").time(booked->first).key("to").time(booked->last).end_object();
}

void write_cost_end(dto::JsonWriter& json, const CostReading& reading, const CostCut& cut) {
  json.key("as_of").time(reading.now);
  json.key("seq").number(static_cast<std::int64_t>(reading.session->seq().value));
  json.key("complete").boolean(cut.reason.empty());
  json.key("cut");
  if (cut.reason.empty()) {
    json.null();
    return;
  }
  json.begin_object().key("reason").text(cut.reason);
  json.key("frontier_count").number(cut.left_out).key("limit").number(cut.limit).end_object();
}

std::string cost_key(const Context& context, const CostReading& reading, std::string_view what) {
  return std::string(what) + "|" + std::to_string(binding_of(context.request)) + "|" +
         std::to_string(reading.now) + "|" + std::to_string(reading.session->seq().value);
}

}  // namespace headwater::api::v1
