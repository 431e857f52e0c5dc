#include "app/settings.h"

#include <array>

#include "planner/planner.h"
#include "stats/quality.h"
#include "stats/stats.h"

namespace headwater::app {

using base::Setting;
using Type = Setting::Type;

namespace {

constexpr std::int64_t kMiB = std::int64_t{1} << 20;
constexpr std::int64_t kGiB = std::int64_t{1} << 30;
constexpr std::int64_t kDayMs = 86'400'000;

constexpr std::array kSettings{
    Setting{"data.dir", Type::kText, "data", 0, 0,
            "The data directory: database, log and snapshots. Made if it is not there."},
    Setting{"data.cache_kib", Type::kInteger, "65536", 1024, 64 * kMiB,
            "SQLite page cache of the writer; the readers together use as much again."},
    Setting{"data.max_readers", Type::kInteger, "32", 1, 1024,
            "Database connections that read at once; further requests wait."},
    Setting{"data.dictionary_samples", Type::kInteger, "2000", 16, 1'000'000,
            "Records after which the compression dictionary is trained."},
    Setting{"http.address", Type::kText, "127.0.0.1", 0, 0,
            "IP address to listen on. Anything but loopback needs http.allow_remote_without_keys."},
    Setting{"http.port", Type::kInteger, "8080", 0, 65535, "TCP port; 0 takes any free one."},
    Setting{"http.allow_remote_without_keys", Type::kBoolean, "false", 0, 0,
            "Listen beyond loopback although every caller may do everything."},
    Setting{"http.allowed_hosts", Type::kList, "", 0, 0,
            "Names that a Host header may carry besides localhost and the address itself."},
    Setting{"http.allowed_origins", Type::kList, "", 0, 0,
            "Origins of web pages elsewhere that may call the API, as https://tools.example:8443."},
    Setting{"http.io_threads", Type::kInteger, "0", 0, 256,
            "Threads that read and write sockets; 0 is half the processors."},
    Setting{
        "http.worker_threads", Type::kInteger, "0", 0, 1024,
        "Threads that answer requests; 0 is twice the processors, at least four. Half of them at "
        "most take questions that look at much of the store."},
    Setting{
        "http.worker_queue", Type::kInteger, "1024", 1, 1'000'000,
        "Requests that wait for a worker; beyond: 429. Half of them at most are such questions."},
    Setting{"http.access_log", Type::kBoolean, "false", 0, 0, "One log line a request."},
    Setting{"http.tls_certificate_file", Type::kText, "", 0, 0,
            "PEM certificate chain; with http.tls_key_file the server speaks TLS."},
    Setting{"http.tls_key_file", Type::kText, "", 0, 0, "PEM private key."},
    Setting{"http.max_header_bytes", Type::kInteger, "32768", 1024, 16 * kMiB,
            "Request line and headers together; beyond: 431."},
    Setting{"http.max_header_count", Type::kInteger, "128", 8, 10'000,
            "Header lines of one request; beyond: 431."},
    Setting{"http.max_target_bytes", Type::kInteger, "16384", 256, 16 * kMiB,
            "Path and query; beyond: 414."},
    Setting{"http.max_body_bytes", Type::kInteger, "67108864", 1024, kGiB,
            "One body as sent; beyond: 413."},
    Setting{"http.max_decompressed_body_bytes", Type::kInteger, "67108864", 1024, kGiB,
            "One body after gzip or deflate; beyond: 413."},
    Setting{"http.max_total_body_bytes", Type::kInteger, "536870912", 1 << 20, 64 * kGiB,
            "All bodies in memory at once; beyond: 429."},
    Setting{"http.max_connections", Type::kInteger, "10000", 1, 1'000'000,
            "Open connections; beyond: 503."},
    Setting{"http.idle_ms", Type::kInteger, "75000", 100, kDayMs,
            "Silence between two requests before a connection is closed."},
    Setting{"http.header_ms", Type::kInteger, "10000", 100, kDayMs,
            "From the first byte of a request to the end of its headers; beyond: 408."},
    Setting{"http.body_window_ms", Type::kInteger, "20000", 100, kDayMs,
            "Time in which a body must make progress; beyond: 408."},
    Setting{"http.write_window_ms", Type::kInteger, "30000", 100, kDayMs,
            "Time in which a client must read on; beyond: the connection is reset."},
    Setting{"http.drain_ms", Type::kInteger, "10000", 0, kDayMs,
            "What running requests get to end when the server stops."},
    Setting{"http.body_window_bytes", Type::kInteger, "16384", 1, kGiB,
            "What a body must bring in each http.body_window_ms."},
    Setting{"http.write_window_bytes", Type::kInteger, "16384", 1, kGiB,
            "What a client must take in each http.write_window_ms."},
    Setting{"http.linger_ms", Type::kInteger, "2000", 0, kDayMs,
            "After a last answer: what the client gets to read it and close."},
    Setting{"http.tls_handshake_ms", Type::kInteger, "10000", 100, kDayMs,
            "From connecting to the end of the TLS handshake."},
    Setting{"http.max_chunk_line_bytes", Type::kInteger, "8192", 64, kMiB,
            "The size line of one chunk, or all trailers; beyond: 400."},
    Setting{"http.max_chunk_extension_bytes", Type::kInteger, "16384", 0, kMiB,
            "Chunk extensions of one body, summed; beyond: 400."},
    Setting{"http.pipelined_bytes", Type::kInteger, "16384", 1024, kGiB,
            "Read ahead of a connection while its request is being answered."},
    Setting{"http.compress_from_bytes", Type::kInteger, "1024", 0, kGiB,
            "Answers smaller than this are sent without gzip."},
    Setting{"ingest.queue_bytes", Type::kInteger, "268435456", 1 << 20, 64 * kGiB,
            "Bodies that wait for the writer; beyond: 429."},
    Setting{"ingest.batch_events", Type::kInteger, "1024", 1, 100'000,
            "Events of one transaction, unless one call brings more."},
    Setting{"ingest.max_batch_events", Type::kInteger, "100000", 1, 10'000'000,
            "Events of one call; beyond: limit-exceeded."},
    Setting{"ingest.max_event_edges", Type::kInteger, "200000", 100, 100'000'000,
            "Edges that one event describes; beyond: quarantined."},
    Setting{"ingest.max_name_bytes", Type::kInteger, "8192", 64, 1 << 20,
            "A namespace, name, field or run id; beyond: quarantined."},
    Setting{"ingest.max_json_depth", Type::kInteger, "256", 16, 100'000,
            "Nesting of JSON; beyond: invalid-json."},
    Setting{"ingest.misses_to_retire", Type::kInteger, "3", 1, 1000,
            "Completed runs under one code version that do not show an edge until it is retired."},
    Setting{
        "ingest.snapshot_every", Type::kInteger, "500000", 1000, 1'000'000'000,
        "Records between two snapshots of the graph and the partitions; each makes the next start "
        "faster."},
    Setting{"api.max_waiting", Type::kInteger, "1024", 1, 1'000'000,
            "Requests that wait for min_seq at once; beyond: 429."},
    Setting{"api.max_wait_ms", Type::kInteger, "60000", 1, kDayMs, "The largest wait_ms."},
    Setting{
        "plans.refresh_ms", Type::kInteger, "30000", 1000, kDayMs,
        "How often an open plan is worked out again, to see whether it has outgrown its approval."},
    Setting{"webhooks.allow_hosts", Type::kList, "", 0, 0,
            "Hosts in webhooks' URLs that may be at loopback, private or link-local addresses."},
    Setting{"webhooks.timeout_ms", Type::kInteger, "10000", 100, 600'000,
            "What a webhook gets to answer."},
    Setting{"webhooks.max_tries", Type::kInteger, "6", 1, 20,
            "How often one message is sent until its lease is given back."},
    Setting{"webhooks.max_leases", Type::kInteger, "16", 1, 1000,
            "Leases of one plan that are out to its webhook at once."},
    Setting{"ui.dir", Type::kText, "ui/dist", 0, 0, "The built pages; empty serves the API alone."},
    Setting{"log.level", Type::kChoice, "info", 0, 0, "What is logged to standard error.",
            "trace,debug,info,warn,error,off"},
};

// Whatever is no address is refused by the server, so a prefix tells enough.
bool is_loopback(std::string_view address) {
  return address == "::1" || address.starts_with("127.");
}

base::Result<std::string> address_of(const base::Config& config) {
  const std::string& address = config.text("http.address");
  if (address == "localhost") return std::string("127.0.0.1");
  if (is_loopback(address) || config.boolean("http.allow_remote_without_keys")) return address;
  return base::make_error(
      base::ErrorCode::kInvalidConfig,
      "http.address " + address +
          " can be reached from other machines, and there are no API keys yet. Listen on "
          "127.0.0.1, put an authenticating proxy before it, or set "
          "http.allow_remote_without_keys = true if every caller may do everything.");
}

std::size_t size_of(const base::Config& config, std::string_view key) {
  return static_cast<std::size_t>(config.integer(key));
}

api::http::Limits limits_of(const base::Config& config) {
  api::http::Limits limits;
  limits.header_bytes = size_of(config, "http.max_header_bytes");
  limits.header_count = size_of(config, "http.max_header_count");
  limits.target_bytes = size_of(config, "http.max_target_bytes");
  limits.body_bytes = size_of(config, "http.max_body_bytes");
  limits.decompressed_body_bytes = size_of(config, "http.max_decompressed_body_bytes");
  limits.total_body_bytes = size_of(config, "http.max_total_body_bytes");
  limits.connections = size_of(config, "http.max_connections");
  limits.idle_ms = config.integer("http.idle_ms");
  limits.header_ms = config.integer("http.header_ms");
  limits.body_window_ms = config.integer("http.body_window_ms");
  limits.write_window_ms = config.integer("http.write_window_ms");
  limits.body_window_bytes = size_of(config, "http.body_window_bytes");
  limits.write_window_bytes = size_of(config, "http.write_window_bytes");
  limits.linger_ms = config.integer("http.linger_ms");
  limits.tls_handshake_ms = config.integer("http.tls_handshake_ms");
  limits.chunk_line_bytes = size_of(config, "http.max_chunk_line_bytes");
  limits.chunk_extension_bytes = size_of(config, "http.max_chunk_extension_bytes");
  limits.pipelined_bytes = size_of(config, "http.pipelined_bytes");
  return limits;
}

}  // namespace

std::span<const Setting> settings() { return kSettings; }

storage::StoreOptions store_options(const base::Config& config) {
  storage::StoreOptions options;
  options.directory = config.text("data.dir");
  options.cache_kib = config.integer("data.cache_kib");
  options.max_readers = static_cast<int>(config.integer("data.max_readers"));
  options.dictionary_samples = size_of(config, "data.dictionary_samples");
  return options;
}

ingest::PipelineOptions pipeline_options(const base::Config& config) {
  ingest::PipelineOptions options;
  options.limits.max_batch_events = size_of(config, "ingest.max_batch_events");
  options.limits.max_edges = size_of(config, "ingest.max_event_edges");
  options.limits.max_name_bytes = size_of(config, "ingest.max_name_bytes");
  options.limits.max_depth = size_of(config, "ingest.max_json_depth");
  options.queue_bytes = size_of(config, "ingest.queue_bytes");
  options.batch_events = size_of(config, "ingest.batch_events");
  options.misses_to_retire = static_cast<int>(config.integer("ingest.misses_to_retire"));
  options.snapshot_every = size_of(config, "ingest.snapshot_every");
  options.views.push_back([](storage::Store& store) { return planner::make_view(store, nullptr); });
  options.views.push_back([](storage::Store& store) { return stats::make_view(store, nullptr); });
  options.views.emplace_back(stats::make_profile_view);
  return options;
}

base::Result<api::http::ServerOptions> server_options(const base::Config& config) {
  api::http::ServerOptions options;
  HW_TRY(options.address, address_of(config));
  options.port = static_cast<std::uint16_t>(config.integer("http.port"));
  options.io_threads = static_cast<unsigned>(config.integer("http.io_threads"));
  options.worker_threads = static_cast<unsigned>(config.integer("http.worker_threads"));
  options.worker_queue = size_of(config, "http.worker_queue");
  options.allowed_hosts = config.list("http.allowed_hosts");
  options.allowed_origins = config.list("http.allowed_origins");
  options.access_log = config.boolean("http.access_log");
  options.tls_certificate_file = config.text("http.tls_certificate_file");
  options.tls_key_file = config.text("http.tls_key_file");
  if (options.tls_certificate_file.empty() != options.tls_key_file.empty()) {
    return base::make_error(
        base::ErrorCode::kInvalidConfig,
        "Set both http.tls_certificate_file and http.tls_key_file, or neither.");
  }
  options.compress_from_bytes = size_of(config, "http.compress_from_bytes");
  options.limits = limits_of(config);
  return options;
}

api::v1::Options api_options(const base::Config& config) {
  api::v1::Options options;
  options.ui_directory = config.text("ui.dir");
  options.max_waiting = size_of(config, "api.max_waiting");
  options.max_wait_ms = config.integer("api.max_wait_ms");
  return options;
}

PlanKeeperOptions plan_keeper_options(const base::Config& config) {
  PlanKeeperOptions options;
  options.allow_hosts = config.list("webhooks.allow_hosts");
  options.timeout_ms = config.integer("webhooks.timeout_ms");
  options.max_tries = static_cast<int>(config.integer("webhooks.max_tries"));
  options.max_leases = config.integer("webhooks.max_leases");
  options.refresh_every_ms = config.integer("plans.refresh_ms");
  return options;
}

}  // namespace headwater::app
