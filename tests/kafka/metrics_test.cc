// What a node on Kafka tells at /metrics, and which alerts come of it, in each situation that an
// operator is to know of. Settings of topics that go wrong: wrong_topics_test.cc.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <optional>
#include <thread>

#include "core/application/application.h"
#include "core/kafka/topics.h"
#include "tests/support/alert_rules.h"
#include "tests/support/insider.h"

namespace optare {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr const char* api = "https://api.example.com";
constexpr double plenty_of_disk = 64.0 * (1 << 30);

Scrape scrape(const ServerProcess& node) {
  // How full this machine's disk is, is not what is tried.
  return Scrape(node.ops("/metrics").body).with("optare_disk_free_bytes", plenty_of_disk);
}
// Once it tells what `told` says.
Scrape scrape_once(const ServerProcess& node, const std::string& what,
                   const std::function<bool(const Scrape&)>& told) {
  std::optional<Scrape> now;
  wait_until(what, [&] { return told(now.emplace(scrape(node))); }, topics_seen_max);
  return *now;
}
// What a busy machine may keep from being so for a moment, and alerts go by: that the view is
// young, and that the last look at the topics found them right, with so many copies in sync of
// three each.
bool is_calm(const Scrape& told, int in_sync = 3) {
  return told.at("optare_view_age_seconds") < 10 && told.at("optare_kafka_topics_wrong") == 0 &&
         told.sum("optare_kafka_topic_replicas") == 4 * (3 + in_sync) &&
         told.sum("optare_store_writable") == 3;
}

std::string of_part(const std::string& name, const std::string& partition) {
  return fmt::format(R"({}{{partition="{}"}})", name, partition);
}
std::string copies(const std::string& topic, const std::string& state) {
  return fmt::format(R"(optare_kafka_topic_replicas{{topic="{}",state="{}"}})", topic, state);
}
std::string commits(const std::string& outcome) {
  return fmt::format(R"(optare_commits_total{{outcome="{}"}})", outcome);
}
std::string voids(const std::string& reason) {
  return fmt::format(R"(optare_log_void_records_total{{reason="{}"}})", reason);
}
std::string left_out(const std::string& reason) {
  return fmt::format(R"(optare_kafka_records_left_out_total{{reason="{}"}})", reason);
}
std::string refused(const std::string& route, const std::string& reason = "not-fresh") {
  return fmt::format(R"(optare_fail_closed_answers_total{{method="POST",route="{}",reason="{}"}})",
                     route, reason);
}
const std::string brokers_up = R"(optare_kafka_brokers{state="up"})";
const std::string brokers_known = R"(optare_kafka_brokers{state="known"})";
const std::string round_trip = "optare_kafka_append_duration_seconds";
const std::string queue = "optare_issuance_forward_queue";

constexpr std::array parts{"control", "tokens-00"};

bool is_measured(const Scrape& told) {
  return std::ranges::all_of(parts, [&](const char* part) {
    return told.values().contains(of_part("optare_kafka_clock_skew_seconds", part));
  });
}

// --- over the shared brokers

class KafkaMetrics : public testing::Test {
 protected:
  KafkaMetrics() { EXPECT_EQ(fleet.init().code, 0); }
  std::string topic(const std::string& name) const { return fleet.prefix + '.' + name; }
  RawKafka::Settings settings(const std::string& name, const RawKafka::Settings& but = {}) const {
    for (const NewTopic& made : topics_to_make(TopicNames(fleet.prefix), 3)) {
      if (made.name != topic(name)) continue;
      RawKafka::Settings all = but;
      all.insert(made.settings.begin(), made.settings.end());
      return all;
    }
    throw std::runtime_error("no such topic: " + name);
  }

  const Fleet fleet;
  ServerProcess node;
};

TEST_F(KafkaMetrics, SayThatAllIsWell) {
  node.start(fleet.flags());
  const Scrape first = scrape(node);
  const AppSecret app = fleet.create(node, api);
  for (int i = 0; i < 3; ++i) node.token(app, api);
  EXPECT_EQ(node.decided_token({"srv_0000000000000000000000", "sk_x"}, api).status, 401);

  const Scrape now = scrape_once(node, "all to be told as it is", [&](const Scrape& told) {
    return is_calm(told) && told.at("optare_kafka_ticks_total") > 0 && told.at(brokers_up) == 3 &&
           told.at(queue) == 0 && told.sum("optare_kafka_lag_records") == 0 &&
           told.sum("optare_log_lag_records") == 0 && is_measured(told) &&
           told.at("optare_kafka_histories_told_total") > 1 && told.at("optare_view_fresh") == 1;
  });
  for (const std::string part : parts) {
    EXPECT_EQ(now.at(of_part("optare_kafka_lag_records", part)), 0);
    EXPECT_EQ(now.at(of_part("optare_log_lag_records", part)), 0);
    EXPECT_GE(now.at(of_part("optare_kafka_age_seconds", part)), 0);
    EXPECT_LT(now.at(of_part("optare_kafka_age_seconds", part)), 15);
    EXPECT_LT(std::abs(now.at(of_part("optare_kafka_clock_skew_seconds", part))), 1);
  }
  EXPECT_EQ(now.at(brokers_known), 3);

  // Two commits at least, and each tick, is a record that brokers acknowledged.
  const double appended = now.at(round_trip + "_count") - first.at(round_trip + "_count");
  EXPECT_GE(appended, now.at(commits("done")) - first.at(commits("done")));
  EXPECT_EQ(now.at(commits("done")) - first.at(commits("done")), 2);
  const double took = now.at(round_trip + "_sum") - first.at(round_trip + "_sum");
  EXPECT_GT(took, 0);
  EXPECT_LT(took, 10 * appended) << "seconds, and none took as long as it may";
  EXPECT_EQ(now.at(round_trip + R"(_bucket{le="+Inf"})"), now.at(round_trip + "_count"));
  EXPECT_EQ(now.at(round_trip + R"(_bucket{le="10"})"), now.at(round_trip + "_count"));

  EXPECT_EQ(now.sum("optare_kafka_records_left_out_total"), 0);
  EXPECT_EQ(now.at("optare_kafka_unreadable_total"), 0);
  EXPECT_EQ(now.at("optare_kafka_producers_rebuilt_total"), 0);
  EXPECT_EQ(now.at("optare_kafka_topics_wrong"), 0);
  EXPECT_EQ(now.at("optare_vault_foreign_records_total"), 0);
  EXPECT_GE(now.at("optare_kafka_ends_asked_total"), 1) << "for the client that nobody made";
  for (const std::string name : {"control", "tokens", "issuance", "vault"})
    EXPECT_EQ(now.at(copies(topic(name), "assigned")), 3) << name;

  for (const char* none : {"queue", "age_seconds", "held", "held_bytes", "lost_total"})
    EXPECT_EQ(now.at(fmt::format("optare_issuance_forward_{}", none)), 0) << none;
  EXPECT_GE(now.at("optare_issuance_forwarded_total"), 1);
  EXPECT_THAT(firing(first, now), IsEmpty());
}

// What is void for one is void for all, and somebody's loss.
TEST_F(KafkaMetrics, OfTwoNodesAddUp) {
  ServerProcess other;
  node.start(fleet.flags());
  other.start(fleet.flags());
  const AppSecret app = fleet.create(node, api);
  const std::string path = "/api/v1/applications/" + app.client_id;
  const HttpHeaders headers{
      {"Authorization", "Bearer " + node.token(fleet.admin(), fleet.audience())},
      {"Content-Type", "application/json"}};
  const std::string position = of_part("optare_log_position", "control");
  const std::string all_voids = "optare_log_void_records_total";
  const auto both = [&](const std::array<Scrape, 2>& now, const std::string& name) {
    return now[0].sum(name) + now[1].sum(name);
  };
  // Once both have read the same, and wait for nothing.
  const auto scrape_both = [&] {
    std::optional<std::array<Scrape, 2>> now;
    wait_until("both to have read all", [&] {
      now.emplace(std::array{scrape(node), scrape(other)});
      const auto& [one, two] = *now;
      return one.at(position) == two.at(position) && one.sum(all_voids) == two.sum(all_voids) &&
             both(*now, "optare_commits_under_way") == 0;
    });
    return *now;
  };
  const auto before = scrape_both();
  std::atomic<int> name = 0;
  wait_until("somebody to lose a race", [&] {
    std::vector<std::jthread> writers;
    for (const ServerProcess* its : {&node, &other}) {
      writers.emplace_back([&, its] {
        for (int i = 0; i < 10; ++i)
          its->send("PATCH", path, headers, fmt::format(R"({{"name":"{}"}})", name++));
      });
    }
    writers.clear();
    return scrape(node).sum(all_voids) > 0;
  });
  const auto now = scrape_both();
  const auto rise = [&](const std::string& outcome) {
    const auto all = [&](const std::array<Scrape, 2>& then) {
      return then[0].at(commits(outcome)) + then[1].at(commits(outcome));
    };
    return all(now) - all(before);
  };
  EXPECT_GT(rise("void"), 0);
  EXPECT_EQ(rise("unknown") + rise("failed"), 0);
  for (std::size_t i = 0; i < now.size(); ++i) {
    EXPECT_EQ(now.at(i).sum(all_voids) - before.at(i).sum(all_voids), rise("void"));
    EXPECT_EQ(now.at(i).at(position) - before.at(i).at(position), rise("done"));
  }
}

TEST_F(KafkaMetrics, CountWhatStrangersWrite) {
  node.start(fleet.flags());
  const Scrape first = scrape(node);
  RawKafka raw(fleet.brokers);
  const std::string control = topic("control");
  raw.produce(control, 0, "garbage");
  raw.produce_in_transaction(control, 0, "theirs");  // and a marker, which is no record
  raw.produce(topic("vault"), 0, "garbage", "a key");
  raw.produce(topic("vault"), 0, std::nullopt, "a key");
  raw.produce(control, 0, std::string(200'000, 'x'));
  // What only who may change the topic can do; the node looks at it once a minute.
  raw.set_topic(control, settings("control", {{"message.timestamp.type", "CreateTime"}}));
  int written = 0;
  wait_until("a record without a broker's stamp", [&] {
    raw.produce(control, 0, "unstamped");
    ++written;
    return !raw.read(control).back().stamped_by_broker;
  });
  raw.set_topic(control, settings("control"));

  const int void_ones = 4 + written;  // the marker is one, too
  const Scrape now = scrape_once(node, "all to be counted", [&](const Scrape& told) {
    return is_calm(told) && told.at(left_out("unstamped")) > 0 &&
           told.sum("optare_log_void_records_total") >= void_ones &&
           told.at("optare_vault_foreign_records_total") >= 2;
  });
  EXPECT_EQ(now.at(left_out("hole")), 1);
  EXPECT_EQ(now.at(left_out("oversized")), 1);
  EXPECT_EQ(now.at("optare_vault_foreign_records_total"), 2);
  EXPECT_GE(now.at(voids("frame")), void_ones) << "a tick may have had no stamp, too";
  EXPECT_EQ(now.at(voids("frame")), now.sum("optare_log_void_records_total"));
  EXPECT_THAT(firing(first, now), UnorderedElementsAre("OptareForeignRecords"));
}

// As a build with a fault would write it.
TEST_F(KafkaMetrics, SayThatAStreamCannotBeApplied) {
  node.start(fleet.flags());
  const AppSecret app = fleet.create(node, api);
  const Scrape first = scrape(node);
  EXPECT_EQ(first.at("optare_quarantined_streams"), 0);
  RawKafka raw(fleet.brokers);
  const Insider insider(fleet, raw);
  Commit commit = insider.newest_commit();
  const std::string stream = application_stream(ClientId(app.client_id));
  const auto made = std::ranges::find(commit.writes, stream, &StreamWrite::stream);
  ASSERT_NE(made, commit.writes.end());
  const std::uint64_t version = made->next_version();
  commit.writes = {
      {stream, version, {encode_event(Event(SecretExpired{.secret_id = "sec_never"}))}}};
  commit.id.front() ^= 1;
  commit.command_id.reset();
  commit.request_digest.reset();
  commit.deadline = timestamp_of(milliseconds_of(commit.deadline) + 3'600'000);
  raw.produce(topic("control"), 0, insider.authentic(commit));
  scrape_once(node, "the stream to be set aside",
              [](const Scrape& told) { return told.at("optare_quarantined_streams") == 1; });
  for (int i = 0; i < 2; ++i) EXPECT_EQ(node.request_token(app, api).status, 503);
  const Scrape now =
      scrape_once(node, "all else to be well", [](const Scrape& told) { return is_calm(told); });
  EXPECT_EQ(now.at(refused("/oauth2/token", "quarantined")), 2);
  EXPECT_EQ(now.sum("optare_log_void_records_total"), 0);
  EXPECT_THAT(firing(first, now),
              UnorderedElementsAre("OptareStreamQuarantined", "OptareFailsClosed"));
}

// Nobody reads on behind such a record (compressed_test.cc), and the node fails closed.
TEST_F(KafkaMetrics, SayHowFarANodeIsBehindThatCannotReadOn) {
  Fleet::Flags impatient = fleet.flags();
  impatient.insert(impatient.end(), {"--max-staleness", "3s"});
  node.start(impatient);
  const AppSecret app = fleet.create(node, api);
  const std::string token = node.token(app, api);
  const Scrape first = scrape(node);
  RawKafka raw(fleet.brokers);
  raw.set_topic(topic("control"), settings("control", {{"compression.type", "producer"}}));
  RawKafka compressing(fleet.brokers, {{"compression.codec", "zstd"},
                                       {"message.max.bytes", "200000000"},
                                       {"queue.buffering.max.kbytes", "400000"}});
  wait_until("the leader to hear of the setting", [&] {
    try {
      compressing.produce(topic("control"), 0, std::string(101'000'000, '\0'));
      return true;
    } catch (const std::runtime_error&) {
      return false;  // too large as long as it would not keep it compressed
    }
  });
  raw.produce(topic("control"), 0, "behind");
  raw.set_topic(topic("control"), settings("control"));  // the record stays as it came
  // Also a busy machine may keep it from being fresh for a moment; behind that record it is for
  // ever.
  scrape_once(node, "the view to be too old", [](const Scrape& told) {
    return told.at("optare_kafka_unreadable_total") > 0 && told.at("optare_view_fresh") == 0;
  });
  constexpr int asked = 4;
  for (int i = 0; i < asked; ++i) {
    EXPECT_EQ(node.request_token(app, api).status, 503);
    EXPECT_EQ(node.post_form("/oauth2/introspect", app, {{"token", token}}).status, 503);
  }
  const Scrape now =
      scrape_once(node, "the view to be old, and nothing else", [](const Scrape& told) {
        return told.at("optare_view_age_seconds") > 10 &&
               told.at(of_part("optare_kafka_age_seconds", "control")) > 10 &&
               told.at(of_part("optare_kafka_age_seconds", "tokens-00")) < 10 &&
               told.at(of_part("optare_kafka_lag_records", "control")) >= 2 &&
               told.at("optare_kafka_unreadable_total") >= 2 &&  // it is tried again
               told.sum("optare_kafka_errors_total") >= 2 &&
               told.at(R"(optare_store_writable{store="log"})") == 0 &&
               told.at("optare_kafka_topics_wrong") == 0 &&
               told.sum("optare_kafka_topic_replicas") == 4 * (3 + 3);
      });
  EXPECT_EQ(now.at(of_part("optare_log_lag_records", "control")), 0) << "all that was fetched";
  const std::string restarts = "optare_kafka_feed_restarts_total";
  EXPECT_GE(now.at(restarts) - first.at(restarts), now.at("optare_kafka_unreadable_total") - 1)
      << "the last is to come";
  for (const std::string route : {"/oauth2/token", "/oauth2/introspect"})
    EXPECT_EQ(now.at(refused(route)) - first.at(refused(route)), asked) << route;
  EXPECT_THAT(firing(first, now),
              UnorderedElementsAre("OptareViewOld", "OptareFailsClosed", "OptareStoreNotWritable"));
}

// --- over brokers that are hurt

TEST(KafkaFaultsMetrics, SayThatABrokerIsGone) {
  KafkaBrokers brokers;
  const Fleet fleet(brokers.bootstrap());
  ASSERT_EQ(fleet.init().code, 0);
  ServerProcess node;
  node.start(fleet.flags());
  const Scrape well = scrape_once(node, "three brokers to be reached",
                                  [](const Scrape& told) { return told.at(brokers_up) == 3; });
  RawKafka raw(fleet.brokers);
  const std::string control = fleet.prefix + ".control";
  brokers.kill(raw.leader(control));
  scrape_once(node, "one to be missed", [&](const Scrape& told) {
    return told.at(brokers_up) == 2 && told.at(brokers_known) == 3 &&
           told.sum("optare_kafka_errors_total") > well.sum("optare_kafka_errors_total");
  });
  const std::array topics{control, fleet.prefix + ".tokens", fleet.prefix + ".issuance",
                          fleet.prefix + ".vault"};
  wait_until("it to be out of sync", [&] {
    return std::ranges::all_of(topics,
                               [&](const std::string& topic) { return raw.in_sync(topic) == 2; });
  });
  EXPECT_EQ(node.stop(), 0);
  node.start(fleet.flags());  // it looks at the topics at its start, and each minute
  const Scrape now = scrape_once(node, "the node to be well", [](const Scrape& told) {
    return is_calm(told, 2) && told.at("optare_view_fresh") == 1 && told.at(queue) == 0;
  });
  for (const std::string& topic : topics) {
    EXPECT_EQ(now.at(copies(topic, "assigned")), 3) << topic;
    EXPECT_EQ(now.at(copies(topic, "in_sync")), 2) << topic;
  }
  EXPECT_THAT(firing(now), UnorderedElementsAre("OptareTopicUnderReplicated"));
}

TEST(KafkaFaultsMetrics, SayWhatWaitsWhileNoBrokerAnswers) {
  KafkaBrokers brokers({.brokers = 1});
  const Fleet fleet(brokers.bootstrap());
  ASSERT_EQ(fleet.init().code, 0);
  ServerProcess node;
  node.start(fleet.flags());
  const AppSecret app = fleet.create(node, api);
  const std::string administrator = node.token(fleet.admin(), fleet.audience());
  const Scrape well = scrape_once(node, "all to be forwarded",
                                  [](const Scrape& told) { return told.at(queue) == 0; });
  brokers.pause(1);
  {
    const std::jthread writer([&] {
      const HttpResponse unknown = node.send(
          "PATCH", "/api/v1/applications/" + app.client_id,
          {{"Authorization", "Bearer " + administrator}, {"Content-Type", "application/json"}},
          R"({"name":"New"})");
      EXPECT_EQ(unknown.status, 503);
      EXPECT_EQ(json_member(unknown.body, "type"), "urn:optare:problem:outcome-unknown");
    });
    EXPECT_EQ(node.request_token(app, api).status, 200) << "its record is in the spool";
    // What waits in the spool is counted at once, what is held when the forwarder has read it.
    const Scrape now = scrape_once(node, "the commit to be under way", [](const Scrape& told) {
      return told.at("optare_commits_under_way") == 1 && told.at(queue) > 0 &&
             told.at("optare_issuance_forward_held") == told.at(queue);
    });
    EXPECT_GT(now.at("optare_issuance_forward_held_bytes"), 0);
    scrape_once(node, "the view to be too old",
                [](const Scrape& told) { return told.at("optare_view_fresh") == 0; });
    for (int i = 0; i < 3; ++i) EXPECT_EQ(node.request_token(app, api).status, 503);
  }
  const Scrape now = scrape_once(node, "the view to be old", [&](const Scrape& told) {
    const auto is_old = [&](const char* part) {
      return told.at(of_part("optare_kafka_age_seconds", part)) > 10;
    };
    return told.at("optare_view_age_seconds") > 10 && std::ranges::all_of(parts, is_old) &&
           told.at("optare_issuance_forward_age_seconds") > 9 &&
           told.at(R"(optare_store_writable{store="log"})") == 0 &&
           told.sum("optare_kafka_errors_total") > well.sum("optare_kafka_errors_total");
  });
  EXPECT_EQ(now.at(commits("unknown")), 1);
  EXPECT_EQ(now.at(refused("/oauth2/token")) - well.at(refused("/oauth2/token")), 3);
  EXPECT_EQ(now.at("optare_issuance_forwarded_total"), well.at("optare_issuance_forwarded_total"));
  EXPECT_THAT(firing(well, now),
              UnorderedElementsAre("OptareViewOld", "OptareFailsClosed", "OptareCommitsUnknown",
                                   "OptareStoreNotWritable"));

  brokers.resume(1);
  const Scrape again = scrape_once(node, "all to be well again", [](const Scrape& told) {
    return told.at(queue) == 0 && told.at("optare_view_fresh") == 1 &&
           told.at("optare_view_age_seconds") < 10 && told.sum("optare_store_writable") == 3 &&
           told.at("optare_commits_settled_late_total") == 1;
  });
  EXPECT_GT(again.at("optare_issuance_forwarded_total"), now.at("optare_issuance_forwarded_total"));
  EXPECT_EQ(again.at("optare_issuance_forward_age_seconds"), 0);
  EXPECT_EQ(again.at("optare_issuance_forward_lost_total"), 0);
  EXPECT_EQ(again.at(commits("unknown")), 1);
  EXPECT_THAT(firing(again), IsEmpty());
}

}  // namespace
}  // namespace optare
