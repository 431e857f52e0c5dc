// A store that a server serves, for commands that ask one.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "app/app.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "tests/unit/cli/support.h"

namespace headwater::cli {

class ServedTest : public CliTest {
 protected:
  // Imports the events, one a line, and starts a server.
  void serve(const std::string& events) {
    write_text(dir_.path("e.ndjson"), events);
    ImportOptions options;
    options.files = {dir_.path("e.ndjson")};
    ASSERT_EQ(capture([&] { return import_files(config_, options); }).code, kOk);
    auto started = app::App::start(config_);
    ASSERT_TRUE(started) << started.error().message;
    app_ = *std::move(started);
  }

  base::Config config_ = config_for(dir_.path("data"));
  std::unique_ptr<app::App> app_;
};

}  // namespace headwater::cli
