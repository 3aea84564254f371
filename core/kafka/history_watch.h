// Notices that a topic was made anew, or lost its end, and grew past what was read of it: what
// comes then is read on as if nothing had happened. So a broker is asked which record comes first
// that is younger than one that was read. In the same topic none before that one is.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/base/time.h"
#include "core/log/admission.h"

namespace optare {

// A topic that loses its end says nothing until another leader is elected, which takes two seconds
// at least (core/log/end_proof.h): what was read last before so long a silence is asked about,
// since nothing else that is lost may have been read. Brokers' clocks differ by less than the rest.
constexpr Duration silence_asked_about = std::chrono::seconds(1);

// A record that was read.
struct ReadRecord {
  std::uint64_t offset = 0;
  Timestamp time{};
  bool operator==(const ReadRecord&) const = default;
};

// The newest of them that stand before a silence, as far as their own times tell, in order.
std::vector<ReadRecord> before_silences(std::span<const LogRecord> records, std::size_t most);

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
  // So many records before a silence wait to be asked about; of more, which come where a node reads
  // what is old, the newest.
  static constexpr std::size_t silences_max = 16;

  // Of those that were read before the start.
  static constexpr std::size_t unasked_max = 4;

  // `interval`: between two questions where nothing was silent.
  HistoryWatch(Duration interval, Ways ways) : interval_(interval), ways_(std::move(ways)) {}

  // What was read of a topic before the start. First the first record: what was read later may be
  // of another topic, when the node ended before that was noticed. Then, in order, those before a
  // silence that it may have ended before it asked about. To be called before `read`.
  void read_before(Partition partition, const ReadRecord& record);
  // The next record was read, just now.
  void read(Partition partition, const ReadRecord& record, Duration now);
  // To be called often: asks what is due.
  void keep_time(Partition partition, Duration now);
  // The same, of all; and hands over what is doubted.
  void judge(Duration now, const std::function<void(Partition, std::uint64_t offset)>& doubt);
  // The offset of a record that was read, to be compared with the topic's own, and then `taken`:
  // a broker that was cut off from the others may know less than they do, so it proves nothing.
  std::optional<std::uint64_t> doubted(Partition partition) const;
  void taken(Partition partition);
  // Whether everything that was read before the start is of the topic, as far as brokers say.
  bool settled() const;
  std::uint64_t answers() const;

 private:
  struct Place {
    ReadRecord record;
    bool before_start = false;  // and nobody has told of it yet
  };
  struct Watched {
    std::optional<Place> known;  // of the topic, unless there is a doubt
    std::deque<Place> silences;  // what was read last before each, oldest first
    std::optional<ReadRecord> last;
    Duration last_at{};
    // Of the topic, when the known one is after it was asked.
    std::optional<ReadRecord> last_when_asked;
    Duration asked_at{};
    Duration due{};           // to ask about the known one
    Duration silences_due{};  // about those
    bool under_way = false;
    std::optional<std::uint64_t> doubted;

    bool settled() const;
    // What is to be asked about; null: nothing yet.
    const Place* next(Duration now) const;
  };
  void answered(Partition partition, const ReadRecord& record, std::uint64_t first);
  Watched& watched(Partition partition) { return watched_[static_cast<std::size_t>(partition)]; }

  const Duration interval_;
  const Ways ways_;
  mutable std::mutex mutex_;  // guards the rest
  std::array<Watched, partitions.size()> watched_;
  std::uint64_t answers_ = 0;
};

}  // namespace optare
