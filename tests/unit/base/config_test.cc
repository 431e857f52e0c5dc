#include "base/config.h"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace headwater::base {
namespace {

using Type = Setting::Type;

constexpr std::array kTable{
    Setting{"http.port", Type::kInteger, "8080", 0, 65535, "Port."},
    Setting{"http.allowed_hosts", Type::kList, "", 0, 0, "Hosts."},
    Setting{"http.access_log", Type::kBoolean, "false", 0, 0, "Log."},
    Setting{"ingest.queue_bytes", Type::kInteger, "268435456", 1024, std::int64_t{1} << 40,
            "Queue."},
    Setting{"log.level", Type::kChoice, "info", 0, 0, "Level.", "debug,info,off"},
    Setting{"data.dir", Type::kText, "data", 0, 0, "Directory."},
};

std::string message(const Result<void>& result) { return result ? "" : result.error().message; }

class ConfigFile : public testing::Test {
 protected:
  ConfigFile()
      : path_(std::filesystem::temp_directory_path() /
              ("headwater-config-" + std::to_string(::getpid()))) {}
  ~ConfigFile() override { std::filesystem::remove(path_); }
  Result<void> load(const std::string& text) {
    std::ofstream(path_) << text;
    return config_.load_file(path_.string());
  }
  Config config_{kTable};
  std::filesystem::path path_;
};

TEST(Config, StartsWithDefaults) {
  const Config config(kTable);
  EXPECT_EQ(config.integer("http.port"), 8080);
  EXPECT_EQ(config.text("data.dir"), "data");
  EXPECT_FALSE(config.boolean("http.access_log"));
  EXPECT_TRUE(config.list("http.allowed_hosts").empty());
  EXPECT_EQ(config.source("http.port"), "default");
}

TEST(Config, ChecksBoundsAndNamesKeySourceAndRange) {
  Config config(kTable);
  for (const char* bad : {"-1", "65536", "80x", "", " 80", "99999999999999999999"}) {
    EXPECT_EQ(message(config.set("http.port", bad, "flag --port")),
              "http.port must be 0 to 65535, not \"" + std::string(bad) + "\" (flag --port).");
  }
  EXPECT_EQ(config.integer("http.port"), 8080);
  EXPECT_TRUE(config.set("http.port", "0", "flag --port"));
  EXPECT_TRUE(config.set("http.port", "65535", "flag --port"));
  EXPECT_EQ(config.integer("http.port"), 65535);
  EXPECT_EQ(config.source("http.port"), "flag --port");
}

TEST(Config, ReadsBytesWithUnits) {
  Config config(kTable);
  EXPECT_TRUE(config.set("ingest.queue_bytes", "64MiB", "test"));
  EXPECT_EQ(config.integer("ingest.queue_bytes"), 64 << 20);
  EXPECT_TRUE(config.set("ingest.queue_bytes", "2 GiB", "test"));
  EXPECT_EQ(config.integer("ingest.queue_bytes"), std::int64_t{2} << 30);
  EXPECT_TRUE(config.set("ingest.queue_bytes", "1KiB", "test"));
  EXPECT_FALSE(config.set("ingest.queue_bytes", "1MB", "test"));
  EXPECT_FALSE(config.set("ingest.queue_bytes", "-1MiB", "test"));
  EXPECT_FALSE(config.set("ingest.queue_bytes", "9999999999999GiB", "test"));
  EXPECT_FALSE(config.set("http.port", "1KiB", "test"));  // not a number of bytes
}

TEST(Config, ReadsBooleansListsAndChoices) {
  Config config(kTable);
  EXPECT_TRUE(config.set("http.access_log", "yes", "test"));
  EXPECT_TRUE(config.boolean("http.access_log"));
  EXPECT_FALSE(config.set("http.access_log", "perhaps", "test"));
  EXPECT_TRUE(config.set("http.allowed_hosts", " a.example, b.example ,,", "test"));
  EXPECT_EQ(config.list("http.allowed_hosts"),
            (std::vector<std::string>{"a.example", "b.example"}));
  EXPECT_TRUE(config.set("log.level", "off", "test"));
  EXPECT_EQ(message(config.set("log.level", "loud", "test")),
            "log.level must be one of debug,info,off, not \"loud\" (test).");
}

TEST(Config, RefusesUnknownKeysWithASuggestion) {
  Config config(kTable);
  EXPECT_EQ(message(config.set("http.prt", "1", "test")),
            "There is no setting http.prt (test). Did you mean http.port?");
  EXPECT_EQ(message(config.set("prot", "1", "test")),
            "There is no setting prot (test). Did you mean http.port?");
  EXPECT_EQ(message(config.set("colour", "1", "test")),
            "There is no setting colour (test). docs/config.md lists the settings.");
}

TEST(Config, TakesTheEnvironmentButNotWhatIsForeign) {
  Config config(kTable);
  const char* const environment[] = {"PATH=/bin",
                                     "HEADWATER_HTTP_PORT=9",
                                     "HEADWATER_URL=http://elsewhere",
                                     "HEADWATER_SERVICE_HOST=10.0.0.1",
                                     "HEADWATER_DATA_DIR=a=b",
                                     nullptr};
  EXPECT_EQ(message(config.load_environment(environment)), "");
  EXPECT_EQ(config.integer("http.port"), 9);
  EXPECT_EQ(config.text("data.dir"), "a=b");
  EXPECT_EQ(config.source("http.port"), "environment HEADWATER_HTTP_PORT");
}

TEST(Config, RefusesAMisspeltEnvironment) {
  Config config(kTable);
  const char* const wrong_name[] = {"HEADWATER_INGEST_QUEUE_BYTE=1", nullptr};
  EXPECT_EQ(message(config.load_environment(wrong_name)),
            "There is no setting ingest.queue_byte (environment HEADWATER_INGEST_QUEUE_BYTE). "
            "Did you mean ingest.queue_bytes?");
  const char* const wrong_value[] = {"HEADWATER_HTTP_PORT=tcp://10.0.0.1:80", nullptr};
  EXPECT_NE(message(config.load_environment(wrong_value)).find("environment HEADWATER_HTTP_PORT"),
            std::string::npos);
}

TEST_F(ConfigFile, ReadsKeysCommentsAndQuotes) {
  EXPECT_EQ(message(load("# a comment\n\n  http.port = 81 # another\r\n"
                         "data.dir=\"/a #b\"\nlog.level =  off")),
            "");
  EXPECT_EQ(config_.integer("http.port"), 81);
  EXPECT_EQ(config_.text("data.dir"), "/a #b");
  EXPECT_EQ(config_.text("log.level"), "off");
  EXPECT_EQ(config_.source("http.port"), "file " + path_.string() + " line 3");
}

TEST_F(ConfigFile, NamesTheLineThatIsWrong) {
  EXPECT_EQ(message(load("http.port = 1\nnonsense\n")),
            "A line must be key = value (file " + path_.string() + " line 2).");
  EXPECT_NE(message(load("\nhttp.port = x\n")).find("line 2"), std::string::npos);
}

TEST_F(ConfigFile, MustBeReadable) {
  EXPECT_FALSE(config_.load_file(path_.string() + ".missing"));
  EXPECT_FALSE(config_.load_file("/"));
}

TEST(Config, NamesForEachSource) {
  EXPECT_EQ(environment_name("ingest.queue_bytes"), "HEADWATER_INGEST_QUEUE_BYTES");
  EXPECT_EQ(flag_name("ingest.queue_bytes"), "--ingest.queue-bytes");
}

}  // namespace
}  // namespace headwater::base
