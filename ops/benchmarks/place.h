// The flags that say where a deployment is, by the names that `optare serve` has for them.
#pragma once

#include <CLI/CLI.hpp>

#include "ops/config.h"

namespace optare {

// With --kafka-brokers its log and vault are there, else in the folder. `config` outlives `app`.
inline void add_place(CLI::App& app, Config& config) {
  app.add_option("--data", config.data)->required();
  app.add_option("--key-file", config.key_file);
  app.add_option("--kafka-topic-prefix", config.kafka_topic_prefix);
  const auto on_kafka = [&config](const std::string& brokers) {
    config.log = "kafka";
    config.kafka_brokers = brokers;
  };
  app.add_option_function<std::string>("--kafka-brokers", on_kafka);
}

}  // namespace optare
