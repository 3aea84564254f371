// The rows that a partition's admitted commits add up to, at each of its ordinals.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/api/api.h"
#include "core/application/application.h"
#include "core/log/admission.h"
#include "core/ports/store.h"
#include "core/signing_key/signing_key.h"
#include "core/system/system.h"

namespace optare::simulation {

// What happened to one stream, in order.
struct Happened {
  std::uint64_t ordinal = 0;
  Timestamp log_time;
  Event event;
};

class ModelRows {
 public:
  // Between these two: all that one commit changes.
  void begin(Partition partition, std::uint64_t ordinal, Timestamp log_time);
  void put_position(std::uint64_t offset, const Hash& hash);
  void put_stream(const std::string& stream, const StreamVersion& version);
  Result<void> fold(const std::string& stream, const EncodedEvent& event, std::uint64_t version);
  void end();

  // Of all rows as they were at an ordinal. REQUIRES: an ordinal that was.
  std::uint64_t digest(std::uint64_t ordinal) const { return digests_[ordinal]; }
  // The first row, by key, that `store` has otherwise at this ordinal; for a person to look at.
  std::string difference(const Store& store, std::uint64_t ordinal) const;

  // As of an ordinal; null when there was none yet.
  std::shared_ptr<const Application> application(const std::string& id,
                                                 std::uint64_t ordinal) const;
  std::shared_ptr<const Api> api(const std::string& id, std::uint64_t ordinal) const;
  const std::vector<Happened>& happened(const std::string& stream) const;
  // Now.
  std::size_t administrators(const ApiId& admin_api) const;
  const std::map<std::string, std::string>& living_identifiers() const { return identifiers_; }
  // A second living API took an identifier.
  const std::optional<std::string>& identifier_taken_twice() const { return taken_twice_; }

 private:
  template <class T>
  using History =
      std::map<std::string, std::vector<std::pair<std::uint64_t, std::shared_ptr<const T>>>>;

  void put(Table table, std::string_view key, std::optional<std::string> value);
  void index(const Application* before, const Application& after);
  void index(const Api* before, const Api& after);
  void clear_ended_streams();

  Partition partition_{};
  std::uint64_t ordinal_ = 0;
  Timestamp log_time_;
  std::map<std::string, std::vector<std::pair<std::uint64_t, std::optional<std::string>>>> rows_;
  std::uint64_t digest_ = 0;
  std::vector<std::uint64_t> digests_{0};
  History<Application> applications_;
  History<Api> apis_;
  std::map<std::string, SigningKey> keys_;
  System system_;
  std::map<std::string, std::vector<Happened>> happened_;
  std::map<std::string, std::string> identifiers_;
  std::optional<std::string> taken_twice_;
  // Streams that end: each write of theirs, and the last.
  std::set<std::pair<Timestamp, std::string>> ending_;
  std::map<std::string, Timestamp> written_at_;
  bool clears_ = false;  // this commit wrote one
};

}  // namespace optare::simulation
