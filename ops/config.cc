#include "ops/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>

#include "core/base/assert.h"
#include "ops/config_rules.h"
#include "ops/setting_values.h"

namespace optare {
namespace {

using namespace std::chrono_literals;
using namespace setting_rules;

constexpr std::size_t file_lines_max = 10'000;

std::unexpected<Rejection> wrong(std::string detail) {
  return reject(Code::invalid, std::move(detail));
}

const std::vector<Setting>& setting_table() {
  static const std::vector<Setting> table{
#define SETTING(type_, name_, default_, rule_, help_)                                         \
  Setting{.name = #name_,                                                                     \
          .type = (rule_).type,                                                               \
          .default_text = default_,                                                           \
          .bounds = bounds_of(rule_),                                                         \
          .help = help_,                                                                      \
          .set = [](Config& c, std::string_view text) { return read(text, rule_, c.name_); }, \
          .show = [](const Config& c) { return show(c.name_); }},
#include "ops/settings.def"
#undef SETTING
  };
  return table;
}

const Setting* find_setting(std::string_view name) {
  const auto& table = setting_table();
  const auto found = std::ranges::find(table, name, &Setting::name);
  return found == table.end() ? nullptr : &*found;
}

// `origin` says where the value stands, for whoever has to correct it.
Result<void> take(Config& config, const Setting& setting, std::string_view text,
                  std::string_view origin) {
  if (const auto set = setting.set(config, text); !set) {
    return wrong(fmt::format("{}: '{}' is not possible for {}: {}", origin, text, setting.name,
                             set.error().detail));
  }
  return {};
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r";
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

// A value: bare up to a comment, or between double quotes.
Result<std::string> file_value(std::string_view text, std::string_view origin) {
  text = trimmed(text);
  if (!text.starts_with('"')) return std::string(trimmed(text.substr(0, text.find('#'))));
  const auto end = text.find('"', 1);
  if (end == std::string_view::npos)
    return wrong(fmt::format("{}: the closing quote is missing", origin));
  const auto rest = trimmed(text.substr(end + 1));
  if (!rest.empty() && !rest.starts_with('#')) {
    return wrong(fmt::format("{}: text after the closing quote", origin));
  }
  return std::string(text.substr(1, end - 1));
}

Result<void> take_line(Config& config, std::string_view line, const std::string& origin,
                       std::map<std::string, std::string>& seen) {
  line = trimmed(line);
  if (line.empty() || line.starts_with('#')) return {};
  const auto equals = line.find('=');
  if (equals == std::string_view::npos)
    return wrong(fmt::format("{}: write `name = value`", origin));
  const auto name = trimmed(line.substr(0, equals));
  const Setting* setting = find_setting(name);
  if (setting == nullptr) {
    return wrong(
        fmt::format("{}: there is no setting named '{}': `optare serve --print-config` shows all",
                    origin, name));
  }
  if (const auto [before, added] = seen.emplace(name, origin); !added) {
    return wrong(fmt::format("{}: {} was already set at {}", origin, name, before->second));
  }
  TRY(const auto value, file_value(line.substr(equals + 1), origin));
  return take(config, *setting, value, origin);
}

Result<void> take_file(Config& config, const std::string& path) {
  std::ifstream file(path);
  if (!file)
    return wrong(
        fmt::format("cannot read the configuration file {}: {}", path, std::strerror(errno)));
  std::map<std::string, std::string> seen;
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    if (number > file_lines_max)
      return wrong(fmt::format("{}: more than {} lines", path, file_lines_max));
    TRY_VOID(take_line(config, line, fmt::format("{}, line {}", path, number), seen));
  }
  if (file.bad()) return wrong(fmt::format("cannot read the configuration file {}", path));
  return {};
}

// Variables of other parts of the program.
bool is_other_variable(std::string_view name) {
  return name == "OPTARE_CONFIG" || name == "OPTARE_CREDENTIALS";
}

Result<void> take_environment(Config& config, const NamedValues& environment) {
  for (const auto& [variable, value] : environment) {
    if (!variable.starts_with("OPTARE_") || is_other_variable(variable)) continue;
    const auto& table = setting_table();
    const auto found = std::ranges::find(table, variable, &Setting::variable);
    if (found == table.end()) {
      return wrong(
          fmt::format("the environment: there is no setting for the variable {}", variable));
    }
    TRY_VOID(take(config, *found, value, "the environment's " + variable));
  }
  return {};
}

}  // namespace

Config::Config() {
  for (const Setting& setting : setting_table()) {
    const auto set = setting.set(*this, setting.default_text);
    OPTARE_ASSERT(set.has_value());
  }
}

std::string key_file_of(const Config& config) {
  if (!config.key_file.empty()) return config.key_file;
  std::filesystem::path folder(config.data);
  folder = folder.lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();  // "data/"
  return folder.string() + ".key";
}

std::string Setting::flag() const {
  std::string text = "--" + std::string(name);
  std::ranges::replace(text, '_', '-');
  return text;
}

std::string Setting::variable() const {
  std::string text = "OPTARE_" + std::string(name);
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  });
  return text;
}

std::span<const Setting> settings() { return setting_table(); }

Result<Config> load_config(const ConfigSources& sources) {
  Config config;
  std::string file = sources.file;
  for (const auto& [variable, value] : sources.environment) {
    if (file.empty() && variable == "OPTARE_CONFIG") file = value;
  }
  if (!file.empty()) TRY_VOID(take_file(config, file));
  TRY_VOID(take_environment(config, sources.environment));
  for (const auto& [name, text] : sources.flags) {
    const Setting* setting = find_setting(name);
    if (setting == nullptr) return wrong(fmt::format("there is no setting named '{}'", name));
    TRY_VOID(take(config, *setting, text, setting->flag()));
  }
  TRY_VOID(check_together(config));
  return config;
}

std::string print_config(const Config& config) {
  std::string text;
  for (const Setting& setting : settings()) {
    text += fmt::format("{} = {}\n", setting.name, setting.show(config));
  }
  return text;
}

std::string config_reference() {
  std::string text =
      "| Setting | Flag | Environment | Type | Default | Allowed | Meaning |\n"
      "|---|---|---|---|---|---|---|\n";
  for (const Setting& setting : settings()) {
    const auto code = [](std::string_view s) {
      return s.empty() ? std::string() : fmt::format("`{}`", s);
    };
    text += fmt::format("| `{}` | `{}` | `{}` | {} | {} | {} | {} |\n", setting.name,
                        setting.flag(), setting.variable(), setting.type,
                        code(setting.default_text), setting.bounds, setting.help);
  }
  return text;
}

}  // namespace optare
