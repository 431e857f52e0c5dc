#include "app/app.h"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/housekeeper.h"
#include "app/settings.h"
#include "base/log.h"
#include "tests/support/harness.h"
#include "tests/unit/api/http/client.h"

namespace headwater::app {
namespace {

using api::http::testing::Answer;
using api::http::testing::Client;
using tests::TempDir;

constexpr char kEvent[] =
    R"({"eventType":"COMPLETE","eventTime":"2026-10-01T00:00:00Z","producer":"https://p.example",)"
    R"("schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",)"
    R"("run":{"runId":"r1"},"job":{"namespace":"n","name":"j"},)"
    R"("inputs":[{"namespace":"n","name":"a"}],"outputs":[{"namespace":"n","name":"b"}]})";

base::Config config_for(const std::string& directory) {
  base::Config config(settings());
  EXPECT_TRUE(config.set("data.dir", directory, "test"));
  EXPECT_TRUE(config.set("http.port", "0", "test"));
  EXPECT_TRUE(config.set("ui.dir", "", "test"));
  return config;
}

std::uint16_t port_of(const std::string& url) {
  return static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1)));
}

Answer get(const std::string& url, const std::string& target) {
  return Client(port_of(url)).exchange("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

Answer post(const std::string& url, const std::string& target, const std::string& body) {
  return Client(port_of(url))
      .exchange("POST " + target +
                " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                "Content-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
}

TEST(App, AnswersWhatItWasTold) {
  const TempDir dir;
  const auto app = tests::must(App::start(config_for(dir.path("data"))));
  EXPECT_TRUE(app->url().starts_with("http://127.0.0.1:")) << app->url();
  EXPECT_EQ(get(app->url(), "/readyz").status, 200);
  EXPECT_EQ(post(app->url(), "/api/v1/lineage", kEvent).status, 201);
  const Answer graph = get(app->url(), "/api/v1/lineage?nodeId=dataset:n:b");
  EXPECT_EQ(graph.status, 200);
  EXPECT_NE(graph.body.find("dataset:n:a"), std::string::npos) << graph.body;
}

TEST(App, KnowsAfterARestartWhatItAcknowledged) {
  const TempDir dir;
  {
    const auto app = tests::must(App::start(config_for(dir.path("data"))));
    ASSERT_EQ(post(app->url(), "/api/v1/lineage", kEvent).status, 201);
    app->stop();
    app->stop();  // idempotent
  }
  const auto app = tests::must(App::start(config_for(dir.path("data"))));
  EXPECT_NE(get(app->url(), "/api/v1/stats").body.find("\"events\":1"), std::string::npos);
}

TEST(App, RefusesADirectoryInUse) {
  const TempDir dir;
  const auto app = tests::must(App::start(config_for(dir.path("data"))));
  const auto second = App::start(config_for(dir.path("data")));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, base::ErrorCode::kDataDirLocked);
}

TEST(App, LeavesNothingBehindWhenThePortIsTaken) {
  const TempDir dir;
  const auto app = tests::must(App::start(config_for(dir.path("one"))));
  base::Config config = config_for(dir.path("two"));
  ASSERT_TRUE(config.set("http.port", std::to_string(port_of(app->url())), "test"));
  ASSERT_FALSE(App::start(config));
  ASSERT_TRUE(config.set("http.port", "0", "test"));
  EXPECT_TRUE(App::start(config));  // the lock was given back
}

TEST(App, RefusesARemoteAddressBeforeItTouchesTheDisk) {
  const TempDir dir;
  base::Config config = config_for(dir.path("data"));
  ASSERT_TRUE(config.set("http.address", "0.0.0.0", "test"));
  const auto refused = App::start(config);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::kInvalidConfig);
  EXPECT_FALSE(std::filesystem::exists(dir.path("data")));
}

// A child process that serves; its standard output is ours.
class ServingChild {
 public:
  explicit ServingChild(const base::Config& config) {
    int ends[2];
    if (::pipe(ends) != 0) std::abort();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::close(ends[0]);
      ::close(ends[1]);
      if (!base::init_logging("warn")) ::_exit(99);
      ::_exit(serve(config));
    }
    ::close(ends[1]);
    out_ = ::fdopen(ends[0], "r");
  }
  ~ServingChild() {
    if (pid_ != 0) end(SIGKILL);
    std::fclose(out_);
  }
  std::string line() {
    char text[256] = {};
    return std::fgets(text, sizeof text, out_) == nullptr ? "" : text;
  }
  int end(int signal) {
    const pid_t child = std::exchange(pid_, 0);
    ::kill(child, signal);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
  }

 private:
  pid_t pid_ = 0;
  std::FILE* out_ = nullptr;
};

TEST(Serve, PrintsItsAddressAndStopsAtASignal) {
  for (const int signal : {SIGTERM, SIGINT}) {
    const TempDir dir;
    ServingChild child(config_for(dir.path("data")));
    const std::string line = child.line();
    ASSERT_TRUE(line.starts_with("Headwater listening on http://127.0.0.1:")) << line;
    const std::string url = line.substr(line.find("http"), line.size() - line.find("http") - 1);
    EXPECT_EQ(post(url, "/api/v1/lineage", kEvent).status, 201);
    EXPECT_EQ(child.end(signal), 0);
    EXPECT_TRUE(std::filesystem::exists(dir.path("data/graph.snapshot")));
  }
}

TEST(Serve, LosesNothingWhenItIsKilled) {
  const TempDir dir;
  {
    ServingChild child(config_for(dir.path("data")));
    const std::string line = child.line();
    const std::string url = line.substr(line.find("http"), line.size() - line.find("http") - 1);
    EXPECT_EQ(post(url, "/api/v1/lineage", kEvent).status, 201);
    EXPECT_EQ(child.end(SIGKILL), 256 + SIGKILL);
  }
  const auto app = tests::must(App::start(config_for(dir.path("data"))));
  EXPECT_NE(get(app->url(), "/api/v1/stats").body.find("\"events\":1"), std::string::npos);
}

TEST(Housekeeper, EndsAtOnce) {
  const TempDir dir;
  storage::StoreOptions options;
  options.directory = dir.path("data");
  const auto store = tests::must(storage::Store::open(options));
  const auto start = std::chrono::steady_clock::now();
  { const Housekeeper housekeeper(*store); }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
}

}  // namespace
}  // namespace headwater::app
