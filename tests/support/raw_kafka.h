// Kafka without the product: what a stranger, or an operator with Kafka's own tools, can do to
// topics.
#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace optare {

struct RawRecord {
  std::int64_t offset = 0;
  std::optional<std::string> key;
  std::optional<std::string> value;  // none: a tombstone
  std::int64_t time_ms = 0;
  bool stamped_by_broker = false;  // LogAppendTime
};

// Each call has a deadline of its own, and throws with Kafka's words when it does not succeed.
class RawKafka {
 public:
  using Settings = std::map<std::string, std::string>;

  // `client`: settings of librdkafka, for TLS and SASL.
  explicit RawKafka(const std::string& bootstrap, const Settings& client = {});

  // `copies`: -1 as many as the brokers say. Returns when each broker knows that each partition has
  // a leader.
  void create_topic(const std::string& name, int partitions = 1, const Settings& settings = {},
                    int copies = -1);
  // So many altogether. Returns when each has a leader.
  void add_partitions(const std::string& topic, int partitions);
  // Returns when no broker knows of it any more.
  void delete_topic(const std::string& name);
  // The settings of a topic, those that are not given go back to the default.
  void set_topic(const std::string& name, const Settings& settings);
  // Deletes the records below `offset`, as retention does.
  void delete_records(const std::string& topic, int partition, std::int64_t offset);

  // Returns its offset once all replicas in sync have it. No value: a tombstone.
  std::int64_t produce(const std::string& topic, int partition,
                       std::optional<std::string_view> value,
                       std::optional<std::string_view> key = {});
  // The same within a transaction. When it is committed, its marker soon stands behind the record;
  // else it stays open for a minute.
  std::int64_t produce_in_transaction(const std::string& topic, int partition,
                                      std::string_view value, bool commit = true);
  // The records that are there now.
  std::vector<RawRecord> read(const std::string& topic, int partition = 0);
  // One past the last record.
  std::int64_t end(const std::string& topic, int partition = 0);
  // The node that leads the partition now; 0 when none does.
  int leader(const std::string& topic, int partition = 0);
  // How many nodes have the partition in sync.
  int in_sync(const std::string& topic, int partition = 0);

 private:
  struct Free {
    void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
  };
  using Client = std::unique_ptr<rd_kafka_t, Free>;
  static Client client(rd_kafka_type_t type, const Settings& settings);
  static std::int64_t produce_by(rd_kafka_t* producer, const std::string& topic, int partition,
                                 std::optional<std::string_view> value,
                                 std::optional<std::string_view> key);
  void await_leaders(const std::string& topic, int partitions);
  void await_end(const std::string& topic);
  // One for each broker that the others name, 0 where it knows none. A new topic is known to one
  // broker before another. None: one of them does not answer just now.
  std::optional<std::vector<int>> leader_as_each_says(const std::string& topic, int partition);
  std::pair<std::int64_t, std::int64_t> offsets(const std::string& topic, int partition);

  Settings settings_;
  Client producer_;
};

}  // namespace optare
