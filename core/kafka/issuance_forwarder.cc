#include "core/kafka/issuance_forwarder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/encoding.h"
#include "core/issuance/batch.h"
#include "core/issuance/chain.h"
#include "core/issuance/forward_mark.h"
#include "core/issuance/spool.h"
#include "core/ports/crypto.h"

namespace optare {
namespace {

// Looks for itself so often, whatever it is told: waits end in time.
constexpr std::chrono::milliseconds look_interval{100};
constexpr std::size_t key_bytes = 16;

// For ever the same for a node.
std::uint32_t place_of(std::string_view node) {
  const auto hash = sha256(node);
  return (std::uint32_t{hash[0]} << 24U) | (std::uint32_t{hash[1]} << 16U) |
         (std::uint32_t{hash[2]} << 8U) | hash[3];
}

}  // namespace

void IssuanceForwarder::Wake::call() {
  {
    const std::scoped_lock lock(mutex);
    pending = true;
  }
  changed.notify_one();
}

IssuanceForwarder::IssuanceForwarder(Parts parts, ForwarderOptions options)
    : parts_(std::move(parts)), options_(std::move(options)), retry_after_(options_.retry_min) {
  const ForwardStart start = forward_start(parts_.spool, parts_.mark);
  if (!start.remark.empty()) parts_.remark(start.remark);
  next_ = acknowledged_ = marked_ = start.next;
  lost_ = start.lost;
  if (parts_.acknowledgements) parts_.acknowledgements->acknowledged(acknowledged_);
  publish();
  parts_.spool.on_records([wake = wake_] { wake->call(); });
  thread_ = std::thread([this] { run(); });
}

IssuanceForwarder::~IssuanceForwarder() {
  parts_.spool.on_records(nullptr);
  {
    const std::scoped_lock lock(wake_->mutex);
    wake_->stopping = true;
  }
  wake_->changed.notify_one();
  thread_.join();
}

void IssuanceForwarder::run() {
  while (!wait()) step();
  const auto until = Steady::now() + options_.stop_patience;
  for (step(); !all_forwarded() && Steady::now() < until; step()) {
    std::unique_lock lock(wake_->mutex);
    wake_->changed.wait_for(lock, look_interval, [this] { return wake_->pending; });
    wake_->pending = false;
  }
  keep_mark(true);
  if (parts_.acknowledgements) parts_.acknowledgements->close();
  producer_.reset();
}

bool IssuanceForwarder::gathers() const {
  return !parts_.acknowledgements && held_.size() < options_.records_max / 2;
}

bool IssuanceForwarder::wait() {
  std::unique_lock lock(wake_->mutex);
  if (gathers()) wake_->changed.wait_for(lock, options_.gather, [this] { return wake_->stopping; });
  wake_->changed.wait_for(lock, look_interval,
                          [this] { return wake_->pending || wake_->stopping; });
  wake_->pending = false;
  return wake_->stopping;
}

void IssuanceForwarder::step() {
  take_acknowledgements();
  try {
    hand_over();
  } catch (const LogFault& fault) {  // the spool's disk: tried again
    trouble_ = fault.what();
  } catch (const KafkaFault& fault) {
    give_up_producer(fault.what());
  }
  if (all_forwarded()) trouble_.clear();
  if (parts_.acknowledgements) parts_.acknowledgements->expire(Steady::now());
  keep_mark(false);
  publish();
}

// They come in order: a session begins at the first that is not acknowledged, and ends with the
// first failure. Only a topic that was given more partitions meanwhile disturbs that.
void IssuanceForwarder::take_acknowledgements() {
  if (!producer_) return;
  const std::uint64_t before = acknowledged_;
  bool in_order = true;
  producer_->poll([&](std::uint64_t offset) {
    in_order = in_order && !held_.empty() && held_.front().offset == offset;
    if (!in_order) return;
    held_bytes_ -= held_.front().bytes;
    held_.pop_front();
    acknowledged_ = offset + 1;
    ++forwarded_;
  });
  if (acknowledged_ > before) {
    retry_after_ = options_.retry_min;
    trouble_.clear();
    if (parts_.acknowledgements) parts_.acknowledgements->acknowledged(acknowledged_);
  }
  if (!producer_->fault().empty())
    give_up_producer(producer_->fault());
  else if (!in_order)
    give_up_producer("a batch was acknowledged before those that go before it");
}

void IssuanceForwarder::give_up_producer(std::string why) {
  trouble_ = std::move(why);
  producer_.reset();
  held_.clear();
  held_bytes_ = 0;
  ahead_.clear();
  ahead_given_ = 0;
  next_ = acknowledged_;
  retry_at_ = Steady::now() + retry_after_;
  retry_after_ = std::min(2 * retry_after_, options_.retry_max);
}

void IssuanceForwarder::hand_over() {
  if (Steady::now() < retry_at_) return;
  while (held_.size() < options_.records_max && held_bytes_ < options_.bytes_max && read_ahead()) {
    const LogRecord& record = ahead_[ahead_given_];
    const std::string_view node = node_of_batch(record.bytes);
    // Another node's may go to another partition: then acknowledgements tell nothing of those
    // before.
    if (!held_.empty() && node != node_) break;
    if (!producer_) {
      producer_ = std::make_unique<OrderedProducer>(
          parts_.connection, options_.topic, counts_, [wake = wake_.get()] { wake->call(); },
          options_.more);
    }
    node_ = node;
    producer_->go_to(place_of(node_));
    const BatchHash hash = batch_hash(record.bytes);
    producer_->produce(text_of(hash).substr(0, key_bytes), record.bytes, record.offset);
    if (!producer_->fault().empty()) return give_up_producer(producer_->fault());
    held_.push_back({record.offset, record.bytes.size(), record.time});
    held_bytes_ += record.bytes.size();
    next_ = record.offset + 1;
    std::string().swap(ahead_[ahead_given_++].bytes);  // librdkafka has its own copy
  }
}

// Whether there is a batch to hand over. Before a gap it waits for what is held: what becomes of
// that decides how much is lost.
bool IssuanceForwarder::read_ahead() {
  if (ahead_given_ == ahead_.size()) {
    ahead_given_ = 0;
    ahead_.clear();
    const std::size_t room = options_.records_max - held_.size();
    ahead_ =
        parts_.spool.read(issuance_partition, next_, std::min(room, options_.read_records_max));
  }
  const std::uint64_t kept_from =
      ahead_.empty() ? parts_.spool.cut(issuance_partition).offset : ahead_[ahead_given_].offset;
  if (kept_from > next_) {
    if (!held_.empty()) return false;
    skip_to(kept_from);
  }
  return !ahead_.empty();
}

// The spool dropped everything below `cut`. What is not acknowledged of it is lost, and never read
// again: so it is counted once.
// REQUIRES: nothing is held.
void IssuanceForwarder::skip_to(std::uint64_t cut) {
  const std::uint64_t missing = cut - acknowledged_;
  lost_ += missing;
  next_ = acknowledged_ = cut;
  if (parts_.acknowledgements) parts_.acknowledgements->lost(cut);
  parts_.remark(fmt::format("{} batches were dropped before they were forwarded", missing));
}

void IssuanceForwarder::keep_mark(bool now) {
  if (acknowledged_ == marked_ || (!now && Steady::now() < mark_due_)) return;
  mark_due_ = Steady::now() + options_.mark_interval;
  try {
    parts_.keep_mark(forward_mark_text(forward_mark_at(parts_.spool, acknowledged_)));
    marked_ = acknowledged_;
    mark_trouble_.clear();
  } catch (const std::exception& fault) {  // the disk: what is not marked is sent again
    counts_.error("mark", RD_KAFKA_RESP_ERR__FS);
    mark_trouble_ = fault.what();
  }
}

bool IssuanceForwarder::all_forwarded() const {
  if (!held_.empty()) return false;
  try {
    return acknowledged_ >= parts_.spool.end(issuance_partition);
  } catch (const LogFault&) {
    return false;
  }
}

void IssuanceForwarder::publish() {
  std::optional<Timestamp> oldest;
  if (!held_.empty())
    oldest = held_.front().time;
  else if (ahead_given_ < ahead_.size())
    oldest = ahead_[ahead_given_].time;
  const std::scoped_lock lock(status_mutex_);
  if (oldest || acknowledged_ != status_acknowledged_) status_oldest_ = oldest;
  status_acknowledged_ = acknowledged_;
  status_.forwarded = forwarded_;
  status_.lost = lost_;
  status_.held_records = held_.size() + ahead_.size() - ahead_given_;
  status_.held_bytes = held_bytes_;
  for (const LogRecord& record : ahead_) status_.held_bytes += record.bytes.size();
  status_.held_records_most = std::max(status_.held_records_most, status_.held_records);
  status_.trouble = trouble();
}

// What the producer of now met is newer than what ended the last one.
std::string IssuanceForwarder::trouble() const {
  if (all_forwarded()) return mark_trouble_;
  if (producer_ && !producer_->trouble().empty()) return producer_->trouble();
  return trouble_.empty() ? mark_trouble_ : trouble_;
}

ForwardStatus IssuanceForwarder::status() const {
  std::optional<std::uint64_t> end;
  try {
    end = parts_.spool.end(issuance_partition);
  } catch (const LogFault&) {  // nobody knows before the spool's files were looked into
  }
  const std::scoped_lock lock(status_mutex_);
  ForwardStatus status = status_;
  status.queue = end && *end > status_acknowledged_ ? *end - status_acknowledged_ : 0;
  if (status.queue > 0 && status_oldest_)
    status.age = std::max(Duration{}, parts_.spool.now() - *status_oldest_);
  status.errors = counts_.errors();
  return status;
}

}  // namespace optare
