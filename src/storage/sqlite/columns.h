// The columns of each table, in the order in which rows.cc reads them. Private to catalogue.cc.
#pragma once

#define HW_LOG_COLUMNS \
  "seq, kind, received_at, event_time, hash_high, hash_low, dictionary, size, body"
#define HW_QUARANTINE_COLUMNS "seq, reason, pointer, producer, replayed_as"
#define HW_NAMESPACE_COLUMNS "id, name, owner, description, created_at, updated_at, deleted"
#define HW_NODE_COLUMNS                                                                 \
  "id, kind, namespace, parent, name, recorded, first_seen, placeholder, merged_into, " \
  "merged_seq"
#define HW_EDGE_COLUMNS                                                           \
  "id, owner, kind, src, dst, via, detail, valid_from, valid_to, recorded_from, " \
  "recorded_to, reason"
#define HW_ATTRIBUTE_COLUMNS \
  "id, owner, name, content, valid_from, valid_to, recorded_from, recorded_to"
#define HW_OBSERVATION_COLUMNS \
  "owner, time, rank, tie, seq, run, type, flags, code, edge_set, bundle, producer"
#define HW_RUN_COLUMNS                                                            \
  "id, run_id, job, parent, state, started_at, ended_at, first_time, last_time, " \
  "nominal_start, nominal_end, code, recorded, updated, merge"
#define HW_DECISION_COLUMNS "seq, kind, node, other, author, at"
#define HW_TAG_DEFINITION_COLUMNS \
  "seq, name, at, description, downstream, stop_masking, stop_indirect, stop_at_tag, author"
#define HW_MATERIALIZATION_COLUMNS \
  "dataset, lane, idx, end_time, seq, start_time, job, code, out, reported_out, run"
#define HW_RUN_PARTITION_COLUMNS \
  "run, output, dataset, lane, first, last, seq, version, rows, bytes"
#define HW_PLAN_COUNTS "done, told, skipped, running, failed, blocked"
#define HW_PLAN_COLUMNS                                                                    \
  "id, seq, state, hold, created_at, updated_at, upper, refreshed, total, " HW_PLAN_COUNTS \
  ", ready, author, reason, wait_inputs, wait_quiet, wakes_at"
#define HW_PLAN_TASK_COLUMNS                                                                    \
  "plan, number, wave, dataset, lane, first, last, job, action, flags, deadline, probability, " \
  "duration_p50, duration_p90, duration_samples, duration_basis, "                              \
  "cost_p50, cost_p90, cost_samples, cost_basis, upstream"
#define HW_PLAN_PROGRESS_COLUMNS \
  "plan, number, seq, state, ready, " HW_PLAN_COUNTS ", attempts, runs, waits"
#define HW_PLAN_LEASE_COLUMNS                                                          \
  "seq, n, plan, task, first, last, worker, request, given_at, expires_at, lease_ms, " \
  "attempt, desired, state, ended_at, ended, run_id, message"
#define HW_USAGE_COLUMNS "dataset, day, consumer, purpose, count, last_time, seq"
#define HW_USAGE_QUERY_COLUMNS "dataset, day, fingerprint, count, duration_ms, bytes_scanned"
#define HW_LEDGER_COLUMNS                                                                  \
  "seq, n, kind, time, run, job, dataset, prices, amount, cpu_seconds, gpu_seconds, "      \
  "memory_gb_seconds, slot_ms, bytes_scanned, bytes_billed, bytes_written, rows_written, " \
  "energy_wh, co2_g, duration_ms, runs"
#define HW_OPEN "9223372036854775807"
