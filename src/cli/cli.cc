#include "cli/cli.h"

#include <functional>
#include <map>
#include <memory>
#include <utility>

#include <CLI/CLI.hpp>

#include "app/app.h"
#include "app/settings.h"
#include "base/log.h"
#include "cli/commands.h"

extern char** environ;  // NOLINT

namespace headwater::cli {

using base::Config;
using base::Result;

namespace {

// The short names of settings that are given often.
constexpr std::pair<std::string_view, std::string_view> kShort[] = {
    {"data.dir", "--data-dir"}, {"http.port", "--port"},      {"http.address", "--address"},
    {"ui.dir", "--ui-dir"},     {"log.level", "--log-level"},
};

std::string flag_names(std::string_view key) {
  std::string names = base::flag_name(key);
  for (const auto& [long_key, name] : kShort) {
    if (long_key == key) names = std::string(name) + "," + names;
  }
  return names;
}

// Flags, wherever they stand, win over the environment, which wins over the file.
Result<Config> make_config(const std::map<std::string, std::string>& flags,
                           const std::string& file) {
  Config config(app::settings());
  if (!file.empty()) HW_CHECK_OK(config.load_file(file));
  HW_CHECK_OK(config.load_environment(environ));
  for (const auto& [key, value] : flags) {
    HW_CHECK_OK(config.set(key, value, "flag " + base::flag_name(key)));
  }
  return config;
}

struct Parsed {
  std::map<std::string, std::string> flags;  // settings given as flags
  std::string config_file;
  ImportOptions import;
  ExportOptions exported;
  std::string target;
};

void add_settings(CLI::App& app, Parsed& parsed) {
  app.add_option("--config", parsed.config_file, "Configuration file: key = value lines");
  for (const base::Setting& setting : app::settings()) {
    app.add_option_function<std::string>(
           flag_names(setting.key),
           [&parsed, key = std::string(setting.key)](const std::string& value) {
             parsed.flags[key] = value;
           },
           std::string(setting.description) + " [" + std::string(setting.default_value) + "]")
        ->group("Settings");
  }
}

using Command = std::function<int(const Config&)>;

void add_commands(CLI::App& app, Parsed& parsed, Command& chosen) {
  const auto add = [&](const char* name, const char* help, const char* example, Command run) {
    CLI::App* const command = app.add_subcommand(name, help);
    command->footer(std::string("Example: ") + example);
    command->fallthrough();
    command->callback([&chosen, run = std::move(run)] { chosen = run; });
    return command;
  };
  add("serve", "Run the service", "headwater serve --data-dir data --port 8080",
      [](const Config& config) { return app::serve(config); });
  CLI::App* const import =
      add("import", "Import events from files: NDJSON or JSON, plain, .gz or .zst",
          "headwater import --data-dir data events.ndjson.zst",
          [&parsed](const Config& config) { return import_files(config, parsed.import); });
  import->add_option("files", parsed.import.files, "Files; - is standard input")->required();
  import->add_option("--url", parsed.import.url, "Send to a running server instead");
  import->add_option("--batch", parsed.import.batch, "Events a batch")
      ->check(CLI::Range(1, 100'000));
  CLI::App* const exported =
      add("export", "Write the logged events as NDJSON", "headwater export --to events.ndjson.zst",
          [&parsed](const Config& config) { return export_log(config, parsed.exported); });
  exported->add_option("--to", parsed.exported.file, "File, .gz and .zst compressed; - is stdout");
  exported->add_option("--after", parsed.exported.after, "Only records after this seq");
  exported->add_option("--until", parsed.exported.until, "Only records up to this seq");
  exported->add_flag("--quarantined", parsed.exported.quarantined,
                     "What is in quarantine, instead of what was applied");
  add("check", "Verify log, tables and graph against each other; exit code 1 if they disagree",
      "headwater check --data-dir data", [](const Config& config) { return check(config); });
  CLI::App* const replayed =
      add("replay", "Rebuild every view in a new directory from the log alone, and compare",
          "headwater replay --data-dir data --to data-new",
          [&parsed](const Config& config) { return replay(config, parsed.target); });
  replayed->add_option("--to", parsed.target, "A directory that does not exist or is empty")
      ->required();
  CLI::App* const backed_up =
      add("backup", "Copy the store while it runs", "headwater backup --data-dir data --to copy",
          [&parsed](const Config& config) { return backup(config, parsed.target); });
  backed_up->add_option("--to", parsed.target, "A directory that does not exist or is empty")
      ->required();
  add("version", "Print the version", "headwater version", [](const Config&) { return version(); });
}

int run_parsed(const Parsed& parsed, const Command& chosen) {
  auto config = make_config(parsed.flags, parsed.config_file);
  if (!config) return report(config.error());
  if (auto logging = base::init_logging(config->text("log.level")); !logging) {
    return report(logging.error());
  }
  return chosen(*config);
}

}  // namespace

int run(int argc, char** argv) {
  CLI::App app("Headwater: a metadata graph and lineage warehouse");
  app.require_subcommand(1);
  Parsed parsed;
  Command chosen;
  add_settings(app, parsed);
  add_commands(app, parsed, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? kOk : kUsage;
  }
  return run_parsed(parsed, chosen);
}

}  // namespace headwater::cli
