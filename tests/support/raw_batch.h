// Batches of records as the protocol has them, whole or not, for librdkafka's mock cluster: it
// looks at the first header only, and gives back what it was given.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/support/mock_kafka.h"

namespace optare {

struct RawBatch {
  std::int64_t offset = 0;
  std::string value;
  std::string key{};
  int records = 1;  // as the mock counts them: offsets that it gives away
  std::int8_t magic = 2;
  std::int64_t time_ms = 1'000;
};
std::string encode(const RawBatch& batch);
// Flips a bit behind the checksum.
std::string damaged(std::string batch);

// To partition 0. Returns when the mock has it.
void produce_raw(const MockKafka& kafka, std::string_view topic, std::string_view batches);

}  // namespace optare
