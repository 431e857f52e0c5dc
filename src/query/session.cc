#include "query/session.h"

#include <algorithm>
#include <utility>

#include "query/events.h"
#include "query/tally.h"
#include "query/text_index/index.h"

namespace headwater::query {
namespace {

template <class T>
void keep_newer(base::Guarded<std::shared_ptr<const T>>& kept, std::shared_ptr<const T> value) {
  kept.with([&](auto& known) {
    if (!known || !(value->seq < known->seq)) known = std::move(value);
  });
}

}  // namespace

Service::Service(storage::Store& store, const graph::Graph& graph, const base::Clock& clock)
    : store_(store),
      graph_(graph),
      clock_(clock),
      text_index_(std::make_unique<text_index::Index>()) {}

Service::~Service() = default;

Result<Session> Service::open(Moment moment, SessionMemory memory) {
  if (moment.known_at != model::kNeverSeq && published() < moment.known_at) {
    return base::make_error(base::ErrorCode::kInvalidArgument,
                            "known_at is " + std::to_string(moment.known_at.value) +
                                ", but the newest record is " + std::to_string(published().value) +
                                ".");
  }
  Snapshot snapshot = graph_.snapshot(moment);
  HW_TRY(storage::Reader reader, store_.reader());
  HW_CHECK_OK(reader.begin());
  return Session(*this, std::move(snapshot), std::move(reader), std::move(memory));
}

Result<Seq> Service::seq_at(Micros at) {
  HW_TRY(storage::Reader reader, store_.reader());
  return reader.seq_received_by(at);
}

Result<Micros> Service::time_of(Seq seq) {
  HW_TRY(storage::Reader reader, store_.reader());
  HW_TRY(const std::optional<storage::LogRecord> record, reader.log_record(seq));
  if (record) return record->event_time;
  return base::make_error(base::ErrorCode::kNotFound,
                          "There is no record " + std::to_string(seq.value) + ".");
}

std::optional<std::string> Service::cached_version(NodeId dataset, model::ContentId schema) {
  return versions_.with([&](const auto& versions) -> std::optional<std::string> {
    const auto it = versions.find({dataset, schema});
    if (it == versions.end()) return std::nullopt;
    return it->second;
  });
}

void Service::cache_version(NodeId dataset, model::ContentId schema, const std::string& id) {
  versions_.with([&](auto& versions) {
    if (versions.size() >= kMaxVersions) versions.clear();
    versions[{dataset, schema}] = id;
  });
}

std::shared_ptr<const Hidden> Service::cached_hidden(Seq seq) {
  return hidden_.with([seq](const auto& cached) {
    return cached.first == seq ? cached.second : std::shared_ptr<const Hidden>{};
  });
}

void Service::cache_hidden(Seq seq, std::shared_ptr<const Hidden> hidden) {
  hidden_.with([&](auto& cached) {
    if (cached.first <= seq) cached = {seq, std::move(hidden)};
  });
}

std::shared_ptr<const Tally> Service::cached_tally() {
  return tally_.with([](const auto& cached) { return cached; });
}

void Service::cache_tally(std::shared_ptr<const Tally> tally) {
  keep_newer(tally_, std::move(tally));
}

std::shared_ptr<const KeptStats> Service::cached_stats() {
  return stats_.with([](const auto& cached) { return cached; });
}

void Service::cache_stats(std::shared_ptr<const KeptStats> stats) {
  keep_newer(stats_, std::move(stats));
}

std::shared_ptr<const cause::RunOutputs> Service::cached_outputs(model::RunRow run, Seq updated) {
  return outputs_.with([&](const Outputs& outputs) -> std::shared_ptr<const cause::RunOutputs> {
    const auto it = outputs.by_run.find(run.value);
    if (it == outputs.by_run.end() || it->second.first != updated) return nullptr;
    return it->second.second;
  });
}

void Service::cache_outputs(model::RunRow run, Seq updated,
                            std::shared_ptr<const cause::RunOutputs> outputs) {
  outputs_.with([&](Outputs& kept) {
    if (kept.by_run.size() >= kMaxOutputs) kept.by_run.clear();
    kept.by_run[run.value] = {updated, std::move(outputs)};
  });
}

Micros Session::answered_as_of() const {
  if (!latest()) return moment().as_of;
  return std::max(service_->clock_.now(), service_->graph_.latest_event_time());
}

bool Session::holds(Micros valid_from, Micros valid_to) const {
  const Micros as_of = moment().as_of;
  if (as_of == graph::kLatest) return valid_to == model::kOpenEnd;
  return valid_from <= as_of && as_of < valid_to;
}

Result<std::optional<Micros>> Session::last_heard(NodeId node) {
  if (latest() && newest()) return reader_.last_observation_time(node);
  return reader_.last_observation_time(node, until(), seq());
}

Result<std::string> Session::attribute_name(model::AttributeNameId id) {
  using Names = Service::AttributeNames;
  std::optional<std::string> known =
      service_->attribute_names_.with([id](Names& names) -> std::optional<std::string> {
        const auto it = names.by_id.find(id.value);
        if (it == names.by_id.end()) return std::nullopt;
        return it->second;
      });
  if (known) return *std::move(known);
  HW_TRY(std::optional<std::string> stored, reader_.attribute_name(id));
  if (!stored) {
    return base::make_error(base::ErrorCode::kStorageCorrupt, "A facet has no name in the store.",
                            "attribute_name " + std::to_string(id.value));
  }
  service_->attribute_names_.with([&](Names& names) { names.by_id[id.value] = *stored; });
  return *std::move(stored);
}

Result<std::optional<std::string>> Session::content(model::ContentId id) {
  using Contents = Service::Contents;
  std::optional<std::string> known =
      service_->contents_.with([id](Contents& contents) -> std::optional<std::string> {
        const auto it = contents.by_id.find(id.value);
        if (it == contents.by_id.end()) return std::nullopt;
        return it->second;
      });
  if (known) return known;
  HW_TRY(std::optional<std::string> stored, reader_.content(id));
  if (!stored) return stored;
  service_->contents_.with([&](Contents& contents) {
    if (contents.bytes + stored->size() > Service::kMaxContentBytes) {
      contents.by_id.clear();
      contents.bytes = 0;
    }
    if (contents.by_id.emplace(id.value, *stored).second) contents.bytes += stored->size();
  });
  return stored;
}

}  // namespace headwater::query
