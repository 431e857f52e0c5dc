#include "storage/sqlite/check_rules.h"

#include <array>

// Rows of `table` whose `column` (0 is none) names no row of `target`.
#define HW_REFERENCE(table, column, target)                               \
  CheckRule {                                                             \
    "check." #table "_" #column, #table "." #column,                      \
        "SELECT '" #column " ' || t." #column " || ' is not in " #target  \
        ", '"                                                             \
        " || count(*) || ' rows' FROM " #table " AS t LEFT JOIN " #target \
        " AS r ON r.id = t." #column " WHERE t." #column                  \
        " <> 0 AND r.id IS NULL GROUP BY t." #column                      \
  }
// The same where none is not allowed either.
#define HW_REQUIRED(table, column, target)                                     \
  CheckRule {                                                                  \
    "check." #table "_" #column, #table "." #column,                           \
        "SELECT '" #column " ' || t." #column " || ' is not in " #target       \
        ", '"                                                                  \
        " || count(*) || ' rows' FROM " #table " AS t LEFT JOIN " #target      \
        " AS r ON r.id = t." #column " WHERE r.id IS NULL GROUP BY t." #column \
  }
// Rows of `table` whose `column` (0 is none) names no record of the log.
#define HW_RECORDED(table, column)                                               \
  CheckRule {                                                                    \
    "check." #table "_" #column, #table "." #column,                             \
        "SELECT 'record ' || t." #column " || ' is not in the log' FROM " #table \
        " AS t LEFT JOIN log AS r ON r.seq = t." #column " WHERE t." #column     \
        " NOT IN (0, 9223372036854775807) AND r.seq IS NULL GROUP BY t." #column \
  }
#define HW_INTERVALS(table, from, to)                                                             \
  CheckRule {                                                                                     \
    "check." #table "_" #from, #table "." #from,                                                  \
        "SELECT 'row ' || id || ': " #from " ' || " #from " || ' is not before " #to " ' || " #to \
        " FROM " #table " WHERE " #from " >= " #to                                                \
  }
#define HW_DENSE(table, column)                                                               \
  CheckRule {                                                                                 \
    "check." #table "_dense", #table "." #column,                                             \
        "SELECT n || ' rows from ' || low || ' to ' || high || ': not dense from 1' FROM"     \
        " (SELECT count(*) AS n, coalesce(min(" #column                                       \
        "), 1) AS low,"                                                                       \
        " coalesce(max(" #column "), 0) AS high FROM " #table ") WHERE low <> 1 OR high <> n" \
  }

namespace headwater::storage::sqlite {
namespace {

constexpr std::array kRules{
    HW_DENSE(log, seq),
    HW_DENSE(node, id),

    HW_REQUIRED(edge, owner, node),
    HW_REQUIRED(edge, src, node),
    HW_REQUIRED(edge, dst, node),
    HW_REFERENCE(edge, via, node),
    HW_REFERENCE(edge, detail, transformation),
    HW_INTERVALS(edge, valid_from, valid_to),
    HW_INTERVALS(edge, recorded_from, recorded_to),
    HW_RECORDED(edge, recorded_from),
    HW_RECORDED(edge, recorded_to),

    HW_REQUIRED(attribute, owner, node),
    HW_REQUIRED(attribute, name, attribute_name),
    HW_REFERENCE(attribute, content, content),
    HW_INTERVALS(attribute, valid_from, valid_to),
    HW_INTERVALS(attribute, recorded_from, recorded_to),
    HW_RECORDED(attribute, recorded_from),
    HW_RECORDED(attribute, recorded_to),

    HW_REQUIRED(observation, owner, node),
    HW_RECORDED(observation, seq),
    HW_REFERENCE(observation, run, run),
    HW_REFERENCE(observation, code, code_version),
    HW_REFERENCE(observation, edge_set, edge_set),
    HW_REFERENCE(observation, bundle, bundle),
    HW_REFERENCE(observation, producer, producer),
    HW_REQUIRED(tip, owner, node),
    HW_RECORDED(tip, seq),
    HW_REFERENCE(decision, node, node),
    HW_REFERENCE(decision, other, node),
    HW_RECORDED(decision, seq),
    HW_RECORDED(tag_definition, seq),
    HW_REQUIRED(deletion, dataset, node),
    HW_RECORDED(deletion, seq),

    HW_REQUIRED(node_past, node, node),
    HW_RECORDED(node_past, recorded_to),
    HW_REQUIRED(run_past, run, run),
    HW_RECORDED(run_past, recorded_to),

    HW_REQUIRED(partitioned, node, node),
    HW_REQUIRED(materialization, job, node),
    HW_REFERENCE(materialization, code, code_version),
    HW_REQUIRED(materialization, run, run),
    HW_RECORDED(materialization, seq),
    HW_REQUIRED(run_partition, run, run),
    HW_RECORDED(run_partition, seq),
    HW_RECORDED(planner_document, seq),
    HW_RECORDED(plan, id),
    HW_RECORDED(plan, seq),
    HW_RECORDED(plan_progress, seq),
    HW_RECORDED(plan_lease, seq),
    HW_RECORDED(plan_lease, ended),
    HW_REFERENCE(plan_task, job, node),
    HW_REQUIRED(plan_task, plan, plan),
    HW_REQUIRED(plan_progress, plan, plan),
    HW_REQUIRED(plan_lease, plan, plan),
    HW_REQUIRED(plan_body, plan, plan),

    HW_REQUIRED(usage_daily, dataset, node),
    HW_REQUIRED(usage_daily, consumer, node),
    HW_REFERENCE(usage_daily, purpose, stats_label),
    HW_REQUIRED(usage_column, name, stats_label),
    HW_REQUIRED(usage_query, fingerprint, stats_label),
    HW_REFERENCE(ledger, job, node),
    HW_REFERENCE(ledger, dataset, node),
    HW_REFERENCE(ledger, run, run),
    HW_RECORDED(ledger, seq),
    HW_REQUIRED(run_cost, run, run),
    HW_RECORDED(price_book, seq),
    HW_RECORDED(ledger_entry, seq),

    HW_REQUIRED(profile, dataset, node),
    HW_REFERENCE(profile, job, node),
    HW_REFERENCE(profile, run, run),
    HW_RECORDED(profile, seq),
    HW_REQUIRED(monitor_setting, dataset, node),
    HW_RECORDED(monitor_setting, seq),

    HW_REFERENCE(run, job, node),
    HW_REFERENCE(run, parent, run),
    HW_REFERENCE(run, code, code_version),
    HW_RECORDED(run, recorded),
    HW_RECORDED(run, updated),

    HW_REFERENCE(node, namespace, namespace),
    HW_REFERENCE(node, parent, node),
    HW_REFERENCE(node, merged_into, node),
    HW_RECORDED(node, recorded),
    HW_RECORDED(node, merged_seq),

    CheckRule{"check.quarantine_kind", "quarantine.seq",
              "SELECT 'record ' || q.seq || ' is not a quarantined record of the log'"
              " FROM quarantine AS q LEFT JOIN log AS r ON r.seq = q.seq AND r.kind = 2"
              " WHERE r.seq IS NULL"},
    CheckRule{"check.quarantine_missing", "log.kind",
              "SELECT 'record ' || r.seq || ' is quarantined without a reason' FROM log AS r"
              " LEFT JOIN quarantine AS q ON q.seq = r.seq WHERE r.kind = 2 AND q.seq IS NULL"},
    HW_RECORDED(quarantine, replayed_as),
};

}  // namespace

std::span<const CheckRule> check_rules() { return kRules; }

}  // namespace headwater::storage::sqlite
