#include "ops/cli/command.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <istream>
#include <ostream>

#include "ops/cli/output.h"

namespace optare {
namespace {

namespace json = boost::json;

constexpr std::uint64_t page_items_max = 200;  // the server's bound

std::string list_target(const std::string& path, std::uint64_t limit, const std::string& cursor) {
  auto target = fmt::format("{}?limit={}", path, limit);
  if (!cursor.empty()) target += "&cursor=" + percent_encoded(cursor);
  return target;
}

void print_page(const Cli& cli, const CliAnswer& page, const std::vector<Column>& columns) {
  auto& out = cli.terminal.out;
  if (cli.json) {
    out << page.response.body << '\n';
    return;
  }
  std::vector<std::string> headings;
  for (const auto& column : columns) headings.push_back(column.heading);
  TextTable table(std::move(headings));
  const auto* items = page.json.is_object() ? page.json.get_object().if_contains("items") : nullptr;
  if (items != nullptr && items->is_array()) {
    for (const auto& item : items->get_array()) {
      std::vector<std::string> cells;
      for (const auto& column : columns) {
        const auto text = text_member(item, column.member);
        cells.push_back(text.empty() ? "-" : text);
      }
      table.add(std::move(cells));
    }
  }
  table.print(out);
}

// Every command takes what the program takes, and its own help is all that is read.
void point_to_common_options(CLI::App& app) {
  for (CLI::App* command : app.get_subcommands({})) {
    command->footer("Also --credentials, --ca-file, --timeout and --json: `optare --help`.");
    point_to_common_options(*command);
  }
}

}  // namespace

HttpClientOptions Cli::http_options() const {
  HttpClientOptions options;
  options.ca_file = ca_file;
  options.connect_time_max = std::min(options.connect_time_max, Duration(timeout_seconds * 1000));
  options.answer_time_max = Duration(timeout_seconds * 1000);
  return options;
}

CliResult<Client> Cli::open() const {
  return Client::open(
      {.credentials_file = optare::credentials_file(credentials_file, terminal.environment),
       .http = http_options()},
      terminal.err);
}

HttpHeaders Mutation::headers() const {
  HttpHeaders headers;
  if (!idempotency_key.empty()) headers.emplace_back("Idempotency-Key", idempotency_key);
  if (!if_match.empty()) {
    const bool bare = if_match != "*" && !if_match.starts_with('"') && !if_match.starts_with("W/");
    headers.emplace_back("If-Match", bare ? fmt::format("\"{}\"", if_match) : if_match);
  }
  return headers;
}

void add_idempotency_key(CLI::App& command, Mutation& mutation) {
  command.add_option("--idempotency-key", mutation.idempotency_key,
                     "a repeat with the same key finds the first outcome (24 h)");
}

void add_if_match(CLI::App& command, Mutation& mutation) {
  command.add_option("--if-match", mutation.if_match,
                     "only when the ETag (the version) is still this one");
}

void add_reason(CLI::App& command, Mutation& mutation) {
  command.add_option("--reason", mutation.reason, "why; kept with the fact");
}

std::optional<json::object> Mutation::reason_body() const {
  if (reason.empty()) return std::nullopt;
  return json::object{{"reason", reason}};
}

void add_paging(CLI::App& command, Paging& paging) {
  command.add_option("--limit", paging.limit, "items of a page")
      ->check(CLI::Range(std::uint64_t{1}, page_items_max))
      ->capture_default_str();
  command.add_option("--cursor", paging.cursor, "go on where a page ended");
  command.add_flag("--all", paging.all, "every page");
}

CliResult<void> print_list(const Cli& cli, Client& client, const std::string& path,
                           const Paging& paging, const std::vector<Column>& columns) {
  std::string cursor = paging.cursor;
  do {
    const auto limit = paging.all ? page_items_max : paging.limit;
    TRY(const auto page, client.call({.path = list_target(path, limit, cursor)}));
    print_page(cli, page, columns);
    cursor = text_member(page.json, "next_cursor");
  } while (paging.all && !cursor.empty());
  if (!cursor.empty() && !cli.json)
    cli.terminal.err << "more: --cursor " << printable(cursor) << " (or --all)\n";
  return {};
}

void print_answer(const Cli& cli, const CliAnswer& answer) {
  if (cli.json) {
    if (!answer.response.body.empty()) cli.terminal.out << answer.response.body << '\n';
    return;
  }
  if (!answer.json.is_object()) return;
  std::vector<std::pair<std::string, std::string>> fields;
  for (const auto& member : answer.json.get_object()) {
    fields.emplace_back(std::string(member.key()), cell_text(member.value()));
  }
  print_fields(cli.terminal.out, fields);
}

void say(const Cli& cli, const std::string& line) {
  if (!cli.json) cli.terminal.out << printable(line) << '\n';
}

void warn_shown_once(const Cli& cli) {
  cli.terminal.err
      << "warning: client_secret is shown this once: keep it where the application reads it\n";
}

std::string text_member(const json::value& object, std::string_view name) {
  if (!object.is_object()) return {};
  const auto* value = object.get_object().if_contains(json::string_view(name.data(), name.size()));
  if (value == nullptr || value->is_null()) return {};
  return cell_text(*value);
}

std::pair<std::string, std::string> first_word(std::string_view text) {
  const auto end = std::min(text.find(' '), text.size());
  const auto rest = text.substr(end);
  const auto begin = std::min(rest.find_first_not_of(' '), rest.size());
  return {std::string(text.substr(0, end)), std::string(rest.substr(begin))};
}

CliResult<std::string> text_or_stdin(const Cli& cli, const std::string& text) {
  if (text != "-") return text;
  std::string line;
  if (!std::getline(cli.terminal.in, line) || line.empty()) {
    return fail(ExitCode::usage, "nothing on standard input", "'-' reads one line from it.");
  }
  return line;
}

CliResult<std::string> api_id_of(Client& client, const std::string& id_or_identifier) {
  if (id_or_identifier.starts_with("api_")) return id_or_identifier;
  std::string cursor;
  do {
    TRY(const auto page, client.call({.path = list_target("/apis", page_items_max, cursor)}));
    const auto* items =
        page.json.is_object() ? page.json.get_object().if_contains("items") : nullptr;
    if (items == nullptr || !items->is_array()) break;
    for (const auto& item : items->get_array()) {
      if (text_member(item, "identifier") == id_or_identifier) return text_member(item, "api_id");
    }
    cursor = text_member(page.json, "next_cursor");
  } while (!cursor.empty());
  return fail(ExitCode::not_found, "no such API",
              fmt::format("No API has the identifier {}.", id_or_identifier),
              "`optare apis list` shows those there are.");
}

void build_tree(CLI::App& app, Cli& cli) {
  app.fallthrough();
  app.require_subcommand(1);
  app.add_option("--credentials", cli.credentials_file,
                 "JSON with issuer, client_id, client_secret; else OPTARE_CREDENTIALS, else "
                 "./data/admin.json");
  app.add_option("--ca-file", cli.ca_file,
                 "PEM file of the authority that the server's certificate is checked against");
  app.add_option("--timeout", cli.timeout_seconds, "seconds to wait for the server")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{3600}))
      ->capture_default_str();
  app.add_flag("--json", cli.json, "for scripts: what the server said, unchanged");
  add_local_commands(app, cli);
  add_log_commands(app, cli);
  add_application_commands(app, cli);
  add_api_commands(app, cli);
  add_token_commands(app, cli);
  add_event_commands(app, cli);
  add_key_commands(app, cli);
  add_feature_level_commands(app, cli);
  add_cluster_commands(app, cli);
  point_to_common_options(app);
}

}  // namespace optare
