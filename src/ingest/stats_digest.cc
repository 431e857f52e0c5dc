#include "ingest/stats_digest.h"

#include <map>
#include <tuple>

#include "ingest/digest_collector.h"

namespace headwater::ingest {

using base::Hash128;
using base::Hasher;
using base::Result;

namespace {

void add_quantities(Hasher& h, const model::Quantities& quantities) {
  for (std::size_t i = 0; i < model::kMeasures; ++i) h.field(bits(quantities.at(i)));
}

Result<void> add_use(storage::Reader& reader, Collector& all) {
  HW_CHECK_OK(reader.scan_usage([&](const storage::UsageDailyRow& row) {
    all.add(Hasher()
                .field(row.dataset.value)
                .field(bits(row.day))
                .field(row.consumer.value)
                .field(bits(row.purpose))
                .field(bits(row.count))
                .field(bits(row.last_time))
                .field(row.seq.value));
    return true;
  }));
  HW_CHECK_OK(reader.scan_usage_columns([&](const storage::UsageColumnRow& row) {
    all.add(Hasher()
                .field(row.dataset.value)
                .field(bits(row.day))
                .field(bits(row.name))
                .field(bits(row.count)));
    return true;
  }));
  return reader.scan_usage_queries([&](const storage::UsageQueryRow& row) {
    all.add(Hasher()
                .field(row.dataset.value)
                .field(bits(row.day))
                .field(bits(row.fingerprint))
                .field(bits(row.count))
                .field(bits(row.duration_ms))
                .field(bits(row.bytes_scanned)));
    return true;
  });
}

Result<void> add_ledger(storage::Reader& reader, Collector& all) {
  HW_CHECK_OK(reader.scan_ledger(model::Seq{}, [&](const storage::LedgerRow& row) {
    Hasher h;
    h.field(row.seq.value).field(row.n).field(bits(row.kind)).field(bits(row.time));
    h.field(bits(row.run.value)).field(row.job.value).field(row.dataset.value);
    h.field(row.prices.value);
    add_quantities(h, row.quantities);
    all.add(h);
    return true;
  }));
  HW_CHECK_OK(
      reader.scan_run_costs(model::RunRow{}, [&](model::RunRow run, std::string_view state) {
        all.add(Hasher().field(bits(run.value)).field(state));
        return true;
      }));
  return reader.scan_ledger_entries([&](const storage::LedgerEntryRow& row) {
    all.add(Hasher().field(row.id).field(row.seq.value).field(row.body));
    return true;
  });
}

}  // namespace

Result<ViewDigest> stats_digest(storage::Reader& reader) {
  Collector all("use and cost", true);
  HW_CHECK_OK(add_use(reader, all));
  HW_CHECK_OK(add_ledger(reader, all));
  HW_TRY(const auto books, reader.price_books());
  for (const storage::PriceBookRow& row : books) {
    all.add(Hasher()
                .field(row.seq.value)
                .field(bits(row.at))
                .field(row.author)
                .field(row.reason)
                .field(row.body));
  }
  HW_TRY(const std::int64_t labels, reader.high_stats_label());
  for (std::int64_t id = 1; id <= labels; ++id) {
    HW_TRY(const auto text, reader.stats_label(id));
    all.add(Hasher().field(bits(id)).field(text.value_or("")));
  }
  return all.finish();
}

Result<std::vector<ViewDigest>> named_stats_digests(
    storage::Reader& reader, const std::unordered_map<std::uint32_t, Hash128>& names) {
  const auto name_of = [&](model::NodeId node) {
    const auto at = names.find(node.value);
    return at == names.end() ? Hash128{} : at->second;
  };
  Collector use("use", false);
  HW_CHECK_OK(reader.scan_usage([&](const storage::UsageDailyRow& row) {
    const Hash128 dataset = name_of(row.dataset), consumer = name_of(row.consumer);
    const auto purpose = reader.stats_label(row.purpose);
    Hasher h;
    h.field(dataset.high).field(dataset.low).field(consumer.high).field(consumer.low);
    h.field(purpose && *purpose ? **purpose : std::string());
    h.field(bits(row.day)).field(bits(row.count)).field(bits(row.last_time));
    use.add(h);
    return true;
  }));
  constexpr std::int64_t kDay = std::int64_t{86'400} * 1'000'000;
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::int64_t>, model::Quantities> sums;
  HW_CHECK_OK(reader.scan_ledger(model::Seq{}, [&](const storage::LedgerRow& row) {
    sums[{row.job.value, row.dataset.value, row.time / kDay}] += row.quantities;
    return true;
  }));
  Collector cost("cost by job, dataset and day", false);
  for (const auto& [key, quantities] : sums) {
    if (quantities.zero()) continue;
    const auto& [job, dataset, day] = key;
    Hasher h;
    for (const Hash128 name : {name_of(model::NodeId{job}), name_of(model::NodeId{dataset})}) {
      h.field(name.high).field(name.low);
    }
    h.field(bits(day));
    add_quantities(h, quantities);
    cost.add(h);
  }
  std::vector<ViewDigest> out;
  out.push_back(use.finish());
  out.push_back(cost.finish());
  return out;
}

}  // namespace headwater::ingest
