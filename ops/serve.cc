// optare serve: everything is made here, from the bottom up, and ends in the opposite order.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <thread>

#include "api/errors.h"
#include "core/openssl/random.h"
#include "core/system_clock/system_clock.h"
#include "ops/cli/exit_code.h"
#include "ops/cli/failure.h"
#include "ops/compose.h"
#include "ops/health.h"
#include "ops/listeners.h"
#include "ops/local_commands.h"
#include "ops/open_files.h"
#include "ops/policies.h"

namespace optare {
namespace {

// SIGINT and SIGTERM, taken by a thread of their own. Made before any other thread, which inherits
// that they are blocked.
class EndSignals {
 public:
  explicit EndSignals(LogLines& lines) : lines_(lines) {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    thread_ = std::thread([this] { take_one(); });
  }
  ~EndSignals() {
    {
      const std::scoped_lock lock(mutex_);
      over_ = true;
    }
    pthread_kill(thread_.native_handle(), SIGTERM);
    thread_.join();
  }
  EndSignals(const EndSignals&) = delete;
  EndSignals& operator=(const EndSignals&) = delete;

  // From here on one ends `wait`; until here it ends the process, whatever a start waits for.
  void started() {
    const std::scoped_lock lock(mutex_);
    started_ = true;
  }
  // The name of the one that came.
  std::string_view wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !came_.empty(); });
    return came_;
  }

 private:
  void take_one() {
    int signal = 0;
    while (sigwait(&set_, &signal) != 0) {
    }
    const std::scoped_lock lock(mutex_);
    if (over_) return;
    came_ = signal == SIGINT ? "SIGINT" : "SIGTERM";
    changed_.notify_one();
    if (started_) return;
    // A start may end anywhere, as by kill -9: the next one goes on from what is durable.
    lines_.write(LogLevel::info, "stopped",
                 {{"signal", came_}, {"detail", "told to end while starting"}});
    std::_Exit(code_of(ExitCode::ok));
  }

  LogLines& lines_;
  sigset_t set_{};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string_view came_;
  bool started_ = false;
  bool over_ = false;
  std::thread thread_;
};

// The operations listener wants no counters of its own.
class Unobserved final : public Observer {};

// The product's listener, with fewer connections, which is said, when the system gives fewer files
// than the configuration asks connections for.
ServerOptions within_open_files(ServerOptions options, LogLines& lines) {
  const std::size_t wanted = options.limits.connections_max;
  const std::uint64_t open_files =
      raise_open_files(files_of_stores + ops_connections_max + wanted * options.threads);
  const std::size_t allowed = connections_per_thread(open_files, wanted, options.threads);
  if (allowed < wanted)
    lines.write(LogLevel::warning, "connections_limited",
                {{"connections_max", std::uint64_t{allowed}}, {"open_files", open_files}});
  options.limits.connections_max = allowed;
  return options;
}

int refuse(const Failure& failure) { return print_failure(std::cerr, failure); }

// An address may be free again in a moment; a certificate that cannot be used stays so.
int cannot_listen(const std::string& title, const Rejection& rejection) {
  const bool wrong = rejection.code == Code::invalid;
  return refuse({.exit = wrong ? ExitCode::usage : ExitCode::unavailable,
                 .title = title,
                 .detail = rejection.detail,
                 .advice = wrong ? ""
                                 : "If another program listens there, perhaps another Optare, name "
                                   "another address with --listen or --ops-listen."});
}

Server::Handler handler_of(const RouteTable& routes) {
  return [&routes](Request& request) { return routes.dispatch(request); };
}

RefusalRenderer refuser_of(const RouteTable& routes) {
  return [&routes](const Refusal& refusal, const Request& request) {
    return routes.refuse(refusal, request);
  };
}

void welcome(const Config& config, const Node& node, std::uint16_t port, std::uint16_t ops_port) {
  const Endpoint listen{config.listen.address, port};
  const Endpoint ops{config.ops_listen.address, ops_port};
  const auto file = admin_file_of(config.data);
  // On Kafka it is where `optare init` wrote it, perhaps on another machine.
  const bool known = std::filesystem::exists(file);
  const std::string admin = known ? file.string() : "FILE";
  const std::string to_export =
      known ? std::filesystem::absolute(file).lexically_normal().string() : admin;
  std::array<char, 4096> path{};
  const auto length = ::readlink("/proc/self/exe", path.data(), path.size() - 1);
  const std::string program = length > 0 ? std::string(path.data()) : "optare";
  fmt::print("Optare " OPTARE_VERSION
             " listens on {}://{} (issuer {})\n"
             "Operations (/livez, /readyz, /statusz, /metrics): http://{}\n"
             "Admin credentials: {}\n"
             "Try next, in another terminal:\n"
             "  export OPTARE_CREDENTIALS={}\n"
             "  {} apis create https://api.example.com --name \"My API\" --scope \"read:things "
             "Read them\"\n"
             "  {} applications create \"My job\" --api \"https://api.example.com read:things\"\n"
             "Ctrl-C ends it.\n",
             config.tls_cert.empty() ? "http" : "https", listen.text(), node.issuer(), ops.text(),
             admin, to_export, program, program);
  std::fflush(stdout);
}

// From listening to the last answer.
int listen_until_told(const Config& config, EndSignals& signals, Node& node, LogLines& lines,
                      Health& health, std::uint16_t ops_port) {
  Composition composition(node, lines);
  Policies policies({.store = node.store,
                     .log = node.log,
                     .runner = node.runner,
                     .spool_log = node.spool_log,
                     .retention = node.options.retention,
                     .random = node.random,
                     .lines = lines});
  Server server(within_open_files(product_listener(config), lines), handler_of(composition.routes),
                composition.counts, refuser_of(composition.routes));
  const auto port = server.start();
  if (!port) return cannot_listen("cannot listen", port.error());
  health.running(&node, &composition.counts, &policies);
  welcome(config, node, *port, ops_port);
  lines.write(LogLevel::info, "serving",
              {{"address", config.listen.address}, {"port", std::uint64_t{*port}}});
  const auto signal = signals.wait();
  lines.write(LogLevel::info, "stopping", {{"signal", signal}});
  health.stopping();
  const bool answered = server.stop();
  lines.write(answered ? LogLevel::info : LogLevel::warning, "stopped",
              {{"all_answered", answered ? "yes" : "no"}});
  health.running(nullptr, nullptr, nullptr);
  return code_of(ExitCode::ok);
}

}  // namespace

int serve(const Config& config) {
  LogLines lines(log_level_of(config.log_level));
  EndSignals signals(lines);
  Progress progress([&](const std::string& text) {
    lines.write(LogLevel::info, "progress", {{"detail", text}});
  });
  Health health(progress);
  RouteTable ops_routes(health.routes(), [](const Rejection& rejection, const Request& request) {
    return problem_response(rejection, request);
  });
  Unobserved unobserved;
  Server ops(operations_listener(config), handler_of(ops_routes), unobserved);
  const auto ops_port = ops.start();
  if (!ops_port) return cannot_listen("cannot listen for operations", ops_port.error());

  SystemClock clock;
  SystemRandom random;
  const auto node = Node::open(node_options(config), clock, random, lines, progress);
  signals.started();
  const int exit = node ? listen_until_told(config, signals, **node, lines, health, *ops_port)
                        : refuse(not_started(node.error()));
  ops.stop();
  return exit;
}

}  // namespace optare
