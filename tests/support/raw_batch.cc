#include "tests/support/raw_batch.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/crc.hpp>
#include <stdexcept>

namespace optare {
namespace {

using boost::asio::ip::tcp;

template <class Number>
std::string big_endian(Number number) {
  std::string bytes;
  for (std::size_t i = sizeof(Number); i > 0; --i)
    bytes += static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * (i - 1)));
  return bytes;
}

std::string varint(std::int64_t number) {
  auto left = (static_cast<std::uint64_t>(number) << 1U) ^ static_cast<std::uint64_t>(number >> 63);
  std::string bytes;
  for (; left >= 0x80; left >>= 7U) bytes += static_cast<char>(left | 0x80U);
  return bytes + static_cast<char>(left);
}

std::string with_length(std::string_view bytes) {
  return varint(std::ssize(bytes)) + std::string(bytes);
}

std::string text(std::string_view bytes) {
  return big_endian(static_cast<std::int16_t>(bytes.size())) + std::string(bytes);
}

std::uint32_t crc32c(std::string_view bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

}  // namespace

std::string encode(const RawBatch& batch) {
  const std::string record = std::string(1, '\0') + varint(0) + varint(0) + with_length(batch.key) +
                             with_length(batch.value) + varint(0);
  const std::string checked =
      big_endian(std::int16_t{0}) + big_endian(std::int32_t{0}) + big_endian(batch.time_ms) +
      big_endian(batch.time_ms) + big_endian(std::int64_t{-1}) + big_endian(std::int16_t{-1}) +
      big_endian(std::int32_t{-1}) + big_endian(static_cast<std::int32_t>(batch.records)) +
      with_length(record);
  const std::string rest =
      big_endian(std::int32_t{0}) + big_endian(batch.magic) + big_endian(crc32c(checked)) + checked;
  return big_endian(batch.offset) + big_endian(static_cast<std::int32_t>(rest.size())) + rest;
}

std::string damaged(std::string batch) {
  batch.back() = static_cast<char>(batch.back() ^ 1);
  return batch;
}

void produce_raw(const MockKafka& kafka, std::string_view topic, std::string_view batches) {
  const std::string brokers = kafka.connection().brokers;
  const auto colon = brokers.rfind(':');
  boost::asio::io_context context;
  tcp::socket socket(context);
  boost::asio::connect(
      socket, tcp::resolver(context).resolve(brokers.substr(0, colon), brokers.substr(colon + 1)));
  // Produce, version 3: no transaction, acks=all, one topic, one partition.
  const std::string request =
      big_endian(std::int16_t{0}) + big_endian(std::int16_t{3}) + big_endian(std::int32_t{1}) +
      text("test") + big_endian(std::int16_t{-1}) + big_endian(std::int16_t{-1}) +
      big_endian(std::int32_t{10'000}) + big_endian(std::int32_t{1}) + text(topic) +
      big_endian(std::int32_t{1}) + big_endian(std::int32_t{0}) +
      big_endian(static_cast<std::int32_t>(batches.size())) + std::string(batches);
  boost::asio::write(
      socket, boost::asio::buffer(big_endian(static_cast<std::int32_t>(request.size())) + request));
  // Its length, what it answers, topics, name, partitions, number: then the error.
  std::string answer(4 + 4 + 4 + 2 + topic.size() + 4 + 4 + 2, '\0');
  boost::asio::read(socket, boost::asio::buffer(answer));
  if (answer[answer.size() - 2] != 0 || answer.back() != 0)
    throw std::runtime_error("the mock does not take it");
}

}  // namespace optare
