#include "ops/cli/sse.h"

#include <gtest/gtest.h>

#include <vector>

namespace optare {
namespace {

const std::string stream =
    ": heartbeat\n\nid: 7.0\nevent: ClientCreated\ndata: {\"a\":1}\n\nid:8.0\r\ndata: x\r\ndata: "
    "y\r\n\r\ndata: cut";

std::vector<std::string> events_of(const std::vector<std::string>& parts) {
  std::vector<std::string> seen;
  SseParser parser([&](const ServerSentEvent& event) {
    seen.push_back(event.id + "|" + event.type + "|" + event.data);
    return true;
  });
  for (const auto& part : parts) EXPECT_TRUE(parser.feed(part));
  seen.push_back(parser.last_id());
  return seen;
}

TEST(Sse, GivesWholeEventsOnlyWhereverTheStreamIsCut) {
  const std::vector<std::string> expected{"7.0|ClientCreated|{\"a\":1}", "8.0||x\ny", "8.0"};
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    EXPECT_EQ(events_of({stream.substr(0, cut), stream.substr(cut)}), expected) << cut;
  }
}

TEST(Sse, EndsWhenItsTakerHasHadEnough) {
  SseParser parser([](const ServerSentEvent&) { return false; });
  EXPECT_FALSE(parser.feed(stream));
}

TEST(Sse, BoundsALineAndAnEvent) {
  SseParser line([](const ServerSentEvent&) { return true; });
  EXPECT_FALSE(line.feed(std::string(sse_line_bytes_max + 1, 'x')));
  SseParser event([](const ServerSentEvent&) { return true; });
  const auto half = "data:" + std::string(sse_line_bytes_max / 2 + 1, 'x') + "\n";
  EXPECT_TRUE(event.feed(half));
  EXPECT_FALSE(event.feed(half));
}

}  // namespace
}  // namespace optare
