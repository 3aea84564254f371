// optare applications ...
#include <fmt/format.h>

#include <boost/json.hpp>
#include <istream>
#include <ostream>

#include "ops/cli/command.h"
#include "ops/cli/output.h"

namespace optare {
namespace {

namespace json = boost::json;

struct OneApplication {
  std::string client_id;
  Mutation mutation;
};

template <class Options>
void add_client_id(CLI::App& command, Options& options) {
  command.add_option("client_id", options.client_id, "the application (srv_...)")->required();
}

std::string application_path(const std::string& client_id) {
  return path_of({"applications", client_id});
}

json::array array_of(const std::vector<std::string>& texts) {
  json::array array;
  for (const auto& text : texts) array.emplace_back(text);
  return array;
}

// "https://api.example.com read:orders write:orders" as a member of `apis`.
json::object grant_of(const std::string& text) {
  auto [api, rest] = first_word(text);
  std::vector<std::string> scopes;
  while (!rest.empty()) {
    auto [scope, more] = first_word(rest);
    if (!scope.empty()) scopes.push_back(scope);
    rest = more;
  }
  json::object grant;
  grant[api.starts_with("api_") ? "api_id" : "identifier"] = api;
  grant["scopes"] = array_of(scopes);
  return grant;
}

struct CreateApplication {
  std::string name;
  std::string type = "m2m";
  std::vector<std::string> apis;
  Mutation mutation;
};

CliResult<void> create(const Cli& cli, const CreateApplication& options) {
  TRY(auto client, cli.open());
  json::object body{{"name", options.name}, {"type", options.type}};
  if (!options.apis.empty()) {
    json::array apis;
    for (const auto& api : options.apis) apis.push_back(grant_of(api));
    body["apis"] = std::move(apis);
  }
  TRY(const auto answer, client.call({.method = "POST",
                                      .path = "/applications",
                                      .body = std::move(body),
                                      .headers = options.mutation.headers()}));
  print_answer(cli, answer);
  if (!text_member(answer.json, "client_secret").empty()) warn_shown_once(cli);
  return {};
}

CliResult<void> list(const Cli& cli, const Paging& paging) {
  TRY(auto client, cli.open());
  return print_list(cli, client, "/applications", paging,
                    {{"CLIENT_ID", "client_id"},
                     {"NAME", "name"},
                     {"TYPE", "type"},
                     {"STATUS", "status"},
                     {"CREATED", "created_at"}});
}

void print_secrets(const Cli& cli, const CliAnswer& answer) {
  const auto* secrets =
      answer.json.is_object() ? answer.json.get_object().if_contains("secrets") : nullptr;
  if (secrets == nullptr || !secrets->is_array()) return;
  TextTable table({"SECRET_ID", "CREATED", "EXPIRES", "LAST USED"});
  for (const auto& secret : secrets->get_array()) {
    const auto member = [&](const char* name, const char* absent) {
      const auto text = text_member(secret, name);
      return text.empty() ? std::string(absent) : text;
    };
    table.add({member("secret_id", "-"), member("created_at", "-"), member("expires_at", "never"),
               member("last_used_at", "-")});
  }
  cli.terminal.out << '\n';
  table.print(cli.terminal.out);
}

CliResult<void> show(const Cli& cli, const OneApplication& options) {
  TRY(auto client, cli.open());
  TRY(auto answer, client.call({.path = application_path(options.client_id)}));
  if (cli.json) {
    print_answer(cli, answer);
    return {};
  }
  auto fields = answer;
  if (fields.json.is_object()) fields.json.get_object().erase("secrets");  // a table of their own
  print_answer(cli, fields);
  if (const auto etag = answer.response.header("ETag"); !etag.empty()) {
    print_fields(cli.terminal.out, {{"etag", std::string(etag)}});
  }
  print_secrets(cli, answer);
  return {};
}

CliResult<void> grants(const Cli& cli, const std::pair<OneApplication, Paging>& options) {
  TRY(auto client, cli.open());
  return print_list(cli, client, path_of({"applications", options.first.client_id, "apis"}),
                    options.second,
                    {{"API_ID", "api_id"}, {"IDENTIFIER", "identifier"}, {"SCOPES", "scopes"}});
}

struct UpdateApplication : OneApplication {
  std::string name;
};

CliResult<void> update(const Cli& cli, const UpdateApplication& options) {
  TRY(auto client, cli.open());
  TRY(const auto answer, client.call({.method = "PATCH",
                                      .path = application_path(options.client_id),
                                      .body = json::object{{"name", options.name}},
                                      .headers = options.mutation.headers()}));
  print_answer(cli, answer);
  return {};
}

struct RotateSecret : OneApplication {
  std::optional<std::uint64_t> overlap_seconds;
  std::string drop_secret_id;
};

CliResult<void> rotate_secret(const Cli& cli, const RotateSecret& options) {
  TRY(auto client, cli.open());
  json::object body;
  if (options.overlap_seconds) body["overlap_seconds"] = *options.overlap_seconds;
  if (!options.drop_secret_id.empty()) body["drop_secret_id"] = options.drop_secret_id;
  TRY(const auto answer,
      client.call({.method = "POST",
                   .path = path_of({"applications", options.client_id, "rotate-secret"}),
                   .body = std::move(body),
                   .headers = options.mutation.headers()}));
  print_answer(cli, answer);
  if (!text_member(answer.json, "client_secret").empty()) warn_shown_once(cli);
  return {};
}

struct RevokeSecret : OneApplication {
  std::string secret_id;
};

CliResult<void> revoke_secret(const Cli& cli, const RevokeSecret& options) {
  TRY(auto client, cli.open());
  TRY(const auto answer, client.call({.method = "DELETE",
                                      .path = path_of({"applications", options.client_id, "secrets",
                                                       options.secret_id}),
                                      .headers = options.mutation.headers()}));
  print_answer(cli, answer);
  say(cli, "The secret " + options.secret_id + " opens nothing any more.");
  return {};
}

// POST /applications/{client_id}/<verb>, with nothing to say but that.
auto post_verb(std::string verb, std::string done) {
  return [verb = std::move(verb), done = std::move(done)](
             const Cli& cli, const OneApplication& options) -> CliResult<void> {
    TRY(auto client, cli.open());
    TRY(const auto answer, client.call({.method = "POST",
                                        .path = path_of({"applications", options.client_id, verb}),
                                        .body = options.mutation.reason_body(),
                                        .headers = options.mutation.headers()}));
    print_answer(cli, answer);
    say(cli, done);
    return {};
  };
}

struct Grant : OneApplication {
  std::string api;
  std::vector<std::string> scopes;
};

CliResult<void> grant(const Cli& cli, const Grant& options) {
  TRY(auto client, cli.open());
  TRY(const auto api_id, api_id_of(client, options.api));
  TRY(const auto answer,
      client.call({.method = "PUT",
                   .path = path_of({"applications", options.client_id, "apis", api_id}),
                   .body = json::object{{"scopes", array_of(options.scopes)}},
                   .headers = options.mutation.headers()}));
  print_answer(cli, answer);
  return {};
}

CliResult<void> revoke_grant(const Cli& cli, const Grant& options) {
  TRY(auto client, cli.open());
  TRY(const auto api_id, api_id_of(client, options.api));
  TRY(const auto answer,
      client.call({.method = "DELETE",
                   .path = path_of({"applications", options.client_id, "apis", api_id}),
                   .headers = options.mutation.headers()}));
  print_answer(cli, answer);
  say(cli, "The application may not ask for tokens of " + api_id + " any more.");
  return {};
}

struct DeleteApplication : OneApplication {
  bool yes = false;
};

// Asks for the name, so that a slip of the hand deletes nothing.
CliResult<void> confirm(const Cli& cli, Client& client, const std::string& client_id) {
  TRY(const auto answer, client.call({.path = application_path(client_id)}));
  const auto name = text_member(answer.json, "name");
  cli.terminal.err
      << "This ends " << printable(name) << " (" << printable(client_id)
      << ") for good: its tokens die and its secrets open nothing.\nType its name to delete it: "
      << std::flush;
  std::string typed;
  std::getline(cli.terminal.in, typed);
  if (typed == name) return {};
  return fail(ExitCode::refused, "nothing was deleted",
              "What was typed is not the application's name.",
              "Type the name exactly, or give --yes.");
}

CliResult<void> delete_application(const Cli& cli, const DeleteApplication& options) {
  TRY(auto client, cli.open());
  if (!options.yes) TRY_VOID(confirm(cli, client, options.client_id));
  TRY(const auto answer, client.call({.method = "DELETE",
                                      .path = application_path(options.client_id),
                                      .body = options.mutation.reason_body(),
                                      .headers = options.mutation.headers()}));
  print_answer(cli, answer);
  return {};
}

void add_secret_commands(CLI::App& group, Cli& cli) {
  const auto [rotate, rotation] =
      add_command<RotateSecret>(group, cli, "rotate-secret",
                                "a new secret; the old one goes on for the overlap", rotate_secret);
  add_client_id(*rotate, *rotation);
  rotate
      ->add_option("--overlap", rotation->overlap_seconds,
                   "seconds that the old secret goes on; 86400 when left out (also: 10m, 24h, 7d)")
      ->transform(CLI::AsNumberWithUnit(
          std::map<std::string, std::uint64_t>{{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}},
          CLI::AsNumberWithUnit::CASE_SENSITIVE, "SECONDS"));
  rotate->add_option("--drop-secret", rotation->drop_secret_id,
                     "the secret_id to end at once, when two are alive");
  add_idempotency_key(*rotate, rotation->mutation);

  const auto [revoke, revocation] = add_command<RevokeSecret>(
      group, cli, "revoke-secret", "end an old secret before its time", revoke_secret);
  add_client_id(*revoke, *revocation);
  revoke->add_option("secret_id", revocation->secret_id, "the secret (sec_...)")->required();
  add_idempotency_key(*revoke, revocation->mutation);
}

void add_standing_commands(CLI::App& group, Cli& cli) {
  const auto add = [&](const std::string& name, const std::string& help, const std::string& done) {
    const auto [command, options] =
        add_command<OneApplication>(group, cli, name, help, post_verb(name, done));
    add_client_id(*command, *options);
    add_idempotency_key(*command, options->mutation);
    add_reason(*command, options->mutation);
  };
  add("activate", "undo deactivate", "Active: it gets tokens again.");
  add("deactivate", "no tokens until it is activated; those it has die",
      "Not active: its tokens are dead.");
  add("revoke-tokens", "all its tokens die, its secrets go on",
      "All its tokens are dead; its secrets go on.");

  const auto [remove, options] = add_command<DeleteApplication>(
      group, cli, "delete", "end it for good (asks for its name)", delete_application);
  add_client_id(*remove, *options);
  remove->add_flag("--yes", options->yes, "do not ask");
  add_reason(*remove, options->mutation);
  add_idempotency_key(*remove, options->mutation);
  add_if_match(*remove, options->mutation);
}

void add_grant_commands(CLI::App& group, Cli& cli) {
  const auto add = [&](const std::string& name, const std::string& help, const auto& run,
                       bool with_scopes) {
    const auto [command, options] = add_command<Grant>(group, cli, name, help, run);
    add_client_id(*command, *options);
    command->add_option("api", options->api, "the API, by api_id or identifier")->required();
    if (with_scopes)
      command->add_option("scopes", options->scopes, "what it may ask for")->required();
    add_idempotency_key(*command, options->mutation);
  };
  add("grant", "what it may ask of an API, from now on", grant, true);
  add("revoke-grant", "nothing of that API any more", revoke_grant, false);
  const auto [command, options] = add_command<std::pair<OneApplication, Paging>>(
      group, cli, "grants", "what it may ask of which API", grants);
  add_client_id(*command, options->first);
  add_paging(*command, options->second);
}

}  // namespace

void add_application_commands(CLI::App& app, Cli& cli) {
  CLI::App& group =
      *app.add_subcommand("applications", "applications: create, rotate secrets, grant, delete");
  group.require_subcommand(1);

  const auto [make, creation] = add_command<CreateApplication>(
      group, cli, "create", "a new application; its secret is shown this once", create);
  make->add_option("name,--name", creation->name, "its name")->required();
  make->add_option("--type", creation->type, "its type")->capture_default_str();
  make->add_option("--api", creation->apis,
                   "an API and scopes it may ask for, in one word: \"https://api.example.com "
                   "read:orders\" (repeatable)")
      ->expected(1)
      ->take_all();
  add_idempotency_key(*make, creation->mutation);

  const auto [all, paging] = add_command<Paging>(group, cli, "list", "all applications", list);
  add_paging(*all, *paging);
  const auto [one, shown] = add_command<OneApplication>(
      group, cli, "show", "one application and its secrets' dates", show);
  add_client_id(*one, *shown);

  const auto [change, changes] =
      add_command<UpdateApplication>(group, cli, "update", "another name", update);
  add_client_id(*change, *changes);
  change->add_option("--name", changes->name, "its new name")->required();
  add_idempotency_key(*change, changes->mutation);
  add_if_match(*change, changes->mutation);

  add_secret_commands(group, cli);
  add_standing_commands(group, cli);
  add_grant_commands(group, cli);
}

}  // namespace optare
