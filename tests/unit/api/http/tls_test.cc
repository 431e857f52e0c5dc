// TLS: served with a certificate of the test's own, and silent handshakes that hold up nobody.
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/unit/api/http/fixture.h"

namespace headwater::api::http {
namespace {

using testing::Client;
using testing::eventually;
using testing::get;
using testing::post;

// A key and a self-signed certificate in a folder of their own, gone at the end.
class Identity {
 public:
  Identity() {
    char pattern[] = "/tmp/headwater-tls-XXXXXX";
    folder_ = ::mkdtemp(pattern);
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME* name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_sign(certificate, key, EVP_sha256());
    write(key_file(), [&](std::FILE* f) {
      PEM_write_PrivateKey(f, key, nullptr, nullptr, 0, nullptr, nullptr);
    });
    write(certificate_file(), [&](std::FILE* f) { PEM_write_X509(f, certificate); });
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  ~Identity() { std::filesystem::remove_all(folder_); }
  std::string key_file() const { return folder_ + "/key.pem"; }
  std::string certificate_file() const { return folder_ + "/certificate.pem"; }

 private:
  template <class F>
  static void write(const std::string& path, F f) {
    std::FILE* file = std::fopen(path.c_str(), "w");
    f(file);
    std::fclose(file);
  }
  std::string folder_;
};

class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port) : client_(port) {
    context_ = SSL_CTX_new(TLS_client_method());
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, client_.fd());
    connected_ = SSL_connect(ssl_) == 1;
  }
  ~TlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;
  bool connected() const { return connected_; }
  void send(const std::string& bytes) {
    EXPECT_EQ(SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())),
              static_cast<int>(bytes.size()));
  }
  // Everything until the server says goodbye; empty without that.
  std::string read_to_end() {
    std::string out;
    char bytes[8192];
    int n = 0;
    while ((n = SSL_read(ssl_, bytes, sizeof bytes)) > 0) out.append(bytes, std::size_t(n));
    return SSL_get_error(ssl_, n) == SSL_ERROR_ZERO_RETURN ? out : "";
  }

 private:
  Client client_;
  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
  bool connected_ = false;
};

class HttpTls : public testing::HttpTest {
 protected:
  ServerOptions with_tls() const {
    ServerOptions options;
    options.tls_certificate_file = identity_.certificate_file();
    options.tls_key_file = identity_.key_file();
    return options;
  }
  Identity identity_;
};

TEST_F(HttpTls, ServesKeepAliveStreamsAndLargeBodies) {
  serve(with_tls());
  TlsClient client(server_->port());
  ASSERT_TRUE(client.connected());
  client.send(post("/echo", std::string(200'000, 'b')) + get("/id?v=second") +
              get("/stream?n=300000", "Connection: close\r\n"));
  const std::string all = client.read_to_end();
  EXPECT_NE(all.find("POST[echo] 200000 bbb"), std::string::npos);
  EXPECT_NE(all.find("second"), std::string::npos);
  EXPECT_EQ(all.substr(all.size() - 7), "\r\n0\r\n\r\n");
  EXPECT_GT(all.size(), 500'000u);
}

TEST_F(HttpTls, IsNotHeldUpByThoseWhoSayNothing) {
  ServerOptions options = with_tls();
  options.limits.tls_handshake_ms = 1'000;
  serve(options);
  std::vector<Client> silent;
  for (int i = 0; i < 50; ++i) silent.push_back(connect());
  for (int i = 0; i < 20; ++i) {
    TlsClient client(server_->port());
    ASSERT_TRUE(client.connected());
    client.send(get("/id?v=heard", "Connection: close\r\n"));
    EXPECT_NE(client.read_to_end().find("heard"), std::string::npos);
  }
  for (auto& client : silent) EXPECT_TRUE(client.wait_for_close());
  EXPECT_TRUE(eventually([&] { return server_->stats().connections_open == 0; }));
}

TEST_F(HttpTls, ClosesOnPlainText) {
  serve(with_tls());
  Client client = connect();
  client.send(get("/echo"));
  EXPECT_TRUE(client.wait_for_close());
  EXPECT_EQ(service_.handled, 0);
}

TEST_F(HttpTls, StopsWithHandshakesAndRequestsUnderWay) {
  serve(with_tls());
  Client silent = connect();
  TlsClient idle(server_->port());
  TlsClient waiting(server_->port());
  waiting.send(get("/wait"));
  ASSERT_TRUE(eventually([&] { return service_.waiting == 1; }));
  server_->stop(50);
  EXPECT_EQ(server_->stats().connections_open, 0u);
}

TEST_F(HttpTls, SaysWhichFileItCannotUse) {
  const auto handler = [](Request, const HandlerContext&, Responder) {};
  ServerOptions missing = with_tls();
  missing.tls_key_file = identity_.key_file() + ".absent";
  EXPECT_FALSE(Server::create(missing, handler));
  ServerOptions half = with_tls();
  half.tls_key_file.clear();
  EXPECT_FALSE(Server::create(half, handler));
}

}  // namespace
}  // namespace headwater::api::http
