// The main of every suite: gtest's own is content with a run of no test at all.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

int main(int count, char** arguments) {
  testing::InitGoogleMock(&count, arguments);
  const int failed = RUN_ALL_TESTS();
  if (testing::UnitTest::GetInstance()->test_to_run_count() == 0 &&
      !testing::GTEST_FLAG(list_tests)) {
    fmt::print(stderr, "no test has run: the filter or the shard is empty\n");
    return 1;
  }
  return failed;
}
