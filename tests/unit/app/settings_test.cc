#include "app/settings.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

namespace headwater::app {
namespace {

using base::Config;
using base::Setting;

// The rows of a Markdown table: | `key` | `default` | allowed | description |
struct Row {
  std::string key, default_value, allowed, description;
};

std::string cell(std::stringstream& line) {
  std::string text;
  std::getline(line, text, '|');
  const auto first = text.find_first_not_of(" `"), last = text.find_last_not_of(" `");
  return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

std::vector<Row> documented() {
  std::ifstream page(std::string(HW_SOURCE_DIR) + "/docs/config.md");
  std::vector<Row> rows;
  for (std::string text; std::getline(page, text);) {
    if (!text.starts_with("| `")) continue;
    std::stringstream line(text.substr(1));
    Row row;
    row.key = cell(line);
    row.default_value = cell(line);
    row.allowed = cell(line);
    row.description = cell(line);
    rows.push_back(row);
  }
  return rows;
}

std::string allowed_in_words(const Setting& setting) {
  switch (setting.type) {
    case Setting::Type::kText: return "text";
    case Setting::Type::kList: return "comma-separated";
    case Setting::Type::kBoolean: return "true, false";
    case Setting::Type::kInteger: return base::allowed_values(setting);
    case Setting::Type::kChoice: break;
  }
  std::string out;
  for (const char c : setting.choices) out += c == ',' ? ", " : std::string(1, c);
  return out;
}

TEST(Settings, EachIsDocumentedAsItIs) {
  const std::vector<Row> rows = documented();
  ASSERT_EQ(rows.size(), settings().size());
  for (const Setting& setting : settings()) {
    const auto row = std::ranges::find(rows, setting.key, &Row::key);
    ASSERT_NE(row, rows.end()) << setting.key << " is not in docs/config.md";
    const std::string wanted =
        setting.default_value.empty() ? "(empty)" : std::string(setting.default_value);
    EXPECT_EQ(row->default_value, wanted) << setting.key;
    EXPECT_EQ(row->allowed, allowed_in_words(setting)) << setting.key;
    EXPECT_EQ(row->description, setting.description) << setting.key;
  }
}

TEST(Settings, KeysAreUniqueAndEachSourceHasItsOwnName) {
  std::set<std::string> names;
  for (const Setting& setting : settings()) {
    EXPECT_TRUE(names.insert(std::string(setting.key)).second) << setting.key;
    EXPECT_TRUE(names.insert(base::environment_name(setting.key)).second) << setting.key;
    EXPECT_TRUE(names.insert(base::flag_name(setting.key)).second) << setting.key;
  }
}

// The defaults stand twice, in the table and in the modules' own options: they must agree.
TEST(Settings, DefaultsAreThoseOfTheStoreAndThePipeline) {
  const Config config(settings());
  const storage::StoreOptions store = store_options(config), store_default;
  EXPECT_EQ(store.cache_kib, store_default.cache_kib);
  EXPECT_EQ(store.max_readers, store_default.max_readers);
  EXPECT_EQ(store.dictionary_samples, store_default.dictionary_samples);
  EXPECT_TRUE(store.sync_full);
  const ingest::PipelineOptions pipeline = pipeline_options(config), pipeline_default;
  EXPECT_EQ(pipeline.queue_bytes, pipeline_default.queue_bytes);
  EXPECT_EQ(pipeline.batch_events, pipeline_default.batch_events);
  EXPECT_EQ(pipeline.misses_to_retire, pipeline_default.misses_to_retire);
  EXPECT_EQ(pipeline.snapshot_every, pipeline_default.snapshot_every);
  EXPECT_EQ(pipeline.limits.max_depth, pipeline_default.limits.max_depth);
  EXPECT_EQ(pipeline.limits.max_name_bytes, pipeline_default.limits.max_name_bytes);
  EXPECT_EQ(pipeline.limits.max_edges, pipeline_default.limits.max_edges);
  EXPECT_EQ(pipeline.limits.max_batch_events, pipeline_default.limits.max_batch_events);
}

TEST(Settings, DefaultsAreThoseOfTheServer) {
  const Config config(settings());
  const auto options = server_options(config);
  ASSERT_TRUE(options);
  const api::http::ServerOptions fresh;
  EXPECT_EQ(options->address, fresh.address);
  EXPECT_EQ(options->worker_queue, fresh.worker_queue);
  EXPECT_EQ(options->compress_from_bytes, fresh.compress_from_bytes);
  EXPECT_EQ(options->access_log, fresh.access_log);
  const api::http::Limits &ours = options->limits, &theirs = fresh.limits;
  EXPECT_EQ(ours.header_bytes, theirs.header_bytes);
  EXPECT_EQ(ours.header_count, theirs.header_count);
  EXPECT_EQ(ours.target_bytes, theirs.target_bytes);
  EXPECT_EQ(ours.body_bytes, theirs.body_bytes);
  EXPECT_EQ(ours.decompressed_body_bytes, theirs.decompressed_body_bytes);
  EXPECT_EQ(ours.chunk_line_bytes, theirs.chunk_line_bytes);
  EXPECT_EQ(ours.chunk_extension_bytes, theirs.chunk_extension_bytes);
  EXPECT_EQ(ours.total_body_bytes, theirs.total_body_bytes);
  EXPECT_EQ(ours.pipelined_bytes, theirs.pipelined_bytes);
  EXPECT_EQ(ours.connections, theirs.connections);
  EXPECT_EQ(ours.idle_ms, theirs.idle_ms);
  EXPECT_EQ(ours.header_ms, theirs.header_ms);
  EXPECT_EQ(ours.body_window_ms, theirs.body_window_ms);
  EXPECT_EQ(ours.body_window_bytes, theirs.body_window_bytes);
  EXPECT_EQ(ours.write_window_ms, theirs.write_window_ms);
  EXPECT_EQ(ours.write_window_bytes, theirs.write_window_bytes);
  EXPECT_EQ(ours.linger_ms, theirs.linger_ms);
  EXPECT_EQ(ours.tls_handshake_ms, theirs.tls_handshake_ms);
  const api::v1::Options api = api_options(config), api_default;
  EXPECT_EQ(api.max_waiting, api_default.max_waiting);
  EXPECT_EQ(api.max_wait_ms, api_default.max_wait_ms);
}

// Both ends of a range are within it.
TEST(Settings, BoundsAreAccepted) {
  for (const Setting& setting : settings()) {
    if (setting.type != Setting::Type::kInteger) continue;
    Config config(settings());
    EXPECT_TRUE(config.set(setting.key, std::to_string(setting.min), "test")) << setting.key;
    EXPECT_TRUE(config.set(setting.key, std::to_string(setting.max), "test")) << setting.key;
    EXPECT_FALSE(config.set(setting.key, std::to_string(setting.min - 1), "test")) << setting.key;
    EXPECT_FALSE(config.set(setting.key, std::to_string(setting.max + 1), "test")) << setting.key;
  }
}

TEST(Settings, OnlyLoopbackWithoutKeys) {
  for (const char* address : {"127.0.0.1", "127.3.2.1", "::1", "localhost"}) {
    Config config(settings());
    ASSERT_TRUE(config.set("http.address", address, "test"));
    EXPECT_TRUE(server_options(config)) << address;
  }
  for (const char* address : {"0.0.0.0", "::", "192.168.1.5", "example.org", ""}) {
    Config config(settings());
    ASSERT_TRUE(config.set("http.address", address, "test"));
    const auto refused = server_options(config);
    ASSERT_FALSE(refused) << address;
    EXPECT_EQ(refused.error().code, base::ErrorCode::kInvalidConfig);
    EXPECT_NE(refused.error().message.find("http.allow_remote_without_keys"), std::string::npos);
    ASSERT_TRUE(config.set("http.allow_remote_without_keys", "true", "test"));
    EXPECT_TRUE(server_options(config)) << address;
  }
}

TEST(Settings, TlsNeedsBothFiles) {
  Config config(settings());
  ASSERT_TRUE(config.set("http.tls_key_file", "key.pem", "test"));
  EXPECT_FALSE(server_options(config));
  ASSERT_TRUE(config.set("http.tls_certificate_file", "chain.pem", "test"));
  EXPECT_TRUE(server_options(config));
}

}  // namespace
}  // namespace headwater::app
