// Every event that was ever written can be read, and means what it meant.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/golden/sample_events.h"
#include "tests/support/golden_file.h"

namespace optare {
namespace {

// The feature level that the event came with.
int level_of(const Event& event) {
  static const std::map<std::string_view, int> after_the_first{};
  const auto found = after_the_first.find(event_name(event));
  return found == after_the_first.end() ? 1 : found->second;
}

std::filesystem::path file_of(const Event& event, const char* extension) {
  return golden::folder() / "events" /
         fmt::format("{}.{}.{}", event_name(event), level_of(event), extension);
}

std::string bytes_of_event(const Event& event) {
  const EncodedEvent encoded = encode_event(event);
  return {encoded.payload.begin(), encoded.payload.end()};
}

Result<Event> decode(const Event& like, const std::string& bytes) {
  return decode_event(event_number(like),
                      {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

// The .fbs that declares it.
std::string schema_of(const Event& event) {
  if (narrow<SystemEvent>(event)) return "system";
  if (narrow<SigningKeyEvent>(event)) return "signing_key";
  if (narrow<ApplicationEvent>(event)) return "application";
  if (narrow<ApiEvent>(event)) return "api";
  return "revocation";
}

TEST(GoldenEvents, HoldASampleOfEveryKind) {
  std::set<std::uint16_t> numbers;
  for (const Event& event : samples::every_event()) numbers.insert(event_number(event));
  EXPECT_EQ(numbers.size(), std::variant_size_v<Event>);
}

TEST(GoldenEvents, AreReadAsTheyWereWritten) {
  for (const Event& event : samples::every_event()) {
    const std::string bytes = golden::golden(file_of(event, "bin"), bytes_of_event(event));
    const auto decoded = decode(event, bytes);
    ASSERT_TRUE(decoded) << event_name(event);
    EXPECT_EQ(*decoded, event) << event_name(event);
  }
}

TEST(GoldenEvents, AreWrittenAsTheyWere) {
  for (const Event& event : samples::every_event()) {
    EXPECT_EQ(golden::read(file_of(event, "bin")), bytes_of_event(event))
        << event_name(event)
        << " has other bytes now: a new kind of event needs a new number and a "
        << "new feature level";
  }
}

// The names of tables, fields and enumerators are what consumers read.
TEST(GoldenEvents, HaveTheNamesTheyHad) {
  for (const Event& event : samples::every_event()) {
    const std::string json = golden::json_by_flatc(file_of(event, "bin"), schema_of(event),
                                                   std::string(event_name(event)));
    EXPECT_EQ(golden::golden(file_of(event, "json"), json), json) << event_name(event);
  }
}

TEST(GoldenEvents, EveryFileThatIsThereIsRead) {
  std::map<std::string, Event> by_name;
  for (const Event& event : samples::every_event())
    by_name.emplace(std::string(event_name(event)), event);
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(golden::folder() / "events")) {
    if (entry.path().extension() != ".bin") continue;
    const std::string stem = entry.path().stem().string();
    const auto known = by_name.find(stem.substr(0, stem.find('.')));
    ASSERT_NE(known, by_name.end()) << entry.path() << " is of an event that is gone";
    EXPECT_TRUE(decode(known->second, golden::read(entry.path()).value())) << entry.path();
    ++files;
  }
  EXPECT_GE(files, 22);
}

}  // namespace
}  // namespace optare
