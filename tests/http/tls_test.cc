#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>

#include "tests/http/server_fixture.h"

namespace optare::testing {
namespace {

// Writes a fresh self-signed certificate for `name`, and its key.
void write_certificate(const std::filesystem::path& certificate_file,
                       const std::filesystem::path& key_file, const char* name) {
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  X509* const certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* const subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  X509_set_issuer_name(certificate, subject);
  X509_sign(certificate, key, EVP_sha256());
  if (!certificate_file.empty()) {
    FILE* const file = std::fopen(certificate_file.c_str(), "w");
    PEM_write_X509(file, certificate);
    std::fclose(file);
  }
  if (!key_file.empty()) {
    FILE* const file = std::fopen(key_file.c_str(), "w");
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
  }
  X509_free(certificate);
  EVP_PKEY_free(key);
}

class TlsClient {
 public:
  // `midway`: called when it has begun its handshake, before it goes on.
  explicit TlsClient(std::uint16_t port, int version_max = TLS1_3_VERSION,
                     const std::function<void()>& midway = nullptr)
      : raw_(port), context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_security_level(context_, 0);
    SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_, version_max);
    ssl_ = SSL_new(context_);
    if (midway) {
      say_hello_first();
      midway();
    }
    SSL_set_fd(ssl_, raw_.fd());
    shaken_ = SSL_connect(ssl_) == 1;
  }
  ~TlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  bool shaken() const { return shaken_; }
  std::string peer() const {
    char name[64] = {};
    X509* const certificate = SSL_get1_peer_certificate(ssl_);
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name,
                              sizeof name);
    X509_free(certificate);
    return name;
  }
  // Whether the answer to GET /hello is "hello".
  bool says_hello() {
    const std::string request = get("/hello");
    SSL_write(ssl_, request.data(), static_cast<int>(request.size()));
    std::string received;
    char buffer[4096];
    while (!received.ends_with("\r\n\r\nhello")) {
      const int n = SSL_read(ssl_, buffer, sizeof buffer);
      if (n <= 0) return false;
      received.append(buffer, static_cast<std::size_t>(n));
    }
    return true;
  }
  // Reads until the end; whether it was announced (close_notify), so that nothing was cut off.
  bool ends_properly() {
    char byte = 0;
    int n = 0;
    while ((n = SSL_read(ssl_, &byte, 1)) > 0) {
    }
    return SSL_get_error(ssl_, n) == SSL_ERROR_ZERO_RETURN;
  }

 private:
  // The first message alone, whatever the server answers meanwhile.
  void say_hello_first() {
    BIO* const sent = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), sent);
    EXPECT_NE(SSL_connect(ssl_), 1);
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(sent, &bytes);
    EXPECT_GT(size, 0);
    EXPECT_EQ(::send(raw_.fd(), bytes, static_cast<std::size_t>(size), 0), size);
  }

  RawClient raw_;
  SSL_CTX* context_;
  SSL* ssl_ = nullptr;
  bool shaken_ = false;
};

class TlsServer : public HttpServer {
 protected:
  std::filesystem::path folder;

  TlsServer() {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to who has gone
    char name[] = "/tmp/optare-tls-XXXXXX";
    folder = ::mkdtemp(name);
    options.tls_certificate_file = folder / "cert.pem";
    options.tls_key_file = folder / "key.pem";
    options.limits.certificate_poll_interval = Duration(1);
    write_certificate(options.tls_certificate_file, options.tls_key_file, "first");
  }
  ~TlsServer() override {
    server.reset();
    std::filesystem::remove_all(folder);
  }
};

TEST_F(TlsServer, AnswersOverTls12And13) {
  start();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(port, version);
    ASSERT_TRUE(client.shaken());
    EXPECT_TRUE(client.says_hello());
    EXPECT_TRUE(client.says_hello()) << "kept alive";
  }
}

TEST_F(TlsServer, RefusesOlderVersions) {
  start();
  EXPECT_FALSE(TlsClient(port, TLS1_1_VERSION).shaken());
}

TEST_F(TlsServer, TakesANewCertificateWithoutDroppingConnections) {
  start();
  TlsClient old(port);
  EXPECT_EQ(old.peer(), "first");
  EXPECT_TRUE(old.says_hello());
  write_certificate(folder / "new.pem", folder / "newkey.pem", "second");
  std::filesystem::rename(folder / "newkey.pem", options.tls_key_file);
  std::filesystem::rename(folder / "new.pem", options.tls_certificate_file);
  while (observer.taken == 0) std::this_thread::yield();
  EXPECT_EQ(TlsClient(port).peer(), "second");
  EXPECT_TRUE(old.says_hello());
}

TEST_F(TlsServer, KeepsTheOldCertificateWhenTheNewOneIsBroken) {
  start();
  std::ofstream(options.tls_certificate_file) << "not a certificate";
  while (observer.not_taken == 0) std::this_thread::yield();
  EXPECT_EQ(TlsClient(port).peer(), "first");
  const int complaints = observer.not_taken;
  write_certificate(options.tls_certificate_file, {}, "alone");  // Without its key.
  while (observer.not_taken == complaints) std::this_thread::yield();
  EXPECT_EQ(TlsClient(port).peer(), "first");
  EXPECT_EQ(observer.taken, 0);
}

TEST_F(TlsServer, DoesNotStartWithoutAUsableCertificate) {
  std::filesystem::remove(options.tls_key_file);
  Server broken(
      options, [](Request&) -> Task<Response> { co_return empty_response(200); }, observer);
  const auto outcome = broken.start();
  ASSERT_FALSE(outcome);
  EXPECT_NE(outcome.error().detail.find("key.pem"), std::string::npos);
}

TEST_F(TlsServer, ClosesWhenSpokenToInPlainHttp) {
  start();
  RawClient client(port);
  client.send(get("/hello"));
  EXPECT_EQ(client.rest().find("HTTP/1.1"), std::string::npos);
  while (observer.closed == 0) std::this_thread::yield();
  EXPECT_TRUE(TlsClient(port).says_hello());
}

TEST_F(TlsServer, LimitsTheTimeOfAHandshake) {
  options.limits.handshake_time_max = Duration(50);
  start();
  RawClient silent(port);
  EXPECT_EQ(silent.rest(), "");
}

TEST_F(TlsServer, AnnouncesTheEndOfAnIdleConnection) {
  options.limits.idle_time_max = Duration(200);  // before the request is sent, too
  start();
  std::unique_ptr<TlsClient> client;
  bool in_time = false;  // On a busy machine one may be late to ask.
  for (int late = 0; late < 100 && !in_time; ++late) {
    client = std::make_unique<TlsClient>(port);
    in_time = client->says_hello();
  }
  ASSERT_TRUE(in_time);
  EXPECT_TRUE(client->ends_properly());
}

TEST_F(TlsServer, StopsWithConnectionsOpen) {
  start();
  TlsClient client(port);
  EXPECT_TRUE(client.says_hello());
  auto ended = std::async(std::launch::async, [&] { return client.ends_properly(); });
  EXPECT_TRUE(server->stop());
  EXPECT_TRUE(ended.get());
}

// Who began it before may have asked in the same breath.
TEST_F(TlsServer, EndsAHandshakeUnderWayAndAnswersWhenItStops) {
  options.limits.handshake_drain_time_max = std::chrono::seconds(60);
  options.limits.first_request_drain_time_max = std::chrono::seconds(60);
  options.limits.drain_time_max = std::chrono::seconds(60);
  start();
  TlsClient known(port);
  EXPECT_TRUE(known.says_hello());
  std::future<bool> stopped;
  TlsClient client(port, TLS1_3_VERSION, [&] {
    stopped = std::async(std::launch::async, [this] { return server->stop(); });
    EXPECT_TRUE(known.ends_properly()) << "it is told that nothing comes any more";
  });
  ASSERT_TRUE(client.shaken());
  EXPECT_TRUE(client.says_hello());
  EXPECT_TRUE(client.ends_properly());
  EXPECT_TRUE(stopped.get());
}

TEST_F(TlsServer, WaitsForNoHandshakeThatDoesNotGoOnWhenItStops) {
  options.limits.handshake_drain_time_max = Duration(50);
  options.limits.drain_time_max = std::chrono::seconds(60);
  options.limits.handshake_time_max = std::chrono::seconds(60);
  start();
  RawClient silent(port);
  const auto began = std::chrono::steady_clock::now();
  EXPECT_TRUE(server->stop());
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(30));
  EXPECT_EQ(silent.rest(), "");
}

}  // namespace
}  // namespace optare::testing
