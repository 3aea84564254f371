// optare apis ...
#include <boost/json.hpp>

#include "ops/cli/command.h"

namespace optare {
namespace {

namespace json = boost::json;

struct OneApi {
  std::string api;
  Mutation mutation;
};

void add_api(CLI::App& command, std::string& api) {
  command.add_option("api", api, "the API, by api_id or identifier")->required();
}

// What create and update can say of an API.
struct ApiFields {
  std::string name;
  std::vector<std::string> scopes;
  std::optional<std::uint64_t> token_lifetime_seconds;
  std::string token_format;

  json::object body() const {
    json::object body;
    if (!name.empty()) body["name"] = name;
    if (!scopes.empty()) {
      json::array list;
      for (const auto& scope : scopes) {
        const auto [scope_name, description] = first_word(scope);
        list.push_back(json::object{{"name", scope_name}, {"description", description}});
      }
      body["scopes"] = std::move(list);
    }
    if (token_lifetime_seconds) body["token_lifetime_seconds"] = *token_lifetime_seconds;
    if (!token_format.empty()) body["token_format"] = token_format;
    return body;
  }
};

void add_fields(CLI::App& command, ApiFields& fields) {
  command.add_option("--name", fields.name, "a name for people");
  command
      .add_option(
          "--scope", fields.scopes,
          "a scope and what it means, in one word: \"read:orders Read the orders\" (repeatable)")
      ->expected(1)
      ->take_all();
  command.add_option("--token-lifetime", fields.token_lifetime_seconds,
                     "seconds, 60..86400; 3600 when left out");
  command.add_option("--token-format", fields.token_format, "jwt (when left out) or opaque");
}

struct CreateApi {
  std::string identifier;
  ApiFields fields;
  Mutation mutation;
};

CliResult<void> create(const Cli& cli, const CreateApi& options) {
  TRY(auto client, cli.open());
  auto body = options.fields.body();
  body["identifier"] = options.identifier;
  if (!body.contains("name"))
    body["name"] = options.identifier.substr(0, 100);  // the bound of a name
  if (!body.contains("scopes")) body["scopes"] = json::array();
  TRY(const auto answer, client.call({.method = "POST",
                                      .path = "/apis",
                                      .body = std::move(body),
                                      .headers = options.mutation.headers()}));
  print_answer(cli, answer);
  return {};
}

CliResult<void> list(const Cli& cli, const Paging& paging) {
  TRY(auto client, cli.open());
  return print_list(cli, client, "/apis", paging,
                    {{"API_ID", "api_id"},
                     {"IDENTIFIER", "identifier"},
                     {"NAME", "name"},
                     {"FORMAT", "token_format"},
                     {"LIFETIME", "token_lifetime_seconds"}});
}

CliResult<void> show(const Cli& cli, const OneApi& options) {
  TRY(auto client, cli.open());
  TRY(const auto api_id, api_id_of(client, options.api));
  TRY(const auto answer, client.call({.path = path_of({"apis", api_id})}));
  print_answer(cli, answer);
  return {};
}

CliResult<void> applications(const Cli& cli, const std::pair<OneApi, Paging>& options) {
  TRY(auto client, cli.open());
  TRY(const auto api_id, api_id_of(client, options.first.api));
  return print_list(cli, client, path_of({"apis", api_id, "applications"}), options.second,
                    {{"CLIENT_ID", "client_id"}, {"NAME", "name"}, {"SCOPES", "scopes"}});
}

struct UpdateApi : OneApi {
  ApiFields fields;
};

CliResult<void> update(const Cli& cli, const UpdateApi& options) {
  auto body = options.fields.body();
  if (body.empty()) {
    return fail(ExitCode::usage, "nothing to change", {},
                "Give --name, --scope, --token-lifetime or --token-format.");
  }
  TRY(auto client, cli.open());
  TRY(const auto api_id, api_id_of(client, options.api));
  TRY(const auto answer, client.call({.method = "PATCH",
                                      .path = path_of({"apis", api_id}),
                                      .body = std::move(body),
                                      .headers = options.mutation.headers()}));
  print_answer(cli, answer);
  return {};
}

CliResult<void> delete_api(const Cli& cli, const OneApi& options) {
  TRY(auto client, cli.open());
  TRY(const auto api_id, api_id_of(client, options.api));
  TRY(const auto answer, client.call({.method = "DELETE",
                                      .path = path_of({"apis", api_id}),
                                      .body = options.mutation.reason_body(),
                                      .headers = options.mutation.headers()}));
  print_answer(cli, answer);
  say(cli, "Deleted " + api_id + ": tokens for it are dead.");
  return {};
}

CliResult<void> list_introspectors(const Cli& cli, const std::pair<OneApi, Paging>& options) {
  TRY(auto client, cli.open());
  TRY(const auto api_id, api_id_of(client, options.first.api));
  return print_list(cli, client, path_of({"apis", api_id, "introspectors"}), options.second,
                    {{"CLIENT_ID", "client_id"}, {"NAME", "name"}});
}

struct Introspector : OneApi {
  std::string client_id;
};

auto set_introspector(std::string method, std::string done) {
  return [method = std::move(method), done = std::move(done)](
             const Cli& cli, const Introspector& options) -> CliResult<void> {
    TRY(auto client, cli.open());
    TRY(const auto api_id, api_id_of(client, options.api));
    TRY(const auto answer,
        client.call({.method = method,
                     .path = path_of({"apis", api_id, "introspectors", options.client_id}),
                     .headers = options.mutation.headers()}));
    print_answer(cli, answer);
    say(cli, options.client_id + done + api_id + ".");
    return {};
  };
}

void add_introspector_commands(CLI::App& apis, Cli& cli) {
  CLI::App& group = *apis.add_subcommand("introspectors", "who may introspect an API's tokens");
  group.require_subcommand(1);
  const auto [all, listed] = add_command<std::pair<OneApi, Paging>>(
      group, cli, "list", "those who may", list_introspectors);
  add_api(*all, listed->first.api);
  add_paging(*all, listed->second);
  const auto add = [&](const std::string& name, const std::string& help, const auto& run) {
    const auto [command, options] = add_command<Introspector>(group, cli, name, help, run);
    add_api(*command, options->api);
    command->add_option("client_id", options->client_id, "the application (srv_...)")->required();
    add_idempotency_key(*command, options->mutation);
  };
  add("allow", "one more", set_introspector("PUT", " may introspect tokens of "));
  add("remove", "one less", set_introspector("DELETE", " may not introspect tokens of "));
}

}  // namespace

void add_api_commands(CLI::App& app, Cli& cli) {
  CLI::App& group =
      *app.add_subcommand("apis", "APIs: audiences, their scopes, and who may introspect");
  group.require_subcommand(1);

  const auto [make, creation] =
      add_command<CreateApi>(group, cli, "create", "register an API", create);
  make->add_option("identifier", creation->identifier, "its audience, as https://api.example.com")
      ->required();
  add_fields(*make, creation->fields);
  add_idempotency_key(*make, creation->mutation);

  const auto [all, paging] = add_command<Paging>(group, cli, "list", "all APIs", list);
  add_paging(*all, *paging);
  const auto [one, shown] = add_command<OneApi>(group, cli, "show", "one API", show);
  add_api(*one, shown->api);
  const auto [users, used] = add_command<std::pair<OneApi, Paging>>(
      group, cli, "applications", "which may ask for its tokens", applications);
  add_api(*users, used->first.api);
  add_paging(*users, used->second);

  const auto [change, changes] = add_command<UpdateApi>(
      group, cli, "update", "another name, lifetime or format; --scope replaces all scopes",
      update);
  add_api(*change, changes->api);
  add_fields(*change, changes->fields);
  add_idempotency_key(*change, changes->mutation);
  add_if_match(*change, changes->mutation);

  const auto [remove, removed] =
      add_command<OneApi>(group, cli, "delete", "end it; tokens for it die", delete_api);
  add_api(*remove, removed->api);
  add_reason(*remove, removed->mutation);
  add_idempotency_key(*remove, removed->mutation);
  add_if_match(*remove, removed->mutation);

  add_introspector_commands(group, cli);
}

}  // namespace optare
