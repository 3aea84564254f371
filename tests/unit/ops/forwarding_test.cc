// What an operator sees of issuance records on their way.
#include "ops/forwarding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace optare {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(Forwarding, IsLateAfterAMinute) {
  ForwardStatus status;
  status.queue = 7;
  status.age = 60s;
  EXPECT_EQ(late_forwarding(status), "");
  status.age = 61s;
  EXPECT_EQ(late_forwarding(status),
            "7 issuance batches, the oldest 61 s old, are not in their topic yet; they are in the "
            "spool, and follow");
  status.trouble = "Local: All broker connections are down";
  EXPECT_THAT(late_forwarding(status),
              HasSubstr("not in their topic yet: Local: All broker connections are down; they"));
}

TEST(Forwarding, IsCounted) {
  ForwardStatus status;
  status.queue = 7;
  status.age = 1'500ms;
  status.forwarded = 8;
  status.lost = 9;
  status.held_records = 10;
  status.held_bytes = 11;
  status.errors = {{"issuance _TRANSPORT", 12}, {"mark _FS", 13}};
  Families families;
  add_forwarding(families, status);
  const std::string text = families.text();
  for (const char* line :
       {"optare_issuance_forward_queue 7\n", "optare_issuance_forward_age_seconds 1.5\n",
        "optare_issuance_forwarded_total 8\n", "optare_issuance_forward_lost_total 9\n",
        "optare_issuance_forward_held 10\n", "optare_issuance_forward_held_bytes 11\n",
        "optare_issuance_forward_errors_total{kind=\"issuance _TRANSPORT\"} 12\n",
        "optare_issuance_forward_errors_total{kind=\"mark _FS\"} 13\n"})
    EXPECT_THAT(text, HasSubstr(line));
}

}  // namespace
}  // namespace optare
