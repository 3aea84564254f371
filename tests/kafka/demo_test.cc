// ops/demo --kafka: brokers and nodes of its own, some of which it kills.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/process.h"

namespace optare {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// Its files are in `folder`, and its brokers' and nodes', too.
Ended demo(const std::filesystem::path& program, const TemporaryDirectory& folder) {
  return run({.arguments = {OPTARE_SOURCE_DIR "/ops/demo", "--kafka", program},
              .environment = {{"TMPDIR", folder.path()}}},
             240s);
}

TEST(KafkaFaultsDemo, HoldsAtEachStepAndLeavesNothing) {
  const TemporaryDirectory folder;
  const Ended ended = demo(OPTARE_BINARY, folder);
  EXPECT_EQ(ended.code, 0) << ended.out << ended.err;
  EXPECT_EQ(ended.err, "");
  EXPECT_THAT(ended.out, HasSubstr("steps hold."));
  EXPECT_THAT(ended.out, HasSubstr("All is well: 3 nodes"));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

// A program that makes no deployment, and says that it did.
TEST(KafkaFaultsDemo, FailsWhenAStepDoesNotHoldAndLeavesNothing) {
  const TemporaryDirectory files;
  const TemporaryDirectory folder;
  const std::filesystem::path wrong = files / "optare";
  std::ofstream(wrong) << "#!/bin/bash\n[[ $1 == init ]] || exec " OPTARE_BINARY " \"$@\"\n";
  std::filesystem::permissions(wrong, std::filesystem::perms::owner_all);
  const Ended ended = demo(wrong, folder);
  EXPECT_EQ(ended.code, 1) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("DOES NOT HOLD: key and credentials are their owner's only"));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "its brokers have ended";
}

}  // namespace
}  // namespace optare
