#include "tests/simulation/breaks.h"

#include "core/base/assert.h"

namespace optare::simulation {
namespace {

// The verdict on a commit that was changed so that the rule holds, said of the record as it is.
Verdict judge_changed(const Commit& changed, const Commit& original, const LogRecord& record,
                      Partition partition, const LogId& log, const FrameMac& mac, const Head& head,
                      const AdmissionView& past) {
  LogRecord same = record;
  same.bytes = make_frame(mac, log, partition, FrameKind::commit, encode_commit(changed).value());
  Verdict verdict = admit(same, partition, log, mac, head, past);
  verdict.commit = original;
  if (verdict.kind == Verdict::Kind::admitted) {
    const View& before = head.view;
    verdict.head.view.hash =
        chain_hash(before.hash, before.ordinal + 1, verdict.head.log_time, record.bytes);
  }
  return verdict;
}

bool breaks(Break broken, VoidReason reason) {
  switch (broken) {
    case Break::none:
      return false;
    case Break::skip_mac:
      return reason == VoidReason::mac;
    case Break::skip_deadline:
      return reason == VoidReason::deadline;
    case Break::skip_view:
      return reason == VoidReason::view;
    case Break::skip_guards:
    case Break::apply_void:
    case Break::apply_twice:
      return reason == VoidReason::version;
  }
  return false;
}

Commit changed_to_keep(Break broken, Commit commit, const LogRecord& record, const Head& head,
                       const AdmissionView& past) {
  const Timestamp log_time = std::max(head.log_time, record.time);
  switch (broken) {
    case Break::none:
    case Break::skip_mac:
      break;
    case Break::skip_deadline:
      commit.deadline = log_time;
      break;
    case Break::skip_view:
      commit.view = {};
      break;
    case Break::skip_guards:
      commit.guards.clear();
      break;
    case Break::apply_void:
    case Break::apply_twice:
      for (StreamWrite& write : commit.writes)
        write.expected_version = version_at(write.stream, past.stream(write.stream), log_time);
      break;
  }
  return commit;
}

}  // namespace

Admission broken_admission(Break broken) {
  if (broken == Break::none) return admit;
  return [broken](const LogRecord& record, Partition partition, const LogId& log,
                  const FrameMac& mac, const Head& head, const AdmissionView& past) {
    Verdict verdict = admit(record, partition, log, mac, head, past);
    if (verdict.kind != Verdict::Kind::void_record || !breaks(broken, verdict.reason))
      return verdict;
    const auto frame = parse_frame(record.bytes);
    OPTARE_ASSERT(frame.has_value());
    const auto commit = decode_commit(frame->payload);
    if (!commit) return verdict;
    return judge_changed(changed_to_keep(broken, *commit, record, head, past), *commit, record,
                         partition, log, mac, head, past);
  };
}

}  // namespace optare::simulation
