// What an outage of the brokers costs a node in memory, while it lasts and when it is made up for.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <fstream>
#include <thread>

#include "tests/support/issuance_over_kafka.h"

namespace optare {
namespace {

// Tokens as fast as a node gives them, over connections that stay.
class TokensOverConnections {
 public:
  TokensOverConnections(const Fleet& fleet, const ServerProcess& node, int connections)
      : connections_(static_cast<std::size_t>(connections)) {
    const std::string form =
        form_body({{"grant_type", "client_credentials"}, {"audience", fleet.audience()}});
    const auto [name, value] = fleet.admin().basic();
    request_ = fmt::format(
        "POST /oauth2/token HTTP/1.1\r\nHost: {}\r\n{}: {}\r\nContent-Type: "
        "application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{}",
        node.address(), name, value, form.size(), form);
    for (Connection& connection : connections_) connection.open(node.port());
  }
  void get(int tokens) {
    std::vector<std::jthread> threads;
    for (Connection& connection : connections_) {
      threads.emplace_back([&, count = tokens / std::ssize(connections_)] {
        for (int i = 0; i < count; ++i) ASSERT_EQ(connection.ask(request_), "HTTP/1.1 200 OK");
      });
    }
  }

 private:
  class Connection {
   public:
    void open(std::uint16_t port) {
      socket_.connect({boost::asio::ip::make_address("127.0.0.1"), port});
      const timeval patience{.tv_sec = 60, .tv_usec = 0};
      ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    }
    // The first line of the answer. A request that is shed is sent again.
    std::string ask(const std::string& request) {
      std::string answer;
      wait_until("an answer", [&] {
        answer = one_answer(request);
        return !sheds(answer);
      });
      return answer.substr(0, answer.find("\r\n"));
    }

   private:
    std::string one_answer(const std::string& request) {
      constexpr std::string_view length_field = "Content-Length: ";
      boost::asio::write(socket_, boost::asio::buffer(request));
      std::string answer;
      const std::size_t head =
          boost::asio::read_until(socket_, boost::asio::dynamic_buffer(answer), "\r\n\r\n");
      const std::size_t length =
          std::stoul(answer.substr(answer.find(length_field) + length_field.size()));
      boost::asio::read(socket_, boost::asio::dynamic_buffer(answer),
                        boost::asio::transfer_exactly(head + length - answer.size()));
      return answer;
    }

    boost::asio::io_context io_;
    boost::asio::ip::tcp::socket socket_{io_};
  };
  std::deque<Connection> connections_;
  std::string request_;
};

// In bytes: what no file stands behind.
double own_memory_of(pid_t process) {
  std::ifstream status(fmt::format("/proc/{}/status", process));
  for (std::string word; status >> word;) {
    double kib = 0;
    if (word == "RssAnon:" && status >> kib) return kib * 1'024;
  }
  throw std::runtime_error("no RssAnon");
}

// What an hour at ten tokens a second leaves behind while no broker is there, in some seconds; and
// then all of it goes its way.
TEST(KafkaFaultsIssuance, TakesNoMoreMemoryForAnHourWithoutBrokersNorToCatchUp) {
  constexpr int an_hour = 36'000;
  constexpr int connections = 16;
  constexpr double more_memory_max = 16 << 20;
  constexpr double cached_max = 12 << 20;  // of the spool, which is read for the first time then
  constexpr int held_max = 256 + 16;       // batches
  constexpr Patience catch_up_max{180'000};
  OverHurtBrokers over({.brokers = 1});
  const ServerProcess& node = over.node;
  TokensOverConnections tokens(over.fleet, node, connections);
  tokens.get(an_hour / 6);  // what a busy node takes anyway
  all_forwarded(node);
  const double before = own_memory_of(over.node.process().id());
  double most = 0;
  const auto look = [&] {
    most = std::max(most, own_memory_of(over.node.process().id()) - before);
  };
  const auto expect_little = [&](const std::string& when, double limit) {
    look();
    RecordProperty("more_memory_mib_" + when, fmt::format("{:.1f}", most / (1 << 20)));
    EXPECT_LE(most, limit) << when;
    most = 0;
  };

  over.brokers.stop_all();
  tokens.get(an_hour);
  EXPECT_GE(node.metric("optare_issuance_forward_queue"), an_hour / connections);
  EXPECT_LE(node.metric("optare_issuance_forward_held"), held_max);
  expect_little("away", more_memory_max);

  over.brokers.start_all();
  wait_until(
      "the spool to be in the topic",
      [&] {
        look();
        EXPECT_LE(node.metric("optare_issuance_forward_held"), held_max);
        return node.metric("optare_issuance_forward_queue") == 0;
      },
      catch_up_max);
  expect_little("catching_up", more_memory_max + cached_max);
  expect_little("after", more_memory_max + cached_max);
  EXPECT_EQ(over.issued().size(), an_hour + an_hour / 6U) << "each once";
  EXPECT_EQ(node.metric("optare_issuance_forward_lost_total"), 0);
}

}  // namespace
}  // namespace optare
