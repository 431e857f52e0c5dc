// headwater compare: whether two datasets, moments or environments are alike, for migrations and
// canaries.

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

constexpr std::size_t kMostLines = 50;  // of measures and of columns, in text

std::string text_of(const JsonValue& json, std::string_view name) {
  const JsonValue value = json.get(name);
  if (value.is_null()) return "-";
  return value.string().value_or(std::string(value.text()));
}

std::string side_text(const JsonValue& side) {
  std::string out = short_id(text_of(side, "nodeId"));
  if (!side.get("as_of").is_null()) out += " as of " + text_of(side, "as_of");
  if (!side.get("environment").is_null()) out += " in " + text_of(side, "environment");
  return out;
}

std::string schema_text(const JsonValue& schema) {
  Table table({"COLUMN", "DIFFERENCE", "LEFT", "RIGHT"});
  std::size_t lines = 0;
  schema.get("differences").elements([&](const JsonValue& one) {
    if (lines++ >= kMostLines) return;
    table.add({text_of(one, "column"), text_of(one, "difference"), text_of(one, "left"),
               text_of(one, "right")});
  });
  std::string out = "schema: " + text_of(schema, "verdict");
  if (lines > 0) out += ", " + text_of(schema, "total") + " columns differ";
  return out + "\n" + (table.empty() ? "" : table.text());
}

// Those beyond the tolerance.
std::string profile_text(const JsonValue& profile) {
  Table table({"MEASURE", "COLUMN", ">LEFT", ">RIGHT", ">RELATIVE"});
  std::size_t lines = 0;
  profile.get("measures").elements([&](const JsonValue& one) {
    if (one.get("within").boolean().value_or(true) || lines++ >= kMostLines) return;
    table.add({text_of(one, "measure"), text_of(one, "column"), text_of(one, "left"),
               text_of(one, "right"), text_of(one, "relative")});
  });
  return "profile: " + text_of(profile, "verdict") + ", " + text_of(profile, "beyond") + " of " +
         text_of(profile, "compared") + " measures beyond the tolerance\n" +
         (table.empty() ? "" : table.text());
}

std::string partitions_text(const JsonValue& partitions) {
  std::string out = "partitions: " + text_of(partitions, "verdict");
  Table table({"PARTITIONS", "FIRST", "LAST", ">COUNT"});
  for (const char* const what : {"equal", "different", "only_left", "only_right"}) {
    const JsonValue part = partitions.get(what);
    out += ", " + text_of(part, "count") + " " + what;
    part.get("ranges").elements([&](const JsonValue& range) {
      table.add({what, text_of(range, "first"), text_of(range, "last"), text_of(range, "count")});
    });
  }
  return out + "\n" + (table.empty() ? "" : table.text());
}

std::string compare_text(const JsonValue& answer) {
  std::string out = side_text(answer.get("left")) + " and " + side_text(answer.get("right")) +
                    ": " + text_of(answer, "verdict") + "\n";
  if (answer.get("schema").present()) out += "\n" + schema_text(answer.get("schema"));
  if (answer.get("profile").present()) out += "\n" + profile_text(answer.get("profile"));
  if (answer.get("partitions").present()) out += "\n" + partitions_text(answer.get("partitions"));
  return out;
}

Result<void> print(const std::string& text) {
  HW_TRY(const auto output, Output::open("-"));
  HW_CHECK_OK(output->write(text));
  return output->close();
}

}  // namespace

int compare(const base::Config& config, const CompareOptions& options) {
  HttpClient client(server_url(config, options.url));
  const Query query{{"left", options.left},
                    {"right", options.right},
                    {"left_as_of", options.left_as_of},
                    {"right_as_of", options.right_as_of},
                    {"left_environment", options.left_environment},
                    {"right_environment", options.right_environment},
                    {"tolerance", options.tolerance},
                    {"parts", options.parts}};
  const auto found = ask_document(client, "/api/v1/compare" + query_text(query));
  if (!found) return exit_code_of(found.error());
  const JsonValue answer(found->body);
  const auto done = print(options.json ? found->body + "\n" : compare_text(answer));
  if (!done) return exit_code_of(done.error());
  const std::string verdict = text_of(answer, "verdict");
  if (verdict == "equal") return kOk;
  if (verdict == "differs") return kImpactFound;
  std::fprintf(stderr, "headwater: there is nothing that both sides know\n");
  return kImpactCut;
}

}  // namespace headwater::cli
