// Nodes that issue tokens over brokers: what was asked for, and what came of it in the topic.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/issuance/collector.h"
#include "tests/support/fleet.h"
#include "tests/support/issued_tokens.h"
#include "tests/support/raw_kafka.h"

namespace optare {

// What the topic says: each token once, in the order in which it first stands there.
struct Issued {
  std::map<std::string, std::vector<std::string>> by_node;
  std::set<std::string> all;
  std::uint64_t repeated = 0;
};
inline Issued issued_in(const Fleet& fleet) {
  RawKafka raw(fleet.brokers);
  IssuanceCollector collector;
  Issued issued;
  for (const RawRecord& record : raw.read(fleet.prefix + ".issuance")) {
    const auto batch =
        collector.take(static_cast<std::uint64_t>(record.offset), record.value.value_or(""));
    EXPECT_TRUE(batch) << batch.error().detail;
    if (!batch || !*batch) continue;
    for (const auto& token : (*batch)->tokens) {
      issued.by_node[(*batch)->node_id].push_back(token->jti);
      EXPECT_TRUE(issued.all.insert(token->jti).second) << token->jti << " has two records";
    }
  }
  EXPECT_THAT(collector.gaps(), testing::IsEmpty());
  issued.repeated = collector.repeated();
  return issued;
}

// Whether `part` is in `whole`, in this order.
inline bool in_order(const std::vector<std::string>& part, const std::vector<std::string>& whole) {
  auto next = part.begin();
  for (const std::string& one : whole)
    if (next != part.end() && one == *next) ++next;
  return next == part.end();
}

// A node that asks for tokens, one after the other, and remembers what it got.
class Customer {
 public:
  Customer(const Fleet& fleet, const ServerProcess& node) : fleet_(fleet), node_(node) {}
  int ask() { return keep(node_.request_token(fleet_.admin(), fleet_.audience())); }
  void get(int tokens) {
    for (int i = 0; i < tokens; ++i)
      ASSERT_EQ(keep(node_.decided_token(fleet_.admin(), fleet_.audience())), 200);
  }
  std::vector<std::string> got;

 private:
  int keep(const HttpResponse& answer) {
    if (answer.status == 200) got.push_back(jti_of(json_member(answer.body, "access_token")));
    return answer.status;
  }

  const Fleet& fleet_;
  const ServerProcess& node_;
};

inline void all_forwarded(const ServerProcess& node) {
  wait_until("the spool to be in the topic",
             [&] { return node.metric("optare_issuance_forward_queue") == 0; });
}

// Without brokers a view grows old, and tokens end with it (design D11); here it may.
inline Fleet::Flags patient(const Fleet& fleet, const Fleet::Flags& more = {}) {
  Fleet::Flags flags = fleet.flags();
  flags.insert(flags.end(), {"--max-staleness", "1h"});
  flags.insert(flags.end(), more.begin(), more.end());
  return flags;
}

// A patient node over brokers that may be hurt, and who asks it.
class OverHurtBrokers {
 public:
  explicit OverHurtBrokers(const KafkaBrokersOptions& options = {}, Fleet::Flags more = {})
      : brokers(options), more_(std::move(more)) {
    EXPECT_EQ(fleet.init().code, 0);
    start();
  }
  void start() { node.start(patient(fleet, more_)); }
  // What is in the topic once all is, of this one node.
  std::vector<std::string> issued() const {
    all_forwarded(node);
    const Issued found = issued_in(fleet);
    EXPECT_EQ(found.by_node.size(), 1U);
    return found.by_node.empty() ? std::vector<std::string>() : found.by_node.begin()->second;
  }

  KafkaBrokers brokers;
  const Fleet fleet{brokers.bootstrap()};
  ServerProcess node;
  Customer customer{fleet, node};

 private:
  const Fleet::Flags more_;
};

}  // namespace optare
