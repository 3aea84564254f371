#include "tests/simulation/secret_life.h"

#include "core/base/overload.h"

namespace optare::simulation {

SecretLife life_of(const SecretId& secret, const std::vector<Happened>& application) {
  SecretLife life;
  bool current = false;
  for (const Happened& happened : application) {
    const auto ends = [&] {
      if (life.made && !life.ended) life.ended = happened.ordinal;
      current = false;
    };
    std::visit(Overload{
                   [&](const ClientCreated& e) {
                     if (e.secret_id != secret.text()) return;
                     life.made = happened.ordinal;
                     current = true;
                   },
                   [&](const SecretRotated& e) {
                     if (e.dropped_secret_id == secret.text()) ends();
                     if (current) {
                       life.superseded = happened.ordinal;
                       life.deadline = happened.log_time + duration_of(e.overlap_ms);
                       current = false;
                     }
                     if (e.secret_id != secret.text()) return;
                     life.made = happened.ordinal;
                     current = true;
                   },
                   [&](const SecretRevoked& e) {
                     if (e.secret_id == secret.text()) ends();
                   },
                   [&](const SecretExpired& e) {
                     if (e.secret_id == secret.text()) life.expirations.push_back(happened);
                   },
                   [&](const ApplicationDeleted&) { ends(); },
                   [](const auto&) {},
               },
               happened.event);
  }
  return life;
}

bool SecretLife::valid(std::uint64_t ordinal, Timestamp now) const {
  if (!made || *made > ordinal) return false;
  if (ended && *ended <= ordinal) return false;
  if (!expirations.empty() && expirations.front().ordinal <= ordinal) return false;
  return !superseded || *superseded > ordinal || now < *deadline;
}

}  // namespace optare::simulation
