#include "api/v1/usage_reading.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "api/dto/common.h"
#include "api/v1/moment_cursor.h"
#include "api/v1/parameters.h"
#include "graph/graph_inl.h"
#include "query/catalog.h"
#include "query/tally.h"

namespace headwater::api::v1 {

using dto::JsonWriter;
using graph::Direction;
using model::EdgeKind;
using model::Measure;
using model::NodeId;
using model::NodeKind;

PopularityReading::PopularityReading(std::shared_ptr<const stats::State> state,
                                     stats::Popularity& popularity, const query::Snapshot& graph,
                                     std::int32_t last_day, bool merged, std::int64_t datasets)
    : state_(std::move(state)),
      popularity_(popularity),
      moment_{*state_, last_day, [&graph](NodeId node) { return graph.canonical(node); }, merged},
      datasets_(datasets) {}

stats::Popularity::Standing PopularityReading::of(NodeId dataset) {
  const auto out = popularity_.of(moment_, dataset);
  moment_.merged = false;
  return out;
}

std::vector<stats::Popularity::Standing> PopularityReading::page(
    std::optional<std::pair<std::int64_t, NodeId>> after, std::size_t limit) {
  auto out = popularity_.page(moment_, after, limit);
  moment_.merged = false;
  return out;
}

std::int64_t PopularityReading::uses(NodeId dataset) {
  const std::int64_t out = popularity_.uses(moment_, dataset);
  moment_.merged = false;
  return out;
}

std::int64_t PopularityReading::used() { return popularity_.used(moment_); }

std::string PopularityReading::percentile(const stats::Popularity::Standing& standing) const {
  std::int64_t fewer = standing.fewer;
  if (standing.uses > 0) {
    const std::int64_t used = popularity_.used(moment_);
    fewer += std::max<std::int64_t>(datasets_ - used, 0);
  }
  const auto others = static_cast<double>(std::max<std::int64_t>(datasets_ - 1, 1));
  std::array<char, 32> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "%.1f", 100.0 * static_cast<double>(fewer) / others);
  return {text.data(), static_cast<std::size_t>(size)};
}

// What is published of use may be newer than the session's graph: whose ids that does not know yet.
Result<PopularityReading> popularity(stats::Stats& stats, query::Session& session) {
  HW_TRY(const auto merges, session.rows().nodes_merged_after(stats.popularity().merges_seen()));
  HW_TRY(const auto tally, query::tally(session));
  return PopularityReading(stats.state(), stats.popularity(), session.graph(),
                           stats::day_of(session.answered_as_of()), !merges.empty(),
                           tally->of(NodeKind::kDataset));
}

Result<PopularityReading> popularity(Context& context, query::Session& session) {
  return popularity(*context.services.dependencies.stats, session);
}

namespace {

struct Window {
  std::int32_t first = 0, last = 0;  // days, [first, last)
};

Result<Window> window(Context& context, const query::Session& session) {
  HW_TRY(const std::int64_t days, number_parameter(context, "days", 30, {1, 3660}));
  Window out;
  out.last = stats::day_of(session.answered_as_of()) + 1;
  out.first = out.last - static_cast<std::int32_t>(days);
  return out;
}

// Over the window: which jobs ran, what each dataset took to write, and who was used when.
struct Activity {
  std::unordered_set<std::uint32_t> jobs;
  std::unordered_map<std::uint32_t, model::Quantities> written;
  std::unordered_map<std::uint32_t, std::int32_t> used;  // the last day, of all time
};

void add_ledger(const stats::LedgerSnapshot& ledger, const query::Snapshot& graph,
                const Window& window, Activity& out) {
  const base::Micros from = base::Micros{window.first} * stats::kDay;
  const base::Micros to = base::Micros{window.last} * stats::kDay;
  std::vector<std::int64_t> runs(ledger.pairs()), amounts(ledger.pairs()), bytes(ledger.pairs());
  const std::pair<Measure, std::vector<std::int64_t>*> wanted[] = {
      {Measure::kRuns, &runs}, {Measure::kAmount, &amounts}, {Measure::kBytesWritten, &bytes}};
  for (std::size_t c = 0; c < ledger.chunks(); ++c) {
    const stats::LedgerChunk& chunk = ledger.chunk(c);
    if (chunk.max_time() < from || to <= chunk.min_time()) continue;
    for (const auto& [measure, sums] : wanted) {
      const std::int64_t* const column = chunk.column(measure);
      if (column == nullptr) continue;
      for (std::size_t row = 0; row < ledger.rows_of(c); ++row) {
        const base::Micros time = chunk.times()[row];
        if (from <= time && time < to) (*sums)[chunk.pairs()[row]] += column[row];
      }
    }
  }
  for (std::uint32_t i = 0; i < ledger.pairs(); ++i) {
    const stats::Pair pair = ledger.pair(i);
    if (runs[i] != 0 && pair.job) out.jobs.insert(graph.canonical(pair.job).value);
    if (!pair.dataset) continue;
    model::Quantities& sum = out.written[graph.canonical(pair.dataset).value];
    sum[Measure::kAmount] += amounts[i];
    sum[Measure::kBytesWritten] += bytes[i];
    sum[Measure::kRuns] += runs[i];
  }
}

Activity activity(const stats::State& state, const query::Snapshot& graph, const Window& window) {
  Activity out;
  add_ledger(*state.ledger, graph, window, out);
  for (std::size_t b = 0; b < state.usage->blocks(); ++b) {
    const stats::UsageRow* const rows = state.usage->block(b);
    for (std::size_t i = 0; i < state.usage->size_of(b); ++i) {
      const auto [at, is_new] =
          out.used.try_emplace(graph.canonical(rows[i].dataset).value, rows[i].day);
      if (!is_new) at->second = std::max(at->second, rows[i].day);
    }
  }
  return out;
}

bool read_by_run(const query::Snapshot& graph, NodeId dataset, const Activity& activity) {
  bool found = false;
  graph.for_each(dataset, Direction::kDownstream, mask(EdgeKind::kReads),
                 [&](const graph::Neighbor& reader) {
                   found = activity.jobs.contains(graph.canonical(reader.node).value);
                   return !found;
                 });
  return found;
}

struct Unused {
  NodeId node;
  model::Quantities written;
  std::optional<std::int32_t> last_used;
};

Result<std::vector<Unused>> unused_datasets(query::Session& session, const Window& window,
                                            const Activity& activity) {
  const query::Snapshot& graph = session.graph();
  HW_TRY(const auto hidden, query::hidden_nodes(session));
  std::vector<Unused> out;
  for (std::uint32_t id = 1; id <= graph.node_count(); ++id) {
    const NodeId node{id};
    if (graph.kind_of(node) != NodeKind::kDataset || graph.canonical(node) != node) continue;
    if (graph.node(node).placeholder || hidden(node)) continue;
    const auto used = activity.used.find(id);
    if (used != activity.used.end() && window.first <= used->second) continue;
    if (read_by_run(graph, node, activity)) continue;
    Unused found{node, {}, std::nullopt};
    if (used != activity.used.end()) found.last_used = used->second;
    if (const auto at = activity.written.find(id); at != activity.written.end()) {
      found.written = at->second;
    }
    out.push_back(found);
  }
  std::stable_sort(out.begin(), out.end(), [](const Unused& a, const Unused& b) {
    const auto key = [](const Unused& u) {
      return std::pair(u.written[Measure::kAmount], u.written[Measure::kBytesWritten]);
    };
    return key(b) < key(a);
  });
  return out;
}

// The use that reports name a column of, and the fields that lineage reads.
Result<std::unordered_map<std::string, std::int64_t>> column_uses(query::Session& session,
                                                                  NodeId dataset,
                                                                  const Window& window) {
  std::unordered_map<std::string, std::int64_t> out;
  for (const NodeId name : query::all_names(session.graph(), dataset)) {
    HW_TRY(const auto rows, session.rows().usage_columns(name, window.first, window.last));
    for (const storage::UsageColumnRow& row : rows) {
      HW_TRY(const auto text, session.rows().stats_label(row.name));
      if (text) out[*text] += row.count;
    }
  }
  return out;
}

bool read_by_lineage(const query::Snapshot& graph, NodeId dataset, std::string_view path) {
  for (const NodeId name : query::all_names(graph, dataset)) {
    const NodeId field = graph.find_field(name, path);
    if (!field) continue;
    bool found = false;
    graph.for_each(field, Direction::kDownstream, model::kColumnLineage,
                   [&](const graph::Neighbor&) { return !(found = true); });
    if (found) return true;
  }
  return false;
}

}  // namespace

Answer get_unused(Context& context) {
  HW_TRY(const ListPage page, list_page(context));
  HW_TRY(query::Session session, context.open());
  HW_TRY(const Window window, v1::window(context, session));
  const auto state = context.services.dependencies.stats->state();
  const Activity activity = v1::activity(*state, session.graph(), window);
  HW_TRY(const std::vector<Unused> all, unused_datasets(session, window, activity));
  JsonWriter json;
  json.begin_object().key("from").time(base::Micros{window.first} * stats::kDay);
  json.key("to").time(base::Micros{window.last} * stats::kDay);
  json.key("currency").text(state->prices->currency).key("datasets").begin_array();
  for (std::size_t i = page.first; i < std::min(page.end(), all.size()); ++i) {
    json.begin_object().key("nodeId").text(query::format_node(session.graph(), all[i].node));
    json.key("amount_micros").number(all[i].written[Measure::kAmount]);
    json.key("bytes_written").number(all[i].written[Measure::kBytesWritten]);
    json.key("last_used");
    all[i].last_used ? json.text(stats::day_text(*all[i].last_used)) : json.null();
    json.end_object();
  }
  json.end_array();
  dto::write_list_end(json, static_cast<std::int64_t>(all.size()),
                      cursor_after(page, session, all.size()));
  json.key("seq").number(static_cast<std::int64_t>(context.pinned.value)).end_object();
  return json_response(json.take());
}

Answer get_unused_columns(Context& context) {
  HW_TRY(const std::string text, required_parameter(context, "nodeId"));
  HW_TRY(query::Session session, context.open());
  context.details.parameter = "nodeId";
  HW_TRY(const query::NodeRef ref, query::parse_node_ref(text));
  HW_TRY(const NodeId dataset, query::resolve(session.graph(), ref));
  if (session.graph().kind_of(dataset) != NodeKind::kDataset) {
    return invalid_parameter(context, "nodeId", "must be a dataset.");
  }
  context.details.parameter.clear();
  HW_TRY(const Window window, v1::window(context, session));
  HW_TRY(const auto uses, column_uses(session, dataset, window));
  HW_TRY(const query::DatasetDetail detail, query::dataset_detail(session, dataset));
  std::int64_t total = 0, most = 0;
  for (const NodeId name : query::all_names(session.graph(), dataset)) {
    HW_TRY(const auto rows, session.rows().usage_of_dataset(name, window.first, window.last));
    for (const storage::UsageDailyRow& row : rows) total += row.count;
  }
  for (const auto& [name, count] : uses) most = std::max(most, count);
  JsonWriter json;
  json.begin_object().key("nodeId").text(query::format_node(session.graph(), dataset));
  json.key("from").time(base::Micros{window.first} * stats::kDay);
  json.key("to").time(base::Micros{window.last} * stats::kDay).key("uses").number(total);
  // Who did not name columns may have read any of them.
  json.key("all_reports_name_columns").boolean(total <= most || total == 0);
  json.key("columns").begin_array();
  std::int64_t unused = 0;
  for (const query::FieldDetail& field : detail.fields) {
    if (uses.contains(field.path) || read_by_lineage(session.graph(), dataset, field.path)) {
      continue;
    }
    json.text(field.path);
    ++unused;
  }
  json.end_array().key("columns_total").number(static_cast<std::int64_t>(detail.fields.size()));
  json.key("unused").number(unused);
  json.key("seq").number(static_cast<std::int64_t>(context.pinned.value)).end_object();
  return json_response(json.take());
}

// ---- views worth materializing ------------------------------------------------------------------

namespace {

// What reading a view took, and what it would have taken to make a table of it once a day.
struct Suggestion {
  NodeId view;
  std::int64_t reads = 0, measured = 0, refreshes = 0;
  model::Quantities reading, saving;
};

Result<std::optional<Suggestion>> suggestion(query::Session& session,
                                             const stats::PriceBook& prices, NodeId dataset,
                                             const Window& window) {
  HW_TRY(const query::DatasetDetail detail, query::dataset_detail(session, dataset));
  if (detail.type != "VIEW") return std::optional<Suggestion>{};
  Suggestion out;
  out.view = dataset;
  std::set<std::int32_t> days;
  for (const NodeId name : query::all_names(session.graph(), dataset)) {
    HW_TRY(const auto uses, session.rows().usage_of_dataset(name, window.first, window.last));
    for (const storage::UsageDailyRow& row : uses) {
      out.reads += row.count;
      days.insert(row.day);
    }
    HW_TRY(const auto queries, session.rows().usage_queries(name, window.first, window.last));
    for (const storage::UsageQueryRow& row : queries) {
      if (row.duration_ms == 0 && row.bytes_scanned == 0) continue;
      out.measured += row.count;
      out.reading[Measure::kDurationMs] += row.duration_ms;
      out.reading[Measure::kBytesScanned] += row.bytes_scanned;
    }
  }
  out.refreshes = static_cast<std::int64_t>(days.size());
  if (out.measured == 0 || out.reads <= out.refreshes) return std::optional<Suggestion>{};
  const double each =
      static_cast<double>(out.reads - out.refreshes) / static_cast<double>(out.measured);
  for (const Measure measure : {Measure::kDurationMs, Measure::kBytesScanned}) {
    out.saving[measure] =
        static_cast<std::int64_t>(static_cast<double>(out.reading[measure]) * each);
  }
  const model::Name name = detail.summary.name;
  const base::Micros end = base::Micros{window.last} * stats::kDay - 1;
  prices.price({}, name.name_space, name.name, end, out.saving);
  return std::optional<Suggestion>(out);
}

constexpr std::size_t kMostLooked = 2000;  // of the most used datasets

}  // namespace

Answer get_suggestions(Context& context) {
  HW_TRY(const std::int64_t limit, number_parameter(context, "limit", 50, {1, kMaxLimit}));
  HW_TRY(query::Session session, context.open());
  HW_TRY(const Window window, v1::window(context, session));
  HW_TRY(PopularityReading reading, popularity(context, session));
  const auto state = context.services.dependencies.stats->state();
  std::vector<Suggestion> found;
  const auto most = reading.page(std::nullopt, kMostLooked + 1);
  for (std::size_t i = 0; i < std::min(most.size(), kMostLooked); ++i) {
    HW_TRY(const auto one, suggestion(session, *state->prices, most[i].dataset, window));
    if (one) found.push_back(*one);
  }
  std::stable_sort(found.begin(), found.end(), [](const Suggestion& a, const Suggestion& b) {
    const auto key = [](const Suggestion& s) {
      return std::tuple(s.saving[Measure::kAmount], s.saving[Measure::kBytesScanned],
                        s.saving[Measure::kDurationMs]);
    };
    return key(b) < key(a);
  });
  JsonWriter json;
  json.begin_object().key("from").time(base::Micros{window.first} * stats::kDay);
  json.key("to").time(base::Micros{window.last} * stats::kDay);
  json.key("complete").boolean(most.size() <= kMostLooked);
  json.key("currency").text(state->prices->currency).key("views").begin_array();
  for (std::size_t i = 0; i < std::min(found.size(), static_cast<std::size_t>(limit)); ++i) {
    const Suggestion& one = found[i];
    json.begin_object().key("nodeId").text(query::format_node(session.graph(), one.view));
    json.key("reads").number(one.reads).key("measured_reads").number(one.measured);
    json.key("refreshes").number(one.refreshes).key("saves").begin_object();
    json.key("duration_ms").number(one.saving[Measure::kDurationMs]);
    json.key("bytes_scanned").number(one.saving[Measure::kBytesScanned]);
    json.key("amount_micros").number(one.saving[Measure::kAmount]).end_object().end_object();
  }
  json.end_array().key("totalCount").number(static_cast<std::int64_t>(found.size()));
  json.key("seq").number(static_cast<std::int64_t>(context.pinned.value)).end_object();
  return json_response(json.take());
}

}  // namespace headwater::api::v1
