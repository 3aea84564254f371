#include "core/openssl/random.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <thread>

namespace optare {
namespace {

TEST(SystemRandom, NeverRepeatsItself) {
  SystemRandom random;
  std::set<std::array<std::uint8_t, 16>> seen;
  for (int i = 0; i < 2000; ++i)
    EXPECT_TRUE(seen.insert(random.bytes<16>()).second);  // Several buffers.
  std::array<std::uint8_t, 16> other{};
  std::thread([&] { other = random.bytes<16>(); }).join();
  EXPECT_TRUE(seen.insert(other).second);
}

TEST(SystemRandom, FillsWhatIsLargerThanItsBuffer) {
  SystemRandom random;
  std::vector<std::uint8_t> bytes(10'000);
  random.fill(bytes);
  EXPECT_GT((std::set<std::uint8_t>(bytes.end() - 200, bytes.end()).size()), 50U);
}

TEST(SystemRandom, DoesNotRepeatItselfInAForkedChild) {
  SystemRandom random;
  random.bytes<16>();  // The buffer is full of bytes that the child inherits.
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto bytes = random.bytes<16>();
    _exit(write(ends[1], bytes.data(), bytes.size()) == 16 ? 0 : 1);
  }
  std::array<std::uint8_t, 16> of_child{};
  ASSERT_EQ(read(ends[0], of_child.data(), of_child.size()), 16);
  waitpid(child, nullptr, 0);
  close(ends[0]), close(ends[1]);
  EXPECT_NE(random.bytes<16>(), of_child);
}

TEST(SystemRandom, MakesIdsOfTheDocumentedForm) {
  SystemRandom random;
  const std::string id = random.id("srv_");
  EXPECT_EQ(id.size(), 26U);
  EXPECT_TRUE(id.starts_with("srv_"));
}

}  // namespace
}  // namespace optare
