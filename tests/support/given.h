// given(what happened).when(a command) -> what it decides.
#pragma once

#include <gtest/gtest.h>

#include "core/base/assert.h"
#include "tests/support/facts.h"
#include "tests/support/memory_states.h"

namespace optare {

using Events = std::vector<Event>;

// What a command decided, in the terms of a test.
class Decided {
 public:
  explicit Decided(Result<Decision> result) : result_(std::move(result)) {}

  // Of all streams, in order. Also says why when it was refused.
  Events events() const {
    Events all;
    EXPECT_TRUE(result_) << (result_ ? "" : result_.error().detail);
    if (!result_) return all;
    for (const Change& change : result_->changes)
      all.insert(all.end(), change.events.begin(), change.events.end());
    return all;
  }
  std::vector<std::string> written() const {
    std::vector<std::string> streams;
    if (!result_) return streams;
    for (const Change& change : result_->changes) streams.push_back(change.stream);
    return streams;
  }
  bool nothing() const { return result_ && result_->nothing() && result_->guards.empty(); }
  // What the refusal says; empty when it was taken.
  std::string detail() const { return result_ ? "" : result_.error().detail; }
  // `Code` of the refusal; none when it was taken.
  std::optional<Code> code() const {
    return result_ ? std::nullopt : std::optional(result_.error().code);
  }
  std::string pointer() const { return result_ ? "" : result_.error().pointer; }
  const Decision& decision() const { return result_.value(); }

 private:
  Result<Decision> result_;
};

class Given {
 public:
  Given() = default;
  explicit Given(const std::vector<facts::Fact>& history) {
    for (const facts::Fact& fact : history) add(fact);
  }
  // Each fact is a commit, a second after the one before.
  Given& add(const facts::Fact& fact) {
    now_ += std::chrono::seconds(1);
    const auto applied = states_.apply(fact.stream, fact.event, now_);
    EXPECT_TRUE(applied) << (applied ? "" : applied.error().detail);
    return *this;
  }
  Given& wait(Duration duration) {
    now_ += duration;
    return *this;
  }

  template <Command C>
  Decided when(const C& command) const {
    return Decided(command.decide(command.load(states_), {now_, {}}));
  }
  // The same, and it happened.
  template <Command C>
  Decided happens(const C& command) {
    Decided decided = when(command);
    if (!decided.code()) EXPECT_TRUE(states_.apply(decided.decision(), now_));
    return decided;
  }

  MemoryStates& states() { return states_; }
  Timestamp now() const { return now_; }

 private:
  MemoryStates states_;
  Timestamp now_ = facts::start;
};

inline Given given(const std::vector<facts::Fact>& history) { return Given(history); }

}  // namespace optare
