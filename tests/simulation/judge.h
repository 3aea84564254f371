// What a run is judged by. The first violation ends it.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "tests/simulation/timeline.h"

namespace optare::simulation {

// What must always hold; each has a checker, and each checker a planted break that it catches.
enum class Rule : std::uint8_t {
  authentic,       // nothing counts that no node wrote
  deadline,        // nothing is admitted past its deadline
  view,            // nothing is admitted that was decided on another history
  guards,          // every guarded stream stood as the commit says
  dense_versions,  // a stream's events are numbered without a gap, and none twice
  moves,           // what is carried over counts in its turn, and never after the seal
  dense_ordinals,  // the n-th admitted commit is the n-th on every node; none is left out
  one_effect,      // a commit id, and within its 24 hours a command id, counts once
  fold,            // what decide let through can be folded
  rows,            // rows == fold of the log
  equal_rows,      // equal positions, equal rows on every node
  quarantine,      // no stream stops
  other_history,   // a node whose history is not the log's stops, and no other does
  follows,         // who takes what a node writes is soon who it hears
  fresh,           // who calls himself fresh has applied what was written a while ago
  clock,           // who is far from the brokers' time writes nothing
  tokens,          // alive if and only if nothing that ends it was applied
  doubt,           // a deletion in doubt counts on the node that tried it
  secrets,         // valid until the deadline, not longer, not shorter
  expirations,     // SecretExpired once for each rotated secret whose deadline passed
  answers,         // what was answered is what the log says
  ends,            // who asks where the log ends hears of all that was there when he asked
  absence,         // what was there when it was asked for is not said to be absent
  voids,           // races are bounded
  issued_order,    // each batch of a node stands in the topic behind those before it
  issued_told,     // nobody is told of a batch that is not there
  issued_whole,    // none is missing but what its spool dropped, and that is counted
  identifiers,     // a living API's identifier is its own
  administrators,  // somebody can administer
  actors,          // nobody decides anything who is gone, or inactive
  grants,          // an API that is granted is there
  recovers,        // when the faults end, every node gets to the log's end, and all are answered
};
constexpr std::size_t rules_count = static_cast<std::size_t>(Rule::recovers) + 1;
std::string_view rule_name(Rule rule);

struct Violation {
  Rule rule;
  std::string what;
};

class Judge {
 public:
  explicit Judge(const Timeline& timeline) : timeline_(timeline) {}

  void violated(Rule rule, std::string what) {
    note(std::string("VIOLATED ") + std::string(rule_name(rule)) + ": " + what);
    if (!first_) first_ = Violation{rule, std::move(what)};
  }
  void require(bool holds, Rule rule, const auto& what) {
    if (!holds) violated(rule, what());
  }
  const std::optional<Violation>& first() const { return first_; }

  // The last things that happened, for whoever looks for the reason.
  void note(const std::string& what) {
    digest_ = digest_ * 1'099'511'628'211ULL ^ std::hash<std::string>{}(what);
    notes_.push_back("+" + std::to_string(timeline_.elapsed().count()) + " ms  " + what);
    if (notes_.size() > notes_max) notes_.pop_front();
  }
  const std::deque<std::string>& notes() const { return notes_; }
  // Of everything noted: equal for equal runs.
  std::uint64_t digest() const { return digest_; }

 private:
  static constexpr std::size_t notes_max = 400;
  const Timeline& timeline_;
  std::optional<Violation> first_;
  std::deque<std::string> notes_;
  std::uint64_t digest_ = 0;
};

}  // namespace optare::simulation
