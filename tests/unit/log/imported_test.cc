// How a commit of another log is written down, and what is read back.
#include "core/log/imported.h"

#include <gtest/gtest.h>

#include "tests/support/carried_history.h"

namespace optare {
namespace {

using samples::imported_frame;
using samples::LogReader;
using samples::noon;
using samples::RecordedLog;
constexpr LogId new_log = samples::filled<16>(0xb0);

TEST(ImportedCommit, IsWrittenAndReadAndFitsIntoAFrame) {
  const std::string frame(frame_header_bytes + commit_bytes_max + frame_mac_bytes, 'f');
  const Imported imported{samples::log_id, 0xffffffffffffffff, noon, frame};
  const std::string payload = encode_imported(imported);
  EXPECT_EQ(decode_imported(payload).value(), imported);
  const std::string bytes = "x" + payload;  // at another alignment
  EXPECT_EQ(decode_imported(std::string_view(bytes).substr(1)).value(), imported);
  const LogReader reader;
  EXPECT_TRUE(parse_frame(imported_frame(reader, payload)).has_value());
}

TEST(OriginalRecord, IsTheCommitsOwnFrame) {
  const RecordedLog home = samples::history();
  const LogReader target(new_log);
  const std::string own = home.admitted[1].bytes;
  const std::string imported = imported_frame(target, home.carried(2));
  for (const std::string* bytes : {&own, &imported}) {
    const auto original = original_record(*bytes);
    ASSERT_TRUE(original);
    EXPECT_EQ(original->frame, own);
    EXPECT_EQ(original->commit, parse_frame(own)->payload);
    EXPECT_EQ(original->imported.has_value(), bytes == &imported);
  }
  EXPECT_FALSE(original_record("garbage"));
  EXPECT_FALSE(original_record(imported_frame(target, "garbage")));
  EXPECT_FALSE(
      original_record(make_frame(*target.mac, new_log, Partition::control, FrameKind::tick, "")));
}

}  // namespace
}  // namespace optare
