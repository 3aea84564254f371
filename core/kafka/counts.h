// What an operator wants to know of the connection to Kafka, gathered by all of its parts.
#pragma once

#include <librdkafka/rdkafka.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "core/base/time.h"

namespace optare {

constexpr Duration kafka_statistics_interval = std::chrono::seconds(5);
// Kinds of errors that are told apart; librdkafka has about 150 names. The others are "other".
constexpr std::size_t kafka_error_kinds_max = 64;
// More than the time from one tick, or one try to fetch, to the next; ours.
constexpr Duration lacking_told_for = std::chrono::seconds(10);
// Upper bounds of the round trips that are counted together; one more takes what is over them.
constexpr std::array<Duration, 12> round_trip_bounds{
    Duration(1),   Duration(2),     Duration(5),     Duration(10),
    Duration(20),  Duration(50),    Duration(100),   Duration(200),
    Duration(500), Duration(1'000), Duration(3'000), Duration(10'000)};

struct RoundTrips {
  std::array<std::uint64_t, round_trip_bounds.size() + 1> counts{};  // not cumulative
  std::chrono::microseconds sum{};
  std::uint64_t count = 0;
};

// Of librdkafka's own statistics, as one JSON text; {} when it is none.
struct BrokerCounts {
  std::uint64_t known = 0;
  std::uint64_t up = 0;
  bool operator==(const BrokerCounts&) const = default;
};
BrokerCounts brokers_in_statistics(std::string_view json);

// Thread: safe.
class KafkaCounts {
 public:
  void round_trip(std::chrono::nanoseconds took);
  // `where`: which part met it: "produce", "consume", ...
  void error(std::string_view where, rd_kafka_resp_err_t error);
  void statistics(std::string_view json);
  // This happened to who wanted to do with the topic what `right` allows. Counts nothing.
  void met(rd_kafka_resp_err_t error, std::string_view right, std::string_view topic);

  RoundTrips round_trips() const;
  // By "<where> <librdkafka's name of it>".
  std::map<std::string, std::uint64_t> errors() const;
  BrokerCounts brokers() const;
  // Which right brokers missed within the last `lacking_told_for`, in words; empty: none.
  std::string lacking_right() const;
  std::uint64_t rights_missed() const;  // so often, ever

 private:
  mutable std::mutex mutex_;
  RoundTrips round_trips_;
  std::map<std::string, std::uint64_t> errors_;
  BrokerCounts brokers_;
  std::string lacking_right_;
  std::uint64_t rights_missed_ = 0;
  std::chrono::steady_clock::time_point lacking_at_{};
};

}  // namespace optare
