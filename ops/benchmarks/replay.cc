// How fast a folder's log is applied: into a fresh view as the follower does it, and again by a
// rebuild of every projection; on Kafka, before that, how fast it is fetched into such a folder.
// Beside each what RocksDB alone takes to read that log and to write those rows. Pin it to one core
// to see what one core does. Leaves what it wrote in the scratch folder.
//
//   benchmark_replay --data DIR [--kafka-brokers LIST --kafka-topic-prefix P --key-file FILE]
//                    --scratch DIR [--no-bare]
#include <CLI/CLI.hpp>
#include <ctime>
#include <random>

#include "core/kafka/kafka_log.h"
#include "core/openssl/frame_mac.h"
#include "core/openssl/random.h"
#include "core/system_clock/system_clock.h"
#include "ops/benchmarks/measure.h"
#include "ops/benchmarks/place.h"
#include "ops/node.h"
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

struct LiveRun {
  boost::json::object figures;
  std::size_t batches = 0;
};

LiveRun apply_live(const ReadOnlyFolder& folder, RocksStore& store, const Clock& clock,
                   Progress& progress) {
  const FleetMac mac(std::span(&folder.identity.fleet_key, 1), folder.identity.fleet_key.id);
  LiveStates states(store, *folder.log, clock);
  Follower follower({.log = *folder.log,
                     .store = store,
                     .mac = mac,
                     .log_id = folder.identity.log_id,
                     .node_id = "benchmark",
                     .states = states});
  LiveRun run;
  follower.on_batch = [&run](StoreBatch&) { ++run.batches; };
  follower.open();
  const std::uint64_t records = records_of(*folder.log);
  const Stopwatch watch;
  while (follower.step()) progress.report("applying", "commits", states.position(), records);
  if (follower.stopped()) throw std::runtime_error(states.stop_reason());
  run.figures = watch.rate(states.position());
  return run;
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

// Rows as they are written: a few of each table at a time, each few in the order of their keys.
using Batches = std::vector<StoreBatch>;

// The view's rows in so many batches. Whose turn a row is does not follow from its key, but where
// the key counts.
Batches batches_of(const RocksStore& view, const std::set<Table>& tables, std::size_t count) {
  Batches batches(count);
  std::mt19937_64 chance(1);
  for (const Table table : tables) {
    std::vector<std::pair<std::string, std::string>> rows;
    view.scan(table, "", [&](std::string_view key, std::string_view value) {
      rows.emplace_back(key, value);
      return true;
    });
    if (table != Table::chain && table != Table::journal) std::ranges::shuffle(rows, chance);
    for (std::size_t i = 0; i < rows.size(); ++i)
      batches[i * count / rows.size()].put(table, rows[i].first, rows[i].second);
  }
  for (StoreBatch& batch : batches) std::ranges::sort(batch.changes);
  return batches;
}

// Every row of the log is read, none is understood.
std::uint64_t scan(const std::filesystem::path& log) {
  const RocksResources resources;
  rocksdb::DB* opened = nullptr;
  const auto status = rocksdb::DB::OpenForReadOnly(resources.options(0), log.string(), &opened);
  if (!status.ok()) throw std::runtime_error(status.ToString());
  const std::unique_ptr<rocksdb::DB> database(opened);
  const std::unique_ptr<rocksdb::Iterator> row(database->NewIterator({}));
  std::uint64_t bytes = 0;
  for (row->SeekToFirst(); row->Valid(); row->Next())
    bytes += row->key().size() + row->value().size();
  return bytes;
}

// What RocksDB alone takes for the same: the log is read, as many rows of the same size are
// written, in as many batches, into a view of the same options.
boost::json::object bare(const std::filesystem::path& log, const std::filesystem::path& directory,
                         const Batches& batches, std::uint64_t commits) {
  const RocksResources resources;
  RocksStore store(resources, directory);
  store.expect_much(true);  // as the follower that is far behind, and a rebuild, have it
  std::size_t rows = 0;
  const Stopwatch watch;
  const std::uint64_t log_bytes = scan(log);
  for (const StoreBatch& batch : batches) {
    store.write(batch);
    rows += batch.changes.size();
  }
  boost::json::object figures = watch.rate(commits);
  figures["rows"] = rows;
  figures["batches"] = batches.size();
  figures["log_bytes"] = log_bytes;
  return figures;
}

std::set<Table> tables_of_projections() {
  std::set<Table> tables;
  for (const Projection* projection : catalogue()) {
    for (const Table table : projection->tables()) tables.insert(table);
  }
  return tables;
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

void measure(const Config& config, const std::filesystem::path& scratch, bool beside_rocks_alone) {
  SystemClock clock;
  SystemRandom random;
  Progress progress = spoken_progress();
  const ReadOnlyFolder folder(config, clock, random);
  std::filesystem::create_directories(scratch);
  boost::json::object result;
  if (config.log == "kafka")
    result["fetch"] = fetch(config, folder.resources, scratch / "log", clock, random, progress);
  std::size_t live_batches = 0;
  std::uint64_t commits = 0;
  {
    RocksStore store(folder.resources, scratch / "view");
    auto live = apply_live(folder, store, clock, progress);
    live_batches = live.batches;
    commits = live.figures.at("commits").to_number<std::uint64_t>();
    result["live"] = std::move(live.figures);
    result["rebuild"] = rebuild_all(folder, store, progress);
  }
  if (config.log != "kafka" && beside_rocks_alone) {
    const std::filesystem::path log = log_folder(config.data);
    const RocksStore view(folder.resources, scratch / "view", OpenMode::read_only);
    std::set<Table> tables = tables_of_projections();
    const std::size_t chunks = (commits + rebuild_chunk_commits - 1) / rebuild_chunk_commits;
    result["bare_rebuild"] =
        bare(log, scratch / "bare_rebuild", batches_of(view, tables, chunks), commits);
    tables.insert({Table::stream, Table::chain, Table::journal, Table::stream_by_time});
    result["bare_live"] =
        bare(log, scratch / "bare_live", batches_of(view, tables, live_batches), commits);
  }
  print_result(result);
}

}  // namespace
}  // namespace optare

int main(int count, char** arguments) {
  optare::Config config;
  std::filesystem::path scratch;
  bool beside_rocks_alone = true;
  CLI::App app("How fast a folder's log is applied");
  optare::add_place(app, config);
  app.add_option("--scratch", scratch)->required();
  app.add_flag("!--no-bare", beside_rocks_alone, "Measure nothing beside it");
  CLI11_PARSE(app, count, arguments);
  try {
    optare::measure(config, scratch, beside_rocks_alone);
  } catch (const std::exception& fault) {
    std::cerr << "benchmark_replay: " << fault.what() << std::endl;
    return 1;
  }
}
