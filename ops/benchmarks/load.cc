// Load that does not wait for the server: requests fall due at a fixed rate, whatever became of
// those before them, and go out at once on a connection of their own. One that is not answered well
// within `patience`, or finds no connection free, is not goodput. All connections are open before
// the first falls due: thousands at once would wait for their handshake, and hold no load.
//
//   benchmark_load --port N --requests FILE --rate R [--seconds S] [--warm-up S]
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>

#include "ops/benchmarks/http_exchange.h"
#include "ops/benchmarks/measure.h"

namespace optare {
namespace {

struct Order {
  std::uint16_t port = 0;
  std::string requests;
  double rate = 1'000;
  double seconds = 5;
  double warm_up = 1;
  std::size_t connections_max = 8'000;  // below the server's own limit
  double patience_ms = 1'000;
};

struct Counts {
  std::uint64_t due = 0;
  std::uint64_t good = 0;    // 200, in time
  std::uint64_t late = 0;    // 200, too late
  std::uint64_t shed = 0;    // 503
  std::uint64_t other = 0;   // any other answer
  std::uint64_t broken = 0;  // the connection ended
  std::uint64_t unsent = 0;  // no connection was free
  Latencies latencies = {};  // of the good ones, from when they fell due
};

class Load {
 public:
  explicit Load(const Order& order)
      : order_(order), requests_(prepared_requests(order.requests)), clock_(context_) {}

  boost::json::object run() {
    open_connections();
    start_ = SteadyClock::now();
    counted_from_ = start_ + after(order_.warm_up);
    end_ = counted_from_ + after(order_.seconds);
    boost::asio::co_spawn(context_, fall_due(), fail_loudly);
    // A second for the last answers; then whatever still waits counts as nothing.
    context_.run_until(end_ + after(order_.patience_ms / 1e3));
    const auto per_second = [&](std::uint64_t n) {
      return static_cast<double>(n) / order_.seconds;
    };
    return {{"rate", order_.rate},
            {"offered_per_second", per_second(counts_.due)},
            {"good_per_second", per_second(counts_.good)},
            {"shed_per_second", per_second(counts_.shed)},
            {"late", counts_.late},
            {"other", counts_.other},
            {"broken", counts_.broken},
            {"unsent", counts_.unsent},
            {"connections", busy_at_most_},
            {"latency", counts_.latencies.json()}};
  }

 private:
  struct Connection {
    explicit Connection(Load& load)
        : exchange(load.context_.get_executor(), loopback(load.order_.port)),
          parked(load.context_) {}
    HttpExchange exchange;
    boost::asio::steady_timer parked;  // never expires: cancelled when there is work
    SteadyClock::time_point due = {};  // of the request that is its work
  };

  static SteadyClock::duration after(double seconds) {
    return std::chrono::duration_cast<SteadyClock::duration>(
        std::chrono::duration<double>(seconds));
  }
  static void fail_loudly(const std::exception_ptr& fault) {
    if (fault) std::rethrow_exception(fault);
  }

  void open_connections() {
    constexpr int at_once = 32;
    for (int i = 0; i < at_once; ++i) boost::asio::co_spawn(context_, open_in_turn(), fail_loudly);
    while (idle_.size() < order_.connections_max)
      if (context_.run_one_for(std::chrono::seconds(10)) == 0)
        throw std::runtime_error("connections do not open within 10 s");
  }

  Task<> open_in_turn() {
    while (connections_.size() < order_.connections_max) {
      Connection& opened = *connections_.emplace_back(std::make_unique<Connection>(*this));
      const Exchanged answer = co_await opened.exchange.send(next_request());
      if (answer.status == 0) throw std::runtime_error("a connection broke before the load began");
      boost::asio::co_spawn(context_, work(opened), fail_loudly);
    }
  }

  const std::string& next_request() { return requests_[next_++ % requests_.size()]; }

  Task<> fall_due() {
    constexpr std::chrono::microseconds step{500};
    for (std::uint64_t n = 0; SteadyClock::now() < end_;) {
      const auto until = static_cast<std::uint64_t>(seconds_since(start_) * order_.rate);
      for (; n < until; ++n) hand_out(start_ + after(static_cast<double>(n) / order_.rate));
      clock_.expires_after(step);
      co_await clock_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
  }

  bool counts(SteadyClock::time_point due) const { return due >= counted_from_ && due < end_; }

  void hand_out(SteadyClock::time_point due) {
    if (counts(due)) ++counts_.due;
    if (idle_.empty()) {
      if (counts(due)) ++counts_.unsent;
      return;
    }
    idle_.back()->due = due;
    idle_.back()->parked.cancel();
    idle_.pop_back();
    busy_at_most_ = std::max(busy_at_most_, connections_.size() - idle_.size());
  }

  Task<> work(Connection& connection) {
    for (;;) {
      idle_.push_back(&connection);
      connection.parked.expires_at(SteadyClock::time_point::max());
      co_await connection.parked.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
      const auto due = connection.due;
      const Exchanged answer = co_await connection.exchange.send(next_request());
      if (counts(due)) count(answer.status, seconds_since(due) * 1e6);
    }
  }

  void count(int status, double microseconds) {
    const bool in_time = microseconds <= order_.patience_ms * 1e3;
    if (status == 200 && in_time) {
      ++counts_.good;
      counts_.latencies.add_us(microseconds);
    } else {
      ++(status == 200   ? counts_.late
         : status == 503 ? counts_.shed
         : status == 0   ? counts_.broken
                         : counts_.other);
    }
  }

  const Order& order_;
  std::vector<std::string> requests_;
  boost::asio::io_context context_{1};
  boost::asio::steady_timer clock_;
  SteadyClock::time_point start_, counted_from_, end_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> idle_;  // the last one was busy last
  std::size_t busy_at_most_ = 0;
  std::size_t next_ = 0;
  Counts counts_;
};

}  // namespace
}  // namespace optare

int main(int count, char** arguments) {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  optare::Order order;
  CLI::App app("Load that does not wait for the server");
  app.add_option("--port", order.port)->required();
  app.add_option("--requests", order.requests)->required();
  app.add_option("--rate", order.rate)->required();
  app.add_option("--seconds", order.seconds);
  app.add_option("--warm-up", order.warm_up);
  app.add_option("--connections-max", order.connections_max);
  app.add_option("--patience-ms", order.patience_ms);
  CLI11_PARSE(app, count, arguments);
  try {
    optare::print_result(optare::Load(order).run());
  } catch (const std::exception& fault) {
    std::cerr << "benchmark_load: " << fault.what() << std::endl;
    return 1;
  }
}
