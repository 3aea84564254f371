// Callers that make a deployment's load: each knows what it was told of applications that nobody
// else touches.
#pragma once

#include <atomic>
#include <deque>
#include <string>
#include <vector>

#include "tests/support/call_log.h"

namespace optare {

// One caller's calls, one after another, each at any of its nodes.
class LoadCaller {
 public:
  struct App {
    std::string name;
    std::string key;        // Idempotency-Key of the call that makes it
    std::string client_id;  // empty: no answer told it
    std::string secret;     // the newest; empty: an answer with one was lost
    Known created = Known::no;
    Known deleted = Known::no;
  };

  LoadCaller(int number, Asker asker) : number_(number), asker_(std::move(asker)) {}

  void live(const std::atomic<bool>& ended);
  const std::deque<App>& apps() const { return apps_; }
  // Answers that nobody may give.
  const std::vector<std::string>& wrong() const { return wrong_; }

 private:
  void step();
  App* any_living();
  Asker::Answer ask(const Asker::Request& request);
  void create();
  void make(App& app);
  void remove(App& app);
  void rotate(App& app);

  const int number_;
  Asker asker_;
  std::deque<App> apps_;  // none ever moves
  App* lost_ = nullptr;   // nobody knows whether it was made: to be asked again
  std::vector<std::string> wrong_;
};

}  // namespace optare
