// The forwarder of issuance records as a node on Kafka runs it: what it is given, and what is told
// of it.
#pragma once

#include <memory>

#include "core/kafka/issuance_forwarder.h"
#include "ops/kafka_backing.h"
#include "ops/log_line.h"
#include "ops/metric_families.h"

namespace optare {

// In the spool's folder: it goes and comes with the spool.
std::filesystem::path forward_mark_file(const std::filesystem::path& spool_folder);

// Null when the log is not on Kafka. Everything outlives it. Throws LogFault.
std::unique_ptr<IssuanceForwarder> make_forwarder(
    const KafkaBacking* kafka, const std::filesystem::path& spool_folder, RetainedLog& spool,
    std::shared_ptr<IssuanceAcknowledgements> acknowledgements, LogLines& lines);

void add_forwarding(Families& families, const ForwardStatus& status);

// Longer than any fail-over: then an operator has to know; ours.
constexpr Duration forward_age_max = std::chrono::seconds(60);
// Why issuance records are late; empty when they are not. For /readyz.
std::string late_forwarding(const ForwardStatus& status);

}  // namespace optare
