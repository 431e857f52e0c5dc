// Limits of the head, deadlines, connections that leave or stay silent, shutdown.
#include <vector>

#include "base/mutex.h"
#include "tests/unit/api/http/fixture.h"

namespace headwater::api::http {
namespace {

using testing::Answer;
using testing::Client;
using testing::eventually;
using testing::get;
using testing::post;

class HttpLimits : public testing::HttpTest {
 protected:
  static ServerOptions impatient() {
    ServerOptions options;
    options.limits.header_ms = 300;
    options.limits.body_window_ms = 300;
    options.limits.body_window_bytes = 100;
    options.limits.write_window_ms = 500;
    options.limits.linger_ms = 300;
    return options;
  }
};

TEST_F(HttpLimits, Answers431ToLargeHeaders) {
  ServerOptions options;
  options.limits.header_bytes = 4096;
  options.limits.header_count = 20;
  serve(options);
  EXPECT_EQ(status_of(get("/echo", "X-A: " + std::string(4000, 'a') + "\r\n")), 200);
  EXPECT_EQ(status_of(get("/echo", "X-A: " + std::string(4100, 'a') + "\r\n")), 431);
  EXPECT_EQ(status_of(get("/echo", "X-A: " + std::string(5'000'000, 'a') + "\r\n")), 431);
  std::string nineteen;
  for (int i = 0; i < 19; ++i) nineteen += "X-" + std::to_string(i) + ": 1\r\n";
  EXPECT_EQ(status_of(get("/echo", nineteen)), 200);
  EXPECT_EQ(status_of(get("/echo", nineteen + "X-Y: 1\r\n")), 431);
}

TEST_F(HttpLimits, Answers414ToALongTarget) {
  ServerOptions options;
  options.limits.target_bytes = 1000;
  serve(options);
  EXPECT_EQ(status_of(get("/" + std::string(999, 'a'))), 404);
  EXPECT_EQ(status_of(get("/" + std::string(1000, 'a'))), 414);
}

TEST_F(HttpLimits, Answers408ToSlowHeaders) {
  serve(impatient());
  Client client = connect();
  client.send("GET /echo HT");
  EXPECT_EQ(client.read().status, 408);
  EXPECT_TRUE(client.wait_for_close());
  EXPECT_EQ(server_->stats().timeouts, 1u);
}

TEST_F(HttpLimits, Answers408ToASlowBody) {
  serve(impatient());
  Client client = connect();
  client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nabc");
  EXPECT_EQ(client.read().status, 408);
  EXPECT_TRUE(client.wait_for_close());
  EXPECT_EQ(service_.handled, 0);
}

TEST_F(HttpLimits, ClosesAnIdleConnectionWithoutAWord) {
  ServerOptions options;
  options.limits.idle_ms = 1'000;
  serve(options);
  Client silent = connect();
  EXPECT_EQ(silent.read_to_end(), "");
  Client used = connect();
  used.send(get("/id?v=1"));
  EXPECT_EQ(used.read().body, "1");
  EXPECT_EQ(used.read_to_end(), "");
  EXPECT_EQ(server_->stats().timeouts, 0u);
}

TEST_F(HttpLimits, CutsOffAReaderThatStopsWhileOthersAreServed) {
  serve(impatient());
  Client slow(server_->port(), 4096);
  slow.send(get("/big?n=30000000"));
  Client slow_stream(server_->port(), 4096);
  slow_stream.send(get("/stream?n=30000000"));
  for (int i = 0; i < 50; ++i) EXPECT_EQ(ask(get("/id?v=7")).body, "7");
  EXPECT_TRUE(eventually([&] { return server_->stats().timeouts == 2; }));
  EXPECT_TRUE(eventually([&] { return server_->stats().connections_open == 0; }));
  EXPECT_TRUE(eventually([&] { return service_.sources_alive == 0; }));
}

TEST_F(HttpLimits, ServesAReaderThatIsSlowButReads) {
  ServerOptions options = impatient();
  options.limits.write_window_ms = 20'000;
  serve(options);
  Client slow(server_->port(), 4096);
  slow.send(get("/stream?n=3000000", "Connection: close\r\n"));
  std::size_t bytes = 0;
  for (std::string piece; !(piece = slow.read_some(8192)).empty();) {
    bytes += piece.size();
    if (bytes % 7 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_GT(bytes, 3'000'000u);
}

TEST_F(HttpLimits, TurnsAwayConnectionsOverTheLimit) {
  ServerOptions options;
  options.limits.connections = 2;
  serve(options);
  Client first = connect();
  Client second = connect();
  EXPECT_EQ(first.exchange(get("/id?v=1")).body, "1");
  EXPECT_EQ(second.exchange(get("/id?v=2")).body, "2");
  Client third = connect();
  EXPECT_EQ(third.read().status, 503);
  EXPECT_EQ(server_->stats().connections_refused, 1u);
  first.close();
  EXPECT_TRUE(eventually([&] { return connect().exchange(get("/id?v=3")).body == "3"; }));
}

TEST_F(HttpLimits, CancelsWhatAClientThatLeftHadAsked) {
  serve();
  for (int i = 0; i < 4; ++i) {
    Client client = connect();
    client.send(get("/wait") + (i % 2 == 0 ? "" : get("/id?v=pipelined")));
    ASSERT_TRUE(eventually([&] { return service_.waiting == i + 1; }));
    i < 2 ? client.close() : client.reset();
    EXPECT_TRUE(eventually([&] { return service_.saw_cancel == i + 1; })) << i;
  }
  EXPECT_TRUE(eventually([&] { return server_->stats().connections_open == 0; }));
  EXPECT_EQ(server_->stats().cancelled, 4u);
  EXPECT_EQ(server_->stats().requests_in_flight, 0u);
}

TEST_F(HttpLimits, DoesNotCancelForPipelinedBytes) {
  serve();
  Client client = connect();
  client.send(get("/gate"));
  ASSERT_TRUE(eventually([&] { return service_.at_gate == 1; }));
  std::string more;
  for (int i = 0; i < 2000; ++i) more += get("/id?v=" + std::to_string(i));
  std::thread sender([&] { client.send(more); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  service_.gate_open = true;
  EXPECT_EQ(client.read().body, "through");
  for (int i = 0; i < 2000; ++i) EXPECT_EQ(client.read().body, std::to_string(i));
  sender.join();
  EXPECT_EQ(server_->stats().cancelled, 0u);
}

TEST_F(HttpLimits, LetsRunningRequestsAnswerWhenItStops) {
  serve();
  Client idle = connect();
  EXPECT_EQ(idle.exchange(get("/id?v=1")).body, "1");
  Client busy = connect();
  busy.send(get("/gate"));
  ASSERT_TRUE(eventually([&] { return service_.at_gate == 1; }));
  std::thread stopper([&] { server_->stop(60'000); });
  EXPECT_TRUE(idle.wait_for_close());
  EXPECT_TRUE(eventually([&] { return Client(server_->port()).read().status == 0; }));
  service_.gate_open = true;
  const Answer answer = busy.read();
  EXPECT_EQ(answer.body, "through");
  EXPECT_EQ(answer.header("connection"), "close");
  busy.close();
  stopper.join();
}

TEST_F(HttpLimits, CancelsWhatDoesNotEndInTimeWhenItStops) {
  serve();
  Client client = connect();
  client.send(get("/wait"));
  ASSERT_TRUE(eventually([&] { return service_.waiting == 1; }));
  server_->stop(10);
  EXPECT_EQ(service_.saw_cancel, 1);
  EXPECT_EQ(client.read().status, 0);
}

TEST_F(HttpLimits, LetsAResponderOutliveTheServer) {
  auto kept = std::make_shared<base::Guarded<std::vector<Responder>>>();
  auto created = Server::create({}, [kept](Request, const HandlerContext&, Responder responder) {
    kept->with([&](auto& all) { all.push_back(std::move(responder)); });
  });
  ASSERT_TRUE(created);
  ASSERT_TRUE((*created)->start());
  Client client((*created)->port());
  Client gone((*created)->port());
  client.send(get("/"));
  gone.send(post("/", "x"));
  ASSERT_TRUE(eventually([&] { return kept->with([](auto& all) { return all.size() == 2; }); }));
  gone.reset();
  created->reset();
  kept->with([](auto& all) {
    EXPECT_TRUE(all[0].send(testing::text("too late")));
    EXPECT_FALSE(all[0].send(testing::text("twice")));
    all.clear();
  });
}

TEST_F(HttpLimits, SaysWhyItCannotListen) {
  serve();
  ServerOptions taken;
  taken.port = server_->port();
  const auto second = Server::create(taken, [](Request, const HandlerContext&, Responder) {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, base::ErrorCode::kInvalidConfig);
  ServerOptions name;
  name.address = "localhost";
  EXPECT_FALSE(Server::create(name, [](Request, const HandlerContext&, Responder) {}));
  EXPECT_FALSE(server_->start());
}

}  // namespace
}  // namespace headwater::api::http
