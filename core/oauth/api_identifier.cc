#include "core/oauth/api_identifier.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "core/api/api.h"

namespace optare {
namespace {
std::unexpected<Rejection> refuse(std::string detail) {
  return reject(Code::invalid, "the identifier " + std::move(detail), "/identifier");
}
}  // namespace

Result<void> check_api_identifier(std::string_view text) {
  if (text.size() > api_identifier_bytes_max)
    return refuse("is longer than " + std::to_string(api_identifier_bytes_max) + " bytes");
  const auto url = boost::urls::parse_absolute_uri(text);
  if (!url)
    return refuse(
        "is not an absolute URI without fragment, like https://api.example.com or urn:example:api");
  const bool web = url->scheme_id() == boost::urls::scheme::http ||
                   url->scheme_id() == boost::urls::scheme::https;
  if (web && url->encoded_host().empty()) return refuse("names no host");
  if (web && url->has_userinfo()) return refuse("has user information, which no audience needs");
  if (!web && url->encoded_authority().empty() && url->encoded_path().empty())
    return refuse("is a bare scheme");
  return {};
}

}  // namespace optare
