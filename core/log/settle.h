// What became of a commit that was sent. Sans-I/O: the same machine under every adapter and in the
// simulation.
#pragma once

#include <cstdint>
#include <optional>

#include "core/log/admission.h"
#include "core/log/event_log.h"

namespace optare {

struct Outcome {
  enum class Kind : std::uint8_t {
    done,         // admitted at `view`, `log_time`
    void_commit,  // read back and void for `reason`: look again, decide again
    failed,       // surely not written; `refusal` says why
    unknown,      // no answer in time
  };
  Kind kind = Kind::unknown;
  View view{};                             // done: the chain after it; its ordinal is the position
  Timestamp log_time{};                    // done
  VoidReason reason{};                     // void_commit
  Append refusal = Append::not_persisted;  // failed
  std::uint64_t reached = 0;  // offset of the record that told: a reader that applied it sees why
  bool operator==(const Outcome&) const = default;
};

// One commit on its way. Inputs may come in any order, and repeated; the first outcome stands, but
// for `unknown`, which a later certainty replaces.
//
// Why the first certainty is the truth, even when the log holds the record twice: admission is a
// function of the log, time and versions only grow, so a record that was void stays void, and one
// that was admitted moved its own versions on.
class Settlement {
 public:
  explicit Settlement(Timestamp deadline) : deadline_(deadline) {}

  void appended(Append result);
  void admitted(const View& view, Timestamp log_time, std::uint64_t offset);
  void voided(VoidReason reason, std::uint64_t offset);
  // The reader has applied everything up to a record of this log time. Past the deadline the commit
  // cannot be admitted any more: an open one is void.
  void partition_passed(Timestamp log_time, std::uint64_t offset);
  // The caller's patience is over.
  void timed_out();

  const std::optional<Outcome>& outcome() const { return outcome_; }
  bool certain() const { return outcome_ && outcome_->kind != Outcome::Kind::unknown; }
  Timestamp deadline() const { return deadline_; }

 private:
  void settle(Outcome outcome);
  Timestamp deadline_;
  std::optional<Outcome> outcome_;
};

}  // namespace optare
