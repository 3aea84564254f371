// How fast a folder's log is applied: into a fresh view as the follower does it, and again by a
// rebuild of every projection; on Kafka, before that, how fast it is fetched into such a folder.
// Pin it to one core to see what one core does. Leaves what it wrote in the scratch folder.
//
//   benchmark_replay --data DIR [--kafka-brokers LIST --kafka-topic-prefix P --key-file FILE]
//                    --scratch DIR
#include <CLI/CLI.hpp>
#include <ctime>

#include "core/kafka/kafka_log.h"
#include "core/openssl/frame_mac.h"
#include "core/openssl/random.h"
#include "core/system_clock/system_clock.h"
#include "ops/benchmarks/measure.h"
#include "ops/benchmarks/place.h"
#include "ops/replay.h"
#include "projections/catalogue.h"
#include "projections/rebuild.h"

namespace optare {
namespace {

constexpr std::chrono::minutes fetch_patience{10};

class Stopwatch {
 public:
  boost::json::object rate(std::uint64_t commits) const {
    const double seconds = seconds_since(start_);
    const double used = static_cast<double>(std::clock() - processor_) / CLOCKS_PER_SEC;
    const auto count = static_cast<double>(commits);
    return {{"commits", commits},
            {"seconds", seconds},
            {"commits_per_second", count / seconds},
            {"processor_us_each", used / count * 1e6}};
  }

 private:
  SteadyClock::time_point start_ = SteadyClock::now();
  std::clock_t processor_ = std::clock();
};

std::uint64_t records_of(const EventLog& log) {
  std::uint64_t records = 0;
  for (const Partition partition : partitions) records += log.end(partition);
  return records;
}

boost::json::object apply_live(const ReadOnlyFolder& folder, RocksStore& store, const Clock& clock,
                               Progress& progress) {
  const FleetMac mac(std::span(&folder.identity.fleet_key, 1), folder.identity.fleet_key.id);
  LiveStates states(store, *folder.log, clock);
  Follower follower({.log = *folder.log,
                     .store = store,
                     .mac = mac,
                     .log_id = folder.identity.log_id,
                     .node_id = "benchmark",
                     .states = states});
  follower.open();
  const std::uint64_t records = records_of(*folder.log);
  const Stopwatch watch;
  while (follower.step()) progress.report("applying", "commits", states.position(), records);
  if (follower.stopped()) throw std::runtime_error(states.stop_reason());
  return watch.rate(states.position());
}

boost::json::object rebuild_all(const ReadOnlyFolder& folder, RocksStore& store,
                                Progress& progress) {
  std::set<std::string> names;
  for (const Projection* projection : catalogue()) names.emplace(projection->name());
  std::uint64_t commits = 0;
  const Stopwatch watch;
  const auto done = rebuild(store, *folder.log, names, [&](const RebuildProgress& now) {
    commits = now.done;
    progress.report("making projections again", "commits", now.done, now.total);
  });
  if (!done) throw std::runtime_error(done.error().detail);
  return watch.rate(commits);
}

// From the brokers into an empty copy, as at a node's first start.
boost::json::object fetch(const Config& config, const RocksResources& resources,
                          const std::filesystem::path& directory, const Clock& clock,
                          Random& random, Progress& progress) {
  KafkaLogOptions options;
  options.connection.brokers = config.kafka_brokers;
  options.connection.topic_prefix = config.kafka_topic_prefix;
  options.directory = directory;
  KafkaLog log(resources, clock, random, std::move(options));
  const Stopwatch watch;
  const bool whole = log.catch_up(fetch_patience, [&](std::uint64_t done, std::uint64_t total) {
    progress.report("fetching the log", "records", done, total);
  });
  if (!whole) throw std::runtime_error("the log cannot be fetched: " + log.fault());
  return watch.rate(records_of(log));
}

void measure(const Config& config, const std::filesystem::path& scratch) {
  SystemClock clock;
  SystemRandom random;
  Progress progress = spoken_progress();
  const ReadOnlyFolder folder(config, clock, random);
  std::filesystem::create_directories(scratch);
  boost::json::object result;
  if (config.log == "kafka")
    result["fetch"] = fetch(config, folder.resources, scratch / "log", clock, random, progress);
  RocksStore store(folder.resources, scratch / "view");
  result["live"] = apply_live(folder, store, clock, progress);
  result["rebuild"] = rebuild_all(folder, store, progress);
  print_result(result);
}

}  // namespace
}  // namespace optare

int main(int count, char** arguments) {
  optare::Config config;
  std::filesystem::path scratch;
  CLI::App app("How fast a folder's log is applied");
  optare::add_place(app, config);
  app.add_option("--scratch", scratch)->required();
  CLI11_PARSE(app, count, arguments);
  try {
    optare::measure(config, scratch);
  } catch (const std::exception& fault) {
    std::cerr << "benchmark_replay: " << fault.what() << std::endl;
    return 1;
  }
}
