// Asks brokers where a topic ends, and which of its records a time begins with, on a connection and
// a thread of its own: on the feed's, the question would wait behind a fetch that waits for
// records.
#pragma once

#include <array>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "core/kafka/client.h"
#include "core/kafka/counts.h"
#include "core/kafka/history_watch.h"
#include "core/log/end_questions.h"

namespace optare {

// Thread: `ask` from any; `done` is called on the asker's own, or by `ask` when too many wait.
class EndAsker {
 public:
  // Throws KafkaFault. `connection` and `counts` outlive this.
  EndAsker(const KafkaConnection& connection, std::map<Partition, std::string> topics,
           KafkaCounts& counts);
  // Who still waits hears that nobody can tell.
  ~EndAsker();
  EndAsker(const EndAsker&) = delete;
  EndAsker& operator=(const EndAsker&) = delete;

  void ask(Partition partition, EventLog::EndAnswered done);
  // The first record that is no older than `since`. Who asks for an end comes first, but between
  // two questions for ends there is one of these; one at a time of each partition.
  void ask_first(Partition partition, Timestamp since, HistoryWatch::FirstAnswered done);
  std::uint64_t questions_asked() const;

 private:
  struct FirstQuestion {
    Timestamp since{};
    HistoryWatch::FirstAnswered done;
  };
  void run();
  void answer_end(Partition partition);
  void answer_first(Partition partition, const FirstQuestion& question);
  std::optional<std::uint64_t> query(const std::string& topic);
  std::optional<Partition> next();  // REQUIRES: mutex_ held

  const std::map<Partition, std::string> topics_;
  KafkaCounts& counts_;
  KafkaHandle handle_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::array<EndQuestions, partitions.size()> questions_;
  std::map<Partition, FirstQuestion> first_questions_;
  std::uint64_t asked_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace optare
