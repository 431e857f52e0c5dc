// What has to be run again, and the heat map of one dataset. docs/partitions.md.

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "api/dto/partition_dto.h"
#include "api/v1/pages.h"
#include "api/v1/partition_query.h"
#include "planner/declared.h"
#include "planner/grid.h"

namespace headwater::api::v1 {
namespace {

using dto::JsonWriter;
using planner::DatasetNo;
using planner::Staleness;

constexpr std::int64_t kMaxCells = 1'000'000;

// ---- staleness ----------------------------------------------------------------------------------

// Those given and, along the mappings that count, all that they read or that reads them.
std::vector<bool> in_scope(const planner::State& state, std::vector<DatasetNo> datasets,
                           std::size_t direction) {
  std::vector<bool> out(state.dataset_count() + std::size_t{1});
  for (const DatasetNo dataset : datasets) out[dataset.value] = true;
  if (direction == 0) return out;
  while (!datasets.empty()) {
    const planner::Segment& segment = state.segment(datasets.back());
    datasets.pop_back();
    for (const planner::Edge& edge : direction == 1 ? segment.out : segment.in) {
      const DatasetNo next = direction == 1 ? edge.downstream : edge.upstream;
      if (!edge.reads->counts() || out[next.value]) continue;
      out[next.value] = true;
      datasets.push_back(next);
    }
  }
  return out;
}

struct StalenessQuestion {
  std::vector<const PartitionStatus*> statuses;
  bool ranges = true;
  std::int64_t max_ranges = kDefaultRanges;
  std::vector<bool> scope;  // by number
  Paging paging;
};

struct StalenessPage {
  planner::Counts totals;
  std::vector<DatasetNo> datasets;
  std::optional<DatasetNo> next;
};

Result<StalenessPage> page_of(Context& context, const Staleness& staleness,
                              const StalenessQuestion& question) {
  StalenessPage page;
  std::int64_t after = 0;
  if (question.paging.after) {
    auto number = dto::read_cursor_number(question.paging.after->front());
    if (!number) return wrong_cursor(context);
    after = *number;
  }
  bool begun = after == 0;
  for (const DatasetNo dataset : staleness.order()) {
    const bool is_last_of_before = static_cast<std::int64_t>(dataset.value) == after;
    const bool here = begun;
    begun = begun || is_last_of_before;
    if (!question.scope[dataset.value]) continue;
    const planner::Counts& counts = staleness.counts(dataset);
    page.totals += counts;
    const bool chosen =
        question.statuses.empty() ||
        std::any_of(question.statuses.begin(), question.statuses.end(),
                    [&](const auto* status) { return counts.*(status->counts) > 0; });
    if (!here || !chosen) continue;
    if (page.datasets.size() < question.paging.page.limit) {
      page.datasets.push_back(dataset);
    } else if (!page.next) {
      page.next = page.datasets.back();
    }
  }
  if (!begun) return wrong_cursor(context);
  return page;
}

// False if there are more than asked for.
bool write_ranges(JsonWriter& json, const Staleness& staleness, DatasetNo dataset,
                  const StalenessQuestion& question) {
  bool more = false;
  auto left = static_cast<std::size_t>(question.max_ranges);
  const planner::Space& space = *staleness.state().segment(dataset).space;
  json.key("ranges").begin_array();
  auto statuses = question.statuses;
  if (statuses.empty()) statuses.push_back(&stale_status());
  for (const PartitionStatus* status : statuses) {
    if (!question.ranges) break;
    bool more_of_it = false;
    const auto spans = staleness.spans(dataset, selection_of(*status), left, &more_of_it);
    for (const planner::Span& span : spans) dto::write_range(json, space, span, status->name);
    left -= spans.size();
    more = more || more_of_it;
  }
  json.end_array().key("ranges_more").boolean(more);
  return !more;
}

Result<StalenessQuestion> read_question(Context& context, const PartitionReading& reading) {
  StalenessQuestion out;
  HW_TRY(const std::size_t scope,
         choice_parameter(context, "scope", {"node", "downstream", "upstream"}, 0));
  HW_TRY(out.statuses, status_parameter(context));
  HW_TRY(out.ranges, flag_parameter(context, "ranges", true));
  HW_TRY(out.max_ranges, number_parameter(context, "max_ranges", kDefaultRanges, {0, kMaxRanges}));
  HW_TRY(out.paging, next_paging(context, 1));
  const std::string* const node = context.request.query_value("nodeId");
  if (node == nullptr || node->empty()) {
    if (scope != 0) return invalid_parameter(context, "scope", "needs a nodeId.");
    out.scope.assign(reading.state->dataset_count() + std::size_t{1}, true);
    return out;
  }
  context.details.parameter = "nodeId";
  HW_TRY(PartitionSubject subject, find_partition_subject(reading, *node, true));
  context.details.parameter.clear();
  out.scope = in_scope(*reading.state, std::move(subject.datasets), scope);
  return out;
}

Answer get_staleness(Context& context) {
  HW_TRY(PartitionReading reading, open_environment(context));
  HW_TRY(const StalenessQuestion question, read_question(context, reading));
  HW_TRY(const auto staleness, staleness_of(context, reading));
  HW_TRY(const StalenessPage page, page_of(context, *staleness, question));
  const auto history = reading.history();
  JsonWriter json;
  json.begin_object().key("environment").text_or_null(reading.environment_name()).key("totals");
  dto::write_counts(json, page.totals);
  json.key("datasets").begin_array();
  dto::PartitionCut cut;
  for (const DatasetNo dataset : page.datasets) {
    json.begin_object().key("nodeId").text(reading.name_of(dataset)).key("counts");
    HW_TRY(const auto due,
           planner::refresh_due(*history, *reading.state, dataset, reading.now(),
                                [cancel = context.cancel] { return cancel.cancelled(); }));
    dto::write_counts(json, staleness->counts(dataset), due);
    if (!write_ranges(json, *staleness, dataset, question)) {
      cut = {"max_ranges", cut.left_out + 1, question.max_ranges};
    }
    json.end_object();
  }
  json.end_array();
  json.key("next").text_or_null(next_cursor(question.paging, page.next, [](DatasetNo number) {
    return dto::CursorFields{dto::cursor_number(number.value)};
  }));
  dto::write_partition_head(json, context.pinned, staleness->now(), cut);
  json.end_object();
  return json_response(json.take());
}

// ---- grid ---------------------------------------------------------------------------------------

void write_grid_end(JsonWriter& json, std::string_view name, const planner::Space& space,
                    std::int64_t index) {
  json.key(name).begin_object().key("key").text(space.index_text(index));
  const auto interval = space.interval({0, index});
  json.key("start").time_or_null(interval ? std::optional(interval->first) : std::nullopt);
  json.end_object();
}

void write_index(JsonWriter& json, const planner::Space& space, const planner::Grid& grid) {
  const planner::Dimension* const dimension = space.index_dimension();
  const planner::Calendar* const calendar = space.calendar();
  constexpr std::array<std::string_view, 4> kKinds{"none", "time", "static", "integer"};
  const std::size_t kind = dimension == nullptr ? 0 : static_cast<std::size_t>(dimension->kind);
  json.key("index").begin_object().key("kind").text(kKinds.at(kind));
  json.key("granularity")
      .text_or_null(calendar == nullptr
                        ? std::nullopt
                        : std::optional(std::string(to_string(calendar->granularity()))));
  json.key("zone").text_or_null(calendar == nullptr ? std::nullopt
                                                    : std::optional(calendar->zone()));
  if (grid.count() == 0) {
    json.key("first").null().key("last").null();
  } else {
    write_grid_end(json, "first", space, grid.first);
    write_grid_end(json, "last", space, grid.last);
  }
  json.key("count").number(grid.count()).key("ticks").begin_array();
  for (const planner::GridTick& tick : grid.ticks) {
    json.begin_object().key("offset").number(tick.offset);
    json.key("label").text(tick.label).end_object();
  }
  json.end_array().end_object();
}

// "[[1,20],[5,3]]": as text, since there may be a million of them.
std::string cells_text(const planner::GridRow& row) {
  std::string out = "[";
  std::array<char, 24> number{};
  const auto add = [&](std::int64_t value) {
    const auto end = std::to_chars(number.data(), number.data() + number.size(), value).ptr;
    out.append(number.data(), end);
  };
  for (const auto& [cell, length] : row.runs) {
    out += out.size() == 1 ? "[" : ",[";
    add(static_cast<std::int64_t>(cell));
    out += ',';
    add(length);
    out += ']';
  }
  return out + "]";
}

Answer get_grid(Context& context) {
  planner::GridQuery query;
  HW_TRY(query.max_cells, number_parameter(context, "max_cells", kMaxCells, {1, kMaxCells}));
  HW_TRY(const PartitionReading reading, open_environment(context));
  HW_TRY(const PartitionSubject subject, dataset_parameter(context, reading));
  HW_TRY(const auto staleness, staleness_of(context, reading));
  planner::Space space;
  planner::Grid grid;
  if (!subject.datasets.empty()) {
    query.dataset = subject.datasets.front();
    space = *reading.state->segment(query.dataset).space;
    HW_TRY(const KeyBounds bounds, bounds_parameters(context, space));
    query.first = bounds.first;
    query.last = bounds.last;
    query.lane = bounds.lane;
    context.details.parameter = "max_cells";
    HW_TRY(grid, planner::make_grid(*staleness, query,
                                    [cancel = context.cancel] { return cancel.cancelled(); }));
  }
  JsonWriter json;
  json.begin_object().key("nodeId");
  json.text(query.dataset ? reading.name_of(query.dataset) : reading.name_of(subject.node));
  json.key("environment").text_or_null(reading.environment_name());
  write_index(json, space, grid);
  json.key("bucket").number(grid.bucket).key("bucketed").boolean(grid.bucket > 1);
  json.key("legend").begin_array();
  for (std::size_t code = 0; code < planner::kCellCount; ++code) {
    json.text(to_string(static_cast<planner::Cell>(code)));
  }
  json.end_array().key("lanes").begin_array();
  for (const planner::GridRow& row : grid.rows) {
    json.begin_object().key("lane").number(row.lane).key("key").text(space.lane_text(row.lane));
    json.key("cells").verbatim(cells_text(row)).end_object();
  }
  json.end_array();
  dto::write_partition_head(json, context.pinned, staleness->now(), {});
  json.end_object();
  return json_response(json.take());
}

}  // namespace

std::vector<ApiRoute> staleness_routes() {
  return {{http::Method::kGet, "/api/v1/staleness", {get_staleness, {}, Pin::kYes}},
          {http::Method::kGet, "/api/v1/partitions/grid", {get_grid, {}, Pin::kYes}}};
}

}  // namespace headwater::api::v1
