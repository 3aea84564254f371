#include "ops/policies.h"

#include <gtest/gtest.h>

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
class LookedAt final : public RetainedLog {
 public:
  explicit LookedAt(const Clock& clock) : log_(clock) {}
  void append(Partition partition, std::string frame, Appended done) override {
    log_.append(partition, std::move(frame), std::move(done));
  }
  std::vector<LogRecord> read(Partition partition, std::uint64_t offset,
                              std::size_t records_max) const override {
    return log_.read(partition, offset, records_max);
  }
  std::uint64_t end(Partition partition) const override { return log_.end(partition); }
  Currency currency(Partition partition) const override { return log_.currency(partition); }
  void ask_end(Partition partition, EndAnswered done) const override {
    log_.ask_end(partition, std::move(done));
  }
  Timestamp now() const override { return log_.now(); }
  void on_records(std::function<void()> callback) override { log_.on_records(std::move(callback)); }
  Cut cut(Partition partition) const override {
    looked = true;
    looked.notify_all();
    return log_.cut(partition);
  }
  void drop_before(Partition partition, std::uint64_t offset, std::string note) override {
    log_.drop_before(partition, offset, std::move(note));
  }
  std::uint64_t bytes() const override { return log_.bytes(); }
  mutable std::atomic<bool> looked = false;

 private:
  MemoryLog log_;
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
  const MemoryLog log(clock);
  LookedAt spool_log(clock);
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
