#include <atomic>
#include <string>

#include "api/http/server.h"
#include "app/app.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/http_client.h"
#include "cli/output.h"
#include "tests/unit/cli/support.h"

namespace headwater::cli {
namespace {

using api::http::Request;
using api::http::Responder;
using api::http::Response;

class Import : public CliTest {
 protected:
  Outcome import(const std::vector<std::string>& files, std::size_t batch = 1000,
                 const std::string& url = "") {
    ImportOptions options;
    options.files = files;
    options.batch = batch;
    options.url = url;
    return capture([&] { return import_files(config_for(dir_.path("data")), options); });
  }
  std::string file(const std::string& name, const std::string& text) {
    write_text(dir_.path(name), text);
    return dir_.path(name);
  }
  // The text after `label` in the summary, up to the next space.
  static std::string field(const Outcome& outcome, const std::string& label) {
    const std::size_t at = outcome.out.find("\n" + label);
    if (at == std::string::npos) return "none";
    const std::size_t from = outcome.out.find_first_not_of(' ', at + 1 + label.size());
    return outcome.out.substr(from, outcome.out.find_first_of(" \n", from) - from);
  }
};

TEST_F(Import, StoresEveryEventAndCounts) {
  const std::string path =
      file("e.ndjson", event("r1") + "\n" + event("r2") + "\n" + event("r1", "c") + "\n");
  const Outcome outcome = import({path});
  EXPECT_EQ(outcome.code, kOk) << outcome.err;
  EXPECT_TRUE(outcome.out.starts_with("read                 3 ")) << outcome.out;
  EXPECT_EQ(field(outcome, "stored"), "2");
  EXPECT_EQ(field(outcome, "merged"), "1");
  EXPECT_EQ(field(outcome, "datasets"), "3");
  EXPECT_EQ(field(outcome, "jobs"), "1");
  EXPECT_EQ(field(outcome, "runs"), "2");
  EXPECT_EQ(field(import({path}), "duplicates"), "3");
}

TEST_F(Import, BatchesOfAnySizeGiveTheSame) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += event("r" + std::to_string(i)) + "\n";
  const std::string path = file("e.ndjson", text);
  EXPECT_EQ(field(import({path}, 1), "stored"), "50");
  EXPECT_EQ(field(import({path}, 7), "duplicates"), "50");
}

TEST_F(Import, ReadsArraysSingleEventsAndCompressedFiles) {
  const auto out = tests::must(Output::open(dir_.path("z.ndjson.zst")));
  ASSERT_TRUE(out->write(event("r4") + "\n"));
  ASSERT_TRUE(out->close());
  const Outcome outcome = import({file("a.json", "[" + event("r1") + ",\n" + event("r2") + "]"),
                                  file("one.json", event("r3")), dir_.path("z.ndjson.zst")});
  EXPECT_EQ(outcome.code, kOk) << outcome.err;
  EXPECT_EQ(field(outcome, "stored"), "4");
}

TEST_F(Import, NamesLinesThatAreNoJsonAndKeepsTheOthers) {
  const std::string path = file(
      "e.ndjson", event("r1") + "\n{\"cut\": \"of\n" + event("r2") + "\nnonsense\n" + event("r3"));
  const Outcome outcome = import({path});
  EXPECT_EQ(outcome.code, kPartly);
  EXPECT_EQ(field(outcome, "stored"), "3");
  EXPECT_EQ(field(outcome, "not JSON"), "2");
  EXPECT_TRUE(contains(outcome.err, path + " line 2: ")) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, path + " line 4: ")) << outcome.err;
}

// Brackets that fit, but no JSON: the batch is refused as a whole and sent again one by one.
TEST_F(Import, FindsTheOneBadEventOfABatch) {
  const std::string path = file("e.ndjson", event("r1") + "\n{\"a\": nope}\n" + event("r2") + "\n");
  const Outcome outcome = import({path});
  EXPECT_EQ(outcome.code, kPartly);
  EXPECT_EQ(field(outcome, "stored"), "2");
  EXPECT_TRUE(contains(outcome.err, path + " line 2: ")) << outcome.err;
}

TEST_F(Import, SaysWhatIsQuarantinedAndWhy) {
  const std::string path = file("e.ndjson", event("r1") + "\n{\"a\":1}\n{\"b\":2}\n42\n");
  const Outcome outcome = import({path});
  EXPECT_EQ(outcome.code, kPartly);
  EXPECT_EQ(field(outcome, "quarantined"), "3");
  EXPECT_TRUE(contains(outcome.out, "2 x /eventTime ")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "headwater export --kind quarantined"));
}

TEST_F(Import, KeepsWhatCameBeforeADamagedPlace) {
  const Outcome outcome = import({file("a.json", "[" + event("r1") + "," + event("r2") + ","),
                                  file("never.ndjson", event("r3"))});
  EXPECT_EQ(outcome.code, kFailed);
  EXPECT_EQ(field(outcome, "stored"), "2");
  EXPECT_TRUE(contains(outcome.err, "a.json: The file ends inside its array")) << outcome.err;
}

TEST_F(Import, FailsForAFileThatIsNotThere) {
  const Outcome outcome = import({dir_.path("none")});
  EXPECT_EQ(outcome.code, kFailed);
  EXPECT_TRUE(contains(outcome.err, dir_.path("none")));
}

TEST_F(Import, SendsToARunningServer) {
  const auto app = tests::must(app::App::start(config_for(dir_.path("served"))));
  const std::string path =
      file("e.ndjson", event("r1") + "\n{\"a\": nope}\n{\"a\":1}\n" + event("r1") + "\n");
  const Outcome outcome = import({path}, 1000, app->url() + "/");
  EXPECT_EQ(outcome.code, kPartly);
  EXPECT_EQ(field(outcome, "stored"), "1") << outcome.out << outcome.err;
  EXPECT_EQ(field(outcome, "duplicates"), "1");
  EXPECT_EQ(field(outcome, "quarantined"), "1");
  EXPECT_EQ(field(outcome, "not JSON"), "1");
  EXPECT_EQ(field(outcome, "datasets"), "2");
}

TEST_F(Import, RefusesADirectoryThatAServerHas) {
  const auto app = tests::must(app::App::start(config_for(dir_.path("data"))));
  const Outcome outcome = import({file("e.ndjson", event("r1"))});
  EXPECT_EQ(outcome.code, kFailed);
  EXPECT_NE(outcome.err, "");
}

// A server that is busy a few times before it answers.
class BusyServer {
 public:
  BusyServer(int busy, Response answer) : busy_(busy), answer_(std::move(answer)) {
    server_ = tests::must(api::http::Server::create(
        {}, [this](const Request&, const api::http::HandlerContext&, const Responder& responder) {
          Response response;
          if (seen_++ < busy_) {
            response.status = seen_ % 2 == 0 ? 503 : 429;
            response.headers.emplace_back("Retry-After", "1");
          } else {
            response.status = answer_.status;
            response.body = answer_.body;
          }
          responder.send(std::move(response));
        }));
    EXPECT_TRUE(server_->start());
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }

 private:
  const int busy_;
  const Response answer_;
  std::atomic<int> seen_{0};
  std::unique_ptr<api::http::Server> server_;
};

TEST(HttpClient, WaitsAsTheServerAsks) {
  Response fine;
  fine.body = "done";
  BusyServer server(2, std::move(fine));
  HttpClient client(server.url());
  std::vector<long> waits;
  client.on_wait = [&](long seconds) { waits.push_back(seconds); };
  const auto answer = client.post("/x", "{}");
  ASSERT_TRUE(answer);
  EXPECT_EQ(*answer, "done");
  EXPECT_EQ(waits, (std::vector<long>{1, 1}));
}

TEST(HttpClient, PassesARefusalOn) {
  Response refused;
  refused.status = 400;
  refused.body = R"({"code":"invalid-json","detail":"At byte 7."})";
  BusyServer server(0, std::move(refused));
  HttpClient client(server.url());
  const auto answer = client.get("/x");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, base::ErrorCode::kInvalidJson);
  EXPECT_EQ(answer.error().message, "The server answered 400: At byte 7.");
}

}  // namespace
}  // namespace headwater::cli
