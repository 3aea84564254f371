// What every store promises (core/ports/store.h). A store under test is a Fixture:
//
//   Store& store();   void reopen();   static constexpr bool durable;
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/ports/store.h"

namespace optare {

template <class Fixture>
class StoreContract : public testing::Test {
 protected:
  using Rows = std::vector<std::pair<std::string, std::string>>;
  Store& store() { return fixture_.store(); }
  void put(Table table, std::string_view key, std::string_view value) {
    StoreBatch batch;
    batch.put(table, key, value);
    store().write(batch);
  }
  Rows rows(Table table, std::string_view from = {}) {
    Rows found;
    store().scan(table, from, [&](std::string_view key, std::string_view value) {
      found.emplace_back(key, value);
      return true;
    });
    return found;
  }
  Fixture fixture_;
};
TYPED_TEST_SUITE_P(StoreContract);

TYPED_TEST_P(StoreContract, GivesBackWhatWasPut) {
  EXPECT_EQ(this->store().get(Table::api, "a"), std::nullopt);
  this->put(Table::api, "a", std::string("\0\xff", 2));
  EXPECT_EQ(this->store().get(Table::api, "a"), std::string("\0\xff", 2));
  this->put(Table::api, "a", "");
  EXPECT_EQ(this->store().get(Table::api, "a"), "");
}

TYPED_TEST_P(StoreContract, KeepsTablesApart) {
  this->put(Table::application, "a", "application");
  this->put(Table::api, "a", "api");
  this->put(Table::api, "", "the empty key");
  EXPECT_EQ(this->store().get(Table::application, "a"), "application");
  EXPECT_EQ(this->rows(Table::application), (typename TestFixture::Rows{{"a", "application"}}));
  EXPECT_EQ(this->rows(Table::api),
            (typename TestFixture::Rows{{"", "the empty key"}, {"a", "api"}}));
}

TYPED_TEST_P(StoreContract, AppliesABatchInItsOrder) {
  this->put(Table::api, "gone", "x");
  StoreBatch batch;
  batch.put(Table::api, "a", "1");
  batch.put(Table::api, "a", "2");
  batch.erase(Table::api, "gone");
  batch.put(Table::api, "b", "1");
  batch.erase(Table::api, "b");
  this->store().write(batch);
  EXPECT_EQ(this->rows(Table::api), (typename TestFixture::Rows{{"a", "2"}}));
}

TYPED_TEST_P(StoreContract, ScansInOrderOfBytesFromAKeyOnUntilToldToStop) {
  for (const char* key : {"b", "a", "ab", "\xff", "\x01"}) this->put(Table::api, key, "");
  EXPECT_EQ(
      this->rows(Table::api),
      (typename TestFixture::Rows{{"\x01", ""}, {"a", ""}, {"ab", ""}, {"b", ""}, {"\xff", ""}}));
  EXPECT_EQ(this->rows(Table::api, "ab"),
            (typename TestFixture::Rows{{"ab", ""}, {"b", ""}, {"\xff", ""}}));
  int visits = 0;
  this->store().scan(Table::api, "", [&](auto, auto) { return ++visits < 2; });
  EXPECT_EQ(visits, 2);
}

TYPED_TEST_P(StoreContract, ScansOneStateHoweverItChangesMeanwhile) {
  this->put(Table::api, "a", "old");
  this->put(Table::api, "b", "old");
  std::vector<std::string> values;
  this->store().scan(Table::api, "", [&](auto, std::string_view value) {
    values.emplace_back(value);
    this->put(Table::api, "b", "new");
    this->put(Table::api, "c", "new");
    return true;
  });
  EXPECT_EQ(values, (std::vector<std::string>{"old", "old"}));
}

TYPED_TEST_P(StoreContract, ClearsOneTableOnly) {
  this->put(Table::application, "z", "stays");
  this->put(Table::api, "", "goes");
  this->put(Table::api, "\xff\xff", "goes");
  this->put(Table::api_by_identifier, "", "stays");
  this->store().clear(Table::api);
  EXPECT_TRUE(this->rows(Table::api).empty());
  EXPECT_EQ(this->rows(Table::application).size(), 1);
  EXPECT_EQ(this->rows(Table::api_by_identifier).size(), 1);
  this->put(Table::api, "a", "again");
  EXPECT_EQ(this->rows(Table::api).size(), 1);
}

TYPED_TEST_P(StoreContract, KeepsWhatWasSyncedOverARestart) {
  if constexpr (TypeParam::durable) {
    this->put(Table::api, "a", "1");
    this->store().clear(Table::application);
    this->store().sync();
    this->fixture_.reopen();
    EXPECT_EQ(this->rows(Table::api), (typename TestFixture::Rows{{"a", "1"}}));
  }
}

TYPED_TEST_P(StoreContract, KeepsTheSameWhenMuchIsExpected) {
  this->put(Table::api, "a", "before");
  this->put(Table::application, "z", "goes");
  this->store().expect_much(true);
  this->put(Table::api, "b", "meanwhile");
  this->store().clear(Table::application);
  this->store().expect_much(true);
  this->put(Table::api, "a", "again");
  this->store().expect_much(false);
  this->put(Table::api, "c", "after");
  const typename TestFixture::Rows expected{{"a", "again"}, {"b", "meanwhile"}, {"c", "after"}};
  EXPECT_EQ(this->rows(Table::api), expected);
  EXPECT_TRUE(this->rows(Table::application).empty());
  if constexpr (TypeParam::durable) {
    this->store().sync();
    this->fixture_.reopen();
    EXPECT_EQ(this->rows(Table::api), expected);
    EXPECT_TRUE(this->rows(Table::application).empty());
  }
}

REGISTER_TYPED_TEST_SUITE_P(StoreContract, GivesBackWhatWasPut, KeepsTablesApart,
                            AppliesABatchInItsOrder, ScansInOrderOfBytesFromAKeyOnUntilToldToStop,
                            ScansOneStateHoweverItChangesMeanwhile, ClearsOneTableOnly,
                            KeepsWhatWasSyncedOverARestart, KeepsTheSameWhenMuchIsExpected);

}  // namespace optare
