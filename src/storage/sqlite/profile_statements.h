// The statements of profiles and of the settings of monitors. Private to catalogue.cc.
#pragma once

#include <array>

#include "storage/sqlite/catalogue.h"
#include "storage/sqlite/columns.h"

namespace headwater::storage::sqlite {

// What is known of the run beside the row; run 0 has none.
#define HW_PROFILE_RUN                                                          \
  "coalesce(r.run_id, ''), coalesce(r.state, 0), coalesce(r.ended_at, " HW_OPEN \
  "), coalesce(r.nominal_start, " HW_OPEN "), coalesce(r.nominal_end, " HW_OPEN ")"
#define HW_PROFILE_VOLUMES                                                             \
  "p.dataset, p.time, p.run, p.role, p.tie, p.seq, p.job, p.facets, p.rows, p.bytes, " \
  "p.files, p.total_rows, p.total_bytes, p.total_files, p.updated, " HW_PROFILE_RUN

inline constexpr std::array kProfileStatements{
    NamedSql{Sql::kProfilePut, "profile.put",
             "INSERT OR REPLACE INTO profile (dataset, time, run, role, tie, seq, job, facets,"
             " rows, bytes, files, total_rows, total_bytes, total_files, updated, detail)"
             " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"},
    NamedSql{Sql::kProfileVolumes, "profile.volumes",
             "SELECT " HW_PROFILE_VOLUMES
             ", length(p.detail) > 0 FROM profile AS p LEFT JOIN run AS r ON r.id = p.run"
             " WHERE p.dataset = ?1 AND p.time >= ?2 AND p.time < ?3"
             " ORDER BY p.time, p.run, p.role, p.tie"},
    NamedSql{Sql::kProfilesOf, "profile.of_dataset",
             "SELECT " HW_PROFILE_VOLUMES
             ", p.detail FROM profile AS p LEFT JOIN run AS r ON r.id = p.run"
             " WHERE p.dataset = ?1 AND p.time >= ?2 AND p.time < ?3"
             " ORDER BY p.time, p.run, p.role, p.tie"},
    NamedSql{Sql::kProfilesBefore, "profile.before",
             "SELECT " HW_PROFILE_VOLUMES
             ", p.detail FROM profile AS p LEFT JOIN run AS r ON r.id = p.run"
             " WHERE p.dataset = ?1 AND p.time < ?2"
             " ORDER BY p.time DESC, p.run DESC, p.role DESC, p.tie DESC LIMIT ?3"},
    NamedSql{Sql::kProfilesScan, "profile.scan",
             "SELECT " HW_PROFILE_VOLUMES
             ", p.detail FROM profile AS p LEFT JOIN run AS r ON r.id = p.run"
             " ORDER BY p.dataset, p.time, p.run, p.role, p.tie"},
    NamedSql{Sql::kMonitorSettingPut, "monitor_setting.put",
             "INSERT OR REPLACE INTO monitor_setting (dataset, seq, at, body)"
             " VALUES (?1, ?2, ?3, ?4)"},
    NamedSql{Sql::kMonitorSettings, "monitor_setting.scan",
             "SELECT dataset, seq, at, body FROM monitor_setting ORDER BY dataset"},
    NamedSql{Sql::kMonitorSettingOf, "monitor_setting.of_dataset",
             "SELECT dataset, seq, at, body FROM monitor_setting WHERE dataset = ?1"},
};

#undef HW_PROFILE_VOLUMES
#undef HW_PROFILE_RUN

}  // namespace headwater::storage::sqlite
