#include "api/server/server.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>

#include "api/server/loop.h"
#include "core/base/assert.h"

namespace optare {
namespace {

static_assert(ServerLimits().body_bytes_max == 64 * 1024, "refusals::body_too_large says so");

namespace asio = boost::asio;
using asio::ip::tcp;
using Acceptor = asio::basic_socket_acceptor<tcp, asio::io_context::executor_type>;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr auto awaited = asio::as_tuple(asio::use_awaitable);
constexpr Duration accept_pause{20};  // when the process is out of file descriptors; ours

Rejection cannot_listen(const tcp::endpoint& endpoint, const boost::system::error_code& ec) {
  return {Code::unavailable,
          "cannot listen on " + endpoint.address().to_string() + ":" +
              std::to_string(endpoint.port()) + ": " + ec.message(),
          {}};
}

Result<void> listen(Acceptor& acceptor, const tcp::endpoint& endpoint, bool shared) {
  boost::system::error_code ec;
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec && shared) acceptor.set_option(ReusePort(true), ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(tcp::acceptor::max_listen_connections, ec);
  if (ec) return std::unexpected(cannot_listen(endpoint, ec));
  return {};
}

// One thread: its loop, its acceptor, its clockwork.
struct Worker {
  explicit Worker(std::shared_ptr<Loop> loop_given)
      : loop(std::move(loop_given)),
        acceptor(loop->io.get_executor()),
        sweep_timer(loop->io),
        lag_timer(loop->io),
        work(loop->io.get_executor()) {}

  Task<void> accept() {
    for (;;) {
      Socket socket(loop->io.get_executor());
      tcp::endpoint peer;
      const auto [ec] = co_await acceptor.async_accept(socket, peer, awaited);
      if (!ec) take(std::move(socket), peer.address());
      if (!acceptor.is_open()) co_return;
      if (!ec) continue;
      asio::steady_timer pause(loop->io, accept_pause);
      co_await pause.async_wait(awaited);
    }
  }

  void take(Socket socket, const asio::ip::address& peer) {
    if (!has_room_for(peer)) return loop->observer.connection_refused();
    asio::co_spawn(loop->io, serve_connection(loop, std::move(socket), peer), asio::detached);
  }

  bool has_room_for(const asio::ip::address& peer) const {
    const ServerLimits& limits = loop->limits;
    return loop->connections.size() < limits.connections_max &&
           loop->peers.connections_of(peer) < limits.connections_per_address_max;
  }

  void sweep() {
    sweep_timer.expires_after(loop->limits.sweep_interval);
    sweep_timer.async_wait([this](boost::system::error_code ec) {
      if (ec) return;
      const auto now = std::chrono::steady_clock::now();
      for (auto it = loop->connections.begin(); it != loop->connections.end();) {
        (*it++)->sweep(now);  // Only marks and cancels: coroutines go on later.
      }
      if (watches_certificate && now >= next_tls_poll) {
        next_tls_poll = now + loop->limits.certificate_poll_interval;
        if (const auto outcome = loop->tls->poll()) loop->observer.certificate_read(*outcome);
      }
      sweep();
    });
  }

  void measure_lag() {
    lag_timer.expires_after(lag_probe_interval);
    lag_timer.async_wait([this](boost::system::error_code ec) {
      if (ec) return;
      loop->shedder.lag_measured(std::chrono::duration_cast<Duration>(
          std::chrono::steady_clock::now() - lag_timer.expiry()));
      measure_lag();
    });
  }

  // What has reached this process is answered, whoever has the connection yet: this thread may have
  // been too busy to take it from the system.
  void drain() {
    loop->draining = true;
    take_the_rest();
    boost::system::error_code ec;
    acceptor.close(ec);
    // Behind the beginnings of those connections.
    asio::post(loop->io, [this] { asio::post(loop->io, [this] { nobody_comes(); }); });
  }

  void take_the_rest() {
    boost::system::error_code ec;
    acceptor.non_blocking(true, ec);
    for (int taken = 0; !ec && taken < tcp::acceptor::max_listen_connections; ++taken) {
      Socket socket(loop->io.get_executor());
      tcp::endpoint peer;
      acceptor.accept(socket, peer, ec);
      if (!ec) take(std::move(socket), peer.address());
    }
  }

  void nobody_comes() {
    loop->nobody_comes = true;
    for (Connection* connection : loop->connections) connection->drain();
    if (loop->connections.empty()) loop->tell_empty();
  }

  std::shared_ptr<Loop> loop;
  Acceptor acceptor;
  asio::steady_timer sweep_timer;
  asio::steady_timer lag_timer;
  asio::executor_work_guard<asio::io_context::executor_type> work;
  bool watches_certificate = false;
  SteadyTime next_tls_poll{};
  std::thread thread;
};

}  // namespace

struct Server::State {
  ServerOptions options;
  std::vector<std::unique_ptr<Worker>> workers;
  bool started = false;
  bool stopped = false;
  bool drained_in_time = true;

  std::mutex mutex;
  std::condition_variable emptied;
  std::size_t empty_workers = 0;

  Result<tcp::endpoint> bind_all();
  bool wait_until_empty(Duration time_max);
};

Server::Server(ServerOptions options, Handler handler, Observer& observer, RefusalRenderer render)
    : state_(std::make_unique<State>()) {
  OPTARE_ASSERT(options.threads > 0);
  state_->options = std::move(options);
  std::random_device seed;
  for (std::size_t i = 0; i < state_->options.threads; ++i) {
    state_->workers.push_back(std::make_unique<Worker>(
        std::make_shared<Loop>(state_->options.limits, handler, render, observer,
                               (static_cast<std::uint64_t>(seed()) << 32) | seed())));
  }
}

Server::~Server() {
  stop();
  // Promises that were kept too late have put their handlers into a loop that no longer runs; here
  // they end. Those kept later still find the loop alive, but nobody runs or frees them any more.
  for (const auto& worker : state_->workers) {
    worker->loop->io.restart();
    worker->loop->io.poll();
    worker->loop->abandoned = true;
  }
}

std::vector<asio::io_context*> Server::io_contexts() {
  std::vector<asio::io_context*> contexts;
  for (const auto& worker : state_->workers) contexts.push_back(&worker->loop->io);
  return contexts;
}

// Every thread has its own listening socket on one port; the kernel spreads connections.
Result<tcp::endpoint> Server::State::bind_all() {
  boost::system::error_code ec;
  const auto address = asio::ip::make_address(options.address, ec);
  if (ec) return reject(Code::invalid, "not an IP address to listen on: " + options.address);
  tcp::endpoint endpoint(address, options.port);
  if (!options.reuse_port) {
    // SO_REUSEPORT would let a second process of ours share the port unnoticed. Ask without it.
    Acceptor probe(workers.front()->loop->io.get_executor());
    TRY_VOID(listen(probe, endpoint, false));
  }
  const bool shared = options.reuse_port || workers.size() > 1;
  for (const auto& worker : workers) {
    TRY_VOID(listen(worker->acceptor, endpoint, shared));
    endpoint.port(worker->acceptor.local_endpoint().port());
  }
  return endpoint;
}

Result<std::uint16_t> Server::start() {
  OPTARE_ASSERT(!state_->started);
  std::shared_ptr<TlsContext> tls;
  if (!state_->options.tls_certificate_file.empty()) {
    TRY(tls, TlsContext::open(state_->options.tls_certificate_file, state_->options.tls_key_file));
  }
  TRY(const auto endpoint, state_->bind_all());
  state_->started = true;
  for (const auto& worker : state_->workers) {
    worker->loop->tls = tls;
    worker->watches_certificate = tls && worker == state_->workers.front();
    worker->loop->on_empty = [state = state_.get()] {
      const std::scoped_lock lock(state->mutex);
      ++state->empty_workers;
      state->emptied.notify_all();
    };
    asio::co_spawn(worker->loop->io, worker->accept(), asio::detached);
    worker->sweep();
    worker->measure_lag();
    worker->thread = std::thread([&io = worker->loop->io] { io.run(); });
  }
  return endpoint.port();
}

bool Server::State::wait_until_empty(Duration time_max) {
  std::unique_lock lock(mutex);
  return emptied.wait_for(lock, time_max, [this] { return empty_workers >= workers.size(); });
}

bool Server::stop() {
  State& state = *state_;
  if (!state.started || state.stopped) return state.drained_in_time;
  state.stopped = true;
  for (const auto& worker : state.workers) {
    asio::post(worker->loop->io, [&worker] { worker->drain(); });
  }
  state.drained_in_time = state.wait_until_empty(state.options.limits.drain_time_max);
  if (!state.drained_in_time) {
    for (const auto& worker : state.workers) {
      asio::post(worker->loop->io, [&worker] {
        for (Connection* connection : worker->loop->connections) connection->cut();
      });
    }
    state.wait_until_empty(state.options.limits.cut_time_max);
  }
  for (const auto& worker : state.workers) worker->loop->io.stop();
  for (const auto& worker : state.workers) worker->thread.join();
  return state.drained_in_time;
}

}  // namespace optare
