// Topics that were deleted and made again, empty or with something in them: under a node that runs,
// and before a start. `.control`, `.tokens` and `.vault` stop or refuse it; `.issuance` does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "core/kafka/kafka_vault.h"
#include "core/openssl/random.h"
#include "core/rocksdb/key_file.h"
#include "tests/support/operated_fleet.h"

namespace optare {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* api = "https://api.example.com";

class TopicsMadeAnew : public testing::Test, protected OperatedFleet {
 protected:
  // The node sees nothing of what is done meanwhile.
  template <class Action>
  static void behind_its_back(ServerProcess& node, Action action) {
    node.process().signal(SIGSTOP);
    action();
    node.process().signal(SIGCONT);
  }
  template <class Matcher>
  static void expect_stop(ServerProcess& node, const Matcher& says) {
    try {
      wait_until("the node to stop",
                 [&] { return node.said().find("node_stopped") != std::string::npos; });
    } catch (const std::runtime_error& late) {
      throw std::runtime_error(late.what() + (" " + readyz(node)));
    }
    EXPECT_THAT(node.said(), says);
    const HttpResponse told = node.ops("/readyz");
    EXPECT_EQ(told.status, 503);
    EXPECT_THAT(told.body, says);
    EXPECT_EQ(node.post_form("/oauth2/introspect", {"someone", "secret"}, {{"token", "t"}}).status,
              503);
  }
  auto says_rows_are_gone(const std::string& row) const {
    return AllOf(HasSubstr(topic("vault") + ": rows that this node holds are gone"), HasSubstr(row),
                 HasSubstr("made anew"), HasSubstr("Restore it from a copy"));
  }
  auto says_emptied() const {
    return AllOf(HasSubstr("topic " + topic("vault") + " holds no deployment"),
                 HasSubstr(topic("control") + " holds records"), HasSubstr("emptied or made anew"),
                 HasSubstr("Restore it"), Not(HasSubstr("Run `optare init")));
  }
  // It has read something of each topic: a record of its own, at least.
  void start_with_tokens(ServerProcess& node) const {
    node.start(fleet.flags());
    wait_until("a record to be read of each topic", [&] {
      const std::string told = node.ops("/metrics").body;
      return told.contains(R"(optare_kafka_age_seconds{partition="control"})") &&
             told.contains(R"(optare_kafka_age_seconds{partition="tokens-00"})");
    });
  }
  void grow_behind_a_nodes_back(const std::string& name) const {
    ServerProcess node;
    start_with_tokens(node);
    std::int64_t had = 0;
    behind_its_back(node, [&] {
      had = kafka.end(topic(name));
      make_anew(name);
      give(name,
           Records(static_cast<std::size_t>(had) + 8, {.key = "foreign", .value = "garbage"}));
    });
    expect_stop(node, says_other_history(topic(name)));
    EXPECT_EQ(node.stop(), 0);
    EXPECT_THAT(refusal(node), says_other_history(topic(name)));
  }
  // As another node has it.
  std::unique_ptr<KafkaVault> vault() {
    return std::make_unique<KafkaVault>(connection_, KafkaVaultOptions{.topic = topic("vault")},
                                        load_key_encryption_key(fleet.key_file()), random_);
  }
  // A signing key more, which is in the vault last.
  std::string rotate(const ServerProcess& node) const {
    const HttpResponse rotated = fleet.call(node, "POST", "/keys/rotate");
    EXPECT_EQ(rotated.status, 200) << rotated.body;
    return json_member(rotated.body, "kid");
  }

 private:
  const KafkaConnection connection_{.brokers = fleet.brokers};
  SystemRandom random_;
};

TEST_F(TopicsMadeAnew, VaultStopsANode) {
  ServerProcess node;
  node.start(fleet.flags());
  make_anew("vault");
  expect_stop(node, says_rows_are_gone("fleet-key/1"));
  EXPECT_EQ(node.stop(), 0);
  EXPECT_THAT(refusal(node), says_emptied());
}

TEST_F(TopicsMadeAnew, VaultIsNotBegunAnewBesideALog) {
  ServerProcess node;
  node.start(fleet.flags());
  EXPECT_EQ(node.stop(), 0);
  make_anew("vault");
  EXPECT_THAT(refusal(node), says_emptied());
  ServerProcess fresh;
  EXPECT_THAT(refusal(fresh), says_emptied());
  // Nor is a key made for it.
  std::filesystem::remove(fleet.key_file());
  const Ended again = fleet.init("again", "again.json");
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.err, says_emptied());
  EXPECT_FALSE(std::filesystem::exists(fleet.key_file()));
  EXPECT_EQ(kafka.end(topic("vault")), 0) << "something was written to it";
}

// What comes then is read on as if it were the vault's.
TEST_F(TopicsMadeAnew, VaultThatGrewStopsANode) {
  ServerProcess node;
  node.start(fleet.flags());
  const Records old = kafka.read(topic("vault"));
  const std::string kid = rotate(node);
  behind_its_back(node, [&] {
    make_anew("vault");
    give("vault", old);
    give("vault", Records(32, {.key = "foreign", .value = "garbage"}));
  });
  expect_stop(node, says_rows_are_gone("signing-key/" + kid));
  EXPECT_EQ(node.stop(), 0);
  node.start(fleet.flags());
  wait_until("a key to be missed", [&] { return node.said().contains("signing_key_missing"); });
  EXPECT_THAT(node.said(), AllOf(HasSubstr(kid), HasSubstr("Restore it")));
}

// An operator put back all there was, at other places.
TEST_F(TopicsMadeAnew, VaultWithAllItsRowsIsTheSame) {
  ServerProcess node;
  ServerProcess beside;
  node.start(fleet.flags());
  beside.start(fleet.flags());
  rotate(node);
  kafka.produce(topic("vault"), 0, "garbage", "foreign");
  behind_its_back(node, [&] {
    behind_its_back(beside, [&] {
      Records records = kafka.read(topic("vault"));
      std::erase_if(records, [](const RawRecord& record) { return record.key == "foreign"; });
      make_anew("vault");
      give("vault", records);
    });
  });
  rotate(node);
  rotate(beside);
  wait_until("both to be well", [&] {
    return json_member(readyz(node), "status") == "ready" &&
           json_member(readyz(beside), "status") == "ready";
  });
  for (const ServerProcess* each : {&node, &beside})
    EXPECT_THAT(each->said(), Not(HasSubstr("node_stopped")));
  ServerProcess fresh;
  fresh.start(fleet.flags());
  EXPECT_THAT(fresh.said(), Not(HasSubstr("signing_key_missing")));
}

// Others went on there meanwhile: what they erased is not lost, and what is put stands below what
// the node had read.
TEST_F(TopicsMadeAnew, VaultThatGoesOnAtLowerPlacesIsTheSame) {
  ServerProcess node;
  node.start(fleet.flags());
  vault()->put("spare", Secret("one"));
  Records records = kafka.read(topic("vault"));
  give("vault", Records(16, {.key = "foreign", .value = "garbage"}));
  wait_until("the node to have read it all",
             [&] { return node.metric("optare_vault_foreign_records_total") == 16; });
  behind_its_back(node, [&] {
    make_anew("vault");
    give("vault", records);
    vault()->erase("spare");
  });
  const std::string kid = rotate(node);
  EXPECT_LT(kafka.end(topic("vault")), std::ssize(records) + 16) << "it is no lower place";
  const auto now = vault();
  EXPECT_TRUE(now->get("signing-key/" + kid).has_value());
  EXPECT_FALSE(now->get("spare").has_value());
  rotate(node);
  wait_until("the node to be well", [&] { return json_member(readyz(node), "status") == "ready"; });
  EXPECT_THAT(node.said(), Not(HasSubstr("node_stopped")));
}

TEST_F(TopicsMadeAnew, TokensStopANode) {
  ServerProcess node;
  node.start(fleet.flags());
  const AppSecret app = fleet.create(node, api);
  const std::string token = node.token(app, api);
  EXPECT_EQ(
      decided([&] { return node.post_form("/oauth2/revoke", app, {{"token", token}}); }).status,
      200);
  make_anew("tokens");
  expect_stop(node, says_other_history(topic("tokens")));
  EXPECT_EQ(node.stop(), 0);
  EXPECT_THAT(refusal(node), says_other_history(topic("tokens")));
}

// What comes then is read on as if it were the topic's, were no broker asked.
TEST_F(TopicsMadeAnew, TokensThatGrewStopANode) { grow_behind_a_nodes_back("tokens"); }

TEST_F(TopicsMadeAnew, ControlThatGrewStopsANode) { grow_behind_a_nodes_back("control"); }

// An operator put back all there was: each record at its place, and at another time.
TEST_F(TopicsMadeAnew, TokensThatWerePutBackStopANode) {
  ServerProcess node;
  start_with_tokens(node);
  behind_its_back(node, [&] {
    const Records old = kafka.read(topic("tokens"));
    make_anew("tokens");
    give("tokens", old);
  });
  expect_stop(node, says_other_history(topic("tokens")));
}

// No node reads it: what is issued goes on into the new one, and what was in the old one is lost.
TEST_F(TopicsMadeAnew, IssuanceStopsNobody) {
  ServerProcess node;
  node.start(fleet.flags());
  const auto issue = [&] {
    EXPECT_NE(node.token(fleet.admin(), fleet.audience()), "");
    wait_until("its record to be in the topic",
               [&] { return node.metric("optare_issuance_forward_queue") == 0; });
  };
  issue();
  make_anew("issuance");
  issue();
  const Ended exported = fleet.export_topic();
  EXPECT_EQ(exported.code, 1);
  EXPECT_THAT(exported.err, AllOf(HasSubstr("what comes before it is not here"),
                                  HasSubstr("not whole: 1 records")));
  EXPECT_EQ(node.metric("optare_issuance_forward_lost_total"), 0);
  wait_until("all to be well", [&] { return json_member(readyz(node), "status") == "ready"; });
  EXPECT_EQ(node.stop(), 0);
  node.start(fleet.flags());
  issue();
}

}  // namespace
}  // namespace optare
