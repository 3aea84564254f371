// Rules broken on purpose, in the wiring of simulated nodes: each shows that a checker notices.
#pragma once

#include <vector>

#include "commands/api/register_api.h"
#include "commands/application/delete_application.h"
#include "commands/application/expire_secret.h"
#include "core/log/event_log.h"
#include "core/log/frame.h"
#include "core/ports/clock.h"
#include "tests/simulation/judge.h"

namespace optare::simulation {

enum class Break : std::uint8_t {
  none,
  // Admission.
  skip_mac,       // admit whatever looks like a frame
  skip_deadline,  // admit what came too late
  skip_view,      // admit what was decided on another history
  skip_guards,    // admit though a guarded stream moved
  apply_void,     // admit though a written stream moved
  apply_twice,    // admit the second copy of a record
  import_late,    // admit what is carried over after the seal
  leave_out,      // at times, void what counts
  // The log, as a node sees it.
  ignore_history,  // it is another one, and the node goes on
  clock_behind,    // by more than secrets are judged within
  clock_ahead,
  say_refused,       // "surely not written" of what was written
  send_unguarded,    // commits without their guards
  see_no_end,        // the log ends where it is read: nobody waits for the rest of it
  believe_anyone,    // where the log ends, whoever led it once may tell
  never_turn,        // and he is heard as long as he speaks
  compare_nothing,   // whatever topic it is, it is read on
  ask_for_no_first,  // and so is one that grew past what was read
  trust_silence,     // what was not heard was not written
  write_anyway,      // with a wall clock that is far from the brokers'
  // The node.
  forget_doubt,   // what is unknown counts as not done
  no_patience,    // time-outs are never looked at
  make_no_ticks,  // nobody breaks the silence
  no_queue,       // each request runs for itself
  always_fresh,   // a view is never too old
  stop_a_stream,  // for no reason
  tear_batches,   // a crash keeps half of a batch
  lose_outcomes,  // rows of the outcomes' table are not written
  lose_rows,      // nor some rows of applications
  // What is issued.
  overtake,               // one batch, when the one before it has to be sent again
  acknowledge_unwritten,  // as soon as it is sent
  mark_unsent,            // what stands in the spool is marked as forwarded
  // What is asked.
  issue_ahead,       // tokens say that they rest on a newer view
  never_expire,      // nobody records expired secrets
  expire_early,      // or before their deadline
  expire_unknown,    // or of a secret that nobody has
  claim_nothing,     // an API is registered without claiming its identifier
  delete_carelessly  // whoever it is, even the last administrator
};
constexpr std::size_t breaks_count = static_cast<std::size_t>(Break::delete_carelessly) + 1;

std::string_view break_name(Break broken);
// The rules that are seen to be broken by it, and a seed from which on one soon sees it.
std::vector<Rule> rules_broken_by(Break broken);
std::uint64_t seed_that_shows(Break broken);

// The real admission, but asked about a record that was changed to keep the broken rule.
Admission broken_admission(Break broken);

// The log as a node with this break sees it.
class TamperedLog final : public EventLog {
 public:
  TamperedLog(EventLog& log, const FrameMac& mac, const Clock& clock, Break broken)
      : log_(log), mac_(mac), clock_(clock), broken_(broken) {}
  void append(Partition partition, std::string frame, Appended done) override;
  std::vector<LogRecord> read(Partition partition, std::uint64_t offset,
                              std::size_t records_max) const override {
    return log_.read(partition, offset, records_max);
  }
  std::uint64_t end(Partition partition) const override;
  Currency currency(Partition partition) const override;
  void ask_end(Partition partition, EndAnswered done) const override;
  Timestamp now() const override;
  void on_records(std::function<void()> callback) override { log_.on_records(std::move(callback)); }
  std::string other_history() const override;
  void look_again(Partition partition) const override { log_.look_again(partition); }

 private:
  EventLog& log_;
  const FrameMac& mac_;
  const Clock& clock_;
  Break broken_;
};

// Commands that forget something.
struct CarelessExpiry : ExpireSecret {
  bool unknown = false;
  [[nodiscard]] Result<Decision> decide(const State& application, const CommandContext&) const;
};
struct CarelessRegistration : RegisterApi {
  [[nodiscard]] Result<Decision> decide(const State& state, const CommandContext& context) const;
};
struct CarelessDeletion : DeleteApplication {
  [[nodiscard]] Result<Decision> decide(const State& state, const CommandContext& context) const;
};

}  // namespace optare::simulation
