#include "core/kafka/issuance_forwarder.h"

#include <algorithm>
#include <utility>

#include "core/issuance/spool.h"

namespace optare {
namespace {

// Looks for itself so often, whatever it is told: waits end in time.
constexpr std::chrono::milliseconds look_interval{100};

}  // namespace

void IssuanceForwarder::Wake::call() {
  {
    const std::scoped_lock lock(mutex);
    pending = true;
  }
  changed.notify_one();
}

IssuanceForwarder::IssuanceForwarder(Parts parts, ForwarderOptions options)
    : parts_(std::move(parts)),
      options_(std::move(options)),
      forwarding_(parts_.spool, parts_.mark, parts_.acknowledgements, options_.limits, ways()) {
  publish();
  parts_.spool.on_records([wake = wake_] { wake->call(); });
  thread_ = std::thread([this] { run(); });
}

Forwarding::Ways IssuanceForwarder::ways() {
  Forwarding::Ways ways;
  ways.now = [] { return std::chrono::duration_cast<Duration>(Steady::now().time_since_epoch()); };
  ways.begin = [this]() -> std::string {
    try {
      producer_ = std::make_unique<OrderedProducer>(
          parts_.connection, options_.topic, counts_, [wake = wake_.get()] { wake->call(); },
          options_.more);
    } catch (const KafkaFault& fault) {
      return fault.what();
    }
    return {};
  };
  ways.end = [this] { producer_.reset(); };
  ways.send = [this](std::uint32_t place, std::string_view key, std::string_view batch,
                     std::uint64_t offset) {
    producer_->go_to(place);
    producer_->produce(key, batch, offset);
  };
  ways.poll = [this](const auto& acknowledged) { producer_->poll(acknowledged); };
  ways.fault = [this] { return producer_->fault(); };
  ways.keep_mark = parts_.keep_mark;
  ways.mark_failed = [this] { counts_.error("mark", RD_KAFKA_RESP_ERR__FS); };
  ways.remark = parts_.remark;
  return ways;
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
  for (step(); !forwarding_.all_forwarded() && Steady::now() < until; step()) {
    std::unique_lock lock(wake_->mutex);
    wake_->changed.wait_for(lock, look_interval, [this] { return wake_->pending; });
    wake_->pending = false;
  }
  forwarding_.keep_mark(true);
  if (parts_.acknowledgements) parts_.acknowledgements->close();
  forwarding_.end_session();
}

bool IssuanceForwarder::gathers() const {
  return !parts_.acknowledgements && forwarding_.sent_records() < options_.limits.records_max / 2;
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
  forwarding_.step();
  if (parts_.acknowledgements) parts_.acknowledgements->expire(Steady::now());
  publish();
}

void IssuanceForwarder::publish() {
  const std::optional<Timestamp> oldest = forwarding_.oldest_held();
  const std::scoped_lock lock(status_mutex_);
  if (oldest || forwarding_.acknowledged() != status_acknowledged_) status_oldest_ = oldest;
  status_acknowledged_ = forwarding_.acknowledged();
  status_.forwarded = forwarding_.forwarded();
  status_.lost = forwarding_.lost();
  status_.held_records = forwarding_.held_records();
  status_.held_bytes = forwarding_.held_bytes();
  status_.held_records_most = std::max(status_.held_records_most, status_.held_records);
  status_.trouble = trouble();
}

// What the producer of now met is newer than what ended the last one.
std::string IssuanceForwarder::trouble() const {
  if (forwarding_.all_forwarded()) return forwarding_.mark_trouble();
  if (producer_ && !producer_->trouble().empty()) return producer_->trouble();
  return forwarding_.trouble().empty() ? forwarding_.mark_trouble() : forwarding_.trouble();
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
