// The records of the log, byte for byte.
#include <gtest/gtest.h>

#include "core/issuance/batch.h"
#include "core/log/admission.h"
#include "core/log/imported.h"
#include "tests/support/golden_file.h"
#include "tests/support/log_samples.h"

namespace optare {
namespace {

std::filesystem::path record(const char* name) { return golden::folder() / "records" / name; }

// Both streams that the sample relies on stand at 0.
class EmptyLog final : public AdmissionView {
 public:
  StreamVersion stream(std::string_view) const override { return {}; }
  std::optional<Hash> chain_at(std::uint64_t) const override { return std::nullopt; }
};

TEST(GoldenRecords, ACommitIsFramedAsItWas) {
  const std::string now = samples::frame_of(samples::commit(), samples::fleet_mac());
  EXPECT_EQ(golden::golden(record("commit.1.bin"), now), now);
}

TEST(GoldenRecords, ACommitOfThenIsAdmittedNow) {
  const FleetMac mac = samples::fleet_mac();
  const std::string bytes =
      golden::golden(record("commit.1.bin"), samples::frame_of(samples::commit(), mac));
  const Verdict verdict = admit({0, samples::noon, bytes}, Partition::control, samples::log_id, mac,
                                Head{}, EmptyLog());
  ASSERT_EQ(verdict.kind, Verdict::Kind::admitted);
  EXPECT_EQ(*verdict.commit, samples::commit());
}

TEST(GoldenRecords, TheChainOverItIsTheSame) {
  const FleetMac mac = samples::fleet_mac();
  const std::string bytes =
      golden::golden(record("commit.1.bin"), samples::frame_of(samples::commit(), mac));
  const std::string hash = hex(chain_hash(Hash{}, 1, samples::noon, bytes));
  EXPECT_EQ(golden::golden(record("commit.1.chain"), hash), hash);
}

// The sample commit, as a log with another id takes it over.
constexpr LogId other_log = samples::filled<16>(0xb0);
std::string imported_now() {
  const std::string frame = samples::frame_of(samples::commit(), samples::fleet_mac());
  return make_frame(samples::fleet_mac(), other_log, Partition::control, FrameKind::imported,
                    encode_imported({samples::log_id, 1, samples::noon, frame}));
}

TEST(GoldenRecords, AnImportedCommitIsFramedAsItWas) {
  EXPECT_EQ(golden::golden(record("imported.1.bin"), imported_now()), imported_now());
}

TEST(GoldenRecords, AnImportedCommitOfThenIsAdmittedNowWithTheChainOfItsHome) {
  const std::string bytes = golden::golden(record("imported.1.bin"), imported_now());
  const Timestamp much_later = samples::noon + std::chrono::days(1000);
  const Verdict verdict = admit({0, much_later, bytes}, Partition::control, other_log,
                                samples::fleet_mac(), Head{}, EmptyLog());
  ASSERT_EQ(verdict.kind, Verdict::Kind::admitted);
  EXPECT_EQ(*verdict.commit, samples::commit());
  EXPECT_EQ(verdict.head.log_time, samples::noon);
  EXPECT_EQ(hex(verdict.head.view.hash), golden::read(record("commit.1.chain")));
}

TEST(GoldenRecords, ATickIsFramedAsItWas) {
  const std::string now =
      make_frame(samples::fleet_mac(), samples::log_id, Partition::tokens_00, FrameKind::tick, "");
  EXPECT_EQ(golden::golden(record("tick.1.bin"), now), now);
}

TEST(GoldenRecords, ABatchOfIssuedTokensIsReadAsItWasWritten) {
  BatchBuilder builder;
  builder.add({.jti = "001GgoHJQ5DYvPxbOGCGOH0a",
               .client_id = "srv_1",
               .api_id = "api_1",
               .scopes = "read:orders",
               .kid = "key_1",
               .issued_at = samples::noon,
               .expires_at = samples::noon + std::chrono::hours(1),
               .view_ordinal = 12,
               .request_id = "req-1"});
  const std::string now = builder.seal({.node_id = "node-a", .first_number = 5});
  const std::string bytes = golden::golden(record("issuance_batch.1.bin"), now);
  EXPECT_EQ(bytes, now);
  const auto batch = parse_batch(bytes);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->first_number, 5U);
  EXPECT_EQ(batch->tokens.at(0)->jti, "001GgoHJQ5DYvPxbOGCGOH0a");
}

}  // namespace
}  // namespace optare
