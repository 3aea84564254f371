// What of a spool goes next into its topic, and from where after a failure; what of it is
// acknowledged, lost and marked. It has no connection: the forwarder drives it, and so does the
// simulation.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/issuance/acknowledgements.h"
#include "core/log/retained_log.h"

namespace optare {

struct ForwardingLimits {
  // What is sent and not acknowledged, at most: so much memory it takes, however long the brokers
  // are away. Bytes are exceeded by one batch at most.
  std::size_t records_max = 256;
  std::size_t bytes_max = 4U << 20U;
  // Read from the spool at once. With the largest batches that is 16 MiB for a moment.
  std::size_t read_records_max = 16;
  // How much may be sent again after a crash; the mark costs a sync.
  Duration mark_interval = std::chrono::milliseconds(1'000);
  // After a failure that ended a session.
  Duration retry_min = std::chrono::milliseconds(200);
  Duration retry_max = std::chrono::milliseconds(5'000);
};

// In sessions: what is sent in one gets into the topic in order, each batch once those before it
// are there. It goes on, or ends; then the next one begins at the first batch that was not
// acknowledged.
//
// Thread: one at a time.
class Forwarding {
 public:
  struct Ways {
    std::function<Duration()> now;  // by a clock that is never set
    // Begins a session. What kept it from that; empty: nothing.
    std::function<std::string()> begin;
    // Ends it. What was not acknowledged may turn up in the topic.
    std::function<void()> end;
    // Into the partition that `place` names, by remainder.
    std::function<void(std::uint32_t place, std::string_view key, std::string_view batch,
                       std::uint64_t offset)>
        send;
    // Tells the offsets that were acknowledged since the last call, in order.
    std::function<void(const std::function<void(std::uint64_t offset)>& acknowledged)> poll;
    // Why the session takes nothing more; empty while it does.
    std::function<std::string()> fault;
    // Keeps the mark (core/issuance/forward_mark.h), durably, or throws.
    std::function<void(std::string_view)> keep_mark;
    // It was not kept, which is tried again.
    std::function<void()> mark_failed;
    // Told of what an operator has to know: records were lost, or are sent once more.
    std::function<void(const std::string&)> remark;
  };
  struct Held {
    std::uint64_t offset = 0;
    std::size_t bytes = 0;
    Timestamp time{};
  };

  // Goes on where `mark` says, as it was kept last; empty: there is none. `acknowledgements`: who
  // waits; may be null. `spool` outlives this. Throws LogFault.
  Forwarding(RetainedLog& spool, std::string_view mark,
             std::shared_ptr<IssuanceAcknowledgements> acknowledgements, ForwardingLimits limits,
             Ways ways);

  // Takes what was acknowledged, and sends what there is room for.
  void step();
  // Now, or when it is time.
  void keep_mark(bool now);
  void end_session();

  bool all_forwarded() const;
  bool in_session() const { return in_session_; }
  // Everything below it is acknowledged, or lost.
  std::uint64_t acknowledged() const { return acknowledged_; }
  std::uint64_t forwarded() const { return forwarded_; }  // batches, since the start
  std::uint64_t lost() const { return lost_; }            // dropped before they were forwarded
  std::size_t held_records() const;                       // in memory, sent or not
  std::size_t held_bytes() const;
  // When the oldest of them was written.
  std::optional<Timestamp> oldest_held() const;
  // With the spool, or what ended the last session, until a batch is acknowledged or none is left.
  const std::string& trouble() const { return trouble_; }
  // Until a mark is kept.
  const std::string& mark_trouble() const { return mark_trouble_; }
  std::size_t sent_records() const { return sent_.size(); }  // and not acknowledged

 private:
  void take_acknowledgements();
  void send();
  bool read_ahead();
  void skip_to(std::uint64_t cut);
  void give_up(std::string why);

  RetainedLog& spool_;
  const std::shared_ptr<IssuanceAcknowledgements> acknowledgements_;
  const ForwardingLimits limits_;
  const Ways ways_;
  bool in_session_ = false;
  std::uint64_t next_ = 0;  // to send
  std::uint64_t acknowledged_ = 0;
  std::uint64_t marked_ = 0;  // what the mark says
  std::uint64_t forwarded_ = 0;
  std::uint64_t lost_ = 0;
  std::deque<Held> sent_;
  std::size_t sent_bytes_ = 0;
  std::string node_;              // of what was sent last
  std::vector<LogRecord> ahead_;  // read already, not sent
  std::size_t ahead_sent_ = 0;
  std::string trouble_;
  std::string mark_trouble_;
  Duration retry_at_{};
  Duration retry_after_;
  Duration mark_due_{};
};

}  // namespace optare
