// A history of calls: what callers were told, held against the events that stand in the log. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace optare {

using Steady = std::chrono::steady_clock;

enum class Known : std::uint8_t { no, yes, perhaps };

// One call, with its repeats: they carry the same request id.
struct ToldCall {
  std::string request_id;
  std::string event = {};   // the type that it asks for
  std::string stream = {};  // that it is about; empty: nobody was told
  Known done{};
  std::uint64_t position = 0;     // that "done" told; 0: none was told
  bool absent = false;            // refused because there is no such application
  Steady::time_point asked = {};  // the first time
  Steady::time_point answered = {};
};

// As GET /api/v1/events shows it, of one partition after the other, each in its order.
struct StandingEvent {
  std::uint64_t position = 0;
  std::string type;
  std::string stream;
  std::string request_id;
};

// What cannot be, a sentence each:
// - a call that was done does not stand once, where it was told; one that asks for a standing that
//   the application has already may stand nowhere;
// - a call that was refused stands; one whose outcome is unknown stands more than once;
// - an event stands that none of these calls asked for, and its request id begins with `ours`;
// - an application has events before it was created, or after it was deleted;
// - a call that was asked after the answer of another one stands before it;
// - an application is told as absent before anybody asked to delete it.
std::vector<std::string> contradictions(std::span<const ToldCall> calls,
                                        std::span<const StandingEvent> events,
                                        const std::string& ours);

}  // namespace optare
