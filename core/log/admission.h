// Which records of a partition count. A pure function of the log: every node that reads the same
// records in the same order admits the same ones (design D1).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/log/commit.h"
#include "core/log/frame.h"

namespace optare {

// The newest feature level that this build writes and understands.
constexpr std::uint32_t feature_level_supported = 1;
// How many of the newest chain hashes are kept: a commit is decided on one of these views.
constexpr std::uint64_t view_age_max = 65'536;
// A command/ stream stands at version 0 again this long after it was written (contracts.md C).
constexpr Duration command_stream_life = std::chrono::hours(24);
// A stream of a tokens partition ends this long after its last write.
constexpr Duration token_stream_life = std::chrono::days(30);

// The head of one partition as admission knows it. Rows and this travel in one batch.
struct Head {
  std::uint64_t next_offset = 0;  // of the next record to read
  View view;                      // admitted commits and the chain's hash
  Timestamp log_time{};           // max of all records' times so far
  std::uint32_t feature_level = 1;
  // Introduced by admitted commits of this partition. While there are none, every key of this node
  // counts: that admits the genesis. A tokens partition has no genesis, so there it stays so; at
  // level 1 there is one fleet key, hence all nodes still agree. The level that brings a second key
  // must introduce keys in every partition.
  std::set<std::uint32_t> key_ids;
  std::uint64_t voids = 0;
  // The digest of the record before next_offset, set by who applies the records: it tells whether a
  // log still holds what was applied.
  Hash last_record{};
  // While the history of another log is carried over: that log. Log time is then its log time.
  // None: the log is in its own hands, or has not begun.
  std::optional<LogId> source = std::nullopt;
  bool operator==(const Head&) const = default;
  template <class Archive>
  void fields(Archive& a) {  // all but `source`, which few heads have: encode_head adds it
    a(next_offset, view, log_time, feature_level, key_ids, voids, last_record);
  }
};
std::string encode_head(const Head& head);
[[nodiscard]] Result<Head> decode_head(std::string_view bytes);

struct StreamVersion {
  std::uint64_t version = 0;
  Timestamp written_at{};  // log time of the last write
  bool operator==(const StreamVersion&) const = default;
  template <class Archive>
  void fields(Archive& a) {
    a(version, written_at);
  }
};
// The version at which a stream stands at `log_time`. Two families of streams end, and stand at 0
// again: command/ and, by their name `<two digits>/...`, the streams of the tokens partitions.
std::uint64_t version_at(std::string_view stream, const StreamVersion& version, Timestamp log_time);
// How long after its last write; none: it never ends.
std::optional<Duration> stream_life(std::string_view stream);

// What admission asks about the past; answered from the store, with the batch under way on top.
class AdmissionView {
 public:
  virtual ~AdmissionView() = default;
  virtual StreamVersion stream(std::string_view name) const = 0;
  // Asked for ordinals from 1 that are below the head's and among the last view_age_max.
  virtual std::optional<Hash> chain_at(std::uint64_t ordinal) const = 0;
};

// In the order of the checks. Deadline and everything before it depend on the record and the head
// alone.
enum class VoidReason : std::uint8_t {
  frame,  // not a frame of ours, or damaged
  key,    // another key id than those introduced
  mac,
  payload,  // the MAC is right and the payload is not a commit within the limits
  deadline,
  level,    // above the level that was raised
  view,     // not on this log's chain, ahead of it, or too old
  version,  // a written or guarded stream moved
  import,   // out of turn where a history is carried over; checked before the deadline
};
constexpr std::size_t void_reasons_count = static_cast<std::size_t>(VoidReason::import) + 1;
std::string_view void_reason_name(VoidReason reason);

struct Verdict {
  enum class Kind : std::uint8_t { admitted, tick, void_record, stop };
  Kind kind = Kind::void_record;
  VoidReason reason = VoidReason::frame;  // kind void_record
  std::string stop_reason;                // kind stop: this node must not go on (see `admit`)
  std::optional<Commit> commit;  // whenever the payload was read: also of void commits, so that
                                 // settling knows its own
  // After this record. Not admitted: unchanged but for offset, log time and voids. Stop: as it was,
  // so that a node that can go on reads this record again.
  Head head;
};

struct LogRecord {
  std::uint64_t offset = 0;
  Timestamp time{};   // as the log stamped it
  std::string bytes;  // a frame, or anything
};

// Log time is t(i) = max(t(i-1), the record's), of void records too. A deadline equal to it still
// holds. Stops: an introduced key that `mac` lacks; FeatureLevelRaised above
// feature_level_supported; a store that lost the chain. Everything else that is wrong is void:
// whoever can write to the log cannot stop a node. REQUIRES: records in the order of their offsets.
//
// A log begins with a commit of its own, or with the history of another log, carried over as
// imported frames. The commit inside is judged as it was at home, by the log time that it had
// there, and the chain is made of its own frame: so ordinals, log times, views, versions and hashes
// are the same here as there. It counts only as the next ordinal, of the log whose commits came
// before, and only while this log has no commit of its own. The first of those is `LogSealed`,
// which names this log and is decided on exactly the history that it ends; it is void anywhere
// else, and so is any other commit before it. A log that was itself sealed once is carried over
// with its seal: where the commits of another log begin.
Verdict admit(const LogRecord& record, Partition partition, const LogId& log, const FrameMac& mac,
              const Head& head, const AdmissionView& past);
// The rule as a value: what a follower goes by.
using Admission = std::function<Verdict(const LogRecord&, Partition, const LogId&, const FrameMac&,
                                        const Head&, const AdmissionView&)>;

// SHA-256(time (8, ms) | bytes), big-endian: which record this is.
Hash record_digest(const LogRecord& record);

// hash(n) = SHA-256(hash(n-1) | n (8) | log time (8, ms) | SHA-256(record bytes)), big-endian;
// hash(0) is zero. Of an imported commit: the log time and the frame that it had at home.
Hash chain_hash(const Hash& previous, std::uint64_t ordinal, Timestamp log_time,
                std::string_view record);

}  // namespace optare
