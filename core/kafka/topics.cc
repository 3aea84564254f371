#include "core/kafka/topics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <optional>

#include "core/base/parse.h"
#include "core/log/admission.h"
#include "core/log/end_proof.h"
#include "core/log/frame.h"

namespace optare {
namespace {

static_assert(session_timeout_ms_min > leader_trusted_for.count());
static_assert(replica_lag_ms_min > leader_trusted_for.count());

constexpr std::int64_t issuance_retention_ms =
    std::chrono::milliseconds(std::chrono::days(30)).count();
// Twice the largest frame: a batch has a header, and is never larger than one record asks for.
constexpr std::int64_t message_bytes = std::int64_t{2} * frame_bytes_max;
constexpr std::int64_t message_bytes_made = 1 << 20;
// What was put is there for an hour whatever a stranger puts after it: nodes write it again within
// minutes (KafkaVault), and an operator can look.
constexpr std::int64_t vault_compaction_lag_ms = 3'600'000;

// What a setting has to be, in words and as a test.
struct Wanted {
  std::string text;
  std::function<bool(std::string_view)> holds;
};
Wanted exactly(std::string value) {
  return {value, [value](std::string_view found) { return found == value; }};
}
Wanted at_least(std::int64_t least) {
  return {fmt::format("at least {}", least), [least](std::string_view found) {
            const auto value = parse_number<std::int64_t>(found);
            return value && *value >= least;
          }};
}

struct Rule {
  std::string setting;
  Wanted wanted;
  Weight weight = Weight::refuse;
};

// Two have what is acknowledged, wherever there are two: with one of two the other could become the
// leader without it.
int confirming(int replicas) { return replicas >= 2 ? 2 : 1; }

std::vector<Rule> rules_of(const FoundTopic& topic, const TopicNames& names) {
  std::vector<Rule> rules{
      {"cleanup.policy", exactly(topic.name == names.vault ? "compact" : "delete")},
      {"min.insync.replicas", at_least(confirming(topic.replicas))},
      {"unclean.leader.election.enable", exactly("false")},
      // What a broker stores as somebody compressed it may become larger than any client takes, and
      // then nobody reads on. No node reads the issuance topic.
      {"compression.type", exactly("uncompressed"),
       topic.name == names.issuance ? Weight::warn : Weight::refuse}};
  const bool control = topic.name == names.control;
  const bool tokens = topic.name == names.tokens;
  if (topic.name == names.vault)
    rules.push_back({"min.compaction.lag.ms", at_least(vault_compaction_lag_ms)});
  // A new node reads from the beginning: nothing but the topics knows the state there.
  if (control || tokens) {
    rules.push_back({"retention.ms", exactly("-1")});
    rules.push_back({"retention.bytes", exactly("-1")});
    rules.push_back({"message.timestamp.type", exactly("LogAppendTime")});
    rules.push_back({"max.message.bytes", at_least(message_bytes)});
  }
  // The largest batch of tokens fits (IssuanceSpool::batch_bytes_max); behind one that is not taken
  // all others would wait.
  if (topic.name == names.issuance)
    rules.push_back({"max.message.bytes", at_least(message_bytes_made)});
  return rules;
}

void judge_topic(const FoundTopic& topic, const TopicNames& names, int brokers,
                 std::vector<Finding>& findings) {
  // What is in a second partition is neither read nor written, so a node that runs goes on; nobody
  // can take a partition away again.
  if (topic.partitions != 1 && topic.name != names.issuance)
    findings.push_back({topic.name, "partitions", std::to_string(topic.partitions), "1",
                        Weight::refuse, Weight::warn});
  for (const Rule& rule : rules_of(topic, names)) {
    const auto value = topic.settings.find(rule.setting);
    const std::string found = value == topic.settings.end() ? "not known" : value->second;
    if (!rule.wanted.holds(found))
      findings.push_back(
          {topic.name, rule.setting, found, rule.wanted.text, rule.weight, rule.weight});
  }
  // With fewer brokers it is a trial. Brokers may be added under a node that runs.
  if (topic.replicas < copies_wanted)
    findings.push_back({topic.name, "replication factor", std::to_string(topic.replicas),
                        brokers < copies_wanted ? "3, on three brokers or more" : "3",
                        brokers < copies_wanted ? Weight::warn : Weight::refuse, Weight::warn});
}

void judge_broker(const FoundBroker& broker, std::vector<Finding>& findings) {
  const std::string where = fmt::format("broker {}", broker.id);
  const bool right = broker.protocol_version.empty()
                         ? broker.has_telemetry
                         : parse_broker_version(broker.protocol_version) >= broker_version_min;
  if (!right)
    findings.push_back(
        {where, "version",
         broker.protocol_version.empty() ? "older than 3.7" : broker.protocol_version,
         fmt::format("{}.{} or newer", broker_version_min.first, broker_version_min.second)});
  // They are about what nodes read: to take no writes would help nobody.
  const auto lasts = [&](const char* setting, std::optional<std::int64_t> found,
                         std::int64_t least) {
    if (found && *found < least)
      findings.push_back({where, setting, std::to_string(*found), at_least(least).text,
                          Weight::refuse, Weight::warn});
  };
  lasts("broker.session.timeout.ms", broker.session_timeout_ms, session_timeout_ms_min);
  lasts("replica.lag.time.max.ms", broker.replica_lag_ms, replica_lag_ms_min);
}

std::string lines_of(const std::vector<Finding>& findings, Weight weight, bool running) {
  std::string lines;
  for (const Finding& finding : findings) {
    if ((running ? finding.running : finding.at_start) != weight) continue;
    if (!lines.empty()) lines += '\n';
    lines += finding.text();
  }
  return lines;
}

}  // namespace

std::vector<NewTopic> topics_to_make(const TopicNames& names, int brokers) {
  const int replicas = std::clamp(brokers, 1, copies_wanted);
  const TopicSettings common{{"min.insync.replicas", std::to_string(confirming(replicas))},
                             {"unclean.leader.election.enable", "false"},
                             {"compression.type", "uncompressed"},
                             {"max.message.bytes", std::to_string(message_bytes_made)},
                             {"message.timestamp.type", "LogAppendTime"}};
  const auto topic = [&](const std::string& name, TopicSettings settings) {
    settings.insert(common.begin(), common.end());
    return NewTopic{name, 1, replicas, std::move(settings)};
  };
  return {topic(names.control,
                {{"cleanup.policy", "delete"}, {"retention.ms", "-1"}, {"retention.bytes", "-1"}}),
          topic(names.tokens,
                {{"cleanup.policy", "delete"}, {"retention.ms", "-1"}, {"retention.bytes", "-1"}}),
          topic(names.issuance, {{"cleanup.policy", "delete"},
                                 {"retention.ms", std::to_string(issuance_retention_ms)},
                                 {"retention.bytes", "-1"}}),
          topic(names.vault, {{"cleanup.policy", "compact"},
                              {"min.compaction.lag.ms", std::to_string(vault_compaction_lag_ms)}})};
}

std::string Finding::text() const {
  if (setting.empty()) return fmt::format("{}: {}, wanted: {}", where, found, wanted);
  return fmt::format("{}: {} is {}, wanted: {}", where, setting, found, wanted);
}

std::vector<Finding> judge(const FoundCluster& found, const TopicNames& names) {
  std::vector<Finding> findings;
  // One that names itself to the others may still be slow to tell of its settings.
  const int brokers = std::max(found.brokers_known, static_cast<int>(found.brokers.size()));
  for (const FoundBroker& broker : found.brokers) judge_broker(broker, findings);
  for (const std::string& name : names.all()) {
    const auto topic = std::ranges::find(found.topics, name, &FoundTopic::name);
    if (topic == found.topics.end() || topic->partitions == 0)
      findings.push_back({name, "", "there is no such topic",
                          name == names.issuance ? "made by `optare init`"
                                                 : "restored from a back-up of the brokers"});
    else
      judge_topic(*topic, names, brokers, findings);
  }
  return findings;
}

std::string refusals(const std::vector<Finding>& findings, bool running) {
  return lines_of(findings, Weight::refuse, running);
}
std::string warnings(const std::vector<Finding>& findings, bool running) {
  return lines_of(findings, Weight::warn, running);
}

std::pair<int, int> parse_broker_version(std::string_view text) {
  int major = 0;
  int minor = 0;
  const char* const end = text.data() + text.size();
  const auto [dot, error] = std::from_chars(text.data(), end, major);
  if (error != std::errc() || dot == end || *dot != '.') return {0, 0};
  if (std::from_chars(dot + 1, end, minor).ec != std::errc()) return {0, 0};
  return {major, minor};
}

}  // namespace optare
