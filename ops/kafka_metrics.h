// What a node on Kafka counts besides; meanings in ops/README.md.
#pragma once

#include "ops/kafka_backing.h"
#include "ops/metric_families.h"

namespace optare {

void add_kafka(Families& families, const KafkaBacking& kafka);

}  // namespace optare
