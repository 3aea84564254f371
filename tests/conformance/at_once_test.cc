// Many at once, and again after a restart: where other servers let two win, or forgot.
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "commands/application/delete_application.h"
#include "core/issuance/reader.h"
#include "tests/support/spine.h"

namespace optare::conformance {
namespace {

constexpr int threads = 8;
constexpr int requests_each = 8;

class AtOnce : public testing::Test {
 protected:
  AtOnce() {
    cron = spine.create_client();
    spine.grant(cron, spine.register_api("urn:orders", {"read"}), {"read"});
    spine.grant(cron, spine.register_api("urn:stock", {"read"}, TokenFormat::opaque), {"read"});
  }

  // Each of the threads does it `requests_each` times.
  static void all_at_once(const std::function<void()>& work) {
    std::vector<std::jthread> running;
    for (int i = 0; i < threads; ++i)
      running.emplace_back([&] {
        for (int n = 0; n < requests_each; ++n) work();
      });
  }
  // Every record of the spool, in order; their chain is checked on the way.
  std::vector<schema::IssuanceBatchT> batches() {
    std::vector<schema::IssuanceBatchT> all;
    IssuanceReader reader(spine.node().spool_log);
    for (auto batch = reader.next(); batch.value(); batch = reader.next())
      all.push_back(*std::move(*batch));
    return all;
  }

  Spine spine;
  Spine::Client cron;
};

TEST_F(AtOnce, TokensAreDistinctAndEachIsRecordedOnce) {
  std::mutex mutex;
  std::multiset<std::string> issued;
  all_at_once([&] {
    for (const char* audience : {"urn:orders", "urn:stock"}) {
      const std::string token = spine.token(cron, audience);
      const auto read = spine.composition().services.tokens.read(token);
      const std::scoped_lock lock(mutex);
      issued.insert(read.value()->claims().jti.text());
    }
  });
  std::multiset<std::string> recorded;
  std::uint64_t next_number = 1;
  for (const auto& batch : batches()) {
    EXPECT_EQ(batch.first_number, next_number);
    next_number += batch.tokens.size();
    for (const auto& token : batch.tokens) recorded.insert(token->jti);
  }
  EXPECT_EQ(issued.size(), 2U * threads * requests_each);
  EXPECT_EQ(std::set(issued.begin(), issued.end()).size(), issued.size());
  EXPECT_EQ(recorded, issued);
}

TEST_F(AtOnce, RevocationsOfOneTokenAreOneFact) {
  const std::string token = spine.token(cron, "urn:orders");
  const std::uint64_t before = spine.node().states.view(Partition::tokens_00).ordinal;
  std::atomic<int> taken = 0;
  all_at_once([&] {
    if (spine.post_form("/oauth2/revoke", "token=" + token, {cron.basic()}).status == 200) ++taken;
    EXPECT_FALSE(spine.active(cron, token));
  });
  EXPECT_EQ(taken, threads * requests_each);
  EXPECT_EQ(spine.node().states.view(Partition::tokens_00).ordinal, before + 1);
}

TEST_F(AtOnce, NoTokenOutlivesADeletionThatItRaces) {
  const Spine::Client gateway = spine.create_client("Gateway");
  spine.grant(gateway, spine.node().states.built_in_api()->id.text(), {"read:events"});
  const auto introspector = spine.admin(
      Method::put, "/apis/" + spine.node().states.api_by_identifier("urn:orders")->id.text() +
                       "/introspectors/" + gateway.id);
  ASSERT_EQ(introspector.status, 200) << introspector.body;
  std::mutex mutex;
  std::vector<std::string> issued;
  std::atomic<bool> deleted = false;
  std::atomic<int> asked = 0;
  std::jthread deleting([&] {
    while (asked < threads) std::this_thread::yield();
    DeleteApplication command;
    command.client = ClientId(cron.id);
    ASSERT_TRUE(spine.run(command));
    deleted = true;
  });
  all_at_once([&] {
    const bool after = deleted;
    const Answer answer = spine.request_token(cron, "urn:orders");
    ++asked;
    if (after) {
      EXPECT_NE(answer.status, 200);
    }
    const std::scoped_lock lock(mutex);
    if (answer.status == 200) issued.push_back(answer.member("access_token"));
  });
  deleting.join();
  EXPECT_FALSE(issued.empty());
  for (const std::string& token : issued) EXPECT_FALSE(spine.active(gateway, token));
}

TEST_F(AtOnce, WhatWasRevokedStaysRevokedAfterARestart) {  // Keycloak CVE-2026-9802
  const std::string revoked = spine.token(cron, "urn:orders"),
                    kept = spine.token(cron, "urn:stock");
  ASSERT_EQ(spine.post_form("/oauth2/revoke", "token=" + revoked, {cron.basic()}).status, 200);
  spine.restart();
  EXPECT_FALSE(spine.active(cron, revoked));
  EXPECT_TRUE(spine.active(cron, kept)) << "the keys are those of before";
}

}  // namespace
}  // namespace optare::conformance
