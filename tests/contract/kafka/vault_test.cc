// The vault on a topic, over librdkafka's mock cluster.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/contract/vault_contract.h"
#include "tests/support/mock_vaults.h"

namespace optare {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

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

// A tombstone is not sealed: anybody can write one, in any key's place.
TEST(KafkaVault, ErasesNothingForWhoMerelyWritesToTheTopic) {
  MockVaults vaults;
  const auto vault = vaults.open();
  vault->put("log-id", Secret(log_id));
  vault->put("fleet-key/1", Secret("fleet"));
  vault->put("signing-key/1", Secret("one"));
  vault->erase("signing-key/1");
  const std::string erased = vaults.last("signing-key/1").second;
  vaults.write(vaults.last("log-id").first, std::nullopt);
  vaults.write("fleet-key/1", std::nullopt);
  vaults.write("fleet-key/1", "");
  vaults.write("fleet-key/1", erased);  // genuine, of another place
  vaults.write("never", std::nullopt);
  wait_until("the records to be seen", [&] { return vault->foreign_records() == 5; });
  const auto again = vaults.open();
  EXPECT_EQ(again->foreign_records(), 5U);
  for (const KafkaVault* each : {vault.get(), again.get()}) {
    EXPECT_EQ(get(*each, "fleet-key/1"), "fleet");
    EXPECT_THAT(each->names(""), ElementsAre("fleet-key/1", "log-id"));
  }
  EXPECT_TRUE(vaults.exists());
}

// Compaction keeps the last record of a key, whoever wrote it.
TEST(KafkaVault, WritesAgainWhatAStrangersRecordStandsBehind) {
  MockVaults vaults;
  const auto vault = vaults.open('k', 10ms);
  vault->put("log-id", Secret(log_id));
  EXPECT_TRUE(vault->claim("fleet-key/1", Secret("fleet")));
  vault->put("signing-key/1", Secret("one"));
  vault->put("signing-key/2", Secret("two"));
  vault->erase("signing-key/2");
  const auto own = MockVaults::compacted(vaults.records());
  ASSERT_EQ(own.size(), 4U);
  for (const auto& [key, row] : own) vaults.write(key, std::nullopt);
  vaults.write("signing-key/1", "garbage that is long enough to be a row");
  MockVaults::Records left;
  wait_until("what holds something to stand last", [&] {
    left = MockVaults::compacted(vaults.records());
    return std::ranges::all_of(own, [&](const auto& record) {
      return record.first == "signing-key/2" || std::ranges::find(left, record) != left.end();
    });
  });
  MockVaults later(left);
  const auto reader = later.open();
  EXPECT_EQ(get(*reader, "log-id"), log_id);
  EXPECT_EQ(get(*reader, "fleet-key/1"), "fleet");
  EXPECT_EQ(get(*reader, "signing-key/1"), "one");
  EXPECT_EQ(get(*reader, "signing-key/2"), "(none)");
}

// Neither what a stranger's record stands behind, nor a mark.
TEST(KafkaVault, WritesNothingWhereItOnlyReads) {
  MockVaults vaults;
  {
    const auto vault = vaults.open();
    vault->put("log-id", Secret(log_id));
    vault->put("fleet-key/1", Secret("fleet"));
  }
  KafkaVaultOptions only_reads = MockVaults::options();
  only_reads.read_only = true;
  only_reads.write_again_after = 0ms;
  only_reads.check_interval = 100ms;
  const auto reader = vaults.open(only_reads);
  // Behind each foreign record that is seen, one more has to be: whatever is written between them
  // is there then.
  const auto pass = [&] {
    for (int i = 0; i < 2; ++i) {
      const auto before = reader->foreign_records();
      vaults.write("fleet-key/1", std::nullopt);
      wait_until("the record to be seen", [&] { return reader->foreign_records() > before; });
    }
  };
  pass();
  EXPECT_EQ(vaults.records().size(), 4U);
  EXPECT_THAT(fault_of([&] { reader->put("signing-key/1", Secret("x")); }),
              HasSubstr("is only read here"));
  EXPECT_THAT(fault_of([&] { reader->claim("signing-key/1", Secret("x")); }),
              HasSubstr("is only read here"));
  EXPECT_THAT(fault_of([&] { reader->erase("fleet-key/1"); }), HasSubstr("is only read here"));
  vaults.drop_first();
  wait_until("rows to be missed", [&] { return reader->fault().contains("are not found in it"); });
  pass();
  for (const auto& [key, value] : vaults.records())
    EXPECT_TRUE(key == "foreign" || (key == "fleet-key/1" && !value)) << key;
  EXPECT_EQ(reader->lost(), "");
}

TEST(KafkaVault, KnowsWhatWasErasedAfterACompaction) {
  MockVaults vaults;
  const auto vault = vaults.open();
  vault->put("log-id", Secret(log_id));
  EXPECT_TRUE(vault->claim("fleet-key/1", Secret("fleet")));
  vault->put("signing-key/1", Secret("one"));
  vault->put("signing-key/2", Secret("two"));
  vault->erase("signing-key/1");
  MockVaults later(MockVaults::compacted(vaults.records()));
  const auto reader = later.open();
  EXPECT_EQ(reader->foreign_records(), 0U);
  EXPECT_THAT(reader->names(""), ElementsAre("fleet-key/1", "log-id", "signing-key/2"));
  EXPECT_THAT(fault_of([&] { later.open('x'); }), HasSubstr("the key file does not open"));
}

// Somebody wrote our own record of it once more, and compaction took the first.
TEST(KafkaVault, IsOpenedByALogIdThatStandsLast) {
  MockVaults vaults;
  const auto vault = vaults.open();
  vault->put("log-id", Secret(log_id));
  EXPECT_TRUE(vault->claim("fleet-key/1", Secret("fleet")));
  EXPECT_FALSE(vault->claim("fleet-key/1", Secret("late")));
  vault->put("signing-key/1", Secret("one"));
  vault->erase("signing-key/1");
  const auto [key, row] = vaults.last("log-id");
  vaults.write(key, row);
  const auto left = MockVaults::compacted(vaults.records());
  ASSERT_EQ(left.back().first, key);
  MockVaults later(left);
  const auto reader = later.open();
  EXPECT_EQ(get(*reader, "fleet-key/1"), "fleet");
  EXPECT_THAT(reader->names(""), ElementsAre("fleet-key/1", "log-id"));
  EXPECT_EQ(reader->foreign_records(), 0U);
}

// What is read once more counts once, and what comes meanwhile is not missed.
TEST(KafkaVault, IsReadFromItsBeginningAgainAndAgain) {
  MockVaults vaults;
  const auto vault = vaults.open('k', 60s, 100ms);
  const auto other = vaults.open();
  other->put("log-id", Secret(log_id));
  EXPECT_TRUE(other->claim("fleet-key/1", Secret("fleet")));
  vaults.write("fleet-key/1", std::nullopt);
  std::vector<std::string> names{"fleet-key/1", "log-id"};
  wait_until("the first one to know", [&] { return vault->names("") == names; });
  for (int i = 0; i < 40; ++i) {
    if (i % 8 == 0)
      vaults.fail_fetch(
          {RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART});
    const std::string name = "signing-key/" + std::to_string(10 + i);
    vault->put(name, Secret("private"));
    names.push_back(name);
    EXPECT_EQ(vault->names(""), names);
    if (i % 4 != 0) continue;
    vault->erase(name);
    names.pop_back();
  }
  wait_until("the other one to know", [&] { return other->names("") == names; });
  wait_until("all to be well", [&] { return vault->fault() + other->fault() == ""; });
  EXPECT_EQ(vault->lost() + other->lost(), "");
  EXPECT_EQ(vault->foreign_records(), 1U);
}

// As where a record of before is damaged.
TEST(KafkaVault, IsFollowedWhereItsBeginningCannotBeRead) {
  MockVaults vaults;
  const auto other = vaults.open();
  other->put("log-id", Secret(log_id));
  const auto vault = vaults.open('k', 60s, 100ms);
  vaults.fail_begin(100'000);
  wait_until("that to be told", [&] { return !vault->fault().empty(); });
  for (const char* name : {"signing-key/1", "signing-key/2"}) {
    other->put(name, Secret("private"));
    wait_until("the other one's to be known", [&] { return get(*vault, name) == "private"; });
  }
  vault->put("signing-key/3", Secret("private"));
  EXPECT_EQ(get(*vault, "signing-key/3"), "private");
  EXPECT_THAT(vault->fault(), HasSubstr("what stands before it cannot be read"));
  vaults.fail_begin_no_more();
  wait_until("all to be well", [&] { return vault->fault().empty(); });
  EXPECT_EQ(vault->lost(), "");
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
