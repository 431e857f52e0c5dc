#include "bench/warehouse.h"

#include <algorithm>
#include <array>
#include <random>
#include <vector>

namespace headwater::bench {
namespace {

constexpr std::uint32_t kDomainJobs = 500;   // of one domain
constexpr std::uint32_t kHubs = 20;          // tables that every domain reads
constexpr int kNoColumnLineagePercent = 10;  // of jobs
constexpr int kSecondRunPercent = 10;
constexpr int kRootPercent = 30;  // of the first jobs of a domain read the root

constexpr std::array<const char*, 24> kWords = {
    "orders",   "clients", "events",  "sessions",  "revenue", "daily",    "active",  "users",
    "invoices", "search",  "metrics", "funnel",    "ads",     "churn",    "crashes", "installs",
    "accounts", "usage",   "partner", "retention", "cohort",  "payments", "devices", "baseline"};

class Warehouse {
 public:
  Warehouse(const WarehouseOptions& options, const std::function<void(std::string)>& visit)
      : options_(options),
        visit_(visit),
        random_(options.seed),
        columns_(std::max<std::uint32_t>(1, options.columns / std::max(1U, options.datasets))),
        sources_(options.datasets / 8) {}

  void run() {
    sources();
    const std::uint32_t outputs = options_.datasets - sources_;
    for (std::uint32_t job = 0; job < options_.jobs; ++job) {
      // Spread evenly: some jobs write one table, some two.
      const auto first = static_cast<std::uint32_t>(std::uint64_t{outputs} * job / options_.jobs);
      const auto end =
          static_cast<std::uint32_t>(std::uint64_t{outputs} * (job + 1) / options_.jobs);
      run_of(job, first, end, 0);
      if (pick(100) < kSecondRunPercent) again_.push_back({job, first, end});
    }
    for (const Again& again : again_) run_of(again.job, again.first, again.end, 1);
  }

 private:
  struct Again {
    std::uint32_t job, first, end;
  };

  std::uint32_t pick(std::uint32_t below) {
    return static_cast<std::uint32_t>(random_() % std::max(1U, below));
  }
  std::uint32_t domain_of(std::uint32_t job) const { return job / kDomainJobs; }
  std::uint32_t domains() const { return (options_.jobs + kDomainJobs - 1) / kDomainJobs; }

  static std::string table(std::uint32_t domain, const char* layer, std::uint32_t number) {
    return "d" + std::to_string(domain) + "_" + kWords[domain % kWords.size()] + "." + layer + "_" +
           kWords[(number * 7 + domain) % kWords.size()] + "_v" + std::to_string(number);
  }
  // 0 is the root, then the hubs, then the sources of each domain.
  std::string source(std::uint32_t number) const {
    if (number == 0) return WarehouseNames().root;
    if (number <= kHubs) return "core.hub_" + std::to_string(number);
    return table(number % domains(), "raw", number);
  }
  std::string output(std::uint32_t job, std::uint32_t number) const {
    return table(domain_of(job), "mart", number);
  }

  static void add_dataset(std::string& out, const std::string& name, const std::string& facets) {
    out += R"({"namespace":"warehouse","name":")" + name + "\"";
    if (!facets.empty()) out += ",\"facets\":{" + facets + "}";
    out += "}";
  }
  std::string schema() const {
    std::string out =
        R"("schema":{"_producer":"bench","_schemaURL":"https://openlineage.io/spec/facets/1-1-1/SchemaDatasetFacet.json","fields":[)";
    for (std::uint32_t i = 0; i < columns_; ++i) {
      if (i > 0) out += ",";
      out += R"({"name":"c)" + std::to_string(i) + R"(","type":")" + (i % 2 ? "STRING" : "INT64") +
             "\"}";
    }
    return out + "]}";
  }
  std::string ownership(std::uint32_t domain) const {
    return R"("ownership":{"_producer":"bench","_schemaURL":"https://openlineage.io/spec/facets/1-0-1/OwnershipDatasetFacet.json","owners":[{"name":"team-)" +
           std::to_string(domain % 97) + R"(","type":"TEAM"}]})";
  }

  void sources() {
    for (std::uint32_t i = 0; i < sources_; ++i) {
      std::string out =
          R"({"eventTime":"2026-10-01T00:00:00Z","producer":"bench","schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent","dataset":)";
      add_dataset(out, source(i), schema() + "," + ownership(i));
      visit_(out + "}");
    }
  }

  // Inputs of a job: mostly tables of its domain that stand shortly before it, at times a source, a
  // hub or the root.
  std::vector<std::string> inputs_of(std::uint32_t job, std::uint32_t first) {
    const std::uint32_t domain = domain_of(job);
    const std::uint32_t outputs = options_.datasets - sources_;
    const auto domain_first =
        static_cast<std::uint32_t>(std::uint64_t{outputs} * (domain * kDomainJobs) / options_.jobs);
    const std::uint32_t before = first - domain_first;
    std::vector<std::string> inputs;
    const bool early = before < 40;
    if (early && pick(100) < kRootPercent) inputs.push_back(source(0));
    if (pick(100) < 4) inputs.push_back(source(1 + pick(kHubs)));
    const std::uint32_t wanted = 1 + pick(100) / 60 + pick(100) / 85;
    for (std::uint32_t i = 0; i < wanted; ++i) {
      if (before == 0 || pick(100) < 45) {
        const std::uint32_t in_domain = (sources_ - kHubs - 1) / domains();
        const std::uint32_t number = kHubs + 1 + pick(std::max(1U, in_domain)) * domains();
        inputs.push_back(source(std::min(sources_ - 1, number + domain)));
      } else {
        // The square prefers tables that many others read.
        const std::uint32_t back = 1 + pick(before);
        const std::uint32_t at = pick(3) == 0 ? pick(std::min(before, 12U)) : before - back;
        inputs.push_back(output(job, domain_first + at));
      }
    }
    std::sort(inputs.begin(), inputs.end());
    inputs.erase(std::unique(inputs.begin(), inputs.end()), inputs.end());
    return inputs;
  }

  void add_source_field(std::string& out, const std::vector<std::string>& inputs,
                        std::uint32_t column, bool direct) {
    out += R"({"namespace":"warehouse","name":")" +
           inputs[pick(static_cast<std::uint32_t>(inputs.size()))] + R"(","field":"c)" +
           std::to_string(column) + R"(","transformations":[{"type":")" +
           (direct ? R"(DIRECT","subtype":"IDENTITY)" : R"(INDIRECT","subtype":"JOIN)") + "\"}]}";
  }

  // The first column is a key that runs through the warehouse; the others come from any column.
  std::string column_lineage(const std::vector<std::string>& inputs) {
    const double each = static_cast<double>(options_.column_edges) /
                        (static_cast<double>(options_.datasets - sources_) * columns_ *
                         (100 - kNoColumnLineagePercent) / 100);
    std::string out =
        R"("columnLineage":{"_producer":"bench","_schemaURL":"https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json","fields":{)";
    for (std::uint32_t column = 0; column < columns_; ++column) {
      if (column > 0) out += ",";
      out += "\"c" + std::to_string(column) + R"(":{"inputFields":[)";
      auto edges = static_cast<std::uint32_t>(each * 100) + pick(100);
      edges = std::max(1U, edges / 100);
      for (std::uint32_t i = 0; i < edges; ++i) {
        if (i > 0) out += ",";
        const bool key = column == 0 && i == 0;
        add_source_field(out, inputs, key ? 0 : pick(columns_), i < 2);
      }
      out += "]}";
    }
    return out + "}}";
  }

  void run_of(std::uint32_t job, std::uint32_t first, std::uint32_t end, int generation) {
    const std::vector<std::string> inputs = inputs_of(job, first);
    const bool columns = pick(100) >= kNoColumnLineagePercent;
    char time[40];
    std::snprintf(time, sizeof time, "2026-10-%02dT%02u:%02u:%02uZ", generation == 0 ? 2 : 9,
                  job / 3600 % 24, job / 60 % 60, job % 60);
    std::string out =
        std::string(R"({"eventType":"COMPLETE","eventTime":")") + time +
        R"(","producer":"bench","schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent","run":{"runId":"r)" +
        std::to_string(job) + "-" + std::to_string(generation) +
        R"("},"job":{"namespace":"scheduler","name":"d)" + std::to_string(domain_of(job)) +
        ".job_" + std::to_string(job) +
        R"(","facets":{"sql":{"_producer":"bench","_schemaURL":"https://openlineage.io/spec/facets/1-1-0/SQLJobFacet.json","query":"SELECT )" +
        std::to_string(generation) + R"("},)" + ownership(domain_of(job)) + "}},\"inputs\":[";
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (i > 0) out += ",";
      add_dataset(out, inputs[i], "");
    }
    out += "],\"outputs\":[";
    for (std::uint32_t number = first; number < end; ++number) {
      if (number > first) out += ",";
      add_dataset(out, output(job, number),
                  schema() + (columns ? "," + column_lineage(inputs) : std::string()));
    }
    visit_(out + "]}");
  }

  const WarehouseOptions options_;
  const std::function<void(std::string)>& visit_;
  std::mt19937_64 random_;
  const std::uint32_t columns_, sources_;
  std::vector<Again> again_;
};

}  // namespace

void warehouse_events(const WarehouseOptions& options,
                      const std::function<void(std::string)>& visit) {
  Warehouse(options, visit).run();
}

}  // namespace headwater::bench
