// A record of the log: whatever its bytes, it is admitted or void, and what was read is written
// again as it was.
#include "core/base/assert.h"
#include "core/log/admission.h"
#include "core/log/imported.h"
#include "tests/support/log_samples.h"

using namespace optare;

namespace {

class EmptyLog final : public AdmissionView {
 public:
  StreamVersion stream(std::string_view) const override { return {}; }
  std::optional<Hash> chain_at(std::uint64_t) const override { return std::nullopt; }
};

void read_payload(std::string_view payload) {
  const auto commit = decode_commit(payload);
  if (!commit) return;
  OPTARE_ASSERT(check_commit(*commit).has_value());
  const auto again = encode_commit(*commit);
  if (again) OPTARE_ASSERT(decode_commit(*again) == *commit);
  for (const StreamWrite& write : commit->writes) {
    for (const EncodedEvent& event : write.events) {
      if (const auto decoded = decode_event(event.type, event.payload))
        OPTARE_ASSERT(event_number(*decoded) == event.type);
    }
  }
}

void read_imported(std::string_view payload) {
  const auto imported = decode_imported(payload);
  if (!imported) return;
  const std::string again = encode_imported(*imported);
  OPTARE_ASSERT(decode_imported(again) == *imported);
  static_cast<void>(parse_frame(imported->frame));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const FleetMac mac = samples::fleet_mac();
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Verdict verdict = admit({0, samples::noon, std::string(bytes)}, Partition::control,
                                samples::log_id, mac, Head{}, EmptyLog());
  OPTARE_ASSERT(verdict.kind != Verdict::Kind::stop || verdict.commit);
  OPTARE_ASSERT(verdict.kind == Verdict::Kind::stop || verdict.head.next_offset == 1);
  if (const auto frame = parse_frame(bytes)) read_payload(frame->payload);
  read_payload(bytes);  // Past the MAC, which the fuzzer cannot guess.
  read_imported(bytes);
  static_cast<void>(original_record(bytes));
  return 0;
}
