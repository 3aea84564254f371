// Brokers that speak TLS and want to know who is there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/kafka/topics.h"
#include "tests/support/secure_login.h"

namespace optare {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using Flags = Fleet::Flags;

Fleet fleet_with(const Login& login) { return Fleet(secure_broker().bootstrap, login.flags()); }

std::string secret_of_broker() {
  const std::string text = file_text(secure_broker().password_file());
  return text.substr(0, text.find('\n'));
}

TEST(Secure, DeploymentLivesOverTlsAndScram) {
  const Fleet fleet = fleet_with({});
  const Ended made = fleet.init();
  ASSERT_EQ(made.code, 0) << made.err;
  ServerProcess a;
  ServerProcess b;
  for (ServerProcess* node : {&a, &b}) node->start(fleet.flags());
  const AppSecret asks = fleet.create(b, "https://other.example.com");
  const AppSecret app = fleet.create(a, "https://api.example.com", asks.client_id);
  const std::string token = b.token(app, "https://api.example.com");
  for (const ServerProcess* node : {&a, &b}) EXPECT_TRUE(node->active(asks, token));
  EXPECT_EQ(fleet.call(a, "DELETE", "/applications/" + app.client_id).status, 200);
  wait_until("the token to be inactive on the other node", [&] { return !b.active(asks, token); });
  wait_until("every issuance record to be in its topic", [&] {
    return b.metric("optare_issuance_forwarded_total") > 0 &&
           b.metric("optare_issuance_forward_queue") == 0;
  });
  const Ended exported = fleet.export_topic();
  EXPECT_EQ(exported.code, 0) << exported.err;
  EXPECT_THAT(exported.out, HasSubstr(app.client_id));

  // The password is where it has to be, and nowhere else.
  const std::string password = secret_of_broker();
  ASSERT_GT(password.size(), 16U);
  const Ended shown = fleet.run_over({"serve", "--print-config"});
  EXPECT_THAT(shown.out, HasSubstr(secure_broker().password_file().string()));
  std::vector<std::string> texts{made.out, made.err, exported.err, shown.out, shown.err};
  for (const std::string target : {"/readyz", "/statusz", "/metrics"})
    texts.push_back(a.ops(target).body);
  for (ServerProcess* node : {&a, &b}) {
    EXPECT_EQ(node->stop(), 0);
    texts.push_back(node->said());
  }
  for (const std::string& text : texts) EXPECT_THAT(text, Not(HasSubstr(password)));
}

// The vault is read from its beginning again and again, by a connection of its own: nothing else
// finds out that rows are gone, nor before a mark was written.
TEST(Secure, VaultIsComparedOverTlsAndScram) {
  const Fleet fleet = fleet_with({});
  ASSERT_EQ(fleet.init().code, 0);
  ServerProcess node;
  node.start(fleet.flags());
  const TopicNames names(fleet.prefix);
  RawKafka raw(secure_broker().bootstrap, Login().settings());
  raw.delete_topic(names.vault);
  for (const NewTopic& made : topics_to_make(names, 1))
    if (made.name == names.vault)
      raw.create_topic(made.name, 1, {made.settings.begin(), made.settings.end()}, 1);
  wait_until("its rows to be missed", [&] {
    return node.ops("/readyz").body.contains(names.vault + ": rows that this node holds are gone");
  });
}

TEST(Secure, MechanismsAreThoseThatTheBrokerKnows) {
  for (const std::string mechanism : {"SCRAM-SHA-256", "PLAIN"}) {
    Login login;
    login.mechanism = mechanism;
    const Ended made = fleet_with(login).init();
    EXPECT_EQ(made.code, 0) << mechanism << ": " << made.err;
  }
}

// What each start says when it may not, or cannot, speak to the broker.
class SecureRefusal : public testing::Test {
 protected:
  static std::string of(const Login& login) {
    const auto begin = std::chrono::steady_clock::now();
    const Ended ended = fleet_with(login).init();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 60s);
    EXPECT_EQ(ended.code, 1) << ended.err;
    EXPECT_THAT(ended.out + ended.err, Not(HasSubstr(secret_of_broker())));
    return ended.err;
  }
};

TEST_F(SecureRefusal, OfAWrongPasswordSaysWhatToLookAt) {
  const TemporaryDirectory files;
  Login login;
  login.password_file = files / "password";
  const std::string wrong = "0123456789-not-the-password";
  std::ofstream(login.password_file) << wrong << '\n';
  for (const std::string mechanism : {"SCRAM-SHA-512", "PLAIN"}) {
    login.mechanism = mechanism;
    EXPECT_THAT(of(login),
                AllOf(HasSubstr(secure_broker().bootstrap), HasSubstr("uthentication"),
                      HasSubstr("kafka_sasl_username"), HasSubstr("kafka_sasl_password_file"),
                      Not(HasSubstr(wrong)), Not(HasSubstr("Are they up"))))
        << mechanism;
  }
}

TEST_F(SecureRefusal, OfAnUnknownUserSaysWhatToLookAt) {
  Login login;
  login.user = "nobody-knows";
  EXPECT_THAT(of(login), AllOf(HasSubstr("uthentication"), HasSubstr("kafka_sasl_username")));
}

// Its own certificate is a certificate, but none that signed the broker's.
TEST_F(SecureRefusal, OfAnAuthorityThatDidNotSignNamesTheSetting) {
  Login login;
  login.ca = secure_broker().folder / "tls/client.pem";
  EXPECT_THAT(of(login), AllOf(HasSubstr("certificate verify failed"), HasSubstr("kafka_ssl_ca")));
}

TEST_F(SecureRefusal, OfAMissingAuthorityFileNamesTheSetting) {
  Login login;
  login.ca = secure_broker().folder / "tls/none.pem";
  EXPECT_THAT(of(login), AllOf(HasSubstr("none.pem"), HasSubstr("kafka_ssl_ca")));
}

TEST_F(SecureRefusal, OfAnotherProtocolNamesTheSetting) {
  Login login;
  login.protocol = "plaintext";
  EXPECT_THAT(of(login), HasSubstr("kafka_security_protocol"));
}

// Where there is no SASL, the certificate says who is there.
TEST(SecureCertificate, OpensABrokerThatWantsOne) {
  const KafkaBrokers broker({.brokers = 1, .hasty = false, .up = {"--tls"}});
  const auto tls = broker.folder() / "tls";
  Flags flags{"--kafka-security-protocol", "ssl", "--kafka-ssl-ca", tls / "ca.pem"};
  const Ended without = Fleet(broker.bootstrap(), flags).init();
  EXPECT_EQ(without.code, 1);
  EXPECT_THAT(without.err, HasSubstr("kafka_ssl_cert"));
  flags.insert(flags.end(),
               {"--kafka-ssl-cert", tls / "client.pem", "--kafka-ssl-key", tls / "client.key"});
  const Fleet fleet(broker.bootstrap(), flags);
  const Ended made = fleet.init();
  EXPECT_EQ(made.code, 0) << made.err;
  ServerProcess node;
  node.start(fleet.flags());
  EXPECT_NE(node.token(fleet.admin(), fleet.audience()), "");
}

}  // namespace
}  // namespace optare
