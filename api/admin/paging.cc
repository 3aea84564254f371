#include "api/admin/paging.h"

#include "core/base/parse.h"

namespace optare {

namespace json = boost::json;

Result<std::size_t> limit_of(const Form& query) {
  const auto text = query.one("limit");
  if (!text) return page_items_default;
  const auto limit = parse_number<std::size_t>(*text);
  if (!limit || *limit < 1 || *limit > page_items_max)
    return reject(Code::invalid, "limit is a whole number, 1 to " + std::to_string(page_items_max));
  return *limit;
}

Result<PageRequest> page_request_of(const AdminCall& call) {
  PageRequest page;
  page.list = call.request.path;
  TRY(page.limit, limit_of(call.query));
  if (const auto cursor = call.query.one("cursor")) {
    TRY(page.from, call.services.cursors.from(page.list, *cursor));
  }
  return page;
}

Response page_answer(const AdminCall& call, std::uint64_t position, const PageRequest& page,
                     json::array items, const std::optional<std::string>& next) {
  json::object body{{"items", std::move(items)}, {"next_cursor", nullptr}};
  if (next) body["next_cursor"] = call.services.cursors.to(page.list, *next);
  return read_answer(call, position, body);
}

}  // namespace optare
