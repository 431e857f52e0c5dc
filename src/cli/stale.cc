// headwater stale: which partitions have to be run again, for people and for gates.

#include <array>
#include <cstdio>
#include <utility>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/server_ask.h"
#include "cli/table.h"

namespace headwater::cli {

using base::Result;
using model::JsonValue;

namespace {

constexpr std::array<std::string_view, 9> kCounts{"present", "current", "stale",
                                                  "maybe",   "missing", "failed",
                                                  "running", "unknown", "unrecoverable"};

std::string count_text(const JsonValue& counts, std::string_view name) {
  return std::to_string(counts.get(name).integer().value_or(0));
}

std::string text_of(const JsonValue& json, std::string_view name) {
  return json.get(name).string().value_or("");
}

// The answer page after page, as one.
class StaleAnswer {
 public:
  explicit StaleAnswer(const StaleOptions& options)
      : options_(options),
        table_({"DATASET", ">PRESENT", ">STALE", ">MAYBE", ">MISSING", ">FAILED", ">RUNNING"}) {
    if (options.format == "csv") {
      std::string head = "nodeId";
      if (options.ranges) {
        head += ",status,first,last,count";
      } else {
        for (const std::string_view name : kCounts) head.append(",").append(name);
      }
      out_ = head + "\r\n";
    }
  }

  void page(const JsonValue& json) {
    if (head_.empty()) {
      head_ = R"("seq":)" + std::string(json.get("seq").text()) + R"(,"evaluated_at":)" +
              std::string(json.get("evaluated_at").text()) + R"(,"environment":)" +
              std::string(json.get("environment").text()) + R"(,"totals":)" +
              std::string(json.get("totals").text());
    }
    if (!json.get("complete").boolean().value_or(false)) {
      complete_ = false;
      cut_ = std::string(json.get("cut").text());
    }
    json.get("datasets").elements([&](const JsonValue& dataset) { this->dataset(dataset); });
  }

  std::string text() const {
    if (options_.format == "csv") return out_;
    if (options_.format == "json") {
      return "{" + head_ + R"(,"complete":)" + (complete_ ? "true" : "false") + R"(,"cut":)" +
             cut_ + R"(,"datasets":[)" + out_ + "]}\n";
    }
    const std::string owner = "{" + head_ + "}";
    const JsonValue head(owner);
    const JsonValue totals = head.get("totals");
    std::string out = table_.empty() ? "" : (options_.ranges ? out_ : table_.text()) + "\n";
    out += count_text(totals, "stale") + " stale, " + count_text(totals, "maybe") + " maybe, " +
           count_text(totals, "missing") + " missing, " + count_text(totals, "failed") +
           " failed of " + count_text(totals, "present") + " partitions; evaluated at " +
           text_of(head, "evaluated_at") + ", seq " +
           std::to_string(head.get("seq").integer().value_or(0)) + "\n";
    if (!complete_) out += "NOT COMPLETE: cut by " + text_of(JsonValue(cut_), "reason") + "\n";
    return out;
  }

  bool complete() const { return complete_; }
  std::int64_t total(std::string_view name) const {
    const std::string owner = "{" + head_ + "}";
    return JsonValue(owner).get("totals").get(name).integer().value_or(0);
  }

 private:
  void dataset(const JsonValue& dataset) {
    const std::string node = text_of(dataset, "nodeId");
    const JsonValue counts = dataset.get("counts");
    if (options_.format == "json") {
      out_ += (out_.empty() ? "\n" : ",\n") + std::string(dataset.text());
      return;
    }
    if (options_.format == "csv" && !options_.ranges) {
      out_ += csv_field(node);
      for (const std::string_view name : kCounts) out_ += "," + count_text(counts, name);
      out_ += "\r\n";
      return;
    }
    if (options_.format == "text") {
      table_.add({short_id(node), count_text(counts, "present"), count_text(counts, "stale"),
                  count_text(counts, "maybe"), count_text(counts, "missing"),
                  count_text(counts, "failed"), count_text(counts, "running")});
    }
    if (options_.ranges) ranges(dataset, node);
  }

  void ranges(const JsonValue& dataset, const std::string& node) {
    const bool csv = options_.format == "csv";
    if (!csv) out_ += short_id(node) + "\n";
    Table table({"", "", "", ">"});
    dataset.get("ranges").elements([&](const JsonValue& range) {
      const std::string first = text_of(range, "first"), last = text_of(range, "last"),
                        status = text_of(range, "status"), count = count_text(range, "count");
      if (csv) {
        out_ += csv_field(node) + "," + status + "," + csv_field(first) + "," + csv_field(last) +
                "," + count + "\r\n";
      } else {
        table.add({"  " + status, first, first == last ? "" : ".. " + last, count});
      }
    });
    if (csv || table.empty()) return;
    const std::string text = table.text();
    out_ += text.substr(text.find('\n') + 1);  // the names are empty
  }

  const StaleOptions& options_;
  Table table_;
  std::string head_, out_, cut_ = "null";
  bool complete_ = true;
};

Query query_of(const StaleOptions& options) {
  // Without a node only what is not as it should be.
  const bool all = !options.node.empty() || options.all;
  std::string status = options.status;
  if (status.empty() && (!all || options.ranges)) status = "stale,missing,maybe,failed";
  return {{"nodeId", options.node},
          {"scope", options.scope},
          {"status", status},
          {"environment", options.environment},
          {"ranges", options.ranges ? "true" : "false"},
          {"max_ranges", options.ranges ? "10000" : ""},
          {"limit", "1000"}};
}

Result<void> print(const StaleAnswer& answer) {
  HW_TRY(const auto output, Output::open("-"));
  HW_CHECK_OK(output->write(answer.text()));
  return output->close();
}

}  // namespace

int stale(const base::Config& config, const StaleOptions& options) {
  HttpClient client(server_url(config, options.url));
  StaleAnswer answer(options);
  auto done = each_page(client, "/api/v1/staleness", query_of(options),
                        [&answer](const JsonValue& json) -> Result<void> {
                          answer.page(json);
                          return {};
                        });
  if (done) done = print(answer);
  if (!done) return exit_code_of(done.error());
  for (const std::string& status : options.fail_on) {
    if (answer.total(status) > 0) return kImpactFound;
  }
  if (answer.complete()) return kOk;
  std::fprintf(stderr, "headwater: the answer is not complete\n");
  return kImpactCut;
}

}  // namespace headwater::cli
