// Callers that make a deployment's load: each knows what it was told of applications that nobody
// else touches.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/support/server_process.h"

namespace optare {

using Steady = std::chrono::steady_clock;

enum class Known : std::uint8_t { no, yes, perhaps };

// The calls of all callers, as they were answered.
class CallLog {
 public:
  struct Call {
    Steady::time_point asked;
    Steady::time_point answered;
    const ServerProcess* node = nullptr;
    Known done{};
  };
  struct Outcomes {
    int done = 0;
    int refused = 0;
    int unknown = 0;
    int all() const { return done + refused + unknown; }
  };

  void add(const Call& call);
  // When the first call was done that was asked later than `moment`: one from before may have been
  // through already. `node`: which one was asked; null: any.
  std::optional<Steady::time_point> first_done_after(Steady::time_point moment,
                                                     const ServerProcess* node = nullptr) const;
  // Of the calls that `node` had at the moment.
  Outcomes of_those_at(Steady::time_point moment, const ServerProcess* node) const;
  Outcomes all() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Call> calls_;
};

// One caller's calls, one after another, each at any of its nodes.
class Caller {
 public:
  struct App {
    std::string name;
    std::string key;        // Idempotency-Key of the call that makes it
    std::string client_id;  // empty: no answer told it
    std::string secret;     // the newest; empty: an answer with one was lost
    Known created = Known::no;
    Known deleted = Known::no;
  };

  // All parts outlive this. `administrator`: an access token.
  Caller(int number, std::vector<const ServerProcess*> nodes, std::string administrator,
         CallLog& log);

  void live(const std::atomic<bool>& ended);
  const std::deque<App>& apps() const { return apps_; }
  // Answers that nobody may give.
  const std::vector<std::string>& wrong() const { return wrong_; }

 private:
  void step();
  App* any_living();
  // Yes: with this answer; no: surely not; perhaps: nobody knows.
  Known ask(const std::string& method, const std::string& path, const std::string& body,
            const std::string& key, HttpResponse& answer);
  Known judge(const HttpResponse& answer, const std::string& call);
  void create();
  void make(App& app);
  void remove(App& app);
  void rotate(App& app);
  std::size_t below(std::size_t count);

  const int number_;
  std::mt19937 random_;
  const std::vector<const ServerProcess*> nodes_;
  const std::string authorization_;
  CallLog& log_;
  std::deque<App> apps_;  // none ever moves
  App* lost_ = nullptr;   // nobody knows whether it was made: to be asked again
  std::vector<std::string> wrong_;
};

}  // namespace optare
