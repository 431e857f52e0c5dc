#include "bench/ingest_events.h"

#include <zstd.h>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <random>

#include "model/time.h"

namespace headwater::bench {
namespace {

constexpr const char* kProducer = "https://example.org/orchestrator/2.11";
constexpr std::uint64_t kConcurrentRuns = 30, kSecondsBetweenRuns = 3;
constexpr std::uint64_t kRunSeconds = kConcurrentRuns * kSecondsBetweenRuns + 1;

std::string quoted(const std::string& name, const std::string& value) {
  return "\"" + name + "\":\"" + value + "\"";
}

std::string facet(const std::string& name, const std::string& rest) {
  return "\"" + name + "\":{" + quoted("_producer", kProducer) + "," +
         quoted("_schemaURL", "https://openlineage.io/spec/facets/1-0-0/" + name + ".json") + "," +
         rest + "}";
}

std::string table(std::size_t index) {
  static const char* const layers[] = {"raw", "staging", "core", "mart"};
  return "warehouse." + std::string(layers[index % 4]) + ".table_" + std::to_string(index);
}

std::string dataset(const std::string& name) {
  return quoted("namespace", "bigquery") + "," + quoted("name", name);
}

std::string schema_facet(std::size_t fields) {
  static const char* const types[] = {"STRING", "INT64", "TIMESTAMP", "FLOAT64"};
  std::string out;
  for (std::size_t f = 0; f < fields; ++f) {
    if (f > 0) out += ",";
    out += "{" + quoted("name", "column_" + std::to_string(f)) + "," + quoted("type", types[f % 4]);
    out += "}";
  }
  return facet("schema", "\"fields\":[" + out + "]");
}

std::string column_facet(const std::vector<std::string>& inputs, std::size_t fields) {
  std::string out;
  for (std::size_t f = 0; f < fields; ++f) {
    const std::string column = "column_" + std::to_string(f);
    if (f > 0) out += ",";
    out += "\"" + column + "\":{\"inputFields\":[{" + dataset(inputs[f % inputs.size()]) + "," +
           quoted("field", column) + "}]}";
  }
  return facet("columnLineage", "\"fields\":{" + out + "}");
}

std::string sql_facet(const std::vector<std::string>& inputs, const std::string& output) {
  std::string sql = "INSERT INTO " + output + " SELECT * FROM " + inputs.front();
  for (std::size_t i = 1; i < inputs.size(); ++i) sql += " JOIN " + inputs[i] + " USING (column_0)";
  return facet("sql", quoted("query", sql));
}

std::string input_list(const std::vector<std::string>& inputs) {
  std::string out;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (i > 0) out += ",";
    out += "{" + dataset(inputs[i]) + ",\"facets\":{" +
           facet("dataSource", quoted("name", "bigquery") + "," + quoted("uri", "bigquery")) + "}}";
  }
  return out;
}

std::string two_digits(std::uint64_t value) {
  std::string out = std::to_string(value);
  return out.size() < 2 ? "0" + out : out;
}

// Seconds after 2026-10-01T00:00:00Z; the month has 31 days, which is enough of them.
std::string time_at(std::uint64_t seconds) {
  return "2026-10-" + two_digits(1 + seconds / 86400 % 31) + "T" + two_digits(seconds / 3600 % 24) +
         ":" + two_digits(seconds / 60 % 60) + ":" + two_digits(seconds % 60) + ".000Z";
}

std::string run_id(std::uint64_t seed, std::uint64_t run) {
  std::mt19937_64 random(seed ^ (run * 0x9e3779b97f4a7c15u));
  char text[40];
  const std::uint64_t a = random(), b = random();
  std::snprintf(text, sizeof text, "%08x-%04x-%04x-%04x-%012llx", static_cast<unsigned>(a >> 32),
                static_cast<unsigned>(a >> 16 & 0xffff), static_cast<unsigned>(a & 0xffff),
                static_cast<unsigned>(b >> 48), static_cast<unsigned long long>(b << 16 >> 16));
  return text;
}

}  // namespace

IngestEvents::IngestEvents(std::size_t jobs, std::uint64_t seed) : seed_(seed) {
  std::mt19937_64 random(seed);
  for (std::size_t j = 0; j < jobs; ++j) {
    std::vector<std::string> inputs;
    for (std::size_t i = 0, n = 1 + random() % 3; i < n; ++i) {
      inputs.push_back(table(random() % (j + 10)));
    }
    const std::string output = table(j + 10);
    const std::size_t fields = 4 + random() % 5;
    Shape shape;
    shape.job =
        quoted("namespace", "airflow://prod") + "," +
        quoted("name", "daily_" + std::to_string(j % 40) + ".build_" + output) + ",\"facets\":{" +
        facet("jobType", quoted("processingType", "BATCH") + "," +
                             quoted("integration", "AIRFLOW") + "," + quoted("jobType", "TASK")) +
        "," + sql_facet(inputs, output) + "," +
        facet("ownership", "\"owners\":[{" + quoted("name", "team-" + std::to_string(j % 25)) +
                               "," + quoted("type", "TEAM") + "}]") +
        "}";
    shape.inputs = input_list(inputs);
    shape.outputs_head = dataset(output);
    shape.outputs_facets = schema_facet(fields) + "," + column_facet(inputs, fields);
    shapes_.push_back(std::move(shape));
  }
}

std::string IngestEvents::event(std::uint64_t index) const {
  const bool ends = index % 2 == 1;
  const std::uint64_t run = index / 2 + (ends ? 0 : kConcurrentRuns);
  const std::size_t job = run % shapes_.size();
  const Shape& shape = shapes_[job];
  const std::uint64_t start = kSecondsBetweenRuns * run;
  std::string out = "{" + quoted("eventType", ends ? "COMPLETE" : "START") + "," +
                    quoted("eventTime", time_at(start + (ends ? kRunSeconds : 0))) + "," +
                    quoted("producer", kProducer) + "," +
                    quoted("schemaURL", "https://openlineage.io/spec/2-0-2/OpenLineage.json");
  out += ",\"run\":{" + quoted("runId", run_id(seed_, run)) + ",\"facets\":{" +
         facet("nominalTime", quoted("nominalStartTime", time_at(start / 86400 * 86400))) + "," +
         facet("parent", "\"run\":{" + quoted("runId", run_id(~seed_, run / shapes_.size())) +
                             "},\"job\":{" + quoted("namespace", "airflow://prod") + "," +
                             quoted("name", "daily_" + std::to_string(job % 40)) + "}") +
         "," +
         facet("processing_engine", quoted("version", "2.11.0") + "," + quoted("name", "Airflow")) +
         "}},\"job\":{" + shape.job + "},\"inputs\":[" + shape.inputs + "],\"outputs\":[{" +
         shape.outputs_head + ",\"facets\":{" + shape.outputs_facets + "}";
  if (ends) {
    const std::string rows = std::to_string(1000 + run * 7919 % 1000000);
    out += ",\"outputFacets\":{" + facet("outputStatistics", "\"rowCount\":" + rows) + "}";
  }
  return out + "}]}";
}

std::vector<std::string> IngestEvents::events(std::uint64_t first, std::size_t count) const {
  std::vector<std::string> out;
  out.reserve(count);
  for (std::size_t i = 0; i < count; ++i) out.push_back(event(first + i));
  return out;
}

std::vector<std::string> usage_reports(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto below = [&](std::uint64_t n) { return random() % n; };
  constexpr base::Micros kStart = 1'790'000'000'000'000, kStep = 7'000'003;
  const char* const types[] = {"user", "dashboard", "notebook", "service", "model"};
  std::vector<std::string> out;
  out.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t consumer = below(3000);
    // A tenth of the datasets gets most of the reads.
    const std::uint64_t dataset = below(10) < 7 ? below(2000) : below(20'000);
    std::string text = R"({"consumer":{"type":")";
    text += types[consumer % 5];
    text += R"(","namespace":"company","name":"consumer )" + std::to_string(consumer);
    text += R"("},"dataset":{"namespace":"warehouse","name":"domain_)" +
            std::to_string(dataset % 40) + ".table_" + std::to_string(dataset) +
            R"("},"columns":[)";
    for (std::uint64_t c = 0, n = 1 + below(4); c < n; ++c) {
      text += (c == 0 ? "\"column_" : ",\"column_") + std::to_string(below(30)) + "\"";
    }
    text += R"(],"purpose":"reporting","count":)" + std::to_string(1 + below(50));
    text +=
        R"(,"at":")" + model::format_time(kStart + kStep * static_cast<base::Micros>(i)) + "\"}";
    out.push_back(std::move(text));
  }
  return out;
}

std::string json_array(const std::vector<std::string>& events, std::size_t first,
                       std::size_t count) {
  std::string out = "[";
  for (std::size_t i = first; i < std::min(first + count, events.size()); ++i) {
    if (i > first) out += ",";
    out += events[i];
  }
  return out + "]";
}

std::vector<std::string> warehouse_events(const std::string& corpora) {
  std::ifstream file(corpora + "/bqetl/events-14d.ndjson.zst", std::ios::binary);
  const std::string packed((std::istreambuf_iterator<char>(file)), {});
  std::vector<std::string> lines;
  ZSTD_DCtx* const context = ZSTD_createDCtx();
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  std::string chunk(1u << 20, '\0'), rest;
  ZSTD_outBuffer out{chunk.data(), chunk.size(), chunk.size()};
  while (in.pos < in.size || out.pos == out.size) {
    out = {chunk.data(), chunk.size(), 0};
    const std::size_t wanted = ZSTD_decompressStream(context, &out, &in);
    if (ZSTD_isError(wanted) != 0 || (out.pos == 0 && in.pos == in.size)) break;
    rest.append(chunk, 0, out.pos);
    std::size_t at = 0;
    for (std::size_t end; (end = rest.find('\n', at)) != std::string::npos; at = end + 1) {
      if (end > at) lines.push_back(rest.substr(at, end - at));
    }
    rest.erase(0, at);
  }
  ZSTD_freeDCtx(context);
  return lines;
}

}  // namespace headwater::bench
