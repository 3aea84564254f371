#include "tests/support/insider.h"

#include "core/kafka/kafka_vault.h"
#include "core/kafka/topics.h"
#include "core/log/frame.h"
#include "core/log/imported.h"
#include "core/openssl/frame_mac.h"
#include "core/openssl/random.h"
#include "core/rocksdb/key_file.h"
#include "ops/first_start.h"

namespace optare {

std::string Insider::authentic(const Commit& commit) const {
  SystemRandom random;
  const KafkaConnection connection{.brokers = fleet_.brokers, .topic_prefix = fleet_.prefix};
  const KafkaVault vault(connection, {.topic = TopicNames(fleet_.prefix).vault, .read_only = true},
                         load_key_encryption_key(fleet_.key_file()), random);
  const Identity identity = load_identity(vault);
  const FleetMac mac(std::span(&identity.fleet_key, 1), identity.fleet_key.id);
  return make_frame(mac, identity.log_id, Partition::control, FrameKind::commit,
                    encode_commit(commit).value());
}

std::string Insider::newest_record() const {
  const auto records = raw_.read(TopicNames(fleet_.prefix).control);
  for (auto record = records.rbegin(); record != records.rend(); ++record) {
    const auto frame = parse_frame(record->value.value_or(""));
    if (frame && frame->kind == FrameKind::commit) return *record->value;
  }
  throw std::runtime_error("no commit");
}

Commit Insider::newest_commit() const {
  return decode_commit(original_record(newest_record()).value().commit).value();
}

}  // namespace optare
