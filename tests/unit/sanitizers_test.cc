// Where tests run under sanitizers, what these are for ends the test. OPTARE_SANITIZED_TREE comes
// from the build's name, not from its flags: so they cannot get lost unnoticed.
#ifdef OPTARE_SANITIZED_TREE
#include <gtest/gtest.h>

#include <climits>
#include <vector>

namespace optare {
namespace {

TEST(SanitizersDeathTest, EndAReadPastTheEndOfTheHeap) {
  const std::vector<int> three(3);
  const volatile int* const first = three.data();
  volatile std::size_t at = 3;
  EXPECT_DEATH(static_cast<void>(first[at]), "heap-buffer-overflow");
}

TEST(SanitizersDeathTest, EndAnOverflowOfASignedNumber) {
  volatile int number = INT_MAX;
  EXPECT_DEATH(number = number + 1, "signed integer overflow");
}

}  // namespace
}  // namespace optare
#endif
