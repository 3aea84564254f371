// Follows the topics into the mirror: one thread, no group, no offsets in Kafka.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "core/kafka/acknowledged.h"
#include "core/kafka/feed_connection.h"
#include "core/kafka/following.h"
#include "core/kafka/mirror.h"

namespace optare {

// One record as the topic has it.
struct FedRecord {
  std::uint64_t offset = 0;
  Timestamp time{};
  std::string_view key;
  bool by_broker = false;  // a broker set its time
};

// Control is drained before each slice of tokens. What comes is written to the mirror first, then
// told. After a fault of the mirror, or of the topic, it begins again at the mirror's end, with the
// record before that: when the topic has another one there, it is another history.
//
// Thread: all members from any; the callbacks come on the feed's own.
class Feed {
 public:
  struct Callbacks {
    // A record was written to the mirror. In order, once.
    std::function<void(Partition, const FedRecord&)> on_record;
    // Some can be read that could not before.
    std::function<void()> on_records;
    // One cannot be read: why, and what to do. Once for each.
    std::function<void(const std::string&)> on_unreadable;
    // About every 50 ms; whether the topics are still those that were mirrored.
    std::function<void(Feed& feed, bool same_history)> keep_time;
  };
  struct Counts {
    std::uint64_t holes = 0;       // offsets without a record
    std::uint64_t unstamped = 0;   // by no broker: void
    std::uint64_t oversized = 0;   // void
    std::uint64_t restarts = 0;    // of a partition
    std::uint64_t unreadable = 0;  // times that a record could not be read
  };
  // Throws KafkaFault. All parts outlive this.
  Feed(const KafkaConnection& connection, FeedOptions options, Mirror& mirror, KafkaCounts& counts,
       Callbacks callbacks);
  ~Feed();
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  // Why the topics are not those that were mirrored; empty when they are. It stays.
  std::string other_history() const;
  // Has the record before the mirror's end compared with the topic's own.
  void look_again(Partition partition);
  // Within `keep_time` only: this broker leads, whatever the one says that is read from.
  void turn_to(std::int32_t leader);
  // Within `keep_time` only: a record of this node's own proves that a topic lost its end.
  void end_is_lost(Partition partition, const Acknowledged::Loss& loss);
  // Within `keep_time` only: has this record, one that was read, compared with the topic's own;
  // until that is done it stays doubted, whatever it is begun again for.
  void doubt(Partition partition, std::uint64_t offset);
  // From now on that is how it is told.
  void end_is_proven() { end_is_proven_ = true; }
  // Whether the record before the mirror's end was found in every topic since the start, and each
  // that was doubted.
  bool compared() const { return compared_; }
  // Which record cannot be read, and why; empty when there is none.
  std::string unreadable() const;
  Counts feed_counts() const;
  // One past the last durable record, as the last fetch said; less than the mirror's end when none
  // did.
  std::uint64_t high_watermark(Partition partition) const;

 private:
  struct Followed {  // of one partition; the feed's thread only
    std::string name;
    std::optional<Following> following;
  };
  struct Unreadable {
    std::uint64_t offset = 0;
    std::string what;
  };
  using Steady = std::chrono::steady_clock;

  // `brokers`: none but these are asked first. Throws KafkaFault.
  std::shared_ptr<FeedConnection> connect(const std::string& brokers);
  void run();
  bool take_from(Partition partition);  // true: there was something
  void take(Partition partition, const rd_kafka_message_t& message, std::vector<LogRecord>& records,
            std::vector<FedRecord>& told);
  void take_error(Partition partition, const rd_kafka_message_t& message,
                  std::vector<LogRecord>& records);
  void note_unreadable(Partition partition, std::uint64_t offset, const char* why);
  void write(Partition partition, std::vector<LogRecord> records,
             const std::vector<FedRecord>& told);
  void fill_holes(Partition partition, std::uint64_t up_to, std::vector<LogRecord>& records);
  Following::Ways ways(Partition partition);
  void start_what_stands_still();
  std::optional<LogRecord> to_compare(Partition partition, std::optional<std::uint64_t> doubted);
  bool start(Partition partition, std::uint64_t offset);
  void stop_all();
  std::optional<TopicRange> range(Partition partition);
  void say_other_history(const std::string& what);
  void note_compared();
  Followed& followed(Partition partition) { return followed_[static_cast<std::size_t>(partition)]; }
  const Followed& followed(Partition partition) const {
    return followed_[static_cast<std::size_t>(partition)];
  }
  // REQUIRES: its topic is among the options'.
  Following& following(Partition partition) { return *followed(partition).following; }
  static Duration steady_now();

  const KafkaConnection& connection_;
  const FeedOptions options_;
  Mirror& mirror_;
  KafkaCounts& counts_;
  const Callbacks callbacks_;
  std::array<Followed, partitions.size()> followed_;
  Duration kept_time_at_{};

  struct Wake {
    std::mutex mutex;
    std::condition_variable changed;
    bool messages = false;
  };
  Wake wake_;
  std::atomic<bool> compared_ = false;
  std::atomic<bool> end_is_proven_ = false;
  mutable std::mutex mutex_;  // guards the rest
  // Written by the feed's thread, which alone may read it without.
  std::shared_ptr<FeedConnection> source_;
  std::string other_history_;
  std::array<bool, partitions.size()> look_again_{};
  Counts feed_counts_;
  std::map<Partition, Unreadable> unreadable_;  // the last of each, read since or not
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace optare
