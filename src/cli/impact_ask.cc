#include "cli/impact_ask.h"

#include <charconv>
#include <future>
#include <map>
#include <utility>

#include "api/v1/v1.h"
#include "cli/http_client.h"
#include "cli/stores.h"
#include "ingest/ingest.h"
#include "model/json.h"
#include "query/session.h"
#include "stats/read_stats.h"

namespace headwater::cli {

using base::ErrorCode;
using base::make_error;
using base::Result;

namespace {

constexpr std::string_view kPath = "/api/v1/impact";

std::size_t count_in(std::string_view text, std::string_view name) {
  const std::size_t at = text.find(std::string(name) + "=");
  if (at == std::string_view::npos) return 0;
  std::size_t value = 0;
  const char* const from = text.data() + at + name.size() + 1;
  std::from_chars(from, text.data() + text.size(), value);
  return value;
}

Result<ImpactFacts> facts_of(const std::map<std::string, std::string>& headers) {
  const auto header = [&](const char* name) {
    const auto at = headers.find(name);
    return at == headers.end() ? std::string() : at->second;
  };
  const std::string counts = header("x-headwater-impact");
  if (counts.empty()) {
    return make_error(ErrorCode::kStorageUnavailable,
                      "The answer is none of a Headwater of this version.");
  }
  return ImpactFacts{header("x-headwater-complete") == "true", header("x-headwater-cut"),
                     count_in(counts, "breaking"), count_in(counts, "degraded"),
                     count_in(counts, "recompute")};
}

class ServerSource final : public ImpactSource {
 public:
  explicit ServerSource(std::string url) : client_(std::move(url)) {}
  Result<ImpactFacts> ask(const std::string& query, const std::string& body,
                          const TakeBytes& take) override {
    HW_TRY(const auto headers, client_.post_stream(std::string(kPath) + query, body, take));
    return facts_of(headers);
  }

 private:
  HttpClient client_;
};

// Nothing is written from here.
class NoWrites final : public api::v1::Writes {
 public:
  void submit(std::string, Done<ingest::BodyReceipt> done, bool) override { done(refusal()); }
  void decide(ingest::Decision, Done<ingest::Receipt> done) override { done(refusal()); }
  void replay_quarantined(model::Seq, Done<ingest::Receipt> done) override { done(refusal()); }
  ingest::PipelineStats stats() const override { return {}; }

 private:
  static base::Error refusal() {
    return make_error(ErrorCode::kStorageUnavailable, "This process only reads.");
  }
};

class DirectorySource final : public ImpactSource {
 public:
  Result<void> open(const base::Config& config) {
    HW_TRY(store_, storage::Store::open(reading_options(config)));
    HW_TRY(graph_, ingest::load_graph(*store_));
    queries_ = std::make_unique<query::Service>(*store_, *graph_, base::system_clock());
    api::v1::Dependencies dependencies{*queries_, writes_, {}, {}, {}};
    HW_CHECK_OK(stats::read_stats(*store_, dependencies.stats));
    api_ = std::make_unique<api::v1::Api>(std::move(dependencies), api::v1::Options{});
    return {};
  }

  Result<ImpactFacts> ask(const std::string& query, const std::string& body,
                          const TakeBytes& take) override {
    auto promise = std::make_shared<std::promise<api::http::Response>>();
    auto future = promise->get_future();
    api_->handler()(request(query, body), {},
                    api::http::Responder::to([promise](api::http::Response response) {
                      promise->set_value(std::move(response));
                    }));
    api::http::Response response = future.get();
    if (response.status != 200) return HttpClient::refusal(response.status, response.body);
    HW_CHECK_OK(take(response.body));
    for (bool more = response.source != nullptr; more;) {
      std::string piece;
      HW_TRY(more, response.source->next(piece));
      HW_CHECK_OK(take(piece));
    }
    std::map<std::string, std::string> headers;
    for (const auto& [name, value] : response.headers) {
      std::string lower = name;
      for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
      headers[lower] = value;
    }
    return facts_of(headers);
  }

 private:
  // As the wire would: decoded. What impact.cc writes into a query needs no decoding but of "%..".
  static api::http::Request request(const std::string& query, const std::string& body) {
    api::http::Request out;
    out.method = api::http::Method::kPost;
    out.segments = {"api", "v1", "impact"};
    out.body = body;
    for (std::size_t at = 1; at < query.size();) {
      const std::size_t end = std::min(query.find('&', at), query.size());
      const std::string pair = query.substr(at, end - at);
      const std::size_t equals = pair.find('=');
      out.query.emplace_back(pair.substr(0, equals), HttpClient::unescape(pair.substr(equals + 1)));
      at = end + 1;
    }
    return out;
  }

  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<graph::Graph> graph_;
  std::unique_ptr<query::Service> queries_;
  NoWrites writes_;
  std::unique_ptr<api::v1::Api> api_;
};

}  // namespace

std::unique_ptr<ImpactSource> impact_of_server(const std::string& url) {
  return std::make_unique<ServerSource>(url);
}

Result<std::unique_ptr<ImpactSource>> impact_of_directory(const base::Config& config) {
  auto source = std::make_unique<DirectorySource>();
  HW_CHECK_OK(source->open(config));
  return std::unique_ptr<ImpactSource>(std::move(source));
}

}  // namespace headwater::cli
