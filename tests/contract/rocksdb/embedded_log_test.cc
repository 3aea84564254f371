// What the embedded log promises beyond the port: bounds, faults of the disk, a process that is
// killed.
#include "core/rocksdb/embedded_log.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <future>
#include <thread>

#include "core/system_clock/system_clock.h"
#include "tests/contract/event_log_contract.h"
#include "tests/support/fake_clock.h"
#include "tests/support/faulty_filesystem.h"
#include "tests/support/small_disk.h"
#include "tests/support/temporary_directory.h"

namespace optare {
namespace {

using enum Partition;

class EmbeddedLogTest : public testing::Test {
 protected:
  EmbeddedLogOptions options() { return {.directory = directory_ / "log"}; }
  std::unique_ptr<EmbeddedLog> open(EmbeddedLogOptions options) {
    return std::make_unique<EmbeddedLog>(resources_, clock_, std::move(options));
  }
  std::unique_ptr<EmbeddedLog> open() { return open(options()); }
  static std::vector<std::string> frames(const EventLog& log) {
    std::vector<std::string> all;
    for (std::uint64_t next = 0;;) {  // one read is bounded in bytes
      auto records = log.read(control, next, 100'000);
      if (records.empty()) return all;
      next = records.back().offset + 1;
      for (LogRecord& record : records) all.push_back(std::move(record.bytes));
    }
  }
  // Appends until the log takes one: while it opens again after a fault it may refuse.
  static Append append_until_taken(EventLog& log, const std::string& frame) {
    Append result = Append::not_persisted;
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (result != Append::persisted && std::chrono::steady_clock::now() < until) {
      result = append_and_wait(log, control, frame);
      if (result != Append::persisted) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return result;
  }
  using Frames = std::vector<std::string>;

  TemporaryDirectory directory_;
  FaultyDisk disk_;
  FakeClock clock_;
  RocksResources resources_{{}, disk_.env()};
};

TEST_F(EmbeddedLogTest, AnswersPossiblyPersistedWhenTheSyncFailsAndShowsWhatBecameOfIt) {
  const auto log = open();
  ASSERT_EQ(append_and_wait(*log, control, "before"), Append::persisted);
  disk_.faults.sync_fails = true;
  EXPECT_EQ(append_and_wait(*log, control, "unknown"), Append::possibly_persisted);
  disk_.faults.sync_fails = false;
  EXPECT_EQ(append_until_taken(*log, "after"), Append::persisted);
  EXPECT_EQ(frames(*log), (Frames{"before", "unknown", "after"})) << "its bytes were in the file";
  EXPECT_EQ(log->end(control), 3);
  EXPECT_EQ(log->fault(), "");
}

TEST_F(EmbeddedLogTest, SaysThatABatchOfWhichNothingReachedTheFileIsNotWritten) {
  const auto log = open();
  append_and_wait(*log, control, "before");
  disk_.faults.append_fails = true;
  EXPECT_EQ(append_and_wait(*log, control, "lost"), Append::refused_disk_full);
  disk_.faults.append_fails = false;
  EXPECT_EQ(append_until_taken(*log, "after"), Append::persisted);
  EXPECT_EQ(frames(*log), (Frames{"before", "after"}));
}

TEST_F(EmbeddedLogTest, TellsTheFollowerOfARecordThatOutlivedItsFailedSync) {
  const auto log = open();
  append_and_wait(*log, control, "before");
  std::promise<void> told;
  std::atomic<bool> once = false;
  log->on_records([&] {
    if (frames(*log).size() == 2 && !once.exchange(true)) told.set_value();
  });
  disk_.faults.sync_fails = true;
  append_and_wait(*log, control, "unknown");
  disk_.faults.sync_fails = false;
  EXPECT_EQ(told.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready);
  log->on_records({});
}

// Nothing is kept in memory: what is read on comes from the files.
TEST_F(EmbeddedLogTest, ReadsOnAndRefusesAppendsWhileTheDiskIsFull) {
  auto without_tail = options();
  without_tail.tail_records_max = 0;
  const auto log = open(without_tail);
  append_and_wait(*log, control, "before");
  disk_.faults.append_fails = true;
  append_and_wait(*log, control, "lost");
  EXPECT_EQ(append_and_wait(*log, control, "refused"), Append::refused_disk_full);
  EXPECT_EQ(frames(*log), Frames{"before"});
  EXPECT_EQ(log->end(control), 1) << "what is not there was surely not written";
  EXPECT_NE(log->fault().find("its disk is full"), std::string::npos) << log->fault();
  disk_.faults.append_fails = false;
  EXPECT_EQ(append_until_taken(*log, "after"), Append::persisted);
  EXPECT_EQ(log->end(control), 2);
  EXPECT_EQ(log->fault(), "");
}

// In the file, but perhaps not on the disk, and it cannot be written again: nobody may rely on it.
TEST_F(EmbeddedLogTest, DoesNotShowARecordInDoubtBeforeItIsDurable) {
  const auto log = open();
  append_and_wait(*log, control, "before");
  disk_.faults.sync_fails = true;
  disk_.faults.create_fails = true;
  EXPECT_EQ(append_and_wait(*log, control, "doubtful"), Append::possibly_persisted);
  EXPECT_EQ(frames(*log), Frames{"before"});
  EXPECT_EQ(log->known_end(control), 1);
  EXPECT_THROW((void)log->end(control), LogFault);
  EXPECT_EQ(ask_end_and_wait(*log, control), std::nullopt) << "nobody knows";
  EXPECT_NE(append_and_wait(*log, control, "refused"), Append::persisted);
  disk_.faults.sync_fails = false;
  disk_.faults.create_fails = false;
  EXPECT_EQ(append_until_taken(*log, "after"), Append::persisted);
  EXPECT_EQ(frames(*log), (Frames{"before", "doubtful", "after"}));
}

TEST_F(EmbeddedLogTest, GoesOnByItselfOnceThereIsRoom) {
  const auto log = open();
  disk_.faults.append_fails = true;
  append_and_wait(*log, control, "lost");
  EXPECT_NE(log->fault(), "");
  disk_.faults.append_fails = false;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!log->fault().empty() && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(log->fault(), "");
  EXPECT_EQ(append_and_wait(*log, control, "after"), Append::persisted);
}

TEST_F(EmbeddedLogTest, RefusesBelowTheReserveOfDiskAndGoesOnAboveIt) {
  const auto log = open();
  const auto reserve = static_cast<std::int64_t>(options().disk_reserve_bytes);
  disk_.faults.free_bytes = reserve - 1;
  EXPECT_EQ(append_and_wait(*log, control, "no room"), Append::refused_disk_full);
  EXPECT_NE(log->fault().find("the reserve"), std::string::npos) << log->fault();
  disk_.faults.free_bytes = reserve;
  EXPECT_EQ(log->fault(), "");
  EXPECT_EQ(append_and_wait(*log, control, "room"), Append::persisted);
  EXPECT_EQ(frames(*log), Frames{"room"});
}

// Holds the writer thread in a callback, so that what comes after stays in the queue.
class HeldWriter {
 public:
  explicit HeldWriter(EventLog& log) {
    std::promise<void> entered;
    log.append(control, "holds", [&](Append) {
      entered.set_value();
      release_.get_future().wait();
    });
    entered.get_future().wait();
  }
  void release() { release_.set_value(); }

 private:
  std::promise<void> release_;
};

TEST_F(EmbeddedLogTest, RefusesMoreRecordsThanItsQueueHolds) {
  auto few = options();
  few.queue_records_max = 2;
  std::vector<Append> answers;  // outlives the log, which answers
  const auto log = open(few);
  HeldWriter writer(*log);
  for (int i = 0; i < 3; ++i)
    log->append(control, "x", [&](Append result) { answers.push_back(result); });
  EXPECT_EQ(answers, std::vector{Append::not_persisted});
  writer.release();
  EXPECT_EQ(append_until_taken(*log, "last"), Append::persisted);
  EXPECT_EQ(answers.size(), 3);
}

TEST_F(EmbeddedLogTest, RefusesMoreBytesThanItsQueueHolds) {
  auto small = options();
  small.queue_bytes_max = 10;
  const auto log = open(small);
  EXPECT_EQ(append_and_wait(*log, control, std::string(11, 'x')), Append::not_persisted);
  EXPECT_EQ(append_and_wait(*log, control, std::string(10, 'x')), Append::persisted);
  EXPECT_EQ(append_and_wait(*log, control, std::string(10, 'x')), Append::persisted)
      << "what was written is no longer queued";
}

TEST_F(EmbeddedLogTest, WritesWhatIsQueuedInBatchesOfBoundedSize) {
  for (const bool by_bytes : {false, true}) {
    auto bounded = options();
    bounded.directory = directory_ / (by_bytes ? "bytes" : "records");
    if (by_bytes)
      bounded.batch_bytes_max = 30;
    else
      bounded.batch_records_max = 3;
    const auto log = open(bounded);
    HeldWriter writer(*log);
    std::promise<void> all;
    for (int i = 0; i < 10; ++i) {
      log->append(control, std::string(10, 'x'), [&, i](Append) {
        // Every record that is durable when this one is answered came in its batch or before.
        EXPECT_EQ(log->end(control), std::min(1 + (i / 3 + 1) * 3, 11));
        if (i == 9) all.set_value();
      });
    }
    writer.release();
    all.get_future().wait();
  }
}

TEST_F(EmbeddedLogTest, AnswersWhatIsQueuedWhenItStops) {
  std::atomic<int> answers = 0;
  auto log = open();
  HeldWriter writer(*log);
  for (int i = 0; i < 5; ++i) log->append(control, "x", [&](Append) { ++answers; });
  writer.release();
  log.reset();
  EXPECT_EQ(answers, 5);
}

TEST_F(EmbeddedLogTest, IsOpenForWritingInOneProcessOnly) {
  const auto log = open();
  try {
    open();
    FAIL() << "opened twice";
  } catch (const LogFault& fault) {
    EXPECT_NE(std::string(fault.what()).find("is in use by another process"), std::string::npos)
        << fault.what();
  }
}

TEST_F(EmbeddedLogTest, CanBeReadBesideTheProcessThatWrites) {
  const auto writer = open();
  append_and_wait(*writer, control, "a");
  auto beside = options();
  beside.mode = OpenMode::read_only;
  const auto reader = open(beside);
  EXPECT_EQ(frames(*reader), Frames{"a"});
  EXPECT_EQ(append_and_wait(*reader, control, "b"), Append::not_persisted);
  EXPECT_EQ(append_and_wait(*writer, control, "c"), Append::persisted);
}

TEST_F(EmbeddedLogTest, RefusesAFolderThatHoldsSomethingElse) {
  rocksdb::DB* opened = nullptr;
  rocksdb::Options plain;
  plain.create_if_missing = true;
  ASSERT_TRUE(rocksdb::DB::Open(plain, (directory_ / "log").string(), &opened).ok());
  EXPECT_TRUE(opened->Put({}, "key", "value").ok());
  delete opened;
  EXPECT_THROW(open(), LogFault);
}

TEST_F(EmbeddedLogTest, ForgetsWhatLiesBeforeTheCutForGood) {
  {
    const auto log = open();
    for (const char* frame : {"a", "b", "c"}) append_and_wait(*log, control, frame);
    log->drop_before(control, 2, "note");
    EXPECT_EQ(frames(*log), Frames{"c"});
  }
  auto log = open();
  EXPECT_EQ(frames(*log), Frames{"c"});
  EXPECT_EQ(log->cut(control).note, "note");
  log->drop_before(control, 3, "all");
  log.reset();
  log = open();
  EXPECT_TRUE(frames(*log).empty());
  EXPECT_EQ(log->end(control), 3) << "offsets are not given out again";
  append_and_wait(*log, control, "d");
  EXPECT_EQ(log->end(control), 4);
}

TEST_F(EmbeddedLogTest, TakesAppendsWhateverTheClockWhenItsTimesDecideNothing) {
  auto spool = options();
  spool.refuse_wrong_clock = false;
  const auto log = open(spool);
  append_and_wait(*log, control, "a");
  clock_.leap(std::chrono::hours(-1));
  EXPECT_EQ(append_and_wait(*log, control, "b"), Append::persisted);
}

// The child says each offset it got an answer for; what it said must be there after it was killed.
TEST_F(EmbeddedLogTest, LosesNothingItAcknowledgedWhenTheProcessIsKilled) {
  std::array<int, 2> answered{};
  ASSERT_EQ(::pipe(answered.data()), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const RocksResources resources;
    const SystemClock clock;
    EmbeddedLog log(resources, clock, {.directory = directory_ / "log"});
    std::atomic<int> told = 0;
    for (int i = 0;; ++i) {
      log.append(control, std::to_string(i), [&told, fd = answered[1]](Append result) {
        const char byte = result == Append::persisted ? 'y' : 'n';
        if (::write(fd, &byte, 1) != 1) ::_exit(1);
        ++told;
      });
      if (i % 100 != 0) continue;
      do {  // However slow the disk is: no more than it queues.
        ::usleep(1'000);
      } while (i - told > 5'000);
    }
  }
  ::close(answered[1]);
  std::size_t acknowledged = 0;
  std::array<char, 512> bytes{};
  for (ssize_t n = 0;
       acknowledged < 5'000 && (n = ::read(answered[0], bytes.data(), bytes.size())) > 0;) {
    acknowledged += static_cast<std::size_t>(std::count(bytes.begin(), bytes.begin() + n, 'y'));
  }
  ::kill(child, SIGKILL);
  for (ssize_t n = 0; (n = ::read(answered[0], bytes.data(), bytes.size())) > 0;) {
    acknowledged += static_cast<std::size_t>(std::count(bytes.begin(), bytes.begin() + n, 'y'));
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  ::close(answered[0]);

  const auto kept = frames(*open());
  EXPECT_GE(acknowledged, 5'000);
  EXPECT_GE(kept.size(), acknowledged);
  for (std::size_t i = 0; i < kept.size(); ++i) ASSERT_EQ(kept[i], std::to_string(i));
}

TEST_F(EmbeddedLogTest, RecoversFromADiskThatWasReallyFull) {
  SmallDisk small(directory_ / "small", 24);
  auto on_small = options();
  on_small.directory = small.folder() / "log";
  on_small.disk_reserve_bytes = 0;
  on_small.tail_records_max = 0;
  const auto log = open(on_small);
  for (int round = 0; round < 3; ++round) {
    small.fill();
    const std::string frame(64 * 1024, 'x');
    std::size_t before = log->end(control);
    Append result = Append::persisted;
    for (int i = 0; i < 10'000 && result == Append::persisted; ++i) {
      result = append_and_wait(*log, control, frame);
      if (result == Append::persisted) ++before;
    }
    EXPECT_EQ(result, Append::refused_disk_full);
    EXPECT_EQ(frames(*log).size(), before) << "reads go on";
    small.make_room();
    EXPECT_EQ(append_until_taken(*log, "last"), Append::persisted);
    EXPECT_EQ(log->end(control), before + 1);
    EXPECT_EQ(frames(*log).back(), "last");
  }
}

}  // namespace
}  // namespace optare
