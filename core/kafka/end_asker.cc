#include "core/kafka/end_asker.h"

#include <algorithm>
#include <chrono>

namespace optare {
namespace {

constexpr std::chrono::milliseconds retry_interval{50};
// Of one try: a leader that is gone leaves time for the next one.
constexpr std::chrono::milliseconds try_max{500};

}  // namespace

EndAsker::EndAsker(const KafkaConnection& connection, std::map<Partition, std::string> topics,
                   KafkaCounts& counts)
    : topics_(std::move(topics)),
      counts_(counts),
      handle_(make_kafka(RD_KAFKA_CONSUMER, connection,
                         {// Somebody's open transaction shall hide nothing that is durable.
                          {"isolation.level", "read_uncommitted"},
                          {"socket.nagle.disable", "true"},
                          {"socket.timeout.ms", std::to_string(broker_silence_max.count())},
                          {"reconnect.backoff.ms", "50"},
                          {"reconnect.backoff.max.ms", "1000"}})) {
  thread_ = std::thread([this] { run(); });
}

EndAsker::~EndAsker() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
  for (EndQuestions& questions : questions_)
    for (const EventLog::EndAnswered& done : questions.abandon()) done(std::nullopt);
}

void EndAsker::ask(Partition partition, EventLog::EndAnswered done) {
  {
    const std::scoped_lock lock(mutex_);
    if (!stopping_ && questions_.at(static_cast<std::size_t>(partition)).add(done)) {
      changed_.notify_one();
      return;
    }
  }
  done(std::nullopt);
}

std::uint64_t EndAsker::questions_asked() const {
  const std::scoped_lock lock(mutex_);
  return asked_;
}

std::optional<Partition> EndAsker::next() {
  for (const Partition partition : partitions) {
    if (!questions_.at(static_cast<std::size_t>(partition)).begin()) continue;
    ++asked_;
    return partition;
  }
  return std::nullopt;
}

void EndAsker::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    std::optional<Partition> partition;
    changed_.wait(lock, [&] { return stopping_ || (partition = next()); });
    if (stopping_) return;
    lock.unlock();
    const auto end = query(topics_.at(*partition));
    lock.lock();
    const auto hear = questions_.at(static_cast<std::size_t>(*partition)).end();
    lock.unlock();
    for (const EventLog::EndAnswered& done : hear) done(end);
    lock.lock();
  }
}

std::optional<std::uint64_t> EndAsker::query(const std::string& topic) {
  const auto until = std::chrono::steady_clock::now() + end_question_patience;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    const auto end =
        topic_offset(handle_.get(), topic, 0, RD_KAFKA_OFFSET_END, std::min(left, try_max));
    rd_kafka_poll(handle_.get(), 0);
    if (end) return *end;
    counts_.error("ask_end", end.error());
    {
      const std::scoped_lock lock(mutex_);
      if (stopping_) return std::nullopt;
    }
    if (std::chrono::steady_clock::now() + retry_interval >= until) return std::nullopt;
    std::this_thread::sleep_for(retry_interval);
  }
}

}  // namespace optare
