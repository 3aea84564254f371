#include "ops/cli/output.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json/parse.hpp>
#include <sstream>

namespace optare {
namespace {

TEST(Printable, LetsNoControlCharacterThrough) {
  EXPECT_EQ(printable("a\x1b[2Jb"), "a\\x1b[2Jb");
  EXPECT_EQ(printable("a\nb\x7f"), "a\\x0ab\\x7f");
  EXPECT_EQ(printable("caf\xc3\xa9"), "caf\xc3\xa9");
  EXPECT_EQ(printable("\xc2\x9b"
                      "2J"),
            "\\xc2\\x9b2J");  // CSI as one C1 character
  EXPECT_EQ(printable("\xff\xc3"), "\\xff\\xc3");
  EXPECT_EQ(printable_lines("a\nb\r"), "a\nb\\x0d");
}

RC_GTEST_PROP(Printable, IsNeverAControlCharacter, (const std::string& text)) {
  for (const char c : printable(text)) {
    RC_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  }
}

TEST(TextTable, AlignsColumnsByCharactersAndEndsLinesClean) {
  TextTable table({"ID", "NAME", "AT"});
  table.add({"srv_1", "caf\xc3\xa9", "now"});
  table.add({"srv_22222", "x", ""});
  std::ostringstream out;
  table.print(out);
  EXPECT_EQ(out.str(),
            "ID         NAME  AT\n"
            "srv_1      caf\xc3\xa9  now\n"
            "srv_22222  x\n");
}

TEST(Fields, StandInOneColumn) {
  std::ostringstream out;
  print_fields(out, {{"client_id", "srv_1"}, {"name", "a\nb"}});
  EXPECT_EQ(out.str(), "client_id  srv_1\nname       a\\x0ab\n");
}

TEST(CellText, ShowsAJsonValueInOneLine) {
  EXPECT_EQ(cell_text(boost::json::parse(R"(null)")), "-");
  EXPECT_EQ(cell_text(boost::json::parse(R"("a")")), "a");
  EXPECT_EQ(cell_text(boost::json::parse(R"(["a","b",3])")), "a, b, 3");
  EXPECT_EQ(cell_text(boost::json::parse(R"([])")), "-");
  EXPECT_EQ(cell_text(boost::json::parse(R"({"a":true})")), R"({"a":true})");
}

}  // namespace
}  // namespace optare
