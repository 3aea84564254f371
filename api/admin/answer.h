// Answers of the admin API: the body, and at which position of the log it is true.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "api/admin/call.h"
#include "commands/handle.h"

namespace optare {

// A strong entity tag: the version.
std::string etag_of(std::uint64_t version);

// Of a read. `position` is that of the view before its rows were read. Says how old the view is
// when it is not fresh (design D11).
Response read_answer(const AdminCall& call, std::uint64_t position,
                     const boost::json::object& body);

// Of a write, with the version that it left behind. A body that is empty: none is sent.
Response write_answer(int status, const Committed& committed, std::optional<std::uint64_t> version,
                      const boost::json::object& body = {});

boost::json::value json_time(const std::optional<Timestamp>& time);  // RFC 3339, or null
boost::json::array json_strings(const std::vector<std::string>& texts);

}  // namespace optare
