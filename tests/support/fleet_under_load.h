// Three nodes under load over three brokers that a test hurts, and what must hold of them after.
#pragma once

#include <boost/json/array.hpp>
#include <functional>
#include <map>
#include <optional>
#include <thread>

#include "tests/support/caller.h"
#include "tests/support/fleet.h"
#include "tests/support/raw_kafka.h"
#include "tests/support/rival.h"
#include "tests/support/token_caller.h"

namespace optare {

// Longer than any fail-over here may take, on a machine that has other work too.
constexpr Patience recovery_max{180'000};

// The first two nodes, a and b, reach every broker. On brokers with a network of their own c runs
// in the guest's place, where it can be cut off from some. Of each kind of caller some go to a and
// b, some to c, some anywhere: whatever happens to c stops some of them.
class FleetUnderLoad {
 public:
  // Throws when they do not run in time. `brokers` outlives this, and may be hurt meanwhile.
  explicit FleetUnderLoad(KafkaBrokers& brokers);
  ~FleetUnderLoad();
  FleetUnderLoad(const FleetUnderLoad&) = delete;
  FleetUnderLoad& operator=(const FleetUnderLoad&) = delete;

  // Waits until each kind of call was done, so that a fault meets all of them.
  void wait_for_full_load() const;
  // Waits for the first commit that was asked for later than `moment`; how much later it was done.
  Duration next_commit(const std::string& after, Steady::time_point moment,
                       const ServerProcess* node = nullptr);
  // Waits until each of these nodes gives tokens; how long after `moment` they do.
  Duration tokens_at(const std::vector<ServerProcess*>& asked, const std::string& after,
                     Steady::time_point moment);
  // As the first node says it; throws when it is not done in time.
  HttpResponse insist(const std::string& method, const std::string& path, const std::string& body);

  // Made on a, with a grant of all `apis`.
  AppSecret create_application(const std::string& name) const;

  // The node that leads the log, as all brokers say.
  int leader();
  // All brokers but this one.
  std::vector<int> others(int broker) const;
  void wait_for_all_in_sync();

  // Ends the load. It does not begin again.
  void end_load();
  // Ends the load and compares what callers were told with what is there, on each node and on one
  // more that begins with nothing but the log: a sentence for each difference. Last of all: it
  // stops the nodes.
  std::vector<std::string> what_is_wrong();

  KafkaBrokers& brokers;
  const Fleet fleet;
  ServerProcess a;
  ServerProcess b;
  ServerProcess c;
  const std::vector<ServerProcess*> nodes{&a, &b, &c};
  AppSecret admin;
  std::string administrator;  // its access token
  CallLog calls;              // of the admin API
  CallLog token_calls;        // of the OAuth endpoints
  // What a fault found wrong while it happened.
  std::vector<std::string> wrong;
  // Applications that a fault asked for once each, by name: whether it was told that they are made.
  std::map<std::string, Known> asked_for;
  const std::vector<std::string> apis{"https://jwt.example.com", "https://opaque.example.com"};

 private:
  using Names = std::multimap<std::string, std::string>;  // to client_id
  // All applications as the node shows them, without what each node keeps for itself.
  boost::json::array rows_of(const ServerProcess& node) const;
  boost::json::array agreed_rows(const std::vector<const ServerProcess*>& all) const;
  std::vector<StandingEvent> events_of(const ServerProcess& node) const;
  void create_apis() const;
  void begin_load();
  void compare(const boost::json::array& rows);
  void compare(const LoadCaller::App& app, const Names& found);
  void compare_histories(const std::vector<StandingEvent>& events);
  void print(const std::vector<ToldCall>& history);
  // Each token that somebody got has its record in the topic, once.
  void compare_issuance();
  void ask_for_dead_tokens();
  void ask_for_tokens_of(const std::vector<const LoadCaller::App*>& living);
  void verify_nodes();
  // What each broker says when it is asked alone; none: not the same. One that was cut off tells
  // for a while of what was before.
  std::optional<int> told_by_all(const std::function<int(RawKafka&)>& tell) const;

  std::deque<LoadCaller> callers_;  // each with applications of its own
  SharedApplications shared_;
  std::deque<Rival> rivals_;
  std::deque<TokenCaller> token_callers_;
  std::atomic<bool> ended_ = false;
  std::vector<std::jthread> threads_;  // last: they end first
};

}  // namespace optare
