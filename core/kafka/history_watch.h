// Notices that a topic was made anew and grew past what was read of it: what comes then is read on
// as if nothing had happened. So a broker is asked now and then which record comes first that is
// younger than one that was read. In the same topic none before that one is.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <utility>

#include "core/base/time.h"
#include "core/log/admission.h"

namespace optare {

// Thread: all members from any. With its lock held nobody is called.
class HistoryWatch {
 public:
  static constexpr std::uint64_t none_since = std::numeric_limits<std::uint64_t>::max();
  // The first record that is no older, `none_since`: there is none. None: nobody can tell.
  using FirstAnswered = std::function<void(std::optional<std::uint64_t>)>;
  struct Ways {
    // When the record was written, as it was read; none: that cannot be looked at now.
    std::function<std::optional<Timestamp>(Partition, std::uint64_t offset)> time_of;
    // What some broker says.
    std::function<void(Partition, Timestamp, FirstAnswered)> ask_first;
  };
  // After a question that nobody answered, while a start waits for it.
  static constexpr Duration retry_interval = std::chrono::seconds(2);
  // After a doubt besides: a comparison reads again what came since the record before.
  static constexpr Duration doubt_pause = std::chrono::minutes(1);

  // `interval`: between two questions.
  HistoryWatch(Duration interval, Ways ways) : interval_(interval), ways_(std::move(ways)) {}

  // The first record that was read of a topic before the start: what was read later may be of
  // another one, when the node ended before that was noticed. To be called before `read`.
  void read_before(Partition partition, std::uint64_t offset, Timestamp time);
  // The next record was read.
  void read(Partition partition, std::uint64_t offset, Timestamp time);
  // To be called often: asks what is due.
  void keep_time(Partition partition, Duration now);
  // The offset of a record that was read, to be compared with the topic's own, and then `taken`:
  // a broker that was cut off from the others may know less than they do, so it proves nothing.
  std::optional<std::uint64_t> doubted(Partition partition) const;
  void taken(Partition partition);
  // Whether everything that was read before the start is of the topic, as far as brokers say.
  bool settled() const;
  std::uint64_t answers() const;

 private:
  struct Place {
    std::uint64_t offset = 0;
    Timestamp time{};
  };
  struct Watched {
    std::optional<Place> known;  // of the topic, unless there is a doubt
    Place last;                  // that was read
    Place last_when_asked;       // of the topic, when that is the same after it was asked
    Duration asked_at{};
    Duration due{};
    bool under_way = false;
    bool settled = true;
    std::optional<std::uint64_t> doubted;
  };
  void answered(Partition partition, std::uint64_t first);
  Watched& watched(Partition partition) { return watched_[static_cast<std::size_t>(partition)]; }

  const Duration interval_;
  const Ways ways_;
  mutable std::mutex mutex_;  // guards the rest
  std::array<Watched, partitions.size()> watched_;
  std::uint64_t answers_ = 0;
};

}  // namespace optare
