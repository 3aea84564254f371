// What stands in a data folder: rows and bytes of each table of the view, records and bytes of the
// log, and how many rows each kind of command wrote, found by applying the log once more, one
// record a batch. The server must be stopped.
//
//   benchmark_contents --data DIR --scratch DIR [--records-max N]
#include <CLI/CLI.hpp>

#include "core/log/frame.h"
#include "core/openssl/frame_mac.h"
#include "core/openssl/random.h"
#include "core/system_clock/system_clock.h"
#include "ops/benchmarks/measure.h"
#include "ops/replay.h"

namespace optare {
namespace {

struct Sum {
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;
  std::uint64_t rows = 0;
  std::uint64_t row_bytes = 0;
};

boost::json::object tables_of(const Store& store) {
  constexpr std::pair<std::string_view, Table> tables[] = {
      {"stream", Table::stream},
      {"chain", Table::chain},
      {"journal", Table::journal},
      {"application", Table::application},
      {"api", Table::api},
      {"application_by_api", Table::application_by_api},
      {"revocation", Table::revocation},
      {"due_secret", Table::due_secret},
      {"outcome", Table::outcome},
      {"last_used", Table::last_used}};
  boost::json::object all;
  for (const auto& [name, table] : tables) {
    Sum sum;
    store.scan(table, "", [&](std::string_view key, std::string_view value) {
      ++sum.count;
      sum.bytes += 1 + key.size() + value.size();
      return true;
    });
    all[name] = boost::json::object{{"rows", sum.count}, {"bytes", sum.bytes}};
  }
  return all;
}

// Applies the newest `records_max` records behind whatever a fast replay of the older ones left.
class Counter {
 public:
  Counter(const ReadOnlyFolder& folder, const std::filesystem::path& scratch, const Clock& clock)
      : folder_(folder),
        store_(folder.resources, scratch),
        states_(store_, *folder.log, clock),
        mac_(std::span(&folder.identity.fleet_key, 1), folder.identity.fleet_key.id),
        follower_({.log = *folder.log,
                   .store = store_,
                   .mac = mac_,
                   .log_id = folder.identity.log_id,
                   .node_id = "benchmark",
                   .states = states_,
                   .settler = nullptr,
                   .wanted = [this](Partition partition, const LogRecord& record, const Head&,
                                    const Head&) {
                     return partition == Partition::control && record.offset < until_;
                   }}) {
    follower_.on_batch = [this](StoreBatch& batch) {
      rows_ = batch.changes.size();
      row_bytes_ = 0;
      for (const auto& [key, value] : batch.changes)
        row_bytes_ += key.size() + (value ? value->size() : 0);
    };
    follower_.open();
  }

  boost::json::object count(std::uint64_t records_max) {
    const std::uint64_t end = folder_.log->end(Partition::control);
    until_ = end > records_max ? end - records_max : 0;
    while (follower_.step()) {
    }
    std::map<std::string, Sum> causes;
    while (until_ < end) {
      const auto record = folder_.log->read(Partition::control, until_++, 1).front();
      follower_.step();
      const auto frame = must(parse_frame(record.bytes));
      Sum& sum = causes[must(decode_commit(frame.payload)).cause];
      ++sum.count;
      sum.bytes += record.bytes.size();
      sum.rows += rows_;
      sum.row_bytes += row_bytes_;
    }
    boost::json::object all;
    for (const auto& [cause, sum] : causes) {
      all[cause] = boost::json::object{{"commits", sum.count},
                                       {"log_bytes", sum.bytes},
                                       {"rows_written", sum.rows},
                                       {"row_bytes_written", sum.row_bytes}};
    }
    return all;
  }

 private:
  template <class T>
  static T must(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().detail);
    return *std::move(result);
  }

  const ReadOnlyFolder& folder_;
  RocksStore store_;
  LiveStates states_;
  FleetMac mac_;
  Follower follower_;
  std::uint64_t until_ = 0;
  std::size_t rows_ = 0;
  std::size_t row_bytes_ = 0;
};

}  // namespace
}  // namespace optare

int main(int count, char** arguments) {
  using namespace optare;
  Config config;
  std::filesystem::path scratch;
  std::uint64_t records_max = 1'000;
  CLI::App app("What stands in a data folder");
  app.add_option("--data", config.data)->required();
  app.add_option("--scratch", scratch)->required();
  app.add_option("--records-max", records_max);
  CLI11_PARSE(app, count, arguments);
  try {
    SystemClock clock;
    SystemRandom random;
    const ReadOnlyFolder folder(config, clock, random);
    Counter counter(folder, scratch, clock);
    print_result({{"records", folder.log->end(Partition::control)},
                  {"tables", tables_of(folder.view)},
                  {"commits", counter.count(records_max)}});
  } catch (const std::exception& fault) {
    std::cerr << "benchmark_contents: " << fault.what() << std::endl;
    return 1;
  }
}
