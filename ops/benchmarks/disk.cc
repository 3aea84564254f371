// What the disk costs: one synced append, appends in groups, issued tokens, rows of the view, a
// start.
//
//   benchmark_disk [folder]     on the disk of that folder (default: the temporary folder)
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <future>
#include <thread>

#include "core/issuance/spool.h"
#include "core/rocksdb/embedded_log.h"
#include "core/rocksdb/rocksdb_store.h"
#include "core/system_clock/system_clock.h"

namespace optare {
namespace {

using SteadyClock = std::chrono::steady_clock;

double seconds_since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

void print_latency(std::string_view what, std::vector<double> microseconds) {
  std::ranges::sort(microseconds);
  const auto at = [&](double q) {
    return microseconds[static_cast<std::size_t>(q * static_cast<double>(microseconds.size() - 1))];
  };
  fmt::print("{:<44} p50 {:8.0f} us  p99 {:8.0f} us\n", what, at(0.5), at(0.99));
}

template <class Action>
void measure_latency(std::string_view what, int times, Action action) {
  std::vector<double> microseconds;
  for (int i = 0; i < times; ++i) {
    const auto start = SteadyClock::now();
    action();
    microseconds.push_back(seconds_since(start) * 1e6);
  }
  print_latency(what, std::move(microseconds));
}

void measure_bare_sync(const std::filesystem::path& folder) {
  const int fd = ::open((folder / "bare").c_str(), O_WRONLY | O_CREAT, 0600);
  const std::string record(600, 'x');
  measure_latency("write of 600 bytes and fdatasync", 2'000, [&] {
    if (::write(fd, record.data(), record.size()) < 0 || ::fdatasync(fd) != 0) std::abort();
  });
  ::close(fd);
}

void measure_log(EventLog& log) {
  const std::string frame(600, 'x');
  measure_latency("one append, 600 bytes", 2'000, [&] {
    std::promise<void> done;
    log.append(Partition::control, frame, [&](Append) { done.set_value(); });
    done.get_future().wait();
  });
  constexpr int appends = 300'000;
  std::atomic<int> answered = 0;
  const auto start = SteadyClock::now();
  for (int i = 0; i < appends; ++i) {
    while (i - answered.load() > 8'000) std::this_thread::yield();
    log.append(Partition::control, frame, [&](Append) { ++answered; });
  }
  while (answered < appends) std::this_thread::yield();
  fmt::print("{:<44} {:12.0f} /s\n", "appends in groups, 600 bytes",
             appends / seconds_since(start));
}

Task<> record_tokens(IssuanceSpool& spool, int count) {
  IssuedToken token;
  token.jti = "00AbCdEfGhIjKlMnOpQrStUv";
  token.client_id = "srv_AbCdEfGhIjKlMnOpQrStUv";
  token.api_id = "api_AbCdEfGhIjKlMnOpQrStUv";
  token.scopes = "read:orders write:orders";
  token.kid = "key_AbCdEfGhIjKlMnOpQrStUv";
  token.request_id = "req_AbCdEfGhIjKlMnOpQrStUv";
  for (int i = 0; i < count; ++i) {
    if (!co_await spool.record(token)) std::abort();
  }
}

void measure_spool(RetainedLog& log) {
  IssuanceSpool spool(log, "node", {});
  for (const int callers : {1, 64, 256}) {
    boost::asio::io_context context;
    const int each = callers == 1 ? 5'000 : 400'000 / callers;
    for (int i = 0; i < callers; ++i) {
      boost::asio::co_spawn(context, record_tokens(spool, each), boost::asio::detached);
    }
    const auto start = SteadyClock::now();
    const std::clock_t cpu = std::clock();
    context.run();
    const double used = static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
    const double tokens = static_cast<double>(each) * callers;
    fmt::print("{:<44} {:12.0f} /s  {:6.1f} us of processor each\n",
               fmt::format("tokens recorded, {} callers", callers), tokens / seconds_since(start),
               used / tokens * 1e6);
  }
}

void measure_store(const RocksResources& resources, const std::filesystem::path& folder) {
  constexpr int rows = 1'000'000;
  {
    RocksStore store(resources, folder);
    const auto start = SteadyClock::now();
    for (int i = 0; i < rows;) {
      StoreBatch batch;
      for (int n = 0; n < 100; ++n, ++i)
        batch.put(Table::application, fmt::format("srv_{:022}", i * 7919LL), std::string(200, 'x'));
      store.write(batch);
    }
    fmt::print("{:<44} {:12.0f} /s\n", "rows of 200 bytes put, 100 a batch",
               rows / seconds_since(start));
    store.sync();
  }
  const auto start = SteadyClock::now();
  const RocksStore store(resources, folder);
  fmt::print("{:<44} {:12.0f} ms\n", "opening a view of a million rows",
             seconds_since(start) * 1e3);
}

}  // namespace
}  // namespace optare

int main(int count, char** arguments) {
  namespace fs = std::filesystem;
  std::string name = (fs::path(count > 1 ? arguments[1] : fs::temp_directory_path().c_str()) /
                      "optare-disk-XXXXXX")
                         .string();
  if (mkdtemp(name.data()) == nullptr) return 1;
  const fs::path folder = name;
  {
    const optare::SystemClock clock;
    const optare::RocksResources resources;
    optare::measure_bare_sync(folder);
    optare::EmbeddedLog log(resources, clock, {.directory = folder / "log"});
    optare::measure_log(log);
    optare::EmbeddedLog spool(
        resources, clock,
        {.directory = folder / "spool", .refuse_wrong_clock = false, .tail_records_max = 0});
    optare::measure_spool(spool);
    optare::measure_store(resources, folder / "view");
  }
  fs::remove_all(folder);
}
