// An application as the API shows it. Never a secret, never a digest.
#pragma once

#include <boost/json/object.hpp>

#include "core/application/application.h"
#include "core/issuance/last_used.h"
#include "core/ports/store.h"

namespace optare {

std::string_view client_type_name(ClientType type);  // "m2m"
std::optional<ClientType> parse_client_type(std::string_view name);
std::string_view standing_name(Standing standing);  // "active", ...

// With the secrets that are alive at `at`.
boost::json::object application_json(const Application& application, Timestamp at);

// Adds when it and each of its secrets was last used, to the minute; null: not since
// `last_used_since` (contracts.md U).
void add_last_used(boost::json::object& shown, const Application& application,
                   const LastUsed& last_used, const Store& store);

}  // namespace optare
