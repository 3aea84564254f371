// Real Kafka brokers for a test, through ops/kafka.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/server_process.h"
#include "tests/support/temporary_directory.h"

namespace optare {

struct KafkaBrokersOptions {
  int brokers = 3;
  bool hasty = true;                 // who is lost is soon missed, and so may be who is only slow
  std::string version = {};          // of Kafka; empty: the one that ops/kafka takes
  bool network = false;              // one of its own, for `cut`; needs root
  std::vector<std::string> up = {};  // more flags of `ops/kafka up`
};

// A cluster of the test's own, for tests that hurt it; it takes about 7 s to start. It ends with
// this object, and with this process, however that ends. Everything throws, with what ops/kafka
// said, when it does not work in time. Nodes are numbered from 1.
class KafkaBrokers {
 public:
  explicit KafkaBrokers(const KafkaBrokersOptions& options = {});
  ~KafkaBrokers();
  KafkaBrokers(const KafkaBrokers&) = delete;
  KafkaBrokers& operator=(const KafkaBrokers&) = delete;

  // host:port,... of all nodes.
  const std::string& bootstrap() const { return bootstrap_; }
  bool has_network() const { return options_.network; }
  // What ops/kafka keeps of the cluster; the log of node N is nodeN/log.
  std::filesystem::path folder() const { return files_ / "cluster"; }

  using Nodes = std::vector<int>;
  void stop(int node) { of_nodes("stop", {node}); }           // in good order
  void stop(const Nodes& nodes) { of_nodes("stop", nodes); }  // all at once; their network stays
  void start(int node) { of_nodes("start", {node}); }
  void start(const Nodes& nodes) { of_nodes("start", nodes); }
  void kill(int node) { of_nodes("kill", {node}); }           // SIGKILL, and gone
  void kill(const Nodes& nodes) { of_nodes("kill", nodes); }  // all at once
  void pause(int node) { of_nodes("pause", {node}); }
  void resume(int node) { of_nodes("resume", {node}); }
  // All nodes, in good order, and up again with their data and addresses.
  void stop_all();
  void start_all();
  // Has the first copy of each partition lead it, on purpose.
  void elect() { command({"elect"}); }
  // The node that leads the controllers; waits while there is none.
  int controller() const;
  // On a network of its own: nothing passes any more between this node and the others, and
  // everything again. Node 0 is a client in `guest_place`.
  void cut(int node, const std::vector<int>& others);
  void heal() { command({"heal"}); }
  ServerProcess::Place guest_place() const;
  // Runs `ops/kafka COMMAND... --folder ...`; what it printed.
  std::string command(const std::vector<std::string>& arguments) const;

 private:
  void of_nodes(std::string_view what, const Nodes& nodes);
  std::vector<std::string> up() const;

  TemporaryDirectory files_;
  KafkaBrokersOptions options_;
  std::string bootstrap_;
};

// The three brokers that the tests of one ctest run share, and that no test may hurt: ctest starts
// them (label kafka). Without ctest this process starts its own, once. Each test takes topics of
// its own: see kafka_prefix.
const std::string& shared_brokers();
// One broker more, which speaks TLS and knows some users, by SCRAM and PLAIN: `ops/kafka up --tls
// --scram --acls`. Shared in the same way.
struct SecureBroker {
  std::string bootstrap;
  std::filesystem::path folder;
  std::string user = "optare";    // may do everything
  std::string nodes = "nodes";    // these may do what a test lets them, in topics of its own
  std::string reader = "reader";  // and this one never anything on the cluster itself
  std::filesystem::path password_file() const { return folder / "password"; }
  std::filesystem::path ca() const { return folder / "tls/ca.pem"; }
};
const SecureBroker& secure_broker();
// And one that is older than the product takes: Kafka 3.6.2.
const std::string& old_broker();
// A prefix for topics that no other test has, and no earlier run: optare-test-...
std::string kafka_prefix();

}  // namespace optare
