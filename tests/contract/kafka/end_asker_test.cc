// Who asks brokers where a topic ends, and with which record a time begins.
#include "core/kafka/end_asker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>

#include "tests/contract/event_log_contract.h"
#include "tests/support/mock_kafka_log.h"

namespace optare {
namespace {

using enum Partition;

// As many as there may be of the one are asked between two of the other.
TEST(EndAskerQuestions, OfNeitherKindStarveTheOther) {
  const std::unique_ptr<MockKafka> kafka = mock_with_topics();
  const KafkaConnection connection = kafka->connection();
  KafkaCounts counts;
  std::atomic<bool> goes_on = true;
  std::atomic<int> ends = 0;
  std::atomic<int> firsts = 0;
  std::function<void()> ask_end;
  std::function<void()> ask_first;
  EndAsker asker(connection, {{control, "optare.control"}, {tokens_00, "optare.tokens"}}, counts);
  ask_end = [&] {
    asker.ask(control, [&](std::optional<std::uint64_t>) {
      ++ends;
      if (goes_on) ask_end();
    });
  };
  ask_first = [&] {
    asker.ask_first(tokens_00, Timestamp(), [&](std::optional<std::uint64_t>) {
      ++firsts;
      if (goes_on) ask_first();
    });
  };
  ask_end();
  ask_first();
  EXPECT_TRUE(soon([&] { return ends >= 10 && firsts >= 10; })) << ends << " " << firsts;
  goes_on = false;
}

}  // namespace
}  // namespace optare
