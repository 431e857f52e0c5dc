// Reader and Writer: profiles of datasets, and how their monitors are set.

#include "storage/reader_impl.h"
#include "storage/writer_impl.h"

namespace headwater::storage {

using sqlite::Row;
using sqlite::Sql;

namespace {

// All but the last column, which says of volumes alone whether there is a detail.
ProfileRow read_volumes(Row& row) {
  return ProfileRow{.dataset = row.id<model::NodeId>(),
                    .time = row.integer(),
                    .run = row.id<model::RunRow>(),
                    .role = row.kind<model::ProfileRole>(),
                    .tie = row.integer(),
                    .seq = row.seq(),
                    .job = row.id<model::NodeId>(),
                    .facets = static_cast<std::uint8_t>(row.integer()),
                    .volume = {row.integer(), row.integer(), row.integer()},
                    .total = {row.integer(), row.integer(), row.integer()},
                    .updated = row.integer(),
                    .run_id = row.text(),
                    .run_state = row.kind<RunState>(),
                    .run_ended = row.integer(),
                    .nominal_start = row.integer(),
                    .nominal_end = row.integer(),
                    .has_detail = false,
                    .detail = {}};
}

ProfileRow read_profile(Row& row) {
  ProfileRow out = read_volumes(row);
  out.detail = row.text();
  out.has_detail = !out.detail.empty();
  return out;
}

MonitorSettingRow read_setting(Row& row) {
  return MonitorSettingRow{.dataset = row.id<model::NodeId>(),
                           .seq = row.seq(),
                           .at = row.integer(),
                           .body = row.text()};
}

}  // namespace

Result<std::vector<ProfileRow>> Reader::profiles(model::NodeId dataset, Micros from, Micros to) {
  return impl_->db->many(Sql::kProfilesOf, read_profile, dataset, from, to);
}

Result<std::vector<ProfileRow>> Reader::profile_volumes(model::NodeId dataset, Micros from,
                                                        Micros to) {
  const auto read = [](Row& row) {
    ProfileRow out = read_volumes(row);
    out.has_detail = row.flag();
    return out;
  };
  return impl_->db->many(Sql::kProfileVolumes, read, dataset, from, to);
}

Result<std::vector<ProfileRow>> Reader::profiles_before(model::NodeId dataset, Micros before,
                                                        std::size_t limit) {
  return impl_->db->many(Sql::kProfilesBefore, read_profile, dataset, before,
                         static_cast<std::int64_t>(limit));
}

Result<void> Reader::scan_profiles(const std::function<bool(const ProfileRow&)>& visit) {
  return impl_->db->each(Sql::kProfilesScan, [&](Row& row) { return visit(read_profile(row)); });
}

Result<std::vector<MonitorSettingRow>> Reader::monitor_settings() {
  return impl_->db->many(Sql::kMonitorSettings, read_setting);
}

Result<std::optional<MonitorSettingRow>> Reader::monitor_setting(model::NodeId dataset) {
  return impl_->db->one(Sql::kMonitorSettingOf, read_setting, dataset);
}

Result<void> Writer::put_profile(const ProfileRow& row) {
  return impl_->run(Sql::kProfilePut, row.dataset, row.time, row.run, row.role, row.tie, row.seq,
                    row.job, row.facets, row.volume.rows, row.volume.bytes, row.volume.files,
                    row.total.rows, row.total.bytes, row.total.files, row.updated,
                    sqlite::Blob{row.detail});
}

Result<void> Writer::put_monitor_setting(const MonitorSettingRow& row) {
  return impl_->run(Sql::kMonitorSettingPut, row.dataset, row.seq, row.at, row.body);
}

}  // namespace headwater::storage
