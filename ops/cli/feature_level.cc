// optare feature-level ...
#include <boost/json.hpp>

#include "ops/cli/command.h"

namespace optare {
namespace {

namespace json = boost::json;

struct Show {};

CliResult<void> show(const Cli& cli, const Show&) {
  TRY(auto client, cli.open());
  TRY(const auto answer, client.call({.path = "/feature-level"}));
  print_answer(cli, answer);
  return {};
}

struct Raise {
  std::uint64_t level = 0;
  Mutation mutation;
};

CliResult<void> raise(const Cli& cli, const Raise& options) {
  TRY(auto client, cli.open());
  TRY(const auto answer, client.call({.method = "POST",
                                      .path = "/feature-level",
                                      .body = json::object{{"level", options.level}},
                                      .headers = options.mutation.headers()}));
  print_answer(cli, answer);
  return {};
}

}  // namespace

void add_feature_level_commands(CLI::App& app, Cli& cli) {
  CLI::App& group = *app.add_subcommand("feature-level", "what the log may hold");
  group.require_subcommand(1);
  add_command<Show>(group, cli, "show", "what this build understands, and what was raised", show);

  const auto [command, options] = add_command<Raise>(
      group, cli, "raise", "once every node runs a build that understands it; no way back", raise);
  command->add_option("level", options->level, "the level that commits are written at from now on")
      ->required();
  add_idempotency_key(*command, options->mutation);
}

}  // namespace optare
