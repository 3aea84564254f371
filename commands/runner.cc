#include "commands/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "commands/if_match.h"

namespace optare {
namespace {

// Commands whose purpose is that tokens end: in doubt, they end (fail closed). The stream that each
// is about is one that liveness looks at. Not RevokeApiGrant: its stream is the whole application.
constexpr std::array<std::string_view, 6> ends_tokens{"DeleteApplication",  "DeactivateClient",
                                                      "RevokeClientTokens", "DeleteApi",
                                                      "RevokeSigningKey",   "RevokeToken"};

std::vector<Event> events_of(const Commit& commit, std::string_view stream) {
  std::vector<Event> events;
  for (const StreamWrite& write : commit.writes) {
    if (write.stream != stream) continue;
    for (const EncodedEvent& encoded : write.events) {
      if (auto event = decode_event(encoded.type, encoded.payload))
        events.push_back(*std::move(event));
    }
  }
  return events;
}

std::string command_stream(const CommitId& command_id) { return "command/" + hex(command_id); }

std::unexpected<Rejection> disk_full(std::string_view where) {
  return reject(Code::disk_full, fmt::format("the disk of the {} is full: nothing was changed. "
                                             "Make room and repeat",
                                             where));
}

// Refusals that something newer may lift: what is asked for, what is named, or another
// administrator is absent.
bool may_be_behind(Code code) {
  return code == Code::not_found || code == Code::unprocessable || code == Code::last_administrator;
}

}  // namespace

// Marks a command id as being worked on, so that a repeat meanwhile is told to wait.
class LogCommandRunner::InFlight {
 public:
  InFlight(LogCommandRunner& runner, const std::optional<CommitId>& id) : runner_(runner), id_(id) {
    if (!id_) return;
    const std::scoped_lock lock(runner_.mutex_);
    entered_ = runner_.in_flight_.insert(*id_).second;
  }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;
  ~InFlight() {
    if (!id_ || !entered_) return;
    const std::scoped_lock lock(runner_.mutex_);
    runner_.in_flight_.erase(*id_);
  }
  bool taken() const { return id_ && !entered_; }

 private:
  LogCommandRunner& runner_;
  std::optional<CommitId> id_;
  bool entered_ = false;
};

Task<Result<Committed>> LogCommandRunner::run(Request request, CommandOrigin origin) {
  const InFlight in_flight(*this, origin.command_id);
  if (in_flight.taken()) {
    co_return reject(
        Code::idempotency_in_flight,
        "the first request with this Idempotency-Key is still being worked on: repeat it shortly");
  }
  auto turn = co_await queue_.enter(request.subject);
  if (!turn) co_return std::unexpected(turn.error());
  co_return co_await attempts(request, origin);
}

Task<Result<Committed>> LogCommandRunner::attempts(const Request& request,
                                                   const CommandOrigin& origin) {
  for (int attempt = 1; attempt <= decide_attempts_max; ++attempt) {
    CO_TRY(const auto first, first_outcome(origin));
    if (first) co_return *first;

    auto decided = co_await decide(request, origin);
    if (!decided) co_return std::unexpected(decided.error());
    if (decided->decision.nothing()) {
      Committed nothing;
      nothing.position = decided->position;
      nothing.log_time = parts_.states.log_time(Partition::control);
      co_return nothing;
    }
    if (parts_.view_full && parts_.view_full()) co_return disk_full("view");
    const Partition partition = decided->decision.partition;
    CO_TRY(const Commit commit, commit_of(request, origin, *std::move(decided)));
    CO_TRY(const std::string payload, encode_commit(commit));
    const Outcome outcome = co_await parts_.settler.send(
        parts_.log, partition, commit.id, commit.deadline,
        make_frame(parts_.mac, parts_.log_id, partition, FrameKind::commit, payload),
        command_patience);
    if (outcome.kind == Outcome::Kind::done) {
      Committed done;
      done.position =
          partition == Partition::control ? outcome.view.ordinal : parts_.states.position();
      done.log_time = outcome.log_time;
      done.events = events_of(commit, request.subject);
      co_return done;
    }
    if (outcome.kind != Outcome::Kind::void_commit)
      co_return refusal(outcome, request, commit.deadline);
    // Lost a race; the view has already applied what won. A little disorder keeps two nodes from
    // meeting again.
    const auto jitter = parts_.random.bytes<1>();
    co_await parts_.clock.sleep(Duration(jitter[0] % (2 * attempt)));
  }
  co_return reject(
      Code::conflict,
      "others changed the same thing at the same time, again and again: repeat the request");
}

Result<std::optional<Committed>> LogCommandRunner::first_outcome(
    const CommandOrigin& origin) const {
  if (!origin.command_id) return std::optional<Committed>();
  auto outcome = parts_.states.outcome(*origin.command_id);
  if (!outcome || outcome->log_time + command_stream_life <= parts_.log.now())
    return std::optional<Committed>();
  if (outcome->request_digest != text_of(*origin.request_digest)) {
    return reject(Code::idempotency_key_reused,
                  "this Idempotency-Key was used for another request: use a new key");
  }
  Committed committed;
  committed.position = outcome->ordinal;
  committed.log_time = outcome->log_time;
  committed.replayed = true;
  const auto accepted = parts_.accepted.after(Partition::control, outcome->ordinal - 1, 1);
  if (!accepted.empty()) committed.events = events_of(accepted.front().commit, outcome->subject);
  committed.outcome = *std::move(outcome);
  return std::optional(std::move(committed));
}

// A refusal because something is absent counts only once the view holds everything that the log
// held when we were asked: what was created elsewhere works here at once (design D6).
Task<Result<LogCommandRunner::Attempt>> LogCommandRunner::decide(const Request& request,
                                                                 const CommandOrigin& origin) {
  for (bool waited = false;; waited = true) {
    // The view first: rows that are read after it are at least as new.
    const View control = parts_.states.view(Partition::control);
    const View tokens = parts_.states.view(Partition::tokens_00);
    const CommandContext context{parts_.log.now(), origin.actor};
    auto decision = request.decide(context);
    if (decision) {
      CO_TRY_VOID(precondition(request, origin, *decision));
      const bool of_control = decision->partition == Partition::control;
      Attempt attempt{*std::move(decision), of_control ? control : tokens, control.ordinal, {}};
      if (of_control) {
        CO_TRY(attempt.actor_version, actor_version(origin));
      }
      co_return attempt;
    }
    if (!may_be_behind(decision.error().code) || waited)
      co_return std::unexpected(decision.error());
    if (!co_await parts_.states.caught_up(Partition::control))
      co_return reject(Code::not_fresh, "this node is behind the log: try again shortly");
  }
}

// The version that was decided on, so that nothing can slip in between.
Result<void> LogCommandRunner::precondition(const Request& request, const CommandOrigin& origin,
                                            const Decision& decision) const {
  if (!origin.if_match) return {};
  for (const Change& change : decision.changes) {
    if (change.stream == request.subject)
      return require_version(origin.if_match, change.expected_version);
  }
  return require_version(origin.if_match,
                         parts_.states.stream_version(Partition::control, request.subject));
}

Result<Commit> LogCommandRunner::commit_of(const Request& request, const CommandOrigin& origin,
                                           Attempt attempt) {
  Commit commit;
  commit.id = parts_.random.bytes<16>();
  // A history that was carried over may be a little ahead of this log's clock.
  const Timestamp log_time = parts_.states.log_time(attempt.decision.partition);
  commit.deadline = std::max(parts_.log.now(), log_time) + commit_deadline;
  commit.feature_level = parts_.states.feature_level(attempt.decision.partition);
  commit.view = attempt.view;
  for (const Change& change : attempt.decision.changes) {
    if (parts_.states.quarantined_forever(change.stream)) {
      return reject(Code::quarantined,
                    change.stream + " is stopped: its history cannot be applied. See /readyz");
    }
    StreamWrite write{change.stream, change.expected_version, {}};
    for (const Event& event : change.events) write.events.push_back(encode_event(event));
    commit.writes.push_back(std::move(write));
  }
  commit.guards = std::move(attempt.decision.guards);
  commit.actor = origin.actor;
  commit.request_id = origin.request_id;
  commit.cause = request.name;
  commit.node_id = parts_.node_id;
  commit.origin_address = origin.address;
  commit.command_id = origin.command_id;
  commit.request_digest = origin.request_digest;
  if (attempt.decision.partition == Partition::control)
    add_envelope_streams(origin, attempt.actor_version, commit);
  return commit;
}

// The version of the actor's application, read before the look at what he may: whatever takes it
// from him after that look moves the version, and the commit that guards (or writes) it is void.
Result<std::optional<std::uint64_t>> LogCommandRunner::actor_version(
    const CommandOrigin& origin) const {
  if (origin.actor.type != ActorType::application) return std::nullopt;
  const auto actor = parts_.states.application(ClientId(origin.actor.id));
  if (!actor || actor->standing != Standing::active)
    return reject(Code::unauthenticated, "the application that asks was deleted or deactivated");
  if (origin.still_allowed && !origin.still_allowed())
    return reject(Code::unauthenticated, "the access token ended before this was done");
  return actor->version;
}

// The actor's own application is guarded (contracts.md E), and an Idempotency-Key claims its stream
// (C).
void LogCommandRunner::add_envelope_streams(const CommandOrigin& origin,
                                            std::optional<std::uint64_t> actor_version,
                                            Commit& commit) {
  if (origin.command_id) commit.writes.push_back({command_stream(*origin.command_id), 0, {}});
  if (!actor_version) return;
  const std::string stream = application_stream(ClientId(origin.actor.id));
  const auto is_it = [&](const auto& named) { return named.stream == stream; };
  if (std::ranges::any_of(commit.writes, is_it) || std::ranges::any_of(commit.guards, is_it))
    return;
  commit.guards.push_back({stream, *actor_version});
}

std::unexpected<Rejection> LogCommandRunner::refusal(const Outcome& outcome, const Request& request,
                                                     Timestamp deadline) const {
  if (outcome.kind == Outcome::Kind::unknown) {
    if (parts_.in_doubt && std::ranges::find(ends_tokens, request.name) != ends_tokens.end())
      parts_.in_doubt(request.subject, deadline);
    return reject(Code::outcome_unknown,
                  "the log did not answer in time, so this may or may not have happened: look "
                  "before you repeat it, "
                  "or send an Idempotency-Key");
  }
  switch (outcome.refusal) {
    case Append::refused_disk_full:
      return disk_full("log");
    case Append::refused_clock:
      return reject(Code::clock_skew,
                    "this machine's clock disagrees with the log's time: nothing was changed. "
                    "Set the clock and repeat");
    case Append::persisted:
    case Append::not_persisted:
    case Append::possibly_persisted:
      break;
  }
  return reject(Code::unavailable,
                "the log did not take the change: nothing was changed. Repeat it");
}

}  // namespace optare
