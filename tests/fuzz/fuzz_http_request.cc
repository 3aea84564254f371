// However the bytes are cut, the same requests come out and the same refusal ends them: otherwise
// someone who controls the packets controls where a request begins.
#include "api/server/request_reader.h"
#include "core/base/assert.h"

using namespace optare;

namespace {

struct Outcome {
  std::string requests;
  int refused_status = 0;
  bool operator==(const Outcome&) const = default;
};

void note(std::string& out, const Request& request) {
  OPTARE_ASSERT(request.path.starts_with('/'));
  out.append(text(request.method)).append(request.path).append("?").append(request.query);
  for (const Header& field : request.headers) {
    OPTARE_ASSERT(field.value.find_first_of("\r\n") == std::string::npos);
    out.append(field.name).append(":").append(field.value);
  }
  out.append("|").append(request.body).append("\n");
}

Outcome outcome_of(std::string_view bytes, std::size_t piece) {
  ServerLimits limits;
  limits.request_line_bytes_max = 256;
  limits.header_bytes_max = 512;
  limits.header_count_max = 8;
  limits.body_bytes_max = 256;
  RequestReader reader(limits);
  Outcome outcome;
  std::string kept;
  while (!bytes.empty()) {
    const auto next = bytes.substr(0, piece);
    bytes.remove_prefix(next.size());
    kept += next;
    for (bool more = true; more;) {
      std::size_t consumed = 0;
      const auto step = reader.read(kept, consumed);
      OPTARE_ASSERT(consumed <= kept.size());
      kept.erase(0, consumed);
      switch (step) {
        case RequestReader::Step::expects_continue:
          break;
        case RequestReader::Step::need_more:
          more = false;
          break;
        case RequestReader::Step::refused:
          outcome.refused_status = reader.refusal().status;
          return outcome;
        case RequestReader::Step::complete:
          OPTARE_ASSERT(reader.request().body.size() <= limits.body_bytes_max);
          note(outcome.requests, reader.request());
          reader.next();
          break;
      }
    }
    OPTARE_ASSERT(kept.size() <= limits.header_bytes_max);
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  OPTARE_ASSERT(outcome_of(bytes, bytes.size() + 1) == outcome_of(bytes, 1 + data[0] % 64U));
  return 0;
}
