// The listener: bytes <-> requests. Knows HTTP/1.1, TLS and overload; knows no OAuth.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/http/refusal.h"
#include "api/http/request.h"
#include "api/http/response.h"
#include "core/base/result.h"
#include "core/base/task.h"
#include "core/base/time.h"

namespace optare {

// Everything is bounded. All values are ours. Times are kept to the precision of one sweep.
struct ServerLimits {
  std::size_t request_line_bytes_max = 8 * 1024;      // method, target, version: 414
  std::size_t header_bytes_max = 16 * 1024;           // request line and fields together: 431
  std::size_t header_count_max = 64;                  // fields of one request: 431
  std::size_t body_bytes_max = 64 * 1024;             // after transfer decoding: 413
  std::size_t connections_max = 10'000;               // per thread; one more is closed at once
  std::size_t connections_per_address_max = 1'000;    // per thread; the same
  std::size_t pipelined_requests_max = 64;            // answered in one write; the rest waits
  std::size_t response_batch_bytes_max = 256 * 1024;  // a batch is written when it is this long
  std::size_t requests_in_flight_max = 2'000;         // per thread, in handlers: 503
  Duration queueing_delay_max{500};                   // lag of the thread's loop: 503 above it
  Duration request_receive_time_max{10'000};          // first byte to last byte of a request: 408
  Duration handshake_time_max{10'000};                // TLS
  Duration idle_time_max{75'000};                     // between requests: closed silently
  Duration response_write_time_max{30'000};           // for one write: closed
  Duration linger_time_max{1'000};                    // after a refusal, for the peer to read it
  Duration drain_time_max{10'000};                    // for requests in flight when stopping
  Duration first_request_drain_time_max{100};         // on a connection without one, when stopping
  Duration handshake_drain_time_max{1'000};           // TLS, when stopping
  Duration cut_time_max{1'000};                       // for their handlers to end once cut off
  Duration certificate_poll_interval{1'000};          // how often the files are looked at
  Duration sweep_interval{250};                       // how often deadlines are looked at
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one
  std::size_t threads = 1;
  bool reuse_port = false;  // other processes may listen on the port too
  // PEM files; both or neither. Read again when they change: new handshakes use the new
  // certificate, living connections go on.
  std::string tls_certificate_file = {};
  std::string tls_key_file = {};
  ServerLimits limits = {};
};

// What happened to one request, for metrics and the access log.
struct RequestRecord {
  int status = 0;
  std::chrono::microseconds duration{0};  // first byte read to response formatted
  std::size_t request_bytes = 0;          // of the body
  std::size_t response_bytes = 0;         // of the body; 0 for a stream
  std::optional<Code> refusal{};          // what it was refused for
};

// Told what happens. Called on the server's threads, several at once: be quick, do not throw.
class Observer {
 public:
  virtual ~Observer() = default;
  // `request.route` is the pattern for a label; empty when no route matched or it never parsed.
  virtual void request_finished(const Request& /*request*/, const RequestRecord& /*record*/) {}
  virtual void connection_opened() {}
  virtual void connection_closed() {}
  virtual void request_shed() {}        // answered 503 early
  virtual void connection_refused() {}  // closed at once: one more than there may be
  virtual void handler_failed(const Request& /*request*/, const std::string& /*what*/) {}
  // A changed certificate was taken, or (with the reason) was not and the old one stays.
  virtual void certificate_read(const Result<void>& /*outcome*/) {}
};

class Server {
 public:
  // Runs on the connection's thread. The request lives until the response is formatted.
  // What it throws is answered with 503 and told to the observer.
  using Handler = std::function<Task<Response>(Request&)>;

  // `render` says what the server refuses itself; it does not throw.
  Server(ServerOptions options, Handler handler, Observer& observer,
         RefusalRenderer render = refusal_response);
  // Stops. What completes the handlers' promises (log, spool) best ends between stop() and here:
  // later is safe, but the memory of a handler that still waits is lost.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds and starts the threads; the port. Errors: unavailable (address in use),
  // invalid (no address, no usable certificate).
  [[nodiscard]] Result<std::uint16_t> start();
  // Stops accepting, answers what is in flight, closes, joins the threads. True: everything in
  // flight was answered within drain_time_max; what was not is cut off, and the threads end within
  // cut_time_max. Thread: not one of the server's. May be repeated.
  bool stop();

  // One per thread, from construction on; each runs on one thread only between start and stop.
  std::vector<boost::asio::io_context*> io_contexts();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace optare
