// In which order a node takes what stands in its topics.
#include <gtest/gtest.h>

#include <future>
#include <utility>

#include "tests/contract/event_log_contract.h"
#include "tests/support/mock_kafka_log.h"

namespace optare {
namespace {

using namespace std::chrono_literals;

using enum Partition;
constexpr Partition tokens = Partition::tokens_00;

void append_many(KafkaLog& log, Partition partition, int count) {
  std::atomic<int> persisted = 0;
  for (int i = 0; i < count; ++i)
    log.append(partition, "x", [&](Append result) { persisted += result == Append::persisted; });
  ASSERT_TRUE(soon([&] { return persisted == count; }));
}

// A deletion never waits behind tokens, however many of them stand before it.
TEST(FeedOrder, ControlIsDrainedBeforeTokens) {
  constexpr int records = 2'000;  // some slices of each
  MockKafkaLog kafka;
  KafkaLog& log = *kafka.log;
  std::promise<void> stands;
  std::promise<void> goes_on;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ends;  // after each slice
  bool first = true;
  log.on_records([&] {
    ends.emplace_back(log.end(control), log.end(tokens));
    if (!std::exchange(first, false)) return;
    stands.set_value();
    goes_on.get_future().wait_for(60s);
  });
  ASSERT_EQ(append_and_wait(log, control, "first"), Append::persisted);
  ASSERT_EQ(stands.get_future().wait_for(60s), std::future_status::ready);
  // Meanwhile both are fetched: no fetch that has the tokens lacks what stood in control before.
  append_many(log, control, records);
  append_many(log, tokens, records);
  std::this_thread::sleep_for(500ms);
  goes_on.set_value();
  EXPECT_TRUE(soon([&] { return log.end(tokens) == records; }));
  log.on_records(nullptr);
  kafka.log.reset();
  const auto of_tokens = std::ranges::find_if(ends, [](const auto& end) { return end.second > 0; });
  ASSERT_NE(of_tokens, ends.end());
  EXPECT_EQ(of_tokens->first, 1U + records);
  EXPECT_GT(of_tokens - ends.begin(), 3) << "more than a slice of control came before";
}

}  // namespace
}  // namespace optare
