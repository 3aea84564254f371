// A log that is not the one that was applied: it lost its end, or it is another. Who reads it
// stops.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/created.h"
#include "tests/support/small_node.h"

namespace optare {
namespace {

// One partition in memory that can lose its end.
class ShrinkingLog final : public EventLog {
 public:
  explicit ShrinkingLog(const Clock& clock) : clock_(clock) {}
  void shrink(std::size_t records) { records_.resize(records); }

  void append(Partition, std::string frame, Appended done) override {
    records_.push_back({records_.size(), clock_.wall(), std::move(frame)});
    done(Append::persisted);
  }
  std::vector<LogRecord> read(Partition partition, std::uint64_t offset,
                              std::size_t records_max) const override {
    std::vector<LogRecord> found;
    for (std::size_t i = offset; i < end(partition) && found.size() < records_max; ++i)
      found.push_back(records_[i]);
    return found;
  }
  std::uint64_t end(Partition partition) const override {
    return partition == Partition::control ? records_.size() : 0;
  }
  Currency currency(Partition) const override { return {clock_.boottime(), now()}; }
  void ask_end(Partition partition, EndAnswered done) const override { done(end(partition)); }
  Timestamp now() const override { return clock_.wall(); }
  void on_records(std::function<void()>) override {}

 private:
  const Clock& clock_;
  std::vector<LogRecord> records_;
};

class LostHistory : public testing::Test {
 protected:
  void start_with_view_of_node(SmallNode& other) const {
    StoreBatch batch;
    for (const auto& [key, value] : node.rows())
      batch.put(static_cast<Table>(key.front()), key.substr(1), value);
    other.store.write(batch);
    other.reopen();
  }
  Deployment deployment;
  SmallNode node{deployment};
};

TEST_F(LostHistory, StopsWhenTheLogLostItsEnd) {
  ASSERT_TRUE(node.run(create("srv_a")));
  Deployment emptied;
  SmallNode other(emptied);
  start_with_view_of_node(other);
  EXPECT_TRUE(other.follower->stopped());
  EXPECT_THAT(other.states.stop_reason(), testing::HasSubstr("the log lost its end"));
  EXPECT_FALSE(other.states.fresh());
}

TEST_F(LostHistory, StopsWhenTheLogHasAnotherHistory) {
  ASSERT_TRUE(node.run(create("srv_a")));
  Deployment elsewhere;
  SmallNode other(elsewhere);
  ASSERT_TRUE(other.run(create("srv_b")));
  start_with_view_of_node(other);
  EXPECT_TRUE(other.follower->stopped());
  EXPECT_THAT(other.states.stop_reason(), testing::HasSubstr("another history"));
}

TEST_F(LostHistory, StopsWhenTheLogLosesItsEndWhileItFollows) {
  ShrinkingLog log(deployment.clock);
  SmallNode follows(deployment, &log);
  ASSERT_TRUE(follows.run(create("srv_a")));
  log.shrink(0);
  follows.settle();
  EXPECT_TRUE(follows.follower->stopped());
  EXPECT_THAT(follows.states.stop_reason(), testing::HasSubstr("the log lost its end"));
}

TEST_F(LostHistory, StopsWhenTheLogLostItsEndAndHasGrownPastItSince) {
  ShrinkingLog log(deployment.clock);
  SmallNode follows(deployment, &log);
  ASSERT_TRUE(follows.run(create("srv_a")));
  log.shrink(0);
  SmallNode others(deployment, &log, "node_2");
  ASSERT_TRUE(others.run(create("srv_b")));
  ASSERT_TRUE(others.run(create("srv_c")));
  follows.settle();
  EXPECT_TRUE(follows.follower->stopped());
  EXPECT_THAT(follows.states.stop_reason(), testing::HasSubstr("another history"));
  EXPECT_EQ(follows.states.application(ClientId("srv_c")), nullptr);
}

TEST_F(LostHistory, StopsAtTheStartWhenTheLogLostNothingButVoidRecords) {
  ShrinkingLog log(deployment.clock);
  SmallNode follows(deployment, &log);
  ASSERT_TRUE(follows.run(create("srv_a")));
  log.append(Partition::control, "void", [](Append) {});
  follows.settle();
  log.shrink(1);
  SmallNode others(deployment, &log, "node_2");
  ASSERT_TRUE(others.run(create("srv_b")));
  follows.reopen();
  EXPECT_TRUE(follows.follower->stopped());
  EXPECT_THAT(follows.states.stop_reason(), testing::HasSubstr("another history"));
}

// The commit that it sent when its view was wrong is in the log for ever.
TEST_F(LostHistory, StartsAnewAndReadsWhatItsNodeWroteOnALostHistory) {
  ShrinkingLog log(deployment.clock);
  {
    SmallNode astray(deployment, &log);
    ASSERT_TRUE(astray.run(create("srv_a")));
    log.shrink(0);
    Commit commit = node.commit_on_view();
    commit.view = astray.states.view(Partition::control);
    commit.node_id = astray.node_id;
    log.append(Partition::control, astray.frame_of(commit), [](Append) {});
  }
  SmallNode anew(deployment, &log);
  anew.settle();
  EXPECT_FALSE(anew.follower->stopped()) << anew.states.stop_reason();
  EXPECT_EQ(anew.voids.size(), 1);
  EXPECT_TRUE(anew.run(create("srv_a")));
}

}  // namespace
}  // namespace optare
