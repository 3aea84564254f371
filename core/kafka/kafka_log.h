// The ordered log on Kafka: appends by a producer, reads from this node's mirror of the topics
// (design D1, D3, D4, D11).
#pragma once

#include <atomic>
#include <filesystem>

#include "core/kafka/end_asker.h"
#include "core/kafka/feed.h"
#include "core/kafka/log_keeper.h"
#include "core/kafka/producer.h"

namespace optare {

struct KafkaLogOptions {
  KafkaConnection connection;
  std::filesystem::path directory;  // the mirror
  // read_only: the mirror alone, beside a running server or without brokers; `append` refuses.
  OpenMode mode = OpenMode::write;
  MirrorLimits mirror{};
  // Below so much free space appends are refused: what cannot be read back is not settled.
  std::uint64_t disk_reserve_bytes = 64ULL << 20U;
  // Without proof for so long it says so to operators.
  Duration silence_told_after = std::chrono::seconds(15);
  // Told, on the feed's thread, of a record that cannot be read: once for each.
  std::function<void(const std::string&)> unreadable;
  // Between two questions whether a topic is still the one that was followed.
  Duration history_interval = std::chrono::seconds(10);
  // Brokers answer a fetch as soon as there is something; librdkafka's mock does not.
  Duration fetch_wait = std::chrono::milliseconds(500);
  // Only a broker's time counts. librdkafka's mock keeps the producer's.
  bool broker_time_only = true;
  // Further settings of librdkafka's, for tests.
  KafkaSettings producer_settings{};
  KafkaSettings consumer_settings{};
};

// For metrics. Times are since the start.
struct KafkaStatus {
  struct Part {
    Partition partition{};
    std::uint64_t mirror_end = 0;
    std::uint64_t high_watermark = 0;  // as the last fetch said; 0: none did
    std::uint64_t lag() const {
      return high_watermark > mirror_end ? high_watermark - mirror_end : 0;
    }
    Duration age{};                // since what is read here was proven whole
    std::optional<Duration> skew;  // wall clock minus log time; none: not measured yet
  };
  std::vector<Part> parts;
  RoundTrips round_trips;                       // of appends that were acknowledged
  std::map<std::string, std::uint64_t> errors;  // by "<part> <kind>"
  BrokerCounts brokers;
  Feed::Counts feed;
  std::uint64_t ticks_sent = 0;
  std::uint64_t ends_asked = 0;      // questions that went to a broker
  std::uint64_t histories_told = 0;  // answers that tell whether a topic is the same
  std::uint64_t producers_rebuilt = 0;
};

// Offsets are Kafka's. The wall clock decides nothing here, but that one which is far from the
// brokers' refuses to write.
//
// Thread: all members from any. `done` of an append is called on the producer's thread, on_records
// on the feed's.
class KafkaLog final : public EventLog {
 public:
  // Throws LogFault, KafkaFault. Needs no broker to be there. The references outlive this.
  KafkaLog(const RocksResources& resources, const Clock& clock, Random& random,
           KafkaLogOptions options);
  ~KafkaLog() override;
  KafkaLog(const KafkaLog&) = delete;
  KafkaLog& operator=(const KafkaLog&) = delete;

  void append(Partition partition, std::string frame, Appended done) override;
  std::vector<LogRecord> read(Partition partition, std::uint64_t offset,
                              std::size_t records_max) const override;
  std::uint64_t end(Partition partition) const override { return mirror_.end(partition); }
  Currency currency(Partition partition) const override;
  void ask_end(Partition partition, EndAnswered done) const override;
  // Without any record to go by: the wall clock.
  Timestamp now() const override;
  void on_records(std::function<void()> callback) override;
  std::string other_history() const override;
  void look_again(Partition partition) const override;

  // Fetches until everything that was durable when called is in the mirror; false when not in time,
  // or when it is another history. After a power loss the mirror may be older than the view until
  // then.
  bool catch_up(Duration patience,
                const std::function<void(std::uint64_t done, std::uint64_t total)>& progress = {});
  // Makes ticks from now on (they need the fleet's key, which comes later than the log). Without
  // them it is current only as long as this node appends.
  void tick_with(std::function<std::string(Partition)> make_tick);
  // Which right brokers missed just now; empty: none.
  std::string lacking_right() const { return counts_.lacking_right(); }
  std::uint64_t rights_missed() const { return counts_.rights_missed(); }  // so often, ever
  // Why it is not as it should be; empty when it is. For /readyz.
  std::string fault() const;
  KafkaStatus status() const;

 private:
  std::optional<Append> refusal(const std::string& frame) const;
  LogKeeper::Ways ways();
  HistoryWatch::Ways watch_ways();
  void keep_time(Feed& feed, bool same_history);
  void judge_leader(Feed& feed);

  const Clock& clock_;
  const KafkaLogOptions options_;
  const Duration opened_at_;
  KafkaCounts counts_;
  Mirror mirror_;

  LogKeeper keeper_;
  HistoryWatch watch_;

  mutable std::mutex mutex_;
  std::function<void()> on_records_;  // GUARDED_BY(mutex_)

  std::atomic<bool> has_room_ = true;
  Duration looked_at_room_at_{};  // the feed's thread only
  // The destructor ends them; null when read only.
  std::unique_ptr<EndAsker> asker_;
  std::unique_ptr<KafkaProducer> producer_;
  std::unique_ptr<Feed> feed_;
};

}  // namespace optare
