// Folded state, as commands, endpoints and liveness read it; projections/ implements it. All rows
// of a `position()` that was read first are at least as new as it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/admin_api.h"
#include "core/application/application.h"
#include "core/base/task.h"
#include "core/log/commit.h"
#include "core/revocation/revocation.h"
#include "core/signing_key/signing_key.h"
#include "core/system/system.h"

namespace optare {

// A page of a list. `next` is where the following page begins; none after the last. A page may be
// short, even empty, without being the last.
template <class T>
struct Page {
  std::vector<T> items;
  std::optional<std::string> next;
};

// The first outcome of a command that carried an Idempotency-Key (contracts.md C).
struct CommandOutcome {
  std::string request_digest;  // 32 bytes
  std::uint64_t ordinal = 0;
  Timestamp log_time;
  std::string cause;
  std::string subject;  // the first stream the commit wrote besides its own claim
  std::string row;      // that stream's row after the commit, as its table holds it

  template <class Archive>
  void fields(Archive& a) {
    a(request_digest, ordinal, log_time, cause, subject, row);
  }
};

class States {
 public:
  virtual ~States() = default;

  // The applied head of a partition: what commits are decided on.
  virtual View view(Partition partition) const = 0;
  virtual Timestamp log_time(Partition partition) const = 0;
  // How far the log was raised there: the level that commits are written at, and none above it
  // counts.
  virtual std::uint32_t feature_level(Partition partition) const = 0;
  std::uint64_t position() const { return view(Partition::control).ordinal; }
  // Has applied at least control ordinal `position`; false when not within `patience`.
  virtual Task<bool> reached(std::uint64_t position, Duration patience) = 0;
  // Has applied every record that was durable when called; false when not within the patience that
  // its log needs, or when too many wait. Nobody is told before that something is absent (design
  // D6).
  virtual Task<bool> caught_up(Partition partition) = 0;
  // Applied a record young enough that answers may be given (design D11).
  virtual bool fresh() const = 0;
  // How long ago nothing durable was left to apply.
  virtual Duration age() const = 0;

  // Null when there never was one. Deleted ones are there, with that standing.
  virtual std::shared_ptr<const Application> application(const ClientId& id) const = 0;
  virtual std::shared_ptr<const Api> api(const ApiId& id) const = 0;
  virtual std::shared_ptr<const Api> api_by_identifier(
      std::string_view identifier) const = 0;  // living only
  // The admin API: no other can take its identifier, and it cannot be deleted. Null before genesis.
  std::shared_ptr<const Api> built_in_api() const {
    const auto deployment = system();
    return deployment ? api_by_identifier(admin_api_identifier(deployment->issuer)) : nullptr;
  }
  virtual std::shared_ptr<const std::vector<SigningKey>> signing_keys()
      const = 0;  // all, by publication
  virtual std::shared_ptr<const System> system() const = 0;
  virtual std::optional<Revocation> revocation(const TokenId& jti) const = 0;
  virtual std::optional<CommandOutcome> outcome(const CommitId& command_id) const = 0;
  // It counts as not alive: its events cannot be applied, or a commit that ends it is in doubt.
  virtual bool quarantined(std::string_view stream) const = 0;
  // The former alone: nothing can be written to it.
  virtual bool quarantined_forever(std::string_view stream) const { return quarantined(stream); }
  // False: no stream is, the usual case, for which nobody need make up names.
  virtual bool any_quarantined() const { return true; }
  // The version at which a stream stands now, for claims and streams without a row.
  virtual std::uint64_t stream_version(Partition partition, std::string_view stream) const = 0;

  // Living ones, in key order from `from` on (exclusive; empty: from the start).
  virtual Page<std::shared_ptr<const Application>> applications(std::string_view from,
                                                                std::size_t limit) const = 0;
  virtual Page<std::shared_ptr<const Api>> apis(std::string_view from, std::size_t limit) const = 0;
  virtual Page<std::shared_ptr<const Application>> applications_of_api(const ApiId& api,
                                                                       std::string_view from,
                                                                       std::size_t limit) const = 0;
};

}  // namespace optare
