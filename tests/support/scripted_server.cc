#include "tests/support/scripted_server.h"

#include <fmt/format.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

namespace optare {

using boost::asio::ip::tcp;
using boost::system::error_code;

ScriptedServer::ScriptedServer(std::deque<std::string> answers)
    : answers_(std::move(answers)),
      acceptor_(io_, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)),
      thread_([this] { run(); }) {}

ScriptedServer::~ScriptedServer() {
  error_code ignored;
  // Wakes an accept that waits for a connection which never came.
  tcp::socket(io_).connect(acceptor_.local_endpoint(), ignored);
  if (thread_.joinable()) thread_.join();
}

std::uint16_t ScriptedServer::port() const { return acceptor_.local_endpoint().port(); }
std::string ScriptedServer::url() const { return fmt::format("http://127.0.0.1:{}", port()); }

std::vector<std::string> ScriptedServer::requests() {
  thread_.join();
  return requests_;
}

std::string ScriptedServer::answer(int status, const std::string& body,
                                   const std::string& headers) {
  return fmt::format("HTTP/1.1 {} Said\r\nContent-Length: {}\r\n{}\r\n{}", status, body.size(),
                     headers, body);
}

void ScriptedServer::run() {
  while (!answers_.empty()) {
    error_code error;
    tcp::socket socket(io_);
    acceptor_.accept(socket, error);
    auto request = error ? std::string() : read_request(socket);
    if (request.empty()) return;  // The test is over.
    requests_.push_back(std::move(request));
    const auto reply = std::move(answers_.front());
    answers_.pop_front();
    boost::asio::write(socket, boost::asio::buffer(reply), error);
    if (reply.empty()) held_.push_back(std::move(socket));
  }
}

std::string ScriptedServer::read_request(tcp::socket& socket) {
  error_code error;
  std::string text;
  const auto head =
      boost::asio::read_until(socket, boost::asio::dynamic_buffer(text), "\r\n\r\n", error);
  if (error) return {};
  constexpr std::string_view name = "\r\nContent-Length: ";
  if (const auto at = text.find(name); at != std::string::npos && at < head) {
    const auto wanted = head + std::stoul(text.substr(at + name.size()));
    const auto missing = wanted > text.size() ? wanted - text.size() : 0;
    boost::asio::read(socket, boost::asio::dynamic_buffer(text),
                      boost::asio::transfer_exactly(missing), error);
  }
  return text;
}

}  // namespace optare
