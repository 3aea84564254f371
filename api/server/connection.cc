// The connection loop: read, answer every request that is complete, write all answers at once.
//
// One deadline per connection, looked at by the thread's sweep: a timer per operation would cost a
// quarter of a small request.
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <utility>

#include "api/server/kept_memory.h"
#include "api/server/loop.h"
#include "api/server/read_buffer.h"
#include "api/server/refusals.h"
#include "api/server/request_reader.h"

namespace optare {
namespace {

namespace asio = boost::asio;
using TlsStream = asio::ssl::stream<Socket>;

constexpr auto awaited = asio::as_tuple(asio::use_awaitable);

template <class Stream>
class Session final : public Connection, private EventSink {
 public:
  static constexpr bool is_tls = std::is_same_v<Stream, TlsStream>;

  Session(Loop& loop, Stream stream, std::string remote_address)
      : loop_(loop), stream_(std::move(stream)), reader_(loop.limits), alarm_(loop.io) {
    reader_.request().remote_address = std::move(remote_address);
    reader_.request().secure = is_tls;
    place_ = loop_.connections.insert(loop_.connections.end(), this);
  }
  ~Session() override { loop_.connections.erase(place_); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Task<void> run() {
    if constexpr (is_tls) {
      enter(Phase::handshake, loop_.limits.handshake_time_max);
      const auto [ec] = co_await stream_.async_handshake(TlsStream::server, awaited);
      if (ec) co_return;  // Not TLS, no common version, too slow: nothing can be said to it.
    }
    while (co_await receive() && co_await answer_all()) {
    }
    if (alive_) co_await close();
  }

  void sweep(SteadyTime now) override {
    if (phase_ == Phase::streaming) {
      if (peek() == 0) cut();
    } else if (now >= deadline_) {
      expire();
    }
  }

  void drain() override {
    if (phase_ == Phase::idle && peek() <= 0) wait_no_longer();
    if (phase_ == Phase::handshake)
      deadline_ = std::min(
          deadline_, std::chrono::steady_clock::now() + loop_.limits.handshake_drain_time_max);
    alarm_.cancel();
  }

  void cut() override {
    alive_ = false;
    boost::system::error_code ec;
    socket().close(ec);
    alarm_.cancel();
  }

 private:
  enum class Phase { handshake, idle, receiving, handling, streaming, writing, closing };

  Socket& socket() {
    if constexpr (is_tls) {
      return stream_.next_layer();
    } else {
      return stream_;
    }
  }

  void enter(Phase phase, Duration allowed) {
    enter(phase, std::chrono::steady_clock::now() + allowed);
  }
  void enter(Phase phase, SteadyTime deadline) {
    phase_ = phase;
    deadline_ = deadline;
  }

  // Nothing has come. Who has had an answer may be told at any time that the connection ends; who
  // has just opened it is about to ask.
  void wait_no_longer() {
    if (asked_before_) return cancel();
    enter(Phase::idle, loop_.limits.first_request_drain_time_max);
  }

  void expire() {
    if (phase_ == Phase::receiving) {  // It is told so; everything else ends without a word.
      too_slow_ = true;
      cancel();
    } else if (phase_ == Phase::idle && is_tls) {
      cancel();  // Time for a close_notify.
    } else if (phase_ != Phase::handling) {
      cut();
    }
  }

  void cancel() {
    boost::system::error_code ec;
    socket().cancel(ec);
  }

  // Above 0: something came that was not read yet; 0: the peer closed it.
  ssize_t peek() {
    char byte = 0;
    return ::recv(socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  }

  // More bytes in the buffer. False: the connection ends.
  Task<bool> receive() {
    if (reader_.started()) {
      enter(Phase::receiving, request_began_ + loop_.limits.request_receive_time_max);
    } else {
      if (loop_.draining && asked_before_ && peek() <= 0) co_return false;
      enter(Phase::idle, loop_.draining ? loop_.limits.first_request_drain_time_max
                                        : loop_.limits.idle_time_max);
    }
    const auto space = in_.space();
    const auto [ec, n] =
        co_await stream_.async_read_some(asio::buffer(space.data(), space.size()), awaited);
    if (ec) {
      if (too_slow_ && alive_) co_await refuse(refusals::too_slow);
      co_return false;
    }
    in_.filled(n);
    if (!reader_.started()) request_began_ = std::chrono::steady_clock::now();
    asked_before_ = true;
    co_return true;
  }

  // Answers what is complete in the buffer. False: the connection ends.
  Task<bool> answer_all() {
    for (std::size_t batch = 0;;) {
      std::size_t consumed = 0;
      const auto step = reader_.read(in_.bytes(), consumed);
      in_.consume(consumed);
      switch (step) {
        case RequestReader::Step::need_more:
          co_return out_.empty() || co_await flush();
        case RequestReader::Step::expects_continue:
          out_ += "HTTP/1.1 100 Continue\r\n\r\n";
          continue;
        case RequestReader::Step::refused:
          co_await refuse(reader_.refusal());
          co_return false;
        case RequestReader::Step::complete:
          break;
      }
      const bool goes_on = co_await answer();
      reader_.next();
      if (!goes_on) {
        if (alive_ && !out_.empty()) co_await flush();
        co_return false;
      }
      if (++batch >= loop_.limits.pipelined_requests_max ||
          out_.size() >= loop_.limits.response_batch_bytes_max) {
        batch = 0;
        if (!co_await flush()) co_return false;
      }
      if (!in_.bytes().empty()) request_began_ = std::chrono::steady_clock::now();
    }
  }

  // The request that is complete. False: the connection ends after its answer.
  Task<bool> answer() {
    Request& request = reader_.request();
    if (request.request_id.empty()) loop_.request_ids.next(request.request_id);
    Response response = co_await handle(request);
    bool goes_on = reader_.head().keep_alive && !loop_.draining && alive_;
    if (response.stream) {
      goes_on = co_await stream_out(request, response, goes_on);
    } else {
      append(request, response, goes_on);
    }
    finished(request, response);
    co_return goes_on;
  }

  Task<Response> handle(Request& request) {
    if (loop_.shedder.sheds(loop_.requests_in_flight)) {
      loop_.observer.request_shed();
      co_return loop_.render(refusals::overloaded, request);
    }
    struct InFlight {
      explicit InFlight(std::size_t& n) : count(n) { ++count; }
      ~InFlight() { --count; }
      std::size_t& count;
    } in_flight(loop_.requests_in_flight);
    phase_ = Phase::handling;
    try {
      co_return co_await loop_.handler(request);
    } catch (const std::exception& fault) {
      // A fault without an outcome (style: exceptions are for a broken world): 503.
      loop_.observer.handler_failed(request, fault.what());
    }
    co_return loop_.render(refusals::failed, request);
  }

  void append(const Request& request, const Response& response, bool keep_alive) {
    append_response(out_, response,
                    {.date = loop_.date.at(std::time(nullptr)),
                     .request_id = request.request_id,
                     .http_1_0 = reader_.head().http_1_0,
                     .keep_alive = keep_alive,
                     .head_only = request.method == Method::head,
                     .chunked = !reader_.head().http_1_0});
  }

  void finished(const Request& request, const Response& response) {
    loop_.observer.request_finished(
        request, {.status = response.status,
                  .duration = std::chrono::duration_cast<std::chrono::microseconds>(
                      std::chrono::steady_clock::now() - request_began_),
                  .request_bytes = request.body.size(),
                  .response_bytes = response.stream ? 0 : response.body.size(),
                  .refusal = response.refusal});
  }

  // Says why and ends the connection: where the next request begins is not known.
  Task<void> refuse(const Refusal& refusal) {
    Request& request = reader_.request();
    if (!reader_.started() || request.request_id.empty())
      loop_.request_ids.next(request.request_id);
    request.headers.clear();  // of an earlier request, or half of this one's
    const Response response = loop_.render(refusal, request);
    append(request, response, false);
    finished(request, response);
    unread_input_ = true;
    if (!co_await flush()) alive_ = false;
  }

  Task<bool> flush() {
    const bool written = co_await write(out_);
    empty(out_, out_capacity_kept_bytes_max);
    co_return written;
  }

  Task<bool> write(std::string_view bytes) {
    if constexpr (!is_tls) {
      // Nearly always the kernel takes it all at once; then nothing has to wait.
      boost::system::error_code ec;
      const std::size_t n = stream_.write_some(asio::buffer(bytes), ec);
      if (ec && ec != asio::error::would_block) co_return alive_ = false;
      bytes.remove_prefix(n);
      if (bytes.empty()) co_return true;
    }
    enter(Phase::writing, loop_.limits.response_write_time_max);
    const auto [ec, n] = co_await asio::async_write(stream_, asio::buffer(bytes), awaited);
    if (ec) alive_ = false;
    co_return alive_;
  }

  // Server-sent events: head first, then what the handler sends. Returns whether the connection
  // goes on.
  Task<bool> stream_out(const Request& request, const Response& response, bool keep_alive) {
    chunked_ = !reader_.head().http_1_0;
    keep_alive = keep_alive && chunked_;
    append(request, response, keep_alive);
    bool written = co_await flush();
    if (written && request.method != Method::head) {
      phase_ = Phase::streaming;
      try {
        co_await response.stream(static_cast<EventSink&>(*this));
      } catch (const std::exception& fault) {
        loop_.observer.handler_failed(request, fault.what());
        alive_ = false;  // A body cut short must not look complete.
      }
      if (alive_ && chunked_) written = co_await write("0\r\n\r\n");
    }
    co_return keep_alive&& written&& alive_ && !loop_.draining;
  }

  Task<bool> send(std::string bytes) override {
    if (!alive_) co_return false;
    if (bytes.empty()) co_return true;
    std::string framed;
    if (chunked_) {
      append_chunk(framed, bytes);
    } else {
      framed = std::move(bytes);
    }
    const bool written = co_await write(framed);
    phase_ = Phase::streaming;
    co_return written && !loop_.draining;
  }

  bool stopping() const override { return !alive_ || loop_.draining; }

  Task<bool> wait(Duration duration) override {
    if (stopping()) co_return false;
    alarm_.expires_after(duration);
    co_await alarm_.async_wait(awaited);  // cancelled by drain and cut
    co_return !stopping();
  }

  // In the peer's interest: what it still sends is read and dropped for a while, or the kernel
  // would answer it with a reset that destroys our last response.
  Task<void> close() {
    enter(Phase::closing, loop_.limits.linger_time_max);
    boost::system::error_code ec;
    if constexpr (is_tls) co_await stream_.async_shutdown(awaited);
    if (!unread_input_ || !alive_) co_return;
    socket().shutdown(Socket::shutdown_send, ec);
    for (;;) {
      in_.clear();
      const auto space = in_.space();
      const auto [fault, n] =
          co_await socket().async_read_some(asio::buffer(space.data(), space.size()), awaited);
      if (fault) co_return;
    }
  }

  static constexpr std::size_t out_capacity_kept_bytes_max = 16 * 1024;  // ours

  Loop& loop_;
  Stream stream_;
  RequestReader reader_;
  ReadBuffer in_;
  std::string out_;
  asio::steady_timer alarm_;  // of a stream that waits
  std::list<Connection*>::iterator place_;
  Phase phase_ = Phase::idle;
  SteadyTime deadline_ = SteadyTime::max();
  SteadyTime request_began_{};
  bool alive_ = true;
  bool too_slow_ = false;
  bool asked_before_ = false;  // something came
  bool unread_input_ = false;
  bool chunked_ = false;
};

// Tells the observer, whatever way the coroutine ends.
class Opened {
 public:
  Opened(Loop& loop, const asio::ip::address& peer) : loop_(loop), place_(loop.peers, peer) {
    loop_.observer.connection_opened();
  }
  ~Opened() {
    if (loop_.abandoned) return;
    loop_.observer.connection_closed();
    if (loop_.nobody_comes && loop_.connections.empty()) loop_.tell_empty();
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

 private:
  Loop& loop_;
  const Peers::Place place_;
};

}  // namespace

Task<void> serve_connection(std::shared_ptr<Loop> loop, Socket socket, asio::ip::address peer) {
  const Opened opened(*loop, peer);
  boost::system::error_code ec;
  std::string address = peer.to_string();
  socket.set_option(asio::ip::tcp::no_delay(true), ec);
  socket.non_blocking(true, ec);
  if (loop->tls) {
    // The context outlives the handshake here; OpenSSL keeps its own share for the connection.
    const auto context = loop->tls->current();
    Session<TlsStream> session(*loop, TlsStream(std::move(socket), *context), std::move(address));
    co_await session.run();
  } else {
    Session<Socket> session(*loop, std::move(socket), std::move(address));
    co_await session.run();
  }
}

}  // namespace optare
