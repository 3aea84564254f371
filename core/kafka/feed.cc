#include "core/kafka/feed.h"

#include <algorithm>
#include <utility>

#include "core/kafka/fetch_error.h"

namespace optare {
namespace {

// Written at once, and one record more: what has come is applied while the rest is written.
constexpr std::size_t slice_bytes_max = 1U << 20U;
// Slices of control before it is the turn of tokens, whatever is left.
constexpr int control_slices_max = 32;
constexpr std::chrono::milliseconds idle_max{50};
constexpr std::chrono::milliseconds range_patience{1'000};  // longer than a fetch waits

std::string_view payload_of(const rd_kafka_message_t& message) {
  return {static_cast<const char*>(message.payload), message.len};
}

struct Stamp {
  Timestamp time{};
  bool by_broker = false;
};
Stamp stamp_of(const rd_kafka_message_t& message) {
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const std::int64_t time = rd_kafka_message_timestamp(&message, &type);
  return {timestamp_of(std::max<std::int64_t>(time, 0)),
          type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME};
}

}  // namespace

Feed::Feed(const KafkaConnection& connection, FeedOptions options, Mirror& mirror,
           KafkaCounts& counts, Callbacks callbacks)
    : connection_(connection),
      options_(std::move(options)),
      mirror_(mirror),
      counts_(counts),
      callbacks_(std::move(callbacks)) {
  for (const auto& [partition, name] : options_.topics) {
    Followed& part = followed(partition);
    part.name = name;
    part.following.emplace(name, ways(partition));
  }
  source_ = connect(connection_.brokers);
  thread_ = std::thread([this] { run(); });
}

std::shared_ptr<FeedConnection> Feed::connect(const std::string& brokers) {
  return std::make_shared<FeedConnection>(connection_, options_, brokers, counts_, [this] {
    {
      const std::scoped_lock lock(wake_.mutex);
      wake_.messages = true;
    }
    wake_.changed.notify_one();
  });
}

Feed::~Feed() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  {
    const std::scoped_lock lock(wake_.mutex);
    wake_.messages = true;
  }
  wake_.changed.notify_one();
  thread_.join();
  stop_all();
}

Duration Feed::steady_now() {
  return std::chrono::duration_cast<Duration>(Steady::now().time_since_epoch());
}

std::string Feed::other_history() const {
  const std::scoped_lock lock(mutex_);
  return other_history_;
}

void Feed::look_again(Partition partition) {
  const std::scoped_lock lock(mutex_);
  look_again_.at(static_cast<std::size_t>(partition)) = true;
}

Feed::Counts Feed::feed_counts() const {
  const std::scoped_lock lock(mutex_);
  return feed_counts_;
}

std::uint64_t Feed::high_watermark(Partition partition) const {
  const std::string& name = followed(partition).name;
  std::int64_t low = 0;
  std::int64_t high = 0;
  const auto source = [&] {
    const std::scoped_lock lock(mutex_);
    return source_;
  }();
  const auto error = rd_kafka_get_watermark_offsets(source->handle(), name.c_str(), 0, &low, &high);
  return error == RD_KAFKA_RESP_ERR_NO_ERROR && high > 0 ? static_cast<std::uint64_t>(high) : 0;
}

void Feed::run() {
  for (;;) {
    {
      const std::scoped_lock lock(mutex_);
      if (stopping_) return;
    }
    start_what_stands_still();
    bool any = false;
    for (int slice = 0; slice < control_slices_max && take_from(Partition::control); ++slice)
      any = true;
    any |= take_from(Partition::tokens_00);
    rd_kafka_poll(source_->handle(), 0);
    if (const Duration now = steady_now(); now - kept_time_at_ >= idle_max) {
      kept_time_at_ = now;
      callbacks_.keep_time(*this, other_history().empty());
    }
    if (any) continue;
    std::unique_lock lock(wake_.mutex);
    wake_.changed.wait_for(lock, idle_max, [&] { return wake_.messages; });
    wake_.messages = false;
  }
}

bool Feed::take_from(Partition partition) {
  const auto& part = followed(partition).following;
  if (!part || !part->followed()) return false;
  const auto messages = source_->take(partition);
  if (messages.empty()) return false;
  std::vector<LogRecord> records;
  std::vector<FedRecord> told;
  std::size_t bytes = 0;
  const auto write_them = [&] {
    if (!records.empty()) write(partition, std::exchange(records, {}), std::exchange(told, {}));
    bytes = 0;
  };
  for (const FeedConnection::Message& message : messages) {
    if (!part->followed()) break;  // stopped by one before
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
      take(partition, *message, records, told);
    else
      take_error(partition, *message, records);
    bytes += message->len;
    if (bytes >= slice_bytes_max) write_them();
  }
  write_them();
  note_compared();
  return true;
}

void Feed::fill_holes(Partition partition, std::uint64_t up_to, std::vector<LogRecord>& records) {
  std::uint64_t next = mirror_.end(partition) + records.size();
  if (next >= up_to) return;
  const std::scoped_lock lock(mutex_);
  for (; next < up_to; ++next) {
    records.push_back({.offset = next, .bytes = {}});
    ++feed_counts_.holes;
  }
}

void Feed::take(Partition partition, const rd_kafka_message_t& message,
                std::vector<LogRecord>& records, std::vector<FedRecord>& told) {
  const auto offset = static_cast<std::uint64_t>(message.offset);
  const Stamp stamp = stamp_of(message);
  if (!following(partition).record(offset, stamp.time, payload_of(message))) return;
  if (offset < mirror_.end(partition) + records.size()) return;  // known since the last time
  fill_holes(partition, offset, records);
  const bool unstamped = options_.broker_time_only && !stamp.by_broker;
  const bool oversized = message.len > options_.record_bytes_max;
  if (unstamped || oversized) {
    records.push_back({.offset = offset, .bytes = {}});
    const std::scoped_lock lock(mutex_);
    ++(unstamped ? feed_counts_.unstamped : feed_counts_.oversized);
    return;
  }
  records.push_back(
      {.offset = offset, .time = stamp.time, .bytes = std::string(payload_of(message))});
  told.push_back({.offset = offset,
                  .time = stamp.time,
                  .key = {static_cast<const char*>(message.key), message.key_len},
                  .by_broker = stamp.by_broker});
}

void Feed::note_compared() {
  compared_ = std::ranges::all_of(
      followed_, [](const Followed& part) { return part.following && part.following->compared(); });
}

void Feed::take_error(Partition partition, const rd_kafka_message_t& message,
                      std::vector<LogRecord>& records) {
  const FetchError means = fetch_error(message.err);
  if (means != FetchError::end) counts_.error("consume", message.err);
  counts_.met(message.err, "Read", followed(partition).name);
  switch (means) {
    case FetchError::end: {
      const auto end = static_cast<std::uint64_t>(message.offset);
      if (following(partition).end(end)) fill_holes(partition, end, records);
      return;
    }
    case FetchError::out_of_range:
      return following(partition).out_of_range();
    case FetchError::unreadable:
      note_unreadable(partition, mirror_.end(partition) + records.size(),
                      rd_kafka_message_errstr(&message));
      [[fallthrough]];
    case FetchError::nothing_came:
      return following(partition).rest();
  }
}

void Feed::note_unreadable(Partition partition, std::uint64_t offset, const char* why) {
  std::string what = record_is_unreadable(followed(partition).name, offset, why);
  {
    const std::scoped_lock lock(mutex_);
    ++feed_counts_.unreadable;
    const auto [known, is_new] = unreadable_.try_emplace(partition);
    if (!is_new && known->second.offset == offset) return;
    known->second = {offset, what};
  }
  if (callbacks_.on_unreadable) callbacks_.on_unreadable(what);
}

std::string Feed::unreadable() const {
  const std::scoped_lock lock(mutex_);
  for (const auto& [partition, record] : unreadable_)
    if (mirror_.end(partition) <= record.offset) return record.what;
  return {};
}

std::optional<TopicRange> Feed::range(Partition partition) {
  const std::string& name = followed(partition).name;
  rd_kafka_t* const handle = source_->handle();
  const auto low = topic_offset(handle, name, 0, RD_KAFKA_OFFSET_BEGINNING, range_patience);
  const auto high = low ? topic_offset(handle, name, 0, RD_KAFKA_OFFSET_END, range_patience) : low;
  if (high) return TopicRange{*low, *high};
  counts_.error("range", high.error());
  return std::nullopt;
}

// A connection that knows this broker alone hears of the leader from it: any other one may be the
// leader of before, and is asked by chance.
void Feed::turn_to(std::int32_t leader) {
  constexpr std::chrono::milliseconds patience{1'000};
  const std::string address = broker_address(source_->handle(), leader, patience);
  if (address.empty()) return counts_.error("leader", RD_KAFKA_RESP_ERR__UNKNOWN_BROKER);
  try {
    auto source = connect(address);
    // It may have died since it acknowledged, and nobody else would ever be asked.
    if (broker_address(source->handle(), leader, patience).empty())
      return counts_.error("leader", RD_KAFKA_RESP_ERR__TRANSPORT);
    stop_all();
    const std::scoped_lock lock(mutex_);
    std::swap(source_, source);  // the old one ends without the lock
  } catch (const KafkaFault&) {
    counts_.error("leader", RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE);
  }
}

void Feed::end_is_lost(Partition partition, const Acknowledged::Loss& loss) {
  following(partition).end_is_lost(loss);
}

void Feed::doubt(Partition partition, std::uint64_t offset) {
  following(partition).doubt(offset);
  note_compared();
}

void Feed::write(Partition partition, std::vector<LogRecord> records,
                 const std::vector<FedRecord>& told) {
  if (!mirror_.write(partition, std::move(records))) {
    for (Followed& part : followed_)
      if (part.following) part.following->rest();
    return;
  }
  for (const FedRecord& record : told) callbacks_.on_record(partition, record);
  callbacks_.on_records();
}

void Feed::say_other_history(const std::string& what) {
  stop_all();
  {
    const std::scoped_lock lock(mutex_);
    if (other_history_.empty()) other_history_ = what;
  }
  callbacks_.on_records();  // whoever follows finds out at once
}

Following::Ways Feed::ways(Partition partition) {
  Following::Ways ways;
  ways.now = steady_now;
  ways.to_compare = [this, partition](std::optional<std::uint64_t> doubted) {
    return to_compare(partition, doubted);
  };
  ways.read_up_to = [this, partition] { return mirror_.end(partition); };
  ways.start = [this, partition](std::uint64_t offset) { return start(partition, offset); };
  ways.stop = [this, partition] { source_->stop(partition); };
  ways.range = [this, partition] { return range(partition); };
  ways.end_is_proven = [this] { return end_is_proven_.load(); };
  ways.other_history = [this](const std::string& why) { say_other_history(why); };
  return ways;
}

void Feed::start_what_stands_still() {
  for (const Partition partition : partitions) {
    {
      const std::scoped_lock lock(mutex_);
      if (!other_history_.empty()) return;
      if (!std::exchange(look_again_.at(static_cast<std::size_t>(partition)), false)) continue;
    }
    if (auto& part = followed(partition).following) part->stop();
  }
  for (Followed& part : followed_)
    if (part.following) part.following->start_when_due();
  note_compared();
}

std::optional<LogRecord> Feed::to_compare(Partition partition,
                                          std::optional<std::uint64_t> doubted) {
  if (!mirror_.reopen()) throw LogFault(mirror_.fault());
  if (doubted && *doubted < mirror_.end(partition))
    if (auto records = mirror_.read(partition, *doubted, 1); !records.empty())
      return std::move(records.front());
  return mirror_.last_real_record(partition);
}

bool Feed::start(Partition partition, std::uint64_t offset) {
  if (const auto error = source_->start(partition, offset); error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    counts_.error("start", error);
    return false;
  }
  const std::scoped_lock lock(mutex_);
  ++feed_counts_.restarts;
  return true;
}

void Feed::stop_all() {
  for (Followed& part : followed_)
    if (part.following) part.following->stop();
}

}  // namespace optare
