// The configuration: every setting with its value, and where each may come from.
//
// A flag goes before the environment (OPTARE_...), that before the file (--config FILE, or
// OPTARE_CONFIG), that before the default. The file has lines `name = value`; `#` begins a comment.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"

namespace optare {

// Where to listen: an IP address and a port.
struct Endpoint {
  std::string address;
  std::uint16_t port = 0;
  std::string text() const;  // "127.0.0.1:8080", "[::1]:8080"
  bool loopback() const;
  bool operator==(const Endpoint&) const = default;
};
// Errors: invalid.
[[nodiscard]] Result<Endpoint> parse_endpoint(std::string_view text);

// The settings' values; a new one holds the defaults.
struct Config {
  Config();
#define SETTING(type, name, default_text, rule, help) type name{};
#include "ops/settings.def"
#undef SETTING
  bool operator==(const Config&) const = default;
};

// `key_file`, or its default beside the data folder.
std::string key_file_of(const Config& config);

// One setting as the reference and the command line need it.
struct Setting {
  std::string_view name;  // as in the file
  std::string_view type;
  std::string default_text;
  std::string bounds;
  std::string_view help;
  Result<void> (*set)(Config&, std::string_view text);
  std::string (*show)(const Config&);

  std::string flag() const;      // --key-file
  std::string variable() const;  // OPTARE_KEY_FILE
};
std::span<const Setting> settings();

using NamedValues = std::vector<std::pair<std::string, std::string>>;

// What the values are taken from.
struct ConfigSources {
  NamedValues flags;        // setting name -> text
  NamedValues environment;  // the whole environment
  std::string file;         // path; empty: OPTARE_CONFIG, or none
};

// Errors: invalid; the detail names the setting, where it came from and what is allowed.
[[nodiscard]] Result<Config> load_config(const ConfigSources& sources);

// The configuration as a file that load_config reads back. Holds paths, never what is in the files.
std::string print_config(const Config& config);

// The table of ops/README.md.
std::string config_reference();

}  // namespace optare
