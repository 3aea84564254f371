#include "ops/node_status.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "api/http/form.h"
#include "core/base/encoding.h"
#include "core/base/parse.h"
#include "core/log/admission.h"
#include "core/log/event_log.h"
#include "core/ports/crypto.h"
#include "ops/node.h"
#include "projections/journal.h"

namespace optare {
namespace {

namespace json = boost::json;

json::value hash_at(const Node& node, Partition partition, std::uint64_t position) {
  if (position > node.states.view(partition).ordinal) return nullptr;
  const Rows rows(node.store);
  const auto hash = RowsAdmissionView(rows, partition).chain_at(position);
  if (!hash) return nullptr;
  return json::value(hex(*hash));
}

json::object partition_status(const Node& node, Partition partition, const ComparedAt& compared) {
  const Head head = node.states.head(partition);
  const std::uint64_t end = node.backing.end(partition).value_or(head.next_offset);
  json::object row{{"partition", partition_name(partition)},
                   {"position", head.view.ordinal},
                   {"hash", hex(head.view.hash)},
                   {"offset", head.next_offset},
                   {"lag", end > head.next_offset ? end - head.next_offset : 0}};
  if (const auto asked = compared.find(partition); asked != compared.end()) {
    row["compared"] = json::object{{"position", asked->second},
                                   {"hash", hash_at(node, partition, asked->second)}};
  }
  return row;
}

}  // namespace

Result<ComparedAt> compared_at(std::string_view query) {
  TRY(const Form form, parse_query(query));
  ComparedAt compared;
  for (const auto& [name, value] : form.pairs) {
    const auto* const partition = std::ranges::find(partitions, name, partition_name);
    const auto position = parse_number<std::uint64_t>(value);
    if (partition == partitions.end() || !position)
      return reject(Code::invalid, "the query names partitions, each with a position");
    compared[*partition] = *position;
  }
  return compared;
}

json::object build_status() {
  return {{"version", OPTARE_VERSION},
          {"feature_level", json::object{{"supported", feature_level_supported}}}};
}

json::object node_status(const Node& node, const ComparedAt& compared) {
  json::object body = build_status();
  body["feature_level"].as_object()["raised"] = node.states.feature_level(Partition::control);
  body["node"] = node.node_id;
  body["issuer"] = node.issuer();
  body["log"] = hex(sha256(text_of(node.identity.log_id)));
  if (const Duration age = node.states.age(); Currency::is_age(age))
    body["view_age_ms"] = age.count();
  json::array parts;
  for (const Partition partition : partitions)
    parts.push_back(partition_status(node, partition, compared));
  body["partitions"] = std::move(parts);
  return body;
}

}  // namespace optare
