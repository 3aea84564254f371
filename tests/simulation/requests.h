// What people asked, what they were told, and whether that is what the log says.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <map>
#include <memory>
#include <string>

#include "tests/simulation/stage.h"

namespace optare::simulation {

struct Asked {
  std::string request_id;
  std::string what;  // for a person
  Machine* machine = nullptr;
  std::uint64_t incarnation = 0;
  std::string subject;
  bool ends_tokens = false;
  std::optional<CommitId> command_id;
  std::optional<Hash> digest;
  // One of them is called: with the answer, or when there is none because the process died.
  std::function<void(const Result<Committed>&)> then;
  std::function<void()> abandoned;

  enum class Told : std::uint8_t { nothing, done, already_so, replayed, refused, unknown };
  Told told = Told::nothing;
  std::optional<Timestamp> deadline;  // of the newest commit that was sent for it
  std::uint64_t asked_at = 0;         // control ordinals then
  Timestamp begun{};
  std::optional<std::vector<std::uint64_t>> if_match;
  bool excused = false;  // the log has lost records since it was asked
};

class Requests {
 public:
  explicit Requests(Stage& stage) : stage_(stage) {}

  // With an Idempotency-Key: its command id and digest.
  struct Key {
    CommitId command_id{};
    Hash digest{};
  };
  using IfMatch = std::optional<std::vector<std::uint64_t>>;
  // Asks the machine's process.
  template <Command C>
  Asked& ask(Machine& machine, Actor actor, C command, std::optional<Key> key = std::nullopt,
             IfMatch if_match = std::nullopt) {
    Asked& asked = begin(machine, C::name, command.subject(), key);
    asked.if_match = std::move(if_match);
    CommandOrigin origin{.actor = std::move(actor),
                         .request_id = asked.request_id,
                         .address = {},
                         .command_id = asked.command_id,
                         .request_digest = asked.digest,
                         .if_match = asked.if_match};
    ++machine.process->requests;
    boost::asio::co_spawn(
        machine.process->io(), perform(*machine.process, std::move(command), std::move(origin)),
        [this, &asked](const std::exception_ptr& fault, std::optional<Result<Committed>> answer) {
          answered(asked, fault, answer);
        });
    return asked;
  }

  // Of those whose commits were sent; by the log.
  void sent(Partition partition, const std::string& frame);
  void log_was_cut();
  void check_all();
  // REQUIRES: all patience is over, but of who asked just now.
  void check_all_answered();
  std::size_t count() const { return all_.size(); }
  std::size_t told(Asked::Told told) const;
  // Deletions and the like of which nobody knows whether they happened, by subject: on this
  // process they count until the deadline.
  bool in_doubt(const Machine& machine, const std::string& stream) const;

 private:
  template <Command C>
  static Task<std::optional<Result<Committed>>> perform(Process& process, C command,
                                                        CommandOrigin origin) {
    co_return co_await handle(process.runner(), std::move(command), std::move(origin));
  }
  Asked& begin(Machine& machine, std::string_view name, std::string subject,
               const std::optional<Key>& key);
  void answered(Asked& asked, const std::exception_ptr& fault,
                const std::optional<Result<Committed>>& answer);
  void check(const Asked& asked, const Result<Committed>* answer);
  void check_done(const Asked& asked, const Committed& committed);
  void check_refused(const Asked& asked, const Rejection& refusal);
  void check_replayed(const Asked& asked, const Committed& committed);

  Stage& stage_;
  std::vector<std::unique_ptr<Asked>> all_;
  std::map<std::string, Asked*> by_id_;
  std::vector<const Asked*> in_doubt_;
};

}  // namespace optare::simulation
