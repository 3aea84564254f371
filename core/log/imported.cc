#include "core/log/imported.h"

#include <flatbuffers/flatbuffers.h>

#include <algorithm>

#include "core/base/aligned.h"
#include "core/base/encoding.h"
#include "core/log/frame.h"
#include "schemas/imported_generated.h"

namespace optare {

std::string encode_imported(const Imported& imported) {
  flatbuffers::FlatBufferBuilder builder(imported.frame.size() + 128);
  const auto frame = builder.CreateVector(bytes_of(imported.frame).data(), imported.frame.size());
  const auto log_id = builder.CreateVector(imported.log_id.data(), imported.log_id.size());
  builder.Finish(schema::CreateImported(builder, log_id, imported.ordinal,
                                        milliseconds_of(imported.log_time), frame));
  return std::string(text_of({builder.GetBufferPointer(), builder.GetSize()}));
}

Result<Imported> decode_imported(std::string_view payload) {
  if (payload.size() > frame_bytes_max)
    return reject(Code::malformed, "longer than any imported commit");
  const Aligned aligned(bytes_of(payload));
  flatbuffers::Verifier verifier(aligned.data(), aligned.size(), 2, 2);
  if (!verifier.VerifyBuffer<schema::Imported>(nullptr))
    return reject(Code::malformed, "not an imported commit");
  const auto& table = *flatbuffers::GetRoot<schema::Imported>(aligned.data());
  Imported imported;
  if (table.log_id()->size() != imported.log_id.size())
    return reject(Code::malformed, "a log id has 16 bytes");
  std::ranges::copy(*table.log_id(), imported.log_id.begin());
  imported.ordinal = table.ordinal();
  imported.log_time = timestamp_of(table.log_time());
  // Into what we were given: what was verified may be an aligned copy of it.
  const auto at = static_cast<std::size_t>(table.frame()->data() - aligned.data());
  imported.frame = payload.substr(at, table.frame()->size());
  return imported;
}

std::optional<OriginalRecord> original_record(std::string_view bytes) {
  const Result<Frame> frame = parse_frame(bytes);
  if (!frame) return std::nullopt;
  switch (frame->kind) {
    case FrameKind::tick:
      return std::nullopt;
    case FrameKind::commit:
      return OriginalRecord{std::nullopt, bytes, frame->payload};
    case FrameKind::imported:
      break;
  }
  const Result<Imported> imported = decode_imported(frame->payload);
  if (!imported) return std::nullopt;
  const Result<Frame> inner = parse_frame(imported->frame);
  if (!inner || inner->kind != FrameKind::commit) return std::nullopt;
  return OriginalRecord{*imported, imported->frame, inner->payload};
}

}  // namespace optare
