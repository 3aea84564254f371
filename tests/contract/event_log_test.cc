#include "core/memory/memory_log.h"
#include "core/rocksdb/embedded_log.h"
#include "tests/contract/stamping_log_contract.h"
#include "tests/support/temporary_directory.h"

namespace optare {
namespace {

class MemoryLogFixture {
 public:
  static constexpr bool durable = false;
  FakeClock& clock() { return clock_; }
  EventLog& log() { return log_; }

 private:
  FakeClock clock_;
  MemoryLog log_{clock_};
};

template <std::size_t tail_records_max>
class EmbeddedLogFixture {
 public:
  static constexpr bool durable = true;
  FakeClock& clock() { return clock_; }
  EventLog& log() { return *log_; }
  void reopen() {
    log_.reset();
    log_ = open();
  }

 private:
  std::unique_ptr<EmbeddedLog> open() {
    return std::make_unique<EmbeddedLog>(
        resources_, clock_,
        EmbeddedLogOptions{.directory = directory_ / "log", .tail_records_max = tail_records_max});
  }
  TemporaryDirectory directory_;
  FakeClock clock_;
  RocksResources resources_;
  std::unique_ptr<EmbeddedLog> log_ = open();
};

using Logs = testing::Types<MemoryLogFixture, EmbeddedLogFixture<4'096>, EmbeddedLogFixture<0>>;

}  // namespace

INSTANTIATE_TYPED_TEST_SUITE_P(Adapters, EventLogContract, Logs);
INSTANTIATE_TYPED_TEST_SUITE_P(Adapters, StampingLogContract, Logs);

}  // namespace optare
