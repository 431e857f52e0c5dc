#include "ingest/profile_digest.h"

#include "ingest/digest_collector.h"

namespace headwater::ingest {

using base::Hash128;
using base::Hasher;
using base::Result;

namespace {

void add_measured(Hasher& h, const storage::ProfileRow& row) {
  h.field(bits(row.time)).field(static_cast<std::uint64_t>(row.role)).field(bits(row.tie));
  h.field(row.facets);
  for (const model::Volume& volume : {row.volume, row.total}) {
    h.field(bits(volume.rows)).field(bits(volume.bytes)).field(bits(volume.files));
  }
  h.field(bits(row.updated)).field(row.detail);
}

}  // namespace

Result<ViewDigest> profile_digest(storage::Reader& reader) {
  Collector all("profiles", true);
  HW_CHECK_OK(reader.scan_profiles([&](const storage::ProfileRow& row) {
    Hasher h;
    h.field(row.dataset.value).field(bits(row.run.value)).field(row.job.value);
    h.field(row.seq.value);
    add_measured(h, row);
    all.add(h);
    return true;
  }));
  HW_TRY(const auto settings, reader.monitor_settings());
  for (const storage::MonitorSettingRow& row : settings) {
    Hasher h;
    h.field(row.dataset.value).field(row.seq.value).field(bits(row.at)).field(row.body);
    all.add(h);
  }
  return all.finish();
}

Result<ViewDigest> named_profile_digest(storage::Reader& reader,
                                        const std::unordered_map<std::uint32_t, Hash128>& names) {
  // A dataset counts as what it is called now: an alias may be known before a profile or after it.
  std::unordered_map<std::uint32_t, model::NodeId> merged;
  HW_CHECK_OK(reader.scan_nodes(model::NodeId{}, [&](const storage::NodeRow& n) {
    if (n.merged_into) merged.emplace(n.id.value, n.merged_into);
    return true;
  }));
  const auto name_of = [&](model::NodeId node) {
    for (auto it = merged.find(node.value); it != merged.end(); it = merged.find(node.value)) {
      node = it->second;
    }
    const auto at = names.find(node.value);
    return at == names.end() ? Hash128{} : at->second;
  };
  Collector all("profiles", false);
  HW_CHECK_OK(reader.scan_profiles([&](const storage::ProfileRow& row) {
    Hasher h;
    for (const Hash128 name : {name_of(row.dataset), name_of(row.job)}) {
      h.field(name.high).field(name.low);
    }
    h.field(row.run_id);
    add_measured(h, row);
    all.add(h);
    return true;
  }));
  return all.finish();
}

}  // namespace headwater::ingest
