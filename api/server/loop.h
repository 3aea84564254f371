// What the connections of one thread share. Thread: its own, except where said.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <list>
#include <memory>

#include "api/server/overload.h"
#include "api/server/peers.h"
#include "api/server/response_format.h"
#include "api/server/server.h"
#include "api/server/tls.h"

namespace optare {

using SteadyTime = std::chrono::steady_clock::time_point;
// The executor's real type instead of any_io_executor: cheaper by a tenth of a small request.
using Socket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

// A connection as its thread sees it.
class Connection {
 public:
  virtual ~Connection() = default;
  virtual void sweep(SteadyTime now) = 0;  // acts when a deadline has passed
  virtual void drain() = 0;                // ends when the request under way, if any, is answered
  virtual void cut() = 0;                  // ends now
};

// Held by its connections too (shared): a coroutine that something outside still holds may be
// destroyed after the Server, and its socket needs this io_context until then.
struct Loop {
  Loop(const ServerLimits& limits_given, Server::Handler handler_given,
       RefusalRenderer render_given, Observer& observer_given, std::uint64_t request_id_seed)
      : limits(limits_given),
        handler(std::move(handler_given)),
        render(std::move(render_given)),
        observer(observer_given),
        request_ids(request_id_seed),
        shedder(limits.queueing_delay_max, limits.requests_in_flight_max) {}

  void tell_empty() {
    if (const auto tell = std::exchange(on_empty, nullptr)) tell();
  }

  boost::asio::io_context io{1};
  const ServerLimits limits;
  const Server::Handler handler;
  const RefusalRenderer render;
  Observer& observer;
  std::shared_ptr<TlsContext> tls;  // none: plain HTTP
  DateField date;
  RequestIds request_ids;
  Shedder shedder;
  std::list<Connection*> connections;
  Peers peers;
  std::size_t requests_in_flight = 0;
  bool draining = false;
  bool nobody_comes = false;       // draining, and every connection that was taken has begun
  bool abandoned = false;          // the Server and its observer may be gone
  std::function<void()> on_empty;  // called once: nobody comes, and the last connection ended
};

// Speaks HTTP on the socket until the connection ends.
Task<void> serve_connection(std::shared_ptr<Loop> loop, Socket socket,
                            boost::asio::ip::address peer);

}  // namespace optare
