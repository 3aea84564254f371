// A log that may forget its oldest records: the issuance spool's kind. The control log never does.
#pragma once

#include <cstdint>
#include <string>

#include "core/log/event_log.h"

namespace optare {

class RetainedLog : public EventLog {
 public:
  // Records below `offset` are gone; `note` is what whoever dropped them wished to remember.
  struct Cut {
    std::uint64_t offset = 0;
    std::string note{};
  };
  virtual Cut cut(Partition partition) const = 0;
  // Durable when it returns. REQUIRES: cut().offset <= offset <= end(). Throws LogFault.
  virtual void drop_before(Partition partition, std::uint64_t offset, std::string note) = 0;
  // About how much the records take on disk.
  virtual std::uint64_t bytes() const = 0;
};

}  // namespace optare
