// A keep-alive HTTP/1.1 connection for load: prepared bytes out, status and body in. Knows only
// what Optare answers: Content-Length, no chunks, nothing pipelined.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/task.h"

namespace optare {

using boost::asio::ip::tcp;

struct Exchanged {
  int status = 0;         // 0: the connection broke
  std::string_view body;  // until the next exchange
};

class HttpExchange {
 public:
  HttpExchange(boost::asio::any_io_executor executor, tcp::endpoint server)
      : socket_(std::move(executor)), server_(std::move(server)) {}

  Task<Exchanged> send(std::string_view request) {
    if (!socket_.is_open() && !co_await connect()) co_return Exchanged{};
    const auto [error, written] = co_await boost::asio::async_write(
        socket_, boost::asio::buffer(request), boost::asio::as_tuple(boost::asio::use_awaitable));
    in_.clear();
    while (!error) {
      if (const auto answer = complete()) co_return *answer;
      const std::size_t held = in_.size();
      in_.resize(held + 4096);
      const auto [fault, read] =
          co_await socket_.async_read_some(boost::asio::buffer(in_.data() + held, 4096),
                                           boost::asio::as_tuple(boost::asio::use_awaitable));
      in_.resize(held + read);
      if (fault) break;
    }
    close();
    co_return Exchanged{};
  }

 private:
  Task<bool> connect() {
    const auto [error] =
        co_await socket_.async_connect(server_, boost::asio::as_tuple(boost::asio::use_awaitable));
    boost::system::error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    if (error) close();
    co_return !error;
  }

  void close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

  std::optional<Exchanged> complete() const {
    constexpr std::string_view length_field = "\r\nContent-Length: ";
    const std::string_view bytes = in_;
    const auto head_end = bytes.find("\r\n\r\n");
    if (head_end == std::string_view::npos) return std::nullopt;
    const std::string_view head = bytes.substr(0, head_end);
    int status = 0;
    std::size_t length = 0;
    std::from_chars(head.data() + std::string_view("HTTP/1.1 ").size(), head.data() + head.size(),
                    status);
    if (const auto field = head.find(length_field); field != std::string_view::npos)
      std::from_chars(head.data() + field + length_field.size(), head.data() + head.size(), length);
    const std::string_view body = bytes.substr(head_end + 4);
    if (body.size() < length) return std::nullopt;
    return Exchanged{status, body.substr(0, length)};
  }

  tcp::socket socket_;
  tcp::endpoint server_;
  std::string in_;
};

// The lines of a file of prepared requests (path, Authorization, form; tabs between), as bytes to
// send.
inline std::vector<std::string> prepared_requests(const std::string& file) {
  std::vector<std::string> requests;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const auto first = line.find('\t');
    const auto second = line.find('\t', first + 1);
    if (second == std::string::npos)
      throw std::runtime_error(file + " is not of prepared requests");
    const std::string body = line.substr(second + 1);
    requests.push_back("POST " + line.substr(0, first) +
                       " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: " +
                       line.substr(first + 1, second - first - 1) +
                       "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
                       std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  if (requests.empty()) throw std::runtime_error(file + " holds no request");
  return requests;
}

inline tcp::endpoint loopback(std::uint16_t port) {
  return {boost::asio::ip::address_v4::loopback(), port};
}

}  // namespace optare
