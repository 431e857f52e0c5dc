// Files, settings and captured output for the tests of the commands.
#pragma once

#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "app/settings.h"
#include "base/log.h"
#include "tests/support/harness.h"

namespace headwater::cli {

// A run event that reads `n.from` and writes `n.to`.
inline std::string event(const std::string& run, const std::string& from = "a",
                         const std::string& to = "b", const std::string& time = "2026-10-01") {
  return R"({"eventType":"COMPLETE","eventTime":")" + time +
         R"(T00:00:00Z","producer":"https://p.example","schemaURL":"https://s.example/RunEvent",)" +
         R"("run":{"runId":")" + run + R"("},"job":{"namespace":"n","name":"j"},)" +
         R"("inputs":[{"namespace":"n","name":")" + from +
         R"("}],"outputs":[{"namespace":"n","name":")" + to + R"("}]})";
}

inline void write_text(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

inline std::string read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

inline base::Config config_for(const std::string& directory) {
  base::Config config(app::settings());
  EXPECT_TRUE(config.set("data.dir", directory, "test"));
  EXPECT_TRUE(config.set("http.port", "0", "test"));
  EXPECT_TRUE(config.set("ui.dir", "", "test"));
  return config;
}

struct Outcome {
  int code = 0;
  std::string out, err;
};

// Runs a command and takes what it prints.
template <class Command>
Outcome capture(Command&& command) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Outcome outcome;
  outcome.code = command();
  outcome.out = testing::internal::GetCapturedStdout();
  outcome.err = testing::internal::GetCapturedStderr();
  return outcome;
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class CliTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(base::init_logging("off")); }

  tests::TempDir dir_;
};

}  // namespace headwater::cli
