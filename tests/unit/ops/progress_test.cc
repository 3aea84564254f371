#include "ops/progress.h"

#include <gtest/gtest.h>

#include <regex>
#include <thread>
#include <vector>

namespace optare {
namespace {

using namespace std::chrono_literals;

TEST(Progress, SaysHowFarItIsHowFastAndHowLongItTakesYet) {
  Progress progress;
  progress.report("reading", "records", 0, 200);
  std::this_thread::sleep_for(20ms);
  progress.report("reading", "records", 50, 200);
  const std::string text = progress.text();
  const std::regex form("reading: 50 of 200 records, ([0-9]+) a second, ([0-9]+) s left");
  std::smatch numbers;
  ASSERT_TRUE(std::regex_match(text, numbers, form)) << text;
  const int rate = std::stoi(numbers[1]);
  EXPECT_LE(rate, 50 * 1000 / 20);
  // Of the rate itself, which is less than one more than its digits.
  EXPECT_GE(std::stoi(numbers[2]), 150.0 / (rate + 1) - 1) << text;
  if (rate > 0) {
    EXPECT_LE(std::stoi(numbers[2]), 150.0 / rate + 1) << text;
  }
  progress.report("reading", "records", 200, 200);
  EXPECT_FALSE(progress.text().ends_with(" left")) << progress.text();
}

TEST(Progress, IsToldOnceAnInterval) {
  for (const auto& [interval, told_max] : {std::pair{0ms, 3UZ}, std::pair{1'000'000ms, 0UZ}}) {
    std::vector<std::string> told;
    Progress progress([&](const std::string& text) { told.push_back(text); }, interval);
    for (const std::uint64_t done : {1U, 2U, 3U}) progress.report("reading", "records", done, 3);
    EXPECT_EQ(told.size(), told_max);
    EXPECT_NE(progress.text().find("3 of 3"), std::string::npos);
  }
}

}  // namespace
}  // namespace optare
