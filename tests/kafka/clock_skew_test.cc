// A node whose wall clock is not that of the brokers, by a known amount: what it tells, what the
// alert says of it, and from when on it writes nothing.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "core/log/log_clock.h"
#include "tests/support/alert_rules.h"
#include "tests/support/fleet.h"

namespace optare {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

constexpr std::array parts{"control", "tokens-00"};

// None: not measured yet.
std::optional<double> skew(const Scrape& told, const std::string& partition) {
  const std::string series =
      fmt::format(R"(optare_kafka_clock_skew_seconds{{partition="{}"}})", partition);
  if (!told.values().contains(series)) return std::nullopt;
  return told.at(series);
}

// Its clock is so many seconds ahead of the brokers' (or behind: less than 0).
class KafkaClockSkew : public testing::TestWithParam<int> {
 protected:
  KafkaClockSkew() {
    EXPECT_EQ(fleet.init().code, 0);
    node.place.within = {"env", "LD_PRELOAD=" OPTARE_MOVED_CLOCK,
                         fmt::format("MOVED_CLOCK_MS={}", GetParam() * 1'000)};
    node.start(fleet.flags());
  }
  // The difference is measured by records on their way, at least, and again while it is large.
  Scrape scrape_once_measured() const {
    std::optional<Scrape> now;
    wait_until(
        "the difference to be measured, and three copies of each topic",
        [&] {
          now.emplace(node.ops("/metrics").body);
          return now->sum("optare_kafka_topic_replicas") == 4 * (3 + 3) &&
                 std::ranges::all_of(parts, [&](const char* part) {
                   const auto its = skew(*now, part);
                   return its && std::abs(*its - GetParam()) < 1;
                 });
        },
        topics_seen_max);
    // How full this machine's disk is, and how busy it is, is not what is tried.
    return now->with("optare_disk_free_bytes", 64.0 * (1 << 30))
        .with("optare_view_age_seconds", 0.1);
  }
  // Once the node says that it did it, or that it does not for its clock.
  HttpResponse create() const {
    const std::string administrator = node.token(fleet.admin(), fleet.audience());
    HttpResponse answer;
    wait_until("a decision", [&] {
      answer = node.send(
          "POST", "/api/v1/applications",
          {{"Authorization", "Bearer " + administrator}, {"Content-Type", "application/json"}},
          R"({"name":"Cron","type":"m2m"})");
      return answer.status == 201 || answer.body.contains("clock-skew");
    });
    return answer;
  }

  const Fleet fleet;
  ServerProcess node;
};

TEST_P(KafkaClockSkew, IsToldWithItsSignAndSize) {
  const Scrape now = scrape_once_measured();
  for (const char* part : parts)
    EXPECT_LT(std::abs(*skew(now, part)), std::abs(GetParam()) + 0.1) << "never more than it is";
  EXPECT_THAT(firing(now), ElementsAre("OptareClockSkew"));
  const std::string way = GetParam() > 0 ? " ahead of" : " behind";
  EXPECT_THAT(summaries(now), Each(AllOf(HasSubstr("The clock of "), Not(HasSubstr("-")),
                                         EndsWith(way + " that of the brokers"))));
  const bool writes = std::chrono::seconds(std::abs(GetParam())) <= clock_skew_max;
  EXPECT_EQ(create().status, writes ? 201 : 503);
}

INSTANTIATE_TEST_SUITE_P(Seconds, KafkaClockSkew, testing::Values(3, -3, 60, -60));

}  // namespace
}  // namespace optare
