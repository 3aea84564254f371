#include "core/base/assert.h"
#include "core/log/imported.h"
#include "tests/simulation/breaks.h"

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

// The reason for which this break would not void a record.
std::optional<VoidReason> passed_over(Break broken) {
  if (broken == Break::skip_mac) return VoidReason::mac;
  if (broken == Break::skip_deadline) return VoidReason::deadline;
  if (broken == Break::skip_view) return VoidReason::view;
  if (broken == Break::skip_guards || broken == Break::apply_void || broken == Break::apply_twice)
    return VoidReason::version;
  return std::nullopt;
}

Commit changed_to_keep(Break broken, Commit commit, const LogRecord& record, const Head& head,
                       const AdmissionView& past) {
  const Timestamp log_time = std::max(head.log_time, record.time);
  if (broken == Break::skip_deadline) commit.deadline = log_time;
  if (broken == Break::skip_view) commit.view = {};
  if (broken == Break::skip_guards) commit.guards.clear();
  if (broken == Break::apply_void || broken == Break::apply_twice) {
    for (StreamWrite& write : commit.writes)
      write.expected_version = version_at(write.stream, past.stream(write.stream), log_time);
  }
  return commit;
}

// As if the log were still being moved into.
Verdict judge_unsealed(const LogRecord& record, Partition partition, const LogId& log,
                       const FrameMac& mac, const Head& head, const AdmissionView& past) {
  Verdict verdict = admit(record, partition, log, mac, head, past);
  const auto original = original_record(record.bytes);
  if (verdict.kind != Verdict::Kind::void_record || verdict.reason != VoidReason::import ||
      !original || !original->imported)
    return verdict;
  Head unsealed = head;
  unsealed.source = original->imported->log_id;
  Verdict late = admit(record, partition, log, mac, unsealed, past);
  if (late.kind != Verdict::Kind::admitted) return verdict;
  late.head.source = std::nullopt;
  return late;
}

Verdict left_out(Verdict verdict, const Head& before) {
  verdict.kind = Verdict::Kind::void_record;
  verdict.reason = VoidReason::version;
  verdict.head.view = before.view;
  ++verdict.head.voids;
  return verdict;
}

}  // namespace

Admission broken_admission(Break broken) {
  if (broken == Break::leave_out) {
    return [](const LogRecord& record, Partition partition, const LogId& log, const FrameMac& mac,
              const Head& head, const AdmissionView& past) {
      Verdict verdict = admit(record, partition, log, mac, head, past);
      const bool unlucky = verdict.kind == Verdict::Kind::admitted && record.offset % 16 == 15;
      return unlucky ? left_out(std::move(verdict), head) : verdict;
    };
  }
  if (broken == Break::import_late) return judge_unsealed;
  const auto reason = passed_over(broken);
  if (!reason) return admit;
  const auto admitted = std::make_shared<std::set<CommitId>>();
  return
      [broken, reason, admitted](const LogRecord& record, Partition partition, const LogId& log,
                                 const FrameMac& mac, const Head& head, const AdmissionView& past) {
        Verdict verdict = admit(record, partition, log, mac, head, past);
        if (verdict.kind == Verdict::Kind::admitted) admitted->insert(verdict.commit->id);
        if (verdict.kind != Verdict::Kind::void_record || verdict.reason != *reason) return verdict;
        const auto frame = parse_frame(record.bytes);
        OPTARE_ASSERT(frame.has_value());
        const auto commit = decode_commit(frame->payload);
        if (!commit || (broken == Break::apply_twice) != admitted->contains(commit->id))
          return verdict;
        return judge_changed(changed_to_keep(broken, *commit, record, head, past), *commit, record,
                             partition, log, mac, head, past);
      };
}

}  // namespace optare::simulation
