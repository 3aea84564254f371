#include "core/kafka/end_asker.h"

#include <chrono>

namespace optare {
namespace {

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
  const auto end =
      topic_offset_in_time(handle_.get(), topic, 0, RD_KAFKA_OFFSET_END, end_question_patience,
                           try_max, [this](rd_kafka_resp_err_t error) {
                             counts_.error("ask_end", error);
                             const std::scoped_lock lock(mutex_);
                             return !stopping_;
                           });
  rd_kafka_poll(handle_.get(), 0);
  return end ? std::optional(*end) : std::nullopt;
}

}  // namespace optare
