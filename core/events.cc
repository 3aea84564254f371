#include "core/events.h"

#include <flatbuffers/flatbuffers.h>

#include "core/base/aligned.h"

namespace optare {

EncodedEvent encode_event(const Event& event) {
  return std::visit(
      [](const auto& e) {
        using E = std::decay_t<decltype(e)>;
        using Table = typename EventTraits<E>::Table;
        flatbuffers::FlatBufferBuilder builder(256);
        builder.Finish(Table::Pack(builder, &e));
        return EncodedEvent{
            EventTraits<E>::number,
            {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()}};
      },
      event);
}

namespace {

template <class E>
bool decode_into(std::optional<Event>& out, std::uint16_t type, const Aligned& payload) {
  if (type != EventTraits<E>::number) return false;
  using Table = typename EventTraits<E>::Table;
  flatbuffers::Verifier verifier(payload.data(), payload.size(), 16, 4096);
  if (verifier.VerifyBuffer<Table>(nullptr)) {
    E e;
    flatbuffers::GetRoot<Table>(payload.data())->UnPackTo(&e);
    out.emplace(std::move(e));
  }
  return true;
}

template <class... E>
std::optional<Event> decode_any(std::variant<E...>*, std::uint16_t type, const Aligned& payload) {
  std::optional<Event> out;
  static_cast<void>((decode_into<E>(out, type, payload) || ...));
  return out;
}

}  // namespace

Result<Event> decode_event(std::uint16_t type, std::span<const std::uint8_t> payload) {
  if (auto event = decode_any(static_cast<Event*>(nullptr), type, Aligned(payload)))
    return std::move(*event);
  return reject(Code::malformed,
                "event of type " + std::to_string(type) + " is unknown or damaged");
}

std::string_view event_name(const Event& event) {
  return std::visit([](const auto& e) { return EventTraits<std::decay_t<decltype(e)>>::name; },
                    event);
}

std::uint16_t event_number(const Event& event) {
  return std::visit([](const auto& e) { return EventTraits<std::decay_t<decltype(e)>>::number; },
                    event);
}

}  // namespace optare
