// Who has the key file of a deployment on Kafka, and writes to its log without the product.
#pragma once

#include "core/log/commit.h"
#include "tests/support/fleet.h"
#include "tests/support/raw_kafka.h"

namespace optare {

class Insider {
 public:
  // Both outlive this.
  Insider(const Fleet& fleet, RawKafka& raw) : fleet_(fleet), raw_(raw) {}

  // What the log says to this deployment only, and nobody else can make.
  std::string authentic(const Commit& commit) const;
  // The newest commit of the control topic, as it stands there.
  std::string newest_record() const;
  Commit newest_commit() const;

 private:
  const Fleet& fleet_;
  RawKafka& raw_;
};

}  // namespace optare
