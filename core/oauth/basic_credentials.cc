#include "core/oauth/basic_credentials.h"

#include <algorithm>
#include <optional>
#include <string>

#include "core/base/encoding.h"
#include "core/oauth/client_secret.h"

namespace optare {
namespace {

constexpr std::string_view basic_scheme = "basic ";

std::unexpected<Rejection> refuse(std::string detail) {
  return reject(Code::invalid_client, std::move(detail));
}

bool has_basic_scheme(std::string_view header) {
  return std::ranges::equal(
      header.substr(0, basic_scheme.size()), basic_scheme,
      [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// application/x-www-form-urlencoded, one value (RFC 6749 appendix B).
std::optional<std::string> form_decoded(std::string_view text) {
  // Nearly always there is nothing to decode.
  if (text.find('%') == text.npos && text.find('+') == text.npos) return std::string(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

}  // namespace

Result<ClientCredentials> check_client_credentials(std::string_view client_id,
                                                   std::string_view secret) {
  if (!is_id_text(client_id)) return refuse("the client id is not one that this server gives");
  if (secret.empty()) return refuse("the client secret is empty");
  if (secret.size() > client_secret_bytes_max)
    return refuse("the client secret is too long to be one");
  return ClientCredentials{ClientId(client_id), Secret(std::string(secret))};
}

Result<ClientCredentials> parse_basic_credentials(std::string_view header) {
  if (header.size() > basic_header_bytes_max)
    return refuse("the Authorization header is too long for credentials");
  if (!has_basic_scheme(header))
    return refuse("the Authorization header is not of the Basic scheme");
  header.remove_prefix(basic_scheme.size());
  header.remove_prefix(std::min(header.find_first_not_of(' '), header.size()));
  auto decoded = from_base64(header);
  if (!decoded) return refuse("the credentials of the Authorization header are not base64");
  const Secret pair(std::move(*decoded));
  const std::size_t colon = pair.reveal().find(':');
  if (colon == std::string_view::npos)
    return refuse("the credentials of the Authorization header have no colon");
  const auto client_id = form_decoded(pair.reveal().substr(0, colon));
  auto secret = form_decoded(pair.reveal().substr(colon + 1));
  if (!client_id || !secret)
    return refuse("the credentials of the Authorization header are not form-urlencoded");
  const Secret presented(std::move(*secret));
  return check_client_credentials(*client_id, presented.reveal());
}

}  // namespace optare
