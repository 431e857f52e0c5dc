#include "stats/profile_view.h"

#include "stats/quality.h"

namespace headwater::stats {

using base::ErrorCode;
using base::make_error;
using base::Result;
using model::JsonValue;
using model::NodeId;
using storage::RecordKind;

Result<void> ProfileView::prepare(const storage::ViewRecord& record, storage::Writer& writer,
                                  storage::Effects& effects) {
  if (record.kind == RecordKind::kDecision) return decide(record, writer, false);
  if (record.event == nullptr || record.event->profiles.empty()) return {};
  const model::Event& event = *record.event;
  const bool of_run = event.kind == model::EventKind::kRun;
  for (const model::Profile& profile : event.profiles) {
    storage::ProfileRow row;
    row.dataset = effects.datasets[profile.dataset];
    row.time = event.time;
    if (of_run && effects.run != nullptr) row.run = effects.run->id;
    if (of_run) row.job = effects.owner;
    row.role = profile.role;
    row.tie = static_cast<std::int64_t>(record.hash.low);
    row.seq = record.seq;
    row.facets = profile.facets;
    row.volume = profile.volume;
    row.total = profile.total;
    row.updated = profile.updated.value_or(0);
    row.detail = model::encode_detail(profile.detail);
    HW_CHECK_OK(writer.put_profile(row));
  }
  return {};
}

// What the decision does not name stays as it was.
Result<void> ProfileView::decide(const storage::ViewRecord& record, storage::Writer& writer,
                                 bool admit) {
  const JsonValue decision(record.body);
  if (decision.get("decision").string() != std::optional<std::string>(kPutMonitor)) return {};
  storage::Reader& reader = writer.reader();
  HW_TRY(const NodeId dataset, named_dataset(reader, decision.get("dataset")));
  HW_TRY(const auto stored, reader.monitor_setting(dataset));
  MonitorSettings settings;
  if (stored) HW_CHECK_OK(read_settings(JsonValue(stored->body).get("settings"), settings));
  HW_CHECK_OK(read_settings(decision.get("settings"), settings));
  if (admit) return {};
  const auto text = [&](std::string_view member) {
    return model::json_quote(decision.get(member).string().value_or(""));
  };
  std::string body = "{\"author\":" + text("author") + ",\"reason\":" + text("reason") +
                     ",\"settings\":" + write_settings(settings) + "}";
  return writer.put_monitor_setting({dataset, record.seq, record.received_at, std::move(body)});
}

Result<NodeId> ProfileView::named_dataset(storage::Reader& reader, const JsonValue& name) {
  HW_TRY(const auto space, reader.find_namespace(name.get("namespace").string().value_or("")));
  const std::string text = name.get("name").string().value_or("");
  if (space) {
    HW_TRY(const auto node, reader.find_node(model::NodeKind::kDataset, space->id, NodeId{}, text));
    if (node) return node->id;
  }
  return make_error(ErrorCode::kNotFound, "There is no dataset " + text + " of this namespace.");
}

Result<std::unique_ptr<storage::View>> make_profile_view(storage::Store&) {
  return std::unique_ptr<storage::View>(std::make_unique<ProfileView>());
}

}  // namespace headwater::stats
