#include "core/log/admission.h"

#include <algorithm>
#include <cctype>

#include "core/base/encoding.h"
#include "core/base/row_codec.h"
#include "core/base/secret.h"
#include "core/log/imported.h"

namespace optare {

namespace {

struct Void {
  VoidReason reason;
};
struct Stop {
  std::string reason;
};
using Refusal = std::variant<Void, Stop>;
using Objection = std::optional<Refusal>;

// The record of a commit in the log that it was made for: this one, or the one that it is carried
// over from.
struct Origin {
  LogId log{};
  Timestamp log_time;
  std::string_view record;
  std::string_view payload;
};

// Who wrote this record? `frame` was cut out of `bytes`.
Objection object_to_mac(const Frame& frame, std::string_view bytes, Partition partition,
                        const LogId& log, const FrameMac& mac, const Head& head) {
  const bool introduced = head.key_ids.contains(frame.key_id);
  if (!introduced && !head.key_ids.empty()) return Void{VoidReason::key};
  const std::string_view covered = bytes.substr(0, bytes.size() - frame_mac_bytes);
  const std::optional<Hash> expected = mac.mac(frame.key_id, log, partition, covered);
  if (!expected && introduced)
    return Stop{"this node lacks fleet key " + std::to_string(frame.key_id)};
  if (!expected) return Void{VoidReason::key};
  if (!equal_in_constant_time(text_of(*expected), bytes.substr(covered.size())))
    return Void{VoidReason::mac};
  return std::nullopt;
}

// Was the commit decided on a state of this very log?
Objection object_to_view(const View& view, const View& head, const AdmissionView& past) {
  if (view.ordinal > head.ordinal || head.ordinal - view.ordinal >= view_age_max)
    return Void{VoidReason::view};
  std::optional<Hash> hash = Hash{};
  if (view.ordinal == head.ordinal)
    hash = head.hash;
  else if (view.ordinal > 0)
    hash = past.chain_at(view.ordinal);
  if (!hash)
    return Stop{"the view has lost the chain's hash at ordinal " + std::to_string(view.ordinal)};
  if (*hash != view.hash) return Void{VoidReason::view};
  return std::nullopt;
}

bool streams_stand_as_expected(const Commit& commit, Timestamp log_time,
                               const AdmissionView& past) {
  const auto stands_at = [&](const std::string& stream, std::uint64_t version) {
    return version_at(stream, past.stream(stream), log_time) == version;
  };
  return std::ranges::all_of(
             commit.writes,
             [&](const auto& w) { return stands_at(w.stream, w.expected_version); }) &&
         std::ranges::all_of(commit.guards,
                             [&](const auto& g) { return stands_at(g.stream, g.version); });
}

// The log that a commit seals: the one that goes on from it.
std::optional<LogId> sealed_by(const Commit& commit) {
  for (const StreamWrite& write : commit.writes) {
    for (const EncodedEvent& encoded : write.events) {
      if (encoded.type != EventTraits<LogSealed>::number) continue;
      const Result<Event> event = decode_event(encoded.type, encoded.payload);
      const auto* sealed = event ? std::get_if<LogSealed>(&*event) : nullptr;
      LogId id{};
      if (sealed == nullptr || sealed->log_id.size() != id.size()) continue;
      std::ranges::copy(sealed->log_id, id.begin());
      return id;
    }
  }
  return std::nullopt;
}

// Is it the turn of the log that this commit was made for? `log` is the one that is read.
Objection object_to_turn(const Commit& commit, const LogId& made_for, const LogId& log,
                         Partition partition, const Head& head) {
  const std::optional<LogId> sealed = sealed_by(commit);
  const bool begun = head.view.ordinal > 0;
  if (begun && head.source.value_or(log) != made_for) {
    if (sealed != made_for) return Void{VoidReason::import};
    // A seal ends the history that its writer knows, or none.
    if (commit.view != head.view) return Void{VoidReason::view};
    return std::nullopt;
  }
  // Control begins with its genesis, so a seal has something to end. Tokens may have nothing yet.
  const bool ends_nothing = !begun && partition != Partition::control && sealed == made_for;
  if (sealed && !ends_nothing) return Void{VoidReason::import};
  return std::nullopt;
}

Objection object_to_commit(const Commit& commit, Timestamp log_time, const Head& head,
                           const AdmissionView& past) {
  if (log_time > commit.deadline) return Void{VoidReason::deadline};
  if (commit.feature_level > head.feature_level) return Void{VoidReason::level};
  if (Objection objection = object_to_view(commit.view, head.view, past)) return objection;
  if (!streams_stand_as_expected(commit, log_time, past)) return Void{VoidReason::version};
  return std::nullopt;
}

// `outer` is a frame of this log. The frame inside is one of its own log, under the same fleet key.
std::expected<Origin, Refusal> open_imported(const Frame& outer, Partition partition,
                                             const LogId& log, const FrameMac& mac,
                                             const Head& head) {
  const auto refused = [](VoidReason reason) { return std::unexpected(Refusal(Void{reason})); };
  const bool begun = head.view.ordinal > 0;
  if (begun && !head.source) return refused(VoidReason::import);
  const Result<Imported> imported = decode_imported(outer.payload);
  if (!imported) return refused(VoidReason::payload);
  const Timestamp earliest = begun ? head.log_time : Timestamp{};
  if (imported->log_id == log || imported->ordinal != head.view.ordinal + 1 ||
      imported->log_time < earliest)
    return refused(VoidReason::import);
  const Result<Frame> frame = parse_frame(imported->frame);
  if (!frame || frame->kind != FrameKind::commit) return refused(VoidReason::payload);
  if (Objection objection =
          object_to_mac(*frame, imported->frame, partition, imported->log_id, mac, head))
    return std::unexpected(*std::move(objection));
  return Origin{imported->log_id, imported->log_time, imported->frame, frame->payload};
}

// The two events that change what is admitted from here on. One that cannot be read changes
// nothing: its stream is quarantined where it is applied.
Objection apply_to_head(const Commit& commit, Head& head) {
  for (const StreamWrite& write : commit.writes) {
    for (const EncodedEvent& encoded : write.events) {
      if (encoded.type != EventTraits<LogCreated>::number &&
          encoded.type != EventTraits<FeatureLevelRaised>::number)
        continue;
      const Result<Event> event = decode_event(encoded.type, encoded.payload);
      if (!event) continue;
      if (const auto* created = std::get_if<LogCreated>(&*event))
        head.key_ids.insert(created->fleet_key_id);
      if (const auto* raised = std::get_if<FeatureLevelRaised>(&*event))
        head.feature_level = std::max(head.feature_level, raised->level);
    }
  }
  if (head.feature_level > feature_level_supported)
    return Stop{"the log was raised to feature level " + std::to_string(head.feature_level) +
                ", above what this build supports: run a newer one"};
  return std::nullopt;
}

Verdict refuse(Refusal objection, Verdict verdict, const Head& before) {
  if (auto* stop = std::get_if<Stop>(&objection)) {
    verdict.kind = Verdict::Kind::stop;
    verdict.stop_reason = std::move(stop->reason);
    verdict.head = before;
    return verdict;
  }
  verdict.kind = Verdict::Kind::void_record;
  verdict.reason = std::get<Void>(objection).reason;
  ++verdict.head.voids;
  return verdict;
}

}  // namespace

std::string encode_head(const Head& head) {
  std::string row = encode_row(head);
  if (head.source) row += text_of(*head.source);
  return row;
}

// A row ends where its fields end, so what follows is a source or the row is damaged.
Result<Head> decode_head(std::string_view bytes) {
  auto head = decode_row<Head>(bytes);
  LogId source{};
  if (head || bytes.size() < source.size()) return head;
  head = decode_row<Head>(bytes.substr(0, bytes.size() - source.size()));
  if (!head) return head;
  std::ranges::copy(bytes_of(bytes.substr(bytes.size() - source.size())), source.begin());
  head->source = source;
  return head;
}

std::optional<Duration> stream_life(std::string_view stream) {
  const auto digit = [&](std::size_t at) { return stream[at] >= '0' && stream[at] <= '9'; };
  if (stream.starts_with("command/")) return command_stream_life;
  if (stream.size() > 2 && digit(0) && digit(1) && stream[2] == '/') return token_stream_life;
  return std::nullopt;
}

std::uint64_t version_at(std::string_view stream, const StreamVersion& version,
                         Timestamp log_time) {
  const auto life = stream_life(stream);
  // Log time never falls, and starts at 1970: the difference does not overflow.
  return life && log_time - version.written_at >= *life ? 0 : version.version;
}

std::string_view void_reason_name(VoidReason reason) {
  switch (reason) {
    case VoidReason::frame:
      return "frame";
    case VoidReason::key:
      return "key";
    case VoidReason::mac:
      return "mac";
    case VoidReason::payload:
      return "payload";
    case VoidReason::deadline:
      return "deadline";
    case VoidReason::level:
      return "level";
    case VoidReason::view:
      return "view";
    case VoidReason::version:
      return "version";
    case VoidReason::import:
      return "import";
  }
  return "unknown";
}

namespace {

// The commit that the record holds counts from here on.
void move_head(const Origin& origin, const LogId& log, Head& head) {
  head.log_time = origin.log_time;
  head.source = origin.log == log ? std::nullopt : std::optional(origin.log);
  head.view.hash =
      chain_hash(head.view.hash, head.view.ordinal + 1, origin.log_time, origin.record);
  ++head.view.ordinal;
}

}  // namespace

Verdict admit(const LogRecord& record, Partition partition, const LogId& log, const FrameMac& mac,
              const Head& head, const AdmissionView& past) {
  Verdict verdict;
  verdict.head = head;
  verdict.head.next_offset = record.offset + 1;
  const Timestamp log_time = std::max(head.log_time, record.time);
  // A history that is carried over has log times of its own.
  if (!head.source) verdict.head.log_time = log_time;

  const Result<Frame> frame = parse_frame(record.bytes);
  if (!frame) return refuse(Void{VoidReason::frame}, std::move(verdict), head);
  if (Objection objection = object_to_mac(*frame, record.bytes, partition, log, mac, head))
    return refuse(std::move(*objection), std::move(verdict), head);
  if (frame->kind == FrameKind::tick) {
    verdict.kind = Verdict::Kind::tick;
    return verdict;
  }
  std::expected<Origin, Refusal> origin = Origin{log, log_time, record.bytes, frame->payload};
  if (frame->kind == FrameKind::imported) origin = open_imported(*frame, partition, log, mac, head);
  if (!origin) return refuse(std::move(origin.error()), std::move(verdict), head);
  Result<Commit> commit = decode_commit(origin->payload);
  if (!commit) return refuse(Void{VoidReason::payload}, std::move(verdict), head);
  verdict.commit = std::move(*commit);

  if (Objection objection = object_to_turn(*verdict.commit, origin->log, log, partition, head))
    return refuse(std::move(*objection), std::move(verdict), head);
  if (Objection objection = object_to_commit(*verdict.commit, origin->log_time, head, past))
    return refuse(std::move(*objection), std::move(verdict), head);
  if (Objection objection = apply_to_head(*verdict.commit, verdict.head))
    return refuse(std::move(*objection), std::move(verdict), head);
  verdict.kind = Verdict::Kind::admitted;
  move_head(*origin, log, verdict.head);
  return verdict;
}

}  // namespace optare
