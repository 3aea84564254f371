// The vault on a topic, over librdkafka's mock cluster.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/kafka/kafka_vault.h"
#include "core/openssl/random.h"
#include "tests/contract/vault_contract.h"
#include "tests/support/mock_kafka.h"
#include "tests/support/process.h"

namespace optare {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

class MockVaults {
 public:
  MockVaults() { kafka_.make_topic("optare.vault"); }
  std::unique_ptr<KafkaVault> open(char key = 'k') {
    return std::make_unique<KafkaVault>(connection_, options(), Secret(std::string(32, key)),
                                        random_);
  }
  static KafkaVaultOptions options() {
    return {
        .topic = "optare.vault", .open_patience = 60s, .write_patience = 30s, .fetch_wait = 5ms};
  }
  bool exists() { return vault_exists(connection_, options()); }
  // A record as anybody may write it who may write to the topic.
  void write(const std::string& key, const std::string& value) {
    const auto producer = make_kafka(RD_KAFKA_PRODUCER, connection_, {{"linger.ms", "0"}});
    const auto topic = make_topic(producer.get(), "optare.vault");
    ASSERT_EQ(rd_kafka_produce(topic.get(), 0, RD_KAFKA_MSG_F_COPY, const_cast<char*>(value.data()),
                               value.size(), key.data(), key.size(), nullptr),
              0);
    ASSERT_EQ(rd_kafka_flush(producer.get(), 10'000), RD_KAFKA_RESP_ERR_NO_ERROR);
  }

 private:
  MockKafka kafka_;
  const KafkaConnection connection_ = kafka_.connection();
  SystemRandom random_;
};

template <class Action>
std::string fault_of(Action action) {
  try {
    action();
  } catch (const VaultFault& fault) {
    return fault.what();
  }
  return "";
}

std::string get(const Vault& vault, std::string_view name) {
  const auto value = vault.get(name);
  return value ? std::string(value->reveal()) : "(none)";
}

const std::string log_id = "0123456789abcdef";

TEST(KafkaVault, KnowsOnEachNodeWhatIsPutOnOne) {
  MockVaults vaults;
  const auto a = vaults.open();
  a->put("log-id", Secret(log_id));
  const auto b = vaults.open();
  EXPECT_EQ(get(*b, "log-id"), log_id);
  a->put("signing-key/1", Secret("private"));
  wait_until("the other node to know", [&] { return get(*b, "signing-key/1") == "private"; });
  a->erase("signing-key/1");
  wait_until("the other node to forget", [&] { return get(*b, "signing-key/1") == "(none)"; });
  EXPECT_EQ(a->fault() + b->fault(), "");
}

TEST(KafkaVault, LetsOneOfTwoThatClaimAtOnceWin) {
  for (int round = 0; round < 4; ++round) {
    MockVaults vaults;
    const auto a = vaults.open();
    const auto b = vaults.open();
    bool a_won = false;
    std::thread other([&] { a_won = a->claim("log-id", Secret("aaaaaaaaaaaaaaaa")); });
    const bool b_won = b->claim("log-id", Secret("bbbbbbbbbbbbbbbb"));
    other.join();
    EXPECT_NE(a_won, b_won);
    const std::string winner = a_won ? "aaaaaaaaaaaaaaaa" : "bbbbbbbbbbbbbbbb";
    EXPECT_EQ(get(*a, "log-id"), winner);
    EXPECT_EQ(get(*b, "log-id"), winner);
    EXPECT_EQ(get(*vaults.open(), "log-id"), winner);
    EXPECT_FALSE(a->claim("log-id", Secret(log_id))) << "a third is late";
    b->put("fleet-key/1", Secret("fleet"));
    wait_until("both to share a vault", [&] { return get(*a, "fleet-key/1") == "fleet"; });
  }
}

TEST(KafkaVault, RefusesAnotherKeyAndSaysWhatToDo) {
  MockVaults vaults;
  EXPECT_FALSE(vaults.exists());
  vaults.open()->put("log-id", Secret(log_id));
  EXPECT_TRUE(vaults.exists());
  EXPECT_THAT(fault_of([&] { vaults.open('x'); }),
              HasSubstr("the key file does not open the vault in topic optare.vault"));
  EXPECT_EQ(fault_of([&] { vaults.open(); }), "");
}

// Two that begin at once with key files of their own must not make two deployments of one topic.
TEST(KafkaVault, RefusesTheSecondOfTwoThatBeginWithKeysOfTheirOwn) {
  MockVaults vaults;
  const auto a = vaults.open('a');
  const auto b = vaults.open('b');
  EXPECT_TRUE(a->claim("log-id", Secret(log_id)));
  EXPECT_THAT(fault_of([&] { b->claim("log-id", Secret("bbbbbbbbbbbbbbbb")); }),
              HasSubstr("the key file does not open"));
  EXPECT_EQ(get(*vaults.open('a'), "log-id"), log_id);
}

TEST(KafkaVault, TakesNoSecretFromWhoMerelyWritesToTheTopic) {
  MockVaults vaults;
  const auto vault = vaults.open();
  vault->put("log-id", Secret(log_id));
  vault->put("fleet-key/1", Secret("fleet"));
  SystemRandom random;
  RowSeal another(Secret(std::string(32, 'x')), random);
  another.belong_to(log_id);
  vaults.write("fleet-key/1", "garbage that is long enough to be a row");
  vaults.write("fleet-key/1", another.row("fleet-key/1", Secret("mine")));
  vaults.write("log-id", another.row("log-id", Secret("bbbbbbbbbbbbbbbb")));
  vaults.write("signing-key/x", std::string(100'000, 'x'));
  wait_until("the records to be seen", [&] { return vault->foreign_records() == 4; });
  const auto again = vaults.open();
  EXPECT_EQ(again->foreign_records(), 4U);
  for (const KafkaVault* each : {vault.get(), again.get()}) {
    EXPECT_EQ(get(*each, "log-id"), log_id);
    EXPECT_EQ(get(*each, "fleet-key/1"), "fleet");
    EXPECT_THAT(each->names(""), ElementsAre("fleet-key/1", "log-id"));
  }
}

TEST(KafkaVault, HoldsNothingBeforeItsLogId) {
  MockVaults vaults;
  const auto vault = vaults.open();
  EXPECT_THAT(fault_of([&] { vault->put("fleet-key/1", Secret("x")); }), HasSubstr("no log id"));
  EXPECT_THAT(fault_of([&] { vault->claim("fleet-key/1", Secret("x")); }), HasSubstr("no log id"));
}

TEST(KafkaVault, SaysInTimeThatNobodyAnswers) {
  const KafkaConnection nobody{.brokers = "127.0.0.1:1"};
  SystemRandom random;
  const auto began = std::chrono::steady_clock::now();
  EXPECT_THAT(fault_of([&] {
                KafkaVault(nobody, {.topic = "optare.vault", .open_patience = 500ms},
                           Secret(std::string(32, 'k')), random);
              }),
              HasSubstr("the vault in topic optare.vault cannot be read"));
  EXPECT_LT(std::chrono::steady_clock::now() - began, KafkaVaultOptions().open_patience);
}

TEST(KafkaVault, SaysInTimeThatItWasNotWritten) {
  MockKafka kafka;
  kafka.make_topic("optare.vault");
  const auto connection = kafka.connection();
  SystemRandom random;
  const auto vault = [&](std::chrono::milliseconds write_patience) {
    return std::make_unique<KafkaVault>(
        connection,
        KafkaVaultOptions{
            .topic = "optare.vault", .write_patience = write_patience, .fetch_wait = 5ms},
        Secret(std::string(32, 'k')), random);
  };
  vault(30s)->put("log-id", Secret(log_id));
  const auto hasty = vault(1s);
  const auto put = [&](std::string_view value) {
    return fault_of([&] { hasty->put("fleet-key/1", Secret(std::string(value))); });
  };
  rd_kafka_mock_broker_set_down(kafka.cluster(), 1);
  EXPECT_THAT(put("x"), HasSubstr("cannot be written, or nobody knows"));
  rd_kafka_mock_broker_set_up(kafka.cluster(), 1);
  wait_until("it to write again", [&] { return put("y").empty(); });
  EXPECT_EQ(get(*hasty, "fleet-key/1"), "y");
}

}  // namespace

INSTANTIATE_TYPED_TEST_SUITE_P(Kafka, VaultContract, DurableVault<MockVaults>);

}  // namespace optare
