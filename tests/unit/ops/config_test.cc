#include "ops/config.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/support/temporary_directory.h"

namespace optare {
namespace {

using namespace std::chrono_literals;
using testing::Test;

std::string file_with(const TemporaryDirectory& directory, const std::string& text) {
  const auto path = (std::filesystem::path(directory.path()) / "optare.conf").string();
  std::ofstream(path) << text;
  return path;
}

std::string error_of(const ConfigSources& sources) {
  const auto config = load_config(sources);
  return config ? "no error" : config.error().detail;
}

TEST(Config, HasTheDocumentedDefaults) {
  const Config config;
  EXPECT_EQ(config.data, "./data");
  EXPECT_EQ(config.listen, (Endpoint{"127.0.0.1", 8080}));
  EXPECT_EQ(config.ops_listen, (Endpoint{"127.0.0.1", 9090}));
  EXPECT_EQ(config.issuer, "");
  EXPECT_EQ(config.max_staleness, 15s);
  EXPECT_EQ(key_file_of(config), "data.key");
}

TEST(Config, TakesAnIssuerWithAPath) {
  const auto config = load_config(
      {.flags = {{"issuer", "https://id.example.com/a/b-1"}}, .environment = {}, .file = {}});
  ASSERT_TRUE(config) << config.error().detail;
  EXPECT_EQ(config->issuer, "https://id.example.com/a/b-1");
}

TEST(Config, TakesAFlagBeforeTheEnvironmentBeforeTheFile) {
  const TemporaryDirectory directory;
  const auto file = file_with(directory, "threads = 1\nblock_cache_mib = 11\nlog_level = error\n");
  const NamedValues environment{
      {"OPTARE_THREADS", "2"}, {"OPTARE_BLOCK_CACHE_MIB", "22"}, {"PATH", "x"}};
  const auto config =
      load_config({.flags = {{"threads", "3"}}, .environment = environment, .file = file});
  ASSERT_TRUE(config) << config.error().detail;
  EXPECT_EQ(config->threads, 3U);
  EXPECT_EQ(config->block_cache_mib, 22U);
  EXPECT_EQ(config->log_level, "error");
}

TEST(Config, FindsTheFileThatTheEnvironmentNames) {
  const TemporaryDirectory directory;
  const auto file =
      file_with(directory, "# a comment\n\n  threads = 5  # cores\ndata = \"/srv/a # b\"\n");
  const auto config =
      load_config({.flags = {}, .environment = {{"OPTARE_CONFIG", file}}, .file = {}});
  ASSERT_TRUE(config) << config.error().detail;
  EXPECT_EQ(config->threads, 5U);
  EXPECT_EQ(config->data, "/srv/a # b");
}

TEST(Config, ReadsBackWhatItPrints) {
  Config config;
  config.data = "/srv/optare";
  config.listen = {"::1", 443};
  config.max_staleness = 1500ms;
  config.threads = 7;
  const TemporaryDirectory directory;
  const auto again = load_config(
      {.flags = {}, .environment = {}, .file = file_with(directory, print_config(config))});
  ASSERT_TRUE(again) << again.error().detail;
  EXPECT_EQ(*again, config);
}

TEST(Config, NamesAnUnknownSettingAndWhereItStands) {
  const TemporaryDirectory directory;
  const auto file = file_with(directory, "threads = 1\nthread = 2\n");
  EXPECT_EQ(
      error_of({.flags = {}, .environment = {}, .file = file}),
      file +
          ", line 2: there is no setting named 'thread': `optare serve --print-config` shows all");
  EXPECT_EQ(error_of({.flags = {}, .environment = {{"OPTARE_THREAD", "2"}}, .file = {}}),
            "the environment: there is no setting for the variable OPTARE_THREAD");
  EXPECT_EQ(error_of({.flags = {{"thread", "2"}}, .environment = {}, .file = {}}),
            "there is no setting named 'thread'");
}

TEST(Config, LeavesTheVariablesOfOtherPartsAlone) {
  EXPECT_EQ(error_of({.flags = {}, .environment = {{"OPTARE_CREDENTIALS", "x"}}, .file = {}}),
            "no error");
}

TEST(Config, LimitsTheLinesOfTheFile) {
  const TemporaryDirectory directory;
  const auto error_with = [&](std::size_t lines) {
    const auto file = file_with(directory, std::string(lines, '\n'));
    return error_of({.flags = {}, .environment = {}, .file = file});
  };
  EXPECT_EQ(error_with(10'000), "no error");
  EXPECT_NE(error_with(10'001).find("more than 10000 lines"), std::string::npos);
}

TEST(Config, RefusesAFileThatItCannotRead) {
  EXPECT_EQ(error_of({.flags = {}, .environment = {}, .file = "/nowhere/optare.conf"}),
            "cannot read the configuration file /nowhere/optare.conf: No such file or directory");
}

struct BadLine {
  std::string line, complaint;
};
class ConfigFile : public testing::TestWithParam<BadLine> {};
TEST_P(ConfigFile, RefusesALineThatIsNone) {
  const TemporaryDirectory directory;
  const auto file = file_with(directory, GetParam().line);
  EXPECT_EQ(error_of({.flags = {}, .environment = {}, .file = file}),
            file + ", line 1: " + GetParam().complaint);
}
INSTANTIATE_TEST_SUITE_P(Lines, ConfigFile,
                         testing::Values(BadLine{"threads", "write `name = value`"},
                                         BadLine{"data = \"x", "the closing quote is missing"},
                                         BadLine{"data = \"x\" y", "text after the closing quote"},
                                         BadLine{"[server]", "write `name = value`"}));

TEST(Config, RefusesASettingGivenTwiceInTheFile) {
  const TemporaryDirectory directory;
  const auto file = file_with(directory, "threads = 1\nthreads = 1\n");
  EXPECT_EQ(error_of({.flags = {}, .environment = {}, .file = file}),
            file + ", line 2: threads was already set at " + file + ", line 1");
}

struct BadValue {
  std::string name, value, complaint;
};
constexpr auto plain_issuer_path =
    "the path of an issuer is at most 8 segments of letters, digits, '-', '.', '_' and '~'";
class ImpossibleValue : public testing::TestWithParam<BadValue> {};
TEST_P(ImpossibleValue, IsRefusedWithItsNameItsPlaceAndWhatIsAllowed) {
  const auto& bad = GetParam();
  const auto setting = std::ranges::find(settings(), bad.name, &Setting::name);
  ASSERT_NE(setting, settings().end());
  const auto said = "'" + bad.value + "' is not possible for " + bad.name + ": " + bad.complaint;
  EXPECT_EQ(error_of({.flags = {{bad.name, bad.value}}, .environment = {}, .file = {}}),
            setting->flag() + ": " + said);
  EXPECT_EQ(error_of({.flags = {}, .environment = {{setting->variable(), bad.value}}, .file = {}}),
            "the environment's " + setting->variable() + ": " + said);
}
INSTANTIATE_TEST_SUITE_P(
    EveryType, ImpossibleValue,
    testing::Values(
        BadValue{"threads", "257", "say a whole number from 0 to 256"},
        BadValue{"threads", "-1", "say a whole number from 0 to 256"},
        BadValue{"threads", "2x", "say a whole number from 0 to 256"},
        BadValue{"threads", "", "say a whole number from 0 to 256"},
        BadValue{"connections_max", "0", "say a whole number from 1 to 1000000"},
        BadValue{"max_staleness", "15",
                 "say a duration from 1s to 1h, as 500ms, 15s, 10m, 24h or 30d"},
        BadValue{"max_staleness", "500ms",
                 "say a duration from 1s to 1h, as 500ms, 15s, 10m, 24h or 30d"},
        BadValue{"max_staleness", "99999999999999999d",
                 "say a duration from 1s to 1h, as 500ms, 15s, 10m, 24h or 30d"},
        BadValue{"log_level", "loud", "say one of error|warning|info|debug"},
        BadValue{"log_level", "error|warning", "say one of error|warning|info|debug"},
        BadValue{"listen", "8080", "write IP:PORT, as 127.0.0.1:8080 or [::1]:8080"},
        BadValue{"listen", "localhost:8080", "write IP:PORT, as 127.0.0.1:8080 or [::1]:8080"},
        BadValue{"listen", "::1:8080", "write IP:PORT, as 127.0.0.1:8080 or [::1]:8080"},
        BadValue{"listen", "127.0.0.1:65536", "write IP:PORT, as 127.0.0.1:8080 or [::1]:8080"},
        BadValue{"issuer", "auth.example.com", "write it as https://auth.example.com"},
        BadValue{"issuer", "ftp://auth.example.com", "write it as https://auth.example.com"},
        BadValue{"issuer", "http://auth.example.com",
                 "plain http is for loopback hosts only: use https"},
        BadValue{"issuer", "https://auth.example.com/" + std::string(488, 'a'),
                 "an issuer has at most 512 bytes"},
        BadValue{"issuer", "https://auth.example.com/",
                 "an issuer has no user, no query and no slash at its end"},
        BadValue{"issuer", "https://auth.example.com?a",
                 "an issuer has no user, no query and no slash at its end"},
        BadValue{"issuer", "https://auth.example.com/a//b", plain_issuer_path},
        BadValue{"issuer", "https://auth.example.com/../b", plain_issuer_path},
        BadValue{"issuer", "https://auth.example.com/%61", plain_issuer_path},
        BadValue{"issuer", "https://auth.example.com/{a}", "write it as https://auth.example.com"},
        BadValue{"issuer", "https://auth.example.com/1/2/3/4/5/6/7/8/9", plain_issuer_path},
        BadValue{"log", "kafka2", "say one of embedded|kafka"},
        BadValue{"kafka_brokers", "k1", "write them as host:port,host:port (at most 100)"},
        BadValue{"kafka_brokers", "k1:9092, k2:9092",
                 "write them as host:port,host:port (at most 100)"},
        BadValue{"kafka_brokers", "http://k1:9092",
                 "write them as host:port,host:port (at most 100)"},
        BadValue{"kafka_brokers", "k1:9092,", "a comma at the end"},
        BadValue{"kafka_topic_prefix", "", "say 1 to 200 letters, digits, '.', '_' or '-'"},
        BadValue{"kafka_topic_prefix", "a/b", "say 1 to 200 letters, digits, '.', '_' or '-'"},
        BadValue{"issuance_ack", "disk", "say one of spool|kafka"},
        BadValue{"data", "a\nb", "holds a quote or a control character"},
        BadValue{"data", std::string(4097, 'x'), "longer than 4096 bytes"}));

TEST(Config, RefusesWhatDoesNotFitTogether) {
  EXPECT_EQ(error_of({.flags = {{"tls_cert", "a.pem"}}, .environment = {}, .file = {}}),
            "tls_cert and tls_key: set both, or neither");
  EXPECT_EQ(error_of({.flags = {{"ops_listen", "127.0.0.1:8080"}}, .environment = {}, .file = {}}),
            "listen and ops_listen: both are 127.0.0.1:8080");
  EXPECT_EQ(error_of({.flags = {{"listen", "127.0.0.1:0"}, {"ops_listen", "127.0.0.1:0"}},
                      .environment = {},
                      .file = {}}),
            "no error");
  EXPECT_EQ(error_of({.flags = {{"data", ""}}, .environment = {}, .file = {}}),
            "data: name a folder");
}

// Each names the settings that contradict each other.
TEST(Config, RefusesAnImpossibleWayToKafka) {
  const NamedValues fleet{
      {"log", "kafka"}, {"kafka_brokers", "k1:9092,k2:9092"}, {"key_file", "/etc/optare.key"}};
  const auto with = [&](NamedValues more) {
    NamedValues flags = fleet;
    flags.insert(flags.end(), more.begin(), more.end());
    return error_of({.flags = flags, .environment = {}, .file = {}});
  };
  const auto only = [](NamedValues flags) {
    return error_of({.flags = std::move(flags), .environment = {}, .file = {}});
  };
  EXPECT_EQ(with({}), "no error");
  EXPECT_EQ(only({{"log", "kafka"}, {"key_file", "/etc/optare.key"}}),
            "log and kafka_brokers: log = kafka needs kafka_brokers, as host:port,host:port");
  EXPECT_EQ(only({{"log", "kafka"}, {"kafka_brokers", "k1:9092"}}),
            "log and key_file: log = kafka needs key_file, the one key-encryption key that all "
            "nodes of the deployment share");
  EXPECT_EQ(only({{"kafka_brokers", "k1:9092"}}),
            "kafka_brokers and log: kafka_brokers is for log = kafka, and log is embedded");
  EXPECT_EQ(only({{"issuance_ack", "kafka"}}),
            "issuance_ack and log: issuance_ack = kafka is for log = kafka, and log is embedded");
  EXPECT_EQ(with({{"issuance_ack", "kafka"}}), "no error");
  EXPECT_EQ(with({{"kafka_sasl_username", "u"}}),
            "kafka_sasl_username and kafka_security_protocol: kafka_sasl_username is for "
            "sasl_plaintext and sasl_ssl, not for plaintext");
  EXPECT_EQ(with({{"kafka_ssl_ca", "ca.pem"}}),
            "kafka_ssl_ca and kafka_security_protocol: kafka_ssl_ca is for ssl and sasl_ssl, not "
            "for plaintext");
  EXPECT_EQ(with({{"kafka_security_protocol", "ssl"}, {"kafka_ssl_cert", "a.pem"}}),
            "kafka_ssl_cert and kafka_ssl_key: set both, or neither");
  EXPECT_EQ(with({{"kafka_security_protocol", "sasl_ssl"}, {"kafka_sasl_username", "u"}}),
            "kafka_security_protocol is sasl_ssl: kafka_sasl_username and "
            "kafka_sasl_password_file have to be set");
}

TEST(Config, KeepsTheKeyOutOfTheDataFolder) {
  EXPECT_EQ(error_of({.flags = {{"data", "/srv/optare"}, {"key_file", "/srv/optare/a.key"}},
                      .environment = {},
                      .file = {}}),
            "key_file: /srv/optare/a.key is inside the data folder: keep the key elsewhere");
  EXPECT_EQ(error_of({.flags = {{"data", "/srv/optare/"}, {"key_file", "/srv/x/../optare/a"}},
                      .environment = {},
                      .file = {}}),
            "key_file: /srv/optare/a is inside the data folder: keep the key elsewhere");
  EXPECT_EQ(error_of({.flags = {{"data", "/srv/optare"}, {"key_file", "/srv/optare.key"}},
                      .environment = {},
                      .file = {}}),
            "no error");
}

TEST(KeyFile, IsBesideTheDataFolderUnlessNamed) {
  Config config;
  config.data = "/srv/optare/";
  EXPECT_EQ(key_file_of(config), "/srv/optare.key");
  config.key_file = "/etc/optare.key";
  EXPECT_EQ(key_file_of(config), "/etc/optare.key");
}

TEST(Settings, EachHasAFlagAVariableAndARowInTheReference) {
  const auto reference = config_reference();
  for (const Setting& setting : settings()) {
    EXPECT_NE(reference.find("| `" + std::string(setting.name) + "` | `" + setting.flag() +
                             "` | `" + setting.variable()),
              std::string::npos)
        << setting.name;
    EXPECT_FALSE(setting.help.empty()) << setting.name;
  }
  EXPECT_EQ(settings()[1].flag(), "--key-file");
  EXPECT_EQ(settings()[1].variable(), "OPTARE_KEY_FILE");
}

}  // namespace
}  // namespace optare
