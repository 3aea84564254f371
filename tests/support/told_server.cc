#include "tests/support/told_server.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <thread>

#include "core/openssl/handle.h"
#include "core/openssl/random.h"
#include "core/rocksdb/key_file.h"
#include "core/rocksdb/rocksdb_vault.h"
#include "tests/http/raw_client.h"

namespace optare {
namespace {

constexpr std::chrono::seconds patience{50};  // less than the client's own
constexpr int shed_max = 1'000;
constexpr std::chrono::milliseconds ask_again_interval{20};

std::string bytes_of_request(const ToldServer::Asked& asked) {
  std::string bytes =
      asked.method + ' ' + asked.target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n";
  std::istringstream lines(asked.headers);
  for (std::string line; std::getline(lines, line);) {
    line.erase(0, line.find_first_not_of(' '));
    if (!line.empty()) bytes += line + "\r\n";
  }
  if (!asked.body.empty()) bytes += fmt::format("Content-Length: {}\r\n", asked.body.size());
  return bytes + "\r\n" + asked.body;
}

// What makes this key a secret, number by number.
std::vector<std::pair<std::string, std::string>> private_parts(const std::string& der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const openssl::Key key(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size())));
  if (!key) throw std::runtime_error("a private key that cannot be read");
  std::vector<std::pair<std::string, std::string>> parts;
  for (const char* name :
       {OSSL_PKEY_PARAM_PRIV_KEY, OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_RSA_FACTOR1,
        OSSL_PKEY_PARAM_RSA_FACTOR2, OSSL_PKEY_PARAM_RSA_EXPONENT1, OSSL_PKEY_PARAM_RSA_EXPONENT2,
        OSSL_PKEY_PARAM_RSA_COEFFICIENT1}) {
    BIGNUM* number = nullptr;
    if (EVP_PKEY_get_bn_param(key.get(), name, &number) != 1) continue;
    const openssl::BigNumber owned(number);
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
    BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
    parts.emplace_back(name, std::move(bytes));
  }
  std::string seed(32, '\0');  // Ed25519
  std::size_t length = seed.size();
  if (parts.empty() && EVP_PKEY_get_raw_private_key(
                           key.get(), reinterpret_cast<unsigned char*>(seed.data()), &length) == 1)
    parts.emplace_back("seed", seed);
  if (parts.empty()) throw std::runtime_error("a private key without a private part");
  return parts;
}

}  // namespace

ToldServer::ToldServer() {
  server.start(flags);
  canaries.plant_secret("the administrator's secret", server.admin().secret);
  canaries.plant("the key-encryption key", file_text(server.key_file()));
}

const std::string& ToldServer::keep(const std::string& name, const std::string& answer) {
  const auto end = answer.find("\r\n\r\n");
  if (!answer.starts_with("HTTP/1.1 ") || end == std::string::npos)
    throw std::runtime_error(name + " was not answered: " + answer);
  status_ = std::stoi(answer.substr(9, 3));
  body_ = answer.substr(end + 4);
  places_.push_back({.name = "the answer to " + name, .text = answer});
  return body_;
}

const std::string& ToldServer::exchange(std::uint16_t port, const std::string& name,
                                        const std::string& bytes) {
  for (int shed = 0;; ++shed) {
    testing::RawClient client(port);
    const auto began = std::chrono::steady_clock::now();
    client.send(bytes);
    const std::string answer = client.rest();
    if (std::chrono::steady_clock::now() - began > patience)
      throw std::runtime_error(name + ": the connection does not end after " + answer);
    keep(name, answer);
    // A busy machine sheds some: those are asked again.
    if (shed == shed_max || !sheds(body_)) return body_;
    std::this_thread::sleep_for(ask_again_interval);
  }
}

const std::string& ToldServer::ask(const Asked& asked) {
  return exchange(server.port(), asked.method + ' ' + asked.target, bytes_of_request(asked));
}

const std::string& ToldServer::ask_operations(const Asked& asked) {
  return exchange(server.ops_port(), asked.method + ' ' + asked.target, bytes_of_request(asked));
}

void ToldServer::send_bytes(const std::string& name, const std::string& bytes) {
  exchange(server.port(), name, bytes);
}

void ToldServer::follow_events_until(const std::string& authorization, const std::string& text) {
  testing::RawClient client(server.port());
  client.send(bytes_of_request({.target = "/api/v1/events?after=0",
                                .headers = authorization + "\nAccept: text/event-stream"}));
  if (client.wait_for(text) == std::string::npos)
    throw std::runtime_error("the live tail ended early: " + client.received());
  keep("a live tail", client.received());
}

std::string ToldServer::take_secret(const std::string& name, const std::string& member) {
  const std::string secret = json_member(body_, member);
  canaries.plant_secret(name, secret);
  places_.back().may_hold = {name};
  return secret;
}

std::string ToldServer::take_token(const std::string& name) {
  const std::string token = json_member(body_, "access_token");
  canaries.plant_token(name, token);
  places_.back().may_hold = {name};
  return token;
}

std::string ToldServer::run_optare(std::vector<std::string> arguments) {
  const std::string name = ::testing::PrintToString(arguments);
  Program program = optare_program(std::move(arguments));
  program.environment = {{"OPTARE_CREDENTIALS", server.data() / "admin.json"}};
  const Ended ended = run_unshed(program);
  EXPECT_EQ(ended.code, 0) << name << ended.err;
  places_.push_back({.name = "what " + name + " says", .text = ended.out + ended.err});
  return ended.out;
}

void ToldServer::plant_keys() {
  const RocksResources resources;
  SystemRandom random;
  const RocksVault vault(resources, server.data() / "vault",
                         load_key_encryption_key(server.key_file()), random, OpenMode::read_only);
  for (const std::string& name : vault.names("fleet-key/"))
    canaries.plant(name, vault.get(name)->reveal());
  for (const std::string& name : vault.names("signing-key/")) {
    const std::string der(vault.get(name)->reveal());
    canaries.plant(name, der);
    for (const auto& [part, bytes] : private_parts(der)) canaries.plant(name + ' ' + part, bytes);
  }
}

void ToldServer::look_into_folder(const std::string& when) {
  std::vector<Place> found = places_of_folder(server.data(), {"admin.json"});
  for (Place& commit : places_of_log(server.data() / "log")) found.push_back(std::move(commit));
  for (Place& place : found) {
    place.name += ", " + when;
    places_.push_back(std::move(place));
  }
}

std::vector<Place> ToldServer::places() const {
  std::vector<Place> all = places_;
  all.push_back({.name = "the log lines", .text = server.said()});
  return all;
}

}  // namespace optare
