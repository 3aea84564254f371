#include "core/kafka/kafka_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>

#include "core/kafka/topics.h"

namespace optare {
namespace {

constexpr Duration room_interval = std::chrono::seconds(1);
// How far from the end a record before a silence is looked for that is not asked about yet.
constexpr std::uint64_t unasked_records_max = 256;

std::map<Partition, std::string> topics_of(const KafkaConnection& connection) {
  const TopicNames names(connection.topic_prefix);
  return {{Partition::control, names.control}, {Partition::tokens_00, names.tokens}};
}

ProducerOptions producer_options(const KafkaLogOptions& options) {
  ProducerOptions producer;
  producer.topics = topics_of(options.connection);
  producer.broker_time_only = options.broker_time_only;
  producer.more = options.producer_settings;
  return producer;
}

FeedOptions feed_options(const KafkaLogOptions& options) {
  FeedOptions feed;
  feed.topics = topics_of(options.connection);
  feed.fetch_wait = options.fetch_wait;
  feed.broker_time_only = options.broker_time_only;
  feed.more = options.consumer_settings;
  return feed;
}

// A beginning that cannot be read refuses no start: then it is the last record, which may be of a
// topic that was made anew, but notices one that was since.
std::optional<LogRecord> first_to_ask_about(const Mirror& mirror, Partition partition) {
  try {
    return mirror.first_real_record(partition);
  } catch (const LogFault&) {
    return mirror.last_real_record(partition);
  }
}

// Those before silences that the node may have ended before it asked about.
std::vector<ReadRecord> silences_to_ask_about(const Mirror& mirror, Partition partition) {
  const std::uint64_t end = mirror.end(partition);
  std::vector<LogRecord> read;  // without their bytes: one read returns no more than some megabytes
  try {
    for (std::uint64_t at = end - std::min(end, unasked_records_max); at < end; ++at) {
      for (const LogRecord& record : mirror.read(partition, at, end - at))
        read.push_back({.offset = record.offset, .time = record.time, .bytes = {}});
      at = read.back().offset;
    }
  } catch (const LogFault&) {  // the same holds for these
    return {};
  }
  return before_silences(read, HistoryWatch::unasked_max);
}

}  // namespace

KafkaLog::KafkaLog(const RocksResources& resources, const Clock& clock, Random& random,
                   KafkaLogOptions options)
    : clock_(clock),
      options_(std::move(options)),
      opened_at_(clock.boottime()),
      mirror_(resources, options_.directory, options_.mode, options_.mirror),
      keeper_(clock, random, ways()),
      watch_(options_.history_interval, watch_ways()) {
  for (const Partition partition : partitions) {
    if (const auto last = mirror_.last_real_record(partition))
      keeper_.read_before(partition, last->time);
  }
  if (options_.mode == OpenMode::read_only) return;
  for (const Partition partition : partitions) {
    if (const auto first = first_to_ask_about(mirror_, partition))
      watch_.read_before(partition, {first->offset, first->time});
    for (const ReadRecord& before : silences_to_ask_about(mirror_, partition))
      watch_.read_before(partition, before);
  }
  asker_ = std::make_unique<EndAsker>(options_.connection, topics_of(options_.connection), counts_);
  producer_ =
      std::make_unique<KafkaProducer>(options_.connection, producer_options(options_), counts_);
  Feed::Callbacks callbacks;
  callbacks.on_record = [this](Partition partition, const FedRecord& record) {
    keeper_.read(partition, record.time, record.key);
    watch_.read(partition, {record.offset, record.time}, clock_.boottime());
  };
  callbacks.on_records = [this] {
    keeper_.answer_proofs();
    const auto callback = [&] {
      const std::scoped_lock lock(mutex_);
      return on_records_;
    }();
    if (callback) callback();
  };
  callbacks.on_unreadable = options_.unreadable;
  callbacks.keep_time = [this](Feed& feed, bool same_history) { keep_time(feed, same_history); };
  feed_ = std::make_unique<Feed>(options_.connection, feed_options(options_), mirror_, counts_,
                                 std::move(callbacks));
}

// The feed asks the asker, and both append ticks.
KafkaLog::~KafkaLog() {
  feed_.reset();
  asker_.reset();
  producer_.reset();
  keeper_.abandon_proofs();
}

LogKeeper::Ways KafkaLog::ways() {
  LogKeeper::Ways ways;
  ways.end = [this](Partition partition) { return end(partition); };
  ways.produce = [this](Partition partition, const RecordKey& key, const std::string& frame,
                        LogKeeper::Produced done) {
    producer_->append(partition, key, frame, std::move(done));
  };
  ways.ask_end = [this](Partition partition, EndAnswered done) {
    asker_->ask(partition, std::move(done));
  };
  return ways;
}

HistoryWatch::Ways KafkaLog::watch_ways() {
  HistoryWatch::Ways ways;
  ways.time_of = [this](Partition partition, std::uint64_t offset) -> std::optional<Timestamp> {
    try {
      const auto records = mirror_.read(partition, offset, 1);
      return records.empty() ? std::nullopt : std::optional(records.front().time);
    } catch (const LogFault&) {
      return std::nullopt;
    }
  };
  ways.ask_first = [this](Partition partition, Timestamp since, HistoryWatch::FirstAnswered done) {
    asker_->ask_first(partition, since, std::move(done));
  };
  return ways;
}

std::optional<Append> KafkaLog::refusal(const std::string& frame) const {
  if (!producer_ || frame.size() > frame_bytes_max || !other_history().empty())
    return Append::not_persisted;
  if (!has_room_) return Append::refused_disk_full;
  return keeper_.refuses_wall_clock() ? std::optional(Append::refused_clock) : std::nullopt;
}

void KafkaLog::append(Partition partition, std::string frame, Appended done) {
  if (const auto refused = refusal(frame)) return done(*refused);
  keeper_.append(partition, frame, std::move(done));
}

std::vector<LogRecord> KafkaLog::read(Partition partition, std::uint64_t offset,
                                      std::size_t records_max) const {
  return mirror_.read(partition, offset, records_max);
}

Currency KafkaLog::currency(Partition partition) const { return keeper_.currency(partition); }

Timestamp KafkaLog::now() const { return keeper_.now(); }

void KafkaLog::ask_end(Partition partition, EndAnswered done) const {
  if (!asker_) return done(end(partition));
  keeper_.ask_end(partition, std::move(done));
}

void KafkaLog::on_records(std::function<void()> callback) {
  const std::scoped_lock lock(mutex_);
  on_records_ = std::move(callback);
}

std::string KafkaLog::other_history() const { return feed_ ? feed_->other_history() : ""; }

void KafkaLog::look_again(Partition partition) const {
  if (feed_) feed_->look_again(partition);
}

void KafkaLog::tick_with(std::function<std::string(Partition)> make_tick) {
  if (feed_) feed_->end_is_proven();
  keeper_.tick_with(std::move(make_tick));
}

// On the feed's thread.
void KafkaLog::keep_time(Feed& feed, bool same_history) {
  if (!same_history) return keeper_.answer_proofs();
  judge_leader(feed);
  const Duration now = clock_.boottime();
  watch_.judge(
      now, [&feed](Partition partition, std::uint64_t offset) { feed.doubt(partition, offset); });
  if (now - looked_at_room_at_ >= room_interval) {
    looked_at_room_at_ = now;
    const auto free = mirror_.free_bytes();
    has_room_ = !free || *free >= options_.disk_reserve_bytes;
  }
  keeper_.keep_time();
}

// On the feed's thread.
void KafkaLog::judge_leader(Feed& feed) {
  const LogKeeper::Finding found = keeper_.judge_leader();
  if (const auto* lost = std::get_if<LogKeeper::LostEnd>(&found))
    feed.end_is_lost(lost->partition, lost->loss);
  if (const auto* missed = std::get_if<LogKeeper::MissedLeader>(&found)) {
    feed.turn_to(missed->broker);
    keeper_.turned();
  }
}

bool KafkaLog::catch_up(
    Duration patience,
    const std::function<void(std::uint64_t done, std::uint64_t total)>& progress) {
  constexpr std::chrono::milliseconds look_interval{20};
  if (!feed_) return true;  // read only: there is nothing to fetch from
  const auto until = std::chrono::steady_clock::now() + patience;
  const auto in_time = [&] {
    return std::chrono::steady_clock::now() < until && other_history().empty();
  };
  std::array<std::optional<std::uint64_t>, partitions.size()> ends{};
  const auto all_fetched = [&] {
    std::uint64_t done = 0;
    std::uint64_t total = 0;
    for (const Partition partition : partitions) {
      const std::uint64_t fetched = end(partition);
      const std::uint64_t its_end =
          ends.at(static_cast<std::size_t>(partition))
              .value_or(std::max(fetched, feed_->high_watermark(partition)));
      done += std::min(fetched, its_end);
      total += its_end;
    }
    if (progress) progress(done, total);
    return done == total;
  };
  for (const Partition partition : partitions) {
    auto& its_end = ends.at(static_cast<std::size_t>(partition));
    while (!its_end && in_time()) {
      auto answer = std::make_shared<std::promise<std::optional<std::uint64_t>>>();
      auto future = answer->get_future();
      ask_end(partition, [answer](std::optional<std::uint64_t> told) { answer->set_value(told); });
      // What proves an end stands behind everything that there is to fetch: how far that is, is
      // told meanwhile. The asker's own patience bounds it.
      while (future.wait_for(look_interval) != std::future_status::ready) all_fetched();
      its_end = future.get();
    }
    if (!its_end) return false;
  }
  for (;;) {
    // A mirror that is ahead of the topic is no mirror of it: the feed will say so.
    if (all_fetched() && watch_.settled() && feed_->compared()) return other_history().empty();
    if (!in_time()) return false;
    std::this_thread::sleep_for(look_interval);
  }
}

std::string KafkaLog::fault() const {
  if (std::string fault = mirror_.fault(); !fault.empty()) return fault;
  if (std::string fault = other_history(); !fault.empty()) return fault;
  if (!feed_) return {};
  if (std::string fault = feed_->unreadable(); !fault.empty()) return fault;
  if (std::string lacking = lacking_right(); !lacking.empty()) return lacking;
  const Duration now = clock_.boottime();
  for (const Partition partition : partitions) {
    const Duration silent = now - std::max(currency(partition).at, opened_at_);
    if (silent > options_.silence_told_after) {
      return fmt::format(
          "{}: nothing has proven for {} s that all of it is read: the brokers are "
          "away, or do not take this node's ticks",
          partition_name(partition), std::chrono::floor<std::chrono::seconds>(silent).count());
    }
  }
  return {};
}

KafkaStatus KafkaLog::status() const {
  KafkaStatus status;
  const Duration now = clock_.boottime();
  for (const Partition partition : partitions) {
    KafkaStatus::Part its;
    its.partition = partition;
    its.mirror_end = end(partition);
    if (feed_) its.high_watermark = feed_->high_watermark(partition);
    its.age = now - currency(partition).at;
    its.skew = keeper_.skew(partition);
    status.parts.push_back(its);
  }
  status.round_trips = counts_.round_trips();
  status.errors = counts_.errors();
  status.brokers = counts_.brokers();
  status.ticks_sent = keeper_.ticks_sent();
  status.histories_told = watch_.answers();
  if (feed_) status.feed = feed_->feed_counts();
  if (asker_) status.ends_asked = asker_->questions_asked();
  if (producer_) status.producers_rebuilt = producer_->rebuilt();
  return status;
}

}  // namespace optare
