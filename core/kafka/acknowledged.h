// What the acknowledgements of a node's own records tell of a partition. With acks=all only a
// broker that leads can give one, so it shows who leads and where the topic ends, whatever one says
// that was cut off from its peers and does not know that another leads. Pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "core/base/time.h"

namespace optare {

// How long nothing may be read, with something acknowledged that has to come, before who is read
// from is believed to lead no more. Brokers send it within milliseconds.
constexpr Duration unread_max = std::chrono::seconds(1);
// That patience doubles with each time in a row, up to this.
constexpr Duration unread_max_most = std::chrono::seconds(16);

// A record where it stands in the topic.
struct Written {
  std::uint64_t offset = 0;
  std::int32_t broker = -1;  // who acknowledged it; -1: not told
};

// Thread: one at a time.
class Acknowledged {
 public:
  struct Loss {
    std::uint64_t written_at = 0;
    std::uint64_t read_to = 0;
  };

  // One past the last record that is read.
  void read(std::uint64_t end, Duration now) {
    if (end <= read_to_) return;
    read_to_ = end;
    waits_since_ = now;
    patience_ = unread_max;
  }
  // Acknowledged just now; when it was sent, everything below `read_to` had been read.
  void written(const Written& record, std::uint64_t read_to, Duration now) {
    if (record.offset < read_to && !loss_) loss_ = Loss{record.offset, read_to};
    if (read_to_ >= written_to_) waits_since_ = std::max(waits_since_, now);
    written_to_ = std::max(written_to_, record.offset + 1);
    leader_ = record.broker;
  }
  // What was sent after so much had been read stands among it: the topic lost its end.
  const std::optional<Loss>& loss() const { return loss_; }
  // Who leads, when what that broker acknowledged does not come from the one who is read from.
  std::optional<std::int32_t> missed_leader(Duration now) {
    if (read_to_ >= written_to_ || leader_ < 0 || now - waits_since_ < patience_)
      return std::nullopt;
    waits_since_ = now;
    patience_ = std::min(2 * patience_, unread_max_most);
    return leader_;
  }

 private:
  std::uint64_t read_to_ = 0;
  std::uint64_t written_to_ = 0;
  std::int32_t leader_ = -1;
  Duration waits_since_{};
  Duration patience_ = unread_max;
  std::optional<Loss> loss_;
};

}  // namespace optare
