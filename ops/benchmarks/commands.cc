// What a command costs in process: one at a time, each beside one synced write on the same disk, or
// beside one record that is produced to the same brokers and read back; and many at once, beside
// what the log's database alone does with the same bytes.
//
//   benchmark_commands --data DIR [--kafka-brokers LIST --kafka-topic-prefix P --key-file FILE]
//                      [--one N] [--many N] [--in-flight N] [--seconds-max N] [--no-bare]
//
// Many at once ends after that time, too, and says how many it did.
#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "ops/benchmarks/bare_kafka.h"
#include "ops/benchmarks/deployment.h"
#include "ops/benchmarks/place.h"

namespace optare {
namespace {

struct Order {
  Config place = {};
  int warm_up = 200;
  int one = 2'000;
  std::size_t many = 200'000;
  std::size_t in_flight = 8'000;
  int seconds_max = 20;
  bool bare = true;
};

// As long as the frame of such a commit: an append to a growing file, as a fresh log's is.
class BareDisk {
 public:
  explicit BareDisk(const std::filesystem::path& file)
      : fd_(::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)) {}
  ~BareDisk() { ::close(fd_); }
  BareDisk(const BareDisk&) = delete;
  BareDisk& operator=(const BareDisk&) = delete;
  void append() const {
    if (::write(fd_, record_.data(), record_.size()) < 0 || ::fdatasync(fd_) != 0)
      throw std::runtime_error("the bare disk cannot be written");
  }

 private:
  int fd_;
  std::string record_ = std::string(700, 'x');
};

// What makes such a frame durable, and known to whoever follows, without any of ours.
std::function<void()> bare_write(const Config& place) {
  if (place.log == "kafka") {
    const auto connection =
        bare_connection(place.kafka_brokers, place.kafka_topic_prefix + "-bare");
    return [kafka = std::make_shared<BareRoundTrip>(connection)] { kafka->produce_and_consume(); };
  }
  return [disk = std::make_shared<BareDisk>(std::filesystem::path(place.data) / "bare")] {
    disk->append();
  };
}

// One record of that size after the other, each synced, into a database like the log's own.
class RocksDisk {
 public:
  explicit RocksDisk(const std::filesystem::path& folder)
      : database_(resources_, folder, OpenMode::write) {}
  void append() {
    const LogDatabase::Row row{Partition::control, written_++, {}, record_};
    if (!database_.write(std::span(&row, 1))) throw std::runtime_error(database_.fault());
  }

 private:
  RocksResources resources_;
  LogDatabase database_;
  std::uint64_t written_ = 0;
  std::string record_ = std::string(700, 'x');
};

// In turns, so that all meet the same moods of the disk.
boost::json::object one_at_a_time(Deployment& deployment, const ApiId& api, const Order& order) {
  const std::function<void()> write = order.bare ? bare_write(order.place) : nullptr;
  std::optional<RocksDisk> rocks;
  if (order.bare && order.place.log != "kafka")
    rocks.emplace(std::filesystem::path(order.place.data) / "bare_records");
  Latencies commands;
  Latencies bare;
  Latencies recorded;
  for (int i = -order.warm_up; i < order.one; ++i) {
    if (i == 0) {
      commands.clear();
      bare.clear();
      recorded.clear();
    }
    auto command = deployment.new_application(fmt::format("Application {}", i), api).first;
    const auto asked = SteadyClock::now();
    deployment.run(std::move(command));
    commands.add(asked);
    if (!write) continue;
    const auto written = SteadyClock::now();
    write();
    bare.add(written);
    if (!rocks) continue;
    const auto begun = SteadyClock::now();
    rocks->append();
    recorded.add(begun);
  }
  boost::json::object result{{"command", commands.json()}};
  if (write) result["bare"] = bare.json();
  if (rocks) result["rocks"] = recorded.json();
  return result;
}

struct Crowd {
  Deployment& deployment;
  const ApiId& api;
  std::size_t many;
  SteadyClock::time_point until;
  std::size_t begun = 0;
  Latencies latencies = {};
};

Task<> ask(Crowd& crowd) {
  while (crowd.begun < crowd.many) {
    ++crowd.begun;
    auto command = crowd.deployment.new_application("One of many", crowd.api).first;
    const auto asked = SteadyClock::now();
    if (asked > crowd.until) co_return;
    must(co_await handle(crowd.deployment.node().runner, std::move(command),
                         crowd.deployment.origin()));
    crowd.latencies.add(asked);
    crowd.deployment.progress().report("many commands at once", "commands", crowd.latencies.size(),
                                       crowd.many);
  }
}

boost::json::object many_at_once(Deployment& deployment, const ApiId& api, const Order& order) {
  const auto start = SteadyClock::now();
  Crowd crowd{deployment, api, order.many, start + std::chrono::seconds(order.seconds_max)};
  boost::asio::io_context context;
  for (std::size_t i = 0; i < order.in_flight; ++i) {
    boost::asio::co_spawn(context, ask(crowd), [](const std::exception_ptr& e) {
      if (e) std::rethrow_exception(e);
    });
  }
  const std::clock_t processor = std::clock();
  context.run();
  const double seconds = seconds_since(start);
  const double used = static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC;
  const auto commits = static_cast<double>(crowd.latencies.size());
  return {{"commits", crowd.latencies.size()},
          {"in_flight", order.in_flight},
          {"commits_per_second", commits / seconds},
          {"processor_us_each", used / commits * 1e6},
          {"latency", crowd.latencies.json()}};
}

// The records that many at once left, again and again, in synced groups as large as the log makes
// them at most, by one thread: nobody decides, follows or waits.
boost::json::object bare_groups(Deployment& deployment, const Order& order) {
  const EventLog& log = deployment.node().log;
  const std::size_t group_max = std::min(EmbeddedLogOptions{}.batch_records_max, order.in_flight);
  const std::uint64_t end = log.end(Partition::control);
  const auto records =
      log.read(Partition::control, end - std::min<std::uint64_t>(end, group_max), group_max);
  std::vector<LogDatabase::Row> group;
  std::size_t bytes = 0;
  for (const LogRecord& record : records) {
    group.push_back({Partition::control, 0, record.time, record.bytes});
    bytes += record.bytes.size();
  }
  const RocksResources resources;
  LogDatabase database(resources, std::filesystem::path(order.place.data) / "bare_log",
                       OpenMode::write);
  std::uint64_t written = 0;
  std::uint64_t groups = 0;
  const auto start = SteadyClock::now();
  for (; written < order.many; ++groups) {
    for (LogDatabase::Row& row : group) row.offset = written++;
    if (!database.write(group)) throw std::runtime_error(database.fault());
  }
  return {{"records", written},
          {"group", group.size()},
          {"bytes_each", bytes / group.size()},
          {"groups", groups},
          {"records_per_second", static_cast<double>(written) / seconds_since(start)}};
}

void measure(const Order& order) {
  Deployment deployment(order.place, "https://login.example.com");
  const ApiId api = deployment.register_api("https://orders.example.com", TokenFormat::jwt);
  boost::json::object result;
  if (order.one > 0) result = one_at_a_time(deployment, api, order);
  if (order.many > 0) result["many"] = many_at_once(deployment, api, order);
  if (order.many > 0 && order.bare && order.place.log != "kafka")
    result["bare_groups"] = bare_groups(deployment, order);
  print_result(result);
}

}  // namespace
}  // namespace optare

int main(int count, char** arguments) {
  optare::Order order;
  CLI::App app("What a command costs in process");
  optare::add_place(app, order.place);
  app.add_option("--warm-up", order.warm_up);
  app.add_option("--one", order.one);
  app.add_option("--many", order.many);
  app.add_flag("!--no-bare", order.bare, "Measure nothing beside them");
  app.add_option("--seconds-max", order.seconds_max)->check(CLI::Range(1, 3'600));
  app.add_option("--in-flight", order.in_flight)->check(CLI::Range(1, 10'000));
  CLI11_PARSE(app, count, arguments);
  try {
    optare::measure(order);
  } catch (const std::exception& fault) {
    std::cerr << "benchmark_commands: " << fault.what() << std::endl;
    return 1;
  }
}
