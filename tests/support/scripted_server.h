// A server that answers each connection as a test says: for clients that must survive every answer.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace optare {

class ScriptedServer {
 public:
  // The bytes to answer one request with. Empty: the connection is held open, silent, until the
  // end.
  explicit ScriptedServer(std::deque<std::string> answers);
  ~ScriptedServer();

  std::string url() const;
  std::uint16_t port() const;
  // What was received, one text a connection. REQUIRES: every answer was asked for.
  std::vector<std::string> requests();

  // A whole answer with Content-Length.
  static std::string answer(int status, const std::string& body, const std::string& headers = {});

 private:
  void run();
  std::string read_request(boost::asio::ip::tcp::socket& socket);

  std::deque<std::string> answers_;
  std::vector<std::string> requests_;
  boost::asio::io_context io_;  // before the sockets, which need it to end
  std::vector<boost::asio::ip::tcp::socket> held_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::thread thread_;
};

}  // namespace optare
