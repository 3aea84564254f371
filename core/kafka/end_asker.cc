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
  for (const auto& [partition, question] : first_questions_) question.done(std::nullopt);
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

void EndAsker::ask_first(Partition partition, Timestamp since, HistoryWatch::FirstAnswered done) {
  {
    const std::scoped_lock lock(mutex_);
    if (!stopping_ && first_questions_.try_emplace(partition, since, done).second) {
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
  while (!stopping_) {
    const auto partition = next();
    if (!partition && first_questions_.empty()) {
      changed_.wait(lock);
      continue;
    }
    if (partition) {
      lock.unlock();
      answer_end(*partition);
      lock.lock();
    }
    if (stopping_ || first_questions_.empty()) continue;
    const auto question = first_questions_.extract(first_questions_.begin());
    lock.unlock();
    answer_first(question.key(), question.mapped());
    lock.lock();
  }
}

void EndAsker::answer_end(Partition partition) {
  const auto end = query(topics_.at(partition));
  const auto hear = [&] {
    const std::scoped_lock lock(mutex_);
    return questions_.at(static_cast<std::size_t>(partition)).end();
  }();
  for (const EventLog::EndAnswered& done : hear) done(end);
}

void EndAsker::answer_first(Partition partition, const FirstQuestion& question) {
  const auto first =
      first_offset_since(handle_.get(), topics_.at(partition), 0, question.since, try_max);
  rd_kafka_poll(handle_.get(), 0);
  if (first) return question.done(first->value_or(HistoryWatch::none_since));
  counts_.error("ask_first", first.error());
  question.done(std::nullopt);
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
