// A process that is stopped for a while (SIGSTOP) does not take itself for current when it goes on.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>

#include "tests/support/mock_kafka_log.h"

namespace optare {
namespace {

using namespace std::chrono_literals;

// Says on `out`, again and again, what time it is and as of when it is current.
[[noreturn]] void be_a_node(int brokers_from, int out) {
  std::array<char, 256> brokers{};
  if (::read(brokers_from, brokers.data(), brokers.size() - 1) <= 0) ::_exit(1);
  const TemporaryDirectory directory;
  const RocksResources resources;
  const SystemClock clock;
  SystemRandom random;
  KafkaLogOptions options;
  options.connection.brokers = brokers.data();
  options.directory = directory / "log";
  options.fetch_wait = 5ms;
  options.broker_time_only = false;
  KafkaLog log(resources, clock, random, std::move(options));
  log.tick_with([](Partition) { return std::string("tick"); });
  for (;;) {
    std::array<std::int64_t, 2> said{};
    said[1] = log.currency(Partition::control).at.count();
    said[0] = clock.boottime().count();
    if (::write(out, said.data(), sizeof(said)) != sizeof(said)) ::_exit(0);
    std::this_thread::sleep_for(1ms);
  }
}

class PausedNode : public testing::Test {
 protected:
  PausedNode() {
    EXPECT_EQ(::pipe(brokers_.data()), 0);
    EXPECT_EQ(::pipe(said_.data()), 0);
    child_ = ::fork();  // before there are threads
    if (child_ == 0) {
      ::close(said_[0]);
      be_a_node(brokers_[0], said_[1]);
    }
    ::close(said_[1]);
    kafka_ = mock_with_topics();
    const std::string brokers = kafka_->connection().brokers;
    EXPECT_EQ(::write(brokers_[1], brokers.data(), brokers.size()),
              static_cast<ssize_t>(brokers.size()));
  }
  ~PausedNode() override {
    ::kill(child_, SIGKILL);
    int status = 0;
    ::waitpid(child_, &status, 0);
    ::close(said_[0]);
    for (const int end : brokers_) ::close(end);
  }
  // How old it was when it said so; what it said before `from` (boottime) is passed over.
  Duration next_age(Duration from = {}) {
    std::array<std::int64_t, 2> said{};
    do {
      if (::read(said_[0], said.data(), sizeof(said)) != static_cast<ssize_t>(sizeof(said)))
        throw std::runtime_error("the node is gone");
    } while (Duration(said[0]) < from);
    return Duration(said[0] - said[1]);
  }
  bool becomes_current() {
    const auto until = std::chrono::steady_clock::now() + 60s;
    while (std::chrono::steady_clock::now() < until)
      if (next_age() < 1s) return true;
    return false;
  }
  std::array<int, 2> brokers_{};
  std::array<int, 2> said_{};
  pid_t child_ = 0;
  std::unique_ptr<MockKafka> kafka_;
};

// The broker is away when it goes on: nothing but what was under way before can reach it.
TEST_F(PausedNode, KnowsThatItSlept) {
  ASSERT_TRUE(becomes_current());
  const SystemClock clock;
  ::kill(child_, SIGSTOP);
  const Duration stopped = clock.boottime();
  std::this_thread::sleep_for(5s);
  rd_kafka_mock_broker_set_down(kafka_->cluster(), 1);
  const Duration resumed = clock.boottime();
  ::kill(child_, SIGCONT);
  for (int i = 0; i < 500; ++i) ASSERT_GE(next_age(resumed), resumed - stopped - 1s);
  rd_kafka_mock_broker_set_up(kafka_->cluster(), 1);
  EXPECT_TRUE(becomes_current());
}

}  // namespace
}  // namespace optare
