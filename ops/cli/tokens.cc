// optare token, introspect, revoke: the OAuth endpoints.
#include <boost/json.hpp>
#include <ostream>

#include "ops/cli/command.h"
#include "ops/cli/output.h"

namespace optare {
namespace {

// Who asks: the credentials' application, or another one of the same issuer.
struct Asker {
  std::string client_id;
  std::string client_secret;

  void add_to(CLI::App& command) {
    auto* id =
        command.add_option("--client-id", client_id, "as this application; needs --client-secret");
    auto* secret = command.add_option(
        "--client-secret", client_secret,
        "its secret; '-' reads it from standard input, where no other user can see it");
    id->needs(secret);
    secret->needs(id);
  }

  CliResult<Client> open(const Cli& cli) const {
    TRY(auto client, cli.open());
    if (!client_id.empty()) {
      TRY(auto secret, text_or_stdin(cli, client_secret));
      client.act_as(client_id, Secret(std::move(secret)));
    }
    return client;
  }
};

struct GetToken {
  Asker asker;
  std::string audience;
  std::vector<std::string> scopes;
};

CliResult<void> get_token(const Cli& cli, const GetToken& options) {
  TRY(auto client, options.asker.open(cli));
  std::string scope;
  for (const auto& one : options.scopes) scope += (scope.empty() ? "" : " ") + one;
  TRY(const auto answer, client.post_form("/oauth2/token", {{"grant_type", "client_credentials"},
                                                            {"audience", options.audience},
                                                            {"scope", scope}}));
  if (cli.json) {
    print_answer(cli, answer);
    return {};
  }
  // Only the token on stdout: TOKEN=$(optare token ...) is what it is for.
  cli.terminal.out << printable(text_member(answer.json, "access_token")) << '\n';
  cli.terminal.err << "valid for " << printable(text_member(answer.json, "expires_in"))
                   << " s, scope: " << printable(text_member(answer.json, "scope")) << '\n';
  return {};
}

struct OneToken {
  Asker asker;
  std::string token;
};

CliResult<void> introspect(const Cli& cli, const OneToken& options) {
  TRY(const auto token, text_or_stdin(cli, options.token));
  TRY(auto client, options.asker.open(cli));
  TRY(const auto answer, client.post_form("/oauth2/introspect", {{"token", token}}));
  print_answer(cli, answer);
  return {};
}

CliResult<void> revoke(const Cli& cli, const OneToken& options) {
  TRY(const auto token, text_or_stdin(cli, options.token));
  TRY(auto client, options.asker.open(cli));
  TRY(const auto answer, client.post_form("/oauth2/revoke", {{"token", token}}));
  print_answer(cli, answer);
  say(cli, "If the token was this application's, it is dead.");
  return {};
}

}  // namespace

void add_token_commands(CLI::App& app, Cli& cli) {
  const auto [token, request] = add_command<GetToken>(
      app, cli, "token", "get an access token with the credentials, or as another application",
      get_token);
  token->add_option("--audience", request->audience,
                    "the API's identifier; may be left out with one grant");
  token->add_option("--scope", request->scopes,
                    "what to ask for; all that is granted when left out (repeatable)");

  request->asker.add_to(*token);

  const auto add = [&](const std::string& name, const std::string& help, const auto& run) {
    const auto [command, options] = add_command<OneToken>(app, cli, name, help, run);
    command->add_option("token", options->token, "the token; '-' reads it from standard input")
        ->required();
    options->asker.add_to(*command);
  };
  add("introspect", "is this token alive, and what is in it (RFC 7662)", introspect);
  add("revoke", "end this token (RFC 7009)", revoke);
}

}  // namespace optare
