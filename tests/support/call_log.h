// Calls of a deployment's load: how each was answered, and when.
#pragma once

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
  struct Call {
    Steady::time_point asked;
    Steady::time_point answered;
    const ServerProcess* node = nullptr;
    Known done{};
    bool lost = false;  // no answer came
  };
  struct Outcomes {
    int done = 0;
    int refused = 0;
    int unknown = 0;
    int lost = 0;  // some of those that are unknown
    int all() const { return done + refused + unknown; }
  };

  void begin(const ServerProcess* node, Steady::time_point asked);
  // REQUIRES: it was begun. `counts`: what was done before is no sign that anything can be done
  // now.
  void end(const Call& call, bool counts);
  // When the first call was done that was asked later than `moment`: one from before may have been
  // through already. `node`: which one was asked; null: any.
  std::optional<Steady::time_point> first_done_after(Steady::time_point moment,
                                                     const ServerProcess* node = nullptr) const;
  // Calls that `node` has had since before the moment, and not answered yet.
  int open_since(Steady::time_point moment, const ServerProcess* node) const;
  // Calls that `node` had at `from` and still had at `until`.
  Outcomes held(Steady::time_point from, Steady::time_point until, const ServerProcess* node) const;
  Outcomes all() const;

 private:
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
    bool replayed() const { return !response.header("Idempotency-Replayed").empty(); }
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
