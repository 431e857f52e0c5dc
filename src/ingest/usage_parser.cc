// Reports of use: who read which dataset, how often. Private to ingest. docs/usage-rules.md.

#include <algorithm>
#include <array>

#include "ingest/event_parser.h"
#include "model/time.h"

namespace headwater::ingest {

using model::EdgeKind;
using model::JsonFields;
using model::JsonValue;
using model::NodeKind;

namespace {

constexpr std::array<std::string_view, 6> kConsumerTypes{"user",    "dashboard", "notebook",
                                                         "service", "model",     "other"};
constexpr std::int64_t kMaxCount = 1'000'000'000;
constexpr std::size_t kMaxColumns = 10'000;
constexpr base::Micros kMaxInterval = base::Micros{366} * 86'400 * 1'000'000;

}  // namespace

bool EventParser::parse_usage() {
  event_->kind = model::EventKind::kUsage;
  model::Usage usage;
  const JsonValue consumer = root_.get("consumer");
  if (!consumer.is_object()) {
    return reject("/consumer", "must be an object with type, namespace and name.");
  }
  const JsonFields fields(consumer);
  const std::string type = fields.get("type").string().value_or("");
  if (std::ranges::find(kConsumerTypes, type) == kConsumerTypes.end()) {
    return reject("/consumer/type", "must be user, dashboard, notebook, service, model or other.");
  }
  if (!read_name(fields, "/consumer", usage.consumer)) return false;
  usage.consumer.name = type + ":" + usage.consumer.name;
  const JsonValue dataset = root_.get("dataset");
  if (!dataset.is_object()) {
    return reject("/dataset", "must be an object with the namespace and name of what was read.");
  }
  if (!read_name(JsonFields(dataset), "/dataset", usage.dataset)) return false;
  if (!parse_usage_moments(usage) || !parse_usage_columns(usage) || !parse_usage_query(usage)) {
    return false;
  }
  event_->time = usage.start;
  event_->producer = root_.get("producer").string().value_or("");
  event_->edges.owner = {NodeKind::kConsumer, usage.consumer, {}};
  event_->datasets.push_back(usage.dataset);
  event_->edges.edges.push_back({EdgeKind::kUses,
                                 {NodeKind::kDataset, usage.dataset, {}},
                                 event_->edges.owner,
                                 false,
                                 model::EvidenceFacet::kInputsOutputs,
                                 {},
                                 {},
                                 false});
  event_->usage = std::move(usage);
  hash_edges();
  return true;
}

bool EventParser::parse_usage_moments(model::Usage& usage) {
  const JsonValue interval = root_.get("interval");
  const auto moment = [&](const JsonValue& value, const std::string& pointer, base::Micros& to) {
    const auto text = value.string();
    const auto time = text ? model::parse_time(*text) : std::nullopt;
    if (!time) return reject(pointer, "must be an RFC 3339 moment such as 2026-01-31T12:00:00Z.");
    to = time->micros;
    return true;
  };
  if (!interval.present() || interval.is_null()) {
    if (!root_.get("at").present()) {
      return reject("", "A report says when: `at`, or `interval` with start and end.");
    }
    if (!moment(root_.get("at"), "/at", usage.start)) return false;
    usage.end = usage.start;
    return true;
  }
  if (!moment(interval.get("start"), "/interval/start", usage.start)) return false;
  if (!moment(interval.get("end"), "/interval/end", usage.end)) return false;
  if (usage.end < usage.start) return reject("/interval/end", "lies before the interval's start.");
  if (usage.end - usage.start <= kMaxInterval) return true;
  return reject("/interval", "is longer than 366 days (limit usage.max_interval); report by day.");
}

bool EventParser::parse_usage_columns(model::Usage& usage) {
  const JsonValue columns = root_.get("columns");
  if (!columns.present() || columns.is_null()) return true;
  if (!columns.is_array()) return reject("/columns", "must be an array of names.");
  bool good = true;
  columns.elements([&](const JsonValue& value) {
    const std::string at = "/columns/" + std::to_string(usage.columns.size());
    std::string name;
    if (good) good = read_text(value, at, name);
    if (good && name.empty()) good = reject(at, "must not be empty.");
    if (good && usage.columns.size() == kMaxColumns) {
      good = reject("/columns", "has more than 10,000 names (limit usage.max_columns).");
    }
    if (good) usage.columns.push_back(std::move(name));
  });
  std::ranges::sort(usage.columns);
  usage.columns.erase(std::unique(usage.columns.begin(), usage.columns.end()), usage.columns.end());
  return good;
}

bool EventParser::parse_usage_query(model::Usage& usage) {
  const std::pair<std::string_view, std::string*> texts[] = {
      {"purpose", &usage.purpose}, {"query_fingerprint", &usage.fingerprint}};
  for (const auto& [member, to] : texts) {
    const JsonValue value = root_.get(member);
    if (!value.present() || value.is_null()) continue;
    if (!read_text(value, "/" + std::string(member), *to)) return false;
  }
  const std::tuple<std::string_view, std::int64_t*, std::int64_t, std::int64_t> numbers[] = {
      {"count", &usage.count, 1, kMaxCount},
      {"duration_ms", &usage.duration_ms, 0, model::kMaxQuantity},
      {"bytes_scanned", &usage.bytes_scanned, 0, model::kMaxQuantity}};
  for (const auto& [member, to, least, most] : numbers) {
    const JsonValue value = root_.get(member);
    if (!value.present() || value.is_null()) continue;
    const auto number = value.integer();
    if (!number || *number < least || *number > most) {
      return reject("/" + std::string(member), "must be a whole number from " +
                                                   std::to_string(least) + " to " +
                                                   std::to_string(most) + ".");
    }
    *to = *number;
  }
  return true;
}

}  // namespace headwater::ingest
