// What is said of a record whose copies hear nothing. With one of three left out all goes on; with
// two of them nobody calls it acknowledged, and nobody knows, until the log does (design D1).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "core/kafka/producer.h"
#include "tests/support/fleet.h"
#include "tests/support/raw_kafka.h"

namespace optare {
namespace {

using testing::HasSubstr;

// The adapter's own producer, on a topic of its own.
class Records {
 public:
  explicit Records(const std::string& brokers) {
    connection_.brokers = brokers;
    RawKafka(brokers).create_topic(
        topic, 1, {{"min.insync.replicas", "2"}, {"message.timestamp.type", "LogAppendTime"}});
    producer_.emplace(connection_, ProducerOptions{.topics = {{Partition::control, topic}}},
                      counts_);
  }
  Append append() {
    std::promise<Append> answer;
    producer_->append(Partition::control, RecordKey{}, "a record",
                      [&](Append result, const auto&) { answer.set_value(result); });
    return answer.get_future().get();
  }

 private:
  static constexpr const char* topic = "records";
  KafkaConnection connection_;
  KafkaCounts counts_;
  std::optional<KafkaProducer> producer_;
};

// A node whose tokens wait for Kafka, too, and whose view may be old: what it says here is said of
// records alone.
class KafkaFaultsUnknown : public testing::Test {
 protected:
  KafkaFaultsUnknown() {
    EXPECT_EQ(fleet.init().code, 0);
    Fleet::Flags flags = fleet.flags();
    flags.insert(flags.end(), {"--issuance-ack", "kafka", "--max-staleness", "1h"});
    node.start(flags);
    administrator = node.token(fleet.admin(), fleet.audience());
  }
  HttpResponse create(const std::string& name) const {
    return node.send("POST", "/api/v1/applications",
                     {{"Authorization", "Bearer " + administrator},
                      {"Content-Type", "application/json"},
                      {"Idempotency-Key", name}},
                     R"({"name":")" + name + R"(","type":"m2m"})");
  }
  HttpResponse ask_for_token() const { return node.request_token(fleet.admin(), fleet.audience()); }
  double unknown() const { return node.metric("optare_commits_total", R"("unknown")"); }
  double settled_late() const { return node.metric("optare_commits_settled_late_total"); }
  void expect_all_acknowledged(const std::string& name, const std::string& when) {
    wait_until("a record " + when, [&] { return records.append() == Append::persisted; });
    wait_until("a command " + when, [&] { return create(name).status == 201; });
    wait_until("a token " + when, [&] { return ask_for_token().status == 200; });
    wait_until("all to be certain", [&] { return settled_late() == unknown(); });
  }

  KafkaBrokers brokers{{.network = true}};
  const Fleet fleet{brokers.bootstrap()};
  ServerProcess node;
  std::string administrator;
  Records records{brokers.bootstrap()};
};

TEST_F(KafkaFaultsUnknown, IsWhatTwoOfThreeCopiesDoNotHave) {
  const int leader = RawKafka(fleet.brokers).leader(fleet.prefix + ".issuance");
  const int left_out = leader % 3 + 1;
  const int other = 6 - leader - left_out;
  brokers.cut(left_out, {leader, other});
  expect_all_acknowledged("two-have-it", "that two of three have");
  const double unknown_before = unknown();

  // Whoever leads takes what is sent, and nobody fetches it from there.
  brokers.cut(leader, {other});
  auto record = std::async(std::launch::async, [&] { return records.append(); });
  auto token = std::async(std::launch::async, [&] { return ask_for_token(); });
  const HttpResponse told = create("one-has-it");
  EXPECT_EQ(told.status, 503) << told.body;
  EXPECT_EQ(json_member(told.body, "type"), "urn:optare:problem:outcome-unknown");
  EXPECT_NE(record.get(), Append::persisted) << "acks=all";
  const HttpResponse refused = token.get();
  EXPECT_EQ(refused.status, 503) << "acks=all";
  EXPECT_EQ(json_member(refused.body, "error"), "temporarily_unavailable");
  EXPECT_EQ(unknown(), unknown_before + 1);
  EXPECT_EQ(settled_late(), unknown_before) << "nobody knows yet";

  brokers.heal();
  wait_until("the log to say what became of it",
             [&] { return settled_late() == unknown_before + 1; });
  EXPECT_EQ(unknown(), unknown_before + 1) << "it was";
  expect_all_acknowledged("one-has-it", "that all have");
}

}  // namespace
}  // namespace optare
