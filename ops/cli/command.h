// What every command is made of: its options, and the function that runs once all is parsed.
#pragma once

#include <CLI/CLI.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ops/cli/cli.h"
#include "ops/cli/client.h"
#include "ops/cli/failure.h"

namespace optare {

// Options that every command takes, and the command that was chosen.
struct Cli {
  explicit Cli(Terminal& t) : terminal(t) {}

  Terminal& terminal;
  std::string credentials_file;
  std::string ca_file;
  std::uint64_t timeout_seconds = 30;
  bool json = false;
  std::function<CliResult<int>()> run;

  CliResult<Client> open() const;
  HttpClientOptions http_options() const;
};

// Adds the command `name` with its own Options; `run` gets them when it was chosen. `run` answers
// void, or an exit code.
template <class Options, class Run>
std::pair<CLI::App*, std::shared_ptr<Options>> add_command(CLI::App& parent, Cli& cli,
                                                           const std::string& name,
                                                           const std::string& help, Run run) {
  CLI::App* command = parent.add_subcommand(name, help);
  auto options = std::make_shared<Options>();
  command->final_callback([&cli, options, run = std::move(run)] {
    cli.run = [&cli, options, run]() -> CliResult<int> {
      if constexpr (std::is_same_v<decltype(run(cli, *options)), CliResult<void>>) {
        TRY_VOID(run(cli, *options));
        return code_of(ExitCode::ok);
      } else {
        return run(cli, *options);
      }
    };
  });
  return {command, options};
}

// Options that several commands have, with one wording.
struct Mutation {
  std::string idempotency_key;
  std::string if_match;
  std::string reason;
  HttpHeaders headers() const;
  // {"reason": ...}, or no body.
  std::optional<boost::json::object> reason_body() const;
};
void add_idempotency_key(CLI::App& command, Mutation& mutation);
void add_if_match(CLI::App& command, Mutation& mutation);
void add_reason(CLI::App& command, Mutation& mutation);

struct Paging {
  std::uint64_t limit = 50;
  std::string cursor;
  bool all = false;
};
void add_paging(CLI::App& command, Paging& paging);

// A column of a list: heading, and the member of each item it shows.
struct Column {
  std::string heading;
  std::string member;
};
// GETs `path` page by page as asked and prints a table (or with --json each page as it came).
[[nodiscard]] CliResult<void> print_list(const Cli& cli, Client& client, const std::string& path,
                                         const Paging& paging, const std::vector<Column>& columns);

// The whole answer: with --json as it came, else its members, a line each.
void print_answer(const Cli& cli, const CliAnswer& answer);
// One line for a person when there is nothing to show; nothing with --json.
void say(const Cli& cli, const std::string& line);
// The line under a secret that is shown once.
void warn_shown_once(const Cli& cli);

// A member of a JSON object as text; empty when there is none.
std::string text_member(const boost::json::value& object, std::string_view name);

// "read:orders Read the orders" -> its first word and the rest.
std::pair<std::string, std::string> first_word(std::string_view text);
// `text`, or the first line of standard input when it is "-": keeps secrets out of the process
// list.
[[nodiscard]] CliResult<std::string> text_or_stdin(const Cli& cli, const std::string& text);
// The api_id of an API named by its id or by its identifier.
[[nodiscard]] CliResult<std::string> api_id_of(Client& client, const std::string& id_or_identifier);

// The groups of commands, a file each.
void add_application_commands(CLI::App& app, Cli& cli);
void add_api_commands(CLI::App& app, Cli& cli);
void add_token_commands(CLI::App& app, Cli& cli);
void add_event_commands(CLI::App& app, Cli& cli);
void add_key_commands(CLI::App& app, Cli& cli);
void add_feature_level_commands(CLI::App& app, Cli& cli);
void add_local_commands(CLI::App& app, Cli& cli);
void add_log_commands(CLI::App& app, Cli& cli);
void add_cluster_commands(CLI::App& app, Cli& cli);

// The whole tree. `app` and `cli` live as long as it is used.
void build_tree(CLI::App& app, Cli& cli);

}  // namespace optare
