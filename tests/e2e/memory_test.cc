// What was needed once is given back.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/support/server_process.h"

namespace optare {
namespace {

// As /proc has it.
bool has_thread(pid_t process, const std::string& wanted) {
  for (const auto& thread : std::filesystem::directory_iterator(std::filesystem::path("/proc") /
                                                                std::to_string(process) / "task")) {
    std::ifstream file(thread.path() / "comm");
    std::string name;
    if (std::getline(file, name) && name == wanted) return true;
  }
  return false;
}

// Without that thread jemalloc keeps what was freed until more is asked for: at rest, for ever. It
// is there when jemalloc has read the settings of ops/main.cc.
TEST(Memory, OfAServerAtRestIsGivenBackByAThreadOfTheAllocator) {
  ServerProcess server;
  server.start({"--threads", "1"});
  wait_until("its thread", [&] { return has_thread(server.process().id(), "jemalloc_bg_thd"); });
  EXPECT_EQ(server.stop(), 0);
}

// In KiB.
std::uint64_t anonymous_memory(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/status");
  for (std::string name; file >> name;) {
    if (name != "RssAnon:") continue;
    std::uint64_t kib = 0;
    file >> kib;
    return kib;
  }
  throw std::runtime_error("no RssAnon of process " + std::to_string(process));
}

struct Burst {
  std::uint64_t before = 0;
  std::uint64_t most = 0;
  std::uint64_t after = 0;
  std::uint64_t half() const { return before + (most - before) / 2; }
};

// Many requests that are not whole yet, each with most of a body, the rest of which never comes.
// Returns once half of what they took is given back, or at the end of `rest`.
Burst burst(ServerProcess& server, std::chrono::seconds rest) {
  using boost::asio::ip::tcp;
  constexpr std::size_t requests = 400;
  constexpr std::uint64_t kib_each = 60;
  const pid_t id = server.process().id();
  Burst burst{.before = anonymous_memory(id)};
  {
    boost::asio::io_context context;
    const tcp::endpoint place(boost::asio::ip::address_v4::loopback(), server.port());
    const std::string text =
        "POST /oauth2/token HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded"
        "\r\nContent-Length: 65536\r\n\r\n" +
        std::string(kib_each << 10U, 'x');
    std::vector<tcp::socket> sockets;
    for (std::size_t i = 0; i < requests; ++i) {
      sockets.emplace_back(context).connect(place);
      boost::asio::write(sockets.back(), boost::asio::buffer(text));
    }
    wait_until("the bodies to be held", [&] {
      burst.most = std::max(burst.most, anonymous_memory(id));
      return burst.most >= burst.before + requests * kib_each * 3 / 4;
    });
  }
  for (const auto until = std::chrono::steady_clock::now() + rest;
       std::chrono::steady_clock::now() < until &&
       (burst.after = anonymous_memory(id)) > burst.half();)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  return burst;
}

TEST(Memory, OfABurstGoesBackToTheSystemWithinSeconds) {
  ServerProcess server;
  server.start({"--threads", "1"});
  const Burst seen = burst(server, std::chrono::seconds(60));
  EXPECT_LT(seen.after, seen.half()) << seen.before << " KiB, " << seen.most << ", " << seen.after;
  EXPECT_EQ(server.stop(), 0);
}

// It is these settings that do it.
TEST(Memory, OfABurstStaysWithAnAllocatorThatIsToldToKeepIt) {
  ServerProcess server;
  server.place.within = {"env", "MALLOC_CONF=background_thread:false,dirty_decay_ms:-1"};
  server.start({"--threads", "1"});
  const Burst seen = burst(server, std::chrono::seconds(3));
  EXPECT_GT(seen.after, seen.half()) << seen.before << " KiB, " << seen.most << ", " << seen.after;
  EXPECT_EQ(server.stop(), 0);
}

}  // namespace
}  // namespace optare
