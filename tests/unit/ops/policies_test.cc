#include "ops/policies.h"

#include <gtest/gtest.h>

#include "core/log/log_before.h"
#include "core/memory/memory_log.h"
#include "core/memory/memory_store.h"
#include "core/openssl/random.h"
#include "ops/metrics.h"
#include "projections/applications.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_states.h"

namespace optare {
namespace {

// Says that it did every command, and counts them.
class CountingRunner final : public CommandRunner {
 public:
  Task<Result<Committed>> run(Request, CommandOrigin) override {
    ++commands;
    Committed done;
    done.events.emplace_back(SecretExpired{});
    co_return done;
  }
  const States& states() const override { return states_; }
  std::atomic<std::size_t> commands = 0;

 private:
  MemoryStates states_;
};

// A round ends with a look at the spool's log.
class LookedAt final : public RetainedLogBefore {
 public:
  using RetainedLogBefore::RetainedLogBefore;
  Cut cut(Partition partition) const override {
    looked = true;
    looked.notify_all();
    return RetainedLogBefore::cut(partition);
  }
  mutable std::atomic<bool> looked = false;
};

// However many are due, the other policies have their turn, and a stop waits for few.
TEST(Policies, ExpireALimitedNumberOfSecretsInARound) {
  FakeClock clock;
  MemoryStore store;
  StoreBatch due;
  for (int i = 0; i < 150; ++i)
    due.put(Table::due_secret, due_secret_key(clock.wall(), "srv_" + std::to_string(i), "sec_1"),
            "");
  store.write(due);
  MemoryLog log(clock);
  LookedAt spool_log(log);
  CountingRunner runner;
  SystemRandom random;
  LogLines lines(LogLevel::error);
  const Policies policies({.store = store,
                           .log = log,
                           .runner = runner,
                           .spool_log = spool_log,
                           .retention = {},
                           .random = random,
                           .lines = lines,
                           .due_secrets_interval = std::chrono::hours(1)});
  spool_log.looked.wait(false);
  EXPECT_EQ(runner.commands, 100U);
  EXPECT_NE(metrics_text(nullptr, nullptr, &policies).find("\noptare_secrets_expired_total 100\n"),
            std::string::npos);
}

}  // namespace
}  // namespace optare
