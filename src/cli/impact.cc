// headwater impact: what a change would affect, for people and for gates.

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/impact_ask.h"
#include "cli/impact_change.h"
#include "cli/impact_print.h"
#include "cli/output.h"
#include "model/json.h"

namespace headwater::cli {

using base::ErrorCode;
using base::make_error;
using base::Result;

namespace {

Result<std::string> read_file(const std::string& path) {
  if (path.empty()) return std::string();
  const auto read = [](std::istream& in) {
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  if (path == "-") return read(std::cin);
  std::ifstream file(path, std::ios::binary);
  if (file) return read(file);
  return make_error(ErrorCode::kInvalidArgument, "The file " + path + " cannot be read.");
}

Result<std::string> body_of(const ImpactOptions& options) {
  HW_TRY(const std::string file, read_file(options.changes_file));
  HW_TRY(std::string body, changes_json(options.changes, file));
  body.insert(0, R"({"changes":)");
  body += options.format == "csv" ? R"(,"format":"csv")" : R"(,"format":"ndjson")";
  if (options.depth > 0) body += R"(,"depth":)" + std::to_string(options.depth);
  if (options.max_nodes > 0) body += R"(,"max_nodes":)" + std::to_string(options.max_nodes);
  if (options.evidence) body += R"(,"evidence":true)";
  if (options.stated_only) body += R"(,"filters":{"assumed":false})";
  return body + "}";
}

// Of the moment: they are parameters of the path.
std::string query_of(const ImpactOptions& options) {
  std::string query;
  const auto add = [&query](const char* name, const std::string& value) {
    if (value.empty()) return;
    query += query.empty() ? "?" : "&";
    query.append(name).push_back('=');
    for (const char c : value) {
      const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
      char escaped[4];
      std::snprintf(escaped, sizeof escaped, "%%%02X", static_cast<unsigned char>(c));
      query += plain ? std::string(1, c) : std::string(escaped);
    }
  };
  add("as_of", options.as_of);
  add("known_at", options.known_at);
  return query;
}

Result<ImpactFacts> print_answer(ImpactSource& source, const ImpactOptions& options,
                                 const std::string& body) {
  HW_TRY(const auto output, Output::open("-"));
  const Print print = [&output](const std::string& text) { return output->write(text); };
  ImpactTable table(print);
  ImpactDocumentText document(print);
  Lines lines([&](std::string_view line) {
    return options.format == "text" ? table.line(line) : document.line(line);
  });
  const bool as_it_comes = options.format == "ndjson" || options.format == "csv";
  HW_TRY(const ImpactFacts facts, source.ask(query_of(options), body, [&](std::string_view bytes) {
    return as_it_comes ? print(std::string(bytes)) : lines.take(bytes);
  }));
  HW_CHECK_OK(output->close());
  return facts;
}

int exit_code(const ImpactFacts& facts, const std::string& fail_on) {
  std::size_t found = 0;
  if (fail_on == "breaking") found = facts.breaking;
  if (fail_on == "degraded") found = facts.breaking + facts.degraded;
  if (fail_on == "recompute") found = facts.breaking + facts.degraded + facts.recompute;
  if (found > 0) return kImpactFound;
  return facts.complete ? kOk : kImpactCut;
}

bool is_wrong_question(ErrorCode code) {
  return code == ErrorCode::kInvalidArgument || code == ErrorCode::kInvalidJson ||
         code == ErrorCode::kNotFound || code == ErrorCode::kInvalidNodeId ||
         code == ErrorCode::kLimitExceeded;
}

Result<std::unique_ptr<ImpactSource>> source_of(const base::Config& config,
                                                const ImpactOptions& options) {
  if (options.url.empty()) return impact_of_directory(config);
  return impact_of_server(options.url);
}

int failed(const base::Error& error, int code) {
  report(error);
  return code;
}

}  // namespace

int impact(const base::Config& config, const ImpactOptions& options) {
  const Result<std::string> body = body_of(options);
  if (!body) return failed(body.error(), kUsage);
  const auto source = source_of(config, options);
  if (!source) return failed(source.error(), kImpactNoAnswer);
  const Result<ImpactFacts> facts = print_answer(**source, options, *body);
  if (!facts) {
    const bool wrong = is_wrong_question(facts.error().code);
    return failed(facts.error(), wrong ? kUsage : kImpactNoAnswer);
  }
  if (!facts->complete) {
    std::fprintf(stderr, "headwater: the answer is not complete: cut by %s\n", facts->cut.c_str());
  }
  return exit_code(*facts, options.fail_on);
}

}  // namespace headwater::cli
