// Lists: {"items": [...], "next_cursor": ...}, a page at a time.
#pragma once

#include <boost/json/array.hpp>
#include <cstddef>
#include <string>

#include "api/admin/answer.h"
#include "api/admin/call.h"
#include "core/ports/states.h"

namespace optare {

constexpr std::size_t page_items_max = 200;     // `limit`
constexpr std::size_t page_items_default = 50;  // ours

struct PageRequest {
  std::string list;  // what the cursor belongs to: the path
  std::string from;  // the place after which the page begins; empty: the start
  std::size_t limit = page_items_default;
};

// `limit` of the query. Errors: invalid.
[[nodiscard]] Result<std::size_t> limit_of(const Form& query);

// `limit` and `cursor` of the query. Errors: invalid, also for a cursor that this list did not
// give.
[[nodiscard]] Result<PageRequest> page_request_of(const AdminCall& call);

// `next` is where the following page begins; none after the last.
Response page_answer(const AdminCall& call, std::uint64_t position, const PageRequest& page,
                     boost::json::array items, const std::optional<std::string>& next);

// A page of a list that is held whole and in the order of its keys.
template <class T, class KeyOf>
Page<T> page_of(const std::vector<T>& all, const PageRequest& request, const KeyOf& key_of) {
  Page<T> page;
  for (const T& item : all) {
    if (!request.from.empty() && key_of(item) <= request.from) continue;
    if (page.items.size() == request.limit) {
      page.next = key_of(page.items.back());
      break;
    }
    page.items.push_back(item);
  }
  return page;
}

}  // namespace optare
