// One node in memory on one thread: the real log, store, follower and runner, stepped by the test.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "commands/runner.h"
#include "commands/system/genesis.h"
#include "core/log/event_log.h"
#include "core/memory/memory_log.h"
#include "core/openssl/frame_mac.h"
#include "core/openssl/random.h"
#include "projections/follow.h"
#include "tests/support/counted_store.h"
#include "tests/support/fake_clock.h"

namespace optare {

// What several nodes of one deployment share.
struct Deployment {
  FakeClock clock;
  MemoryLog log{clock};
  LogId log_id{7};
  SystemRandom random;
};

inline FleetKey test_fleet_key(char fill = 'k') {
  return {1, Secret(std::string(fleet_key_bytes, fill))};
}

class SmallNode {
 public:
  // `log` is the deployment's own, or one that stands before it.
  explicit SmallNode(Deployment& deployment, EventLog* log = nullptr, std::string name = "node_1")
      : deployment_(deployment),
        log_(log != nullptr ? *log : deployment.log),
        node_id(std::move(name)),
        states(store, log_, deployment.clock),
        settler(deployment.clock),
        journal(store, log_),
        runner({.states = states,
                .log = log_,
                .settler = settler,
                .mac = mac,
                .accepted = journal,
                .clock = deployment.clock,
                .random = deployment.random,
                .log_id = deployment.log_id,
                .node_id = node_id,
                .in_doubt = [this](const std::string& stream,
                                   Timestamp deadline) { states.doubt(stream, deadline); },
                .view_full = [this] { return view_full; }}) {
    reopen();
  }

  // As after a restart: a new follower over the same store.
  void reopen() {
    follower = std::make_unique<Follower>(Follower::Parts{.log = log_,
                                                          .store = store,
                                                          .mac = mac,
                                                          .log_id = deployment_.log_id,
                                                          .node_id = node_id,
                                                          .states = states,
                                                          .settler = &settler});
    follower->on_void = [this](const VoidRecord& record) { voids.push_back(record); };
    follower->open();
  }

  // Everything that can go on without time passing goes on.
  void settle() {
    do {
      while (follower->step()) {
      }
      follower->tick();
      context.restart();
    } while (context.poll() > 0);
  }

  using Result_ = std::shared_ptr<std::optional<Result<Committed>>>;
  // Begins, and goes as far as it can.
  Result_ begin(CommandRunner::Request request, CommandOrigin origin) {
    auto result = std::make_shared<std::optional<Result<Committed>>>();
    boost::asio::co_spawn(context, runner.run(std::move(request), std::move(origin)),
                          [result](const std::exception_ptr& fault, Result<Committed> done) {
                            if (fault) std::rethrow_exception(fault);
                            *result = std::move(done);
                          });
    settle();
    return result;
  }
  template <Command C>
  Result_ begin(C command, CommandOrigin origin = operator_origin()) {
    CommandRunner::Request request;
    request.name = C::name;
    request.subject = command.subject();
    request.decide = [this, command](const CommandContext& context_of) {
      return command.decide(command.load(states), context_of);
    };
    return begin(std::move(request), std::move(origin));
  }
  template <Command C>
  Result<Committed> run(C command, CommandOrigin origin = operator_origin()) {
    return begin(std::move(command), std::move(origin))->value();
  }
  // A decision of the test's own.
  Result<Committed> commit(Decision decision, CommandOrigin origin = operator_origin()) {
    CommandRunner::Request request;
    request.name = "Test";
    request.subject = decision.changes.front().stream;
    request.decide = [decision](const CommandContext&) -> Result<Decision> { return decision; };
    return begin(std::move(request), std::move(origin))->value();
  }

  // A commit of another node's, decided on this one's view.
  Commit commit_on_view() const {
    Commit commit;
    commit.id = {9};
    commit.deadline = deployment_.log.now() + std::chrono::seconds(10);
    commit.view = states.view(Partition::control);
    commit.writes = {{"application/srv_x", 0, {}}};
    commit.actor = {ActorType::system, "test"};
    commit.cause = "Test";
    commit.node_id = "node_9";
    return commit;
  }
  std::string frame_of(const Commit& commit) const { return frame_of(commit, mac); }
  std::string frame_of(const Commit& commit, const FleetMac& by) const {
    return make_frame(by, deployment_.log_id, Partition::control, FrameKind::commit,
                      encode_commit(commit).value());
  }

  static CommandOrigin operator_origin() {
    CommandOrigin origin;
    origin.actor = {ActorType::system, "test"};
    return origin;
  }
  // Every row, as text; for comparing views.
  std::map<std::string, std::string> rows() const {
    std::map<std::string, std::string> all;
    for (int table = 0; table < 64; ++table) {
      store.scan(static_cast<Table>(table), "", [&](std::string_view key, std::string_view value) {
        all.emplace(store_key(static_cast<Table>(table), key), value);
        return true;
      });
    }
    return all;
  }

 private:
  Deployment& deployment_;
  EventLog& log_;
  FleetKey key_ = test_fleet_key();

 public:
  const std::string node_id;
  FleetMac mac{std::span(&key_, 1), 1};
  CountedStore store;
  bool view_full = false;
  LiveStates states;
  Settler settler;
  Journal journal;
  LogCommandRunner runner;
  std::unique_ptr<Follower> follower;
  std::vector<VoidRecord> voids;
  boost::asio::io_context context;
};

}  // namespace optare
