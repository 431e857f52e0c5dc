// Bodies: chunked however it is cut, compressed with and without saying so, expected, too large.
#include <zlib.h>

#include "api/http/coding.h"
#include "tests/unit/api/http/fixture.h"

namespace headwater::api::http {
namespace {

using testing::Answer;
using testing::Client;
using testing::eventually;
using testing::get;
using testing::post;

std::string gzipped(std::string_view text) {
  GzipEncoder encoder;
  return *encoder.encode(text, true);
}

std::string deflated(std::string_view text, int window_bits) {
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(text.size() + 100, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

std::string chunked(const std::string& chunks, const std::string& headers = "") {
  return "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n" + headers +
         "\r\n" + chunks;
}

std::string in_chunks(const std::string& body, std::size_t piece) {
  std::string out;
  char line[32];
  for (std::size_t at = 0; at < body.size(); at += piece) {
    const std::string part = body.substr(at, piece);
    std::snprintf(line, sizeof line, "%zx\r\n", part.size());
    out += line + part + "\r\n";
  }
  return out + "0\r\n\r\n";
}

class HttpBody : public testing::HttpTest {};

TEST_F(HttpBody, JoinsChunks) {
  serve();
  Client client = connect();
  EXPECT_EQ(client.exchange(chunked("3\r\nabc\r\n00A;x=\"y\"\r\n0123456789\r\n0\r\n\r\n")).body,
            "POST[echo] 13 abc0123456789");
  EXPECT_EQ(client.exchange(chunked("1\r\nz\r\n0\r\nX-Trailer: 1\r\nHost: evil\r\n\r\n")).body,
            "POST[echo] 1 z");
  EXPECT_EQ(client.exchange(chunked("0\r\n\r\n")).body, "POST[echo] 0 ");
  EXPECT_EQ(client.exchange(get("/id?v=next")).body, "next");
}

TEST_F(HttpBody, JoinsChunksWhoseLineEndsArriveInTwoReads) {
  serve();
  Client client = connect();
  for (int i = 0; i < 5; ++i) {
    client.send_slowly(chunked("3\r\nabc\r\n2;e\r\nde\r\n0\r\nT: 1\r\n\r\n"));
    EXPECT_EQ(client.read().body, "POST[echo] 5 abcde");
  }
}

TEST_F(HttpBody, JoinsALargeChunkedBody) {
  serve();
  std::string body;
  while (body.size() < 3'000'000) body += std::to_string(body.size()) + ",";
  Client client = connect();
  for (const std::size_t piece : {7u, 1024u, 70'000u}) {
    const std::string part = piece == 7 ? body.substr(0, 100'000) : body;
    EXPECT_EQ(client.exchange(chunked(in_chunks(part, piece))).body,
              "POST[echo] " + std::to_string(part.size()) + " " + part);
  }
}

TEST_F(HttpBody, RefusesDamagedChunks) {
  serve();
  for (const char* chunks :
       {"x\r\nabc\r\n0\r\n\r\n", "-1\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n", "\r\nabc\r\n", "3 \n",
        "FFFFFFFFFFFFFFFFF\r\n", "3\nabc\n0\n\n\r\n", "3\r\nabc0\r\n\r\n",
        "0x3\r\nabc\r\n0\r\n\r\n", "3;\x01\r\nabc\r\n0\r\n\r\n", "0\r\nbad trailer\r\n\r\n",
        " 3\r\nabc\r\n0\r\n\r\n"}) {
    Client client = connect();
    client.send(chunked(chunks));
    client.shutdown_send();
    const Answer answer = client.read();
    EXPECT_TRUE(answer.status == 400 || answer.status == 0) << chunks << answer.status;
    EXPECT_EQ(service_.handled, 0);
  }
}

TEST_F(HttpBody, LimitsChunkLinesExtensionsAndTrailers) {
  ServerOptions options;
  options.limits.chunk_line_bytes = 100;
  options.limits.chunk_extension_bytes = 200;
  serve(options);
  const std::string line = "1;" + std::string(150, 'e') + "\r\nx\r\n";
  EXPECT_EQ(status_of(chunked(line + "0\r\n\r\n")), 400);
  EXPECT_EQ(status_of(chunked("1;" + std::string(70'000, 'e'))), 400);
  std::string many;
  for (int i = 0; i < 10; ++i) many += "1;" + std::string(50, 'e') + "\r\nx\r\n";
  EXPECT_EQ(status_of(chunked(many + "0\r\n\r\n")), 400);
  EXPECT_EQ(status_of(chunked("0\r\nT: " + std::string(70'000, 't'))), 400);
}

TEST_F(HttpBody, UndoesGzip) {
  serve();
  const std::string text(100'000, 'g');
  const std::string expected = "POST[echo] 100000 " + text;
  const std::string zipped = gzipped(text);
  for (const char* headers : {"Content-Encoding: gzip\r\n", "content-encoding: X-GZIP\r\n", "",
                              "Content-Encoding: identity\r\n"}) {
    EXPECT_EQ(ask(post("/echo", zipped, headers)).body, expected) << headers;
    EXPECT_EQ(ask(chunked(in_chunks(zipped, 50), headers)).body, expected) << headers;
  }
  EXPECT_EQ(ask(post("/echo", gzipped("ab") + gzipped("cd"))).body, "POST[echo] 4 abcd");
}

TEST_F(HttpBody, UndoesDeflateInBothItsForms) {
  serve();
  for (const int window_bits : {15, -15}) {
    EXPECT_EQ(ask(post("/echo", deflated("hello hello hello", window_bits),
                       "Content-Encoding: deflate\r\n"))
                  .body,
              "POST[echo] 17 hello hello hello");
  }
}

TEST_F(HttpBody, RefusesCodingsItDoesNotKnow) {
  serve();
  for (const char* coding : {"br", "zstd", "gzip, gzip", "compress"}) {
    EXPECT_EQ(status_of(post("/echo", "x", std::string("Content-Encoding: ") + coding + "\r\n")),
              415)
        << coding;
  }
  // Without a body there is nothing to undo.
  EXPECT_EQ(status_of(get("/echo", "Content-Encoding: br\r\n")), 200);
}

TEST_F(HttpBody, RefusesDamagedGzip) {
  serve();
  std::string cut = gzipped(std::string(10'000, 'q'));
  cut.resize(cut.size() - 5);
  EXPECT_EQ(status_of(post("/echo", cut)), 400);
  EXPECT_EQ(status_of(post("/echo", "not gzip", "Content-Encoding: gzip\r\n")), 400);
  EXPECT_EQ(status_of(post("/echo", gzipped("ok") + "rubbish")), 400);
  EXPECT_EQ(status_of(post("/echo", "\x1f\x8b")), 400);
  EXPECT_EQ(service_.handled, 0);
}

TEST_F(HttpBody, Answers413ToADecompressionBomb) {
  ServerOptions options;
  options.limits.decompressed_body_bytes = 1'000'000;
  serve(options);
  Client client = connect();
  const Answer bomb = client.exchange(post("/echo", gzipped(std::string(50'000'000, '\0'))));
  EXPECT_EQ(bomb.status, 413);
  EXPECT_EQ(client.exchange(post("/echo", gzipped(std::string(1'000'000, 'x')))).status, 200);
  EXPECT_EQ(client.exchange(post("/echo", gzipped(std::string(1'000'001, 'x')))).status, 413);
  EXPECT_TRUE(eventually([&] { return server_->stats().body_bytes_held == 0; }));
}

TEST_F(HttpBody, Answers413ToABodyOverItsLimit) {
  ServerOptions options;
  options.limits.body_bytes = 1000;
  serve(options);
  EXPECT_EQ(status_of(post("/echo", std::string(1000, 'x'))), 200);
  // The declared length alone is enough: nothing of the body was sent.
  EXPECT_EQ(status_of("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1001\r\n\r\n"),
            413);
  EXPECT_EQ(status_of(chunked(in_chunks(std::string(1000, 'x'), 300))), 200);
  EXPECT_EQ(status_of(chunked(in_chunks(std::string(1001, 'x'), 300))), 413);
  EXPECT_EQ(status_of(chunked("7fffffffffffffff\r\n")), 413);
}

TEST_F(HttpBody, ReadsTheRefusalOfABodyThatIsStillBeingSent) {
  ServerOptions options;
  options.limits.body_bytes = 1000;
  serve(options);
  Client client = connect();
  std::thread sender([&] { client.send(post("/echo", std::string(20'000'000, 'x'))); });
  const Answer answer = client.read();
  EXPECT_EQ(answer.status, 413);
  EXPECT_TRUE(answer.complete);
  client.shutdown_send();
  sender.join();
}

TEST_F(HttpBody, SaysContinueWhenExpected) {
  serve();
  Client client = connect();
  client.send(
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n"
      "Expect: 100-Continue\r\n\r\n");
  EXPECT_EQ(client.read_some(100), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("abc");
  EXPECT_EQ(client.read().body, "POST[echo] 3 abc");
  EXPECT_EQ(client.exchange(get("/id?v=next")).body, "next");
}

TEST_F(HttpBody, RefusesBeforeItSaysContinue) {
  ServerOptions options;
  options.limits.body_bytes = 1000;
  serve(options);
  const std::string expect = "Expect: 100-continue\r\n\r\n";
  Client large = connect();
  EXPECT_EQ(
      large.exchange("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1001\r\n" + expect)
          .status,
      413);
  EXPECT_EQ(large.continues(), 0);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 1\r\n" + expect),
            403);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n"
                      "Expect: 200-maybe\r\n\r\n"),
            417);
}

TEST_F(HttpBody, Answers429WhenAllBodiesTogetherAreTooLarge) {
  ServerOptions options;
  options.limits.total_body_bytes = 1'000'000;
  serve(options);
  Client holder = connect();
  holder.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\n" +
              std::string(800'000, 'x'));
  ASSERT_TRUE(eventually([&] { return server_->stats().body_bytes_held >= 800'000; }));
  const Answer refused = ask(post("/echo", std::string(500'000, 'y')));
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("retry-after"), "1");
  EXPECT_EQ(status_of(post("/echo", "small")), 200);
  holder.close();
  ASSERT_TRUE(eventually([&] { return server_->stats().body_bytes_held == 0; }));
  EXPECT_EQ(status_of(post("/echo", std::string(500'000, 'y'))), 200);
}

TEST_F(HttpBody, CompressesLargeAnswersForThoseWhoTakeIt) {
  serve();
  BodyLease lease(std::make_shared<BodyBudget>(10'000'000));
  for (const char* target : {"/big?n=200000", "/stream?n=200000"}) {
    const Answer plain = ask(get(target));
    const Answer answer = ask(get(target, "Accept-Encoding: br, gzip;q=0.5\r\n"));
    EXPECT_EQ(answer.header("content-encoding"), "gzip");
    EXPECT_EQ(answer.header("vary"), "Accept-Encoding");
    EXPECT_TRUE(answer.complete);
    EXPECT_LT(answer.body.size(), 20'000u);
    EXPECT_EQ(*decode_body(answer.body, Coding::kGzip, 1'000'000, lease), plain.body);
    EXPECT_EQ(ask(get(target, "Accept-Encoding: gzip;q=0\r\n")).header("content-encoding"), "");
  }
  EXPECT_EQ(ask(get("/big?n=100", "Accept-Encoding: gzip\r\n")).header("content-encoding"), "");
}

}  // namespace
}  // namespace headwater::api::http
