// Health, metrics and documentation.

#include <utility>

#include "api/dto/json_writer.h"
#include "api/v1/markdown.h"
#include "api/v1/static_files.h"

namespace headwater::api::v1 {
namespace {

using base::ErrorCode;
using base::make_error;

Answer health(std::string_view status) {
  dto::JsonWriter json;
  json.begin_object().key("status").text(status).end_object();
  return json_response(json.take());
}

Answer get_livez(Context&) { return health("ok"); }

Answer get_readyz(Context& context) {
  const auto& not_ready = context.services.dependencies.not_ready;
  if (not_ready) {
    if (auto error = not_ready()) return std::move(*error);
  }
  return health("ready");
}

// Lines of the Prometheus text format.
class Metrics {
 public:
  void counter(std::string_view name, std::string_view help, std::uint64_t value) {
    add(name, help, "counter", std::to_string(value));
  }
  void gauge(std::string_view name, std::string_view help, std::uint64_t value) {
    add(name, help, "gauge", std::to_string(value));
  }
  void seconds(std::string_view name, std::string_view help, std::uint64_t micros) {
    add(name, help, "counter", std::to_string(static_cast<double>(micros) / 1e6));
  }
  std::string take() { return std::move(text_); }

 private:
  void add(std::string_view name, std::string_view help, std::string_view type,
           const std::string& value) {
    const std::string full = "headwater_" + std::string(name);
    text_ += "# HELP " + full + " " + std::string(help) + "\n# TYPE " + full + " " +
             std::string(type) + "\n" + full + " " + value + "\n";
  }
  std::string text_;
};

void write_ingest(Metrics& out, const ingest::PipelineStats& stats) {
  out.counter("events_total", "Events answered with a receipt.", stats.events);
  out.counter("events_stored_total", "Events that began a run or declared something.",
              stats.stored);
  out.counter("events_merged_total", "Events that joined a run.", stats.merged);
  out.counter("events_duplicate_total", "Events that were there already.", stats.duplicates);
  out.counter("events_quarantined_total", "Events put into quarantine.", stats.quarantined);
  out.counter("ingest_refused_total", "Calls refused because the queue was full.", stats.refused);
  out.gauge("ingest_queue_calls", "Calls waiting for the writer.", stats.queue_length);
  out.counter("ingest_batches_total", "Transactions committed.", stats.batches);
  out.counter("ingest_failed_batches_total", "Transactions rolled back.", stats.failed_batches);
  out.seconds("ingest_apply_seconds_total", "Time spent applying records.",
              stats.apply_micros_total);
  out.seconds("ingest_commit_seconds_total", "Time spent in commits.", stats.commit_micros_total);
  out.gauge("storage_ok", "1 if the last transaction went through.", stats.storage_ok ? 1 : 0);
}

void write_http(Metrics& out, const http::Stats& stats) {
  out.counter("http_connections_accepted_total", "Connections accepted.",
              stats.connections_accepted);
  out.counter("http_connections_refused_total", "Connections over the limit.",
              stats.connections_refused);
  out.gauge("http_connections_open", "Open connections.", stats.connections_open);
  out.counter("http_requests_total", "Requests with a complete head.", stats.requests);
  out.gauge("http_requests_in_flight", "Requests not yet answered.", stats.requests_in_flight);
  out.counter("http_responses_2xx_total", "Answers 2xx.", stats.responses_2xx);
  out.counter("http_responses_4xx_total", "Answers 4xx.", stats.responses_4xx);
  out.counter("http_responses_5xx_total", "Answers 5xx.", stats.responses_5xx);
  out.counter("http_protocol_errors_total", "Requests refused by the wire.", stats.protocol_errors);
  out.counter("http_overloaded_total", "Requests answered with 429.", stats.overloaded);
  out.counter("http_cancelled_total", "Requests whose client left.", stats.cancelled);
  out.counter("http_timeouts_total", "Deadlines passed.", stats.timeouts);
  out.counter("http_bytes_in_total", "Bytes read.", stats.bytes_in);
  out.counter("http_bytes_out_total", "Bytes written.", stats.bytes_out);
  out.gauge("http_body_bytes_held", "Request bodies in memory.", stats.body_bytes_held);
}

Answer get_metrics(Context& context) {
  Metrics out;
  const query::Service& queries = context.services.queries();
  const graph::MemoryUse memory = queries.graph().memory();
  out.gauge("seq", "Newest visible record.", queries.published().value);
  out.gauge("graph_nodes", "Nodes in the graph.", memory.nodes);
  out.gauge("graph_edges", "Versions of edges in the graph.", memory.edges);
  out.gauge("graph_node_bytes", "Memory of nodes, names included.", memory.node_bytes);
  out.gauge("graph_edge_bytes", "Memory of edges, adjacency included.", memory.edge_bytes);
  out.gauge("storage_size_bytes", "Database and write-ahead log.",
            static_cast<std::uint64_t>(queries.store().size_bytes()));
  write_ingest(out, context.services.writes().stats());
  if (context.services.dependencies.http_stats) {
    write_http(out, context.services.dependencies.http_stats());
  }
  http::Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = out.take();
  return response;
}

Answer get_openapi(Context& context) {
  return json_response(context.services.dependencies.assets.openapi_json);
}

Answer get_docs(Context& context) {
  return named_file(context.services.options.ui_directory, "docs.html");
}

Answer get_error_page(Context& context) {
  const auto& pages = context.services.dependencies.assets.error_pages;
  const std::string& code = context.parameter("code");
  const auto page = pages.find(code);
  if (page == pages.end()) {
    return make_error(ErrorCode::kNotFound, "There is no error code of this name.");
  }
  if (context.request.header("accept").starts_with("text/markdown")) {
    http::Response response;
    response.content_type = "text/markdown; charset=utf-8";
    response.body = page->second;
    return response;
  }
  return html_response(markdown_page(code, page->second));
}

}  // namespace

std::vector<ApiRoute> operations_routes() {
  using http::Method;
  return {{Method::kGet, "/livez", {get_livez, {}, Pin::kNo}},
          {Method::kGet, "/readyz", {get_readyz, {}, Pin::kNo}},
          {Method::kGet, "/metrics", {get_metrics, {}, Pin::kNo}},
          {Method::kGet, "/openapi.json", {get_openapi, {}, Pin::kNo}},
          {Method::kGet, "/docs", {get_docs, {}, Pin::kNo}},
          {Method::kGet, "/docs/errors/{code}", {get_error_page, {}, Pin::kNo}}};
}

}  // namespace headwater::api::v1
