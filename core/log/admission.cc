#include "core/log/admission.h"

#include <algorithm>
#include <cctype>

#include "core/base/encoding.h"
#include "core/base/row_codec.h"
#include "core/base/secret.h"

namespace optare {

namespace {

struct Void {
  VoidReason reason;
};
struct Stop {
  std::string reason;
};
using Objection = std::optional<std::variant<Void, Stop>>;

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

// `head` has the log time of the commit's record already.
Objection object_to_commit(const Commit& commit, const Head& head, const AdmissionView& past) {
  if (head.log_time > commit.deadline) return Void{VoidReason::deadline};
  if (commit.feature_level > head.feature_level) return Void{VoidReason::level};
  if (Objection objection = object_to_view(commit.view, head.view, past)) return objection;
  if (!streams_stand_as_expected(commit, head.log_time, past)) return Void{VoidReason::version};
  return std::nullopt;
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

Verdict refuse(std::variant<Void, Stop> objection, Verdict verdict, const Head& before) {
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

std::string encode_head(const Head& head) { return encode_row(head); }
Result<Head> decode_head(std::string_view bytes) { return decode_row<Head>(bytes); }

std::uint64_t version_at(std::string_view stream, const StreamVersion& version,
                         Timestamp log_time) {
  const auto digit = [&](std::size_t at) { return stream[at] >= '0' && stream[at] <= '9'; };
  const bool of_tokens = stream.size() > 2 && digit(0) && digit(1) && stream[2] == '/';
  const bool of_command = stream.starts_with("command/");
  // Log time never falls, and starts at 1970: the difference does not overflow.
  const Duration age = log_time - version.written_at;
  if ((of_command && age >= command_stream_life) || (of_tokens && age >= token_stream_life))
    return 0;
  return version.version;
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
  }
  return "unknown";
}

Verdict admit(const LogRecord& record, Partition partition, const LogId& log, const FrameMac& mac,
              const Head& head, const AdmissionView& past) {
  Verdict verdict;
  verdict.head = head;
  verdict.head.next_offset = record.offset + 1;
  verdict.head.log_time = std::max(head.log_time, record.time);

  const Result<Frame> frame = parse_frame(record.bytes);
  if (!frame) return refuse(Void{VoidReason::frame}, std::move(verdict), head);
  if (Objection objection = object_to_mac(*frame, record.bytes, partition, log, mac, head))
    return refuse(std::move(*objection), std::move(verdict), head);
  if (frame->kind == FrameKind::tick) {
    verdict.kind = Verdict::Kind::tick;
    return verdict;
  }
  if (frame->kind == FrameKind::imported)
    return refuse(Void{VoidReason::payload}, std::move(verdict), head);
  Result<Commit> commit = decode_commit(frame->payload);
  if (!commit) return refuse(Void{VoidReason::payload}, std::move(verdict), head);
  verdict.commit = std::move(*commit);

  if (Objection objection = object_to_commit(*verdict.commit, verdict.head, past))
    return refuse(std::move(*objection), std::move(verdict), head);
  if (Objection objection = apply_to_head(*verdict.commit, verdict.head))
    return refuse(std::move(*objection), std::move(verdict), head);
  verdict.kind = Verdict::Kind::admitted;
  View& view = verdict.head.view;
  view.hash = chain_hash(view.hash, view.ordinal + 1, verdict.head.log_time, record.bytes);
  ++view.ordinal;
  return verdict;
}

}  // namespace optare
