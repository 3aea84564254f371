// A deployment whose topics somebody treats as nobody should.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/kafka/topics.h"
#include "tests/support/fleet.h"
#include "tests/support/raw_kafka.h"

namespace optare {

// Whether it ends early or has other records depends on what nodes tick into it meanwhile.
inline auto says_other_history(const std::string& topic) {
  return testing::AllOf(testing::HasSubstr(topic + ": "), testing::HasSubstr("made anew"),
                        testing::HasSubstr("lost its end"),
                        testing::HasSubstr("Restore the topic, or"),
                        testing::HasSubstr("empty data folder"));
}

// A deployment with a history, and an operator beside it who has Kafka's own tools.
class OperatedFleet {
 public:
  using Records = std::vector<RawRecord>;

  explicit OperatedFleet(const std::string& brokers = shared_brokers()) : fleet(brokers) {
    const Ended made = fleet.init();
    EXPECT_EQ(made.code, 0) << made.err;
  }

  std::string topic(const std::string& name) const { return fleet.prefix + "." + name; }

  RawKafka::Settings right_settings(const std::string& name) const {
    for (const NewTopic& made : topics_to_make(TopicNames(fleet.prefix), 3))
      if (made.name == topic(name)) return {made.settings.begin(), made.settings.end()};
    throw std::runtime_error("no such topic: " + name);
  }
  void set(const std::string& name, const RawKafka::Settings& changes) const {
    RawKafka::Settings settings = right_settings(name);
    for (const auto& [key, value] : changes) settings[key] = value;
    kafka.set_topic(topic(name), settings);
  }
  void remove(const std::string& name) const { kafka.delete_topic(topic(name)); }
  // Empty, as nobody should.
  void make_anew(const std::string& name) const {
    remove(name);
    kafka.create_topic(topic(name), 1, right_settings(name), 3);
  }

  // As a client does: at other times. One that has not heard of a topic that went before this one.
  void give(const std::string& name, const Records& records) const {
    RawKafka client(fleet.brokers);
    for (const RawRecord& record : records)
      client.produce(topic(name), 0, record.value, record.key);
  }

  static std::string readyz(const ServerProcess& node) { return node.ops("/readyz").body; }
  static int create_status(const ServerProcess& node, const std::string& token) {
    return node
        .send(
            "POST", "/api/v1/apis",
            {{"Authorization", "Bearer " + token}, {"Content-Type", "application/json"}},
            R"({"identifier":"https://late.example.com","name":"Late","scopes":[{"name":"read"}]})")
        .status;
  }
  // What it says when it does not start.
  std::string refusal(ServerProcess& node) const {
    const Ended ended = node.start_in_vain(fleet.flags());
    EXPECT_EQ(ended.code, 1) << ended.err;
    return ended.err;
  }

  const Fleet fleet;
  mutable RawKafka kafka{fleet.brokers};
};

}  // namespace optare
