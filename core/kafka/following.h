// Follows one partition: from where, when anew after a fault, and whether the topic is still the
// one that was followed. It has no connection: the feed drives it, and so does the simulation.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/kafka/acknowledged.h"
#include "core/kafka/history.h"

namespace optare {

// After a fault of the partition, or of who keeps what was read.
constexpr Duration follow_again_after = std::chrono::milliseconds(500);

// Thread: one at a time.
class Following {
 public:
  struct Ways {
    std::function<Duration()> now;
    // The record that has to come first: the one that is doubted, if it is kept, or the newest that
    // was read. Throws LogFault: nothing can be kept just now.
    std::function<std::optional<LogRecord>(std::optional<std::uint64_t> doubted)> to_compare;
    // One past what was read.
    std::function<std::uint64_t()> read_up_to;
    // Has what stands from `offset` on come. False: not now.
    std::function<bool(std::uint64_t offset)> start;
    // Nothing comes any more, until it is started again.
    std::function<void()> stop;
    // What the topic holds, as some broker says; none: nobody does.
    std::function<std::optional<TopicRange>()> range;
    // As HistoryCheck's.
    std::function<bool()> end_is_proven;
    // It is another topic: why. Who hears it follows no more.
    std::function<void(const std::string& why)> other_history;
  };

  Following(std::string topic, Ways ways) : history_(std::move(topic)), ways_(std::move(ways)) {}

  bool followed() const { return started_; }
  // Starts when it stands still, and it is time.
  void start_when_due();
  // One came. True: it is new.
  bool record(std::uint64_t offset, Timestamp time, std::string_view bytes);
  // Nothing more comes, and the topic ends at `offset`. True: so it does.
  bool end(std::uint64_t offset);
  // The topic does not have what was asked for.
  void out_of_range();
  // Nothing came, for whatever reason: anew in a while.
  void rest() { stop(follow_again_after); }
  // Stands still; anew when it is next asked whether it is time.
  void stop() { stop({}); }
  // A record of this node's own proves it.
  void end_is_lost(const Acknowledged::Loss& loss);
  // Has this record, one that was read, compared; until that is done it stays doubted, whatever it
  // is begun again for, while it is kept.
  void doubt(std::uint64_t offset);
  // As HistoryCheck's, and nothing is doubted.
  bool compared() const { return history_.compared() && !doubted_; }

 private:
  void stop(Duration pause);
  void act_on(HistoryCheck::Says says);

  HistoryCheck history_;
  const Ways ways_;
  std::optional<std::uint64_t> doubted_;
  bool started_ = false;
  Duration start_at_{};  // not before
};

}  // namespace optare
