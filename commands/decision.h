// What a command decided: which streams it writes and which it relied on. Pure values.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/events.h"
#include "core/log/commit.h"
#include "core/ports/states.h"

namespace optare {

struct Change {
  std::string stream;
  std::uint64_t expected_version = 0;
  std::vector<Event> events;  // none: a claim
  bool operator==(const Change&) const = default;
};

struct Decision {
  Partition partition = Partition::control;
  std::vector<Change> changes;  // none: already so, nothing to record
  std::vector<Guard> guards;
  bool operator==(const Decision&) const = default;

  bool nothing() const { return changes.empty(); }
};

// One stream of `control` is written, nothing else.
inline Decision write(std::string stream, std::uint64_t expected_version,
                      std::vector<Event> events) {
  Decision decision;
  decision.changes.push_back({std::move(stream), expected_version, std::move(events)});
  return decision;
}
// A stream that is moved by one and says nothing: two commits that claim it cannot both count.
inline Change claim(std::string stream, std::uint64_t expected_version) {
  return {std::move(stream), expected_version, {}};
}

// What every decide may know beside state and command. Ids, secrets and digests are in the command:
// the shell made them.
struct CommandContext {
  Timestamp now;  // log time, estimated
  Actor actor;
};

// A command is a struct with
//   static constexpr std::string_view name        its permanent name, the commit's `cause`
//   struct State                                   what it looks at
//   State load(const States&) const                reads it, each time it is decided
//   Result<Decision> decide(const State&, const CommandContext&) const     pure
//   std::string subject() const                    the stream it is about: its FIFO and its
//   outcome's row
template <class C>
concept Command = requires(const C& c, const States& states, const typename C::State& state,
                           const CommandContext& ctx) {
  { C::name } -> std::convertible_to<std::string_view>;
  { c.load(states) } -> std::same_as<typename C::State>;
  { c.decide(state, ctx) } -> std::same_as<Result<Decision>>;
  { c.subject() } -> std::same_as<std::string>;
};

}  // namespace optare
