// A deployment of several `optare serve` over real brokers.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/kafka_brokers.h"
#include "tests/support/server_process.h"

namespace optare {

// What all nodes of a deployment are started with.
class Fleet {
 public:
  using Flags = ServerProcess::Flags;

  // `more`: how the brokers are to be spoken to.
  explicit Fleet(std::string bootstrap = shared_brokers(), Flags more = {})
      : brokers(std::move(bootstrap)), more_(std::move(more)) {}

  std::filesystem::path key_file() const { return folder_ / "fleet.key"; }
  std::filesystem::path credentials() const { return folder_ / "admin.json"; }
  const std::filesystem::path& folder() const { return folder_.path(); }
  Flags flags(const std::string& key = {}) const {
    Flags all{"--log",
              "kafka",
              "--kafka-brokers",
              brokers,
              "--kafka-topic-prefix",
              prefix,
              "--key-file",
              key.empty() ? key_file().string() : key};
    all.insert(all.end(), more_.begin(), more_.end());
    return all;
  }
  Program init_program(const std::string& data, const std::string& credentials_file) const {
    Flags all{"init",
              "--data",
              folder_.path() / data,
              "--issuer",
              issuer,
              "--credentials",
              folder_.path() / credentials_file};
    const Flags more = flags();
    all.insert(all.end(), more.begin(), more.end());
    return optare_program(all);
  }
  // Where brokers are too busy to say in time whether they wrote something, it is run again.
  Ended init(const std::string& data = "init", const std::string& file = "admin.json") const {
    Ended ended;
    wait_until("an init that brokers answer", [&] {
      ended = run(init_program(data, file));
      return !ended.err.contains("or nobody knows: Local: Message timed out");
    });
    return ended;
  }
  // What `optare ARGUMENTS...` says, over this deployment's topics.
  Ended run_over(Flags arguments) const {
    const Flags more = flags();
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(optare_program(arguments));
  }
  Ended run_beside(const ServerProcess& node, Flags arguments) const {
    arguments.insert(arguments.end(), {"--data", node.data()});
    return run_over(std::move(arguments));
  }
  Ended export_topic() const { return run_over({"events", "export", "--issuance", "--topic"}); }
  AppSecret admin(const std::string& file = "admin.json") const {
    const std::string text = file_text(folder_.path() / file);
    return {json_member(text, "client_id"), json_member(text, "client_secret")};
  }
  std::string audience() const { return issuer + "/api/v1"; }
  // A call of the admin API on any node, once it is decided.
  HttpResponse call(const ServerProcess& node, const std::string& method, const std::string& path,
                    const std::string& body = {}) const {
    HttpHeaders headers{{"Authorization", "Bearer " + node.token(admin(), audience())}};
    if (!body.empty()) headers.emplace_back("Content-Type", "application/json");
    return decided([&] { return node.send(method, "/api/v1" + path, headers, body); });
  }
  // An application that has "read" of the API; both are made on that node. `introspector`: who is
  // told, besides the application itself, whether tokens of the API live: everybody else hears that
  // they are dead.
  AppSecret create(const ServerProcess& node, const std::string& api,
                   const std::string& introspector = {}) const {
    const HttpResponse registered =
        call(node, "POST", "/apis",
             R"({"identifier":")" + api + R"(","name":"An API","scopes":[{"name":"read"}]})");
    EXPECT_EQ(registered.status, 201) << registered.body;
    if (!introspector.empty()) {
      const HttpResponse allowed = call(
          node, "PUT",
          "/apis/" + json_member(registered.body, "api_id") + "/introspectors/" + introspector);
      EXPECT_EQ(allowed.status, 200) << allowed.body;
    }
    return create_application(node, api);
  }
  // One more that has "read" of an API.
  AppSecret create_application(const ServerProcess& node, const std::string& api) const {
    const HttpResponse made = call(node, "POST", "/applications",
                                   R"({"name":"Cron","type":"m2m","apis":[{"identifier":")" + api +
                                       R"(","scopes":["read"]}]})");
    EXPECT_EQ(made.status, 201) << made.body;
    return {json_member(made.body, "client_id"), json_member(made.body, "client_secret")};
  }

  const std::string brokers;
  const std::string prefix = kafka_prefix();
  const std::string issuer = "http://127.0.0.1:8080";

 private:
  const Flags more_;
  TemporaryDirectory folder_;
};

// More than a node needs to see that all copies of its topics are in sync: it looks once in a
// minute, and a busy broker may have missed a copy at the last look, or not have told of any.
constexpr Patience topics_seen_max{180'000};

// What `optare cluster status` says of these nodes.
Ended cluster_status(const std::vector<const ServerProcess*>& nodes,
                     const ServerProcess::Flags& more = {});
// The same once it ends with 0. Throws, with what it said, when it does not in `topics_seen_max`.
Ended all_well(const std::vector<const ServerProcess*>& nodes,
               const ServerProcess::Flags& more = {});

// A deployment of two nodes that run.
struct TwoNodes {
  TwoNodes() {
    const Ended made = fleet.init();
    EXPECT_EQ(made.code, 0) << made.err;
    for (ServerProcess* node : {&a, &b}) node->start(fleet.flags());
  }
  const Fleet fleet;
  ServerProcess a;
  ServerProcess b;
};

}  // namespace optare
