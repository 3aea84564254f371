#include "ops/setting_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>
#include <cctype>

#include "api/oauth/issuer_path.h"
#include "core/base/parse.h"
#include "core/system/system.h"

namespace optare {
namespace {

constexpr std::size_t text_bytes_max = 4096;  // as PATH_MAX

std::unexpected<Rejection> wrong(std::string detail) {
  return reject(Code::invalid, std::move(detail));
}

constexpr std::array<std::pair<std::string_view, std::uint64_t>, 5> duration_units{
    {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};

std::string duration_text(std::uint64_t milliseconds) {
  for (auto unit = duration_units.rbegin(); unit != duration_units.rend(); ++unit) {
    if (milliseconds != 0 && milliseconds % unit->second == 0) {
      return fmt::format("{}{}", milliseconds / unit->second, unit->first);
    }
  }
  return "0s";
}

bool is_choice(std::string_view text, std::string_view choices) {
  while (!choices.empty()) {
    const auto end = std::min(choices.find('|'), choices.size());
    if (choices.substr(0, end) == text) return true;
    choices.remove_prefix(std::min(end + 1, choices.size()));
  }
  return false;
}

// Every route stands below the issuer's path, and clients compare it byte for byte: it must have
// one spelling only, and leave room for the segments of the routes.
bool is_plain_path(std::string_view path) {
  std::size_t segments = 0;
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto segment = path.substr(0, path.find('/'));
    const bool plain = std::ranges::all_of(segment, [](unsigned char c) {
      return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_' || c == '~';
    });
    if (!plain || segment.empty() || segment == "." || segment == "..") return false;
    if (++segments > issuer_path_segments_max) return false;
    path.remove_prefix(segment.size());
  }
  return true;
}

// RFC 8414 section 2: no query, no fragment. Plain http only on this machine.
Result<void> check_issuer(std::string_view text) {
  if (text.empty()) return {};
  if (text.size() > issuer_bytes_max)
    return wrong(fmt::format("an issuer has at most {} bytes", issuer_bytes_max));
  const auto parsed =
      boost::urls::parse_absolute_uri(boost::urls::string_view(text.data(), text.size()));
  if (!parsed || parsed->host().empty() ||
      (parsed->scheme() != "https" && parsed->scheme() != "http")) {
    return wrong("write it as https://auth.example.com");
  }
  if (parsed->has_query() || parsed->has_userinfo() || text.ends_with('/')) {
    return wrong("an issuer has no user, no query and no slash at its end");
  }
  if (!is_plain_path(parsed->encoded_path())) {
    return wrong(fmt::format(
        "the path of an issuer is at most {} segments of letters, digits, '-', '.', '_' and '~'",
        issuer_path_segments_max));
  }
  const std::string host(parsed->host());
  if (parsed->scheme() == "http" && host != "127.0.0.1" && host != "[::1]" && host != "localhost") {
    return wrong("plain http is for loopback hosts only: use https");
  }
  return {};
}

constexpr std::size_t brokers_max = 100;             // ours
constexpr std::size_t topic_prefix_bytes_max = 200;  // Kafka's names have 249

Result<void> check_brokers(std::string_view text) {
  for (std::size_t count = 1; !text.empty(); ++count) {
    const auto one = text.substr(0, text.find(','));
    const auto colon = one.rfind(':');
    const auto port = colon == std::string_view::npos
                          ? std::nullopt
                          : parse_number<std::uint64_t>(one.substr(colon + 1));
    if (count > brokers_max || !port || *port == 0 || *port > 65'535 || colon == 0 ||
        one.find_first_of(" \t/") != std::string_view::npos) {
      return wrong(fmt::format("write them as host:port,host:port (at most {})", brokers_max));
    }
    if (one.size() + 1 == text.size()) return wrong("a comma at the end");
    text.remove_prefix(std::min(one.size() + 1, text.size()));
  }
  return {};
}

Result<void> check_topic_prefix(std::string_view text) {
  const bool legal = std::ranges::all_of(text, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-';
  });
  if (legal && !text.empty() && text.size() <= topic_prefix_bytes_max) return {};
  return wrong(fmt::format("say 1 to {} letters, digits, '.', '_' or '-'", topic_prefix_bytes_max));
}

}  // namespace

Result<void> read(std::string_view text, const SettingRule& rule, std::string& out) {
  if (text.size() > text_bytes_max)
    return wrong(fmt::format("longer than {} bytes", text_bytes_max));
  if (std::ranges::any_of(text,
                          [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '"'; })) {
    return wrong("holds a quote or a control character");
  }
  if (!rule.choices.empty() && !is_choice(text, rule.choices)) {
    return wrong(fmt::format("say one of {}", rule.choices));
  }
  if (rule.type == "URL") TRY_VOID(check_issuer(text));
  if (rule.type == "brokers") TRY_VOID(check_brokers(text));
  if (rule.type == "topic prefix") TRY_VOID(check_topic_prefix(text));
  out = text;
  return {};
}

Result<void> read(std::string_view text, const SettingRule& rule, std::uint64_t& out) {
  const auto value = parse_number<std::uint64_t>(text);
  if (!value || *value < rule.min || *value > rule.max) {
    return wrong(fmt::format("say a whole number from {} to {}", rule.min, rule.max));
  }
  out = *value;
  return {};
}

Result<void> read(std::string_view text, const SettingRule& rule, Duration& out) {
  for (const auto& [unit, milliseconds] : duration_units) {
    if (!text.ends_with(unit)) continue;
    const auto count = parse_number<std::uint64_t>(text.substr(0, text.size() - unit.size()));
    if (!count || *count > rule.max / milliseconds || *count * milliseconds < rule.min) continue;
    out = Duration(static_cast<Duration::rep>(*count * milliseconds));
    return {};
  }
  return wrong(fmt::format("say a duration from {} to {}, as 500ms, 15s, 10m, 24h or 30d",
                           duration_text(rule.min), duration_text(rule.max)));
}

Result<void> read(std::string_view text, const SettingRule&, Endpoint& out) {
  TRY(out, parse_endpoint(text));
  return {};
}

std::string show(const std::string& value) { return fmt::format("\"{}\"", value); }
std::string show(std::uint64_t value) { return fmt::to_string(value); }
std::string show(Duration value) {
  return show(duration_text(static_cast<std::uint64_t>(value.count())));
}
std::string show(const Endpoint& value) { return show(value.text()); }

std::string bounds_of(const SettingRule& rule) {
  if (rule.type == "number") return fmt::format("{}..{}", rule.min, rule.max);
  if (rule.type == "duration") {
    return fmt::format("{}..{}", duration_text(rule.min), duration_text(rule.max));
  }
  std::string text(rule.choices);
  for (auto at = text.find('|'); at != std::string::npos; at = text.find('|', at))
    text.replace(at, 1, ", ");
  return text;
}

std::string Endpoint::text() const {
  return address.find(':') == std::string::npos ? fmt::format("{}:{}", address, port)
                                                : fmt::format("[{}]:{}", address, port);
}

bool Endpoint::loopback() const {
  boost::system::error_code error;
  const auto ip = boost::asio::ip::make_address(address, error);
  return !error && ip.is_loopback();
}

Result<Endpoint> parse_endpoint(std::string_view text) {
  const auto bad = [] { return wrong("write IP:PORT, as 127.0.0.1:8080 or [::1]:8080"); };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad();
  auto host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  const auto ip = boost::asio::ip::make_address(std::string(host), error);
  const auto port = parse_number<std::uint64_t>(text.substr(colon + 1));
  if (error || ip.is_v6() != bracketed || !port || *port > 65'535) return bad();
  return Endpoint{std::string(host), static_cast<std::uint16_t>(*port)};
}

}  // namespace optare
