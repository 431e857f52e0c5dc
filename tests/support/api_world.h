// A Harness with the API before it, asked without a socket.
#pragma once

#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/v1/v1.h"
#include "planner/planner.h"
#include "query/job_news.h"
#include "stats/quality.h"
#include "stats/stats.h"
#include "tests/support/harness.h"

namespace headwater::tests {

struct ApiReply {
  int status = 0;
  std::string body;
};

class ApiWorld {
 public:
  explicit ApiWorld(const std::string& directory,
                    const ingest::PipelineOptions& options = Harness::small_windows())
      : harness_(directory, with_views(options, planner_, stats_, news_)),
        queries_(harness_.store(), harness_.graph(), harness_.clock()),
        writes_(api::v1::writes_to(harness_.pipeline())),
        api_(api::v1::Dependencies{queries_, *writes_, {}, {}, {}, planner_, stats_}, {}),
        handler_(api_.handler()) {
    queries_.use_job_news(news_);
  }
  ~ApiWorld() { api_.stop(); }

  Harness& harness() { return harness_; }
  planner::Planner& planner() { return *planner_; }
  query::Service& queries() { return queries_; }
  stats::Stats& stats() { return *stats_; }
  api::v1::Api& api() { return api_; }

  // `path` below /api/v1, its segments split at '/'; those of `query` are given decoded.
  ApiReply get(std::vector<std::string> segments, api::http::Fields query = {}) {
    return send(api::http::Method::kGet, std::move(segments), std::move(query), {});
  }
  ApiReply post(std::vector<std::string> segments, std::string body, api::http::Fields query = {}) {
    return send(api::http::Method::kPost, std::move(segments), std::move(query), std::move(body));
  }

  ApiReply put(std::vector<std::string> segments, std::string body, api::http::Fields query = {}) {
    return send(api::http::Method::kPut, std::move(segments), std::move(query), std::move(body));
  }
  ApiReply remove(std::vector<std::string> segments, api::http::Fields query = {}) {
    return send(api::http::Method::kDelete, std::move(segments), std::move(query), {});
  }

 private:
  ApiReply send(api::http::Method method, std::vector<std::string> segments,
                api::http::Fields query, std::string body) {
    api::http::Request request;
    request.method = method;
    request.segments = {"api", "v1"};
    for (std::string& segment : segments) request.segments.push_back(std::move(segment));
    request.query = std::move(query);
    request.body = std::move(body);
    request.request_id = "test";
    auto promise = std::make_shared<std::promise<api::http::Response>>();
    auto future = promise->get_future();
    handler_(std::move(request), {},
             api::http::Responder::to([promise](api::http::Response response) {
               promise->set_value(std::move(response));
             }));
    api::http::Response response = future.get();
    ApiReply reply{response.status, std::move(response.body)};
    while (response.source && must(response.source->next(reply.body))) {
    }
    return reply;
  }

  static ingest::PipelineOptions with_views(ingest::PipelineOptions options,
                                            std::shared_ptr<planner::Planner> planner,
                                            std::shared_ptr<stats::Stats> stats,
                                            std::shared_ptr<query::JobNews> news) {
    options.views.push_back([planner = std::move(planner)](storage::Store& store) {
      return planner::make_view(store, planner);
    });
    options.views.push_back([stats = std::move(stats)](storage::Store& store) {
      return stats::make_view(store, stats);
    });
    options.views.emplace_back(stats::make_profile_view);
    options.views.push_back(
        [news = std::move(news)](storage::Store&) { return query::make_job_news_view(news); });
    return options;
  }

  std::shared_ptr<planner::Planner> planner_ = std::make_shared<planner::Planner>();
  std::shared_ptr<stats::Stats> stats_ = std::make_shared<stats::Stats>();
  std::shared_ptr<query::JobNews> news_ = std::make_shared<query::JobNews>();
  Harness harness_;
  query::Service queries_;
  std::unique_ptr<api::v1::Writes> writes_;
  api::v1::Api api_;
  api::http::Handler handler_;
};

}  // namespace headwater::tests
