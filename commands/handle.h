// The only load - decide - append - wait loop.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "commands/decision.h"
#include "core/base/task.h"
#include "core/log/settle.h"

namespace optare {

constexpr int decide_attempts_max = 8;  // ours: then 409
constexpr std::size_t stream_queue_max =
    64;  // commands waiting for one stream on one node; then 503

// Who asked, and how: the envelope of the commit.
struct CommandOrigin {
  Actor actor;
  std::string request_id;
  std::string address;
  // With an Idempotency-Key: its command id, and the digest of the request.
  std::optional<CommitId> command_id;
  std::optional<Hash> request_digest;
  // With If-Match: the versions of the subject that the caller has seen.
  std::optional<std::vector<std::uint64_t>> if_match = std::nullopt;
  // Whether the actor, an application, may still ask for this, by the newest state: looked at each
  // time it is decided, since the request may have waited. None: whoever is active may.
  std::function<bool()> still_allowed = nullptr;
};

// What the caller may know once it is done.
struct Committed {
  std::uint64_t position =
      0;  // control ordinal; of the state that was looked at when nothing was recorded
  Timestamp log_time;
  std::vector<Event> events;  // of the subject's stream; none when nothing had to be recorded
  bool replayed = false;      // an earlier request with the same Idempotency-Key did it
  CommandOutcome outcome;     // when replayed
};

// Runs decisions against the log. Non-template core; `handle` adapts any Command to it.
class CommandRunner {
 public:
  virtual ~CommandRunner() = default;
  struct Request {
    std::string_view name;
    std::string subject;
    std::function<Result<Decision>(const CommandContext&)>
        decide;  // loads and decides anew each time
  };
  // Errors: the decision's own; unauthenticated, when the actor may no longer; precondition_failed,
  // conflict, unavailable, outcome_unknown, disk_full, clock_skew, overloaded,
  // idempotency_key_reused, idempotency_in_flight, quarantined.
  virtual Task<Result<Committed>> run(Request request, CommandOrigin origin) = 0;
  virtual const States& states() const = 0;
};

template <Command C>
Task<Result<Committed>> handle(CommandRunner& runner, C command, CommandOrigin origin) {
  const States& states = runner.states();
  CommandRunner::Request request;
  request.name = C::name;
  request.subject = command.subject();
  request.decide = [&command, &states](const CommandContext& context) {
    return command.decide(command.load(states), context);
  };
  co_return co_await runner.run(std::move(request), std::move(origin));
}

}  // namespace optare
