#include "core/kafka/counts.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "core/kafka/rights.h"

namespace optare {

BrokerCounts brokers_in_statistics(std::string_view json) {
  boost::system::error_code error;
  const boost::json::value all = boost::json::parse(json, error);
  BrokerCounts counts;
  if (error || !all.is_object()) return counts;
  const auto* const brokers = all.get_object().if_contains("brokers");
  if (brokers == nullptr || !brokers->is_object()) return counts;
  for (const auto& [name, broker] : brokers->get_object()) {
    if (!broker.is_object()) continue;
    const auto* const id = broker.get_object().if_contains("nodeid");
    const auto* const state = broker.get_object().if_contains("state");
    // Below 0: the addresses that were given, which are known by their ids too once one answered.
    if (id == nullptr || !id->is_int64() || id->get_int64() < 0) continue;
    ++counts.known;
    if (state != nullptr && state->is_string() && state->get_string() == "UP") ++counts.up;
  }
  return counts;
}

void KafkaCounts::round_trip(std::chrono::nanoseconds took) {
  const auto* const bound =
      std::ranges::find_if(round_trip_bounds, [took](Duration most) { return took <= most; });
  const std::scoped_lock lock(mutex_);
  ++round_trips_.counts.at(static_cast<std::size_t>(bound - round_trip_bounds.begin()));
  round_trips_.sum += std::chrono::duration_cast<std::chrono::microseconds>(took);
  ++round_trips_.count;
}

void KafkaCounts::error(std::string_view where, rd_kafka_resp_err_t error) {
  std::string kind = fmt::format("{} {}", where, rd_kafka_err2name(error));
  const std::scoped_lock lock(mutex_);
  if (errors_.size() >= kafka_error_kinds_max && !errors_.contains(kind)) kind = "other";
  ++errors_[kind];
}

void KafkaCounts::met(rd_kafka_resp_err_t error, std::string_view right, std::string_view topic) {
  if (!lacks_right(error)) return;
  std::string words = words_of(error, right, fmt::format("topic {}", topic));
  const std::scoped_lock lock(mutex_);
  lacking_right_ = std::move(words);
  ++rights_missed_;
  lacking_at_ = std::chrono::steady_clock::now();
}

void KafkaCounts::statistics(std::string_view json) {
  const BrokerCounts brokers = brokers_in_statistics(json);
  const std::scoped_lock lock(mutex_);
  brokers_ = brokers;
}

RoundTrips KafkaCounts::round_trips() const {
  const std::scoped_lock lock(mutex_);
  return round_trips_;
}

std::map<std::string, std::uint64_t> KafkaCounts::errors() const {
  const std::scoped_lock lock(mutex_);
  return errors_;
}

std::string KafkaCounts::lacking_right() const {
  const std::scoped_lock lock(mutex_);
  const bool recent = std::chrono::steady_clock::now() - lacking_at_ <= lacking_told_for;
  return recent ? lacking_right_ : std::string();
}

std::uint64_t KafkaCounts::rights_missed() const {
  const std::scoped_lock lock(mutex_);
  return rights_missed_;
}

BrokerCounts KafkaCounts::brokers() const {
  const std::scoped_lock lock(mutex_);
  return brokers_;
}

}  // namespace optare
