#include <algorithm>
#include <string>

#include "app/app.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "tests/unit/cli/support.h"

namespace headwater::cli {
namespace {

class Tools : public CliTest {
 protected:
  void SetUp() override {
    CliTest::SetUp();
    write_text(dir_.path("e.ndjson"), event("r1") + "\n" + event("r2", "b", "c", "2026-11-01") +
                                          "\n{\"not\":\"an event\"}\n");
    ImportOptions options;
    options.files = {dir_.path("e.ndjson")};
    const Outcome outcome = capture([&] { return import_files(config_, options); });
    ASSERT_EQ(outcome.code, kPartly) << outcome.err;
  }
  Outcome exported(ExportOptions options = {}) {
    return capture([&] { return export_log(config_, options); });
  }
  static std::ptrdiff_t lines(const std::string& text) { return std::ranges::count(text, '\n'); }

  base::Config config_ = config_for(dir_.path("data"));
};

TEST_F(Tools, ExportGivesBackWhatWasImported) {
  const Outcome outcome = exported();
  EXPECT_EQ(outcome.code, kOk);
  EXPECT_EQ(outcome.out, event("r1") + "\n" + event("r2", "b", "c", "2026-11-01") + "\n");
  EXPECT_EQ(outcome.err, "2 records written\n");
}

TEST_F(Tools, ExportTakesFilters) {
  ExportOptions options;
  options.kinds = {"quarantined"};
  EXPECT_EQ(exported(options).out, "{\"not\":\"an event\"}\n");
  options.kinds = {"run", "quarantined"};
  EXPECT_EQ(lines(exported(options).out), 3);
  options.kinds = {"job"};
  EXPECT_EQ(lines(exported(options).out), 0);
  options = {};
  options.after = 1;
  EXPECT_EQ(lines(exported(options).out), 1);
  options = {};
  options.until = 1;
  EXPECT_EQ(exported(options).out, event("r1") + "\n");
  options = {};
  options.from_time = "2026-10-15";
  EXPECT_EQ(lines(exported(options).out), 1);
  options.to_time = "2026-11-01T00:00:00Z";
  EXPECT_EQ(lines(exported(options).out), 0);
  options.to_time = "soon";
  EXPECT_EQ(exported(options).code, kUsage);
}

TEST_F(Tools, ExportedFilesMakeTheSameStore) {
  ExportOptions options;
  options.file = dir_.path("out.ndjson.gz");
  ASSERT_EQ(exported(options).code, kOk);
  ImportOptions again;
  again.files = {options.file};
  const base::Config other = config_for(dir_.path("other"));
  ASSERT_EQ(capture([&] { return import_files(other, again); }).code, kOk);
  EXPECT_EQ(capture([&] { return export_log(other, {}); }).out, exported().out);
}

TEST_F(Tools, CheckIsCleanAfterAnImport) {
  const Outcome outcome = capture([&] { return check(config_); });
  EXPECT_EQ(outcome.code, kOk) << outcome.out << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "clean"));
}

TEST_F(Tools, CheckFindsADamagedFile) {
  const std::string path = dir_.path("data/headwater.db");
  std::string bytes = read_text(path);
  constexpr std::size_t kPage = 4096, kDamage = 64;  // cells grow from the end of a page
  for (std::size_t end = 2 * kPage; end <= bytes.size(); end += kPage) {
    bytes.replace(end - kDamage, kDamage, kDamage, '\x5a');
  }
  write_text(path, bytes);
  EXPECT_EQ(capture([&] { return check(config_); }).code, kFailed);
}

TEST_F(Tools, ReplayRepeatsEveryView) {
  const std::string target = dir_.path("again");
  const Outcome outcome = capture([&] { return replay(config_, target); });
  EXPECT_EQ(outcome.code, kOk) << outcome.out << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "all views are identical"));
  EXPECT_FALSE(contains(outcome.out, "DIFFERENT"));
  EXPECT_EQ(capture([&] { return export_log(config_for(target), {}); }).out, exported().out);
  EXPECT_EQ(capture([&] { return replay(config_, target); }).code, kFailed);  // not empty
}

TEST_F(Tools, BackupWorksBesideAServer) {
  const auto app = tests::must(app::App::start(config_));
  const std::string target = dir_.path("copy");
  const Outcome outcome = capture([&] { return backup(config_, target); });
  EXPECT_EQ(outcome.code, kOk) << outcome.err;
  EXPECT_EQ(capture([&] { return export_log(config_for(target), {}); }).out, exported().out);
}

TEST_F(Tools, SayThatThereIsNoStore) {
  const base::Config config = config_for(dir_.path("nowhere"));
  for (const auto& command : {check, +[](const base::Config& c) { return export_log(c, {}); }}) {
    const Outcome outcome = capture([&] { return command(config); });
    EXPECT_EQ(outcome.code, kFailed);
    EXPECT_TRUE(contains(outcome.err, dir_.path("nowhere"))) << outcome.err;
  }
  EXPECT_FALSE(std::filesystem::exists(dir_.path("nowhere")));
}

class CommandLine : public CliTest {
 protected:
  Outcome headwater(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "headwater");
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    return capture([&] { return run(static_cast<int>(argv.size()), argv.data()); });
  }
};

TEST_F(CommandLine, HelpsWithExamples) {
  for (const std::string command :
       {"serve", "import", "export", "check", "replay", "backup", "config", "version"}) {
    const Outcome outcome = headwater({command, "--help"});
    EXPECT_EQ(outcome.code, kOk);
    EXPECT_TRUE(contains(outcome.out, "Examples:\n  ")) << command;
    EXPECT_TRUE(
        contains(read_text(std::string(HW_SOURCE_DIR) + "/docs/cli.md"), "## headwater " + command))
        << command;
  }
  EXPECT_EQ(headwater({"--help"}).code, kOk);
  EXPECT_TRUE(headwater({"version"}).out.starts_with("headwater "));
}

TEST_F(CommandLine, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(headwater({}).code, kUsage);
  EXPECT_EQ(headwater({"frobnicate"}).code, kUsage);
  EXPECT_EQ(headwater({"import"}).code, kUsage);
  const Outcome outcome = headwater({"serve", "--prot", "80"});
  EXPECT_EQ(outcome.code, kUsage);
  EXPECT_TRUE(contains(outcome.err, "Did you mean http.port?")) << outcome.err;
}

TEST_F(CommandLine, FlagsWinOverEnvironmentAndFile) {
  write_text(dir_.path("conf"), "http.port = 1\nhttp.drain_ms = 2\nlog.level = off\n");
  ::setenv("HEADWATER_HTTP_PORT", "3", 1);
  ::setenv("HEADWATER_HTTP_IDLE_MS", "400", 1);
  const Outcome outcome =
      headwater({"config", "--config", dir_.path("conf"), "--http.idle-ms", "500"});
  ::unsetenv("HEADWATER_HTTP_PORT");
  ::unsetenv("HEADWATER_HTTP_IDLE_MS");
  EXPECT_EQ(outcome.code, kOk) << outcome.err;
  const auto has = [&](const std::string& key, const std::string& value, const std::string& from) {
    const std::size_t at = outcome.out.find(key + " ");
    const std::string line = outcome.out.substr(at, outcome.out.find('\n', at) - at);
    return contains(line, "= " + value + " ") && contains(line, "# " + from);
  };
  EXPECT_TRUE(has("http.port", "3", "environment HEADWATER_HTTP_PORT")) << outcome.out;
  EXPECT_TRUE(has("http.idle_ms", "500", "flag --http.idle-ms")) << outcome.out;
  EXPECT_TRUE(has("http.drain_ms", "2", "file " + dir_.path("conf") + " line 2")) << outcome.out;
  EXPECT_TRUE(has("http.header_ms", "10000", "default")) << outcome.out;
}

}  // namespace
}  // namespace headwater::cli
