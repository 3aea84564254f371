// Who speaks to the secure broker, and how.
#pragma once

#include "tests/support/fleet.h"
#include "tests/support/raw_kafka.h"

namespace optare {

// As the broker wants it, but for what a test does wrongly.
struct Login {
  std::string protocol = "sasl_ssl";
  std::string mechanism = "SCRAM-SHA-512";
  std::string user = secure_broker().user;
  std::filesystem::path password_file = secure_broker().password_file();
  std::filesystem::path ca = secure_broker().ca();

  Fleet::Flags flags() const {
    Fleet::Flags all{"--kafka-security-protocol", protocol};
    if (protocol.ends_with("ssl")) all.insert(all.end(), {"--kafka-ssl-ca", ca});
    if (protocol.starts_with("sasl"))
      all.insert(all.end(), {"--kafka-sasl-mechanism", mechanism, "--kafka-sasl-username", user,
                             "--kafka-sasl-password-file", password_file});
    return all;
  }
  // The same for a client without the product.
  RawKafka::Settings settings() const {
    const std::string text = file_text(password_file);
    return {{"security.protocol", protocol},
            {"ssl.ca.location", ca},
            {"sasl.mechanism", mechanism},
            {"sasl.username", user},
            {"sasl.password", text.substr(0, text.find('\n'))}};
  }
};

inline Login login_of(const std::string& user) {
  Login login;
  login.user = user;
  return login;
}

}  // namespace optare
