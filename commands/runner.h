// The runner of commands over a log: decides, appends, waits for the commit to come back, and
// decides again when it lost a race. Knows nothing of HTTP and nothing of which log it is.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "commands/handle.h"
#include "commands/stream_queue.h"
#include "core/log/event_log.h"
#include "core/log/frame.h"
#include "core/log/settler.h"
#include "core/ports/accepted.h"
#include "core/ports/clock.h"
#include "core/ports/random.h"
#include "core/ports/states.h"

namespace optare {

// How long a caller waits for his commit to come back before the answer is `outcome_unknown`. Ours:
// the commit's own deadline is 10 s, and a log that takes this long is in trouble.
constexpr Duration command_patience = std::chrono::seconds(8);

class LogCommandRunner final : public CommandRunner {
 public:
  struct Parts {
    States& states;
    EventLog& log;
    Settler& settler;
    const FrameMac& mac;
    const AcceptedCommits& accepted;
    Clock& clock;
    Random& random;
    LogId log_id{};
    std::string node_id;
    // A commit whose outcome is unknown and that would have ended tokens: they count as ended here
    // until `deadline` has passed (design D11).
    std::function<void(const std::string& stream, Timestamp deadline)> in_doubt = nullptr;
    // Whether the view has no room to apply what is appended: then nothing is.
    std::function<bool()> view_full = nullptr;
  };
  explicit LogCommandRunner(Parts parts) : parts_(std::move(parts)) {}

  Task<Result<Committed>> run(Request request, CommandOrigin origin) override;
  const States& states() const override { return parts_.states; }

 private:
  class InFlight;  // a command id that is being worked on here
  struct Attempt {
    Decision decision;
    View view;
    std::uint64_t position = 0;
    std::optional<std::uint64_t> actor_version;  // none: not an application, or not of control
  };

  Task<Result<Committed>> attempts(const Request& request, const CommandOrigin& origin);
  Task<Result<Attempt>> decide(const Request& request, const CommandOrigin& origin);
  Result<void> precondition(const Request& request, const CommandOrigin& origin,
                            const Decision& decision) const;
  Result<Commit> commit_of(const Request& request, const CommandOrigin& origin, Attempt attempt);
  Result<std::optional<Committed>> first_outcome(const CommandOrigin& origin) const;
  Result<std::optional<std::uint64_t>> actor_version(const CommandOrigin& origin) const;
  static void add_envelope_streams(const CommandOrigin& origin,
                                   std::optional<std::uint64_t> actor_version, Commit& commit);
  std::unexpected<Rejection> refusal(const Outcome& outcome, const Request& request,
                                     Timestamp deadline) const;

  Parts parts_;
  StreamQueue queue_;
  std::mutex mutex_;
  std::set<CommitId> in_flight_;
};

}  // namespace optare
