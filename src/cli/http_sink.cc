// The sink that sends to a running server.

#include <cstdio>
#include <utility>

#include "cli/http_client.h"
#include "cli/sink.h"
#include "ingest/parse.h"
#include "model/json.h"

namespace headwater::cli {

using base::Result;
using model::JsonValue;

namespace {

class HttpSink final : public Sink {
 public:
  explicit HttpSink(std::string url) : client_(std::move(url)) {
    client_.on_wait = [](long seconds) {
      std::fprintf(stderr, "headwater: the server is busy or away; trying again in %ld s\n",
                   seconds);
    };
  }

  Result<void> send(std::string body) override {
    HW_TRY(const std::string answer, client_.post("/api/v1/lineage/batch?receipts=true", body));
    HW_CHECK_OK(ingest::check_json(answer, {}));
    count(JsonValue(answer));
    return {};
  }
  Result<void> finish() override { return {}; }
  Tally tally() const override { return tally_; }
  Result<Counts> counts() override {
    HW_TRY(const std::string answer, client_.get("/api/v1/stats"));
    HW_CHECK_OK(ingest::check_json(answer, {}));
    const JsonValue stats(answer);
    const JsonValue named = stats.get("placeholders");
    const auto number = [](const JsonValue& object, std::string_view key) {
      return object.get(key).integer().value_or(0);
    };
    return Counts{number(stats, "datasets"), number(stats, "jobs"), number(stats, "runs"),
                  number(named, "datasets"), number(named, "jobs"), number(named, "runs")};
  }

 private:
  void count(const JsonValue& answer) {
    answer.get("receipts").elements([&](const JsonValue& receipt) {
      const std::string status = receipt.get("status").string().value_or("");
      if (status == "stored") ++tally_.stored;
      if (status == "merged") ++tally_.merged;
      if (status == "duplicate") ++tally_.duplicates;
      if (status == "quarantined") ++tally_.quarantined;
    });
    answer.get("failed_events").elements([&](const JsonValue& event) {
      tally_.add_reason(event.get("reason").string().value_or("no reason given"));
    });
  }

  HttpClient client_;
  Tally tally_;
};

}  // namespace

std::unique_ptr<Sink> http_sink(std::string url) {
  return std::make_unique<HttpSink>(std::move(url));
}

}  // namespace headwater::cli
