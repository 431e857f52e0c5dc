#include "cli/cli.h"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include <CLI/CLI.hpp>

#include "app/app.h"
#include "app/settings.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/partition_options.h"

extern char** environ;  // NOLINT

namespace headwater::cli {

using base::Config;
using base::Result;

namespace {

// The short names of settings that are given often.
using Short = std::pair<std::string_view, std::string_view>;
constexpr Short kShort[] = {
    {"data.dir", "--data-dir"}, {"http.port", "--port"},      {"http.address", "--address"},
    {"ui.dir", "--ui-dir"},     {"log.level", "--log-level"},
};

std::string flag_names(std::string_view key) {
  std::string names = base::flag_name(key);
  for (const Short& name : kShort) {
    if (name.first == key) names = std::string(name.second) + "," + names;
  }
  return names;
}

// Flags, wherever they stand, win over the environment, which wins over the file.
Result<Config> make_config(const std::map<std::string, std::string>& flags,
                           const std::string& file) {
  Config config(app::settings());
  if (!file.empty()) HW_CHECK_OK(config.load_file(file));
  HW_CHECK_OK(config.load_environment(environ));
  for (const auto& flag : flags) {
    HW_CHECK_OK(config.set(flag.first, flag.second, "flag " + base::flag_name(flag.first)));
  }
  return config;
}

struct Parsed {
  std::map<std::string, std::string> flags;  // settings given as flags
  std::string config_file;
  ImportOptions import;
  ExportOptions exported;
  ImpactOptions impact;
  StaleOptions stale;
  CompareOptions compare;
  PlanCommand plan;
  std::string target;
  bool serves = false;  // the other commands log warnings only, unless asked
};

void add_settings(CLI::App& app, Parsed& parsed) {
  app.add_option("--config", parsed.config_file, "File of settings: key = value lines")
      ->envname("HEADWATER_CONFIG");
  for (const base::Setting& setting : app::settings()) {
    CLI::Option* const option = app.add_option_function<std::string>(
        flag_names(setting.key),
        [&parsed, key = std::string(setting.key)](const std::string& value) {
          parsed.flags[key] = value;
        },
        std::string(setting.description) + " [" + std::string(setting.default_value) + "]");
    const bool often = std::ranges::count(kShort, setting.key, &Short::first) != 0;
    option->group(often ? "Settings" : "");  // those of no group are not shown
  }
}

using Command = std::function<int(const Config&)>;

// Adds commands, each of which is `chosen` when the command line names it.
class Commands {
 public:
  Commands(CLI::App& app, Parsed& parsed, Command& chosen)
      : app_(app), parsed_(parsed), chosen_(chosen) {}

  void add_all() {
    add("serve", "Run the service",
        "  headwater serve --data-dir /var/lib/headwater --port 8080\n"
        "  HEADWATER_INGEST_QUEUE_BYTES=64MiB headwater serve\n",
        [](const Config& config) { return app::serve(config); });
    add_import();
    add_export();
    add_impact();
    add_partitions();
    add("check",
        "Verify log, tables and graph against each other and against a replay of the log; exit "
        "code 1 if they disagree. Needs the data directory for itself",
        "  headwater check --data-dir /var/lib/headwater\n",
        [](const Config& config) { return check(config); });
    add_copies();
    add("config", "Print every setting, its value and where it comes from",
        "  headwater config --config headwater.conf\n",
        [](const Config& config) { return print_settings(config); });
    add("version", "Print the version", "  headwater version\n",
        [](const Config&) { return version(); });
  }

 private:
  CLI::App* add(const char* name, const char* help, const std::string& examples, Command run) {
    CLI::App* const command = app_.add_subcommand(name, help);
    command->footer("Examples:\n" + examples + "docs/cli.md has more.");
    command->fallthrough();
    command->callback([this, run = std::move(run)] { chosen_ = run; });
    return command;
  }
  void add_import() {
    CLI::App* const command =
        add("import", "Import OpenLineage events: NDJSON or JSON; plain, gzip or zstd",
            "  headwater import --data-dir data events.ndjson.zst more.json.gz\n"
            "  zcat events.gz | headwater import --url http://127.0.0.1:8080 -\n",
            [this](const Config& config) { return import_files(config, parsed_.import); });
    command->add_option("files", parsed_.import.files, "Files; - is standard input")->required();
    command->add_option("--url", parsed_.import.url,
                        "Send to a running server instead of writing into --data-dir");
    command->add_option("--batch", parsed_.import.batch, "Events a batch [1000]")
        ->check(CLI::Range(1, 100'000));
  }
  void add_export() {
    CLI::App* const command =
        add("export", "Write logged events as NDJSON, in the order of the log",
            "  headwater export --to events.ndjson.zst\n"
            "  headwater export --kind run --from-time 2026-10-01 --to-time 2026-11-01\n",
            [this](const Config& config) { return export_log(config, parsed_.exported); });
    ExportOptions& options = parsed_.exported;
    command->add_option("--to", options.file, "File, compressed if .gz or .zst; - is stdout [-]");
    command->add_option("--after", options.after, "Only records after this seq");
    command->add_option("--until", options.until, "Only records up to this seq");
    command->add_option("--from-time", options.from_time, "Only event times from here on");
    command->add_option("--to-time", options.to_time, "Only event times before this");
    command
        ->add_option("--kind", options.kinds, "Only these; without: all events that were applied")
        ->check(CLI::IsMember({"run", "job", "dataset", "quarantined", "decision"}));
  }
  void add_impact() {
    ImpactOptions& options = parsed_.impact;
    CLI::App* const command =
        add("impact", "What a change would affect; exit code 1 with --fail-on if it does",
            "  headwater impact --url http://127.0.0.1:8080 --fail-on breaking \\\n"
            "    --change column_dropped:dataset:warehouse:core.orders:amount\n"
            "  headwater impact --data-dir data --changes changes.json --format csv\n",
            [this](const Config& config) { return impact(config, parsed_.impact); });
    command->add_option("--url", options.url, "Ask a running server instead of --data-dir");
    command->add_option("--change", options.changes,
                        "KIND:NODEID[:COLUMN[:TO]]; repeat it for several");
    command->add_option("--changes", options.changes_file, "File of changes as JSON; - is stdin");
    command->add_option("--fail-on", options.fail_on, "Exit code 1 if anything is this grave")
        ->check(CLI::IsMember({"breaking", "degraded", "recompute"}));
    command->add_option("--format", options.format, "text, json, ndjson or csv [text]")
        ->check(CLI::IsMember({"text", "json", "ndjson", "csv"}));
    command->add_option("--as-of", options.as_of, "With the lineage of this moment");
    command->add_option("--known-at", options.known_at, "With what was known at this seq");
    command->add_option("--depth", options.depth, "How many jobs away to go");
    command->add_option("--max-nodes", options.max_nodes, "The most nodes of the answer");
    command->add_flag("--stated-only", options.stated_only, "Leave out what is only assumed");
    command->add_flag("--evidence", options.evidence, "Runs and facets of each step, as JSON");
  }
  void add_partitions() {
    add_stale_options(
        *add("stale", "Which partitions have to be run again; exit code 1 with --fail-on if any",
             "  headwater stale dataset:warehouse:mart.orders_daily --upstream --ranges\n"
             "  headwater stale --fail-on stale,missing --csv > stale.csv\n",
             [this](const Config& config) { return stale(config, parsed_.stale); }),
        parsed_.stale);
    add_compare_options(
        *add("compare",
             "Whether two datasets, moments or environments are alike; exit code 1 if not",
             "  headwater compare dataset:warehouse:core.orders dataset:warehouse:core.orders_v2 "
             "\\\n"
             "    --tolerance 0.01 --parts schema,profile\n"
             "  headwater compare dataset:warehouse:core.orders --right-environment canary\n",
             [this](const Config& config) { return compare(config, parsed_.compare); }),
        parsed_.compare);
    add_plan_verbs(*add("plan", "Plan, approve and hand out what is to be run again",
                        "  headwater plan create --change 1042 --dry-run\n"
                        "  headwater plan approve 1100 --reason reviewed\n"
                        "  headwater plan lease 1100 --worker cron-1 --json\n",
                        [this](const Config& config) { return plan(config, parsed_.plan); }),
                   parsed_.plan);
  }
  void add_copies() {
    CLI::App* const replayed =
        add("replay", "Rebuild every view in a new directory from the log alone, and compare",
            "  headwater replay --from /var/lib/headwater --to /tmp/rebuilt\n",
            [this](const Config& config) { return replay(config, parsed_.target); });
    replayed->add_option_function<std::string>(
        "--from", [this](const std::string& from) { parsed_.flags["data.dir"] = from; },
        "The same as --data-dir");
    CLI::App* const copied =
        add("backup", "Copy the store, also while a server runs on it",
            "  headwater backup --data-dir /var/lib/headwater --to /backup/2026-10-01\n",
            [this](const Config& config) { return backup(config, parsed_.target); });
    for (CLI::App* const command : {replayed, copied}) {
      command->add_option("--to", parsed_.target, "A directory that does not exist or is empty")
          ->required();
    }
  }

  CLI::App& app_;
  Parsed& parsed_;
  Command& chosen_;
};

bool is_known(const CLI::App& app, const std::string& flag) {
  if (app.get_option_no_throw(flag) != nullptr) return true;
  const auto commands = app.get_subcommands({});
  return std::ranges::any_of(commands,
                             [&](const CLI::App* command) { return is_known(*command, flag); });
}

// The first flag that is neither of the program nor a setting, as an error with a suggestion.
Result<void> check_flags(const CLI::App& app, int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    std::string flag = argv[i];
    if (flag == "--") return {};
    if (!flag.starts_with("--")) continue;
    flag = flag.substr(0, flag.find('='));
    if (flag == "--help" || is_known(app, flag)) continue;
    std::string key = flag.substr(2);
    std::ranges::replace(key, '-', '_');
    return Config(app::settings()).set(key, "", "flag " + flag);
  }
  return {};
}

int run_parsed(const Parsed& parsed, const Command& chosen) {
  auto config = make_config(parsed.flags, parsed.config_file);
  if (!config) return report(config.error());
  const bool quiet = !parsed.serves && config->source("log.level") == "default";
  if (auto logging = base::init_logging(quiet ? "warn" : config->text("log.level")); !logging) {
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
  Commands commands(app, parsed, chosen);
  commands.add_all();
  app.footer(
      "Every setting of docs/config.md is a flag too, as --ingest.queue-bytes 64MiB, and an\n"
      "environment variable, as HEADWATER_INGEST_QUEUE_BYTES. headwater COMMAND --help says more.");
  if (auto known = check_flags(app, argc, argv); !known) return report(known.error());
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? kOk : kUsage;
  }
  parsed.serves = app.got_subcommand("serve");
  return run_parsed(parsed, chosen);
}

}  // namespace headwater::cli
