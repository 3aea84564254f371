#include "core/oauth/cursor.h"

#include <gtest/gtest.h>

namespace optare {
namespace {

FleetKey fleet_key(char c) { return {1, Secret(std::string(32, c))}; }

TEST(Cursor, ComesBackAsItWent) {
  const Cursors cursors(fleet_key('k'));
  for (const std::string& place : {std::string(), std::string("srv_1"), std::string("a\0b\xff", 4),
                                   std::string(cursor_place_bytes_max, 'p')})
    EXPECT_EQ(cursors.from("applications", cursors.to("applications", place)), place);
}

TEST(Cursor, OfAnotherListOrDeploymentIsRefused) {
  const Cursors cursors(fleet_key('k'));
  const std::string cursor = cursors.to("applications", "srv_1");
  EXPECT_EQ(cursors.from("apis", cursor).error().code, Code::invalid);
  EXPECT_FALSE(cursors.from("application", cursor).has_value());
  EXPECT_FALSE(Cursors(fleet_key('l')).from("applications", cursor).has_value());
}

TEST(Cursor, AnyAlteredDroppedOrAppendedCharacterIsRefused) {
  const Cursors cursors(fleet_key('k'));
  const std::string cursor = cursors.to("applications", "srv_1");
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    std::string changed = cursor;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(cursors.from("applications", changed).has_value()) << i;
    EXPECT_FALSE(cursors.from("applications", cursor.substr(0, i)).has_value()) << i;
  }
  for (const char* trail : {"A", "AA", "AAA", "=", " "})
    EXPECT_FALSE(cursors.from("applications", cursor + trail).has_value());
}

TEST(Cursor, OfMoreThanItsLimitIsRefusedUnread) {
  const Cursors cursors(fleet_key('k'));
  EXPECT_FALSE(cursors.from("applications", std::string(100'000, 'A')).has_value());
}

}  // namespace
}  // namespace optare
