#include "tests/support/kafka_brokers.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <random>

#include "tests/support/process.h"

namespace optare {
namespace {

constexpr Patience command_patience{240'000};  // more than any deadline of ops/kafka's own

std::string ops_kafka(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), OPTARE_SOURCE_DIR "/ops/kafka");
  const Ended ended = run({.arguments = arguments}, command_patience);
  if (ended.code != 0) {
    throw std::runtime_error(
        fmt::format("ops/kafka {}: exit code {}\n{}", arguments[1], ended.code, ended.err));
  }
  return ended.out.substr(0, ended.out.find_last_not_of('\n') + 1);
}

std::string bootstrap_in(const std::filesystem::path& folder) {
  std::string text = file_text(folder / "bootstrap");
  if (text.empty())
    throw std::runtime_error("the shared brokers of ctest are not up: " + folder.string());
  text.resize(text.find_last_not_of('\n') + 1);
  return text;
}

// Those that ctest keeps in the folder that the variable names; without ctest, this process's own.
class Shared {
 public:
  Shared(const char* variable, const KafkaBrokersOptions& options) {
    if (const char* const kept = std::getenv(variable)) {
      folder = kept;
      bootstrap = bootstrap_in(folder);
    } else {
      own_.emplace(options);
      folder = own_->folder();
      bootstrap = own_->bootstrap();
    }
  }
  std::filesystem::path folder;
  std::string bootstrap;

 private:
  std::optional<KafkaBrokers> own_;
};

}  // namespace

KafkaBrokers::KafkaBrokers(const KafkaBrokersOptions& options) : options_(options) {
  try {
    bootstrap_ = command(up());
  } catch (const std::exception&) {
    ops_kafka({"down", "--remove", "--folder", folder().string()});
    throw;
  }
}

KafkaBrokers::~KafkaBrokers() {
  try {
    command({"down", "--remove"});
  } catch (const std::exception& error) {
    // The watchdog of the cluster ends it with this process.
    fmt::print(stderr, "{}\n", error.what());
  }
}

std::vector<std::string> KafkaBrokers::up() const {
  std::vector<std::string> arguments{"up", "--brokers", std::to_string(options_.brokers),
                                     "--die-with", std::to_string(getpid())};
  if (options_.hasty) arguments.emplace_back("--hasty");
  if (options_.network) arguments.emplace_back("--network");
  if (!options_.version.empty()) {
    arguments.emplace_back("--version");
    arguments.push_back(options_.version);
  }
  arguments.insert(arguments.end(), options_.up.begin(), options_.up.end());
  return arguments;
}

std::string KafkaBrokers::command(const std::vector<std::string>& arguments) const {
  std::vector<std::string> all = arguments;
  all.emplace_back("--folder");
  all.push_back(folder().string());
  return ops_kafka(std::move(all));
}

void KafkaBrokers::of_nodes(std::string_view what, const Nodes& nodes) {
  std::vector<std::string> arguments{std::string(what)};
  for (const int node : nodes) arguments.push_back(std::to_string(node));
  command(arguments);
}

void KafkaBrokers::stop_all() { command({"down"}); }

void KafkaBrokers::start_all() { command(up()); }

void KafkaBrokers::cut(int node, const std::vector<int>& others) {
  std::vector<std::string> arguments{"cut", std::to_string(node)};
  for (const int other : others) arguments.push_back(std::to_string(other));
  command(arguments);
}

ServerProcess::Place KafkaBrokers::guest_place() const {
  return {.host = command({"guest"}),
          .within = {OPTARE_SOURCE_DIR "/ops/kafka", "guest", "--folder", folder().string()}};
}

int KafkaBrokers::controller() const { return std::stoi(command({"controller"})); }

const std::string& shared_brokers() {
  static const Shared shared("OPTARE_TEST_BROKERS", {.hasty = false});
  return shared.bootstrap;
}

const SecureBroker& secure_broker() {
  static const Shared shared("OPTARE_TEST_SECURE_BROKER",
                             {.brokers = 1, .hasty = false, .up = {"--tls", "--scram", "--acls"}});
  static const SecureBroker broker{.bootstrap = shared.bootstrap, .folder = shared.folder};
  return broker;
}

const std::string& old_broker() {
  static const Shared shared("OPTARE_TEST_OLD_BROKER",
                             {.brokers = 1, .hasty = false, .version = "3.6.2"});
  return shared.bootstrap;
}

std::string kafka_prefix() {
  static std::random_device random;
  return fmt::format("optare-test-{:08x}{:08x}", random(), random());
}

}  // namespace optare
