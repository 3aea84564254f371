// Reads one partition of a topic from its beginning, without a group and without stored offsets.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/kafka/client.h"

namespace optare {

// Thread: one at a time.
class TopicReader {
 public:
  using Patience = std::chrono::milliseconds;
  struct Record {
    std::uint64_t offset = 0;
    std::string_view key;
    std::optional<std::string_view> value;  // none: a tombstone
  };

  // Reads nothing before the first poll. `fetch_wait`: how long a broker keeps a question for what
  // is new; it answers as soon as something is. Throws KafkaFault.
  TopicReader(const KafkaConnection& connection, const std::string& topic, Patience fetch_wait,
              int partition = 0);
  ~TopicReader();
  TopicReader(const TopicReader&) = delete;
  TopicReader& operator=(const TopicReader&) = delete;

  // Hands over the next record, waiting for one at most `patience`. False: there was none. One that
  // cannot be read is never passed over: it is asked for again, and `fault` says so.
  bool poll(Patience patience, const std::function<void(const Record&)>& take);
  // Everything is handed over once more, from the first record that there is then; nothing is read
  // before the next poll.
  void begin_again();
  // A fault ended it, and it is not begun again yet.
  bool stands_still() const { return !started_; }
  // The topic did not have what comes next, as was last said: it may be another one.
  bool lost_its_place() const { return lost_its_place_; }
  // Nothing more was there at the last poll that could tell.
  bool at_end() const { return at_end_; }
  // Everything below it that the topic still holds was handed over.
  std::uint64_t position() const { return position_; }
  // The first record that is kept and one past the last, asked of the broker again and again for
  // about `patience`. None: `fault` says why.
  struct Bounds {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
  };
  std::optional<Bounds> bounds(Patience patience);
  std::optional<std::uint64_t> end(Patience patience);  // alone, which is one question less
  // Why there is nothing to read; empty when all is well.
  const std::string& fault() const { return fault_; }
  // A right is lacking, which comes by itself seldom.
  bool refused() const { return !fault_.empty() && refused_; }

 private:
  using Steady = std::chrono::steady_clock;

  bool start();
  void stop();
  void stop_at(const rd_kafka_message_t& error);
  void heard();
  std::optional<std::uint64_t> offset(std::int64_t which, Patience patience);

  KafkaHandle consumer_;
  KafkaTopicHandle topic_;
  const std::int32_t partition_;
  KafkaQueue queue_;
  bool began_ = false;
  bool started_ = false;
  bool at_end_ = false;
  bool lost_its_place_ = false;
  Steady::time_point start_at_{};
  std::uint64_t position_ = 0;
  std::string fault_;
  bool refused_ = false;
};

}  // namespace optare
