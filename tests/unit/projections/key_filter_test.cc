#include "projections/key_filter.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace optare {
namespace {

std::string key(std::size_t i) { return "00" + std::to_string(i * 7'919); }

TEST(KeyFilter, MayHoldWhatWasAdded) {
  const auto filter = std::make_unique<KeyFilter>();
  for (std::size_t i = 0; i < 10'000; ++i) filter->add(key(i));
  for (std::size_t i = 0; i < 10'000; ++i) ASSERT_TRUE(filter->may_hold(key(i))) << i;
}

TEST(KeyFilter, HoldsNothingAtFirst) {
  const auto filter = std::make_unique<KeyFilter>();
  for (std::size_t i = 0; i < 1'000; ++i) ASSERT_FALSE(filter->may_hold(key(i))) << i;
}

TEST(KeyFilter, IsSeldomWrongWithAsManyKeysAsItTakes) {
  const auto filter = std::make_unique<KeyFilter>();
  for (std::size_t i = 0; i < KeyFilter::keys_max; ++i) filter->add(key(i));
  EXPECT_FALSE(filter->full());
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < 10'000; ++i) wrong += filter->may_hold("01" + key(i)) ? 1 : 0;
  EXPECT_LT(wrong, 1'000);
  EXPECT_GT(wrong, 0U) << "or this test shows nothing";
}

TEST(KeyFilter, SaysMaybeOfEveryKeyWhenItIsFull) {
  const auto filter = std::make_unique<KeyFilter>();
  for (std::size_t i = 0; i <= KeyFilter::keys_max; ++i) filter->add(key(i));
  EXPECT_TRUE(filter->full());
  EXPECT_TRUE(filter->may_hold("never added"));
}

}  // namespace
}  // namespace optare
