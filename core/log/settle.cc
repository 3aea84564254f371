#include "core/log/settle.h"

namespace optare {

void Settlement::appended(Append result) {
  switch (result) {
    case Append::persisted:
    case Append::possibly_persisted:
      return;  // Only reading it back, or the deadline, tells what became of it.
    case Append::not_persisted:
    case Append::refused_disk_full:
    case Append::refused_clock:
      settle({.kind = Outcome::Kind::failed, .refusal = result});
  }
}

void Settlement::admitted(const View& view, Timestamp log_time, std::uint64_t offset) {
  settle({.kind = Outcome::Kind::done, .view = view, .log_time = log_time, .reached = offset});
}

void Settlement::voided(VoidReason reason, std::uint64_t offset) {
  settle({.kind = Outcome::Kind::void_commit, .reason = reason, .reached = offset});
}

void Settlement::partition_passed(Timestamp log_time, std::uint64_t offset) {
  if (log_time > deadline_) voided(VoidReason::deadline, offset);
}

void Settlement::timed_out() { settle({.kind = Outcome::Kind::unknown}); }

void Settlement::settle(Outcome outcome) {
  if (!certain()) outcome_ = outcome;
}

}  // namespace optare
