// The commands about the log itself.
#include "ops/cli/command.h"
#include "ops/cli/local.h"
#include "ops/local_commands.h"

namespace optare {
namespace {

struct ImportLog {
  LocalOptions local;
  std::string from;
  ImportOptions import;
};

CliResult<int> run_import(const Cli& cli, const ImportLog& options) {
  TRY(const auto config, options.local.load(cli));
  ImportOptions import = options.import;
  import.json = cli.json;
  return log_import(config, import);
}

}  // namespace

void add_log_commands(CLI::App& app, Cli& cli) {
  CLI::App& group = *app.add_subcommand("log", "the log itself");
  group.require_subcommand(1);

  const auto [move, moved] = add_command<ImportLog>(
      group, cli, "import",
      "move a deployment into another log, with its whole history; its server is stopped",
      run_import);
  move->add_option("--from", moved->from, "the kind of log it is in: embedded")
      ->required()
      ->check(CLI::IsMember({"embedded"}));
  move->add_option("--from-data", moved->import.from_data, "its data folder")
      ->capture_default_str();
  move->add_option("--from-key-file", moved->import.from_key_file,
                   "its key-encryption key; left out: `<from-data>.key`");
  moved->local.add_all(*move);
}

}  // namespace optare
