// Who the command line is: the file that the first start writes to DIR/admin.json.
#pragma once

#include <iosfwd>
#include <string>

#include "core/base/secret.h"
#include "ops/cli/failure.h"
#include "ops/config.h"

namespace optare {

struct CliCredentials {
  std::string issuer;
  std::string client_id;
  Secret client_secret;

  // RFC 6749 section 2.3.1: both form-encoded before Basic's base64.
  std::string basic_header() const;
};

// Where the credentials are: `flag`, else OPTARE_CREDENTIALS, else ./data/admin.json.
std::string credentials_file(const std::string& flag, const NamedValues& environment);

// Warns on `err` when others of this machine can read the file.
[[nodiscard]] CliResult<CliCredentials> read_credentials(const std::string& path,
                                                         std::ostream& err);

}  // namespace optare
