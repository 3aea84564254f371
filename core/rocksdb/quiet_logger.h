// RocksDB's own log, nowhere.
#pragma once

#include <rocksdb/env.h>

#include <cstdarg>

namespace optare {

class QuietLogger final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

}  // namespace optare
