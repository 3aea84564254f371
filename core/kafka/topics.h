// The topics of a deployment: their names, how they have to be set, and a judgement of how they
// are. Pure; topic_admin looks and creates.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace optare {

// What is for ever, what is compacted, and what may be forgotten (design D2).
struct TopicNames {
  explicit TopicNames(const std::string& prefix)
      : control(prefix + ".control"),
        tokens(prefix + ".tokens"),
        issuance(prefix + ".issuance"),
        vault(prefix + ".vault") {}
  std::string control;
  std::string tokens;
  std::string issuance;
  std::string vault;
  std::vector<std::string> all() const { return {control, tokens, issuance, vault}; }
};

using TopicSettings = std::map<std::string, std::string, std::less<>>;

// A topic that has to be made.
struct NewTopic {
  std::string name;
  int partitions = 1;
  int replicas = 1;
  TopicSettings settings;
  bool operator==(const NewTopic&) const = default;
};
constexpr int copies_wanted = 3;
// Three copies of which two confirm a write, when there are three brokers or more; else a copy on
// each broker, and one may be away.
std::vector<NewTopic> topics_to_make(const TopicNames& names, int brokers);

// A topic as it was found.
struct FoundTopic {
  std::string name;
  int partitions = 0;  // 0: there is no such topic
  int replicas = 0;    // the fewest of any partition
  int in_sync = 0;     // of them, the fewest of any partition
  TopicSettings settings;
};
struct FoundBroker {
  int id = 0;
  // "3.9-IV0", from the setting inter.broker.protocol.version; empty: brokers from 4.0 on do not
  // have it.
  std::string protocol_version;
  // It has the setting telemetry.max.bytes, which came with 3.7.
  bool has_telemetry = false;
  // Its setting broker.session.timeout.ms; none: not told.
  std::optional<std::int64_t> session_timeout_ms{};
  // Its setting replica.lag.time.max.ms; none: not told.
  std::optional<std::int64_t> replica_lag_ms{};
};
struct FoundCluster {
  std::vector<FoundBroker> brokers;  // those that answered
  int brokers_known = 0;             // those that the brokers name
  std::vector<FoundTopic> topics;
};

// What to do about a finding. While a node runs, `refuse` means: it takes no writes until the
// setting is right again.
enum class Weight : std::uint8_t { warn, refuse };

struct Finding {
  std::string where;  // a topic, or "broker 2"
  std::string setting;
  std::string found;
  std::string wanted;
  Weight at_start = Weight::refuse;
  Weight running = Weight::refuse;
  bool operator==(const Finding&) const = default;
  // "optare.control: cleanup.policy is compact, wanted: delete"
  std::string text() const;
};
std::vector<Finding> judge(const FoundCluster& found, const TopicNames& names);
// The findings that refuse at the start (or while running), a line each; empty when there are none.
std::string refusals(const std::vector<Finding>& findings, bool running);
std::string warnings(const std::vector<Finding>& findings, bool running);

// After how long a silence a broker loses what it leads, at the least: longer than a leader is
// trusted of whom nothing was heard (core/log/end_proof). Ours.
constexpr std::int64_t session_timeout_ms_min = 3'000;
// For how long a copy holds up what is acknowledged, at the least, when it does not follow: one
// that led until another was elected on purpose, and has not heard of it. As above.
constexpr std::int64_t replica_lag_ms_min = 3'000;

// The oldest broker whose high watermark honours min.insync.replicas (KIP-966).
constexpr std::pair<int, int> broker_version_min{3, 7};
// "3.9-IV0" -> {3, 9}; {0, 0} when it is no version.
std::pair<int, int> parse_broker_version(std::string_view text);

}  // namespace optare
