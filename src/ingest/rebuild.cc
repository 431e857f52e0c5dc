// Replay: every view anew, from the log alone.

#include <chrono>
#include <filesystem>
#include <unordered_map>

#include <unistd.h>

#include "base/log.h"
#include "ingest/catalog.h"

namespace headwater::ingest {

using base::ErrorCode;
using base::make_error;
using base::Result;
using model::Seq;
using storage::LogRecord;
using storage::RecordKind;

namespace {

constexpr std::size_t kBatch = 1024;

class Rebuilder {
 public:
  Rebuilder(storage::Store& target, graph::Graph& graph, const PipelineOptions& options)
      : target_(target), limits_(options.limits), catalog_(target, graph, options) {}

  Result<void> open(const PipelineOptions& options) {
    for (const ViewFactory& make : options.views) {
      HW_TRY(others_.emplace_back(), make(target_));
    }
    return {};
  }

  Result<void> batch(const std::vector<LogRecord>& records) {
    storage::Writer& writer = target_.writer();
    HW_CHECK_OK(writer.begin());
    for (const LogRecord& record : records) {
      if (auto done = apply(record, writer); !done) {
        writer.rollback();
        return done;
      }
    }
    HW_CHECK_OK(writer.commit());
    catalog_.publish();
    for (const auto& view : others_) view->publish();
    return writer.maybe_train_dictionary();
  }

  void keep() {
    for (const auto& view : others_) {
      if (const auto keep = view->keepsake()) keep();
    }
  }

 private:
  Result<void> apply(const LogRecord& record, storage::Writer& writer) {
    HW_CHECK_OK(writer.append_log(record.seq, record.kind, record.received_at, record.event_time,
                                  record.hash, target_.pack(record.body)));
    storage::ViewRecord view{record.seq,        record.kind, record.received_at,
                             record.event_time, record.hash, record.body};
    if (record.kind == RecordKind::kQuarantined) return quarantine(record, writer);
    model::Event event;
    if (record.kind != RecordKind::kDecision) {
      ParsedEvent parsed = parse_event(record.body, limits_);
      if (const auto* rejection = std::get_if<Rejection>(&parsed)) {
        return make_error(ErrorCode::kStorageCorrupt,
                          "Record " + std::to_string(record.seq.value) +
                              " was applied once and no longer parses: " + rejection->reason);
      }
      event = std::move(std::get<model::Event>(parsed));
      view.event = &event;
    }
    storage::Effects effects;
    HW_CHECK_OK(catalog_.prepare(view, writer, effects));
    for (const auto& other : others_) HW_CHECK_OK(other->prepare(view, writer, effects));
    if (record.kind != RecordKind::kReplayed && record.kind != RecordKind::kUsage) return {};
    const auto original = quarantined_.find(record.hash);
    if (original == quarantined_.end()) return {};
    return writer.mark_replayed(original->second, record.seq);
  }

  Result<void> quarantine(const LogRecord& record, storage::Writer& writer) {
    quarantined_[record.hash] = record.seq;
    ParsedEvent parsed = parse_event(record.body, limits_);
    storage::QuarantineRow row{record.seq, "", "", "", Seq{}};
    if (auto* rejection = std::get_if<Rejection>(&parsed)) {
      row.reason = rejection->reason;
      row.pointer = rejection->pointer;
      row.producer = rejection->producer;
    } else {
      row.reason = "It could not be applied when it was received; replay it.";
      row.producer = std::get<model::Event>(parsed).producer;
    }
    return writer.insert_quarantine(row);
  }

  storage::Store& target_;
  const ParseLimits limits_;
  Catalog catalog_;
  std::vector<std::unique_ptr<storage::View>> others_;
  std::unordered_map<base::Hash128, Seq, base::Hash128Hasher> quarantined_;
};

Result<void> rebuild_from(storage::Reader& source, const std::string& directory,
                          const PipelineOptions& options, bool durable,
                          const std::function<void(double)>& progress) {
  storage::StoreOptions store_options;
  store_options.directory = directory;
  store_options.sync_full = durable;
  HW_TRY(const auto target, storage::Store::open(store_options));
  HW_TRY(const auto high, target->writer().high_ids());
  if (high.seq) {
    return make_error(ErrorCode::kInvalidArgument,
                      "The target directory already holds a log; name a new one.");
  }
  graph::Graph graph;
  Rebuilder rebuilder(*target, graph, options);
  HW_CHECK_OK(rebuilder.open(options));
  HW_TRY(const Seq last, source.last_seq());
  Seq at;
  while (at < last) {
    HW_TRY(const auto records, source.log_range(at, kBatch));
    if (records.empty()) break;
    HW_CHECK_OK(rebuilder.batch(records));
    at = records.back().seq;
    if (progress) progress(static_cast<double>(at.value) / static_cast<double>(last.value));
  }
  if (at == Seq{}) return {};
  rebuilder.keep();
  return graph.save(target->snapshot_path());
}

// Removes the scratch directory however the check ends.
class Scratch {
 public:
  explicit Scratch(std::string path) : path_(std::move(path)) {}
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

void compare(const std::vector<ViewDigest>& stored, const std::vector<ViewDigest>& rebuilt,
             std::vector<storage::CheckFinding>& findings) {
  for (std::size_t i = 0; i < stored.size() && i < rebuilt.size(); ++i) {
    if (stored[i] == rebuilt[i]) continue;
    findings.push_back(
        {stored[i].view, "differs from what the log gives: " + std::to_string(stored[i].rows) +
                             " rows stored, " + std::to_string(rebuilt[i].rows) +
                             " rebuilt; headwater replay makes a sound copy"});
  }
}

}  // namespace

Result<void> rebuild(storage::Store& source, const std::string& directory,
                     const PipelineOptions& options, const std::function<void(double)>& progress) {
  HW_TRY(auto reader, source.reader());
  HW_CHECK_OK(reader.begin());
  return rebuild_from(reader, directory, options, true, progress);
}

Result<std::vector<storage::CheckFinding>> check(storage::Store& store,
                                                 const PipelineOptions& options,
                                                 const std::function<void(double)>& progress) {
  const auto part = [&](double from, double to) {
    return [&progress, from, to](double share) {
      if (progress) progress(from + (to - from) * share);
    };
  };
  HW_TRY(auto findings, store.check(part(0, 0.3), event_hash));
  HW_TRY(const auto stored, digests(store, true));
  if (stored.back().hash != stored[1].hash) {
    findings.push_back({"graph", "the graph in memory differs from the table of edges; delete " +
                                     store.snapshot_path() + " to have it made anew"});
  }
  const Scratch scratch(store.directory() + "/check-" + std::to_string(::getpid()) + ".tmp");
  HW_TRY(auto reader, store.reader());
  HW_CHECK_OK(reader.begin());
  HW_CHECK_OK(rebuild_from(reader, scratch.path(), options, false, part(0.3, 1)));
  storage::StoreOptions scratch_options;
  scratch_options.directory = scratch.path();
  HW_TRY(const auto rebuilt_store, storage::Store::open(scratch_options));
  HW_TRY(const auto rebuilt, digests(*rebuilt_store, true));
  compare(stored, rebuilt, findings);
  return findings;
}

}  // namespace headwater::ingest
