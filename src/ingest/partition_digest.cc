#include "ingest/partition_digest.h"

#include "ingest/digest_collector.h"

namespace headwater::ingest {

using base::Hasher;
using base::Result;

namespace {

Result<void> add_names(storage::Reader& reader, Collector& all) {
  HW_TRY(const auto datasets, reader.partitioned());
  for (const storage::PartitionedRow& row : datasets) {
    all.add(Hasher().field(row.number.value).field(row.node.value));
  }
  HW_TRY(const auto keys, reader.partition_keys());
  for (const storage::PartitionKeyRow& row : keys) {
    all.add(Hasher().field(row.dataset.value).field(row.number).field(row.text));
  }
  return {};
}

Result<void> add_writes(storage::Reader& reader, Collector& all) {
  HW_CHECK_OK(reader.scan_materializations([&](const storage::MaterializationRow& row) {
    Hasher h;
    h.field(row.dataset.value).field(row.lane).field(bits(row.index)).field(bits(row.end));
    h.field(row.seq.value).field(bits(row.start)).field(row.job.value).field(bits(row.code.value));
    h.field(row.out).field(row.reported_out).field(bits(row.run.value));
    all.add(h);
    return true;
  }));
  return reader.scan_run_partitions([&](const storage::RunPartitionRow& row) {
    Hasher h;
    h.field(bits(row.run.value)).field(row.output ? 1 : 0).field(row.dataset.value);
    h.field(row.lane).field(bits(row.first)).field(bits(row.last)).field(row.seq.value);
    h.field(row.version).field(bits(row.rows)).field(bits(row.size_bytes));
    all.add(h);
    return true;
  });
}

Result<void> add_documents(storage::Reader& reader, Collector& all) {
  constexpr std::int32_t kMostKinds = 64;
  for (std::int32_t kind = 0; kind < kMostKinds; ++kind) {
    HW_TRY(const auto rows, reader.planner_documents(kind));
    for (const storage::PlannerDocument& row : rows) {
      Hasher h;
      h.field(bits(row.kind)).field(bits(row.a)).field(bits(row.b)).field(row.seq.value);
      h.field(row.body);
      all.add(h);
    }
  }
  return {};
}

}  // namespace

Result<ViewDigest> partition_digest(storage::Reader& reader) {
  Collector all("partitions", true);
  HW_CHECK_OK(add_names(reader, all));
  HW_CHECK_OK(add_writes(reader, all));
  HW_CHECK_OK(add_documents(reader, all));
  return all.finish();
}

}  // namespace headwater::ingest
