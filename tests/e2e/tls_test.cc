// HTTPS with a certificate as an operator has one made, and a new one in its place.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/server_process.h"

namespace optare {
namespace {

namespace fs = std::filesystem;

class Tls : public testing::Test {
 protected:
  fs::path certificate() const { return server.folder() / "cert.pem"; }
  fs::path key() const { return server.folder() / "key.pem"; }
  // A self-signed one for 127.0.0.1, put into place whole: the key first.
  void make_certificate(const std::string& name) const {
    const fs::path new_key = server.folder() / "new-key.pem";
    const fs::path new_certificate = server.folder() / "new-cert.pem";
    const Ended made =
        run({.arguments = {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                           "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                           "/CN=" + name, "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                           new_key, "-out", new_certificate}});
    ASSERT_EQ(made.code, 0) << made.err;
    fs::rename(new_key, key());
    fs::rename(new_certificate, certificate());
  }
  ServerProcess::Flags flags() const { return {"--tls-cert", certificate(), "--tls-key", key()}; }
  // Trusts nothing but the certificate that is in this file.
  static bool trusted(const ServerProcess& server, const fs::path& file) {
    HttpClientOptions options;
    options.ca_file = file;
    const auto answer = HttpClient(options).send({.url = server.url() + "/oauth2/jwks"});
    return answer && answer->ok();
  }
  ServerProcess server;
};

TEST_F(Tls, IsSpokenFromTheIssuerToTheCommandLine) {
  make_certificate("first");
  server.start(flags());
  server.http.ca_file = certificate();
  EXPECT_EQ(server.url().substr(0, 8), "https://");
  const AppSecret admin = server.admin();
  const std::string token = server.token(admin, server.url() + "/api/v1");
  EXPECT_TRUE(server.active(admin, token));
  EXPECT_EQ(json_member(server.get("/.well-known/oauth-authorization-server").body, "issuer"),
            server.url());
  Program list = optare_program({"applications", "list"});
  list.environment = {{"OPTARE_CREDENTIALS", server.data() / "admin.json"}};
  const Ended untrusted = run(list);
  EXPECT_EQ(untrusted.code, 6);
  EXPECT_NE(untrusted.err.find("--ca-file"), std::string::npos) << untrusted.err;
  list.arguments.insert(list.arguments.end(), {"--ca-file", certificate()});
  const Ended listed = run(list);
  EXPECT_EQ(listed.code, 0) << listed.err;
  EXPECT_FALSE(HttpClient({}).send({.url = "http://" + server.address() + "/oauth2/jwks"}))
      << "nothing is said in the clear";
}

TEST_F(Tls, TakesANewCertificateWhileItRuns) {
  make_certificate("first");
  const fs::path first = server.folder() / "first.pem";
  fs::copy_file(certificate(), first);
  server.start(flags());
  EXPECT_TRUE(trusted(server, first));
  make_certificate("second");
  wait_until("the new certificate to be used", [&] { return trusted(server, certificate()); });
  EXPECT_FALSE(trusted(server, first));
}

TEST_F(Tls, KeepsTheCertificateThatWorksAndCountsTheOneThatDoesNot) {
  make_certificate("first");
  const fs::path first = server.folder() / "first.pem";
  fs::copy_file(certificate(), first);
  server.start(flags());
  std::ofstream(certificate()) << "not a certificate";
  wait_until("the fault to be counted",
             [&] { return server.metric("optare_tls_certificate_faults_total") > 0; });
  EXPECT_TRUE(trusted(server, first));
  wait_until("it to be told", [&] { return server.said().contains("cert.pem"); });
}

TEST_F(Tls, IsRefusedWithoutAUsableCertificate) {
  const Ended missing = server.start_in_vain(flags());
  EXPECT_EQ(missing.code, 2) << missing.err;
  EXPECT_NE(missing.err.find("cert.pem"), std::string::npos) << missing.err;
  const Ended half = server.start_in_vain({"--tls-cert", certificate()});
  EXPECT_EQ(half.code, 2);
  EXPECT_NE(half.err.find("tls_key"), std::string::npos) << half.err;
}

}  // namespace
}  // namespace optare
