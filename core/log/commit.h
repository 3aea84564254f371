// A commit: all that one command did, in one partition. The unit that the log orders, that
// admission takes or voids, and that the audit shows.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/events.h"
#include "schemas/commit_generated.h"

namespace optare {

// Limits of contracts.md and the design, checked before sending and after the MAC on reading.
constexpr std::size_t commit_bytes_max = 64 * 1024;
constexpr std::size_t commit_events_max = 32;
constexpr std::size_t commit_writes_max = 16;
constexpr std::size_t commit_guards_max = 16;
constexpr std::size_t stream_name_bytes_max = 128;
// Each text of the envelope: request id, cause, node id, origin address, actor id.
constexpr std::size_t envelope_text_bytes_max = 64;

using Hash = std::array<std::uint8_t, 32>;
using LogId = std::array<std::uint8_t, 16>;
using CommitId = std::array<std::uint8_t, 16>;

// 0 is `control`; 1 + n is `tokens-<n>`.
enum class Partition : std::uint32_t { control = 0, tokens_00 = 1 };
constexpr std::array partitions{Partition::control, Partition::tokens_00};
std::string_view partition_name(Partition partition);  // "control", "tokens-00"

// The state a commit was decided on: so many admitted commits, with this hash over all of them.
struct View {
  std::uint64_t ordinal = 0;
  Hash hash{};
  bool operator==(const View&) const = default;
  template <class Archive>
  void fields(Archive& a) {
    a(ordinal, hash);
  }
};

struct StreamWrite {
  std::string stream;
  std::uint64_t expected_version = 0;
  std::vector<EncodedEvent> events;  // none: a claim, which moves the version by one
  bool operator==(const StreamWrite&) const = default;

  std::uint64_t next_version() const {
    return expected_version + (events.empty() ? 1 : events.size());
  }
};

struct Guard {
  std::string stream;
  std::uint64_t version = 0;
  bool operator==(const Guard&) const = default;
};

using schema::ActorType;
struct Actor {
  ActorType type = ActorType::system;
  std::string id;
  bool operator==(const Actor&) const = default;
};

struct Commit {
  CommitId id{};
  Timestamp deadline;
  std::uint32_t feature_level = 1;
  View view;
  std::vector<StreamWrite> writes;
  std::vector<Guard> guards;
  Actor actor;
  std::string request_id;
  std::string cause;  // the command's name
  std::string node_id;
  std::string origin_address;
  std::optional<CommitId> command_id;  // with an Idempotency-Key, and then also
  std::optional<Hash> request_digest;  // the digest of its request
  bool operator==(const Commit&) const = default;
};

// What every commit keeps to, on the way out and on the way in:
// - 1..16 writes, no stream twice: a commit without a write would move no version, so its bytes
// could
//   be admitted again and again; 0..16 guards, none on a stream that the commit writes;
// - at most 32 events in all; a stream's name is 1..128 printable ASCII;
// - each text of the envelope at most 64 bytes; command id and request digest both or neither.
// Errors: too_large, when a count or length is over its limit; internal, when it is wrong
// otherwise.
[[nodiscard]] Result<void> check_commit(const Commit& commit);

// The commit's FlatBuffers bytes. Errors: those of check_commit; too_large when the bytes exceed
// commit_bytes_max.
[[nodiscard]] Result<std::string> encode_commit(const Commit& commit);
// Errors: malformed. Never crashes, whatever the bytes; checks every limit.
[[nodiscard]] Result<Commit> decode_commit(std::string_view bytes);

}  // namespace optare
