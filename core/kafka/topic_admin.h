// Looks at the topics of a deployment and makes them.
#pragma once

#include <memory>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/kafka/client.h"
#include "core/kafka/complaint.h"
#include "core/kafka/topics.h"

namespace optare {

constexpr Duration topics_patience = std::chrono::seconds(15);  // ours

// Thread: one at a time. Needs the right to describe and, to make topics, to create them.
class TopicAdmin {
 public:
  struct Made {
    std::vector<std::string> names;
    // As they were all seen. Another broker may not know them yet: look at this, not again.
    FoundCluster found;
  };

  // Throws KafkaFault.
  explicit TopicAdmin(const KafkaConnection& connection);

  // Errors: unavailable, when no broker answers within `patience`, or one refuses to tell; the
  // detail says why. Where brokers refuse this client, little of `patience` is waited.
  [[nodiscard]] Result<FoundCluster> look(Duration patience = topics_patience) const;
  // Makes those of `found` that are missing, and waits until all of them can be seen. One that
  // somebody else makes meanwhile is none of ours. Errors: unavailable.
  [[nodiscard]] Result<Made> make_missing(const FoundCluster& found,
                                          Duration patience = topics_patience);
  // Whether anything was ever written to the topic, also when it is gone since. Errors:
  // unavailable.
  [[nodiscard]] Result<bool> was_written(const std::string& topic,
                                         Duration patience = topics_patience) const;
  const TopicNames& names() const { return names_; }

 private:
  using Until = std::chrono::steady_clock::time_point;
  Result<void> reach(Until until) const;
  std::unexpected<Rejection> not_answered(const std::string& why) const;
  // The same, but where a right is lacking, which one (core/kafka/rights.h).
  std::unexpected<Rejection> refused(rd_kafka_resp_err_t error, const std::string& asked,
                                     const std::string& why, std::string_view right,
                                     const std::string& resource) const;
  Result<FoundCluster> look_once(Until until) const;
  Result<std::vector<int>> look_at_topic(const std::string& name, FoundTopic& topic,
                                         Until until) const;
  Result<void> look_at_settings(FoundCluster& found, Until until) const;

  std::string brokers_;
  TopicNames names_;
  std::unique_ptr<Complaint> complaint_ = std::make_unique<Complaint>();  // of the handle
  KafkaHandle handle_;
};

}  // namespace optare
