// A node in this process, as commands meet it behind their endpoints: real log, view and vault.
#pragma once

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "commands/api/register_api.h"
#include "commands/application/create_client.h"
#include "core/oauth/client_secret.h"
#include "core/openssl/random.h"
#include "core/system_clock/system_clock.h"
#include "ops/benchmarks/measure.h"
#include "ops/node.h"

namespace optare {

// Ends the program with a sentence: a benchmark has nobody to hand a rejection to.
template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().detail);
  return *std::move(result);
}

template <class T>
T run_task(boost::asio::io_context& context, Task<T> task) {
  std::optional<T> result;
  boost::asio::co_spawn(context, std::move(task), [&](const std::exception_ptr& fault, T value) {
    if (fault) std::rethrow_exception(fault);
    result = std::move(value);
  });
  context.restart();
  context.run();
  return *std::move(result);
}

// An application as its owner knows it.
struct Credentials {
  std::string client_id;
  std::string client_secret;
  boost::json::object json() const {
    return {{"client_id", client_id}, {"client_secret", client_secret}};
  }
};

inline boost::json::object read_json_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return boost::json::parse(text).as_object();
}

class Deployment {
 public:
  // One that this begins: it knows the administrator.
  Deployment(const Config& config, const std::string& issuer)
      : progress_(spoken_progress()), node_(open(config, issuer)) {
    const auto admin = read_json_file(admin_file_of(config.data));
    admin_ = admin.at("client_id").as_string().c_str();
  }

  Node& node() { return *node_; }
  SystemRandom& random() { return random_; }
  Progress& progress() { return progress_; }

  // As the administrator over HTTP: the commit carries who asked, from where, and his request.
  CommandOrigin origin() {
    CommandOrigin origin;
    origin.actor = {ActorType::application, admin_};
    origin.request_id = hex(random_.bytes<8>());
    origin.address = "127.0.0.1";
    return origin;
  }

  template <Command C>
  Committed run(C command) {
    return must(run_task(context_, handle(node_->runner, std::move(command), origin())));
  }

  // An API with two scopes, of which each application of a benchmark has both.
  ApiId register_api(std::string identifier, TokenFormat format) {
    RegisterApi command;
    command.api = ApiId(random_.id("api_"));
    command.identifier = std::move(identifier);
    command.display_name = "Orders";
    command.scopes = {{"read:orders", "See orders"}, {"write:orders", "Change orders"}};
    command.token_format = format;
    const ApiId api = command.api;
    run(std::move(command));
    return api;
  }

  // A command that creates an application with a grant on `api`, and its credentials.
  std::pair<CreateClient, Credentials> new_application(std::string name, const ApiId& api) {
    const Secret secret = generate_client_secret(random_);
    CreateClient command;
    command.client = ClientId(random_.id("srv_"));
    command.display_name = std::move(name);
    command.secret = {SecretId(random_.id("sec_")), client_secret_digest(secret.reveal())};
    command.grants = {{api, {}, {"read:orders", "write:orders"}}};
    Credentials credentials{command.client.text(), std::string(secret.reveal())};
    return {std::move(command), std::move(credentials)};
  }

 private:
  std::unique_ptr<Node> open(const Config& config, const std::string& issuer) {
    NodeOptions options = node_options(config);
    options.may_begin = true;
    options.issuer = issuer;
    return must(Node::open(std::move(options), clock_, random_, lines_, progress_));
  }

  SystemClock clock_;
  SystemRandom random_;
  LogLines lines_{LogLevel::warning};
  Progress progress_;
  boost::asio::io_context context_;
  std::unique_ptr<Node> node_;
  std::string admin_;
};

}  // namespace optare
