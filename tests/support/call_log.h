// Calls of a deployment's load: how each was answered, and when.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/support/server_process.h"
#include "tests/support/told_history.h"

namespace optare {

// The calls of all callers. Thread: any.
class CallLog {
 public:
  // How it came to its end.
  enum class End : std::uint8_t {
    answered,
    failed,     // answered with 5xx
    unreached,  // nobody took the connection
    cut,        // no answer came
  };
  struct Call {
    Steady::time_point asked;
    Steady::time_point answered;
    const ServerProcess* node = nullptr;
    Known done{};
    End end{};
    std::string said = {};  // of one that was not answered well
  };
  struct Outcomes {
    int done = 0;
    int refused = 0;
    int unknown = 0;
    int lost = 0;  // some of those: without an answer
    int all() const { return done + refused + unknown; }
  };

  struct Asked {
    Call call;
    HttpResponse response = {};  // of what was answered
    bool answered() const { return call.end == End::answered || call.end == End::failed; }
    bool replayed() const { return !response.header("Idempotency-Replayed").empty(); }
  };
  // Asks that node, and keeps what came of it, unless it is the answer of an earlier call: what was
  // done before is no sign that anything can be done now.
  Asked ask(const ServerProcess& node, const std::function<HttpResponse()>& ask);
  // When the first call was done that was asked later than `moment`: one from before may have been
  // through already. `node`: which one was asked; null: any.
  std::optional<Steady::time_point> first_done_after(Steady::time_point moment,
                                                     const ServerProcess* node = nullptr) const;
  // Calls that `node` has had since before the moment, and not answered yet.
  int open_since(Steady::time_point moment, const ServerProcess* node) const;
  // Calls that `node` had at `from` and still had at `until`.
  Outcomes held(Steady::time_point from, Steady::time_point until, const ServerProcess* node) const;
  Outcomes all() const;
  // Those that came to an end later than `from`, in the order of their ends.
  std::vector<Call> ended_after(Steady::time_point from) const;

 private:
  void begin(const Call& call);
  void end(const Call& call, bool counts);

  mutable std::mutex mutex_;
  std::multimap<const ServerProcess*, Steady::time_point> open_;  // when they were asked
  std::vector<Call> calls_;
};

// Who asks one call after another of the admin API, each at any of its nodes.
class Asker {
 public:
  struct Request {
    std::string method;
    std::string path;  // behind /api/v1
    std::string body = {};
    std::string key = {};  // Idempotency-Key
    std::string id = {};   // X-Request-Id
  };
  struct Answer {
    Known done = Known::perhaps;  // yes: with this answer; no: surely not
    HttpResponse response = {};
    const ServerProcess* node = nullptr;
    Steady::time_point asked = {};
    Steady::time_point answered = {};
  };

  // All parts outlive this. `administrator`: an access token.
  Asker(unsigned seed, std::vector<const ServerProcess*> nodes, const std::string& administrator,
        CallLog& log);

  // Waits a moment after an answer that says no: whoever asks again at once is no load, but a
  // storm.
  Answer ask(const Request& request);
  const ServerProcess& any_node() { return *nodes_[below(nodes_.size())]; }
  std::size_t below(std::size_t count);

 private:
  std::mt19937 random_;
  const std::vector<const ServerProcess*> nodes_;
  const std::string authorization_;
  CallLog& log_;
};

}  // namespace optare
