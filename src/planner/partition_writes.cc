// PartitionView: what runs wrote, as far as events have told; and those that did not end well.
//
// What a run wrote follows from what is known of the run now, whatever the order in which that
// came: an event may make known that it started earlier, with which code, what came out, that it
// ended earlier, or that it had failed by then.

#include <algorithm>
#include <ranges>
#include <utility>

#include "base/log.h"
#include "model/json.h"
#include "planner/learn.h"
#include "planner/partition_view.h"
#include "planner/stored_history.h"

namespace headwater::planner {

using base::ErrorCode;
using base::Result;
using storage::MaterializationRow;
using storage::RunInfo;
using storage::RunPartitionRow;
using storage::RunState;

namespace {

bool ended_badly(const RunInfo& run) {
  return run.state == RunState::kFailed || run.state == RunState::kAborted;
}

// What the run wrote, no partition twice: of rows that overlap one with a version counts, and of
// these the one that was told last.
std::vector<RunPartitionRow> outputs_of(std::vector<RunPartitionRow> rows) {
  std::erase_if(rows, [](const RunPartitionRow& row) { return !row.output; });
  const auto overlap = [](const RunPartitionRow& a, const RunPartitionRow& b) {
    return a.dataset == b.dataset && a.lane == b.lane && b.first <= a.last;
  };
  if (std::ranges::adjacent_find(rows, overlap) == rows.end()) return rows;
  std::ranges::stable_sort(rows, {}, [](const RunPartitionRow& row) {
    return std::pair(!row.version.empty(), row.seq);
  });
  std::map<std::pair<DatasetNo, Place>, RunPartitionRow> single;
  for (const RunPartitionRow& row : rows) {
    RunPartitionRow one = row;
    for (std::int64_t i = row.first; i <= row.last; ++i) {
      one.first = one.last = i;
      single.insert_or_assign(std::pair(row.dataset, Place{row.lane, i}), one);
    }
  }
  std::vector<RunPartitionRow> out;
  for (auto& [at, row] : single) out.push_back(std::move(row));
  return out;
}

std::vector<Write> writes_of(const std::vector<MaterializationRow>& rows) {
  std::vector<Write> out;
  for (const MaterializationRow& row : rows) out.push_back(StoredHistory::write_of(row));
  return out;
}

bool holds(const ChangeDocument& change, const Place& place) {
  return std::ranges::any_of(change.spans, [&](const Span& span) {
    return span.lane == place.lane && span.first <= place.index && place.index <= span.last;
  });
}

}  // namespace

Result<std::optional<std::string>> PartitionView::lease_named_by(const Step& step,
                                                                 const RunInfo& run) {
  std::optional<std::string> out;
  const auto read = [&out](std::string_view body) {
    const model::JsonValue facets = model::JsonValue(body).get("run").get("facets");
    if (auto token = facets.get("headwater_lease").get("token").string()) out = std::move(token);
  };
  HW_TRY(std::vector<storage::RunRecordRow> rows, reader_->records_of_run(run.id));
  std::ranges::sort(rows, {}, &storage::RunRecordRow::seq);
  model::Seq last;  // of several datasets a record has several rows
  for (const storage::RunRecordRow& row : rows) {
    if (row.seq == last || !(row.seq < step.record.seq)) continue;
    last = row.seq;
    HW_TRY(const std::optional<storage::LogRecord> record, reader_->log_record(row.seq));
    if (record) read(record->body);
  }
  read(step.record.body);
  return out;
}

Result<void> PartitionView::finish_run(Step& step, const RunInfo& run) {
  HW_TRY(std::vector<RunPartitionRow> rows, reader_->run_partitions(run.id));
  Outputs inputs, outputs;
  std::set<std::uint32_t> new_inputs, new_outputs;
  for (const RunPartitionRow& row : rows) {
    (row.output ? outputs : inputs)[row.dataset.value].push_back({row.lane, row.first, row.last});
    if (row.seq == step.record.seq) {
      (row.output ? new_outputs : new_inputs).insert(row.dataset.value);
    }
  }
  PlanBook::FailedRun failed{run.recorded, std::nullopt};
  const bool leased = std::ranges::any_of(
      outputs, [&](const auto& output) { return book_->leases_any(DatasetNo{output.first}); });
  if (ended_badly(run) && leased) {  // all events of the run are read: they may be many
    HW_TRY(failed.lease, lease_named_by(step, run));
  }
  std::map<std::uint32_t, ChangeDocument> changes;
  bool reaches_back = false;
  for (const RunPartitionRow& row : outputs_of(std::move(rows))) {
    HW_TRY(const Settled settled, settle_run(step, run, failed, row, changes[row.dataset.value]));
    if (settled.is_new) new_outputs.insert(row.dataset.value);
    reaches_back = reaches_back || settled.reaches_back;
  }
  if (reaches_back) HW_CHECK_OK(load_attempts(*reader_));
  for (auto& [dataset, change] : changes) {
    if (change.spans.empty()) continue;
    change.data = true;
    change.job = run.job;
    change.at = run.ended_at;
    change.dataset = DatasetNo{dataset};
    change.run = run.id;
    change.spans = joined(std::move(change.spans));
    HW_CHECK_OK(put(step, DocumentKind::kChange, static_cast<std::int64_t>(step.record.seq.value),
                    dataset, encode(change)));
  }
  if (run.state != RunState::kCompleted) return {};
  HW_CHECK_OK(learn_mappings(step, inputs, outputs, new_inputs, new_outputs));
  return learn_columns(step, run, outputs);
}

// One row of what the run says it wrote, partition by partition. What cannot be kept up (it lies
// too far away) is told, and the rest goes on.
Result<PartitionView::Settled> PartitionView::settle_run(Step& step, const RunInfo& run,
                                                         const PlanBook::FailedRun& failed,
                                                         const RunPartitionRow& row,
                                                         ChangeDocument& change) {
  Settled out;
  for (std::int64_t i = row.first; i <= row.last; ++i) {
    const Place place{row.lane, i};
    if (auto room = engine_->check_span(row.dataset, place); !room) {
      HW_LOG_WARN("partitions.not_understood", "seq={} error=\"{}\"", step.record.seq.value,
                  room.error().message);
      continue;
    }
    if (run.state != RunState::kCompleted && !ended_badly(run)) {
      HW_CHECK_OK(note_attempt(run, row.dataset, place, std::nullopt));
      continue;
    }
    HW_TRY(const Settled one, settle(step, run, row, place, change));
    out.is_new = out.is_new || one.is_new;
    out.reaches_back = out.reaches_back || one.reaches_back;
    if (ended_badly(run)) book_->run_failed(book_step(step), row.dataset, place, failed);
  }
  return out;
}

// Of a run that has ended.
Result<PartitionView::Settled> PartitionView::settle(Step& step, const RunInfo& run,
                                                     const RunPartitionRow& row, const Place& place,
                                                     ChangeDocument& change) {
  HW_TRY(const Rows before, reader_->materializations(row.dataset, place.lane, place.index));
  const auto own = std::ranges::find(before, run.id, &MaterializationRow::run);
  Settled out;
  Rows after = before;
  std::erase_if(after, [&](const MaterializationRow& other) { return other.run == run.id; });
  if (run.state == RunState::kCompleted) {
    HW_TRY(auto write, write_of_run(step, run, row, place, before, change));
    out.is_new = own == before.end();
    out.reaches_back = !out.is_new && write.end < own->end;
    after.push_back(std::move(write));
  } else {
    out.reaches_back = own != before.end();
  }
  std::ranges::sort(after, {}, [](const MaterializationRow& r) { return std::pair(r.end, r.seq); });
  const std::optional<Micros> end = after.empty() ? std::optional<Micros>() : after.back().end;
  HW_CHECK_OK(store(step, row.dataset, place, before, std::move(after)));
  HW_CHECK_OK(note_attempt(run, row.dataset, place, end));
  return out;
}

// What the run wrote there, as it is to stand in the table. Of one that is new: whether it is a
// change of data.
Result<MaterializationRow> PartitionView::write_of_run(Step& step, const RunInfo& run,
                                                       const RunPartitionRow& row,
                                                       const Place& place, const Rows& known,
                                                       ChangeDocument& change) {
  const Micros end = run.ended_at;
  const Micros start = run.started_at == model::kOpenEnd ? end : std::min(run.started_at, end);
  MaterializationRow write{row.dataset, place.lane, place.index, end, step.record.seq, start,
                           run.job,     run.code,   0,           0,   run.id};
  write.out = write.reported_out = fingerprint_of(row.version, run.run_id);
  if (const auto own = std::ranges::find(known, run.id, &MaterializationRow::run);
      own != known.end()) {
    write.seq = own->seq;
    // Said anew by this record, or else what it was taken for then.
    if (row.seq != step.record.seq) write.reported_out = own->reported_out;
    return write;
  }
  if (known.empty() || known.back().end > end) return write;
  Rows all = known;
  all.push_back(write);
  count_alike(row.dataset, place, all);
  if (all.back().out == known.back().out) return write;
  const auto [code, inputs] = reasons(row.dataset, place);
  if (!code && !inputs) change.spans.push_back({place.lane, place.index, place.index});
  HW_TRY(const bool unread, code && !inputs
                                ? unread_columns_alone(step, row.dataset, known.back().code, run)
                                : Result<bool>(false));
  if (unread) write.reported_out = known.back().reported_out;
  return write;
}

// The rows of a partition, and what follows from them in the engine.
Result<void> PartitionView::store(Step& step, DatasetNo dataset, const Place& place,
                                  const Rows& before, Rows after) {
  count_alike(dataset, place, after);
  if (before == after) return {};
  const auto same_key = [](const MaterializationRow& a, const MaterializationRow& b) {
    return a.end == b.end && a.seq == b.seq;
  };
  std::size_t changed = 0;
  for (const MaterializationRow& row : before) {
    if (std::ranges::any_of(after, [&](const auto& other) { return same_key(row, other); })) {
      continue;
    }
    ++changed;
    HW_CHECK_OK(step.writer.delete_materialization(row));
  }
  const MaterializationRow* added = nullptr;
  for (const MaterializationRow& row : after) {
    if (std::ranges::find(before, row) != before.end()) continue;
    ++changed;
    added = &row;
    HW_CHECK_OK(step.writer.put_materialization(row));
  }
  const bool is_one_more = changed == 1 && after.size() == before.size() + 1;
  HW_CHECK_OK(is_one_more ? engine_->write(StoredHistory::write_of(*added))
                          : engine_->rewrite(dataset, place, writes_of(before)));
  book_->written(book_step(step), dataset, place);
  return {};
}

// Fingerprints that decisions made equal count as that of the earliest write which has one of them.
// A change of data is between its run's write and the one before it, as that was known then.
void PartitionView::count_alike(DatasetNo dataset, const Place& place, Rows& rows) const {
  for (MaterializationRow& row : rows) row.out = row.reported_out;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> equal;
  for (const auto& [seq, decision] : decisions_) {
    if (decision.revoked || decision.decided != Decided::kImmaterial) continue;
    const auto change = changes_.find({decision.change_a, decision.change_b});
    if (change == changes_.end() || !change->second.data || change->second.dataset != dataset ||
        !holds(change->second, place)) {
      continue;
    }
    const auto own = std::ranges::find(rows, change->second.run, &MaterializationRow::run);
    if (own == rows.end()) continue;
    const auto then = std::find_if(std::reverse_iterator(own), rows.rend(),
                                   [&](const auto& row) { return row.seq < own->seq; });
    if (then != rows.rend()) equal.emplace_back(own->reported_out, then->reported_out);
  }
  if (equal.empty()) return;
  for (MaterializationRow& row : rows) {
    std::set<std::uint64_t> alike{row.reported_out};
    for (std::size_t size = 0; size != alike.size();) {
      size = alike.size();
      for (const auto& [a, b] : equal) {
        if (alike.contains(a) || alike.contains(b)) alike.insert({a, b});
      }
    }
    row.out = std::ranges::find_if(rows, [&](const auto& other) {
                return alike.contains(other.reported_out);
              })->reported_out;
  }
}

// ---- runs that have not completed
// ----------------------------------------------------------------

// `current_end`: of what is current; nothing: not asked, or nothing is.
Result<void> PartitionView::note_attempt(const RunInfo& run, DatasetNo dataset, const Place& place,
                                         std::optional<Micros> current_end) {
  const std::pair at{dataset, place};
  const bool open = run.state != RunState::kCompleted;
  const auto known = attempts_.find(at);
  if (known == attempts_.end() && !open) return {};
  std::vector<Attempt>& attempts = attempts_[at];
  std::erase_if(attempts, [&](const Attempt& other) { return other.run == run.id; });
  if (open) attempts.push_back({run.id, ended_badly(run) ? run.ended_at : model::kOpenEnd});
  std::erase_if(attempts, [&](const Attempt& other) {
    return current_end && other.end <= *current_end && other.end != model::kOpenEnd;
  });
  HW_CHECK_OK(show_attempts(dataset, place));
  if (attempts.empty()) attempts_.erase(at);
  return {};
}

Result<void> PartitionView::show_attempts(DatasetNo dataset, const Place& place) {
  bool running = false, failed = false;
  if (const auto at = attempts_.find({dataset, place}); at != attempts_.end()) {
    for (const Attempt& attempt : at->second) {
      (attempt.end == model::kOpenEnd ? running : failed) = true;
    }
  }
  HW_CHECK_OK(engine_->set_failed(dataset, place, failed));
  return engine_->set_running(dataset, place, running);
}

// All of them anew, from the tables.
Result<void> PartitionView::load_attempts(storage::Reader& reader) {
  const auto before = std::exchange(attempts_, {});
  for (const auto& [at, attempts] : before) HW_CHECK_OK(show_attempts(at.first, at.second));
  HW_TRY(const auto rows, reader.open_run_outputs());
  std::optional<RunInfo> run;
  for (const RunPartitionRow& row : rows) {
    if (!run || run->id != row.run) {
      HW_TRY(run, reader.run(row.run));
    }
    if (!run) continue;
    for (std::int64_t i = row.first; i <= row.last; ++i) {
      const Place place{row.lane, i};
      if (!engine_->check_span(row.dataset, place)) continue;
      std::optional<Micros> end;
      if (ended_badly(*run)) {
        HW_TRY(const Rows known, reader.materializations(row.dataset, place.lane, i));
        if (!known.empty()) end = known.back().end;
      }
      HW_CHECK_OK(note_attempt(*run, row.dataset, place, end));
    }
  }
  return {};
}

}  // namespace headwater::planner
