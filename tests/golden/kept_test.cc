// What deployments keep outside of the log, and what they know a repeated request by: as it was.
#include <gtest/gtest.h>

#include "api/admin/call.h"
#include "core/openssl/random.h"
#include "core/vault/row_seal.h"
#include "tests/support/golden_file.h"
#include "tests/support/log_samples.h"

namespace optare {
namespace {

constexpr const char* row_name = "signing/key_1";
constexpr const char* row_value = "the private part of a key";

// The seal of every vault, under the key of the sample.
class Seal {
 public:
  explicit Seal(char key = 'e')
      : seal_(Secret(std::string(key_encryption_key_bytes, key)), random_) {
    seal_.belong_to(text_of(samples::log_id));
  }
  std::string row() const { return seal_.row(row_name, Secret(row_value)); }
  std::optional<Secret> open(std::string_view row) const { return seal_.open(row_name, row); }
  std::string erased_row() const { return seal_.erased_row(row_name); }
  bool is_erased_row(std::string_view row, std::string_view place = row_name) const {
    return seal_.is_erased_row(place, row);
  }

 private:
  SystemRandom random_;
  RowSeal seal_;
};

std::string row_of_then() {
  return golden::golden(golden::folder() / "records" / "vault_row.1.bin", Seal().row());
}

TEST(GoldenVault, ARowOfThenIsOpenedNow) {
  const auto value = Seal().open(row_of_then());
  ASSERT_TRUE(value);
  EXPECT_EQ(value->reveal(), row_value);
  EXPECT_EQ(Seal().row().size(), row_of_then().size());
}

TEST(GoldenVault, AnErasedRowOfThenIsOneNow) {
  const std::string then =
      golden::golden(golden::folder() / "records" / "vault_erased_row.1.bin", Seal().erased_row());
  EXPECT_TRUE(Seal().is_erased_row(then));
  EXPECT_FALSE(Seal().open(then)) << "it is no row of the name";
  EXPECT_FALSE(Seal().is_erased_row(then, "signing/key_2"));
  EXPECT_FALSE(Seal('f').is_erased_row(then));
  EXPECT_FALSE(Seal().is_erased_row(row_of_then()));
}

TEST(GoldenVault, AlteredOrUnderAnotherKeyItIsNot) {
  EXPECT_FALSE(Seal('f').open(row_of_then()));
  std::string altered = row_of_then();
  altered.back() ^= 1;
  EXPECT_FALSE(Seal().open(altered));
}

// A repeat may come to a newer build.
TEST(GoldenCommandId, IsTheSameForTheSameRequest) {
  EXPECT_EQ(hex(command_id(samples::log_id, "srv_admin", "POST", "/api/v1/applications", "key-1")),
            "a56769502f7bec21468579c8ab214928");
}

}  // namespace
}  // namespace optare
