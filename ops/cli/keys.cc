// optare keys ...
#include <boost/json.hpp>

#include "ops/cli/command.h"

namespace optare {
namespace {

namespace json = boost::json;

CliResult<void> list(const Cli& cli, const Paging& paging) {
  TRY(auto client, cli.open());
  return print_list(cli, client, "/keys", paging,
                    {{"KID", "kid"},
                     {"ALG", "alg"},
                     {"STATE", "state"},
                     {"CREATED", "created_at"},
                     {"SIGNS FROM", "signs_from"}});
}

struct Rotate {
  std::string algorithm;
  Mutation mutation;
};

CliResult<void> rotate(const Cli& cli, const Rotate& options) {
  TRY(auto client, cli.open());
  json::object body;
  if (!options.algorithm.empty()) body["alg"] = options.algorithm;
  TRY(const auto answer, client.call({.method = "POST",
                                      .path = "/keys/rotate",
                                      .body = std::move(body),
                                      .headers = options.mutation.headers()}));
  print_answer(cli, answer);
  return {};
}

struct Revoke {
  std::string kid;
  Mutation mutation;
};

CliResult<void> revoke(const Cli& cli, const Revoke& options) {
  TRY(auto client, cli.open());
  TRY(const auto answer, client.call({.method = "POST",
                                      .path = path_of({"keys", options.kid, "revoke"}),
                                      .body = options.mutation.reason_body(),
                                      .headers = options.mutation.headers()}));
  print_answer(cli, answer);
  say(cli, "Revoked " + options.kid + ": the tokens it signed are dead.");
  return {};
}

}  // namespace

void add_key_commands(CLI::App& app, Cli& cli) {
  CLI::App& group = *app.add_subcommand("keys", "signing keys");
  group.require_subcommand(1);
  const auto [all, paging] = add_command<Paging>(group, cli, "list", "all signing keys", list);
  add_paging(*all, *paging);

  const auto [next, rotation] = add_command<Rotate>(
      group, cli, "rotate", "publish a new key; it signs once caches have seen it", rotate);
  next->add_option("--alg", rotation->algorithm, "ES256, RS256, PS256 or EdDSA")
      ->check(CLI::IsMember({"ES256", "RS256", "PS256", "EdDSA"}));
  add_idempotency_key(*next, rotation->mutation);

  const auto [end, revocation] = add_command<Revoke>(
      group, cli, "revoke", "for a key that leaked: the tokens it signed die", revoke);
  end->add_option("kid", revocation->kid, "the key (key_...)")->required();
  add_reason(*end, revocation->mutation);
  add_idempotency_key(*end, revocation->mutation);
}

}  // namespace optare
