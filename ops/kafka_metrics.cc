#include "ops/kafka_metrics.h"
#include "core/log/event_log.h"

#include <limits>

namespace optare {
namespace {

double seconds(Duration duration) { return static_cast<double>(duration.count()) / 1e3; }
double number(std::uint64_t value) { return static_cast<double>(value); }

// Samples of one name together, partition by partition.
template <class Value>
void each_part(Families& families, const KafkaStatus& status, const std::string& name,
               const std::string& help, Value value) {
  for (const KafkaStatus::Part& part : status.parts) {
    if (const std::optional<double> sample = value(part))
      families.gauge(name, help, *sample,
                     {{"partition", std::string(partition_name(part.partition))}});
  }
}

void add_parts(Families& families, const KafkaStatus& status) {
  using Part = KafkaStatus::Part;
  using Sample = std::optional<double>;
  each_part(families, status, "optare_kafka_lag_records",
            "Records that brokers have and this node has not fetched.",
            [](const Part& part) -> Sample { return number(part.lag()); });
  each_part(families, status, "optare_kafka_age_seconds",
            "Since it was proven that everything durable has been fetched.",
            [](const Part& part) -> Sample {
              if (!Currency::is_age(part.age)) return std::nullopt;
              return seconds(part.age);
            });
  each_part(families, status, "optare_kafka_clock_skew_seconds",
            "This machine's wall clock minus the brokers' time.", [](const Part& part) -> Sample {
              if (!part.skew) return std::nullopt;
              return seconds(*part.skew);
            });
}

void add_round_trips(Families& families, const RoundTrips& trips) {
  auto& metric = families.add("optare_kafka_append_duration_seconds",
                              "From handing a record over to its acknowledgement.",
                              prometheus::MetricType::Histogram, {});
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < trips.counts.size(); ++i) {
    below += trips.counts.at(i);
    const double bound = i < round_trip_bounds.size() ? seconds(round_trip_bounds.at(i))
                                                      : std::numeric_limits<double>::infinity();
    metric.histogram.bucket.push_back({below, bound});
  }
  metric.histogram.sample_count = trips.count;
  metric.histogram.sample_sum = static_cast<double>(trips.sum.count()) / 1e6;
}

void add_feed(Families& families, const Feed::Counts& feed) {
  const auto left_out = [&](const char* reason, std::uint64_t value) {
    families.counter("optare_kafka_records_left_out_total",
                     "Places in the topics that hold nothing for this node.", number(value),
                     {{"reason", reason}});
  };
  left_out("hole", feed.holes);
  left_out("unstamped", feed.unstamped);
  left_out("oversized", feed.oversized);
  families.counter("optare_kafka_feed_restarts_total", "Times a topic was begun to be read.",
                   number(feed.restarts));
  families.counter("optare_kafka_unreadable_total",
                   "Times that a record could not be read as a broker sent it.",
                   number(feed.unreadable));
}

void add_topics(Families& families, const std::vector<TopicCopies>& topics) {
  const auto copies = [&](const std::string& topic, const char* state, int value) {
    families.gauge("optare_kafka_topic_replicas",
                   "Copies of a topic: those assigned, and those in sync with its leader.", value,
                   {{"topic", topic}, {"state", state}});
  };
  for (const TopicCopies& topic : topics) {
    copies(topic.topic, "assigned", topic.assigned);
    copies(topic.topic, "in_sync", topic.in_sync);
  }
}

}  // namespace

void add_kafka(Families& families, const KafkaBacking& kafka) {
  const KafkaStatus status = kafka.status();
  add_parts(families, status);
  add_round_trips(families, status.round_trips);
  for (const auto& [kind, count] : status.errors) {
    families.counter("optare_kafka_errors_total", "What went wrong, by who met it and what it was.",
                     number(count), {{"kind", kind}});
  }
  families.gauge("optare_kafka_brokers", "Brokers that this node knows, and those it reaches.",
                 number(status.brokers.known), {{"state", "known"}});
  families.gauge("optare_kafka_brokers", "Brokers that this node knows, and those it reaches.",
                 number(status.brokers.up), {{"state", "up"}});
  add_feed(families, status.feed);
  families.counter("optare_kafka_ticks_total", "Ticks that this node appended.",
                   number(status.ticks_sent));
  families.counter("optare_kafka_ends_asked_total", "Questions where a topic ends.",
                   number(status.ends_asked));
  families.counter("optare_kafka_histories_told_total",
                   "Answers of brokers that tell whether a topic is the one that was read.",
                   number(status.histories_told));
  families.counter("optare_kafka_producers_rebuilt_total",
                   "Producers made anew after a fatal error.", number(status.producers_rebuilt));
  families.gauge("optare_kafka_topics_wrong",
                 "1: nothing is committed, a topic's setting is wrong.",
                 kafka.topics_wrong() ? 1 : 0);
  add_topics(families, kafka.topic_copies());
  families.counter("optare_vault_foreign_records_total",
                   "Records of the vault's topic that its key does not open, and tombstones.",
                   number(kafka.foreign_vault_records()));
}

}  // namespace optare
