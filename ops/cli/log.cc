// The commands about the log itself.
#include <fmt/format.h>

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

struct VoidRecords {
  LocalOptions local;
  std::string partition;
  VoidOptions wanted;
};

CliResult<int> run_void(const Cli& cli, const VoidRecords& options) {
  VoidOptions wanted = options.wanted;
  wanted.json = cli.json;
  for (const Partition partition : partitions)
    if (partition_name(partition) == options.partition) wanted.partition = partition;
  if (!options.partition.empty() && !wanted.partition) {
    return fail(ExitCode::usage, fmt::format("there is no partition '{}'", options.partition), {},
                "Name control or tokens-00.");
  }
  TRY(const auto config, options.local.load(cli));
  return log_void(config, wanted);
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

  const auto [list, listed] = add_command<VoidRecords>(
      group, cli, "void", "records that do not count, and what can be said of who wrote them",
      run_void);
  list->add_option("--partition", listed->partition, "control or tokens-00; both when left out");
  list->add_option("--after", listed->wanted.after, "behind this offset");
  list->add_option("--limit", listed->wanted.limit, "at most so many of each partition")
      ->capture_default_str();
  listed->local.add_offline(*list);
}

}  // namespace optare
