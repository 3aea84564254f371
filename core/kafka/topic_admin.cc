#include "core/kafka/topic_admin.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <span>
#include <thread>

#include "core/base/parse.h"
#include "core/kafka/rights.h"

namespace optare {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds look_again_interval{100};
constexpr std::chrono::seconds broker_patience{5};  // one that is away must not delay a start; ours
// A broker that starts or ends may refuse whom it knows; ours.
constexpr std::chrono::seconds refusal_patience{3};
constexpr std::chrono::seconds first_reach_patience{1};
constexpr std::chrono::milliseconds end_try_max{
    2'000};  // a leader that is gone leaves time for more

struct EndEvent {
  void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
};
using Event = std::unique_ptr<rd_kafka_event_t, EndEvent>;
struct EndOptions {
  void operator()(rd_kafka_AdminOptions_t* options) const {
    rd_kafka_AdminOptions_destroy(options);
  }
};
struct EndResource {
  void operator()(rd_kafka_ConfigResource_t* resource) const {
    rd_kafka_ConfigResource_destroy(resource);
  }
};
using Resource = std::unique_ptr<rd_kafka_ConfigResource_t, EndResource>;
struct EndNewTopic {
  void operator()(rd_kafka_NewTopic_t* topic) const { rd_kafka_NewTopic_destroy(topic); }
};

std::chrono::milliseconds time_until(Steady::time_point until) {
  return std::chrono::floor<std::chrono::milliseconds>(until - Steady::now());
}
int milliseconds_until(Steady::time_point until) { return bounded_ms(time_until(until)); }

std::unique_ptr<rd_kafka_AdminOptions_t, EndOptions> options_for(rd_kafka_t* handle,
                                                                 rd_kafka_admin_op_t operation,
                                                                 Steady::time_point until) {
  std::unique_ptr<rd_kafka_AdminOptions_t, EndOptions> options(
      rd_kafka_AdminOptions_new(handle, operation));
  rd_kafka_AdminOptions_set_request_timeout(options.get(), milliseconds_until(until), nullptr, 0);
  return options;
}

TopicSettings settings_of(const rd_kafka_ConfigResource_t* resource) {
  TopicSettings settings;
  std::size_t count = 0;
  const auto* const* entries = rd_kafka_ConfigResource_configs(resource, &count);
  for (const rd_kafka_ConfigEntry_t* entry : std::span(entries, count)) {
    if (const char* value = rd_kafka_ConfigEntry_value(entry))
      settings.emplace(rd_kafka_ConfigEntry_name(entry), value);
  }
  return settings;
}

FoundBroker broker_of(int id, const TopicSettings& settings) {
  const auto version = settings.find("inter.broker.protocol.version");
  const auto number = [&](std::string_view name) {
    const auto found = settings.find(name);
    return found == settings.end() ? std::nullopt : parse_number<std::int64_t>(found->second);
  };
  return {.id = id,
          .protocol_version = version == settings.end() ? std::string() : version->second,
          .has_telemetry = settings.contains("telemetry.max.bytes"),
          .session_timeout_ms = number("broker.session.timeout.ms"),
          .replica_lag_ms = number("replica.lag.time.max.ms")};
}

void ask(rd_kafka_t* handle, rd_kafka_queue_t* queue, std::vector<Resource>& resources,
         Steady::time_point until) {
  std::vector<rd_kafka_ConfigResource_t*> raw;
  for (const Resource& resource : resources) raw.push_back(resource.get());
  const auto options = options_for(handle, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, until);
  rd_kafka_DescribeConfigs(handle, raw.data(), raw.size(), options.get(), queue);
}

}  // namespace

TopicAdmin::TopicAdmin(const KafkaConnection& connection)
    : brokers_(connection.brokers),
      names_(connection.topic_prefix),
      // A consumer's questions never make a topic; a producer's may.
      handle_(make_kafka(RD_KAFKA_CONSUMER, connection, {}, [this](rd_kafka_conf_t* conf) {
        rd_kafka_conf_set_opaque(conf, complaint_.get());
        rd_kafka_conf_set_error_cb(conf, [](rd_kafka_t*, int error, const char* why, void* opaque) {
          static_cast<Complaint*>(opaque)->note(static_cast<rd_kafka_resp_err_t>(error), why);
        });
      })) {}

std::unexpected<Rejection> TopicAdmin::not_answered(const std::string& why) const {
  // Who refuses a login is up.
  return reject(Code::unavailable,
                fmt::format("the brokers {} do not answer as they should: {}{}", brokers_, why,
                            complaint_->refused()
                                ? ""
                                : ". Are they up, and does this machine reach them under the names "
                                  "that they advertise?"));
}

std::unexpected<Rejection> TopicAdmin::refused(rd_kafka_resp_err_t error, const std::string& asked,
                                               const std::string& why, std::string_view right,
                                               const std::string& resource) const {
  if (!lacks_right(error)) return not_answered(asked + ": " + why);
  complaint_->note(error, why);
  return reject(Code::unavailable, asked + ": " + words_of(error, right, resource));
}

// Any broker, for anything: the call itself only knows that there was no answer, so the connections
// are asked why.
Result<void> TopicAdmin::reach(Until until) const {
  std::optional<Until> refused_until;
  for (auto patience = first_reach_patience;; patience *= 2) {
    const auto began = Steady::now();
    const auto last = std::min(until, refused_until.value_or(until));
    const auto answer =
        ask_metadata(handle_.get(), nullptr, time_until(std::min(last, began + patience)));
    while (rd_kafka_poll(handle_.get(), 0) > 0) {
    }
    if (answer) {
      complaint_->forget();
      return {};
    }
    if (Steady::now() + look_again_interval >= last) {
      const std::string complaint = complaint_->text();
      return not_answered(complaint.empty() ? rd_kafka_err2str(answer.error()) : complaint);
    }
    if (complaint_->refused() && !refused_until) refused_until = began + refusal_patience;
    std::this_thread::sleep_for(look_again_interval);
  }
}

// The brokers' ids, with how the topic is.
Result<std::vector<int>> TopicAdmin::look_at_topic(const std::string& name, FoundTopic& topic,
                                                   Until until) const {
  const auto handle = make_topic(handle_.get(), name);
  const auto asked = ask_metadata(handle_.get(), handle.get(), time_until(until));
  if (!asked) return not_answered(rd_kafka_err2str(asked.error()));
  const rd_kafka_metadata_t* const answer = asked->get();
  std::vector<int> brokers;
  for (const auto& broker :
       std::span(answer->brokers, static_cast<std::size_t>(answer->broker_cnt)))
    brokers.push_back(broker.id);
  topic.name = name;
  for (const auto& found : std::span(answer->topics, static_cast<std::size_t>(answer->topic_cnt))) {
    if (found.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || found.topic != name) continue;
    if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR)
      return refused(found.err, name, rd_kafka_err2str(found.err), "Describe", "topic " + name);
    topic.partitions = found.partition_cnt;
    topic.replicas = std::numeric_limits<int>::max();
    topic.in_sync = std::numeric_limits<int>::max();
    for (const auto& part :
         std::span(found.partitions, static_cast<std::size_t>(found.partition_cnt))) {
      topic.replicas = std::min(topic.replicas, part.replica_cnt);
      topic.in_sync = std::min(topic.in_sync, part.isr_cnt);
    }
  }
  return brokers;
}

// A broker that is away has no say; that there is one at all, the metadata have shown.
Result<void> TopicAdmin::look_at_settings(FoundCluster& found, Until until) const {
  const KafkaQueue queue(rd_kafka_queue_new(handle_.get()));
  std::size_t waiting = 0;
  std::vector<Resource> topics;
  for (const FoundTopic& topic : found.topics) {
    if (topic.partitions > 0)
      topics.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.name.c_str()));
  }
  if (!topics.empty()) {
    ask(handle_.get(), queue.get(), topics, until);
    ++waiting;
  }
  for (const FoundBroker& broker : found.brokers) {
    std::vector<Resource> one;
    one.emplace_back(
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_BROKER, std::to_string(broker.id).c_str()));
    ask(handle_.get(), queue.get(), one, std::min(until, Steady::now() + broker_patience));
    ++waiting;
  }
  std::vector<FoundBroker> answered;
  for (; waiting > 0; --waiting) {
    const Event event(rd_kafka_queue_poll(queue.get(), milliseconds_until(until) + 1'000));
    const auto* result = event ? rd_kafka_event_DescribeConfigs_result(event.get()) : nullptr;
    if (result == nullptr || rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR)
      continue;
    std::size_t count = 0;
    const auto* const* resources = rd_kafka_DescribeConfigs_result_resources(result, &count);
    for (const rd_kafka_ConfigResource_t* resource : std::span(resources, count)) {
      const std::string name = rd_kafka_ConfigResource_name(resource);
      const bool of_broker = rd_kafka_ConfigResource_type(resource) == RD_KAFKA_RESOURCE_BROKER;
      if (const auto error = rd_kafka_ConfigResource_error(resource))
        return refused(error, "settings of " + (of_broker ? "broker " + name : name),
                       rd_kafka_ConfigResource_error_string(resource), "DescribeConfigs",
                       of_broker ? "the cluster" : "topic " + name);
      if (of_broker)
        answered.push_back(broker_of(std::atoi(name.c_str()), settings_of(resource)));
      else
        std::ranges::find(found.topics, name, &FoundTopic::name)->settings = settings_of(resource);
    }
  }
  found.brokers = std::move(answered);
  const bool told = std::ranges::all_of(found.topics, [](const FoundTopic& topic) {
    return topic.partitions == 0 || !topic.settings.empty();
  });
  if (!told || found.brokers.empty()) return not_answered("no settings were told in time");
  return {};
}

// A topic that was just made is not known to every broker yet, and a broker may be on its way back.
Result<FoundCluster> TopicAdmin::look(Duration patience) const {
  const auto until = Steady::now() + patience;
  TRY_VOID(reach(until));
  const auto refused_until = std::min<Until>(until, Steady::now() + refusal_patience);
  for (;;) {
    auto found = look_once(until);
    const auto last = complaint_->refused() ? refused_until : until;
    if (found || Steady::now() + look_again_interval >= last) return found;
    complaint_->forget();
    std::this_thread::sleep_for(look_again_interval);
  }
}

Result<FoundCluster> TopicAdmin::look_once(Until until) const {
  FoundCluster found;
  std::set<int> brokers;
  for (const std::string& name : names_.all()) {
    FoundTopic topic;
    TRY(const auto ids, look_at_topic(name, topic, until));
    brokers.insert(ids.begin(), ids.end());
    found.topics.push_back(std::move(topic));
  }
  found.brokers_known = static_cast<int>(brokers.size());
  for (const int id : brokers) found.brokers.push_back({.id = id, .protocol_version = {}});
  TRY_VOID(look_at_settings(found, until));
  std::ranges::sort(found.brokers, {}, &FoundBroker::id);
  return found;
}

Result<TopicAdmin::Made> TopicAdmin::make_missing(const FoundCluster& found, Duration patience) {
  const auto until = Steady::now() + patience;
  Made made;
  for (const NewTopic& wanted : topics_to_make(names_, found.brokers_known)) {
    const auto there = std::ranges::find(found.topics, wanted.name, &FoundTopic::name);
    if (there != found.topics.end() && there->partitions > 0) continue;
    std::array<char, 512> complaint{};
    const std::unique_ptr<rd_kafka_NewTopic_t, EndNewTopic> topic(
        rd_kafka_NewTopic_new(wanted.name.c_str(), wanted.partitions, wanted.replicas,
                              complaint.data(), complaint.size()));
    if (!topic) return reject(Code::internal, complaint.data());
    for (const auto& [name, value] : wanted.settings)
      rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());
    const KafkaQueue queue(rd_kafka_queue_new(handle_.get()));
    const auto options = options_for(handle_.get(), RD_KAFKA_ADMIN_OP_CREATETOPICS, until);
    rd_kafka_NewTopic_t* raw = topic.get();
    rd_kafka_CreateTopics(handle_.get(), &raw, 1, options.get(), queue.get());
    const Event event(rd_kafka_queue_poll(queue.get(), milliseconds_until(until) + 1'000));
    const auto* result = event ? rd_kafka_event_CreateTopics_result(event.get()) : nullptr;
    if (result == nullptr) return not_answered(wanted.name + " was not made in time");
    if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR)
      return not_answered(rd_kafka_event_error_string(event.get()));
    std::size_t count = 0;
    const auto* const* topics = rd_kafka_CreateTopics_result_topics(result, &count);
    const auto error =
        count == 1 ? rd_kafka_topic_result_error(topics[0]) : RD_KAFKA_RESP_ERR__FAIL;
    if (error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) continue;
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      const char* why = count == 1 ? rd_kafka_topic_result_error_string(topics[0]) : nullptr;
      return refused(error, wanted.name + " cannot be made",
                     why != nullptr ? why : rd_kafka_err2str(error), "Create",
                     "topic " + wanted.name);
    }
    made.names.push_back(wanted.name);
  }
  for (;;) {
    TRY(made.found, look(Duration(milliseconds_until(until))));
    if (std::ranges::all_of(made.found.topics,
                            [](const auto& topic) { return topic.partitions > 0; }))
      return made;
    if (Steady::now() >= until) return not_answered("new topics are not to be seen yet");
    std::this_thread::sleep_for(look_again_interval);
  }
}

Result<bool> TopicAdmin::was_written(const std::string& topic, Duration patience) const {
  const auto end =
      topic_offset_in_time(handle_.get(), topic, 0, RD_KAFKA_OFFSET_END, patience, end_try_max);
  if (!end)
    return refused(end.error(), topic, rd_kafka_err2str(end.error()), "Describe", "topic " + topic);
  return *end > 0;
}

}  // namespace optare
